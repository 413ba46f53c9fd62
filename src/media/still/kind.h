/* SPDX-License-Identifier: MIT */
/* What a file is, told from its first bytes and never from its name, for the message that refuses it. */
#ifndef PMK_MEDIA_STILL_KIND_H
#define PMK_MEDIA_STILL_KIND_H

#include "base/cure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pmk_kind_of { /* how a file of this kind relates to what can be read */
	PMK_KIND_PICTURE, /* is read: if it fails, it is damaged, or of a form that FFmpeg does not know */
	PMK_KIND_FOREIGN, /* a picture that FFmpeg 5.1 does not read */
	PMK_KIND_OTHER, /* not a picture of pixels */
};

struct pmk_kind {
	const char *name; /* with its article, as in "a PNG picture" */
	enum pmk_kind_of relation;
	enum pmk_cure cure; /* for one that is not damaged */
};

enum { PMK_KIND_BYTES = 4096 }; /* of the file's beginning that tell its kind */

/* NULL: no kind that is known here, so maybe a video. Pure; any thread. */
const struct pmk_kind *pmk_kind_of(const uint8_t *head, size_t bytes);

bool pmk_kind_is_known(const char *path); /* that there is an entry for it here */

/* Whether the file at `path` begins as a JPEG file does. */
bool pmk_kind_is_jpeg(const char *path);

/* Refuse, likewise, a file that is no picture but may contain some, such as a PDF document. 0: it is none. */
int pmk_kind_check(const char *path) __attribute__((warn_unused_result));

/* Log that the file at `path` cannot be used: what it is, and why. The reason, if its kind does not tell, is what a
 * decoder `said` (NULL or empty: nothing), or else `averror` of FFmpeg. Returns -EBADMSG. */
int pmk_kind_refuse(const char *path, int averror, const char *said);

/* Log that FFmpeg does not read files of this form, for `why` ("it is stored in tiles"). Returns -EBADMSG. */
int pmk_kind_refuse_form(const char *path, const char *why);

#endif
