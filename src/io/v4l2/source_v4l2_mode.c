/* SPDX-License-Identifier: MIT */
#include "io/v4l2/source_v4l2.h"

#include "base/log.h"
#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODES = 1024 };

int pmk_v4l2_source_report(const char *path, int err)
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
		return err == -EINVAL ? -EIO : err; /* a driver's refusal is not a usage error */
	}
}

/* Set range, matrix and sampling as the driver tells them. A raw picture in the colour space of JPEG has full range. */
static void set_meaning(struct pmk_v4l2_source *s)
{
	const struct v4l2_pix_format *pix = &s->pix;
	uint32_t encoding = pix->ycbcr_enc, range = pix->quantization;
	struct pmk_layout *layout = &s->base.layout;

	layout->width = (int)pix->width;
	layout->height = (int)pix->height;
	if (pmk_unpack_meaning(pix->pixelformat, layout))
		return;
	if (encoding == V4L2_YCBCR_ENC_DEFAULT)
		encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(pix->colorspace);
	if (encoding == V4L2_YCBCR_ENC_709 || encoding == V4L2_YCBCR_ENC_XV709)
		layout->matrix = PMK_MATRIX_BT709;
	if (range == V4L2_QUANTIZATION_FULL_RANGE ||
		(range == V4L2_QUANTIZATION_DEFAULT && pix->colorspace == V4L2_COLORSPACE_JPEG))
		layout->range = PMK_RANGE_FULL;
	else if (range == V4L2_QUANTIZATION_LIM_RANGE)
		layout->range = PMK_RANGE_LIMITED;
}

static int set_format(struct pmk_v4l2_source *s, const struct pmk_device_mode *mode)
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
	err = pmk_v4l2_source_ioctl(s, VIDIOC_S_FMT, &format);
	if (err < 0)
		return pmk_v4l2_source_report(s->path, err);
	least = pmk_fourcc_stride(pix->pixelformat, (int)(pix->width & 0xffff));
	if (pix->pixelformat != mode->fourcc || pix->width < PMK_IMAGE_MIN_PX || pix->height < PMK_IMAGE_MIN_PX ||
		pix->width > PMK_IMAGE_MAX_PX || pix->height > PMK_IMAGE_MAX_PX || pix->bytesperline > 1 << 20) {
		pmk_error_cure(PMK_CURE_OTHER_MODE,
			"%s: the camera gives %s %ux%u when asked for %s %dx%d, which is not supported", s->path,
			pmk_fourcc_name(pix->pixelformat, given), pix->width, pix->height,
			pmk_fourcc_name(mode->fourcc, asked), mode->width, mode->height);
		return -EIO;
	}
	s->pix = *pix;
	s->stride = pmk_max((int)pix->bytesperline, least);
	set_meaning(s);
	return 0;
}

static void set_rate(struct pmk_v4l2_source *s, const struct pmk_device_mode *mode, const struct pmk_source_wish *wish)
{
	struct v4l2_streamparm parm = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	const struct v4l2_fract *given = &parm.parm.capture.timeperframe;
	double wanted = wish->fps > 0 ? wish->fps : 30;

	if (mode->fps > 0 && mode->fps < wanted)
		wanted = mode->fps;
	parm.parm.capture.timeperframe = pmk_v4l2_interval(wanted);
	s->base.fps = mode->fps > 0 ? mode->fps : wanted;
	if (pmk_v4l2_source_ioctl(s, VIDIOC_S_PARM, &parm) >= 0 && given->numerator && given->denominator)
		s->base.fps = (double)given->denominator / given->numerator;
	if (!(s->base.fps >= 0.1 && s->base.fps <= 1000))
		s->base.fps = wanted;
}

static int check_caps(const struct pmk_v4l2_source *s, const struct v4l2_capability *cap)
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
		return pmk_v4l2_source_report(s->path, -ENODEV);
	return 0;
}

/* None of the modes will do. */
static int refuse(const struct pmk_v4l2_source *s, const struct pmk_source_wish *wish, int modes)
{
	struct pmk_v4l2_offers offers;
	char name[5];

	pmk_v4l2_offers(s->fd, &offers);
	if (modes) {
		pmk_error_cure(PMK_CURE_ANY_FORMAT, "%s: the camera has no format %s; it offers %s", s->path,
			pmk_fourcc_name(wish->fourcc, name), offers.text);
		return -EINVAL;
	}
	if (offers.text[0])
		pmk_error_cure(offers.unprocessed ? PMK_CURE_PROCESS_CAMERA : PMK_CURE_OTHER_CAMERA,
			"%s: the camera offers only %s, which cannot be read", s->path, offers.text);
	else
		pmk_error_cure(PMK_CURE_OTHER_CAMERA, "%s: the camera offers no picture format at all", s->path);
	return -ENODEV;
}

static int choose_mode(
	const struct pmk_v4l2_source *s, const struct pmk_source_wish *wish, struct pmk_device_mode *mode)
{
	struct pmk_device_mode *modes = calloc(MODES, sizeof(*modes));
	int count, best;

	if (!modes)
		return -ENOMEM;
	count = pmk_v4l2_modes(s->fd, wish, modes, MODES);
	best = pmk_v4l2_choose(modes, count, wish);
	if (best >= 0)
		*mode = modes[best];
	free(modes);
	return best >= 0 ? 0 : refuse(s, wish, count);
}

int pmk_v4l2_source_negotiate(struct pmk_v4l2_source *s, const struct pmk_source_wish *wish)
{
	struct v4l2_capability cap;
	struct pmk_device_mode mode;
	char format[5];
	int err = pmk_v4l2_query(s->fd, &cap);

	if (err < 0)
		return pmk_v4l2_source_report(s->path, err == -EINVAL ? -ENOTTY : err);
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
	pmk_v4l2_source_note_twins(&s->base.place);
	snprintf(s->base.name, sizeof(s->base.name), "%s (%s) %s %dx%d at %g/s", s->path, (const char *)cap.card,
		pmk_fourcc_name(mode.fourcc, format), s->base.layout.width, s->base.layout.height, s->base.fps);
	return 0;
}
