/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "find/plate/plate_parts.h"

#include <string.h>

/* of the cells of who stands, fewer than one in STANDS has changed, and fewer than one in CALM even a little */
enum { STANDS = 50, CALM = 32, LEAST = 3 }; /* one or two may be noise */

/* The block of a look at `length` px from `from` on that has px `at`; -1: none. */
static int block_at(int at, int from, int length, int count, int size)
{
	int pixel = (int)((int64_t)(at - from) * count / length);

	return at < from || pixel >= count ? -1 : pixel / size;
}

const uint8_t *pmk_plate_label(const struct pmk_plate *p, const struct pmk_groups *g, const struct pmk_rect *view)
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

const uint8_t *pmk_plate_find_groups(struct pmk_plate *p, struct pmk_groups *g, bool split)
{
	const struct pmk_rect all = { 0, 0, p->columns << p->halved, p->rows << p->halved };

	pmk_groups_find(g, p->novel, p->columns, p->rows);
	if (split)
		pmk_groups_split(g);
	return pmk_plate_label(p, g, &all);
}

void pmk_plate_count_cell(const struct pmk_plate *p, int i, struct pmk_plate_part *t)
{
	t->cells++;
	t->moved += p->moved[i];
	t->stirred += p->calm[i] < pmk_min(p->watched + 1, PMK_PLATE_STILL);
	t->fixed += p->fixed[i] == PMK_PLATE_FIXED && !p->behind[i];
	t->hidden += p->fixed[i] == PMK_PLATE_HIDDEN && !p->behind[i];
	t->trusted += p->start[i] == PMK_PLATE_TRUSTED;
}

void pmk_plate_count(const struct pmk_plate *p, const uint8_t *label, struct pmk_plate_part *part)
{
	struct pmk_plate_part held[PMK_GROUPS_MOST + 1] = { 0 }, others[PMK_GROUPS_MOST + 1] = { 0 };

	memset(part, 0, sizeof held);
	for (int i = 0; i < p->columns * p->rows; i++) {
		pmk_plate_count_cell(p, i, &part[label[i]]);
		pmk_plate_count_cell(p, i, p->start[i] == PMK_PLATE_HELD_BACK ? &held[label[i]] : &others[label[i]]);
	}
	for (int k = 1; k <= PMK_GROUPS_MOST; k++) {
		held[k].joined = pmk_plate_stirs(&others[k]);
		part[k] = held[k].cells * 2 > part[k].cells ? held[k] : part[k];
	}
}

bool pmk_plate_stirs(const struct pmk_plate_part *t)
{
	return (t->moved >= LEAST && t->moved * STANDS >= t->cells) ||
		(t->stirred >= LEAST && t->stirred * CALM >= t->cells);
}

bool pmk_plate_is_noisy(const struct pmk_plate *p)
{
	return p->noise > PMK_PLATE_QUIET;
}

static bool is_next_to_others(const struct pmk_plate *p, int x, int y)
{
	const uint8_t *m = p->mover + y * p->columns + x;

	return (x && m[-1] == PMK_PLATE_OTHERS) || (x + 1 < p->columns && m[1] == PMK_PLATE_OTHERS) ||
		(y && m[-p->columns] == PMK_PLATE_OTHERS) || (y + 1 < p->rows && m[p->columns] == PMK_PLATE_OTHERS);
}

static bool spread_to(struct pmk_plate *p, int x, int y)
{
	uint8_t *m = p->mover + y * p->columns + x;

	if (*m != PMK_PLATE_ITSELF || !is_next_to_others(p, x, y))
		return false;
	*m = PMK_PLATE_OTHERS;
	return true;
}

void pmk_plate_spread_others(struct pmk_plate *p)
{
	bool more = true;

	while (more) {
		more = false;
		for (int y = 0; y < p->rows; y++) {
			for (int x = 0; x < p->columns; x++)
				more |= spread_to(p, x, y);
		}
		for (int y = p->rows - 1; y >= 0; y--) {
			for (int x = p->columns - 1; x >= 0; x--)
				more |= spread_to(p, x, y);
		}
	}
}
