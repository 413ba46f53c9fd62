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
/* how long a find counts; with how much of that left it is looked for again */
static const uint64_t COUNTS_NS = 5000000000, RENEW_NS = 1000000000;
static const double CALM = 0.9; /* of the blocks of a square that is still, or known */
/* of the blocks with a hand, or with a person: that has gone, although some look as before */
static const double MOST_LOST = 0.25;
enum { HAND = 1, PERSON = 2 }; /* what is in a block */
static const float LEAST = 0.1f, SURE = 0.5f; /* what is found with less than that more is no hand; a person is */

int pmk_hands_memory_init(struct pmk_hands_memory *m, int width, int height)
{
	size_t count = pmk_align_up_size((size_t)width * (size_t)height, 64);
	float *at = pmk_mem_alloc(count * ((2 + PMK_DOUBTS) * sizeof *at + 6) + count);

	*m = (struct pmk_hands_memory){ .width = width, .height = height, .block = at };
	if (!at)
		return -ENOMEM;
	m->found = at;
	m->lowered = at += count;
	for (int k = 0; k < PMK_DOUBTS; k++)
		m->closer[k] = at += count;
	for (int p = 0; p < 3; p++) {
		m->then[p] = (uint8_t *)(at + count) + (size_t)p * count;
		m->reference[p] = m->then[p] + 3 * count;
	}
	m->column = m->reference[2] + count;
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
	memset(m->until_ns, 0, sizeof m->until_ns);
	memset(m->what, 0, sizeof m->what);
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

/* Pixels left..right - 1 and top..bottom - 1 of a plane. */
struct area {
	int left, top, right, bottom;
};

/* What a block covers of a plane. */
static struct area area_of(const struct pmk_hands_memory *m, int plane, int row, int column)
{
	int width = m->width >> (plane > 0), height = m->height >> (plane > 0);

	return (struct area){ first_of(column, width), first_of(row, height), first_of(column + 1, width),
		first_of(row + 1, height) };
}

static bool is_as(
	const struct pmk_hands_memory *m, const struct pmk_image *small, uint8_t *const before[3], int row, int column)
{
	for (int p = 0; p < 3; p++) {
		struct area area = area_of(m, p, row, column);
		int change = 0;

		for (int y = area.top; y < area.bottom; y++) {
			const uint8_t *a = small->plane[p] + (size_t)y * (size_t)small->stride[p],
				      *b = before[p] + (size_t)y * (size_t)m->width;

			for (int x = area.left; x < area.right; x++)
				change += abs(a[x] - b[x]);
		}
		if (change > NOISE * (area.right - area.left) * (area.bottom - area.top))
			return false;
	}
	return true;
}

void pmk_hands_memory_compare(struct pmk_hands_memory *m, const struct pmk_image *small)
{
	for (int i = 0; i < GRID * GRID; i++)
		m->still[i / GRID][i % GRID] = is_as(m, small, m->reference, i / GRID, i % GRID);
}

static bool is_any_known(const struct pmk_hands_memory *m)
{
	bool any = false;

	for (int i = 0; i < GRID * GRID; i++)
		any |= m->until_ns[i / GRID][i % GRID] != 0;
	return any;
}

/* Whether too many of the blocks with a hand, or with a person, do not look as they did. */
static bool has_gone(const struct pmk_hands_memory *m, int what)
{
	int all = 0, lost = 0;

	for (int i = 0; i < GRID * GRID; i++) {
		bool is = m->what[i / GRID][i % GRID] & what;

		all += is;
		lost += is && !m->until_ns[i / GRID][i % GRID];
	}
	return lost > MOST_LOST * all;
}

void pmk_hands_memory_check(struct pmk_hands_memory *m, const struct pmk_image *small, uint64_t now_ns)
{
	m->now_ns = now_ns;
	for (int i = 0; i < GRID * GRID; i++) {
		uint64_t *until = &m->until_ns[i / GRID][i % GRID];

		if (*until && (now_ns >= *until || !is_as(m, small, m->then, i / GRID, i % GRID)))
			*until = 0;
	}
	if (!is_any_known(m) || has_gone(m, HAND) || has_gone(m, PERSON))
		forget_finds(m);
}

void pmk_hands_memory_begin(struct pmk_hands_memory *m, const struct pmk_image *small)
{
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < m->height >> (p > 0); y++)
			memcpy(m->reference[p] + (size_t)y * (size_t)m->width,
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

static bool are_most(int count, const struct pmk_hands_blocks *b)
{
	return count >= CALM * (b->right - b->left) * (b->bottom - b->top);
}

bool pmk_hands_memory_is_still(const struct pmk_hands_memory *m, const struct pmk_hands_blocks *b)
{
	int count = 0;

	for (int row = b->top; row < b->bottom; row++) {
		for (int column = b->left; column < b->right; column++)
			count += m->still[row][column];
	}
	return are_most(count, b);
}

bool pmk_hands_memory_is_known(const struct pmk_hands_memory *m, const struct pmk_hands_blocks *b)
{
	int count = 0;

	for (int row = b->top; row < b->bottom; row++) {
		for (int column = b->left; column < b->right; column++)
			count += m->until_ns[row][column] > m->now_ns + RENEW_NS;
	}
	return are_most(count, b);
}

static void keep_block(struct pmk_hands_memory *m, const float *seen, const float *found, int row, int column)
{
	struct area area = area_of(m, 0, row, column);

	m->until_ns[row][column] = m->now_ns + COUNTS_NS;
	m->what[row][column] = 0;
	for (int y = area.top; y < area.bottom; y++) {
		for (int x = area.left; x < area.right; x++) {
			size_t at = (size_t)y * (size_t)m->width + (size_t)x;

			m->found[at] = found[at];
			m->what[row][column] |= (found[at] > seen[at] + LEAST ? HAND : 0) |
				(found[at] > SURE ? PERSON : 0);
		}
	}
	for (int p = 0; p < 3; p++) {
		area = area_of(m, p, row, column);
		for (int y = area.top; y < area.bottom; y++)
			memcpy(m->then[p] + (size_t)y * (size_t)m->width + area.left,
				m->reference[p] + (size_t)y * (size_t)m->width + area.left,
				(size_t)(area.right - area.left));
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

void pmk_hands_memory_recall(struct pmk_hands_memory *m, const struct pmk_hands_eye *eye, float *probability)
{
	if (!is_any_known(m))
		return;
	memcpy(m->lowered, m->found, (size_t)m->width * (size_t)m->height * sizeof *m->found);
	eye->lower(eye->context, &m->view, m->lowered);
	for (int i = 0; i < GRID * GRID; i++) {
		struct area area = area_of(m, 0, i / GRID, i % GRID);

		for (int y = area.top; m->until_ns[i / GRID][i % GRID] && y < area.bottom; y++) {
			size_t at = (size_t)y * (size_t)m->width + (size_t)area.left;

			memcpy(probability + at, m->lowered + at,
				(size_t)(area.right - area.left) * sizeof *probability);
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

	for (int x = 0; x < m->width; x++)
		m->column[x] = (uint8_t)block_at(x, m->width, r->x, r->width, v->x, v->width);
	for (int y = 0; y < m->height; y++) {
		int row = block_at(y, m->height, r->y, r->height, v->y, v->height);
		size_t at = (size_t)y * (size_t)m->width;

		for (int x = 0; x < m->width; x++, at++) {
			bool known = row < GRID && m->column[x] < GRID && m->until_ns[row][m->column[x]];

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
