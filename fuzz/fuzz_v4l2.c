/* SPDX-License-Identifier: MIT */
/* A camera's driver of any answers: it behaves, but for what the bytes change. The first is the format; each call takes
 * one: its error, or how many words of the answer it changes, and then for each where and to what. Without bytes the
 * driver behaves for some more calls, and then the camera has gone. All memory is a block of its own. */
#include "base/clock.h"
#include "fuzz.h"
#include "image/fourcc.h"
#include "io/source.h"
#include "io/v4l2/v4l2.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FD = 1000, BUFFERS = 4, WIDTH = 64, HEIGHT = 48, AFTER = 100, READS = 6, MOST_MAP = 1 << 20 };

static volatile unsigned used; /* so that what is read is not left out */
static const uint8_t *input;
static size_t left;
static struct {
	uint32_t fourcc, type;
	struct v4l2_format format;
	int calls, maps, after, next;
} driver;

static uint8_t next_byte(void)
{
	return left ? left--, *input++ : 0;
}

static uint32_t next_word(void)
{
	uint32_t word = 0;

	for (int i = 0; i < 4; i++)
		word = word << 8 | next_byte();
	return word;
}

static bool is_multi(void)
{
	return V4L2_TYPE_IS_MULTIPLANAR(driver.type);
}

static uint32_t bytes_of(int plane)
{
	int stride = pmk_fourcc_stride(driver.fourcc, WIDTH);

	if (!is_multi() || !pmk_fourcc_is_apart(driver.fourcc))
		return (uint32_t)pmk_fourcc_bytes(driver.fourcc, WIDTH, HEIGHT, stride) + 64;
	return (uint32_t)(plane ? (int)pmk_fourcc_chroma_stride(driver.fourcc, WIDTH, stride) : stride) * HEIGHT;
}

static int fill_buffer(struct v4l2_buffer *buffer)
{
	if (buffer->index >= BUFFERS)
		return -EINVAL;
	buffer->m.offset = is_multi() ? buffer->m.offset : (buffer->index + 1) << 16;
	buffer->bytesused = bytes_of(0);
	if (!is_multi()) {
		buffer->length = bytes_of(0);
		return 0;
	}
	for (uint32_t p = 0; p < buffer->length && p < PMK_V4L2_PLANES; p++) {
		struct v4l2_plane *plane = &buffer->m.planes[p];

		plane->length = plane->bytesused = bytes_of((int)p);
		plane->m.mem_offset = (buffer->index * PMK_V4L2_PLANES + p + 1) << 16;
	}
	return 0;
}

static void fill_format(struct v4l2_format *format)
{
	struct v4l2_pix_format *pix = &format->fmt.pix;

	pix->width = WIDTH;
	pix->height = HEIGHT;
	pix->pixelformat = driver.fourcc;
	if (is_multi())
		format->fmt.pix_mp.plane_fmt[0].bytesperline = (uint32_t)pmk_fourcc_stride(driver.fourcc, WIDTH);
	else
		pix->bytesperline = (uint32_t)pmk_fourcc_stride(driver.fourcc, WIDTH);
}

static int enumerate(unsigned long request, void *argument)
{
	struct v4l2_frmsizeenum *size = argument;
	struct v4l2_frmivalenum *interval = argument;

	if (*(uint32_t *)argument) /* the index comes first in all of them */
		return -EINVAL;
	if (request == VIDIOC_ENUM_FMT) {
		((struct v4l2_fmtdesc *)argument)->pixelformat = driver.fourcc;
	} else if (request == VIDIOC_ENUM_FRAMESIZES) {
		size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
		size->discrete = (struct v4l2_frmsize_discrete){ WIDTH, HEIGHT };
	} else if (request == VIDIOC_ENUM_FRAMEINTERVALS) {
		interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
		interval->discrete = (struct v4l2_fract){ 1, 30 };
	}
	return 0;
}

static int behave(unsigned long request, void *argument)
{
	struct v4l2_capability *cap = argument;

	switch (request) {
	case VIDIOC_QUERYCAP:
		memcpy(cap->card, "camera", 7);
		cap->capabilities = V4L2_CAP_DEVICE_CAPS;
		cap->device_caps = V4L2_CAP_STREAMING |
			(is_multi() ? V4L2_CAP_VIDEO_CAPTURE_MPLANE : V4L2_CAP_VIDEO_CAPTURE);
		return 0;
	case VIDIOC_ENUM_FMT:
	case VIDIOC_ENUM_FRAMESIZES:
	case VIDIOC_ENUM_FRAMEINTERVALS:
	case VIDIOC_ENUMINPUT:
		return enumerate(request, argument);
	case VIDIOC_G_FMT:
	case VIDIOC_S_FMT:
		fill_format(argument);
		return 0;
	case VIDIOC_DQBUF:
		((struct v4l2_buffer *)argument)->index = (uint32_t)(driver.next++ % BUFFERS);
		return fill_buffer(argument);
	case VIDIOC_QUERYBUF:
		return fill_buffer(argument);
	default:
		return 0;
	}
}

