/* SPDX-License-Identifier: MIT */
/* Match: shows the backdrop in the camera's light, so that the person looks part of the picture.
 *
 * The means and spreads of the backdrop's luma and chroma move towards those of the camera's picture (Reinhard,
 * Ashikhmin, Gooch, Shirley, "Color Transfer between Images", 2001; here plane by plane in YUV, within limits). Luma
 * gets grain where the camera is noisier than the backdrop, as much as the difference (Immerkaer, "Fast Noise Variance
 * Estimation", 1996, by the median). The person stays as it is.
 *
 * The one rule: only a few means of the camera's picture are used, never a pixel. They move slowly, over seconds, so
 * that brightness does not pump, and not at all while nobody is there. The same pictures give the same rows. One
 * thread. */
#ifndef PMK_COMPOSE_MATCH_H
#define PMK_COMPOSE_MATCH_H

#include "compose/light/light.h"

/* The most that the mean of luma moves at strength 1, in levels: in total, and per second. */
enum { PMK_MATCH_LUMA = 40, PMK_MATCH_LUMA_SECOND = 16 };

struct pmk_match;

/* For backdrops of `layout`, limited range. Strength above 0, up to 1. -ENOMEM. */
int pmk_match_create(const struct pmk_layout *layout, double strength, struct pmk_match **match)
	__attribute__((warn_unused_result));
void pmk_match_destroy(struct pmk_match *match); /* NULL is fine */

/* Set another strength. Rows move towards it as slowly as they follow the camera. */
void pmk_match_set_strength(struct pmk_match *match, double strength);

/* Set the backdrop, or its next picture, of the layout's size and sampling. NULL (a blurred room): only grain is added.
 * A backdrop of one plain colour stays as it is. */
void pmk_match_backdrop(struct pmk_match *match, const struct pmk_image *backdrop);

/* Measure this frame and move towards it; the first frame with a person is matched at once. Call before the frame's
 * rows. `now_ns` rises from frame to frame. The mask is the frame's; its size and sampling are the layout's. `light`,
 * which has seen the frame, is how the person is shown; the backdrop follows that, not the dark room. It may be NULL.
 */
void pmk_match_see(struct pmk_match *match, const struct pmk_frame *frame, const struct pmk_mask *mask,
	const struct pmk_light *light, uint64_t now_ns);

/* Row y of a plane of the backdrop, in the camera's light: `row` itself if it needs no change, otherwise a row that
 * belongs to the match and is valid until the next call. */
const uint8_t *pmk_match_row(struct pmk_match *match, int plane, int y, const uint8_t *row);

#endif
