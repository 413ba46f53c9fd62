/* SPDX-License-Identifier: MIT */
#include "find/tiles.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const double INSET = 0.15; /* of the overlap, at each of its ends: there, only the other tile counts */

int pmk_tiles_init(struct pmk_tiles *t, int width, int height)
{
	size_t count = (size_t)width * (size_t)height;

	*t = (struct pmk_tiles){ .width = width, .height = height };
	t->left = pmk_mem_alloc(count * sizeof *t->left);
	t->joined = pmk_mem_alloc(count * sizeof *t->joined);
	t->columns = pmk_mem_alloc((size_t)width * sizeof *t->columns);
	if (t->left && t->joined && t->columns)
		return 0;
	pmk_tiles_finish(t);
	return -ENOMEM;
}

void pmk_tiles_finish(struct pmk_tiles *t)
{
	free(t->left);
	free(t->joined);
	free(t->columns);
	*t = (struct pmk_tiles){ 0 };
}

/* The two pixels of a tile's row on both sides of column `px` of the picture, and their weights, which add up to
 * `share`. */
static void find_pair(const struct pmk_rect *tile, double px, int width, double share, int at[2], float weight[2])
{
	double place = fmin(fmax((px - tile->x) * width / tile->width - 0.5, 0), width - 1);

	at[0] = (int)place;
	at[1] = pmk_min(at[0] + 1, width - 1);
	weight[1] = (float)((place - at[0]) * share);
	weight[0] = (float)share - weight[1];
}

/* The weight of the right tile at column `px` of the picture: 0..1. */
static double share_of_right(const struct pmk_rect tile[2], double px)
{
	double overlap = tile[0].x + tile[0].width - tile[1].x, inset = INSET * overlap;
	double t = fmin(fmax((px - tile[1].x - inset) / (overlap - 2 * inset), 0), 1);

	return t * t * (3 - 2 * t);
}

void pmk_tiles_join(struct pmk_tiles *t, const struct pmk_rect *view, const struct pmk_rect tile[2], const float *right)
{
	for (int x = 0; x < t->width; x++) {
		struct pmk_tiles_column *c = &t->columns[x];
		double px = view->x + (x + 0.5) * view->width / t->width, share = share_of_right(tile, px);

		find_pair(&tile[0], px, t->width, 1 - share, c->left, c->weight);
		find_pair(&tile[1], px, t->width, share, c->right, c->weight + 2);
	}
	for (int y = 0; y < t->height; y++) {
		size_t row = (size_t)y * (size_t)t->width;
		const float *a = t->left + row, *b = right + row;

		for (int x = 0; x < t->width; x++) {
			const struct pmk_tiles_column *c = &t->columns[x];
			t->joined[row + (size_t)x] = a[c->left[0]] * c->weight[0] + a[c->left[1]] * c->weight[1] +
				b[c->right[0]] * c->weight[2] + b[c->right[1]] * c->weight[3];
		}
	}
}
