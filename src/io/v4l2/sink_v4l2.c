/* SPDX-License-Identifier: MIT */
#include "io/v4l2/sink_v4l2.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/parse.h"
#include "image/convert.h"
#include "io/v4l2/devices.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING_LEAST = 8 }; /* v4l2loopback has 2 buffers by default */

/* The picture as it is converted, in the size of the node. */
static struct pmk_image resize(const struct pmk_v4l2_sink *s, const struct pmk_shown *shown)
{
	struct pmk_image image = *pmk_shown_image(shown), fitted = s->fitted;
	int err;

	assert(pmk_layout_equal(&image.layout, &s->layout));
	if (s->fitted.block) {
		err = pmk_convert_scale_middle(&image, &fitted);
		assert(err == 0);
		return fitted;
	}
	image.layout.width = (int)s->pix.width;
	image.layout.height = (int)s->pix.height;
	return image;
}

static void paint(const struct pmk_v4l2_sink *s, const struct pmk_shown *shown, uint8_t *to)
{
	struct pmk_image image = resize(s, shown);
	int err = pmk_convert_to_raw(&image, s->pix.pixelformat, to, s->bytes);

	assert(err == 0);
}

/* The buffer that the index means at present. A reader that asks for fewer buffers shrinks the ring of a running
 * stream. */
static struct pmk_v4l2_map *map_of(struct pmk_v4l2_sink *s, int index)
{
	struct v4l2_buffer buffer = {
		.index = (uint32_t)index, .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = V4L2_MEMORY_MMAP
	};

	if (pmk_v4l2_sink_ioctl(s, VIDIOC_QUERYBUF, &buffer) < 0)
		return &s->maps[index];
	for (int i = 0; i < s->map_count; i++)
		if (s->maps[i].offset == buffer.m.offset)
			return &s->maps[i];
	return &s->maps[index];
}

/* Fill the next buffer of the ring. DQBUF would return the one that was shown last, which a reader may be reading. */
static int put_mapped(struct pmk_v4l2_sink *s, const struct pmk_shown *shown)
{
	struct v4l2_buffer buffer = {
		.index = (uint32_t)s->next,
		.type = V4L2_BUF_TYPE_VIDEO_OUTPUT,
		.memory = V4L2_MEMORY_MMAP,
		.bytesused = (uint32_t)s->bytes,
		.field = V4L2_FIELD_NONE,
	};

	paint(s, shown, map_of(s, s->next)->memory);
	s->next = (s->next + 1) % s->map_count;
	return pmk_v4l2_sink_ioctl(s, VIDIOC_QBUF, &buffer);
}

static int put_written(struct pmk_v4l2_sink *s, const struct pmk_shown *shown)
{
	ssize_t done;

	paint(s, shown, s->picture);
	done = pmk_v4l2_kernel.write(s->fd, s->picture, s->bytes);
	if (done >= 0 && (size_t)done != s->bytes)
		return -EIO;
	return done < 0 ? (int)done : 0;
}

static int put(struct pmk_v4l2_sink *s, const struct pmk_shown *shown)
{
	return s->map_count ? put_mapped(s, shown) : put_written(s, shown);
}

static int ring_size(const struct pmk_v4l2_sink *s)
{
	const char *digits = pmk_parse_after(s->path, "/dev/video");
	char path[96], text[16];
	int number, size;

	if (!digits || pmk_parse_int(digits, 0, 65535, &number))
		return PMK_V4L2_RING_MOST;
	snprintf(path, sizeof(path), PMK_V4L2_RING_SIZE, number);
	if (pmk_v4l2_kernel.text(path, text, sizeof(text)) < 0 || pmk_parse_int(text, 1, PMK_V4L2_RING_MOST, &size) < 0)
		return PMK_V4L2_RING_MOST;
	return pmk_max(size, RING_LEAST);
}

/* Put the cover into every buffer of the ring, including those that a shrunken ring never reaches. */
static int put_cover(struct pmk_v4l2_sink *s, const struct pmk_shown *cover)
{
	int rounds = s->map_count ? s->map_count : ring_size(s), err = 0;

	for (int i = 0; i < s->map_count; i++)
		paint(s, cover, s->maps[i].memory);
	for (int i = 0; i < rounds; i++) {
		int one = put(s, cover);
		err = one < 0 && err == 0 ? one : err; /* after a refused picture, the other buffers still get theirs */
	}
	return err;
}

/* Mapped buffers hold the cover before STREAMON, because clients may map them afterwards. */
static int start_mapped(struct pmk_v4l2_sink *s, const struct pmk_shown *cover)
{
	struct v4l2_requestbuffers request = {
		.count = PMK_V4L2_RING_MOST, .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = V4L2_MEMORY_MMAP
	};
	int type = V4L2_BUF_TYPE_VIDEO_OUTPUT, count;
	int err = pmk_v4l2_sink_ioctl(s, VIDIOC_REQBUFS, &request);

	if (err < 0)
		return err;
	count = pmk_v4l2_map_buffers(
		s->fd, V4L2_BUF_TYPE_VIDEO_OUTPUT, 1, (int)pmk_min_size(request.count, PMK_V4L2_RING_MOST), s->maps);
	if (count < 0)
		return count;
	s->map_count = count;
	for (int i = 0; i < count; i++) {
		if (s->maps[i].length < s->bytes)
			return -EIO;
		paint(s, cover, s->maps[i].memory);
	}
	return pmk_v4l2_sink_ioctl(s, VIDIOC_STREAMON, &type);
}

/* On 0.13, a client may set a format of its own after ours is set and before the first picture fixes it. Readers would
 * take our pictures for that. */
