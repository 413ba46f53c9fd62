/* SPDX-License-Identifier: MIT */
/* Walls in light from one side: plaster, brick, and the studio's paper. */
#include "draw/scenery/scenery_parts.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* How high trowelled plaster is at a place: large waves, strokes, sand. */
static float plaster_height(float u, float v)
{
	return 0.9f * pmk_noise(u * 2.2f + v, v * 2.6f, 41) + 0.34f * pmk_noise(u * 7 + v * 3, v * 10 - u * 2, 42) +
		0.13f * pmk_noise(u * 31 - v * 9, v * 26, 43) + 0.06f * pmk_noise(u * 95, v * 88, 44);
}

/* A wall whose slopes light from the upper left shows; `tone` at the middle of the light, darker away from it. */
int pmk_scenery_plaster(struct pmk_canvas *c)
{
	float *high = pmk_mem_alloc((size_t)(c->width + 1) * 2 * sizeof(*high)), *above = high, *here, *swap;
	pmk_ink tone = pmk_lens_ink(0xb9afa3);

	if (!high)
		return -ENOMEM;
	here = above + c->width + 1;
	for (int y = -1; y < c->height; y++) {
		float v = ((float)y + 0.5f) / c->unit;

		for (int x = 0; x <= c->width; x++)
			here[x] = plaster_height(((float)x - 0.5f) / c->unit, v);
		for (int x = 0; x < c->width && y >= 0; x++) {
			float u = ((float)x + 0.5f) / c->unit, dx = (u - 0.30f * c->aspect) / (0.62f * c->aspect);
			float slope = (here[x + 1] - here[x] + 0.7f * (here[x + 1] - above[x + 1])) * c->unit / 360;
			float lit = 0.16f +
				0.95f * pmk_ramp(1.35f, 0, sqrtf(dx * dx + (v - 0.28f) * (v - 0.28f) * 1.1f));

			c->px[(size_t)y * (size_t)c->width + (size_t)x] = tone *
				(lit * (1 + 5.5f * slope) * (0.86f + 0.16f * here[x]));
		}
		swap = above;
		above = here;
		here = swap;
	}
	free(high);
	pmk_paint_light(c, 0.1f * c->aspect, 0.1f, 0.9f * c->aspect, 1.2f, (pmk_ink){ 0.16f, 0.08f, -0.04f, 0 });
	if (pmk_lens_blur(c, 0.0035f))
		return -ENOMEM;
	pmk_lens_develop(c, 1.25f, 0.4f);
	return 0;
}

/* A brick under many coats of paint: hardly another colour than its neighbours, but with edges that catch the light
 * from the upper left, and a shadow in the joint. */
static void brick(struct pmk_canvas *c, float x, float y, float w, float h, uint32_t seed)
{
	uint32_t dice = seed;
	float tone = pmk_random_in(&dice, 0.86f, 1.06f), out = pmk_random_in(&dice, 0.6f, 1.3f);
	pmk_ink paint = pmk_lens_ink(0xd3ccc1) * tone, dark = paint * 0.30f, edge = paint * 1.18f;
	struct pmk_brush brush = {
		.from = paint, .to = paint * 0.90f, .round = 0.010f, .soft = 0.009f, .grain = 0.10f, .seed = seed
	};

	x += pmk_random_in(&dice, -0.003f, 0.003f);
	y += pmk_random_in(&dice, -0.002f, 0.002f);
	w += pmk_random_in(&dice, -0.004f, 0.002f);
	paint[3] = dark[3] = edge[3] = brush.from[3] = brush.to[3] = 1;
	pmk_paint_box(c, x + 0.004f * out, y + 0.006f * out, w, h,
		&(struct pmk_brush){ .from = dark, .to = dark, .round = 0.010f, .soft = 0.010f });
	pmk_paint_box(c, x - 0.001f, y - 0.002f * out, w, h,
		&(struct pmk_brush){ .from = edge, .to = edge, .round = 0.010f, .soft = 0.008f });
	pmk_paint_box(c, x, y, w, h, &brush);
}

/* Stains and dust, on bricks and mortar alike. */
static void weather(struct pmk_canvas *c)
{
	for (int y = 0; y < c->height; y++) {
		for (int x = 0; x < c->width; x++) {
			float u = (float)x / c->unit, v = (float)y / c->unit;
			float n = pmk_noise(u * 3.3f, v * 3.9f, 7) + 0.5f * pmk_noise(u * 60, v * 64, 8) - 0.75f;

			c->px[(size_t)y * (size_t)c->width + (size_t)x] *= 1 + 0.30f * n;
		}
	}
}

int pmk_scenery_brick(struct pmk_canvas *c)
{
	pmk_ink mortar = pmk_lens_ink(0xb4ada2);
	float h = 0.062f, w = 0.196f, gap = 0.011f;
	uint32_t seed = 3;

	pmk_paint_box(c, -1, -0.1f, c->aspect + 2, 1.2f, &(struct pmk_brush){ .from = mortar, .to = mortar * 0.8f });
	for (int row = -1; (float)row * (h + gap) < 1; row++) {
		float x = c->aspect / 2 - ceilf(c->aspect / 2 / (w + gap) + 1) * (w + gap) +
			(row & 1 ? (w + gap) / 2 : 0);

		for (; x < c->aspect; x += w + gap)
			brick(c, x, (float)row * (h + gap) + 0.02f, w, h, pmk_hash(seed++));
	}
	weather(c);
	if (pmk_lens_blur(c, 0.008f))
		return -ENOMEM;
	for (int y = 0; y < c->height; y++) {
		for (int x = 0; x < c->width; x++) {
			float u = ((float)x / c->unit - c->aspect * 0.28f) / (c->aspect * 0.8f),
			      v = (float)y / c->unit - 0.30f;
			float lit = 0.16f + 0.95f * pmk_ramp(1.2f, 0, sqrtf(u * u + v * v * 0.7f));

			c->px[(size_t)y * (size_t)c->width + (size_t)x] *= (pmk_ink){ lit * 1.06f, lit, lit * 0.92f,
				1 };
		}
	}
	pmk_lens_develop(c, 1.15f, 0.4f);
	return 0;
}

/* Painted canvas behind a portrait, lit in the middle. */
int pmk_scenery_studio(struct pmk_canvas *c)
{
	pmk_ink dark = pmk_lens_ink(0x1e242b), lit = pmk_lens_ink(0x9aa6b0);

	for (int y = 0; y < c->height; y++) {
		for (int x = 0; x < c->width; x++) {
			float u = (float)x / c->unit - c->aspect / 2, v = (float)y / c->unit;
			float cloud = pmk_noise(u * 2.1f + 40, v * 2.6f, 3) +
				0.6f * pmk_noise(u * 5 + v + 40, v * 5.3f, 4) +
				0.35f * pmk_noise(u * 11 + 40, v * 12 + u, 5) - 0.97f;
			float dx = (u + 0.10f) / 1.05f, dy = (v - 0.40f) / 0.90f,
			      q = pmk_clamp01(1 - dx * dx - dy * dy);

			c->px[(size_t)y * (size_t)c->width + (size_t)x] = pmk_ink_mix(dark, lit, q * q * 0.85f) *
				(1 + 0.24f * cloud);
		}
	}
	pmk_paint_light(c, c->aspect / 2 + 0.6f, 0.9f, 1.0f, 0.7f, (pmk_ink){ 0.40f, 0.20f, 0.02f, 0 });
	if (pmk_lens_blur(c, 0.012f))
		return -ENOMEM;
	pmk_lens_develop(c, 1.2f, 0.45f);
	return 0;
}
