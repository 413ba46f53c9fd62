/* SPDX-License-Identifier: MIT */
#include "media/carry/cut.h"

#include <errno.h>
#include <stdlib.h>

enum { MOST_PACKETS = 3000 }; /* read to find where position 0 is */

static const AVRational nanoseconds = { 1, 1000000000 };

void pmk_cut_free(struct pmk_cut *cut)
{
	free(cut->seams_ns);
	av_packet_free(&cut->first);
	*cut = (struct pmk_cut){ 0 };
}

int64_t pmk_cut_next_seam(const struct pmk_cut *cut, int64_t time_ns)
{
	for (int i = 0; i < cut->seam_count; i++) {
		if (cut->seams_ns[i] > time_ns)
			return cut->seams_ns[i];
	}
	return INT64_MAX;
}

static int add_seam(struct pmk_cut *cut, int64_t time_ns)
{
	int64_t *more = realloc(cut->seams_ns, (size_t)(cut->seam_count + 1) * sizeof *more);

	if (!more)
		return -ENOMEM;
	more[cut->seam_count++] = time_ns;
	cut->seams_ns = more;
	return 0;
}

int pmk_cut_end_at(struct pmk_cut *cut, int64_t time_ns)
{
	if (cut->seam_count && cut->seams_ns[cut->seam_count - 1] <= time_ns)
		return 0;
	while (cut->seam_count && cut->seams_ns[cut->seam_count - 1] > time_ns)
		cut->seam_count--;
	cut->ends_early = true;
	return add_seam(cut, time_ns);
}

/* FFmpeg makes the index as the edit list wants it, with marks on what is read and not heard. The first entry without a
 * mark after such ones has the time at which its part begins, and so the part before it ends. */
static int find_seams(struct pmk_cut *cut, AVStream *stream, int64_t origin_ns)
{
	int count = avformat_index_get_entries_count(stream), err = 0;
	bool heard = false, discarded = false, any = false;

	for (int i = 0; i < count && !err; i++) {
		const AVIndexEntry *entry = avformat_index_get_entry(stream, i);
		bool begins = !(entry->flags & AVINDEX_DISCARD_FRAME) && discarded;

		if (begins && heard) {
			cut->inner = true;
			err = add_seam(cut, av_rescale_q(entry->timestamp, stream->time_base, nanoseconds) - origin_ns);
		}
		discarded = entry->flags & AVINDEX_DISCARD_FRAME;
		heard |= !discarded;
		any |= discarded;
	}
	cut->ends_early = count < stream->nb_frames;
	if (!err && (any || cut->ends_early) && stream->duration != AV_NOPTS_VALUE && stream->duration > 0)
		err = add_seam(cut, av_rescale_q(stream->duration, stream->time_base, nanoseconds) - origin_ns);
	return err;
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

	if (!cut->first)
		cut->first = av_packet_clone(packet);
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
	int left = 0, err = packet ? 0 : -ENOMEM;

	for (unsigned i = 0; i < from->nb_streams && !err; i++) {
		enum AVMediaType type = from->streams[i]->codecpar->codec_type;
		bool audio = type == AVMEDIA_TYPE_AUDIO;
		/* elsewhere, the whole file might be read to find one */
		bool wanted = audio || (type == AVMEDIA_TYPE_SUBTITLE && pmk_av_has_edits(from));

		from->streams[i]->discard = wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
		left += wanted;
		if (audio && pmk_av_has_edits(from))
			err = find_seams(&cuts[i], from->streams[i], origin_ns);
		if (wanted && !err && pmk_av_edit_end_ns(from, from->streams[i]) != INT64_MAX)
			err = pmk_cut_end_at(&cuts[i], pmk_av_edit_end_ns(from, from->streams[i]) - origin_ns);
	}
	for (int n = 0; !err && n < MOST_PACKETS && left && av_read_frame(from, packet) >= 0; n++) {
		AVStream *stream = from->streams[packet->stream_index];

		if (stream->discard != AVDISCARD_ALL &&
			look_at(&cuts[packet->stream_index], stream, packet, origin_ns)) {
			stream->discard = AVDISCARD_ALL;
			left--;
		}
		av_packet_unref(packet);
	}
	av_packet_free(&packet);
	return err;
}
