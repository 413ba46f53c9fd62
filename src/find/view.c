/* SPDX-License-Identifier: MIT */
#include "find/view.h"

#include "base/clock.h"
#include "base/num.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { CELLS = 64, MOST_GROUPS = 64 }; /* a look is told in at most 64 x 64 cells */
enum { SEARCH_FRAMES = 6, PATIENCE = 10, LEAST_CELLS = 3, LEAST_SHARE = 20, LEAST_TOUCH = 3 };
static const uint64_t SEARCH_NS = 200 * PMK_MS_NS;
static const double MARGIN = 1.1; /* the view over the person's larger side */
static const double ROUGH_MARGIN = 1.2; /* the same at first sight, when less is known of where the person ends */
static const double NEAR = 0.035; /* of the view: nearer to its border than this, it moves */
/* of the view's side: if less than this would do, it shrinks after PATIENCE frames */
static const double ROOMY = 0.9;
static const double GROW = 0.25; /* of the view, at a side where a person touches it */
static const double CORE = 0.3; /* of the fullest row or column: what is thinner is no reason to make a view larger */
/* of the view, at each of its sides, may lie outside of the picture; rather than more it is squeezed */
static const double OUTSIDE = 0.1;
static const double BELOW = 2; /* px below the picture, so that its last row is inside, once somebody is followed */
static const double CLOSER = 1.5; /* of a square: in a wider picture a look at the whole misses small people */
/* squeezed by more than this it would become two tiles; by this they stay */
static const double WIDE = 1.3, WIDE_STILL = 1.2;
/* a view of two tiles over the people's width; at most, over the picture's */
static const double ROW_MARGIN = 1.1, ROW_MOST = 1.06;
static const double OVERLAP = 0.2; /* of a tile, at least, is in the other one too */
/* of the picture's smaller side: no view is smaller, the picture has no more to show */
static const double LEAST_SIDE = 0.25;
static const double SWITCH = 1.5; /* another person has to be this much nearer to be chosen instead */

/* What a look shows, coarsely: in cells of `size` px of the network. */
struct cells {
	int width, height, size;
	uint8_t on[CELLS * CELLS]; /* 1: mostly person */
	uint16_t label[CELLS * CELLS]; /* 0: nobody; else which group of joined cells */
};

/* Cells joined by their sides. Core: without the rows and columns that hold little of it. */
struct group {
	int count;
	struct pmk_box box, core;
}; /* in cells */

void pmk_view_init(struct pmk_view *v, int width, int height, double shape, bool nearest)
{
	*v = (struct pmk_view){ .width = width, .height = height, .shape = shape, .nearest = nearest };
	pmk_view_forget(v);
}

void pmk_view_forget(struct pmk_view *v)
{
	v->rect = (struct pmk_rect){ 0, 0, v->width, v->height };
	v->people = v->searched = v->chosen = (struct pmk_box){ 0 };
	v->found = v->fitted = v->rough = v->wide = false;
	v->roomy = 0;
	v->frames = SEARCH_FRAMES;
}

bool pmk_view_wants_search(struct pmk_view *v, uint64_t now_ns)
{
	if (v->frames++ < SEARCH_FRAMES - 1 && now_ns < v->searched_ns + SEARCH_NS)
		return false;
	v->frames = 0;
	v->searched_ns = now_ns;
	return true;
}

static bool is_empty(const struct pmk_box *b)
{
	return b->right <= b->left || b->bottom <= b->top;
}

static struct pmk_box both(const struct pmk_box *a, const struct pmk_box *b)
{
	if (is_empty(a) || is_empty(b))
		return is_empty(a) ? *b : *a;
	return (struct pmk_box){ fmin(a->left, b->left), fmin(a->top, b->top), fmax(a->right, b->right),
		fmax(a->bottom, b->bottom) };
}

static double area(const struct pmk_box *b)
{
	return is_empty(b) ? 0 : (b->right - b->left) * (b->bottom - b->top);
}

