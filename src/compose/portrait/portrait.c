/* SPDX-License-Identifier: MIT */
#include "compose/portrait/portrait.h"

#include "base/mem.h"
#include "base/num.h"
#include "compose/portrait/portrait_parts.h"

#include <errno.h>
#include <stdlib.h>

enum { SLACK = 16 }; /* bytes that stretch reads or writes behind a row */

/* radius of the disc at the weakest and the strongest, as a share of the width */
static const double LEAST = 0.004, MOST = 0.024;
/* px: with a disc at least this large, a grid may have steps of 4, 8 and 16 px */
static const double LARGE[] = { 7, 36, 80 };

enum { MOST_COLUMNS = 720 }; /* of the grid, so that its cost is bounded */

static void choose_grid(struct pmk_portrait *p, int strength)
{
	double radius = p->layout.width * (LEAST + (MOST - LEAST) * (strength - 1) / (PMK_PORTRAIT_MOST - 1));
	int step;

	p->halvings = 1;
	for (size_t i = 0; i < sizeof LARGE / sizeof LARGE[0]; i++)
		p->halvings += radius >= LARGE[i];
	while (p->layout.width >> p->halvings > MOST_COLUMNS)
		p->halvings++;
	step = 1 << p->halvings;
	p->width = (p->layout.width + step - 1) / step;
	p->height = (p->layout.height + step - 1) / step;
	p->stride = pmk_align_up(p->width + SLACK, PMK_MEM_ALIGN);
	p->columns = (p->layout.width + PMK_CELL - 1) / PMK_CELL;
	p->cell_rows = (p->layout.height + PMK_CELL - 1) / PMK_CELL;
	pmk_portrait_cut_disc(p, radius / step < 1 ? 1 : radius / step);
}

/* Taps to `count` columns, `size` of which lie on `per` columns of the source, which has `of`. NULL: no memory. */
static struct pmk_taps *make_taps(int count, int per, int size, int of)
{
	struct pmk_taps *taps = pmk_mem_alloc((size_t)(count + 7) / 8 * sizeof *taps);
	int *place = malloc((size_t)count * sizeof *place);
	bool made = taps && place;

	for (int x = 0; made && x < count; x++)
		place[x] = pmk_clamp((2 * x + 1) * 128 * per / size - 128, 0, (of - 1) * 256);
	made = made && pmk_taps_make(taps, place, count);
	free(place);
	if (made)
		return taps;
	free(taps);
	return NULL;
}

static int init_plane(struct pmk_portrait *p, int i)
{
	struct pmk_portrait_plane *plane = &p->plane[i];
	int step = 1 << p->halvings, width = pmk_layout_plane_width(&p->layout, i);
	bool missing = false;

	plane->across = i ? step / 2 : step;
	plane->down = i && p->layout.chroma == PMK_CHROMA_420 ? step / 2 : step;
	for (int k = 0; k < 2; k++) {
		size_t rows = ((size_t)p->layout.height + 1) / 2, row = ((size_t)p->layout.width + 1) / 2;

		missing |= !(plane->shrunk[k] = pmk_mem_alloc(rows * row));
		missing |= !(plane->wide[k] = pmk_mem_alloc((size_t)width + SLACK));
	}
	missing |= !(plane->blurred = pmk_mem_alloc((size_t)p->stride * (size_t)p->height));
	missing |= !(plane->taps = make_taps(width, 1, plane->across, p->width));
	missing |= !(p->means[i] = pmk_mem_alloc((size_t)p->width * sizeof *p->means[i]));
	return missing ? -ENOMEM : 0;
}

static int init_levels(struct pmk_portrait *p)
{
	int width = p->width, height = p->height;

	for (p->levels = 0; p->levels < PMK_PORTRAIT_LEVELS;) {
		struct pmk_portrait_level *level = &p->level[p->levels++];

		*level = (struct pmk_portrait_level){ width, height,
			pmk_mem_alloc((size_t)width * (size_t)height * sizeof *level->spots) };
		if (!level->spots)
			return -ENOMEM;
		if (width == 1 && height == 1)
			break;
		width = (width + 1) / 2;
		height = (height + 1) / 2;
	}
	return 0;
}

static int allocate(struct pmk_portrait *p)
{
	size_t sums = (size_t)pmk_portrait_sums_stride(p) * ((size_t)p->height + 1);
	bool missing = init_levels(p) != 0;

	for (int i = 0; i < PMK_PORTRAIT_PLANES; i++)
		missing |= init_plane(p, i) != 0;
	for (int k = 0; k < 2; k++)
		missing |= !(p->cell_room[k] = pmk_mem_alloc((size_t)p->columns));
	missing |= !(p->cell_row = pmk_mem_alloc((size_t)p->columns + SLACK));
	missing |= !(p->room = pmk_mem_alloc((size_t)p->stride));
	missing |= !(p->cell_taps = make_taps(p->width, 1 << p->halvings, PMK_CELL, p->columns));
	missing |= !(p->sums = pmk_mem_alloc(sums * sizeof *p->sums));
	missing |= !(p->line = pmk_mem_alloc(((size_t)p->width + 4) * sizeof *p->line));
	if (missing)
		return -ENOMEM;
	for (size_t i = 0; i < sums; i++)
		p->sums[i] = (struct pmk_weighed){ 0 };
	return 0;
}

