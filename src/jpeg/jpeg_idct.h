/* SPDX-License-Identifier: MIT */
/* Inverse DCT of JPEG blocks: from coefficients to 8x8 samples. It is the algorithm of Loeffler, Ligtenberg and
 * Moschytz (Practical fast 1-D DCT algorithms with 11 multiplications, ICASSP 1989) in the arithmetic of libjpeg's
 * JDCT_ISLOW: constants of 13 bits, and two extra bits kept between columns and rows. So samples equal the library's,
 * bit for bit, if the coefficients are those of a picture. Numbers that no encoder writes wrap or saturate at other
 * places than in the library.
 *
 * The one rule: each function is for blocks of its kind only. Blocks of one call share the quantization table, which is
 * in natural order. Each function writes block->out and clears the coefficients. For x86-64 and arm64. */
#ifndef PMK_JPEG_JPEG_IDCT_H
#define PMK_JPEG_JPEG_IDCT_H

#include "jpeg/jpeg_entropy.h"

enum { PMK_JPEG_FEW = 10 }; /* the first 10 coefficients in zigzag order lie in the first four rows and columns */

struct pmk_jpeg_quant {
	int16_t step[64] __attribute__((aligned(16)));
};

/* Any block; one with only the first PMK_JPEG_FEW coefficients in zigzag order; one with only the first. */
typedef void pmk_jpeg_transform(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant);

pmk_jpeg_transform pmk_jpeg_idct_base, pmk_jpeg_idct_few_base, pmk_jpeg_idct_flat_base;
pmk_jpeg_transform pmk_jpeg_idct_avx2, pmk_jpeg_idct_few_avx2, pmk_jpeg_idct_flat_avx2; /* on x86-64 */

#endif
