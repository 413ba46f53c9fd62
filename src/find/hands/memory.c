/* SPDX-License-Identifier: MIT */
#include "find/hands/memory.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRID = PMK_HANDS_GRID };
enum { NOISE = 3 }; /* levels: the mean change of a block in each plane up to which it stands still */
enum { PICTURES = 150, RENEW = 30 }; /* for how many a find counts; with how many left it is looked for again */
static const double CALM = 0.9; /* of the blocks of a square that is still, or known */
static const double MOST_LOST = 0.25; /* of the blocks with a hand: it has gone, although some look as before */
static const float LEAST = 0.1f; /* what is found with less than that more is no hand */

int pmk_hands_memory_init(struct pmk_hands_memory *m, int width, int height)
{
	size_t count = pmk_align_up_size((size_t)width * (size_t)height, 64);
	float *at = pmk_mem_alloc(count * ((2 + PMK_DOUBTS) * sizeof *at + 6));

	*m = (struct pmk_hands_memory){ .width = width, .height = height, .block = at };
	if (!at)
		return -ENOMEM;
	m->found = at;
	m->lowered = at += count;
	for (int k = 0; k < PMK_DOUBTS; k++)
		m->closer[k] = at += count;
	for (int p = 0; p < 3; p++) {
		m->then[p] = (uint8_t *)(at + count) + (size_t)p * count;
		m->first[p] = m->then[p] + 3 * count;
	}
	return 0;
}

void pmk_hands_memory_finish(struct pmk_hands_memory *m)
{
	free(m->block);
	*m = (struct pmk_hands_memory){ 0 };
}

static void forget_finds(struct pmk_hands_memory *m)
{
	m->parts = 0;
	memset(m->known, 0, sizeof m->known);
	memset(m->hand, 0, sizeof m->hand);
}

void pmk_hands_memory_forget(struct pmk_hands_memory *m, const struct pmk_rect *view)
{
	m->view = *view;
	forget_finds(m);
}

/* The first px of block `at` of a side of `length` px. */
static int first_of(int at, int length)
{
	return at * length / GRID;
}

/* The part of a plane that a block covers. */
static struct pmk_hands_blocks part_of(const struct pmk_hands_memory *m, int plane, int row, int column)
{
	int width = m->width >> (plane > 0), height = m->height >> (plane > 0);

	return (struct pmk_hands_blocks){ first_of(column, width), first_of(row, height), first_of(column + 1, width),
		first_of(row + 1, height) };
}

static bool is_as(
	const struct pmk_hands_memory *m, const struct pmk_image *small, uint8_t *const before[3], int row, int column)
{
	for (int p = 0; p < 3; p++) {
		struct pmk_hands_blocks part = part_of(m, p, row, column);
		int change = 0;

		for (int y = part.top; y < part.bottom; y++) {
			const uint8_t *a = small->plane[p] + (size_t)y * (size_t)small->stride[p],
				      *b = before[p] + (size_t)y * (size_t)m->width;

			for (int x = part.left; x < part.right; x++)
				change += abs(a[x] - b[x]);
		}
		if (change > NOISE * (part.right - part.left) * (part.bottom - part.top))
			return false;
	}
	return true;
}

void pmk_hands_memory_compare(struct pmk_hands_memory *m, const struct pmk_image *small)
{
	for (int i = 0; i < GRID * GRID; i++)
		m->still[i / GRID][i % GRID] = is_as(m, small, m->first, i / GRID, i % GRID);
}

void pmk_hands_memory_check(struct pmk_hands_memory *m, const struct pmk_image *small)
{
	int hands = 0, lost = 0, known_blocks = 0;

	for (int row = 0; row < GRID; row++) {
		for (int column = 0; column < GRID; column++) {
			uint8_t *known = &m->known[row][column];

			if (*known)
				*known = is_as(m, small, m->then, row, column) ? *known - 1 : 0;
			known_blocks += *known > 0;
			hands += m->hand[row][column];
			lost += m->hand[row][column] && !*known;
		}
	}
	if (!known_blocks || lost > MOST_LOST * hands)
		forget_finds(m);
}

void pmk_hands_memory_begin(struct pmk_hands_memory *m, const struct pmk_image *small)
{
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < m->height >> (p > 0); y++)
			memcpy(m->first[p] + (size_t)y * (size_t)m->width,
				small->plane[p] + (size_t)y * (size_t)small->stride[p], (size_t)(m->width >> (p > 0)));
	}
}

struct pmk_hands_blocks pmk_hands_memory_blocks(const struct pmk_hands_memory *m, const struct pmk_box *box)
{
	double column = (double)GRID / m->view.width, row = (double)GRID / m->view.height;

	return (struct pmk_hands_blocks){ pmk_clamp((int)((box->left - m->view.x) * column), 0, GRID),
		pmk_clamp((int)((box->top - m->view.y) * row), 0, GRID),
		pmk_clamp((int)((box->right - m->view.x) * column) + 1, 0, GRID),
		pmk_clamp((int)((box->bottom - m->view.y) * row) + 1, 0, GRID) };
}

