/* SPDX-License-Identifier: MIT */
/* Kernels with little work per element: elementwise operators, pools, resize, softmax, copies. */
#include "base/num.h"
#include "model/own/kernel_level.h"

#include <math.h>
#include <string.h>

#define LANES PMK_PLAIN_LANES
#include "model/own/vector.inc"

static float *row_of(const struct pmk_nhwc *t, int row)
{
	return t->at + (size_t)(row / t->h) * t->image + (size_t)(row % t->h) * t->row;
}

/* How many floats of a pixel may be written. */
static size_t room_of(const struct pmk_nhwc *t)
{
	return t->pixel % PMK_PAD ? (size_t)t->c : t->pixel;
}

/* The row of an operand, which may be broadcast, for row `row` of the result. */
static const float *operand_row(const struct pmk_nhwc *operand, const struct pmk_nhwc *y, int row)
{
	return operand->at + (size_t)(row / y->h) * operand->image + (size_t)(row % y->h) * operand->row;
}

static INLINE V(vec) operand_at(const float *pixel, size_t c, bool alone)
{
	return alone ? V(splat)(*pixel) : V(load)(pixel + c);
}

/* Compute a row of `pixels` with `room` floats each. */
static INLINE void binary_pixels(const struct pmk_step *s, const float *a, const float *b, const float *add, float *y,
	int pixels, size_t room, const bool multiply)
{
	bool a_alone = s->x.c == 1 && s->y.c > 1, b_alone = s->b.c == 1 && s->y.c > 1;

	for (int i = 0; i < pixels; i++, a += s->x.pixel, b += s->b.pixel, y += s->y.pixel) {
		for (size_t c = 0; c < room; c += LANES) {
			V(vec) u = operand_at(a, c, a_alone), v = operand_at(b, c, b_alone);

			v = V(activate)(multiply ? u * v : u + v, s->activation);
			if (add)
				v += V(load)(add + c);
			V(store_some)(y + c, v, room - c);
		}
		if (add)
			add += s->add.pixel;
	}
}

static INLINE void binary(const struct pmk_step *s, int first, int last, const bool multiply)
{
	const size_t pixel = s->y.pixel;
	/* a row without gaps is treated as one long pixel */
	bool flat = s->x.pixel == pixel && s->b.pixel == pixel && s->x.c == s->y.c && s->b.c == s->y.c &&
		(!s->add.at || s->add.pixel == pixel);

	for (int row = first; row < last; row++) {
		const float *a = operand_row(&s->x, &s->y, row), *b = operand_row(&s->b, &s->y, row);
		const float *add = s->add.at ? row_of(&s->add, row) : NULL;

		binary_pixels(s, a, b, add, row_of(&s->y, row), flat ? 1 : s->y.w,
			flat ? pixel * (size_t)s->y.w : room_of(&s->y), multiply);
	}
}

void LEVEL(pmk_kernel_add)(const struct pmk_step *s, int first, int last, const struct pmk_scratch *scratch)
{
	binary(s, first, last, false);
}

void LEVEL(pmk_kernel_mul)(const struct pmk_step *s, int first, int last, const struct pmk_scratch *scratch)
{
	binary(s, first, last, true);
}

void LEVEL(pmk_kernel_unary)(const struct pmk_step *s, int first, int last, const struct pmk_scratch *scratch)
{
	bool flat = s->x.pixel == s->y.pixel;
	size_t room = flat ? (size_t)s->y.w * s->y.pixel : room_of(&s->y);

	for (int row = first; row < last; row++) {
		const float *x = row_of(&s->x, row);
		float *y = row_of(&s->y, row);

		for (int i = 0; i < (flat ? 1 : s->y.w); i++, x += s->x.pixel, y += s->y.pixel) {
			for (size_t c = 0; c < room; c += LANES)
				V(store_some)(y + c, V(activate)(V(load)(x + c), s->activation), room - c);
		}
	}
}

