/* SPDX-License-Identifier: MIT */
#include "compose/rim.h"

#include "base/mem.h"
#include "base/num.h"
#include "pixels/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	CELL = PMK_CELL,
	REACH = 2, /* cells that a mean is made of, each way */
	SURE = 4, /* alpha this close to 0 or 255 */
	LEAST = 4, /* pixels that are enough for a mean */
	PAD = 16, /* px before and after a line */
};

enum side { PERSON, ROOM, SIDES };
enum { ABOVE, HERE, BELOW, LINES }; /* rows of cells */

/* Sums of a cell's sure pixels: at most 8 pixels per side, so that the sums of 5x5 cells fit into 16 bits. */
typedef uint16_t words8 __attribute__((vector_size(16)));
typedef int16_t shorts8 __attribute__((vector_size(16)));
typedef uint8_t bytes8 __attribute__((vector_size(8)));
/* index of the count, after the three planes; the person's four values come first, then the room's */
enum { COUNT = 3 };

struct pmk_rim {
	const struct pmk_rows *kernels;
	struct pmk_layout layout;
	int columns, rows; /* cells */
	const struct pmk_cells *cells;
	uint8_t *summed; /* of each cell */
	words8 *sums; /* of each summed cell */
	uint8_t *near; /* 1: the cell or one that touches it is mixed */
	/* for each such cell: the means of the cells around it in the same order, in 1/16 of a level; -1: there is
	 * none */
	shorts8 *colour;
	int *missing; /* cells that have no mean of their own */
	shorts8 *found; /* for each of these */
	int row; /* of cells; the rest belongs to it */
	int16_t *line[3][SIDES][LINES]; /* colours of a plane at its width, valid in runs */
	int16_t *lines; /* their memory */
	const struct pmk_image *frame;
};

static bool allocate(struct pmk_rim *r)
{
	size_t columns = (size_t)r->columns, cells = columns * (size_t)r->rows, line = columns * CELL + 2 * PAD;
	int16_t *at = r->lines = pmk_mem_alloc(3 * SIDES * LINES * line * sizeof *r->lines);

	r->summed = pmk_mem_alloc(cells);
	r->sums = pmk_mem_alloc(cells * sizeof *r->sums);
	r->near = pmk_mem_alloc(cells);
	r->colour = pmk_mem_alloc(cells * sizeof *r->colour);
	r->missing = pmk_mem_alloc(cells * sizeof *r->missing);
	r->found = pmk_mem_alloc(cells * sizeof *r->found);
	for (int i = 0; at && i < 3 * SIDES * LINES; i++, at += line)
		r->line[i / (SIDES * LINES)][i / LINES % SIDES][i % LINES] = at + PAD;
	return r->summed && r->sums && r->near && r->colour && r->missing && r->found && r->lines;
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
	*rim = r;
	return 0;
}

void pmk_rim_destroy(struct pmk_rim *r)
{
	if (!r)
		return;
	free(r->summed);
	free(r->sums);
	free(r->near);
	free(r->colour);
	free(r->missing);
	free(r->found);
	free(r->lines);
	free(r);
}

/* Four bytes from each of two rows. */
static words8 four_of_two(const uint8_t *a, const uint8_t *b)
{
	bytes8 both;

	memcpy(&both, a, 4);
	memcpy((uint8_t *)&both + 4, b, 4);
	return __builtin_convertvector(both, words8);
}

/* Bytes 0, 2, 4 and 6 from each of two rows. */
static words8 even_of_two(const uint8_t *a, const uint8_t *b)
{
	words8 both;

	memcpy(&both, a, 8);
	memcpy((uint8_t *)&both + 8, b, 8);
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? both & 255 : both >> 8;
}

