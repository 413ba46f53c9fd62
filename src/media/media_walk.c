/* SPDX-License-Identifier: MIT */
/* Part of media.c: from picture to picture, and back to the first one. */
#include "media/media_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/still/kind.h"

#include <errno.h>

static int fail_damaged(const struct pmk_media *media)
{
	if (pmk_kind_is_known(media->path))
		return pmk_kind_refuse(media->path, media->reader.failure, media->reader.said.first);
	pmk_error_cure(PMK_CURE_OTHER_OR_SCALE,
		"%s: no picture in it could be decoded: damaged, empty, or larger than %d pixels a side", media->path,
		PMK_IMAGE_MAX_PX);
	return -EBADMSG;
}

/* --- holes --- */

enum {
	NEAR = 2, /* what comes after a fault is among so many pictures: the parser may hold back one before it */
	MOST_PROBED = 32, /* so many may have been read ahead when the file was opened, as nobody tells */
};

/* What the file says of a picture; 0: nothing. A deinterlacer's pictures have lost it. */
static int64_t told_duration(const struct pmk_media *media, const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
	int64_t units = frame->duration;
#else
	int64_t units = frame->pkt_duration;
#endif
	AVRational base = media->reader.format->streams[media->reader.stream]->time_base;

	return media->fields.graph || units <= 0 ? 0 : av_rescale_q(units, base, (AVRational){ 1, 1000000000 });
}

/* It explains the fault: the next pause is the film's own. */
static void add_hole(struct pmk_media *media, int64_t from_ns, int64_t to_ns)
{
	if (pmk_holes_add(&media->holes, from_ns - media->origin_ns, to_ns - media->origin_ns))
		media->suspect = 0;
}

/* A fault was noticed. First come those pictures that were decoded already. */
static void begin_suspicion(struct pmk_media *media)
{
	const struct pmk_av_reader *reader = &media->reader;

	media->suspect = NEAR;
	media->innocent = media->fields.graph ? 1 : 0;
	if (media->fetched_ns == AV_NOPTS_VALUE)
		media->suspect = MOST_PROBED;
	else if (reader->marked == media->marked)
		media->innocent += reader->decoder->has_b_frames;
	media->marked = reader->marked;
}

static void note_faults(struct pmk_media *media)
{
	int64_t faults = pmk_av_reader_faults(&media->reader);

	if (media->suspect < 0)
		return;
	if (faults != media->holes.faults)
		begin_suspicion(media);
	else if (media->innocent)
		media->innocent--;
	else if (media->suspect)
		media->suspect--;
	media->holes.faults = faults;
}

/* A picture came ahead. */
static void look_for_hole(struct pmk_media *media, const AVFrame *frame)
{
	int64_t time = pmk_av_reader_time(&media->reader, frame);
	int64_t usual = (int64_t)(1e9 / pmk_av_fps(media->reader.format->streams[media->reader.stream]));

	note_faults(media);
	if (time == AV_NOPTS_VALUE)
		return;
	if (media->suspect > 0 && !media->innocent && media->fetched_ns != AV_NOPTS_VALUE)
		add_hole(media, media->fetched_ns + FFMAX(media->fetched_lasts_ns, usual), time);
	media->fetched_ns = time;
	media->fetched_lasts_ns = told_duration(media, frame);
}

/* What is ahead moves to the front, so that there is room for `want`. A single picture stays for another round. */
int pmk_media_walk_fetch(struct pmk_media *media, int want)
{
	if (media->ahead_next && !media->info.still) {
		AVFrame *left = media->ahead[0];

		media->ahead[0] = media->ahead[1];
		media->ahead[1] = left;
		media->ahead_count -= media->ahead_next;
		media->ahead_next = 0;
	}
	while (media->ahead_count < want && !media->info.still) {
		int got = pmk_fields_next(&media->fields, &media->reader, media->ahead[media->ahead_count]);

		if (got < 0)
			return got;
		if (got == 0) {
			note_faults(media);
			break;
		}
		look_for_hole(media, media->ahead[media->ahead_count]);
		media->ahead_count++;
	}
	return media->ahead_count - media->ahead_next;
}

static void set_origin(struct pmk_media *media)
{
	const AVStream *stream = media->reader.format->streams[media->reader.stream];
	int64_t first = pmk_av_reader_time(&media->reader, media->ahead[0]);

	/* if the first picture is missing, the others keep their positions */
	media->origin_ns = first;
	if (first != AV_NOPTS_VALUE && stream->start_time != AV_NOPTS_VALUE &&
		pmk_av_origin_ns(media->reader.format) < first)
		media->origin_ns = pmk_av_origin_ns(media->reader.format);
	media->last_ns = -1;
	if (media->suspect > 0 && first != AV_NOPTS_VALUE)
		add_hole(media, media->origin_ns, first);
}

