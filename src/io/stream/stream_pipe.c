/* SPDX-License-Identifier: MIT */
#include "io/stream/stream_pipe.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/new_file.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 100, PATIENCE_MS = 2000, PIPE_BYTES = 1 << 20 };

/* --- which paths are pipes --- */

static bool is_pipe(const struct stat *st)
{
	return S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode);
}

/* The standard descriptor that a path names, or -1. */
static int standard(const char *path)
{
	static const char *const names[] = { "/dev/stdin", "/dev/stdout", "/dev/fd/0", "/dev/fd/1", "/proc/self/fd/0",
		"/proc/self/fd/1" };

	for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++) {
		if (strcmp(path, names[i]) == 0)
			return i % 2;
	}
	return -1;
}

bool pmk_pipe_is_input(const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return true;
	if (standard(path) == STDIN_FILENO)
		return fstat(STDIN_FILENO, &st) != 0 || !S_ISREG(st.st_mode);
	return stat(path, &st) == 0 && is_pipe(&st);
}

bool pmk_pipe_is_output(const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0 || standard(path) == STDOUT_FILENO)
		return true;
	return stat(path, &st) == 0 && is_pipe(&st);
}

const char *pmk_pipe_name(const char *path, bool output)
{
	return strcmp(path, "-") != 0 ? path : output ? "standard output" : "standard input";
}

/* --- reading --- */

static int refuse_terminal(int fd, const char *name)
{
	if (!isatty(fd))
		return 0;
	pmk_error_cure(PMK_CURE_PIPE_Y4M, "%s is a terminal", name);
	return -EINVAL;
}

static int fail_in(const struct pmk_pipe_in *in, int err)
{
	pmk_error("%s: cannot be read: %s", in->name, strerror(-err));
	return err;
}

/* Opening without waiting tells that there is no writer; reading may wait as of any pipe. */
static int open_to_read(const char *path)
{
	struct pollfd wait = { open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), POLLIN, 0 };
	int got, err;

	if (wait.fd < 0)
		return -1;
	got = poll(&wait, 1, WAIT_MS);
	if (!got) {
		pmk_info("%s: waiting for a program that writes to it", path);
		got = poll(&wait, 1, -1);
	}
	if (got > 0 && fcntl(wait.fd, F_SETFL, 0) == 0)
		return wait.fd;
	err = errno;
	close(wait.fd);
	errno = err;
	return -1;
}

int pmk_pipe_in_open(struct pmk_pipe_in *in, const char *path)
{
	bool own = strcmp(path, "-") == 0 || standard(path) == STDIN_FILENO;
	int err;

	*in = (struct pmk_pipe_in){ .fd = -1, .name = pmk_pipe_name(path, false), .data = malloc(PMK_PIPE_AHEAD) };
	if (!in->data)
		return -ENOMEM;
	in->fd = own ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open_to_read(path);
	err = in->fd < 0 ? fail_in(in, -errno) : refuse_terminal(in->fd, in->name);
	if (err)
		pmk_pipe_in_close(in);
	return err;
}

void pmk_pipe_in_close(struct pmk_pipe_in *in)
{
	if (in->data && in->fd >= 0)
		close(in->fd);
	free(in->data);
	*in = (struct pmk_pipe_in){ .fd = -1 };
}

static int wait_for(int fd, uint64_t deadline_ns)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	uint64_t now = pmk_clock_now_ns();
	uint64_t left_ms = deadline_ns > now ? (deadline_ns - now) / PMK_MS_NS + 1 : 0;
	int got = poll(&polled, 1, (int)pmk_min_u64(left_ms, INT_MAX));

	return got > 0 ? 0 : got == 0 || errno == EINTR ? -EAGAIN : -errno;
}

