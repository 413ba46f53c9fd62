/* SPDX-License-Identifier: MIT */
/* v4l2loopback as its versions behave, as far as a producer can tell. 0.12: mapped buffers; write() ruins the node.
 * 0.13: write() by a second producer gives EINVAL. 0.14 and later: tokens, so that S_FMT gives EBUSY. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fake_v4l2.h"

enum { PAGE = 1 << 24 };

void fake_loopback_reset(struct fake_loopback *l)
{
	l->ring = l->ring ? l->ring : 2;
	l->used = l->ring;
	l->ready_for_output = !l->foreign_writer;
	l->ready_for_capture = l->foreign_writer || l->reader;
	l->passed_ns = pmk_clock_now_ns();
	for (int i = 0; i < l->ring && (l->foreign_writer || l->polling_client); i++)
		l->stamp_ns[i] = l->passed_ns - l->foreign_start_ns;
}

/* What other programs do every five milliseconds: a client that asks for buffers has all of them stamped, a producer
 * stamps those that it fills, in turns. */
static void pass_time(struct fake_loopback *l)
{
	const uint64_t step_ns = 5 * PMK_MS_NS;

	for (; l->passed_ns + step_ns <= pmk_clock_now_ns(); l->passed_ns += step_ns) {
		for (int i = 0; i < l->ring && l->polling_client; i++)
			l->stamp_ns[i] = l->passed_ns;
		if (l->foreign_feeds)
			l->stamp_ns[l->position++ % (uint64_t)l->used] = l->passed_ns - l->foreign_start_ns;
	}
}

void fake_loopback_free(struct fake_loopback *l)
{
	for (int i = 0; i < FAKE_BUFFERS; i++) {
		free(l->memory[i]);
		l->memory[i] = NULL;
	}
}

uint32_t fake_loopback_caps(const struct fake_loopback *l)
{
	uint32_t caps = V4L2_CAP_STREAMING | V4L2_CAP_READWRITE, both = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_CAPTURE;

	if (!l->exclusive)
		return caps | both;
	if (l->ruined)
		return caps;
	if (l->version >= PMK_V4L2_LOOPBACK_0_14)
		return caps | (l->ready_for_output && !l->keep_format ? V4L2_CAP_VIDEO_OUTPUT : V4L2_CAP_VIDEO_CAPTURE);
	return caps | (l->ready_for_output ? V4L2_CAP_VIDEO_OUTPUT : 0) |
		(l->ready_for_capture ? V4L2_CAP_VIDEO_CAPTURE : 0);
}

static void allocate(struct fake_loopback *l)
{
	for (int i = 0; i < l->ring && l->pix.sizeimage; i++)
		if (!l->memory[i])
			l->memory[i] = calloc(1, l->pix.sizeimage);
}

static int set_format(struct fake_loopback *l, int fd, struct v4l2_pix_format *pix)
{
	if (l->format_error)
		return l->format_error;
	if (l->version >= PMK_V4L2_LOOPBACK_0_14 && (l->foreign_writer || (l->format_owner && l->format_owner != fd)))
		return -EBUSY;
	l->formats_set++;
	if (l->reader || l->foreign_writer || l->ready_for_capture || l->keep_format || l->races-- > 0) {
		if (l->version >= PMK_V4L2_LOOPBACK_0_13 && l->version < PMK_V4L2_LOOPBACK_0_14 &&
			l->ready_for_capture && (pix->width != l->pix.width || pix->pixelformat != l->pix.pixelformat))
			return -EBUSY;
		*pix = l->pix;
	} else {
		bool stuck = l->opened && l->version < PMK_V4L2_LOOPBACK_0_14 && l->ring_bytes &&
			l->ring_bytes != pix->sizeimage;

		pix->colorspace = l->version < PMK_V4L2_LOOPBACK_0_13 ? V4L2_COLORSPACE_SRGB : pix->colorspace;
		l->pix = *pix;
		if (stuck)
			return -EINVAL; /* allocate_buffers(), after the format is set */
		l->ring_bytes = pix->sizeimage;
	}
	l->format_owner = fd;
	allocate(l);
	return 0;
}

static void put(struct fake_loopback *l, int index)
{
	l->painted[index] = true;
	l->stamp_ns[index] = pmk_clock_now_ns();
	l->position++;
}

static void start(struct fake_loopback *l, int fd)
{
	allocate(l);
	if (l->steals)
		l->pix.pixelformat = PMK_FOURCC_BGR4;
	l->writer = fd;
	l->ready_for_output = false;
	l->ready_for_capture = true;
}

/* After STREAMON a client may map all buffers, so each must have been painted by then. */
static int stream_on(struct fake_loopback *l, int fd)
{
	if (l->version >= PMK_V4L2_LOOPBACK_0_14 && !l->mapped)
		return -EINVAL;
	l->streamed_on++;
	for (int i = 0; i < l->ring; i++)
		l->exposed_unpainted = l->exposed_unpainted || (!l->painted[i] && l->memory[i][0] == 0);
	start(l, fd);
	return 0;
}

static int request_buffers(struct fake_loopback *l, struct v4l2_requestbuffers *request)
{
	if (l->version >= PMK_V4L2_LOOPBACK_0_13 && l->foreign_writer)
		return -EBUSY;
	request->count = request->count > (uint32_t)l->ring ? (uint32_t)l->ring : request->count;
	return 0;
}

