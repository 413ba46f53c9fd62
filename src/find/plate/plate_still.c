/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/plate/plate_parts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STILL = PMK_PLATE_STILL, EVERY = 5 }; /* looks between two judgements */
/* at a start, there are two in a row: a search may see people joined who are apart */
static_assert(PMK_PLATE_START == STILL + 1, "the start ends with the second judgement");
/* of the cells, one in so many at least moves of who moves; and of who was judged and is alive; of whoever is in front
 * of what stands, at least one in so many of its cells is beside it */
enum { MOVES = 5, WAKES = 50, BESIDE = 4 };
enum { SAMPLE = 7, MOVES_BY = 4 }; /* of so many cells, one is measured; levels: that is no noise */
static const float FOLLOWED = 0.1f; /* what a picture adds to the mean */
/* levels: a small change is above LEAST, and one more for each LOUDER of noise above CLEAN. By the normal distribution,
 * less than 2 % of the cells seem to change within STILL looks then, up to a noise of 0.7. */
static const float LEAST = 1.5f, CLEAN = 0.25f, LOUDER = 0.25f;

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

static int16_t small_change(const struct pmk_plate *p)
{
	return (int16_t)((LEAST + fmaxf(0, ceilf((p->noise - CLEAN) / LOUDER))) * PMK_PLATE_LEVEL);
}

void pmk_plate_watch(struct pmk_plate *p, int step)
{
	int16_t most = (int16_t)step, small;
	const uint8_t *restrict now = p->now[0];
	int16_t *restrict first = p->first;
	uint8_t *restrict moved = p->moved, *restrict calm = p->calm;
	int count = p->columns * p->rows;

	measure_noise(p);
	small = small_change(p);
	for (int i = 0; i < count; i++) {
		int16_t is = (int16_t)(now[i] * PMK_PLATE_LEVEL), d = (int16_t)(is - first[i]);
		int16_t size = (int16_t)(d < 0 ? -d : d);

		moved[i] |= size > most;
		calm[i] = size > small ? 0 : calm[i] < STILL ? calm[i] + 1 : STILL;
		first[i] = size > most ? first[i] : is;
	}
	pmk_plate_stay(p, small / PMK_PLATE_LEVEL + 1);
}

void pmk_plate_watch_anew(struct pmk_plate *p)
{
	size_t count = (size_t)p->columns * (size_t)p->rows;

	for (size_t i = 0; i < count; i++)
		p->first[i] = (int16_t)(p->now[0][i] * PMK_PLATE_LEVEL);
	memset(p->moved, 0, count);
	memset(p->calm, 0, count);
	memset(p->stays, 0, count);
	memset(p->start, 0, count);
	for (size_t i = 0; i < count; i++)
		p->fixed[i] = p->fixed[i] == PMK_PLATE_HIDDEN ? 0 : p->fixed[i];
	pmk_plate_forget_hangings(p);
	p->noise = 0;
	p->watched = 0;
}

/* Whether a part that was judged to be room moves by itself, in `own` cells: not because somebody who never was is in
 * front of it. */
static bool is_alive(const struct pmk_plate_part *t, int own)
{
	int judged = t->fixed + t->hidden;

	return own * WAKES > judged && (t->moved - t->hidden) * BESIDE < judged;
}

void pmk_plate_settle(struct pmk_plate *p, int i)
{
	p->fixed[i] = PMK_PLATE_FIXED;
	p->looks[i] = PMK_PLATE_MOST;
	for (int k = 0; k < 3; k++)
		p->stood[k][i] = (int16_t)(p->now[k][i] * PMK_PLATE_LEVEL);
}

static void wake(struct pmk_plate *p, int i)
{
	p->fixed[i] = p->looks[i] = p->stays[i] = 0;
	p->moved[i] = 1;
}

/* Who a cell is moved by; 0: it stands. */
static uint8_t mover_of(const struct pmk_plate *p, int i, int label, const struct pmk_plate_part *part)
{
	bool judged = (part->fixed + part->hidden) * 2 >= part->cells, stands = p->fixed[i] == PMK_PLATE_FIXED;

	return !label || (judged && stands) ? 0 : judged ? PMK_PLATE_ITSELF : PMK_PLATE_OTHERS;
}

/* Count the cells of each part that are hidden by itself, and not by somebody who was not judged. */
static void count_own(struct pmk_plate *p, const uint8_t *label, const struct pmk_plate_part *part, int *own)
{
	for (int i = 0; i < p->columns * p->rows; i++)
		p->mover[i] = mover_of(p, i, label[i], &part[label[i]]);
	pmk_plate_spread_others(p);
	for (int i = 0; i < p->columns * p->rows; i++)
		own[label[i]] += p->mover[i] == PMK_PLATE_ITSELF && p->fixed[i] == PMK_PLATE_HIDDEN;
}

/* Find the parts of what this picture's looks took for people. */
static const uint8_t *find_parts(struct pmk_plate *p, struct pmk_plate_part *part)
{
	struct pmk_groups groups;
	const uint8_t *label;

	for (int i = 0; i < p->columns * p->rows; i++)
		p->novel[i] = p->claimed[i];
	label = pmk_plate_find_groups(p, &groups, true);
	pmk_plate_count(p, label, part);
	return label;
}

/* Whether cell i never moved, nor did the part that it belongs to. */
static bool stands(const struct pmk_plate *p, int i, const struct pmk_plate_part *part)
{
	return !p->moved[i] && !pmk_plate_stirs(part) && !(part->joined && pmk_plate_was_shown(p, i));
}

void pmk_plate_judge(struct pmk_plate *p)
{
	struct pmk_plate_part part[PMK_GROUPS_MOST + 1];
	bool moves = false, ready;
	int own[PMK_GROUPS_MOST + 1] = { 0 };
	const uint8_t *label;

	if (++p->watched < STILL || (p->watched % EVERY && p->watched != PMK_PLATE_START))
		return;
	label = find_parts(p, part);
	count_own(p, label, part, own);
	for (int k = 1; k <= PMK_GROUPS_MOST; k++)
		moves |= part[k].cells && part[k].moved * MOVES >= part[k].cells;
	ready = moves && (!pmk_plate_is_noisy(p) || p->watched >= PMK_PLATE_WATCHED);
	for (int i = 0; i < p->columns * p->rows; i++) {
		const struct pmk_plate_part *t = &part[label[i]];

		if (label[i] && !p->behind[i] && is_alive(t, own[label[i]]))
			wake(p, i);
		else if (label[i] && ready && stands(p, i, t))
			pmk_plate_settle(p, i);
	}
	pmk_plate_judge_behind(p);
}
