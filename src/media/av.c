/* SPDX-License-Identifier: MIT */
#include "media/av.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "media/still/kind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LARGEST_ERRNO = 4095 };

static const AVRational nanoseconds = { 1, 1000000000 };

const char *pmk_av_reason(int averror, char text[128])
{
	if (av_strerror(averror, text, 128) < 0)
		snprintf(text, 128, "error %d", averror);
	return text;
}

int pmk_av_errno(int averror)
{
	return averror >= -LARGEST_ERRNO ? averror : -EBADMSG;
}

static int refuse_open(AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options)
{
	return AVERROR(EPERM);
}

struct colours {
	enum AVColorPrimaries primaries;
	enum AVColorTransferCharacteristic transfer;
	enum AVColorSpace matrix;
};

static void note_colours(const AVFormatContext *format, struct colours *colours, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const AVCodecParameters *p = format->streams[i]->codecpar;
		colours[i] = (struct colours){ p->color_primaries, p->color_trc, p->color_space };
	}
}

/* What the container says holds where the pictures say nothing; the decoder of HEVC forgets it. */
static void restore_colours(AVFormatContext *format, const struct colours *colours, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		AVCodecParameters *p = format->streams[i]->codecpar;
		if (p->color_primaries == AVCOL_PRI_UNSPECIFIED)
			p->color_primaries = colours[i].primaries;
		if (p->color_trc == AVCOL_TRC_UNSPECIFIED)
			p->color_trc = colours[i].transfer;
		if (p->color_space == AVCOL_SPC_UNSPECIFIED)
			p->color_space = colours[i].matrix;
	}
}

/* avformat_find_stream_info decodes pictures to find their kind, so it must know the limit as well. */
static int find_streams(AVFormatContext *format, int64_t max_px)
{
	unsigned count = format->nb_streams;
	AVDictionary **options = av_calloc(count + 1, sizeof *options);
	struct colours *colours = av_calloc(count + 1, sizeof *colours);
	int err = options && colours ? 0 : AVERROR(ENOMEM);

	if (err)
		goto out;
	note_colours(format, colours, count);
	for (unsigned i = 0; i < count; i++) {
		av_dict_set_int(&options[i], "max_pixels", max_px, 0);
		av_dict_set_int(&options[i], "threads", 1, 0);
	}
	err = avformat_find_stream_info(format, options);
	restore_colours(format, colours, count);
	for (unsigned i = 0; i < count; i++)
		av_dict_free(&options[i]);
out:
	av_free(colours);
	av_free(options);
	return err;
}

/* `kind`: a demuxer's name; NULL: the one that knows the content. */
static int open_input(AVIOContext *io, const char *kind, AVFormatContext **format)
{
	AVFormatContext *made = avformat_alloc_context();
	int err;

	if (!made)
		return AVERROR(ENOMEM);
	made->pb = io;
	made->io_open = refuse_open;
	made->protocol_whitelist = av_strdup("none"); /* some demuxers bypass io_open */
	err = avformat_open_input(&made, NULL, kind ? av_find_input_format(kind) : NULL, NULL);
	if (err >= 0)
		*format = made;
	return err; /* on an error, avformat_open_input has freed made */
}

int pmk_av_open(const char *path, int64_t max_px, AVFormatContext **format)
{
	AVFormatContext *made = NULL;
	AVIOContext *io = NULL;
	int err;

	pmk_said_listen();
	err = pmk_av_bytes_open(path, &io);
	if (err)
		return err;
	err = pmk_kind_check(path);
	if (err) {
		pmk_av_bytes_close(&io);
		return err;
	}
	err = open_input(io, NULL, &made);
	if (err < 0 && pmk_kind_is_jpeg(path) && avio_seek(io, 0, SEEK_SET) == 0)
		err = open_input(io, "jpeg_pipe", &made); /* no demuxer knows one with arithmetic coding */
	if (err < 0) {
		pmk_av_bytes_close(&io);
		return pmk_kind_refuse(
			path, err, NULL); /* demuxers return all sorts of errors for damage, even ENOMEM */
	}
	err = find_streams(made, max_px);
	if (err < 0) {
		pmk_av_close(&made);
		return pmk_kind_refuse(path, err, NULL);
	}
	*format = made;
	return 0;
}

