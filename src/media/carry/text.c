/* SPDX-License-Identifier: MIT */
#include "media/carry/track.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 16 }; /* of one subtitle */

static const AVRational milliseconds = { 1, 1000 };

struct text {
	AVCodecContext *decoder, *encoder; /* NULL: copied */
	uint8_t bytes[MOST_BYTES];
};

/* Read a subtitle and write it in the other codec's form into the same packet. Returns whether there is anything. */
static bool convert(struct text *text, AVPacket *packet)
{
	AVSubtitle subtitle;
	int got = 0, size = 0;

	if (avcodec_decode_subtitle2(text->decoder, &subtitle, &got, packet) < 0 || !got)
		return false;
	subtitle.pts = 0;
	subtitle.start_display_time = 0;
	if (subtitle.num_rects)
		size = avcodec_encode_subtitle(text->encoder, text->bytes, MOST_BYTES, &subtitle);
	avsubtitle_free(&subtitle);
	av_packet_unref(packet);
	if (size <= 0 || av_new_packet(packet, size) < 0)
		return false;
	memcpy(packet->data, text->bytes, (size_t)size);
	return true;
}

/* A subtitle that begins before position 0 and lasts on is shown from there. */
static int take(struct pmk_track *track, AVPacket *packet, struct pmk_track_span span)
{
	int64_t seam_ns = pmk_cut_next_seam(&track->cut, span.start_ns);
	struct text *text = track->state;

	if (track->cut.seam_count && seam_ns == INT64_MAX)
		return 0;
	span.end_ns = FFMIN(span.end_ns, seam_ns);
	if (!packet || span.end_ns <= 0 || (span.start_ns >= 0 && packet->flags & AV_PKT_FLAG_DISCARD))
		return 0;
	if (text->decoder && !convert(text, packet))
		return 0;
	span.start_ns = FFMAX(span.start_ns, 0);
	packet->flags = AV_PKT_FLAG_KEY;
	packet->duration = (span.end_ns - span.start_ns) / 1000000;
	return pmk_track_write(track, packet, milliseconds, span.start_ns);
}

static void close_text(struct pmk_track *track)
{
	struct text *text = track->state;

	if (!text)
		return;
	avcodec_free_context(&text->decoder);
	avcodec_free_context(&text->encoder);
	free(text);
	track->state = NULL;
}

static const struct pmk_track_impl impl = { .take = take, .close = close_text };

static int open_codecs(struct pmk_track *track, struct text *text, const AVCodec *to)
{
	const AVCodec *codec = avcodec_find_decoder(track->from->codecpar->codec_id);
	int err;

	if (!codec)
		return AVERROR_DECODER_NOT_FOUND;
	text->decoder = avcodec_alloc_context3(codec);
	text->encoder = avcodec_alloc_context3(to);
	if (!text->decoder || !text->encoder)
		return AVERROR(ENOMEM);
	err = avcodec_parameters_to_context(text->decoder, track->from->codecpar);
	if (err < 0)
		return err;
	text->decoder->pkt_timebase = track->from->time_base;
	err = pmk_av_limit_codecs(text->decoder);
	if (err >= 0)
		err = avcodec_open2(text->decoder, codec, NULL);
	if (err < 0)
		return err;
	text->encoder->time_base = milliseconds;
	if (text->decoder->subtitle_header) { /* names the styles that the decoder's text uses */
		text->encoder->subtitle_header_size = text->decoder->subtitle_header_size;
		text->encoder->subtitle_header = av_memdup(
			text->decoder->subtitle_header, (size_t)text->decoder->subtitle_header_size);
		if (!text->encoder->subtitle_header)
			return AVERROR(ENOMEM);
	}
	return avcodec_open2(text->encoder, to, NULL);
}

int pmk_text_open(struct pmk_track *track, const AVCodec *to)
{
	struct text *text = track->state = calloc(1, sizeof *text);
	int err = text ? 0 : AVERROR(ENOMEM);

	if (!err && to)
		err = open_codecs(track, text, to);
	if (err >= 0)
		err = pmk_track_add(track);
	if (err >= 0)
		err = to ? avcodec_parameters_from_context(track->made->codecpar, text->encoder) :
			   avcodec_parameters_copy(track->made->codecpar, track->from->codecpar);
	if (err < 0) {
		close_text(track);
		return err;
	}
	track->made->codecpar->codec_tag = 0;
	track->made->time_base = milliseconds;
	track->impl = &impl;
	return 0;
}
