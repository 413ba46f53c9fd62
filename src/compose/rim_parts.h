/* SPDX-License-Identifier: MIT */
/* The common part of rim.c and rim_colours.c. */
#ifndef PMK_COMPOSE_RIM_PARTS_H
#define PMK_COMPOSE_RIM_PARTS_H

#include "compose/rim.h"
#include "compose/rim_sums.h"
#include "pixels/rows.h"

enum {
	CELL = PMK_CELL,
	REACH = 2, /* cells that a mean is made of, each way */
	LEAST = 4, /* pixels that are enough for a mean */
	PAD = 16, /* px before and after a line */
	SHARES = 240, /* of the height: so many px the inner mask is smaller */
	MOVE_SHARES = 90, /* the same where the mask moved; twice as much where it moves fast */
	FAST_SHARES = 72, /* the same: by so many px a fast edge moves ... */
	SQUARE = 3, /* cells: the side of the squares whose alpha is compared with the last mask's */
	MOST_FAST = 7 * SQUARE * CELL / 8, /* px: ... or by these */
};

/* How the mask moves: it does not, or slowly; it moved fast when the last mask came; fast. */
enum { CALM, MOVED, FAST, SPEEDS };

enum { PERSON, ROOM, SIDES };
enum { ABOVE, HERE, BELOW, LINES }; /* rows of cells */

typedef int16_t shorts8 __attribute__((vector_size(16)));
/* index of the count, after the three planes; the person's four values come first, then the room's */
enum { COUNT = 3 };

/* Those of a cell's sums that are known. */
enum { OWN = 1, ROW = 2 };

/* The sums of a cell, and of the cells of its row as far as REACH and as far as the next one. */
struct pmk_rim_cell {
	pmk_rim_words own, far, touching;
};

struct pmk_rim {
	const struct pmk_rows *kernels;
	struct pmk_layout layout;
	int columns, rows; /* cells */
	struct pmk_cells *cells;
	const struct pmk_mask *mask;
	struct pmk_mask inner; /* who is surely a person; only near mixed cells */
	int shrunk[SPEEDS]; /* px: what `inner` is smaller than the mask */
	int fast; /* by so much the sum of a square's alpha changes where the mask moves fast */
	uint16_t *before; /* of each cell: the sum of the last mask's alpha */
	uint64_t number; /* of that mask */
	bool began; /* there was one */
	uint8_t *moves; /* of each cell: how the mask moves there */
	bool moving; /* not all are CALM */
	uint8_t *summed; /* of each cell: OWN, ROW */
	struct pmk_rim_cell *sums; /* of each cell */
	uint8_t *narrowed; /* 1: `inner` is valid in this cell; elsewhere it is like the mask */
	uint8_t *near; /* 1: the cell or one that touches it is mixed */
	/* for each such cell: the means of the cells around it in the same order, in 1/16 of a level; -1: there is
	 * none */
	shorts8 *colour;
	int *missing; /* cells that have no mean of their own */
	shorts8 *found; /* for each of these */
	int row; /* of cells; the rest belongs to it */
	uint8_t *half[CELL]; /* rows of `inner` at chroma's width */
	int16_t *line[3][SIDES][LINES]; /* colours of a plane at its width, valid in runs */
	int16_t *lines; /* their memory */
	const struct pmk_image *frame;
};

/* Mark mixed cells and all that touch them, in a byte for each cell. */
void pmk_rim_mark_near(const struct pmk_rim *rim, uint8_t *near);

/* Nothing moves yet. `moves` is there. */
void pmk_rim_start_moves(struct pmk_rim *rim);

/* Find how the mask moves, and as far around as the inner mask's edge gets then. The same mask once more moves as it
 * did. */
void pmk_rim_find_moves(struct pmk_rim *rim);

/* Set 1 for each cell with some of the person that moves like this, and 0 for all others. False: there is none. */
bool pmk_rim_moves_at(const struct pmk_rim *rim, int speed, uint8_t *wanted);

/* Find the colours of the cells near mixed ones, of the frame and mask in `rim`. */
void pmk_rim_find_colours(struct pmk_rim *rim);

#endif