static int query_buffer(struct fake_loopback *l, int fd, struct v4l2_buffer *buffer)
{
	int index = (int)(buffer->index % (uint32_t)l->used);

	if (buffer->index > (uint32_t)l->ring || (l->version >= PMK_V4L2_LOOPBACK_0_14 && l->format_owner != fd))
		return -EINVAL;
	pass_time(l);
	buffer->length = l->pix.sizeimage;
	buffer->m.offset = (uint32_t)index * PAGE;
	buffer->timestamp.tv_sec = (time_t)(l->stamp_ns[index] / PMK_S_NS);
	buffer->timestamp.tv_usec = (suseconds_t)(l->stamp_ns[index] % PMK_S_NS / 1000);
	return 0;
}

/* The client usage event of 0.13 and later. At most one is pending, the newest. A subscription sends the present state
 * if it asks for that. */
static int subscribe(struct fake_loopback *l, int fd, const struct v4l2_event_subscription *wish)
{
	if (l->version < PMK_V4L2_LOOPBACK_0_13 || wish->type != V4L2_EVENT_PRIVATE_START + 0x08e00000 + 1)
		return -EINVAL;
	if (l->subscribed != fd)
		l->event_waits = wish->flags & V4L2_EVENT_SUB_FL_SEND_INITIAL;
	l->subscribed = fd;
	return 0;
}

static int take_event(struct fake_loopback *l, int fd, struct v4l2_event *event)
{
	uint32_t count = (uint32_t)l->viewers;

	if (l->subscribed != fd || !l->event_waits)
		return -ENOENT;
	l->event_waits = false;
	event->type = V4L2_EVENT_PRIVATE_START + 0x08e00000 + 1;
	memcpy(&event->u, &count, sizeof(count));
	return 0;
}

void fake_loopback_watch(struct fake_loopback *l, int viewers)
{
	l->viewers = viewers;
	l->event_waits = l->subscribed && !l->forgets_events;
}

static int control(struct fake_loopback *l, bool set, struct v4l2_control *c)
{
	int *value = c->id == (V4L2_CID_USER_BASE | 0xf000) ? &l->keep_format : &l->timeout;

	if (set)
		*value = c->value;
	else
		c->value = *value;
	return 0;
}

int fake_loopback_ioctl(struct fake_loopback *l, int fd, unsigned long request, void *argument)
{
	struct v4l2_buffer *buffer = argument;
	struct v4l2_streamparm *parm = argument;

	switch (request) {
	case VIDIOC_G_CTRL:
	case VIDIOC_S_CTRL:
		return control(l, request == VIDIOC_S_CTRL, argument);
	case VIDIOC_G_FMT:
		if (l->version >= PMK_V4L2_LOOPBACK_0_14 && l->exclusive && l->foreign_writer)
			return -EINVAL; /* check_buffer_capability() */
		((struct v4l2_format *)argument)->fmt.pix = l->pix;
		return 0;
	case VIDIOC_S_FMT:
		return set_format(l, fd, &((struct v4l2_format *)argument)->fmt.pix);
	case VIDIOC_S_PARM:
		l->fps = (double)parm->parm.output.timeperframe.denominator / parm->parm.output.timeperframe.numerator;
		return 0;
	case VIDIOC_REQBUFS:
		return request_buffers(l, argument);
	case VIDIOC_QUERYBUF:
		return query_buffer(l, fd, buffer);
	case VIDIOC_QBUF:
		if (l->write_error)
			return l->write_error;
		put(l, (int)(buffer->index % (uint32_t)l->used));
		return 0;
	case VIDIOC_STREAMON:
		return stream_on(l, fd);
	case VIDIOC_SUBSCRIBE_EVENT:
		return subscribe(l, fd, argument);
	case VIDIOC_UNSUBSCRIBE_EVENT:
		l->subscribed = 0;
		return 0;
	case VIDIOC_DQEVENT:
		return take_event(l, fd, argument);
	case VIDIOC_STREAMOFF:
		l->streamed_off++;
		return 0;
	default:
		return -ENOTTY;
	}
}

int fake_loopback_map(struct fake_loopback *l, size_t length, uint32_t offset, void **memory)
{
	*memory = l->memory[offset / PAGE];
	l->mapped++;
	return *memory ? 0 : -EINVAL;
}

ssize_t fake_loopback_write(struct fake_loopback *l, int fd, const void *data, size_t bytes)
{
	int index = (int)(l->position % (uint64_t)l->used);

	if (l->write_error)
		return l->write_error;
	if (l->foreign_writer)
		return l->version >= PMK_V4L2_LOOPBACK_0_14 ? -EBUSY : -EINVAL;
	l->file_io = true;
	if (l->writer != fd)
		start(l, fd);
	bytes = bytes > l->pix.sizeimage ? l->pix.sizeimage : bytes;
	memcpy(l->memory[index], data, bytes);
	l->written++;
	put(l, index);
	return (ssize_t)bytes;
}

void fake_loopback_close(struct fake_loopback *l, int fd)
{
	if (l->subscribed == fd)
		l->subscribed = 0;
	if (l->format_owner == fd)
		l->format_owner = 0;
	if (l->writer != fd)
		return;
	l->writer = 0;
	l->ready_for_capture = l->reader;
	l->ready_for_output = true;
	if (l->version < PMK_V4L2_LOOPBACK_0_13 && l->file_io) {
		l->ready_for_output = false;
		l->ruined = l->exclusive;
	}
}
