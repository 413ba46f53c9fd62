/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "base/num.h"
#include "compose/blur_parts.h"

#include <math.h>
#include <string.h>

enum { GRID = PMK_CELL, WEIGHTS = PMK_BLUR_VALUES, MOST_WEIGHT = 60 };

/* Light is about the square of what a display is told, so Y becomes Y^2, and a colour, C, Y times its distance from
 * grey. Units: Y^2 / 16, and (C - 128) Y / 16 + GREY. */
enum { GREY = 2048 };

/* Weight of the mean of all the room, relative to a disc full of room: a place that only a few cells reach shows that
 * mean rather than those few cells. */
static const double FEW = 0.10;

/* Cut the disc into bands of rows: few enough for a large disc, and exact for a small one. */
void pmk_blur_cut_disc(struct pmk_blur *b, double radius)
{
	double step = radius / 5 > 1 ? radius / 5 : 1;
	int most = (int)radius, area = 0;

	b->band_count = 0;
	for (int first = 0, last; first <= most; first = last + 1) {
		double widest = sqrt(radius * radius - first * first), narrowest = widest;
		struct pmk_blur_band band;

		for (last = first; last < most && widest - sqrt(radius * radius - (last + 1) * (last + 1)) < step;
			last++)
			narrowest = sqrt(radius * radius - (last + 1) * (last + 1));
		band = (struct pmk_blur_band){ first ? first : -last, last, (int)((widest + narrowest) / 2) };
		b->band[b->band_count++] = band;
		if (first)
			b->band[b->band_count++] = (struct pmk_blur_band){ -last, -first, band.half };
		area += (first ? 2 * (last - first + 1) : 2 * last + 1) * (2 * band.half + 1);
	}
	b->pad = most + 1;
	b->few = (float)(FEW * area * MOST_WEIGHT * b->step * b->step);
}

static struct pmk_weighed *sums_row(const struct pmk_blur *b, int y)
{
	return b->sums + (size_t)y * b->sums_stride + b->pad;
}

/* The processor does not prefetch eight rows at once by itself. */
static void expect(const uint8_t *pixels, int bytes)
{
	for (int i = 0; i < bytes; i += PMK_MEM_ALIGN)
		__builtin_prefetch(pixels + i, 0, 2);
}

/* The sums of 64 pixels become light in quarters of these units, weighed: a place that is a quarter person or more
 * weighs nothing. */
static void weigh(const struct pmk_blur *b, const uint16_t *restrict alpha, struct pmk_weighed *restrict to, int count)
{
	const uint16_t *luma = b->cells[0], *u = b->cells[1], *v = b->cells[2];

	for (int x = 0; x < count; x++) {
		int weight = (4095 - (alpha[x] < 4095 ? alpha[x] : 4095)) >> 8, y = (luma[x] + 8) >> 4;

		to[x].sum[0] = (uint32_t)(((y * y + 128) >> 8) * weight);
		to[x].sum[1] = (uint32_t)((((((u[x] + 8) >> 4) - 512) * y + 128) >> 8) + GREY) * (uint32_t)weight;
		to[x].sum[2] = (uint32_t)((((((v[x] + 8) >> 4) - 512) * y + 128) >> 8) + GREY) * (uint32_t)weight;
		to[x].sum[3] = (uint32_t)(4 * weight);
	}
}

/* Weigh the room of a row of cells. A column that the picture cuts off does not count. */
static void weigh_cells(
	struct pmk_blur *b, const struct pmk_image *frame, const struct pmk_cells *cells, int y, struct pmk_weighed *to)
{
	for (int i = 0; i < PMK_BLUR_VALUES; i++) {
		int across = b->full[i].across / b->step, down = b->full[i].down / b->step;
		int left = pmk_layout_plane_height(&b->layout, i) - y * down, stride = frame->stride[i];
		const uint8_t *pixels = frame->plane[i] + (size_t)(y * down) * (size_t)stride;

		if (left >= 2 * down)
			expect(pixels + down * stride, down * stride);
		b->rows->cell_sums(pixels, stride, pmk_min(left, down), across, b->cells[i], cells->width / GRID);
	}
	weigh(b, cells->alpha + (size_t)y * (size_t)cells->columns, to, cells->columns);
}

