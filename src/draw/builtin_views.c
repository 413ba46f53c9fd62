/* SPDX-License-Identifier: MIT */
/* Built-in views: the city at dusk through a window, and hills in the haze. */
#include "draw/builtin_parts.h"

#include <math.h>

/* A sky of four colours from top to bottom, down to y = low. */
static void sky(struct pmk_canvas *c, const uint32_t hexes[4], float low)
{
	for (int y = 0; y < c->height; y++) {
		float t = pmk_clamp01((float)y / c->unit / low) * 2.999f;
		int i = (int)t;
		pmk_ink ink = pmk_ink_mix(
			pmk_ink_hex(hexes[i]), pmk_ink_hex(hexes[i + 1]), pmk_ramp(0, 1, t - (float)i));

		for (int x = 0; x < c->width; x++)
			c->px[(size_t)y * (size_t)c->width + (size_t)x] = ink;
	}
}

/* Long flat clouds, lit from below; they thin out towards the top. */
static void clouds(struct pmk_canvas *c, pmk_ink light, float low, uint32_t seed)
{
	for (int y = 0; y < c->height && (float)y < low * c->unit; y++) {
		for (int x = 0; x < c->width; x++) {
			float u = (float)x / c->unit, v = (float)y / c->unit, rise = v / low;
			float n = 0.55f * pmk_noise(u * 1.3f, v * 7, seed) +
				0.30f * pmk_noise(u * 3.1f, v * 15, seed + 1) +
				0.15f * pmk_noise(u * 7.3f, v * 31, seed + 2);
			pmk_ink *px = &c->px[(size_t)y * (size_t)c->width + (size_t)x];

			*px = pmk_ink_mix(*px, light, 0.6f * pmk_ramp(0.50f, 0.78f, n) * rise);
		}
	}
}

static void tower(struct pmk_canvas *c, float x, float y, float w, pmk_ink ink, float lit, uint32_t *dice)
{
	float step = 0.020f;

	pmk_paint_box(c, x, y, w, 1.1f - y,
		&(struct pmk_brush){ .from = ink, .to = pmk_ink_mix(ink, pmk_ink_hex(0x8a5a66), 0.35f) });
	for (float v = y + 0.018f; v < 0.95f && lit > 0; v += step) {
		for (float u = x + 0.008f; u < x + w - 0.012f; u += 0.015f) {
			pmk_ink glow = pmk_ink_mix(pmk_ink_hex(0xffd58c), pmk_ink_hex(0xffb060), pmk_random(dice));

			glow[3] = pmk_random_in(dice, 0.4f, 0.95f);
			if (pmk_random(dice) < lit)
				pmk_paint_box(c, u, v, 0.008f, 0.011f, &(struct pmk_brush){ .from = glow, .to = glow });
		}
	}
}

static void skyline(struct pmk_canvas *c, float roof, float spread, uint32_t hex, float lit, uint32_t seed)
{
	uint32_t dice = seed;

	for (float x = -0.1f; x < c->aspect;) {
		float w = pmk_random_in(&dice, 0.06f, 0.16f), y = roof + spread * (pmk_random(&dice) - 0.5f);
		pmk_ink ink = pmk_ink_scale(pmk_ink_hex(hex), pmk_random_in(&dice, 0.86f, 1.12f));

		tower(c, x, y, w, ink, lit, &dice);
		if (pmk_random(&dice) < 0.25f)
			pmk_paint_box(c, x + w * 0.45f, y - 0.05f, 0.005f, 0.06f,
				&(struct pmk_brush){ .from = ink, .to = ink });
		x += w * pmk_random_in(&dice, 0.75f, 1.25f);
	}
}

/* Street lights far below, out of focus. */
static void bokeh(struct pmk_canvas *c, uint32_t seed)
{
	static const uint32_t hexes[] = { 0xffcf86, 0xff9d5c, 0xffe6bc, 0xf47a6a, 0x9fc0e8 };
	uint32_t dice = seed;

	for (int i = 0, count = (int)(70 * fminf(c->aspect, 30)); i < count; i++) {
		float r = pmk_random_in(&dice, 0.006f, 0.020f),
		      y = 1.02f - 0.30f * pmk_random(&dice) * pmk_random(&dice);
		pmk_ink ink = pmk_ink_hex(hexes[(int)(pmk_random(&dice) * 5)]);

		ink[3] = pmk_random_in(&dice, 0.10f, 0.45f);
		pmk_paint_disc(c, pmk_random_in(&dice, 0, c->aspect), y, r, r,
			&(struct pmk_brush){ .from = ink, .to = ink, .soft = 0.005f });
	}
}

