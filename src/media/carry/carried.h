/* SPDX-License-Identifier: MIT */
/* Carries what a recording has besides its pictures over into a file that is being written: audio and subtitles, track
 * by track, chapters and tags. Other tracks, as of a camera's sensors or a second camera, are not carried. For
 * media_out.c only. One thread.
 *
 * The one rule: each track is decided by itself. A track that cannot be carried is left out with one warning, which
 * names it; it stops neither the others nor the pictures. */
#ifndef PMK_MEDIA_CARRY_CARRIED_H
#define PMK_MEDIA_CARRY_CARRIED_H

#include "media/av.h"
#include "media/carry.h"

struct pmk_carried;

/* Open the recording and add a stream to `to`, which has that of the pictures, for each track that is carried; call it
 * before the header is written. A recording without such tracks is allowed. `to` and carry->from must outlive it;
 * `to_path` is for messages. -ENODATA, logged: the recording cannot be read; -ENOMEM. */
int pmk_carried_open(const struct pmk_carry *carry, const char *to_path, AVFormatContext *to,
	struct pmk_carried **carried) __attribute__((warn_unused_result));
void pmk_carried_close(struct pmk_carried *carried); /* NULL is allowed */

/* Write what is due up to the position `until_ns`. 0, or FFmpeg's error of writing (not logged). Here and below, a NULL
 * `carried` has nothing to write. */
int pmk_carried_write(struct pmk_carried *carried, int64_t until_ns) __attribute__((warn_unused_result));

/* Write the rest. If the recording's own pictures go on well after `pictures_end_ns`, only up to about there. */
int pmk_carried_finish(struct pmk_carried *carried, int64_t pictures_end_ns) __attribute__((warn_unused_result));

#endif
