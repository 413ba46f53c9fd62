/* SPDX-License-Identifier: MIT */
#include "mask/enlarge.h"

#include "base/mem.h"
#include "base/num.h"
#include "mask/filter.h"
#include "pixels/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int pmk_enlarge_init(struct pmk_enlarge *e, int width, int height, int to_width, int to_height)
{
	struct pmk_enlarge made = { .width = width, .height = height, .to_width = to_width, .to_height = to_height };
	struct pmk_rect all = { 0, 0, to_width, to_height };

	made.at = pmk_mem_alloc((size_t)to_width * sizeof *made.at);
	made.taps = pmk_mem_alloc(((size_t)to_width + 7) / 8 * sizeof *made.taps);
	made.begin = pmk_mem_alloc(((size_t)width + 1) * sizeof *made.begin);
	made.padded = pmk_mem_alloc((size_t)width + 16);
	made.row[0].alpha = pmk_mem_alloc((size_t)to_width + 8);
	made.row[1].alpha = pmk_mem_alloc((size_t)to_width + 8);
	made.rows = pmk_rows();
	if (!made.at || !made.taps || !made.begin || !made.padded || !made.row[0].alpha || !made.row[1].alpha) {
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
	e->left = pmk_max(place->x, 0);
	e->right = pmk_min(place->x + place->width, e->to_width);
	for (int x = 0; x < e->to_width; x++) {
		e->at[x] = pmk_filter_place(x - place->x, e->width, place->width);
		while (x >= e->left && x < e->right && i <= e->at[x] / 256)
			e->begin[i++] = x;
	}
	while (i <= e->width)
		e->begin[i++] = e->right;
	e->taps_fit = pmk_taps_make(e->taps, e->at, e->to_width);
}

void pmk_enlarge_finish(struct pmk_enlarge *e)
{
	free(e->at);
	free(e->taps);
	free(e->begin);
	free(e->padded);
	free(e->row[0].alpha);
	free(e->row[1].alpha);
	*e = (struct pmk_enlarge){ 0 };
}

/* Stretch columns first..end - 1; some columns around them are written too where that is faster. */
static void stretch(const struct pmk_enlarge *e, uint8_t *alpha, int first, int end)
{
	int block = first / 8;

	if (e->taps_fit) {
		e->rows->stretch(e->padded, e->taps + block, alpha + 8 * block, end - 8 * block);
		return;
	}
	for (int x = first; x < end; x++) {
		const uint8_t *pair = e->padded + e->at[x] / 256;
		int part = e->at[x] % 256;
		alpha[x] = (uint8_t)((pair[0] * (256 - part) + pair[1] * part + 128) >> 8);
	}
}

/* Most rows are 0 except for a span; only the span is stretched. */
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
	stretch(e, row->alpha, row->first, row->end);
}

/* Get a source row at the target's width, from the two that are kept; rows are asked for in ascending order. */
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
		uint8_t *out = to->alpha + (size_t)y * to->stride;
		const struct pmk_enlarge_row *a, *b;
		int at, index, part, first, end;

		if (y < e->place.y || y >= e->place.y + e->place.height) {
			memset(out, 0, (size_t)e->to_width);
			continue;
		}
		at = pmk_filter_place(y - e->place.y, e->height, e->place.height);
		index = at / 256;
		part = at % 256;
		a = row_at(e, from, stride, index);
		b = part ? row_at(e, from, stride, index + 1) : a;
		first = a->first < b->first || b->end == 0 ? a->first : b->first;
		end = pmk_max(a->end, b->end);
		if (a->end == 0)
			first = b->first;
		memset(out, 0, (size_t)first);
		e->rows->mix(a->alpha + first, b->alpha + first, part, out + first, end - first);
		memset(out + end, 0, (size_t)(e->to_width - end));
	}
}
