/* SPDX-License-Identifier: MIT */
#include "io/v4l2/source_v4l2.h"

#include "base/clock.h"
#include "base/log.h"
#include "image/convert.h"
#include "image/deinterlace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 7 };

#define FIRST_FRAME_NS (3 * PMK_S_NS) /* for a camera to start */

/* Find the planes of a buffer. NULL, or why they are unusable. */
static const char *reach(const struct pmk_v4l2_source *s, const struct pmk_v4l2_taken *taken, struct pmk_planes *planes)
{
	const struct pmk_v4l2_map *maps = &s->maps[taken->buffer.index * (uint32_t)s->planes];

	if (taken->buffer.flags & V4L2_BUF_FLAG_ERROR)
		return "the driver marked it as damaged";
	for (int p = 0; p < s->planes; p++) {
		uint32_t bytes = taken->planes[p].bytesused, before = taken->planes[p].data_offset;

		if (bytes > maps[p].length)
			return "larger than its buffer";
		if (before > bytes)
			return "too short";
		planes->data[p] = (const uint8_t *)maps[p].memory + before;
		planes->bytes[p] = bytes - before;
		planes->stride[p] = s->strides[p];
	}
	return NULL;
}

/* Whether the buffer's field is the other one of the two that come in turns. It is left out: one of them gives the
 * nominal rate, and both would shake. A driver that gives only one is followed. */
static bool is_other_field(struct pmk_v4l2_source *s, const struct pmk_v4l2_taken *taken)
{
	bool bottom = taken->buffer.field == V4L2_FIELD_BOTTOM;

	if (s->pix.field != V4L2_FIELD_ALTERNATE)
		return false;
	s->left_out = bottom != s->bottom && !s->left_out;
	if (!s->left_out)
		s->bottom = bottom;
	return s->left_out;
}

/* Make a whole picture of one field, where the driver gives fields. `from` is `to` if their lines come in turns. */
static void complete(const struct pmk_v4l2_source *s, const struct pmk_image *from, struct pmk_image *to)
{
	struct pmk_image field = *from;
	bool bottom = s->bottom;

	switch (s->pix.field) {
	case V4L2_FIELD_INTERLACED:
	case V4L2_FIELD_INTERLACED_TB:
	case V4L2_FIELD_INTERLACED_BT:
		pmk_deinterlace_turns(from, bottom, &field);
		break;
	case V4L2_FIELD_SEQ_TB:
	case V4L2_FIELD_SEQ_BT:
		pmk_deinterlace_halves(from, bottom, &field);
		break;
	case V4L2_FIELD_TOP:
	case V4L2_FIELD_BOTTOM:
	case V4L2_FIELD_ALTERNATE:
		break;
	default:
		return;
	}
	pmk_deinterlace(&field, bottom, to);
}

/* Where the driver's picture is to be converted to: the frame itself, or what the frame is made of. NULL: no memory. */
static struct pmk_image *place_for(struct pmk_v4l2_source *s, const struct pmk_layout *layout, struct pmk_frame *frame)
{
	if (!s->doubled && s->pix.field != V4L2_FIELD_SEQ_TB && s->pix.field != V4L2_FIELD_SEQ_BT)
		return &frame->image;
	if (!pmk_layout_equal(&s->fields.layout, layout)) {
		pmk_image_free(&s->fields);
		if (pmk_image_alloc(&s->fields, layout))
			return NULL;
	}
	return &s->fields;
}

/* Convert the pixels of a buffer into a frame. NULL, or why they are unusable. *frame stays NULL if all are in use. */
static const char *convert(struct pmk_v4l2_source *s, const struct pmk_v4l2_taken *taken, struct pmk_frame **frame)
{
	struct pmk_layout layout = s->base.layout, whole;
	struct pmk_planes planes;
	struct pmk_image *place;
	const char *damage = reach(s, taken, &planes);

	layout.height = (int)s->pix.height;
	if (!damage)
		damage = pmk_unpack_layout(&s->unpack, planes.data[0], planes.bytes[0], &layout);
	if (!damage && s->pix.field > V4L2_FIELD_NONE && layout.height < PMK_IMAGE_MIN_PX)
		damage = "too low for a field"; /* a JPEG may have any size */
	if (!damage && s->doubled && layout.height > PMK_IMAGE_MAX_PX / 2)
		damage = "too high for a field";
	if (damage)
		return damage;
	if (!s->settled) { /* a camera's first JPEG; the others most often have the same */
		s->base.layout.chroma = layout.chroma;
		s->base.layout.matrix = layout.matrix;
	}
	whole = layout;
	whole.height *= s->doubled ? 2 : 1;
	*frame = pmk_frame_pool_take(s->pool, &whole);
	place = *frame ? place_for(s, &layout, *frame) : NULL;
	if (!place)
		return *frame ? "out of memory" : NULL;
	damage = s->planes > 1 ? pmk_unpack_planes(&s->unpack, &planes, place) :
				 pmk_unpack(&s->unpack, planes.data[0], planes.bytes[0], planes.stride[0], place);
	if (damage)
		return damage;
	complete(s, place, &(*frame)->image);
	pmk_source_note_size(&s->base, &whole);
	return NULL;
}

