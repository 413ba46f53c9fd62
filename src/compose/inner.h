/* SPDX-License-Identifier: MIT */
/* A mask without its outermost pixels: what is inside by this is surely no room, even if the mask is some pixels too
 * large.
 *
 * The one rule: beyond the picture's edges nothing is less. No state; any thread. */
#ifndef PMK_COMPOSE_INNER_H
#define PMK_COMPOSE_INNER_H

#include "image/frame.h"

/* Fill `inner`, which has the mask's size, in those cells of 8x8 pixels for which `wanted` is not 0: the least alpha of
 * a pixel and of the four that are `px` (at least 1) pixels to the left, to the right, above and below. The rest of
 * `inner` stays as it is. */
void pmk_inner_find(const struct pmk_mask *mask, int px, const uint8_t *wanted, struct pmk_mask *inner);

/* In such cells, lower `inner` to the mean of two such least alphas: at `px` pixels, and at half of it. So it goes from
 * room to person in two steps, and its edge is softer. */
void pmk_inner_narrow(const struct pmk_mask *mask, int px, const uint8_t *wanted, struct pmk_mask *inner);

#endif
