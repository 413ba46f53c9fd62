/* SPDX-License-Identifier: MIT */
#include "media/still.h"

#include "base/log.h"
#include "base/new_file.h"
#include "base/open_file.h"
#include "base/parse.h"
#include "media/out/encoding.h"
#include "media/still/finish.h"
#include "media/still/limits.h"

#include <errno.h>
#include <libavutil/opt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_PX = 128000000 };

static int check_bytes(const char *path)
{
	int64_t bytes = 0;
	int fd = pmk_open_file(path, &bytes);

	if (fd >= 0)
		close(fd);
	if (bytes > PMK_STILL_MAX_BYTES) {
		pmk_error_cure(PMK_CURE_SCALE_FILE, "%s: larger than %d MiB", path, PMK_STILL_MAX_BYTES >> 20);
		return -EFBIG;
	}
	return 0; /* opening it for reading tells of other faults */
}

/* Rows of pixels: of an RGB picture, or of a sheet. */
struct pixels {
	int width, height, stride, bytes; /* px, px, bytes, bytes of a pixel */
	uint8_t *data;
};

static int alloc_pixels(struct pixels *pixels, int width, int height, int bytes)
{
	struct pmk_sheet sheet;
	struct pmk_rgb rgb;
	int err = bytes == 4 ? pmk_sheet_alloc(&sheet, width, height) : pmk_rgb_alloc(&rgb, width, height);

	if (err)
		return err;
	*pixels = bytes == 4 ? (struct pixels){ width, height, sheet.stride, bytes, sheet.data } :
			       (struct pixels){ width, height, rgb.stride, bytes, rgb.data };
	return 0;
}

static int convert(const AVFrame *frame, struct pixels *to)
{
	const struct pmk_av_target target = {
		.format = to->bytes == 4 ? AV_PIX_FMT_BGRA : AV_PIX_FMT_RGB24, .width = to->width, .height = to->height
	};
	uint8_t *const plane[4] = { to->data };
	const int strides[4] = { to->stride };
	struct pmk_av_scaler scaler = { 0 };
	int err;

	err = pmk_av_scale(&scaler, frame, &target, plane, strides);
	pmk_av_scaler_free(&scaler);
	return err;
}

/* The pixel of the stored picture that belongs at (x, y) of the upright one. */
static const uint8_t *stored_pixel(const struct pixels *from, const struct pmk_orientation *orientation, int x, int y)
{
	int sx = x, sy = y;

	if (orientation->degrees == 90) {
		sx = y;
		sy = from->height - 1 - x;
	} else if (orientation->degrees == 180) {
		sx = from->width - 1 - x;
		sy = from->height - 1 - y;
	} else if (orientation->degrees == 270) {
		sx = from->width - 1 - y;
		sy = x;
	}
	if (orientation->flip)
		sy = from->height - 1 - sy;
	return from->data + (size_t)sy * (size_t)from->stride + (size_t)from->bytes * (size_t)sx;
}

static int make_upright(struct pixels *pixels, const struct pmk_orientation *orientation)
{
	bool sideways = orientation->degrees == 90 || orientation->degrees == 270;
	size_t bytes = (size_t)pixels->bytes;
	struct pixels made;
	int err;

	if (!orientation->degrees && !orientation->flip)
		return 0;
	err = alloc_pixels(&made, sideways ? pixels->height : pixels->width, sideways ? pixels->width : pixels->height,
		pixels->bytes);
	if (err)
		return err;
	for (int y = 0; y < made.height; y++) {
		uint8_t *to = made.data + (size_t)y * (size_t)made.stride;
		for (int x = 0; x < made.width; x++, to += bytes)
			memcpy(to, stored_pixel(pixels, orientation, x, y), bytes);
	}
	free(pixels->data);
	*pixels = made;
	return 0;
}