static uint64_t capture_time_ns(const struct v4l2_buffer *buffer)
{
	uint64_t now = pmk_clock_now_ns();
	uint64_t stamp = (uint64_t)buffer->timestamp.tv_sec * PMK_S_NS + (uint64_t)buffer->timestamp.tv_usec * 1000;
	bool monotonic = (buffer->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;

	return monotonic && stamp <= now && now - stamp < 5 * PMK_S_NS ? stamp : now;
}

/* Buffers of a stream were lost, or one is damaged: what refers to them is left out, and the camera is asked for a key
 * frame, which only some know. */
static void await_key_frame(struct pmk_v4l2_source *s)
{
	struct v4l2_control ask = { .id = V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, .value = 1 };

	pmk_unpack_lose(&s->unpack);
	pmk_v4l2_source_ioctl(s, VIDIOC_S_CTRL, &ask);
}

/* 0 and a frame; -EAGAIN: nothing usable; -ENOBUFS: all frames are in use; negative errno. */
static int use(struct pmk_v4l2_source *s, const struct pmk_v4l2_taken *taken, struct pmk_frame **frame)
{
	struct pmk_frame *f = NULL;
	const char *damage = convert(s, taken, &f);
	int err = pmk_v4l2_source_give_back(s, taken->buffer.index);

	if (damage && *damage)
		pmk_source_note_damage(&s->base, damage);
	else if (!damage && !f)
		s->base.dropped++;
	if (damage && *damage && s->unpack.stream)
		await_key_frame(s);
	if (err < 0 || damage || !f) {
		pmk_frame_unref(f);
		return err < 0 ? err : damage ? -EAGAIN : -ENOBUFS;
	}
	f->time_ns = capture_time_ns(&taken->buffer);
	f->number = s->number - 1;
	f->position_ns = -1;
	*frame = f;
	return 0;
}

/* The same; also -EAGAIN if there is no buffer. */
static int take_newest(struct pmk_v4l2_source *s, struct pmk_frame **frame)
{
	struct pmk_v4l2_taken taken;
	int err = pmk_v4l2_source_take(s, &taken);

	if (err <= 0)
		return err < 0 ? err : -EAGAIN;
	if (is_other_field(s, &taken)) {
		err = pmk_v4l2_source_give_back(s, taken.buffer.index);
		return err < 0 ? err : -EAGAIN;
	}
	return use(s, &taken, frame);
}

/* The same, of a stream: all its buffers are decoded, and the newest picture is given. */
static int take_newest_of_stream(struct pmk_v4l2_source *s, struct pmk_frame **frame)
{
	struct pmk_frame *newest = NULL;
	int err = 0;

	for (int i = 0; i < s->map_count; i++) {
		struct pmk_v4l2_taken taken;
		struct pmk_frame *f = NULL;

		err = pmk_v4l2_source_take(s, &taken);
		if (err <= 0)
			break;
		if (taken.buffer.sequence > s->sequence + 1 && s->number > 1)
			await_key_frame(s);
		s->sequence = taken.buffer.sequence;
		err = use(s, &taken, &f);
		if (err < 0 && err != -EAGAIN && err != -ENOBUFS)
			break;
		if (f && newest) {
			s->base.dropped++;
			pmk_frame_unref(newest);
		}
		newest = f ? f : newest;
	}
	if (err < 0 && err != -EAGAIN && err != -ENOBUFS)
		pmk_frame_unref(newest);
	else if (newest)
		*frame = newest;
	return err < 0 && err != -EAGAIN && err != -ENOBUFS ? err : newest ? 0 : -EAGAIN;
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
		err = s->unpack.stream ? take_newest_of_stream(s, frame) : take_newest(s, frame);
		if (err == -ENOBUFS)
			return -EAGAIN;
		if (err != -EAGAIN)
			break;
		err = pmk_clock_now_ns() < deadline_ns ? pmk_v4l2_kernel.poll(&ready, deadline_ns) : 0;
		if (err == 0) {
			pmk_v4l2_source_check_signal(s);
			return -EAGAIN;
		}
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

	pmk_v4l2_source_stop(s);
	if (s->fd >= 0)
		pmk_v4l2_kernel.close(s->fd);
	pmk_unpack_finish(&s->unpack);
	pmk_image_free(&s->fields);
	pmk_frame_pool_destroy(s->pool);
	free(s);
}

static const struct pmk_source_impl v4l2_impl = { .read = v4l2_read, .close = v4l2_close };

/* Wait for the first picture of a camera that compresses, which shows the sampling. A camera that is slow to start is
 * not refused. */
static int settle(struct pmk_v4l2_source *s)
{
	struct pmk_frame *frame = NULL;
	int err = s->unpack.jpeg || s->unpack.stream ?
		v4l2_read(&s->base, &frame, pmk_clock_now_ns() + FIRST_FRAME_NS) :
		0;

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
		err = pmk_v4l2_source_start(s);
	if (err == 0)
		err = settle(s);
	if (err < 0) {
		v4l2_close(&s->base);
		return err;
	}
	*source = &s->base;
	return 0;
}
