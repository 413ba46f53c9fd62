/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/parse.h"
#include "image/convert.h"
#include "io/sink.h"
#include "io/v4l2/devices.h"
#include "io/v4l2/v4l2.h"
#include "io/v4l2/viewers.h"

enum { RING_MOST = 32, RING_LEAST = 8, MOST_NODES = 256 }; /* v4l2loopback has 2 buffers by default, at most 32 */
#define RING_SIZE "/sys/devices/virtual/video4linux/video%d/buffers" /* v4l2loopback's alone */

/* v4l2loopback 0.12, which tells no version, is fed through mapped buffers: after a producer that used write() its node
 * is dead until the module is loaded anew. From 0.13 on write() is right: it starts the stream, and mapped output tears
 * on 0.13. */
struct v4l2_sink {
	struct pmk_sink base;
	char path[64];
	int fd;
	struct pmk_layout layout; /* of what write is given */
	struct v4l2_pix_format pix; /* as negotiated: even sides, tight rows */
	size_t bytes; /* of a picture */
	bool streaming, lost;
	struct pmk_viewers *viewers; /* NULL: no way to tell */
	struct pmk_v4l2_map maps[RING_MOST];
	int map_count, next; /* mapped buffers, 0 when fed by write(); the one whose turn it is */
	uint8_t *picture; /* for write() */
};

/* What there is in its place, told by names alone: to open each node might wake a camera. */
static int report_absent(const char *path)
{
	int numbers[MOST_NODES], count = pmk_v4l2()->nodes(numbers, MOST_NODES);
	char attribute[96], node[32], text[16], seen[300] = "";
	size_t used = 0;

	for (int i = 0; i < count && used < sizeof(seen); i++) {
		snprintf(attribute, sizeof(attribute), RING_SIZE, numbers[i]);
		snprintf(node, sizeof(node), "/dev/video%d", numbers[i]);
		if (strcmp(path, node) != 0 && pmk_v4l2()->text(attribute, text, sizeof(text)) == 0)
			used += (size_t)snprintf(seen + used, sizeof(seen) - used, "%s%s", used ? ", " : "", node);
	}
	if (used)
		pmk_error("%s: no such device; the virtual cameras here are %s", path, seen);
	else
		pmk_error_cure(PMK_CURE_MAKE_OUTPUT, "%s: no such device, and there is no virtual camera at all", path);
	return -ENOENT;
}

static int report(const char *path, int err)
{
	switch (err) {
	case -ENOENT:
	case -ENXIO:
		return report_absent(path);
	case -EACCES:
	case -EPERM:
		pmk_error_cure(PMK_CURE_VIDEO_PERMISSION, "%s: not permitted", path);
		return -EACCES;
	case -EBUSY:
		pmk_error_cure(PMK_CURE_FREE_OUTPUT, "%s: another program already feeds this virtual camera", path);
		return -EBUSY;
	case -ENODEV:
	case -ENOTTY:
		pmk_error_cure(PMK_CURE_SEE_OUTPUTS, "%s: not a virtual camera", path);
		return -ENODEV;
	default:
		pmk_error_cure(PMK_CURE_RELOAD_LOOPBACK, "%s: cannot use the virtual camera: %s", path, strerror(-err));
		return err == -EINVAL ? -EIO : err; /* a driver's refusal is no mistake of usage */
	}
}

static int ioctl_of(struct v4l2_sink *s, unsigned long request, void *argument)
{
	return pmk_v4l2()->ioctl(s->fd, request, argument);
}

static int check_caps(struct v4l2_sink *s, struct v4l2_capability *cap)
{
	int err = pmk_v4l2_query(s->fd, cap);

	if (err < 0)
		return report(s->path, err == -EINVAL ? -ENOTTY : err);
	if (!pmk_v4l2_is_loopback(cap))
		return report(s->path, -ENODEV);
	if (!(cap->device_caps & (V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_CAPTURE))) {
		pmk_error_cure(PMK_CURE_RELOAD_LOOPBACK,
			"%s: the virtual camera was left unusable by an earlier program", s->path);
		return -EBUSY;
	}
	return pmk_v4l2_busy(s->fd, cap) ? report(s->path, -EBUSY) : 0;
}

static void ask_format(struct v4l2_pix_format *pix, const struct pmk_sink_setup *setup)
{
	bool hd = setup->layout.matrix == PMK_MATRIX_BT709;

	pix->width = (uint32_t)setup->layout.width & ~1u;
	pix->height = (uint32_t)setup->layout.height & ~1u;
	pix->pixelformat = setup->fourcc ? setup->fourcc : PMK_FOURCC_YUYV;
	pix->field = V4L2_FIELD_NONE;
	pix->bytesperline = (uint32_t)pmk_fourcc_stride(pix->pixelformat, (int)pix->width);
	pix->sizeimage = (uint32_t)pmk_fourcc_bytes(
		pix->pixelformat, (int)pix->width, (int)pix->height, (int)pix->bytesperline);
	pix->priv = V4L2_PIX_FMT_PRIV_MAGIC;
	pix->colorspace = hd ? V4L2_COLORSPACE_REC709 : V4L2_COLORSPACE_SMPTE170M;
	pix->ycbcr_enc = hd ? V4L2_YCBCR_ENC_709 : V4L2_YCBCR_ENC_601;
	pix->quantization = V4L2_QUANTIZATION_LIM_RANGE;
}

