/* SPDX-License-Identifier: MIT */
/* For the kernel sources of this folder only: what they share. */
#ifndef PMK_PIXELS_KERNEL_LEVEL_H
#define PMK_PIXELS_KERNEL_LEVEL_H

#include "base/level.h"

#include <stdint.h>

/* The upper half of a product: vectors do it in one step, and compilers know it. */
static inline int16_t pmk_upper(int16_t a, int16_t b)
{
	return (int16_t)((int32_t)a * b >> 16);
}

#endif
