/* SPDX-License-Identifier: MIT */
/* What moves a little: the shadow of leaves on a wall, a curtain before a window. The sea is in views.c. */
#include "draw/scenery/motion.h"

#include <errno.h>
#include <math.h>

static pmk_ink *pixel(const struct pmk_canvas *c, int x, int y)
{
	return &c->px[(size_t)y * (size_t)c->width + (size_t)x];
}

static void fill(struct pmk_canvas *c, pmk_ink ink)
{
	for (int i = 0; i < c->width * c->height; i++)
		c->px[i] = ink;
}

/* Two waves whose periods have no common one, so that nothing repeats; within -1..1. */
static float breeze(double seconds, double period, double phase)
{
	return 0.62f * pmk_wave(seconds / period + phase) + 0.38f * pmk_wave(seconds / (period * 0.618) + 2 * phase);
}

/* Whether the sun comes through a window on its way to a place on the wall: four panes, slanted as the sun is low. */
static float through_window(float u, float v)
{
	float x = u + 0.42f * v, y = v - 0.16f * u, bay = 1.5f, soft = 0.022f;
	float across = x - bay * floorf(x / bay),
	      in = pmk_ramp(0.10f - soft, 0.10f + soft, across) * pmk_ramp(1.12f + soft, 1.12f - soft, across) *
		pmk_ramp(-0.06f, -0.06f + 2 * soft, y) * pmk_ramp(0.86f, 0.86f - 2.4f * soft, y);
	float bars = pmk_ramp(0.012f, 0.012f + 1.6f * soft, fabsf(across - 0.61f)) *
		pmk_ramp(0.010f, 0.010f + 1.6f * soft, fabsf(y - 0.30f));

	return in * bars;
}

/* A painted wall, as far as the sun reaches it (`sun` 1) or only the light of the sky (0). */
static int sunny_wall(struct pmk_canvas *c, float sun)
{
	pmk_ink paint = pmk_lens_ink(0xd9cfc0), warm = { 1.18f, 1.00f, 0.74f, 1 }, cold = { 0.27f, 0.275f, 0.29f, 1 };

	for (int y = 0; y < c->height; y++) {
		float v = ((float)y + 0.5f) / c->unit;

		for (int x = 0; x < c->width; x++) {
			float u = ((float)x + 0.5f) / c->unit - c->aspect / 2;
			float sand = 0.93f + 0.10f * pmk_noise(u * 3 + 90, v * 3.4f, 5) +
				0.05f * pmk_noise(u * 80 + 900, v * 80, 6);
			float near = 1 - 0.16f * (u + 0.9f) * (u > -0.9f) / 1.8f - 0.14f * v;

			*pixel(c, x, y) = paint * (sand * near) * (cold + warm * (sun * through_window(u + 0.62f, v)));
		}
	}
	if (pmk_lens_blur(c, 0.003f))
		return -ENOMEM;
	pmk_lens_develop(c, 1.05f, 0.4f);
	return 0;
}

static int leaves_lit(struct pmk_canvas *c)
{
	return sunny_wall(c, 1);
}

static int leaves_shaded(struct pmk_canvas *c)
{
	return sunny_wall(c, 0.10f);
}

/* A twig with leaves on both sides. */
static void twig(struct pmk_canvas *c, struct pmk_point root, float dx, float dy, float leaf, uint32_t *dice)
{
	struct pmk_brush dark = { .from = { 0, 0, 0, 1 }, .to = { 0, 0, 0, 1 } };
	struct pmk_point at = root;

	for (int i = 0; i < 9; i++) {
		float turn = pmk_random_in(dice, -0.3f, 0.3f), side = i % 2 ? 1 : -1;
		struct pmk_point next = { at.x + (dx - dy * turn) / 9, at.y + (dy + dx * turn) / 9 };
		float length = leaf * pmk_random_in(dice, 0.7f, 1.3f), lean = pmk_random_in(dice, 0.5f, 1.1f);
		struct pmk_point tip = { next.x + length * (dx * 2 - side * dy * 3 * lean),
			next.y + length * (dy * 2 + side * dx * 3 * lean) };
		struct pmk_point middle = { next.x + (tip.x - next.x) * 0.45f, next.y + (tip.y - next.y) * 0.45f };

		pmk_paint_line(c, at, next, 0.004f, 0.003f, &dark);
		pmk_paint_line(c, next, middle, 0.003f, leaf * 0.34f, &dark);
		pmk_paint_line(c, middle, tip, leaf * 0.34f, 0.001f, &dark);
		at = next;
	}
}

