/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_idct.h"

#include "base/dispatch.h"
#include "base/num.h"

#include <immintrin.h>
#include <string.h>

/* With AVX2, two blocks at once: one in the lower half of the vector, the other in the upper half. Else one. All
 * operations work on the halves alone, so that they are the same for both. */
#ifdef __AVX2__
#define V(operation) _mm256_##operation
typedef __m256i pair;
enum { AT_ONCE = 2 };
#else
#define V(operation) _mm_##operation
typedef __m128i pair;
enum { AT_ONCE = 1 };
#endif

enum { ONE = 1 << 13, BETWEEN = 2, COLUMNS = 13 - BETWEEN, ROWS = 13 + BETWEEN + 3 };

/* Sines and cosines of the paper times 2^13. A to H are sums of them, each the multiplier of one input; see the odd
 * part of transform(). */
enum { C6 = 4433, C2 = 10703, A = 11363, B = 9633, C = 6437, D = 2260, E = 11362, F = 6436, G = 2259, H = 2261 };

static inline pair two(short a, short b)
{
	return V(set1_epi32)((int)((uint32_t)(uint16_t)b << 16 | (uint16_t)a));
}

static inline pair times(pair pairs, short a, short b)
{
	return V(madd_epi16)(pairs, two(a, b));
}

/* The 1-D transform of four columns of each block. Its inputs are given in pairs: 0 and 4, 2 and 6, 1 and 3, 5 and 7.
 * The odd part is expanded where the paper factors it, as pmaddwd computes two products and their sum at once. */
static inline __attribute__((always_inline)) void transform(
	pair in04, pair in26, pair in13, pair in57, int shift, pair out[8])
{
	pair half = V(set1_epi32)(1 << (shift - 1));
	pair sum = V(add_epi32)(times(in04, ONE, ONE), half), difference = V(add_epi32)(times(in04, ONE, -ONE), half);
	pair outer = times(in26, C2, C6), inner = times(in26, C6, C6 - 15137);
	pair even[4] = { V(add_epi32)(sum, outer), V(add_epi32)(difference, inner), V(sub_epi32)(difference, inner),
		V(sub_epi32)(sum, outer) };
	pair odd[4] = { V(add_epi32)(times(in13, A, B), times(in57, C, D)),
		V(add_epi32)(times(in13, B, -G), times(in57, -E, -F)),
		V(add_epi32)(times(in13, C, -E), times(in57, H, B)),
		V(add_epi32)(times(in13, D, -F), times(in57, B, -A)) };

	for (int i = 0; i < 4; i++) {
		out[i] = V(srai_epi32)(V(add_epi32)(even[i], odd[i]), shift);
		out[7 - i] = V(srai_epi32)(V(sub_epi32)(even[i], odd[i]), shift);
	}
}

/* The same if inputs 4 to 7 are 0: the pairs are 0 and 2, 1 and 3. */
static inline __attribute__((always_inline)) void transform_few(pair in02, pair in13, int shift, pair out[8])
{
	pair half = V(set1_epi32)(1 << (shift - 1));
	pair even[4] = { times(in02, ONE, C2), times(in02, ONE, C6), times(in02, ONE, -C6), times(in02, ONE, -C2) };
	pair odd[4] = { times(in13, A, B), times(in13, B, -G), times(in13, C, -E), times(in13, D, -F) };

	for (int i = 0; i < 4; i++) {
		even[i] = V(add_epi32)(even[i], half);
		out[i] = V(srai_epi32)(V(add_epi32)(even[i], odd[i]), shift);
		out[7 - i] = V(srai_epi32)(V(sub_epi32)(even[i], odd[i]), shift);
	}
}

static inline __m128i line_of(const int16_t *line)
{
	return _mm_load_si128((const __m128i *)line);
}

