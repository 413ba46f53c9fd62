/* SPDX-License-Identifier: MIT */
/* Finds the people in a look, coarsely: the connected components of a grid of at most 64 x 64 blocks, or the parts of
 * one that has several tops. Pure functions without allocation.
 *
 * The one rule: pmk_groups_find finds what pmk_components_run would keep. Anything smaller is no person; but a part
 * that was split off may be smaller. */
#ifndef PMK_FIND_GROUPS_H
#define PMK_FIND_GROUPS_H

#include "find/box.h"

#include <stdint.h>

enum { PMK_GROUPS_BLOCKS = 64, PMK_GROUPS_MOST = 64 };

/* A connected component of blocks, which touch by their sides. The core leaves out the rows and columns that hold
 * little of it. Of a part that was split off, box and core are the component's from its first to its last column, as
 * high as all of it. */
struct pmk_group {
	int blocks;
	struct pmk_box box, core; /* in blocks */
};

struct pmk_groups {
	int width, height; /* px, of the look */
	int size; /* px, of the side of a block */
	int columns, rows; /* of blocks */
	uint8_t on[PMK_GROUPS_BLOCKS * PMK_GROUPS_BLOCKS]; /* 1: most of the block is person */
	/* 0: nobody; otherwise the number of the group, counted from 1 */
	uint16_t label[PMK_GROUPS_BLOCKS * PMK_GROUPS_BLOCKS];
	int count;
	struct pmk_group group[PMK_GROUPS_MOST];
};

/* Find the groups in width x height probabilities. */
void pmk_groups_find(struct pmk_groups *groups, const float *probability, int width, int height);

/* Split each group that has several tops, as two people have who touch: at the lowest column between two of them. */
void pmk_groups_split(struct pmk_groups *groups);

/* Whether somebody is at a side of the look. The side is given by its two corners, in px; both are inside the look. */
bool pmk_groups_touch(
	const struct pmk_groups *groups, const float *probability, int left, int top, int right, int bottom);

/* Give every block the label of the group that is nearest. */
void pmk_groups_spread(struct pmk_groups *groups);

/* Set the probability of everything to 0 that is nearer to another group than to group[chosen]. */
void pmk_groups_keep_one(struct pmk_groups *groups, float *probability, int chosen);

#endif
