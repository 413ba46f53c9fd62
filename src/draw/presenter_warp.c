/* SPDX-License-Identifier: MIT */
#include "draw/presenter_parts.h"

#include <math.h>
#include <string.h>

typedef uint8_t bytes8 __attribute__((vector_size(8)));
typedef uint16_t words8 __attribute__((vector_size(16)));

/* Interpolate the four channels between two pixels of `top` and two of `bottom`, and blend the result over the pixel at
 * `to`. Fractions are in 1/256. */
static inline void blend(uint8_t *to, const uint8_t *top, const uint8_t *bottom, unsigned fx, unsigned fy)
{
	uint16_t right = (uint16_t)fx, left = (uint16_t)(256 - fx);
	bytes8 a, b, below = { 0 };
	words8 mean, under;

	memcpy(&a, top, 8);
	memcpy(&b, bottom, 8);
	if (!((uint64_t)a | (uint64_t)b))
		return;
	mean = __builtin_convertvector(a, words8) * (uint16_t)(256 - fy) +
		__builtin_convertvector(b, words8) * (uint16_t)fy;
	mean = (mean + 128) >> 8;
	mean *= (words8){ left, left, left, left, right, right, right, right };
	mean = (mean + __builtin_shufflevector(mean, mean, 4, 5, 6, 7, 0, 1, 2, 3) + 128) >> 8;
	if (mean[3] < 255) {
		if (!mean[3])
			return;
		memcpy(&below, to, 4);
		under = __builtin_convertvector(below, words8) * (uint16_t)(255 - mean[3]) + 128;
		mean += (under + (under >> 8)) >> 8;
	}
	a = __builtin_convertvector(mean, bytes8);
	memcpy(to, &a, 4);
}

struct pmk_warp pmk_warp_of(const struct pmk_sprite *s, const struct pmk_transform *at, float px_a_head)
{
	float shrink = s->scale / px_a_head, c = pmk_wave((double)at->angle + 0.25) * shrink;
	float d = pmk_wave((double)at->angle) * shrink;
	struct pmk_warp w = { .sprite = s, .u_x = c, .u_y = d, .v_x = -d, .v_y = c };

	w.middle_x = (float)-s->left;
	w.middle_y = (float)-s->top;
	w.u = w.middle_x - at->x * w.u_x - at->y * w.u_y;
	w.v = w.middle_y - at->x * w.v_x - at->y * w.v_y;
	w.push_x = at->push_x * s->scale;
	w.push_y = at->push_y * s->scale;
	w.reach = 1 / (0.74f * 0.74f * s->scale * s->scale);
	return w;
}

/* Narrow the span to the x where `from + x * step` is in 0..most. */
static void narrow(struct pmk_figure_span *span, float from, float step, float most)
{
	float a = -from / step, b = (most - from) / step, low = a < b ? a : b, high = a < b ? b : a;

	if (step > -1e-6f && step < 1e-6f) {
		if (from < 0 || from > most)
			span->end = span->first;
		return;
	}
	if (low > (float)span->first)
		span->first = low < (float)span->end ? (int)ceilf(low) : span->end;
	if (high < (float)(span->end - 1))
		span->end = high > (float)span->first ? (int)floorf(high) + 1 : span->first;
}

struct pmk_figure_span pmk_warp_row(const struct pmk_warp *w, int y, int width, uint8_t *row)
{
	const struct pmk_sprite *s = w->sprite;
	float most_u = (float)s->width - 1.02f, most_v = (float)s->height - 1.02f, u0 = w->u + (float)y * w->u_y;
	float v0 = w->v + (float)y * w->v_y;
	size_t stride = (size_t)s->width * 4;
	bool push = w->push_x != 0 || w->push_y != 0;
	struct pmk_figure_span span = { 0, width };

	narrow(&span, u0, w->u_x, most_u);
	narrow(&span, v0, w->v_x, most_v);
	for (int x = span.first; x < span.end; x++) {
		float u = u0 + (float)x * w->u_x, v = v0 + (float)x * w->v_x;
		const uint8_t *from;
		int iu, iv;

		if (push) {
			float mx = u - w->middle_x, my = v - w->middle_y, near = 1 - (mx * mx + my * my) * w->reach;

			u -= near > 0 ? w->push_x * near : 0;
			v -= near > 0 ? w->push_y * near : 0;
		}
		u = u > 0 ? u : 0;
		v = v > 0 ? v : 0;
		iu = (int)u;
		iv = (int)v;
		from = s->px + (size_t)iv * stride + (size_t)iu * 4;
		blend(row + 4 * (size_t)x, from, from + stride, (unsigned)((u - (float)iu) * 256),
			(unsigned)((v - (float)iv) * 256));
	}
	return span;
}
