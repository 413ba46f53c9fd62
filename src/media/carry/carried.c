/* SPDX-License-Identifier: MIT */
#include "media/carry/carried.h"

#include "media/carry/plan.h"
#include "media/carry/tags.h"

#include <errno.h>
#include <stdlib.h>

#define MOST_PX ((int64_t)PMK_IMAGE_MAX_PX * PMK_IMAGE_MAX_PX)

static const int64_t cut_slack_ns = 500000000; /* so that damaged pictures at the end do not truncate the audio */

struct pmk_carried {
	const char *path; /* of `from` */
	AVFormatContext *from, *to;
	AVPacket *packet; /* read, and not carried yet if it is later than the last picture */
	struct pmk_track *tracks; /* one for each of the first streams of `from`; it may find more while it reads */
	unsigned count; /* of tracks */
	int pictures; /* the stream of the pictures */
	bool active; /* there may be more to carry */
	bool waiting; /* `packet` is in use */
};

static int find_cuts(struct pmk_carried *carried, const struct pmk_carry *carry)
{
	int64_t origin_ns = pmk_av_origin_ns(carried->from) + carry->start_ns;
	unsigned count = carried->from->nb_streams;
	struct pmk_cut *cuts = calloc(count + 1, sizeof *cuts);
	int err;

	carried->tracks = calloc(count + 1, sizeof *carried->tracks);
	err = cuts && carried->tracks ? pmk_cut_find(carried->from, origin_ns, cuts) : -ENOMEM;
	if (!err) {
		pmk_av_close(&carried->from);
		err = pmk_av_open(carry->from, MOST_PX, &carried->from);
	}
	for (unsigned i = 0; !err && carry->start_ns && i < count; i++)
		cuts[i].hidden_ns = INT64_MAX; /* no codec's own priming, of which a part may be kept */
	for (unsigned i = 0; !err && carry->length_ns && i < count; i++)
		err = pmk_cut_end_at(&cuts[i], carry->length_ns);
	if (!err)
		carried->count = count < carried->from->nb_streams ? count : carried->from->nb_streams;
	for (unsigned i = 0; i < carried->count; i++) {
		carried->tracks[i] = (struct pmk_track){
			.from = carried->from->streams[i], .to = carried->to, .origin_ns = origin_ns, .cut = cuts[i]
		};
	}
	for (unsigned i = carried->count; cuts && i < count; i++)
		pmk_cut_free(&cuts[i]);
	free(cuts);
	return err;
}

static int plan_track(struct pmk_track *track, const struct pmk_carry *carry, int numbers[AVMEDIA_TYPE_NB])
{
	enum AVMediaType type = track->from->codecpar->codec_type;
	int err = 0;

	if (track->from->disposition & AV_DISPOSITION_ATTACHED_PIC)
		return carry->strip ? 0 : pmk_plan_cover(track, carry->cover, carry->from);
	if (type == AVMEDIA_TYPE_AUDIO)
		err = pmk_plan_audio(track, carry->audio, ++numbers[type], carry->from);
	else if (type == AVMEDIA_TYPE_SUBTITLE && !carry->strip)
		err = pmk_plan_subtitles(track, ++numbers[type], carry->from);
	if (!err && track->impl && !carry->strip)
		err = pmk_tags_track(track->from, track->made);
	return err;
}