/* Whether most blocks have more than `least`. */
static bool most_are(const uint8_t state[GRID][GRID], int least, const struct pmk_hands_blocks *b)
{
	int count = 0;

	for (int row = b->top; row < b->bottom; row++) {
		for (int column = b->left; column < b->right; column++)
			count += state[row][column] > least;
	}
	return count >= CALM * (b->right - b->left) * (b->bottom - b->top);
}

bool pmk_hands_memory_is_still(const struct pmk_hands_memory *m, const struct pmk_hands_blocks *blocks)
{
	return most_are(m->still, 0, blocks);
}

bool pmk_hands_memory_is_known(const struct pmk_hands_memory *m, const struct pmk_hands_blocks *blocks)
{
	return most_are(m->known, RENEW, blocks);
}

static void keep_block(struct pmk_hands_memory *m, const float *seen, const float *found, int row, int column)
{
	struct pmk_hands_blocks part = part_of(m, 0, row, column);

	m->known[row][column] = PICTURES;
	m->hand[row][column] = false;
	for (int y = part.top; y < part.bottom; y++) {
		for (int x = part.left; x < part.right; x++) {
			size_t at = (size_t)y * (size_t)m->width + (size_t)x;

			m->found[at] = found[at];
			m->hand[row][column] |= found[at] > seen[at] + LEAST;
		}
	}
	for (int p = 0; p < 3; p++) {
		part = part_of(m, p, row, column);
		for (int y = part.top; y < part.bottom; y++)
			memcpy(m->then[p] + (size_t)y * (size_t)m->width + part.left,
				m->first[p] + (size_t)y * (size_t)m->width + part.left,
				(size_t)(part.right - part.left));
	}
}

void pmk_hands_memory_keep(
	struct pmk_hands_memory *m, const struct pmk_hands_blocks *b, const float *seen, const float *found)
{
	for (int row = b->top; row < b->bottom; row++) {
		for (int column = b->left; column < b->right; column++)
			keep_block(m, seen, found, row, column);
	}
}

void pmk_hands_memory_keep_parts(struct pmk_hands_memory *m, const struct pmk_hands *h)
{
	m->parts = h->count;
	for (int k = 0; k < h->count; k++) {
		m->part[k] = h->part[k].view;
		memcpy(m->closer[k], h->part[k].probability,
			(size_t)m->width * (size_t)m->height * sizeof *m->closer[k]);
	}
}

static bool is_any_known(const struct pmk_hands_memory *m)
{
	bool any = false;

	for (int i = 0; i < GRID * GRID; i++)
		any |= m->known[i / GRID][i % GRID] != 0;
	return any;
}

void pmk_hands_memory_recall(struct pmk_hands_memory *m, const struct pmk_hands_eye *eye, float *probability)
{
	if (!is_any_known(m))
		return;
	memcpy(m->lowered, m->found, (size_t)m->width * (size_t)m->height * sizeof *m->found);
	eye->lower(eye->context, &m->view, m->lowered);
	for (int i = 0; i < GRID * GRID; i++) {
		struct pmk_hands_blocks part = part_of(m, 0, i / GRID, i % GRID);

		for (int y = part.top; m->known[i / GRID][i % GRID] && y < part.bottom; y++) {
			size_t at = (size_t)y * (size_t)m->width + (size_t)part.left;

			memcpy(probability + at, m->lowered + at,
				(size_t)(part.right - part.left) * sizeof *probability);
		}
	}
}

/* The block that has the middle of pixel `at` of `count` pixels of a part `from`, `length` px; GRID: outside. */
static int block_at(int at, int count, int from, int length, int view_from, int view_length)
{
	double px = from + (at + 0.5) * length / count - view_from;

	return px < 0 || px >= view_length ? GRID : (int)(px * GRID / view_length);
}

/* Copy what was found in a part, where it counts. */
static void recall_part(const struct pmk_hands_memory *m, int k, float *probability)
{
	const struct pmk_rect *r = &m->part[k], *v = &m->view;
	int column[PMK_IMAGE_MAX_PX];

	for (int x = 0; x < m->width; x++)
		column[x] = block_at(x, m->width, r->x, r->width, v->x, v->width);
	for (int y = 0; y < m->height; y++) {
		int row = block_at(y, m->height, r->y, r->height, v->y, v->height);
		size_t at = (size_t)y * (size_t)m->width;

		for (int x = 0; x < m->width; x++, at++) {
			bool known = row < GRID && column[x] < GRID && m->known[row][column[x]];

			probability[at] = known ? m->closer[k][at] : 0;
		}
	}
}

void pmk_hands_memory_recall_parts(
	const struct pmk_hands_memory *m, struct pmk_hands *h, const struct pmk_hands_eye *eye)
{
	h->count = m->parts;
	for (int k = 0; k < m->parts; k++) {
		h->part[k].view = m->part[k];
		recall_part(m, k, h->part[k].probability);
		eye->lower(eye->context, &h->part[k].view, h->part[k].probability);
	}
}
