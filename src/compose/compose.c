/* SPDX-License-Identifier: MIT */
#include "compose/compose.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "compose/rim.h"
#include "draw/mark.h"
#include "image/alpha.h"
#include "image/colour.h"
#include "image/shown_seal.h"
#include "pixels/cells.h"
#include "pixels/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { AHEAD = 3 }; /* rows */

struct pmk_composer {
	struct pmk_layout layout;
	struct pmk_shown_pool *pool;
	const struct pmk_rows *rows;
	struct pmk_cells cells;
	const struct pmk_whole *whole; /* this and the next five are the caller's, or NULL */
	struct pmk_backdrop *backdrop;
	struct pmk_rim *rim;
	struct pmk_match *match;
	struct pmk_light *light;
	const struct pmk_overlay *overlay;
	/* number of the picture that is behind, under its overlay, from 1 up: compared with what pictures of the pool
	 * hold */
	uint64_t standing;
	uint8_t *half; /* a row of alpha at chroma's width */
	uint8_t *lit; /* a row of the person in other light */
};

int pmk_composer_create(const struct pmk_layout *layout, int count, struct pmk_composer **composer)
{
	struct pmk_composer *c;

	if (layout->range != PMK_RANGE_LIMITED)
		return -EINVAL;
	c = calloc(1, sizeof *c);
	if (!c)
		return -ENOMEM;
	c->layout = *layout;
	c->pool = pmk_shown_pool_create(count, layout);
	c->rows = pmk_rows();
	c->half = pmk_mem_alloc((size_t)layout->width);
	c->lit = pmk_mem_alloc((size_t)layout->width);
	if (!c->pool || !c->half || !c->lit || pmk_cells_init(&c->cells, layout->width, layout->height)) {
		pmk_composer_destroy(c);
		return -ENOMEM;
	}
	*composer = c;
	return 0;
}

void pmk_composer_destroy(struct pmk_composer *c)
{
	if (!c)
		return;
	pmk_cells_finish(&c->cells);
	pmk_shown_pool_destroy(c->pool);
	free(c->half);
	free(c->lit);
	free(c);
}

void pmk_composer_set_backdrop(struct pmk_composer *c, struct pmk_backdrop *backdrop)
{
	c->backdrop = backdrop;
	c->standing++;
}

void pmk_composer_set_whole(struct pmk_composer *c, const struct pmk_whole *whole)
{
	c->whole = whole;
}

void pmk_composer_set_rim(struct pmk_composer *c, struct pmk_rim *rim)
{
	c->rim = rim;
}

void pmk_composer_set_match(struct pmk_composer *c, struct pmk_match *match)
{
	c->match = match;
}

void pmk_composer_set_overlay(struct pmk_composer *c, const struct pmk_overlay *overlay)
{
	c->overlay = overlay;
	c->standing++;
}

void pmk_composer_set_light(struct pmk_composer *c, struct pmk_light *light)
{
	c->light = light;
}

/* All that one frame is composed of. */
struct parts {
	const struct pmk_frame *frame;
	const struct pmk_mask *mask;
	const struct pmk_image *picture; /* the picture behind; NULL: the backdrop writes rows */
	bool lit; /* the person is shown in other light */
};

/* The same columns at the width of a plane; chroma has half as many. */
static struct pmk_shown_span at_width(int first, int end, int plane)
{
	return plane ? (struct pmk_shown_span){ first / 2, (end + 1) / 2 } : (struct pmk_shown_span){ first, end };
}

/* A person's rows are so short that they end before the processor starts to prefetch the next cache lines. `back` NULL:
 * not needed. All images here have the strides of their layout. */
static void expect(const uint8_t *person, const uint8_t *back, uint8_t *to, int count, int stride)
{
	for (int x = 0; x < count; x += PMK_MEM_ALIGN) {
		__builtin_prefetch(person + AHEAD * stride + x);
		if (back)
			__builtin_prefetch(back + AHEAD * stride + x);
		__builtin_prefetch(to + AHEAD * stride + x, 1);
	}
}

