/* SPDX-License-Identifier: MIT */
/* The process that decodes pictures: the helper, which is this program started anew, so that no frame of a camera is in
 * its memory. It waits for jobs; for each it makes a worker, which is locked in before it reads the first byte, decodes
 * one file, and ends. A worker can load nothing, so the helper loads FFmpeg's decoders, once, before the first job that
 * needs them: nine in ten pictures do not, and loading takes longer than decoding one.
 *
 * The one rule: the helper itself never reads what a file says. A worker that has not the decoders for its file says
 * so, and the job comes again. */
#ifndef PMK_MEDIA_SANDBOX_HELPER_H
#define PMK_MEDIA_SANDBOX_HELPER_H

#include "media/sandbox/reply.h"

struct pmk_media_calls;

/* The only argument of the program with which it becomes a helper. */
#define PMK_HELPER_ARGUMENT "picture-helper"

/* What may not take more, and is refused then. */
enum { PMK_HELPER_MEMORY = 320 << 20, PMK_HELPER_CPU_S = 2, PMK_HELPER_WALL_S = 10 };

enum { PMK_HELPER_SOCKET = 3 }; /* descriptor of a socket of packets to the program that started it */

/* First message, from the helper: why it cannot decode. */
struct pmk_helper_hello {
	uint32_t ready;
	uint32_t cure; /* enum pmk_cure */
	char reason[2048];
};

enum { PMK_WORKER_NO_MEMORY = 12 }; /* exit code: there is less memory than a worker may take */

/* With each struct pmk_job come three descriptors: the file (any, for PMK_JOB_TRY), the memory of the reply, and a
 * socket on which PMK_HELPER_TAKEN is sent at once, as a sign that the helper does not hang, and one `int` when the
 * worker has ended, as waitpid gives it. The worker of a film also sends one byte there for each answer. When the
 * program closes the socket, the worker is killed. */
#define PMK_HELPER_TAKEN "ok"
enum { PMK_JOB_FILE, PMK_JOB_MEMORY, PMK_JOB_SOCKET, PMK_JOB_DESCRIPTORS };

/* Load the module. NULL: it cannot be; then only what needs none is decoded. */
typedef const struct pmk_media_calls *pmk_helper_load(void);

/* Serve until the program closes its socket, or for some minutes without any; do nothing if `hello` says so. Returns
 * the exit code of the process. */
int pmk_helper_serve(const struct pmk_helper_hello *hello, pmk_helper_load *load);

/* The same with the module's decoders. */
int pmk_helper_main(void);

#endif
