/* SPDX-License-Identifier: MIT */
#include "fake_v4l2.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/cures.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"

/* PAGE: the distance between the offsets of a camera's buffers */
enum { FIRST_FD = 1000, FDS_A_NODE = 100, PAGE = 1 << 24 };

struct fake_node fake_nodes[FAKE_NODES];
int fake_node_count;
char fake_log[4096];

static struct fake_node *node_of(int fd)
{
	int i = (fd - FIRST_FD) / FDS_A_NODE;

	assert_in_range(i, 0, fake_node_count - 1);
	return &fake_nodes[i];
}

static int fake_open(const char *path)
{
	int number;
	const char *digits = pmk_parse_after(path, "/dev/video");

	if (!digits || pmk_parse_int(digits, 0, 65535, &number) < 0)
		return -ENOENT;
	for (int i = 0; i < fake_node_count; i++) {
		if (fake_nodes[i].number != number)
			continue;
		if (fake_nodes[i].open_error)
			return fake_nodes[i].open_error;
		fake_nodes[i].opened++;
		return FIRST_FD + i * FDS_A_NODE + ++fake_nodes[i].open_count;
	}
	return -ENOENT;
}

static int fake_close(int fd)
{
	struct fake_node *node = node_of(fd);

	node->open_count--;
	if (node->camera)
		memset(node->camera->queued, 0, sizeof(node->camera->queued));
	if (node->loopback)
		fake_loopback_close(node->loopback, fd);
	return 0;
}

static int query(struct fake_node *node, struct v4l2_capability *cap)
{
	uint32_t caps = node->loopback ? fake_loopback_caps(node->loopback) : node->caps;

	snprintf((char *)cap->driver, sizeof(cap->driver), "%s", node->driver);
	snprintf((char *)cap->card, sizeof(cap->card), "%s", node->card);
	snprintf((char *)cap->bus_info, sizeof(cap->bus_info), "%s", node->bus);
	cap->capabilities = caps | (node->old_caps ? 0 : V4L2_CAP_DEVICE_CAPS);
	cap->device_caps = node->old_caps ? 0 : caps;
	return 0;
}

static int enum_formats(const struct fake_camera *c, struct v4l2_fmtdesc *format)
{
	uint32_t found = 0;

	for (int i = 0; i < c->mode_count; i++) {
		bool seen = false;

		for (int j = 0; j < i; j++)
			seen = seen || c->modes[j].fourcc == c->modes[i].fourcc;
		if (!seen && found++ == format->index) {
			format->pixelformat = c->modes[i].fourcc;
			return 0;
		}
	}
	return -EINVAL;
}

static int enum_sizes(const struct fake_camera *c, struct v4l2_frmsizeenum *size)
{
	uint32_t found = 0;

	if (c->range) {
		size->type = V4L2_FRMSIZE_TYPE_STEPWISE;
		size->stepwise = *c->range;
		return size->index ? -EINVAL : 0;
	}
	for (int i = 0; i < c->mode_count; i++) {
		if (c->modes[i].fourcc != size->pixel_format || found++ != size->index)
			continue;
		size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
		size->discrete.width = (uint32_t)c->modes[i].width;
		size->discrete.height = (uint32_t)c->modes[i].height;
		return 0;
	}
	return -EINVAL;
}

static int enum_intervals(const struct fake_camera *c, struct v4l2_frmivalenum *interval)
{
	const struct pmk_device_mode *m = c->modes;

	for (int i = 0; i < c->mode_count && interval->index == 0; i++, m++) {
		if (m->fourcc != interval->pixel_format || m->fps <= 0)
			continue;
		if (!c->range && (m->width != (int)interval->width || m->height != (int)interval->height))
			continue;
		interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
		interval->discrete = pmk_v4l2_interval(m->fps);
		return 0;
	}
	return -EINVAL;
}

static int set_format(struct fake_camera *c, struct v4l2_pix_format *pix)
{
	if (c->set_error)
		return c->set_error;
	pix->bytesperline = (uint32_t)pmk_fourcc_stride(pix->pixelformat, (int)pix->width);
	pix->sizeimage = pix->width * pix->height * (pmk_fourcc_is_rgb(pix->pixelformat) ? 4 : 2);
	if (c->tamper)
		c->tamper(pix);
	c->pix = *pix;
	return 0;
}

static int set_rate(struct fake_camera *c, struct v4l2_captureparm *capture)
{
	c->asked_fps = (double)capture->timeperframe.denominator / capture->timeperframe.numerator;
	if (c->interval.denominator)
		capture->timeperframe = c->interval;
	return 0;
}

