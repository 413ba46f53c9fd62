/* SPDX-License-Identifier: MIT */
/* A V4L2 camera, for source_v4l2*.c only: what agreeing on a mode and streaming share. One thread. */
#ifndef PMK_IO_V4L2_SOURCE_V4L2_H
#define PMK_IO_V4L2_SOURCE_V4L2_H

#include "io/source.h"
#include "io/unpack.h"
#include "io/v4l2/v4l2.h"

enum { PMK_V4L2_SOURCE_BUFFERS = 4 };

struct pmk_v4l2_source {
	struct pmk_source base;
	char path[64];
	int fd;
	struct v4l2_pix_format pix; /* as negotiated */
	int stride; /* bytes */
	bool streaming;
	struct pmk_v4l2_map maps[PMK_V4L2_SOURCE_BUFFERS];
	bool queued[PMK_V4L2_SOURCE_BUFFERS]; /* the driver's, not ours */
	int map_count;
	struct pmk_unpack unpack;
	struct pmk_frame_pool *pool;
	bool settled; /* base.layout will not change any more */
	uint64_t number; /* of the next frame */
};

/* Ask for the wished mode, or the nearest: fills pix, stride, unpack, and the base's layout, rate, place and name.
 * Negative errno; logged. */
int pmk_v4l2_source_negotiate(struct pmk_v4l2_source *source, const struct pmk_source_wish *wish)
	__attribute__((warn_unused_result));

/* Log what kept the camera `path` from being opened; gives the error to return. */
int pmk_v4l2_source_report(const char *path, int err);

static inline int pmk_v4l2_source_ioctl(struct pmk_v4l2_source *s, unsigned long request, void *argument)
{
	return pmk_v4l2_kernel.ioctl(s->fd, request, argument);
}

#endif
