/* SPDX-License-Identifier: MIT */
#include "scene/rim.h"

#include "base/mem.h"
#include "image/convert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	CELL = 8,	/* px of luma, each way */
	REACH = 2,	/* cells that a mean is taken from, each way */
	SURE = 4,	/* alpha this close to 0 or 255 */
	LEAST = 2,	/* pixels that make a mean */
};

enum side { PERSON, ROOM, SIDES };

/* Sums over the sure pixels of a cell. */
struct sums {
	uint32_t count[SIDES], of[SIDES][3];
};

struct pmk_rim {
	struct pmk_layout layout;
	int columns, rows;	/* cells */
	struct sums *sums;
	int16_t *colour[SIDES][3];	/* of each cell, by plane, from around it, 1/16 of a step; -1 where there is none */
	int16_t *line[SIDES];	/* of a row of pixels, for each column of cells */
	uint8_t *has_rim, *summed;	/* of each cell */
	const struct pmk_image *frame;
};

int pmk_rim_create(const struct pmk_layout *layout, struct pmk_rim **rim)
{
	struct pmk_rim *r = calloc(1, sizeof *r);
	size_t cells;

	if (!r)
		return -ENOMEM;
	r->layout = *layout;
	r->columns = (layout->width + CELL - 1) / CELL;
	r->rows = (layout->height + CELL - 1) / CELL;
	cells = (size_t)r->columns * (size_t)r->rows;
	r->sums = pmk_mem_alloc(cells * sizeof *r->sums);
	r->colour[PERSON][0] = pmk_mem_alloc(SIDES * 3 * cells * sizeof **r->colour[PERSON]);
	for (int i = 1; r->colour[PERSON][0] && i < SIDES * 3; i++)
		r->colour[i / 3][i % 3] = r->colour[PERSON][0] + (size_t)i * cells;
	r->has_rim = pmk_mem_alloc(cells);
	r->summed = pmk_mem_alloc(cells);
	r->line[PERSON] = pmk_mem_alloc((size_t)r->columns * sizeof *r->line[PERSON]);
	r->line[ROOM] = pmk_mem_alloc((size_t)r->columns * sizeof *r->line[ROOM]);
	if (!r->sums || !r->colour[PERSON][0] || !r->has_rim || !r->summed || !r->line[PERSON] || !r->line[ROOM]) {
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
	free(r->sums);
	free(r->colour[PERSON][0]);
	free(r->line[PERSON]);
	free(r->line[ROOM]);
	free(r->has_rim);
	free(r->summed);
	free(r);
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Whether a row of a cell is neither all room nor all person. */
static bool is_mixed(const uint8_t *alpha)
{
	uint64_t word;

	memcpy(&word, alpha, sizeof word);
	return word != 0 && word != UINT64_MAX;
}

static void find_rim(struct pmk_rim *r, const struct pmk_mask *mask)
{
	memset(r->has_rim, 0, (size_t)r->columns * (size_t)r->rows);
	memset(r->summed, 0, (size_t)r->columns * (size_t)r->rows);
	for (int y = 0; y < mask->height; y++) {
		const uint8_t *alpha = mask->alpha + (size_t)y * (size_t)mask->stride;
		uint8_t *cells = r->has_rim + (size_t)(y / CELL) * (size_t)r->columns;

		for (int x = 0; x + CELL <= mask->width; x += CELL)
			cells[x / CELL] |= is_mixed(alpha + x);
		if (mask->width % CELL)
			cells[r->columns - 1] = 1;
	}
}

/* Every second pixel of every fourth row: there are enough. */
static void sum_cell(struct pmk_rim *r, const struct pmk_mask *mask, int cx, int cy)
{
	size_t at = (size_t)cy * (size_t)r->columns + (size_t)cx;
	int lower = r->layout.chroma == PMK_CHROMA_420 ? 2 : 1;
	struct sums *s = &r->sums[at];

	if (r->summed[at])
		return;
	r->summed[at] = 1;
	*s = (struct sums){ 0 };
	for (int y = cy * CELL; y < least((cy + 1) * CELL, mask->height); y += 4) {
		const uint8_t *alpha = mask->alpha + (size_t)y * (size_t)mask->stride;
		const uint8_t *luma = r->frame->plane[0] + (size_t)y * (size_t)r->frame->stride[0];
		const uint8_t *u = r->frame->plane[1] + (size_t)(y / lower) * (size_t)r->frame->stride[1];
		const uint8_t *v = r->frame->plane[2] + (size_t)(y / lower) * (size_t)r->frame->stride[2];

		for (int x = cx * CELL; x < least((cx + 1) * CELL, mask->width); x += 2) {
			enum side side = alpha[x] >= 255 - SURE ? PERSON : alpha[x] <= SURE ? ROOM : SIDES;

			if (side == SIDES)
				continue;
			s->count[side]++;
			s->of[side][0] += luma[x];
			s->of[side][1] += u[x / 2];
			s->of[side][2] += v[x / 2];
		}
	}
}

static void mean_around(struct pmk_rim *r, const struct pmk_mask *mask, int cx, int cy)
{
	size_t at = (size_t)cy * (size_t)r->columns + (size_t)cx;
	struct sums all = { 0 };

	for (int y = cy > REACH ? cy - REACH : 0; y <= least(cy + REACH, r->rows - 1); y++) {
		for (int x = cx > REACH ? cx - REACH : 0; x <= least(cx + REACH, r->columns - 1); x++) {
			const struct sums *s = &r->sums[(size_t)y * (size_t)r->columns + (size_t)x];
			sum_cell(r, mask, x, y);
			for (int side = 0; side < SIDES; side++) {
				all.count[side] += s->count[side];
				for (int p = 0; p < 3; p++)
					all.of[side][p] += s->of[side][p];
			}
		}
	}
	for (int side = 0; side < SIDES; side++) {
		for (int p = 0; p < 3; p++)
			r->colour[side][p][at] = all.count[side] < LEAST ? -1 : (int16_t)(all.of[side][p] * 16 / all.count[side]);
	}
}

void pmk_rim_begin(struct pmk_rim *r, const struct pmk_image *frame, const struct pmk_mask *mask)
{
	size_t cells = (size_t)r->columns * (size_t)r->rows;

	r->frame = frame;
	find_rim(r, mask);
	memset(r->colour[PERSON][0], 0xff, SIDES * 3 * cells * sizeof **r->colour[PERSON]);	/* -1 */
	for (size_t at = 0; at < cells; at++) {
		if (r->has_rim[at])
			mean_around(r, mask, (int)at % r->columns, (int)at / r->columns);
	}
}

/* Of two colours where -1 is none; `part` of 16 is the second one's weight. */
static inline int16_t mixed(int16_t a, int16_t b, int16_t part)
{
	int16_t one = a < 0 ? b : a, other = b < 0 ? a : b;

	return (int16_t)(one + (int16_t)((int16_t)(other / 8 - one / 8) * part) / 2);
}

/* The colours of a plane in the row of cells around a row of the plane, `place` in 1/16 of a cell. */
static void mix_down(struct pmk_rim *r, int plane, int place)
{
	int top = place < 0 ? 0 : place >> 4, low = (place >> 4) + 1 < r->rows ? (place >> 4) + 1 : top;

	for (int side = 0; side < SIDES; side++) {
		const int16_t *a = r->colour[side][plane] + (size_t)top * (size_t)r->columns, *b = r->colour[side][plane] + (size_t)low * (size_t)r->columns;
		int16_t *line = r->line[side];

		for (int x = 0; x < r->columns; x++)
			line[x] = mixed(a[x], b[x], (int16_t)(place & 15));
	}
}

/* The person's part of a pixel of this alpha; the camera's pixel where nothing is known. `place` in 1/16 of a cell. */
static uint8_t clean(const struct pmk_rim *r, int pixel, int alpha, int place)
{
	int left = place < 0 ? 0 : place >> 4, right = (place >> 4) + 1 < r->columns ? (place >> 4) + 1 : left;
	int16_t part = (int16_t)(place & 15);
	int person = mixed(r->line[PERSON][left], r->line[PERSON][right], part), room = mixed(r->line[ROOM][left], r->line[ROOM][right], part);
	int value, share;

	if (person < 0 || room < 0)
		return (uint8_t)pixel;
	share = alpha + (alpha >> 7);	/* of 256 */
	value = person + (share * (16 * pixel - ((share * person + (256 - share) * room) >> 8)) >> 8);
	return (uint8_t)(value < 0 ? 0 : value > 255 * 16 ? 255 : (value + 8) / 16);
}

static bool is_flat(const uint8_t *alpha)
{
	return !is_mixed(alpha);
}

void pmk_rim_row(struct pmk_rim *r, int plane, int y, const uint8_t *alpha, int first, int end, const uint8_t *behind, uint8_t *out)
{
	int thinner = plane ? 2 : 1, lower = plane && r->layout.chroma == PMK_CHROMA_420 ? 2 : 1;
	const uint8_t *frame = r->frame->plane[plane] + (size_t)y * (size_t)r->frame->stride[plane];
	bool ready = false;

	for (int x = first; x < end; x++) {
		uint8_t person;
		int sum;

		while (x + 8 <= end && is_flat(alpha + x))
			x += 8;
		if (x >= end)
			return;
		if (alpha[x] == 0 || alpha[x] == 255)
			continue;
		if (!ready)
			mix_down(r, plane, (2 * y + 1) * lower * 16 / (2 * CELL) - 8);
		ready = true;
		person = clean(r, frame[x], alpha[x], (2 * x + 1) * thinner * 16 / (2 * CELL) - 8);
		if (r->frame->layout.range == PMK_RANGE_FULL)
			pmk_convert_row_to_limited(&person, &person, 1, plane);
		sum = person * alpha[x] + behind[x] * (255 - alpha[x]);
		out[x] = (uint8_t)((sum + 127) / 255);
	}
}
