/* SPDX-License-Identifier: MIT */
/* Keep-out zones: parts of the picture in which nobody is found, such as a door or a television. As text they are
 * "X,Y,WxH", where each number is in pixels or, with a % after it, in percent of the picture's width or height. Pure
 * functions, but for pmk_zones_tell. */
#ifndef PMK_FIND_ZONE_H
#define PMK_FIND_ZONE_H

#include "image/frame.h"

enum { PMK_ZONES = 8 }; /* the most that there may be */

struct pmk_zone {
	double value[4]; /* x, y, width, height */
	bool percent[4]; /* or px */
};

/* Read a zone. 0, or -EINVAL with `zone` untouched: not four numbers from 0 on, no width or height, or more than 100 %.
 */
int pmk_zone_parse(const char *text, struct pmk_zone *zone) __attribute__((warn_unused_result));

/* Say what is wrong with a text that pmk_zone_parse refuses: "its width is 0 ..". */
void pmk_zone_explain(const char *text, char *why, size_t size);
void pmk_zone_print(const struct pmk_zone *zone, char *text, size_t size); /* as pmk_zone_parse reads it */

/* Warn of each zone that covers nothing of pictures of this size. */
void pmk_zones_tell(const struct pmk_zone *zones, int count, int width, int height);

/* The zone in px of a picture, enlarged to whole pixels and cut off at the edges. Width or height is 0 if nothing is
 * left. */
struct pmk_rect pmk_zone_in(const struct pmk_zone *zone, int width, int height);

/* Set to 0 what lies inside the zone: in a probability of the part `view` of the picture; in a mask of the whole
 * picture. */
void pmk_zone_clear_probability(
	const struct pmk_rect *zone, const struct pmk_rect *view, float *probability, int width, int height);
void pmk_zone_clear_mask(const struct pmk_rect *zone, struct pmk_mask *mask);

#endif
