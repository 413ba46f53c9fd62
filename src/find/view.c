/* SPDX-License-Identifier: MIT */
#include "find/view.h"

#include "base/clock.h"
#include "base/num.h"
#include "find/groups.h"

#include <math.h>
#include <string.h>

enum { SEARCH_FRAMES = 6, PATIENCE = 5 };
static const uint64_t SEARCH_NS = 200 * PMK_MS_NS;
static const double MARGIN = 1.1; /* the view's side over the person's larger side */
static const double ROUGH_MARGIN = 1.2; /* the same at first sight, when less is known of where the person ends */
static const double NEAR = 0.035; /* of the view: it moves when people are nearer to its border than this */
/* of the view's side: if less than this would be enough, the view shrinks after PATIENCE frames */
static const double ROOMY = 0.9;
static const double GROW = 0.25; /* of the view: it grows by this at a side where a person touches it */
/* of the view: what may lie outside the picture at each side in the picture of the first sight */
static const double OUTSIDE = 0.1;
static const double BELOW = 2; /* px below the picture once somebody is followed, so that the view holds the last row */
/* of a square: in a picture wider than this, a look at the whole misses small people */
static const double CLOSER = 1.5;
/* a view that is squeezed by more than WIDE becomes two tiles; down to WIDE_STILL it stays so */
static const double WIDE = 1.3, WIDE_STILL = 1.2;
/* width of a view of two tiles over that of the people, and at most over that of the picture */
static const double ROW_MARGIN = 1.1, ROW_MOST = 1.06;
static const double OVERLAP = 0.2; /* of a tile: at least this much is in the other one, too */
/* of the picture's smaller side: no view is smaller, because the picture has no more detail */
static const double LEAST_SIDE = 0.25;
static const double SWITCH = 1.5; /* another person must be this much nearer to be chosen instead */

void pmk_view_init(struct pmk_view *v, int width, int height, double shape, bool nearest)
{
	*v = (struct pmk_view){ .width = width, .height = height, .shape = shape, .nearest = nearest };
	pmk_view_forget(v);
}

void pmk_view_forget(struct pmk_view *v)
{
	v->rect = (struct pmk_rect){ 0, 0, v->width, v->height };
	v->people = v->searched = v->chosen = (struct pmk_box){ 0 };
	v->found = v->fitted = v->known = v->rough = v->wide = false;
	v->roomy = 0;
	v->frames = SEARCH_FRAMES;
}

void pmk_view_set_nearest(struct pmk_view *v, bool nearest)
{
	if (v->nearest == nearest)
		return;
	v->nearest = nearest;
	v->frames = SEARCH_FRAMES;
}

bool pmk_view_wants_search(struct pmk_view *v, uint64_t now_ns)
{
	v->known = v->fitted;
	if (v->frames++ < SEARCH_FRAMES - 1 && now_ns < v->searched_ns + SEARCH_NS)
		return false;
	v->frames = 0;
	v->searched_ns = now_ns;
	return true;
}

static int even(double px)
{
	return 2 * (int)lround(px / 2);
}

/* Place a line of `size` around `middle`; it may stick out of 0..side by at most `before` and `behind`. */
static void place(double middle, double size, double side, double before, double behind, int *at, int *length)
{
	double fits = fmin(size, side + before + behind);

	*at = even(fmin(fmax(middle - fits / 2, -before), side + behind - fits));
	*length = even(fits);
}

struct pmk_rect pmk_view_inside(const struct pmk_view *v, const struct pmk_box *box, double margin)
{
	double width = box->right - box->left, height = box->bottom - box->top;
	double side = fmax(fmax(width / v->shape, height) * margin, fmin(v->width, v->height) * LEAST_SIDE);
	struct pmk_rect r;

	place((box->left + box->right) / 2, side * v->shape, v->width, 0, 0, &r.x, &r.width);
	place((box->top + box->bottom) / 2, side, v->height, 0, 0, &r.y, &r.height);
	return r;
}

static void place_across(
	const struct pmk_view *v, const struct pmk_box *box, double out, double width, struct pmk_rect *r)
{
	place((box->left + box->right) / 2, width, v->width, out, out, &r->x, &r->width);
}

