/* SPDX-License-Identifier: MIT */
#include "compose/inner.h"

#include "base/num.h"
#include "pixels/rows.h"

enum { CELL = PMK_CELL };

static const uint8_t *row_of(const struct pmk_mask *mask, int y)
{
	return mask->alpha + (size_t)y * (size_t)mask->stride;
}

/* `count` pixels that have all their neighbours inside the picture. */
static void find_row(
	const uint8_t *row, const uint8_t *above, const uint8_t *below, int px, uint8_t *restrict out, int count)
{
	const uint8_t *left = row - px, *right = row + px;

	for (int i = 0; i < count; i++) {
		uint8_t across = left[i] < right[i] ? left[i] : right[i],
			along = above[i] < below[i] ? above[i] : below[i], around = across < along ? across : along;

		out[i] = row[i] < around ? row[i] : around;
	}
}

static void find_pixel(const struct pmk_mask *mask, int x, int y, int px, struct pmk_mask *inner)
{
	const uint8_t *row = row_of(mask, y);
	int least = row[x];

	least = pmk_min(least, x >= px ? row[x - px] : 255);
	least = pmk_min(least, x + px < mask->width ? row[x + px] : 255);
	least = pmk_min(least, y >= px ? row_of(mask, y - px)[x] : 255);
	least = pmk_min(least, y + px < mask->height ? row_of(mask, y + px)[x] : 255);
	inner->alpha[(size_t)y * (size_t)inner->stride + (size_t)x] = (uint8_t)least;
}

/* A run of cells in a row of cells: columns first..end - 1. */
static void find_run(const struct pmk_mask *mask, int px, int first, int end, int top, struct pmk_mask *inner)
{
	int from = pmk_clamp(px, first, end), to = pmk_clamp(mask->width - px, from, end);

	for (int y = top; y < pmk_min(top + CELL, mask->height); y++) {
		bool middle = y >= px && y + px < mask->height;
		int left = middle ? from : end;

		for (int x = first; x < left; x++)
			find_pixel(mask, x, y, px, inner);
		if (middle)
			find_row(row_of(mask, y) + from, row_of(mask, y - px) + from, row_of(mask, y + px) + from, px,
				inner->alpha + (size_t)y * (size_t)inner->stride + from, to - from);
		for (int x = middle ? to : end; x < end; x++)
			find_pixel(mask, x, y, px, inner);
	}
}

void pmk_inner_find(const struct pmk_mask *mask, int px, const uint8_t *wanted, struct pmk_mask *inner)
{
	int columns = (mask->width + CELL - 1) / CELL;

	for (int y = 0; y < mask->height; y += CELL, wanted += columns) {
		for (int first = 0, end; first < columns; first = end) {
			for (end = first + 1; end < columns && wanted[end] == wanted[first];)
				end++;
			if (wanted[first])
				find_run(mask, px, first * CELL, pmk_min(end * CELL, mask->width), y, inner);
		}
	}
}
