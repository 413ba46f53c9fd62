/* SPDX-License-Identifier: MIT */
/* Built-in rooms: the tidy office, the library, the studio wall. */
#include "draw/scenery/scenery_parts.h"

#include <errno.h>
#include <math.h>

static void fill(struct pmk_canvas *c, float x, float y, float w, float h, uint32_t top, uint32_t bottom)
{
	pmk_paint_box(c, x, y, w, h, &(struct pmk_brush){ .from = pmk_ink_hex(top), .to = pmk_ink_hex(bottom) });
}

static void shade(struct pmk_canvas *c, float x, float y, float w, float h, float soft, float strength)
{
	pmk_ink ink = { 0.08f, 0.06f, 0.05f, strength };

	pmk_paint_box(c, x, y, w, h, &(struct pmk_brush){ .from = ink, .to = ink, .soft = soft, .round = soft / 2 });
}

static void plank(struct pmk_canvas *c, float x, float y, float w, float h, uint32_t hex, uint32_t seed)
{
	pmk_ink ink = pmk_ink_hex(hex);

	pmk_paint_box(c, x, y, w, h,
		&(struct pmk_brush){ .from = pmk_ink_scale(ink, 1.12f),
			.to = pmk_ink_scale(ink, 0.82f),
			.grain = 0.16f,
			.seed = seed });
}

/* A row of upright books from x to end, with a few gaps. */
static void books(struct pmk_canvas *c, float x, float base, float end, float high, const uint32_t *hexes, int count,
	uint32_t *dice)
{
	while (x < end - 0.03f) {
		float w = pmk_random_in(dice, 0.014f, 0.036f), h = high * pmk_random_in(dice, 0.68f, 0.95f);
		float tone = pmk_random_in(dice, 0.8f, 1.15f);
		pmk_ink ink = pmk_ink_scale(pmk_ink_hex(hexes[(int)(pmk_random(dice) * (float)count)]), tone);
		pmk_ink band = pmk_ink_mix(ink, pmk_ink_hex(0xd9b871), 0.7f);

		if (pmk_random(dice) < 0.07f)
			x += pmk_random_in(dice, 0.02f, 0.05f);
		w = fminf(w, end - x);
		pmk_paint_box(c, x, base - h, w * 0.96f, h,
			&(struct pmk_brush){ .from = pmk_ink_scale(ink, 1.2f),
				.to = pmk_ink_scale(ink, 0.7f),
				.across = true,
				.round = 0.003f });
		for (int i = 0; i < 2 && w > 0.018f; i++)
			pmk_paint_box(c, x + w * 0.08f, base - h * (i ? 0.22f : 0.82f), w * 0.8f, h * 0.035f,
				&(struct pmk_brush){ .from = band, .to = pmk_ink_scale(band, 0.6f), .across = true });
		x += w;
	}
}

static void vase(struct pmk_canvas *c, float x, float base, float h, uint32_t hex)
{
	struct pmk_brush body = { .from = pmk_ink_scale(pmk_ink_hex(hex), 1.15f),
		.to = pmk_ink_scale(pmk_ink_hex(hex), 0.6f),
		.across = true };

	pmk_paint_disc(c, x, base - h * 0.38f, h * 0.36f, h * 0.38f, &body);
	pmk_paint_box(c, x - h * 0.13f, base - h, h * 0.26f, h * 0.6f, &body);
	pmk_paint_disc(c, x, base - h, h * 0.17f, h * 0.05f, &body);
}

