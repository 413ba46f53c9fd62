/* SPDX-License-Identifier: MIT */
#include "io/v4l2/sink_v4l2.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { MOST_NODES = 256 };

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

int pmk_v4l2_sink_report(const char *path, int err)
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
		return err == -EINVAL ? -EIO : err; /* a driver's refusal is not a usage error */
	}
}

static int check_caps(struct pmk_v4l2_sink *s, struct v4l2_capability *cap)
{
	int err = pmk_v4l2_query(s->fd, cap);

	if (err < 0)
		return pmk_v4l2_sink_report(s->path, err == -EINVAL ? -ENOTTY : err);
	if (!pmk_v4l2_is_loopback(cap))
		return pmk_v4l2_sink_report(s->path, -ENODEV);
	if (!(cap->device_caps & (V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_CAPTURE))) {
		pmk_error_cure(PMK_CURE_RELOAD_LOOPBACK,
			"%s: the virtual camera was left unusable by an earlier program", s->path);
		return -EBUSY;
	}
	return pmk_v4l2_busy(s->fd, cap) ? pmk_v4l2_sink_report(s->path, -EBUSY) : 0;
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

static int set_format(struct pmk_v4l2_sink *s, const struct pmk_sink_setup *setup)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };
	const struct v4l2_pix_format *given = &format.fmt.pix;
	char name[5], held[24];
	int err;

	ask_format(&s->pix, setup);
	s->bytes = s->pix.sizeimage;
	if (!s->bytes || s->pix.pixelformat == PMK_FOURCC_UYVY || s->pix.pixelformat == PMK_FOURCC_YV12) {
		pmk_error("%s: a virtual camera accepts YUYV, NV12 or YU12, not %s", s->path,
			pmk_fourcc_name(s->pix.pixelformat, name));
		return -EINVAL;
	}
	format.fmt.pix = s->pix;
	err = pmk_v4l2_sink_ioctl(s, VIDIOC_S_FMT, &format);
	if (err == -EBUSY || err == -EINVAL) /* 0.13 and 0.12 say in this way that the format is held */
		err = pmk_v4l2_sink_ioctl(s, VIDIOC_G_FMT, &format);
	if (err < 0)
		return pmk_v4l2_sink_report(s->path, err);
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

int pmk_v4l2_sink_negotiate(struct pmk_v4l2_sink *s, const struct pmk_sink_setup *setup, struct v4l2_capability *cap)
{
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };
	char format[5];
	int err = check_caps(s, cap);

	if (err == 0)
		err = set_format(s, setup);
	if (err < 0)
		return err;
	parm.parm.output.timeperframe = pmk_v4l2_interval(setup->fps > 0 ? setup->fps : 30);
	err = pmk_v4l2_sink_ioctl(s, VIDIOC_S_PARM, &parm);
	if (err < 0)
		pmk_warn("%s: the virtual camera refuses the rate: %s; clients will see its own", s->path,
			strerror(-err));
	snprintf(s->base.name, sizeof(s->base.name), "%s (%s) %s %ux%u", s->path, (const char *)cap->card,
		pmk_fourcc_name(s->pix.pixelformat, format), s->pix.width, s->pix.height);
	return 0;
}
