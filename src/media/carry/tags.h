/* SPDX-License-Identifier: MIT */
/* What is said about a film and its tracks: titles, languages, chapters, the date. For media/carry/ only.
 *
 * The one rule: only the keys of a list are carried, and none of them tells a place, a device or a program. Cameras and
 * phones write such things under ever new keys (location, com.apple.quicktime.*, make, model, comment with a drone's
 * position), so a list of what to drop would never be complete. */
#ifndef PMK_MEDIA_CARRY_TAGS_H
#define PMK_MEDIA_CARRY_TAGS_H

#include "media/av.h"

/* 0, or FFmpeg's error. */
int pmk_tags_film(const AVFormatContext *from, AVFormatContext *to) __attribute__((warn_unused_result));
int pmk_tags_track(const AVStream *from, AVStream *to) __attribute__((warn_unused_result)); /* and what it is for */

/* Chapters, with their titles, from `origin_ns` of the recording's own time on, for `length_ns` (0: to the end). */
int pmk_tags_chapters(const AVFormatContext *from, AVFormatContext *to, int64_t origin_ns, int64_t length_ns)
	__attribute__((warn_unused_result));

#endif
