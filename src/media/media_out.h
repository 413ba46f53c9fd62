/* SPDX-License-Identifier: MIT */
/* Videos written to files through FFmpeg's libraries. For io/file/sink_file.c (composed pictures) and app/files/mask.c
 * (alpha) only: it takes plain pictures, so who includes it is checked by tests/check_tree.py. Errors are logged in one
 * line naming the file and given as negative errno. One thread. */
#ifndef PMK_MEDIA_MEDIA_OUT_H
#define PMK_MEDIA_MEDIA_OUT_H

#include "image/frame.h"

struct pmk_media_out;

struct pmk_media_out_settings {
	/* of the pictures that write is given; odd sides lose a column or row where the codec needs even ones */
	struct pmk_layout layout;
	double fps; /* nominal; positions decide */
	bool grey; /* write plane 0 as 8-bit grey, FFV1, lossless (.mkv only); chroma is not looked at */
	/* copy the audio streams of this file packet by packet, unless NULL; position 0 is its first picture */
	const char *audio_from;
};

/* By the name's end: .y4m (raw), .mkv and .mp4 (H.264 by libx264 when there is, else MPEG-4 part 2, said in one info
 * line). H.264 is always 4:2:0 with even sides; a .y4m has no times (one picture a period) and no audio. -EINVAL for
 * another end, or where an .mp4 cannot hold the audio as it is (PCM). An existing file is replaced only at finish:
 * written beside it as a hidden temporary first. */
int pmk_media_out_open(const char *path, const struct pmk_media_out_settings *settings, struct pmk_media_out **out)
	__attribute__((warn_unused_result));

/* Positions must rise; a position that does not is moved up by one tick. */
int pmk_media_out_write(struct pmk_media_out *out, const struct pmk_image *image, int64_t position_ns)
	__attribute__((warn_unused_result));

/* Flush, copy the rest of the audio (only up to about the last picture where the recording has many more), close and
 * rename into place. `out` is gone afterwards, also on failure (the temporary is removed then). */
int pmk_media_out_finish(struct pmk_media_out *out) __attribute__((warn_unused_result));
void pmk_media_out_abandon(struct pmk_media_out *out); /* remove the temporary; NULL is fine */

#endif
