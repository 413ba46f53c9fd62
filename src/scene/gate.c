/* SPDX-License-Identifier: MIT */
#include "scene/gate.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <libyuv.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 240 }; /* px */
enum { MOTIONS = 2, REST = 4 }; /* after so many looks that found motion, so many pictures go by unseen */
enum { CELL = 4, AREA = CELL * CELL, LEAST = 2 * AREA, MOST = 6 * AREA }; /* px; sums of a cell's differences */

static const uint64_t LONGEST_NS = 100 * PMK_MS_NS;

int pmk_gate_init(struct pmk_gate *g, const struct pmk_layout *layout)
{
	bool missing = false;

	*g = (struct pmk_gate){ .layout = *layout };
	while (layout->width >> (g->halved + 1) >= SMALLEST && layout->height >> (g->halved + 1) >= CELL)
		g->halved++;
	for (int i = 0; i < 3; i++) {
		g->width[i] = (pmk_layout_plane_width(layout, i) + (1 << g->halved) - 1) >> g->halved;
		g->height[i] = (pmk_layout_plane_height(layout, i) + (1 << g->halved) - 1) >> g->halved;
		g->stride[i] = (g->width[i] + PMK_MEM_ALIGN - 1) / PMK_MEM_ALIGN * PMK_MEM_ALIGN;
		missing |= !(g->now[i] = pmk_mem_alloc((size_t)g->stride[i] * (size_t)g->height[i] + 1));
		missing |= !(g->seen[i] = pmk_mem_alloc((size_t)g->stride[i] * (size_t)g->height[i] + 1));
	}
	missing |= !(g->half = pmk_mem_alloc((size_t)(layout->width / 2 + 1) * (size_t)(layout->height / 2 + 1)));
	missing |= !(g->columns = pmk_mem_alloc((size_t)g->stride[0] * sizeof *g->columns));
	if (!missing)
		return 0;
	pmk_gate_finish(g);
	return -ENOMEM;
}

void pmk_gate_finish(struct pmk_gate *g)
{
	for (int i = 0; i < 3; i++) {
		free(g->now[i]);
		free(g->seen[i]);
	}
	free(g->half);
	free(g->columns);
	*g = (struct pmk_gate){ 0 };
}

void pmk_gate_reset(struct pmk_gate *g)
{
	g->primed = false;
	g->motions = g->rest = 0;
}

/* The mean over the square that is pixel (x, y) of a small plane; at the right and lower rim, the last one that is
 * whole. */
static uint8_t mean_at(const struct pmk_gate *g, const struct pmk_image *image, int plane, int x, int y)
{
	int side = 1 << g->halved, left = pmk_layout_plane_width(&image->layout, plane) - side,
	    top = pmk_layout_plane_height(&image->layout, plane) - side;
	const uint8_t *row = image->plane[plane] +
		(size_t)(y * side < top ? y * side : top) * (size_t)image->stride[plane] +
		(x * side < left ? x * side : left);
	int sum = side * side / 2;

	for (int i = 0; i < side; i++, row += image->stride[plane]) {
		for (int k = 0; k < side; k++)
			sum += row[k];
	}
	return (uint8_t)(sum / (side * side));
}

/* The last column from row 0 to `height`, and the last row, where whole squares do not reach them. */
static void shrink_rim(struct pmk_gate *g, const struct pmk_image *image, int plane, int width, int height)
{
	uint8_t *now = g->now[plane];

	for (int y = 0; y < height && width < g->width[plane]; y++)
		now[(size_t)y * (size_t)g->stride[plane] + (size_t)width] = mean_at(g, image, plane, width, y);
	for (int x = 0; x < g->width[plane] && height < g->height[plane]; x++)
		now[(size_t)height * (size_t)g->stride[plane] + (size_t)x] = mean_at(g, image, plane, x, height);
}

