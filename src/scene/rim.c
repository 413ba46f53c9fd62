/* SPDX-License-Identifier: MIT */
#include "scene/rim.h"

#include "base/mem.h"
#include "scene/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	CELL = 8,	/* px of luma, each way */
	REACH = 2,	/* cells that a mean is taken from, each way */
	SURE = 4,	/* alpha this close to 0 or 255 */
	LEAST = 2,	/* pixels that make a mean */
	PAD = 8,	/* px in front of a line */
};

enum side { PERSON, ROOM, SIDES };
enum { ABOVE, HERE, BELOW, LINES };	/* rows of cells */

/* Of the sure pixels of a cell, at most 8 of either side, so that the sums of 5x5 cells fit. */
typedef uint16_t words8 __attribute__((vector_size(16)));
enum { COUNT = 3 };	/* behind the three planes; the person's four, then the room's */

/* Cells of a row that hold rim. */
struct run {
	int first, end;
};

struct pmk_rim {
	const struct pmk_rows *kernels;
	struct pmk_layout layout;
	int columns, rows;	/* cells */
	uint64_t *any, *all;	/* what the rows of pixels of a row of cells have in common, eight pixels a word */
	uint8_t *has_rim, *summed;	/* of each cell */
	words8 *sums;	/* of each summed cell */
	int16_t (*colour)[8];	/* of each cell that has rim, means from around it in the same order, 1/16 of a step; -1 where there is none */
	int row;	/* of cells, that the rest is of; -1: none yet */
	struct run *run;
	int runs;
	int16_t *line[3][SIDES][LINES];	/* colours of a plane at its width, where runs are */
	int16_t *lines;	/* their memory */
	const struct pmk_image *frame;
};

