/* SPDX-License-Identifier: MIT */
/* Vector operations of the inverse DCT, for x86-64 and arm64. A vector is of one block, and with AVX2 of
 * PMK_JPEG_AT_ONCE: one block in the lower half, the other in the upper half. No operation mixes the halves, so that
 * the transforms are the same for all.
 *
 * The one rule: only for jpeg_idct.c, which is compiled per level. Each operation gives the same bits everywhere.
 *
 *	words   a row of a block: eight numbers of 16 bits
 *	inputs  the same two inputs of four columns
 *	sums    four numbers of 32 bits
 *	bytes   two columns of samples, centred on 0, and later two rows */
#ifndef PMK_JPEG_JPEG_VECTORS_H
#define PMK_JPEG_JPEG_VECTORS_H

#include "jpeg/jpeg_entropy.h"

#define INLINE inline __attribute__((always_inline))

#ifdef __x86_64__
#include <immintrin.h>

#ifdef __AVX2__
#define V(operation) _mm256_##operation
typedef __m256i words, inputs, sums, bytes;
enum { PMK_JPEG_AT_ONCE = 2 };
#else
#define V(operation) _mm_##operation
typedef __m128i words, inputs, sums, bytes;
enum { PMK_JPEG_AT_ONCE = 1 };
#endif

static INLINE inputs inputs_of_first(words a, words b)
{
	return V(unpacklo_epi16)(a, b);
}

static INLINE inputs inputs_of_last(words a, words b)
{
	return V(unpackhi_epi16)(a, b);
}

static INLINE sums times(inputs in, short a, short b)
{
	return V(madd_epi16)(in, V(set1_epi32)((int)((uint32_t)(uint16_t)b << 16 | (uint16_t)a)));
}

static INLINE sums each(int number)
{
	return V(set1_epi32)(number);
}

static INLINE sums plus(sums a, sums b)
{
	return V(add_epi32)(a, b);
}

static INLINE sums minus(sums a, sums b)
{
	return V(sub_epi32)(a, b);
}

static INLINE sums shifted(sums a, int shift)
{
	return V(srai_epi32)(a, shift);
}

/* Numbers that do not fit saturate. */
static INLINE words words_of(sums a, sums b)
{
	return V(packs_epi32)(a, b);
}

static INLINE bytes bytes_of(words a, words b)
{
	return V(packs_epi16)(a, b);
}

/* From the first or last half of both, in turns. */
static INLINE words zip_first(words a, words b)
{
	return V(unpacklo_epi16)(a, b);
}

static INLINE words zip_last(words a, words b)
{
	return V(unpackhi_epi16)(a, b);
}

/* The same with four words at a time, with one byte, and with four. */
static INLINE words zip_fours_first(words a, words b)
{
	return V(unpacklo_epi64)(a, b);
}

static INLINE words zip_fours_last(words a, words b)
{
	return V(unpackhi_epi64)(a, b);
}

static INLINE bytes zip_bytes_first(bytes a, bytes b)
{
	return V(unpacklo_epi8)(a, b);
}

static INLINE bytes zip_bytes_last(bytes a, bytes b)
{
	return V(unpackhi_epi8)(a, b);
}

static INLINE bytes zip_four_bytes_first(bytes a, bytes b)
{
	return V(unpacklo_epi32)(a, b);
}

static INLINE bytes zip_four_bytes_last(bytes a, bytes b)
{
	return V(unpackhi_epi32)(a, b);
}

static INLINE __m128i line_of(const int16_t *line)
{
	return _mm_load_si128((const __m128i *)line);
}

static INLINE void store_two(uint8_t *out, ptrdiff_t stride, __m128i rows)
{
	rows = _mm_xor_si128(rows, _mm_set1_epi8((char)128));
	_mm_storel_epi64((__m128i *)out, rows);
	_mm_storeh_pd((double *)(out + stride), _mm_castsi128_pd(rows));
}
#else
#include <arm_neon.h>

typedef int16x8_t words;
typedef struct {
	int16x4_t a, b;
} inputs;
typedef int32x4_t sums;
typedef int8x16_t bytes;
enum { PMK_JPEG_AT_ONCE = 1 };

static INLINE inputs inputs_of_first(words a, words b)
{
	return (inputs){ vget_low_s16(a), vget_low_s16(b) };
}

static INLINE inputs inputs_of_last(words a, words b)
{
	return (inputs){ vget_high_s16(a), vget_high_s16(b) };
}

