/* SPDX-License-Identifier: MIT */
#include "io/v4l2/sink_v4l2.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { MOST_NODES = 256 };

/* A client that polls holds the format or its buffers for moments; it is waited for. */
static const uint64_t PATIENCE_NS = 300 * PMK_MS_NS, AGAIN_NS = 25 * PMK_MS_NS;

/* Name the virtual cameras that do exist, by file names alone: opening a node might wake up a camera. */
static int report_absent(const char *path)
{
	int numbers[MOST_NODES], count = pmk_v4l2_kernel.nodes(numbers, MOST_NODES);
	char attribute[96], node[32], text[16], seen[300] = "";
	size_t used = 0;

	for (int i = 0; i < count && used < sizeof(seen); i++) {
		snprintf(attribute, sizeof(attribute), PMK_V4L2_RING_SIZE, numbers[i]);
		snprintf(node, sizeof(node), "/dev/video%d", numbers[i]);
		if (strcmp(path, node) != 0 && pmk_v4l2_kernel.text(attribute, text, sizeof(text)) == 0)
			used += (size_t)snprintf(seen + used, sizeof(seen) - used, "%s%s", used ? ", " : "", node);
	}
	if (used)
		pmk_error("%s: no such device; the virtual cameras here are %s", path, seen);
	else
		pmk_error_cure(PMK_CURE_MAKE_OUTPUT, "%s: no such device, and there is no virtual camera at all", path);
	return -ENOENT;
}

int pmk_v4l2_sink_held(const struct pmk_v4l2_sink *s, enum pmk_cure cure, const char *subject, const char *why)
{
	pmk_log(s->optional ? PMK_LOG_WARN : PMK_LOG_ERROR, cure, subject, "%s: %s%s", s->path, why,
		s->optional ? "; it is left out until it is free" : "");
	return -EBUSY;
}

int pmk_v4l2_sink_report(const struct pmk_v4l2_sink *s, int err)
{
	const char *path = s->path;

	switch (err) {
	case -ENOENT:
	case -ENXIO:
		return report_absent(path);
	case -EACCES:
	case -EPERM:
		pmk_error_cure(PMK_CURE_VIDEO_PERMISSION, "%s: not permitted", path);
		return -EACCES;
	case -EBUSY:
		return pmk_v4l2_sink_held(
			s, PMK_CURE_FREE_OUTPUT, NULL, "another program already feeds this virtual camera");
	case -ENODEV:
	case -ENOTTY:
		pmk_error_cure(PMK_CURE_SEE_OUTPUTS, "%s: not a virtual camera", path);
		return -ENODEV;
	default:
		pmk_error_cure(PMK_CURE_RELOAD_LOOPBACK, "%s: cannot use the virtual camera: %s", path, strerror(-err));
		return err == -EINVAL ? -EIO : err; /* a driver's refusal is not a usage error */
	}
}

/* Whether it still is then. */
static bool stays_busy(int fd, const struct v4l2_capability *cap, uint64_t until_ns)
{
	while (pmk_v4l2_busy(fd, cap)) {
		if (pmk_clock_now_ns() >= until_ns)
			return true;
		pmk_clock_sleep_until(pmk_clock_now_ns() + AGAIN_NS);
	}
	return false;
}

static int check_caps(struct pmk_v4l2_sink *s, struct v4l2_capability *cap)
{
	int err = pmk_v4l2_query(s->fd, cap);

	if (err < 0)
		return pmk_v4l2_sink_report(s, err == -EINVAL ? -ENOTTY : err);
	if (!pmk_v4l2_is_loopback(cap))
		return pmk_v4l2_sink_report(s, -ENODEV);
	if (!(cap->device_caps & (V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_CAPTURE)))
		return pmk_v4l2_sink_held(s, PMK_CURE_RELOAD_LOOPBACK, NULL,
			"the virtual camera was left unusable by an earlier program");
	return 0;
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

/* Ask for our format; *given is what the node has then. -EINVAL: before 0.14, the ring cannot be resized while another
 * program has the node open; *given would be ours all the same. */
static int agree(struct pmk_v4l2_sink *s, struct v4l2_pix_format *given)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT, .fmt.pix = s->pix };
	int err = pmk_v4l2_sink_ioctl(s, VIDIOC_S_FMT, &format);

	if (err == -EBUSY) /* 0.13 says in this way that the format is held */
		err = pmk_v4l2_sink_ioctl(s, VIDIOC_G_FMT, &format);
	*given = format.fmt.pix;
	return err;
}

