/* SPDX-License-Identifier: MIT */
/* Decides what becomes of a track, and opens it that way. For media/carry/ only. */
#ifndef PMK_MEDIA_CARRY_PLAN_H
#define PMK_MEDIA_CARRY_PLAN_H

#include "media/carry.h"
#include "media/carry/track.h"

/* Whether files of this kind can hold a stream whose first packet is `first` (NULL: unknown). */
bool pmk_plan_fits(const AVOutputFormat *kind, const AVStream *stream, const AVPacket *first);

/* `track` has `from`, `to`, `origin_ns` and `cut`. If it is left out, its `impl` stays NULL and a warning says why,
 * unless that was asked for. `number` counts the recording's audio tracks from 1. 0 or -ENOMEM. */
int pmk_plan_audio(struct pmk_track *track, enum pmk_audio wanted, int number, const char *from_path)
	__attribute__((warn_unused_result));

/* The same for a subtitle track: copied, or converted if both codecs are text. One that is a camera's log, by its name
 * or its first packet, is left out. */
int pmk_plan_subtitles(struct pmk_track *track, int number, const char *from_path) __attribute__((warn_unused_result));

/* A cover picture: carried if `wanted`, else left out with a warning, because it may be a still of the recording. */
int pmk_plan_cover(struct pmk_track *track, bool wanted, const char *from_path) __attribute__((warn_unused_result));

/* After an error of writing: if the track's own data may be the reason, carry no more of it, with a warning, and return
 * true. */
bool pmk_plan_give_up(struct pmk_track *track, int err, const char *from_path);

/* If the packet is a subtitle that tells a place, carry neither it nor more of its track, with a warning, and return
 * true. The track's `impl` must not be NULL. */
bool pmk_plan_withhold(struct pmk_track *track, const AVPacket *packet, const char *from_path);

#endif
