/* SPDX-License-Identifier: MIT */
/* Conversion of colours: between RGB and YUV, between YUV matrices, from full to limited range. Pure functions; any
 * thread. */
#ifndef PMK_IMAGE_COLOUR_H
#define PMK_IMAGE_COLOUR_H

#include "image/frame.h"

/* A picture of 24-bit RGB, in memory order R, G, B. */
struct pmk_rgb {
	int width, height, stride; /* px, px, bytes */
	uint8_t *data; /* owned, free() */
};

/* Allocate a zeroed picture; its sides are 1 to 2 * PMK_IMAGE_MAX_PX. 0, -EINVAL or -ENOMEM. */
int pmk_rgb_alloc(struct pmk_rgb *rgb, int width, int height) __attribute__((warn_unused_result));
void pmk_rgb_free(struct pmk_rgb *rgb);

/* Convert RGB to planes of the same size, in the matrix, range and sampling of image->layout, and back. Coefficients
 * are those of ITU-R BT.601-7 and BT.709-6; a chroma sample is the mean of the pixels it covers. */
void pmk_colour_rgb_to_image(const struct pmk_rgb *rgb, struct pmk_image *image);
void pmk_colour_image_to_rgb(const struct pmk_image *image, struct pmk_rgb *rgb);
void pmk_colour_rgb_to_yuv(const uint8_t rgb[3], const struct pmk_layout *layout, uint8_t yuv[3]); /* one colour */

/* Convert from BT.601 to BT.709 or back, in place; the range stays. Each pixel uses the chroma sample that covers it;
 * the result is within 1 level. Does nothing if the image has the matrix `matrix` already. */
void pmk_colour_to_matrix(struct pmk_image *image, enum pmk_matrix matrix);

/* Convert a row of `count` samples from full to limited range; `plane` 0 is luma, 1 and 2 are chroma. `to` may be
 * `from`. */
void pmk_colour_row_to_limited(const uint8_t *from, uint8_t *to, int count, int plane);

#endif