static int leaves_veil(struct pmk_canvas *c, int veil)
{
	float thin = veil ? 0.16f : 0.24f, leaf = veil ? 0.060f : 0.046f;
	uint32_t dice = veil ? 51 : 12;

	fill(c, (pmk_ink){ 1, 1, 1, 1 });
	for (float x = -0.2f; x < c->aspect + 0.3f; x += thin) {
		for (int i = 0; i < 5; i++) {
			struct pmk_point root = { x + pmk_random_in(&dice, -0.2f, 0.2f),
				pmk_random_in(&dice, -0.2f, 1) };
			float keep = pmk_noise(root.x * 1.5f + 5, root.y * 1.5f, 30 + (uint32_t)veil) +
				0.25f * (0.5f - root.y);
			float dx = pmk_random_in(&dice, -0.45f, 0.05f), dy = pmk_random_in(&dice, 0.05f, 0.32f);

			if (keep > 0.44f)
				twig(c, root, dx, dy, leaf, &dice);
		}
	}
	return pmk_lens_blur(c, veil ? 0.034f : 0.017f);
}

static struct pmk_point leaves_sway(int veil, double seconds, float y)
{
	float gust = 0.6f + 0.4f * pmk_wave(seconds / 23.0);
	float x = breeze(seconds, veil ? 7.3 : 5.1, 0.13 * veil + 0.06 * (double)y);

	return (struct pmk_point){ 0.024f * gust * x * (0.5f + y),
		0.010f * gust * breeze(seconds, veil ? 6.1 : 4.3, 0.4 + 0.2 * veil) };
}

const struct pmk_motion pmk_motion_leaves = { leaves_lit, leaves_shaded, leaves_veil, leaves_sway };

/* The window behind a curtain: panes that are a bit brighter than the bars between them, out of focus. */
static int window_light(struct pmk_canvas *c, pmk_ink cloth)
{
	pmk_ink day = { 1.0f, 0.985f, 0.95f, 1 };

	for (int y = 0; y < c->height; y++) {
		float v = ((float)y + 0.5f) / c->unit;

		for (int x = 0; x < c->width; x++) {
			float u = ((float)x + 0.5f) / c->unit - c->aspect / 2,
			      bay = u - 0.78f * floorf(u / 0.78f + 0.5f);
			float bar = pmk_ramp(0.010f, 0.07f, fabsf(bay)) * pmk_ramp(0.010f, 0.07f, fabsf(v - 0.30f));
			float open = pmk_ramp(1.06f, 0.80f, v) *
				pmk_ramp(1.5f, 0.2f, fabsf(u) * 1.75f / fmaxf(c->aspect, 1));
			float outside = 0.86f + 0.28f * pmk_noise(u * 2.2f + 30, v * 2.8f, 8);

			*pixel(c, x, y) = day * cloth * (0.20f + 0.80f * open * (0.80f + 0.20f * bar) * outside);
		}
	}
	if (pmk_lens_blur(c, 0.012f))
		return -ENOMEM;
	pmk_lens_develop(c, 0.95f, 0.25f);
	return 0;
}

static int curtain_lit(struct pmk_canvas *c)
{
	return window_light(c, (pmk_ink){ 1, 0.985f, 0.955f, 1 });
}

static int curtain_shaded(struct pmk_canvas *c)
{
	return window_light(c, (pmk_ink){ 0.42f, 0.385f, 0.33f, 1 });
}

/* Folds: narrow ones, and the wide ones on which these lie. They hang almost straight. */
static int curtain_veil(struct pmk_canvas *c, int veil)
{
	float waves = veil ? 3.1f : 8.7f, least = veil ? 0.45f : 0.20f;

	for (int y = 0; y < c->height; y++) {
		float v = (float)y / c->unit;

		for (int x = 0; x < c->width; x++) {
			float u = (float)x / c->unit, drift = 0.5f * pmk_noise(u * 1.9f, v * 0.7f, 71 + (uint32_t)veil);
			float part = (u + 0.35f * drift) * waves + 0.6f * pmk_noise(u * 3.7f, 0.5f + v * 0.35f, 75);
			float fold = 0.5f + 0.5f * pmk_wave(part),
			      deep = 0.45f + 0.55f * pmk_noise(u * 2.7f, v * 0.8f, 77);
			float light = 1 - (1 - least) * deep * fold * fold;

			*pixel(c, x, y) = (pmk_ink){ light, light, light, 1 };
		}
	}
	return pmk_lens_blur(c, 0.010f);
}

static struct pmk_point curtain_sway(int veil, double seconds, float y)
{
	float air = 0.55f + 0.45f * pmk_wave(seconds / 31.0);
	float x = breeze(seconds, veil ? 11.0 : 8.3, 0.2 * veil + 0.10 * (double)y);

	return (struct pmk_point){ (veil ? 0.034f : 0.020f) * air * x * (0.15f + 0.85f * y), 0 };
}

const struct pmk_motion pmk_motion_curtain = { curtain_lit, curtain_shaded, curtain_veil, curtain_sway };
