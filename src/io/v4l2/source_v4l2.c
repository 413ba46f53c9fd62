/* SPDX-License-Identifier: MIT */
#include "io/v4l2/source_v4l2.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 6 };

#define FIRST_FRAME_NS (3 * PMK_S_NS) /* for a camera to start */

static int enqueue(struct pmk_v4l2_source *s, uint32_t index)
{
	struct v4l2_buffer buffer = { .index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };
	int err = pmk_v4l2_source_ioctl(s, VIDIOC_QBUF, &buffer);

	if (err >= 0)
		s->queued[index] = true;
	return err < 0 ? err : 0;
}

static int start(struct pmk_v4l2_source *s)
{
	struct v4l2_requestbuffers request = {
		.count = PMK_V4L2_SOURCE_BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP
	};
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE, count, err;
	size_t least = pmk_fourcc_bytes(s->pix.pixelformat, (int)s->pix.width, (int)s->pix.height, s->stride);

	err = pmk_v4l2_source_ioctl(s, VIDIOC_REQBUFS, &request);
	if (err < 0)
		return pmk_v4l2_source_report(s->path, err);
	count = (int)pmk_min_size(request.count, PMK_V4L2_SOURCE_BUFFERS);
	s->map_count = pmk_v4l2_map_buffers(s->fd, V4L2_BUF_TYPE_VIDEO_CAPTURE, count, s->maps);
	if (s->map_count < 0) {
		err = s->map_count;
		s->map_count = 0;
		return pmk_v4l2_source_report(s->path, err);
	}
	for (int i = 0; i < s->map_count; i++) {
		if (s->maps[i].length < (least ? least : 1)) {
			pmk_error_cure(PMK_CURE_OTHER_MODE,
				"%s: the driver's buffers have %zu bytes, but a picture has %zu", s->path,
				s->maps[i].length, least);
			return -EIO;
		}
		err = enqueue(s, (uint32_t)i);
		if (err < 0)
			return pmk_v4l2_source_report(s->path, err);
	}
	err = pmk_v4l2_source_ioctl(s, VIDIOC_STREAMON, &type);
	if (err < 0)
		return pmk_v4l2_source_report(s->path, err);
	s->streaming = true;
	return 0;
}

/* Convert the pixels of a buffer into a frame. NULL, or why they are unusable. *frame stays NULL if all are in use. */
static const char *convert(struct pmk_v4l2_source *s, const struct v4l2_buffer *buffer, struct pmk_frame **frame)
{
	const struct pmk_v4l2_map *map = &s->maps[buffer->index];
	struct pmk_layout layout = s->base.layout;
	const char *damage;

	if (buffer->flags & V4L2_BUF_FLAG_ERROR)
		return "the driver marked it as damaged";
	if (buffer->bytesused > map->length)
		return "larger than its buffer";
	damage = pmk_unpack_layout(&s->unpack, map->memory, buffer->bytesused, &layout);
	if (damage)
		return damage;
	if (!s->settled)
		s->base.layout.chroma =
			layout.chroma; /* of a camera's first JPEG; the others most often have the same */
	*frame = pmk_frame_pool_take(s->pool, &layout);
	if (!*frame)
		return NULL;
	damage = pmk_unpack(&s->unpack, map->memory, buffer->bytesused, s->stride, &(*frame)->image);
	if (!damage)
		pmk_source_note_size(&s->base, &layout);
	return damage;
}