void pmk_av_close(AVFormatContext **format)
{
	AVIOContext *io = *format ? (*format)->pb : NULL;

	avformat_close_input(format);
	pmk_av_bytes_close(&io);
}

bool pmk_av_holds_pictures(const AVFormatContext *format)
{
	static const char *const names[] = { "gif", "apng", "ico", "image2" };
	const char *name = format->iformat->name, *pipe = strstr(name, "_pipe");

	if (pipe && pipe[5] == '\0')
		return true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

bool pmk_av_ends(const char *path, const char *end)
{
	size_t length = strlen(path), end_length = strlen(end);

	return length > end_length && strcasecmp(path + length - end_length, end) == 0;
}

bool pmk_av_is_photo(const AVFormatContext *format, const char *path)
{
	static const char *const ends[] = { ".jpg", ".jpeg", ".jpe", ".mpo" };

	if (strcmp(format->iformat->name, "mjpeg") != 0 && strcmp(format->iformat->name, "jpeg_pipe") != 0)
		return false;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		if (pmk_av_ends(path, ends[i]))
			return true;
	}
	return false;
}

double pmk_av_fps(const AVStream *stream)
{
	AVRational rate = stream->avg_frame_rate.num > 0 ? stream->avg_frame_rate : stream->r_frame_rate;
	double fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 30;

	return pmk_clamp_double(fps, 1, 240);
}

int pmk_av_check_size(const char *path, int width, int height, int least, int most, int64_t max_px)
{
	if (width >= least && height >= least && width <= most && height <= most && (int64_t)width * height <= max_px)
		return 0;
	pmk_error_cure(PMK_CURE_SCALE_FILE,
		"%s: a picture of %dx%d; sides must be %d to %d, with at most %lld million pixels", path, width, height,
		least, most, (long long)(max_px / 1000000));
	return -EINVAL;
}

/* Whether the decoder must stop at a fault. Otherwise the rest of a truncated picture is grey. The decoder of TIFF
 * would stop at tags that it does not know; its faults are heard. */
static bool is_strict(const AVFormatContext *format, enum AVCodecID codec)
{
	return codec == AV_CODEC_ID_MJPEG || (pmk_av_holds_pictures(format) && codec != AV_CODEC_ID_TIFF);
}

static int open_decoder(struct pmk_av_reader *reader, const AVCodec *codec, int64_t max_px)
{
	const AVStream *stream = reader->format->streams[reader->stream];
	int err;

	reader->decoder = avcodec_alloc_context3(codec);
	reader->packet = av_packet_alloc();
	if (!reader->decoder || !reader->packet)
		return AVERROR(ENOMEM);
	err = avcodec_parameters_to_context(reader->decoder, stream->codecpar);
	if (err < 0)
		return err;
	reader->decoder->thread_count = 1;
	reader->decoder->max_pixels = max_px;
	reader->decoder->pkt_timebase = stream->time_base;
	if (is_strict(reader->format, codec->id))
		reader->decoder->err_recognition = AV_EF_EXPLODE;
	return avcodec_open2(reader->decoder, codec, NULL);
}

/* The stream of the pictures. Of an icon's sizes it is the largest. */
static int find_pictures(const AVFormatContext *format, const AVCodec **codec)
{
	int best = av_find_best_stream((AVFormatContext *)format, AVMEDIA_TYPE_VIDEO, -1, -1, codec, 0);

	for (unsigned i = 0; best >= 0 && strcmp(format->iformat->name, "ico") == 0 && i < format->nb_streams; i++) {
		if (format->streams[i]->codecpar->width > format->streams[best]->codecpar->width)
			best = (int)i;
	}
	if (best >= 0)
		*codec = avcodec_find_decoder(format->streams[best]->codecpar->codec_id);
	return best;
}

