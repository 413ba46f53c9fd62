/* SPDX-License-Identifier: MIT */
/* Views from a height: the city at dusk through a window, hills and mountains in the haze, the sea in the evening. */
#include "draw/scenery/motion.h"
#include "draw/scenery/scenery_parts.h"

#include <errno.h>
#include <math.h>

static pmk_ink *pixel(const struct pmk_canvas *c, int x, int y)
{
	return &c->px[(size_t)y * (size_t)c->width + (size_t)x];
}

/* The colour of a sky of four colours at a height, 0 at the top to 1 at the horizon. */
static pmk_ink sky_at(const uint32_t hexes[4], float t)
{
	float part = pmk_clamp01(t) * 2.999f;
	int i = (int)part;

	return pmk_ink_mix(pmk_lens_ink(hexes[i]), pmk_lens_ink(hexes[i + 1]), pmk_ramp(0, 1, part - (float)i));
}

/* Long flat clouds that thin out towards the top; `light` is what they add. */
static float cloud_at(float u, float v, float low, uint32_t seed)
{
	float n = 0.52f * pmk_noise(u * 1.1f, v * 6 + u * 0.4f, seed) + 0.30f * pmk_noise(u * 2.9f, v * 14, seed + 1) +
		0.18f * pmk_noise(u * 8.3f, v * 27, seed + 2);

	return pmk_ramp(0.42f, 0.80f, n) * pmk_clamp01(v / low + 0.15f);
}

static void sky(struct pmk_canvas *c, const uint32_t hexes[4], float low, uint32_t cloud, float clouds, uint32_t seed)
{
	pmk_ink light = pmk_lens_ink(cloud);

	for (int y = 0; y < c->height; y++) {
		float v = (float)y / c->unit;
		pmk_ink ink = sky_at(hexes, v / low);

		for (int x = 0; x < c->width; x++) {
			float u = (float)x / c->unit - c->aspect / 2 + 40;

			*pixel(c, x, y) = v > low ? ink : pmk_ink_mix(ink, light, clouds * cloud_at(u, v, low, seed));
		}
	}
}

/* Lit windows, as small as they are from far away. */
static void windows(struct pmk_canvas *c, float x, float y, float w, float lit, uint32_t *dice)
{
	for (float v = y + 0.018f; v < 0.95f && lit > 0; v += 0.026f) {
		for (float u = x + 0.010f; u < x + w - 0.012f; u += 0.021f) {
			pmk_ink glow = pmk_ink_mix(pmk_lens_ink(0xffd090), pmk_lens_ink(0xff9c50), pmk_random(dice)) *
				pmk_random_in(dice, 0.5f, 6);

			glow[3] = 1;
			if (pmk_random(dice) < lit)
				pmk_paint_box(c, u, v, 0.006f, 0.008f, &(struct pmk_brush){ .from = glow, .to = glow });
		}
	}
}

static void skyline(struct pmk_canvas *c, float roof, float spread, uint32_t hex, float lit, uint32_t seed)
{
	pmk_ink haze = pmk_lens_ink(0x9a6a70);
	uint32_t dice = seed;

	for (float x = -0.1f; x < c->aspect;) {
		float w = pmk_random_in(&dice, 0.05f, 0.15f), y = roof + spread * (pmk_random(&dice) - 0.5f);
		pmk_ink ink = pmk_lens_ink(hex) * pmk_random_in(&dice, 0.7f, 1.2f);

		ink[3] = 1;
		pmk_paint_box(c, x, y, w, 1.1f - y,
			&(struct pmk_brush){ .from = ink, .to = pmk_ink_mix(ink, haze, 0.30f), .across = false });
		windows(c, x, y, w, lit, &dice);
		x += w * pmk_random_in(&dice, 0.75f, 1.2f);
	}
}

