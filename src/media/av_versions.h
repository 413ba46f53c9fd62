/* SPDX-License-Identifier: MIT */
/* Calls that differ between FFmpeg's versions 5 to 7. For src/media/ and its tests. */
#ifndef PMK_MEDIA_AV_VERSIONS_H
#define PMK_MEDIA_AV_VERSIONS_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>

/* Side data that a file has for a whole stream; NULL: none. `bytes` may be NULL. */
static inline const uint8_t *pmk_av_side_data(const AVStream *stream, enum AVPacketSideDataType type, size_t *bytes)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 100)
	const AVPacketSideData *side = av_packet_side_data_get(
		stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, type);

	if (bytes)
		*bytes = side ? side->size : 0;
	return side ? side->data : NULL;
#else
	return av_stream_get_side_data(stream, type, bytes);
#endif
}

static inline bool pmk_av_is_interlaced(const AVFrame *frame)
{
#ifdef AV_FRAME_FLAG_INTERLACED
	return frame->flags & AV_FRAME_FLAG_INTERLACED;
#else
	return frame->interlaced_frame;
#endif
}

/* The rates, ended by 0, and the sample formats, ended by -1, that a codec knows; NULL: any. */
static inline const int *pmk_av_rates(const AVCodec *codec)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
	const void *rates = NULL;

	return avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_SAMPLE_RATE, 0, &rates, NULL) < 0 ? NULL :
													     rates;
#else
	return codec->supported_samplerates;
#endif
}

static inline const enum AVSampleFormat *pmk_av_sample_formats(const AVCodec *codec)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
	const void *formats = NULL;

	return avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_SAMPLE_FORMAT, 0, &formats, NULL) < 0 ?
		NULL :
		formats;
#else
	return codec->sample_fmts;
#endif
}

#endif
