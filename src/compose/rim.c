/* SPDX-License-Identifier: MIT */
#include "compose/rim_parts.h"

#include "base/mem.h"
#include "base/num.h"
#include "compose/inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool allocate(struct pmk_rim *r)
{
	size_t columns = (size_t)r->columns, cells = columns * (size_t)r->rows, line = columns * CELL + 2 * PAD;
	int16_t *at = r->lines = pmk_mem_alloc(3 * SIDES * LINES * line * sizeof *r->lines);

	r->half[0] = pmk_mem_alloc(CELL * line);
	for (int i = 1; r->half[0] && i < CELL; i++)
		r->half[i] = r->half[i - 1] + line;
	r->summed = pmk_mem_alloc(cells);
	r->sums = pmk_mem_alloc(cells * sizeof *r->sums);
	r->narrowed = pmk_mem_alloc(cells);
	r->before = pmk_mem_alloc(cells * sizeof *r->before);
	r->moves = pmk_mem_alloc(cells);
	r->near = pmk_mem_alloc(cells);
	r->colour = pmk_mem_alloc(cells * sizeof *r->colour);
	r->missing = pmk_mem_alloc(cells * sizeof *r->missing);
	r->found = pmk_mem_alloc(cells * sizeof *r->found);
	for (int i = 0; at && i < 3 * SIDES * LINES; i++, at += line)
		r->line[i / (SIDES * LINES)][i / LINES % SIDES][i % LINES] = at + PAD;
	return r->half[0] && r->summed && r->sums && r->narrowed && r->before && r->moves && r->near && r->colour &&
		r->missing && r->found && r->lines && pmk_mask_alloc(&r->inner, r->layout.width, r->layout.height) == 0;
}

int pmk_rim_create(const struct pmk_layout *layout, struct pmk_rim **rim)
{
	struct pmk_rim *r = calloc(1, sizeof *r);

	if (!r)
		return -ENOMEM;
	r->kernels = pmk_rows();
	r->layout = *layout;
	r->columns = (layout->width + CELL - 1) / CELL;
	r->rows = (layout->height + CELL - 1) / CELL;
	if (!allocate(r)) {
		pmk_rim_destroy(r);
		return -ENOMEM;
	}
	pmk_rim_start_moves(r);
	*rim = r;
	return 0;
}

void pmk_rim_forget(struct pmk_rim *r)
{
	if (r)
		r->began = false;
}

void pmk_rim_destroy(struct pmk_rim *r)
{
	if (!r)
		return;
	pmk_mask_free(&r->inner);
	free(r->half[0]);
	free(r->summed);
	free(r->sums);
	free(r->narrowed);
	free(r->before);
	free(r->moves);
	free(r->near);
	free(r->colour);
	free(r->missing);
	free(r->found);
	free(r->lines);
	free(r);
}

/* Mark mixed cells of a row, and those beside them. */
static void mark_across(const uint8_t *restrict kind, uint8_t *restrict near, int count)
{
	near[0] = kind[0] == PMK_CELL_MIXED || (count > 1 && kind[1] == PMK_CELL_MIXED);
	near[count - 1] = kind[count - 1] == PMK_CELL_MIXED || (count > 1 && kind[count - 2] == PMK_CELL_MIXED);
	for (int x = 1; x < count - 1; x++)
		near[x] = (kind[x - 1] == PMK_CELL_MIXED) | (kind[x] == PMK_CELL_MIXED) |
			(kind[x + 1] == PMK_CELL_MIXED);
}

/* Mark cells above and below those that are marked. */
static void mark_along(uint8_t *near, int columns, int rows)
{
	uint8_t above[PMK_IMAGE_MAX_PX / CELL + 1] = { 0 };

	for (int y = 0; y < rows; y++, near += columns) {
		const uint8_t *below = y + 1 < rows ? near + columns : near;

		for (int x = 0; x < columns; x++) {
			uint8_t here = near[x];

			near[x] = here | above[x] | below[x];
			above[x] = here;
		}
	}
}