/* The window's frame, which is nearer and so even less in focus. */
static int mullions(struct pmk_canvas *c)
{
	struct pmk_brush bar = { .from = pmk_lens_ink(0x141318), .to = pmk_lens_ink(0x231f22), .across = true };
	struct pmk_brush sill = { .from = pmk_lens_ink(0x4a3a38), .to = pmk_lens_ink(0x151113) };
	struct pmk_canvas near;
	int err = pmk_canvas_init(&near, c->width, c->height);

	if (err)
		return err;
	pmk_paint_box(&near, -1, -1, 0.5f, 0.5f, &bar);
	for (int i = 0; i < c->width * c->height; i++)
		near.px[i] = (pmk_ink){ 0 };
	for (float x = c->aspect / 2 - 0.86f * (floorf(c->aspect / 1.72f) + 0.62f); x < c->aspect + 0.1f; x += 0.86f)
		pmk_paint_box(&near, x - 0.022f, -0.1f, 0.044f, 1.2f, &bar);
	pmk_paint_box(&near, -0.1f, 0.93f, c->aspect + 0.2f, 0.2f, &sill);
	err = pmk_lens_blur(&near, 0.030f);
	if (!err)
		pmk_lens_over(c, &near);
	pmk_canvas_finish(&near);
	return err;
}

int pmk_scenery_dusk(struct pmk_canvas *c)
{
	static const uint32_t hexes[4] = { 0x2a3c66, 0x6a6a96, 0xdc9286, 0xffd29a };
	float sun = c->aspect / 2 + 0.42f;

	sky(c, hexes, 0.70f, 0xff9a80, 0.55f, 31);
	pmk_paint_light(c, sun, 0.64f, 0.9f, 0.5f, (pmk_ink){ 0.8f, 0.45f, 0.12f, 0 });
	skyline(c, 0.60f, 0.13f, 0x84687e, 0.02f, 3);
	skyline(c, 0.66f, 0.18f, 0x54465e, 0.10f, 8);
	skyline(c, 0.76f, 0.18f, 0x2a2536, 0.22f, 14);
	if (pmk_lens_blur(c, 0.017f) || mullions(c))
		return -ENOMEM;
	pmk_paint_light(c, sun, 0.62f, 0.8f, 0.5f, (pmk_ink){ 0.35f, 0.2f, 0.05f, 0 });
	pmk_lens_develop(c, 1.15f, 0.4f);
	return 0;
}

/* A ridge across the picture: noise of 1, 2, 4, ... waves per unit of length, and trees of height `trees` on it. */
static float ridge_at(float u, float swing, float trees, uint32_t seed)
{
	float y = 0, part = swing, waves = 0.9f;

	for (int i = 0; i < 6; i++, part *= 0.46f, waves *= 2.1f)
		y += part * (pmk_noise(u * waves, 0.5f, seed + (uint32_t)i) - 0.5f);
	if (trees > 0)
		y -= trees * pmk_noise(u * 70, 0.5f, seed + 9) * pmk_noise(u * 190, 0.5f, seed + 10) * 1.6f;
	return y;
}

struct range {
	float top, swing, trees;
	uint32_t hex; /* of its slopes */
	float fog; /* length over which it disappears */
};

static void range(struct pmk_canvas *c, const struct range *r, pmk_ink haze, uint32_t seed)
{
	pmk_ink near = pmk_lens_ink(r->hex);

	for (int x = 0; x < c->width; x++) {
		float u = (float)x / c->unit - c->aspect / 2 + 40, foot = r->top + ridge_at(u, r->swing, 0, seed);
		float y0 = r->trees > 0 ? r->top + ridge_at(u, r->swing, r->trees, seed) : foot;

		for (int y = (int)fmaxf(y0 * c->unit, 0); y < c->height; y++) {
			float v = (float)y / c->unit, in = pmk_clamp01((v - y0) * c->unit);
			float bank = r->fog * (0.65f + 0.8f * pmk_noise(u * 1.7f, v * 3, seed + 20));
			float tone = 0.80f + 0.4f * pmk_noise(u * 23 + v * 31, v * 52 - u * 11, seed + 21);

			*pixel(c, x, y) = pmk_ink_mix(*pixel(c, x, y),
				pmk_ink_mix(near * tone, haze, 0.93f * pmk_ramp(-0.02f, bank, v - foot)), in);
		}
	}
}

