/* SPDX-License-Identifier: MIT */
/* The inside of the clean plate, for plate*.c only. */
#ifndef PMK_FIND_PLATE_PLATE_PARTS_H
#define PMK_FIND_PLATE_PLATE_PARTS_H

#include "find/plate.h"

enum { PMK_PLATE_LEVEL = 32 }; /* of luma and chroma, in the memory's unit */
enum {
	PMK_PLATE_CELLS = 8000
}; /* at least so many, if a cell of 2x2 px is small enough, and under four times as many */
enum { PMK_PLATE_COLOURS = 16 * 16 * 16 }; /* bins of 16 levels of luma, 4 of each chroma */

/* looks before anybody is judged; and where the camera's noise is above PMK_PLATE_QUIET */
enum { PMK_PLATE_STILL = 25, PMK_PLATE_WATCHED = 45 };
enum { PMK_PLATE_TRUSTED = 1, PMK_PLATE_HELD_BACK, PMK_PLATE_SHOWN }; /* plate->start */
enum { PMK_PLATE_ITSELF = 1, PMK_PLATE_OTHERS }; /* plate->mover */
enum { PMK_PLATE_STAYS = 60 }; /* pictures in which the upper rim of somebody moves a little */
#define PMK_PLATE_QUIET 0.4f /* levels */

/* The cells of a connected part of what is taken for people. */
struct pmk_plate_part {
	int cells, moved;
	int stirred; /* moved at least a little of late */
	int fixed, hidden; /* what was judged to be room before */
	int trusted;
	bool joined; /* with somebody else who stirs, and whose cells are not counted */
};

/* Find the label of each cell: of the group of a look at `view` that has its middle, or 0. In plate->scratch, which has
 * more bytes than there are cells. */
const uint8_t *pmk_plate_label(
	const struct pmk_plate *plate, const struct pmk_groups *groups, const struct pmk_rect *view);
/* Find the groups of plate->novel, and their labels, as above; with `split`, those of heads. */
const uint8_t *pmk_plate_find_groups(struct pmk_plate *plate, struct pmk_groups *groups, bool split);
/* Count cell i for a part. */
void pmk_plate_count_cell(const struct pmk_plate *plate, int i, struct pmk_plate_part *part);
/* Count the cells of parts, part[label]. Of a part that was mostly held back at the start, the other cells do not
 * count: they are of somebody who touches it. */
void pmk_plate_count(const struct pmk_plate *plate, const uint8_t *label, struct pmk_plate_part *part);
/* Whether cell i was shown to be somebody's at the start. */
bool pmk_plate_was_shown(const struct pmk_plate *plate, int i);
/* Whether a part moved, or at least a little of late. */
bool pmk_plate_stirs(const struct pmk_plate_part *part);
/* Whether small changes say little about who is somebody, because there is much noise. */
bool pmk_plate_is_noisy(const struct pmk_plate *plate);
/* In plate->mover: what moves and is connected with what moves with others moves with them, too. */
void pmk_plate_spread_others(struct pmk_plate *plate);

/* Notice which cells change, by more than `step` of PMK_PLATE_LEVEL at once. */
void pmk_plate_watch(struct pmk_plate *plate, int step);
/* Forget which did, who was trusted or held back, and which room by judgement cannot be seen now: before the first
 * picture, or after one in which the camera moved, which is not judged. */
void pmk_plate_watch_anew(struct pmk_plate *plate);
/* Make room of what this picture's looks took for people although it never moved while others did. */
void pmk_plate_judge(struct pmk_plate *plate);

/* Notice which cells are as they were but for `most` levels. */
void pmk_plate_stay(struct pmk_plate *plate, int most);
/* Make room of what stands, by this picture's looks: behind somebody who moves, and joined with him, until something
 * above it moves; or apart from him. */
void pmk_plate_judge_behind(struct pmk_plate *plate);
/* Make room of cell i, as it is now. */
void pmk_plate_settle(struct pmk_plate *plate, int i);

/* Notice where brightness changes between cells; and then, which of these edges stand. */
void pmk_plate_find_edges(struct pmk_plate *plate);
void pmk_plate_sum_edges(struct pmk_plate *plate);
/* Whether an edge passes cell i of a row, or of a column, or one beside it. */
bool pmk_plate_is_near_edge(const struct pmk_plate *plate, bool row, int i);
/* Find the border around the cell at (x, y), of which most is to be seen. False: there is none, or so many
 * lines that it would take long to tell. */
bool pmk_plate_find_border(const struct pmk_plate *plate, int x, int y, struct pmk_hanging *found);

/* Notice what hangs there in this picture, at its begin; and, by what was taken for people so far, who is in front. */
void pmk_plate_watch_hangings(struct pmk_plate *plate);
void pmk_plate_mark_hangings(struct pmk_plate *plate);
void pmk_plate_forget_hangings(struct pmk_plate *plate);
/* Whether the cell at (x, y) is inside of a hanging, or only of one that hides who is in it. */
bool pmk_plate_is_hanging(const struct pmk_plate *plate, int x, int y, bool hides);
/* Add to plate->hung what the network made up for what hangs there. What hangs is not taken for people any more. */
void pmk_plate_take_rest(struct pmk_plate *plate);

/* Count a picture since the start, which is over when the camera moves. */
void pmk_plate_age(struct pmk_plate *plate, bool camera_moves);

/* Remember the colours of what this picture's looks were sure of as a person. */
void pmk_plate_remember_colours(struct pmk_plate *plate);

/* Remember this picture, and who was surely seen in it. */
void pmk_plate_watch_people(struct pmk_plate *plate);

#endif
