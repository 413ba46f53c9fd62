/* SPDX-License-Identifier: MIT */
/* The kinds of video files that can be written, and the encoder of each. Functions return 0 or FFmpeg's AVERROR unless
 * they say otherwise. For media_out.c. One thread. */
#ifndef PMK_MEDIA_OUT_ENCODER_H
#define PMK_MEDIA_OUT_ENCODER_H

#include "image/frame.h"
#include "media/out/encoding.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

/* By the end of the name. A .mkv file counts milliseconds whatever is asked for; ticks_per_s of 0 means one tick per
 * picture. */
struct pmk_out_kind {
	const char *end, *muxer;
	int ticks_per_s;
	bool even; /* the codec needs 4:2:0 with even sides */
	bool audio;
	const char *encoder; /* NULL: H.264, or what stands in for it */
	const char *alpha; /* the encoder that keeps alpha; NULL: none does */
};

struct pmk_out_encoder_wish {
	const struct pmk_out_kind *kind;
	const char *path; /* for messages */
	struct pmk_layout layout;
	double fps;
	bool grey, alpha, live;
	struct pmk_encoding encoding; /* of pictures that are not grey */
};

/* The kind of file that `path` names, and that can hold what is asked for; NULL: none, which is logged. */
const struct pmk_out_kind *pmk_out_kind_find(const char *path, bool grey, bool alpha);

/* Open the encoder for a file of `format`. A missing one is logged. */
int pmk_out_encoder_open(
	const struct pmk_out_encoder_wish *wish, const AVFormatContext *format, AVCodecContext **encoder);

#endif
