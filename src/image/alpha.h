/* SPDX-License-Identifier: MIT */
/* The alpha of shown pictures over a transparent backdrop, and what outputs make of the two.
 *
 * A shown picture is premultiplied (image/shown.h): out = alpha / 255 (person - black) + black. Files hold plain
 * colours, so they are divided by alpha again. That tells no more of the camera's pixel than the premultiplied one: of
 * alpha 2, hardly anything is left.
 *
 * The one rule: where alpha is 0, no colour is the camera's. */
#ifndef PMK_IMAGE_ALPHA_H
#define PMK_IMAGE_ALPHA_H

#include "image/frame.h"

void pmk_alpha_set(
	struct pmk_mask *alpha, const struct pmk_mask *mask); /* mask NULL: nobody is there; sizes are equal */
void pmk_alpha_fill(struct pmk_mask *alpha, const struct pmk_rect *box); /* opaque; the box may stick out */

/* Write plain colours of a premultiplied picture in limited range to `plain`, which has its layout. Where alpha is 0 it
 * is black; but within a block of 8x8 samples that the person touches, it is the mean of the person's colours there, so
 * that scaling and lossy codecs do not draw a dark line around the person. */
void pmk_alpha_divide(const struct pmk_image *premultiplied, const struct pmk_mask *alpha, struct pmk_image *plain);

#endif