#ifdef __AVX2__
static inline __attribute__((always_inline)) pair row_of(
	const struct pmk_jpeg_block *a, const struct pmk_jpeg_block *b, const struct pmk_jpeg_quant *quant, int y)
{
	pair row = _mm256_inserti128_si256(
		_mm256_castsi128_si256(line_of(&a->coefficient[8 * y])), line_of(&b->coefficient[8 * y]), 1);

	return _mm256_mullo_epi16(row, _mm256_broadcastsi128_si256(line_of(&quant->step[8 * y])));
}
#else
static inline __attribute__((always_inline)) pair row_of(
	const struct pmk_jpeg_block *a, const struct pmk_jpeg_block *b, const struct pmk_jpeg_quant *quant, int y)
{
	return _mm_mullo_epi16(line_of(&a->coefficient[8 * y]), line_of(&quant->step[8 * y]));
}
#endif

static inline __attribute__((always_inline)) void transpose(pair r[8])
{
	pair a[8], b[8];

	for (int i = 0; i < 4; i++) {
		a[2 * i] = V(unpacklo_epi16)(r[i], r[i + 4]);
		a[2 * i + 1] = V(unpackhi_epi16)(r[i], r[i + 4]);
	}
	for (int i = 0; i < 4; i++) {
		b[2 * i] = V(unpacklo_epi16)(a[i], a[i + 4]);
		b[2 * i + 1] = V(unpackhi_epi16)(a[i], a[i + 4]);
	}
	for (int i = 0; i < 4; i++) {
		r[2 * i] = V(unpacklo_epi16)(b[i], b[i + 4]);
		r[2 * i + 1] = V(unpackhi_epi16)(b[i], b[i + 4]);
	}
}

/* Store two rows of a block, of samples centred on 0. */
static inline __attribute__((always_inline)) void store_rows(uint8_t *out, ptrdiff_t stride, __m128i rows)
{
	rows = _mm_xor_si128(rows, _mm_set1_epi8((char)128));
	_mm_storel_epi64((__m128i *)out, rows);
	_mm_storeh_pd((double *)(out + stride), _mm_castsi128_pd(rows));
}

#ifdef __AVX2__
static inline void clear_rows(int16_t *rows)
{
	_mm256_store_si256((__m256i *)rows, _mm256_setzero_si256());
}

static inline __attribute__((always_inline)) void store_pair(
	const struct pmk_jpeg_block *a, const struct pmk_jpeg_block *b, const pair rows[4])
{
	uint8_t *out_a = a->out, *out_b = b->out;
	ptrdiff_t stride_a = a->stride, stride_b = b->stride;

	for (int i = 0; i < 4; i++) {
		store_rows(out_a + 2 * i * stride_a, stride_a, _mm256_castsi256_si128(rows[i]));
		store_rows(out_b + 2 * i * stride_b, stride_b, _mm256_extracti128_si256(rows[i], 1));
	}
}
#else
static inline void clear_rows(int16_t *rows)
{
	_mm_store_si128((__m128i *)rows, _mm_setzero_si128());
}

static inline __attribute__((always_inline)) void store_pair(
	const struct pmk_jpeg_block *a, const struct pmk_jpeg_block *b, const pair rows[4])
{
	uint8_t *out = a->out;
	ptrdiff_t stride = a->stride;

	for (int i = 0; i < 4; i++)
		store_rows(out + 2 * i * stride, stride, rows[i]);
}
#endif

/* Store columns of samples as rows of bytes. */
static inline __attribute__((always_inline)) void store(
	const struct pmk_jpeg_block *a, const struct pmk_jpeg_block *b, const pair c[8])
{
	pair even, odd, part[4], rows[4];
	pair p04 = V(packs_epi16)(c[0], c[4]), p26 = V(packs_epi16)(c[2], c[6]);
	pair p15 = V(packs_epi16)(c[1], c[5]), p37 = V(packs_epi16)(c[3], c[7]);

	even = V(unpacklo_epi8)(p04, p26); /* columns 0 and 2, row by row */
	odd = V(unpacklo_epi8)(p15, p37);
	part[0] = V(unpacklo_epi8)(even, odd);
	part[1] = V(unpackhi_epi8)(even, odd);
	even = V(unpackhi_epi8)(p04, p26);
	odd = V(unpackhi_epi8)(p15, p37);
	part[2] = V(unpacklo_epi8)(even, odd);
	part[3] = V(unpackhi_epi8)(even, odd);
	rows[0] = V(unpacklo_epi32)(part[0], part[2]);
	rows[1] = V(unpackhi_epi32)(part[0], part[2]);
	rows[2] = V(unpacklo_epi32)(part[1], part[3]);
	rows[3] = V(unpackhi_epi32)(part[1], part[3]);
	store_pair(a, b, rows);
}

