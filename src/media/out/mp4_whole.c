/* SPDX-License-Identifier: MIT */
#include "media/out/mp4_whole.h"

#include "media/out/out_io.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <libavutil/intreadwrite.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER = 8, LONG_HEADER = 16, MOST_MOOV = 1 << 20 };
enum { MVHD_SCALE = 20, MVHD_DURATION = 24, MDHD_DURATION = 24, TKHD_DURATION = 28 }; /* of version 0, in bytes */

#define TYPE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* A file whose index is being made. */
struct whole {
	int fd;
	AVFormatContext *format; /* reads the fragments */
	AVStream *stream;
	int count; /* pictures */
	int64_t duration, movie_duration; /* in the units of the track and of the whole */
	uint8_t *moov; /* the first, empty index */
	int64_t moov_at, moov_bytes;
	AVIOContext *to; /* the new index */
};

static const AVIndexEntry *entry(const struct whole *w, int i)
{
	return avformat_index_get_entry(w->stream, i);
}

/* How long picture i is shown. */
static int64_t delta(const struct whole *w, int i)
{
	return (i + 1 < w->count ? entry(w, i + 1)->timestamp : w->duration) - entry(w, i)->timestamp;
}

/* A chunk is a run of pictures without anything in between. */
static bool begins_chunk(const struct whole *w, int i)
{
	return i == 0 || entry(w, i)->pos != entry(w, i - 1)->pos + entry(w, i - 1)->size;
}

static int64_t begin_box(AVIOContext *to, uint32_t type)
{
	int64_t at = avio_tell(to);

	avio_wb32(to, 0);
	avio_wb32(to, type);
	return at;
}

static void end_box(AVIOContext *to, int64_t at)
{
	int64_t end = avio_tell(to);

	avio_seek(to, at, SEEK_SET);
	avio_wb32(to, (uint32_t)(end - at));
	avio_seek(to, end, SEEK_SET);
}

/* A table whose rows are counted in front. */
struct table {
	AVIOContext *to;
	int64_t at, count_at;
	uint32_t rows;
};

static struct table begin_table(AVIOContext *to, uint32_t type)
{
	struct table t = { .to = to, .at = begin_box(to, type) };

	avio_wb32(to, 0); /* version and flags */
	t.count_at = avio_tell(to);
	avio_wb32(to, 0);
	return t;
}

static void end_table(const struct table *t)
{
	int64_t end = avio_tell(t->to);

	avio_seek(t->to, t->count_at, SEEK_SET);
	avio_wb32(t->to, t->rows);
	avio_seek(t->to, end, SEEK_SET);
	end_box(t->to, t->at);
}

static void write_durations(const struct whole *w)
{
	struct table t = begin_table(w->to, TYPE('s', 't', 't', 's'));

	for (int i = 0, run = 0; i < w->count; i++) {
		run++;
		if (i + 1 < w->count && delta(w, i) == delta(w, i + 1))
			continue;
		avio_wb32(w->to, (uint32_t)run);
		avio_wb32(w->to, (uint32_t)delta(w, i));
		t.rows++;
		run = 0;
	}
	end_table(&t);
}

static void write_keys(const struct whole *w)
{
	struct table t = begin_table(w->to, TYPE('s', 't', 's', 's'));

	for (int i = 0; i < w->count; i++) {
		if (!(entry(w, i)->flags & AVINDEX_KEYFRAME))
			continue;
		avio_wb32(w->to, (uint32_t)i + 1);
		t.rows++;
	}
	end_table(&t);
}

static void write_sizes(const struct whole *w)
{
	int64_t at = begin_box(w->to, TYPE('s', 't', 's', 'z'));

	avio_wb32(w->to, 0);
	avio_wb32(w->to, 0); /* they differ */
	avio_wb32(w->to, (uint32_t)w->count);
	for (int i = 0; i < w->count; i++)
		avio_wb32(w->to, (uint32_t)entry(w, i)->size);
	end_box(w->to, at);
}