static bool is_ours_still(struct pmk_v4l2_sink *s)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };
	const struct v4l2_pix_format *pix = &format.fmt.pix;

	return pmk_v4l2_sink_ioctl(s, VIDIOC_G_FMT, &format) < 0 ||
		(pix->width == s->pix.width && pix->height == s->pix.height && pix->pixelformat == s->pix.pixelformat);
}

static int start(struct pmk_v4l2_sink *s, const struct v4l2_capability *cap, const struct pmk_shown *cover)
{
	int version = pmk_v4l2_loopback_version(), err = 0;
	struct v4l2_capability after;

	if (version >= PMK_V4L2_LOOPBACK_0_13 && cap->device_caps & V4L2_CAP_READWRITE) {
		s->picture = pmk_mem_alloc(s->bytes);
		err = s->picture ? 0 : -ENOMEM;
	} else {
		err = start_mapped(s, cover);
	}
	if (err == 0)
		err = put_cover(s, cover);
	if (err == -EAGAIN)
		err = 0; /* no buffer was free, and all hold the cover since start_mapped */
	if (err < 0)
		/* 0.13 answers the write() of a second producer with EINVAL */
		return pmk_v4l2_sink_report(s, err == -EINVAL ? -EBUSY : err);
	s->streaming = true;
	if (!is_ours_still(s))
		return pmk_v4l2_sink_held(s, PMK_CURE_CLOSE_HOLDER, NULL,
			"another program has just changed the format of the virtual camera");
	return pmk_v4l2_query(s->fd, &after); /* from now on, clients see a camera */
}

static int v4l2_write(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	struct pmk_v4l2_sink *s = (struct pmk_v4l2_sink *)sink;
	int err;

	if (s->viewers)
		pmk_viewers_rest(s->viewers, false);
	err = s->lost ? -ENODEV : put(s, shown);
	if (err >= 0 || err == -EAGAIN)
		return 0;
	if (!s->lost)
		pmk_error(
			"%s: the virtual camera has gone: %s; is v4l2loopback still loaded?", s->path, strerror(-err));
	s->lost = true;
	return err;
}

static int v4l2_rest(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct pmk_v4l2_sink *s = (struct pmk_v4l2_sink *)sink;
	int err = v4l2_write(sink, cover);

	if (err < 0)
		return err;
	err = put_cover(s, cover);
	if (s->viewers)
		pmk_viewers_rest(s->viewers, true);
	return err == -EAGAIN ? 0 : err;
}

static enum pmk_watch v4l2_watched(struct pmk_sink *sink)
{
	const struct pmk_v4l2_sink *s = (const struct pmk_v4l2_sink *)sink;

	return s->viewers ? pmk_viewers_watched(s->viewers) : PMK_WATCH_UNKNOWN;
}

static int v4l2_watch_fd(struct pmk_sink *sink, short *events)
{
	const struct pmk_v4l2_sink *s = (const struct pmk_v4l2_sink *)sink;

	return s->viewers ? pmk_viewers_fd(s->viewers, events) : -1;
}

/* There is no STREAMOFF: closing stops the stream as well, and on 0.13 STREAMOFF would throw out readers, who may be
 * waiting for the next producer. */
static int v4l2_close(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct pmk_v4l2_sink *s = (struct pmk_v4l2_sink *)sink;
	int err = 0;

	if (s->streaming && cover)
		err = put_cover(s, cover); /* even if lost: perhaps only one picture failed */
	if (err < 0 && s->lost)
		err = 0; /* it was logged then */
	if (err < 0)
		pmk_error("%s: cannot leave the cover in the virtual camera: %s", s->path, strerror(-err));
	pmk_viewers_destroy(s->viewers);
	pmk_v4l2_unmap_buffers(s->maps, s->map_count);
	if (s->fd >= 0)
		pmk_v4l2_kernel.close(s->fd);
	pmk_image_free(&s->fitted);
	free(s->picture);
	free(s);
	return err;
}

static const struct pmk_sink_impl v4l2_impl = {
	.write = v4l2_write, .close = v4l2_close, .watched = v4l2_watched, .watch_fd = v4l2_watch_fd, .rest = v4l2_rest
};

int pmk_sink_v4l2_open(
	const char *device, const struct pmk_sink_setup *setup, const struct pmk_shown *cover, struct pmk_sink **sink)
{
	struct pmk_v4l2_sink *s = calloc(1, sizeof(*s));
	struct v4l2_capability cap;
	int err;

	if (!s)
		return -ENOMEM;
	s->base.impl = &v4l2_impl;
	s->base.live = true;
	s->layout = setup->layout;
	s->optional = setup->optional;
	snprintf(s->path, sizeof(s->path), "%s", device);
	s->fd = pmk_v4l2_kernel.open(device);
	err = s->fd < 0 ? pmk_v4l2_sink_report(s, s->fd) : pmk_v4l2_sink_negotiate(s, setup, &cap);
	if (err == 0)
		err = start(s, &cap, cover);
	if (err < 0) {
		v4l2_close(&s->base, NULL);
		return err;
	}
	s->viewers = pmk_viewers_create(s->fd, s->path);
	*sink = &s->base;
	return 0;
}

int pmk_sink_v4l2_find(char (*paths)[64], int most)
{
	struct pmk_device *devices;
	int count = pmk_devices_scan(&devices), found = 0;

	if (count < 0)
		return count;
	for (int i = 0; i < count && found < most; i++)
		if (devices[i].kind == PMK_DEVICE_LOOPBACK && devices[i].error == 0 && !devices[i].busy)
			memcpy(paths[found++], devices[i].path, sizeof(*paths));
	free(devices);
	return found;
}