static int even(double px)
{
	return 2 * (int)lround(px / 2);
}

/* A line of `size` around `middle`, which sticks out of 0..side by `before` and `behind` at most. */
static void place(double middle, double size, double side, double before, double behind, int *at, int *length)
{
	double fits = fmin(size, side + before + behind);

	*at = even(fmin(fmax(middle - fits / 2, -before), side + behind - fits));
	*length = even(fits);
}

static void place_across(
	const struct pmk_view *v, const struct pmk_box *box, double side, double width, struct pmk_rect *r)
{
	double out = side * v->shape * OUTSIDE;

	place((box->left + box->right) / 2, width, v->width, out, out, &r->x, &r->width);
}

static void place_down(const struct pmk_view *v, const struct pmk_box *box, double side, struct pmk_rect *r)
{
	place((box->top + box->bottom) / 2, side, v->height, side * OUTSIDE, v->fitted ? BELOW : side * OUTSIDE, &r->y,
		&r->height);
}

/* One look: centred on the people in `box`, of the network's shape unless that would be mostly outside of the picture.
 */
static struct pmk_rect one_look(const struct pmk_view *v, const struct pmk_box *box, double margin)
{
	double width = box->right - box->left, height = box->bottom - box->top,
	       least = fmin(v->width, v->height) * LEAST_SIDE;
	double side = fmax(fmax(width / v->shape, height) * margin, least);
	struct pmk_rect r;

	place_across(v, box, side, side * v->shape, &r);
	place_down(v, box, side, &r);
	return r;
}

/* Two tiles: as wide as the people, and at least as high as tiles have to be to cover that. */
static struct pmk_rect two_tiles(const struct pmk_view *v, const struct pmk_box *box, double margin)
{
	double width = fmin((box->right - box->left) * ROW_MARGIN, v->width * ROW_MOST);
	double side = fmax((box->bottom - box->top) * margin, width / v->shape / (2 - OVERLAP));
	struct pmk_rect r;

	place_down(v, box, side, &r);
	place_across(v, box, side, fmax(width, even(r.height * v->shape)), &r);
	return r;
}

/* The view for people in `box`. *wide: whether it is of two tiles; before, whether the last one was. */
static struct pmk_rect around(const struct pmk_view *v, const struct pmk_box *box, double margin, bool *wide)
{
	struct pmk_rect r = one_look(v, box, margin);

	*wide = r.width > (*wide ? WIDE_STILL : WIDE) * v->shape * r.height;
	return *wide ? two_tiles(v, box, margin) : r;
}

/* Of two tiles that cover width x height px together: of the network's shape, or squeezed where that would leave a gap.
 */
static int tile_width(const struct pmk_view *v, int width, int height)
{
	int least = (int)(width / (2 - OVERLAP)) & ~1, shaped = even(height * v->shape);

	return pmk_max(shaped, least);
}

int pmk_view_tiles(const struct pmk_view *v, struct pmk_rect tile[2])
{
	tile[0] = tile[1] = v->rect;
	if (!v->wide)
		return 1;
	tile[0].width = tile[1].width = tile_width(v, v->rect.width, v->rect.height);
	tile[1].x = v->rect.x + v->rect.width - tile[1].width;
	return 2;
}

static bool look_at(struct pmk_view *v, const struct pmk_box *box)
{
	v->rect = around(v, box, ROUGH_MARGIN, &v->wide);
	v->found = v->rough = true;
	v->roomy = 0;
	return true;
}

/* How many of the rows are person, of each column. */
static void count_columns(const float *restrict p, int width, int rows, uint16_t *restrict counts)
{
	memset(counts, 0, (size_t)width * sizeof *counts);
	for (int y = 0; y < rows; y++, p += width) {
		for (int x = 0; x < width; x++)
			counts[x] = (uint16_t)(counts[x] + (p[x] > 0.5f));
	}
}

