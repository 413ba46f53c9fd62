/* SPDX-License-Identifier: MIT */
#include "compose/blur.h"

#include "base/mem.h"
#include "base/num.h"
#include "compose/blur_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { GRID = PMK_CELL, MOST_FLOOR = 7 };

/* cells; a picture at least this wide with a disc at least this large gets the coarse grid */
enum { COARSE_WIDTH = 128, COARSE_RADIUS = 6 };

static const double FLOOR = 0.0125; /* half the side of the small squares, as a share of the width */
/* radius of the disc at strength 0 and 100, as a share of the width */
static const double LEAST = 0.01, CEILING = 0.09;

static int init_plane(struct pmk_blur_plane *p, int width, int height)
{
	p->width = width;
	p->height = height;
	p->stride = width + 2;
	p->block = pmk_mem_alloc((size_t)p->stride * (size_t)height * sizeof *p->block);
	p->at = p->block ? p->block + 1 : NULL;
	return p->block ? 0 : -ENOMEM;
}

static int init_full(struct pmk_blur *b, int plane)
{
	struct pmk_blur_full *f = &b->full[plane];
	bool missing = false;

	f->across = (plane ? GRID / 2 : GRID) * b->step;
	f->down = (plane && b->layout.chroma == PMK_CHROMA_420 ? GRID / 2 : GRID) * b->step;
	f->stride = pmk_align_up(b->width * f->across, PMK_MEM_ALIGN);
	for (int i = 0; i < PMK_BLUR_NEAR; i++)
		missing |= !(f->wide[i] = pmk_mem_alloc((size_t)f->stride * sizeof *f->wide[i]));
	missing |= !(f->pixels = pmk_mem_alloc((size_t)f->stride * (size_t)f->down));
	return missing ? -ENOMEM : 0;
}

static int allocate(struct pmk_blur *b)
{
	bool missing = init_plane(&b->spare, b->width, b->height) != 0;
	size_t cells = (size_t)b->width * (size_t)b->step;

	b->sums_stride = (size_t)(b->width + 3 + 1 + 2 * b->pad);
	for (int i = 0; i < PMK_BLUR_VALUES; i++) {
		missing |= init_plane(&b->small[i], b->width, b->height) != 0;
		missing |= !(b->cells[i] = pmk_mem_alloc(cells * sizeof *b->cells[i]));
		missing |= init_full(b, i) != 0;
	}
	missing |= !(b->sums = pmk_mem_alloc(b->sums_stride * (size_t)(b->height + 1) * sizeof *b->sums));
	missing |= !(b->line = pmk_mem_alloc((size_t)(b->width + 3) * sizeof *b->line));
	missing |= !(b->weighed[0] = pmk_mem_alloc(cells * sizeof *b->weighed[0]));
	missing |= !(b->weighed[1] = pmk_mem_alloc(cells * sizeof *b->weighed[1]));
	missing |= !(b->column = pmk_mem_alloc((size_t)b->width * sizeof *b->column));
	missing |= !(b->padded = pmk_mem_alloc((size_t)(b->width + 2 * b->floor) * sizeof *b->padded));
	return missing ? -ENOMEM : 0;
}

/* `radius` is a share of the width. A coarse grid can hold all the detail that a large disc leaves, at a quarter of the
 * work; the squares matter less after such a disc, so their size is rounded down. */
static void choose_grid(struct pmk_blur *b, double radius)
{
	int cells = (b->layout.width + GRID - 1) / GRID, size;
	double most;

	b->step = cells >= COARSE_WIDTH && cells * radius >= COARSE_RADIUS ? 2 : 1;
	size = GRID * b->step;
	b->width = (b->layout.width + size - 1) / size;
	b->height = (b->layout.height + size - 1) / size;
	b->floor = (int)(b->width * FLOOR + (b->step == 1 ? 0.5 : 0));
	b->floor = pmk_clamp(b->floor, 1, MOST_FLOOR);
	most = b->width * radius;
	pmk_blur_cut_disc(b, most < 1.5 ? 1.5 : most);
}

int pmk_blur_create(const struct pmk_layout *layout, int percent, struct pmk_blur **blur)
{
	struct pmk_blur *b = calloc(1, sizeof *b);

	if (!b)
		return -ENOMEM;
	b->rows = pmk_rows();
	b->layout = *layout;
	choose_grid(b, LEAST + (CEILING - LEAST) * percent / 100);
	if (allocate(b)) {
		pmk_blur_destroy(b);
		return -ENOMEM;
	}
	*blur = b;
	return 0;
}

