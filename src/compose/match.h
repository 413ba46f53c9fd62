/* SPDX-License-Identifier: MIT */
/* Match: the backdrop in the camera's light, so that the person sits in the picture.
 *
 * Means and spreads of the backdrop's luma and chroma go towards those of the camera's picture (Reinhard, Ashikhmin,
 * Gooch, Shirley, "Color Transfer between Images", 2001; here plane by plane in YUV, within limits), and luma gets as
 * much grain as the camera's noise has more than the backdrop (Immerkaer, "Fast Noise Variance Estimation", 1996, by
 * the median). The person stays as it is.
 *
 * The one rule: of the camera's picture only a few means come in, never a pixel, and they move slowly: in seconds, so
 * that nothing pumps. While nobody is there nothing moves. The same pictures give the same rows. One thread. */
#ifndef PMK_COMPOSE_MATCH_H
#define PMK_COMPOSE_MATCH_H

#include "image/frame.h"

/* The most that luma's mean moves, in levels, at strength 1: in all, and in a second. */
enum { PMK_MATCH_LUMA = 40, PMK_MATCH_LUMA_SECOND = 16 };

struct pmk_match;

/* For backdrops of `layout`, limited range. Strength above 0, up to 1. -ENOMEM. */
int pmk_match_create(const struct pmk_layout *layout, double strength, struct pmk_match **match)
	__attribute__((warn_unused_result));
void pmk_match_destroy(struct pmk_match *match); /* NULL is fine */

/* Of another strength from now on: rows go there as slowly as they follow the camera. */
void pmk_match_set_strength(struct pmk_match *match, double strength);

/* What stands behind from now on, of the layout's size and sampling. Without one (a room that is blurred) only grain is
 * added; one plain colour stays as it is. */
void pmk_match_backdrop(struct pmk_match *match, const struct pmk_image *backdrop);

/* Measure this frame and go towards it; with the first person, all at once. Call before the frame's rows. `now_ns`
 * rises from frame to frame. The mask is the frame's; its size and sampling are the layout's. */
void pmk_match_see(
	struct pmk_match *match, const struct pmk_frame *frame, const struct pmk_mask *mask, uint64_t now_ns);

/* Row y of a plane of what is behind, in the camera's light: `row` itself where nothing is to be done, or a row of the
 * match's own, valid until the next call. */
const uint8_t *pmk_match_row(struct pmk_match *match, int plane, int y, const uint8_t *row);

#endif
