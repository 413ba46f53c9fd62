/* SPDX-License-Identifier: MIT */
/* Parts of the picture in which nobody is to be found: a door, a television. "X,Y,WxH", each number in pixels or, with
 * a % behind it, of the picture's width or height. Pure functions. */
#ifndef PMK_FIND_ZONE_H
#define PMK_FIND_ZONE_H

#include "image/frame.h"

enum { PMK_ZONES = 8 }; /* at most */

struct pmk_zone {
	double value[4]; /* x, y, width, height */
	bool percent[4]; /* or px */
};

/* 0, or -EINVAL with `zone` untouched: not four numbers from 0 up, no width, no height, or more than 100 %. */
int pmk_zone_parse(const char *text, struct pmk_zone *zone) __attribute__((warn_unused_result));

/* In px of a picture, outwards to whole ones and cut off at its rim; width or height 0 when nothing is left. */
struct pmk_rect pmk_zone_in(const struct pmk_zone *zone, int width, int height);

/* What of a zone lies inside of a probability of the part `view` of the picture becomes 0. */
void pmk_zone_clear_probability(
	const struct pmk_rect *zone, const struct pmk_rect *view, float *probability, int width, int height);
void pmk_zone_clear_mask(const struct pmk_rect *zone, struct pmk_mask *mask);

#endif
