/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "io/source.h"
#include "io/unpack.h"
#include "io/v4l2/devices.h"
#include "io/v4l2/v4l2.h"

enum { BUFFERS = 4, FRAMES = 6, MODES = 256 };

#define FIRST_FRAME_NS (3 * PMK_S_NS) /* how long a camera may take to start */

struct v4l2_source {
	struct pmk_source base;
	char path[64];
	int fd;
	struct v4l2_pix_format pix; /* as negotiated */
	int stride; /* bytes */
	bool streaming;
	struct pmk_v4l2_map maps[BUFFERS];
	bool queued[BUFFERS]; /* the driver's, not ours */
	int map_count;
	struct pmk_unpack unpack;
	struct pmk_frame_pool *pool;
	bool settled; /* base.layout will not change any more */
	uint64_t number; /* of the next frame */
};

static int report(const char *path, int err)
{
	switch (err) {
	case -ENOENT:
	case -ENXIO:
		pmk_error_cure(PMK_CURE_SEE_CAMERAS, "%s: no such device", path);
		return -ENOENT;
	case -EACCES:
	case -EPERM:
		pmk_error_cure(PMK_CURE_VIDEO_PERMISSION, "%s: not permitted", path);
		return -EACCES;
	case -EBUSY:
		pmk_error_cure(PMK_CURE_FREE_CAMERA, "%s: taken by another program", path);
		return -EBUSY;
	case -ENODEV:
	case -ENOTTY:
		pmk_error_cure(PMK_CURE_SEE_CAMERAS, "%s: not a camera", path);
		return -ENODEV;
	default:
		pmk_error_cure(PMK_CURE_REPLUG, "%s: cannot use the camera: %s", path, strerror(-err));
		return err == -EINVAL ? -EIO : err; /* a driver's refusal is no mistake of usage */
	}
}

static int ioctl_of(struct v4l2_source *s, unsigned long request, void *argument)
{
	return pmk_v4l2()->ioctl(s->fd, request, argument);
}

/* What the driver says the numbers mean. JPEG has it in its own standard; raw is limited range unless the driver says
 * full. */
static void set_meaning(struct v4l2_source *s)
{
	const struct v4l2_pix_format *pix = &s->pix;
	uint32_t encoding = pix->ycbcr_enc;
	struct pmk_layout *layout = &s->base.layout;

	layout->width = (int)pix->width;
	layout->height = (int)pix->height;
	layout->matrix = PMK_MATRIX_BT601;
	if (pix->pixelformat == PMK_FOURCC_MJPG) {
		layout->range = PMK_RANGE_FULL;
		layout->chroma = PMK_CHROMA_422;
		return;
	}
	if (encoding == V4L2_YCBCR_ENC_DEFAULT)
		encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(pix->colorspace);
	if (encoding == V4L2_YCBCR_ENC_709 || encoding == V4L2_YCBCR_ENC_XV709)
		layout->matrix = PMK_MATRIX_BT709;
	layout->range = pix->quantization == V4L2_QUANTIZATION_FULL_RANGE ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
	layout->chroma = pmk_fourcc_chroma(pix->pixelformat);
}

static int set_format(struct v4l2_source *s, const struct pmk_device_mode *mode)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_pix_format *pix = &format.fmt.pix;
	char asked[5], given[5];
	int err, least;

	pix->width = (uint32_t)mode->width;
	pix->height = (uint32_t)mode->height;
	pix->pixelformat = mode->fourcc;
	pix->field = V4L2_FIELD_NONE;
	pix->priv = V4L2_PIX_FMT_PRIV_MAGIC;
	err = ioctl_of(s, VIDIOC_S_FMT, &format);
	if (err < 0)
		return report(s->path, err);
	least = pmk_fourcc_stride(pix->pixelformat, (int)(pix->width & 0xffff));
	if (pix->pixelformat != mode->fourcc || pix->width < PMK_IMAGE_MIN_PX || pix->height < PMK_IMAGE_MIN_PX ||
		pix->width > PMK_IMAGE_MAX_PX || pix->height > PMK_IMAGE_MAX_PX || pix->bytesperline > 1 << 20) {
		pmk_error_cure(PMK_CURE_OTHER_MODE, "%s: the camera answers %s %ux%u to %s %dx%d, which is of no use",
			s->path, pmk_fourcc_name(pix->pixelformat, given), pix->width, pix->height,
			pmk_fourcc_name(mode->fourcc, asked), mode->width, mode->height);
		return -EIO;
	}
	s->pix = *pix;
	s->stride = pmk_max((int)pix->bytesperline, least);
	set_meaning(s);
	return 0;
}

