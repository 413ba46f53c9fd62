/* SPDX-License-Identifier: MIT */
/* The last layer of a segmenter: one output channel, enlarged to twice the size. It computes four pixels at a time, as
 * the four weights of a pixel would fill only a quarter of a vector. Lanes are partial sums of [tap][input % 4], then
 * of [tap][pixel]. */
#include "model/own/kernel_level.h"

#ifdef __AVX512F__
#define LANES 16
#else
#define LANES PMK_PLAIN_LANES
#endif
#include "model/own/vector.inc"

enum { AT_A_TIME = 4, TAPS = 4, VECTORS = AT_A_TIME * TAPS / LANES };

/* From each group of four lanes, take four of the lanes of a (0 to 3) and b (4 to 7). */
#define LANE(i, group) (((i) < 4 ? (i) : (i)-4 + LANES) + 4 * (group))
#define FOUR(i, j, k, l, group) LANE(i, group), LANE(j, group), LANE(k, group), LANE(l, group)
#if LANES == 16
#define PICK(a, b, ...) \
	__builtin_shufflevector( \
		a, b, FOUR(__VA_ARGS__, 0), FOUR(__VA_ARGS__, 1), FOUR(__VA_ARGS__, 2), FOUR(__VA_ARGS__, 3))
#elif LANES == 8
#define PICK(a, b, ...) __builtin_shufflevector(a, b, FOUR(__VA_ARGS__, 0), FOUR(__VA_ARGS__, 1))
#else
#define PICK(a, b, ...) __builtin_shufflevector(a, b, FOUR(__VA_ARGS__, 0))
#endif

typedef float four __attribute__((vector_size(16), aligned(4)));
typedef float eight __attribute__((vector_size(32), aligned(4)));

/* Repeat four inputs over the vector. */
static INLINE V(vec) repeat(const float *from)
{
	four x = *(const four *)from;

#if LANES == 16
	return (V(vec))_mm512_broadcast_f32x4((__m128)x);
#elif LANES == 8
	return __builtin_shufflevector(x, x, 0, 1, 2, 3, 0, 1, 2, 3);
#else
	return x;
#endif
}

/* From [tap][input] of each pixel to [tap][pixel]. */
static INLINE V(vec) sum_inputs(const V(vec) * each)
{
	V(vec) a = PICK(each[0], each[1], 0, 4, 1, 5) + PICK(each[0], each[1], 2, 6, 3, 7);
	V(vec) b = PICK(each[2], each[3], 0, 4, 1, 5) + PICK(each[2], each[3], 2, 6, 3, 7);

	return PICK(a, b, 0, 1, 4, 5) + PICK(a, b, 2, 3, 6, 7);
}

static INLINE void double_four(
	const struct pmk_step *s, const enum pmk_step_activation activation, const float *x, float *top, float *bottom)
{
	V(vec) sum[VECTORS][AT_A_TIME] = { { { 0 } } };
	float square[TAPS * AT_A_TIME];

	for (int k = 0; k < s->depth; k += 4) {
		UNROLL for (int v = 0; v < VECTORS; v++)
		{
			V(vec) weights = V(load)(s->weights + TAPS * k + LANES * v);

			UNROLL for (int i = 0; i < AT_A_TIME; i++)
				sum[v][i] += repeat(x + (size_t)i * s->x.pixel + k) * weights;
		}
	}
	UNROLL for (int v = 0; v < VECTORS; v++)
		V(store)(square + LANES * v, V(activate)(sum_inputs(sum[v]) + V(splat)(s->bias[0]), activation));
	*(eight *)top = __builtin_shufflevector(*(eight *)square, *(eight *)square, 0, 4, 1, 5, 2, 6, 3, 7);
	*(eight *)bottom = __builtin_shufflevector(*(eight *)(square + 8), *(eight *)square, 0, 4, 1, 5, 2, 6, 3, 7);
}

/* The last four pixels may overlap the previous ones, and write the same values again. */
static INLINE void double_rows(
	const struct pmk_step *step, int first, int last, const enum pmk_step_activation activation)
{
	const struct pmk_nhwc *x = &step->x, *y = &step->y;

	for (int row = first; row < last; row++) {
		const float *from = x->at + (size_t)(row / x->h) * x->image + (size_t)(row % x->h) * x->row;
		float *to = y->at + (size_t)(row / x->h) * y->image + (size_t)(row % x->h * 2) * y->row;

		for (int i = 0; i < x->w; i += AT_A_TIME) {
			size_t at = (size_t)(i + AT_A_TIME > x->w ? x->w - AT_A_TIME : i);

			double_four(step, activation, from + at * x->pixel, to + at * 2, to + at * 2 + y->row);
		}
	}
}

void LEVEL(pmk_kernel_double)(const struct pmk_step *step, int first, int last, const struct pmk_scratch *scratch)
{
	if (step->activation == PMK_STEP_SIGMOID)
		double_rows(step, first, last, PMK_STEP_SIGMOID);
	else
		double_rows(step, first, last, step->activation);
}
