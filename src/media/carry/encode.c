/* SPDX-License-Identifier: MIT */
#include "media/av_versions.h"
#include "media/carry/resample.h"
#include "media/carry/track.h"

#include <stdlib.h>

enum { ANY_FRAME = 4096 }; /* samples a frame, for codecs that take any number */

/* If the times of a recording wander off its samples by this much, samples are left out or filled in. */
#define DRIFT_NS INT64_C(5000000)
/* A gap of more is a wrong time. */
#define MOST_GAP_NS INT64_C(3600000000000)

static const AVRational nanoseconds = { 1, 1000000000 };

struct encode {
	AVCodecContext *decoder, *encoder;
	struct pmk_resample resample;
	AVFrame *heard, *piece;
	AVPacket *packet;
	int64_t sent; /* samples given to the encoder */
};

static int write_packets(struct pmk_track *track, struct encode *encode)
{
	int err;

	while ((err = avcodec_receive_packet(encode->encoder, encode->packet)) >= 0) {
		AVRational base = encode->encoder->time_base;

		err = pmk_track_write(
			track, encode->packet, base, av_rescale_q(encode->packet->pts, base, nanoseconds));
		if (err < 0)
			return err;
	}
	return err == AVERROR(EAGAIN) || err == AVERROR_EOF ? 0 : err;
}

static int send_piece(struct pmk_track *track, struct encode *encode, int samples)
{
	AVFrame *piece = encode->piece;
	int err;

	av_frame_unref(piece);
	piece->nb_samples = samples;
	piece->format = encode->encoder->sample_fmt;
	piece->sample_rate = encode->encoder->sample_rate;
	err = av_channel_layout_copy(&piece->ch_layout, &encode->encoder->ch_layout);
	if (err >= 0)
		err = av_frame_get_buffer(piece, 0);
	if (err >= 0)
		err = pmk_resample_take(&encode->resample, piece);
	if (err < 0)
		return err;
	piece->pts = encode->sent;
	encode->sent += samples;
	err = avcodec_send_frame(encode->encoder, piece);
	return err < 0 ? err : write_packets(track, encode);
}

/* Encode what is ready, in frames of the encoder's size; at the `end`, the rest too. */
static int encode_ready(struct pmk_track *track, struct encode *encode, bool end)
{
	int size = encode->encoder->frame_size ? encode->encoder->frame_size : ANY_FRAME, ready, err = 0;

	while (err >= 0 && (ready = pmk_resample_ready(&encode->resample)) > 0 && (ready >= size || end))
		err = send_piece(track, encode, ready < size ? ready : size);
	return err;
}

/* Fill a gap of `samples`, piece by piece, so that a long one needs no memory. */
static int fill_gap(struct pmk_track *track, struct encode *encode, int64_t samples)
{
	int err = 0;

	while (err >= 0 && samples > 0) {
		int piece = samples < ANY_FRAME ? (int)samples : ANY_FRAME;

		err = pmk_resample_silence(&encode->resample, piece);
		if (err >= 0)
			err = encode_ready(track, encode, false);
		samples -= piece;
	}
	return err;
}

/* When a frame begins: at its time or, without one, after the last frame. */
static int64_t start_of(const struct pmk_track *track, const struct encode *encode, const AVFrame *frame)
{
	if (frame->best_effort_timestamp == AV_NOPTS_VALUE)
		return av_rescale(pmk_resample_place(&encode->resample), 1000000000, encode->encoder->sample_rate);
	return av_rescale_q(frame->best_effort_timestamp, track->from->time_base, nanoseconds) - track->origin_ns;
}

/* Shorten a frame that goes on beyond the part of the recording that it is in. Returns whether anything is left. */
static bool end_at_seam(const struct pmk_track *track, AVFrame *frame, int64_t start_ns)
{
	int64_t seam_ns = pmk_cut_next_seam(&track->cut, start_ns);

	if (seam_ns != INT64_MAX)
		frame->nb_samples = (int)FFMIN(
			frame->nb_samples, av_rescale(seam_ns - start_ns, frame->sample_rate, 1000000000));
	else if (track->cut.seam_count)
		frame->nb_samples = 0;
	return frame->nb_samples > 0;
}

/* Put a decoded frame where it belongs. */
static int hear(struct pmk_track *track, struct encode *encode, AVFrame *frame)
{
	int rate = encode->encoder->sample_rate, skip = 0, err = pmk_resample_accept(&encode->resample, frame);
	int64_t place, start_ns, wrong, drift = av_rescale(DRIFT_NS, rate, 1000000000);

	if (err < 0)
		return err;
	place = pmk_resample_place(&encode->resample);
	start_ns = start_of(track, encode, frame);
	wrong = av_rescale(start_ns, rate, 1000000000) - place;
	if (!end_at_seam(track, frame, start_ns))
		return 0;
	if (wrong > drift && wrong < av_rescale(MOST_GAP_NS, rate, 1000000000))
		err = fill_gap(track, encode, wrong);
	else if (wrong < (place ? -drift : 0))
		skip = (int)FFMIN(av_rescale_rnd(-wrong, frame->sample_rate, rate, AV_ROUND_UP), frame->nb_samples);
	if (err >= 0)
		err = pmk_resample_add(&encode->resample, frame, skip);
	return err < 0 ? err : encode_ready(track, encode, false);
}

static int hear_all(struct pmk_track *track, struct encode *encode)
{
	int err = 0;

	while (err >= 0 && avcodec_receive_frame(encode->decoder, encode->heard) >= 0) {
		err = hear(track, encode, encode->heard);
		av_frame_unref(encode->heard);
	}
	return err;
}

