/* SPDX-License-Identifier: MIT */
/* The common part of having files decoded by the helper, for sandbox*.c and reel.c only. */
#ifndef PMK_MEDIA_SANDBOX_SANDBOX_PARTS_H
#define PMK_MEDIA_SANDBOX_SANDBOX_PARTS_H

#include "media/sandbox/reply.h"

/* For a process that is stopped, or hangs in the kernel, where no limit ends it: for a worker, and for the helper,
 * whose decoders may have to be loaded from a slow disk first. */
enum { PMK_SANDBOX_PATIENCE_MS = 12000 };

/* Make memory whose size nobody can change, mapped for reading at *block. A descriptor, or a negative errno. */
int pmk_sandbox_memory(size_t bytes, void **block) __attribute__((warn_unused_result));

/* Hand a job to the helper, which is started if there is none. *socket is the program's end of the job's socket;
 * closing it ends the worker. -EPIPE: the helper ended, or hung and was killed, so it can be tried again; -ENOPKG: it
 * has no decoders, logged; -ECANCELED: the program ends; or another errno. */
int pmk_sandbox_begin(const struct pmk_job *job, int file, int memory, int *socket) __attribute__((warn_unused_result));

/* Receive one message of at most `most` bytes. Its size; 0: the other side has gone; -ETIMEDOUT; -ECANCELED. */
int pmk_sandbox_receive(int socket, void *data, size_t most, int patience_ms) __attribute__((warn_unused_result));

/* Log why a worker ended, which could take so much CPU time, and return the errno to pass on. */
int pmk_sandbox_explain(const char *path, int status, int cpu_s);
bool pmk_sandbox_was_killed(int status); /* by somebody else, or as memory was short */
int pmk_sandbox_killed(const char *path); /* log that; -ECHILD */

/* Log why there is no process to decode the file, unless the program ends or it was logged. Returns the errno to pass
 * on, which is not one of a bad file. */
int pmk_sandbox_refuse(const char *path, int err);

#endif
