/* SPDX-License-Identifier: MIT */
#include "pixels/cells.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <stdlib.h>

int pmk_cells_init(struct pmk_cells *cells, int width, int height)
{
	int columns = (width + PMK_CELL - 1) / PMK_CELL, rows = (height + PMK_CELL - 1) / PMK_CELL;
	struct pmk_cells made = { .width = width, .columns = columns, .rows = rows, .kernels = pmk_rows() };

	made.kind = pmk_mem_alloc((size_t)columns * (size_t)rows);
	made.alpha = pmk_mem_alloc((size_t)columns * (size_t)rows * sizeof *made.alpha);
	made.run = pmk_mem_alloc((size_t)columns * sizeof *made.run);
	if (!made.kind || !made.alpha || !made.run) {
		pmk_cells_finish(&made);
		return -ENOMEM;
	}
	*cells = made;
	return 0;
}

void pmk_cells_finish(struct pmk_cells *cells)
{
	free(cells->kind);
	free(cells->alpha);
	free(cells->run);
	*cells = (struct pmk_cells){ 0 };
}

void pmk_cells_find(struct pmk_cells *cells, const struct pmk_mask *mask)
{
	int whole = mask->width / PMK_CELL;

	for (int row = 0; row < cells->rows; row++) {
		uint8_t *kind = cells->kind + (size_t)row * (size_t)cells->columns;
		uint16_t *alpha = cells->alpha + (size_t)row * (size_t)cells->columns;
		int left = mask->height - row * PMK_CELL;

		cells->kernels->cell_sums(mask->alpha + (size_t)row * PMK_CELL * (size_t)mask->stride, mask->stride,
			pmk_min(left, PMK_CELL), PMK_CELL, alpha, whole);
		for (int i = 0; i < whole; i++)
			kind[i] = (uint8_t)((alpha[i] > 0) + (alpha[i] == PMK_CELL_FULL));
		if (whole < cells->columns) {
			kind[whole] = PMK_CELL_MIXED;
			alpha[whole] = PMK_CELL_FULL;
		}
	}
}

void pmk_cells_enter(struct pmk_cells *cells, int row)
{
	const uint8_t *kind = cells->kind + (size_t)row * (size_t)cells->columns;
	struct pmk_cell_run *run = cells->run;

	*run = (struct pmk_cell_run){ .kind = (enum pmk_cell_kind)kind[0] };
	for (int i = 1; i < cells->columns; i++) {
		if (kind[i] == run->kind)
			continue;
		run->end = i * PMK_CELL;
		run[1] = (struct pmk_cell_run){ .first = run->end, .kind = (enum pmk_cell_kind)kind[i] };
		run++;
	}
	run->end = cells->width;
	cells->runs = (int)(run - cells->run) + 1;
}