static void write_chunk_offsets(const struct whole *w)
{
	struct table t = begin_table(w->to, TYPE('c', 'o', '6', '4'));

	for (int i = 0; i < w->count; i++) {
		if (!begins_chunk(w, i))
			continue;
		avio_wb64(w->to, (uint64_t)entry(w, i)->pos);
		t.rows++;
	}
	end_table(&t);
}

/* How many pictures the chunks have: a row for each chunk that has another number than the one before. */
static void write_chunk_lengths(const struct whole *w)
{
	struct table t = begin_table(w->to, TYPE('s', 't', 's', 'c'));
	uint32_t chunk = 0, last = 0, pictures = 0;

	for (int i = 0; i < w->count; i++) {
		pictures++;
		if (i + 1 < w->count && !begins_chunk(w, i + 1))
			continue;
		chunk++;
		if (pictures != last) {
			avio_wb32(w->to, chunk);
			avio_wb32(w->to, pictures);
			avio_wb32(w->to, 1); /* the only description of samples */
			t.rows++;
		}
		last = pictures;
		pictures = 0;
	}
	end_table(&t);
}

static void write_tables(const struct whole *w)
{
	write_durations(w);
	write_keys(w);
	write_chunk_lengths(w);
	write_sizes(w);
	write_chunk_offsets(w);
}

static int copy_boxes(struct whole *w, uint8_t *from, size_t size);

/* Write the box again with a duration in it. */
static int copy_header(struct whole *w, uint8_t *box, size_t size, size_t at, int64_t duration)
{
	if (size < at + 4 || box[HEADER] != 0)
		return -EBADMSG;
	if (duration > UINT32_MAX)
		return -EOVERFLOW;
	AV_WB32(box + at, (uint32_t)duration);
	avio_write(w->to, box, (int)size);
	return 0;
}

static int copy_box(struct whole *w, uint8_t *box, size_t size)
{
	uint32_t type = AV_RB32(box + 4);
	int64_t at;
	int err;

	switch (type) {
	case TYPE('m', 'v', 'e', 'x'): /* "there are fragments" */
	case TYPE('s', 't', 't', 's'):
	case TYPE('s', 't', 's', 'c'):
	case TYPE('s', 't', 's', 'z'):
	case TYPE('s', 't', 'c', 'o'):
		return 0;
	case TYPE('e', 'd', 't', 's'):
		return -EBADMSG;
	case TYPE('m', 'v', 'h', 'd'):
		if (size < MVHD_DURATION + 4)
			return -EBADMSG;
		w->movie_duration = av_rescale_q(
			w->duration, w->stream->time_base, (AVRational){ 1, (int)AV_RB32(box + MVHD_SCALE) });
		return copy_header(w, box, size, MVHD_DURATION, w->movie_duration);
	case TYPE('t', 'k', 'h', 'd'):
		return copy_header(w, box, size, TKHD_DURATION, w->movie_duration);
	case TYPE('m', 'd', 'h', 'd'):
		return copy_header(w, box, size, MDHD_DURATION, w->duration);
	case TYPE('m', 'o', 'o', 'v'):
	case TYPE('t', 'r', 'a', 'k'):
	case TYPE('m', 'd', 'i', 'a'):
	case TYPE('m', 'i', 'n', 'f'):
	case TYPE('s', 't', 'b', 'l'):
		at = begin_box(w->to, type);
		err = copy_boxes(w, box + HEADER, size - HEADER);
		if (type == TYPE('s', 't', 'b', 'l'))
			write_tables(w);
		end_box(w->to, at);
		return err;
	default:
		avio_write(w->to, box, (int)size);
		return 0;
	}
}

