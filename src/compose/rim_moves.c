/* SPDX-License-Identifier: MIT */
#include "compose/rim_parts.h"

#include "base/num.h"

#include <stdlib.h>
#include <string.h>

/* The part `share` of `height`, rounded, but at least a pixel. */
static int part_of(int height, int share)
{
	return pmk_max((height + share / 2) / share, 1);
}

void pmk_rim_start_moves(struct pmk_rim *r)
{
	int height = r->layout.height;

	r->shrunk[CALM] = pmk_min(part_of(height, SHARES), CELL);
	for (int i = MOVED; i < SPEEDS; i++)
		r->shrunk[i] = part_of(height * i, MOVE_SHARES);
	r->fast = pmk_clamp(height / FAST_SHARES, 1, MOST_FAST) * SQUARE * CELL * 255;
	memset(r->moves, CALM, (size_t)r->columns * (size_t)r->rows);
}

/* Mark the cells of the square at `cx`, `cy`, and as far around as the inner mask's edge gets. */
static void mark_around(struct pmk_rim *r, int cx, int cy)
{
	int reach = (r->shrunk[FAST] + CELL - 1) / CELL, first = pmk_max(cx - reach, 0),
	    count = pmk_min(cx + reach + SQUARE, r->columns) - first;

	for (int row = pmk_max(cy - reach, 0); row < pmk_min(cy + reach + SQUARE, r->rows); row++)
		memset(r->moves + (size_t)row * (size_t)r->columns + first, FAST, (size_t)count);
}

/* Add what the alpha of each cell of a row changed. */
static void add_changes(const struct pmk_rim *r, int y, int *restrict change)
{
	const uint16_t *now = r->cells->alpha + (size_t)y * (size_t)r->columns,
		       *before = r->before + (size_t)y * (size_t)r->columns;

	for (int x = 0; x < r->columns; x++)
		change[x] += now[x] - before[x];
}

/* Find how much each square from row `y` on changed, either way; returns the most. */
static int find_changes(const struct pmk_rim *r, int y, int *restrict change)
{
	int most = 0;

	memset(change, 0, (size_t)r->columns * sizeof *change);
	for (int i = 0; i < SQUARE; i++)
		add_changes(r, y + i, change);
	for (int x = 0; x <= r->columns - SQUARE; x++) {
		change[x] = abs(change[x] + change[x + 1] + change[x + 2]);
		most = pmk_max(most, change[x]);
	}
	return most;
}

static void mark_moves(struct pmk_rim *r)
{
	int change[PMK_IMAGE_MAX_PX / CELL + 1];

	for (int y = 0; y <= r->rows - SQUARE; y++) {
		if (find_changes(r, y, change) < r->fast)
			continue;
		for (int x = 0; x <= r->columns - SQUARE; x++) {
			if (change[x] >= r->fast)
				mark_around(r, x, y);
		}
		r->moving = true;
	}
}

/* What was fast has moved; all else is calm. */
static void calm_down(struct pmk_rim *r)
{
	uint8_t any = 0;

	for (int at = 0; r->moving && at < r->columns * r->rows; at++) {
		r->moves[at] = r->began && r->moves[at] == FAST ? MOVED : CALM;
		any |= r->moves[at];
	}
	r->moving = any != CALM;
}

void pmk_rim_find_moves(struct pmk_rim *r)
{
	if (r->began && r->number == r->mask->number)
		return;
	calm_down(r);
	if (r->began)
		mark_moves(r);
	memcpy(r->before, r->cells->alpha, (size_t)r->columns * (size_t)r->rows * sizeof *r->before);
	r->number = r->mask->number;
	r->began = true;
}

bool pmk_rim_moves_at(const struct pmk_rim *r, int speed, uint8_t *restrict wanted)
{
	const uint8_t *moves = r->moves, *kind = r->cells->kind;
	uint8_t any = 0;

	for (int at = 0; at < r->columns * r->rows; at++) {
		wanted[at] = moves[at] == speed && kind[at] != PMK_CELL_ROOM;
		any |= wanted[at];
	}
	return any;
}
