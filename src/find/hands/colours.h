/* SPDX-License-Identifier: MIT */
/* Decides doubts by the colours around them: what has the colour of the person near it is more likely person, and what
 * has the colour of the room near it is more likely room.
 *
 * Around each block of 2x2 network pixels in doubt, blocks up to 20 off are compared with it: those that are surely the
 * person (over .75), and those that are surely room (under .1). The mean likeness (a Gaussian of the distance of the
 * colours, 10 levels of luma or 4 of chroma wide) to the ones over that to the others multiplies the odds of each of
 * its pixels from .1 to .75, by e^2 or e^-2 at most. Where none of either are near, nothing changes. One thread. */
#ifndef PMK_FIND_HANDS_COLOURS_H
#define PMK_FIND_HANDS_COLOURS_H

#include "image/frame.h"

struct pmk_colours {
	int width, height; /* of the look, in blocks */
	float *likeness; /* by distance */
	uint8_t *luma, *kind; /* of the blocks */
	void *block;
};

/* For looks of width x height px, even numbers. -ENOMEM. */
int pmk_colours_init(struct pmk_colours *colours, int width, int height) __attribute__((warn_unused_result));
void pmk_colours_finish(struct pmk_colours *colours); /* a zeroed struct is allowed */

/* `small` is what the look saw, 4:2:0. Rows up to `fade` are weighed fully, those from `end` on not at all. */
void pmk_colours_weigh(
	struct pmk_colours *colours, const struct pmk_image *small, float *probability, double fade, double end);

#endif
