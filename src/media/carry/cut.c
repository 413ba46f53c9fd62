/* SPDX-License-Identifier: MIT */
#include "media/carry/cut.h"

#include <string.h>

enum { MOST_PACKETS = 3000 }; /* read to find where position 0 is */

static const AVRational nanoseconds = { 1, 1000000000 };

/* An edit list leaves marked entries in the index that FFmpeg makes of such a file. */
static bool has_inner_cut(AVStream *stream)
{
	bool heard = false, cut = false;

	for (int i = 0; i < avformat_index_get_entries_count(stream); i++) {
		bool discarded = avformat_index_get_entry(stream, i)->flags & AVINDEX_DISCARD_FRAME;

		if (!discarded && cut)
			return true;
		cut = heard && discarded;
		heard |= !discarded;
	}
	return false;
}

static bool is_declared(const AVPacket *packet)
{
	return packet->flags & AV_PKT_FLAG_DISCARD ||
		av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, NULL) != NULL;
}

/* Returns whether the packet shows where position 0 is. */
static bool look_at(struct pmk_cut *cut, const AVStream *stream, const AVPacket *packet, int64_t origin_ns)
{
	int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts, start, end;

	if (time == AV_NOPTS_VALUE)
		return true;
	start = av_rescale_q(time, stream->time_base, nanoseconds) - origin_ns;
	end = start + av_rescale_q(packet->duration, stream->time_base, nanoseconds);
	if (start >= 0)
		return true;
	cut->hidden_ns = start < -cut->hidden_ns ? -start : cut->hidden_ns;
	cut->declared |= is_declared(packet);
	if (end > 0)
		cut->straddling_ns = end;
	return false;
}

int pmk_cut_find(AVFormatContext *from, int64_t origin_ns, struct pmk_cut *cuts)
{
	AVPacket *packet = av_packet_alloc();
	int left = 0;

	if (!packet)
		return AVERROR(ENOMEM);
	for (unsigned i = 0; i < from->nb_streams; i++) {
		bool audio = from->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;

		from->streams[i]->discard = audio ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
		left += audio;
		cuts[i].inner = audio && !strncmp(from->iformat->name, "mov,", 4) && has_inner_cut(from->streams[i]);
	}
	for (int n = 0; n < MOST_PACKETS && left && av_read_frame(from, packet) >= 0; n++) {
		AVStream *stream = from->streams[packet->stream_index];

		if (stream->discard != AVDISCARD_ALL &&
			look_at(&cuts[packet->stream_index], stream, packet, origin_ns)) {
			stream->discard = AVDISCARD_ALL;
			left--;
		}
		av_packet_unref(packet);
	}
	av_packet_free(&packet);
	return 0;
}
