/* SPDX-License-Identifier: MIT */
#include "model/own/own.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int larger_first(const void *a, const void *b)
{
	const struct pmk_piece *p = *(struct pmk_piece *const *)a, *q = *(struct pmk_piece *const *)b;

	if (p->size != q->size)
		return p->size < q->size ? 1 : -1;
	return p < q ? -1 : 1; /* so that the plan is always the same */
}

/* The lowest offset at which the piece overlaps none of the placed ones, which are sorted by offset. */
static size_t lowest_gap(const struct pmk_piece *piece, struct pmk_piece *const *placed, int count)
{
	size_t at = 0;

	for (int i = 0; i < count; i++) {
		const struct pmk_piece *other = placed[i];

		if (other->last < piece->first || piece->last < other->first)
			continue;
		if (at + piece->size <= other->offset)
			break;
		if (at < other->offset + other->size)
			at = other->offset + other->size;
	}
	return at;
}

size_t pmk_plan(struct pmk_piece *pieces, int count)
{
	struct pmk_piece **order = malloc(2 * (size_t)count * sizeof *order), **placed;
	size_t whole = 0;
	int pending = 0;

	if (!order)
		return SIZE_MAX;
	placed = order + count;
	for (int i = 0; i < count; i++) {
		if (pieces[i].size)
			order[pending++] = &pieces[i];
	}
	qsort(order, (size_t)pending, sizeof *order, larger_first);
	for (int i = 0; i < pending; i++) {
		struct pmk_piece *piece = order[i];
		int at = i;

		piece->offset = lowest_gap(piece, placed, i);
		while (at > 0 && placed[at - 1]->offset > piece->offset)
			at--;
		memmove(placed + at + 1, placed + at, (size_t)(i - at) * sizeof *placed);
		placed[at] = piece;
		if (whole < piece->offset + piece->size)
			whole = piece->offset + piece->size;
	}
	free(order);
	return whole;
}
