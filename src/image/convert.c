/* SPDX-License-Identifier: MIT */
#include "image/convert.h"

#include "image/fourcc.h"

#include <assert.h>
#include <errno.h>
#include <libyuv.h>

int pmk_convert_from_raw(struct pmk_image *image, uint32_t fourcc, const uint8_t *data, size_t bytes, int stride)
{
	int w = image->layout.width, h = image->layout.height, half;
	size_t need = pmk_fourcc_bytes(fourcc, w, h, stride);
	uint8_t *y = image->plane[0], *u = image->plane[1], *v = image->plane[2];
	const uint8_t *chroma = data + (size_t)stride * (size_t)h;
	int sy = image->stride[0], su = image->stride[1], sv = image->stride[2];

	if (need == 0 || bytes < need || image->layout.chroma != pmk_fourcc_chroma(fourcc))
		return -EINVAL;
	half = (int)pmk_fourcc_chroma_stride(fourcc, w, stride);
	switch (fourcc) {
	case PMK_FOURCC_YUYV:
		return YUY2ToI422(data, stride, y, sy, u, su, v, sv, w, h) ? -EINVAL : 0;
	case PMK_FOURCC_UYVY:
		return UYVYToI422(data, stride, y, sy, u, su, v, sv, w, h) ? -EINVAL : 0;
	case PMK_FOURCC_NV12:
		return NV12ToI420(data, stride, chroma, half, y, sy, u, su, v, sv, w, h) ? -EINVAL : 0;
	case PMK_FOURCC_YV12:
		u = image->plane[2];
		v = image->plane[1];
		/* fall through */
	default:
		return I420Copy(data, stride, chroma, half, chroma + (size_t)half * (size_t)((h + 1) / 2), half, y, sy,
			       u, su, v, sv, w, h) ?
			-EINVAL :
			0;
	}
}

/* libyuv has I422ToNV21 but no I422ToNV12; they differ only in the order of U and V. */
static int to_nv12(const struct pmk_image *m, uint8_t *y, uint8_t *uv)
{
	int w = m->layout.width, h = m->layout.height, both = (w + 1) / 2 * 2;

	if (m->layout.chroma == PMK_CHROMA_422)
		return I422ToNV21(m->plane[0], m->stride[0], m->plane[2], m->stride[2], m->plane[1], m->stride[1], y, w,
			uv, both, w, h);
	return I420ToNV12(
		m->plane[0], m->stride[0], m->plane[1], m->stride[1], m->plane[2], m->stride[2], y, w, uv, both, w, h);
}

static int to_yu12(const struct pmk_image *m, uint8_t *y, uint8_t *u, uint8_t *v)
{
	int w = m->layout.width, h = m->layout.height, half = (w + 1) / 2;

	if (m->layout.chroma == PMK_CHROMA_422)
		return I422ToI420(m->plane[0], m->stride[0], m->plane[1], m->stride[1], m->plane[2], m->stride[2], y, w,
			u, half, v, half, w, h);
	return I420Copy(m->plane[0], m->stride[0], m->plane[1], m->stride[1], m->plane[2], m->stride[2], y, w, u, half,
		v, half, w, h);
}

static int to_yuyv(const struct pmk_image *m, uint8_t *data, int stride)
{
	int w = m->layout.width, h = m->layout.height;

	if (m->layout.chroma == PMK_CHROMA_422)
		return I422ToYUY2(m->plane[0], m->stride[0], m->plane[1], m->stride[1], m->plane[2], m->stride[2], data,
			stride, w, h);
	return I420ToYUY2(
		m->plane[0], m->stride[0], m->plane[1], m->stride[1], m->plane[2], m->stride[2], data, stride, w, h);
}

int pmk_convert_to_raw(const struct pmk_image *image, uint32_t fourcc, uint8_t *data, size_t bytes)
{
	int w = image->layout.width, h = image->layout.height, stride = pmk_fourcc_stride(fourcc, w);
	size_t need = pmk_fourcc_bytes(fourcc, w, h, stride), half = (size_t)(w + 1) / 2 * (size_t)((h + 1) / 2);
	uint8_t *chroma = data + (size_t)w * (size_t)h;

	if (need == 0 || bytes < need)
		return -EINVAL;
	switch (fourcc) {
	case PMK_FOURCC_YUYV:
		return to_yuyv(image, data, stride) ? -EINVAL : 0;
	case PMK_FOURCC_NV12:
		return to_nv12(image, data, chroma) ? -EINVAL : 0;
	case PMK_FOURCC_YU12:
		return to_yu12(image, data, chroma, chroma + half) ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

int pmk_convert_scale(const struct pmk_image *from, struct pmk_image *to)
{
	if (from->layout.range != to->layout.range || from->layout.matrix != to->layout.matrix)
		return -EINVAL;
	for (int p = 0; p < 3; p++) {
		ScalePlane(from->plane[p], from->stride[p], pmk_layout_plane_width(&from->layout, p),
			pmk_layout_plane_height(&from->layout, p), to->plane[p], to->stride[p],
			pmk_layout_plane_width(&to->layout, p), pmk_layout_plane_height(&to->layout, p), kFilterBox);
	}
	return 0;
}

/* The largest centred part of `from` that has the aspect ratio of `to`, at even coordinates for the chroma samples. */
static struct pmk_rect middle_of_shape(const struct pmk_layout *from, const struct pmk_layout *to)
{
	struct pmk_rect part = { .width = from->width, .height = from->height };
	double wider = (double)from->width * to->height / ((double)from->height * to->width);

	if (wider > 1.02)
		part.width = (int)(from->width / wider) & ~1;
	else if (wider < 0.98)
		part.height = (int)(from->height * wider) & ~1;
	part.width = part.width ? part.width : 1;
	part.height = part.height ? part.height : 1;
	part.x = (from->width - part.width) / 2 & ~1;
	part.y = (from->height - part.height) / 2 & ~1;
	return part;
}

int pmk_convert_scale_middle(const struct pmk_image *from, struct pmk_image *to)
{
	struct pmk_rect part = middle_of_shape(&from->layout, &to->layout);
	struct pmk_image cropped = *from;
	int rows = from->layout.chroma == PMK_CHROMA_420 ? 2 : 1; /* of luma per row of chroma */

	cropped.layout.width = part.width;
	cropped.layout.height = part.height;
	cropped.block = NULL;
	cropped.plane[0] += (size_t)part.y * (size_t)from->stride[0] + (size_t)part.x;
	for (int p = 1; p < 3; p++)
		cropped.plane[p] += (size_t)(part.y / rows) * (size_t)from->stride[p] + (size_t)part.x / 2;
	return pmk_convert_scale(&cropped, to);
}

void pmk_convert_orient(const struct pmk_image *from, struct pmk_image *to, bool mirror, bool flip)
{
	assert(pmk_layout_equal(&from->layout, &to->layout));
	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&from->layout, p),
		    height = pmk_layout_plane_height(&from->layout, p);
		/* libyuv flips a picture whose height is negative */
		(mirror ? MirrorPlane : CopyPlane)(
			from->plane[p], from->stride[p], to->plane[p], to->stride[p], width, flip ? -height : height);
	}
}
