/* SPDX-License-Identifier: MIT */
/* A v4l2loopback node that this program feeds: the struct that its parts share, for sink_v4l2*.c only. One thread.
 *
 * The one rule: no client may see a buffer before the cover is in it. */
#ifndef PMK_IO_V4L2_SINK_V4L2_H
#define PMK_IO_V4L2_SINK_V4L2_H

#include "base/cure.h"
#include "io/sink.h"
#include "io/v4l2/v4l2.h"
#include "io/v4l2/viewers.h"

enum { PMK_V4L2_RING_MOST = 32 }; /* the most buffers that a v4l2loopback node has */
#define PMK_V4L2_RING_SIZE "/sys/devices/virtual/video4linux/video%d/buffers" /* only v4l2loopback has this file */

/* v4l2loopback 0.12, which does not tell its version, is fed through mapped buffers: there, a producer that used
 * write() leaves the node dead until the module is loaded again. From 0.13 on, write() is right: it starts the stream,
 * while mapped output tears on 0.13. */
struct pmk_v4l2_sink {
	struct pmk_sink base;
	char path[64];
	int fd;
	struct pmk_layout layout; /* of the pictures to be written */
	struct v4l2_pix_format pix; /* as negotiated; even sides, no padding in rows */
	size_t bytes; /* of a picture */
	struct pmk_image fitted; /* pictures scaled to the size that a reader holds; no block: that is ours */
	bool optional; /* that it is held is a warning */
	bool streaming, lost;
	struct pmk_viewers *viewers; /* NULL: there is no way to tell */
	struct pmk_v4l2_map maps[PMK_V4L2_RING_MOST];
	int map_count, next; /* mapped buffers (0: fed by write()); the buffer to be filled next */
	uint8_t *picture; /* for write() */
};

/* Agree with the node on the format and rate of the pictures; fills pix, bytes, cap and base.name. 0 or negative errno;
 * logged. */
int pmk_v4l2_sink_negotiate(struct pmk_v4l2_sink *sink, const struct pmk_sink_setup *setup, struct v4l2_capability *cap)
	__attribute__((warn_unused_result));

/* Log why the node cannot be used, and return the errno to pass on. */
int pmk_v4l2_sink_report(const struct pmk_v4l2_sink *sink, int err);
/* Log why it cannot be used for the time being, as a warning if it is optional. -EBUSY. */
int pmk_v4l2_sink_held(const struct pmk_v4l2_sink *sink, enum pmk_cure cure, const char *subject, const char *why);

static inline int pmk_v4l2_sink_ioctl(struct pmk_v4l2_sink *s, unsigned long request, void *argument)
{
	return pmk_v4l2_kernel.ioctl(s->fd, request, argument);
}

#endif