static void place_down(
	const struct pmk_view *v, const struct pmk_box *box, double above, double side, struct pmk_rect *r)
{
	double below = v->fitted ? BELOW : side * OUTSIDE;

	place((box->top + box->bottom) / 2, side, v->height, above, below, &r->y, &r->height);
}

/* A view of one look: centred on the people in `box`, and of the network's shape unless it would be outside the
 * picture. */
static struct pmk_rect one_look(const struct pmk_view *v, const struct pmk_box *box, double margin)
{
	double width = box->right - box->left, height = box->bottom - box->top,
	       least = fmin(v->width, v->height) * LEAST_SIDE;
	double side = fmax(fmax(width / v->shape, height) * margin, least), out = v->known ? 0 : side * OUTSIDE;
	struct pmk_rect r;

	place_across(v, box, out * v->shape, side * v->shape, &r);
	place_down(v, box, out, side, &r);
	return r;
}

/* A view of two tiles: as wide as the people, and at least as high as two tiles of that width must be. */
static struct pmk_rect two_tiles(const struct pmk_view *v, const struct pmk_box *box, double margin)
{
	double width = fmin((box->right - box->left) * ROW_MARGIN, v->width * ROW_MOST);
	double side = fmax((box->bottom - box->top) * margin, width / v->shape / (2 - OVERLAP));
	struct pmk_rect r;

	place_down(v, box, side * OUTSIDE, side, &r);
	place_across(v, box, side * v->shape * OUTSIDE, fmax(width, even(r.height * v->shape)), &r);
	return r;
}

/* The view for the people in `box`. *wide says whether the last view has two tiles, and then whether this one has. */
static struct pmk_rect around(const struct pmk_view *v, const struct pmk_box *box, double margin, bool *wide)
{
	struct pmk_rect r = one_look(v, box, margin);

	*wide = r.width > (*wide ? WIDE_STILL : WIDE) * v->shape * r.height;
	return *wide ? two_tiles(v, box, margin) : r;
}

/* The width of each of two tiles that cover width x height px together: that of the network's shape, or more if that
 * would leave a gap. */
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

void pmk_view_turn_to(struct pmk_view *v, const struct pmk_box *people)
{
	pmk_view_forget(v);
	v->people = *people;
	look_at(v, &v->people);
}

void pmk_view_stay(struct pmk_view *v, const struct pmk_view *was)
{
	int frames = v->frames;
	uint64_t searched_ns = v->searched_ns;

	*v = *was;
	v->frames = frames;
	v->searched_ns = searched_ns;
}

/* Convert a box from blocks of a look at `rect` to px, cut off at the picture's edges. */
static struct pmk_box in_picture(
	const struct pmk_view *v, const struct pmk_box *b, const struct pmk_groups *g, const struct pmk_rect *rect)
{
	double across = (double)rect->width / g->width * g->size, down = (double)rect->height / g->height * g->size;

	return (struct pmk_box){ fmax(0, rect->x + b->left * across), fmax(0, rect->y + b->top * down),
		fmin(v->width, rect->x + b->right * across), fmin(v->height, rect->y + b->bottom * down) };
}

static bool holds(const struct pmk_view *v, const struct pmk_box *b)
{
	double slack = NEAR * v->rect.width;

	return b->left >= v->rect.x - slack && b->top >= v->rect.y - slack &&
		b->right <= v->rect.x + v->rect.width + slack && b->bottom <= v->rect.y + v->rect.height + slack;
}

/* How much a person matters: by size, and less towards the sides. The person who was chosen before matters SWITCH times
 * as much. */
static double weight(const struct pmk_view *v, const struct pmk_box *b)
{
	double off = fabs((b->left + b->right) / v->width - 1);
	struct pmk_box common = { fmax(b->left, v->chosen.left), fmax(b->top, v->chosen.top),
		fmin(b->right, v->chosen.right), fmin(b->bottom, v->chosen.bottom) };

	return pmk_box_area(b) * (1 - off / 2) *
		(2 * pmk_box_area(&common) > fmin(pmk_box_area(b), pmk_box_area(&v->chosen)) ? SWITCH : 1);
}

