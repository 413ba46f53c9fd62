/* SPDX-License-Identifier: MIT */
/* Views in which little is in focus: lights of a city at night, sun through a forest. */
#include "draw/scenery/scenery_parts.h"

#include <math.h>

/* Add the image of a lamp: a disc, a bit brighter at its rim, which the barrel of the lens cuts off away from the
 * middle of the picture. */
static void lamp(struct pmk_canvas *c, float x, float y, float r, pmk_ink ink)
{
	float cut_x = x + 0.55f * r * (c->aspect / 2 - x) / fmaxf(c->aspect / 2, 0.5f),
	      cut_y = y + 0.4f * r * (0.5f - y);
	float soft = 0.0035f, cut_r = r * 1.12f;
	int x0 = (int)((x - r) * c->unit) - 2, x1 = (int)((x + r) * c->unit) + 2;
	int y0 = (int)((y - r) * c->unit) - 2, y1 = (int)((y + r) * c->unit) + 2;

	for (int j = y0 < 0 ? 0 : y0; j < y1 && j < c->height; j++) {
		for (int i = x0 < 0 ? 0 : x0; i < x1 && i < c->width; i++) {
			float px = ((float)i + 0.5f) / c->unit, py = ((float)j + 0.5f) / c->unit;
			float away = sqrtf((px - x) * (px - x) + (py - y) * (py - y));
			float cut = sqrtf((px - cut_x) * (px - cut_x) + (py - cut_y) * (py - cut_y));
			float in = pmk_ramp(r, r - soft, away) * pmk_ramp(cut_r, cut_r - soft, cut);

			c->px[(size_t)j * (size_t)c->width + (size_t)i] += ink *
				(in * (0.80f + 0.35f * (away / r) * (away / r) * (away / r)));
		}
	}
}

static const uint32_t street[] = { 0xffb45a, 0xffa040, 0xffc98a, 0xffe3c0, 0xff8a3a, 0xff3a24, 0xffd9a0, 0xbfd8ff,
	0x60d0b0, 0xff5a40 };

/* Far lights are discs of one size; a few that are near are larger. Most are in the streets, around the horizon. */
static void street_lights(struct pmk_canvas *c, uint32_t seed)
{
	uint32_t dice = seed;

	for (int i = 0, count = (int)(96 * fminf(c->aspect, 20)); i < count; i++) {
		float x = pmk_random_in(&dice, -0.05f, c->aspect + 0.05f), a = pmk_random(&dice), b = pmk_random(&dice);
		float street_y = 0.63f + 0.10f * (a + b - 1),
		      y = pmk_random(&dice) < 0.62f ? street_y : 0.12f + 0.6f * b;
		bool near = pmk_random(&dice) < 0.07f;
		pmk_ink ink = pmk_lens_ink(street[(int)(pmk_random(&dice) * 9.99f)]);
		float bright = pmk_random(&dice), r = near ? 0.052f : pmk_random_in(&dice, 0.023f, 0.026f);

		bright *= bright * bright;
		lamp(c, x, y, r, ink * (near ? 0.05f : 0.015f + 0.7f * bright));
	}
}

/* Blocks of houses, which are hardly seen, with dim windows. */
static void houses(struct pmk_canvas *c, uint32_t seed)
{
	uint32_t dice = seed;

	for (float x = -0.1f; x < c->aspect + 0.1f;) {
		float w = pmk_random_in(&dice, 0.10f, 0.30f), top = pmk_random_in(&dice, 0.06f, 0.44f);
		pmk_ink ink = pmk_lens_ink(0x1a2233) * pmk_random_in(&dice, 0.5f, 1.1f);

		ink[3] = 1;
		pmk_paint_box(c, x, top, w, 0.7f,
			&(struct pmk_brush){ .from = ink, .to = ink * (pmk_ink){ 1.7f, 1.3f, 1.0f, 1 } });
		for (int k = (int)(pmk_random(&dice) * 9); k > 0; k--) {
			pmk_ink glow = pmk_lens_ink(0xffc070) * pmk_random_in(&dice, 0.1f, 0.9f);
			float u = x + pmk_random(&dice) * w, v = top + pmk_random(&dice) * 0.4f;

			glow[3] = 1;
			pmk_paint_box(c, u, v, 0.016f, 0.022f, &(struct pmk_brush){ .from = glow, .to = glow });
		}
		x += w * pmk_random_in(&dice, 0.8f, 1.2f);
	}
}

