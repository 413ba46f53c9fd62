/* SPDX-License-Identifier: MIT */
/* A v4l2loopback node that we feed, for sink_v4l2*.c only: what agreeing on a format and writing share. One thread. */
#ifndef PMK_IO_V4L2_SINK_V4L2_H
#define PMK_IO_V4L2_SINK_V4L2_H

#include "io/sink.h"
#include "io/v4l2/v4l2.h"
#include "io/v4l2/viewers.h"

enum { PMK_V4L2_RING_MOST = 32 }; /* buffers of a v4l2loopback node, at most */
#define PMK_V4L2_RING_SIZE "/sys/devices/virtual/video4linux/video%d/buffers" /* v4l2loopback's alone */

/* v4l2loopback 0.12, which tells no version, is fed through mapped buffers: after a producer that used write() its node
 * is dead until the module is loaded anew. From 0.13 on write() is right: it starts the stream, and mapped output tears
 * on 0.13. */
struct pmk_v4l2_sink {
	struct pmk_sink base;
	char path[64];
	int fd;
	struct pmk_layout layout; /* of what write is given */
	struct v4l2_pix_format pix; /* as negotiated: even sides, tight rows */
	size_t bytes; /* of a picture */
	bool streaming, lost;
	struct pmk_viewers *viewers; /* NULL: no way to tell */
	struct pmk_v4l2_map maps[PMK_V4L2_RING_MOST];
	int map_count, next; /* mapped buffers, 0 when fed by write(); the one whose turn it is */
	uint8_t *picture; /* for write() */
};

/* Ask for the picture's format and rate: fills pix, bytes, cap and the base's name. Negative errno; logged. */
int pmk_v4l2_sink_negotiate(struct pmk_v4l2_sink *sink, const struct pmk_sink_setup *setup, struct v4l2_capability *cap)
	__attribute__((warn_unused_result));

/* Log what kept the node `path` from being opened; gives the error to return. */
int pmk_v4l2_sink_report(const char *path, int err);

static inline int pmk_v4l2_sink_ioctl(struct pmk_v4l2_sink *s, unsigned long request, void *argument)
{
	return pmk_v4l2_kernel.ioctl(s->fd, request, argument);
}

#endif
