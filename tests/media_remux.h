/* SPDX-License-Identifier: MIT */
/* Helpers of the tests of videos, with FFmpeg's libraries: they make files with rotation, audio or unusual pixel
 * formats, and measure the audio of a file. */
#ifndef PMK_TESTS_MEDIA_REMUX_H
#define PMK_TESTS_MEDIA_REMUX_H

#include "media_material.h"
#include "media_versions.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/pixdesc.h>

enum { REMUX_RATE = 48000 };

/* How to copy a video: by its metadata top and bottom swapped or not, then rotated clockwise, and with a sine wave in
 * that codec (none: no audio) of that length. */
struct remux {
	int degrees;
	bool flip;
	enum AVCodecID audio;
	double audio_s;
};

static inline void remux_turn(AVStream *stream, int degrees, bool flip)
{
	/* ISO/IEC 14496-12 6.2.2 */
	static const int8_t rotations[4][4] = { { 1, 0, 0, 1 }, { 0, 1, -1, 0 }, { -1, 0, 0, -1 }, { 0, -1, 1, 0 } };
	const int8_t *rotation = rotations[degrees / 90];
	int32_t *matrix = (int32_t *)media_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof *matrix);

	memset(matrix, 0, 9 * sizeof *matrix);
	matrix[0] = rotation[0] * 65536;
	matrix[1] = rotation[1] * 65536;
	matrix[3] = rotation[2] * (flip ? -65536 : 65536);
	matrix[4] = rotation[3] * (flip ? -65536 : 65536);
	matrix[8] = 1 << 30;
}

static inline AVCodecContext *remux_audio_encoder(enum AVCodecID id)
{
	AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder(id));

	encoder->sample_rate = REMUX_RATE;
	encoder->sample_fmt = id == AV_CODEC_ID_AAC ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_S16;
	av_channel_layout_default(&encoder->ch_layout, 1);
	encoder->time_base = (AVRational){ 1, REMUX_RATE };
	encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	assert_int_equal(avcodec_open2(encoder, encoder->codec, NULL), 0);
	return encoder;
}

static inline void remux_write_audio(AVFormatContext *to, AVStream *stream, AVCodecContext *encoder, double seconds)
{
	AVFrame *frame = av_frame_alloc();
	AVPacket *packet = av_packet_alloc();
	int64_t done = 0, all = (int64_t)(seconds * REMUX_RATE);

	frame->nb_samples = encoder->frame_size ? encoder->frame_size : 1024;
	frame->format = encoder->sample_fmt;
	frame->sample_rate = REMUX_RATE;
	av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout);
	assert_int_equal(av_frame_get_buffer(frame, 0), 0);
	for (bool more = true; more; done += frame->nb_samples) {
		more = done < all;
		assert_int_equal(av_frame_make_writable(frame), 0);
		for (int i = 0; i < frame->nb_samples; i++) {
			double value = 0.3 * sin((double)(done + i) * 440 * 6.2832 / REMUX_RATE);
			if (encoder->sample_fmt == AV_SAMPLE_FMT_S16)
				((int16_t *)(void *)frame->data[0])[i] = (int16_t)(value * 32767);
			else
				((float *)(void *)frame->data[0])[i] = (float)value;
		}
		frame->pts = done;
		assert_int_equal(avcodec_send_frame(encoder, more ? frame : NULL), 0);
		while (avcodec_receive_packet(encoder, packet) >= 0) {
			packet->stream_index = stream->index;
			av_packet_rescale_ts(packet, encoder->time_base, stream->time_base);
			assert_int_equal(av_interleaved_write_frame(to, packet), 0);
		}
	}
	av_packet_free(&packet);
	av_frame_free(&frame);
}

static inline void remux(const char *from_path, const char *to_path, const struct remux *how)
{
	AVFormatContext *from = NULL, *to = NULL;
	AVCodecContext *encoder = how->audio ? remux_audio_encoder(how->audio) : NULL;
	AVPacket *packet = av_packet_alloc();
	AVStream *pictures, *audio = NULL;

	assert_int_equal(avformat_open_input(&from, from_path, NULL, NULL), 0);
	assert_true(avformat_find_stream_info(from, NULL) >= 0);
	assert_true(avformat_alloc_output_context2(&to, NULL, NULL, to_path) >= 0);
	pictures = avformat_new_stream(to, NULL);
	avcodec_parameters_copy(pictures->codecpar, from->streams[0]->codecpar);
	pictures->codecpar->codec_tag = 0;
	pictures->time_base = from->streams[0]->time_base;
	remux_turn(pictures, how->degrees, how->flip);
	if (encoder) {
		audio = avformat_new_stream(to, NULL);
		avcodec_parameters_from_context(audio->codecpar, encoder);
		audio->time_base = encoder->time_base;
	}
	assert_int_equal(avio_open(&to->pb, to_path, AVIO_FLAG_WRITE), 0);
	assert_true(avformat_write_header(to, NULL) >= 0);
	while (av_read_frame(from, packet) >= 0) {
		av_packet_rescale_ts(packet, from->streams[0]->time_base, pictures->time_base);
		assert_int_equal(av_interleaved_write_frame(to, packet), 0);
	}
	if (encoder)
		remux_write_audio(to, audio, encoder, how->audio_s);
	assert_int_equal(av_write_trailer(to), 0);
	avio_closep(&to->pb);
	avformat_free_context(to);
	avformat_close_input(&from);
	avcodec_free_context(&encoder);
	av_packet_free(&packet);
}

