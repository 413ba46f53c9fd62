/* SPDX-License-Identifier: MIT */
/* Functions on FFmpeg's libraries that still, media and media_out share: opening and decoding a file, its colours, its
 * orientation, and conversion of pixel formats. For src/media/ only. One thread.
 *
 * The one rule: reading a file opens no other file. No playlist, reference or address in it is followed.
 *
 * FFmpeg's own messages are silenced. Errors that concern the user are logged here, in one line that names the file. */
#ifndef PMK_MEDIA_AV_H
#define PMK_MEDIA_AV_H

#include "image/frame.h"
#include "media/still/said.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>

/* Fill `text` with the reason of an FFmpeg error or a negative errno, for a message. Returns `text`. */
const char *pmk_av_reason(int averror, char text[128]);
int pmk_av_errno(int averror); /* a negative errno stays; FFmpeg's own errors become -EBADMSG */

/* Let a decoder be one of those that files are read with, or avcodec_open2 fails. 0 or AVERROR(ENOMEM). */
int pmk_av_limit_codecs(AVCodecContext *decoder) __attribute__((warn_unused_result));

/* Open a regular file as a container. Its kind is found by content, never by name; FFmpeg, too, refuses pictures of
 * more than `max_px` pixels. -EBADMSG: it is not a picture, video or audio file; otherwise the errno of open, or
 * -EINVAL for a file that is not regular. Logged. */
int pmk_av_open(const char *path, int64_t max_px, AVFormatContext **format) __attribute__((warn_unused_result));
void pmk_av_close(AVFormatContext **format); /* *format may be NULL */

/* The bytes of a regular file, for FFmpeg to read. Errors of open, and -EINVAL; logged. */
int pmk_av_bytes_open(const char *path, AVIOContext **io) __attribute__((warn_unused_result));
void pmk_av_bytes_close(AVIOContext **io); /* *io may be NULL */

/* Whether it is a picture format (PNG, JPEG, GIF and so on), not one for videos. */
bool pmk_av_holds_pictures(const AVFormatContext *format);

/* Whether a file of several JPEGs is a photo, by its name. A photo's file may contain previews and other exposures
 * after the JPEG that viewers show (CIPA DC-007). Only the name distinguishes it from a video that is a series of
 * JPEGs. */
bool pmk_av_is_photo(const AVFormatContext *format, const char *path);

double pmk_av_fps(const AVStream *stream); /* mean rate, 1..240; 30 if the file has none */

/* Time of the first picture of a recording, in the file's own time: the common zero of pictures and audio. */
int64_t pmk_av_origin_ns(AVFormatContext *format);

/* Whether the file is of a kind with edit lists (ISO/IEC 14496-12): MP4, QuickTime, 3GP. */
bool pmk_av_has_edits(const AVFormatContext *format);
/* Whether an edit list cuts away what is at `time`, in units of its stream, in front of what is shown. FFmpeg marks
 * what is cut away, but not in files in fragments. */
bool pmk_av_is_cut(const AVFormatContext *format, int64_t time);
/* Where the edit list of a file in fragments ends what is shown of a stream, in the file's own time; INT64_MAX: it does
 * not, or it has several parts, or the file is not in fragments; there, FFmpeg heeds the list. Call it before reading
 * packets, or between them. ISO/IEC 14496-12, 8.6.6. */
int64_t pmk_av_edit_end_ns(const AVFormatContext *format, const AVStream *stream);
/* How many pictures a stream shows, about; 0: unknown. Those that an edit list cuts away do not count. */
int64_t pmk_av_count(const AVFormatContext *format, AVStream *stream);
/* Whether these two are of this stream alone, and not of the longest one in the file. */
bool pmk_av_has_own_length(const AVFormatContext *format, const AVStream *stream);
int64_t pmk_av_duration_ns(const AVFormatContext *format, const AVStream *stream); /* of a stream; 0: unknown */

/* Reader of the pictures of a file, which are decoded one by one on the calling thread. Zero the struct before open.
 * FFmpeg does not read animated WebP; where libwebp does (film/webp.h), format and decoder only describe its pictures,
 * and cannot be read from. */