/* One row of the grid; the last one may have only one row of cells. */
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

/* A summed-area table: at (x, y) is the sum of all that is above y and left of x. The sums wrap around; their
 * differences are right, since no disc sums up to 2^31. */
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

/* Sum row y over the disc. */
static void sum_disc(struct pmk_blur *b, int y)
{
	struct pmk_box_window boxes[PMK_BLUR_BANDS];
	int count = 0;

	for (int i = 0; i < b->band_count; i++) {
		int top = y + b->band[i].first, bottom = y + b->band[i].last + 1;

		top = pmk_clamp(top, 0, b->height);
		bottom = pmk_clamp(bottom, 0, b->height);
		if (top < bottom)
			boxes[count++] = (struct pmk_box_window){ sums_row(b, top), sums_row(b, bottom),
				b->band[i].half };
	}
	b->rows->box_sums(boxes, count, b->line, b->width);
}

/* The colour where no room is near: the mean of all the room, or grey if there is none. */
static void find_mean(const struct pmk_blur *b, float mean[PMK_BLUR_VALUES])
{
	double all[PMK_BLUR_VALUES + 1] = { 0 };

	for (int y = 0; y < b->height; y++) { /* row by row, because the table wraps around */
		for (int i = 0; i <= WEIGHTS; i++)
			all[i] += sums_row(b, y + 1)[b->width].sum[i] - sums_row(b, y)[b->width].sum[i];
	}
	for (int i = 0; i < PMK_BLUR_VALUES; i++)
		mean[i] = all[WEIGHTS] > 0 ? (float)(all[i] / all[WEIGHTS]) : (i ? GREY : 128 * 128 / 16) / 4.0f;
}

/* From light back to a display's values, in limited range: Y^2, and (C - 128) Y / 2 + 8 GREY. */
static void develop(
	uint16_t *restrict luma, uint16_t *restrict u, uint16_t *restrict v, int count, enum pmk_range range)
{
	bool full = range == PMK_RANGE_FULL;
	float part = (full ? 219.0f / 255 : 1) * PMK_BLUR_UNIT, black = full ? 16 * PMK_BLUR_UNIT : 0;
	float colour = (full ? 224.0f / 255 : 1) * PMK_BLUR_UNIT * 2, grey = 128 * PMK_BLUR_UNIT;

	for (int x = 0; x < count; x++) {
		float y = sqrtf(luma[x]), less = colour / (y < 1 ? 1 : y);

		luma[x] = (uint16_t)(int)(y * part + black + 0.5f);
		u[x] = (uint16_t)(int)((float)(u[x] - 8 * GREY) * less + grey + 0.5f);
		v[x] = (uint16_t)(int)((float)(v[x] - 8 * GREY) * less + grey + 0.5f);
	}
}

/* The disc's mean of each plane, in limited range. */
static void blur_by_disc(struct pmk_blur *b, enum pmk_range range)
{
	static const float scale[PMK_BLUR_VALUES] = { 4 * 16, 4 * 8, 4 * 8 }, offset[PMK_BLUR_VALUES] = { 0 };
	float more[PMK_BLUR_VALUES + 1];

	find_mean(b, more);
	for (int i = 0; i < PMK_BLUR_VALUES; i++)
		more[i] *= b->few;
	more[WEIGHTS] = b->few;
	for (int y = 0; y < b->height; y++) {
		uint16_t *row[PMK_BLUR_VALUES];

		for (int i = 0; i < PMK_BLUR_VALUES; i++)
			row[i] = pmk_blur_row(&b->small[i], y);
		sum_disc(b, y);
		b->rows->weighted_means(b->line, more, scale, offset, row[0], row[1], row[2], b->width);
		develop(row[0], row[1], row[2], b->width, range);
	}
}

void pmk_blur_average(struct pmk_blur *b, const struct pmk_image *frame, const struct pmk_cells *cells)
{
	sum_up(b, frame, cells);
	blur_by_disc(b, frame->layout.range);
}
