/* SPDX-License-Identifier: MIT */
/* Faults for the unchanged program, by LD_PRELOAD before fakecam.so. The environment tells which:
 *
 *	FAULTS_ALLOC   N: the Nth block of memory is refused; N+: that one and all after it
 *	FAULTS_FD      the same of descriptors, with EMFILE
 *	FAULTS_IOCTL   CALL:N:WHAT of a camera: DQBUF, QBUF, S_FMT, ...; the Nth of them, or N+.
 *                     WHAT is the name of an error; hang, for two seconds; or of DQBUF index,
 *                     twice, empty, short, huge, damaged, stamp
 *	FAULTS_WRITE   N: after N bytes of files, the disk is full
 *	FAULTS_CLOCK   N:S: from the Nth reading on, CLOCK_REALTIME is S seconds ahead */
#undef _FILE_OFFSET_BITS /* so that the names below are those of the C library */
#include <dlfcn.h>
#include <errno.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct point {
	long at; /* 0: never */
	bool onwards;
	atomic_long count;
};

static struct {
	bool ready;
	struct point alloc, fd, ioctl;
	unsigned long request;
	char what[16];
	long disk, clock_at, clock_s;
	atomic_long written, read_clock;
	uint32_t last_index;
} faults;

int open(const char *path, int flags, ...);
int open64(const char *path, int flags, ...);
int ioctl(int fd, unsigned long request, ...);
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

/* Make `real` the function that this file hides. */
#define FIND_REAL(real, name) (*(void **)&(real) = dlsym(RTLD_NEXT, name))

static void read_point(const char *text, struct point *point)
{
	char *end = NULL;

	point->at = text ? strtol(text, &end, 10) : 0;
	point->onwards = end && *end == '+';
}

static unsigned long request_of(const char *name)
{
	static const struct {
		const char *name;
		unsigned long request;
	} calls[] = { { "QUERYCAP", VIDIOC_QUERYCAP }, { "ENUM_FMT", VIDIOC_ENUM_FMT }, { "S_FMT", VIDIOC_S_FMT },
		{ "S_PARM", VIDIOC_S_PARM }, { "REQBUFS", VIDIOC_REQBUFS }, { "QUERYBUF", VIDIOC_QUERYBUF },
		{ "QBUF", VIDIOC_QBUF }, { "DQBUF", VIDIOC_DQBUF }, { "STREAMON", VIDIOC_STREAMON } };

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].request & 0xffffffff;
	return 0;
}

__attribute__((constructor)) static void start(void)
{
	const char *call = getenv("FAULTS_IOCTL"), *disk = getenv("FAULTS_WRITE"), *clock = getenv("FAULTS_CLOCK");
	char name[16] = "", at[16] = "";

	read_point(getenv("FAULTS_ALLOC"), &faults.alloc);
	read_point(getenv("FAULTS_FD"), &faults.fd);
	if (call && sscanf(call, "%15[^:]:%15[^:]:%15s", name, at, faults.what) == 3) {
		read_point(at, &faults.ioctl);
		faults.request = request_of(name);
	}
	faults.disk = disk ? atol(disk) : -1;
	if (clock)
		sscanf(clock, "%ld:%ld", &faults.clock_at, &faults.clock_s);
	faults.ready = true;
}

static bool strikes(struct point *point)
{
	long count;

	if (!faults.ready || !point->at)
		return false;
	count = atomic_fetch_add(&point->count, 1) + 1;
	return point->onwards ? count >= point->at : count == point->at;
}

/* --- memory --- */

void *malloc(size_t size)
{
	return strikes(&faults.alloc) ? (errno = ENOMEM, NULL) : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return strikes(&faults.alloc) ? (errno = ENOMEM, NULL) : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	return strikes(&faults.alloc) ? (errno = ENOMEM, NULL) : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return strikes(&faults.alloc) ? (errno = ENOMEM, NULL) : __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
	void *made = strikes(&faults.alloc) ? NULL : __libc_memalign(alignment, size);

	if (!made)
		return ENOMEM;
	*block = made;
	return 0;
}

/* --- descriptors --- */

static int refuse(void)
{
	errno = EMFILE;
	return -1;
}

