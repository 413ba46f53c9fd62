/* SPDX-License-Identifier: MIT */
#include "find/groups.h"

#include "base/num.h"
#include "image/frame.h"

#include <assert.h>
#include <string.h>

enum { LEAST_BLOCKS = 3, LEAST_SHARE = 20, LEAST_TOUCH = 3, VALLEY = 8 };
static const double CORE = 0.3; /* of the fullest row or column; thinner parts do not enlarge a view */

/* For each column, count the rows in which it is person. */
static void count_columns(const float *restrict p, int width, int rows, uint16_t *restrict counts)
{
	memset(counts, 0, (size_t)width * sizeof *counts);
	for (int y = 0; y < rows; y++, p += width) {
		for (int x = 0; x < width; x++)
			counts[x] = (uint16_t)(counts[x] + (p[x] > 0.5f));
	}
}

static void find_blocks(struct pmk_groups *g, const float *probability, int width, int height)
{
	int longer = pmk_max(width, height);
	uint16_t counts[PMK_IMAGE_MAX_PX];

	assert(longer <= PMK_IMAGE_MAX_PX);
	g->width = width;
	g->height = height;
	g->size = (longer + PMK_GROUPS_BLOCKS - 1) / PMK_GROUPS_BLOCKS;
	g->columns = (width + g->size - 1) / g->size;
	g->rows = (height + g->size - 1) / g->size;
	for (int y = 0; y < g->rows; y++) {
		int first = y * g->size, rows = pmk_min(height - first, g->size);

		count_columns(probability + (size_t)first * (size_t)width, width, rows, counts);
		for (int x = 0; x < g->columns; x++) {
			int sum = 0;

			for (int i = x * g->size; i < (x + 1) * g->size && i < width; i++)
				sum += counts[i];
			g->on[y * g->columns + x] = 2 * sum >= g->size * g->size;
		}
	}
}

/* Find the first of `counts` that is above `least`, and the end after the last. */
static void span(const int *counts, int n, double least, double *first, double *end)
{
	int a = 0, b = n;

	while (a < n && counts[a] <= least)
		a++;
	while (b > a && counts[b - 1] <= least)
		b--;
	*first = a;
	*end = b;
}

/* Label all blocks that are connected to block `at` by their sides, and measure them. */
static struct pmk_group fill(struct pmk_groups *g, int at, uint16_t label)
{
	int columns[PMK_GROUPS_BLOCKS] = { 0 }, rows[PMK_GROUPS_BLOCKS] = { 0 }, widest = 0, highest = 0, depth = 0;
	uint16_t stack[PMK_GROUPS_BLOCKS * PMK_GROUPS_BLOCKS];
	struct pmk_group made = { 0 };

	g->label[at] = label;
	stack[depth++] = (uint16_t)at;
	while (depth) {
		int here = stack[--depth], x = here % g->columns, y = here / g->columns;
		int next[4] = { x ? here - 1 : -1, x + 1 < g->columns ? here + 1 : -1, y ? here - g->columns : -1,
			y + 1 < g->rows ? here + g->columns : -1 };

		made.blocks++;
		highest = pmk_max(highest, ++columns[x]);
		widest = pmk_max(widest, ++rows[y]);
		for (int i = 0; i < 4; i++) {
			if (next[i] < 0 || !g->on[next[i]] || g->label[next[i]])
				continue;
			g->label[next[i]] = label;
			stack[depth++] = (uint16_t)next[i];
		}
	}
	span(columns, g->columns, 0, &made.box.left, &made.box.right);
	span(rows, g->rows, 0, &made.box.top, &made.box.bottom);
	span(columns, g->columns, CORE * highest, &made.core.left, &made.core.right);
	span(rows, g->rows, CORE * widest, &made.core.top, &made.core.bottom);
	return made;
}

static void erase(struct pmk_groups *g, uint16_t label)
{
	for (int i = 0; i < g->columns * g->rows; i++) {
		if (g->label[i] == label)
			g->on[i] = g->label[i] = 0;
	}
}

/* Label and count all connected components except specks. Returns the blocks of the largest one. */
static int label_all(struct pmk_groups *g)
{
	int most = 0;

	memset(g->label, 0, sizeof g->label);
	g->count = 0;
	for (int i = 0; i < g->columns * g->rows && g->count < PMK_GROUPS_MOST; i++) {
		struct pmk_group *made = &g->group[g->count];
		uint16_t label = (uint16_t)(g->count + 1);

		if (!g->on[i] || g->label[i])
			continue;
		*made = fill(g, i, label);
		most = pmk_max(most, made->blocks);
		if (made->blocks < LEAST_BLOCKS)
			erase(g, label); /* there may be more specks than there is room for groups */
		else
			g->count++;
	}
	return most;
}