static bool allocate(struct pmk_rim *r)
{
	size_t columns = (size_t)r->columns, cells = columns * (size_t)r->rows, line = columns * CELL + 2 * PAD;
	int16_t *at = r->lines = pmk_mem_alloc(3 * SIDES * LINES * line * sizeof *r->lines);

	r->any = pmk_mem_alloc(columns * sizeof *r->any);
	r->all = pmk_mem_alloc(columns * sizeof *r->all);
	r->has_rim = pmk_mem_alloc(cells);
	r->summed = pmk_mem_alloc(cells);
	r->sums = pmk_mem_alloc(cells * sizeof *r->sums);
	r->colour = pmk_mem_alloc(cells * sizeof *r->colour);
	r->run = pmk_mem_alloc((columns + 1) / 2 * sizeof *r->run);
	for (int i = 0; at && i < 3 * SIDES * LINES; i++, at += line)
		r->line[i / (SIDES * LINES)][i / LINES % SIDES][i % LINES] = at + PAD;
	return r->any && r->all && r->has_rim && r->summed && r->sums && r->colour && r->run && r->lines;
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
	free(r->any);
	free(r->all);
	free(r->has_rim);
	free(r->summed);
	free(r->sums);
	free(r->colour);
	free(r->run);
	free(r->lines);
	free(r);
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* A row of pixels into what its cells have in common. Eight pixels are a word. */
static void gather(struct pmk_rim *r, const uint8_t *alpha, int whole)
{
	uint64_t *restrict any = r->any, *restrict all = r->all;

	for (int i = 0; i < whole; i++) {
		uint64_t word;

		memcpy(&word, alpha + i * CELL, sizeof word);
		any[i] |= word;
		all[i] &= word;
	}
}

/* Cells that are neither all room nor all person; cut ones count as such. */
static void find_rim(struct pmk_rim *r, const struct pmk_mask *mask)
{
	int whole = mask->width / CELL;

	for (int row = 0; row < r->rows; row++) {
		uint8_t *cells = r->has_rim + (size_t)row * (size_t)r->columns;

		memset(r->any, 0, (size_t)whole * sizeof *r->any);
		memset(r->all, 0xff, (size_t)whole * sizeof *r->all);
		for (int y = row * CELL; y < least((row + 1) * CELL, mask->height); y++)
			gather(r, mask->alpha + (size_t)y * (size_t)mask->stride, whole);
		for (int i = 0; i < whole; i++)
			cells[i] = r->any[i] != 0 && r->all[i] != UINT64_MAX;
		if (whole < r->columns)
			cells[whole] = 1;
	}
}

/* Every second pixel of every fourth row: there are enough. */
static void sum_cell(struct pmk_rim *r, const struct pmk_mask *mask, int cx, int cy)
{
	int lower = r->layout.chroma == PMK_CHROMA_420 ? 2 : 1, columns = least(CELL, mask->width - cx * CELL);
	words8 sum = { 0 };

	for (int y = cy * CELL; y < least((cy + 1) * CELL, mask->height); y += 4) {
		const uint8_t *alpha = mask->alpha + (size_t)y * (size_t)mask->stride + cx * CELL;
		const uint8_t *luma = r->frame->plane[0] + (size_t)y * (size_t)r->frame->stride[0] + cx * CELL;
		const uint8_t *u = r->frame->plane[1] + (size_t)(y / lower) * (size_t)r->frame->stride[1] + cx * CELL / 2;
		const uint8_t *v = r->frame->plane[2] + (size_t)(y / lower) * (size_t)r->frame->stride[2] + cx * CELL / 2;

		for (int x = 0; x < columns; x += 2) {
			uint16_t person = (uint16_t)-(alpha[x] >= 255 - SURE), room = (uint16_t)-(alpha[x] <= SURE);
			uint16_t a = luma[x], b = u[x / 2], c = v[x / 2];

			sum += (words8){ a, b, c, 1, a, b, c, 1 } & (words8){ person, person, person, person, room, room, room, room };
		}
	}
	r->sums[(size_t)cy * (size_t)r->columns + (size_t)cx] = sum;
}

static void mean_around(struct pmk_rim *r, const struct pmk_mask *mask, int cx, int cy)
{
	int16_t *colour = r->colour[(size_t)cy * (size_t)r->columns + (size_t)cx];
	words8 all = { 0 };

	for (int y = cy > REACH ? cy - REACH : 0; y <= least(cy + REACH, r->rows - 1); y++) {
		for (int x = cx > REACH ? cx - REACH : 0; x <= least(cx + REACH, r->columns - 1); x++) {
			size_t at = (size_t)y * (size_t)r->columns + (size_t)x;

			if (!r->summed[at])
				sum_cell(r, mask, x, y);
			r->summed[at] = 1;
			all += r->sums[at];
		}
	}
	for (int i = 0; i < 2 * (COUNT + 1); i++) {
		int count = all[i | COUNT];

		colour[i] = count < LEAST ? -1 : (int16_t)(((float)all[i] * 16 + 0.5f) / (float)count);	/* exactly the quotient */
	}
}

void pmk_rim_begin(struct pmk_rim *r, const struct pmk_image *frame, const struct pmk_mask *mask)
{
	r->frame = frame;
	r->row = -1;
	find_rim(r, mask);
	memset(r->summed, 0, (size_t)r->columns * (size_t)r->rows);
	for (int y = 0, at = 0; y < r->rows; y++) {
		for (int x = 0; x < r->columns; x++, at++) {
			if (r->has_rim[at])
				mean_around(r, mask, x, y);
		}
	}
}

static void find_runs(struct pmk_rim *r, const uint8_t *has_rim)
{
	r->runs = 0;
	for (int x = 0; x < r->columns; x++) {
		if (!has_rim[x])
			continue;
		if (r->runs && r->run[r->runs - 1].end == x)
			r->run[r->runs - 1].end++;
		else
			r->run[r->runs++] = (struct run){ x, x + 1 };
	}
}

/* One colour of a cell; -1 where there is none. */
static int16_t colour_at(const struct pmk_rim *r, int column, int row, int index)
{
	size_t at;

	if (column < 0 || row < 0 || column >= r->columns || row >= r->rows)
		return -1;
	at = (size_t)row * (size_t)r->columns + (size_t)column;
	return r->has_rim[at] ? r->colour[at][index] : -1;
}

/* From the middle of a cell to the middle of the next one; `step` in 1/2 of a cell's 1/16. */
static inline void slope(int16_t from, int16_t step, int size, int16_t *out)
{
	for (int i = 0; i < size; i++)
		out[i] = (int16_t)(from + (int16_t)(step * (2 * i + 1) * (CELL / size)) / 2);
}

/* The colours of a row of cells, bilinear, at the width of a plane where a cell is `size` px wide. */
static void widen(const struct pmk_rim *r, const struct run *run, int row, int index, int size, int16_t *line)
{
	int16_t left = colour_at(r, run->first - 1, row, index);

	for (int cell = run->first; cell <= run->end; cell++) {
		int16_t right = colour_at(r, cell, row, index), from = left < 0 ? right : left, step = (int16_t)((right < 0 ? 0 : right - from) / 8);
		int16_t *out = line + cell * size - size / 2;

		left = right;
		if (size == CELL)
			slope(from, step, CELL, out);
		else
			slope(from, step, CELL / 2, out);
	}
}

/* Where one of three rows has no colour, its neighbour's holds. */
static void fill(int16_t *restrict above, int16_t *restrict here, int16_t *restrict below, int count)
{
	for (int x = 0; x < count; x++) {
		int16_t near = above[x] < 0 ? below[x] : above[x], own = here[x] < 0 ? near : here[x];

		here[x] = own;
		above[x] = above[x] < 0 ? own : above[x];
		below[x] = below[x] < 0 ? own : below[x];
	}
}

/* Make ready for the rows of pixels of a row of cells. */
static void enter(struct pmk_rim *r, int row)
{
	r->row = row;
	find_runs(r, r->has_rim + (size_t)row * (size_t)r->columns);
	for (int k = 0; k < r->runs * 3 * SIDES; k++) {
		const struct run *run = &r->run[k / (3 * SIDES)];
		int plane = k / SIDES % 3, side = k % SIDES, size = plane ? CELL / 2 : CELL, first = run->first * size;
		int16_t *const *line = r->line[plane][side];

		for (int i = 0; i < LINES; i++)
			widen(r, run, row + i - 1, side * (COUNT + 1) + plane, size, line[i]);
		fill(line[ABOVE] + first, line[HERE] + first, line[BELOW] + first, (run->end - run->first) * size);
	}
}

/* Whether four pixels are all room or all person. */
static bool is_flat(const uint8_t *alpha)
{
	uint32_t word;

	memcpy(&word, alpha, sizeof word);
	return word == 0 || word == UINT32_MAX;
}

void pmk_rim_row(struct pmk_rim *r, int plane, int y, const uint8_t *alpha, int first, int end, const uint8_t *behind, uint8_t *out)
{
	const uint8_t *frame = r->frame->plane[plane] + (size_t)y * (size_t)r->frame->stride[plane];
	int size = plane ? CELL / 2 : CELL, lower = plane && r->layout.chroma == PMK_CHROMA_420 ? 2 : 1, row = y * lower / CELL;
	int place = (2 * y + 1) * lower - CELL - 2 * CELL * row, pair = place < 0 ? ABOVE : HERE;	/* 1/16 of a cell from the middle of it */
	int limits = r->frame->layout.range == PMK_RANGE_FULL ? plane : -1;

	if (row != r->row)
		enter(r, row);
	for (int i = 0; i < r->runs; i++) {
		int x = r->run[i].first * size, stop = r->run[i].end * size;

		x = x < first ? first : x;
		stop = stop > end ? end : stop;
		while (x + 4 <= stop && is_flat(alpha + x))
			x += 4;
		while (stop - 4 >= x && is_flat(alpha + stop - 4))
			stop -= 4;
		if (x < stop && stop - x < 8)
			stop = least(x + 8, end);	/* flat pixels stay what they are, and eight are quicker than a few */
		if (x < stop)
			r->kernels->rim(r->line[plane][PERSON][pair] + x, r->line[plane][PERSON][pair + 1] + x, r->line[plane][ROOM][pair] + x,
				r->line[plane][ROOM][pair + 1] + x, place & (2 * CELL - 1), limits, frame + x, behind + x, alpha + x, out + x, stop - x);
	}
}
