/* SPDX-License-Identifier: MIT */
/* Makes planes smaller by powers of two: each pixel is the mean of a square. Allocates nothing. Pure. */
#ifndef PMK_IMAGE_SHRINK_H
#define PMK_IMAGE_SHRINK_H

#include <stddef.h>
#include <stdint.h>

/* Fill `to`, width x height pixels, from squares of 2^halved pixels each way; `from` has all of them. `scratch` has
 * half the squares' width and height. */
void pmk_shrink(const uint8_t *from, int stride, int halved, uint8_t *to, int to_stride, int width, int height,
	uint8_t *scratch);

#endif
