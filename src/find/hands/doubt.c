/* SPDX-License-Identifier: MIT */
#include "find/hands/doubt.h"

#include "base/num.h"

#include <math.h>
#include <string.h>

enum { GRID = 64 }; /* the look is counted in so many rows and columns at most */
static const float ROOM = 0.1f, PERSON = 0.5f;
static const double UPPER = 0.55, ABOVE = 0.1; /* of the people's height */
static const double SIDE = 0.16; /* of a square, in the same */
static const double LEAST = 0.12, LEAST_SINGLE = 0.06; /* of a square */
static const float MISSED = 0.4f, FOUND = 0.6f; /* what is found was missed, and is surely seen */
static const double TRACE = 0.0003, HAND = 0.0008; /* of the people's height squared: what may be, and what is a hand */
static const double STICKS_OUT = 0.38, HOLLOW = 0.45; /* of the square around it, the share of the person */

/* How much there is of something in each block of a grid, 0..1. */
struct grid {
	int size; /* px of the look, of the side of a block */
	int columns, rows;
	int across, down; /* how many blocks a square has at each side of its middle */
	float much[GRID][GRID];
};

static struct grid make_grid(int width, int height, const struct pmk_rect *seen, const struct pmk_box *people)
{
	struct grid g = { .size = (pmk_max(width, height) + GRID - 1) / GRID };
	double side = SIDE * (people->bottom - people->top) / g.size;

	g.columns = (width + g.size - 1) / g.size;
	g.rows = (height + g.size - 1) / g.size;
	g.across = (int)lround((side * width / seen->width - 1) / 2);
	g.down = (int)lround((side * height / seen->height - 1) / 2);
	return g;
}

/* Count what is over `least` and below `most` in rows first..behind - 1. */
static void count(struct grid *g, const float *probability, int width, int first, int behind, float least, float most)
{
	float share = 1.0f / (float)(g->size * g->size);

	for (int y = first; y < behind; y++) {
		const float *row = probability + (size_t)y * (size_t)width;

		for (int x = 0; x < width; x++)
			g->much[y / g->size][x / g->size] += row[x] > least && row[x] < most ? share : 0;
	}
}

/* The mean of the blocks around (x, y), up to `across` and `down` off. What is outside counts as certain. */
static float mean_around(const struct grid *g, int x, int y, int across, int down)
{
	float sum = 0;

	for (int j = pmk_max(y - down, 0); j <= pmk_min(y + down, g->rows - 1); j++) {
		for (int i = pmk_max(x - across, 0); i <= pmk_min(x + across, g->columns - 1); i++)
			sum += g->much[j][i];
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
			sum += g->much[j][i];
			sum_x += g->much[j][i] * (i + 0.5);
			sum_y += g->much[j][i] * (j + 0.5);
		}
	}
	*middle_x = sum_x / sum;
	*middle_y = sum_y / sum;
}

static void clear_around(struct grid *g, int x, int y, int across, int down)
{
	for (int j = pmk_max(y - down, 0); j <= pmk_min(y + down, g->rows - 1); j++) {
		for (int i = pmk_max(x - across, 0); i <= pmk_min(x + across, g->columns - 1); i++)
			g->much[j][i] = 0;
	}
}

double pmk_doubt_hand(const float *before, const float *after, int width, int height, const struct pmk_rect *seen,
	const struct pmk_box *people)
{
	struct grid person = make_grid(width, height, seen, people);
	double tall = people->bottom - people->top, near = 0, area;
	int found = 0;

	count(&person, before, width, 0, height, PERSON, INFINITY);
	for (int i = 0; i < width * height; i++) {
		if (before[i] >= MISSED || after[i] <= FOUND)
			continue;
		near += mean_around(
			&person, i % width / person.size, i / width / person.size, person.across, person.down);
		found++;
	}
	area = (double)found * seen->width * seen->height / (width * height) / (tall * tall);
	if (area <= TRACE)
		return 0;
	return fmin((area - TRACE) / (HAND - TRACE), 1) *
		fmin(fmax((HOLLOW - near / found) / (HOLLOW - STICKS_OUT), 0), 1);
}

int pmk_doubt_find(const float *probability, int width, int height, const struct pmk_rect *seen,
	const struct pmk_box *people, bool single, struct pmk_doubt doubt[PMK_DOUBTS])
{
	double least = single ? LEAST_SINGLE : LEAST, tall = people->bottom - people->top,
	       across_px = (double)seen->width / width, down_px = (double)seen->height / height;
	struct grid g = make_grid(width, height, seen, people);
	int first = pmk_clamp((int)lround((people->top - ABOVE * tall - seen->y) / down_px), 0, height),
	    behind = pmk_clamp((int)lround((people->top + UPPER * tall - seen->y) / down_px), first, height), found = 0;

	count(&g, probability, width, first, behind, ROOM, PERSON);
	for (int x = 0, y = 0; found < PMK_DOUBTS && find_most(&g, g.across, g.down, &x, &y) >= least; found++) {
		double middle_x, middle_y;

		find_middle(&g, x, y, g.across, g.down, &middle_x, &middle_y);
		doubt[found] = (struct pmk_doubt){ seen->x + middle_x * g.size * across_px,
			seen->y + middle_y * g.size * down_px };
		clear_around(&g, x, y, 2 * g.across + 1, 2 * g.down + 1);
	}
	return found;
}
