/* SPDX-License-Identifier: MIT */
/* A canvas of float pixels, and the soft-edged shapes with which our own pictures are drawn: the built-in backdrops,
 * and the presenter with the office.
 *
 * The one rule: the same calls give the same pixels on every machine. So the only function of libm in use is sqrtf,
 * which IEEE 754 rounds exactly, and a file that draws includes this header first, because it forbids fused
 * multiply-add.
 *
 * Lengths are in units of the picture's height: (0, 0) is the top left, (aspect, 1) the bottom right. A canvas belongs
 * to one thread.
 *
 *	pmk_paint_box(&canvas, 0, 0, canvas.aspect, 0.5f, &(struct pmk_brush){ .from = sky, .to = haze }); */
#ifndef PMK_DRAW_PAINT_H
#define PMK_DRAW_PAINT_H

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("fp-contract=off")
#endif

#include "image/colour.h"

/* Red, green and blue as displays expect them, and opacity, each 0..1. Arithmetic works lane by lane. */
typedef float pmk_ink __attribute__((vector_size(16)));

struct pmk_canvas {
	int width, height; /* px */
	float unit; /* px per unit of length */
	float aspect; /* width in units */
	pmk_ink *px; /* rows without gaps */
};

/* How a shape is filled: a gradient from `from` at the top to `to` at the bottom; if `across`, from the left to the
 * right. */
struct pmk_brush {
	pmk_ink from, to;
	bool across;
	float soft; /* width of the edge's ramp; a pixel at least */
	float round; /* radius of a box's corners */
	float grain; /* 0..1: how much streaks along the shape's longer side vary the colour */
	uint32_t seed; /* of the grain */
};

struct pmk_point {
	float x, y;
};

/* Make a canvas for a picture of width x height px. It has the same aspect, but at most about 2 million pixels, so that
 * the cost of drawing is bounded. 0 or -ENOMEM. */
int pmk_canvas_init(struct pmk_canvas *canvas, int width, int height) __attribute__((warn_unused_result));
void pmk_canvas_finish(struct pmk_canvas *canvas); /* a zeroed canvas is allowed */

void pmk_paint_box(struct pmk_canvas *canvas, float x, float y, float w, float h, const struct pmk_brush *brush);
void pmk_paint_disc(struct pmk_canvas *canvas, float x, float y, float rx, float ry, const struct pmk_brush *brush);
/* A line from a to b with round ends; its radius is ra at a and rb at b. */
void pmk_paint_line(struct pmk_canvas *canvas, struct pmk_point a, struct pmk_point b, float ra, float rb,
	const struct pmk_brush *brush);
/* A convex polygon; its corners are in clockwise order. */
void pmk_paint_polygon(
	struct pmk_canvas *canvas, const struct pmk_point *corners, int count, const struct pmk_brush *brush);

/* Multiply by 1 + ink in the middle of the ellipse, fading towards its edge. A positive ink is light, a negative one
 * shade. */
void pmk_paint_light(struct pmk_canvas *canvas, float x, float y, float rx, float ry, pmk_ink ink);
/* Blur with three box filters, which is close to a Gaussian of sigma = radius. */
void pmk_paint_blur(struct pmk_canvas *canvas, float radius);

/* Convert to 8 bits in the size of `rgb`, dithered by less than one step so that gradients show no bands. */
void pmk_canvas_to_rgb(const struct pmk_canvas *canvas, struct pmk_rgb *rgb);

/* Pseudo-random numbers, the same on every machine. */
uint32_t pmk_hash(uint32_t value);
/* The next number in 0..1. Draw only one number in an expression: C does not define the order of two calls, and
 * compilers differ. */
float pmk_random(uint32_t *state);
float pmk_random_in(uint32_t *state, float least, float most);
float pmk_noise(float x, float y, uint32_t seed); /* smooth value noise in 0..1 on a grid of step 1; |x|, |y| < 1e6 */
float pmk_wave(double cycles); /* sin(2 pi cycles), within 0.002 */
pmk_ink pmk_ink_hex(uint32_t rgb); /* 0xrrggbb, opaque */
pmk_ink pmk_ink_scale(pmk_ink ink, float by); /* scale the brightness; the opacity stays */

static inline pmk_ink pmk_ink_mix(pmk_ink a, pmk_ink b, float t)
{
	return a + (b - a) * t;
}

static inline float pmk_clamp01(float v)
{
	return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* Smooth step from 0 at a to 1 at b; a may be greater than b. */
static inline float pmk_ramp(float a, float b, float v)
{
	float t = pmk_clamp01((v - a) / (b - a));

	return t * t * (3 - 2 * t);
}

#endif