static void find_cells(const float *probability, int width, int height, struct cells *c)
{
	int longer = pmk_max(width, height);
	uint16_t counts[PMK_IMAGE_MAX_PX];

	assert(longer <= PMK_IMAGE_MAX_PX);
	c->size = (longer + CELLS - 1) / CELLS;
	c->width = (width + c->size - 1) / c->size;
	c->height = (height + c->size - 1) / c->size;
	for (int y = 0; y < c->height; y++) {
		int first = y * c->size, rows = pmk_min(height - first, c->size);

		count_columns(probability + (size_t)first * (size_t)width, width, rows, counts);
		for (int x = 0; x < c->width; x++) {
			int sum = 0;

			for (int i = x * c->size; i < (x + 1) * c->size && i < width; i++)
				sum += counts[i];
			c->on[y * c->width + x] = 2 * sum >= c->size * c->size;
		}
	}
}

/* First and one past the last of `counts` above `least`. */
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

/* All cells joined by their sides to cell `at` get its label, and are measured. */
static struct group fill(struct cells *c, int at, uint16_t label)
{
	int columns[CELLS] = { 0 }, rows[CELLS] = { 0 }, widest = 0, highest = 0, depth = 0;
	uint16_t stack[CELLS * CELLS];
	struct group g = { 0 };

	c->label[at] = label;
	stack[depth++] = (uint16_t)at;
	while (depth) {
		int here = stack[--depth], x = here % c->width, y = here / c->width;
		int next[4] = { x ? here - 1 : -1, x + 1 < c->width ? here + 1 : -1, y ? here - c->width : -1,
			y + 1 < c->height ? here + c->width : -1 };

		g.count++;
		highest = pmk_max(highest, ++columns[x]);
		widest = pmk_max(widest, ++rows[y]);
		for (int i = 0; i < 4; i++) {
			if (next[i] < 0 || !c->on[next[i]] || c->label[next[i]])
				continue;
			c->label[next[i]] = label;
			stack[depth++] = (uint16_t)next[i];
		}
	}
	span(columns, c->width, 0, &g.box.left, &g.box.right);
	span(rows, c->height, 0, &g.box.top, &g.box.bottom);
	span(columns, c->width, CORE * highest, &g.core.left, &g.core.right);
	span(rows, c->height, CORE * widest, &g.core.top, &g.core.bottom);
	return g;
}

static void erase(struct cells *c, uint16_t label)
{
	for (int i = 0; i < c->width * c->height; i++) {
		if (c->label[i] == label)
			c->on[i] = c->label[i] = 0;
	}
}

/* The groups worth following: those that pmk_islands_run would leave. Their cells have labels 1.. in order, all others
 * 0. */
static int find_groups(struct cells *c, struct group groups[MOST_GROUPS])
{
	uint16_t name[MOST_GROUPS + 1] = { 0 };
	int count = 0, most = 0, kept = 0, cells = c->width * c->height;

	memset(c->label, 0, sizeof c->label);
	for (int i = 0; i < cells && count < MOST_GROUPS; i++) {
		if (!c->on[i] || c->label[i])
			continue;
		groups[count] = fill(c, i, (uint16_t)(count + 1));
		most = pmk_max(most, groups[count].count);
		if (groups[count].count < LEAST_CELLS)
			/* there may be more specks than groups can be told of */
			erase(c, (uint16_t)(count + 1));
		else
			count++;
	}
	for (int i = 0; i < count; i++) {
		if (groups[i].count * LEAST_SHARE < most)
			continue;
		groups[kept++] = groups[i];
		name[i + 1] = (uint16_t)kept;
	}
	for (int i = 0; i < cells; i++)
		c->label[i] = name[c->label[i]];
	return kept;
}

/* From cells of a look at the view to the picture, without what sticks out of it. */
static struct pmk_box in_picture(const struct pmk_view *v, const struct pmk_box *b, const struct cells *c, int width,
	int height, const struct pmk_rect *rect)
{
	double across = (double)rect->width / width * c->size, down = (double)rect->height / height * c->size;

	return (struct pmk_box){ fmax(0, rect->x + b->left * across), fmax(0, rect->y + b->top * down),
		fmin(v->width, rect->x + b->right * across), fmin(v->height, rect->y + b->bottom * down) };
}

