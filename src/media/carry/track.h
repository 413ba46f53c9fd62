/* SPDX-License-Identifier: MIT */
/* A track of a recording on its way into a new file. For media/carry/ only.
 *
 * All times are ns from position 0 of the new file, which is the recording's first picture or later. */
#ifndef PMK_MEDIA_CARRY_TRACK_H
#define PMK_MEDIA_CARRY_TRACK_H

#include "media/av.h"
#include "media/carry/cut.h"

/* Audio codecs begin with samples of their own making, at most 2112 of them (AAC), which the file tells players to
 * skip. So much may be skipped at either end without being taken for something that a person cut away. */
#define PMK_TRACK_PRIMING_NS INT64_C(50000000)

struct pmk_track {
	const struct pmk_track_impl *impl; /* NULL: left out */
	void *state; /* of impl */
	const AVStream *from;
	AVFormatContext *to;
	AVStream *made; /* of `to` */
	int64_t origin_ns; /* position 0 in the recording's own time */
	int64_t next_ns; /* where the last packet ended */
	int64_t least; /* the next packet's earliest time, in units of `made` */
	struct pmk_cut cut;
};

struct pmk_track_span {
	int64_t start_ns, end_ns;
};

struct pmk_track_impl {
	/* Carry a packet of the recording, in the order of the file; `packet` NULL: there are no more. The packet may
	 * be changed, and the caller unrefs it. 0, or FFmpeg's error of writing. */
	int (*take)(struct pmk_track *track, AVPacket *packet, struct pmk_track_span span);
	void (*close)(struct pmk_track *track);
};

/* When a packet begins and ends. One without a time begins where the last one ended. */
struct pmk_track_span pmk_track_span(const struct pmk_track *track, const AVPacket *packet);

int pmk_track_add(struct pmk_track *track) __attribute__((warn_unused_result)); /* adds `made` to `to` */

/* Write a packet at `start_ns`, or later if times do not rise; its duration stays and is in units of `base`. Takes over
 * the packet's data. 0, or FFmpeg's error. */
int pmk_track_write(struct pmk_track *track, AVPacket *packet, AVRational base, int64_t start_ns)
	__attribute__((warn_unused_result));

/* Copy the packets as they are; only raw samples are cut in the middle of one. 0, or FFmpeg's error. */
int pmk_copy_open(struct pmk_track *track) __attribute__((warn_unused_result));
/* Whether copying keeps nearly all of what is to be heard. */
bool pmk_copy_keeps_all(const struct pmk_track *track);

/* Decode the track, cut it to the sample, and encode it with `codec`: AAC, Opus or FLAC. 0, or FFmpeg's error. */
int pmk_encode_open(struct pmk_track *track, const AVCodec *codec) __attribute__((warn_unused_result));

/* Copy subtitles, or convert them to the text codec `to` (NULL: copy). 0, or FFmpeg's error. */
int pmk_text_open(struct pmk_track *track, const AVCodec *to) __attribute__((warn_unused_result));

/* Carry a cover picture, JPEG or PNG. 0, or FFmpeg's error. */
int pmk_cover_open(struct pmk_track *track) __attribute__((warn_unused_result));

#endif