static int take_picture(
	const char *path, const AVFrame *frame, const struct pmk_orientation *orientation, struct pixels *pixels)
{
	int width = frame->width, height = frame->height, err;
	struct pixels made;

	err = pmk_still_check_size(path, width, height, 1, PMK_STILL_MAX_PX, MOST_PX);
	if (err)
		return err;
	pmk_still_shrink(&width, &height, PMK_STILL_WHOLE_PX);
	err = alloc_pixels(&made, width, height, pixels->bytes);
	if (err)
		return err;
	err = convert(frame, &made);
	if (!err)
		err = make_upright(&made, orientation);
	if (err) {
		free(made.data);
		pmk_error_cure(PMK_CURE_SAVE_PNG, "%s: cannot be converted: %s", path, strerror(-err));
		return err;
	}
	*pixels = made;
	return 0;
}

/* pixels->bytes says what is wanted: 3, RGB; 4, plain colours and alpha. */
static int read_picture(const char *path, struct pixels *pixels)
{
	const struct pmk_still_wish wish = { .most_px = PMK_STILL_WHOLE_PX, .alpha = pixels->bytes == 4 };
	struct pmk_av_reader reader = { 0 };
	struct pmk_orientation orientation;
	AVFrame *frame;
	int err;

	err = check_bytes(path);
	if (!err)
		err = pmk_av_reader_open(&reader, path, 1, PMK_STILL_MAX_PX, MOST_PX);
	if (err)
		return err;
	frame = av_frame_alloc();
	err = frame ? pmk_av_reader_next(&reader, frame) : -ENOMEM;
	if (err >= 0)
		err = pmk_still_finish(path, &reader, frame, &wish, &orientation);
	if (!err)
		err = take_picture(path, frame, &orientation, pixels);
	av_frame_free(&frame);
	pmk_av_reader_close(&reader);
	return err;
}

int pmk_still_read(const char *path, struct pmk_rgb *rgb)
{
	struct pixels pixels = { .bytes = 3 };
	int err = read_picture(path, &pixels);

	if (!err)
		*rgb = (struct pmk_rgb){ pixels.width, pixels.height, pixels.stride, pixels.data };
	return err;
}

int pmk_still_read_sheet(const char *path, struct pmk_sheet *sheet)
{
	struct pixels pixels = { .bytes = 4 };
	int err = read_picture(path, &pixels);

	if (err)
		return err;
	for (int y = 0; y < pixels.height; y++)
		pmk_sheet_premultiply(pixels.data + (size_t)y * (size_t)pixels.stride, pixels.width);
	*sheet = (struct pmk_sheet){ pixels.width, pixels.height, pixels.stride, pixels.data };
	return 0;
}

/* Rows of three bytes, of one, or, with alpha, of three that become four. */
static void fill_rows(AVFrame *frame, const struct pixels *from, const struct pmk_mask *alpha)
{
	bool blue_first = frame->format == AV_PIX_FMT_BGRA;

	for (int y = 0; y < from->height; y++) {
		const uint8_t *row = from->data + (size_t)y * (size_t)from->stride;
		const uint8_t *a = alpha ? alpha->alpha + (size_t)y * (size_t)alpha->stride : NULL;
		uint8_t *to = frame->data[0] + (ptrdiff_t)y * frame->linesize[0];

		if (from->bytes == 1 || frame->format == AV_PIX_FMT_RGB24) {
			memcpy(to, row, (size_t)from->width * (size_t)from->bytes);
			continue;
		}
		for (int x = 0; x < from->width; x++, row += 3, to += 4) {
			to[0] = row[blue_first ? 2 : 0];
			to[1] = row[1];
			to[2] = row[blue_first ? 0 : 2];
			to[3] = a ? a[x] : 255;
		}
	}
}

static enum AVPixelFormat choose_format(const struct pixels *pixels, const struct pmk_mask *alpha, bool webp)
{
	if (webp)
		return AV_PIX_FMT_BGRA;
	return pixels->bytes == 1 ? AV_PIX_FMT_GRAY8 : alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
}

