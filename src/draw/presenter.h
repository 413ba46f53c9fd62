/* SPDX-License-Identifier: MIT */
/* A person drawn by our own code in front of a messy office, with exact alpha: the demo's camera, ground truth, leak
 * oracle.
 *
 * The one rule: the same seed, size and time always give the same pixels, on every machine. One thread. */
#ifndef PMK_DRAW_PRESENTER_H
#define PMK_DRAW_PRESENTER_H

#include "image/colour.h"

struct pmk_presenter;

/* The office is drawn once, here. Any size in PMK_IMAGE_MIN_PX..PMK_IMAGE_MAX_PX. -EINVAL, -ENOMEM. */
int pmk_presenter_create(int width, int height, uint32_t seed, struct pmk_presenter **presenter)
	__attribute__((warn_unused_result));
void pmk_presenter_destroy(struct pmk_presenter *presenter); /* NULL is fine */

/* The picture at `time_s` seconds into `rgb` and the person's exact alpha into `truth` (either may be NULL; both of the
 * presenter's size). */
void pmk_presenter_draw(struct pmk_presenter *presenter, double time_s, struct pmk_rgb *rgb, struct pmk_mask *truth);

/* The same straight to planes of any layout of the presenter's size; redraws only what moves. */
void pmk_presenter_draw_image(
	struct pmk_presenter *presenter, double time_s, struct pmk_image *image, struct pmk_mask *truth);

#endif