static int set_format(struct v4l2_sink *s, const struct pmk_sink_setup *setup)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };
	const struct v4l2_pix_format *given = &format.fmt.pix;
	char name[5], held[24];
	int err;

	ask_format(&s->pix, setup);
	s->bytes = s->pix.sizeimage;
	if (!s->bytes || s->pix.pixelformat == PMK_FOURCC_UYVY || s->pix.pixelformat == PMK_FOURCC_YV12) {
		pmk_error("%s: a virtual camera is fed YUYV, NV12 or YU12, not %s", s->path,
			pmk_fourcc_name(s->pix.pixelformat, name));
		return -EINVAL;
	}
	format.fmt.pix = s->pix;
	err = ioctl_of(s, VIDIOC_S_FMT, &format);
	if (err == -EBUSY || err == -EINVAL) /* 0.13's and 0.12's way to say that it stays as it is */
		err = ioctl_of(s, VIDIOC_G_FMT, &format);
	if (err < 0)
		return report(s->path, err);
	if (given->width == s->pix.width && given->height == s->pix.height &&
		given->pixelformat == s->pix.pixelformat && given->sizeimage >= s->bytes &&
		(!given->bytesperline || given->bytesperline == s->pix.bytesperline))
		return 0;
	snprintf(held, sizeof(held), "%ux%u", given->width, given->height);
	pmk_log(PMK_LOG_ERROR, PMK_CURE_HELD_SIZE, held,
		"%s: the virtual camera is held at %s %s by a program that still reads it (or by keep_format)", s->path,
		pmk_fourcc_name(given->pixelformat, name), held);
	return -EBUSY;
}

static void paint(const struct v4l2_sink *s, const struct pmk_shown *shown, uint8_t *to)
{
	struct pmk_image view = *pmk_shown_image(shown);
	int err;

	assert(pmk_layout_equal(&view.layout, &s->layout));
	view.layout.width = (int)s->pix.width;
	view.layout.height = (int)s->pix.height;
	err = pmk_convert_to_raw(&view, s->pix.pixelformat, to, s->bytes);
	assert(err == 0);
}

/* The buffer that index means now: a reader that asks for fewer buffers makes the ring smaller while it runs. */
static struct pmk_v4l2_map *map_of(struct v4l2_sink *s, int index)
{
	struct v4l2_buffer buffer = {
		.index = (uint32_t)index, .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = V4L2_MEMORY_MMAP
	};

	if (ioctl_of(s, VIDIOC_QUERYBUF, &buffer) < 0)
		return &s->maps[index];
	for (int i = 0; i < s->map_count; i++)
		if (s->maps[i].offset == buffer.m.offset)
			return &s->maps[i];
	return &s->maps[index];
}

/* The next buffer in turn, never the one shown last, which DQBUF would give and a reader may be reading. */
static int put_mapped(struct v4l2_sink *s, const struct pmk_shown *shown)
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
	return ioctl_of(s, VIDIOC_QBUF, &buffer);
}

static int put_written(struct v4l2_sink *s, const struct pmk_shown *shown)
{
	ssize_t done;

	paint(s, shown, s->picture);
	done = pmk_v4l2()->write(s->fd, s->picture, s->bytes);
	if (done >= 0 && (size_t)done != s->bytes)
		return -EIO;
	return done < 0 ? (int)done : 0;
}

static int put(struct v4l2_sink *s, const struct pmk_shown *shown)
{
	return s->map_count ? put_mapped(s, shown) : put_written(s, shown);
}

static int ring_size(const struct v4l2_sink *s)
{
	const char *digits = pmk_parse_after(s->path, "/dev/video");
	char path[96], text[16];
	int number, size;

	if (!digits || pmk_parse_int(digits, 0, 65535, &number))
		return RING_MOST;
	snprintf(path, sizeof(path), RING_SIZE, number);
	if (pmk_v4l2()->text(path, text, sizeof(text)) < 0 || pmk_parse_int(text, 1, RING_MOST, &size) < 0)
		return RING_MOST;
	return pmk_max(size, RING_LEAST);
}

/* The cover into every buffer of the ring, also those whose turn never comes in a ring made smaller. */
static int put_cover(struct v4l2_sink *s, const struct pmk_shown *cover)
{
	int rounds = s->map_count ? s->map_count : ring_size(s), err = 0;

	for (int i = 0; i < s->map_count; i++)
		paint(s, cover, s->maps[i].memory);
	for (int i = 0; i < rounds; i++) {
		int one = put(s, cover);
		err = one < 0 && err == 0 ? one : err; /* one refused picture is no reason to leave the others */
	}
	return err;
}

