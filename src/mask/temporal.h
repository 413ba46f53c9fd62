/* SPDX-License-Identifier: MIT */
/* Calms the probability from frame to frame: where the picture stands still it is averaged, where it moves it is
 * followed at once, so that still edges do not shimmer and moving hands do not trail.
 *
 * The picture is compared with the frame before, cell by cell, once the light of the whole has been made equal: a lamp
 * that flickers is no motion. The more the probability itself changed, the less is kept, too; a change from 0 to 1 is
 * taken over whole. One thread. */
#ifndef PMK_MASK_TEMPORAL_H
#define PMK_MASK_TEMPORAL_H

#include "image/frame.h"

struct pmk_temporal {
	float strength; /* 0 off .. 1 */
	int width, height; /* cells */
	float *last, *moved; /* the memory, and the same in the place of the view; later the motion around a cell */
	uint8_t *luma, *moved_luma;
	uint8_t *known; /* 255 where the memory holds the cell, else 0 */
	uint16_t *sums; /* of a row on its way, and one cell on each side */
	struct pmk_rect view;
	bool primed, guided; /* guided: the memory has luma */
	void *block;
};

/* -ENOMEM */
int pmk_temporal_init(struct pmk_temporal *temporal, int width, int height, float strength)
	__attribute__((warn_unused_result));
void pmk_temporal_finish(struct pmk_temporal *temporal); /* a zeroed one is fine too */
void pmk_temporal_reset(struct pmk_temporal *temporal); /* forget: the next frame stands alone */

/* Go on with the memory of `from`, which forgets: without effect where the two differ in size, or where `from` was off
 * and what it holds is old. Allocates nothing. */
void pmk_temporal_inherit(struct pmk_temporal *temporal, struct pmk_temporal *from);

/* In place, width x height and tight. `luma` of the same cells, tight; NULL: motion is told from the probability alone.
 * `view`: what part of the picture the cells cover; when it changes, the memory is looked up where it was. */
void pmk_temporal_run(
	struct pmk_temporal *temporal, float *probability, const uint8_t *luma, const struct pmk_rect *view);

#endif
