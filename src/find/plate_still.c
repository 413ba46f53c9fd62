/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/groups.h"
#include "find/plate_parts.h"

#include <stdlib.h>
#include <string.h>

/* looks before anybody is judged, by small changes or by large ones, and between two judgements */
enum { STILL = 25, WATCHED = 45, EVERY = 5 };
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
};

/* Whether a part that was judged to be room moves by itself: not because somebody who never was is in front of it. */
static bool is_alive(const struct part *t)
{
	int judged = t->fixed + t->hidden;

	return t->hidden * STANDS > judged && (t->moved - t->hidden) * OTHERS < judged;
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

	if (++p->watched < STILL || p->watched % EVERY)
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
