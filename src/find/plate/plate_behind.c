/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/plate/plate_parts.h"

#include <string.h>

enum { SMALLEST = 24, CHANCE = 3 }; /* cells, of who is judged; so many move by chance */
enum { ABOVE = 2, MOVES = 5 }; /* cells higher than who moves; of whose part one cell in so many moves at least */
enum { RIM = 2, CLEAR = 16, SEEN = 2 }; /* cells; levels between outside and inside; in one column of so many */

/* A connected part of what is taken for people: what moves of it, and the row above which nothing does but by chance.
 */
struct part {
	int cells, live, top;
};

/* What stands in a part: its upper rim, in how many columns it is, and is clear to see. */
struct still {
	int cells, top, columns, clear, part;
};

void pmk_plate_stay(struct pmk_plate *p, int most)
{
	const uint8_t *restrict now = p->now[0];
	uint8_t *restrict was = p->was, *restrict stays = p->stays;
	int count = p->columns * p->rows;

	for (int i = 0; i < count; i++) {
		uint8_t high = now[i] > was[i] ? now[i] : was[i], low = now[i] > was[i] ? was[i] : now[i];
		bool same = high - low <= most;
		uint8_t more = stays[i] < PMK_PLATE_STAYS ? stays[i] + 1 : PMK_PLATE_STAYS;

		stays[i] = same ? more : 0;
		was[i] = same ? was[i] : now[i];
	}
}

/* Whether cell i changed of late, or since the camera moved. */
static bool is_live(const struct pmk_plate *p, int i)
{
	return p->claimed[i] && p->stays[i] < pmk_min(p->watched, PMK_PLATE_STAYS) && p->fixed[i] != PMK_PLATE_FIXED;
}

/* Mark what is below something that moves: it belongs to it. So does what is cut off by the picture's upper border, as
 * it has no upper rim to be seen. */
static void mark_below(struct pmk_plate *p)
{
	int w = p->columns;

	for (int i = 0; i < w * p->rows; i++) {
		bool above = i < w ? p->claimed[i] : p->novel[i - w] != 0;

		p->novel[i] = above || is_live(p, i);
	}
}

/* Mark what is between two that move in a row of a part: it belongs to them. */
static void mark_between(struct pmk_plate *p, int y)
{
	int first[PMK_GROUPS_MOST + 1], last[PMK_GROUPS_MOST + 1], w = p->columns;
	const uint8_t *part = p->mover + y * w;

	for (int i = 0; i <= PMK_GROUPS_MOST; i++) {
		first[i] = w;
		last[i] = -1;
	}
	for (int x = 0; x < w; x++) {
		if (!is_live(p, y * w + x))
			continue;
		first[part[x]] = pmk_min(first[part[x]], x);
		last[part[x]] = x;
	}
	for (int x = 0; x < w; x++) {
		if (x >= first[part[x]] && x <= last[part[x]])
			p->novel[y * w + x] = 1;
	}
}

/* In plate->novel, 1: is taken for somebody, and does not belong to anything that moves. */
static void find_standing(struct pmk_plate *p)
{
	mark_below(p);
	for (int y = 0; y < p->rows; y++)
		mark_between(p, y);
	for (int i = 0; i < p->columns * p->rows; i++) {
		bool owned = p->novel[i] != 0;

		if (owned && p->claimed[i] && p->behind[i] && p->fixed[i] == PMK_PLATE_FIXED)
			p->behind[i] = p->fixed[i] = p->looks[i] = 0;
		p->novel[i] = p->claimed[i] && !owned;
	}
}

static void find_parts(struct pmk_plate *p, const uint8_t *label, struct part *part)
{
	for (int i = 0; i < p->columns * p->rows; i++) {
		struct part *t = &part[label[i]];

		t->cells++;
		t->live += is_live(p, i);
		if (t->live <= CHANCE)
			t->top = i / p->columns;
	}
}

/* Whether the rim at cell i is clear to see. */
static bool is_clear(const struct pmk_plate *p, int i)
{
	int w = p->columns, least = 255, most = 0;

	for (int k = -RIM; k <= RIM; k++) {
		int at = i + k * w;

		if (at < 0 || at >= w * p->rows)
			continue;
		least = pmk_min(least, p->now[0][at]);
		most = pmk_max(most, p->now[0][at]);
	}
	return most - least >= CLEAR;
}

static void find_still(const struct pmk_plate *p, const uint8_t *label, struct still *still)
{
	int w = p->columns;

	for (int i = w; i < w * p->rows; i++) {
		struct still *s = &still[label[i]];
		bool rim = p->claimed[i] && !p->claimed[i - w];

		if (!label[i])
			continue;
		s->top = s->cells ? s->top : i / w;
		s->part = s->part ? s->part : p->mover[i];
		s->cells++;
		s->columns += rim;
		s->clear += rim && is_clear(p, i);
	}
}

static bool moves(const struct part *t)
{
	return t->live > CHANCE && t->live * MOVES >= t->cells;
}

static bool is_clear_to_see(const struct still *s)
{
	return s->part && s->cells >= SMALLEST && s->clear * SEEN >= s->columns;
}

/* The groups of plate->novel, by cell. */
static const uint8_t *find_labels(struct pmk_plate *p)
{
	struct pmk_groups groups;

	return pmk_plate_find_groups(p, &groups, false);
}

/* Find who is room: what is higher than whoever moves of its part, or has a part of its own while another one moves. */
static void find_room(const struct part *part, const struct still *still, bool *room)
{
	bool any = false;

	for (int k = 1; k <= PMK_GROUPS_MOST; k++)
		any |= moves(&part[k]);
	for (int k = 1; k <= PMK_GROUPS_MOST; k++) {
		const struct still *s = &still[k];
		const struct part *t = &part[s->part];

		room[k] = is_clear_to_see(s) && (t->live <= CHANCE ? any : moves(t) && s->top + ABOVE <= t->top);
	}
}

void pmk_plate_judge_behind(struct pmk_plate *p)
{
	struct part part[PMK_GROUPS_MOST + 1] = { 0 };
	struct still still[PMK_GROUPS_MOST + 1] = { 0 };
	bool room[PMK_GROUPS_MOST + 1] = { false };
	int count = p->columns * p->rows;
	const uint8_t *label;

	for (int i = 0; i < count; i++)
		p->novel[i] = p->claimed[i];
	memcpy(p->mover, find_labels(p), (size_t)count);
	find_parts(p, p->mover, part);
	find_standing(p);
	if (p->watched < PMK_PLATE_STAYS)
		return;
	label = find_labels(p);
	find_still(p, label, still);
	find_room(part, still, room);
	for (int i = 0; i < count; i++) {
		if (!room[label[i]] || p->novel[i] == 0 || p->fixed[i])
			continue;
		pmk_plate_settle(p, i);
		p->behind[i] = part[still[label[i]].part].live > CHANCE;
	}
}