static bool holds(const struct pmk_view *v, const struct pmk_box *b)
{
	double slack = NEAR * v->rect.width;

	return b->left >= v->rect.x - slack && b->top >= v->rect.y - slack &&
		b->right <= v->rect.x + v->rect.width + slack && b->bottom <= v->rect.y + v->rect.height + slack;
}

/* How much a person matters: size, less to the sides; the one who was chosen before matters more. */
static double weight(const struct pmk_view *v, const struct pmk_box *b)
{
	double off = fabs((b->left + b->right) / v->width - 1);
	struct pmk_box common = { fmax(b->left, v->chosen.left), fmax(b->top, v->chosen.top),
		fmin(b->right, v->chosen.right), fmin(b->bottom, v->chosen.bottom) };

	return area(b) * (1 - off / 2) * (2 * area(&common) > fmin(area(b), area(&v->chosen)) ? SWITCH : 1);
}

static int choose(const struct pmk_view *v, const struct group *groups, int count, const struct cells *c, int width,
	int height, const struct pmk_rect *rect)
{
	double most = -1;
	int best = 0;

	for (int i = 0; i < count; i++) {
		struct pmk_box b = in_picture(v, &groups[i].box, c, width, height, rect);
		if (weight(v, &b) > most) {
			most = weight(v, &b);
			best = i;
		}
	}
	return best;
}

int pmk_view_closer(struct pmk_view *v, struct pmk_rect part[2])
{
	struct pmk_rect half = { 0, 0, tile_width(v, v->width, v->height), v->height };
	int count = v->found ? 1 : 2;

	if (v->nearest || v->width < CLOSER * half.width)
		return 0;
	for (int i = 0; i < count; i++) {
		v->right_next = !v->right_next;
		part[i] = half;
		part[i].x = v->right_next ? 0 : (v->width - half.width) & ~1;
	}
	return count;
}

void pmk_view_search(struct pmk_view *v, const struct pmk_rect *part, const float *probability, int width, int height)
{
	struct group groups[MOST_GROUPS];
	struct cells c;
	int count;

	find_cells(probability, width, height, &c);
	count = find_groups(&c, groups);
	if (part->width == v->width)
		v->searched = (struct pmk_box){ 0 };
	if (count && v->nearest) {
		groups[0] = groups[choose(v, groups, count, &c, width, height, part)];
		count = 1;
	}
	for (int i = 0; i < count; i++) {
		struct pmk_box core = in_picture(v, &groups[i].core, &c, width, height, part);
		v->searched = both(&v->searched, &core);
	}
	if (!count || (v->found && holds(v, &v->searched)))
		return;
	v->people = both(&v->people, &v->searched);
	look_at(v, &v->people);
}

/* Whether at a side of the view, given by two corners in px of the network, somebody is who is worth following. */
static bool touches(
	const float *probability, int width, const struct cells *c, int left, int top, int right, int bottom)
{
	int touch = 0;

	for (int y = top; y <= bottom; y++) {
		for (int x = left; x <= right; x++)
			touch += probability[(size_t)y * (size_t)width + (size_t)x] > 0.5f &&
				c->label[y / c->size * c->width + x / c->size];
	}
	return touch >= LEAST_TOUCH;
}

/* Where a person goes on outside of the view, the view grows. */
static bool grow(struct pmk_view *v, const float *p, int width, int height, const struct cells *c)
{
	const struct pmk_rect r = v->rect;
	struct pmk_box b = { r.x, r.y, r.x + r.width, r.y + r.height }, was = b;

	if (r.x > 0 && touches(p, width, c, 0, 0, 0, height - 1))
		b.left -= GROW * r.width;
	if (r.y > 0 && touches(p, width, c, 0, 0, width - 1, 0))
		b.top -= GROW * r.height;
	if (r.x + r.width < v->width && touches(p, width, c, width - 1, 0, width - 1, height - 1))
		b.right += GROW * r.width;
	if (r.y + r.height < v->height && touches(p, width, c, 0, height - 1, width - 1, height - 1))
		b.bottom += GROW * r.height;
	if (memcmp(&was, &b, sizeof b) == 0)
		return false;
	v->rect = around(v, &b, 1, &v->wide);
	v->roomy = 0;
	return true;
}

