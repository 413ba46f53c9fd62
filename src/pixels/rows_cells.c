/* SPDX-License-Identifier: MIT */
/* Kernels for masks and blur: from pixels to cells, means of cells, and from cells back to pixels. */
#include "pixels/rows_kernel.h"
#include "pixels/vectors.h"

#include <string.h>

/* Add every second byte of a word, then every second pair of bytes, so that no lane overflows. */
static inline uint16_t sum_of_8(const uint8_t *const line[PMK_CELL], ptrdiff_t at)
{
	const uint64_t bytes = 0x00ff00ff00ff00ff, pairs = 0x0000ffff0000ffff;
	uint64_t sum = 0;

	for (int i = 0; i < PMK_CELL; i++) {
		uint64_t word;

		memcpy(&word, line[i] + at, sizeof word);
		sum += (word & bytes) + (word >> 8 & bytes);
	}
	sum = (sum & pairs) + (sum >> 16 & pairs);
	return (uint16_t)(sum + (sum >> 32));
}

static inline uint16_t sum_of_4(const uint8_t *const line[PMK_CELL], ptrdiff_t at)
{
	const uint32_t bytes = 0x00ff00ff;
	uint32_t sum = 0;

	for (int i = 0; i < PMK_CELL; i++) {
		uint32_t word;

		memcpy(&word, line[i] + at, sizeof word);
		sum += (word & bytes) + (word >> 8 & bytes);
	}
	return (uint16_t)(2 * (sum + (sum >> 16)));
}

void LEVEL(pmk_rows_cell_sums)(
	const uint8_t *pixels, int stride, int lines, int across, uint16_t *restrict sums, int count)
{
	const uint8_t *line[PMK_CELL];

	for (int i = 0; i < PMK_CELL; i++)
		line[i] = pixels + (ptrdiff_t)(i * lines / PMK_CELL) * stride;
	if (across == PMK_CELL) {
		for (int x = 0; x < count; x++)
			sums[x] = sum_of_8(line, x * (ptrdiff_t)PMK_CELL);
	} else {
		for (int x = 0; x < count; x++)
			sums[x] = sum_of_4(line, x * (ptrdiff_t)(PMK_CELL / 2));
	}
}

void LEVEL(pmk_rows_weigh)(const uint16_t *restrict alpha, const uint16_t *restrict y, const uint16_t *restrict u,
	const uint16_t *restrict v, struct pmk_weighed *restrict out, int count)
{
	for (int i = 0; i < count; i++) {
		int share = (4095 - (alpha[i] < 4095 ? alpha[i] : 4095)) >> 8, most = 3 * share - 30;
		int weight = most > 1 ? most : share > 0, luma = (y[i] + 8) >> 4;

		out[i].sum[0] += (uint32_t)(((luma * luma + 128) >> 8) * weight);
		out[i].sum[1] += (uint32_t)((((((u[i] + 8) >> 4) - 512) * luma + 128) >> 8) + 2048) * (uint32_t)weight;
		out[i].sum[2] += (uint32_t)((((((v[i] + 8) >> 4) - 512) * luma + 128) >> 8) + 2048) * (uint32_t)weight;
		out[i].sum[3] += (uint32_t)(4 * weight);
	}
}

typedef uint32_t numbers16 __attribute__((vector_size(64)));

static inline numbers16 four_from(const struct pmk_weighed *at)
{
	numbers16 four;

	memcpy(&four, at, sizeof four);
	return four;
}

void LEVEL(pmk_rows_box_sums)(const struct pmk_box_window *boxes, int count, struct pmk_weighed *out, int width)
{
	for (int x = 0; x < width; x += 4) {
		numbers16 sums = { 0 };

		for (int k = 0; k < count; k++) {
			int left = x - boxes[k].half, right = x + boxes[k].half + 1;

			sums += four_from(boxes[k].bottom + right) - four_from(boxes[k].bottom + left) -
				four_from(boxes[k].top + right) + four_from(boxes[k].top + left);
		}
		memcpy(out + x, &sums, sizeof sums);
	}
}

