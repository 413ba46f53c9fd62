/* SPDX-License-Identifier: MIT */
/* Takes a picture or film from the browser into the user's own backdrops.
 *
 * The one rule: what is in the folder under a name that is not hidden was decoded by the locked-in process first
 * (media/sandbox/), a film as far as its first picture, and replaced nothing. One thread at a time; several uploads may
 * go on side by side. */
#ifndef PMK_CONTROL_PAGE_OWN_UPLOAD_H
#define PMK_CONTROL_PAGE_OWN_UPLOAD_H

#include "base/log.h"

#include <limits.h>
#include <stddef.h>

struct pmk_upload;

enum { PMK_UPLOAD_MOST = 64 << 20, PMK_UPLOAD_MOST_S = 300 }; /* bytes, and time from begin to end */

/* `name` is what the browser says. -ENOMEM, or the errno of making folder and file. Nothing is logged. */
int pmk_upload_begin(const char *chosen, const char *name, struct pmk_upload **upload)
	__attribute__((warn_unused_result));
/* More bytes. What fails here is told by end. */
void pmk_upload_add(struct pmk_upload *upload, const void *data, size_t bytes);
/* All bytes have come: check and keep the file, whose path is then in `path`. On an error nothing is kept, and `why`
 * says what is wrong: -EMSGSIZE: too large; -ETIME: it took too long; -EBADMSG: not a picture or film that can be a
 * backdrop; or the errno of writing. */
int pmk_upload_end(struct pmk_upload *upload, char path[PATH_MAX], char why[PMK_LOG_LINE])
	__attribute__((warn_unused_result));
void pmk_upload_free(struct pmk_upload *upload); /* drops what was not kept; NULL is fine */

#endif