static uint64_t capture_time_ns(const struct v4l2_buffer *buffer)
{
	uint64_t now = pmk_clock_now_ns();
	uint64_t stamp = (uint64_t)buffer->timestamp.tv_sec * PMK_S_NS + (uint64_t)buffer->timestamp.tv_usec * 1000;
	bool monotonic = (buffer->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;

	return monotonic && stamp <= now && now - stamp < 5 * PMK_S_NS ? stamp : now;
}

/* Take one buffer from the driver. -EAGAIN: none is ready, or the driver gave one that it did not have. */
static int dequeue(struct pmk_v4l2_source *s, struct v4l2_buffer *buffer)
{
	int err;

	memset(buffer, 0, sizeof(*buffer));
	buffer->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	buffer->memory = V4L2_MEMORY_MMAP;
	err = pmk_v4l2_source_ioctl(s, VIDIOC_DQBUF, buffer);
	if (err < 0)
		return err;
	if (buffer->index >= (uint32_t)s->map_count || !s->queued[buffer->index]) {
		pmk_source_note_damage(&s->base,
			buffer->index >= (uint32_t)s->map_count ? "a buffer that does not exist" :
								  "the same buffer twice");
		return -EAGAIN;
	}
	s->queued[buffer->index] = false;
	return 0;
}

/* Take the newest buffer that is ready, and give the older ones back. 1: got one; 0: none is ready; negative errno. */
static int dequeue_newest(struct pmk_v4l2_source *s, struct v4l2_buffer *newest)
{
	struct v4l2_buffer buffer;
	bool have = false;
	int err = 0;

	for (int i = 0; i < s->map_count; i++) {
		err = dequeue(s, &buffer);
		if (err < 0)
			break;
		s->number++;
		if (have) {
			s->base.dropped++;
			err = enqueue(s, newest->index);
			if (err < 0)
				return err;
		}
		*newest = buffer;
		have = true;
	}
	if (have)
		return 1;
	return err == -EAGAIN ? 0 : err;
}

/* 0 and a frame; -EAGAIN: nothing usable yet; -ENOBUFS: all frames are in use; negative errno. */
static int take_newest(struct pmk_v4l2_source *s, struct pmk_frame **frame)
{
	struct v4l2_buffer buffer;
	struct pmk_frame *f = NULL;
	const char *damage;
	int err = dequeue_newest(s, &buffer);

	if (err <= 0)
		return err < 0 ? err : -EAGAIN;
	damage = convert(s, &buffer, &f);
	err = enqueue(s, buffer.index);
	if (damage)
		pmk_source_note_damage(&s->base, damage);
	else if (!f)
		s->base.dropped++;
	if (err < 0 || damage || !f) {
		pmk_frame_unref(f);
		return err < 0 ? err : damage ? -EAGAIN : -ENOBUFS;
	}
	f->time_ns = capture_time_ns(&buffer);
	f->number = s->number - 1;
	f->position_ns = -1;
	*frame = f;
	return 0;
}

static int lost(struct pmk_v4l2_source *s, int err)
{
	if (err == -ENODEV)
		pmk_error_cure(PMK_CURE_PLUG_IN_AGAIN, "%s: the camera has gone", s->path);
	else
		pmk_error_cure(PMK_CURE_REPLUG, "%s: the camera failed: %s", s->path, strerror(-err));
	return err;
}

static int v4l2_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
{
	struct pmk_v4l2_source *s = (struct pmk_v4l2_source *)source;
	struct pollfd ready = { .fd = s->fd, .events = POLLIN };
	int err;

	for (;;) {
		err = take_newest(s, frame);
		if (err == -ENOBUFS)
			return -EAGAIN;
		if (err != -EAGAIN)
			break;
		err = pmk_clock_now_ns() < deadline_ns ? pmk_v4l2_kernel.poll(&ready, deadline_ns) : 0;
		if (err == 0)
			return -EAGAIN;
		if (err < 0)
			break;
		if (!(ready.revents & POLLIN)) { /* POLLERR: the driver tells why when it is asked for a buffer */
			err = take_newest(s, frame);
			err = err == -EAGAIN || err == -ENOBUFS ? -EIO : err;
			break;
		}
	}
	return err < 0 ? lost(s, err) : 0;
}

static void v4l2_close(struct pmk_source *source)
{
	struct pmk_v4l2_source *s = (struct pmk_v4l2_source *)source;
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	if (s->streaming)
		pmk_v4l2_source_ioctl(s, VIDIOC_STREAMOFF, &type);
	pmk_v4l2_unmap_buffers(s->maps, s->map_count);
	if (s->fd >= 0)
		pmk_v4l2_kernel.close(s->fd);
	pmk_unpack_finish(&s->unpack);
	pmk_frame_pool_destroy(s->pool);
	free(s);
}

static const struct pmk_source_impl v4l2_impl = { .read = v4l2_read, .close = v4l2_close };

/* Wait for the first picture of a JPEG camera, which shows the sampling. A camera that is slow to start is not refused.
 */
static int settle(struct pmk_v4l2_source *s)
{
	struct pmk_frame *frame = NULL;
	int err = s->unpack.jpeg ? v4l2_read(&s->base, &frame, pmk_clock_now_ns() + FIRST_FRAME_NS) : 0;

	pmk_frame_unref(frame);
	s->settled = true;
	return err == -EAGAIN ? 0 : err;
}

int pmk_source_v4l2_open(const char *device, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	struct pmk_v4l2_source *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->base.impl = &v4l2_impl;
	snprintf(s->path, sizeof(s->path), "%s", device);
	s->pool = pmk_frame_pool_create(FRAMES);
	s->fd = s->pool ? pmk_v4l2_kernel.open(device) : -ENOMEM;
	err = s->fd < 0 ? pmk_v4l2_source_report(device, s->fd) : pmk_v4l2_source_negotiate(s, wish);
	if (err == 0)
		err = start(s);
	if (err == 0)
		err = settle(s);
	if (err < 0) {
		v4l2_close(&s->base);
		return err;
	}
	*source = &s->base;
	return 0;
}
