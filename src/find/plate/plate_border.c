/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/plate/plate_parts.h"

#include <string.h>

enum { CLEAR = 12 }; /* levels across a border */
enum { SMALLEST = 9, LARGEST = 4 }; /* cells, of a side; of the picture's area, one in so many at most */
enum { TRIES = 16384 }; /* in one search; a wall with more, of tiles or checks, is taken for one without borders */
enum { LINES = 40, NEAR = 4 }; /* that may be a side, the nearest; to be seen within so many cells of the place */
enum { STANDS = 20 }; /* pictures: an edge that stands for less may be somebody's */
/* per cent of the cells of a border that are edges: of three sides, of the fourth, of all */
enum { WHOLE = 100, SIDE = 80, WEAK = 50, GOOD = 82 };
enum { CORNER = 4, CORNERS = 3 }; /* cells of each side that make a corner; so many are to be seen */
enum { CROSSED = 4 }; /* cells in a row of a border that are somebody's, who is in front of it */
enum { ROWS, COLUMNS }; /* of edges */

/* Whether brightness changes from cell a to cell b, and `back` cells before in the same sense. */
static bool changes(const uint8_t *now, int a, int b, int back)
{
	int here = now[a] - now[b], before = now[a - back] - now[b - back];

	return (here >= CLEAR && before >= CLEAR) || (here <= -CLEAR && before <= -CLEAR);
}

/* Whether an edge passes cell i, of which the cells at both sides are `step` away. It may lie anywhere in it. */
static bool is_edge(const uint8_t *now, int i, int step, int back)
{
	return changes(now, i - step, i, back) || changes(now, i - step, i + step, back) ||
		changes(now, i, i + step, back);
}

void pmk_plate_find_edges(struct pmk_plate *p)
{
	int w = p->columns;

	memset(p->edge[ROWS], 0, (size_t)w * (size_t)p->rows);
	memset(p->edge[COLUMNS], 0, (size_t)w * (size_t)p->rows);
	for (int y = 1; y + 1 < p->rows; y++) {
		for (int i = y * w + 1; i + 1 < (y + 1) * w; i++) {
			p->edge[ROWS][i] = is_edge(p->now[0], i, w, 1);
			p->edge[COLUMNS][i] = is_edge(p->now[0], i, 1, w);
		}
	}
}

bool pmk_plate_is_near_edge(const struct pmk_plate *p, bool row, int i)
{
	const uint8_t *edge = p->edge[row ? ROWS : COLUMNS] + i;
	int step = row ? p->columns : 1;

	return edge[-step] || edge[0] || edge[step];
}

/* Count the edges that stand, from the start of each row, and of each column. */
void pmk_plate_sum_edges(struct pmk_plate *p)
{
	int w = p->columns, least = pmk_min(p->watched, STANDS);

	for (int i = 0; i < w * p->rows; i++) {
		int stands = p->stays[i] >= least, row = p->edge[ROWS][i] & stands,
		    column = p->edge[COLUMNS][i] & stands;

		p->edges[ROWS][i] = (uint16_t)((i % w ? p->edges[ROWS][i - 1] : 0) + row);
		p->edges[COLUMNS][i] = (uint16_t)((i >= w ? p->edges[COLUMNS][i - w] : 0) + column);
	}
}

/* The edges in a row, or in a column, after cell `from` up to cell `to`. */
static int count(const struct pmk_plate *p, bool row, int at, int from, int to)
{
	int step = row ? 1 : p->columns, start = row ? at * p->columns : at;
	const uint16_t *edges = p->edges[row ? ROWS : COLUMNS];

	return edges[start + to * step] - edges[start + from * step];
}

/* Whether two sides meet at (x, y), from where they go on to the right or left, and down or up. */
static bool is_corner(const struct pmk_plate *p, int x, int y, bool to_right, bool downwards)
{
	int left = pmk_max(to_right ? x - 1 : x - CORNER, 0), top = pmk_max(downwards ? y - 1 : y - CORNER, 0);

	return count(p, true, y, left, pmk_min(left + CORNER, p->columns - 1)) >= CORNER - 1 &&
		count(p, false, x, top, pmk_min(top + CORNER, p->rows - 1)) >= CORNER - 1;
}

static int count_corners(const struct pmk_plate *p, const struct pmk_hanging *h)
{
	return is_corner(p, h->left, h->top, true, true) + is_corner(p, h->right, h->top, false, true) +
		is_corner(p, h->left, h->bottom, true, false) + is_corner(p, h->right, h->bottom, false, false);
}

