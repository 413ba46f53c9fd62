/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_idct.h"

#include "base/dispatch.h"
#include "base/num.h"
#include "jpeg/jpeg_vectors.h"

#include <string.h>

enum { ONE = 1 << 13, BETWEEN = 2, COLUMNS = 13 - BETWEEN, ROWS = 13 + BETWEEN + 3 };

/* Sines and cosines of the paper times 2^13. A to H are sums of them, each the multiplier of one input; see the odd
 * part of transform(). */
enum { C6 = 4433, C2 = 10703, A = 11363, B = 9633, C = 6437, D = 2260, E = 11362, F = 6436, G = 2259, H = 2261 };

/* The 1-D transform of four columns of each block. Its inputs are given in pairs: 0 and 4, 2 and 6, 1 and 3, 5 and 7.
 * The odd part is expanded where the paper factors it, as two products and their sum are one or two instructions. */
static INLINE void transform(inputs in04, inputs in26, inputs in13, inputs in57, int shift, sums out[8])
{
	sums half = each(1 << (shift - 1));
	sums sum = plus(times(in04, ONE, ONE), half), difference = plus(times(in04, ONE, -ONE), half);
	sums outer = times(in26, C2, C6), inner = times(in26, C6, C6 - 15137);
	sums even[4] = { plus(sum, outer), plus(difference, inner), minus(difference, inner), minus(sum, outer) };
	sums odd[4] = { plus(times(in13, A, B), times(in57, C, D)), plus(times(in13, B, -G), times(in57, -E, -F)),
		plus(times(in13, C, -E), times(in57, H, B)), plus(times(in13, D, -F), times(in57, B, -A)) };

	for (int i = 0; i < 4; i++) {
		out[i] = shifted(plus(even[i], odd[i]), shift);
		out[7 - i] = shifted(minus(even[i], odd[i]), shift);
	}
}

/* The same if inputs 4 to 7 are 0: the pairs are 0 and 2, 1 and 3. */
static INLINE void transform_few(inputs in02, inputs in13, int shift, sums out[8])
{
	sums half = each(1 << (shift - 1));
	sums even[4] = { times(in02, ONE, C2), times(in02, ONE, C6), times(in02, ONE, -C6), times(in02, ONE, -C2) };
	sums odd[4] = { times(in13, A, B), times(in13, B, -G), times(in13, C, -E), times(in13, D, -F) };

	for (int i = 0; i < 4; i++) {
		even[i] = plus(even[i], half);
		out[i] = shifted(plus(even[i], odd[i]), shift);
		out[7 - i] = shifted(minus(even[i], odd[i]), shift);
	}
}

static INLINE void transpose(words r[8])
{
	words a[8], b[8];

	for (int i = 0; i < 4; i++) {
		a[2 * i] = zip_first(r[i], r[i + 4]);
		a[2 * i + 1] = zip_last(r[i], r[i + 4]);
	}
	for (int i = 0; i < 4; i++) {
		b[2 * i] = zip_first(a[i], a[i + 4]);
		b[2 * i + 1] = zip_last(a[i], a[i + 4]);
	}
	for (int i = 0; i < 4; i++) {
		r[2 * i] = zip_first(b[i], b[i + 4]);
		r[2 * i + 1] = zip_last(b[i], b[i + 4]);
	}
}

/* Store columns of samples as rows of bytes. */
static INLINE void store(const struct pmk_jpeg_block *a, const struct pmk_jpeg_block *b, const words c[8])
{
	bytes even, odd, part[4], rows[4];
	bytes p04 = bytes_of(c[0], c[4]), p26 = bytes_of(c[2], c[6]);
	bytes p15 = bytes_of(c[1], c[5]), p37 = bytes_of(c[3], c[7]);

	even = zip_bytes_first(p04, p26); /* columns 0 and 2, row by row */
	odd = zip_bytes_first(p15, p37);
	part[0] = zip_bytes_first(even, odd);
	part[1] = zip_bytes_last(even, odd);
	even = zip_bytes_last(p04, p26);
	odd = zip_bytes_last(p15, p37);
	part[2] = zip_bytes_first(even, odd);
	part[3] = zip_bytes_last(even, odd);
	rows[0] = zip_four_bytes_first(part[0], part[2]);
	rows[1] = zip_four_bytes_last(part[0], part[2]);
	rows[2] = zip_four_bytes_first(part[1], part[3]);
	rows[3] = zip_four_bytes_last(part[1], part[3]);
	store_rows(a, b, rows);
}

