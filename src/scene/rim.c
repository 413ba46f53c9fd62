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
	LEAST = 4,	/* pixels that make a mean */
};

enum side { PERSON, ROOM, SIDES };

/* Sums over the sure pixels of a cell. */
struct sums {
	uint32_t count[SIDES], of[SIDES][3];
};

/* Colours of a cell and around it, 1/16 of a step; -1 where there is none. */
struct colours {
	int16_t of[SIDES][3];
};

struct pmk_rim {
	struct pmk_layout layout;
	int columns, rows;	/* cells */
	struct sums *sums;
	struct colours *colours;
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
	r->colours = pmk_mem_alloc(cells * sizeof *r->colours);
	r->has_rim = pmk_mem_alloc(cells);
	r->summed = pmk_mem_alloc(cells);
	if (!r->sums || !r->colours || !r->has_rim || !r->summed) {
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
	free(r->colours);
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

/* Every second pixel each way: there are enough. */
static void sum_cell(struct pmk_rim *r, const struct pmk_mask *mask, int cx, int cy)
{
	size_t at = (size_t)cy * (size_t)r->columns + (size_t)cx;
	int lower = r->layout.chroma == PMK_CHROMA_420 ? 2 : 1;
	struct sums *s = &r->sums[at];

	if (r->summed[at])
		return;
	r->summed[at] = 1;
	*s = (struct sums){ 0 };
	for (int y = cy * CELL; y < least((cy + 1) * CELL, mask->height); y += 2) {
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

static void mean_around(struct pmk_rim *r, const struct pmk_mask *mask, int cx, int cy, struct colours *to)
{
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
			to->of[side][p] = all.count[side] < LEAST ? -1 : (int16_t)(all.of[side][p] * 16 / all.count[side]);
	}
}

void pmk_rim_begin(struct pmk_rim *r, const struct pmk_image *frame, const struct pmk_mask *mask)
{
	r->frame = frame;
	find_rim(r, mask);
	for (int y = 0; y < r->rows; y++) {
		for (int x = 0; x < r->columns; x++) {
			size_t at = (size_t)y * (size_t)r->columns + (size_t)x;

			r->colours[at].of[PERSON][0] = -1;
			if (r->has_rim[at])
				mean_around(r, mask, x, y, &r->colours[at]);
		}
	}
}

/* Between the four cells around a place, given in 1/16 of a cell; those without the colour are left out. -1: none has it. */
static int between(const struct pmk_rim *r, enum side side, int plane, int x, int y)
{
	int left = x >> 4, top = y >> 4, weights = 0, sum = 0;

	for (int j = 0; j < 2; j++) {
		for (int i = 0; i < 2; i++) {
			int cx = left + i, cy = top + j, weight = (i ? x & 15 : 16 - (x & 15)) * (j ? y & 15 : 16 - (y & 15));
			const struct colours *c;

			if (cx < 0 || cy < 0 || cx >= r->columns || cy >= r->rows || !weight)
				continue;
			c = &r->colours[(size_t)cy * (size_t)r->columns + (size_t)cx];
			if (c->of[PERSON][0] < 0 || c->of[side][plane] < 0)
				continue;
			weights += weight;
			sum += weight * c->of[side][plane];
		}
	}
	return weights ? sum / weights : -1;
}

/* The person's part of a pixel of this alpha; the camera's pixel where nothing is known. In 1/16 of a step. */
static uint8_t clean(const struct pmk_rim *r, int plane, int pixel, int alpha, int x, int y)
{
	int person = between(r, PERSON, plane, x, y), room = between(r, ROOM, plane, x, y), mixed, value;

	if (person < 0 || room < 0)
		return (uint8_t)pixel;
	mixed = (alpha * person + (255 - alpha) * room) / 255;
	value = person + alpha * (16 * pixel - mixed) / 255;
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
	int place_y = (2 * y + 1) * lower * 16 / (2 * CELL) - 8;

	for (int x = first; x < end; x++) {
		uint8_t person;
		int mixed;

		while (x + 8 <= end && is_flat(alpha + x))
			x += 8;
		if (x >= end)
			return;
		if (alpha[x] == 0 || alpha[x] == 255)
			continue;
		person = clean(r, plane, frame[x], alpha[x], (2 * x + 1) * thinner * 16 / (2 * CELL) - 8, place_y);
		if (r->frame->layout.range == PMK_RANGE_FULL)
			pmk_convert_row_to_limited(&person, &person, 1, plane);
		mixed = person * alpha[x] + behind[x] * (255 - alpha[x]);
		out[x] = (uint8_t)((mixed + 127) / 255);
	}
}
