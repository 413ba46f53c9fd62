/* SPDX-License-Identifier: MIT */
#include "io/v4l2/source_v4l2.h"

#include "base/log.h"
#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODES = 1024, MOST_STRIDE = 1 << 20 /* bytes */ };

int pmk_v4l2_source_report(const char *path, int err)
{
	switch (err) {
	case -ENOENT:
	case -ENXIO:
		pmk_error_cure(PMK_CURE_SEE_CAMERAS, "%s: no such device", path);
		return -ENOENT;
	case -EACCES:
	case -EPERM:
		pmk_error_cure(PMK_CURE_CAMERA_PERMISSION, "%s: not permitted", path);
		return -EACCES;
	case -EBUSY:
		pmk_error_cure(PMK_CURE_FREE_CAMERA, "%s: taken by another program", path);
		return -EBUSY;
	case -ENODEV:
	case -ENOTTY:
		pmk_error_cure(PMK_CURE_SEE_CAMERAS, "%s: not a camera", path);
		return -ENODEV;
	case -EPIPE:
	case -ENOLINK: /* of VIDIOC_STREAMON, by the documentation of the kernel */
		pmk_error_cure(PMK_CURE_PROCESS_CAMERA, "%s: the sensor's pipeline has not been configured", path);
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
	layout->height = (int)pix->height * (s->doubled ? 2 : 1);
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

/* What is asked of the driver and what it answers, as if all planes were in one block. */
static int try_format(struct pmk_v4l2_source *s, struct v4l2_pix_format *pix)
{
	struct v4l2_format format = { .type = s->type, .fmt.pix = *pix };
	struct v4l2_pix_format_mplane *multi = &format.fmt.pix_mp;
	int err;

	if (!V4L2_TYPE_IS_MULTIPLANAR(s->type)) {
		err = pmk_v4l2_source_ioctl(s, VIDIOC_S_FMT, &format);
		*pix = format.fmt.pix;
		s->planes = 1;
		return err;
	}
	memset(&format.fmt, 0, sizeof(format.fmt));
	*multi = (struct v4l2_pix_format_mplane){
		.width = pix->width, .height = pix->height, .pixelformat = pix->pixelformat, .field = pix->field
	};
	err = pmk_v4l2_source_ioctl(s, VIDIOC_S_FMT, &format);
	*pix = (struct v4l2_pix_format){ .width = multi->width,
		.height = multi->height,
		.pixelformat = multi->pixelformat,
		.field = multi->field,
		.bytesperline = multi->plane_fmt[0].bytesperline,
		.colorspace = multi->colorspace,
		.ycbcr_enc = multi->ycbcr_enc,
		.quantization = multi->quantization };
	s->planes = pmk_fourcc_is_apart(multi->pixelformat) ? pmk_fourcc_planes(multi->pixelformat) : 1;
	for (int p = 1; p < s->planes; p++)
		s->strides[p] = (int)pmk_min_size(multi->plane_fmt[p].bytesperline, MOST_STRIDE);
	return err;
}

/* A driver that does not tell the strides of the other planes pads them like the first one. */
static void set_strides(struct pmk_v4l2_source *s)
{
	uint32_t fourcc = s->pix.pixelformat;
	int width = (int)s->pix.width, least = pmk_fourcc_stride(fourcc, width);

	s->strides[0] = pmk_max((int)s->pix.bytesperline, least);
	for (int p = 1; p < s->planes; p++) {
		int padded = (int)pmk_fourcc_chroma_stride(fourcc, width, s->strides[0]);

		s->strides[p] = s->strides[p] ?
			pmk_max(s->strides[p], (int)pmk_fourcc_chroma_stride(fourcc, width, least)) :
			padded;
	}
}

/* A driver may give another size than it was asked for. */
static void check_picture(struct pmk_source *source, bool doubled)
{
	if (!doubled && source->layout.width > source->picture_width && source->layout.height > source->picture_height)
		return;
	source->picture_width = source->picture_height = 0;
}

static int set_format(struct pmk_v4l2_source *s, const struct pmk_device_mode *mode)
{
	struct v4l2_pix_format pix = { .width = (uint32_t)mode->width,
		.height = (uint32_t)mode->height,
		.pixelformat = mode->fourcc,
		.field = V4L2_FIELD_NONE,
		.priv = V4L2_PIX_FMT_PRIV_MAGIC };
	char asked[5], given[5];
	int err = try_format(s, &pix), fields;

	if (err < 0)
		return pmk_v4l2_source_report(s->path, err);
	s->doubled = pix.field == V4L2_FIELD_TOP || pix.field == V4L2_FIELD_BOTTOM || pix.field == V4L2_FIELD_ALTERNATE;
	fields = s->doubled ? 2 : 1;
	if (pmk_fourcc_plain(pix.pixelformat) != pmk_fourcc_plain(mode->fourcc) || pix.width < PMK_IMAGE_MIN_PX ||
		pix.height < PMK_IMAGE_MIN_PX || pix.width > PMK_IMAGE_MAX_PX ||
		pix.height > (uint32_t)(PMK_IMAGE_MAX_PX / fields) || pix.bytesperline > MOST_STRIDE) {
		pmk_error_cure(PMK_CURE_OTHER_MODE,
			"%s: the camera gives %s %ux%u when asked for %s %dx%d, which is not supported", s->path,
			pmk_fourcc_name(pix.pixelformat, given), pix.width, pix.height,
			pmk_fourcc_name(mode->fourcc, asked), mode->width, mode->height);
		return -EIO;
	}
	s->pix = pix;
	s->bottom = pix.field == V4L2_FIELD_BOTTOM || pix.field == V4L2_FIELD_SEQ_BT;
	set_strides(s);
	set_meaning(s);
	check_picture(&s->base, s->doubled);
	return 0;
}

static void set_rate(struct pmk_v4l2_source *s, const struct pmk_device_mode *mode, const struct pmk_source_wish *wish)
{
	struct v4l2_streamparm parm = { .type = s->type };
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
	return pmk_v4l2_capture_type(cap) ? 0 : pmk_v4l2_source_report(s->path, -ENODEV);
}

/* None of the modes will do. */
static int refuse(const struct pmk_v4l2_source *s, const struct pmk_source_wish *wish, int modes)
{
	struct pmk_v4l2_offers offers;
	char name[5];

	pmk_v4l2_offers(s->fd, s->type, &offers);
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

/* Without the module that decodes streams, another mode is better than none. */
static int choose_without_streams(
	struct pmk_device_mode *modes, int count, const struct pmk_source_wish *wish, int chosen)
{
	struct pmk_device_mode kept = modes[chosen];
	int best, rest = 0;

	for (int i = 0; i < count; i++) {
		if (!pmk_fourcc_is_stream(modes[i].fourcc))
			modes[rest++] = modes[i];
	}
	best = pmk_v4l2_choose(modes, rest, wish);
	if (best >= 0)
		return best;
	modes[0] = kept;
	return 0;
}

/* The picture's size is that of the mode that would have been used if none larger were wished. */
static int take_larger(struct pmk_v4l2_source *s, const struct pmk_device_mode *modes, int count,
	const struct pmk_source_wish *wish, int chosen)
{
	int larger = pmk_v4l2_choose_larger(modes, count, wish, chosen);

	s->base.picture_width = larger != chosen ? modes[chosen].width : 0;
	s->base.picture_height = larger != chosen ? modes[chosen].height : 0;
	return larger;
}

static int choose_mode(struct pmk_v4l2_source *s, const struct pmk_source_wish *wish, struct pmk_device_mode *mode)
{
	struct pmk_device_mode *modes = calloc(MODES, sizeof(*modes));
	int count, best;

	if (!modes)
		return -ENOMEM;
	count = pmk_v4l2_modes(s->fd, s->type, wish, modes, MODES);
	best = pmk_v4l2_choose(modes, count, wish);
	if (best >= 0 && pmk_fourcc_is_stream(modes[best].fourcc) && !pmk_unpack_can(modes[best].fourcc))
		best = choose_without_streams(modes, count, wish, best);
	if (best >= 0)
		*mode = modes[take_larger(s, modes, count, wish, best)];
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
	s->type = pmk_v4l2_capture_type(&cap);
	err = choose_mode(s, wish, &mode);
	if (err < 0)
		return err;
	err = set_format(s, &mode);
	if (err < 0)
		return err;
	set_rate(s, &mode, wish);
	err = pmk_unpack_init(&s->unpack, s->pix.pixelformat);
	if (err < 0)
		return err;
	memcpy(s->base.place.path, s->path, sizeof(s->path));
	snprintf(s->base.place.card, sizeof(s->base.place.card), "%s", (const char *)cap.card);
	snprintf(s->base.place.bus, sizeof(s->base.place.bus), "%s", (const char *)cap.bus_info);
	pmk_v4l2_source_note_twins(&s->base.place);
	snprintf(s->base.name, sizeof(s->base.name), "%s (%s) %s %dx%d%s at %g/s", s->path, (const char *)cap.card,
		pmk_fourcc_name(s->pix.pixelformat, format), s->base.layout.width, s->base.layout.height,
		s->pix.field > V4L2_FIELD_NONE ? " interlaced" : "", s->base.fps);
	pmk_v4l2_source_check_signal(s);
	return 0;
}