/* The sums of eight vectors, each over its lanes, in three steps that halve the number of vectors. */
static words8 sums_of(const words8 v[8])
{
	words8 two[4], four[2];

	for (int i = 0; i < 4; i++)
		two[i] = __builtin_shufflevector(v[2 * i], v[2 * i + 1], 0, 8, 1, 9, 2, 10, 3, 11) +
			__builtin_shufflevector(v[2 * i], v[2 * i + 1], 4, 12, 5, 13, 6, 14, 7, 15);
	for (int i = 0; i < 2; i++)
		four[i] = __builtin_shufflevector(two[2 * i], two[2 * i + 1], 0, 1, 8, 9, 2, 3, 10, 11) +
			__builtin_shufflevector(two[2 * i], two[2 * i + 1], 4, 5, 12, 13, 6, 7, 14, 15);
	return __builtin_shufflevector(four[0], four[1], 0, 1, 2, 3, 8, 9, 10, 11) +
		__builtin_shufflevector(four[0], four[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

/* Every second pixel of every fourth row is enough. Pixels beyond the end of the picture count for neither side. */
static void sum_cell(struct pmk_rim *r, const struct pmk_mask *mask, int cx, int cy)
{
	const struct pmk_image *f = r->frame;
	int lower = r->layout.chroma == PMK_CHROMA_420 ? 2 : 1, x = cx * CELL, y = cy * CELL, next = y + CELL / 2,
	    columns = mask->width - x;
	int other = next < mask->height ? next : y;
	const uint8_t *alpha = mask->alpha + x, *luma = f->plane[0] + x, *u = f->plane[1] + x / 2,
		      *v = f->plane[2] + x / 2;
	words8 a = even_of_two(alpha + (size_t)y * (size_t)mask->stride, alpha + (size_t)other * (size_t)mask->stride);
	words8 colour[4] = {
		even_of_two(luma + (size_t)y * (size_t)f->stride[0], luma + (size_t)other * (size_t)f->stride[0]),
		four_of_two(u + (size_t)(y / lower) * (size_t)f->stride[1],
			u + (size_t)(other / lower) * (size_t)f->stride[1]),
		four_of_two(v + (size_t)(y / lower) * (size_t)f->stride[2],
			v + (size_t)(other / lower) * (size_t)f->stride[2]),
		{ 1, 1, 1, 1, 1, 1, 1, 1 },
	};
	words8 column = { 0, 2, 4, 6, 0, 2, 4, 6 },
	       there = (words8)(column < (uint16_t)(columns < CELL ? columns : CELL)), side[8];

	if (other == y)
		there &= (words8){ UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX };
	for (int i = 0; i < 4; i++) {
		side[i] = colour[i] & (words8)(a >= 255 - SURE) & there;
		side[i + 4] = colour[i] & (words8)(a <= SURE) & there;
	}
	r->sums[(size_t)cy * (size_t)r->columns + (size_t)cx] = sums_of(side);
}

/* False: one of the two sides has no mean. */
static bool mean_around(struct pmk_rim *r, const struct pmk_mask *mask, int cx, int cy)
{
	shorts8 *colour = &r->colour[(size_t)cy * (size_t)r->columns + (size_t)cx];
	words8 all = { 0 };

	for (int y = cy > REACH ? cy - REACH : 0; y <= pmk_min(cy + REACH, r->rows - 1); y++) {
		for (int x = cx > REACH ? cx - REACH : 0; x <= pmk_min(cx + REACH, r->columns - 1); x++) {
			size_t at = (size_t)y * (size_t)r->columns + (size_t)x;

			if (!r->summed[at])
				sum_cell(r, mask, x, y);
			r->summed[at] = 1;
			all += r->sums[at];
		}
	}
	for (int i = 0; i < 2 * (COUNT + 1); i++) {
		int count = all[i | COUNT];

		/* this is exactly the quotient */
		(*colour)[i] = count < LEAST ? -1 : (int16_t)(((float)all[i] * 16 + 0.5f) / (float)count);
	}
	return all[COUNT] >= LEAST && all[COUNT + COUNT + 1] >= LEAST;
}

/* Colours are interpolated between the middles of cells, so those around a mixed cell are needed, too. */
static void find_near(struct pmk_rim *r)
{
	memset(r->near, 0, (size_t)r->columns * (size_t)r->rows);
	for (int y = 0, at = 0; y < r->rows; y++) {
		for (int x = 0; x < r->columns; x++, at++) {
			int first = pmk_max(x - 1, 0), count = pmk_min(x + 2, r->columns) - first;

			if (r->cells->kind[at] != PMK_CELL_MIXED)
				continue;
			for (int row = pmk_max(y - 1, 0); row < pmk_min(y + 2, r->rows); row++)
				memset(r->near + (size_t)row * (size_t)r->columns + first, 1, (size_t)count);
		}
	}
}

/* The mean of what is known at the cells that touch cell `at`; where nothing is, its own. */
static shorts8 mean_of_known(const struct pmk_rim *r, int at)
{
	int cx = at % r->columns, cy = at / r->columns;
	shorts8 own = r->colour[at], count = { 0 }, mean;
	int32_t __attribute__((vector_size(32))) sum = { 0 };

	for (int y = pmk_max(cy - 1, 0); y <= pmk_min(cy + 1, r->rows - 1); y++) {
		for (int x = pmk_max(cx - 1, 0); x <= pmk_min(cx + 1, r->columns - 1); x++) {
			size_t k = (size_t)y * (size_t)r->columns + (size_t)x;
			shorts8 known = r->near[k] ? r->colour[k] >= 0 : (shorts8){ 0 };

			sum += __builtin_convertvector(r->colour[k] & known, __typeof__(sum));
			count -= known;
		}
	}
	for (int i = 0; i < 2 * (COUNT + 1); i++)
		mean[i] = own[i] >= 0 || !count[i] ? own[i] : (int16_t)((sum[i] + count[i] / 2) / count[i]);
	return mean;
}

static bool complete(shorts8 colour)
{
	for (int i = 0; i < 2 * (COUNT + 1); i++) {
		if (colour[i] < 0)
			return false;
	}
	return true;
}

/* Spread colours from cell to cell to those that have none, each time by one cell, so that none lies beside a cell
 * without: that would be seen as a stair. They stay without where none is in reach. */
static void spread(struct pmk_rim *r, int missing)
{
	bool changed = true;

	while (missing && changed) {
		int left = 0;

		changed = false;
		for (int i = 0; i < missing; i++)
			r->found[i] = mean_of_known(r, r->missing[i]);
		for (int i = 0; i < missing; i++) {
			int at = r->missing[i];

			changed |= memcmp(&r->colour[at], &r->found[i], sizeof r->found[i]) != 0;
			r->colour[at] = r->found[i];
			if (!complete(r->found[i]))
				r->missing[left++] = at;
		}
		missing = left;
	}
}

void pmk_rim_begin(
	struct pmk_rim *r, const struct pmk_image *frame, const struct pmk_mask *mask, const struct pmk_cells *cells)
{
	int missing = 0;

	r->frame = frame;
	r->cells = cells;
	memset(r->summed, 0, (size_t)r->columns * (size_t)r->rows);
	find_near(r);
	for (int y = 0, at = 0; y < r->rows; y++) {
		for (int x = 0; x < r->columns; x++, at++) {
			if (r->near[at] && !mean_around(r, mask, x, y))
				r->missing[missing++] = at;
		}
	}
	spread(r, missing);
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

void pmk_rim_enter(struct pmk_rim *r, int row)
{
	r->row = row;
	for (int i = 0; i < r->cells->runs; i++) {
		const struct pmk_cell_run *run = &r->cells->run[i];

		if (run->kind == PMK_CELL_MIXED)
			enter_run(r, run->first / CELL, (run->end + CELL - 1) / CELL);
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
		row_of(r, plane, y) + first, behind + first, alpha + first, out + first, end - first);
}

void pmk_rim_clean(const struct pmk_rim *r, int plane, int y, const uint8_t *alpha, int first, int end, uint8_t *out)
{
	int pair, part = place_of(r, plane, y, &pair);
	int16_t *const *person = r->line[plane][PERSON] + pair, *const *room = r->line[plane][ROOM] + pair;

	r->kernels->clean(person[0] + first, person[1] + first, room[0] + first, room[1] + first, part, plane,
		row_of(r, plane, y) + first, alpha + first, out + first, end - first);
}
