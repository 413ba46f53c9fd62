/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/plate/plate_parts.h"

#include <stdlib.h>
#include <string.h>

enum { WHOLE = 100, SEEN = 50 }; /* per cent of a border that is to be seen: it is there */
enum { ALIKE = 10 }; /* levels: a border that looks otherwise is hidden by somebody */
enum { BROKEN = 2 }; /* cells of a border in a row that somebody hides */
enum { RIM = 3 }; /* cells around who is in front of a hanging: hair, and what moves fast */
enum { NEAR = 24 }; /* of the picture's width, one in so many: nobody moves as far from picture to picture */
enum { LOST = 30, KNOWN = 25 }; /* pictures until a border that is not to be seen is forgotten; until it is known */
enum { EVERY = 5, SELDOM = 30, NESTED = 3 }; /* pictures between two searches, soon and later; searches at a time */
enum { SMALL = 50 }; /* of the picture, one cell in so many: less is nobody that matters */
enum { HANGS = 1, FRONT = 2 }; /* plate->hung; and one more for each cell of distance from who is in front */

/* Whether cell i of a border is to be seen: it looks as it did when nobody was in front of it. */
static bool is_bare(struct pmk_plate *p, bool row, int i)
{
	bool edge = pmk_plate_is_near_edge(p, row, i);

	if (!p->claimed[i] && edge)
		p->border[i] = (uint8_t)pmk_max(p->now[0][i], 1);
	return p->border[i] ? abs(p->now[0][i] - p->border[i]) <= ALIKE : edge;
}

/* Mark who is in front of a side that begins at cell i. Returns how many cells of it are to be seen. */
static int mark_side(struct pmk_plate *p, bool row, int i, int length)
{
	int step = row ? 1 : p->columns, broken = 0, seen = 0;

	for (int n = 0; n < length; n++, i += step) {
		bool bare = is_bare(p, row, i);

		seen += bare;
		broken = !bare && p->claimed[i] ? broken + 1 : 0;
		for (int b = 0; broken >= BROKEN && b < broken; b++)
			p->hung[i - b * step] = FRONT;
	}
	return seen;
}

static bool is_next_to(const struct pmk_plate *p, int i, int mark)
{
	const uint8_t *hung = p->hung + i;

	return hung[-1] == mark || hung[1] == mark || hung[-p->columns] == mark || hung[p->columns] == mark;
}

static bool spread_to(struct pmk_plate *p, int i)
{
	if (p->hung[i] != HANGS || !p->claimed[i] || !is_next_to(p, i, FRONT))
		return false;
	p->hung[i] = FRONT;
	return true;
}

/* Whoever is in front of the border goes on inside. */
static void spread(struct pmk_plate *p, const struct pmk_hanging *h)
{
	bool more = true;

	while (more) {
		more = false;
		for (int y = h->top; y <= h->bottom; y++) {
			for (int x = h->left; x <= h->right; x++)
				more |= spread_to(p, y * p->columns + x);
		}
		for (int y = h->bottom; y >= h->top; y--) {
			for (int x = h->right; x >= h->left; x--)
				more |= spread_to(p, y * p->columns + x);
		}
	}
}

static void widen(struct pmk_plate *p, const struct pmk_hanging *h, int mark)
{
	for (int y = h->top; y <= h->bottom; y++) {
		for (int i = y * p->columns + h->left; i <= y * p->columns + h->right; i++) {
			if (p->hung[i] == HANGS && is_next_to(p, i, mark))
				p->hung[i] = (uint8_t)(mark + 1);
		}
	}
}

/* Set plate->hung inside a hanging: to 1 where nobody is in front of it. */
static void mark(struct pmk_plate *p, struct pmk_hanging *h)
{
	int w = p->columns, width = h->right - h->left, height = h->bottom - h->top, first = h->top * w + h->left, seen;

	for (int y = h->top; y <= h->bottom; y++)
		memset(p->hung + y * w + h->left, HANGS, (size_t)width + 1);
	seen = mark_side(p, true, first, width) + mark_side(p, true, first + height * w, width) +
		mark_side(p, false, first, height) + mark_side(p, false, first + width, height);
	spread(p, h);
	for (int n = 0; n < RIM; n++)
		widen(p, h, FRONT + n);
	for (int y = h->top; y <= h->bottom; y++) {
		for (int i = y * w + h->left; i <= y * w + h->right; i++)
			p->hung[i] = p->hung[i] == HANGS;
	}
	h->seen = seen * WHOLE >= SEEN * 2 * (width + height);
}

static void mark_all(struct pmk_plate *p)
{
	memset(p->hung, 0, (size_t)p->columns * (size_t)p->rows);
	for (int k = 0; k < p->hangings; k++)
		mark(p, &p->hanging[k]);
}

/* What does not hide anybody in this picture hangs nowhere. */
static void take_off(struct pmk_plate *p)
{
	for (int k = 0; k < p->hangings; k++) {
		const struct pmk_hanging *h = &p->hanging[k];

		for (int y = h->top; y <= h->bottom && (!h->seen || !h->hides); y++)
			memset(p->hung + y * p->columns + h->left, 0, (size_t)(h->right - h->left) + 1);
	}
}

void pmk_plate_mark_hangings(struct pmk_plate *p)
{
	mark_all(p);
	take_off(p);
}

/* It hides who is in it if somebody as large is elsewhere, or was for a while; or if nothing in it ever moved. */
static bool is_to_hide(const struct pmk_hanging *h)
{
	return h->known >= KNOWN || h->beside || !h->stirred;
}

