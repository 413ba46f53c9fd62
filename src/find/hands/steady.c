/* SPDX-License-Identifier: MIT */
#include "find/hands/steady.h"

#include "base/mem.h"
#include "base/num.h"
#include "find/hands/hands_parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRID = PMK_HANDS_GRID };
enum { OFTEN = 4 }; /* doubts are sought in every fourth picture */
enum { NOISE = 3 }; /* levels: the mean change of a block in each plane up to which it stands still */
enum { PICTURES = 90, RENEW = 30 }; /* for how many a find counts; with how many left it is looked for again */
static const double CALM = 0.9; /* of the blocks of a square that is still, or known */
static const double MOST_LOST = 0.25; /* of the blocks with a hand: it has gone, although some look as before */
static const float LEAST = 0.1f; /* what is found with less is nothing */

/* Columns left..right - 1 and rows top..bottom - 1, of blocks of the grid or of pixels. */
struct blocks {
	int left, top, right, bottom;
};

int pmk_hands_steady_init(struct pmk_hands_steady *f, int width, int height)
{
	size_t count = pmk_align_up_size((size_t)width * (size_t)height, 64);
	float *at = pmk_mem_alloc(count * (2 * sizeof *at + 6));

	*f = (struct pmk_hands_steady){ .width = width, .height = height, .block = at };
	if (!at)
		return -ENOMEM;
	f->found = at;
	f->seen = at + count;
	for (int p = 0; p < 3; p++) {
		f->then[p] = (uint8_t *)(at + 2 * count) + (size_t)p * count;
		f->last[p] = f->then[p] + 3 * count;
	}
	return 0;
}

void pmk_hands_steady_finish(struct pmk_hands_steady *f)
{
	free(f->block);
	*f = (struct pmk_hands_steady){ 0 };
}

void pmk_hands_steady_forget(struct pmk_hands_steady *f)
{
	f->view = (struct pmk_rect){ 0 };
	f->looks = f->pictures = 0;
	memset(f->known, 0, sizeof f->known);
	memset(f->hand, 0, sizeof f->hand);
}

/* The first px of block `at` of a side of `length` px. */
static int first_of(int at, int length)
{
	return at * length / GRID;
}

/* The part of a plane that a block covers. */
static struct blocks part_of(const struct pmk_hands_steady *f, int plane, int row, int column)
{
	int width = f->width >> (plane > 0), height = f->height >> (plane > 0);

	return (struct blocks){ first_of(column, width), first_of(row, height), first_of(column + 1, width),
		first_of(row + 1, height) };
}

static bool is_as(
	const struct pmk_hands_steady *f, const struct pmk_image *small, uint8_t *const before[3], int row, int column)
{
	for (int p = 0; p < 3; p++) {
		struct blocks part = part_of(f, p, row, column);
		int change = 0;

		for (int y = part.top; y < part.bottom; y++) {
			const uint8_t *a = small->plane[p] + (size_t)y * (size_t)small->stride[p],
				      *b = before[p] + (size_t)y * (size_t)f->width;

			for (int x = part.left; x < part.right; x++)
				change += abs(a[x] - b[x]);
		}
		if (change > NOISE * (part.right - part.left) * (part.bottom - part.top))
			return false;
	}
	return true;
}

/* Find what stands still, and forget what does not look as it did. */
static void compare(struct pmk_hands_steady *f, const struct pmk_image *small)
{
	int hands = 0, lost = 0;

	for (int row = 0; row < GRID; row++) {
		for (int column = 0; column < GRID; column++) {
			uint8_t *known = &f->known[row][column];

			f->still[row][column] = is_as(f, small, f->last, row, column);
			if (*known)
				*known = is_as(f, small, f->then, row, column) ? *known - 1 : 0;
			hands += f->hand[row][column];
			lost += f->hand[row][column] && !*known;
		}
	}
	if (lost <= MOST_LOST * hands)
		return;
	memset(f->known, 0, sizeof f->known);
	memset(f->hand, 0, sizeof f->hand);
}

static void keep_planes(const struct pmk_hands_steady *f, const struct pmk_image *small)
{
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < f->height >> (p > 0); y++)
			memcpy(f->last[p] + (size_t)y * (size_t)f->width,
				small->plane[p] + (size_t)y * (size_t)small->stride[p], (size_t)(f->width >> (p > 0)));
	}
}

/* The blocks of the larger square around a doubt, as far as it is inside the view. */
static struct blocks around(
	const struct pmk_hands_steady *f, const struct pmk_view *view, const struct pmk_doubt *doubt)
{
	double half = pmk_hands_square() * (view->people.bottom - view->people.top) / 2, across = half * view->shape;
	double column = (double)GRID / f->view.width, row = (double)GRID / f->view.height;

	return (struct blocks){ pmk_clamp((int)((doubt->x - across - f->view.x) * column), 0, GRID),
		pmk_clamp((int)((doubt->y - half - f->view.y) * row), 0, GRID),
		pmk_clamp((int)((doubt->x + across - f->view.x) * column) + 1, 0, GRID),
		pmk_clamp((int)((doubt->y + half - f->view.y) * row) + 1, 0, GRID) };
}