static INLINE void transform_all(struct pmk_jpeg_block *a, struct pmk_jpeg_block *b, const struct pmk_jpeg_quant *quant)
{
	words r[8];
	sums left[8], right[8];

	for (int i = 0; i < 8; i++)
		r[i] = row_of(a, b, quant->step, i);
	for (int pass = 0; pass < 2; pass++) {
		int shift = pass ? ROWS : COLUMNS;

		transform(inputs_of_first(r[0], r[4]), inputs_of_first(r[2], r[6]), inputs_of_first(r[1], r[3]),
			inputs_of_first(r[5], r[7]), shift, left);
		transform(inputs_of_last(r[0], r[4]), inputs_of_last(r[2], r[6]), inputs_of_last(r[1], r[3]),
			inputs_of_last(r[5], r[7]), shift, right);
		for (int i = 0; i < 8; i++)
			r[i] = words_of(left[i], right[i]);
		if (!pass)
			transpose(r);
	}
	store(a, b, r);
}

/* Only four columns are not zero, so that the pass over columns is half the work, and rows have four inputs. */
static INLINE void transform_corner(
	struct pmk_jpeg_block *a, struct pmk_jpeg_block *b, const struct pmk_jpeg_quant *quant)
{
	words r[4], c[8], lines[4], even, odd;
	sums left[8], right[8];

	for (int i = 0; i < 4; i++)
		r[i] = row_of(a, b, quant->step, i);
	transform_few(inputs_of_first(r[0], r[2]), inputs_of_first(r[1], r[3]), COLUMNS, left);
	for (int i = 0; i < 4; i++)
		lines[i] = words_of(left[2 * i], left[2 * i + 1]);
	for (int i = 0; i < 2; i++) {
		even = zip_first(lines[2 * i], lines[2 * i + 1]);
		odd = zip_last(lines[2 * i], lines[2 * i + 1]);
		r[2 * i] = zip_first(even, odd); /* columns 0 and 1, four rows of each */
		r[2 * i + 1] = zip_last(even, odd);
	}
	c[0] = zip_fours_first(r[0], r[2]);
	c[1] = zip_fours_last(r[0], r[2]);
	c[2] = zip_fours_first(r[1], r[3]);
	c[3] = zip_fours_last(r[1], r[3]);
	transform_few(inputs_of_first(c[0], c[2]), inputs_of_first(c[1], c[3]), ROWS, left);
	transform_few(inputs_of_last(c[0], c[2]), inputs_of_last(c[1], c[3]), ROWS, right);
	for (int i = 0; i < 8; i++)
		c[i] = words_of(left[i], right[i]);
	store(a, b, c);
}

static inline void clear(struct pmk_jpeg_block *block, int rows)
{
	for (int y = 0; y < rows; y += PMK_JPEG_AT_ONCE)
		clear_rows(&block->coefficient[8 * y]);
}

void LEVEL(pmk_jpeg_idct)(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant)
{
	for (int i = 0; i < count; i += PMK_JPEG_AT_ONCE) {
		struct pmk_jpeg_block *a = blocks[i], *b = blocks[pmk_min(i + PMK_JPEG_AT_ONCE, count) - 1];

		transform_all(a, b, quant);
		clear(a, 8);
		clear(b, 8);
	}
}

void LEVEL(pmk_jpeg_idct_few)(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant)
{
	for (int i = 0; i < count; i += PMK_JPEG_AT_ONCE) {
		struct pmk_jpeg_block *a = blocks[i], *b = blocks[pmk_min(i + PMK_JPEG_AT_ONCE, count) - 1];

		transform_corner(a, b, quant);
		clear(a, 4);
		clear(b, 4);
	}
}

void LEVEL(pmk_jpeg_idct_flat)(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant)
{
	for (int i = 0; i < count; i++) {
		struct pmk_jpeg_block *b = blocks[i];
		int grey = ((int16_t)(b->coefficient[0] * quant->step[0]) + 4) >> 3;
		uint64_t eight = (uint64_t)(uint8_t)((grey < -128               ? -128 :
								     grey > 127 ? 127 :
										  grey) +
					 128) *
			0x0101010101010101;

		uint8_t *out = b->out;
		ptrdiff_t stride = b->stride;

		for (int y = 0; y < 8; y++)
			memcpy(out + y * stride, &eight, sizeof eight);
		b->coefficient[0] = 0;
	}
}
