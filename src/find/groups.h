/* SPDX-License-Identifier: MIT */
/* What a look shows, coarsely: its people as groups of joined cells, at most 64 x 64 of them.
 *
 * The one rule: a group is what pmk_islands_run would leave; what is smaller is nobody. Pure; no allocation. */
#ifndef PMK_FIND_GROUPS_H
#define PMK_FIND_GROUPS_H

#include "find/box.h"

#include <stdint.h>

enum { PMK_GROUPS_CELLS = 64, PMK_GROUPS_MOST = 64 };

/* Cells joined by their sides. Core: without the rows and columns that hold little of it. */
struct pmk_group {
	int cells;
	struct pmk_box box, core; /* in cells */
};

struct pmk_groups {
	int width, height; /* of the look, px */
	int size; /* of a cell, px */
	int columns, rows; /* of cells */
	uint8_t on[PMK_GROUPS_CELLS * PMK_GROUPS_CELLS]; /* 1: mostly person */
	uint16_t label[PMK_GROUPS_CELLS * PMK_GROUPS_CELLS]; /* 0: nobody; else the number of the group, from 1 on */
	int count;
	struct pmk_group group[PMK_GROUPS_MOST];
};

/* Of width x height probabilities. */
void pmk_groups_find(struct pmk_groups *groups, const float *probability, int width, int height);

/* Whether somebody is at a side of the look, given by two corners in px, both inside. */
bool pmk_groups_touch(
	const struct pmk_groups *groups, const float *probability, int left, int top, int right, int bottom);

/* The probability of what is nearest to another group than `group[chosen]` becomes 0. */
void pmk_groups_keep_one(struct pmk_groups *groups, float *probability, int chosen);

#endif