/* The group that matters most. */
static int choose(const struct pmk_view *v, const struct pmk_groups *g, const struct pmk_rect *rect)
{
	double most = -1;
	int best = 0;

	for (int i = 0; i < g->count; i++) {
		struct pmk_box b = in_picture(v, &g->group[i].box, g, rect);
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
	struct pmk_groups g;

	pmk_groups_find(&g, probability, width, height);
	if (part->width == v->width)
		v->searched = (struct pmk_box){ 0 };
	if (g.count && v->nearest) {
		g.group[0] = g.group[choose(v, &g, part)];
		g.count = 1;
	}
	for (int i = 0; i < g.count; i++) {
		struct pmk_box core = in_picture(v, &g.group[i].core, &g, part);
		v->searched = pmk_box_union(&v->searched, &core);
	}
	if (!g.count || (v->found && holds(v, &v->searched)))
		return;
	v->people = pmk_box_union(&v->people, &v->searched);
	look_at(v, &v->people);
}

/* The view grows at each side where a person continues beyond it. */
static bool grow(struct pmk_view *v, const float *p, const struct pmk_groups *g)
{
	const struct pmk_rect r = v->rect;
	struct pmk_box b = { r.x, r.y, r.x + r.width, r.y + r.height }, was = b;
	int right = g->width - 1, bottom = g->height - 1;

	if (r.x > 0 && pmk_groups_touch(g, p, 0, 0, 0, bottom))
		b.left -= GROW * r.width;
	if (r.y > 0 && pmk_groups_touch(g, p, 0, 0, right, 0))
		b.top -= GROW * r.height;
	if (r.x + r.width < v->width && pmk_groups_touch(g, p, right, 0, right, bottom))
		b.right += GROW * r.width;
	if (r.y + r.height < v->height && pmk_groups_touch(g, p, 0, bottom, right, bottom))
		b.bottom += GROW * r.height;
	if (memcmp(&was, &b, sizeof b) == 0)
		return false;
	v->rect = around(v, &b, 1, &v->wide);
	v->roomy = 0;
	return true;
}

/* Whether people are near a border of the view beyond which the picture continues. */
static bool is_near(const struct pmk_view *v)
{
	double across = NEAR * v->rect.width, down = NEAR * v->rect.height;
	const struct pmk_rect *r = &v->rect;
	const struct pmk_box *p = &v->people;

	return (r->x > 0 && p->left < r->x + across) || (r->y > 0 && p->top < r->y + down) ||
		(r->x + r->width < v->width && p->right > r->x + r->width - across) ||
		(r->y + r->height < v->height && p->bottom > r->y + r->height - down);
}

/* Plan the view of the next frame. A view that is too tight moves at once; one that is too wide, or was made at first
 * sight, moves after some time. */
static void plan(struct pmk_view *v)
{
	struct pmk_box wanted = pmk_box_union(&v->people, &v->searched);
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

/* Nobody is where somebody was: look at the whole picture once more. After that, an empty room is not searched more
 * often than any other picture. */
static bool lose(struct pmk_view *v)
{
	if (!v->found)
		return false;
	pmk_view_forget(v);
	return true;
}

/* With nearest, only the group that matters most stays. */
static void keep_nearest(
	const struct pmk_view *v, const struct pmk_rect *rect, struct pmk_groups *g, float *probability)
{
	int best;

	if (!v->nearest || g->count < 2)
		return;
	best = choose(v, g, rect);
	pmk_groups_keep_one(g, probability, best);
	g->group[0] = g->group[best];
	g->count = 1;
}

void pmk_view_keep_nearest(
	const struct pmk_view *v, const struct pmk_rect *rect, float *probability, int width, int height)
{
	struct pmk_groups g;

	if (!v->nearest)
		return;
	pmk_groups_find(&g, probability, width, height);
	keep_nearest(v, rect, &g, probability);
}

bool pmk_view_follow(struct pmk_view *v, float *probability, int width, int height)
{
	bool first = !v->found;
	struct pmk_groups g;

	pmk_groups_find(&g, probability, width, height);
	if (!g.count)
		return lose(v);
	keep_nearest(v, &v->rect, &g, probability);
	v->people = (struct pmk_box){ 0 };
	for (int i = 0; i < g.count; i++) {
		struct pmk_box b = in_picture(v, &g.group[i].box, &g, &v->rect);
		v->people = pmk_box_union(&v->people, &b);
	}
	v->chosen = v->people;
	if (!first && grow(v, probability, &g))
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
