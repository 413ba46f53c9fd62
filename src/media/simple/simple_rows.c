/* SPDX-License-Identifier: MIT */
#include "media/simple/simple_parts.h"

#include "media/still/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void pmk_simple_free(struct pmk_simple_picture *picture)
{
	free(picture->pixels);
	pmk_image_free(&picture->planes);
	pmk_profile_close(picture->profile);
	*picture = (struct pmk_simple_picture){ 0 };
}

int pmk_rows_begin(
	struct pmk_rows_taken *rows, struct pmk_simple_picture *to, int width, int height, int bytes, int64_t whole_px)
{
	*rows = (struct pmk_rows_taken){ .to = to, .width = width, .height = height };
	to->bytes = bytes;
	to->width = width;
	to->height = height;
	pmk_still_shrink(&to->width, &to->height, whole_px);
	to->pixels = malloc((size_t)to->width * (size_t)to->height * (size_t)bytes);
	if (to->width != width || to->height != height) {
		rows->row = malloc((size_t)width * (size_t)bytes);
		rows->sums = calloc((size_t)to->width * (size_t)(bytes + 1), sizeof *rows->sums);
		if (!rows->row || !rows->sums)
			return -ENOMEM;
	}
	return to->pixels ? 0 : -ENOMEM;
}

static uint8_t *made_row(const struct pmk_rows_taken *rows, int64_t y)
{
	const struct pmk_simple_picture *to = rows->to;

	return to->pixels + (size_t)y * (size_t)to->width * (size_t)to->bytes;
}

uint8_t *pmk_rows_next(struct pmk_rows_taken *rows)
{
	return rows->row ? rows->row : made_row(rows, rows->y);
}

/* Colours count as much as they are opaque, as in a picture that is blended first. */
static void add_pixel(const uint8_t *pixel, int bytes, uint32_t *sum)
{
	bool alpha = bytes == 4;
	uint32_t weight = alpha ? pixel[3] : 1;

	for (int c = 0; c < bytes - alpha; c++)
		sum[c] += pixel[c] * weight;
	if (alpha)
		sum[3] += weight;
	sum[bytes]++;
}

/* Each pixel goes to the one of the smaller picture in which its place is. */
static void add_row(struct pmk_rows_taken *rows)
{
	const struct pmk_simple_picture *to = rows->to;
	const uint8_t *from = rows->row;
	uint32_t *sum = rows->sums;
	int part = 0; /* of a pixel that is made, which is `width` long */

	for (int x = 0; x < rows->width; x++, from += to->bytes) {
		add_pixel(from, to->bytes, sum);
		part += to->width;
		if (part >= rows->width) {
			part -= rows->width;
			sum += to->bytes + 1;
		}
	}
}

static void make_row(struct pmk_rows_taken *rows, uint8_t *row)
{
	const struct pmk_simple_picture *to = rows->to;
	const uint32_t *sum = rows->sums;

	for (int x = 0; x < to->width; x++, sum += to->bytes + 1, row += to->bytes) {
		uint32_t count = sum[to->bytes], weight = to->bytes == 4 ? sum[3] : count;

		for (int c = 0; c < to->bytes; c++) {
			uint32_t of = c < 3 ? weight : count;
			row[c] = of ? (uint8_t)((sum[c] + of / 2) / of) : 0;
		}
	}
	memset(rows->sums, 0, (size_t)to->width * (size_t)(to->bytes + 1) * sizeof *rows->sums);
}

void pmk_rows_put(struct pmk_rows_taken *rows)
{
	int64_t height = rows->to->height, before = rows->y * height / rows->height,
		after = (rows->y + 1) * height / rows->height;

	rows->y++;
	if (!rows->row)
		return;
	add_row(rows);
	if (after != before)
		make_row(rows, made_row(rows, before));
}

void pmk_rows_end(struct pmk_rows_taken *rows)
{
	free(rows->row);
	free(rows->sums);
	rows->row = NULL;
	rows->sums = NULL;
}