static int copy_boxes(struct whole *w, uint8_t *from, size_t size)
{
	while (size) {
		size_t bytes = size >= HEADER ? AV_RB32(from) : 0;
		int err = bytes >= HEADER && bytes <= size ? copy_box(w, from, bytes) : -EBADMSG;

		if (err)
			return err;
		from += bytes;
		size -= bytes;
	}
	return 0;
}

/* The first box is ftyp, the second one the empty index. */
static int read_moov(struct whole *w)
{
	uint8_t head[HEADER];

	if (pread(w->fd, head, sizeof head, 0) != sizeof head || AV_RB32(head + 4) != TYPE('f', 't', 'y', 'p'))
		return -EBADMSG;
	w->moov_at = AV_RB32(head);
	if (pread(w->fd, head, sizeof head, w->moov_at) != sizeof head || AV_RB32(head + 4) != TYPE('m', 'o', 'o', 'v'))
		return -EBADMSG;
	w->moov_bytes = AV_RB32(head);
	if (w->moov_bytes < LONG_HEADER || w->moov_bytes > MOST_MOOV)
		return -EBADMSG;
	w->moov = malloc((size_t)w->moov_bytes);
	if (!w->moov)
		return -ENOMEM;
	return pread(w->fd, w->moov, (size_t)w->moov_bytes, w->moov_at) == w->moov_bytes ? 0 : -EBADMSG;
}

/* FFmpeg's demuxer collects where each picture is while it passes the fragments. */
static int read_fragments(struct whole *w, int64_t end_ns)
{
	AVPacket *packet = av_packet_alloc();
	int64_t last;
	char path[32];
	int err;

	if (!packet)
		return -ENOMEM;
	snprintf(path, sizeof path, "/proc/self/fd/%d", w->fd);
	err = avformat_open_input(&w->format, path, av_find_input_format("mov"), NULL);
	if (err >= 0 && w->format->nb_streams == 1) {
		w->stream = w->format->streams[0];
		w->stream->discard = AVDISCARD_ALL; /* it need not read the pictures */
		while (av_read_frame(w->format, packet) >= 0)
			av_packet_unref(packet);
		w->count = avformat_index_get_entries_count(w->stream);
	}
	av_packet_free(&packet);
	if (!w->count || entry(w, 0)->timestamp != 0)
		return -EBADMSG;
	last = entry(w, w->count - 1)->timestamp;
	w->duration = av_rescale_q(end_ns, (AVRational){ 1, 1000000000 }, w->stream->time_base);
	w->duration = FFMAX(w->duration, last + 1);
	return 0;
}

static int put_in_place(const struct whole *w, const uint8_t *index, int bytes)
{
	uint8_t head[LONG_HEADER];
	struct stat st;
	int err = fstat(w->fd, &st) < 0 ? -errno : pmk_out_write_at(w->fd, index, (size_t)bytes, st.st_size);

	if (!err) {
		AV_WB32(head, 1);
		AV_WB32(head + 4, TYPE('m', 'd', 'a', 't'));
		AV_WB64(head + 8, (uint64_t)(st.st_size - w->moov_at));
		err = pmk_out_write_at(w->fd, head, sizeof head, w->moov_at);
	}
	if (err && ftruncate(w->fd, st.st_size) < 0)
		return err; /* a second index behind the fragments disturbs no player */
	return err;
}

int pmk_mp4_make_whole(int fd, int64_t end_ns)
{
	struct whole w = { .fd = fd };
	uint8_t *index = NULL;
	int err = read_moov(&w), bytes;

	if (!err)
		err = read_fragments(&w, end_ns);
	if (!err)
		err = avio_open_dyn_buf(&w.to) < 0 ? -ENOMEM : 0;
	if (!err) {
		err = copy_boxes(&w, w.moov, (size_t)w.moov_bytes);
		bytes = avio_close_dyn_buf(w.to, &index);
		if (!err)
			err = put_in_place(&w, index, bytes);
		av_free(index);
	}
	avformat_close_input(&w.format);
	free(w.moov);
	return err;
}