static void set_rate(struct v4l2_source *s, const struct pmk_device_mode *mode, const struct pmk_source_wish *wish)
{
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	const struct v4l2_fract *given = &parm.parm.capture.timeperframe;
	double wanted = wish->fps > 0 ? wish->fps : 30;

	if (mode->fps > 0 && mode->fps < wanted)
		wanted = mode->fps;
	parm.parm.capture.timeperframe = pmk_v4l2_interval(wanted);
	s->base.fps = mode->fps > 0 ? mode->fps : wanted;
	if (ioctl_of(s, VIDIOC_S_PARM, &parm) >= 0 && given->numerator && given->denominator)
		s->base.fps = (double)given->denominator / given->numerator;
	if (!(s->base.fps >= 0.1 && s->base.fps <= 1000))
		s->base.fps = wanted;
}

static int enqueue(struct v4l2_source *s, uint32_t index)
{
	struct v4l2_buffer buffer = { .index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };
	int err = ioctl_of(s, VIDIOC_QBUF, &buffer);

	if (err >= 0)
		s->queued[index] = true;
	return err < 0 ? err : 0;
}

static int start(struct v4l2_source *s)
{
	struct v4l2_requestbuffers request = {
		.count = BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP
	};
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE, count, err;
	size_t least = pmk_fourcc_bytes(s->pix.pixelformat, (int)s->pix.width, (int)s->pix.height, s->stride);

	err = ioctl_of(s, VIDIOC_REQBUFS, &request);
	if (err < 0)
		return report(s->path, err);
	count = (int)pmk_min_size(request.count, BUFFERS);
	s->map_count = pmk_v4l2_map_buffers(s->fd, V4L2_BUF_TYPE_VIDEO_CAPTURE, count, s->maps);
	if (s->map_count < 0) {
		err = s->map_count;
		s->map_count = 0;
		return report(s->path, err);
	}
	for (int i = 0; i < s->map_count; i++) {
		if (s->maps[i].length < (least ? least : 1)) {
			pmk_error_cure(PMK_CURE_OTHER_MODE, "%s: the driver's buffers have %zu bytes, a picture %zu",
				s->path, s->maps[i].length, least);
			return -EIO;
		}
		err = enqueue(s, (uint32_t)i);
		if (err < 0)
			return report(s->path, err);
	}
	err = ioctl_of(s, VIDIOC_STREAMON, &type);
	if (err < 0)
		return report(s->path, err);
	s->streaming = true;
	return 0;
}

/* The pixels of a buffer into `image`, or what is wrong with them. */
static const char *convert(struct v4l2_source *s, const struct v4l2_buffer *buffer, struct pmk_image *image)
{
	const struct pmk_v4l2_map *map = &s->maps[buffer->index];

	if (buffer->flags & V4L2_BUF_FLAG_ERROR)
		return "the driver says so";
	if (buffer->bytesused > map->length)
		return "larger than its buffer";
	return pmk_unpack(&s->unpack, map->memory, buffer->bytesused, s->stride, image);
}