static int take(struct pmk_track *track, AVPacket *packet, struct pmk_track_span span)
{
	struct encode *encode = track->state;
	int err;

	avcodec_send_packet(encode->decoder, packet); /* what is damaged leaves a gap, which is filled */
	err = hear_all(track, encode);
	if (err < 0 || packet)
		return err;
	err = pmk_resample_add(&encode->resample, NULL, 0);
	if (err >= 0)
		err = encode_ready(track, encode, true);
	if (err >= 0)
		err = avcodec_send_frame(encode->encoder, NULL);
	return err < 0 ? err : write_packets(track, encode);
}

static void close_encode(struct pmk_track *track)
{
	struct encode *encode = track->state;

	if (!encode)
		return;
	avcodec_free_context(&encode->decoder);
	avcodec_free_context(&encode->encoder);
	pmk_resample_close(&encode->resample);
	av_frame_free(&encode->heard);
	av_frame_free(&encode->piece);
	av_packet_free(&encode->packet);
	free(encode);
	track->state = NULL;
}

static const struct pmk_track_impl impl = { .take = take, .close = close_encode };

static int open_decoder(struct encode *encode, const AVStream *from)
{
	const AVCodec *codec = avcodec_find_decoder(from->codecpar->codec_id);
	int err;

	if (!codec)
		return AVERROR_DECODER_NOT_FOUND;
	encode->decoder = avcodec_alloc_context3(codec);
	if (!encode->decoder)
		return AVERROR(ENOMEM);
	err = avcodec_parameters_to_context(encode->decoder, from->codecpar);
	if (err < 0)
		return err;
	encode->decoder->thread_count = 1;
	encode->decoder->pkt_timebase = from->time_base;
	err = pmk_av_limit_codecs(encode->decoder);
	return err < 0 ? err : avcodec_open2(encode->decoder, codec, NULL);
}

/* The source's rate if the codec has it, else the next higher one, or the highest. */
static int choose_rate(const AVCodec *codec, int wanted)
{
	const int *rate = pmk_av_rates(codec);
	int higher = 0, highest = 0;

	if (!rate)
		return wanted;
	for (; *rate; rate++) {
		highest = FFMAX(highest, *rate);
		if (*rate >= wanted && (!higher || *rate < higher))
			higher = *rate;
	}
	return higher ? higher : highest;
}

/* The codec's first format that has at least the source's bits, else its last. */
static enum AVSampleFormat choose_format(const AVCodec *codec, enum AVSampleFormat wanted)
{
	const enum AVSampleFormat *format = pmk_av_sample_formats(codec);

	if (!format)
		return wanted;
	while (av_get_bytes_per_sample(*format) < FFMIN(av_get_bytes_per_sample(wanted), 4) && format[1] >= 0)
		format++;
	return *format;
}

static int open_encoder(struct encode *encode, const AVCodec *codec, bool global_header, int channels)
{
	AVCodecContext *encoder = encode->encoder = avcodec_alloc_context3(codec);
	const AVCodecContext *decoder = encode->decoder;
	int err = 0;

	if (!encoder)
		return AVERROR(ENOMEM);
	encoder->sample_rate = choose_rate(codec, decoder->sample_rate > 0 ? decoder->sample_rate : 48000);
	encoder->sample_fmt = choose_format(codec, decoder->sample_fmt);
	encoder->time_base = (AVRational){ 1, encoder->sample_rate };
	if (channels == decoder->ch_layout.nb_channels && decoder->ch_layout.order != AV_CHANNEL_ORDER_UNSPEC)
		err = av_channel_layout_copy(&encoder->ch_layout, &decoder->ch_layout);
	else
		av_channel_layout_default(&encoder->ch_layout, channels);
	if (codec->id != AV_CODEC_ID_FLAC)
		encoder->bit_rate = 96000 * channels;
	if (global_header)
		encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	return err < 0 ? err : avcodec_open2(encoder, codec, NULL);
}

/* With the source's channels; if the codec does not have these, in stereo. */
static int open_codecs(struct pmk_track *track, struct encode *encode, const AVCodec *codec)
{
	bool global_header = track->to->oformat->flags & AVFMT_GLOBALHEADER;
	int err = open_decoder(encode, track->from), channels;

	if (err < 0)
		return err;
	channels = encode->decoder->ch_layout.nb_channels;
	err = channels > 0 ? open_encoder(encode, codec, global_header, channels) : AVERROR(EINVAL);
	if (err < 0 && err != AVERROR(ENOMEM) && channels != 2) {
		avcodec_free_context(&encode->encoder);
		err = open_encoder(encode, codec, global_header, 2);
	}
	return err;
}

int pmk_encode_open(struct pmk_track *track, const AVCodec *codec)
{
	struct encode *encode = track->state = calloc(1, sizeof *encode);
	int err;

	if (!encode)
		return AVERROR(ENOMEM);
	encode->heard = av_frame_alloc();
	encode->piece = av_frame_alloc();
	encode->packet = av_packet_alloc();
	err = encode->heard && encode->piece && encode->packet ? open_codecs(track, encode, codec) : AVERROR(ENOMEM);
	if (err >= 0)
		err = pmk_resample_open(&encode->resample, encode->encoder);
	if (err >= 0)
		err = pmk_track_add(track);
	if (err >= 0)
		err = avcodec_parameters_from_context(track->made->codecpar, encode->encoder);
	if (err < 0) {
		close_encode(track);
		return err;
	}
	track->made->time_base = encode->encoder->time_base;
	track->impl = &impl;
	return 0;
}
