/* SPDX-License-Identifier: MIT */
#include "find/guest.h"

#include "base/mem.h"
#include "base/num.h"
#include "find/groups.h"
#include "find/zone.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MISSED = 3, MOST_TRIES = 4 };
enum { QUIET = 15 }; /* pictures without anything new, after which what comes next is looked at at once */
static const double MARGIN = 1.2; /* the view's side over the guest's larger side */
static const double TIGHT = 1.05, LOOSE = 1.5; /* outside of these, the view is made anew */
/* of the view's side: what may lie outside the picture, at the sides and above: half of somebody who comes in is found
 * better in the middle of a view than at its border */
static const double OUTSIDE = 0.4;
static const double AROUND = 0.08; /* of the guest's size: what around the box is the guest's, too */
/* of the picture's height and area: less of somebody is left to the look at the others */
static const double LEAST_HEIGHT = 0.15, LEAST_AREA = 0.01;

int pmk_guest_init(struct pmk_guest *g, int width, int height)
{
	*g = (struct pmk_guest){ .width = width, .height = height };
	g->joined = pmk_mem_alloc((size_t)width * (size_t)height * sizeof *g->joined);
	return g->joined ? 0 : -ENOMEM;
}

void pmk_guest_finish(struct pmk_guest *g)
{
	free(g->joined);
	*g = (struct pmk_guest){ 0 };
}

void pmk_guest_forget(struct pmk_guest *g)
{
	g->found = false;
	g->missed = g->tries = g->wait = 0;
}

static struct pmk_box enlarged(const struct pmk_box *b)
{
	double across = AROUND * (b->right - b->left), down = AROUND * (b->bottom - b->top);

	return (struct pmk_box){ b->left - across, b->top - down, b->right + across, b->bottom + down };
}

/* The larger part of `b` at the left or right of `people`. */
static struct pmk_box beside(const struct pmk_box *b, const struct pmk_box *people)
{
	struct pmk_box left = *b, right = *b;

	if (pmk_box_is_empty(people))
		return *b;
	left.right = fmin(b->right, people->left);
	right.left = fmax(b->left, people->right);
	return left.right - left.left > right.right - right.left ? left : right;
}

static bool is_person_sized(const struct pmk_view *v, const struct pmk_box *b)
{
	return b->bottom - b->top >= LEAST_HEIGHT * v->height && pmk_box_area(b) >= LEAST_AREA * v->width * v->height;
}

static int even(double px)
{
	return 2 * (int)lround(px / 2);
}

static struct pmk_rect view_around(const struct pmk_view *v, const struct pmk_box *b)
{
	double width = b->right - b->left, height = b->bottom - b->top;
	double side = fmin(fmax(width / v->shape, height) * MARGIN, v->height), across = side * v->shape;
	double out = OUTSIDE * side, x = (b->left + b->right - across) / 2, y = (b->top + b->bottom - side) / 2;

	x = fmin(fmax(x, -out), v->width + out - across);
	y = fmin(fmax(y, -out), v->height - side);
	return (struct pmk_rect){ even(x), even(y), even(across), even(side) };
}

/* Whether the view is still good for the box, so that it need not move. */
static bool fits(const struct pmk_guest *g, const struct pmk_view *v)
{
	const struct pmk_rect *r = &g->view;
	double larger = fmax((g->box.right - g->box.left) / v->shape, g->box.bottom - g->box.top);
	double slack = larger * (MARGIN - TIGHT) / 2;

	return r->height >= TIGHT * larger && r->height <= LOOSE * larger &&
		(r->x <= g->box.left - slack || r->x <= 0) && (r->y <= g->box.top - slack || r->y <= 0) &&
		(r->x + r->width >= g->box.right + slack || r->x + r->width >= v->width);
}

void pmk_guest_leave_out(const struct pmk_guest *g, const struct pmk_view *v, const struct pmk_rect *rect,
	float *probability, int width, int height)
{
	struct pmk_box all = enlarged(&g->box), box = beside(&all, &v->people);
	struct pmk_rect zone = { (int)box.left, (int)box.top, (int)ceil(box.right - box.left),
		(int)ceil(box.bottom - box.top) };

	if (g->found)
		pmk_zone_clear_probability(&zone, rect, probability, width, height);
}