static int request_buffers(struct fake_camera *c, struct v4l2_requestbuffers *request)
{
	if (c->request_error)
		return c->request_error;
	if (c->grant)
		request->count = (uint32_t)c->grant;
	c->buffers = (int)request->count;
	return 0;
}

static size_t buffer_length(const struct fake_camera *c)
{
	return c->length ? c->length : c->pix.sizeimage;
}

static int dequeue(struct fake_camera *c, struct v4l2_buffer *buffer)
{
	const struct fake_answer *a = &c->answers[c->answer_next];
	int index = 0;

	if (c->answer_next == c->answer_count)
		return -EAGAIN;
	c->answer_next++;
	if (a->error)
		return a->error;
	while (!a->index && index < c->buffers - 1 && !c->queued[index])
		index++;
	index = a->index ? a->index - 1 : index;
	buffer->index = (uint32_t)index;
	buffer->bytesused = a->bytesused ? (uint32_t)(a->bytesused < 0 ? 0 : a->bytesused) : (uint32_t)a->bytes;
	buffer->flags = a->flags;
	buffer->field = a->field;
	buffer->sequence = a->sequence;
	buffer->timestamp.tv_sec = (time_t)(a->stamp_ns / PMK_S_NS);
	buffer->timestamp.tv_usec = (suseconds_t)(a->stamp_ns % PMK_S_NS / 1000);
	if (index < c->buffers) {
		c->queued[index] = false;
		if (a->data)
			memcpy(c->memory[index], a->data, a->bytes);
	}
	return 0;
}

/* --- a multi-planar driver --- */

static int blocks_of(const struct fake_camera *c)
{
	return pmk_fourcc_is_apart(c->pix.pixelformat) ? pmk_fourcc_planes(c->pix.pixelformat) : 1;
}

static void lay_out_blocks(const struct fake_camera *c, int block, uint32_t *stride, uint32_t *bytes)
{
	uint32_t fourcc = c->pix.pixelformat;
	int w = (int)c->pix.width, h = (int)c->pix.height, least = pmk_fourcc_stride(fourcc, w);

	*stride = (uint32_t)(block ? (int)pmk_fourcc_chroma_stride(fourcc, w, least) : least) + (uint32_t)c->pad;
	*bytes = blocks_of(c) == 1 ? (uint32_t)pmk_fourcc_bytes(fourcc, w, h, (int)*stride) :
				     *stride * (uint32_t)(block ? pmk_fourcc_chroma_rows(fourcc, h) : h);
}

static int set_multi(struct fake_camera *c, struct v4l2_pix_format_mplane *multi)
{
	c->pix.width = multi->width;
	c->pix.height = multi->height;
	c->pix.pixelformat = multi->pixelformat;
	if (c->set_error)
		return c->set_error;
	multi->num_planes = (uint8_t)blocks_of(c);
	for (int p = 0; p < blocks_of(c); p++) {
		uint32_t stride, bytes;

		lay_out_blocks(c, p, &stride, &bytes);
		multi->plane_fmt[p].bytesperline = p && c->hides_strides ? 0 : stride;
		multi->plane_fmt[p].sizeimage = bytes;
	}
	return 0;
}

static int query_multi(const struct fake_camera *c, struct v4l2_buffer *buffer)
{
	uint32_t stride;

	if (buffer->index >= (uint32_t)c->buffers || buffer->length < (uint32_t)blocks_of(c))
		return -EINVAL;
	for (int p = 0; p < blocks_of(c); p++) {
		struct v4l2_plane *plane = &buffer->m.planes[p];

		lay_out_blocks(c, p, &stride, &plane->length);
		plane->length += c->data_offset;
		plane->m.mem_offset = (buffer->index * PMK_V4L2_PLANES + (uint32_t)p) * PAGE;
	}
	return 0;
}

/* The answer's bytes fill one block after another. */
static int dequeue_multi(struct fake_camera *c, struct v4l2_buffer *buffer)
{
	const struct fake_answer *a = &c->answers[c->answer_next];
	size_t at = 0;

	if (c->answer_next == c->answer_count)
		return -EAGAIN;
	c->answer_next++;
	buffer->index = 0;
	c->queued[0] = false;
	for (int p = 0; p < blocks_of(c); p++) {
		uint32_t stride, bytes;
		size_t have;

		lay_out_blocks(c, p, &stride, &bytes);
		have = a->bytes - at < bytes ? a->bytes - at : bytes;
		memcpy(c->memory[p] + c->data_offset, (const uint8_t *)a->data + at, have);
		buffer->m.planes[p].data_offset = c->data_offset;
		buffer->m.planes[p].bytesused = (uint32_t)have + c->data_offset;
		at += have;
	}
	return 0;
}

