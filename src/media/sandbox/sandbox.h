/* SPDX-License-Identifier: MIT */
/* Has picture files decoded in another process, by the helper (helper.h), which is started at the first use and ends
 * itself after some minutes without any.
 *
 * The one rule: no byte of the file reaches a decoder of this process, and whatever happens in the other one is an
 * error of this file and nothing more. Errors are logged in one line that names the file. [any thread] */
#ifndef PMK_MEDIA_SANDBOX_SANDBOX_H
#define PMK_MEDIA_SANDBOX_SANDBOX_H

#include "base/guard/starter.h"
#include "media/sandbox/reply.h"

struct pmk_decoded {
	struct pmk_reply reply; /* checked */
	struct pmk_layout layout; /* of the picture; a width of 0: there is none */
	const uint8_t *picture; /* in memory that nobody writes any more; pmk_reply_..._bytes long */
	void *memory;
};

/* Open the file of a new job. Returns a descriptor; -ENOPKG: there are no decoders; or the errno of open. Logged. */
int pmk_sandbox_open(struct pmk_job *job, enum pmk_job_kind kind, const char *path) __attribute__((warn_unused_result));

/* Do the job with the open file `file`, and log what the decoder logged but for the first `told` lines, which an
 * earlier job for this file has logged. Returns its result, 0 or above; -EBADMSG: it refused the file, crashed on it,
 * or wrote nonsense; -EFBIG: it needed more memory or time than it may have; -ENOPKG: the decoders cannot be loaded;
 * -ECHILD: its process was killed, or could not be started, as when memory is short, for which the file is not to
 * blame; -ECANCELED. On success the caller frees `decoded`. job->module becomes true if the file needs it. */
int pmk_sandbox_run(struct pmk_job *job, uint32_t told, int file, struct pmk_decoded *decoded)
	__attribute__((warn_unused_result));
void pmk_decoded_free(struct pmk_decoded *decoded);

/* Have a worker try what it must not be able to do. A set of PMK_TRIED_...; 0, logged: there was none. */
unsigned pmk_sandbox_try(void);

/* Start the helper if it does not run, and do not wait for it: the next job begins the sooner. `film`: the next job
 * is a film. */
void pmk_sandbox_ready(bool film);

/* The starter's part (PMK_START_HELPER). */
int pmk_sandbox_start_act(struct pmk_order *order, int *fd);

/* Readable once a helper has ended by itself, for poll; -1: that cannot be told. It stays the same. */
int pmk_sandbox_end_fd(void);
/* Take note of that, so that nothing is left of the helper until the next job. */
void pmk_sandbox_tidy(void);

/* The program ends: nobody waits for a decoder any more, and none goes on. All jobs and films fail with -ECANCELED,
 * which nobody tells of; so do those to come. [any thread] */
void pmk_sandbox_stop(void);

#endif
