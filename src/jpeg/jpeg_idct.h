/* SPDX-License-Identifier: MIT */
/* Blocks of JPEG coefficients to 8x8 samples: the inverse DCT of Loeffler, Ligtenberg and Moschytz (Practical fast 1-D
 * DCT algorithms with 11 multiplications, ICASSP 1989) in the arithmetic of libjpeg's JDCT_ISLOW: constants of 13 bits,
 * two more bits kept between columns and rows. So samples are the same as the library's, bit for bit, wherever
 * coefficients are those of a picture (numbers that no encoder makes wrap or saturate elsewhere).
 *
 * The one rule: each function may be called only for blocks of its kind. Blocks of one call share the quantization
 * table, in natural order. Each writes block->out and clears the coefficients. For x86-64 with AVX2. */
#ifndef PMK_JPEG_JPEG_IDCT_H
#define PMK_JPEG_JPEG_IDCT_H

#include "jpeg/jpeg_entropy.h"

enum { PMK_JPEG_FEW = 10 }; /* the first so many in zigzag order lie in the first four rows and columns */

struct pmk_jpeg_quant {
	int16_t step[64] __attribute__((aligned(16)));
};

void pmk_jpeg_idct(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant);
/* at most PMK_JPEG_FEW */
void pmk_jpeg_idct_few(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant);
/* the first only */
void pmk_jpeg_idct_flat(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant);

#endif
