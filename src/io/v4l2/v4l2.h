/* SPDX-License-Identifier: MIT */
/* Video4Linux 2 for cameras, virtual cameras and the device list: the system calls behind one seam, and what all ask.
 *
 * The one rule: nobody else in io/ makes a V4L2 system call, so that tests can put a scripted driver in the kernel's
 * place. They define a pmk_v4l2_kernel of their own, and the linker then leaves io's out; there is nothing to set. */
#ifndef PMK_IO_V4L2_V4L2_H
#define PMK_IO_V4L2_V4L2_H

#include <linux/videodev2.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

#include "image/fourcc.h"
#include "io/v4l2/devices.h"

struct pmk_source_wish; /* io/source.h, which a sink does not see */

/* Every function gives 0 or more, or negative errno; EINTR has been retried inside. */
struct pmk_v4l2_sys {
	int (*open)(const char *path); /* read and write, not blocking */
	int (*close)(int fd);
	int (*ioctl)(int fd, unsigned long request, void *argument);
	int (*map)(int fd, size_t length, uint32_t offset, void **memory);
	int (*unmap)(void *memory, size_t length);
	ssize_t (*write)(int fd, const void *data, size_t bytes);
	int (*poll)(struct pollfd *fd, uint64_t deadline_ns); /* 0: the time is over */
	int (*text)(const char *path, char *text, size_t size); /* a small file's first line, without its end */
	int (*nodes)(int *numbers, int most); /* the N of all /dev/videoN, rising; how many */
};

extern const struct pmk_v4l2_sys pmk_v4l2_kernel;

struct pmk_v4l2_map {
	void *memory;
	size_t length; /* bytes */
	uint32_t offset; /* the driver's name for it */
};

/* What the node can do; device_caps is filled for drivers that lack it, too. v4l2loopback's ioctls go by what the last
 * QUERYCAP found: call this first, and again after the other side changed. */
int pmk_v4l2_query(int fd, struct v4l2_capability *cap) __attribute__((warn_unused_result));
bool pmk_v4l2_is_loopback(const struct v4l2_capability *cap);

/* The loopback module's version as 0xMMmmpp (0.13.2 is 0x000d02); 0 when it cannot be read: 0.12 does not tell it. */
int pmk_v4l2_loopback_version(void);
enum { PMK_V4L2_LOOPBACK_0_13 = 0x000d00 };

/* Whether somebody else streams from the camera, or drives the virtual camera. Changes nothing. May wait 250 ms. */
bool pmk_v4l2_busy(int fd, const struct v4l2_capability *cap);

/* The newest time stamp of v4l2loopback's ring; before 0.14 everybody is told it. 0: none. A client that asks for
 * buffers sets it to now. */
uint64_t pmk_v4l2_newest_stamp_ns(int fd);

/* The modes of a camera in known formats, at most `most`; sizes of a range are the usual ones and the wished one (or
 * NULL). */
int pmk_v4l2_modes(int fd, const struct pmk_source_wish *wish, struct pmk_device_mode *modes, int most);

/* The mode that serves the wish best: index, or -1 when none has the wished format. A wished size that exists is taken;
 * then the rate that is reached (at most the wished one, 30 without a wish) decides, then the size nearest to the
 * wished one (the largest up to 1280x720 without a wish), then the cheaper format. A rate of 0 is unknown and counts as
 * enough. */
int pmk_v4l2_choose(const struct pmk_device_mode *modes, int count, const struct pmk_source_wish *wish);

/* Map buffers 0.. of `type`, at most `most`, until the driver repeats or refuses one. How many, or negative errno. */
int pmk_v4l2_map_buffers(int fd, uint32_t type, int most, struct pmk_v4l2_map *maps);
void pmk_v4l2_unmap_buffers(struct pmk_v4l2_map *maps, int count);

/* A rate as the interval that drivers want. */
struct v4l2_fract pmk_v4l2_interval(double fps);

#endif
