/* SPDX-License-Identifier: MIT */
/* From what FFmpeg decodes of a single picture's file to the picture that is meant: upright, in the colours of sRGB,
 * and whole. What the file says beside its pixels is read here where FFmpeg 5.1 does not.
 *
 * The one rule: a picture that cannot be had right is refused, in one line that says what the file is. It is never
 * black, grey or half. */
#ifndef PMK_MEDIA_STILL_FINISH_H
#define PMK_MEDIA_STILL_FINISH_H

#include "media/av.h"

struct pmk_still_wish {
	int64_t most_px; /* what becomes RGB is shrunk to it */
	bool alpha; /* is kept */
};

/* Finish `frame`, the first picture of `reader`, that of the file at `path`. A picture with alpha or with a colour
 * profile becomes RGB24, blended over black and converted to sRGB, or RGBA if it has alpha and that is kept; another
 * stays as it is. A JPEG file that FFmpeg does not decode right is decoded anew; for that, `frame` may be empty.
 * *orientation: how to make it upright. -EBADMSG: it cannot be had, logged; -ENOMEM; or the errno of read. */
int pmk_still_finish(const char *path, const struct pmk_av_reader *reader, AVFrame *frame,
	const struct pmk_still_wish *wish, struct pmk_orientation *orientation) __attribute__((warn_unused_result));

#endif