bool pmk_guest_wants_look(struct pmk_guest *g, const struct pmk_view *v, const struct pmk_box *novel)
{
	struct pmk_box box = beside(novel, &v->people);

	if (!v->found || v->nearest) {
		pmk_guest_forget(g);
		return false;
	}
	if (g->found) {
		if (!fits(g, v))
			g->view = view_around(v, &g->box);
		return true;
	}
	g->quiet = pmk_box_is_empty(novel) || !is_person_sized(v, &box) ? pmk_min(g->quiet + 1, QUIET) : 0;
	if (g->quiet >= QUIET)
		g->tries = g->wait = 0;
	if (g->wait > 0 || g->quiet) {
		g->wait = pmk_max(g->wait - 1, 0);
		return false;
	}
	g->box = box;
	g->view = view_around(v, &g->box);
	return true;
}

/* Find who is in the look, beside those who are followed. False: nobody. */
static bool find(struct pmk_guest *g, const struct pmk_view *v, const float *look)
{
	struct pmk_groups groups;
	struct pmk_box found = { 0 };

	pmk_groups_find(&groups, look, g->width, g->height);
	for (int i = 0; i < groups.count; i++) {
		const struct pmk_box *b = &groups.group[i].box;
		double across = (double)g->view.width / g->width * groups.size,
		       down = (double)g->view.height / g->height * groups.size;
		struct pmk_box box = { fmax(0, g->view.x + b->left * across), fmax(0, g->view.y + b->top * down),
			fmin(v->width, g->view.x + b->right * across), fmin(v->height, g->view.y + b->bottom * down) };

		box = beside(&box, &v->people);
		if (is_person_sized(v, &box))
			found = pmk_box_union(&found, &box);
	}
	if (pmk_box_is_empty(&found))
		return false;
	g->box = found;
	return true;
}

/* The places in two looks of a pixel of the joined look; negative: outside. */
static float place_in(double px, int count, int from, int length)
{
	double place = (px - from) * count / length - 0.5;

	return px < from || px > from + length ? -1 : (float)fmin(fmax(place, 0), count - 1);
}

static float sample(const struct pmk_guest *g, const float *p, float x, float y)
{
	int left = (int)x, top = (int)y, right = pmk_min(left + 1, g->width - 1),
	    bottom = pmk_min(top + 1, g->height - 1);
	const float *a = p + (size_t)top * (size_t)g->width, *b = p + (size_t)bottom * (size_t)g->width;
	float part = x - (float)left, upper = a[left] + part * (a[right] - a[left]),
	      lower = b[left] + part * (b[right] - b[left]);

	return upper + (y - (float)top) * (lower - upper);
}

static bool inside(const struct pmk_box *b, double x, double y)
{
	return x >= b->left && x < b->right && y >= b->top && y < b->bottom;
}

static void join(struct pmk_guest *g, const struct pmk_box *own, const float *look, const struct pmk_rect *seen,
	const float *probability, const struct pmk_rect *all)
{
	for (int y = 0; y < g->height; y++) {
		double py = all->y + (y + 0.5) * all->height / g->height;
		float in_look = place_in(py, g->height, g->view.y, g->view.height),
		      in_seen = place_in(py, g->height, seen->y, seen->height);

		for (int x = 0; x < g->width; x++) {
			double px = all->x + (x + 0.5) * all->width / g->width;
			float in_x = place_in(px, g->width, seen->x, seen->width), p = 0;

			if (in_seen >= 0 && in_x >= 0)
				p = sample(g, probability, in_x, in_seen);
			in_x = place_in(px, g->width, g->view.x, g->view.width);
			if (in_look >= 0 && in_x >= 0 && inside(own, px, py))
				p = fmaxf(p, sample(g, look, in_x, in_look));
			g->joined[(size_t)y * (size_t)g->width + (size_t)x] = p;
		}
	}
}

float *pmk_guest_see(
	struct pmk_guest *g, const struct pmk_view *v, const float *look, struct pmk_rect *seen, float *probability)
{
	bool found = find(g, v, look);
	struct pmk_box own = enlarged(&g->box), both;
	struct pmk_rect before = *seen;

	if (!found && !g->found) {
		g->wait = 1 << pmk_max(g->tries - 1, 0);
		g->tries = pmk_min(g->tries + 1, MOST_TRIES);
		return probability;
	}
	g->missed = found ? 0 : g->missed + 1;
	g->found = g->missed < MOST_MISSED;
	g->tries = g->wait = 0;
	own = (struct pmk_box){ fmax(own.left, 0), fmax(own.top, 0), fmin(own.right, v->width),
		fmin(own.bottom, v->height) };
	both = (struct pmk_box){ before.x, before.y, before.x + before.width, before.y + before.height };
	both = pmk_box_union(&both, &own);
	*seen = (struct pmk_rect){ even(both.left), even(both.top), even(both.right - both.left),
		even(both.bottom - both.top) };
	join(g, &own, look, &before, probability, seen);
	return g->joined;
}