/* Whether most blocks have more than `least`. */
static bool most_are(uint8_t state[GRID][GRID], int least, const struct blocks *b)
{
	int count = 0;

	for (int row = b->top; row < b->bottom; row++) {
		for (int column = b->left; column < b->right; column++)
			count += state[row][column] > least;
	}
	return count >= CALM * (b->right - b->left) * (b->bottom - b->top);
}

/* Choose a doubt that stands still, and has not been looked at as it is. */
static bool choose(struct pmk_hands_steady *f, const struct pmk_view *view, const float *probability)
{
	struct pmk_doubt doubt[PMK_DOUBTS];
	int doubts;

	if (++f->pictures < OFTEN)
		return false;
	f->pictures = 0;
	doubts = pmk_doubt_find(probability, f->width, f->height, &f->view, &view->people, doubt);
	for (int k = 0; k < doubts; k++) {
		struct blocks b = around(f, view, &doubt[k]);

		f->doubt = doubt[k];
		if (most_are(f->still, 0, &b) && !most_are(f->known, RENEW, &b))
			return true;
	}
	return false;
}

/* Keep what was found in a block, in h->after. */
static void keep_block(struct pmk_hands_steady *f, const struct pmk_hands *h, int row, int column)
{
	int left = first_of(column, f->width), width = first_of(column + 1, f->width) - left;
	bool any = false;

	for (int y = first_of(row, f->height); y < first_of(row + 1, f->height); y++) {
		size_t at = (size_t)y * (size_t)f->width + (size_t)left;

		for (int x = 0; x < width; x++, at++) {
			bool more = h->after[at] > f->seen[at] + LEAST;

			f->found[at] = more ? h->after[at] : 0;
			any |= more;
		}
	}
	for (int p = 0; p < 3; p++) {
		struct blocks part = part_of(f, p, row, column);

		for (int y = part.top; y < part.bottom; y++)
			memcpy(f->then[p] + (size_t)y * (size_t)f->width + part.left,
				f->last[p] + (size_t)y * (size_t)f->width + part.left,
				(size_t)(part.right - part.left));
	}
	f->known[row][column] = PICTURES;
	f->hand[row][column] = any;
}

static void keep(struct pmk_hands_steady *f, const struct pmk_hands *h, const struct blocks *b)
{
	for (int row = b->top; row < b->bottom; row++) {
		for (int column = b->left; column < b->right; column++)
			keep_block(f, h, row, column);
	}
}

static void raise(const struct pmk_hands_steady *f, float *probability)
{
	for (int i = 0; i < GRID * GRID; i++) {
		int row = i / GRID, column = i % GRID;

		for (int y = first_of(row, f->height); f->known[row][column] && y < first_of(row + 1, f->height); y++) {
			for (int x = first_of(column, f->width); x < first_of(column + 1, f->width); x++) {
				size_t at = (size_t)y * (size_t)f->width + (size_t)x;

				probability[at] = fmaxf(probability[at], f->found[at]);
			}
		}
	}
}

/* Take the next closer look, if there is one to take. */
static int look(struct pmk_hands_steady *f, struct pmk_hands *h, struct pmk_study *s, const struct pmk_view *view,
	const struct pmk_hands_eye *eye, float **probability)
{
	struct blocks b;
	int err;

	if (!f->looks && !choose(f, view, *probability))
		return 0;
	b = around(f, view, &f->doubt);
	if (!most_are(f->still, 0, &b)) {
		f->looks = 0;
		return 0;
	}
	memcpy(f->seen, *probability, (size_t)f->width * (size_t)f->height * sizeof *f->seen);
	*probability = f->seen;
	err = pmk_hands_look(h, view, eye, &f->doubt, 0, f->looks);
	if (err || ++f->looks < PMK_HANDS_LOOKS)
		return err;
	pmk_hands_judge(h, s, view, &f->view, f->seen, 0);
	keep(f, h, &b);
	f->looks = 0;
	return 0;
}

int pmk_hands_steady_run(struct pmk_hands_steady *f, struct pmk_hands *h, struct pmk_study *s,
	const struct pmk_view *view, const struct pmk_hands_eye *eye, const struct pmk_rect *seen,
	const struct pmk_image *small, float **probability)
{
	bool same = memcmp(seen, &f->view, sizeof *seen) == 0;
	int err = 0;

	if (same) {
		compare(f, small);
	} else {
		pmk_hands_steady_forget(f);
		f->view = *seen;
	}
	keep_planes(f, small);
	if (same)
		err = look(f, h, s, view, eye, probability);
	if (!err)
		raise(f, *probability);
	return err;
}
