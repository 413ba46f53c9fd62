/* SPDX-License-Identifier: MIT */
#include "media/av.h"

#include <libavutil/intreadwrite.h>

enum { MOST_BOXES = 10000, MOST_EDITS = 100 };

struct box {
	int64_t at, end; /* of what is inside */
	uint32_t type;
};

/* Read the head of the box at `at`, which must end by `end`. */
static bool read_box(AVIOContext *io, int64_t at, int64_t end, struct box *box)
{
	int64_t bytes, head = 8;

	if (at > end - head || avio_seek(io, at, SEEK_SET) < 0)
		return false;
	bytes = avio_rb32(io);
	box->type = avio_rb32(io);
	if (bytes == 1) {
		bytes = (int64_t)avio_rb64(io);
		head = 16;
	}
	if (avio_feof(io) || bytes < head || bytes > end - at)
		return false;
	box->at = at + head;
	box->end = at + bytes;
	return true;
}

/* The first box of a type after `at`. */
static bool find_box(AVIOContext *io, int64_t at, int64_t end, uint32_t type, struct box *box)
{
	for (int i = 0; i < MOST_BOXES && read_box(io, at, end, box); i++) {
		if (box->type == type)
			return true;
		at = box->end;
	}
	return false;
}

/* The box at the end of a path of `count` types, each inside the one before; the first is inside `box`. */
static bool find_path(AVIOContext *io, struct box *box, const char *const *types, int count)
{
	for (int i = 0; i < count; i++) {
		if (!find_box(io, box->at, box->end, AV_RB32(types[i]), box))
			return false;
	}
	return true;
}

/* A number of 32 bits, which is at `small_at` in version 0 of a box and at `large_at` in version 1. */
static int64_t number_at(AVIOContext *io, const struct box *box, int small_at, int large_at)
{
	bool large;

	avio_seek(io, box->at, SEEK_SET);
	large = avio_r8(io) == 1;
	avio_seek(io, box->at + (large ? large_at : small_at), SEEK_SET);
	return (int64_t)avio_rb32(io);
}

static bool find_track(AVIOContext *io, const struct box *moov, int id, struct box *track)
{
	struct box head;

	for (int64_t at = moov->at; find_box(io, at, moov->end, AV_RB32("trak"), track); at = track->end) {
		if (find_box(io, track->at, track->end, AV_RB32("tkhd"), &head) && number_at(io, &head, 12, 20) == id)
			return true;
	}
	return false;
}

/* The length of what a list shows, if it is one part, maybe with a pause before it; 0: it has no end, or more parts. */
static int64_t length_of(AVIOContext *io, const struct box *list)
{
	int64_t length = 0, count, parts = 0;
	bool large;

	avio_seek(io, list->at, SEEK_SET);
	large = avio_rb32(io) >> 24 == 1;
	count = avio_rb32(io);
	for (int64_t i = 0; i < count && i < MOST_EDITS; i++) {
		int64_t bytes = large ? (int64_t)avio_rb64(io) : (int64_t)avio_rb32(io);
		int64_t from = large ? (int64_t)avio_rb64(io) : (int32_t)avio_rb32(io);

		avio_rb32(io); /* speed */
		if (bytes < 0 || bytes > INT64_MAX / MOST_EDITS || (from >= 0 && (!bytes || parts++)))
			return 0;
		length += bytes;
	}
	return parts == 1 && count <= MOST_EDITS && !avio_feof(io) ? length : 0;
}

/* Of a track without samples before the fragments; a list might be about these alone. */
static int64_t track_length(AVIOContext *io, const struct box *track)
{
	static const char *const sizes[] = { "mdia", "minf", "stbl", "stsz" }, *const edits[] = { "edts", "elst" };
	struct box size = *track, list = *track;

	if (!find_path(io, &size, sizes, 4) || number_at(io, &size, 8, 8) || !find_path(io, &list, edits, 2))
		return 0;
	return length_of(io, &list);
}

int64_t pmk_av_edit_end_ns(const AVFormatContext *format, const AVStream *stream)
{
	AVIOContext *io = format->pb;
	int64_t back = avio_tell(io), scale = 0, length = 0;
	struct box moov, box, track;

	if (!pmk_av_has_edits(format))
		return INT64_MAX;
	if (find_box(io, 0, avio_size(io), AV_RB32("moov"), &moov) &&
		find_box(io, moov.at, moov.end, AV_RB32("mvex"), &box) &&
		find_box(io, moov.at, moov.end, AV_RB32("mvhd"), &box)) {
		scale = number_at(io, &box, 12, 20);
		length = find_track(io, &moov, stream->id, &track) ? track_length(io, &track) : 0;
	}
	avio_seek(io, back, SEEK_SET);
	return scale > 0 && length > 0 ? av_rescale(length, 1000000000, scale) : INT64_MAX;
}
