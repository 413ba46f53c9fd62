/* SPDX-License-Identifier: MIT */
/* Two looks side by side made one: the probabilities of two tiles, each true to the picture's aspect, on the cells of
 * the view that they cover together.
 *
 * Between the tiles' inner borders the two are mixed, each the less the nearer its own border is, where the network
 * sees people cut off: smoothly (3 t^2 - 2 t^3), so that the join shows nowhere. The rule: a tile has no say at its own
 * inner border. One thread. */
#ifndef PMK_FIND_TILES_H
#define PMK_FIND_TILES_H

#include "image/frame.h"

struct pmk_tiles {
	int width, height; /* cells, of each tile and of the view */
	/* probabilities, width x height: of the left tile, for the caller to fill in; of the view */
	float *left, *joined;
	/* which cells of a row of each tile make one of the view's */
	struct pmk_tiles_column {
		int left[2], right[2];
		float weight[4];
	} * columns;
};

int pmk_tiles_init(struct pmk_tiles *tiles, int width, int height) __attribute__((warn_unused_result)); /* -ENOMEM */
void pmk_tiles_finish(struct pmk_tiles *tiles); /* a zeroed one is fine too */

/* Join tiles->left, of the part `tile[0]`, with `right`, of `tile[1]`, into tiles->joined, of `view`. The tiles have
 * the view's height, the first begins and the second ends with it, and they overlap by some px. */
void pmk_tiles_join(
	struct pmk_tiles *tiles, const struct pmk_rect *view, const struct pmk_rect tile[2], const float *right);

#endif