/* One stem with leaves that bow outwards. */
static void frond(struct pmk_canvas *c, struct pmk_point root, float reach, float rise, pmk_ink ink)
{
	struct pmk_point last = root;

	for (int i = 1; i <= 12; i++) {
		float t = (float)i / 12, leaf = 0.036f * (1 - 0.6f * t);
		struct pmk_point next = { root.x + reach * t * (0.4f + 0.6f * t),
			root.y - rise * t * (1.6f - 0.7f * t) };
		struct pmk_brush brush = {
			.from = pmk_ink_scale(ink, 1.25f), .to = pmk_ink_scale(ink, 0.7f), .soft = 0.004f
		};

		pmk_paint_line(c, last, next, 0.0035f, 0.003f, &brush);
		for (int side = -1; side <= 1 && i > 3; side += 2) {
			struct pmk_point tip = { next.x + (float)side * leaf * 1.5f + reach * 0.10f,
				next.y + leaf * (side * reach > 0 ? 0.3f : -0.5f) };

			pmk_paint_line(c, next, tip, 0.010f * (1.2f - t), 0.002f, &brush);
		}
		last = next;
	}
}

static void plant(struct pmk_canvas *c, float x, float base, float size, uint32_t seed)
{
	uint32_t dice = seed;

	shade(c, x - 0.16f * size, base - 0.03f, 0.34f * size, 0.05f, 0.05f, 0.4f);
	for (int i = 0; i < 15; i++) {
		float reach = pmk_random_in(&dice, -0.30f, 0.30f) * size,
		      rise = pmk_random_in(&dice, 0.30f, 0.52f) * size;
		pmk_ink ink = pmk_ink_mix(
			pmk_ink_hex(0x2f5a3a), pmk_ink_hex(0x86a860), (float)i / 15 * pmk_random_in(&dice, 0.6f, 1));

		frond(c, (struct pmk_point){ x + reach * 0.1f, base - 0.2f * size }, reach, rise, ink);
	}
	pmk_paint_polygon(c,
		(struct pmk_point[]){ { x - 0.115f * size, base - 0.24f * size },
			{ x + 0.115f * size, base - 0.24f * size }, { x + 0.085f * size, base },
			{ x - 0.085f * size, base } },
		4,
		&(struct pmk_brush){
			.from = pmk_ink_hex(0xf1ece4), .to = pmk_ink_hex(0xa39b90), .across = true, .soft = 0.004f });
}

/* A tall window, with a bright blurred garden behind it. */
static void garden_window(struct pmk_canvas *c, float x, float y, float w, float h)
{
	uint32_t dice = 77;

	fill(c, x, y, w, h, 0xbfdaea, 0xe8eede);
	for (int i = 0; i < 46; i++) {
		float r = pmk_random_in(&dice, 0.03f, 0.09f), t = pmk_random(&dice),
		      px = x + r + pmk_random(&dice) * (w - 2 * r);
		float py = y + h - r - t * t * h * 0.55f;
		pmk_ink ink = pmk_ink_mix(pmk_ink_hex(0x6f9a62), pmk_ink_hex(0xdfeab8),
			pmk_clamp01(t + pmk_random_in(&dice, -0.2f, 0.3f)));

		ink[3] = 0.65f;
		pmk_paint_disc(c, px, py, r, r,
			&(struct pmk_brush){ .from = pmk_ink_scale(ink, 1.1f), .to = ink, .soft = 0.03f });
	}
}

static void window_frame(struct pmk_canvas *c, float x, float y, float w, float h)
{
	fill(c, x - 0.02f, y, 0.022f, h, 0xf7f5f0, 0xd8d3c9);
	fill(c, x + w, y, 0.022f, h, 0xefece5, 0xcbc6bb);
	fill(c, x + w / 2 - 0.009f, y, 0.018f, h, 0xf3f0ea, 0xd0cbc1);
	fill(c, x, y + h * 0.36f, w, 0.016f, 0xf3f0ea, 0xd4cfc5);
	fill(c, x - 0.05f, y + h, w + 0.11f, 0.024f, 0xfbf9f4, 0xc9c3b7);
	shade(c, x - 0.03f, y + h + 0.022f, w + 0.08f, 0.04f, 0.04f, 0.30f);
}