int pmk_scenery_lights(struct pmk_canvas *c)
{
	pmk_ink sky = pmk_lens_ink(0x10182c), low = pmk_lens_ink(0x3a2c30), road = pmk_lens_ink(0x0d0e14);
	int err;

	pmk_paint_box(c, -1, -0.1f, c->aspect + 2, 0.75f, &(struct pmk_brush){ .from = sky, .to = low });
	pmk_paint_box(c, -1, 0.62f, c->aspect + 2, 0.6f, &(struct pmk_brush){ .from = low, .to = road });
	houses(c, 17);
	err = pmk_lens_blur(c, 0.034f);
	pmk_paint_light(c, c->aspect / 2, 0.60f, 1.3f, 0.35f, (pmk_ink){ 1.3f, 0.8f, 0.4f, 0 });
	street_lights(c, 23);
	pmk_lens_develop(c, 1.35f, 0.5f);
	return err;
}

/* Leaves from dark to sunlit, which gaps to the sky interrupt; the gaps are what becomes discs. */
static void foliage(struct pmk_canvas *c, uint32_t seed)
{
	uint32_t dice = seed;

	for (int i = 0, count = (int)(900 * fminf(c->aspect, 12)); i < count; i++) {
		float x = pmk_random_in(&dice, -0.05f, c->aspect + 0.05f), y = pmk_random_in(&dice, -0.05f, 1.05f);
		float clump = pmk_noise(x * 2.3f, y * 2.3f, seed), size = pmk_random_in(&dice, 0.008f, 0.03f);
		float lit = pmk_ramp(0.25f, 0.85f, clump + 0.35f * (0.5f - y) + pmk_random_in(&dice, -0.2f, 0.2f));
		pmk_ink ink = pmk_ink_mix(pmk_lens_ink(0x142a10), pmk_lens_ink(0x9cc040), lit * pmk_random(&dice)) *
			pmk_random_in(&dice, 0.7f, 1.3f);

		ink[3] = 0.8f;
		pmk_paint_disc(c, x, y, size, size * pmk_random_in(&dice, 0.4f, 1),
			&(struct pmk_brush){ .from = ink, .to = ink });
	}
}

static void sun_gaps(struct pmk_canvas *c, int count, float bright, uint32_t seed)
{
	uint32_t dice = seed;

	for (int i = 0, all = (int)((float)count * fminf(c->aspect, 12)); i < all; i++) {
		float x = pmk_random_in(&dice, 0, c->aspect), y = pmk_random(&dice),
		      r = pmk_random_in(&dice, 0.002f, 0.0045f);
		float open = pmk_noise(x * 1.7f + 9, y * 2.1f, seed) + 0.25f * (0.55f - y);
		pmk_ink ink = pmk_ink_mix(pmk_lens_ink(0xe8ff9a), pmk_lens_ink(0xffffe8), pmk_random(&dice)) *
			(bright * pmk_random_in(&dice, 0.25f, 1));

		ink[3] = 1;
		if (open > pmk_random_in(&dice, 0.40f, 0.75f))
			pmk_paint_disc(c, x, y, r, r, &(struct pmk_brush){ .from = ink, .to = ink });
	}
}

/* Trunks that stand at a distance: dark, and soft. */
static void trunks(struct pmk_canvas *c, uint32_t seed)
{
	uint32_t dice = seed;

	for (float x = pmk_random_in(&dice, -0.2f, 0.2f); x < c->aspect + 0.1f;
		x += pmk_random_in(&dice, 0.16f, 0.5f)) {
		float r = pmk_random_in(&dice, 0.008f, 0.026f), lean = pmk_random_in(&dice, -0.05f, 0.05f);
		pmk_ink ink = pmk_lens_ink(0x2a2418) * pmk_random_in(&dice, 0.5f, 1);

		ink[3] = 0.85f;
		pmk_paint_line(c, (struct pmk_point){ x, 1.1f }, (struct pmk_point){ x + lean, -0.1f }, r, r * 0.7f,
			&(struct pmk_brush){ .from = ink * (pmk_ink){ 2.2f, 2.2f, 1.6f, 1 }, .to = ink });
	}
}

int pmk_scenery_forest(struct pmk_canvas *c)
{
	pmk_ink high = pmk_lens_ink(0x8fae58), low = pmk_lens_ink(0x22351a);
	int err;

	pmk_paint_box(c, -1, -0.1f, c->aspect + 2, 1.2f, &(struct pmk_brush){ .from = high, .to = low });
	foliage(c, 5);
	trunks(c, 12);
	sun_gaps(c, 170, 16, 31);
	err = pmk_lens_blur(c, 0.036f);
	foliage(c, 77);
	if (!err)
		err = pmk_lens_blur(c, 0.030f);
	pmk_paint_light(c, c->aspect / 2 + 0.3f, 0.15f, 1.2f, 0.9f, (pmk_ink){ 0.9f, 0.8f, 0.3f, 0 });
	pmk_lens_develop(c, 1.1f, 0.45f);
	return err;
}