static void finish_full(struct pmk_blur_full *f)
{
	for (int i = 0; i < PMK_BLUR_NEAR; i++)
		free(f->wide[i]);
	free(f->pixels);
}

void pmk_blur_destroy(struct pmk_blur *b)
{
	if (!b)
		return;
	for (int i = 0; i < PMK_BLUR_VALUES; i++) {
		free(b->small[i].block);
		free(b->cells[i]);
		finish_full(&b->full[i]);
	}
	free(b->sums);
	free(b->line);
	free(b->weighed[0]);
	free(b->weighed[1]);
	free(b->column);
	free(b->padded);
	free(b->spare.block);
	free(b);
}

static void repeat_rim(uint16_t *row, int width, int count)
{
	for (int i = 1; i <= count; i++) {
		row[-i] = row[0];
		row[width - 1 + i] = row[width - 1];
	}
}

/* Mean over a square; beyond the border the value at the border is used. */
static void square(struct pmk_blur *b, const struct pmk_blur_plane *from, const struct pmk_blur_plane *to)
{
	int f = b->floor, window = 2 * f + 1, bottom = from->height - 1;
	uint16_t *middle = b->padded + f;

	memset(b->column, 0, (size_t)b->width * sizeof *b->column);
	for (int y = -f; y < f; y++)
		b->rows->add_words(b->column, pmk_blur_row(from, pmk_clamp(y, 0, bottom)), b->width);
	for (int y = 0; y <= bottom; y++) {
		b->rows->add_words(b->column, pmk_blur_row(from, pmk_clamp(y + f, 0, bottom)), b->width);
		b->rows->mean_words(b->column, 1, window, middle, b->width);
		repeat_rim(middle, b->width, f);
		b->rows->mean_words(b->padded, window, window, pmk_blur_row(to, y), b->width);
		b->rows->subtract_words(b->column, pmk_blur_row(from, pmk_clamp(y - f, 0, bottom)), b->width);
	}
}

/* Row y of the grid at full size. The end of the picture may cut the last one. */
static void write_row(const struct pmk_blur *b, int plane, int y, struct pmk_image *out)
{
	const struct pmk_blur_full *f = &b->full[plane];
	int last = b->height - 1, above = pmk_clamp(y - 1, 0, last), below = pmk_clamp(y + 1, 0, last),
	    stride = out->stride[plane];
	int left = pmk_layout_plane_height(&b->layout, plane) - y * f->down;
	uint8_t *to = out->plane[plane] + (size_t)(y * f->down) * (size_t)stride;
	bool cut = left < f->down;

	b->rows->heighten(f->wide[above % PMK_BLUR_NEAR], f->wide[y % PMK_BLUR_NEAR], f->wide[below % PMK_BLUR_NEAR],
		f->down, cut ? f->pixels : to, cut ? f->stride : stride, f->stride);
	for (int i = 0; cut && i < left; i++)
		memcpy(to + (size_t)i * (size_t)stride, f->pixels + (size_t)i * (size_t)f->stride, (size_t)f->stride);
}

/* A row of the grid is kept at full width until the row after the next one is made. */
void pmk_blur_write(struct pmk_blur *b, int row, struct pmk_image *out)
{
	int below = pmk_clamp(row / b->step + 1, 0, b->height - 1);

	if (row % b->step)
		return;
	for (; b->widened <= below; b->widened++) {
		for (int i = 0; i < PMK_BLUR_VALUES; i++)
			b->rows->widen(pmk_blur_row(&b->small[i], b->widened), b->full[i].across,
				b->full[i].wide[b->widened % PMK_BLUR_NEAR], b->width);
	}
	for (int i = 0; i < PMK_BLUR_VALUES; i++)
		write_row(b, i, row / b->step, out);
}

const struct pmk_layout *pmk_blur_layout(const struct pmk_blur *b)
{
	return &b->layout;
}

void pmk_blur_begin(struct pmk_blur *b, const struct pmk_image *frame, const struct pmk_cells *cells)
{
	pmk_blur_average(b, frame, cells);
	for (int i = 0; i < PMK_BLUR_VALUES; i++) {
		square(b, &b->small[i], &b->spare);
		square(b, &b->spare, &b->small[i]);
		for (int y = 0; y < b->height; y++)
			repeat_rim(pmk_blur_row(&b->small[i], y), b->width, 1);
	}
	b->widened = 0;
}
