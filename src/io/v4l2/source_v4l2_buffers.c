/* SPDX-License-Identifier: MIT */
#include "io/v4l2/source_v4l2.h"

#include "base/log.h"
#include "base/num.h"

#include <errno.h>
#include <string.h>

enum { USUAL_BUFFERS = 4 }; /* a stream has more, because none of them may be lost */

static int buffer_ioctl(struct pmk_v4l2_source *s, unsigned long request, struct pmk_v4l2_taken *taken)
{
	taken->buffer.type = s->type;
	taken->buffer.memory = V4L2_MEMORY_MMAP;
	if (V4L2_TYPE_IS_MULTIPLANAR(s->type)) {
		taken->buffer.m.planes = taken->planes;
		taken->buffer.length = (uint32_t)s->planes;
	}
	return pmk_v4l2_source_ioctl(s, request, &taken->buffer);
}

int pmk_v4l2_source_give_back(struct pmk_v4l2_source *s, uint32_t index)
{
	struct pmk_v4l2_taken taken = { .buffer.index = index };
	int err = buffer_ioctl(s, VIDIOC_QBUF, &taken);

	if (err >= 0)
		s->queued[index] = true;
	return err < 0 ? err : 0;
}

/* The least bytes of a block of memory. */
static size_t least_bytes(const struct pmk_v4l2_source *s, int plane)
{
	uint32_t fourcc = s->pix.pixelformat;
	int height = (int)s->pix.height;

	if (s->planes == 1)
		return pmk_fourcc_bytes(fourcc, (int)s->pix.width, height, s->strides[0]);
	return (size_t)s->strides[plane] * (size_t)(plane ? pmk_fourcc_chroma_rows(fourcc, height) : height);
}

static int check_sizes(const struct pmk_v4l2_source *s)
{
	for (int i = 0; i < s->map_count * s->planes; i++) {
		size_t least = least_bytes(s, i % s->planes);

		if (s->maps[i].length && s->maps[i].length >= least)
			continue;
		pmk_error_cure(PMK_CURE_OTHER_MODE, "%s: the driver's buffers have %zu bytes, but a picture has %zu",
			s->path, s->maps[i].length, least);
		return -EIO;
	}
	return 0;
}

int pmk_v4l2_source_start(struct pmk_v4l2_source *s)
{
	int type = (int)s->type, most = s->unpack.stream ? PMK_V4L2_SOURCE_BUFFERS : USUAL_BUFFERS, count, err;
	struct v4l2_requestbuffers request = { .count = (uint32_t)most, .type = s->type, .memory = V4L2_MEMORY_MMAP };

	err = pmk_v4l2_source_ioctl(s, VIDIOC_REQBUFS, &request);
	if (err < 0)
		return pmk_v4l2_source_report(s->path, err);
	count = pmk_v4l2_map_buffers(
		s->fd, s->type, s->planes, (int)pmk_min_size(request.count, (size_t)most), s->maps);
	if (count < 0)
		return pmk_v4l2_source_report(s->path, count);
	s->map_count = count;
	err = check_sizes(s);
	if (err < 0)
		return err;
	for (int i = 0; i < count && err >= 0; i++)
		err = pmk_v4l2_source_give_back(s, (uint32_t)i);
	if (err >= 0)
		err = pmk_v4l2_source_ioctl(s, VIDIOC_STREAMON, &type);
	if (err < 0)
		return pmk_v4l2_source_report(s->path, err);
	s->streaming = true;
	return 0;
}

void pmk_v4l2_source_stop(struct pmk_v4l2_source *s)
{
	int type = (int)s->type;

	if (s->streaming)
		pmk_v4l2_source_ioctl(s, VIDIOC_STREAMOFF, &type);
	pmk_v4l2_unmap_buffers(s->maps, s->map_count * s->planes);
	s->streaming = false;
	s->map_count = 0;
}

/* Take one buffer from the driver. -EAGAIN: none is ready, or the driver gave one that it did not have. */
static int dequeue(struct pmk_v4l2_source *s, struct pmk_v4l2_taken *taken)
{
	const struct v4l2_buffer *buffer = &taken->buffer;
	int err;

	memset(taken, 0, sizeof(*taken));
	err = buffer_ioctl(s, VIDIOC_DQBUF, taken);
	if (err < 0)
		return err;
	if (buffer->index >= (uint32_t)s->map_count || !s->queued[buffer->index]) {
		pmk_source_note_damage(&s->base,
			buffer->index >= (uint32_t)s->map_count ? "a buffer that does not exist" :
								  "the same buffer twice");
		return -EAGAIN;
	}
	s->queued[buffer->index] = false;
	if (!V4L2_TYPE_IS_MULTIPLANAR(s->type))
		taken->planes[0].bytesused = buffer->bytesused;
	return 0;
}

int pmk_v4l2_source_take(struct pmk_v4l2_source *s, struct pmk_v4l2_taken *newest)
{
	struct pmk_v4l2_taken taken;
	bool have = false;
	int err = 0;

	for (int i = 0; i < (s->unpack.stream ? 1 : s->map_count); i++) {
		err = dequeue(s, &taken);
		if (err < 0)
			break;
		s->number++;
		if (have) {
			s->base.dropped++;
			err = pmk_v4l2_source_give_back(s, newest->buffer.index);
			if (err < 0)
				return err;
		}
		*newest = taken;
		have = true;
	}
	if (have)
		return 1;
	return err == -EAGAIN ? 0 : err;
}
