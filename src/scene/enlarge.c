/* SPDX-License-Identifier: MIT */
#include "scene/enlarge.h"

#include "base/mem.h"
#include "scene/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where target pixel `at` looks: left source pixel and the weight of the one right of it, of 256. */
static void look(int at, int count, int to_count, int *index, uint8_t *part)
{
	int place = pmk_filter_place(at, count, to_count);

	*index = place >> 8;
	*part = (uint8_t)(place & 255);
}

int pmk_enlarge_init(struct pmk_enlarge *e, int width, int height, int to_width, int to_height)
{
	struct pmk_enlarge made = { .width = width, .height = height, .to_width = to_width, .to_height = to_height };
	struct pmk_rect all = { 0, 0, to_width, to_height };

	made.index = pmk_mem_alloc((size_t)to_width * sizeof *made.index);
	made.begin = pmk_mem_alloc(((size_t)width + 1) * sizeof *made.begin);
	made.part = pmk_mem_alloc((size_t)to_width);
	made.padded = pmk_mem_alloc((size_t)width + 1);
	made.row[0].alpha = pmk_mem_alloc((size_t)to_width);
	made.row[1].alpha = pmk_mem_alloc((size_t)to_width);
	if (!made.index || !made.begin || !made.part || !made.padded || !made.row[0].alpha || !made.row[1].alpha) {
		pmk_enlarge_finish(&made);
		return -ENOMEM;
	}
	pmk_enlarge_place(&made, &all);
	*e = made;
	return 0;
}

void pmk_enlarge_place(struct pmk_enlarge *e, const struct pmk_rect *place)
{
	int i = 0;

	if (memcmp(&e->place, place, sizeof *place) == 0)
		return;
	e->place = *place;
	e->left = place->x > 0 ? place->x : 0;
	e->right = place->x + place->width < e->to_width ? place->x + place->width : e->to_width;
	for (int x = e->left; x < e->right; x++) {
		look(x - place->x, e->width, place->width, &e->index[x], &e->part[x]);
		while (i <= e->index[x])
			e->begin[i++] = x;
	}
	while (i <= e->width)
		e->begin[i++] = e->right;
}

void pmk_enlarge_finish(struct pmk_enlarge *e)
{
	free(e->index);
	free(e->begin);
	free(e->part);
	free(e->padded);
	free(e->row[0].alpha);
	free(e->row[1].alpha);
	*e = (struct pmk_enlarge){ 0 };
}

/* Most rows are room but for a span; only the span is worked on. */
static void fill_row(struct pmk_enlarge *e, struct pmk_enlarge_row *row, const uint8_t *from, int source)
{
	int first = 0, end = e->width;

	row->source = source;
	memset(row->alpha, 0, (size_t)e->to_width);
	while (first < end && !from[first])
		first++;
	while (end > first && !from[end - 1])
		end--;
	if (first == end) {
		row->first = row->end = 0;
		return;
	}
	memcpy(e->padded, from, (size_t)e->width);
	e->padded[e->width] = from[e->width - 1];
	row->first = e->begin[first ? first - 1 : 0];
	row->end = e->begin[end];
	for (int x = row->first; x < row->end; x++) {
		const uint8_t *pair = e->padded + e->index[x];
		row->alpha[x] = (uint8_t)((pair[0] * (256 - e->part[x]) + pair[1] * e->part[x] + 128) >> 8);
	}
}

/* The source row at the target's width, from the two that are kept; rows come in rising order. */
static const struct pmk_enlarge_row *row_at(struct pmk_enlarge *e, const uint8_t *from, int stride, int source)
{
	struct pmk_enlarge_row *row = &e->row[source & 1];

	if (row->source != source)
		fill_row(e, row, from + (size_t)source * stride, source);
	return row;
}

void pmk_enlarge_run(struct pmk_enlarge *e, const uint8_t *from, int stride, struct pmk_mask *to)
{
	e->row[0].source = e->row[1].source = -1;
	for (int y = 0; y < e->to_height; y++) {
		uint8_t *out = to->alpha + (size_t)y * to->stride, part;
		const struct pmk_enlarge_row *a, *b;
		int index, first, end;

		if (y < e->place.y || y >= e->place.y + e->place.height) {
			memset(out, 0, (size_t)e->to_width);
			continue;
		}
		look(y - e->place.y, e->height, e->place.height, &index, &part);
		a = row_at(e, from, stride, index);
		b = part ? row_at(e, from, stride, index + 1) : a;
		first = a->first < b->first || b->end == 0 ? a->first : b->first;
		end = a->end > b->end ? a->end : b->end;
		if (a->end == 0)
			first = b->first;
		memset(out, 0, (size_t)first);
		pmk_filter_mix_rows(a->alpha + first, b->alpha + first, part, out + first, end - first);
		memset(out + end, 0, (size_t)(e->to_width - end));
	}
}