/* How many cells of its border are edges; 0: it is none. */
static int border_of(const struct pmk_plate *p, const struct pmk_hanging *h)
{
	const int width = h->right - h->left, height = h->bottom - h->top;
	const int seen[4] = { count(p, true, h->top, h->left, h->right), count(p, true, h->bottom, h->left, h->right),
		count(p, false, h->left, h->top, h->bottom), count(p, false, h->right, h->top, h->bottom) };
	int good = 0, weak = 0;

	for (int k = 0; k < 4; k++) {
		int length = k < 2 ? width : height;

		if (seen[k] * WHOLE < WEAK * length)
			return 0;
		weak += seen[k] * WHOLE < SIDE * length;
		good += seen[k];
	}
	return weak <= 1 && good * WHOLE >= GOOD * 2 * (width + height) && count_corners(p, h) >= CORNERS ? good : 0;
}

static bool is_side_crossed(const struct pmk_plate *p, bool row, int i, int length)
{
	const uint8_t *edge = p->edge[row ? ROWS : COLUMNS];
	int step = row ? 1 : p->columns, hidden = 0;

	for (int n = 0; n < length && hidden < CROSSED; n++, i += step)
		hidden = p->claimed[i] && !edge[i] ? hidden + 1 : 0;
	return hidden >= CROSSED;
}

/* Whether somebody is in front of a border. */
static bool is_crossed(const struct pmk_plate *p, const struct pmk_hanging *h)
{
	int w = p->columns, width = h->right - h->left, height = h->bottom - h->top, first = h->top * w + h->left;

	return is_side_crossed(p, true, first, width) || is_side_crossed(p, true, first + height * w, width) ||
		is_side_crossed(p, false, first, height) || is_side_crossed(p, false, first + width, height);
}

/* A door is high, and reaches low. */
static bool is_door(const struct pmk_plate *p, int width, int height, int bottom)
{
	return height * 5 >= width * 9 && bottom * 3 >= p->rows * 2;
}

static bool is_sized(const struct pmk_plate *p, const struct pmk_hanging *h)
{
	int width = h->right - h->left, height = h->bottom - h->top;

	return width >= SMALLEST && height >= SMALLEST && width * height * LARGEST <= p->columns * p->rows &&
		!is_door(p, width, height, h->bottom);
}

/* Find the lines from `from` on, to the picture's end, that may be a side, as they are to be seen near `at`. */
static int find_lines(const struct pmk_plate *p, bool rows, int at, int from, int step, int *line)
{
	int found = 0, last = (rows ? p->columns : p->rows) - 1, end = (rows ? p->rows : p->columns) - 1;
	int a = pmk_max(at - NEAR, 0), b = pmk_min(at + NEAR, last);

	for (int i = from; i > 0 && i < end && found < LINES; i += step) {
		if (count(p, rows, i, a, b) * WHOLE >= SIDE * (b - a))
			line[found++] = i;
	}
	return found;
}

/* A search around a place: the lines at each side, nearest first; the best border so far; and how many more may be
 * tried. */
struct search {
	int left[LINES], right[LINES], top[LINES], bottom[LINES];
	int lefts, rights, tops, bottoms;
	struct pmk_hanging best;
	int most, tries;
};

static bool is_seen(const struct pmk_plate *p, int y, int left, int right)
{
	return count(p, true, y, left, right) * WHOLE >= WEAK * (right - left);
}

static void try_border(const struct pmk_plate *p, struct search *s, const struct pmk_hanging *h)
{
	int good = 0;

	s->tries--;
	if (2 * (h->right - h->left + h->bottom - h->top) > s->most && is_seen(p, h->bottom, h->left, h->right))
		good = border_of(p, h);
	if (good > s->most && !is_crossed(p, h)) {
		s->most = good;
		s->best = *h;
	}
}

/* Try the borders between two sides. The outer ones are first, as of two with as much to be seen the first counts. */
static void try_sides(const struct pmk_plate *p, struct search *s, int left, int right)
{
	for (int a = s->tops - 1; a >= 0 && s->tries > 0; a--) {
		for (int b = 0; b < s->bottoms && is_seen(p, s->top[a], left, right); b++) {
			struct pmk_hanging h = {
				.left = left, .right = right, .top = s->top[a], .bottom = s->bottom[b]
			};

			if (is_sized(p, &h) && s->tries > 0)
				try_border(p, s, &h);
		}
	}
}

bool pmk_plate_find_border(const struct pmk_plate *p, int x, int y, struct pmk_hanging *found)
{
	struct search s = { .tries = TRIES };

	s.lefts = find_lines(p, false, y, x - 1, -1, s.left);
	s.rights = find_lines(p, false, y, x + 1, 1, s.right);
	s.tops = find_lines(p, true, x, y - 1, -1, s.top);
	s.bottoms = find_lines(p, true, x, y + 1, 1, s.bottom);
	for (int a = s.lefts - 1; a >= 0; a--) {
		for (int b = 0; b < s.rights; b++)
			try_sides(p, &s, s.left[a], s.right[b]);
	}
	if (s.most > 0 && s.tries > 0)
		*found = s.best;
	return s.most > 0 && s.tries > 0;
}