static INLINE sums times(inputs in, short a, short b)
{
	return vmlal_n_s16(vmull_n_s16(in.a, a), in.b, b);
}

static INLINE sums each(int number)
{
	return vdupq_n_s32(number);
}

static INLINE sums plus(sums a, sums b)
{
	return vaddq_s32(a, b);
}

static INLINE sums minus(sums a, sums b)
{
	return vsubq_s32(a, b);
}

static INLINE sums shifted(sums a, int shift)
{
	return vshlq_s32(a, vdupq_n_s32(-shift));
}

static INLINE words words_of(sums a, sums b)
{
	return vcombine_s16(vqmovn_s32(a), vqmovn_s32(b));
}

static INLINE bytes bytes_of(words a, words b)
{
	return vcombine_s8(vqmovn_s16(a), vqmovn_s16(b));
}

static INLINE words zip_first(words a, words b)
{
	return vzip1q_s16(a, b);
}

static INLINE words zip_last(words a, words b)
{
	return vzip2q_s16(a, b);
}

static INLINE words zip_fours_first(words a, words b)
{
	return vcombine_s16(vget_low_s16(a), vget_low_s16(b));
}

static INLINE words zip_fours_last(words a, words b)
{
	return vcombine_s16(vget_high_s16(a), vget_high_s16(b));
}

static INLINE bytes zip_bytes_first(bytes a, bytes b)
{
	return vzip1q_s8(a, b);
}

static INLINE bytes zip_bytes_last(bytes a, bytes b)
{
	return vzip2q_s8(a, b);
}

static INLINE bytes zip_four_bytes_first(bytes a, bytes b)
{
	return vreinterpretq_s8_s32(vzip1q_s32(vreinterpretq_s32_s8(a), vreinterpretq_s32_s8(b)));
}

static INLINE bytes zip_four_bytes_last(bytes a, bytes b)
{
	return vreinterpretq_s8_s32(vzip2q_s32(vreinterpretq_s32_s8(a), vreinterpretq_s32_s8(b)));
}

static INLINE void store_two(uint8_t *out, ptrdiff_t stride, bytes rows)
{
	uint8x16_t samples = veorq_u8(vreinterpretq_u8_s8(rows), vdupq_n_u8(128));

	vst1_u8(out, vget_low_u8(samples));
	vst1_u8(out + stride, vget_high_u8(samples));
}
#endif

/* Row y of both blocks, multiplied by the steps. */
static INLINE words row_of(
	const struct pmk_jpeg_block *a, const struct pmk_jpeg_block *b, const int16_t step[64], int y)
{
#ifdef __AVX2__
	words row = _mm256_inserti128_si256(
		_mm256_castsi128_si256(line_of(&a->coefficient[8 * y])), line_of(&b->coefficient[8 * y]), 1);

	return _mm256_mullo_epi16(row, _mm256_broadcastsi128_si256(line_of(&step[8 * y])));
#elif defined(__x86_64__)
	return _mm_mullo_epi16(line_of(&a->coefficient[8 * y]), line_of(&step[8 * y]));
#else
	return vmulq_s16(vld1q_s16(&a->coefficient[8 * y]), vld1q_s16(&step[8 * y]));
#endif
}

/* Clear PMK_JPEG_AT_ONCE rows of coefficients. */
static INLINE void clear_rows(int16_t *rows)
{
#ifdef __AVX2__
	_mm256_store_si256((__m256i *)rows, _mm256_setzero_si256());
#elif defined(__x86_64__)
	_mm_store_si128((__m128i *)rows, _mm_setzero_si128());
#else
	vst1q_s16(rows, vdupq_n_s16(0));
#endif
}

/* Store the rows of both blocks, two at a time. As far as the compiler knows, the stores could change the blocks. */
static INLINE void store_rows(const struct pmk_jpeg_block *a, const struct pmk_jpeg_block *b, const bytes rows[4])
{
	uint8_t *out_a = a->out;
	ptrdiff_t stride_a = a->stride;
#ifdef __AVX2__
	uint8_t *out_b = b->out;
	ptrdiff_t stride_b = b->stride;

	for (int i = 0; i < 4; i++) {
		store_two(out_a + 2 * i * stride_a, stride_a, _mm256_castsi256_si128(rows[i]));
		store_two(out_b + 2 * i * stride_b, stride_b, _mm256_extracti128_si256(rows[i], 1));
	}
#else
	for (int i = 0; i < 4; i++)
		store_two(out_a + 2 * i * stride_a, stride_a, rows[i]);
#endif
}

#endif
