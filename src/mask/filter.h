/* SPDX-License-Identifier: MIT */
/* Filters over masks. Pure functions; the caller provides the scratch memory. Beyond the picture the value of its edge
 * is repeated. */
#ifndef PMK_MASK_FILTER_H
#define PMK_MASK_FILTER_H

#include "image/frame.h"

/* The place of pixel `at` of a line of to_count pixels in a line of count pixels, between pixel centres, in 1/256 px:
 * 0..256 (count - 1). */
int pmk_filter_place(int at, int count, int to_count);

/* Replace each alpha by the smallest (erode) or largest (dilate) one in the square of 2 px + 1 around it, in place.
 * `scratch` has the mask's size. */
void pmk_filter_erode(struct pmk_mask *mask, struct pmk_mask *scratch, int px);
void pmk_filter_dilate(struct pmk_mask *mask, struct pmk_mask *scratch, int px);

/* Replace each alpha by the rounded mean of the square of 2 px + 1 around it, in place. A mask of 0 stays 0. */
void pmk_filter_feather(struct pmk_mask *mask, struct pmk_mask *scratch, int px);

#endif
