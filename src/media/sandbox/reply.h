/* SPDX-License-Identifier: MIT */
/* What passes between the program and the process that decodes one picture file: a job, and a reply in memory that both
 * share.
 *
 * The one rule: the reply is whatever a hostile file made of the decoder. The program copies the header after that
 * process has ended, checks the copy, and uses nothing else; of the picture it believes only that there are bytes. */
#ifndef PMK_MEDIA_SANDBOX_REPLY_H
#define PMK_MEDIA_SANDBOX_REPLY_H

#include "base/log.h"
#include "media/media.h"

#include <limits.h>

enum pmk_job_kind {
	PMK_JOB_RGB, /* pmk_still_read */
	PMK_JOB_SHEET, /* pmk_still_read_sheet */
	PMK_JOB_ONE, /* pmk_still_read_one */
	PMK_JOB_PROBE, /* pmk_still_probe; there is no picture in the reply */
	PMK_JOB_PLANES, /* pmk_media_open, and if it is a single picture, pmk_media_fit and pmk_media_read */
	PMK_JOB_TRY, /* try what must fail; no file is read */
	PMK_JOB_FILM, /* pmk_media_open, and then what is asked for (reel.h) */
	PMK_JOB_PLAY, /* the same with pmk_media_open_to_play */
	PMK_JOB_LOAD, /* none: let the helper load what films need; no worker is made */
};

struct pmk_job {
	enum pmk_job_kind kind;
	bool module; /* the worker is to have the module's decoders, too, as the file is for none of the program's */
	int width, height; /* px, of pmk_media_fit; a width of 0: as it is */
	enum pmk_media_fit fit; /* likewise */
	int64_t bytes; /* of the file */
	char path[PATH_MAX]; /* for messages, and for what a name tells; it cannot be opened */
};

/* What the other process could not do, and with what it is locked in. Bits of `tried`. */
enum {
	PMK_TRIED_SECCOMP = 1, /* the kernel has it, and it was asked for */
	PMK_TRIED_LANDLOCK = 2,
	PMK_TRIED_FILES = 4, /* it could not open a file */
	PMK_TRIED_NETWORK = 8, /* it could not make a socket */
	PMK_TRIED_PROGRAMS = 16, /* it could not make a process, and so start no program */
	PMK_TRIED_RAN = 32, /* it was there to try */
};

enum { PMK_REPLY_LINES = 4, PMK_REPLY_TEXT = 1024, PMK_REPLY_DONE = 0x504d4b31 };

/* The lines that a worker logged. */
struct pmk_reply_lines {
	uint32_t count;
	struct {
		uint32_t level; /* enum pmk_log_level */
		char text[PMK_REPLY_TEXT];
	} line[PMK_REPLY_LINES];
};

struct pmk_reply {
	uint32_t done; /* PMK_REPLY_DONE: all that follows was written */
	int32_t result; /* negative errno; or 0, or of PMK_JOB_ONE and PMK_JOB_PROBE, PMK_STILL_... */
	int32_t width, height; /* px of the picture; 0: there is none */
	int32_t chroma, range, matrix, primaries, transfer, siting; /* of planes, as in pmk_layout */
	int32_t bar_x, bar_y; /* px */
	int32_t audio; /* whether the file has sound */
	uint32_t tried;
	struct pmk_reply_lines lines;
};

/* The shared memory: the header, then the picture, in rows without gaps: RGB, or a sheet's pixels, or the
 * planes one after another. */
enum { PMK_REPLY_HEAD = 16384, PMK_REPLY_MEMORY = PMK_REPLY_HEAD + (128 << 20) };

/* Bytes of a picture in the memory. */
size_t pmk_reply_pixel_bytes(enum pmk_job_kind kind); /* of a pixel: 3, or 4 of a sheet */
size_t pmk_reply_planes_bytes(const struct pmk_layout *layout);

/* The worker's pmk_log_sink; `user` is its lines. The first ones are kept, and none for developers. */
void pmk_reply_hear(void *user, enum pmk_log_level level, const char *line);
/* Log the lines from `first` on, and tell whether any of them all is an error. They must be checked. */
bool pmk_reply_pass_on(const struct pmk_reply_lines *lines, uint32_t first);

/* Make copied lines safe to use, as below. Pure. */
bool pmk_reply_check_lines(struct pmk_reply_lines *lines);
/* Make a copied header safe to use: each text ends, and all numbers have a meaning. *layout is the picture's, of which
 * only the size counts unless it has planes. -EBADMSG: it is none that our process writes; then nothing of it may be
 * used. Pure. */
int pmk_reply_check(enum pmk_job_kind kind, struct pmk_reply *reply, struct pmk_layout *layout)
	__attribute__((warn_unused_result));

#endif
