/* SPDX-License-Identifier: MIT */
/* What a mask holds, in cells of 8x8 pixels: who composes looks closely only where the person and the room meet. One
 * thread.
 *
 * The one rule: a cell is room or person only where each of its pixels is wholly that. */
#ifndef PMK_PIXELS_CELLS_H
#define PMK_PIXELS_CELLS_H

#include "image/frame.h"
#include "pixels/rows.h"

enum { PMK_CELL_FULL = 255 * PMK_CELL * PMK_CELL };

/* What a cell of a mask holds; mixed: neither all 0 nor all 255. */
enum pmk_cell_kind { PMK_CELL_ROOM, PMK_CELL_MIXED, PMK_CELL_PERSON };

/* Neighbours of one kind in a row of cells; columns of luma, multiples of PMK_CELL but for the picture's end. */
struct pmk_cell_run {
	int first, end;
	enum pmk_cell_kind kind;
};

struct pmk_cells {
	int width, columns, rows; /* px; cells, cut ones included */
	uint8_t *kind; /* enum pmk_cell_kind of each cell; of a cut column always PMK_CELL_MIXED */
	/* sum of 64 pixels of each cell, as cell_sums of rows.h; PMK_CELL_FULL for a person, also in a cut column */
	uint16_t *alpha;
	struct pmk_cell_run *run; /* of the row that was asked for last, from left to right, none left out */
	int runs;
	const struct pmk_rows *kernels;
};

/* size of the masks in px; -ENOMEM */
int pmk_cells_init(struct pmk_cells *cells, int width, int height) __attribute__((warn_unused_result));
void pmk_cells_finish(struct pmk_cells *cells); /* a zeroed one is fine */

void pmk_cells_find(struct pmk_cells *cells, const struct pmk_mask *mask);
void pmk_cells_enter(struct pmk_cells *cells, int row); /* find the runs of a row of cells */

#endif