/* Read what is there. */
static int fill(struct pmk_pipe_in *in)
{
	ssize_t got;

	if (in->begin) {
		memmove(in->data, in->data + in->begin, in->end - in->begin);
		in->end -= in->begin;
		in->begin = 0;
	}
	got = read(in->fd, in->data + in->end, PMK_PIPE_AHEAD - in->end);
	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	in->ended = got == 0;
	in->end += (size_t)got;
	return 0;
}

int pmk_pipe_in_want(struct pmk_pipe_in *in, size_t bytes, uint64_t deadline_ns)
{
	int err;

	while (in->end - in->begin < bytes) {
		if (in->ended)
			return -ENODATA;
		err = wait_for(in->fd, deadline_ns);
		if (err == -EAGAIN)
			return err;
		if (!err)
			err = fill(in);
		if (err)
			return fail_in(in, err);
	}
	return 0;
}

/* --- writing --- */

static bool is_stopped(int stop_fd, int wait_ms)
{
	struct pollfd polled = { .fd = stop_fd, .events = POLLIN };

	return poll(&polled, 1, wait_ms) > 0;
}

static int fail_out(const struct pmk_pipe_out *out, int err)
{
	pmk_error_cure(err == -ENOSPC ? PMK_CURE_FREE_SPACE : PMK_CURE_NONE, "%s: cannot be written: %s", out->name,
		pmk_new_file_reason(err));
	return err;
}

/* Nobody who holds the same pipe may be surprised by writes that do not wait, so it is opened once more. */
static int open_standard(void)
{
	struct stat st;
	int fd = -1;

	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return fd >= 0 ? fd : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
}

static int open_fifo(const struct pmk_pipe_out *out, const char *path)
{
	bool told = false;
	int fd;

	while ((fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0 && errno == ENXIO) {
		if (!told)
			pmk_info("%s: waiting for a program that reads it", path);
		told = true;
		if (is_stopped(out->stop_fd, WAIT_MS)) {
			errno = ECANCELED;
			return -1;
		}
	}
	return fd;
}

int pmk_pipe_out_open(struct pmk_pipe_out *out, const char *path, int stop_fd)
{
	bool own = strcmp(path, "-") == 0 || standard(path) == STDOUT_FILENO;
	int err;

	*out = (struct pmk_pipe_out){ .stop_fd = stop_fd, .name = pmk_pipe_name(path, true) };
	out->fd = own ? open_standard() : open_fifo(out, path);
	if (out->fd < 0)
		return errno == ECANCELED ? -ECANCELED : fail_out(out, -errno);
	err = refuse_terminal(out->fd, out->name);
	if (err)
		pmk_pipe_out_close(out);
	else
		(void)!fcntl(out->fd, F_SETPIPE_SZ, PIPE_BYTES); /* fewer waits, where that is allowed */
	return err;
}

void pmk_pipe_out_close(struct pmk_pipe_out *out)
{
	close(out->fd);
}

/* Wait until it can be written to. */
static int wait_to_write(const struct pmk_pipe_out *out)
{
	struct pollfd polled[] = { { .fd = out->fd, .events = POLLOUT }, { .fd = out->stop_fd, .events = POLLIN } };

	if (poll(polled, 2, -1) < 0)
		return errno == EINTR ? 0 : -errno;
	if (polled[0].revents || poll(polled, 1, PATIENCE_MS) > 0)
		return 0;
	pmk_warn("%s: nobody reads it; its last picture is not whole", out->name);
	return -ECANCELED;
}

int pmk_pipe_out_write(struct pmk_pipe_out *out, const void *data, size_t bytes)
{
	const uint8_t *from = data;

	while (bytes) {
		ssize_t done = write(out->fd, from, bytes);
		int err = done >= 0 ? 0 : errno == EAGAIN ? wait_to_write(out) : errno == EINTR ? 0 : -errno;

		if (err == -EPIPE || err == -ECANCELED)
			return err;
		if (err)
			return fail_out(out, err);
		if (done > 0) {
			from += done;
			bytes -= (size_t)done;
		}
	}
	return 0;
}
