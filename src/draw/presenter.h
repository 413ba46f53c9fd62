/* SPDX-License-Identifier: MIT */
/* The presenter: a person drawn by our own code in front of a messy office, with exact alpha. It is the camera of the
 * demo, and in tests the ground truth and the oracle for leaks.
 *
 * The one rule: the same seed, size and time always give the same pixels, on every machine. One thread.
 *
 *	pmk_presenter_draw_image(presenter, frame_number / 30.0, &image, &truth); */
#ifndef PMK_DRAW_PRESENTER_H
#define PMK_DRAW_PRESENTER_H

#include "image/colour.h"

struct pmk_presenter;

/* Create a presenter and draw the office, which is drawn only once. -EINVAL: a side is outside
 * PMK_IMAGE_MIN_PX..PMK_IMAGE_MAX_PX; -ENOMEM. */
int pmk_presenter_create(int width, int height, uint32_t seed, struct pmk_presenter **presenter)
	__attribute__((warn_unused_result));
void pmk_presenter_destroy(struct pmk_presenter *presenter); /* NULL is allowed */

/* Draw the picture at `time_s` seconds into `rgb`, and the person's exact alpha into `truth`. Either may be NULL; both
 * have the presenter's size. */
void pmk_presenter_draw(struct pmk_presenter *presenter, double time_s, struct pmk_rgb *rgb, struct pmk_mask *truth);

/* The same, directly into planes of any layout in the presenter's size. Only what moves is drawn again. */
void pmk_presenter_draw_image(
	struct pmk_presenter *presenter, double time_s, struct pmk_image *image, struct pmk_mask *truth);

#endif
