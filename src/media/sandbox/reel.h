/* SPDX-License-Identifier: MIT */
/* A film that a worker of the helper decodes, picture by picture: the program asks, the worker answers in memory that
 * both share, and copies nothing else. The functions are those of media.h.
 *
 * The one rule: an answer is whatever a hostile film made of the decoder. Its copy is checked before anything of it is
 * used; a picture is only bytes. A worker that crashes, takes too long or writes nonsense is ended, and from then on
 * the film fails, with one line that says why; with -ECHILD if somebody killed it, or the helper: then the film may be
 * opened again. A film belongs to one thread. */
#ifndef PMK_MEDIA_SANDBOX_REEL_H
#define PMK_MEDIA_SANDBOX_REEL_H

#include "media/sandbox/reply.h"

struct pmk_reel;

enum pmk_reel_what { PMK_REEL_FIT, PMK_REEL_NEXT, PMK_REEL_READ, PMK_REEL_REWIND };

struct pmk_reel_ask {
	enum pmk_reel_what what;
	int width, height; /* of fit */
	enum pmk_media_fit fit;
	int64_t due_ns; /* of next */
	struct pmk_layout layout; /* of read: of the picture that is wanted */
};

struct pmk_reel_answer {
	int32_t result; /* of the function, or of opening the film */
	int32_t width, height, chroma, range, matrix, primaries, transfer, siting; /* of pmk_media_info */
	int32_t audio, own_length, still;
	int32_t picture_range, picture_matrix; /* of the picture that was read */
	int32_t bar_x, bar_y; /* px */
	double fps;
	int64_t frames, duration_ns, position_ns, lasts_ns, damaged;
	struct pmk_holes holes;
	struct pmk_reply_lines lines; /* since the last answer */
};

/* The memory: the answer, then the planes of one picture, whose rows begin at multiples of 64 bytes. */
enum { PMK_REEL_MEMORY = PMK_REPLY_MEMORY + (1 << 20) };

/* Limits of the worker: bytes of memory, more where a film is converted, whose pictures may be larger; and CPU time
 * for each answer. */
enum { PMK_REEL_PLAY_BYTES = 448 << 20, PMK_REEL_BYTES = 1 << 30, PMK_REEL_CPU_S = 5, PMK_REEL_WALL_S = 20 };

/* The planes of a picture of that layout at `memory`. False: there is not enough room. Pure. */
bool pmk_reel_picture(const struct pmk_layout *layout, uint8_t *memory, struct pmk_image *image);

/* Make a copied answer safe to use: each text ends, and all numbers have a meaning. -EBADMSG: it is none that our
 * process writes. Pure. */
int pmk_reel_check(struct pmk_reel_answer *answer, struct pmk_media_info *info) __attribute__((warn_unused_result));

/* Open the film of a job of the kind PMK_JOB_FILM or PMK_JOB_PLAY; the caller closes `file`. Errors as pmk_media_open,
 * -EFBIG: too much memory or time; and -ECHILD: the process was killed, or could not be started. Logged. */
int pmk_reel_open(const struct pmk_job *job, int file, struct pmk_reel **film) __attribute__((warn_unused_result));
void pmk_reel_close(struct pmk_reel *film);

const struct pmk_media_info *pmk_reel_info(const struct pmk_reel *film);
const struct pmk_reel_answer *pmk_reel_last(const struct pmk_reel *film); /* the last good one; until the next call */
/* Do what is asked for. Its result. */
int pmk_reel_do(struct pmk_reel *film, const struct pmk_reel_ask *ask) __attribute__((warn_unused_result));
/* Read into `image`, as pmk_media_read. */
int pmk_reel_read(struct pmk_reel *film, struct pmk_image *image, int64_t *position_ns)
	__attribute__((warn_unused_result));

#endif
