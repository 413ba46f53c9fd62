/* SPDX-License-Identifier: MIT */
#include "image/convert.h"

#include "image/fourcc.h"

#include <assert.h>
#include <errno.h>
#include <libyuv.h>

static struct pmk_planes planes_of(uint32_t fourcc, const struct pmk_layout *layout, const uint8_t *data, int stride)
{
	int chroma = (int)pmk_fourcc_chroma_stride(fourcc, layout->width, stride);
	struct pmk_planes planes = { .data = { data }, .stride = { stride, chroma, chroma } };

	planes.data[1] = data + (size_t)stride * (size_t)layout->height;
	planes.data[2] = planes.data[1] + (size_t)chroma * (size_t)pmk_fourcc_chroma_rows(fourcc, layout->height);
	return planes;
}

static void swap_chroma(struct pmk_image *image)
{
	uint8_t *plane = image->plane[1];
	int stride = image->stride[1];

	image->plane[1] = image->plane[2];
	image->stride[1] = image->stride[2];
	image->plane[2] = plane;
	image->stride[2] = stride;
}

/* Y in a plane of its own, U and V in turns in another. libyuv has this for 4:2:0 only. */
static void split(const struct pmk_planes *raw, struct pmk_image *m)
{
	CopyPlane(raw->data[0], raw->stride[0], m->plane[0], m->stride[0], m->layout.width, m->layout.height);
	SplitUVPlane(raw->data[1], raw->stride[1], m->plane[1], m->stride[1], m->plane[2], m->stride[2],
		pmk_layout_plane_width(&m->layout, 1), pmk_layout_plane_height(&m->layout, 1));
}

static void copy_planes(const struct pmk_planes *raw, struct pmk_image *m)
{
	for (int p = 0; p < 3; p++)
		CopyPlane(raw->data[p], raw->stride[p], m->plane[p], m->stride[p],
			pmk_layout_plane_width(&m->layout, p), pmk_layout_plane_height(&m->layout, p));
}

/* `image` by value: formats with V before U are read with its planes exchanged. */
static int from_yuv(uint32_t fourcc, const struct pmk_planes *r, struct pmk_image image)
{
	struct pmk_image *m = &image;

	switch (fourcc) {
	case PMK_FOURCC_YVYU:
		swap_chroma(m);
		/* fall through */
	case PMK_FOURCC_YUYV:
		return YUY2ToI422(r->data[0], r->stride[0], m->plane[0], m->stride[0], m->plane[1], m->stride[1],
			m->plane[2], m->stride[2], m->layout.width, m->layout.height);
	case PMK_FOURCC_VYUY:
		swap_chroma(m);
		/* fall through */
	case PMK_FOURCC_UYVY:
		return UYVYToI422(r->data[0], r->stride[0], m->plane[0], m->stride[0], m->plane[1], m->stride[1],
			m->plane[2], m->stride[2], m->layout.width, m->layout.height);
	case PMK_FOURCC_NV21:
	case PMK_FOURCC_NV61:
		swap_chroma(m);
		/* fall through */
	case PMK_FOURCC_NV12:
	case PMK_FOURCC_NV16:
		split(r, m);
		return 0;
	case PMK_FOURCC_YV12:
	case PMK_FOURCC_YV16:
		swap_chroma(m);
		/* fall through */
	default:
		copy_planes(r, m);
		return 0;
	}
}

/* To BT.601 in limited range. libyuv names its formats from the highest byte of a little-endian word, but RAW and RGB24
 * from the lowest address or the highest byte. */
static int from_rgb(uint32_t fourcc, const struct pmk_planes *raw, const struct pmk_image *m)
{
	static const struct {
		uint32_t fourcc;
		int (*convert)(const uint8_t *, int, uint8_t *, int, uint8_t *, int, uint8_t *, int, int, int);
	} ways[] = {
		{ PMK_FOURCC_RGB3, RAWToI420 },
		{ PMK_FOURCC_BGR3, RGB24ToI420 },
		{ PMK_FOURCC_AR24, ARGBToI420 },
		{ PMK_FOURCC_AB24, ABGRToI420 },
		{ PMK_FOURCC_BA24, BGRAToI420 },
		{ PMK_FOURCC_RA24, RGBAToI420 },
		{ PMK_FOURCC_RGBP, RGB565ToI420 },
	};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		if (ways[i].fourcc == fourcc)
			return ways[i].convert(raw->data[0], raw->stride[0], m->plane[0], m->stride[0], m->plane[1],
				m->stride[1], m->plane[2], m->stride[2], m->layout.width, m->layout.height);
	}
	return -1;
}

