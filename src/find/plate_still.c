/* SPDX-License-Identifier: MIT */
#include "find/groups.h"
#include "find/plate_parts.h"

#include <string.h>

enum { WATCHED = 45, EVERY = 5 }; /* looks before anybody is judged, and between two judgements */
/* of the cells, one in so many at least moves of who moves, and fewer of what stands; of whoever is in front of what
 * stands, at least one in so many of its cells */
enum { MOVES = 5, STANDS = 50, OTHERS = 4 };

void pmk_plate_watch(struct pmk_plate *p, int step)
{
	int16_t most = (int16_t)step;
	const uint8_t *restrict now = p->now[0];
	int16_t *restrict first = p->first;
	uint8_t *restrict moved = p->moved;
	int count = p->columns * p->rows;

	for (int i = 0; i < count; i++) {
		int16_t is = (int16_t)(now[i] * PMK_PLATE_LEVEL), d = (int16_t)(is - first[i]);
		int16_t size = (int16_t)(d < 0 ? -d : d);

		moved[i] |= size > most;
		first[i] = size > most ? first[i] : is;
	}
}

void pmk_plate_watch_anew(struct pmk_plate *p)
{
	int count = p->columns * p->rows;

	for (int i = 0; i < count; i++)
		p->first[i] = (int16_t)(p->now[0][i] * PMK_PLATE_LEVEL);
	memset(p->moved, 0, (size_t)count);
	p->watched = 0;
}

static uint16_t group_at(const struct pmk_plate *p, const struct pmk_groups *g, int i)
{
	return g->label[i / p->columns / g->size * g->columns + i % p->columns / g->size];
}

/* The cells of a connected part of what is taken for people. */
struct part {
	int cells, moved;
	int fixed, hidden; /* what was judged to be room before */
};

/* Whether a part that was judged to be room moves by itself: not because somebody who never was is in front of it. */
static bool is_alive(const struct part *t)
{
	int judged = t->fixed + t->hidden;

	return t->hidden * STANDS > judged && (t->moved - t->hidden) * OTHERS < judged;
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

	if (++p->watched < WATCHED || p->watched % EVERY)
		return;
	for (int i = 0; i < p->columns * p->rows; i++)
		p->novel[i] = p->claimed[i];
	pmk_groups_find(&groups, p->novel, p->columns, p->rows);
	moves = count_parts(p, &groups, part);
	for (int i = 0; i < p->columns * p->rows; i++) {
		int label = group_at(p, &groups, i);

		if (label && is_alive(&part[label]))
			wake(p, i);
		else if (label && moves && !p->moved[i] && part[label].moved * STANDS < part[label].cells)
			settle(p, i);
	}
}