/* Compose the columns of a plane that a run of cells covers: the person alone, or mixed with what is behind. */
static void compose_run(const struct pmk_composer *c, const struct pmk_image *frame, const uint8_t *alpha,
	enum pmk_cell_kind kind, struct pmk_shown_span s, const uint8_t *back, uint8_t *to, int plane, int y)
{
	const uint8_t *person = frame->plane[plane] + (size_t)y * frame->stride[plane] + s.first;
	bool full = frame->layout.range == PMK_RANGE_FULL, whole = kind == PMK_CELL_PERSON;
	int count = s.end - s.first;

	expect(person, whole ? NULL : back + s.first, to + s.first, count, frame->stride[plane]);
	if (whole && full)
		c->rows->to_limited(person, to + s.first, count, plane);
	else if (whole)
		memcpy(to + s.first, person, (size_t)count);
	else if (c->rim)
		pmk_rim_row(c->rim, plane, y, alpha, s.first, s.end, back, to);
	else if (full)
		c->rows->blend_to_limited(person, back + s.first, alpha + s.first, to + s.first, count, plane);
	else
		c->rows->blend(person, back + s.first, alpha + s.first, to + s.first, count);
}

/* The same in other light. The rim is cleaned before, because the curve is for the person's own colour. */
static void light_run(const struct pmk_composer *c, const struct pmk_image *frame, const uint8_t *alpha,
	enum pmk_cell_kind kind, struct pmk_shown_span s, const uint8_t *back, uint8_t *to, int plane, int y)
{
	const uint8_t *person = frame->plane[plane] + (size_t)y * frame->stride[plane];

	if (kind == PMK_CELL_PERSON) {
		pmk_light_row(c->light, plane, y, NULL, s.first, s.end, person, to);
		return;
	}
	if (c->rim) {
		pmk_rim_clean(c->rim, plane, y, alpha, s.first, s.end, c->lit);
		person = c->lit;
	}
	pmk_light_row(c->light, plane, y, alpha, s.first, s.end, person, c->lit);
	c->rows->blend(c->lit + s.first, back + s.first, alpha + s.first, to + s.first, s.end - s.first);
}

/* `alpha` is valid in mixed cells only. Outside `was` the row already holds what is behind, and the overlay over it;
 * rows that the backdrop writes are complete, but for the overlay. */
static void compose_row(struct pmk_composer *c, const struct parts *parts, const uint8_t *alpha,
	struct pmk_shown_span was, struct pmk_image *out, int plane, int y)
{
	uint8_t *to = out->plane[plane] + (size_t)y * out->stride[plane];
	const uint8_t *back = to;

	if (parts->picture)
		back = parts->picture->plane[plane] + (size_t)y * parts->picture->stride[plane];
	if (c->match)
		back = pmk_match_row(c->match, plane, y, back);
	was = at_width(was.first, was.end, plane);
	for (int i = 0; i < c->cells.runs; i++) {
		const struct pmk_cell_run *run = &c->cells.run[i];
		struct pmk_shown_span s = at_width(run->first, run->end, plane);
		int first = pmk_max(was.first, s.first), end = pmk_min(was.end, s.end);

		if (run->kind != PMK_CELL_ROOM) {
			(parts->lit ? light_run : compose_run)(
				c, &parts->frame->image, alpha, run->kind, s, back, to, plane, y);
			first = s.first;
			end = s.end;
		} else if (first < end && back != to) {
			memcpy(to + first, back + first, (size_t)(end - first));
		}
		if (c->overlay && first < end)
			pmk_overlay_row(c->overlay, plane, y, first, end, to);
	}
}

/* Alpha of one chroma row in mixed cells: the mean over the pixels that a sample covers. The last sample of an odd
 * width covers one column. */
