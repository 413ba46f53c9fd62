/* SPDX-License-Identifier: MIT */
/* The codecs that films are written with: FFmpeg's encoder of each, which kinds of file hold it, and what our scale of
 * quality (media/out/encoding.h) is in the encoder's own. For encoder.c and media_out.c. One thread. */
#ifndef PMK_MEDIA_OUT_CODEC_H
#define PMK_MEDIA_OUT_CODEC_H

#include "media/out/encoding.h"

#include <libavcodec/avcodec.h>

/* The encoder of a codec for a file whose name ends in `end`. NULL, logged with what could be chosen: such a file
 * cannot hold it, with alpha if that is asked for; or this FFmpeg has no encoder for it. */
const AVCodec *pmk_out_codec_find(const char *path, const char *end, enum pmk_codec codec, bool alpha);

bool pmk_out_codec_keeps_422(enum pmk_codec codec); /* else, 4:2:2 is written as 4:2:0 */

/* Set the quality of an encoder that is not open yet, and how much time it may take. A live one is fast and looks ahead
 * by few pictures, which would be lost with the process. */
void pmk_out_codec_set(AVCodecContext *encoder, const struct pmk_encoding *encoding, bool live, AVDictionary **options);

#endif