/* Daylight that falls in slanting bands through a window at the left. */
static void sun_bands(struct pmk_canvas *c, float x)
{
	for (int i = 0; i < 2; i++) {
		float at = x + 0.26f * (float)i;
		pmk_ink sun = { 1.0f, 0.95f, 0.82f, 0.20f };

		pmk_paint_polygon(c,
			(struct pmk_point[]){
				{ at, 0.12f }, { at + 0.20f, 0.17f }, { at + 0.34f, 0.74f }, { at + 0.14f, 0.69f } },
			4, &(struct pmk_brush){ .from = sun, .to = sun * (pmk_ink){ 1, 1, 1, 0.4f }, .soft = 0.06f });
	}
}

static void wall_shelf(struct pmk_canvas *c, float x, float y, float w, uint32_t *dice)
{
	static const uint32_t muted[] = { 0xe8e2d6, 0x9fb0b4, 0xc9a98a, 0x5f7480, 0xd8cdbd, 0x8a9a86, 0x3f4d58,
		0xb98672 };

	shade(c, x - 0.01f, y + 0.02f, w + 0.03f, 0.05f, 0.06f, 0.20f);
	plank(c, x, y, w, 0.020f, 0xb98d62, 5);
	books(c, x + 0.03f, y, x + w * 0.45f, 0.15f, muted, 8, dice);
	vase(c, x + w * 0.62f, y, 0.12f, 0xd9d2c6);
	books(c, x + w * 0.76f, y, x + w * 0.94f, 0.13f, muted, 8, dice);
}

static void picture(struct pmk_canvas *c, float x, float y, float w, float h)
{
	shade(c, x, y + 0.01f, w + 0.015f, h + 0.012f, 0.035f, 0.35f);
	fill(c, x, y, w, h, 0x3b332c, 0x2c2621);
	fill(c, x + 0.009f, y + 0.009f, w - 0.018f, h - 0.018f, 0xf6f2ea, 0xe6dfd2);
	fill(c, x + w * 0.20f, y + h * 0.16f, w * 0.60f, h * 0.40f, 0xb9c4c6, 0xd8cfc0);
	fill(c, x + w * 0.20f, y + h * 0.56f, w * 0.60f, h * 0.26f, 0x7f8f8a, 0x56645e);
}

static const float bay = 2.1f; /* width after which a room repeats in a wide picture */

static float first_bay(const struct pmk_canvas *c)
{
	return c->aspect / 2 - bay * ceilf(c->aspect / 2 / bay);
}

static void office_furniture(struct pmk_canvas *c, float at, uint32_t *dice)
{
	garden_window(c, at - 0.86f, 0.04f, 0.50f, 0.62f);
	window_frame(c, at - 0.86f, 0.04f, 0.50f, 0.62f);
	sun_bands(c, at - 0.16f);
	wall_shelf(c, at + 0.30f, 0.27f, 0.56f, dice);
	wall_shelf(c, at + 0.30f, 0.52f, 0.56f, dice);
	picture(c, at - 0.16f, 0.12f, 0.24f, 0.31f);
	fill(c, at - bay / 2, 0.925f, bay, 0.012f, 0xf6f2ea, 0xd8d1c4);
	fill(c, at - bay / 2, 0.937f, bay, 0.1f, 0xa88a68, 0x8c6e50);
	shade(c, at + 0.26f, 0.75f, 0.70f, 0.5f, 0.08f, 0.24f);
	plank(c, at + 0.28f, 0.74f, 0.66f, 0.3f, 0x9c7652, 9);
	fill(c, at + 0.60f, 0.755f, 0.006f, 0.3f, 0x6d4e32, 0x5c4128);
	plank(c, at + 0.265f, 0.722f, 0.69f, 0.022f, 0xc79c6e, 13);
	vase(c, at + 0.40f, 0.722f, 0.10f, 0x6f8a8c);
	plant(c, at - 0.68f, 1.0f, 0.92f, 21);
}

