/* SPDX-License-Identifier: MIT */
#include "image/alpha.h"

#include "base/num.h"

#include <string.h>

enum { BLOCK = 8 };

void pmk_alpha_set(struct pmk_mask *alpha, const struct pmk_mask *mask)
{
	for (int y = 0; y < alpha->height; y++) {
		uint8_t *to = alpha->alpha + (size_t)y * (size_t)alpha->stride;

		if (mask)
			memcpy(to, mask->alpha + (size_t)y * (size_t)mask->stride, (size_t)alpha->width);
		else
			memset(to, 0, (size_t)alpha->width);
	}
}

void pmk_alpha_fill(struct pmk_mask *alpha, const struct pmk_rect *box)
{
	int left = pmk_max(box->x, 0), right = pmk_min(box->x + box->width, alpha->width);

	for (int y = pmk_max(box->y, 0); left < right && y < pmk_min(box->y + box->height, alpha->height); y++)
		memset(alpha->alpha + (size_t)y * (size_t)alpha->stride + left, 255, (size_t)(right - left));
}

/* A plane of the picture, and how many columns and rows of alpha a sample covers. */
struct plane {
	const struct pmk_mask *alpha;
	int wide, high;
	int black, least, most; /* values of a sample */
};

/* The mean alpha of the pixels that a sample covers. */
static int alpha_of(const struct plane *p, int x, int y)
{
	int left = x * p->wide, right = pmk_min(left + p->wide, p->alpha->width);
	int top = y * p->high, bottom = pmk_min(top + p->high, p->alpha->height), sum = 0;
	int count = (right - left) * (bottom - top);

	for (int row = top; row < bottom; row++) {
		for (int column = left; column < right; column++)
			sum += p->alpha->alpha[(size_t)row * (size_t)p->alpha->stride + column];
	}
	return (sum + count / 2) / count;
}

/* `alpha` is not 0. */
static uint8_t divide(const struct plane *p, int value, int alpha)
{
	int above = (value - p->black) * 255, half = above < 0 ? -alpha / 2 : alpha / 2;

	return (uint8_t)pmk_min(pmk_max(p->black + (above + half) / alpha, p->least), p->most);
}

/* Whether the block has one alpha, 0 or 255. */
static bool is_even(const struct plane *p, const struct pmk_rect *at, int alpha)
{
	int left = at->x * p->wide, top = at->y * p->high;
	int right = pmk_min((at->x + at->width) * p->wide, p->alpha->width);
	int bottom = pmk_min((at->y + at->height) * p->high, p->alpha->height);

	for (int y = top; y < bottom; y++) {
		const uint8_t *row = p->alpha->alpha + (size_t)y * (size_t)p->alpha->stride;

		if (row[left] != alpha || memcmp(row + left, row + left + 1, (size_t)(right - left - 1)))
			return false;
	}
	return true;
}

/* The samples of a block: divided, and the rest filled with their mean, weighted by alpha. */
static void divide_block(const struct plane *p, const struct pmk_rect *at, const uint8_t *from, int from_stride,
	uint8_t *to, int to_stride)
{
	int sum = 0, weight = 0, clear[BLOCK * BLOCK], count = 0;
	bool room = is_even(p, at, 0), person = !room && is_even(p, at, 255);

	for (int y = at->y; (room || person) && y < at->y + at->height; y++) {
		if (person)
			memcpy(to + y * to_stride + at->x, from + y * from_stride + at->x, (size_t)at->width);
		else
			memset(to + y * to_stride + at->x, p->black, (size_t)at->width);
	}
	if (room || person)
		return;
	for (int i = 0; i < at->width * at->height; i++) {
		int x = at->x + i % at->width, y = at->y + i / at->width, alpha = alpha_of(p, x, y);

		if (alpha == 0) {
			clear[count++] = i;
			continue;
		}
		to[y * to_stride + x] = divide(p, from[y * from_stride + x], alpha);
		sum += to[y * to_stride + x] * alpha;
		weight += alpha;
	}
	for (int i = 0; i < count; i++)
		to[(at->y + clear[i] / at->width) * to_stride + at->x + clear[i] % at->width] = (uint8_t)(weight ?
				(sum + weight / 2) / weight :
				p->black);
}

void pmk_alpha_divide(const struct pmk_image *premultiplied, const struct pmk_mask *alpha, struct pmk_image *plain)
{
	const struct pmk_layout *layout = &premultiplied->layout;

	for (int i = 0; i < 3; i++) {
		struct plane p = { .alpha = alpha,
			.wide = i ? 2 : 1,
			.high = i && layout->chroma == PMK_CHROMA_420 ? 2 : 1,
			.black = i ? 128 : 16,
			.least = 16,
			.most = i ? 240 : 235 };
		int width = pmk_layout_plane_width(layout, i), height = pmk_layout_plane_height(layout, i);

		for (int y = 0; y < height; y += BLOCK) {
			for (int x = 0; x < width; x += BLOCK) {
				struct pmk_rect at = { x, y, pmk_min(BLOCK, width - x), pmk_min(BLOCK, height - y) };

				divide_block(&p, &at, premultiplied->plane[i], premultiplied->stride[i],
					plain->plane[i], plain->stride[i]);
			}
		}
	}
}
