/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/groups.h"
#include "find/plate_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* looks before anybody is judged, by small changes or by large ones, and between two judgements */
enum { STILL = 25, WATCHED = 45, EVERY = 5 };
/* at a start, there are two in a row: a search may see people joined who are apart */
static_assert(PMK_PLATE_START == STILL + 1, "the start ends with the second judgement");
/* of the cells, one in so many at least moves of who moves, and fewer of what stands; even a little, fewer than one in
 * CALM; of whoever is in front of what stands, at least one in so many of its cells */
enum { MOVES = 5, STANDS = 50, CALM = 32, OTHERS = 4 };
enum { SMALL = 3 * PMK_PLATE_LEVEL / 2 }; /* a change above this is at least a small one */
enum { SAMPLE = 7, MOVES_BY = 4 }; /* of so many cells, one is measured; levels: that is no noise */
/* levels: noise above this makes small changes all over within STILL pictures */
static const float QUIET = 0.4f, FOLLOWED = 0.1f; /* what a picture adds to the mean */

static void measure_noise(struct pmk_plate *p)
{
	int sum = 0, known = 0;

	for (int i = 0; i < p->columns * p->rows; i += SAMPLE) {
		int d = abs(p->now[0][i] * PMK_PLATE_LEVEL - p->first[i]) / PMK_PLATE_LEVEL;

		if (!p->looks[i] || d >= MOVES_BY)
			continue;
		sum += d;
		known++;
	}
	if (known)
		p->noise += ((float)sum / (float)known - p->noise) * (p->noise > 0 ? FOLLOWED : 1);
}

void pmk_plate_watch(struct pmk_plate *p, int step)
{
	int16_t most = (int16_t)step;
	const uint8_t *restrict now = p->now[0];
	int16_t *restrict first = p->first;
	uint8_t *restrict moved = p->moved, *restrict calm = p->calm;
	int count = p->columns * p->rows;

	measure_noise(p);
	for (int i = 0; i < count; i++) {
		int16_t is = (int16_t)(now[i] * PMK_PLATE_LEVEL), d = (int16_t)(is - first[i]);
		int16_t size = (int16_t)(d < 0 ? -d : d);

		moved[i] |= size > most;
		calm[i] = size > SMALL ? 0 : calm[i] < STILL ? calm[i] + 1 : STILL;
		first[i] = size > most ? first[i] : is;
	}
}

void pmk_plate_watch_anew(struct pmk_plate *p)
{
	int count = p->columns * p->rows;

	for (int i = 0; i < count; i++)
		p->first[i] = (int16_t)(p->now[0][i] * PMK_PLATE_LEVEL);
	memset(p->moved, 0, (size_t)count);
	memset(p->calm, 0, (size_t)count);
	p->noise = 0;
	p->watched = 0;
}

static uint16_t group_at(const struct pmk_plate *p, const struct pmk_groups *g, int i)
{
	return g->label[i / p->columns / g->size * g->columns + i % p->columns / g->size];
}

/* The cells of a connected part of what is taken for people. */
struct part {
	int cells, moved;
	int stirred; /* moved at least a little of late */
	int fixed, hidden; /* what was judged to be room before */
	int trusted;
};

/* Whether a part that was judged to be room moves by itself: not because somebody who never was is in front of it. */
static bool is_alive(const struct part *t)
{
	int judged = t->fixed + t->hidden;

	return t->hidden * STANDS > judged && (t->moved - t->hidden) * OTHERS < judged;
}

/* Whether it moved, or stirred where noise does not do that. */
static bool stirs(const struct pmk_plate *p, const struct part *t)
{
	return t->moved * STANDS >= t->cells || (p->noise <= QUIET && t->stirred * CALM >= t->cells);
}

/* Where noise hides small changes, it takes longer. */
static bool stands(const struct pmk_plate *p, const struct part *t)
{
	bool hidden = p->noise > QUIET && p->watched >= WATCHED;

	return t->moved * STANDS < t->cells && (hidden || t->stirred * CALM < t->cells);
}

static void settle(struct pmk_plate *p, int i)
{
	p->fixed[i] = PMK_PLATE_FIXED;
	p->looks[i] = PMK_PLATE_MOST;
	for (int k = 0; k < 3; k++)
		p->stood[k][i] = (int16_t)(p->now[k][i] * PMK_PLATE_LEVEL);
}