int pmk_scenery_office(struct pmk_canvas *c)
{
	uint32_t dice = 11;

	pmk_paint_box(c, -1, -0.2f, c->aspect + 2, 1.2f,
		&(struct pmk_brush){ .from = pmk_ink_hex(0xe0dacd), .to = pmk_ink_hex(0xc8beae) });
	for (float at = first_bay(c); at < c->aspect + 1.2f; at += bay)
		office_furniture(c, at, &dice);
	pmk_lens_expose(c, 3);
	for (float at = first_bay(c); at < c->aspect + 1.2f; at += bay) {
		pmk_paint_light(c, at - 0.55f, 0.40f, 1.2f, 1.0f, (pmk_ink){ 0.55f, 0.52f, 0.44f, 0 });
		pmk_paint_light(c, at + 0.75f, 0.95f, 0.9f, 0.9f, (pmk_ink){ -0.45f, -0.45f, -0.42f, 0 });
		pmk_paint_light(c, at + 0.55f, -0.1f, 1.0f, 0.5f, (pmk_ink){ -0.35f, -0.35f, -0.33f, 0 });
	}
	if (pmk_lens_blur(c, 0.020f))
		return -ENOMEM;
	pmk_lens_develop(c, 0.85f, 0.4f);
	return 0;
}

static void bookcase(struct pmk_canvas *c, float x, float w, uint32_t *dice)
{
	static const uint32_t warm[] = { 0x6e2f26, 0x8a4a2e, 0x3f4a3a, 0x2c3a4a, 0x9a6a3c, 0x54302a, 0xb8925c, 0x4a3a30,
		0x7a5a44, 0x2f2a2c };
	float pitch = 0.245f;

	plank(c, x, -0.1f, w, 1.2f, 0x3a2416, *dice);
	for (int i = -1; i < 5; i++) {
		float top = 0.03f + pitch * (float)i, base = top + pitch - 0.024f;

		fill(c, x + 0.024f, top, w - 0.048f, pitch - 0.024f, 0x1a100a, 0x2e1d12);
		books(c, x + 0.028f, base, x + w * (i == 1 ? 0.62f : 0.96f), pitch - 0.04f, warm, 10, dice);
		if (i == 1)
			vase(c, x + w * 0.80f, base, 0.12f, 0xb08a5a);
		shade(c, x + 0.02f, top - 0.01f, w - 0.04f, 0.05f, 0.05f, 0.55f);
		plank(c, x, base, w, 0.024f, 0x6e4426, *dice + (uint32_t)i);
	}
	plank(c, x - 0.012f, -0.1f, 0.036f, 1.2f, 0x7a4d2c, *dice + 7);
	plank(c, x + w - 0.024f, -0.1f, 0.036f, 1.2f, 0x6a4022, *dice + 8);
}

static void glow_lamp(struct pmk_canvas *c, float x, float y)
{
	pmk_paint_polygon(c,
		(struct pmk_point[]){ { x - 0.045f, y - 0.07f }, { x + 0.045f, y - 0.07f }, { x + 0.075f, y + 0.04f },
			{ x - 0.075f, y + 0.04f } },
		4, &(struct pmk_brush){ .from = pmk_ink_hex(0xffd890), .to = pmk_ink_hex(0xfff0c4), .soft = 0.01f });
	fill(c, x - 0.007f, y + 0.04f, 0.014f, 0.11f, 0x8a6436, 0x5c4020);
}

int pmk_scenery_library(struct pmk_canvas *c)
{
	uint32_t dice = 5;
	float w = 0.62f, x = c->aspect / 2 - w * (ceilf(c->aspect / 2 / w) + 0.5f);

	for (; x < c->aspect; x += w)
		bookcase(c, x, w, &dice);
	pmk_paint_light(c, c->aspect / 2, 0.45f, 4 + c->aspect, 3, (pmk_ink){ 0.10f, 0.04f, -0.04f, 0 });
	for (float at = c->aspect / 2 - 0.72f; at < c->aspect; at += 1.44f) {
		glow_lamp(c, at, 0.60f);
		pmk_paint_light(c, at, 0.58f, 0.70f, 0.65f, (pmk_ink){ 0.85f, 0.62f, 0.33f, 0 });
		pmk_paint_light(c, at, 0.57f, 0.26f, 0.24f, (pmk_ink){ 0.20f, 0.14f, 0.07f, 0 });
	}
	pmk_lens_expose(c, 3);
	if (pmk_lens_blur(c, 0.012f))
		return -ENOMEM;
	pmk_lens_develop(c, 1.2f, 0.35f);
	return 0;
}