static void mullions(struct pmk_canvas *c)
{
	struct pmk_brush bar = {
		.from = pmk_ink_hex(0x1c1a20), .to = pmk_ink_hex(0x2b262a), .across = true, .soft = 0.010f
	};
	struct pmk_brush sill = { .from = pmk_ink_hex(0x4a3a38), .to = pmk_ink_hex(0x1d191b), .soft = 0.010f };

	for (float x = c->aspect / 2 - 0.62f * (floorf(c->aspect / 1.24f) + 0.5f); x < c->aspect + 0.1f; x += 0.62f)
		pmk_paint_box(c, x - 0.012f, -0.1f, 0.024f, 1.2f, &bar);
	pmk_paint_box(c, -0.1f, 0.90f, c->aspect + 0.2f, 0.2f, &sill);
}

void pmk_builtin_dusk(struct pmk_canvas *c)
{
	static const uint32_t hexes[4] = { 0x27375e, 0x5a5a8c, 0xd98a86, 0xffcf94 };
	float sun = c->aspect / 2 + 0.42f;

	sky(c, hexes, 0.68f);
	clouds(c, pmk_ink_hex(0xff9f86), 0.62f, 31);
	pmk_paint_light(c, sun, 0.64f, 0.9f, 0.5f, (pmk_ink){ 0.30f, 0.20f, 0.06f, 0 });
	skyline(c, 0.58f, 0.14f, 0x8a6a84, 0, 3);
	skyline(c, 0.64f, 0.20f, 0x5a4868, 0.10f, 8);
	skyline(c, 0.74f, 0.20f, 0x332d46, 0.24f, 14);
	pmk_paint_blur(c, 0.0035f);
	bokeh(c, 9);
	mullions(c);
	pmk_paint_blur(c, 0.0028f);
	pmk_paint_light(c, sun, 0.62f, 0.7f, 0.42f, (pmk_ink){ 0.14f, 0.09f, 0.03f, 0 });
}

/* A ridge across the picture, whose foot disappears in haze. */
static void ridge(struct pmk_canvas *c, float top, float swing, float rough, uint32_t hex, uint32_t haze, uint32_t seed)
{
	pmk_ink near = pmk_ink_hex(hex), far = pmk_ink_hex(haze);

	for (int x = 0; x < c->width; x++) {
		float u = (float)x / c->unit - c->aspect / 2 + 40;
		float y0 = top + swing * (pmk_noise(u * 1.1f, 0.5f, seed) - 0.5f) +
			0.35f * swing * (pmk_noise(u * 3.1f, 0.5f, seed + 1) - 0.5f) +
			rough * (pmk_noise(u * 46, 0.5f, seed + 2) + 0.6f * pmk_noise(u * 120, 0.5f, seed + 3));

		for (int y = (int)fmaxf(y0 * c->unit, 0); y < c->height && (float)y < (y0 + 0.36f) * c->unit; y++) {
			float v = (float)y / c->unit, in = pmk_clamp01((v - y0) * c->unit);
			float tone = 1 +
				(0.16f + 3 * rough) * (pmk_noise(u * 17 + v * 31, v * 40 - u * 11, seed + 4) - 0.5f);
			pmk_ink *px = &c->px[(size_t)y * (size_t)c->width + (size_t)x];

			*px = pmk_ink_mix(*px, pmk_ink_mix(near * tone, far, 0.9f * pmk_ramp(0, 0.30f, v - y0)), in);
		}
	}
}

void pmk_builtin_meadow(struct pmk_canvas *c)
{
	static const uint32_t hexes[4] = { 0x86b4dc, 0xb4d2e6, 0xe6ecdf, 0xffeccb };
	float sun = c->aspect / 2 - 0.45f;

	sky(c, hexes, 0.55f);
	clouds(c, pmk_ink_hex(0xffffff), 0.50f, 61);
	ridge(c, 0.42f, 0.16f, 0, 0x9fb4c4, 0xe2e8e2, 5);
	ridge(c, 0.52f, 0.14f, 0.002f, 0x7f9c9a, 0xd6e0cf, 15);
	ridge(c, 0.62f, 0.14f, 0.006f, 0x5f8468, 0xbfd0a4, 25);
	ridge(c, 0.76f, 0.12f, 0.010f, 0x4c7444, 0xa4bd6c, 35);
	pmk_paint_blur(c, 0.0035f);
	ridge(c, 0.92f, 0.07f, 0.014f, 0x3f6434, 0x7da048, 45);
	pmk_paint_blur(c, 0.0030f);
	pmk_paint_light(c, sun, 0.30f, 1.0f, 0.75f, (pmk_ink){ 0.20f, 0.15f, 0.04f, 0 });
}
