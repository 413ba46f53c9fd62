/* SPDX-License-Identifier: MIT */
/* A canvas of float pixels and the few soft-edged shapes that our own pictures are drawn with: the built-in backdrops
 * and the presenter with its office.
 *
 * The one rule: the same calls give the same pixels on every machine. So there is nothing of libm in here but sqrtf,
 * which IEEE 754 rounds exactly, and a file that draws includes this header first: it forbids fused multiply-add.
 * Lengths are in units of the picture's height: (0, 0) is the top left, (aspect, 1) the bottom right. One thread a
 * canvas. */
#ifndef PMK_DRAW_PAINT_H
#define PMK_DRAW_PAINT_H

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("fp-contract=off")
#endif

#include "image/colour.h"

/* Red, green, blue as displays take them, 0..1, and opacity. Arithmetic works lane by lane. */
typedef float pmk_ink __attribute__((vector_size(16)));

struct pmk_canvas {
	int width, height; /* px */
	float unit; /* px a unit of length */
	float aspect; /* width in units */
	pmk_ink *px; /* tight rows */
};

/* How a shape is filled: from `from` at its top (left when `across`) to `to` at its bottom (right). */
struct pmk_brush {
	pmk_ink from, to;
	bool across;
	float soft; /* width of the edge's ramp; at least one pixel is used */
	float round; /* radius of a box's corners */
	float grain; /* 0..1: how much streaks along the shape's longer side vary the colour */
	uint32_t seed; /* of the grain */
};

struct pmk_point {
	float x, y;
};

/* A canvas for a picture of that size: the same aspect, at most about 2 million pixels, so that drawing
 * has a bounded cost. -ENOMEM. */
int pmk_canvas_init(struct pmk_canvas *canvas, int width, int height) __attribute__((warn_unused_result));
void pmk_canvas_finish(struct pmk_canvas *canvas); /* a zeroed canvas is fine too */

void pmk_paint_box(struct pmk_canvas *canvas, float x, float y, float w, float h, const struct pmk_brush *brush);
void pmk_paint_disc(struct pmk_canvas *canvas, float x, float y, float rx, float ry, const struct pmk_brush *brush);
/* From a to b, of radius ra at a and rb at b, with round ends. */
void pmk_paint_line(struct pmk_canvas *canvas, struct pmk_point a, struct pmk_point b, float ra, float rb,
	const struct pmk_brush *brush);
/* Convex, its corners clockwise. */
void pmk_paint_polygon(
	struct pmk_canvas *canvas, const struct pmk_point *corners, int count, const struct pmk_brush *brush);

/* Multiply by 1 + ink within the ellipse, fading to its rim: light when positive, shade when negative. */
void pmk_paint_light(struct pmk_canvas *canvas, float x, float y, float rx, float ry, pmk_ink ink);
/* three box filters: near a Gaussian of sigma = radius */
void pmk_paint_blur(struct pmk_canvas *canvas, float radius);

/* To 8 bits, scaled to the size of `rgb`, dithered by less than one step so that gradients show no bands. */
void pmk_canvas_to_rgb(const struct pmk_canvas *canvas, struct pmk_rgb *rgb);

/* Numbers for pictures: deterministic everywhere. */
uint32_t pmk_hash(uint32_t value);
/* 0..1, the next of a row. One draw an expression: C leaves the order of two open, and compilers differ. */
float pmk_random(uint32_t *state);
float pmk_random_in(uint32_t *state, float least, float most);
float pmk_noise(float x, float y, uint32_t seed); /* smooth value noise, 0..1, one cell a unit; |x|, |y| < 1e6 */
float pmk_wave(double turns); /* sine of that many whole turns, within 0.002 */
pmk_ink pmk_ink_hex(uint32_t rgb); /* 0xrrggbb, opaque */
pmk_ink pmk_ink_mix(pmk_ink a, pmk_ink b, float t);
pmk_ink pmk_ink_scale(pmk_ink ink, float by); /* brightness; the opacity stays */

static inline float pmk_clamp01(float v)
{
	return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* Smooth step from 0 at a to 1 at b; a may be above b. */
static inline float pmk_ramp(float a, float b, float v)
{
	float t = pmk_clamp01((v - a) / (b - a));

	return t * t * (3 - 2 * t);
}

#endif