static inline __attribute__((always_inline)) void transform_all(
	struct pmk_jpeg_block *a, struct pmk_jpeg_block *b, const struct pmk_jpeg_quant *quant)
{
	pair r[8], left[8], right[8];

	for (int i = 0; i < 8; i++)
		r[i] = row_of(a, b, quant, i);
	for (int pass = 0; pass < 2; pass++) {
		int shift = pass ? ROWS : COLUMNS;

		transform(V(unpacklo_epi16)(r[0], r[4]), V(unpacklo_epi16)(r[2], r[6]), V(unpacklo_epi16)(r[1], r[3]),
			V(unpacklo_epi16)(r[5], r[7]), shift, left);
		transform(V(unpackhi_epi16)(r[0], r[4]), V(unpackhi_epi16)(r[2], r[6]), V(unpackhi_epi16)(r[1], r[3]),
			V(unpackhi_epi16)(r[5], r[7]), shift, right);
		for (int i = 0; i < 8; i++)
			r[i] = V(packs_epi32)(left[i], right[i]);
		if (!pass)
			transpose(r);
	}
	store(a, b, r);
}

/* Only four columns are not zero, so that the pass over columns is half the work, and rows have four inputs. */
static inline __attribute__((always_inline)) void transform_corner(
	struct pmk_jpeg_block *a, struct pmk_jpeg_block *b, const struct pmk_jpeg_quant *quant)
{
	pair r[4], left[8], right[8], c[8], lines[4], even, odd;

	for (int i = 0; i < 4; i++)
		r[i] = row_of(a, b, quant, i);
	transform_few(V(unpacklo_epi16)(r[0], r[2]), V(unpacklo_epi16)(r[1], r[3]), COLUMNS, left);
	for (int i = 0; i < 4; i++)
		lines[i] = V(packs_epi32)(left[2 * i], left[2 * i + 1]);
	for (int i = 0; i < 2; i++) {
		even = V(unpacklo_epi16)(lines[2 * i], lines[2 * i + 1]);
		odd = V(unpackhi_epi16)(lines[2 * i], lines[2 * i + 1]);
		r[2 * i] = V(unpacklo_epi16)(even, odd); /* columns 0 and 1, four rows of each */
		r[2 * i + 1] = V(unpackhi_epi16)(even, odd);
	}
	c[0] = V(unpacklo_epi64)(r[0], r[2]);
	c[1] = V(unpackhi_epi64)(r[0], r[2]);
	c[2] = V(unpacklo_epi64)(r[1], r[3]);
	c[3] = V(unpackhi_epi64)(r[1], r[3]);
	transform_few(V(unpacklo_epi16)(c[0], c[2]), V(unpacklo_epi16)(c[1], c[3]), ROWS, left);
	transform_few(V(unpackhi_epi16)(c[0], c[2]), V(unpackhi_epi16)(c[1], c[3]), ROWS, right);
	for (int i = 0; i < 8; i++)
		c[i] = V(packs_epi32)(left[i], right[i]);
	store(a, b, c);
}

static inline void clear(struct pmk_jpeg_block *block, int rows)
{
	for (int y = 0; y < rows; y += AT_ONCE)
		clear_rows(&block->coefficient[8 * y]);
}

void LEVEL(pmk_jpeg_idct)(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant)
{
	for (int i = 0; i < count; i += AT_ONCE) {
		struct pmk_jpeg_block *a = blocks[i], *b = blocks[pmk_min(i + AT_ONCE, count) - 1];

		transform_all(a, b, quant);
		clear(a, 8);
		clear(b, 8);
	}
}

void LEVEL(pmk_jpeg_idct_few)(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant)
{
	for (int i = 0; i < count; i += AT_ONCE) {
		struct pmk_jpeg_block *a = blocks[i], *b = blocks[pmk_min(i + AT_ONCE, count) - 1];

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
