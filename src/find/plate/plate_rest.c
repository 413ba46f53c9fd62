/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/plate/plate_parts.h"

/* pictures: within so many, nearly everybody stirs who is in front of a camera; between two judgements, later */
enum { PATIENCE = 3, EVERY = 5 };
enum { NEAR = 3 }; /* cells below a hanging */
enum { MUCH = 4, CHANCE = 32 }; /* one cell in so many: of a group hangs there; of who stands changed by chance */

/* Of a group: its cells that are below a hanging, those that changed of late, and those inside of one; its top, and the
 * lowest border that it touches. */
struct rest {
	int below, late, inside, top, border;
};

/* The lower border of a hanging that ends up to `far` cells above cell i; 0: none does. */
static int border_above(const struct pmk_plate *p, int i, int far)
{
	int x = i % p->columns, y = i / p->columns;

	for (int k = 0; k < p->hangings; k++) {
		const struct pmk_hanging *h = &p->hanging[k];

		if (h->seen && h->hides && x >= h->left && x <= h->right && y > h->bottom && y <= h->bottom + far)
			return h->bottom;
	}
	return 0;
}

static void count_cell(const struct pmk_plate *p, int i, struct rest *r)
{
	r->top = r->top ? r->top : i / p->columns;
	r->below += border_above(p, i, p->rows) > 0;
	r->border = pmk_max(r->border, border_above(p, i, NEAR));
	r->late += p->stays[i] < PMK_PLATE_STAYS;
	r->inside += pmk_plate_is_hanging(p, i % p->columns, i / p->columns, true);
}

/* Find the groups of what is taken for people, and count their cells. */
static const uint8_t *find_rest(struct pmk_plate *p, bool split, struct rest *rest, struct pmk_plate_part *part)
{
	struct pmk_groups groups;
	const uint8_t *label;

	for (int i = 0; i < p->columns * p->rows; i++)
		p->novel[i] = p->claimed[i];
	label = pmk_plate_find_groups(p, &groups, split);
	pmk_plate_count(p, label, part);
	for (int i = 0; i < p->columns * p->rows; i++) {
		if (label[i])
			count_cell(p, i, &rest[label[i]]);
	}
	return label;
}

/* Take what does not move, and of which much hangs there, for what hangs there. */
static void take_still(struct pmk_plate *p)
{
	struct pmk_plate_part part[PMK_GROUPS_MOST + 1];
	struct rest rest[PMK_GROUPS_MOST + 1] = { 0 };
	const uint8_t *label = find_rest(p, false, rest, part);

	for (int i = 0; i < p->columns * p->rows; i++) {
		int k = label[i];

		p->hung[i] |= k && rest[k].inside * MUCH >= part[k].cells && !pmk_plate_stirs(&part[k]);
	}
}

/* Take the bodies that the network made up below what hangs there: at once if they begin at it and do not move, and as
 * room after a while. */
static void take_below(struct pmk_plate *p, bool judged)
{
	struct pmk_plate_part part[PMK_GROUPS_MOST + 1];
	struct rest rest[PMK_GROUPS_MOST + 1] = { 0 };
	const uint8_t *label = find_rest(p, true, rest, part);

	for (int i = 0; i < p->columns * p->rows; i++) {
		const struct rest *r = &rest[label[i]];
		int cells = part[label[i]].cells;
		bool begins = r->border && (judged || r->top > r->border) && !pmk_plate_stirs(&part[label[i]]);
		bool stands = r->below * 2 >= cells && r->late * CHANCE < cells;

		if (!label[i] || (!begins && !stands))
			continue;
		if (judged || stands)
			pmk_plate_settle(p, i);
		p->hung[i] = 1;
	}
}

/* Whether anybody seems to be in front of a hanging. */
static bool is_in_front(const struct pmk_plate *p)
{
	for (int k = 0; k < p->hangings; k++) {
		const struct pmk_hanging *h = &p->hanging[k];

		for (int y = h->top; y <= h->bottom && h->hides; y++) {
			for (int i = y * p->columns + h->left; i <= y * p->columns + h->right; i++) {
				if (p->claimed[i] && !p->hung[i])
					return true;
			}
		}
	}
	return false;
}

void pmk_plate_take_rest(struct pmk_plate *p)
{
	bool judged = p->watched >= (pmk_plate_is_noisy(p) ? PMK_PLATE_WATCHED : PMK_PLATE_STILL);
	bool takes = p->watched >= PATIENCE && (p->watched <= PMK_PLATE_WATCHED || p->watched % EVERY == 0);

	if (p->watched >= PATIENCE && is_in_front(p))
		take_still(p);
	for (int i = 0; i < p->columns * p->rows; i++)
		p->claimed[i] &= !p->hung[i];
	if (takes)
		take_below(p, judged);
}