void pmk_rim_mark_near(const struct pmk_rim *r, uint8_t *near)
{
	for (int y = 0; y < r->rows; y++)
		mark_across(r->cells->kind + (size_t)y * (size_t)r->columns, near + (size_t)y * (size_t)r->columns,
			r->columns);
	mark_along(near, r->columns, r->rows);
}

static void clear_room(const uint8_t *restrict kind, uint8_t *restrict marks, int count)
{
	for (int i = 0; i < count; i++)
		marks[i] = kind[i] == PMK_CELL_ROOM ? 0 : marks[i];
}

/* No cell of person is cut at the right, so all its columns are the mask's. */
static bool is_whole(const struct pmk_mask *mask, int cx, int cy)
{
	const uint8_t *alpha = mask->alpha + (size_t)cy * CELL * (size_t)mask->stride + cx * CELL;
	uint64_t all = UINT64_MAX, row;

	for (int y = 0; y < CELL && cy * CELL + y < mask->height; y++, alpha += mask->stride) {
		memcpy(&row, alpha, sizeof row);
		all &= row;
	}
	return all == UINT64_MAX;
}

/* Find the inner mask. Cells of person into which its edge reaches are mixed for the composer, too. */
static void narrow(struct pmk_rim *r)
{
	int count = r->columns * r->rows;

	pmk_rim_find_moves(r);
	pmk_rim_mark_near(r, r->narrowed);
	for (int at = 0; r->moving && at < count; at++)
		r->narrowed[at] |= r->moves[at] != CALM;
	clear_room(r->cells->kind, r->narrowed, count);
	pmk_inner_find(r->mask, r->shrunk[CALM], r->narrowed, &r->inner);
	for (int i = MOVED; r->moving && i < SPEEDS; i++) {
		if (pmk_rim_moves_at(r, i, r->near)) /* these marks are not needed yet */
			pmk_inner_narrow(r->mask, r->shrunk[i], r->near, &r->inner);
	}
	for (int y = 0, at = 0; y < r->rows; y++) {
		for (int x = 0; x < r->columns; x++, at++) {
			if (r->narrowed[at] && r->cells->kind[at] == PMK_CELL_PERSON && !is_whole(&r->inner, x, y))
				r->cells->kind[at] = PMK_CELL_MIXED;
		}
	}
}

void pmk_rim_begin(
	struct pmk_rim *r, const struct pmk_image *frame, const struct pmk_mask *mask, struct pmk_cells *cells)
{
	r->frame = frame;
	r->mask = mask;
	r->cells = cells;
	narrow(r);
	pmk_rim_find_colours(r);
}

/* The colours of a cell; beyond the picture's edge, those of the cell at the edge. -1: there is none. */
static shorts8 colours_at(const struct pmk_rim *r, int column, int row)
{
	return r->colour[(size_t)pmk_clamp(row, 0, r->rows - 1) * (size_t)r->columns +
		(size_t)pmk_clamp(column, 0, r->columns - 1)];
}

/* Interpolate from the middle of a cell to the middle of the next one, at luma's or chroma's width; `step` is the
 * difference per pixel of luma. */
static inline void slope(int16_t from, int16_t step, bool chroma, int16_t *out)
{
	shorts8 line = from +
		(chroma ? step * (shorts8){ 1, 3, 5, 7 } : step * (shorts8){ 1, 3, 5, 7, 9, 11, 13, 15 } / 2);

	memcpy(out, &line, (chroma ? CELL / 2 : CELL) * sizeof *out);
}

/* Interpolate the colours of a row of cells into the lines `line`. Cells that touch have both a colour, or both none.
 */
static void widen(const struct pmk_rim *r, int first, int end, int row, int line)
{
	shorts8 left = colours_at(r, first - 1, row);

	for (int cell = first; cell <= end; cell++) {
		shorts8 right = colours_at(r, cell, row), step = (right - left) / 8;

		for (int side = 0, k = 0; side < SIDES; side++, k += COUNT + 1) {
			slope(left[k], step[k], false, r->line[0][side][line] + cell * CELL - CELL / 2);
			slope(left[k + 1], step[k + 1], true, r->line[1][side][line] + (cell * CELL - CELL / 2) / 2);
			slope(left[k + 2], step[k + 2], true, r->line[2][side][line] + (cell * CELL - CELL / 2) / 2);
		}
		left = right;
	}
}