/* Whether pictures of `bytes` with these strides are what the node means by its format. */
static bool suits(const struct v4l2_pix_format *given, uint32_t stride, size_t bytes)
{
	return bytes && given->sizeimage >= bytes && (!given->bytesperline || given->bytesperline == stride);
}

static bool is_ours(const struct pmk_v4l2_sink *s, const struct v4l2_pix_format *given)
{
	return given->width == s->pix.width && given->height == s->pix.height &&
		given->pixelformat == s->pix.pixelformat && suits(given, s->pix.bytesperline, s->bytes);
}

/* The size in bytes of a held RGB picture that can be fed; 0: it cannot. */
static size_t rgb_bytes(const struct v4l2_pix_format *held)
{
	uint32_t plain = pmk_fourcc_plain(held->pixelformat);
	int stride = pmk_fourcc_stride(plain, (int)pmk_min_u64(held->width, PMK_IMAGE_MAX_PX));
	size_t bytes = pmk_fourcc_bytes(plain, (int)held->width, (int)held->height, stride);

	if (plain != PMK_FOURCC_RGB3 && plain != PMK_FOURCC_BGR3 && plain != PMK_FOURCC_AR24 &&
		plain != PMK_FOURCC_BA24)
		return 0;
	return suits(held, (uint32_t)stride, bytes) ? bytes : 0;
}

/* Feed an RGB format that a client holds, as one that opened the node before its first producer does: the driver begins
 * with BGR4 640x480, and no choice of ours would give that. False: it is not RGB, or there is no memory. */
static bool feed_held_rgb(struct pmk_v4l2_sink *s, const struct v4l2_pix_format *held)
{
	struct pmk_layout layout = s->layout;
	size_t bytes = rgb_bytes(held);

	layout.width = (int)held->width;
	layout.height = (int)held->height;
	if (!bytes || pmk_image_alloc(&s->fitted, &layout))
		return false;
	s->pix = *held;
	s->bytes = bytes;
	return true;
}

/* Whether another try may succeed, found out without waiting and without a word. A node that shows at once that it
 * is fed is not asked for a format: before 0.14 that may fix the size of its ring. */
static bool can_be_had(struct pmk_v4l2_sink *s, const struct v4l2_capability *cap)
{
	struct v4l2_pix_format given;
	int err;

	if (!(cap->device_caps & V4L2_CAP_VIDEO_OUTPUT) && pmk_v4l2_busy(s->fd, cap))
		return false;
	err = agree(s, &given);
	return err < 0 ? err != -EINVAL : is_ours(s, &given) || rgb_bytes(&given);
}

/* Tell who holds the format: the driver itself, or a program. What can be fed is fed. */
static int take_held(struct pmk_v4l2_sink *s, const struct v4l2_pix_format *held)
{
	bool keeps = pmk_v4l2_control(s->fd, PMK_V4L2_KEEP_FORMAT) != 0;
	bool another_size = held->pixelformat == s->pix.pixelformat;
	enum pmk_cure cure = another_size ? PMK_CURE_HELD_SIZE : PMK_CURE_CLOSE_HOLDER;
	char name[5], size[24], why[128];

	snprintf(size, sizeof(size), "%ux%u", held->width, held->height);
	snprintf(why, sizeof(why), "the virtual camera is held at %s %s by %s",
		pmk_fourcc_name(held->pixelformat, name), size,
		keeps ? "its driver (keep_format=1)" : "a program that has it open");
	if (feed_held_rgb(s, held)) {
		pmk_log(PMK_LOG_WARN, keeps ? PMK_CURE_DROP_FORMAT : PMK_CURE_NONE, s->path,
			"%s: %s; pictures are scaled to fit", s->path, why);
		return 0;
	}
	return pmk_v4l2_sink_held(s, keeps ? PMK_CURE_DROP_FORMAT : cure, keeps ? s->path : size, why);
}