struct pmk_av_reader {
	AVFormatContext *format;
	AVCodecContext *decoder;
	AVPacket *packet;
	int stream; /* index of the pictures' stream */
	int64_t end_ns; /* what begins here or later is cut away, in the file's own time; INT64_MAX: nothing */
	int64_t damaged; /* skipped pictures */
	int64_t read_to; /* where the last packet of the pictures ends in the file */
	int64_t marked; /* those of them that the decoder gave, marked so, at their place among the others */
	struct pmk_webp *webp; /* what decodes instead of FFmpeg; NULL: nothing does */
	int failure; /* the decoder's last error; 0: none yet */
	int64_t corrupt; /* packets that the reader of the file marked so */
	struct pmk_said said;
};

/* Errors as pmk_av_open, and -EINVAL if the header gives a side outside least..most px or more than `max_px` pixels. */
int pmk_av_reader_open(struct pmk_av_reader *reader, const char *path, int least, int most, int64_t max_px)
	__attribute__((warn_unused_result));
void pmk_av_reader_close(struct pmk_av_reader *reader);

/* Read the next picture into `frame`; damaged ones are skipped and counted. Returns 1; 0 at the end; or -ENOMEM.
 * Nothing is logged. */
int pmk_av_reader_next(struct pmk_av_reader *reader, AVFrame *frame) __attribute__((warn_unused_result));
/* Faults of the file that were noticed since it was opened: a picture was skipped, or bytes were. */
int64_t pmk_av_reader_faults(const struct pmk_av_reader *reader);
/* Seek to the first picture. This may fail, and does not lead to the first one in every file. */
int pmk_av_reader_rewind(struct pmk_av_reader *reader) __attribute__((warn_unused_result));
/* How many pictures there are; of more than `most`, at least that. Reads packets up to there. */
int pmk_av_reader_count(struct pmk_av_reader *reader, int most);
/* Name the colours of a picture that does not say them, by what the file says of all. The above has done so. */
void pmk_av_name_colours(const struct pmk_av_reader *reader, AVFrame *frame);
/* Time of `frame` in ns of the file's own time, or AV_NOPTS_VALUE. */
int64_t pmk_av_reader_time(const struct pmk_av_reader *reader, const AVFrame *frame);

/* Range and matrix of a picture. If the file does not give them, JPEG and grey pictures are taken as full range BT.601;
 * others as limited range, and as BT.709 from 720 rows on. BT.2020 is taken as BT.709. RGB is to become limited range
 * BT.601. */
void pmk_av_colours(const AVFrame *frame, enum pmk_range *range, enum pmk_matrix *matrix);

/* How to make a stored picture upright: swap top and bottom if `flip`, then rotate it clockwise by `degrees`. */
struct pmk_orientation {
	int degrees; /* 0, 90, 180 or 270 */
	bool flip;
};
struct pmk_orientation pmk_av_orientation(const AVStream *stream, const AVFrame *first);

/* A cached converter between pixel formats and sizes (libswscale). Zero the struct before its first use. */
struct pmk_av_scaler {
	struct SwsContext *sws;
	int key[8]; /* formats and sizes that `sws` was made for */
};

struct pmk_av_target {
	enum AVPixelFormat format; /* not one with a J, whose meaning is in `range` */
	int width, height; /* px */
	enum pmk_range range;
	enum pmk_matrix matrix;
	bool quick; /* scale in half the time, by linear interpolation, and round coarsely */
	bool same; /* keep the picture's range and matrix; only size and sampling change */
};

/* Convert a picture. -ENOTSUP: swscale cannot read its pixel format; -ENOMEM. */
int pmk_av_scale(struct pmk_av_scaler *scaler, const AVFrame *from, const struct pmk_av_target *to,
	uint8_t *const plane[4], const int stride[4]) __attribute__((warn_unused_result));
void pmk_av_scaler_free(struct pmk_av_scaler *scaler);

/* The format without its full range: yuv420p for yuvj420p, and so on. */
enum AVPixelFormat pmk_av_plain_format(enum AVPixelFormat format);

/* Of a file to write: .mkv or .webm; .mp4 or .mov. */
bool pmk_av_is_matroska(const AVOutputFormat *kind);
bool pmk_av_is_mp4(const AVOutputFormat *kind);

#endif