/* Cells nearest to another person than the chosen one are room. */
static void drop_others(float *probability, int width, int height, struct cells *c, uint16_t chosen)
{
	bool changed = true;

	while (changed) { /* labels spread by a cell a round */
		uint16_t before[CELLS * CELLS];
		changed = false;
		memcpy(before, c->label, sizeof before);
		for (int i = 0; i < c->width * c->height; i++) {
			int x = i % c->width;
			uint16_t found = before[i];
			found = !found && x ? before[i - 1] : found;
			found = !found && x + 1 < c->width ? before[i + 1] : found;
			found = !found && i >= c->width ? before[i - c->width] : found;
			found = !found && i + c->width < c->width * c->height ? before[i + c->width] : found;
			changed |= found != c->label[i];
			c->label[i] = found;
		}
	}
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			if (c->label[y / c->size * c->width + x / c->size] != chosen)
				probability[(size_t)y * width + x] = 0;
		}
	}
}

/* Near to a border of the view behind which the picture goes on. */
static bool is_near(const struct pmk_view *v)
{
	double across = NEAR * v->rect.width, down = NEAR * v->rect.height;
	const struct pmk_rect *r = &v->rect;
	const struct pmk_box *p = &v->people;

	return (r->x > 0 && p->left < r->x + across) || (r->y > 0 && p->top < r->y + down) ||
		(r->x + r->width < v->width && p->right > r->x + r->width - across) ||
		(r->y + r->height < v->height && p->bottom > r->y + r->height - down);
}

/* For the next frame: a view that is too tight moves at once, one that is too wide, or was made at first sight, after
 * some time. */
static void plan(struct pmk_view *v)
{
	struct pmk_box wanted = both(&v->people, &v->searched);
	bool wide = v->wide;
	struct pmk_rect next = around(v, &wanted, MARGIN, &wide);

	v->roomy = v->rough || (double)next.width * next.height < ROOMY * ROOMY * v->rect.width * v->rect.height ?
		v->roomy + 1 :
		0;
	if (v->roomy <= PATIENCE && !is_near(v))
		return;
	v->rect = next;
	v->wide = wide;
	v->rough = false;
	v->roomy = 0;
}

/* Nobody where somebody was: the picture is looked at once more, whole. An empty room is searched no more often than
 * another picture. */
static bool lose(struct pmk_view *v)
{
	if (!v->found)
		return false;
	pmk_view_forget(v);
	return true;
}

bool pmk_view_follow(struct pmk_view *v, float *probability, int width, int height)
{
	struct group groups[MOST_GROUPS];
	bool first = !v->found;
	struct cells c;
	int count;

	find_cells(probability, width, height, &c);
	count = find_groups(&c, groups);
	if (!count)
		return lose(v);
	if (v->nearest && count > 1) {
		int best = choose(v, groups, count, &c, width, height, &v->rect);
		drop_others(probability, width, height, &c, (uint16_t)(best + 1));
		groups[0] = groups[best];
		count = 1;
	}
	v->people = (struct pmk_box){ 0 };
	for (int i = 0; i < count; i++) {
		struct pmk_box b = in_picture(v, &groups[i].box, &c, width, height, &v->rect);
		v->people = both(&v->people, &b);
	}
	v->chosen = v->people;
	if (!first && grow(v, probability, width, height, &c))
		return true;
	if (first)
		return look_at(v, &v->people);
	if (!v->fitted) {
		look_at(v, &v->people);
		v->fitted = true;
		return true;
	}
	plan(v);
	return false;
}