static uint64_t capture_time_ns(const struct v4l2_buffer *buffer)
{
	uint64_t now = pmk_clock_now_ns();
	uint64_t stamp = (uint64_t)buffer->timestamp.tv_sec * PMK_S_NS + (uint64_t)buffer->timestamp.tv_usec * 1000;
	bool monotonic = (buffer->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;

	return monotonic && stamp <= now && now - stamp < 5 * PMK_S_NS ? stamp : now;
}

/* One buffer from the driver. -EAGAIN: none is ready, or what it gave is none of ours. */
static int dequeue(struct v4l2_source *s, struct v4l2_buffer *buffer)
{
	int err;

	memset(buffer, 0, sizeof(*buffer));
	buffer->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	buffer->memory = V4L2_MEMORY_MMAP;
	err = ioctl_of(s, VIDIOC_DQBUF, buffer);
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

/* The newest buffer that is ready, the older ones given back. 1 got one, 0 none, negative errno. */
static int dequeue_newest(struct v4l2_source *s, struct v4l2_buffer *newest)
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

/* 0 and a frame; -EAGAIN none of use now; -ENOBUFS all frames are in use; negative errno. */
static int take_newest(struct v4l2_source *s, struct pmk_frame **frame)
{
	struct v4l2_buffer buffer;
	struct pmk_frame *f;
	const char *damage;
	int err = dequeue_newest(s, &buffer);

	if (err <= 0)
		return err < 0 ? err : -EAGAIN;
	if (!s->settled && buffer.bytesused <= s->maps[buffer.index].length)
		pmk_unpack_adopt(&s->unpack, s->maps[buffer.index].memory, buffer.bytesused, &s->base.layout);
	f = pmk_frame_pool_take(s->pool, &s->base.layout);
	if (!f) {
		s->base.dropped++;
		err = enqueue(s, buffer.index);
		return err < 0 ? err : -ENOBUFS;
	}
	damage = convert(s, &buffer, &f->image);
	f->time_ns = capture_time_ns(&buffer);
	f->number = s->number - 1;
	f->position_ns = -1;
	err = enqueue(s, buffer.index);
	if (damage)
		pmk_source_note_damage(&s->base, damage);
	if (err < 0 || damage) {
		pmk_frame_unref(f);
		return err < 0 ? err : -EAGAIN;
	}
	*frame = f;
	return 0;
}

static int lost(struct v4l2_source *s, int err)
{
	if (err == -ENODEV)
		pmk_error_cure(PMK_CURE_PLUG_IN_AGAIN, "%s: the camera has gone", s->path);
	else
		pmk_error_cure(PMK_CURE_REPLUG, "%s: the camera failed: %s", s->path, strerror(-err));
	return err;
}

static int v4l2_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
{
	struct v4l2_source *s = (struct v4l2_source *)source;
	struct pollfd ready = { .fd = s->fd, .events = POLLIN };
	int err;

	for (;;) {
		err = take_newest(s, frame);
		if (err == -ENOBUFS)
			return -EAGAIN;
		if (err != -EAGAIN)
			break;
		err = pmk_clock_now_ns() < deadline_ns ? pmk_v4l2()->poll(&ready, deadline_ns) : 0;
		if (err == 0)
			return -EAGAIN;
		if (err < 0)
			break;
		if (!(ready.revents & POLLIN)) { /* POLLERR: the driver says why when asked for a buffer */
			err = take_newest(s, frame);
			err = err == -EAGAIN || err == -ENOBUFS ? -EIO : err;
			break;
		}
	}
	return err < 0 ? lost(s, err) : 0;
}

static void v4l2_close(struct pmk_source *source)
{
	struct v4l2_source *s = (struct v4l2_source *)source;
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	if (s->streaming)
		ioctl_of(s, VIDIOC_STREAMOFF, &type);
	pmk_v4l2_unmap_buffers(s->maps, s->map_count);
	if (s->fd >= 0)
		pmk_v4l2()->close(s->fd);
	pmk_unpack_finish(&s->unpack);
	pmk_frame_pool_destroy(s->pool);
	free(s);
}

static const struct pmk_source_impl v4l2_impl = { .read = v4l2_read, .close = v4l2_close };

/* Wait for the first picture of a camera that gives JPEG. A camera that is slow to start is not refused. */
static int settle(struct v4l2_source *s)
{
	struct pmk_frame *frame = NULL;
	int err = s->unpack.jpeg ? v4l2_read(&s->base, &frame, pmk_clock_now_ns() + FIRST_FRAME_NS) : 0;

	pmk_frame_unref(frame);
	s->settled = true;
	return err == -EAGAIN ? 0 : err;
}

static int check_caps(const struct v4l2_source *s, const struct v4l2_capability *cap)
{
	if (pmk_v4l2_is_loopback(cap) && !(cap->device_caps & V4L2_CAP_VIDEO_CAPTURE)) {
		pmk_error_cure(PMK_CURE_FEED_CAMERA, "%s: nobody feeds this virtual camera", s->path);
		return -ENODEV;
	}
	if (cap->device_caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE) {
		pmk_error_cure(PMK_CURE_OTHER_CAMERA,
			"%s: this camera only gives pictures in several planes, which is not supported", s->path);
		return -ENODEV;
	}
	if (!(cap->device_caps & V4L2_CAP_VIDEO_CAPTURE) || !(cap->device_caps & V4L2_CAP_STREAMING) ||
		cap->device_caps & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE))
		return report(s->path, -ENODEV);
	return 0;
}

static int choose_mode(const struct v4l2_source *s, const struct pmk_source_wish *wish, struct pmk_device_mode *mode)
{
	struct pmk_device_mode *modes = calloc(MODES, sizeof(*modes));
	char name[5];
	int count, best;

	if (!modes)
		return -ENOMEM;
	count = pmk_v4l2_modes(s->fd, wish, modes, MODES);
	best = pmk_v4l2_choose(modes, count, wish);
	if (best >= 0)
		*mode = modes[best];
	else if (count)
		pmk_error_cure(PMK_CURE_ANY_FORMAT, "%s: the camera has no format %s", s->path,
			pmk_fourcc_name(wish->fourcc, name));
	else
		pmk_error_cure(PMK_CURE_OTHER_CAMERA,
			"%s: the camera offers none of the formats YUYV, UYVY, NV12, YU12, YV12, MJPG", s->path);
	free(modes);
	return best >= 0 ? 0 : count ? -EINVAL : -ENODEV;
}

static int negotiate(struct v4l2_source *s, const struct pmk_source_wish *wish)
{
	struct v4l2_capability cap;
	struct pmk_device_mode mode;
	char format[5];
	int err = pmk_v4l2_query(s->fd, &cap);

	if (err < 0)
		return report(s->path, err == -EINVAL ? -ENOTTY : err);
	err = check_caps(s, &cap);
	if (err < 0)
		return err;
	err = choose_mode(s, wish, &mode);
	if (err < 0)
		return err;
	err = set_format(s, &mode);
	if (err < 0)
		return err;
	set_rate(s, &mode, wish);
	err = pmk_unpack_init(&s->unpack, mode.fourcc);
	if (err < 0)
		return err;
	memcpy(s->base.place.path, s->path, sizeof(s->path));
	snprintf(s->base.place.card, sizeof(s->base.place.card), "%s", (const char *)cap.card);
	snprintf(s->base.place.bus, sizeof(s->base.place.bus), "%s", (const char *)cap.bus_info);
	snprintf(s->base.name, sizeof(s->base.name), "%s (%s) %s %dx%d at %g/s", s->path, (const char *)cap.card,
		pmk_fourcc_name(mode.fourcc, format), s->base.layout.width, s->base.layout.height, s->base.fps);
	return 0;
}

int pmk_source_v4l2_open(const char *device, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	struct v4l2_source *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->base.impl = &v4l2_impl;
	snprintf(s->path, sizeof(s->path), "%s", device);
	s->pool = pmk_frame_pool_create(FRAMES);
	s->fd = s->pool ? pmk_v4l2()->open(device) : -ENOMEM;
	err = s->fd < 0 ? report(device, s->fd) : negotiate(s, wish);
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