static void judge(struct pmk_plate *p, struct pmk_hanging *h, int outside)
{
	int inside = 0;

	for (int y = h->top; y <= h->bottom; y++) {
		for (int i = y * p->columns + h->left; i <= y * p->columns + h->right; i++)
			inside += p->hung[i] && p->claimed[i];
	}
	h->beside = inside <= outside && outside * SMALL > p->columns * p->rows;
	h->hides = is_to_hide(h);
	h->known = pmk_min(h->known + h->beside, KNOWN);
}

/* Whether somebody is in front of a column of a hanging: in the last picture, or before its border in this one. */
static bool is_covered(const struct pmk_plate *p, const struct pmk_hanging *h, int x)
{
	bool side = x == h->left || x == h->right;

	for (int y = h->top; y <= h->bottom; y++) {
		int i = y * p->columns + x;
		bool border = side || y == h->top || y == h->bottom;

		if (!p->hung[i] || (border && p->border[i] && abs(p->now[0][i] - p->border[i]) > ALIKE))
			return true;
	}
	return false;
}

/* Find the columns at the left and at the right that nobody is near to. */
static void find_free(const struct pmk_plate *p, struct pmk_hanging *h)
{
	int far = p->columns / NEAR;

	h->left_end = h->right_begin = h->right + 1;
	for (int x = h->left; x <= h->right; x++) {
		if (h->hides && !is_covered(p, h, x))
			continue;
		h->left_end = pmk_min(h->left_end, pmk_max(x - far, h->left));
		h->right_begin = x + far + 1;
	}
}

/* Notice whether anything in it moves. */
static void watch(const struct pmk_plate *p, struct pmk_hanging *h)
{
	struct pmk_plate_part inside = { 0 };

	for (int y = h->top + 1; y < h->bottom; y++) {
		for (int i = y * p->columns + h->left + 1; i < y * p->columns + h->right; i++)
			pmk_plate_count_cell(p, i, &inside);
	}
	h->stirred |= pmk_plate_stirs(&inside);
	h->hides = is_to_hide(h);
	find_free(p, h);
}

static void judge_all(struct pmk_plate *p)
{
	int outside = 0;

	if (!p->hangings)
		return;
	mark_all(p);
	for (int i = 0; i < p->columns * p->rows; i++)
		outside += p->claimed[i] && !p->hung[i];
	for (int k = 0; k < p->hangings; k++)
		judge(p, &p->hanging[k], outside);
}

static void forget_lost(struct pmk_plate *p)
{
	for (int k = p->hangings - 1; k >= 0; k--) {
		struct pmk_hanging *h = &p->hanging[k];

		h->lost = h->seen ? 0 : h->lost + 1;
		if (h->lost > LOST)
			*h = p->hanging[--p->hangings];
	}
}

bool pmk_plate_is_hanging(const struct pmk_plate *p, int x, int y, bool hides)
{
	for (int k = 0; k < p->hangings; k++) {
		const struct pmk_hanging *h = &p->hanging[k];

		if (x >= h->left && x <= h->right && y >= h->top && y <= h->bottom && (h->hides || !hides))
			return true;
	}
	return false;
}

/* Find the place of a label's top: below the middle of the first cells in a row that have it. */
static bool find_top(const struct pmk_plate *p, const uint8_t *label, int number, int *x, int *y)
{
	const uint8_t *first = memchr(label, number, (size_t)p->columns * (size_t)p->rows);
	int at = first ? (int)(first - label) : 0, end = at;

	while (first && end % p->columns < p->columns - 1 && label[end + 1] == number)
		end++;
	*x = (at + end) / 2 % p->columns;
	*y = pmk_min(at / p->columns + 3, p->rows - 2);
	return first;
}

/* Search for a border around the top of each group of what is taken for people. False: there is none. */
static bool search(struct pmk_plate *p)
{
	struct pmk_groups groups;
	const uint8_t *label;
	int x, y, before = p->hangings;

	for (int i = 0; i < p->columns * p->rows; i++)
		p->novel[i] = p->claimed[i] && !p->hung[i];
	label = pmk_plate_find_groups(p, &groups, true);
	pmk_plate_sum_edges(p);
	for (int k = 1; k <= groups.count && p->hangings < PMK_PLATE_HANGINGS; k++) {
		struct pmk_hanging h;

		if (find_top(p, label, k, &x, &y) && !pmk_plate_is_hanging(p, x, y, false) &&
			pmk_plate_find_border(p, x, y, &h))
			p->hanging[p->hangings++] = h;
	}
	return p->hangings > before;
}

static bool searches(const struct pmk_plate *p)
{
	return p->watched % (p->watched < PMK_PLATE_WATCHED ? EVERY : SELDOM) == 0;
}

void pmk_plate_watch_hangings(struct pmk_plate *p)
{
	if (p->hangings || searches(p))
		pmk_plate_find_edges(p);
	for (int k = 0; k < p->hangings; k++)
		watch(p, &p->hanging[k]);
}

void pmk_plate_forget_hangings(struct pmk_plate *p)
{
	p->hangings = 0;
	p->found = false;
	memset(p->hung, 0, (size_t)p->columns * (size_t)p->rows);
	memset(p->border, 0, (size_t)p->columns * (size_t)p->rows);
}

void pmk_plate_find_hangings(struct pmk_plate *p)
{
	judge_all(p);
	forget_lost(p);
	p->found = false;
	for (int n = 0; n < NESTED && searches(p) && search(p); n++) {
		p->found = true;
		judge_all(p);
	}
	if (!p->hangings)
		return;
	take_off(p);
	pmk_plate_take_rest(p);
}
