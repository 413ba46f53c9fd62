/* SPDX-License-Identifier: MIT */
/* Light: shows the person in ordinary light if the room is dark or its lamps are yellow.
 *
 * Each frame is judged by the person's own pixels (gauge.h). What is wanted is followed smoothly, within about a
 *second; a want that differs too little to be seen moves nothing, so brightness stands still in a still scene. The
 *first frame with a person is lit at once. The person's pixels go through a curve (curve.h), and where that lifts
 *shadows noticeably, their noise is taken out over time (denoise.h).
 *
 * The one rule: the room has no influence on anything here, and nothing here holds a pixel of it. Rows are the
 * person's, before they are blended; what alpha is, and what is behind, is the composer's affair.
 *
 *	pmk_light_see(light, frame, mask, now_ns);
 *	if (pmk_light_shines(light, frame))
 *		... pmk_light_row, for luma's rows of a pair before chroma's ...
 *
 * One thread. */
#ifndef PMK_COMPOSE_LIGHT_LIGHT_H
#define PMK_COMPOSE_LIGHT_LIGHT_H

#include "compose/light/gauge.h"

struct pmk_light;

/* For frames of this size, sampling and matrix. Strength above 0, up to 1. -ENOMEM. */
int pmk_light_create(const struct pmk_layout *layout, double strength, struct pmk_light **light)
	__attribute__((warn_unused_result));
void pmk_light_destroy(struct pmk_light *light); /* NULL is fine */

void pmk_light_set_strength(struct pmk_light *light, double strength); /* followed as smoothly as the person's light */
void pmk_light_forget(struct pmk_light *light); /* after a cut: the next frame with a person is lit at once */

/* Judge this frame and move towards what it wants. The mask is the frame's and has its size. `now_ns` rises from frame
 * to frame. */
void pmk_light_see(
	struct pmk_light *light, const struct pmk_frame *frame, const struct pmk_mask *mask, uint64_t now_ns);

/* Whether this frame's pixels change: it is the one that was seen last, and not in ordinary light as it is. */
bool pmk_light_shines(const struct pmk_light *light, const struct pmk_frame *frame);

/* Columns first..end - 1 of row y of a plane of the frame that was seen, in limited range and in the new light.
 * `person` is the frame's row, possibly cleaned by the rim; `alpha` is at the plane's width; NULL: 255. A row of chroma
 * follows luma's last row that it belongs to, with the same columns. `out` may be `person`. */
void pmk_light_row(struct pmk_light *light, int plane, int y, const uint8_t *alpha, int first, int end,
	const uint8_t *person, uint8_t *out);

/* Y, U and V of a pixel of the frame that was seen, as it would be shown if it were the person's. */
void pmk_light_pixel(const struct pmk_light *light, int yuv[3]);

struct pmk_lighting pmk_light_now(const struct pmk_light *light); /* what is applied at present */

#endif
