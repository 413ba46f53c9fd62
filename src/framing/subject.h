/* SPDX-License-Identifier: MIT */
/* Where the people in a mask are, for framing. Pure functions; they read every 8th pixel of every 8th row of a mask
 * that is 1280 px wide, and a finer or coarser grid of others, so that it takes some 20 us.
 *
 * The one rule: whom the mask does not show, framing does not follow: keep-out zones and people who are left out need
 * no code of their own. */
#ifndef PMK_FRAMING_SUBJECT_H
#define PMK_FRAMING_SUBJECT_H

#include "find/box.h"
#include "image/frame.h"

struct pmk_subject {
	struct pmk_box box; /* px, all that is person; empty: nobody. Up to one step of the grid too large. */
	/* px, the bodies without what is thin: the columns that hold at least 0.3 of what the fullest one holds, and
	 * the rows that hold at least 0.2. So an arm that is stretched out does not count. */
	struct pmk_box core;
};

/* A row or column in which fewer than two points of the grid are person (alpha over 127) holds nobody. */
struct pmk_subject pmk_subject_find(const struct pmk_mask *mask);

#endif
