/* SPDX-License-Identifier: MIT */
/* The parts of jpeg_scan that are compiled for newer CPUs: AVX2, BMI1 and BMI2. */
#ifndef PMK_JPEG_JPEG_FAST_H
#define PMK_JPEG_JPEG_FAST_H

#include "jpeg/jpeg_idct.h"

enum { PMK_JPEG_KINDS = 3 };

typedef void pmk_jpeg_transform(struct pmk_jpeg_block *const *blocks, int count, const struct pmk_jpeg_quant *quant);

struct pmk_jpeg_fast {
	pmk_jpeg_blocks *blocks;
	/* of a block with the first coefficient alone, with the first PMK_JPEG_FEW, of any */
	pmk_jpeg_transform *transform[PMK_JPEG_KINDS];
};

/* NULL: pmk_cpu_level() or the CPU lacks what they need. */
const struct pmk_jpeg_fast *pmk_jpeg_fast(void);

#endif
