/* SPDX-License-Identifier: MIT */
#include "scene/temporal.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float FOLLOW = 0.25f;	/* a change of this much is motion, taken over whole */

int pmk_temporal_init(struct pmk_temporal *t, size_t count, float strength)
{
	float *last = pmk_mem_alloc(count * sizeof *last);

	if (!last)
		return -ENOMEM;
	*t = (struct pmk_temporal){ .strength = strength, .last = last, .count = count };
	return 0;
}

void pmk_temporal_finish(struct pmk_temporal *t)
{
	free(t->last);
	*t = (struct pmk_temporal){ 0 };
}

void pmk_temporal_reset(struct pmk_temporal *t)
{
	t->primed = false;
}

void pmk_temporal_run(struct pmk_temporal *t, float *probability)
{
	if (t->strength <= 0)
		return;
	for (size_t i = 0; t->primed && i < t->count; i++) {
		float change = probability[i] - t->last[i], share = fabsf(change) / FOLLOW;
		float keep = t->strength * (1 - (share > 1 ? 1 : share));
		probability[i] -= keep * change;
	}
	memcpy(t->last, probability, t->count * sizeof *probability);
	t->primed = true;
}
