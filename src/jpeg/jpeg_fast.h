/* SPDX-License-Identifier: MIT */
/* The parts of jpeg_scan that are compiled for each level of the CPU. */
#ifndef PMK_JPEG_JPEG_FAST_H
#define PMK_JPEG_JPEG_FAST_H

#include "jpeg/jpeg_idct.h"

enum { PMK_JPEG_KINDS = 3 };

struct pmk_jpeg_fast {
	pmk_jpeg_blocks *blocks;
	/* of a block with the first coefficient alone, with the first PMK_JPEG_FEW, of any */
	pmk_jpeg_transform *transform[PMK_JPEG_KINDS];
};

/* Those of pmk_cpu_level(); the upper levels need BMI1 and BMI2 as well. NULL: there are no transforms for this kind of
 * CPU. */
const struct pmk_jpeg_fast *pmk_jpeg_fast(void);

#endif
