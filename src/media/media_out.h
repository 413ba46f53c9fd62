/* SPDX-License-Identifier: MIT */
/* Writer of video files, with FFmpeg's libraries.
 *
 * The one rule: only io/file/sink_file.c (for shown pictures) and app/files/mask.c (for alpha) may include this header,
 * because it accepts plain pictures; tests/check_tree.py checks it.
 *
 * Errors are logged in one line that names the file, and returned as negative errno. One thread. */
#ifndef PMK_MEDIA_MEDIA_OUT_H
#define PMK_MEDIA_MEDIA_OUT_H

#include "image/frame.h"
#include "media/carry.h"
#include "media/out/encoding.h"

struct pmk_media_out;

struct pmk_media_out_settings {
	/* of the pictures passed to write; if the codec needs even sides, odd ones lose a column or row */
	struct pmk_layout layout;
	double fps; /* nominal rate; the times are those passed to write */
	bool alpha; /* keep alpha: VP9 (.webm, .mkv) or ProRes 4444 (.mov) */
	struct pmk_encoding encoding; /* of pictures that are not grey */
	bool grey; /* write plane 0 as 8-bit grey in FFV1, lossless (.mkv only); chroma is ignored */
	struct pmk_carry carry; /* what to take over from a recording; a live file takes over nothing */
	/* nothing is thrown away: the file gets its name with the first picture, can be played from then on, and stays
	 * whatever happens */
	bool live;
};

/* Open a file for writing. The end of its name gives the kind: .y4m (raw), .mkv, .mp4 or .mov (H.264 with libx264;
 * without it MPEG-4 part 2, logged as info), .webm (VP9), unless the settings name another codec. H.264 is always 4:2:0
 * with even sides. A .y4m file has no times (one picture per period) and no audio. -EINVAL: another end, or a codec
 * that it cannot hold; -ENODATA: the recording to take over from cannot be read any more. The pictures go to a hidden
 * temporary file, which replaces an existing file only at finish; a live one, with the first picture. */
int pmk_media_out_open(const char *path, const struct pmk_media_out_settings *settings, struct pmk_media_out **out)
	__attribute__((warn_unused_result));

/* That of the pictures in the file; it stays the same. */
const struct pmk_layout *pmk_media_out_layout(const struct pmk_media_out *out);

/* Plain colours, and their alpha (NULL: opaque) if the settings ask for it. Positions must rise; a position that does
 * not is moved to one tick after the last one. An error means that no more can be written. The message for a live file
 * also says how much of it there is. */
int pmk_media_out_write(struct pmk_media_out *out, const struct pmk_image *image, const struct pmk_mask *alpha,
	int64_t position_ns) __attribute__((warn_unused_result));

/* Flush, take over the rest of the recording's audio, close the file and rename it into place. If the recording goes on
 * well after the last picture, that ends about there. `out` is freed, also on failure, which removes the temporary
 * file, or leaves the whole part of a live one. `partial`: one that is not live replaces no older file; if there is
 * one, says where the new one is, and gives -EALREADY. */
int pmk_media_out_finish(struct pmk_media_out *out, bool partial) __attribute__((warn_unused_result));
void pmk_media_out_abandon(struct pmk_media_out *out); /* the same without a new file; NULL is allowed */

#endif