/* The 8 upper bits; a word of 16 with more than its format's bits is white. */
static void from_grey(uint32_t fourcc, const struct pmk_planes *raw, const struct pmk_image *m)
{
	int w = m->layout.width, h = m->layout.height;
	int bits = fourcc == PMK_FOURCC_Y10 ? 10 : fourcc == PMK_FOURCC_Y12 ? 12 : fourcc == PMK_FOURCC_Y14 ? 14 : 16;

	if (fourcc == PMK_FOURCC_GREY)
		CopyPlane(raw->data[0], raw->stride[0], m->plane[0], m->stride[0], w, h);
	else
		Convert16To8Plane((const uint16_t *)(const void *)raw->data[0], raw->stride[0] / 2, m->plane[0],
			m->stride[0], 1 << (24 - bits), w, h);
	for (int p = 1; p < 3; p++)
		SetPlane(m->plane[p], m->stride[p], pmk_layout_plane_width(&m->layout, p),
			pmk_layout_plane_height(&m->layout, p), 128);
}

static int read_planes(struct pmk_image *image, uint32_t fourcc, const struct pmk_planes *planes)
{
	uint32_t plain = pmk_fourcc_plain(fourcc);

	if (pmk_fourcc_is_rgb(plain))
		return from_rgb(plain, planes, image) ? -EINVAL : 0;
	if (!pmk_fourcc_is_grey(plain))
		return from_yuv(plain, planes, *image) ? -EINVAL : 0;
	if (plain != PMK_FOURCC_GREY && planes->stride[0] % 2)
		return -EINVAL;
	from_grey(plain, planes, image);
	return 0;
}

int pmk_convert_from_raw(struct pmk_image *image, uint32_t fourcc, const uint8_t *data, size_t bytes, int stride)
{
	size_t need = pmk_fourcc_bytes(fourcc, image->layout.width, image->layout.height, stride);
	struct pmk_planes planes;

	if (need == 0 || bytes < need || image->layout.chroma != pmk_fourcc_chroma(fourcc))
		return -EINVAL;
	planes = planes_of(fourcc, &image->layout, data, stride);
	return read_planes(image, fourcc, &planes);
}