int pmk_av_reader_open(struct pmk_av_reader *reader, const char *path, int least, int most, int64_t max_px)
{
	struct pmk_av_reader made = { 0 };
	const AVCodecParameters *parameters;
	const AVCodec *codec = NULL;
	int err;

	err = pmk_av_open(path, max_px, &made.format);
	if (err)
		return err;
	made.stream = find_pictures(made.format, &codec);
	if (made.stream < 0) {
		err = pmk_kind_refuse(path, made.stream, NULL);
		goto fail_close;
	}
	for (unsigned i = 0; i < made.format->nb_streams; i++)
		made.format->streams[i]->discard = (int)i == made.stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
	parameters = made.format->streams[made.stream]->codecpar;
	if (parameters->width || parameters->height) {
		err = pmk_av_check_size(path, parameters->width, parameters->height, least, most, max_px);
		if (err)
			goto fail_close;
	}
	err = open_decoder(&made, codec, max_px);
	if (err < 0) {
		err = pmk_kind_refuse(path, err, NULL);
		goto fail_close;
	}
	made.end_ns = pmk_av_edit_end_ns(made.format, made.format->streams[made.stream]);
	*reader = made;
	reader->decoder->opaque = &reader->said;
	return 0;

fail_close:
	pmk_av_reader_close(&made);
	return err;
}

void pmk_av_reader_close(struct pmk_av_reader *reader)
{
	av_packet_free(&reader->packet);
	avcodec_free_context(&reader->decoder);
	pmk_av_close(&reader->format);
}

/* Give the decoder the next packet. At the end of the file, or if it cannot be read further, tell the decoder that it
 * has all. */
static void feed(struct pmk_av_reader *reader)
{
	while (av_read_frame(reader->format, reader->packet) >= 0) {
		bool mine = reader->packet->stream_index == reader->stream;
		int err = mine ? avcodec_send_packet(reader->decoder, reader->packet) : 0;

		av_packet_unref(reader->packet);
		if (err < 0) {
			reader->damaged++;
			reader->failure = err;
		}
		if (mine)
			return;
	}
	avcodec_send_packet(reader->decoder, NULL);
}

void pmk_av_name_colours(const struct pmk_av_reader *reader, AVFrame *frame)
{
	const AVCodecParameters *p = reader->format->streams[reader->stream]->codecpar;

	if (frame->color_primaries == AVCOL_PRI_UNSPECIFIED)
		frame->color_primaries = p->color_primaries;
	if (frame->color_trc == AVCOL_TRC_UNSPECIFIED)
		frame->color_trc = p->color_trc;
	if (frame->colorspace == AVCOL_SPC_UNSPECIFIED)
		frame->colorspace = p->color_space;
}

/* Lengths in edit lists are rounded to a ms or less. */
static bool is_cut(const struct pmk_av_reader *reader, const AVFrame *frame)
{
	int64_t time_ns = pmk_av_reader_time(reader, frame);

	return pmk_av_is_cut(reader->format, frame->best_effort_timestamp) ||
		(time_ns != AV_NOPTS_VALUE && time_ns > reader->end_ns - (int64_t)PMK_MS_NS);
}

int pmk_av_reader_next(struct pmk_av_reader *reader, AVFrame *frame)
{
	for (;;) {
		int err = avcodec_receive_frame(reader->decoder, frame);

		if (err >= 0) {
			bool damaged = frame->flags & AV_FRAME_FLAG_CORRUPT || frame->decode_error_flags;

			pmk_av_name_colours(reader, frame);
			if (!damaged && !is_cut(reader, frame))
				return 1;
			av_frame_unref(frame);
			reader->damaged += damaged;
			continue;
		}
		if (err == AVERROR_EOF)
			return 0;
		if (err == AVERROR(ENOMEM))
			return -ENOMEM;
		if (err != AVERROR(EAGAIN)) {
			reader->damaged++;
			reader->failure = err;
		}
		feed(reader);
	}
}

int64_t pmk_av_reader_time(const struct pmk_av_reader *reader, const AVFrame *frame)
{
	if (frame->best_effort_timestamp == AV_NOPTS_VALUE)
		return AV_NOPTS_VALUE;
	return av_rescale_q(
		frame->best_effort_timestamp, reader->format->streams[reader->stream]->time_base, nanoseconds);
}
