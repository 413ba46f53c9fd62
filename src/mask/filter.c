/* SPDX-License-Identifier: MIT */
#include "mask/filter.h"

#include "base/num.h"

#include <string.h>

int pmk_filter_place(int at, int count, int to_count)
{
	int64_t place = ((2 * (int64_t)at + 1) * count * 128 + to_count / 2) / to_count - 128;

	return (int)pmk_clamp_i64(place, 0, (count - 1) * 256);
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

/* A square is done in two passes, along rows and along columns, of 2 px + 1 each. Comparing a row with a shifted row is
 * a vector operation. */
static void spread(
	struct pmk_mask *mask, struct pmk_mask *scratch, int px, void (*take)(uint8_t *, const uint8_t *, int))
{
	int w = mask->width, h = mask->height;

	for (int y = 0; y < h; y++) {
		uint8_t *row = mask->alpha + (size_t)y * mask->stride,
			*out = scratch->alpha + (size_t)y * scratch->stride;
		memcpy(out, row, (size_t)w);
		for (int d = 1; d <= px && d < w; d++) {
			take(out, row + d, w - d);
			take(out + d, row, w - d);
		}
	}
	for (int y = 0; y < h; y++) {
		uint8_t *out = mask->alpha + (size_t)y * mask->stride;
		memcpy(out, scratch->alpha + (size_t)y * scratch->stride, (size_t)w);
		for (int j = pmk_clamp(y - px, 0, h - 1); j <= pmk_clamp(y + px, 0, h - 1); j++)
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
		sum += from[(size_t)pmk_clamp(i, 0, count - 1) * step];
	for (int i = 0; i < count; i++) {
		to[(size_t)i * to_step] = (uint8_t)((sum + px) / window);
		sum += from[(size_t)pmk_clamp(i + px + 1, 0, count - 1) * step] -
			from[(size_t)pmk_clamp(i - px, 0, count - 1) * step];
	}
}

void pmk_filter_feather(struct pmk_mask *mask, struct pmk_mask *scratch, int px)
{
	for (int y = 0; y < mask->height; y++)
		mean_line(mask->alpha + (size_t)y * mask->stride, 1, scratch->alpha + (size_t)y * scratch->stride, 1,
			mask->width, px);
	for (int x = 0; x < mask->width; x++)
		mean_line(scratch->alpha + x, (size_t)scratch->stride, mask->alpha + x, (size_t)mask->stride,
			mask->height, px);
}
