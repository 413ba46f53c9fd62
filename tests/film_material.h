/* SPDX-License-Identifier: MIT */
/* Helpers of the tests of films: files whose pictures differ in size, shape of pixels, orientation and colours, made
 * with FFmpeg's libraries. */
#ifndef PMK_TESTS_FILM_MATERIAL_H
#define PMK_TESTS_FILM_MATERIAL_H

#include "media_material.h"
#include "media_versions.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dovi_meta.h>

/* A file that is being written: MJPEG, whose pictures may all differ, or FFV1, which is lossless. */
struct film {
	AVFormatContext *to;
	AVStream *stream;
	AVCodecContext *encoder;
	int64_t written;
	int exif; /* EXIF orientation of each picture of a MJPEG film, 1..8; 0: none */
};

static int film_dolby; /* profile of Dolby Vision of which the next film is said to be; 0: of none */

static inline void film_tell_dolby(AVFormatContext *to, AVStream *stream)
{
	AVDOVIDecoderConfigurationRecord *dolby = (AVDOVIDecoderConfigurationRecord *)(void *)media_new_side_data(
		stream, AV_PKT_DATA_DOVI_CONF, sizeof *dolby);

	*dolby = (AVDOVIDecoderConfigurationRecord){ .dv_version_major = 1,
		.dv_profile = (uint8_t)film_dolby,
		.dv_level = 1,
		.rpu_present_flag = 1,
		.bl_present_flag = 1 };
	to->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
}

static inline AVFrame *film_frame(enum AVPixelFormat format, int width, int height)
{
	AVFrame *frame = av_frame_alloc();

	frame->format = format;
	frame->width = width;
	frame->height = height;
	frame->sample_aspect_ratio = (AVRational){ 1, 1 };
	assert_int_equal(av_frame_get_buffer(frame, 0), 0);
	return frame;
}

static inline AVCodecContext *film_encoder(enum AVCodecID codec, const AVFrame *like)
{
	AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder(codec));
	AVDictionary *options = NULL;

	encoder->width = like->width;
	encoder->height = like->height;
	encoder->pix_fmt = like->format;
	encoder->sample_aspect_ratio = like->sample_aspect_ratio;
	encoder->color_range = like->color_range;
	encoder->color_primaries = like->color_primaries;
	encoder->color_trc = like->color_trc;
	encoder->colorspace = like->colorspace;
	encoder->field_order = pmk_av_is_interlaced(like) ? AV_FIELD_TT : AV_FIELD_PROGRESSIVE;
	encoder->flags |= AV_CODEC_FLAG_QSCALE | (pmk_av_is_interlaced(like) ? AV_CODEC_FLAG_INTERLACED_DCT : 0);
	encoder->global_quality = FF_QP2LAMBDA * 2;
	encoder->time_base = (AVRational){ 1, 25 };
	if (codec == AV_CODEC_ID_HEVC) {
		encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
		av_dict_set(&options, "x265-params", "log-level=none", 0);
	}
	if (codec == AV_CODEC_ID_VP8)
		av_dict_set(&options, "auto-alt-ref", "0", 0); /* it cannot have alpha otherwise */
	assert_int_equal(avcodec_open2(encoder, encoder->codec, &options), 0);
	av_dict_free(&options);
	return encoder;
}

/* `like` tells the size and the colours of the pictures, `tagged` the colours that the file tells. Its name tells its
 * kind. */
static inline struct film film_begin_tagged(
	const char *path, enum AVCodecID codec, const AVFrame *like, const AVFrame *tagged)
{
	struct film film = { .encoder = film_encoder(codec, like) };

	assert_true(avformat_alloc_output_context2(&film.to, NULL, NULL, path) >= 0);
	film.stream = avformat_new_stream(film.to, NULL);
	avcodec_parameters_from_context(film.stream->codecpar, film.encoder);
	film.stream->codecpar->color_primaries = tagged->color_primaries;
	film.stream->codecpar->color_trc = tagged->color_trc;
	film.stream->codecpar->color_space = tagged->colorspace;
	film.stream->sample_aspect_ratio = like->sample_aspect_ratio;
	film.stream->time_base = film.stream->avg_frame_rate = (AVRational){ 1, 25 };
	film.stream->avg_frame_rate = (AVRational){ 25, 1 };
	if (film_dolby)
		film_tell_dolby(film.to, film.stream);
	assert_int_equal(avio_open(&film.to->pb, path, AVIO_FLAG_WRITE), 0);
	assert_true(avformat_write_header(film.to, NULL) >= 0);
	return film;
}

static inline struct film film_begin(const char *path, enum AVCodecID codec, const AVFrame *like)
{
	return film_begin_tagged(path, codec, like, like);
}

/* Put an EXIF segment with an orientation behind the first two bytes of a JPEG (CIPA DC-008). */
static inline void film_put_exif(AVPacket *packet, int orientation)
{
	uint8_t segment[36] = "\xff\xe1\0\x22"
			      "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01";

	segment[29] = (uint8_t)orientation;
	assert_int_equal(av_grow_packet(packet, sizeof segment), 0);
	memmove(packet->data + 2 + sizeof segment, packet->data + 2, (size_t)packet->size - 2 - sizeof segment);
	memcpy(packet->data + 2, segment, sizeof segment);
}

static inline void film_pass(struct film *film, const AVFrame *frame)
{
	AVPacket *packet = av_packet_alloc();

	assert_int_equal(avcodec_send_frame(film->encoder, frame), 0);
	while (avcodec_receive_packet(film->encoder, packet) >= 0) {
		if (film->exif)
			film_put_exif(packet, film->exif);
		av_packet_rescale_ts(packet, film->encoder->time_base, film->stream->time_base);
		assert_int_equal(av_interleaved_write_frame(film->to, packet), 0);
	}
	av_packet_free(&packet);
}

static inline void film_write(struct film *film, AVFrame *frame)
{
	const AVCodecContext *encoder = film->encoder;

	if (encoder->width != frame->width || encoder->height != frame->height ||
		av_cmp_q(encoder->sample_aspect_ratio, frame->sample_aspect_ratio)) {
		enum AVCodecID codec = encoder->codec_id;
		avcodec_free_context(&film->encoder);
		film->encoder = film_encoder(codec, frame);
	}
	frame->pts = film->written++;
	film_pass(film, frame);
}

static inline void film_end(struct film *film)
{
	film_pass(film, NULL);
	assert_int_equal(av_write_trailer(film->to), 0);
	avio_closep(&film->to->pb);
	avformat_free_context(film->to);
	avcodec_free_context(&film->encoder);
}

#endif
