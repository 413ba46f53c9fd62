/* SPDX-License-Identifier: MIT */
#include "scene/filter.h"

#include "scene/rows.h"

#include <string.h>

static int clamp(int value, int most)
{
	return value < 0 ? 0 : value > most ? most : value;
}

int pmk_filter_place(int at, int count, int to_count)
{
	int64_t place = ((2 * (int64_t)at + 1) * count * 128 + to_count / 2) / to_count - 128;

	return (int)(place < 0 ? 0 : place > (count - 1) * 256 ? (count - 1) * 256 : place);
}

static int inside(int at, int count, int radius)
{
	return clamp(at + radius, count - 1) - clamp(at - radius, count - 1) + 1;
}

enum { BLOCK = 16 };	/* floats that the row kernels work on at a time */

/* Rows of the scratch memory. Sums have `radius` zeros on both sides: what is outside adds nothing. */
struct guided {
	const struct pmk_rows *rows;
	int width, height, radius, stride;
	float *sum[4], *mean[4], *share, *a, *b;	/* a and b: planes */
};

static size_t in_blocks(int count)
{
	return ((size_t)count + BLOCK - 1) / BLOCK * BLOCK;
}

size_t pmk_filter_guided_scratch(int width, int height, int radius)
{
	return 4 * in_blocks(width + 2 * radius + BLOCK) + (5 + 2 * (size_t)height) * in_blocks(width);
}

static struct guided lay_out(float *scratch, int width, int height, int radius)
{
	struct guided g = { .rows = pmk_rows(), .width = width, .height = height, .radius = radius, .stride = (int)in_blocks(width) };

	for (int i = 0; i < 4; i++, scratch += in_blocks(width + 2 * radius + BLOCK))
		g.sum[i] = scratch;
	for (int i = 0; i < 4; i++, scratch += g.stride)
		g.mean[i] = scratch;
	g.share = scratch;
	g.a = scratch + g.stride;
	g.b = g.a + (size_t)g.stride * (size_t)height;
	for (int x = 0; x < g.stride; x++)
		g.share[x] = x < width ? 1.0f / (float)inside(x, width, radius) : 0;
	return g;
}

static void clear_sums(const struct guided *g)
{
	for (int i = 0; i < 4; i++)
		memset(g->sum[i], 0, in_blocks(g->width + 2 * g->radius + BLOCK) * sizeof *g->sum[i]);
}

/* Means of `kinds` sums over the windows of row y. */
static void take_means(const struct guided *g, int kinds, int y)
{
	float rows = 1.0f / (float)inside(y, g->height, g->radius);

	for (int i = 0; i < kinds; i++)
		g->rows->means(g->sum[i], 2 * g->radius + 1, g->share, rows, g->mean[i], g->width);
}

static void add_pixels(const struct guided *g, const float *guide, const float *p, int y, float times)
{
	float *const into[4] = { g->sum[0] + g->radius, g->sum[1] + g->radius, g->sum[2] + g->radius, g->sum[3] + g->radius };

	if (y >= 0 && y < g->height)
		g->rows->guided_add(into, guide + (size_t)y * g->width, p + (size_t)y * g->width, times, g->width);
}

static void fit_lines(const struct guided *g, const float *guide, const float *p, float epsilon)
{
	clear_sums(g);
	for (int y = -g->radius; y < g->height; y++) {
		add_pixels(g, guide, p, y + g->radius, 1);
		add_pixels(g, guide, p, y - g->radius - 1, -1);
		if (y < 0)
			continue;
		take_means(g, 4, y);
		g->rows->guided_fit(g->mean, epsilon, g->a + (size_t)y * g->stride, g->b + (size_t)y * g->stride, g->width);
	}
}

static void add_lines(const struct guided *g, int y, float times)
{
	if (y < 0 || y >= g->height)
		return;
	g->rows->add(g->sum[0] + g->radius, g->a + (size_t)y * g->stride, times, g->width);
	g->rows->add(g->sum[1] + g->radius, g->b + (size_t)y * g->stride, times, g->width);
}

/* Column sums run down the picture, a row added and a row taken away at a time, and all that is needed of a row is made while it is
 * in the nearest cache. */
void pmk_filter_guided(float *p, const float *guide, int width, int height, int radius, float epsilon, float *scratch)
{
	struct guided g = lay_out(scratch, width, height, radius);

	fit_lines(&g, guide, p, epsilon);
	clear_sums(&g);
	for (int y = -radius; y < height; y++) {
		add_lines(&g, y + radius, 1);
		add_lines(&g, y - radius - 1, -1);
		if (y < 0)
			continue;
		take_means(&g, 2, y);
		g.rows->guided_apply(g.mean[0], g.mean[1], guide + (size_t)y * width, p + (size_t)y * width, width);
	}
}

static void take_min(uint8_t *best, const uint8_t *other, int count)
{
	for (int i = 0; i < count; i++)
		best[i] = other[i] < best[i] ? other[i] : best[i];
}

static void take_max(uint8_t *best, const uint8_t *other, int count)
{
	for (int i = 0; i < count; i++)
		best[i] = other[i] > best[i] ? other[i] : best[i];
}

/* The square is a row of 2 px + 1 times a column of 2 px + 1; a shifted row against a row is a vector operation. */
static void spread(struct pmk_mask *mask, struct pmk_mask *scratch, int px, void (*take)(uint8_t *, const uint8_t *, int))
{
	int w = mask->width, h = mask->height;

	for (int y = 0; y < h; y++) {
		uint8_t *row = mask->alpha + (size_t)y * mask->stride, *out = scratch->alpha + (size_t)y * scratch->stride;
		memcpy(out, row, (size_t)w);
		for (int d = 1; d <= px && d < w; d++) {
			take(out, row + d, w - d);
			take(out + d, row, w - d);
		}
	}
	for (int y = 0; y < h; y++) {
		uint8_t *out = mask->alpha + (size_t)y * mask->stride;
		memcpy(out, scratch->alpha + (size_t)y * scratch->stride, (size_t)w);
		for (int j = clamp(y - px, h - 1); j <= clamp(y + px, h - 1); j++)
			take(out, scratch->alpha + (size_t)j * scratch->stride, w);
	}
}

void pmk_filter_erode(struct pmk_mask *mask, struct pmk_mask *scratch, int px)
{
	spread(mask, scratch, px, take_min);
}

void pmk_filter_dilate(struct pmk_mask *mask, struct pmk_mask *scratch, int px)
{
	spread(mask, scratch, px, take_max);
}

static void mean_line(const uint8_t *from, size_t step, uint8_t *to, size_t to_step, int count, int px)
{
	int sum = 0, window = 2 * px + 1;

	for (int i = -px; i <= px; i++)
		sum += from[(size_t)clamp(i, count - 1) * step];
	for (int i = 0; i < count; i++) {
		to[(size_t)i * to_step] = (uint8_t)((sum + px) / window);
		sum += from[(size_t)clamp(i + px + 1, count - 1) * step] - from[(size_t)clamp(i - px, count - 1) * step];
	}
}

void pmk_filter_feather(struct pmk_mask *mask, struct pmk_mask *scratch, int px)
{
	for (int y = 0; y < mask->height; y++)
		mean_line(mask->alpha + (size_t)y * mask->stride, 1, scratch->alpha + (size_t)y * scratch->stride, 1, mask->width, px);
	for (int x = 0; x < mask->width; x++)
		mean_line(scratch->alpha + x, (size_t)scratch->stride, mask->alpha + x, (size_t)mask->stride, mask->height, px);
}
