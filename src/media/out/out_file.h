/* SPDX-License-Identifier: MIT */
/* The file that media_out.c writes: whole or not at all, or live.
 *
 * The one rule: at any moment, what is in a live file can be played, whatever ends the program or the disk. FFmpeg's
 * clusters (.mkv), fragments (.mp4) or pictures (.y4m) are written one behind the other, each of half a second or less;
 * until the end, nothing of them is touched again. The first one makes the file playable: with it, the file gets its
 * name. So a start that fails leaves an older file of that name as it was. A recording whose file is removed or written
 * into by another program ends with an error, and so does one that is not under its name at the end.
 *
 *	err = pmk_out_file_create(&file, path, live);
 *	err = pmk_out_file_begin(&file, format);		// the header
 *	averror = pmk_out_file_packet(&file, format, packet);	// the pictures
 *	err = pmk_out_file_flush(&file, format, end_ns);	// after each one
 *	err = pmk_out_file_end(&file, format, end_ns, partial);	// the trailer
 *	pmk_out_file_close(&file);				// in any case
 *
 * Functions return 0 or a negative errno, and log it in one line, except pmk_out_file_packet. For media_out.c only. One
 * thread. */
#ifndef PMK_MEDIA_OUT_OUT_FILE_H
#define PMK_MEDIA_OUT_OUT_FILE_H

#include "base/new_file.h"

#include <libavformat/avformat.h>
#include <stdbool.h>

struct pmk_out_file {
	char *path; /* as it was given, for messages */
	struct pmk_new_file place; /* zero once it has its name, or could not get it */
	int fd;
	bool live, mkv, mp4;
	bool named; /* it has its name */
	AVPacket *held; /* live .mp4: the last picture, whose duration is known only when the next one comes */
	int64_t written; /* pictures that FFmpeg's muxer got */
	int64_t whole_bytes, whole_ns; /* live: what can be played, up to this byte and up to this position */
	int64_t duration_at; /* live .mkv: where the duration is; 0: unknown */
	uint64_t flush_ns; /* live: when it was flushed last */
	uint64_t room; /* live: bytes that were free on the disk at the beginning; 0: unknown */
	bool warned; /* live: that there is little room left */
};

/* `file` needs no close after a failure. */
int pmk_out_file_create(struct pmk_out_file *file, const char *path, bool live) __attribute__((warn_unused_result));
/* Also says that an older file will be replaced. */
int pmk_out_file_begin(struct pmk_out_file *file, AVFormatContext *format) __attribute__((warn_unused_result));

/* Give the muxer a picture; takes over the packet's data. 0 or FFmpeg's error, not logged. */
int pmk_out_file_packet(struct pmk_out_file *file, AVFormatContext *format, AVPacket *packet)
	__attribute__((warn_unused_result));

/* After each picture, whose end is at `end_ns`. Does nothing for a file that is not live, and little if it is not time
 * yet. Warns once when only a tenth of the room is left, or enough for less than a minute. */
int pmk_out_file_flush(struct pmk_out_file *file, AVFormatContext *format, int64_t end_ns)
	__attribute__((warn_unused_result));

/* Write what FFmpeg still holds and the trailer, and give the file its name, if it does not have it yet. `partial`: as
 * for pmk_media_out_finish. */
int pmk_out_file_end(struct pmk_out_file *file, AVFormatContext *format, int64_t end_ns, bool partial)
	__attribute__((warn_unused_result));

/* Let go of the file: it is removed if it never got its name. Of a live file, what is behind the whole part is cut off,
 * and fragments become an ordinary .mp4 if there is room. */
void pmk_out_file_close(struct pmk_out_file *file, AVFormatContext *format);

/* Log FFmpeg's error, and how much of a live file there is. Returns it as a negative errno. */
int pmk_out_file_fail(const struct pmk_out_file *file, int averror);

#endif
