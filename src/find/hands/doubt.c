/* SPDX-License-Identifier: MIT */
#include "find/hands/doubt.h"

#include "base/num.h"

#include <math.h>
#include <string.h>

enum { GRID = 64 }; /* the look is counted in so many rows and columns at most */
static const float ROOM = 0.1f, PERSON = 0.5f;
static const double UPPER = 0.55, ABOVE = 0.1; /* of the people's height */
static const double SIDE = 0.16; /* of a square, in the same */
static const double LEAST = 0.12; /* of a square */

/* How much of each block of a grid is in doubt, 0..1. */
struct grid {
	int size; /* px of the look, of the side of a block */
	int columns, rows;
	float doubt[GRID][GRID];
};

static void count(struct grid *g, const float *probability, int width, int first, int behind)
{
	float share = 1.0f / (float)(g->size * g->size);

	memset(g->doubt, 0, sizeof g->doubt);
	for (int y = first; y < behind; y++) {
		const float *row = probability + (size_t)y * (size_t)width;

		for (int x = 0; x < width; x++)
			g->doubt[y / g->size][x / g->size] += row[x] > ROOM && row[x] < PERSON ? share : 0;
	}
}

/* The mean of the blocks around (x, y), up to `across` and `down` off. What is outside counts as certain. */
static float mean_around(const struct grid *g, int x, int y, int across, int down)
{
	float sum = 0;

	for (int j = pmk_max(y - down, 0); j <= pmk_min(y + down, g->rows - 1); j++) {
		for (int i = pmk_max(x - across, 0); i <= pmk_min(x + across, g->columns - 1); i++)
			sum += g->doubt[j][i];
	}
	return sum / (float)((2 * across + 1) * (2 * down + 1));
}

static float find_most(const struct grid *g, int across, int down, int *x, int *y)
{
	float most = 0;

	for (int j = 0; j < g->rows; j++) {
		for (int i = 0; i < g->columns; i++) {
			float mean = mean_around(g, i, j, across, down);

			if (mean <= most)
				continue;
			most = mean;
			*x = i;
			*y = j;
		}
	}
	return most;
}

/* The mean place of the doubt around (x, y), in blocks. */
static void find_middle(const struct grid *g, int x, int y, int across, int down, double *middle_x, double *middle_y)
{
	double sum = 0, sum_x = 0, sum_y = 0;

	for (int j = pmk_max(y - down, 0); j <= pmk_min(y + down, g->rows - 1); j++) {
		for (int i = pmk_max(x - across, 0); i <= pmk_min(x + across, g->columns - 1); i++) {
			sum += g->doubt[j][i];
			sum_x += g->doubt[j][i] * (i + 0.5);
			sum_y += g->doubt[j][i] * (j + 0.5);
		}
	}
	*middle_x = sum_x / sum;
	*middle_y = sum_y / sum;
}

static void clear_around(struct grid *g, int x, int y, int across, int down)
{
	for (int j = pmk_max(y - down, 0); j <= pmk_min(y + down, g->rows - 1); j++) {
		for (int i = pmk_max(x - across, 0); i <= pmk_min(x + across, g->columns - 1); i++)
			g->doubt[j][i] = 0;
	}
}

int pmk_doubt_find(const float *probability, int width, int height, const struct pmk_rect *seen,
	const struct pmk_box *people, struct pmk_doubt doubt[PMK_DOUBTS])
{
	double tall = people->bottom - people->top, across_px = (double)seen->width / width,
	       down_px = (double)seen->height / height;
	struct grid g = { .size = (pmk_max(width, height) + GRID - 1) / GRID };
	int across = (int)lround((SIDE * tall / across_px / g.size - 1) / 2),
	    down = (int)lround((SIDE * tall / down_px / g.size - 1) / 2), found = 0;
	int first = pmk_clamp((int)lround((people->top - ABOVE * tall - seen->y) / down_px), 0, height),
	    behind = pmk_clamp((int)lround((people->top + UPPER * tall - seen->y) / down_px), first, height);

	g.columns = (width + g.size - 1) / g.size;
	g.rows = (height + g.size - 1) / g.size;
	count(&g, probability, width, first, behind);
	for (int x = 0, y = 0; found < PMK_DOUBTS && find_most(&g, across, down, &x, &y) >= LEAST; found++) {
		double middle_x, middle_y;

		find_middle(&g, x, y, across, down, &middle_x, &middle_y);
		doubt[found] = (struct pmk_doubt){ seen->x + middle_x * g.size * across_px,
			seen->y + middle_y * g.size * down_px };
		clear_around(&g, x, y, 2 * across + 1, 2 * down + 1);
	}
	return found;
}
