/* SPDX-License-Identifier: MIT */
/* Calms the probability from frame to frame: where it hardly changed it is averaged, where it changed much it follows at once,
 * so that still edges do not shimmer and moving hands do not trail. */
#ifndef PMK_SCENE_TEMPORAL_H
#define PMK_SCENE_TEMPORAL_H

#include <stdbool.h>
#include <stddef.h>

struct pmk_temporal {
	float strength;	/* 0 off .. 1 */
	float *last;	/* count floats; the memory */
	size_t count;
	bool primed;
};

int pmk_temporal_init(struct pmk_temporal *temporal, size_t count, float strength) __attribute__((warn_unused_result));	/* -ENOMEM */
void pmk_temporal_finish(struct pmk_temporal *temporal);
void pmk_temporal_reset(struct pmk_temporal *temporal);	/* forget: the next frame stands alone */
void pmk_temporal_run(struct pmk_temporal *temporal, float *probability);	/* in place */

#endif