int pmk_portrait_create(const struct pmk_layout *layout, int strength, struct pmk_portrait **portrait)
{
	struct pmk_portrait *p = calloc(1, sizeof *p);

	if (!p)
		return -ENOMEM;
	p->rows = pmk_rows();
	p->layout = *layout;
	choose_grid(p, strength);
	if (allocate(p)) {
		pmk_portrait_destroy(p);
		return -ENOMEM;
	}
	*portrait = p;
	return 0;
}

void pmk_portrait_destroy(struct pmk_portrait *p)
{
	if (!p)
		return;
	for (int i = 0; i < PMK_PORTRAIT_PLANES; i++) {
		for (int k = 0; k < 2; k++) {
			free(p->plane[i].shrunk[k]);
			free(p->plane[i].wide[k]);
		}
		free(p->plane[i].blurred);
		free(p->plane[i].taps);
		free(p->means[i]);
	}
	for (int i = 0; i < p->levels; i++)
		free(p->level[i].spots);
	free(p->cell_room[0]);
	free(p->cell_room[1]);
	free(p->cell_row);
	free(p->room);
	free(p->cell_taps);
	free(p->sums);
	free(p->line);
	free(p);
}

/* Halve a plane's height, and its width, too, if `across`. */
static void halve(
	const struct pmk_rows *rows, const uint8_t *from, int stride, int width, int height, bool across, uint8_t *to)
{
	int to_stride = across ? (width + 1) / 2 : width;

	for (int y = 0; y < (height + 1) / 2; y++, to += to_stride) {
		const uint8_t *a = from + (size_t)(2 * y) * (size_t)stride;
		const uint8_t *b = 2 * y + 1 < height ? a + stride : a;

		if (!across) {
			rows->mix(a, b, 128, to, width);
			continue;
		}
		rows->halve(a, b, to, width / 2);
		if (width % 2)
			to[width / 2] = (uint8_t)((a[width - 1] + b[width - 1] + 1) / 2);
	}
}

/* Chroma has been halved already, in one direction or in both. */
static void shrink(struct pmk_portrait *p, const struct pmk_image *frame, int i)
{
	struct pmk_portrait_plane *plane = &p->plane[i];
	int width = pmk_layout_plane_width(&p->layout, i), height = pmk_layout_plane_height(&p->layout, i);

	plane->small = frame->plane[i];
	plane->small_stride = frame->stride[i];
	for (int n = 0; n < p->halvings; n++) {
		bool across = !i || n > 0;

		if (!across && p->layout.chroma == PMK_CHROMA_420)
			continue;
		halve(p->rows, plane->small, plane->small_stride, width, height, across, plane->shrunk[n % 2]);
		width = across ? (width + 1) / 2 : width;
		height = (height + 1) / 2;
		plane->small = plane->shrunk[n % 2];
		plane->small_stride = width;
	}
}

void pmk_portrait_begin(struct pmk_portrait *p, const struct pmk_image *frame, const struct pmk_cells *cells)
{
	for (int i = 0; i < PMK_PORTRAIT_PLANES; i++) {
		shrink(p, frame, i);
		p->plane[i].have = 0;
	}
	pmk_portrait_know(p, cells);
	pmk_portrait_fill(p);
	pmk_portrait_spread(p, frame->layout.range);
}

static void write_row(struct pmk_portrait *p, int i, int y, struct pmk_image *out)
{
	struct pmk_portrait_plane *plane = &p->plane[i];
	int width = pmk_layout_plane_width(&p->layout, i), last = p->height - 1;
	int at = pmk_clamp((2 * y + 1) * 128 / plane->down - 128, 0, last * 256), row = at / 256,
	    below = pmk_min(row + 1, last);

	for (; plane->have <= below; plane->have++)
		p->rows->stretch(plane->blurred + (size_t)plane->have * (size_t)p->stride, plane->taps,
			plane->wide[plane->have % 2], width);
	p->rows->mix(plane->wide[row % 2], plane->wide[below % 2], at % 256,
		out->plane[i] + (size_t)y * (size_t)out->stride[i], width);
}

void pmk_portrait_write(struct pmk_portrait *p, int row, struct pmk_image *out)
{
	for (int i = 0; i < PMK_PORTRAIT_PLANES; i++) {
		int rows = i && p->layout.chroma == PMK_CHROMA_420 ? PMK_CELL / 2 : PMK_CELL;
		int end = pmk_min((row + 1) * rows, pmk_layout_plane_height(&p->layout, i));

		for (int y = row * rows; y < end; y++)
			write_row(p, i, y, out);
	}
}
