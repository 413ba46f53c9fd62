/* SPDX-License-Identifier: MIT */
#include "media/carry/resample.h"

#include <stdbool.h>

enum { FIRST_ROOM = 8192, MOST_CHANNELS = 64 };

int pmk_resample_open(struct pmk_resample *resample, const AVCodecContext *encoder)
{
	resample->to_format = encoder->sample_fmt;
	resample->to_rate = encoder->sample_rate;
	resample->ready = av_audio_fifo_alloc(encoder->sample_fmt, encoder->ch_layout.nb_channels, FIRST_ROOM);
	return resample->ready ? av_channel_layout_copy(&resample->to_layout, &encoder->ch_layout) : AVERROR(ENOMEM);
}

static void free_room(struct pmk_resample *resample)
{
	if (resample->room)
		av_freep(&resample->room[0]);
	av_freep(&resample->room);
	resample->room_samples = 0;
}

void pmk_resample_close(struct pmk_resample *resample)
{
	swr_free(&resample->swr);
	av_audio_fifo_free(resample->ready);
	free_room(resample);
	av_channel_layout_uninit(&resample->to_layout);
	av_channel_layout_uninit(&resample->from_layout);
	*resample = (struct pmk_resample){ 0 };
}

static int make_room(struct pmk_resample *resample, int samples)
{
	int err;

	if (samples <= resample->room_samples)
		return 0;
	free_room(resample);
	err = av_samples_alloc_array_and_samples(
		&resample->room, NULL, resample->to_layout.nb_channels, samples, resample->to_format, 0);
	if (err < 0)
		return err;
	resample->room_samples = samples;
	return 0;
}

/* Move samples from `room` to `ready`. */
static int keep(struct pmk_resample *resample, int samples)
{
	int err = samples > 0 ? av_audio_fifo_write(resample->ready, (void **)resample->room, samples) : samples;

	if (err >= 0)
		resample->added += samples;
	return err < 0 ? err : 0;
}

static bool is_same(const struct pmk_resample *resample, const AVFrame *frame)
{
	return resample->swr && resample->from_rate == frame->sample_rate && resample->from_format == frame->format &&
		!av_channel_layout_compare(&resample->from_layout, &frame->ch_layout);
}

int pmk_resample_accept(struct pmk_resample *resample, const AVFrame *frame)
{
	AVChannelLayout given = { 0 };
	int err;

	if (is_same(resample, frame))
		return 0;
	if (frame->sample_rate <= 0 || frame->ch_layout.nb_channels > MOST_CHANNELS)
		return AVERROR(EINVAL);
	err = resample->swr ? pmk_resample_add(resample, NULL, 0) : 0;
	if (err >= 0)
		err = av_channel_layout_copy(&resample->from_layout, &frame->ch_layout);
	if (err < 0)
		return err;
	resample->from_rate = frame->sample_rate;
	resample->from_format = frame->format;
	if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
		av_channel_layout_default(&given, frame->ch_layout.nb_channels);
	else
		err = av_channel_layout_copy(&given, &frame->ch_layout);
	swr_free(&resample->swr);
	if (err >= 0)
		err = swr_alloc_set_opts2(&resample->swr, &resample->to_layout, resample->to_format, resample->to_rate,
			&given, frame->format, frame->sample_rate, 0, NULL);
	av_channel_layout_uninit(&given);
	return err < 0 ? err : swr_init(resample->swr);
}

int64_t pmk_resample_place(const struct pmk_resample *resample)
{
	return resample->added + swr_get_delay(resample->swr, resample->to_rate);
}

static void advance(const AVFrame *frame, int skip, const uint8_t *planes[MOST_CHANNELS])
{
	int channels = frame->ch_layout.nb_channels, bytes = av_get_bytes_per_sample(frame->format);
	bool planar = av_sample_fmt_is_planar(frame->format);

	for (int i = 0; i < (planar ? channels : 1); i++)
		planes[i] = frame->extended_data[i] + (size_t)skip * (size_t)bytes * (size_t)(planar ? 1 : channels);
}

int pmk_resample_add(struct pmk_resample *resample, const AVFrame *frame, int skip)
{
	const uint8_t *planes[MOST_CHANNELS];
	int count = frame ? frame->nb_samples - skip : 0, most, err;

	if (!resample->swr || (frame && count <= 0))
		return 0;
	most = swr_get_out_samples(resample->swr, count);
	err = most < 0 ? most : make_room(resample, most);
	if (err < 0)
		return err;
	if (frame)
		advance(frame, skip, planes);
	return keep(resample, swr_convert(resample->swr, resample->room, most, frame ? planes : NULL, count));
}

int pmk_resample_silence(struct pmk_resample *resample, int samples)
{
	int err = make_room(resample, samples);

	if (err < 0)
		return err;
	av_samples_set_silence(resample->room, 0, samples, resample->to_layout.nb_channels, resample->to_format);
	return keep(resample, samples);
}

int pmk_resample_ready(const struct pmk_resample *resample)
{
	return av_audio_fifo_size(resample->ready);
}

int pmk_resample_take(struct pmk_resample *resample, AVFrame *frame)
{
	int got = av_audio_fifo_read(resample->ready, (void **)frame->extended_data, frame->nb_samples);

	return got < 0 ? got : got == frame->nb_samples ? 0 : AVERROR_BUG;
}