void pmk_groups_find(struct pmk_groups *g, const float *probability, int width, int height)
{
	uint16_t name[PMK_GROUPS_MOST + 1] = { 0 };
	int most, kept = 0;

	find_blocks(g, probability, width, height);
	most = label_all(g);
	for (int i = 0; i < g->count; i++) {
		if (g->group[i].blocks * LEAST_SHARE < most)
			continue;
		g->group[kept++] = g->group[i];
		name[i + 1] = (uint16_t)kept;
	}
	for (int i = 0; i < g->columns * g->rows; i++)
		g->label[i] = name[g->label[i]];
	g->count = kept;
}

/* The uppermost row of a group in column x. */
static int top_of(const struct pmk_groups *g, int label, int x)
{
	int y = 0;

	while (y < g->rows && g->label[y * g->columns + x] != label)
		y++;
	return y;
}

/* The lowest column between the first two tops of a group that are higher than it by `depth`, or the last of several as
 * low; 0: none. */
static int find_valley(const struct pmk_groups *g, int number, int depth)
{
	const struct pmk_box *box = &g->group[number].box;
	int high = g->rows, low = 0, valley = 0;

	for (int x = (int)box->left; x < (int)box->right; x++) {
		int top = top_of(g, number + 1, x);

		if (low - high >= depth && low - top >= depth)
			return valley;
		if (top >= low) {
			low = top;
			valley = x;
		}
		if (top < high && low - high < depth)
			high = low = top;
	}
	return 0;
}

/* Make a group of what a group has from column x on, behind all others. */
static void split_at(struct pmk_groups *g, int number, int from)
{
	struct pmk_group *old = &g->group[number], *made = &g->group[g->count++];

	*made = (struct pmk_group){ .box = old->box };
	made->box.left = old->box.right = from;
	for (int y = 0; y < g->rows; y++) {
		for (int x = from; x < g->columns; x++) {
			uint16_t *label = &g->label[y * g->columns + x];

			if (*label != number + 1)
				continue;
			*label = (uint16_t)g->count;
			made->blocks++;
		}
	}
	old->blocks -= made->blocks;
	made->core = made->box;
	old->core = old->box;
}

void pmk_groups_split(struct pmk_groups *g)
{
	int depth = pmk_max(g->rows / VALLEY, 1), from;

	for (int i = 0; i < g->count; i++) {
		while (g->count < PMK_GROUPS_MOST && (from = find_valley(g, i, depth)) > 0)
			split_at(g, i, from);
	}
}

static uint16_t label_at(const struct pmk_groups *g, int x, int y)
{
	return g->label[y / g->size * g->columns + x / g->size];
}

bool pmk_groups_touch(const struct pmk_groups *g, const float *probability, int left, int top, int right, int bottom)
{
	int touch = 0;

	for (int y = top; y <= bottom; y++) {
		for (int x = left; x <= right; x++)
			touch += probability[(size_t)y * (size_t)g->width + (size_t)x] > 0.5f && label_at(g, x, y);
	}
	return touch >= LEAST_TOUCH;
}

/* Spread the labels by one block into blocks without one. Returns whether any label spread. */
static bool spread(struct pmk_groups *g)
{
	uint16_t before[PMK_GROUPS_BLOCKS * PMK_GROUPS_BLOCKS];
	bool changed = false;

	memcpy(before, g->label, sizeof before);
	for (int i = 0; i < g->columns * g->rows; i++) {
		int x = i % g->columns;
		uint16_t found = before[i];

		found = !found && x ? before[i - 1] : found;
		found = !found && x + 1 < g->columns ? before[i + 1] : found;
		found = !found && i >= g->columns ? before[i - g->columns] : found;
		found = !found && i + g->columns < g->columns * g->rows ? before[i + g->columns] : found;
		changed |= found != g->label[i];
		g->label[i] = found;
	}
	return changed;
}

void pmk_groups_spread(struct pmk_groups *g)
{
	while (spread(g))
		;
}

void pmk_groups_keep_one(struct pmk_groups *g, float *probability, int chosen)
{
	pmk_groups_spread(g);
	for (int y = 0; y < g->height; y++) {
		for (int x = 0; x < g->width; x++) {
			if (label_at(g, x, y) != chosen + 1)
				probability[(size_t)y * g->width + x] = 0;
		}
	}
}
