/* SPDX-License-Identifier: MIT */
#include "media/film/survey.h"

#include "base/num.h"
#include "media/film/tone.h"

#include <math.h>
#include <string.h>

enum { MOST_KEYS = 24, MOST_BYTES = 64 << 20, MOST_SECONDS = 60, MOST_PACKETS = 256, PLACES = 16, LEVELS = 4096 };

#define MOST_PX ((int64_t)PMK_IMAGE_MAX_PX * PMK_IMAGE_MAX_PX)

static const double BRIGHTER = 1 / 500.0, APART_S = 0.5;

struct surveyor {
	struct pmk_av_reader reader;
	struct pmk_av_scaler scaler;
	struct pmk_survey found;
	struct pmk_shape (*shape_of)(void *user, const AVFrame *frame);
	void *user;
	AVFrame *frame;
};

/* The grey, 0..1, that BRIGHTER of a picture's pixels exceed. Its luma is 0..65535. */
static double bright_end(const AVFrame *luma)
{
	int counts[LEVELS] = { 0 }, above = 0, level = LEVELS - 1;

	for (int y = 0; y < luma->height; y++) {
		const uint8_t *row = luma->data[0] + (ptrdiff_t)y * luma->linesize[0];
		for (int x = 0; x < luma->width; x++)
			counts[((const uint16_t *)(const void *)row)[x] * LEVELS >> 16]++;
	}
	while (level > 0 && above + counts[level] <= luma->width * luma->height * BRIGHTER)
		above += counts[level--];
	return (double)level / (LEVELS - 1);
}

/* Not scaled: where a picture is sharp, scaling makes light that it does not hold. */
static void measure_light(struct surveyor *s)
{
	const struct pmk_av_target target = { .format = AV_PIX_FMT_GRAY16,
		.width = s->frame->width,
		.height = s->frame->height,
		.range = PMK_RANGE_FULL };
	struct pmk_tone_kind kind;
	AVFrame *luma;

	if (!pmk_tone_needed(s->frame, &kind) || !pmk_tone_is_hdr(&kind))
		return;
	luma = av_frame_alloc();
	if (!luma)
		return;
	luma->format = target.format;
	luma->width = target.width;
	luma->height = target.height;
	if (av_frame_get_buffer(luma, 0) >= 0 &&
		!pmk_av_scale(&s->scaler, s->frame, &target, luma->data, luma->linesize))
		s->found.peak = fmax(s->found.peak, pmk_tone_nits(&kind, bright_end(luma)));
	av_frame_free(&luma);
}

/* Take all pictures that the decoder has ready. Returns how many. */
static int take(struct surveyor *s)
{
	int count = 0;

	while (avcodec_receive_frame(s->reader.decoder, s->frame) >= 0) {
		struct pmk_shape shape = s->shape_of(s->user, s->frame), *largest = &s->found.largest;

		pmk_av_name_colours(&s->reader, s->frame);
		if (pmk_place_same_shape(&shape, largest) && shape.width > largest->width &&
			pmk_max(shape.width, shape.height) <= PMK_IMAGE_MAX_PX)
			*largest = shape;
		measure_light(s);
		av_frame_unref(s->frame);
		count++;
	}
	return count;
}

/* Time of a packet since the beginning; the last one's if it has none. */
static double time_of(const struct surveyor *s, const AVPacket *packet, double last)
{
	const AVStream *stream = s->reader.format->streams[s->reader.stream];
	int64_t start = stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;

	return packet->dts == AV_NOPTS_VALUE ? last : (double)(packet->dts - start) * av_q2d(stream->time_base);
}

/* Decode the film's key pictures. Of those that follow each other at once, as in MJPEG, two per second are enough. */
static void look_at_beginning(struct surveyor *s)
{
	AVPacket *packet = s->reader.packet;
	double time = 0, looked = -1;
	bool was_key = false;
	int keys = 0;

	while (keys < MOST_KEYS && time < MOST_SECONDS && avio_tell(s->reader.format->pb) < MOST_BYTES &&
		av_read_frame(s->reader.format, packet) >= 0) {
		if (packet->stream_index == s->reader.stream) {
			bool key = packet->flags & AV_PKT_FLAG_KEY;

			time = time_of(s, packet, time);
			if (key && (!was_key || time > looked + APART_S) &&
				avcodec_send_packet(s->reader.decoder, packet) >= 0) {
				looked = time;
				keys += take(s);
			}
			was_key = key;
		}
		av_packet_unref(packet);
	}
	avcodec_send_packet(s->reader.decoder, NULL);
	take(s);
}

/* Decode one picture from `time` on. */
static bool look_at(struct surveyor *s, int64_t time)
{
	AVPacket *packet = s->reader.packet;
	int taken = 0;

	if (avformat_seek_file(s->reader.format, s->reader.stream, INT64_MIN, time, time, 0) < 0)
		return false;
	avcodec_flush_buffers(s->reader.decoder);
	for (int packets = 0; !taken && packets < MOST_PACKETS; packets++) {
		if (av_read_frame(s->reader.format, packet) < 0)
			return false;
		if (packet->stream_index == s->reader.stream && avcodec_send_packet(s->reader.decoder, packet) >= 0)
			taken = take(s);
		av_packet_unref(packet);
	}
	return true;
}

/* A film that begins in the dark says little: look on, until it is bright enough to tell. */
static void look_further(struct surveyor *s)
{
	const AVStream *stream = s->reader.format->streams[s->reader.stream];
	int64_t start = stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;
	int64_t duration = av_rescale_q(
		pmk_av_duration_ns(s->reader.format, stream), (AVRational){ 1, 1000000000 }, stream->time_base);

	for (int i = 1; i < PLACES && s->found.peak > 0 && pmk_tone_is_dark(s->found.peak); i++) {
		if (!look_at(s, start + duration * i / PLACES))
			break;
	}
}

struct pmk_survey pmk_survey_run(const char *path, const struct pmk_shape *shape,
	struct pmk_shape (*shape_of)(void *user, const AVFrame *frame), void *user)
{
	struct surveyor s = {
		.found = { .largest = *shape }, .shape_of = shape_of, .user = user, .frame = av_frame_alloc()
	};

	if (s.frame && !pmk_av_reader_open(&s.reader, path, PMK_IMAGE_MIN_PX, PMK_IMAGE_MAX_PX, MOST_PX)) {
		look_at_beginning(&s);
		look_further(&s);
	}
	pmk_av_scaler_free(&s.scaler);
	pmk_av_reader_close(&s.reader);
	av_frame_free(&s.frame);
	return s.found;
}