/* Write three pictures of one colour, Y 90, U 100, V 150 (all components 90 in RGB), lossless. */
static inline void write_flat(const char *path, enum AVPixelFormat format, int width, int height)
{
	static const int values[4] = { 90, 100, 150, 255 };
	AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_FFV1));
	AVFormatContext *to = NULL;
	AVFrame *frame = av_frame_alloc();
	AVPacket *packet = av_packet_alloc();
	AVStream *stream;
	const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);
	bool deep = format == AV_PIX_FMT_YUV420P10 || format == AV_PIX_FMT_YUV422P10;

	assert_true(avformat_alloc_output_context2(&to, NULL, "matroska", path) >= 0);
	stream = avformat_new_stream(to, NULL);
	encoder->width = frame->width = width;
	encoder->height = frame->height = height;
	encoder->pix_fmt = format;
	frame->format = format;
	encoder->time_base = stream->time_base = (AVRational){ 1, 30 };
	assert_int_equal(avcodec_open2(encoder, encoder->codec, NULL), 0);
	avcodec_parameters_from_context(stream->codecpar, encoder);
	assert_int_equal(avio_open(&to->pb, path, AVIO_FLAG_WRITE), 0);
	assert_true(avformat_write_header(to, NULL) >= 0);
	for (int n = 0; n < 3; n++) {
		assert_int_equal(n ? av_frame_make_writable(frame) : av_frame_get_buffer(frame, 0), 0);
		for (int p = 0; p < 4 && frame->data[p]; p++) {
			int rows = p == 1 || p == 2 ? AV_CEIL_RSHIFT(height, desc->log2_chroma_h) : height;
			for (int i = 0; i < rows * frame->linesize[p] / (deep ? 2 : 1); i++) {
				if (deep)
					((uint16_t *)(void *)frame->data[p])[i] = (uint16_t)(values[p] * 4);
				else
					frame->data[p][i] = (uint8_t)values[p];
			}
		}
		frame->pts = n;
		assert_int_equal(avcodec_send_frame(encoder, frame), 0);
		while (avcodec_receive_packet(encoder, packet) >= 0) {
			av_packet_rescale_ts(packet, encoder->time_base, stream->time_base);
			assert_int_equal(av_interleaved_write_frame(to, packet), 0);
		}
	}
	assert_int_equal(av_write_trailer(to), 0);
	avio_closep(&to->pb);
	avformat_free_context(to);
	avcodec_free_context(&encoder);
	av_packet_free(&packet);
	av_frame_free(&frame);
}

struct audio_facts {
	int packets;
	int64_t bytes;
	double start_s, end_s; /* from the first picture */
	double longest_gap_s; /* the most time of pictures between two packets of audio in the file, while there is
				 audio */
};

static inline struct audio_facts measure_audio(const char *path)
{
	struct audio_facts facts = { .start_s = 1e9, .end_s = -1e9 };
	AVFormatContext *from = NULL;
	AVPacket *packet = av_packet_alloc();
	int audio, pictures;
	double pictures_s = 0, heard_s = 0, origin_s;

	assert_int_equal(avformat_open_input(&from, path, NULL, NULL), 0);
	assert_true(avformat_find_stream_info(from, NULL) >= 0);
	audio = av_find_best_stream(from, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
	pictures = av_find_best_stream(from, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
	assert_true(audio >= 0 && pictures >= 0);
	origin_s = (double)from->streams[pictures]->start_time * av_q2d(from->streams[pictures]->time_base);
	while (av_read_frame(from, packet) >= 0) {
		double base = av_q2d(from->streams[packet->stream_index]->time_base),
		       time = (double)packet->pts * base - origin_s;

		if (packet->stream_index == pictures)
			pictures_s = time;
		if (packet->stream_index == audio) {
			facts.packets++;
			facts.bytes += packet->size;
			facts.start_s = fmin(facts.start_s, time);
			facts.end_s = fmax(facts.end_s, time + (double)packet->duration * base);
			facts.longest_gap_s = fmax(facts.longest_gap_s, pictures_s - heard_s);
			heard_s = pictures_s;
		}
		av_packet_unref(packet);
	}
	avformat_close_input(&from);
	av_packet_free(&packet);
	return facts;
}

#endif
