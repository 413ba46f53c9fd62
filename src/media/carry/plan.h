/* SPDX-License-Identifier: MIT */
/* Decides what becomes of an audio track, and opens it that way. For media/carry/ only. */
#ifndef PMK_MEDIA_CARRY_PLAN_H
#define PMK_MEDIA_CARRY_PLAN_H

#include "media/carry.h"
#include "media/carry/track.h"

/* Whether files of this kind can hold a stream. */
bool pmk_plan_fits(const AVOutputFormat *kind, const AVStream *stream);

/* `track` has `from`, `to`, `origin_ns` and `cut`. If it is left out, its `impl` stays NULL and a warning says why,
 * unless that was asked for. `number` counts the recording's audio tracks from 1. 0 or -ENOMEM. */
int pmk_plan_audio(struct pmk_track *track, enum pmk_audio wanted, int number, const char *from_path)
	__attribute__((warn_unused_result));

#endif
