/* SPDX-License-Identifier: MIT */
/* Keeps somebody who was surely seen from vanishing for a picture or three because the network misses him.
 *
 * The clean plate says who is still there (pmk_plate_hold): cells that several looks in a row were sure of, that look
 * as they did, there or a little further, and that this picture's looks take for room. It has to be a quarter of those
 * who were seen at least, for three pictures at most. What was seen of them in the last picture is moved along, and
 * joined by the larger probability.
 *
 * The one rule: whoever is to be seen nowhere has gone, and is held for no picture. One thread. */
#ifndef PMK_FIND_HOLD_HOLD_H
#define PMK_FIND_HOLD_HOLD_H

#include "find/plate.h"

struct pmk_hold {
	int width, height; /* px, of the network */
	struct pmk_rect view;
	float *last; /* what was seen in `view` of the last picture */
	float *joined;
};

int pmk_hold_init(struct pmk_hold *hold, int width, int height) __attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_hold_finish(struct pmk_hold *hold); /* a zeroed struct is allowed */

/* Join what is held, (dx, dy) px off where it was, with a look at `view`. Returns the joined look. */
float *pmk_hold_join(struct pmk_hold *hold, const struct pmk_plate *plate, int dx, int dy, const struct pmk_rect *view,
	const float *probability);

/* Remember what was seen in a picture. */
void pmk_hold_remember(struct pmk_hold *hold, const struct pmk_rect *view, const float *probability);

#endif