int pmk_media_walk_open(struct pmk_media *media, int ahead)
{
	int err;

	err = pmk_av_reader_open(&media->reader, media->path, media->least_px, PMK_IMAGE_MAX_PX, PMK_MEDIA_MOST_PX);
	if (err)
		return err;
	if (media->picture.quick)
		media->reader.decoder->skip_loop_filter = AVDISCARD_BIDIR;
	media->ahead_count = media->ahead_next = 0;
	media->fetched_ns = AV_NOPTS_VALUE;
	err = pmk_media_walk_fetch(media, 1);
	if (err == 0 && !pmk_av_holds_pictures(media->reader.format))
		err = fail_damaged(media);
	if (err < 0)
		return err;
	set_origin(media);
	err = pmk_media_walk_fetch(media, ahead);
	return err < 0 ? err : 0;
}

void pmk_media_walk_close(struct pmk_media *media)
{
	media->damaged += media->reader.damaged;
	pmk_fields_reset(&media->fields);
	pmk_av_reader_close(&media->reader);
	media->reader = (struct pmk_av_reader){ 0 };
}

/* Of a picture that comes after the position `last`. */
static int64_t position(const struct pmk_media *media, const AVFrame *frame, int64_t last)
{
	int64_t time = pmk_av_reader_time(&media->reader, frame);

	if (time == AV_NOPTS_VALUE || media->origin_ns == AV_NOPTS_VALUE)
		return last < 0 ? 0 : last + (int64_t)(1e9 / media->info.fps + 0.5);
	return time - media->origin_ns > last ? time - media->origin_ns : last + 1;
}

static int64_t duration(const struct pmk_media *media, int64_t at, int64_t before)
{
	int at_index = media->ahead_next;
	int64_t told = told_duration(media, media->ahead[at_index]);

	if (at_index + 1 < media->ahead_count)
		return position(media, media->ahead[at_index + 1], at) - at;
	if (!told && media->info.duration_ns > at)
		told = media->info.duration_ns - at;
	if (!told && before >= 0)
		told = at - before;
	return told ? told : (int64_t)(1e9 / media->info.fps + 0.5);
}

int64_t pmk_media_walk_past(struct pmk_media *media)
{
	int64_t before = media->last_ns;

	media->last_ns = position(media, media->ahead[media->ahead_next], before);
	media->lasts_ns = duration(media, media->last_ns, before);
	media->ahead_next++;
	return media->last_ns;
}

int pmk_media_next(struct pmk_media *media, int64_t due_ns, int64_t *position_ns)
{
	for (;;) {
		int got = pmk_media_walk_fetch(media, PMK_MEDIA_AHEAD);
		int64_t at;

		if (got <= 0)
			return got;
		at = position(media, media->ahead[media->ahead_next], media->last_ns);
		if (got == 1 || position(media, media->ahead[media->ahead_next + 1], at) > due_ns) {
			*position_ns = at;
			return 1;
		}
		media->last_ns = at;
		media->ahead_next++;
	}
}

int64_t pmk_media_lasts_ns(const struct pmk_media *media)
{
	return media->lasts_ns;
}

/* Seeking is fast, but does not lead back to the first picture in every file; opening the file again always does. */
static bool seek_to_start(struct pmk_media *media)
{
	struct pmk_av_reader *reader = &media->reader;
	int got;

	if (pmk_av_reader_rewind(reader))
		return false;
	pmk_fields_reset(&media->fields);
	media->ahead_count = media->ahead_next = 0;
	got = pmk_fields_next(&media->fields, reader, media->ahead[0]);
	if (got != 1 || pmk_av_reader_time(reader, media->ahead[0]) != media->origin_ns)
		return false;
	media->ahead_count = 1;
	media->last_ns = -1;
	return true;
}

int pmk_media_rewind(struct pmk_media *media)
{
	if (media->info.still) {
		media->ahead_next = 0;
		media->last_ns = -1;
		return 0;
	}
	media->suspect = -1;
	if (media->origin_ns != AV_NOPTS_VALUE && seek_to_start(media))
		return 0;
	pmk_media_walk_close(media);
	return pmk_media_walk_open(media, 1);
}
