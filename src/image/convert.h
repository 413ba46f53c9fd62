/* SPDX-License-Identifier: MIT */
/* Planar YUV: from the formats of cameras (fourcc.h), to those of clients, to another size, turned (libyuv). Pure
 * functions; any thread. */
#ifndef PMK_IMAGE_CONVERT_H
#define PMK_IMAGE_CONVERT_H

#include "image/frame.h"

/* Raw camera picture to planes. `image` has the picture's size and pmk_fourcc_chroma(fourcc). Chroma strides of YU12
 * and YV12 are half (rounded up) of `stride`, NV12's the same. -EINVAL when `bytes` is too few or the format not raw.
 */
int pmk_convert_from_raw(struct pmk_image *image, uint32_t fourcc, const uint8_t *data, size_t bytes, int stride)
	__attribute__((warn_unused_result));

/* Planes to a raw client format (YUYV, NV12 or YU12) with tight rows. `bytes` must hold pmk_fourcc_bytes(). -EINVAL
 * else. */
int pmk_convert_to_raw(const struct pmk_image *image, uint32_t fourcc, uint8_t *data, size_t bytes)
	__attribute__((warn_unused_result));

/* Scale to the size and sampling of `to`; range and matrix are kept, so they must be the same. */
int pmk_convert_scale(const struct pmk_image *from, struct pmk_image *to) __attribute__((warn_unused_result));

/* The same without another shape: what juts out at two sides of the middle is left out. Shapes that differ by less than
 * a fiftieth are taken for equal. */
int pmk_convert_scale_middle(const struct pmk_image *from, struct pmk_image *to) __attribute__((warn_unused_result));

/* Left and right swapped (`mirror`), top and bottom swapped (`flip`), or both. Layouts must be equal. */
void pmk_convert_turn(const struct pmk_image *from, struct pmk_image *to, bool mirror, bool flip);

#endif