int pmk_scenery_mountains(struct pmk_canvas *c)
{
	static const uint32_t hexes[4] = { 0x8ea6bc, 0xb7c2cc, 0xe2d6cc, 0xf2e2d0 };
	static const struct range ranges[] = { { 0.36f, 0.30f, 0, 0xa3b1c0, 0.30f },
		{ 0.46f, 0.26f, 0, 0x8599ab, 0.26f }, { 0.56f, 0.24f, 0.006f, 0x647a8c, 0.24f },
		{ 0.69f, 0.22f, 0.020f, 0x425866, 0.24f }, { 0.86f, 0.20f, 0.045f, 0x22323a, 0.6f } };
	pmk_ink haze = pmk_lens_ink(0xd9d9d8);

	sky(c, hexes, 0.50f, 0xffffff, 0.35f, 61);
	pmk_paint_light(c, c->aspect / 2 - 0.5f, 0.32f, 1.1f, 0.6f, (pmk_ink){ 0.45f, 0.32f, 0.16f, 0 });
	for (uint32_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		range(c, &ranges[i], haze, 100 + 40 * i);
	if (pmk_lens_blur(c, 0.005f))
		return -ENOMEM;
	pmk_lens_develop(c, 0.95f, 0.4f);
	return 0;
}

/* Grass and flowers close to the lens: only their colours are left. */
static void grow(struct pmk_canvas *near)
{
	static const uint32_t flowers[] = { 0xfff4c0, 0xffe060, 0xffffff, 0xf0b0c0, 0xfff0e0 };
	uint32_t dice = 9;

	for (int i = 0, count = (int)(900 * fminf(near->aspect, 12)); i < count; i++) {
		float x = pmk_random_in(&dice, -0.05f, near->aspect + 0.05f), y = pmk_random_in(&dice, 0.78f, 1.05f);
		pmk_ink ink = pmk_ink_mix(pmk_lens_ink(0x24400f), pmk_lens_ink(0x9aa848), pmk_random(&dice));

		ink[3] = 1;
		pmk_paint_line(near, (struct pmk_point){ x, 1.15f },
			(struct pmk_point){ x + pmk_random_in(&dice, -0.08f, 0.08f), y }, 0.008f, 0.002f,
			&(struct pmk_brush){ .from = ink, .to = ink * (pmk_ink){ 0.4f, 0.4f, 0.3f, 1 } });
	}
	for (int i = 0, count = (int)(26 * fminf(near->aspect, 12)); i < count; i++) {
		float x = pmk_random_in(&dice, -0.05f, near->aspect + 0.05f), y = pmk_random_in(&dice, 0.80f, 1.05f);
		pmk_ink ink = pmk_lens_ink(flowers[(int)(pmk_random(&dice) * 4.99f)]) * pmk_random_in(&dice, 1, 4);

		ink[3] = 1;
		pmk_paint_disc(near, x, y, 0.010f, 0.009f, &(struct pmk_brush){ .from = ink, .to = ink });
	}
}

static int foreground(struct pmk_canvas *c)
{
	struct pmk_canvas near;
	int err = pmk_canvas_init(&near, c->width, c->height);

	if (err)
		return err;
	for (int i = 0; i < c->width * c->height; i++)
		near.px[i] = (pmk_ink){ 0 };
	grow(&near);
	err = pmk_lens_blur(&near, 0.034f);
	if (!err)
		pmk_lens_over(c, &near);
	pmk_canvas_finish(&near);
	return err;
}

int pmk_scenery_meadow(struct pmk_canvas *c)
{
	static const uint32_t hexes[4] = { 0x7ca6cf, 0xa9c6dc, 0xd8dfd8, 0xf4e6cc };
	static const struct range ranges[] = { { 0.43f, 0.14f, 0, 0x9aaebc, 0.26f },
		{ 0.50f, 0.12f, 0.008f, 0x7c9488, 0.24f }, { 0.58f, 0.12f, 0.024f, 0x56704c, 0.34f },
		{ 0.70f, 0.08f, 0.016f, 0x66793c, 0.9f } };
	pmk_ink haze = pmk_lens_ink(0xd6d9c4);

	sky(c, hexes, 0.52f, 0xffffff, 0.6f, 63);
	for (uint32_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		range(c, &ranges[i], haze, 300 + 40 * i);
	if (pmk_lens_blur(c, 0.012f) || foreground(c))
		return -ENOMEM;
	pmk_paint_light(c, c->aspect / 2 - 0.45f, 0.30f, 1.1f, 0.8f, (pmk_ink){ 0.5f, 0.35f, 0.12f, 0 });
	pmk_lens_develop(c, 1.05f, 0.35f);
	return 0;
}

enum { SHADES = 64 };

struct sea {
	pmk_ink shade[SHADES + 1]; /* of the sky, from the top to the horizon */
	pmk_ink deep, glitter;
	float horizon, sun;
	uint32_t seed; /* of the waves */
};

/* Waves by their slope, which the eye sees shrink towards the horizon. */
static pmk_ink water_at(const struct sea *s, float u, float depth)
{
	float x = (u - s->sun) / (depth * 1.6f + 0.02f), z = 0.9f / (depth + 0.035f);
	float slope = pmk_noise(x * 1.6f + 70, z * 4, s->seed) + 0.6f * pmk_noise(x * 5 + 70, z * 9, s->seed + 1) -
		0.8f;
	float path = (u - s->sun) / (0.05f + 0.34f * depth), bright = 0.5f * slope - 0.80f - 0.22f * path * path;
	float up = pmk_clamp01(1 - (depth * (1.3f + 1.1f * slope) + 0.04f * slope) / s->horizon) * SHADES;
	pmk_ink ink = s->shade[(int)up] * 0.72f;

	ink = pmk_ink_mix(ink, s->deep, pmk_ramp(-0.1f, 0.75f, depth + 0.16f * slope));
	if (bright > -1) /* the noise is at most 1 */
		bright += pmk_noise(x * 13 + 70, z * 19, s->seed + 2);
	return bright > 0 ? ink + s->glitter * bright : ink;
}

/* The sky is the same for all seeds. */
static int evening_sea(struct pmk_canvas *c, uint32_t seed)
{
	static const uint32_t hexes[4] = { 0x3d5a86, 0x8a8fa8, 0xe8ab86, 0xffd59a };
	struct sea s = { .deep = pmk_lens_ink(0x16303e),
		.glitter = pmk_lens_ink(0xffc890) * 36,
		.horizon = 0.50f,
		.sun = c->aspect / 2 + 0.36f,
		.seed = seed };

	for (int i = 0; i <= SHADES; i++)
		s.shade[i] = sky_at(hexes, (float)i / SHADES);
	sky(c, hexes, s.horizon, 0xffb08a, 0.5f, 91);
	pmk_paint_light(c, s.sun, s.horizon - 0.03f, 0.75f, 0.36f, (pmk_ink){ 1.5f, 0.9f, 0.35f, 0 });
	for (int y = (int)(s.horizon * c->unit); y < c->height; y++) {
		for (int x = 0; x < c->width; x++)
			*pixel(c, x, y) = water_at(&s, (float)x / c->unit, fmaxf((float)y / c->unit - s.horizon, 0));
	}
	if (pmk_lens_blur(c, 0.0085f))
		return -ENOMEM;
	pmk_paint_light(c, s.sun, s.horizon, 0.8f, 0.5f, (pmk_ink){ 0.3f, 0.18f, 0.06f, 0 });
	pmk_lens_develop(c, 1.1f, 0.4f);
	return 0;
}

static int sea_lit(struct pmk_canvas *c)
{
	return evening_sea(c, 7);
}

static int sea_shaded(struct pmk_canvas *c)
{
	return evening_sea(c, 27);
}

/* Patches between which the waves change from the ones to the others; flat, as everything on water looks. */
static int sea_veil(struct pmk_canvas *c, int veil)
{
	for (int y = 0; y < c->height; y++) {
		for (int x = 0; x < c->width; x++) {
			float u = (float)x / c->unit, v = (float)y / c->unit;
			float n = pmk_noise(u * 9, v * 26, 81 + (uint32_t)veil), light = pmk_ramp(0.15f, 0.60f, n);

			*pixel(c, x, y) = (pmk_ink){ light, light, light, 1 };
		}
	}
	return 0;
}

static struct pmk_point sea_sway(int veil, double seconds, float y)
{
	double turn = veil ? 9.1 : 7.3;

	return (struct pmk_point){ 0.05f * pmk_wave(seconds / turn + 0.3 * (double)y),
		0.028f * pmk_wave(seconds / (turn * 0.77)) };
}

const struct pmk_motion pmk_motion_sea = { sea_lit, sea_shaded, sea_veil, sea_sway };
