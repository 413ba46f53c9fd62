/* SPDX-License-Identifier: MIT */
#include "scene/filter.h"

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

/* sums[x] = sum of row[x - radius .. x + radius] inside the row. A shifted row added to a row is a vector operation, which for
 * the radii in use beats a running sum. */
static void sum_along_row(const float *row, float *sums, int width, int radius)
{
	memcpy(sums, row, (size_t)width * sizeof *sums);
	for (int d = 1; d <= radius && d < width; d++) {
		for (int x = 0; x < width - d; x++)
			sums[x] += row[x + d];
		for (int x = d; x < width; x++)
			sums[x] += row[x - d];
	}
}

static void add_row(float *sums, const float *row, int width)
{
	for (int x = 0; x < width; x++)
		sums[x] += row[x];
}

static void take_row(float *sums, const float *row, int width)
{
	for (int x = 0; x < width; x++)
		sums[x] -= row[x];
}

static int inside(int at, int count, int radius)
{
	return clamp(at + radius, count - 1) - clamp(at - radius, count - 1) + 1;
}

/* Column sums run down the picture, a row added and a row taken away at a time. */
void pmk_filter_box(const float *from, float *to, float *scratch, int width, int height, int radius)
{
	float *column = scratch, *share = scratch + width, *copy = scratch + 2 * width;

	for (int x = 0; x < width; x++) {
		column[x] = 0;
		share[x] = 1.0f / (float)inside(x, width, radius);
	}
	if (from == to) {
		memcpy(copy, from, (size_t)width * (size_t)height * sizeof *copy);
		from = copy;
	}
	for (int y = -radius; y < height; y++) {
		float *out, rows;

		if (y + radius < height)
			add_row(column, from + (size_t)(y + radius) * width, width);
		if (y - radius - 1 >= 0)
			take_row(column, from + (size_t)(y - radius - 1) * width, width);
		if (y < 0)
			continue;
		out = to + (size_t)y * width;
		sum_along_row(column, out, width, radius);
		rows = 1.0f / (float)inside(y, height, radius);
		for (int x = 0; x < width; x++)
			out[x] *= share[x] * rows;
	}
}

void pmk_filter_guided(float *p, const float *guide, int width, int height, int radius, float epsilon,
	float *const scratch[PMK_FILTER_GUIDED_PLANES])
{
	size_t count = (size_t)width * (size_t)height;
	float *mean_guide = scratch[0], *a = scratch[1], *b = scratch[2], *mean_p = scratch[3], *spare = scratch[4];

	for (size_t i = 0; i < count; i++) {
		a[i] = guide[i] * p[i];
		b[i] = guide[i] * guide[i];
	}
	pmk_filter_box(guide, mean_guide, spare, width, height, radius);
	pmk_filter_box(p, mean_p, spare, width, height, radius);
	pmk_filter_box(a, a, spare, width, height, radius);
	pmk_filter_box(b, b, spare, width, height, radius);
	for (size_t i = 0; i < count; i++) {
		float covariance = a[i] - mean_guide[i] * mean_p[i], variance = b[i] - mean_guide[i] * mean_guide[i];
		a[i] = covariance / (variance + epsilon);
		b[i] = mean_p[i] - a[i] * mean_guide[i];
	}
	pmk_filter_box(a, a, spare, width, height, radius);
	pmk_filter_box(b, b, spare, width, height, radius);
	for (size_t i = 0; i < count; i++) {
		float q = a[i] * guide[i] + b[i];
		p[i] = q < 0 ? 0 : q > 1 ? 1 : q;
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