/* By means of squares, by four while it can: libyuv has fast ways for these two, and takes no memory. */
static void shrink(struct pmk_gate *g, const struct pmk_image *image, int plane)
{
	const uint8_t *from = image->plane[plane];
	int stride = image->stride[plane], left = g->halved;
	int whole_width = pmk_layout_plane_width(&image->layout, plane) >> left,
	    whole_height = pmk_layout_plane_height(&image->layout, plane) >> left;

	shrink_rim(g, image, plane, whole_width, whole_height);
	if (!left)
		CopyPlane(from, stride, g->now[plane], g->stride[plane], g->width[plane], g->height[plane]);
	while (left) {
		int step = left > 1 ? 2 : 1, width, height, to_stride;
		uint8_t *to;

		left -= step;
		width = whole_width << left;
		height = whole_height << left;
		/* in place from the second time on: each row is written behind where it was read */
		to = left ? g->half : g->now[plane];
		to_stride = left ? width : g->stride[plane];
		ScalePlane(from, stride, width << step, height << step, to, to_stride, width, height, kFilterBox);
		from = to;
		stride = to_stride;
	}
}

/* Differences of `rows` rows, added up column by column. */
static void add_columns(const uint8_t *a, const uint8_t *b, int stride, int width, int rows, uint16_t *columns)
{
	memset(columns, 0, (size_t)width * sizeof *columns);
	for (int y = 0; y < rows; y++) {
		for (int x = 0; x < width; x++) {
			int d = a[x] - b[x];
			columns[x] = (uint16_t)(columns[x] + (d < 0 ? -d : d));
		}
		a += stride;
		b += stride;
	}
}

/* The rim's cells may be smaller than the others; they are weighed as if they were whole. */
static int cell_sum(const uint16_t *columns, int width, int rows)
{
	int sum = 0, count = width < CELL ? width : CELL;

	for (int x = 0; x < count; x++)
		sum += columns[x];
	return count * rows == AREA ? sum : sum * AREA / (count * rows);
}

/* How many cells have which sum. False at once when one is over MOST: that is motion whatever the noise. */
static bool count_cells(struct pmk_gate *g, int plane, int counts[MOST + 1])
{
	int width = g->width[plane], height = g->height[plane], stride = g->stride[plane];

	for (int y = 0; y < height; y += CELL) {
		int rows = height - y < CELL ? height - y : CELL;

		add_columns(g->now[plane] + (size_t)y * stride, g->seen[plane] + (size_t)y * stride, stride, width,
			rows, g->columns);
		for (int x = 0; x < width; x += CELL) {
			int sum = cell_sum(g->columns + x, width - x, rows);
			if (sum > MOST)
				return false;
			counts[sum]++;
		}
	}
	return true;
}

static bool plane_is_still(struct pmk_gate *g, int plane)
{
	int cells = ((g->width[plane] + CELL - 1) / CELL) * ((g->height[plane] + CELL - 1) / CELL);
	int counts[MOST + 1] = { 0 }, noise = 0, largest = MOST, below, limit;

	if (!count_cells(g, plane, counts))
		return false;
	for (below = counts[0]; below * 4 < cells; below += counts[noise])
		noise++;
	while (largest > 0 && !counts[largest])
		largest--;
	limit = 2 * noise + AREA;
	limit = limit < LEAST ? LEAST : limit;
	return largest <= (limit > MOST ? MOST : limit);
}

/* Whether pictures of this layout can be looked at, and be compared with the last one. */
static bool take_layout(struct pmk_gate *g, const struct pmk_layout *layout)
{
	if (pmk_layout_equal(&g->layout, layout))
		return true;
	g->primed = false;
	if (layout->width != g->layout.width || layout->height != g->layout.height ||
		layout->chroma != g->layout.chroma)
		return false;
	g->layout = *layout;
	return true;
}

bool pmk_gate_is_still(struct pmk_gate *g, const struct pmk_image *image, uint64_t now_ns)
{
	bool still;

	g->looked = take_layout(g, &image->layout) && !g->rest;
	if (g->rest)
		g->rest--;
	if (!g->looked)
		return false;
	for (int i = 0; i < 3; i++)
		shrink(g, image, i);
	g->now_ns = now_ns;
	if (!g->primed || now_ns <= g->seen_ns || now_ns - g->seen_ns > LONGEST_NS)
		return false;
	still = plane_is_still(g, 0) && plane_is_still(g, 1) && plane_is_still(g, 2);
	g->motions = still ? 0 : g->motions + 1;
	g->rest = g->motions >= MOTIONS ? REST : 0;
	return still;
}

void pmk_gate_saw(struct pmk_gate *g)
{
	for (int i = 0; i < 3; i++) {
		uint8_t *seen = g->seen[i];
		g->seen[i] = g->now[i];
		g->now[i] = seen;
	}
	g->seen_ns = g->now_ns;
	g->primed = g->looked;
	g->looked = false;
}
