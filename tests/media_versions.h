/* SPDX-License-Identifier: MIT */
/* Calls that differ between FFmpeg's versions 5 to 7, for films that are written. */
#ifndef PMK_TESTS_MEDIA_VERSIONS_H
#define PMK_TESTS_MEDIA_VERSIONS_H

#include "media/av_versions.h"

#include <stdlib.h>

/* Room for what a file says of a whole stream. */
static inline uint8_t *media_new_side_data(AVStream *stream, enum AVPacketSideDataType type, size_t bytes)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 100)
	AVPacketSideData *side = av_packet_side_data_new(
		&stream->codecpar->coded_side_data, &stream->codecpar->nb_coded_side_data, type, bytes, 0);
	uint8_t *data = side ? side->data : NULL;
#else
	uint8_t *data = av_stream_new_side_data(stream, type, bytes);
#endif

	if (!data)
		abort();
	return data;
}

/* Say that a frame is interlaced, its top field first. */
static inline void media_set_interlaced(AVFrame *frame)
{
#ifdef AV_FRAME_FLAG_INTERLACED
	frame->flags |= AV_FRAME_FLAG_INTERLACED | AV_FRAME_FLAG_TOP_FIELD_FIRST;
#else
	frame->interlaced_frame = frame->top_field_first = 1;
#endif
}

#endif
