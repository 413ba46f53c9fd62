/* SPDX-License-Identifier: MIT */
#include "media/av.h"

#include "base/log.h"
#include "base/num.h"
#include "media/still/kind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LARGEST_ERRNO = 4095 };

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

bool pmk_av_is_matroska(const AVOutputFormat *kind)
{
	return !strcmp(kind->name, "matroska") || !strcmp(kind->name, "webm");
}

bool pmk_av_is_mp4(const AVOutputFormat *kind)
{
	return !strcmp(kind->name, "mp4") || !strcmp(kind->name, "mov");
}