static void halve_alpha(const struct pmk_composer *c, const uint8_t *a, const uint8_t *b, uint8_t *half)
{
	int width = c->layout.width;

	for (int i = 0; i < c->cells.runs; i++) {
		const struct pmk_cell_run *run = &c->cells.run[i];
		int first = run->first / 2, pairs = run->end / 2 - first;

		if (run->kind != PMK_CELL_MIXED)
			continue;
		c->rows->halve(a + run->first, b + run->first, half + first, pairs);
		if (run->end % 2)
			half[width / 2] = (uint8_t)((a[width - 1] + b[width - 1] + 1) / 2);
	}
}

static bool fits(const struct pmk_composer *c, const struct pmk_layout *frame)
{
	return frame->width == c->layout.width && frame->height == c->layout.height &&
		frame->chroma == c->layout.chroma && frame->matrix == c->layout.matrix;
}

/* The part of the current row of cells that is not room. */
static struct pmk_shown_span find_person(const struct pmk_cells *cells)
{
	int first = 0, last = cells->runs - 1;

	while (first < cells->runs && cells->run[first].kind == PMK_CELL_ROOM)
		first++;
	while (last > first && cells->run[last].kind == PMK_CELL_ROOM)
		last--;
	return first < cells->runs ? (struct pmk_shown_span){ cells->run[first].first, cells->run[last].end } :
				     (struct pmk_shown_span){ 0, 0 };
}

/* Compose the rows of pixels of a row of cells, luma and chroma alternately, so that a row of alpha is still in the
 * cache. */
static void compose_cells(struct pmk_composer *c, const struct parts *parts, struct pmk_shown_span was, int first,
	int end, struct pmk_image *out)
{
	int rows = c->layout.chroma == PMK_CHROMA_420 ? 2 : 1, stride = parts->mask->stride;

	for (int y = first; y < end; y += rows) {
		bool two = rows == 2 && y + 1 < end;
		const uint8_t *a = parts->mask->alpha + (size_t)y * stride, *b = two ? a + stride : a;

		compose_row(c, parts, a, was, out, 0, y);
		if (two)
			compose_row(c, parts, b, was, out, 0, y + 1);
		halve_alpha(c, a, b, c->half);
		compose_row(c, parts, c->half, was, out, 1, y / rows);
		compose_row(c, parts, c->half, was, out, 2, y / rows);
	}
}

/* `knows`: the picture already holds what is behind, except in its spans. */
static void compose_rows(struct pmk_composer *c, const struct parts *parts, bool knows, struct pmk_shown *shown)
{
	for (int row = 0; row < c->cells.rows; row++) {
		struct pmk_shown_span was = knows ? shown->span[row] : (struct pmk_shown_span){ 0, c->layout.width };

		pmk_cells_enter(&c->cells, row);
		if (!parts->picture)
			c->backdrop->impl->write(c->backdrop, row, &shown->image);
		if (c->rim)
			pmk_rim_enter(c->rim, row);
		shown->span[row] = find_person(&c->cells);
		compose_cells(
			c, parts, was, row * PMK_CELL, pmk_min((row + 1) * PMK_CELL, c->layout.height), &shown->image);
	}
}

static bool all_fit(const struct pmk_composer *c, const struct pmk_frame *frame, const struct pmk_mask *mask)
{
	return fits(c, &frame->image.layout) && c->backdrop &&
		pmk_layout_equal(&c->backdrop->cover.layout, &c->layout) && mask->number == frame->number &&
		mask->width == c->layout.width && mask->height == c->layout.height;
}

/* The number of the picture that is behind; 0: it is for this frame only. */
static uint64_t begin_backdrop(struct pmk_composer *c, struct parts *parts)
{
	bool stays = false;

	c->backdrop->whole = c->whole;
	parts->picture = c->backdrop->impl->begin(c->backdrop, parts->frame, &c->cells, &stays);
	if (!stays)
		c->standing++;
	if (!stays && c->match && parts->picture && !c->backdrop->of_room)
		pmk_match_backdrop(c->match, parts->picture);
	return parts->picture && !c->match ? c->standing : 0;
}

