/* SPDX-License-Identifier: MIT */
/* Bytes from and to a pipe: standard input and output, a FIFO, a socket. Nothing seeks.
 *
 * The one rule: no wait for a picture is without an end. Reading waits until a deadline and goes on later where it was;
 * writing ends soon after a descriptor of the caller's becomes readable. Errors are logged in one line and returned as
 * negative errno, but for -EPIPE, that whoever read has gone. One thread. */
#ifndef PMK_IO_STREAM_STREAM_PIPE_H
#define PMK_IO_STREAM_STREAM_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a path is read, or written, as a pipe: "-", or what is a FIFO or a socket. /dev/stdout is one whatever is
 * behind it; /dev/stdin, unless it is an ordinary file. */
bool pmk_pipe_is_input(const char *path);
bool pmk_pipe_is_output(const char *path);
const char *pmk_pipe_name(const char *path, bool output); /* for messages: "standard input" for "-"; else the path */

enum { PMK_PIPE_AHEAD = 1 << 18 }; /* bytes of the buffer, and the most that can be wanted */

struct pmk_pipe_in {
	int fd;
	const char *name; /* for messages */
	uint8_t *data; /* read but not yet taken: from `begin` to `end` */
	size_t begin, end;
	bool ended;
};

/* A FIFO is waited for until somebody opens it for writing. `path` outlives it. */
int pmk_pipe_in_open(struct pmk_pipe_in *in, const char *path) __attribute__((warn_unused_result));
void pmk_pipe_in_close(struct pmk_pipe_in *in); /* a zeroed one is allowed */
/* Have at least `bytes` from in->data + in->begin on, of which the caller takes by moving `begin`. 0; -EAGAIN: they did
 * not come in time; -ENODATA: the pipe ended before them; or another errno. */
int pmk_pipe_in_want(struct pmk_pipe_in *in, size_t bytes, uint64_t deadline_ns) __attribute__((warn_unused_result));

struct pmk_pipe_out {
	int fd;
	int stop_fd; /* -1: none */
	const char *name;
};

/* A FIFO is waited for until somebody opens it for reading; -ECANCELED: stop_fd became readable. -EINVAL: it is a
 * terminal. `path` outlives it. */
int pmk_pipe_out_open(struct pmk_pipe_out *out, const char *path, int stop_fd) __attribute__((warn_unused_result));
void pmk_pipe_out_close(struct pmk_pipe_out *out);
/* -EPIPE: whoever read has gone (not logged); -ECANCELED: stop_fd is readable, and nobody read for seconds. */
int pmk_pipe_out_write(struct pmk_pipe_out *out, const void *data, size_t bytes) __attribute__((warn_unused_result));

#endif