/* Cells first..end - 1. */
static void enter_run(struct pmk_rim *r, int first, int end)
{
	for (int i = 0; i < LINES; i++)
		widen(r, first, end, r->row + i - 1, i);
}

/* The inner mask at chroma's width: the mean over the pixels that a sample covers. */
static void halve_inner(struct pmk_rim *r, int first, int end)
{
	int lower = r->layout.chroma == PMK_CHROMA_420 ? 2 : 1, top = r->row * CELL, left = r->inner.height - top;

	for (int y = 0; y < pmk_min(left, CELL); y += lower) {
		const uint8_t *a = r->inner.alpha + (size_t)(top + y) * (size_t)r->inner.stride,
			      *b = lower == 2 && y + 1 < left ? a + r->inner.stride : a;
		uint8_t *half = r->half[y / lower];

		r->kernels->halve(a + first, b + first, half + first / 2, end / 2 - first / 2);
		if (end % 2)
			half[end / 2] = (uint8_t)((a[end - 1] + b[end - 1] + 1) / 2);
	}
}

void pmk_rim_enter(struct pmk_rim *r, int row)
{
	r->row = row;
	for (int i = 0; i < r->cells->runs; i++) {
		const struct pmk_cell_run *run = &r->cells->run[i];

		if (run->kind != PMK_CELL_MIXED)
			continue;
		enter_run(r, run->first / CELL, (run->end + CELL - 1) / CELL);
		halve_inner(r, run->first, run->end);
	}
}

/* The weight of the lower of two rows of cells for row y of a plane, in 1/16, and in *pair the upper one. */
static int place_of(const struct pmk_rim *r, int plane, int y, int *pair)
{
	int lower = plane && r->layout.chroma == PMK_CHROMA_420 ? 2 : 1;
	/* in 1/16 of a cell, from its middle */
	int place = (2 * y + 1) * lower - CELL - 2 * CELL * r->row;

	*pair = place < 0 ? ABOVE : HERE;
	return place & (2 * CELL - 1);
}

static const uint8_t *inner_row(const struct pmk_rim *r, int plane, int y)
{
	if (plane)
		return r->half[y - r->row * CELL / (r->layout.chroma == PMK_CHROMA_420 ? 2 : 1)];
	return r->inner.alpha + (size_t)y * (size_t)r->inner.stride;
}

static const uint8_t *row_of(const struct pmk_rim *r, int plane, int y)
{
	return r->frame->plane[plane] + (size_t)y * (size_t)r->frame->stride[plane];
}

void pmk_rim_row(const struct pmk_rim *r, int plane, int y, const uint8_t *alpha, int first, int end,
	const uint8_t *behind, uint8_t *out)
{
	int pair, part = place_of(r, plane, y, &pair), limits = r->frame->layout.range == PMK_RANGE_FULL ? plane : -1;
	int16_t *const *person = r->line[plane][PERSON] + pair, *const *room = r->line[plane][ROOM] + pair;

	r->kernels->rim(person[0] + first, person[1] + first, room[0] + first, room[1] + first, part, limits,
		row_of(r, plane, y) + first, behind + first, alpha + first, inner_row(r, plane, y) + first, out + first,
		end - first);
}

void pmk_rim_clean(const struct pmk_rim *r, int plane, int y, const uint8_t *alpha, int first, int end, uint8_t *out)
{
	int pair, part = place_of(r, plane, y, &pair);
	int16_t *const *person = r->line[plane][PERSON] + pair, *const *room = r->line[plane][ROOM] + pair;

	r->kernels->clean(person[0] + first, person[1] + first, room[0] + first, room[1] + first, part, plane,
		row_of(r, plane, y) + first, alpha + first, inner_row(r, plane, y) + first, out + first, end - first);
}