static int encode(const struct pixels *pixels, const struct pmk_mask *alpha, bool webp, int quality, AVPacket *packet)
{
	const AVCodec *codec = webp ? avcodec_find_encoder_by_name("libwebp") : avcodec_find_encoder(AV_CODEC_ID_PNG);
	AVCodecContext *encoder = codec ? avcodec_alloc_context3(codec) : NULL;
	AVFrame *frame = av_frame_alloc();
	int err = codec ? AVERROR(ENOMEM) : AVERROR_ENCODER_NOT_FOUND;

	if (!encoder || !frame)
		goto out;
	encoder->pix_fmt = frame->format = choose_format(pixels, alpha, webp);
	encoder->width = frame->width = pixels->width;
	encoder->height = frame->height = pixels->height;
	if (webp)
		av_opt_set_double(encoder->priv_data, "quality", pmk_quality_of_webp(quality), 0);
	encoder->time_base = (AVRational){ 1, 1 };
	encoder->thread_count = 1;
	err = avcodec_open2(encoder, encoder->codec, NULL);
	if (err >= 0)
		err = av_frame_get_buffer(frame, 0);
	if (err < 0)
		goto out;
	fill_rows(frame, pixels, alpha);
	err = avcodec_send_frame(encoder, frame);
	if (err >= 0)
		err = avcodec_receive_packet(encoder, packet);
out:
	av_frame_free(&frame);
	avcodec_free_context(&encoder);
	return err;
}

static int write_picture(const char *path, const struct pixels *pixels, const struct pmk_mask *alpha, int quality)
{
	struct pmk_new_file file;
	AVPacket *packet;
	char text[128];
	int fd, err;

	av_log_set_level(AV_LOG_QUIET);
	fd = pmk_new_file_create(&file, path);
	if (fd < 0)
		return fd;
	packet = av_packet_alloc();
	err = packet ? encode(pixels, alpha, pmk_parse_ends(path, ".webp"), quality, packet) : AVERROR(ENOMEM);
	if (err >= 0)
		err = pmk_new_file_write(fd, packet->data, (size_t)packet->size);
	av_packet_free(&packet);
	if (err < 0)
		return pmk_new_file_end(&file, path, fd, pmk_av_errno(err), pmk_av_reason(err, text));
	return pmk_new_file_end(&file, path, fd, 0, NULL);
}

int pmk_still_write_rgb(const char *path, const struct pmk_rgb *rgb)
{
	return pmk_still_write_alpha(path, rgb, NULL, PMK_QUALITY_USUAL);
}

int pmk_still_write_alpha(const char *path, const struct pmk_rgb *rgb, const struct pmk_mask *alpha, int quality)
{
	return write_picture(
		path, &(struct pixels){ rgb->width, rgb->height, rgb->stride, 3, rgb->data }, alpha, quality);
}

int pmk_still_write_grey(const char *path, const struct pmk_mask *mask)
{
	return write_picture(path, &(struct pixels){ mask->width, mask->height, mask->stride, 1, mask->alpha }, NULL,
		PMK_QUALITY_USUAL);
}

static bool is_animation(const struct pmk_av_reader *reader)
{
	const AVFormatContext *format = reader->format;

	return reader->webp || strcmp(format->iformat->name, "gif") == 0 || strcmp(format->iformat->name, "apng") == 0;
}

int pmk_still_probe(const char *path)
{
	struct pmk_av_reader reader = { 0 };
	int err, still = PMK_STILL_NONE, count;

	err = pmk_av_reader_open(&reader, path, 1, PMK_STILL_MAX_PX, MOST_PX);
	if (err)
		return err;
	count = pmk_av_is_photo(reader.format, path) ? 1 : pmk_av_reader_count(&reader, 2);
	if (count > 1 && is_animation(&reader))
		still = PMK_STILL_ANIMATED;
	else if (pmk_av_holds_pictures(reader.format) || /* reading tells of one that is damaged */
		(count == 1 && (pmk_av_is_photo(reader.format, path) || reader.format->duration <= 0)))
		still = PMK_STILL_ONE;
	pmk_av_reader_close(&reader);
	return still;
}

int pmk_still_read_one(const char *path, struct pmk_rgb *rgb)
{
	int still = pmk_still_probe(path), err = 0;

	if (still == PMK_STILL_ONE)
		err = pmk_still_read(path, rgb);
	return err ? err : still;
}