void LEVEL(pmk_rows_weighted_means)(const struct pmk_weighed *restrict sums, const float more[4], const float scale[3],
	const float offset[3], uint16_t *restrict y, uint16_t *restrict u, uint16_t *restrict v, int count)
{
	for (int i = 0; i < count; i++) {
		const uint32_t *s = sums[i].sum;
		float part = 1 / ((float)(int32_t)s[3] + more[3]);

		y[i] = (uint16_t)(int)(((float)(int32_t)s[0] + more[0]) * part * scale[0] + offset[0] + 0.5f);
		u[i] = (uint16_t)(int)(((float)(int32_t)s[1] + more[1]) * part * scale[1] + offset[1] + 0.5f);
		v[i] = (uint16_t)(int)(((float)(int32_t)s[2] + more[2]) * part * scale[2] + offset[2] + 0.5f);
	}
}

/* A quadratic B-spline around the middle one of three values, which are at most 16320: the terms that all places share.
 * At the `j`th place from the middle, of `size` / 2, the two sides are spline_even plus and minus spline_odd. */
struct spline {
	int16_t here, rise, bend;
};

static inline struct spline spline_of(uint16_t before, uint16_t here, uint16_t after)
{
	return (struct spline){ (int16_t)here, (int16_t)(2 * (after - before)), (int16_t)(before + after - 2 * here) };
}

static inline int16_t spline_even(struct spline s, int j, int size)
{
	return (int16_t)(s.here +
		pmk_upper(s.bend, (int16_t)(8192 + 8192 * (2 * j + 1) * (2 * j + 1) / (size * size))));
}

static inline int16_t spline_odd(struct spline s, int j, int size)
{
	return pmk_upper(s.rise, (int16_t)(8192 * (2 * j + 1) / size));
}

static inline void widen_by(const uint16_t *restrict from, int size, uint16_t *restrict out, int count)
{
	for (int i = 0; i < count; i++) {
		struct spline s = spline_of(
			(uint16_t)(4 * from[i - 1]), (uint16_t)(4 * from[i]), (uint16_t)(4 * from[i + 1]));

#pragma GCC unroll 8
		for (int j = 0; j < size / 2; j++) {
			int16_t even = spline_even(s, j, size), odd = spline_odd(s, j, size);

			out[size * i + size / 2 - 1 - j] = (uint16_t)(even - odd);
			out[size * i + size / 2 + j] = (uint16_t)(even + odd);
		}
	}
}

void LEVEL(pmk_rows_widen)(const uint16_t *from, int size, uint16_t *out, int count)
{
	if (size == 2 * PMK_CELL)
		widen_by(from, 2 * PMK_CELL, out, count);
	else if (size == PMK_CELL)
		widen_by(from, PMK_CELL, out, count);
	else
		widen_by(from, PMK_CELL / 2, out, count);
}

static inline void heighten_by(const uint16_t *restrict above, const uint16_t *restrict here,
	const uint16_t *restrict below, int size, uint8_t *restrict out, int stride, int count)
{
	int16_t half = 32 + 1; /* rounding to the nearest, and the average loss of two roundings down */

	PMK_INDEPENDENT
	for (int i = 0; i < count; i++) {
		struct spline s = spline_of(above[i], here[i], below[i]);

		s.here = (int16_t)(s.here + half);
#pragma GCC unroll 8
		for (int j = 0; j < size / 2; j++) {
			int16_t even = spline_even(s, j, size), odd = spline_odd(s, j, size);

			out[(size / 2 - 1 - j) * (ptrdiff_t)stride + i] = (uint8_t)((uint16_t)(even - odd) >> 6);
			out[(size / 2 + j) * (ptrdiff_t)stride + i] = (uint8_t)((uint16_t)(even + odd) >> 6);
		}
	}
}

void LEVEL(pmk_rows_heighten)(const uint16_t *above, const uint16_t *here, const uint16_t *below, int size,
	uint8_t *out, int stride, int count)
{
	if (size == 2 * PMK_CELL)
		heighten_by(above, here, below, 2 * PMK_CELL, out, stride, count);
	else if (size == PMK_CELL)
		heighten_by(above, here, below, PMK_CELL, out, stride, count);
	else
		heighten_by(above, here, below, PMK_CELL / 2, out, stride, count);
}
