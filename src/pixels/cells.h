/* SPDX-License-Identifier: MIT */
/* The cells of a mask: whether each square of 8x8 pixels is room, person or mixed. The composer looks at single pixels
 * only in mixed cells. One thread.
 *
 * The one rule: a cell is room only if each of its pixels has alpha 0, and person only if each has alpha 255.
 *
 *	pmk_cells_find(&cells, mask);
 *	for (int row = 0; row < cells.rows; row++) {
 *		pmk_cells_enter(&cells, row);
 *		for (int i = 0; i < cells.runs; i++)
 *			... cells.run[i] ...
 *	} */
#ifndef PMK_PIXELS_CELLS_H
#define PMK_PIXELS_CELLS_H

#include "image/frame.h"
#include "pixels/rows.h"

enum { PMK_CELL_FULL = 255 * PMK_CELL * PMK_CELL }; /* sum of alpha of a cell of person */

/* Mixed: alpha is neither 0 in all pixels nor 255 in all. */
enum pmk_cell_kind { PMK_CELL_ROOM, PMK_CELL_MIXED, PMK_CELL_PERSON };

/* A run of neighbouring cells of one kind in a row of cells: columns first..end - 1 of luma, which are multiples of
 * PMK_CELL except at the right edge of the picture. */
struct pmk_cell_run {
	int first, end;
	enum pmk_cell_kind kind;
};

struct pmk_cells {
	int width; /* px */
	int columns, rows; /* of cells, including those that the picture's edge cuts */
	uint8_t *kind; /* enum pmk_cell_kind of each cell; PMK_CELL_MIXED in a cut column */
	/* sum of alpha over each cell, as cell_sums of rows.h counts it; PMK_CELL_FULL in a cut column */
	uint16_t *alpha;
	struct pmk_cell_run *run; /* of the row entered last, from left to right, without gaps */
	int runs;
	const struct pmk_rows *kernels;
};

/* `width` and `height` of the masks, in px. 0 or -ENOMEM. */
int pmk_cells_init(struct pmk_cells *cells, int width, int height) __attribute__((warn_unused_result));
void pmk_cells_finish(struct pmk_cells *cells); /* a zeroed struct is allowed */

void pmk_cells_find(struct pmk_cells *cells, const struct pmk_mask *mask); /* set kind and alpha */
void pmk_cells_enter(struct pmk_cells *cells, int row); /* set the runs of this row of cells */

#endif