/* The words go anywhere but into a pointer of ours, which no driver changes. */
static void change(unsigned long request, void *argument, int words)
{
	bool planes = is_multi() && (request == VIDIOC_DQBUF || request == VIDIOC_QUERYBUF);
	struct v4l2_buffer kept = { 0 };
	size_t size = _IOC_SIZE(request);

	if (planes)
		kept = *(struct v4l2_buffer *)argument;
	for (int i = 0; i < words && size >= 4; i++) {
		size_t at = next_byte() % (size / 4) * 4;
		uint32_t word = next_word();

		if (planes && kept.length && i % 2)
			memcpy((uint8_t *)kept.m.planes + at % (kept.length * sizeof(struct v4l2_plane)), &word, 4);
		else
			memcpy((uint8_t *)argument + at, &word, 4);
	}
	if (planes)
		((struct v4l2_buffer *)argument)->m.planes = kept.m.planes;
}

static int fuzz_ioctl(int fd, unsigned long request, void *argument)
{
	static const int errors[] = { -EIO, -EINVAL, -EAGAIN, -EBUSY, -ENODEV, -ENOTTY, -ENOSPC, -EPIPE };
	uint8_t code = next_byte();
	int err;

	if (!left && driver.after++ > AFTER)
		return -ENODEV;
	if (code >= 240)
		return errors[code % 8];
	err = behave(request, argument);
	if (_IOC_DIR(request) & _IOC_READ)
		change(request, argument, code % 8);
	return err;
}

static int fuzz_open(const char *path)
{
	return FD;
}

static int fuzz_close(int fd)
{
	return 0;
}

static int fuzz_map(int fd, size_t length, uint32_t offset, void **memory)
{
	if (!length || length > MOST_MAP)
		return -ENOMEM;
	*memory = malloc(length);
	if (!*memory)
		return -ENOMEM;
	memset(*memory, offset >> 16, length);
	for (size_t i = 0; i < length && left > 64; i++) /* a JPEG, for one */
		((uint8_t *)*memory)[i] = next_byte();
	driver.maps++;
	return 0;
}

static int fuzz_unmap(void *memory, size_t length)
{
	driver.maps--;
	free(memory);
	return 0;
}

static ssize_t fuzz_write(int fd, const void *data, size_t bytes)
{
	return -EIO;
}

static int fuzz_poll(struct pollfd *fd, uint64_t deadline_ns)
{
	uint8_t code = next_byte();

	fd->revents = code == 1 ? POLLERR : POLLIN;
	return left && code != 2 ? 1 : 0;
}

static int fuzz_text(const char *path, char *text, size_t size)
{
	size_t i = 0;

	for (; i + 1 < size && i < 8; i++)
		text[i] = (char)next_byte();
	text[i] = '\0';
	return next_byte() % 2 ? -ENOENT : 0;
}

static int fuzz_nodes(int *numbers, int most)
{
	for (int i = 0; i < 2; i++)
		numbers[i] = i;
	return 2;
}

const struct pmk_v4l2_sys pmk_v4l2_kernel = { fuzz_open, fuzz_close, fuzz_ioctl, fuzz_map, fuzz_unmap, fuzz_write,
	fuzz_poll, fuzz_text, fuzz_nodes };

/* Sum all samples, so that the sanitizer sees what is not there. */
static unsigned use(const struct pmk_frame *frame)
{
	const struct pmk_layout *layout = &frame->image.layout;
	unsigned sum = 0;

	for (int y = 0; y < layout->height; y++)
		for (int x = 0; x < layout->width; x++)
			sum += frame->image.plane[0][y * frame->image.stride[0] + x];
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint32_t formats[] = { PMK_FOURCC_YUYV, PMK_FOURCC_NV12, PMK_FOURCC_MJPG, PMK_FOURCC_YU12,
		PMK_FOURCC_NM12, PMK_FOURCC_YM12, PMK_FOURCC_RGB3, PMK_FOURCC_Y16 };
	const struct pmk_source_wish wish = { .width = WIDTH, .height = HEIGHT, .fps = 30, .larger = size % 2 };
	struct pmk_source *source;

	if (!size)
		return 0;
	input = bytes + 1;
	left = size - 1;
	memset(&driver, 0, sizeof driver);
	driver.fourcc = formats[bytes[0] % 8];
	driver.type = bytes[0] % 16 < 8 && !pmk_fourcc_is_apart(driver.fourcc) ? V4L2_BUF_TYPE_VIDEO_CAPTURE :
										 V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	if (pmk_source_v4l2_open("/dev/video0", &wish, &source) == 0) {
		for (int i = 0; i < READS; i++) {
			struct pmk_frame *frame = NULL;

			if (source->impl->read(source, &frame, pmk_clock_now_ns() + PMK_MS_NS) == 0)
				used += use(frame);
			pmk_frame_unref(frame);
		}
		source->impl->close(source);
	}
	if (driver.maps)
		abort();
	return 0;
}
