/* SPDX-License-Identifier: MIT */
/* Joins two looks side by side into one: the probabilities of two tiles become those of the view that they cover.
 *
 * The one rule: a tile has no weight at its own inner border, where the network sees people cut off. Between the two
 * inner borders, the weight of each tile falls smoothly towards its own (3 t^2 - 2 t^3), so that the join is invisible.
 * One thread. */
#ifndef PMK_FIND_TILES_H
#define PMK_FIND_TILES_H

#include "image/frame.h"

struct pmk_tiles {
	int width, height; /* px of the network, of each tile and of the view */
	/* probabilities, width x height: of the left tile, filled in by the caller; of the view */
	float *left, *joined;
	/* which two pixels of a row of each tile make a pixel of the view, and their weights */
	struct pmk_tiles_column {
		int left[2], right[2];
		float weight[4];
	} * columns;
};

int pmk_tiles_init(struct pmk_tiles *tiles, int width, int height) __attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_tiles_finish(struct pmk_tiles *tiles); /* a zeroed struct is allowed */

/* Join tiles->left, which covers tile[0], with `right`, which covers tile[1], into tiles->joined, which covers `view`.
 * The tiles have the view's height; the first begins and the second ends with it, and they overlap by some px. */
void pmk_tiles_join(
	struct pmk_tiles *tiles, const struct pmk_rect *view, const struct pmk_rect tile[2], const float *right);

#endif
