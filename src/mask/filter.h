/* SPDX-License-Identifier: MIT */
/* Filters over masks. Pure functions; the caller gives the scratch memory. Outside the picture the rim's value holds.
 */
#ifndef PMK_MASK_FILTER_H
#define PMK_MASK_FILTER_H

#include "image/frame.h"

/* Where pixel `at` of a line of to_count looks in one of count, between pixel centres, in 1/256 of a pixel: 0..256
 * (count - 1). */
int pmk_filter_place(int at, int count, int to_count);

/* Smallest, or largest, alpha within a (2 px + 1) square, in place. `scratch` has the mask's size. */
void pmk_filter_erode(struct pmk_mask *mask, struct pmk_mask *scratch, int px);
void pmk_filter_dilate(struct pmk_mask *mask, struct pmk_mask *scratch, int px);

/* Mean over a (2 px + 1) square, rounded to the nearest, in place. All 0 stays all 0. */
void pmk_filter_feather(struct pmk_mask *mask, struct pmk_mask *scratch, int px);

#endif
