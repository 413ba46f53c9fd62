/* SPDX-License-Identifier: MIT */
/* A temporal filter of the probability: it is averaged over time where the picture stands still, and followed at once
 * where the picture moves, so that still edges do not shimmer and moving hands leave no trail.
 *
 * Its samples are network pixels, or blocks of 2x2 of them. Each is compared with the previous frame, after the
 * brightness of the whole picture has been made equal, so that a flickering lamp is no motion. The more the probability
 * itself changed, the less of the old one is kept; a change from 0 to 1 is followed completely. One thread. */
#ifndef PMK_MASK_TEMPORAL_H
#define PMK_MASK_TEMPORAL_H

#include "image/frame.h"

struct pmk_temporal {
	float strength; /* 0 (off) to 1 */
	int width, height; /* in samples */
	/* the memory, and room for it as the new view sees it; the latter then holds what is still */
	float *last, *moved;
	uint8_t *luma, *moved_luma;
	uint8_t *known; /* 255 where the memory has a value, otherwise 0 */
	const float *still; /* of the last run, 0 (motion) to 1 for each sample; NULL: nothing is known */
	uint16_t *sums; /* vertical sums of a row, with one more sample at each end */
	struct pmk_rect view;
	bool primed, guided; /* guided: the memory has luma, too */
	void *block;
};

/* -ENOMEM */
int pmk_temporal_init(struct pmk_temporal *temporal, int width, int height, float strength)
	__attribute__((warn_unused_result));
void pmk_temporal_finish(struct pmk_temporal *temporal); /* a zeroed struct is allowed */
void pmk_temporal_reset(struct pmk_temporal *temporal); /* forget the memory: the next frame stands alone */

/* Continue with the memory of `from`, which loses it. No effect if the two differ in size, or if `from` was off,
 * because its memory is old then. Allocates nothing. */
void pmk_temporal_inherit(struct pmk_temporal *temporal, struct pmk_temporal *from);

/* Filter `probability` in place: width x height samples without padding. `luma` has the same samples (NULL: motion is
 * judged from the probability alone). `view` is the part of the picture that the samples cover; if it changes, the
 * memory is moved to the new view. */
void pmk_temporal_run(
	struct pmk_temporal *temporal, float *probability, const uint8_t *luma, const struct pmk_rect *view);

#endif
