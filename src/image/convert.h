/* SPDX-License-Identifier: MIT */
/* Conversion of pictures with libyuv: from camera formats (fourcc.h) to planar YUV, from planar YUV to client formats,
 * to another size, to another orientation. Pure functions; any thread. */
#ifndef PMK_IMAGE_CONVERT_H
#define PMK_IMAGE_CONVERT_H

#include "image/frame.h"

/* Convert a raw camera picture to planes. `image` has the picture's size and the sampling pmk_fourcc_chroma(fourcc).
 * `stride` is the first plane's, in bytes; the chroma stride is the same in NV12 and its like, and half of it (rounded
 * up) in YU12 and its like. YUV keeps its values. RGB of full range becomes BT.601 in limited range. Grey keeps its 8
 * upper bits and gets neutral chroma. -EINVAL: `bytes` is too few, or the format is not raw. */
int pmk_convert_from_raw(struct pmk_image *image, uint32_t fourcc, const uint8_t *data, size_t bytes, int stride)
	__attribute__((warn_unused_result));

/* The planes of a raw picture that are apart (pmk_fourcc_is_apart). */
struct pmk_planes {
	const uint8_t *data[3];
	size_t bytes[3];
	int stride[3]; /* bytes */
};

/* The same for such a picture. -EINVAL: a plane is too short, or the format is another one. */
int pmk_convert_from_planes(struct pmk_image *image, uint32_t fourcc, const struct pmk_planes *planes)
	__attribute__((warn_unused_result));

/* Convert planes to a raw client format with the smallest strides (pmk_fourcc_stride): YUYV, NV12 or YU12, or RGB of
 * full range by the picture's matrix: RGB3, BGR3, RGB4, BGR4. -EINVAL: another format, or `bytes` is less than
 * pmk_fourcc_bytes(). */
int pmk_convert_to_raw(const struct pmk_image *image, uint32_t fourcc, uint8_t *data, size_t bytes)
	__attribute__((warn_unused_result));

/* Scale to the size and sampling of `to`. -EINVAL: range or matrix differ, which are not converted. */
int pmk_convert_scale(const struct pmk_image *from, struct pmk_image *to) __attribute__((warn_unused_result));

/* The same without distortion: if the aspect ratios differ by more than 2 %, `from` is cropped on two opposite sides.
 */
int pmk_convert_scale_middle(const struct pmk_image *from, struct pmk_image *to) __attribute__((warn_unused_result));

/* The layout of a picture that is turned by quarters: one or three exchange the sides, and make 4:2:0 of 4:2:2. */
struct pmk_layout pmk_convert_turned(const struct pmk_layout *layout, int quarters);

/* Copy, turned clockwise by `quarters` (0 to 3), then with left and right swapped (`mirror`), top and bottom swapped
 * (`flip`), or both. `from` has the layout of `to`, turned by as many quarters. */
void pmk_convert_orient(const struct pmk_image *from, struct pmk_image *to, int quarters, bool mirror, bool flip);
/* The same for a frame, which is taken over; it is returned as it is if there is nothing to do. Otherwise a copy of
 * layout `to` comes from the pool. NULL: none is free there. */
struct pmk_frame *pmk_convert_orient_frame(struct pmk_frame *frame, struct pmk_frame_pool *pool,
	const struct pmk_layout *to, int quarters, bool mirror, bool flip);

#endif
