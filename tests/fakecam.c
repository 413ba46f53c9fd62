/* SPDX-License-Identifier: MIT */
/* A camera for the unchanged program, by LD_PRELOAD: /dev/video7 gives the files of a pattern, one after another, over
 * and over. It is told by the environment:
 *
 *	FAKECAM_FILES    a pattern, as "frames/?.raw"; without any file it gives nothing
 *	FAKECAM_FOURCC   their format [MJPG]
 *	FAKECAM_SIZE     WxH [640x480]; FAKECAM_STRIDE bytes of a row, unless the smallest
 *	FAKECAM_FPS      pictures per second [30]
 *	FAKECAM_GONE     a path: while it exists, the camera is unplugged
 *	FAKECAM_FIELD    enum v4l2_field [1, none]
 *	FAKECAM_STATUS   of its input, V4L2_IN_ST_* [0]
 *
 * It is a timer, so that poll works. One camera, one thread. */
#undef _FILE_OFFSET_BITS /* so that the names below are those of the C library */
#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { BUFFERS = 16, PAGE = 4096, BYTES = 1 << 22 };

static struct {
	int fd; /* -1: closed */
	uint32_t fourcc, width, height, stride, field, fps;
	uint32_t queue[BUFFERS], head, tail; /* indices that the program gave; only tail - head of them */
	uint8_t *memory[BUFFERS];
	glob_t files;
	uint32_t next; /* picture */
} camera = { .fd = -1 };

/* Make `real` the function that this file hides. */
#define FIND_REAL(real, name) (*(void **)&(real) = dlsym(RTLD_NEXT, name))

int open(const char *path, int flags, ...);
int open64(const char *path, int flags, ...);
int ioctl(int fd, unsigned long request, ...);
void *mmap64(void *at, size_t length, int access, int flags, int fd, off_t offset);

static const char *setting(const char *name, const char *normal)
{
	const char *value = getenv(name);

	return value ? value : normal;
}

static void set_up(void)
{
	const char *fourcc = setting("FAKECAM_FOURCC", "MJPG");

	camera.fourcc = 0;
	for (int i = 0; i < 4; i++)
		camera.fourcc |= (uint32_t)(i < (int)strlen(fourcc) ? fourcc[i] : ' ') << 8 * i;
	sscanf(setting("FAKECAM_SIZE", "640x480"), "%ux%u", &camera.width, &camera.height);
	camera.stride = (uint32_t)atoi(setting("FAKECAM_STRIDE", "0"));
	camera.field = (uint32_t)atoi(setting("FAKECAM_FIELD", "1"));
	camera.fps = (uint32_t)atoi(setting("FAKECAM_FPS", "30"));
	camera.head = camera.tail = 0;
}

/* Once, and before main: glob crashes where memory is refused, as the rig of faults does later. */
__attribute__((constructor)) static void find_files(void)
{
	glob(setting("FAKECAM_FILES", ""), 0, NULL, &camera.files);
}

static bool is_gone(void)
{
	return access(setting("FAKECAM_GONE", ""), F_OK) == 0;
}

static int open_camera(void)
{
	if (is_gone()) {
		errno = ENOENT;
		return -1;
	}
	set_up();
	return camera.fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
}

