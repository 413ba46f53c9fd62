/* SPDX-License-Identifier: MIT */
/* The system calls of Video4Linux 2 as one table, and the questions that cameras, virtual cameras and the device list
 * all ask.
 *
 * The one rule: no other file makes a V4L2 system call, so that tests can put a scripted driver in the place of the
 * kernel. A test defines its own pmk_v4l2_kernel, and the linker then leaves out the one of v4l2_kernel.c; nothing is
 * set at run time. */
#ifndef PMK_IO_V4L2_V4L2_H
#define PMK_IO_V4L2_V4L2_H

#include <linux/videodev2.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

#include "image/fourcc.h"
#include "io/v4l2/devices.h"

struct pmk_source_wish; /* declared in io/source.h, which sinks do not include */

/* Every function returns 0 or more, or negative errno. EINTR is retried inside. */
struct pmk_v4l2_sys {
	int (*open)(const char *path); /* for reading and writing, non-blocking */
	int (*close)(int fd);
	int (*ioctl)(int fd, unsigned long request, void *argument);
	int (*map)(int fd, size_t length, uint32_t offset, void **memory);
	int (*unmap)(void *memory, size_t length);
	ssize_t (*write)(int fd, const void *data, size_t bytes);
	int (*poll)(struct pollfd *fd, uint64_t deadline_ns); /* 0: the deadline has passed */
	/* the first line of a small file, without its newline */
	int (*text)(const char *path, char *text, size_t size);
	int (*nodes)(int *numbers, int most); /* the N of all /dev/videoN, ascending; returns how many */
};

extern const struct pmk_v4l2_sys pmk_v4l2_kernel;

enum { PMK_V4L2_PLANES = 3 }; /* the most blocks of memory that a buffer may have */

struct pmk_v4l2_map {
	void *memory;
	size_t length; /* bytes */
	uint32_t offset; /* the driver's handle for it */
};

/* Ask what the node can do; device_caps is filled in for drivers that lack it. The ioctls of v4l2loopback depend on
 * what the last QUERYCAP found, so call this first, and again after the other side has changed. */
int pmk_v4l2_query(int fd, struct v4l2_capability *cap) __attribute__((warn_unused_result));
bool pmk_v4l2_is_loopback(const struct v4l2_capability *cap);

/* What kind of buffers a camera has: V4L2_BUF_TYPE_VIDEO_CAPTURE or .._MPLANE; 0: it does not capture, or converts what
 * it is given. The two kinds differ in struct v4l2_format and struct v4l2_buffer. */
uint32_t pmk_v4l2_capture_type(const struct v4l2_capability *cap);

/* The version of the loopback module as 0xMMmmpp (0.13.2 is 0x000d02); 0 if it cannot be read, as with 0.12, which does
 * not tell it. */
int pmk_v4l2_loopback_version(void);
enum { PMK_V4L2_LOOPBACK_0_13 = 0x000d00, PMK_V4L2_LOOPBACK_0_14 = 0x000e00 };

/* Controls of the loopback driver, by their distance from its first one. */
enum pmk_v4l2_control {
	PMK_V4L2_KEEP_FORMAT = 0, /* 1: the format outlives all programs */
	PMK_V4L2_TIMEOUT =
		2 /* ms; 0: off. After this long without a picture, readers get another one, usually zeros. */
};
int pmk_v4l2_control(int fd, enum pmk_v4l2_control control); /* its value; 0 if it cannot be read */
int pmk_v4l2_set_control(int fd, enum pmk_v4l2_control control, int value) __attribute__((warn_unused_result));

/* Whether the current input has a signal, or does not tell. False: `fault` says what is wrong, as in "the input HDMI 1
 * has no signal". */
enum { PMK_V4L2_FAULT = 96 };
bool pmk_v4l2_signal(int fd, char fault[PMK_V4L2_FAULT]);

/* Whether another program streams from the camera, or feeds the virtual camera. Changes nothing. May take 250 ms.
 *
 * Before 0.14, a virtual camera with exclusive_caps=0 is judged by the time stamps of its ring. These cannot tell of a
 * producer that pauses or sends fewer than four pictures per second, nor of any where the ring has one buffer: it then
 * counts as not fed. */
bool pmk_v4l2_busy(int fd, const struct v4l2_capability *cap);

/* The newest time stamp in the ring of v4l2loopback; 0: none. Before 0.14 any client can read it. A client that asks
 * for buffers sets it to the present. */
uint64_t pmk_v4l2_newest_stamp_ns(int fd);

/* List the modes of a camera with buffers of `type` in known formats, up to `most`. Where a camera offers a range of
 * sizes, the list has the usual ones and the wished one (`wish` may be NULL). Returns how many. */
int pmk_v4l2_modes(int fd, uint32_t type, const struct pmk_source_wish *wish, struct pmk_device_mode *modes, int most);

bool pmk_v4l2_all_grey(const struct pmk_device_mode *modes, int count); /* none is in colour, as of infrared cameras */

/* The formats that a node offers, also those that are not known, for messages. */
struct pmk_v4l2_offers {
	char text[120]; /* "BA81, pRAA"; cut off if there are more; empty if there are none */
	bool unprocessed; /* they all are the mosaic of a sensor, which libcamera makes pictures of */
};
void pmk_v4l2_offers(int fd, uint32_t type, struct pmk_v4l2_offers *offers);

/* Choose the mode that fits the wish best. Returns its index, or -1 if none has the wished format or one that is read
 * alike. A mode in colour goes before any in grey. With a wished size, the nearest size that is not smaller is taken,
 * or else the nearest one; then the best rate decides. Without one, the best rate decides among the sizes up to
 * 1280x720, then the largest of these. More than the wished rate (30 without a wish) counts no more. At last the
 * cheaper format is taken. A rate of 0 is unknown and counts as sufficient. */
int pmk_v4l2_choose(const struct pmk_device_mode *modes, int count, const struct pmk_source_wish *wish);
/* With wish->larger, the index of the mode to use instead of `chosen`: the largest of the same shape, no slower than
 * that one or than what is wished, up to twice as wide and high and 1920x1080, a stream only if that one is. `chosen`
 * itself: there is none, or none is wished. */
int pmk_v4l2_choose_larger(
	const struct pmk_device_mode *modes, int count, const struct pmk_source_wish *wish, int chosen);

/* Map the buffers of `type` from 0 on, at most `most`, until the driver refuses or repeats one. Each has `planes`
 * blocks of memory, 1 unless it is multi-planar; its maps follow one another. Returns how many buffers, or negative
 * errno. */
int pmk_v4l2_map_buffers(int fd, uint32_t type, int planes, int most, struct pmk_v4l2_map *maps);
void pmk_v4l2_unmap_buffers(struct pmk_v4l2_map *maps, int count); /* `count` maps */

/* Convert a rate to the frame interval that drivers expect. */
struct v4l2_fract pmk_v4l2_interval(double fps);

#endif
