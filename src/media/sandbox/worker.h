/* SPDX-License-Identifier: MIT */
/* Decodes one file in a process of its own, which is locked in. Part of the helper. */
#ifndef PMK_MEDIA_SANDBOX_WORKER_H
#define PMK_MEDIA_SANDBOX_WORKER_H

#include "media/sandbox/helper.h"

/* `calls`: NULL, if the module is not loaded; then only what needs none is decoded, and -ENOTSUP of the rest, unless
 * the job says that it was to be.
 *
 * Lock this process in, do the job, write the reply into `memory`, and end the process. [the only thread] */
_Noreturn void pmk_worker_run(const struct pmk_media_calls *calls, const struct pmk_job *job, int file, int memory);

/* The same for a film: open it, and answer on the socket `talk` until the other side closes it. */
_Noreturn void pmk_reel_worker_run(
	const struct pmk_media_calls *calls, const struct pmk_job *job, int file, int memory, int talk);

#endif