static void wake(struct pmk_plate *p, int i)
{
	p->fixed[i] = p->looks[i] = 0;
	p->moved[i] = 1;
}

static bool count_parts(const struct pmk_plate *p, const struct pmk_groups *groups, struct part *part)
{
	bool moves = false;

	for (int i = 0; i < p->columns * p->rows; i++) {
		struct part *t = &part[group_at(p, groups, i)];

		t->cells++;
		t->moved += p->moved[i];
		t->stirred += p->calm[i] < STILL;
		t->fixed += p->fixed[i] == PMK_PLATE_FIXED;
		t->hidden += p->fixed[i] == PMK_PLATE_HIDDEN;
	}
	for (int k = 1; k <= groups->count; k++)
		moves |= part[k].moved * MOVES >= part[k].cells;
	return moves;
}

void pmk_plate_judge(struct pmk_plate *p)
{
	struct part part[PMK_GROUPS_MOST + 1] = { 0 };
	struct pmk_groups groups;
	bool moves;

	if (++p->watched < STILL || (p->watched % EVERY && p->watched != PMK_PLATE_START))
		return;
	for (int i = 0; i < p->columns * p->rows; i++)
		p->novel[i] = p->claimed[i];
	pmk_groups_find(&groups, p->novel, p->columns, p->rows);
	moves = count_parts(p, &groups, part);
	for (int i = 0; i < p->columns * p->rows; i++) {
		int label = group_at(p, &groups, i);

		if (label && is_alive(&part[label]))
			wake(p, i);
		else if (label && moves && !p->moved[i] && stands(p, &part[label]))
			settle(p, i);
	}
}

void pmk_plate_skip(struct pmk_plate *p)
{
	p->age = pmk_min(p->age + 1, PMK_PLATE_START);
}

bool pmk_plate_is_starting(const struct pmk_plate *p)
{
	return p->age < PMK_PLATE_START;
}

/* The block of a look at `length` px from `from` on that has px `at`; -1: none. */
static int block_at(int at, int from, int length, int count, int size)
{
	int pixel = (int)((int64_t)(at - from) * count / length);

	return at < from || pixel >= count ? -1 : pixel / size;
}

/* Find the label of each cell: of the group of a look at `view` that has its middle, or 0. In p->scratch, which has
 * more bytes than there are cells. */
static const uint8_t *label_cells(const struct pmk_plate *p, const struct pmk_groups *g, const struct pmk_rect *view)
{
	int column[PMK_IMAGE_MAX_PX / 2], side = 1 << p->halved;
	uint8_t *label = p->scratch;

	for (int x = 0; x < p->columns; x++)
		column[x] = block_at(x * side + side / 2, view->x, view->width, g->width, g->size);
	for (int y = 0; y < p->rows; y++) {
		int row = block_at(y * side + side / 2, view->y, view->height, g->height, g->size);

		for (int x = 0; x < p->columns; x++)
			*label++ = row < 0 || column[x] < 0 ? 0 : (uint8_t)g->label[row * g->columns + column[x]];
	}
	return p->scratch;
}

void pmk_plate_find_alive(
	const struct pmk_plate *p, const struct pmk_groups *g, const struct pmk_rect *view, bool *alive)
{
	const uint8_t *label = label_cells(p, g, view);
	struct part part[PMK_GROUPS_MOST + 1] = { 0 };

	for (int i = 0; i < p->columns * p->rows; i++) {
		struct part *t = &part[label[i]];

		t->cells++;
		t->moved += p->moved[i];
		t->stirred += p->calm[i] < pmk_min(p->watched + 1, STILL);
		t->trusted += p->trusted[i];
	}
	for (int k = 0; k < g->count; k++)
		alive[k] = stirs(p, &part[k + 1]) || part[k + 1].trusted * 2 > part[k + 1].cells;
}

void pmk_plate_trust(struct pmk_plate *p, const struct pmk_groups *g, const struct pmk_rect *view, int number)
{
	const uint8_t *label = label_cells(p, g, view);

	for (int i = 0; i < p->columns * p->rows; i++)
		p->trusted[i] |= label[i] == number + 1;
}