/* The alpha of a picture over a transparent backdrop. `mask` NULL: nobody is in it. */
static void set_alpha(const struct pmk_composer *c, const struct pmk_mask *mask, struct pmk_shown *s)
{
	s->transparent = c->backdrop && c->backdrop->transparent;
	if (!s->transparent)
		return;
	pmk_alpha_set(&s->alpha, mask);
	if (c->overlay)
		pmk_overlay_alpha(c->overlay, &s->alpha);
}

int pmk_compose(
	struct pmk_composer *c, const struct pmk_frame *frame, const struct pmk_mask *mask, struct pmk_shown **shown)
{
	struct parts parts = { .frame = frame, .mask = mask };
	struct pmk_shown *s;
	uint64_t standing;

	if (!all_fit(c, frame, mask))
		return -EINVAL;
	s = pmk_shown_pool_take(c->pool);
	if (!s)
		return -EAGAIN;
	parts.lit = c->light && pmk_light_shines(c->light, frame);
	pmk_cells_find(&c->cells, mask);
	standing = begin_backdrop(c, &parts);
	if (c->rim)
		pmk_rim_begin(c->rim, &frame->image, mask, &c->cells);
	compose_rows(c, &parts, standing && s->backdrop == standing, s);
	set_alpha(c, mask, s);
	s->backdrop = standing;
	s->time_ns = frame->time_ns;
	s->position_ns = frame->position_ns;
	s->cover = false;
	*shown = s;
	return 0;
}

/* The words lie over the overlay, and avoid it if they can. */
static void draw_mark(const struct pmk_composer *c, const char *mark, struct pmk_shown *shown)
{
	struct pmk_image *image = &shown->image;
	struct pmk_rect box = pmk_mark_box(&image->layout, mark, false), top = pmk_mark_box(&image->layout, mark, true);
	bool avoids = c->overlay && pmk_overlay_hinders(c->overlay, &top) < pmk_overlay_hinders(c->overlay, &box);

	pmk_mark_draw(image, mark, avoids);
	if (shown->transparent)
		pmk_alpha_fill(&shown->alpha, avoids ? &top : &box);
}

int pmk_compose_cover(struct pmk_composer *c, const struct pmk_image *cover, const char *mark,
	const struct pmk_frame *instead_of, struct pmk_shown **shown)
{
	struct pmk_shown *s;

	if (!pmk_layout_equal(&cover->layout, &c->layout))
		return -EINVAL;
	s = pmk_shown_pool_take(c->pool);
	if (!s)
		return -EAGAIN;
	pmk_image_copy(&s->image, cover);
	if (c->overlay)
		pmk_overlay_image(c->overlay, &s->image);
	set_alpha(c, NULL, s);
	if (mark)
		draw_mark(c, mark, s);
	s->time_ns = instead_of ? instead_of->time_ns : pmk_clock_now_ns();
	s->position_ns = instead_of ? instead_of->position_ns : -1;
	s->cover = true;
	s->backdrop = 0;
	*shown = s;
	return 0;
}

int pmk_compose_room(struct pmk_composer *c, const struct pmk_frame *frame, struct pmk_shown **shown)
{
	const struct pmk_image *from = &frame->image;
	struct pmk_shown *s;

	if (!fits(c, &from->layout))
		return -EINVAL;
	s = pmk_shown_pool_take(c->pool);
	if (!s)
		return -EAGAIN;
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&c->layout, p); y++) {
			const uint8_t *row = from->plane[p] + (size_t)y * from->stride[p];
			uint8_t *to = s->image.plane[p] + (size_t)y * s->image.stride[p];
			int width = pmk_layout_plane_width(&c->layout, p);
			if (from->layout.range == PMK_RANGE_FULL)
				pmk_colour_row_to_limited(row, to, width, p);
			else
				memcpy(to, row, (size_t)width);
		}
	}
	if (c->overlay)
		pmk_overlay_image(c->overlay, &s->image);
	pmk_mark_border(&s->image);
	s->transparent = false;
	s->backdrop = 0;
	s->time_ns = frame->time_ns;
	s->position_ns = frame->position_ns;
	s->cover = false;
	*shown = s;
	return 0;
}