static void softmax(const float *x, float *y, size_t count)
{
	float most = x[0], sum = 0;

	for (size_t c = 1; c < count; c++)
		most = x[c] > most ? x[c] : most;
	for (size_t c = 0; c < count; c += LANES)
		V(store_some)(y + c, V(exponential)(V(load)(x + c) - most), count - c);
	for (size_t c = 0; c < count; c++)
		sum += y[c];
	for (size_t c = 0; c < count; c++)
		y[c] /= sum;
}

void LEVEL(pmk_kernel_softmax)(const struct pmk_step *s, int first, int last, const struct pmk_scratch *scratch)
{
	for (int row = first; row < last; row++) {
		for (int i = 0; i < s->y.w; i++)
			softmax(row_of(&s->x, row) + (size_t)i * s->x.pixel,
				row_of(&s->y, row) + (size_t)i * s->y.pixel, (size_t)s->y.c);
	}
}

/* Four independent sums, so that additions do not wait for each other. */
static V(vec) sum_row(const float *from, size_t step, int count)
{
	V(vec) sum[4] = { { 0 } };
	int i = 0;

	for (; i + 4 <= count; i += 4, from += 4 * step) {
		UNROLL for (int k = 0; k < 4; k++) sum[k] += V(load)(from + (size_t)k * step);
	}
	for (; i < count; i++, from += step)
		sum[0] += V(load)(from);
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Row by row, so that each cache line is fetched once, and not for each group of channels. */
void LEVEL(pmk_kernel_mean)(const struct pmk_step *s, int first, int last, const struct pmk_scratch *scratch)
{
	const float part = 1.0f / ((float)s->x.h * (float)s->x.w);
	size_t room = room_of(&s->y);

	for (int n = first; n < last; n++) {
		float *y = s->y.at + (size_t)n * s->y.image;

		memset(y, 0, room * sizeof *y);
		for (int row = 0; row < s->x.h; row++) {
			for (size_t c = 0; c < room; c += LANES)
				V(store_some)
			(y + c, V(load)(y + c) + sum_row(row_of(&s->x, n * s->x.h + row) + c, s->x.pixel, s->x.w),
				room - c);
		}
		for (size_t c = 0; c < room; c += LANES)
			V(store_some)(y + c, V(activate)(V(load)(y + c) * part, s->activation), room - c);
	}
}

void LEVEL(pmk_kernel_pool)(const struct pmk_step *s, int first, int last, const struct pmk_scratch *scratch)
{
	size_t room = room_of(&s->y);

	for (int row = first; row < last; row++) {
		const float *x = s->x.at + (size_t)(row / s->y.h) * s->x.image;
		int corner_y = row % s->y.h * s->stride_h - s->top;
		int top = pmk_max(corner_y, 0), bottom = pmk_min(corner_y + s->kernel_h, s->x.h);

		for (int i = 0; i < s->y.w; i++) {
			int corner_x = i * s->stride_w - s->left, left = pmk_max(corner_x, 0),
			    right = pmk_min(corner_x + s->kernel_w, s->x.w);
			float part = 1.0f / ((float)(bottom - top) * (float)(right - left));

			for (size_t c = 0; c < room; c += LANES) {
				V(vec) sum = { 0 };

				for (int from = top; from < bottom; from++)
					sum += sum_row(x + (size_t)from * s->x.row + (size_t)left * s->x.pixel + c,
						s->x.pixel, right - left);
				V(store_some)
				(row_of(&s->y, row) + (size_t)i * s->y.pixel + c,
					V(activate)(sum * part, s->activation), room - c);
			}
		}
	}
}

/* Interpolate a whole row of the input vertically, then horizontally. Without padding, a pixel's vector spills into the
 * next pixel, which overwrites it; at the end of the row only the rest is stored. */
void LEVEL(pmk_kernel_resize)(const struct pmk_step *s, int first, int last, const struct pmk_scratch *scratch)
{
	size_t count = (size_t)s->x.w * s->x.pixel, room = room_of(&s->y), whole = (room + LANES - 1) / LANES;

	for (int row = first; row < last; row++) {
		const struct pmk_lerp down = s->rows[row % s->y.h];
		const float *x = s->x.at + (size_t)(row / s->y.h) * s->x.image;
		const float *top = x + (size_t)down.first * s->x.row, *bottom = x + (size_t)down.second * s->x.row;
		float *y = row_of(&s->y, row);

		for (size_t i = 0; i < count; i += LANES)
			V(store)
		(scratch->row + i, V(load)(top + i) + (V(load)(bottom + i) - V(load)(top + i)) * down.part);
		for (int i = 0; i < s->y.w; i++, y += s->y.pixel) {
			const float *left = scratch->row + (size_t)s->columns[i].first * s->x.pixel;
			const float *right = scratch->row + (size_t)s->columns[i].second * s->x.pixel;
			size_t left_over = (size_t)(s->y.w - i) * s->y.pixel;

			for (size_t c = 0; c < whole * LANES; c += LANES)
				V(store_some)
			(y + c, V(load)(left + c) + (V(load)(right + c) - V(load)(left + c)) * s->columns[i].part,
				left_over > c ? left_over - c : 0);
		}
	}
}

void LEVEL(pmk_kernel_copy)(const struct pmk_step *s, int first, int last, const struct pmk_scratch *scratch)
{
	for (int row = first; row < last; row++) {
		const float *x = row_of(&s->x, row);
		float *y = row_of(&s->y, row);

		for (int i = 0; i < s->y.w; i++)
			memcpy(y + (size_t)i * s->y.pixel, x + (size_t)i * s->x.pixel, (size_t)s->y.c * sizeof *y);
	}
}

/* The position of the next element. */
struct cursor {
	const struct pmk_nhwc *nhwc;
	int row, pixel, channel;
};

static float *next(struct cursor *at)
{
	const struct pmk_nhwc *t = at->nhwc;
	float *element = row_of(t, at->row) + (size_t)at->pixel * t->pixel + (size_t)at->channel;

	if (++at->channel == t->c) {
		at->channel = 0;
		if (++at->pixel == t->w) {
			at->pixel = 0;
			at->row++;
		}
	}
	return element;
}

void LEVEL(pmk_kernel_reshape)(const struct pmk_step *s, int first, int last, const struct pmk_scratch *scratch)
{
	struct cursor from = { .nhwc = &s->x }, to = { .nhwc = &s->y };

	for (size_t left = (size_t)s->y.n * (size_t)s->y.h * (size_t)s->y.w * (size_t)s->y.c; left; left--)
		*next(&to) = *next(&from);
}

const struct pmk_kernels LEVEL(pmk_kernels) = {
	.run = {
		[PMK_KERNEL_CONV] = LEVEL(pmk_kernel_conv),
		[PMK_KERNEL_SCALE_WEIGHTS] = LEVEL(pmk_kernel_scale_weights),
		[PMK_KERNEL_TRANSPOSE_BLOCKS] = LEVEL(pmk_kernel_transpose_blocks),
		[PMK_KERNEL_DOUBLE] = LEVEL(pmk_kernel_double),
		[PMK_KERNEL_TRANSPOSE] = LEVEL(pmk_kernel_transpose),
		[PMK_KERNEL_DEPTHWISE] = LEVEL(pmk_kernel_depthwise),
		[PMK_KERNEL_DEPTHWISE_ANY] = LEVEL(pmk_kernel_depthwise_any),
		[PMK_KERNEL_ADD] = LEVEL(pmk_kernel_add),
		[PMK_KERNEL_MUL] = LEVEL(pmk_kernel_mul),
		[PMK_KERNEL_POOL] = LEVEL(pmk_kernel_pool),
		[PMK_KERNEL_MEAN] = LEVEL(pmk_kernel_mean),
		[PMK_KERNEL_RESIZE] = LEVEL(pmk_kernel_resize),
		[PMK_KERNEL_UNARY] = LEVEL(pmk_kernel_unary),
		[PMK_KERNEL_SOFTMAX] = LEVEL(pmk_kernel_softmax),
		[PMK_KERNEL_COPY] = LEVEL(pmk_kernel_copy),
		[PMK_KERNEL_RESHAPE] = LEVEL(pmk_kernel_reshape),
	},
	.block = LEVEL(pmk_kernel_block),
};
