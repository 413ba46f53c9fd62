/* SPDX-License-Identifier: MIT */
#include "compose/blur.h"

#include "base/mem.h"
#include "pixels/rows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	GRID = PMK_CELL,
	MOST_FLOOR = 7,
	MOST_BANDS = 32,
	NEAR = 3,
	VALUES = 3,
	WEIGHTS = 3,
	UNIT = 16,
	MOST_WEIGHT = 60
};

/* cells: a picture as wide and a disc as large as these get the coarse grid */
enum { COARSE_WIDTH = 128, COARSE_RADIUS = 6 };

static const double FLOOR = 0.0125; /* half side of the small squares, over the width */
static const double LEAST = 0.01, CEILING = 0.09; /* radius of the disc, over the width, at strength 0 and 100 */

/* Weight of the mean room over that of a disc full of room: a place that only a few cells reach shows it rather than
 * those few. */
static const double FEW = 0.10;

/* A plane on the grid. Numbers in 1/UNIT, so that a sum of 15 of them fits into 16 bits. One more number on each side
 * of a row. */
struct plane {
	int width, height, stride;
	uint16_t *block, *at;
};

/* A plane at full size, a row of the grid at a time. */
struct full {
	int across, down; /* pixels of a step of the grid */
	int stride; /* as pictures have it */
	uint16_t *wide[NEAR]; /* the last rows of the grid at full width */
	uint8_t *pixels; /* `down` rows, where the picture has not as many */
};

/* Rows first..last from the middle of the disc that are 2 half + 1 wide. */
struct band {
	int first, last, half;
};

struct pmk_blur {
	const struct pmk_rows *rows;
	struct pmk_layout layout; /* of the result */
	int step; /* of the grid: cells each way, 1 or 2 */
	int width, height; /* of the grid */
	int floor; /* half side of the squares, in the grid */
	int pad; /* columns beside the sums */
	int band_count;
	struct band band[MOST_BANDS];
	float few;
	struct pmk_weighed *sums; /* a summed-area table of the room; height + 1 rows */
	size_t sums_stride;
	struct pmk_weighed *line; /* a row of the grid */
	uint16_t *cells[VALUES]; /* a row of sums */
	struct pmk_weighed *weighed[2]; /* rows of cells */
	uint16_t *column, *padded; /* rows of the squares */
	struct plane small[VALUES], spare;
	struct full full[VALUES];
	int widened; /* rows of the grid, this frame */
};

static int init_plane(struct plane *p, int width, int height)
{
	p->width = width;
	p->height = height;
	p->stride = width + 2;
	p->block = pmk_mem_alloc((size_t)p->stride * (size_t)height * sizeof *p->block);
	p->at = p->block ? p->block + 1 : NULL;
	return p->block ? 0 : -ENOMEM;
}

static uint16_t *plane_row(const struct plane *p, int y)
{
	return p->at + (size_t)y * (size_t)p->stride;
}

static int init_full(struct pmk_blur *b, int plane)
{
	struct full *f = &b->full[plane];
	bool missing = false;

	f->across = (plane ? GRID / 2 : GRID) * b->step;
	f->down = (plane && b->layout.chroma == PMK_CHROMA_420 ? GRID / 2 : GRID) * b->step;
	f->stride = (b->width * f->across + PMK_MEM_ALIGN - 1) / PMK_MEM_ALIGN * PMK_MEM_ALIGN;
	for (int i = 0; i < NEAR; i++)
		missing |= !(f->wide[i] = pmk_mem_alloc((size_t)f->stride * sizeof *f->wide[i]));
	missing |= !(f->pixels = pmk_mem_alloc((size_t)f->stride * (size_t)f->down));
	return missing ? -ENOMEM : 0;
}

/* The disc in bands of rows, few enough for a large one and exact for a small one. */
static void cut_disc(struct pmk_blur *b, double radius)
{
	double step = radius / 5 > 1 ? radius / 5 : 1;
	int most = (int)radius, area = 0;

	b->band_count = 0;
	for (int first = 0, last; first <= most; first = last + 1) {
		double widest = sqrt(radius * radius - first * first), narrowest = widest;
		struct band band;

		for (last = first; last < most && widest - sqrt(radius * radius - (last + 1) * (last + 1)) < step;
			last++)
			narrowest = sqrt(radius * radius - (last + 1) * (last + 1));
		band = (struct band){ first ? first : -last, last, (int)((widest + narrowest) / 2) };
		b->band[b->band_count++] = band;
		if (first)
			b->band[b->band_count++] = (struct band){ -last, -first, band.half };
		area += (first ? 2 * (last - first + 1) : 2 * last + 1) * (2 * band.half + 1);
	}
	b->pad = most + 1;
	b->few = (float)(FEW * area * MOST_WEIGHT * b->step * b->step);
}

