/* SPDX-License-Identifier: MIT */
#include "media/carry/track.h"

#include <string.h>

static const AVRational nanoseconds = { 1, 1000000000 };

struct pmk_track_span pmk_track_span(const struct pmk_track *track, const AVPacket *packet)
{
	int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
	struct pmk_track_span span = { .start_ns = track->next_ns };

	if (time != AV_NOPTS_VALUE)
		span.start_ns = av_rescale_q(time, track->from->time_base, nanoseconds) - track->origin_ns;
	span.end_ns = span.start_ns + av_rescale_q(packet->duration, track->from->time_base, nanoseconds);
	return span;
}

int pmk_track_add(struct pmk_track *track)
{
	track->made = avformat_new_stream(track->to, NULL);
	track->least = INT64_MIN;
	return track->made ? 0 : AVERROR(ENOMEM);
}

/* FFmpeg 5 declares the delay of Opus in .mkv, but does not add it to the times, as Matroska (CodecDelay) wants it. */
static int64_t undeclared_ns(const struct pmk_track *track)
{
	const AVCodecParameters *made = track->made->codecpar;

	if (avformat_version() >= AV_VERSION_INT(60, 0, 0) || !pmk_av_is_matroska(track->to->oformat) ||
		made->codec_id != AV_CODEC_ID_OPUS)
		return 0;
	return av_rescale(made->initial_padding, 1000000000, 48000);
}

int pmk_track_write(struct pmk_track *track, AVPacket *packet, AVRational base, int64_t start_ns)
{
	int64_t time_ns = start_ns + undeclared_ns(track);

	packet->pts = av_rescale_q(time_ns, nanoseconds, track->made->time_base);
	packet->pts = packet->dts = FFMAX(packet->pts, track->least);
	track->least = packet->dts + (track->to->oformat->flags & AVFMT_TS_NONSTRICT ? 0 : 1);
	packet->duration = av_rescale_q(packet->duration, base, track->made->time_base);
	packet->stream_index = track->made->index;
	packet->pos = -1;
	return av_interleaved_write_frame(track->to, packet);
}
