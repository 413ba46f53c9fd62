/* SPDX-License-Identifier: MIT */
/* The inside of the clean plate, for plate*.c only. */
#ifndef PMK_FIND_PLATE_PARTS_H
#define PMK_FIND_PLATE_PARTS_H

#include "find/plate.h"

enum { PMK_PLATE_LEVEL = 32 }; /* of luma and chroma, in the memory's unit */
enum {
	PMK_PLATE_CELLS = 8000
}; /* at least so many, if a cell of 2x2 px is small enough, and under four times as many */
enum { PMK_PLATE_COLOURS = 16 * 16 * 16 }; /* bins of 16 levels of luma, 4 of each chroma */

/* Notice which cells change, by more than `step` of PMK_PLATE_LEVEL at once; and forget which did. */
void pmk_plate_watch(struct pmk_plate *plate, int step);
void pmk_plate_watch_anew(struct pmk_plate *plate);
/* Make room of what this picture's looks took for people although it never moved while others did. */
void pmk_plate_judge(struct pmk_plate *plate);

/* Remember the colours of what this picture's looks were sure of as a person. */
void pmk_plate_remember_colours(struct pmk_plate *plate);

/* Remember this picture, and who was surely seen in it. */
void pmk_plate_watch_people(struct pmk_plate *plate);

#endif
