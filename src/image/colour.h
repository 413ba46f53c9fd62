/* SPDX-License-Identifier: MIT */
/* What the numbers of a picture mean: RGB, and the matrices and ranges of YUV. Pure functions; any thread. */
#ifndef PMK_IMAGE_COLOUR_H
#define PMK_IMAGE_COLOUR_H

#include "image/frame.h"

/* 24-bit RGB in memory order R, G, B. */
struct pmk_rgb {
	int width, height, stride; /* px, px, bytes */
	uint8_t *data; /* owned, free() */
};

int pmk_rgb_alloc(struct pmk_rgb *rgb, int width, int height) __attribute__((warn_unused_result));
void pmk_rgb_free(struct pmk_rgb *rgb);

/* RGB to planes of the same size in the matrix, range and sampling that image->layout says, and back.
 * ITU-R BT.601-7 and BT.709-6 coefficients; chroma is the mean of the pixels it covers. */
void pmk_colour_rgb_to_image(const struct pmk_rgb *rgb, struct pmk_image *image);
void pmk_colour_image_to_rgb(const struct pmk_image *image, struct pmk_rgb *rgb);
void pmk_colour_rgb_to_yuv(const uint8_t rgb[3], const struct pmk_layout *layout, uint8_t yuv[3]); /* one colour */

/* BT.601 to BT.709 or back, in place; range stays. Per pixel with the chroma sample that covers it, within 1 level.
 * Nothing is done when the matrix is `matrix` already. */
void pmk_colour_to_matrix(struct pmk_image *image, enum pmk_matrix matrix);

/* Full to limited range, one row of `count` samples; `plane` 0 is luma. May work in place. */
void pmk_colour_row_to_limited(const uint8_t *from, uint8_t *to, int count, int plane);

#endif