int open(const char *path, int flags, ...)
{
	int (*real)(const char *, int, ...), mode;
	va_list rest;

	va_start(rest, flags);
	mode = va_arg(rest, int);
	va_end(rest);
	FIND_REAL(real, "open");
	return strikes(&faults.fd) ? refuse() : real(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list rest;
	int mode;

	va_start(rest, flags);
	mode = va_arg(rest, int);
	va_end(rest);
	return open(path, flags, mode);
}

#define MAKES_DESCRIPTOR(name, parameters, arguments) \
	int name parameters; \
	int name parameters \
	{ \
		int(*real) parameters; \
\
		FIND_REAL(real, #name); \
		return strikes(&faults.fd) ? refuse() : real arguments; \
	}

MAKES_DESCRIPTOR(socket, (int domain, int type, int protocol), (domain, type, protocol))
MAKES_DESCRIPTOR(socketpair, (int domain, int type, int protocol, int fds[2]), (domain, type, protocol, fds))
MAKES_DESCRIPTOR(eventfd, (unsigned count, int flags), (count, flags))
MAKES_DESCRIPTOR(memfd_create, (const char *name, unsigned flags), (name, flags))
MAKES_DESCRIPTOR(pipe2, (int fds[2], int flags), (fds, flags))
MAKES_DESCRIPTOR(epoll_create1, (int flags), (flags))
MAKES_DESCRIPTOR(signalfd, (int fd, const void *mask, int flags), (fd, mask, flags))
MAKES_DESCRIPTOR(timerfd_create, (int clock, int flags), (clock, flags))

/* --- the camera --- */

static int errno_of(const char *name)
{
	static const struct {
		const char *name;
		int value;
	} names[] = { { "EIO", EIO }, { "ENODEV", ENODEV }, { "EBUSY", EBUSY }, { "ENOSPC", ENOSPC },
		{ "EINVAL", EINVAL }, { "ENOMEM", ENOMEM }, { "EAGAIN", EAGAIN }, { "EPIPE", EPIPE },
		{ "EPERM", EPERM } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].value;
	return 0;
}

static void spoil(struct v4l2_buffer *buffer)
{
	uint32_t index = buffer->index;

	if (strcmp(faults.what, "index") == 0)
		buffer->index = 77;
	else if (strcmp(faults.what, "twice") == 0)
		buffer->index = faults.last_index;
	else if (strcmp(faults.what, "empty") == 0)
		buffer->bytesused = 0;
	else if (strcmp(faults.what, "short") == 0)
		buffer->bytesused /= 2;
	else if (strcmp(faults.what, "huge") == 0)
		buffer->bytesused = UINT32_MAX - 3;
	else if (strcmp(faults.what, "damaged") == 0)
		buffer->flags |= V4L2_BUF_FLAG_ERROR;
	else if (strcmp(faults.what, "stamp") == 0)
		buffer->timestamp.tv_sec += 1000000;
	faults.last_index = index;
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, ...), result;
	va_list rest;
	void *argument;
	bool now;

	va_start(rest, request);
	argument = va_arg(rest, void *);
	va_end(rest);
	now = faults.request && (request & 0xffffffff) == faults.request && strikes(&faults.ioctl);
	if (now && errno_of(faults.what)) {
		errno = errno_of(faults.what);
		return -1;
	}
	if (now && strcmp(faults.what, "hang") == 0)
		nanosleep(&(struct timespec){ 2, 0 }, NULL);
	FIND_REAL(real, "ioctl");
	result = real(fd, request, argument);
	if (now && result >= 0 && faults.request == (VIDIOC_DQBUF & 0xffffffff))
		spoil(argument);
	return result;
}

/* --- the disk; files only --- */

static bool is_full(int fd, size_t bytes)
{
	struct stat st;

	if (faults.disk < 0 || fd <= STDERR_FILENO || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	return atomic_fetch_add(&faults.written, (long)bytes) + (long)bytes > faults.disk;
}

ssize_t write(int fd, const void *data, size_t bytes)
{
	return is_full(fd, bytes) ? (errno = ENOSPC, -1) : syscall(SYS_write, fd, data, bytes);
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t at)
{
	return is_full(fd, bytes) ? (errno = ENOSPC, -1) : syscall(SYS_pwrite64, fd, data, bytes, at);
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t at)
{
	return pwrite64(fd, data, bytes, at);
}

ssize_t writev(int fd, const struct iovec *vectors, int count)
{
	size_t bytes = 0;

	for (int i = 0; i < count; i++)
		bytes += vectors[i].iov_len;
	return is_full(fd, bytes) ? (errno = ENOSPC, -1) : syscall(SYS_writev, fd, vectors, count);
}

/* --- the clock on the wall --- */

int clock_gettime(clockid_t clock, struct timespec *time)
{
	int result = (int)syscall(SYS_clock_gettime, clock, time);

	if (clock == CLOCK_REALTIME && faults.clock_at &&
		atomic_fetch_add(&faults.read_clock, 1) + 1 >= faults.clock_at)
		time->tv_sec += faults.clock_s;
	return result;
}
