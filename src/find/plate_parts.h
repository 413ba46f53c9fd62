/* SPDX-License-Identifier: MIT */
/* The inside of the clean plate, for plate*.c only. */
#ifndef PMK_FIND_PLATE_PARTS_H
#define PMK_FIND_PLATE_PARTS_H

#include "find/plate.h"

enum {
	PMK_PLATE_COLUMNS =
		120, /* at least so many cells in a row of a picture that is that wide, and less than twice */
	PMK_PLATE_COLOURS = 16 * 16 * 16, /* bins of 16 levels of luma, 4 of each chroma */
};

/* Remember the colours of what this picture's looks were sure of as a person. */
void pmk_plate_remember_colours(struct pmk_plate *plate);

#endif
