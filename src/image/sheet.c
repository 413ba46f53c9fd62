/* SPDX-License-Identifier: MIT */
#include "image/sheet.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int pmk_sheet_alloc(struct pmk_sheet *sheet, int width, int height)
{
	struct pmk_sheet made = { .width = width, .height = height, .stride = pmk_align_up(width * 4, PMK_MEM_ALIGN) };

	if (width < 1 || height < 1 || width > 2 * PMK_IMAGE_MAX_PX || height > 2 * PMK_IMAGE_MAX_PX)
		return -EINVAL;
	made.data = pmk_mem_alloc((size_t)made.stride * (size_t)height);
	if (!made.data)
		return -ENOMEM;
	*sheet = made;
	return 0;
}

void pmk_sheet_free(struct pmk_sheet *sheet)
{
	free(sheet->data);
	*sheet = (struct pmk_sheet){ 0 };
}

void pmk_sheet_premultiply(uint8_t *row, int count)
{
	for (int x = 0; x < count; x++, row += 4) {
		for (int c = 0; c < 3; c++)
			row[c] = (uint8_t)((row[c] * row[3] + 127) / 255);
	}
}

/* What a pixel covers along one axis of the picture that is scaled, at least a pixel's width there: so the mean over it
 * is bilinear interpolation when a picture is enlarged, and skips nothing when it is made smaller. */
struct window {
	double first, end;
};

static struct window window_of(int at, int from, int to)
{
	double step = (double)from / to, middle = (at + 0.5) * step, half = fmax(step, 1) / 2;

	return (struct window){ fmax(middle - half, 0), fmin(middle + half, from) };
}

/* The share of pixel `at` in the window. */
static float share(const struct window *w, int at)
{
	return (float)((fmin(w->end, at + 1) - fmax(w->first, at)) / (w->end - w->first));
}

/* sums: for each of `count` pixels, four channels; `to`: `width` pixels. */
static void scale_row(const float *sums, int count, uint8_t *to, int width)
{
	for (int x = 0; x < width; x++, to += 4) {
		struct window w = window_of(x, count, width);
		float mean[4] = { 0 };

		for (int i = (int)w.first; i < w.end; i++) {
			for (int c = 0; c < 4; c++)
				mean[c] += share(&w, i) * sums[4 * i + c];
		}
		for (int c = 0; c < 4; c++)
			to[c] = (uint8_t)fminf(mean[c] + 0.5f, 255);
	}
}

static void add_row(const uint8_t *row, int count, float weight, float *sums)
{
	for (int i = 0; i < count; i++)
		sums[i] += weight * (float)row[i];
}

int pmk_sheet_put(const struct pmk_sheet *from, struct pmk_sheet *to, const struct pmk_rect *at)
{
	size_t bytes = (size_t)from->width * 4 * sizeof(float);
	float *sums = pmk_mem_alloc(bytes);

	if (!sums)
		return -ENOMEM;
	for (int y = 0; y < at->height; y++) {
		struct window w = window_of(y, from->height, at->height);
		uint8_t *row = to->data + (size_t)(at->y + y) * (size_t)to->stride + 4 * (size_t)at->x;

		memset(sums, 0, bytes);
		for (int i = (int)w.first; i < w.end; i++)
			add_row(from->data + (size_t)i * (size_t)from->stride, 4 * from->width, share(&w, i), sums);
		scale_row(sums, from->width, row, at->width);
	}
	free(sums);
	return 0;
}