static int plan(struct pmk_carried *carried, const struct pmk_carry *carry)
{
	int numbers[AVMEDIA_TYPE_NB] = { 0 };

	carried->pictures = av_find_best_stream(carried->from, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
	for (unsigned i = 0; i < carried->count; i++) {
		AVStream *stream = carried->from->streams[i];
		struct pmk_track *track = &carried->tracks[i];
		int err = plan_track(track, carry, numbers);

		if (err)
			return err;
		carried->active |= track->impl != NULL;
		if (!track->impl && (int)i != carried->pictures)
			stream->discard = AVDISCARD_ALL;
	}
	return 0;
}

/* `to` has only the stream of the pictures so far. */
static int carry_tags(struct pmk_carried *carried, const struct pmk_carry *carry)
{
	int64_t origin_ns = pmk_av_origin_ns(carried->from) + carry->start_ns;
	int err = pmk_tags_film(carried->from, carried->to);

	if (err >= 0 && carried->pictures >= 0)
		err = pmk_tags_track(carried->from->streams[carried->pictures], carried->to->streams[0]);
	return err >= 0 ? pmk_tags_chapters(carried->from, carried->to, origin_ns, carry->length_ns) : err;
}

int pmk_carried_open(
	const struct pmk_carry *carry, const char *to_path, AVFormatContext *to, struct pmk_carried **carried)
{
	struct pmk_carried *made = calloc(1, sizeof *made);
	int err;

	if (!made)
		return -ENOMEM;
	made->to = to;
	made->path = carry->from;
	made->packet = av_packet_alloc();
	err = made->packet ? pmk_av_open(carry->from, MOST_PX, &made->from) : -ENOMEM;
	if (!err)
		err = find_cuts(made, carry);
	if (!err)
		err = plan(made, carry);
	if (!err && !carry->strip)
		err = carry_tags(made, carry);
	if (err) {
		pmk_carried_close(made);
		return err == -ENOMEM ? err : -ENODATA;
	}
	*carried = made;
	return 0;
}

void pmk_carried_close(struct pmk_carried *carried)
{
	if (!carried)
		return;
	for (unsigned i = 0; i < carried->count; i++) {
		if (carried->tracks[i].impl)
			carried->tracks[i].impl->close(&carried->tracks[i]);
		pmk_cut_free(&carried->tracks[i].cut);
	}
	free(carried->tracks);
	av_packet_free(&carried->packet);
	pmk_av_close(&carried->from);
	free(carried);
}

/* Carry the packet unless it is not due yet. Returns whether it was due, or FFmpeg's error. */
static int carry_packet(struct pmk_carried *carried, int64_t until_ns, int64_t pictures_end_ns)
{
	AVPacket *packet = carried->packet;
	struct pmk_track *track = &carried->tracks[packet->stream_index];
	struct pmk_track_span span = pmk_track_span(track, packet);
	int err = 0;

	if (track->impl && span.start_ns > until_ns)
		return 0;
	if (track->impl && pmk_plan_withhold(track, packet, carried->path))
		return 1;
	if (track->impl)
		err = track->impl->take(track, packet, span);
	else if (packet->stream_index == carried->pictures && !(packet->flags & AV_PKT_FLAG_DISCARD) &&
		span.start_ns > pictures_end_ns)
		carried->active = false;
	track->next_ns = span.end_ns;
	return err >= 0 || pmk_plan_give_up(track, err, carried->path) ? 1 : err;
}

static int carry_packets(struct pmk_carried *carried, int64_t until_ns, int64_t pictures_end_ns)
{
	int due = 1;

	while (carried->active && due > 0) {
		if (!carried->waiting && av_read_frame(carried->from, carried->packet) < 0) {
			carried->active = false;
			break;
		}
		carried->waiting = true;
		if ((unsigned)carried->packet->stream_index < carried->count)
			due = carry_packet(carried, until_ns, pictures_end_ns);
		if (due) {
			av_packet_unref(carried->packet);
			carried->waiting = false;
		}
	}
	return due < 0 ? due : 0;
}

int pmk_carried_write(struct pmk_carried *carried, int64_t until_ns)
{
	return carried ? carry_packets(carried, until_ns, INT64_MAX) : 0;
}

int pmk_carried_finish(struct pmk_carried *carried, int64_t pictures_end_ns)
{
	int err = 0;

	if (!carried)
		return 0;
	err = carry_packets(carried, INT64_MAX, pictures_end_ns + cut_slack_ns);
	for (unsigned i = 0; err >= 0 && i < carried->count; i++) {
		struct pmk_track *track = &carried->tracks[i];

		if (track->impl)
			err = track->impl->take(track, NULL, (struct pmk_track_span){ 0 });
		if (err < 0 && pmk_plan_give_up(track, err, carried->path))
			err = 0;
	}
	return err;
}