int pmk_convert_from_planes(struct pmk_image *image, uint32_t fourcc, const struct pmk_planes *planes)
{
	int w = image->layout.width, h = image->layout.height, least = pmk_fourcc_stride(fourcc, w);

	if (!pmk_fourcc_is_apart(fourcc) || image->layout.chroma != pmk_fourcc_chroma(fourcc))
		return -EINVAL;
	for (int p = 0; p < pmk_fourcc_planes(fourcc); p++) {
		int rows = p ? pmk_fourcc_chroma_rows(fourcc, h) : h;

		if (planes->stride[p] < (p ? (int)pmk_fourcc_chroma_stride(fourcc, w, least) : least) ||
			planes->bytes[p] < (size_t)planes->stride[p] * (size_t)rows)
			return -EINVAL;
	}
	return read_planes(image, fourcc, planes);
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

/* With U and V exchanged, and a matrix for that, libyuv exchanges R and B. */
static int to_rgb(const struct pmk_image *m, uint32_t fourcc, uint8_t *data, int stride)
{
	static const struct YuvConstants *const constants[2][2][2] = {
		{ { &kYuvI601Constants, &kYvuI601Constants }, { &kYuvJPEGConstants, &kYvuJPEGConstants } },
		{ { &kYuvH709Constants, &kYvuH709Constants }, { &kYuvF709Constants, &kYvuF709Constants } },
	};
	static const struct {
		uint32_t fourcc;
		bool exchanged;
		int (*convert[2])(const uint8_t *, int, const uint8_t *, int, const uint8_t *, int, uint8_t *, int,
			const struct YuvConstants *, int, int); /* by pmk_chroma */
	} ways[] = {
		{ PMK_FOURCC_BGR3, false, { I420ToRGB24Matrix, I422ToRGB24Matrix } },
		{ PMK_FOURCC_RGB3, true, { I420ToRGB24Matrix, I422ToRGB24Matrix } },
		{ PMK_FOURCC_AR24, false, { I420ToARGBMatrix, I422ToARGBMatrix } },
		{ PMK_FOURCC_BA24, true, { I420ToRGBAMatrix, I422ToRGBAMatrix } },
	};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		int u = ways[i].exchanged ? 2 : 1, v = 3 - u;

		if (ways[i].fourcc == fourcc)
			return ways[i].convert[m->layout.chroma](m->plane[0], m->stride[0], m->plane[u], m->stride[u],
				m->plane[v], m->stride[v], data, stride,
				constants[m->layout.matrix][m->layout.range][u - 1], m->layout.width, m->layout.height);
	}
	return -1;
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
		return to_rgb(image, pmk_fourcc_plain(fourcc), data, stride) ? -EINVAL : 0;
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

struct pmk_layout pmk_convert_turned(const struct pmk_layout *layout, int quarters)
{
	struct pmk_layout turned = *layout;

	if (quarters % 2 == 0)
		return turned;
	turned.width = layout->height;
	turned.height = layout->width;
	turned.chroma = PMK_CHROMA_420;
	return turned;
}

/* A turn by one or three quarters. Mirroring is flipping the picture before it, and flipping is both that and half a
 * turn more. libyuv flips a picture whose height is negative. In 4:2:2, each row of chroma is there twice. */
static void turn(const struct pmk_image *from, struct pmk_image *to, int quarters, bool mirror, bool flip)
{
	enum RotationMode mode = (quarters == 1) != flip ? kRotate90 : kRotate270;

	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&from->layout, p),
		    height = pmk_layout_plane_height(&from->layout, p);
		int rows = pmk_layout_plane_height(&to->layout, p), stride = to->stride[p];
		int each = p && to->layout.chroma == PMK_CHROMA_422 ? 2 : 1;

		RotatePlane(from->plane[p], from->stride[p], to->plane[p], stride * each, width,
			mirror != flip ? -height : height, mode);
		if (each == 2)
			CopyPlane(to->plane[p], stride * 2, to->plane[p] + stride, stride * 2,
				pmk_layout_plane_width(&to->layout, p), rows / 2);
	}
}

void pmk_convert_orient(const struct pmk_image *from, struct pmk_image *to, int quarters, bool mirror, bool flip)
{
	struct pmk_layout want = pmk_convert_turned(&to->layout, quarters);

	assert(pmk_layout_equal(&from->layout, &want));
	if (quarters % 2) {
		turn(from, to, quarters, mirror, flip);
		return;
	}
	mirror ^= quarters == 2;
	flip ^= quarters == 2;
	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&from->layout, p),
		    height = pmk_layout_plane_height(&from->layout, p);
		(mirror ? MirrorPlane : CopyPlane)(
			from->plane[p], from->stride[p], to->plane[p], to->stride[p], width, flip ? -height : height);
	}
}

struct pmk_frame *pmk_convert_orient_frame(struct pmk_frame *frame, struct pmk_frame_pool *pool,
	const struct pmk_layout *to, int quarters, bool mirror, bool flip)
{
	struct pmk_frame *made;

	if (!quarters && !mirror && !flip)
		return frame;
	made = pmk_frame_pool_take(pool, to);
	if (made) {
		pmk_convert_orient(&frame->image, &made->image, quarters, mirror, flip);
		pmk_frame_copy_moment(made, frame);
	}
	if (made && quarters % 2) {
		made->bar_x = frame->bar_y;
		made->bar_y = frame->bar_x;
	}
	pmk_frame_unref(frame);
	return made;
}