/* What differs from a driver of one block; 1: nothing does. */
static int multi_ioctl(struct fake_camera *c, unsigned long request, void *argument)
{
	switch (request) {
	case VIDIOC_G_FMT:
	case VIDIOC_S_FMT:
		assert_int_equal(((struct v4l2_format *)argument)->type, V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE);
		return set_multi(c, &((struct v4l2_format *)argument)->fmt.pix_mp);
	case VIDIOC_QUERYBUF:
		return query_multi(c, argument);
	case VIDIOC_DQBUF:
		return dequeue_multi(c, argument);
	case VIDIOC_ENUM_FMT:
		return ((struct v4l2_fmtdesc *)argument)->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE ? 1 : -EINVAL;
	default:
		return 1;
	}
}

static int tell_input(const struct fake_camera *c, struct v4l2_input *input)
{
	if (input->index != 2)
		return -EINVAL;
	strcpy((char *)input->name, "HDMI 1");
	input->status = c->input_status;
	return 0;
}

static int camera_ioctl(struct fake_camera *c, unsigned long request, void *argument)
{
	struct v4l2_buffer *buffer = argument;

	switch (request) {
	case VIDIOC_ENUM_FMT:
		return enum_formats(c, argument);
	case VIDIOC_ENUM_FRAMESIZES:
		return enum_sizes(c, argument);
	case VIDIOC_ENUM_FRAMEINTERVALS:
		return enum_intervals(c, argument);
	case VIDIOC_G_FMT:
		((struct v4l2_format *)argument)->fmt.pix = c->pix;
		return 0;
	case VIDIOC_S_FMT:
		return set_format(c, &((struct v4l2_format *)argument)->fmt.pix);
	case VIDIOC_S_CTRL:
		c->key_frames_asked += ((struct v4l2_control *)argument)->id == V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME;
		return -EINVAL;
	case VIDIOC_G_INPUT:
		*(int *)argument = 2;
		return 0;
	case VIDIOC_ENUMINPUT:
		return tell_input(c, argument);
	case VIDIOC_S_PARM:
		return set_rate(c, &((struct v4l2_streamparm *)argument)->parm.capture);
	case VIDIOC_REQBUFS:
		return request_buffers(c, argument);
	case VIDIOC_QUERYBUF:
		if (buffer->index >= (uint32_t)c->buffers)
			return -EINVAL;
		buffer->length = (uint32_t)buffer_length(c);
		buffer->m.offset = buffer->index * PAGE;
		return 0;
	case VIDIOC_QBUF:
		if (buffer->index >= (uint32_t)c->buffers || c->queued[buffer->index])
			return -EINVAL;
		c->queued[buffer->index] = true;
		return 0;
	case VIDIOC_DQBUF:
		return dequeue(c, buffer);
	case VIDIOC_STREAMON:
		c->streaming = !c->start_error;
		return c->start_error;
	case VIDIOC_STREAMOFF:
		c->streaming = false;
		return 0;
	default:
		return -ENOTTY;
	}
}

static int fake_ioctl(int fd, unsigned long request, void *argument)
{
	struct fake_node *node = node_of(fd);

	if (request == VIDIOC_QUERYCAP)
		return node->caps || node->loopback ? query(node, argument) : -ENOTTY;
	if (node->camera && node->camera->multi) {
		int r = multi_ioctl(node->camera, request, argument);

		if (r <= 0)
			return r;
	}
	if (node->camera)
		return camera_ioctl(node->camera, request, argument);
	return node->loopback ? fake_loopback_ioctl(node->loopback, fd, request, argument) : -ENOTTY;
}

static int fake_map(int fd, size_t length, uint32_t offset, void **memory)
{
	struct fake_node *node = node_of(fd);
	struct fake_camera *c = node->camera;
	int i = (int)(offset / PAGE);

	if (node->loopback)
		return fake_loopback_map(node->loopback, length, offset, memory);
	if (!c->memory[i])
		c->memory[i] = calloc(1, length + 1);
	c->mapped++;
	*memory = c->memory[i];
	return 0;
}

static int fake_unmap(void *memory, size_t length)
{
	for (int n = 0; n < fake_node_count; n++) {
		struct fake_camera *c = fake_nodes[n].camera;
		struct fake_loopback *l = fake_nodes[n].loopback;

		for (int i = 0; i < FAKE_BUFFERS; i++) {
			if (c && c->memory[i] == memory)
				c->mapped--;
			else if (l && l->memory[i] == memory)
				l->mapped--;
			else
				continue;
			return 0;
		}
	}
	return -EINVAL;
}