/* Mapped buffers hold the cover before STREAMON, for after it a client may map them. */
static int start_mapped(struct v4l2_sink *s, const struct pmk_shown *cover)
{
	struct v4l2_requestbuffers request = {
		.count = RING_MOST, .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .memory = V4L2_MEMORY_MMAP
	};
	int type = V4L2_BUF_TYPE_VIDEO_OUTPUT, count;
	int err = ioctl_of(s, VIDIOC_REQBUFS, &request);

	if (err < 0)
		return err;
	count = pmk_v4l2_map_buffers(
		s->fd, V4L2_BUF_TYPE_VIDEO_OUTPUT, (int)pmk_min_size(request.count, RING_MOST), s->maps);
	if (count < 0)
		return count;
	s->map_count = count;
	for (int i = 0; i < count; i++) {
		if (s->maps[i].length < s->bytes)
			return -EIO;
		paint(s, cover, s->maps[i].memory);
	}
	return ioctl_of(s, VIDIOC_STREAMON, &type);
}

static int start(struct v4l2_sink *s, const struct v4l2_capability *cap, const struct pmk_shown *cover)
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
		err = 0; /* a mapped buffer was painted before, and that is the cover too */
	if (err < 0)
		/* 0.13's answer to a second producer's write() */
		return report(s->path, err == -EINVAL ? -EBUSY : err);
	s->streaming = true;
	return pmk_v4l2_query(s->fd, &after); /* from now on clients see a camera */
}

static int v4l2_write(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	struct v4l2_sink *s = (struct v4l2_sink *)sink;
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
	struct v4l2_sink *s = (struct v4l2_sink *)sink;
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
	const struct v4l2_sink *s = (const struct v4l2_sink *)sink;

	return s->viewers ? pmk_viewers_look(s->viewers) : PMK_WATCH_UNKNOWN;
}

static int v4l2_watch_fd(struct pmk_sink *sink, short *events)
{
	const struct v4l2_sink *s = (const struct v4l2_sink *)sink;

	return s->viewers ? pmk_viewers_fd(s->viewers, events) : -1;
}

/* No STREAMOFF: closing does it, and on 0.13 it would throw out readers, who may await the next producer. */
static int v4l2_close(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct v4l2_sink *s = (struct v4l2_sink *)sink;
	int err = 0;

	if (s->streaming && cover)
		err = put_cover(s, cover); /* also when lost: it may have been one picture only */
	if (err < 0 && s->lost)
		err = 0; /* said then */
	if (err < 0)
		pmk_error("%s: cannot leave the cover in the virtual camera: %s", s->path, strerror(-err));
	pmk_viewers_destroy(s->viewers);
	pmk_v4l2_unmap_buffers(s->maps, s->map_count);
	if (s->fd >= 0)
		pmk_v4l2()->close(s->fd);
	free(s->picture);
	free(s);
	return err;
}

static const struct pmk_sink_impl v4l2_impl = {
	.write = v4l2_write, .close = v4l2_close, .watched = v4l2_watched, .watch_fd = v4l2_watch_fd, .rest = v4l2_rest
};

static int negotiate(struct v4l2_sink *s, const struct pmk_sink_setup *setup, struct v4l2_capability *cap)
{
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };
	char format[5];
	int err = check_caps(s, cap);

	if (err == 0)
		err = set_format(s, setup);
	if (err < 0)
		return err;
	parm.parm.output.timeperframe = pmk_v4l2_interval(setup->fps > 0 ? setup->fps : 30);
	err = ioctl_of(s, VIDIOC_S_PARM, &parm);
	if (err < 0)
		pmk_warn("%s: the virtual camera does not take the rate: %s; clients will see its own", s->path,
			strerror(-err));
	snprintf(s->base.name, sizeof(s->base.name), "%s (%s) %s %ux%u", s->path, (const char *)cap->card,
		pmk_fourcc_name(s->pix.pixelformat, format), s->pix.width, s->pix.height);
	return 0;
}

int pmk_sink_v4l2_open(
	const char *device, const struct pmk_sink_setup *setup, const struct pmk_shown *cover, struct pmk_sink **sink)
{
	struct v4l2_sink *s = calloc(1, sizeof(*s));
	struct v4l2_capability cap;
	int err;

	if (!s)
		return -ENOMEM;
	s->base.impl = &v4l2_impl;
	s->base.live = true;
	s->layout = setup->layout;
	snprintf(s->path, sizeof(s->path), "%s", device);
	s->fd = pmk_v4l2()->open(device);
	err = s->fd < 0 ? report(device, s->fd) : negotiate(s, setup, &cap);
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