/* A string of small lamps that hangs in bows. */
static void fairy_lights(struct pmk_canvas *c, float y, uint32_t seed)
{
	uint32_t dice = seed;

	for (float x = -0.1f; x < c->aspect + 0.1f; x += 0.062f) {
		float bow = (x - 0.62f * floorf(x / 0.62f)) / 0.62f;
		pmk_ink ink = pmk_lens_ink(0xffb864) * pmk_random_in(&dice, 5, 14);

		ink[3] = 1;
		pmk_paint_disc(c, x + pmk_random_in(&dice, -0.01f, 0.01f), y + 0.36f * bow * (1 - bow), 0.0045f,
			0.0045f, &(struct pmk_brush){ .from = ink, .to = ink });
	}
}

static void linear_box(
	struct pmk_canvas *c, float x, float y, float w, float h, uint32_t top, uint32_t low, float round)
{
	pmk_paint_box(c, x, y, w, h,
		&(struct pmk_brush){ .from = pmk_lens_ink(top), .to = pmk_lens_ink(low), .round = round });
}

/* A sofa with cushions, a shelf with things on it, a standard lamp. */
static void evening_room(struct pmk_canvas *c, float at)
{
	static const uint32_t cushions[] = { 0x5e4c44, 0x4e5450, 0x70645a, 0x504a4a };
	pmk_ink shade_top = pmk_lens_ink(0xffb060) * 2.2f, shade_low = pmk_lens_ink(0xffc880) * 4;

	shade_top[3] = shade_low[3] = 1;
	linear_box(c, at - 0.90f, 0.20f, 0.34f, 0.26f, 0x2a211c, 0x201915, 0);
	linear_box(c, at - 0.88f, 0.22f, 0.30f, 0.22f, 0x8a8070, 0x5a5e60, 0);
	linear_box(c, at - 0.44f, 0.30f, 0.17f, 0.22f, 0x241c18, 0x1c1613, 0);
	linear_box(c, at - 0.425f, 0.315f, 0.14f, 0.19f, 0x9a7a58, 0x6a4a3a, 0);
	linear_box(c, at - 0.85f, 0.68f, 1.05f, 0.5f, 0x4a4e4c, 0x2a2c2c, 0.06f);
	for (int i = 0; i < 4; i++)
		linear_box(c, at - 0.80f + 0.245f * (float)i, 0.70f, 0.22f, 0.17f, cushions[i], 0x2a2420, 0.06f);
	linear_box(c, at + 0.585f, 0.50f, 0.012f, 0.6f, 0x5a4630, 0x2a2016, 0);
	pmk_paint_polygon(c,
		(struct pmk_point[]){
			{ at + 0.51f, 0.27f }, { at + 0.67f, 0.27f }, { at + 0.72f, 0.49f }, { at + 0.46f, 0.49f } },
		4, &(struct pmk_brush){ .from = shade_top, .to = shade_low });
}

int pmk_scenery_lamp(struct pmk_canvas *c)
{
	pmk_ink wall = pmk_lens_ink(0x625448), low = pmk_lens_ink(0x443830);

	pmk_paint_box(c, -1, -0.1f, c->aspect + 2, 1.2f, &(struct pmk_brush){ .from = wall, .to = low });
	for (float at = first_bay(c); at < c->aspect + 1.2f; at += bay)
		evening_room(c, at);
	for (float at = first_bay(c); at < c->aspect + 1.2f; at += bay)
		pmk_paint_light(c, at + 0.59f, 0.40f, 1.25f, 1.0f, (pmk_ink){ 2.6f, 1.9f, 1.2f, 0 });
	fairy_lights(c, 0.06f, 4);
	if (pmk_lens_blur(c, 0.032f))
		return -ENOMEM;
	pmk_lens_develop(c, 0.60f, 0.5f);
	return 0;
}
