/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/plate/plate_parts.h"

enum { LONGEST = PMK_PLATE_WATCHED + 1 }; /* pictures */

void pmk_plate_age(struct pmk_plate *p, bool camera_moves)
{
	p->age = camera_moves ? LONGEST : pmk_min(p->age + 1, LONGEST);
}

void pmk_plate_skip(struct pmk_plate *p)
{
	pmk_plate_age(p, false);
}

bool pmk_plate_is_starting(const struct pmk_plate *p)
{
	return p->age < (pmk_plate_is_noisy(p) ? LONGEST : PMK_PLATE_START);
}

bool pmk_plate_was_shown(const struct pmk_plate *p, int i)
{
	return p->start[i] == PMK_PLATE_SHOWN || p->start[i] == PMK_PLATE_TRUSTED;
}

/* What moves now, was held back, and is connected with what moves of somebody who is shown is theirs. */
static void give_back(struct pmk_plate *p)
{
	for (int i = 0; i < p->columns * p->rows; i++) {
		bool held = p->start[i] == PMK_PLATE_HELD_BACK;

		p->mover[i] = p->calm[i] ? 0 : held ? PMK_PLATE_ITSELF : PMK_PLATE_OTHERS;
	}
	pmk_plate_spread_others(p);
	for (int i = 0; i < p->columns * p->rows; i++) {
		if (p->mover[i] == PMK_PLATE_OTHERS && p->start[i] == PMK_PLATE_HELD_BACK)
			p->start[i] = 0;
	}
}

void pmk_plate_find_alive(struct pmk_plate *p, const struct pmk_groups *g, const struct pmk_rect *view, bool *alive)
{
	struct pmk_plate_part part[PMK_GROUPS_MOST + 1];

	give_back(p);
	pmk_plate_count(p, pmk_plate_label(p, g, view), part);
	for (int k = 0; k < g->count; k++)
		alive[k] = pmk_plate_stirs(&part[k + 1]) || part[k + 1].trusted * 2 > part[k + 1].cells;
}

void pmk_plate_trust(struct pmk_plate *p, const struct pmk_groups *g, const struct pmk_rect *view, int number)
{
	const uint8_t *label = pmk_plate_label(p, g, view);

	for (int i = 0; i < p->columns * p->rows; i++)
		p->start[i] = label[i] == number + 1 ? PMK_PLATE_TRUSTED : p->start[i];
}

/* What has stirred was somebody's who is shown: only what stood is held back, and is not of somebody who was shown and
 * is joined with `part` now. */
static uint8_t start_of(const struct pmk_plate *p, int i, const struct pmk_plate_part *part)
{
	bool stood = p->calm[i] >= pmk_min(p->watched + 1, PMK_PLATE_STILL);

	return stood && !(part->joined && pmk_plate_was_shown(p, i)) ? PMK_PLATE_HELD_BACK : p->start[i];
}

void pmk_plate_hold_back(
	struct pmk_plate *p, const struct pmk_groups *g, const struct pmk_rect *view, const bool *shown)
{
	const uint8_t *label = pmk_plate_label(p, g, view);
	struct pmk_plate_part part[PMK_GROUPS_MOST + 1];

	pmk_plate_count(p, label, part);
	for (int i = 0; i < p->columns * p->rows; i++) {
		if (label[i] && p->start[i] != PMK_PLATE_TRUSTED)
			p->start[i] = shown[label[i] - 1] ? PMK_PLATE_SHOWN : start_of(p, i, &part[label[i]]);
	}
}
