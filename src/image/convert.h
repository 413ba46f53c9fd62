/* SPDX-License-Identifier: MIT */
/* Between the formats of cameras and clients, RGB, and planar YUV (libyuv). Pure functions; any thread. */
#ifndef PMK_IMAGE_CONVERT_H
#define PMK_IMAGE_CONVERT_H

#include "image/frame.h"

#define PMK_FOURCC(a, b, c, d) \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24) /* as V4L2 packs it */
#define PMK_FOURCC_YUYV PMK_FOURCC('Y', 'U', 'Y', 'V')
#define PMK_FOURCC_UYVY PMK_FOURCC('U', 'Y', 'V', 'Y')
#define PMK_FOURCC_NV12 PMK_FOURCC('N', 'V', '1', '2')
#define PMK_FOURCC_YU12 PMK_FOURCC('Y', 'U', '1', '2')
#define PMK_FOURCC_YV12 PMK_FOURCC('Y', 'V', '1', '2')
#define PMK_FOURCC_MJPG PMK_FOURCC('M', 'J', 'P', 'G')

/* "YUYV" or "yuyv" to its code; aliases I420 for YU12, YUY2 for YUYV, MJPEG for MJPG. 0 when it is none of the six
 * above. */
uint32_t pmk_fourcc_parse(const char *text);
/* fills and returns text; unprintable bytes become '?' */
const char *pmk_fourcc_name(uint32_t fourcc, char text[5]);

enum pmk_chroma pmk_fourcc_chroma(uint32_t fourcc); /* 4:2:2 for YUYV and UYVY, else 4:2:0 */

/* Bytes of a picture in a raw format whose (first plane's) rows are `stride` bytes apart; 0 when the format is not raw,
 * stride too small, or a side is outside 1..PMK_IMAGE_MAX_PX. */
size_t pmk_fourcc_bytes(uint32_t fourcc, int width, int height, int stride);
int pmk_fourcc_stride(uint32_t fourcc, int width); /* smallest stride of the first plane, bytes; 0 when not raw */

/* Raw camera picture to planes. `image` has the picture's size and pmk_fourcc_chroma(fourcc). Chroma strides of YU12
 * and YV12 are half (rounded up) of `stride`, NV12's the same. -EINVAL when `bytes` is too few or the format not raw.
 */
int pmk_convert_from_raw(struct pmk_image *image, uint32_t fourcc, const uint8_t *data, size_t bytes, int stride)
	__attribute__((warn_unused_result));

/* Planes to a raw client format (YUYV, NV12 or YU12) with tight rows. `bytes` must hold pmk_fourcc_bytes(). -EINVAL
 * else. */
int pmk_convert_to_raw(const struct pmk_image *image, uint32_t fourcc, uint8_t *data, size_t bytes)
	__attribute__((warn_unused_result));

/* 24-bit RGB in memory order R, G, B. */
struct pmk_rgb {
	int width, height, stride; /* px, px, bytes */
	uint8_t *data; /* owned, free() */
};

int pmk_rgb_alloc(struct pmk_rgb *rgb, int width, int height) __attribute__((warn_unused_result));
void pmk_rgb_free(struct pmk_rgb *rgb);

/* RGB to planes of the same size in the matrix, range and sampling that image->layout says, and back.
 * ITU-R BT.601-7 and BT.709-6 coefficients; chroma is the mean of the pixels it covers. */
void pmk_convert_rgb_to_image(const struct pmk_rgb *rgb, struct pmk_image *image);
void pmk_convert_image_to_rgb(const struct pmk_image *image, struct pmk_rgb *rgb);
void pmk_convert_rgb_to_yuv(const uint8_t rgb[3], const struct pmk_layout *layout, uint8_t yuv[3]); /* one colour */

/* Scale to the size and sampling of `to`; range and matrix are kept, so they must be the same. */
int pmk_convert_scale(const struct pmk_image *from, struct pmk_image *to) __attribute__((warn_unused_result));

/* The same without another shape: what juts out at two sides of the middle is left out. Shapes that differ by less than
 * a fiftieth are taken for equal. */
int pmk_convert_scale_middle(const struct pmk_image *from, struct pmk_image *to) __attribute__((warn_unused_result));

/* BT.601 to BT.709 or back, in place; range stays. Per pixel with the chroma sample that covers it, within 1 level.
 * Nothing is done when the matrix is `matrix` already. */
void pmk_convert_to_matrix(struct pmk_image *image, enum pmk_matrix matrix);

/* Left and right swapped (`mirror`), top and bottom swapped (`flip`), or both. Layouts must be equal. */
void pmk_convert_turn(const struct pmk_image *from, struct pmk_image *to, bool mirror, bool flip);

/* Full to limited range, one row of `count` samples; `plane` 0 is luma. May work in place. */
void pmk_convert_row_to_limited(const uint8_t *from, uint8_t *to, int count, int plane);

#endif
