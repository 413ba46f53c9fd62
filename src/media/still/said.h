/* SPDX-License-Identifier: MIT */
/* What FFmpeg's decoders and readers of files say. They tell some faults only in words: the rows that a TIFF file's
 * decoder cannot unpack become black, and its caller gets a picture as if nothing had happened; a reader that lost its
 * place goes on where it finds it again, seconds later. */
#ifndef PMK_MEDIA_STILL_SAID_H
#define PMK_MEDIA_STILL_SAID_H

#include <libavformat/avformat.h>

struct pmk_said {
	int errors; /* lines of the level AV_LOG_ERROR or worse */
	char first[96]; /* the first of them, without the newline */
};

/* Silence FFmpeg, and from now on keep what a decoder says in the struct pmk_said that its context's `opaque` points
 * to, if that is not NULL. For the process; may be called again. [any thread] */
void pmk_said_listen(void);
/* How many errors the reader of a file has told of since it was opened. */
int pmk_said_by_reader(const AVFormatContext *format);

#endif