static int set_format(struct pmk_v4l2_sink *s, uint64_t until_ns)
{
	struct v4l2_pix_format given;
	int err;

	for (;;) {
		err = agree(s, &given);
		if (err < 0 && err != -EINVAL)
			return pmk_v4l2_sink_report(s, err);
		if (!err && is_ours(s, &given))
			return 0;
		if (pmk_clock_now_ns() >= until_ns)
			return !err ?
				take_held(s, &given) :
				pmk_v4l2_sink_held(s, PMK_CURE_CLOSE_HOLDER, NULL,
					"the virtual camera is held at another size by a program that has it open");
		pmk_clock_sleep_until(pmk_clock_now_ns() + AGAIN_NS);
	}
}

static int choose_format(struct pmk_v4l2_sink *s, const struct pmk_sink_setup *setup)
{
	char name[5];

	ask_format(&s->pix, setup);
	s->bytes = s->pix.sizeimage;
	if (!s->bytes ||
		(s->pix.pixelformat != PMK_FOURCC_YUYV && s->pix.pixelformat != PMK_FOURCC_NV12 &&
			s->pix.pixelformat != PMK_FOURCC_YU12)) {
		pmk_error("%s: a virtual camera accepts YUYV, NV12 or YU12, not %s", s->path,
			pmk_fourcc_name(s->pix.pixelformat, name));
		return -EINVAL;
	}
	return 0;
}

/* A reader that waits for longer than the driver's timeout gets a picture of zeros, which is green, and our ring rests
 * while nobody watches. */
static void drop_timeout(struct pmk_v4l2_sink *s)
{
	int ms = pmk_v4l2_control(s->fd, PMK_V4L2_TIMEOUT);

	if (ms > 0 && pmk_v4l2_set_control(s->fd, PMK_V4L2_TIMEOUT, 0) >= 0)
		pmk_info("%s: the driver's timeout was %d ms and is off now: it shows green pictures", s->path, ms);
}

int pmk_v4l2_sink_negotiate(struct pmk_v4l2_sink *s, const struct pmk_sink_setup *setup, struct v4l2_capability *cap)
{
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };
	char format[5];
	uint64_t patience_ns = setup->at_once ? 0 : PATIENCE_NS;
	int err = choose_format(s, setup);

	if (err == 0)
		err = check_caps(s, cap);
	if (err == 0 && setup->at_once && !can_be_had(s, cap))
		return -EBUSY;
	if (err == 0 && stays_busy(s->fd, cap, pmk_clock_now_ns() + patience_ns))
		err = pmk_v4l2_sink_report(s, -EBUSY);
	if (err == 0)
		err = set_format(s, pmk_clock_now_ns() + patience_ns);
	if (err < 0)
		return err;
	drop_timeout(s);
	parm.parm.output.timeperframe = pmk_v4l2_interval(setup->fps > 0 ? setup->fps : 30);
	err = pmk_v4l2_sink_ioctl(s, VIDIOC_S_PARM, &parm);
	if (err < 0)
		pmk_warn("%s: the virtual camera refuses the rate: %s; clients will see its own", s->path,
			strerror(-err));
	snprintf(s->base.name, sizeof(s->base.name), "%s (%s) %s %ux%u", s->path, (const char *)cap->card,
		pmk_fourcc_name(s->pix.pixelformat, format), s->pix.width, s->pix.height);
	return 0;
}
