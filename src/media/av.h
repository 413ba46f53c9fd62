/* SPDX-License-Identifier: MIT */
/* What still, media and media_out share of FFmpeg's libraries: opening and decoding one file, its colours, which way up
 * it is, and conversion of pixel formats. For src/image/ only. One thread.
 *
 * The one rule: reading a file touches nothing but this file. No playlist, reference or address in it is followed.
 * FFmpeg's own messages are silenced: what concerns the user is logged here, in one line naming the file. */
#ifndef PMK_MEDIA_AV_H
#define PMK_MEDIA_AV_H

#include "image/frame.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>

/* Why, for a message: the text of an error of FFmpeg's (or of a negative errno), into `text`. Returns text. */
const char *pmk_av_reason(int averror, char text[128]);
int pmk_av_errno(int averror); /* negative errno as it is; FFmpeg's own errors: -EBADMSG */

/* A regular file as a container, its kind found by content, never by name; pictures over `max_px` pixels are refused
 * inside FFmpeg too. -ENOENT, -EACCES ..; -EBADMSG when it is no picture, video or audio. Logged. */
int pmk_av_open(const char *path, int64_t max_px, AVFormatContext **format) __attribute__((warn_unused_result));
void pmk_av_close(AVFormatContext **format); /* NULL inside is fine */

/* a picture format (PNG, JPEG, GIF ..), not one for videos */
bool pmk_av_holds_pictures(const AVFormatContext *format);

/* a name that ends so, in any case of letters, and has more than that */
bool pmk_av_ends(const char *path, const char *end);

/* A photo's file may hold more JPEGs behind the one that viewers show: previews, other exposures (CIPA DC-007). Only
 * its name tells it from a video of JPEGs one after the other. */
bool pmk_av_is_photo(const AVFormatContext *format, const char *path);

double pmk_av_fps(const AVStream *stream); /* mean rate, 1..240; 30 where the file says nothing */

/* Where the pictures of a recording begin in its own time, so that audio and pictures can be told from one zero. */
int64_t pmk_av_origin_ns(AVFormatContext *format);

/* The pictures of a file, decoded one after another on the calling thread. Set it to zero before open. */
struct pmk_av_reader {
	AVFormatContext *format;
	AVCodecContext *decoder;
	AVPacket *packet;
	int stream; /* index of the pictures' stream */
	int64_t damaged; /* pictures skipped */
};

/* As pmk_av_open, and -EINVAL for a side outside least..most px or more than `max_px` pixels, where the header tells.
 */
int pmk_av_reader_open(struct pmk_av_reader *reader, const char *path, int least, int most, int64_t max_px)
	__attribute__((warn_unused_result));
void pmk_av_reader_close(struct pmk_av_reader *reader);

/* 1 with the next whole picture in `frame`; damaged ones are skipped and counted. 0 at the end, or -ENOMEM. Logs
 * nothing. */
int pmk_av_reader_next(struct pmk_av_reader *reader, AVFrame *frame) __attribute__((warn_unused_result));
/* ns in the file's own time, or AV_NOPTS_VALUE */
int64_t pmk_av_reader_time(const struct pmk_av_reader *reader, const AVFrame *frame);

/* -EINVAL, logged, when a side is outside least..most or the area above max_px. */
int pmk_av_check_size(const char *path, int width, int height, int least, int most, int64_t max_px)
	__attribute__((warn_unused_result));

/* Colours of a YUV or grey picture. What the file leaves open: JPEG and grey are full range BT.601; else limited range,
 * BT.709 from 720 rows up. BT.2020 counts as BT.709. RGB becomes limited range BT.601. */
void pmk_av_colours(const AVFrame *frame, enum pmk_range *range, enum pmk_matrix *matrix);

/* How a picture is to be turned to be seen upright: first upside down (`flip`), then by `degrees` clockwise. */
struct pmk_orientation {
	int degrees; /* 0, 90, 180, 270 */
	bool flip;
};
struct pmk_orientation pmk_av_orientation(const AVStream *stream, const AVFrame *first);

/* A cached converter between pixel formats and sizes (libswscale). Zeroed at first. */
struct pmk_av_scaler {
	struct SwsContext *sws;
	int key[8]; /* what it was made for */
};

struct pmk_av_target {
	enum AVPixelFormat format; /* without a J: the range says that */
	int width, height; /* px */
	enum pmk_range range;
	enum pmk_matrix matrix;
};

/* -ENOTSUP for a pixel format that swscale cannot read, -ENOMEM. */
int pmk_av_scale(struct pmk_av_scaler *scaler, const AVFrame *from, const struct pmk_av_target *to,
	uint8_t *const plane[4], const int stride[4]) __attribute__((warn_unused_result));
void pmk_av_scaler_free(struct pmk_av_scaler *scaler);

/* yuvj420p and its like are yuv420p with full range. */
enum AVPixelFormat pmk_av_plain_format(enum AVPixelFormat format);

#endif
