/* SPDX-License-Identifier: MIT */
#include "media/carry/track.h"

#include <string.h>

/* Times in the source may be rounded to ms; and a loss of this much is not heard. */
#define ROUNDING_NS INT64_C(2000000)
#define LOSS_NS INT64_C(40000000)

/* Bytes of a sample of all channels, if packets can be cut between any two samples; else 0. */
static int sample_bytes(const AVCodecParameters *parameters)
{
	bool pcm = parameters->codec_id >= AV_CODEC_ID_FIRST_AUDIO && parameters->codec_id < AV_CODEC_ID_ADPCM_IMA_QT;
	int bits = av_get_exact_bits_per_sample(parameters->codec_id) * parameters->ch_layout.nb_channels;

	return pcm && bits % 8 == 0 && parameters->sample_rate > 0 ? bits / 8 : 0;
}

/* How much before position 0 is kept: what the codec itself put in front, if the new file tells players to skip it. In
 * .mp4 its edit list does; in .mkv, FFmpeg's muxer does so for Opus alone. */
static int64_t priming_ns(const struct pmk_track *track)
{
	const AVCodecParameters *parameters = track->from->codecpar;
	bool opus = parameters->codec_id == AV_CODEC_ID_OPUS && parameters->initial_padding > 0;
	bool mp4 = pmk_av_is_mp4(track->to->oformat);
	int64_t most_ns = mp4 && track->cut.declared ? PMK_TRACK_PRIMING_NS : 0;

	if (opus)
		most_ns = av_rescale(parameters->initial_padding, 1000000000, 48000) + ROUNDING_NS;
	return track->cut.hidden_ns <= most_ns ? track->cut.hidden_ns : 0;
}

bool pmk_copy_keeps_all(const struct pmk_track *track)
{
	bool kept = track->cut.straddling_ns <= LOSS_NS || sample_bytes(track->from->codecpar) || priming_ns(track);

	return kept && !track->cut.inner;
}

/* How many samples of a packet last for `ns`, rounded up, but at most all of them. */
static int samples_of(const struct pmk_track *track, const AVPacket *packet, int64_t ns)
{
	int rate = track->from->codecpar->sample_rate, all = packet->size / sample_bytes(track->from->codecpar);

	return (int)FFMIN(av_rescale_rnd(ns, rate, 1000000000, AV_ROUND_UP), all);
}

/* Cut raw samples away, before position 0 and after a seam. */
static void trim(struct pmk_track *track, AVPacket *packet, struct pmk_track_span *span, int64_t seam_ns)
{
	int bytes = sample_bytes(track->from->codecpar), rate = track->from->codecpar->sample_rate, front = 0, back = 0;

	if (!bytes)
		return;
	if (span->start_ns < 0)
		front = samples_of(track, packet, -span->start_ns);
	packet->data += front * bytes;
	packet->size -= front * bytes;
	if (span->end_ns > seam_ns)
		back = samples_of(track, packet, span->end_ns - seam_ns);
	packet->size -= back * bytes;
	packet->duration -= av_rescale_q(front + back, (AVRational){ 1, rate }, track->from->time_base);
	span->start_ns = front ? 0 : span->start_ns;
	span->end_ns = back ? seam_ns : span->end_ns;
}

/* Whether a packet goes on beyond the part that it is in. The last one of a recording may: the codec filled it up. */
static bool is_too_long(const struct pmk_track *track, struct pmk_track_span span, int64_t seam_ns)
{
	bool last = pmk_cut_next_seam(&track->cut, seam_ns) == INT64_MAX;

	if (span.end_ns - ROUNDING_NS <= seam_ns)
		return false;
	return !last || track->cut.ends_early || span.end_ns - PMK_TRACK_PRIMING_NS > seam_ns;
}

static int take(struct pmk_track *track, AVPacket *packet, struct pmk_track_span span)
{
	int64_t priming = priming_ns(track), seam_ns = pmk_cut_next_seam(&track->cut, span.start_ns);

	if (!packet)
		return 0;
	if (packet->flags & AV_PKT_FLAG_DISCARD && (!priming || span.start_ns >= 0))
		return 0;
	if (track->cut.seam_count && seam_ns == INT64_MAX) /* after the last part */
		return 0;
	if (!priming)
		trim(track, packet, &span, seam_ns);
	if (span.start_ns < 0 && span.start_ns >= -ROUNDING_NS && !priming)
		span.start_ns = 0;
	if (span.start_ns < -priming || packet->size <= 0 || is_too_long(track, span, seam_ns))
		return 0;
	packet->flags &= ~AV_PKT_FLAG_DISCARD;
	return pmk_track_write(track, packet, track->from->time_base, span.start_ns);
}

static void close_copy(struct pmk_track *track)
{
}

static const struct pmk_track_impl impl = { .take = take, .close = close_copy };

int pmk_copy_open(struct pmk_track *track)
{
	int err = pmk_track_add(track);

	if (err >= 0)
		err = avcodec_parameters_copy(track->made->codecpar, track->from->codecpar);
	if (err < 0)
		return err;
	if (!priming_ns(track))
		track->made->codecpar->initial_padding = 0;
	track->made->codecpar->codec_tag = 0; /* tags differ from container to container */
	track->made->time_base = track->from->time_base;
	track->impl = &impl;
	return 0;
}