static int allocate(struct pmk_blur *b)
{
	bool missing = init_plane(&b->spare, b->width, b->height) != 0;
	size_t cells = (size_t)b->width * (size_t)b->step;

	b->sums_stride = (size_t)(b->width + 3 + 1 + 2 * b->pad);
	for (int i = 0; i < VALUES; i++) {
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

/* `radius` over the width. What a large disc leaves, a coarse grid holds, at a quarter of the work; the squares matter
 * less behind it and are rounded down. */
static void choose_grid(struct pmk_blur *b, double radius)
{
	int cells = (b->layout.width + GRID - 1) / GRID, size;
	double most;

	b->step = cells >= COARSE_WIDTH && cells * radius >= COARSE_RADIUS ? 2 : 1;
	size = GRID * b->step;
	b->width = (b->layout.width + size - 1) / size;
	b->height = (b->layout.height + size - 1) / size;
	b->floor = (int)(b->width * FLOOR + (b->step == 1 ? 0.5 : 0));
	b->floor = b->floor < 1 ? 1 : b->floor > MOST_FLOOR ? MOST_FLOOR : b->floor;
	most = b->width * radius;
	cut_disc(b, most < 1.5 ? 1.5 : most);
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

static void finish_full(struct full *f)
{
	for (int i = 0; i < NEAR; i++)
		free(f->wide[i]);
	free(f->pixels);
}

void pmk_blur_destroy(struct pmk_blur *b)
{
	if (!b)
		return;
	for (int i = 0; i < VALUES; i++) {
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

static struct pmk_weighed *sums_row(const struct pmk_blur *b, int y)
{
	return b->sums + (size_t)y * b->sums_stride + b->pad;
}

/* Eight rows at once are more than the processor foresees by itself. */
static void expect(const uint8_t *pixels, int bytes)
{
	for (int i = 0; i < bytes; i += PMK_MEM_ALIGN)
		__builtin_prefetch(pixels + i, 0, 2);
}

/* The room of a row of cells, weighted. What a cut column has does not count. */
static void weigh_cells(
	struct pmk_blur *b, const struct pmk_image *frame, const struct pmk_cells *cells, int y, struct pmk_weighed *to)
{
	for (int i = 0; i < VALUES; i++) {
		int across = b->full[i].across / b->step, down = b->full[i].down / b->step;
		int left = pmk_layout_plane_height(&b->layout, i) - y * down, stride = frame->stride[i];
		const uint8_t *pixels = frame->plane[i] + (size_t)(y * down) * (size_t)stride;

		if (left >= 2 * down)
			expect(pixels + down * stride, down * stride);
		b->rows->cell_sums(pixels, stride, left < down ? left : down, across, b->cells[i], cells->width / GRID);
	}
	b->rows->weigh(cells->alpha + (size_t)y * (size_t)cells->columns, b->cells[0], b->cells[1], b->cells[2], to,
		cells->columns);
}

/* A row of the grid; the last one may lack a row of cells. */
static const struct pmk_weighed *weigh_row(
	struct pmk_blur *b, const struct pmk_image *frame, const struct pmk_cells *cells, int y)
{
	weigh_cells(b, frame, cells, y * b->step, b->weighed[0]);
	if (b->step == 1)
		return b->weighed[0];
	if (2 * y + 1 < cells->rows)
		weigh_cells(b, frame, cells, 2 * y + 1, b->weighed[1]);
	else
		memset(b->weighed[1], 0, (size_t)cells->columns * sizeof *b->weighed[1]);
	for (int x = 0; x < b->width; x++) {
		const struct pmk_weighed *upper = b->weighed[0] + 2 * x, *lower = b->weighed[1] + 2 * x;

		for (int i = 0; i <= WEIGHTS; i++)
			b->line[x].sum[i] = upper[0].sum[i] + upper[1].sum[i] + lower[0].sum[i] + lower[1].sum[i];
	}
	return b->line;
}

/* A summed-area table: at (x, y) all that is above y and left of x. Sums wrap; their differences hold, as no disc has
 * 2^31. */
static void sum_up(struct pmk_blur *b, const struct pmk_image *frame, const struct pmk_cells *cells)
{
	for (int y = 0; y < b->height; y++) {
		const struct pmk_weighed *above = sums_row(b, y);
		const struct pmk_weighed *room = weigh_row(b, frame, cells, y);
		struct pmk_weighed *to = sums_row(b, y + 1), sum = { 0 };

		for (int x = 0; x < b->width; x++) {
			for (int i = 0; i <= WEIGHTS; i++) {
				sum.sum[i] += room[x].sum[i];
				to[x + 1].sum[i] = above[x + 1].sum[i] + sum.sum[i];
			}
		}
		for (int x = b->width + 1; x <= b->width + b->pad; x++)
			to[x] = to[b->width];
	}
}

/* Row y over the disc. */
static void sum_disc(struct pmk_blur *b, int y)
{
	struct pmk_box_window boxes[MOST_BANDS];
	int count = 0;

	for (int i = 0; i < b->band_count; i++) {
		int top = y + b->band[i].first, bottom = y + b->band[i].last + 1;

		top = top < 0 ? 0 : top > b->height ? b->height : top;
		bottom = bottom < 0 ? 0 : bottom > b->height ? b->height : bottom;
		if (top < bottom)
			boxes[count++] = (struct pmk_box_window){ sums_row(b, top), sums_row(b, bottom),
				b->band[i].half };
	}
	b->rows->box_sums(boxes, count, b->line, b->width);
}

/* What stands where no room is near: the mean of all the room; grey without any. */
static void find_mean(const struct pmk_blur *b, float mean[VALUES])
{
	double all[VALUES + 1] = { 0 };

	for (int y = 0; y < b->height; y++) { /* row by row: the table wraps */
		for (int i = 0; i <= WEIGHTS; i++)
			all[i] += sums_row(b, y + 1)[b->width].sum[i] - sums_row(b, y)[b->width].sum[i];
	}
	for (int i = 0; i < VALUES; i++)
		mean[i] = all[WEIGHTS] > 0 ? (float)(all[i] / all[WEIGHTS]) : 128;
}

/* The disc's mean of each plane, in limited range. */
static void blur_by_disc(struct pmk_blur *b, enum pmk_range range)
{
	bool full = range == PMK_RANGE_FULL;
	float more[VALUES + 1], scale[VALUES], offset[VALUES];

	find_mean(b, more);
	for (int i = 0; i < VALUES; i++) {
		float part = full ? (i ? 224.0f : 219.0f) / 255 : 1;

		more[i] *= b->few;
		scale[i] = part * UNIT;
		offset[i] = full ? (i ? 128 - 128 * part : 16) * UNIT : 0;
	}
	more[WEIGHTS] = b->few;
	for (int y = 0; y < b->height; y++) {
		sum_disc(b, y);
		b->rows->weighted_means(b->line, more, scale, offset, plane_row(&b->small[0], y),
			plane_row(&b->small[1], y), plane_row(&b->small[2], y), b->width);
	}
}

static int clamp(int value, int most)
{
	return value < 0 ? 0 : value > most ? most : value;
}

static void repeat_rim(uint16_t *row, int width, int count)
{
	for (int i = 1; i <= count; i++) {
		row[-i] = row[0];
		row[width - 1 + i] = row[width - 1];
	}
}

/* Mean over a square; outside the rim's value holds. */
static void square(struct pmk_blur *b, const struct plane *from, const struct plane *to)
{
	int f = b->floor, window = 2 * f + 1, bottom = from->height - 1;
	uint16_t *middle = b->padded + f;

	memset(b->column, 0, (size_t)b->width * sizeof *b->column);
	for (int y = -f; y < f; y++)
		b->rows->add_words(b->column, plane_row(from, clamp(y, bottom)), b->width);
	for (int y = 0; y <= bottom; y++) {
		b->rows->add_words(b->column, plane_row(from, clamp(y + f, bottom)), b->width);
		b->rows->mean_words(b->column, 1, window, middle, b->width);
		repeat_rim(middle, b->width, f);
		b->rows->mean_words(b->padded, window, window, plane_row(to, y), b->width);
		b->rows->take_words(b->column, plane_row(from, clamp(y - f, bottom)), b->width);
	}
}

/* Row y of the grid at full size. The last one may be cut by the picture's end. */
static void write_row(const struct pmk_blur *b, int plane, int y, struct pmk_image *out)
{
	const struct full *f = &b->full[plane];
	int last = b->height - 1, above = clamp(y - 1, last), below = clamp(y + 1, last), stride = out->stride[plane];
	int left = pmk_layout_plane_height(&b->layout, plane) - y * f->down;
	uint8_t *to = out->plane[plane] + (size_t)(y * f->down) * (size_t)stride;
	bool cut = left < f->down;

	b->rows->heighten(f->wide[above % NEAR], f->wide[y % NEAR], f->wide[below % NEAR], f->down,
		cut ? f->pixels : to, cut ? f->stride : stride, f->stride);
	for (int i = 0; cut && i < left; i++)
		memcpy(to + (size_t)i * (size_t)stride, f->pixels + (size_t)i * (size_t)f->stride, (size_t)f->stride);
}

/* A row of the grid stays at full width until the one after the next comes. */
void pmk_blur_write(struct pmk_blur *b, int row, struct pmk_image *out)
{
	int below = clamp(row / b->step + 1, b->height - 1);

	if (row % b->step)
		return;
	for (; b->widened <= below; b->widened++) {
		for (int i = 0; i < VALUES; i++)
			b->rows->widen(plane_row(&b->small[i], b->widened), b->full[i].across,
				b->full[i].wide[b->widened % NEAR], b->width);
	}
	for (int i = 0; i < VALUES; i++)
		write_row(b, i, row / b->step, out);
}

const struct pmk_layout *pmk_blur_layout(const struct pmk_blur *b)
{
	return &b->layout;
}

void pmk_blur_begin(struct pmk_blur *b, const struct pmk_image *frame, const struct pmk_cells *cells)
{
	sum_up(b, frame, cells);
	blur_by_disc(b, frame->layout.range);
	for (int i = 0; i < VALUES; i++) {
		square(b, &b->small[i], &b->spare);
		square(b, &b->spare, &b->small[i]);
		for (int y = 0; y < b->height; y++)
			repeat_rim(plane_row(&b->small[i], y), b->width, 1);
	}
	b->widened = 0;
}