int open(const char *path, int flags, ...)
{
	int (*real)(const char *, int, ...), mode;
	va_list rest;

	va_start(rest, flags);
	mode = va_arg(rest, int);
	va_end(rest);
	if (strcmp(path, "/dev/video7") == 0)
		return open_camera();
	FIND_REAL(real, "open");
	return real(path, flags, mode);
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

int close(int fd)
{
	int (*real)(int);

	if (fd >= 0 && fd == camera.fd)
		camera.fd = -1;
	FIND_REAL(real, "close");
	return real(fd);
}

void *mmap(void *at, size_t length, int access, int flags, int fd, off_t offset)
{
	void *(*real)(void *, size_t, int, int, int, off_t);

	FIND_REAL(real, "mmap");
	if (fd < 0 || fd != camera.fd)
		return real(at, length, access, flags, fd, offset);
	camera.memory[offset / PAGE] = real(NULL, length, access, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return camera.memory[offset / PAGE];
}

void *mmap64(void *at, size_t length, int access, int flags, int fd, off_t offset)
{
	return mmap(at, length, access, flags, fd, offset);
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static int tell_caps(struct v4l2_capability *cap)
{
	memset(cap, 0, sizeof *cap);
	strcpy((char *)cap->driver, "fakecam");
	strcpy((char *)cap->card, "Fake camera");
	strcpy((char *)cap->bus_info, "usb-fake-1");
	cap->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
	cap->capabilities = cap->device_caps | V4L2_CAP_DEVICE_CAPS;
	return 0;
}

static int tell_size(struct v4l2_frmsizeenum *size)
{
	if (size->index || size->pixel_format != camera.fourcc)
		return fail(EINVAL);
	size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
	size->discrete.width = camera.width;
	size->discrete.height = camera.height;
	return 0;
}

static int tell_format(struct v4l2_pix_format *pix)
{
	memset(pix, 0, sizeof *pix);
	pix->width = camera.width;
	pix->height = camera.height;
	pix->pixelformat = camera.fourcc;
	pix->field = camera.field;
	pix->bytesperline = camera.stride;
	pix->sizeimage = BYTES;
	pix->colorspace = V4L2_COLORSPACE_SRGB;
	return 0;
}

static int tell_rate(struct v4l2_fract *interval)
{
	*interval = (struct v4l2_fract){ 1, camera.fps };
	return 0;
}

static int give(struct v4l2_buffer *buffer)
{
	struct timespec now;
	uint64_t ticks;
	FILE *file;

	if (!camera.files.gl_pathc || camera.head == camera.tail || read(camera.fd, &ticks, sizeof ticks) < 0)
		return fail(EAGAIN);
	buffer->index = camera.queue[camera.head++ % BUFFERS];
	file = fopen(camera.files.gl_pathv[camera.next++ % camera.files.gl_pathc], "rb");
	if (!file)
		return fail(EIO);
	buffer->bytesused = (uint32_t)fread(camera.memory[buffer->index], 1, BYTES, file);
	fclose(file);
	clock_gettime(CLOCK_MONOTONIC, &now);
	buffer->timestamp.tv_sec = now.tv_sec;
	buffer->timestamp.tv_usec = now.tv_nsec / 1000;
	buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	return 0;
}

static int query(struct v4l2_buffer *buffer)
{
	if (buffer->index >= BUFFERS)
		return fail(EINVAL);
	buffer->length = BYTES;
	buffer->m.offset = buffer->index * PAGE;
	return 0;
}

static int stream(bool on)
{
	long ns = on ? 1000000000 / camera.fps : 0;
	const struct itimerspec period = { { 0, ns }, { 0, ns } };

	camera.head = on ? camera.head : camera.tail;
	return timerfd_settime(camera.fd, 0, &period, NULL);
}

static int answer(unsigned long request, void *argument)
{
	switch (request) {
	case VIDIOC_QUERYCAP:
		return tell_caps(argument);
	case VIDIOC_ENUM_FMT:
		((struct v4l2_fmtdesc *)argument)->pixelformat = camera.fourcc;
		return ((struct v4l2_fmtdesc *)argument)->index ? fail(EINVAL) : 0;
	case VIDIOC_ENUM_FRAMESIZES:
		return tell_size(argument);
	case VIDIOC_G_FMT:
	case VIDIOC_S_FMT:
		return tell_format(&((struct v4l2_format *)argument)->fmt.pix);
	case VIDIOC_G_PARM:
	case VIDIOC_S_PARM:
		return tell_rate(&((struct v4l2_streamparm *)argument)->parm.capture.timeperframe);
	case VIDIOC_G_INPUT:
		*(int *)argument = 0;
		return 0;
	case VIDIOC_ENUMINPUT:
		strcpy((char *)((struct v4l2_input *)argument)->name, "HDMI");
		((struct v4l2_input *)argument)->status = (uint32_t)atoi(setting("FAKECAM_STATUS", "0"));
		return 0;
	case VIDIOC_REQBUFS:
		return ((struct v4l2_requestbuffers *)argument)->count > BUFFERS ? fail(EINVAL) : 0;
	case VIDIOC_QUERYBUF:
		return query(argument);
	case VIDIOC_QBUF:
		camera.queue[camera.tail++ % BUFFERS] = ((struct v4l2_buffer *)argument)->index;
		return 0;
	case VIDIOC_DQBUF:
		return give(argument);
	case VIDIOC_STREAMON:
	case VIDIOC_STREAMOFF:
		return stream(request == VIDIOC_STREAMON);
	default:
		return fail(ENOTTY);
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, ...);
	va_list rest;
	void *argument;

	va_start(rest, request);
	argument = va_arg(rest, void *);
	va_end(rest);
	if (fd >= 0 && fd == camera.fd)
		return is_gone() ? fail(ENODEV) : answer(request & 0xffffffff, argument);
	FIND_REAL(real, "ioctl");
	return real(fd, request, argument);
}