static ssize_t fake_write(int fd, const void *data, size_t bytes)
{
	struct fake_node *node = node_of(fd);

	return node->loopback ? fake_loopback_write(node->loopback, fd, data, bytes) : -EINVAL;
}

static int fake_poll(struct pollfd *fd, uint64_t deadline_ns)
{
	const struct fake_camera *c = node_of(fd->fd)->camera;

	fd->revents = c->answer_next < c->answer_count ? POLLIN : c->poll_events;
	return fd->revents ? 1 : 0;
}

static int fake_text(const char *path, char *text, size_t size)
{
	for (int i = 0; i < fake_node_count; i++) {
		const struct fake_loopback *l = fake_nodes[i].loopback;
		char buffers[96], name[96];

		snprintf(name, sizeof(name), "/sys/class/video4linux/video%d/name", fake_nodes[i].number);
		if (strcmp(path, name) == 0) {
			snprintf(text, size, "%s", fake_nodes[i].card);
			return 0;
		}
		if (!l)
			continue;
		snprintf(buffers, sizeof(buffers), "/sys/devices/virtual/video4linux/video%d/buffers",
			fake_nodes[i].number);
		if (strcmp(path, buffers) == 0)
			snprintf(text, size, "%d", l->used);
		else if (strcmp(path, "/sys/module/v4l2loopback/version") == 0 && l->version >= PMK_V4L2_LOOPBACK_0_13)
			snprintf(text, size, "%d.%d.%d", l->version >> 16, l->version >> 8 & 255, l->version & 255);
		else
			continue;
		return 0;
	}
	return -ENOENT;
}

static int fake_list(int *numbers, int most)
{
	for (int i = 0; i < fake_node_count; i++)
		numbers[i] = fake_nodes[i].number;
	return fake_node_count;
}

const struct pmk_v4l2_sys pmk_v4l2_kernel = {
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
	.map = fake_map,
	.unmap = fake_unmap,
	.write = fake_write,
	.poll = fake_poll,
	.text = fake_text,
	.nodes = fake_list,
};

static void catch_line(void *user, enum pmk_log_level level, const char *line)
{
	size_t used = strlen(fake_log);

	snprintf(fake_log + used, sizeof(fake_log) - used, "%s\n", line);
}

void fake_begin(void)
{
	memset(fake_nodes, 0, sizeof(fake_nodes));
	fake_node_count = 0;
	fake_log[0] = '\0';
	pmk_log_set_cures(pmk_cures);
	pmk_log_redirect(catch_line, NULL);
}

void fake_end(void)
{
	pmk_log_redirect(NULL, NULL);
	for (int i = 0; i < fake_node_count; i++) {
		struct fake_camera *c = fake_nodes[i].camera;

		assert_int_equal(fake_nodes[i].open_count, 0);
		if (fake_nodes[i].loopback)
			fake_loopback_free(fake_nodes[i].loopback);
		if (!c)
			continue;
		assert_int_equal(c->mapped, 0);
		for (int b = 0; b < FAKE_BUFFERS; b++)
			free(c->memory[b]);
	}
}

static struct fake_node *add(int number, const char *driver, const char *card, const char *bus, uint32_t caps)
{
	struct fake_node *node = &fake_nodes[fake_node_count++];

	assert_in_range(fake_node_count, 1, FAKE_NODES);
	*node = (struct fake_node){ .number = number, .driver = driver, .card = card, .bus = bus, .caps = caps };
	return node;
}

struct fake_node *fake_add_camera(int number, struct fake_camera *camera)
{
	struct fake_node *node = add(
		number, "uvcvideo", "Test Camera", "usb-0000:00:14.0-1", V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING);

	node->camera = camera;
	if (camera->multi)
		node->caps = V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING;
	if (camera->mode_count && !camera->pix.width) {
		camera->pix.width = (uint32_t)camera->modes[0].width;
		camera->pix.height = (uint32_t)camera->modes[0].height;
		camera->pix.pixelformat = camera->modes[0].fourcc;
	}
	return node;
}

struct fake_node *fake_add_loopback(int number, struct fake_loopback *loopback)
{
	struct fake_node *node = add(number, "v4l2 loopback", "Test cam", "platform:v4l2loopback-000", 0);

	node->loopback = loopback;
	fake_loopback_reset(loopback);
	return node;
}

struct fake_node *fake_add_other(int number, const char *driver, uint32_t caps)
{
	return add(number, driver, driver, "platform:other", caps);
}

void fake_push(struct fake_camera *camera, struct fake_answer answer)
{
	assert_in_range(camera->answer_count, 0, FAKE_ANSWERS - 1);
	camera->answers[camera->answer_count++] = answer;
}
