/* SPDX-License-Identifier: MIT */
#include "compose/inner.h"

#include "base/num.h"
#include "pixels/rows.h"

enum { CELL = PMK_CELL };

static const uint8_t *row_of(const struct pmk_mask *mask, int y)
{
	return mask->alpha + (size_t)y * (size_t)mask->stride;
}

/* The least of `count` pixels from (x, y) on, each with its four neighbours `px` away. Whether these are inside the
 * picture is the same for all. */
static void find_least(const struct pmk_mask *mask, int px, int x, int y, int count, uint8_t *restrict least)
{
	const uint8_t *row = row_of(mask, y) + x, *left = x >= px ? row - px : row,
		      *right = x + count + px <= mask->width ? row + px : row,
		      *above = y >= px ? row_of(mask, y - px) + x : row,
		      *below = y + px < mask->height ? row_of(mask, y + px) + x : row;

	for (int i = 0; i < count; i++) {
		uint8_t across = left[i] < right[i] ? left[i] : right[i],
			along = above[i] < below[i] ? above[i] : below[i], around = across < along ? across : along;

		least[i] = row[i] < around ? row[i] : around;
	}
}

/* The same for columns first..end - 1. */
static void find_row(const struct pmk_mask *mask, int px, int first, int end, int y, uint8_t *least)
{
	for (int x = first, next; x < end; x = next) {
		next = x < px ? pmk_min(px, end) : end;
		if (x + px < mask->width)
			next = pmk_min(next, mask->width - px);
		find_least(mask, px, x, y, next - x, least + x - first);
	}
}

static void narrow_row(const struct pmk_mask *mask, int px, int first, int end, int y, uint8_t *restrict out)
{
	uint8_t half[PMK_IMAGE_MAX_PX], whole[PMK_IMAGE_MAX_PX];

	find_row(mask, (px + 1) / 2, first, end, y, half);
	find_row(mask, px, first, end, y, whole);
	for (int i = 0; i < end - first; i++) {
		uint8_t mean = (uint8_t)((half[i] + whole[i] + 1) / 2);

		out[i] = out[i] < mean ? out[i] : mean;
	}
}

typedef void row_fn(const struct pmk_mask *mask, int px, int first, int end, int y, uint8_t *out);

/* Call `run` for the rows of pixels of each run of wanted cells. */
static void for_rows(
	const struct pmk_mask *mask, int px, const uint8_t *wanted, row_fn *run, const struct pmk_mask *inner)
{
	int columns = (mask->width + CELL - 1) / CELL;

	for (int top = 0; top < mask->height; top += CELL, wanted += columns) {
		for (int first = 0, end; first < columns; first = end) {
			for (end = first + 1; end < columns && wanted[end] == wanted[first];)
				end++;
			for (int y = top; wanted[first] && y < pmk_min(top + CELL, mask->height); y++)
				run(mask, px, first * CELL, pmk_min(end * CELL, mask->width), y,
					inner->alpha + (size_t)y * (size_t)inner->stride + first * CELL);
		}
	}
}

void pmk_inner_find(const struct pmk_mask *mask, int px, const uint8_t *wanted, struct pmk_mask *inner)
{
	for_rows(mask, px, wanted, find_row, inner);
}

void pmk_inner_narrow(const struct pmk_mask *mask, int px, const uint8_t *wanted, struct pmk_mask *inner)
{
	for_rows(mask, px, wanted, narrow_row, inner);
}
