/* SPDX-License-Identifier: MIT */
#include "image/convert.h"

#include "base/mem.h"
#include "base/num.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <libyuv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

uint32_t pmk_fourcc_parse(const char *text)
{
	static const struct {
		const char *name;
		uint32_t fourcc;
	} names[] = {
		{ "YUYV", PMK_FOURCC_YUYV },
		{ "YUY2", PMK_FOURCC_YUYV },
		{ "UYVY", PMK_FOURCC_UYVY },
		{ "NV12", PMK_FOURCC_NV12 },
		{ "YU12", PMK_FOURCC_YU12 },
		{ "I420", PMK_FOURCC_YU12 },
		{ "YV12", PMK_FOURCC_YV12 },
		{ "MJPG", PMK_FOURCC_MJPG },
		{ "MJPEG", PMK_FOURCC_MJPG },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcasecmp(text, names[i].name) == 0)
			return names[i].fourcc;
	}
	return 0;
}

const char *pmk_fourcc_name(uint32_t fourcc, char text[5])
{
	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)(fourcc >> 8 * i);
		text[i] = isprint(c) ? (char)c : '?';
	}
	text[4] = '\0';
	return text;
}

enum pmk_chroma pmk_fourcc_chroma(uint32_t fourcc)
{
	return fourcc == PMK_FOURCC_YUYV || fourcc == PMK_FOURCC_UYVY ? PMK_CHROMA_422 : PMK_CHROMA_420;
}

int pmk_fourcc_stride(uint32_t fourcc, int width)
{
	switch (fourcc) {
	case PMK_FOURCC_YUYV:
	case PMK_FOURCC_UYVY:
		return (width + 1) / 2 * 4;
	case PMK_FOURCC_NV12:
	case PMK_FOURCC_YU12:
	case PMK_FOURCC_YV12:
		return width;
	default:
		return 0;
	}
}

static size_t chroma_stride(uint32_t fourcc, int width, int stride)
{
	int half = (stride + 1) / 2;

	if (fourcc == PMK_FOURCC_NV12)
		return (size_t)pmk_max(stride, pmk_align_up(width, 2));
	return (size_t)half;
}

size_t pmk_fourcc_bytes(uint32_t fourcc, int width, int height, int stride)
{
	size_t luma, rows = (size_t)(height + 1) / 2;

	if (width < 1 || height < 1 || width > PMK_IMAGE_MAX_PX || height > PMK_IMAGE_MAX_PX)
		return 0;
	if (pmk_fourcc_stride(fourcc, width) == 0 || stride < pmk_fourcc_stride(fourcc, width))
		return 0;
	luma = (size_t)stride * (size_t)height;
	if (pmk_fourcc_chroma(fourcc) == PMK_CHROMA_422)
		return luma;
	return luma + rows * chroma_stride(fourcc, width, stride) * (fourcc == PMK_FOURCC_NV12 ? 1 : 2);
}

int pmk_convert_from_raw(struct pmk_image *image, uint32_t fourcc, const uint8_t *data, size_t bytes, int stride)
{
	int w = image->layout.width, h = image->layout.height, half;
	size_t need = pmk_fourcc_bytes(fourcc, w, h, stride);
	uint8_t *y = image->plane[0], *u = image->plane[1], *v = image->plane[2];
	const uint8_t *chroma = data + (size_t)stride * (size_t)h;
	int sy = image->stride[0], su = image->stride[1], sv = image->stride[2];

	if (need == 0 || bytes < need || image->layout.chroma != pmk_fourcc_chroma(fourcc))
		return -EINVAL;
	half = (int)chroma_stride(fourcc, w, stride);
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

/* libyuv has I422ToNV21 but no I422ToNV12; the two differ by the order of U and V only. */
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

int pmk_rgb_alloc(struct pmk_rgb *rgb, int width, int height)
{
	struct pmk_rgb made = { .width = width, .height = height, .stride = pmk_align_up(width * 3, PMK_MEM_ALIGN) };

	if (width < 1 || height < 1 || width > 2 * PMK_IMAGE_MAX_PX || height > 2 * PMK_IMAGE_MAX_PX)
		return -EINVAL;
	made.data = pmk_mem_alloc((size_t)made.stride * (size_t)height);
	if (!made.data)
		return -ENOMEM;
	*rgb = made;
	return 0;
}

void pmk_rgb_free(struct pmk_rgb *rgb)
{
	free(rgb->data);
	*rgb = (struct pmk_rgb){ 0 };
}

/* Luma weights and scales of BT.601-7 (2.5.1) and BT.709-6 (3.2): Y = Kr R + Kg G + Kb B, Cb = (B - Y) / 2 (1 - Kb). */
struct colours {
	float kr, kg, kb, luma_scale, luma_offset, chroma_scale;
};

static struct colours colours_of(const struct pmk_layout *layout)
{
	struct colours c = { .kr = 0.299f, .kb = 0.114f, .luma_scale = 1, .chroma_scale = 1 };

	if (layout->matrix == PMK_MATRIX_BT709) {
		c.kr = 0.2126f;
		c.kb = 0.0722f;
	}
	c.kg = 1 - c.kr - c.kb;
	if (layout->range == PMK_RANGE_LIMITED) {
		c.luma_scale = 219.0f / 255;
		c.luma_offset = 16;
		c.chroma_scale = 224.0f / 255;
	}
	return c;
}

static uint8_t to_byte(float value)
{
	return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)(value + 0.5f);
}

static float luma(const struct colours *c, float r, float g, float b)
{
	return c->kr * r + c->kg * g + c->kb * b;
}

static void chroma_of(const struct colours *c, float r, float g, float b, uint8_t *u, uint8_t *v)
{
	float y = luma(c, r, g, b);

	*u = to_byte(128 + (b - y) / (2 * (1 - c->kb)) * c->chroma_scale);
	*v = to_byte(128 + (r - y) / (2 * (1 - c->kr)) * c->chroma_scale);
}

void pmk_convert_rgb_to_yuv(const uint8_t rgb[3], const struct pmk_layout *layout, uint8_t yuv[3])
{
	struct colours c = colours_of(layout);

	yuv[0] = to_byte(luma(&c, rgb[0], rgb[1], rgb[2]) * c.luma_scale + c.luma_offset);
	chroma_of(&c, rgb[0], rgb[1], rgb[2], &yuv[1], &yuv[2]);
}

/* Mean colour of the block of pixels that one chroma sample covers; at the rim of an odd picture the block is smaller.
 */
static void mean_block(const struct pmk_rgb *rgb, int x, int y, int rows, float mean[3])
{
	int n = 0, sum[3] = { 0 };

	for (int j = y; j < y + rows && j < rgb->height; j++) {
		for (int i = x; i < x + 2 && i < rgb->width; i++, n++) {
			const uint8_t *p = rgb->data + (size_t)j * rgb->stride + (size_t)i * 3;
			for (int k = 0; k < 3; k++)
				sum[k] += p[k];
		}
	}
	for (int k = 0; k < 3; k++)
		mean[k] = (float)sum[k] / (float)n;
}

void pmk_convert_rgb_to_image(const struct pmk_rgb *rgb, struct pmk_image *image)
{
	struct colours c = colours_of(&image->layout);
	int rows = image->layout.chroma == PMK_CHROMA_420 ? 2 : 1;

	for (int y = 0; y < image->layout.height; y++) {
		const uint8_t *from = rgb->data + (size_t)y * rgb->stride;
		uint8_t *to = image->plane[0] + (size_t)y * image->stride[0];
		for (int x = 0; x < image->layout.width; x++, from += 3)
			to[x] = to_byte(luma(&c, from[0], from[1], from[2]) * c.luma_scale + c.luma_offset);
	}
	for (int y = 0; y < pmk_layout_plane_height(&image->layout, 1); y++) {
		uint8_t *u = image->plane[1] + (size_t)y * image->stride[1],
			*v = image->plane[2] + (size_t)y * image->stride[2];
		for (int x = 0; x < pmk_layout_plane_width(&image->layout, 1); x++) {
			float mean[3];
			mean_block(rgb, 2 * x, rows * y, rows, mean);
			chroma_of(&c, mean[0], mean[1], mean[2], &u[x], &v[x]);
		}
	}
}

void pmk_convert_image_to_rgb(const struct pmk_image *image, struct pmk_rgb *rgb)
{
	struct colours c = colours_of(&image->layout);
	int shift = image->layout.chroma == PMK_CHROMA_420;

	for (int y = 0; y < image->layout.height; y++) {
		const uint8_t *py = image->plane[0] + (size_t)y * image->stride[0];
		const uint8_t *pu = image->plane[1] + (size_t)(y >> shift) * image->stride[1];
		const uint8_t *pv = image->plane[2] + (size_t)(y >> shift) * image->stride[2];
		uint8_t *to = rgb->data + (size_t)y * rgb->stride;
		for (int x = 0; x < image->layout.width; x++, to += 3) {
			float l = (py[x] - c.luma_offset) / c.luma_scale;
			float cb = (pu[x / 2] - 128) / c.chroma_scale, cr = (pv[x / 2] - 128) / c.chroma_scale;
			float r = l + 2 * (1 - c.kr) * cr, b = l + 2 * (1 - c.kb) * cb;
			to[0] = to_byte(r);
			to[1] = to_byte((l - c.kr * r - c.kb * b) / c.kg);
			to[2] = to_byte(b);
		}
	}
}

/* What a chroma sample adds to luma, and both chroma from both, on the way from one matrix to another: R, G, B of the
 * one put into the definition of the other. Luma is scaled by 219 / 224 less than chroma in limited range. */
struct matrix_change {
	float y_cb, y_cr, cb_cb, cb_cr, cr_cb, cr_cr;
};

static struct matrix_change matrix_change(const struct pmk_layout *from, const struct pmk_layout *to)
{
	struct colours a = colours_of(from), b = colours_of(to);
	float red = 2 * (1 - a.kr), blue = 2 * (1 - a.kb); /* R - Y and B - Y of a unit of Cr and Cb */
	float y_cb = b.kb * blue - b.kg * a.kb / a.kg * blue, y_cr = b.kr * red - b.kg * a.kr / a.kg * red;

	return (struct matrix_change){
		.y_cb = y_cb * a.luma_scale / a.chroma_scale,
		.y_cr = y_cr * a.luma_scale / a.chroma_scale,
		.cb_cb = (blue - y_cb) / (2 * (1 - b.kb)),
		.cb_cr = -y_cr / (2 * (1 - b.kb)),
		.cr_cb = -y_cb / (2 * (1 - b.kr)),
		.cr_cr = (red - y_cr) / (2 * (1 - b.kr)),
	};
}

void pmk_convert_to_matrix(struct pmk_image *image, enum pmk_matrix matrix)
{
	struct pmk_layout to = image->layout;
	struct matrix_change m;
	int shift = to.chroma == PMK_CHROMA_420;

	if (to.matrix == matrix)
		return;
	to.matrix = matrix;
	m = matrix_change(&image->layout, &to);
	for (int y = 0; y < to.height; y++) { /* luma first: it needs the old chroma */
		uint8_t *row = image->plane[0] + (size_t)y * image->stride[0];
		const uint8_t *u = image->plane[1] + (size_t)(y >> shift) * image->stride[1];
		const uint8_t *v = image->plane[2] + (size_t)(y >> shift) * image->stride[2];
		for (int x = 0; x < to.width; x++)
			row[x] = to_byte(
				(float)row[x] + m.y_cb * (float)(u[x / 2] - 128) + m.y_cr * (float)(v[x / 2] - 128));
	}
	for (int y = 0; y < pmk_layout_plane_height(&to, 1); y++) {
		uint8_t *u = image->plane[1] + (size_t)y * image->stride[1],
			*v = image->plane[2] + (size_t)y * image->stride[2];
		for (int x = 0; x < pmk_layout_plane_width(&to, 1); x++) {
			float cb = (float)(u[x] - 128), cr = (float)(v[x] - 128);
			u[x] = to_byte(128 + m.cb_cb * cb + m.cb_cr * cr);
			v[x] = to_byte(128 + m.cr_cb * cb + m.cr_cr * cr);
		}
	}
	image->layout = to;
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

/* The largest part of `from` that has the shape of `to`, in its middle, on even pixels. */
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
	struct pmk_image view = *from;
	int rows = from->layout.chroma == PMK_CHROMA_420 ? 2 : 1; /* of luma to one of chroma */

	view.layout.width = part.width;
	view.layout.height = part.height;
	view.block = NULL;
	view.plane[0] += (size_t)part.y * (size_t)from->stride[0] + (size_t)part.x;
	for (int p = 1; p < 3; p++)
		view.plane[p] += (size_t)(part.y / rows) * (size_t)from->stride[p] + (size_t)part.x / 2;
	return pmk_convert_scale(&view, to);
}

void pmk_convert_turn(const struct pmk_image *from, struct pmk_image *to, bool mirror, bool flip)
{
	assert(pmk_layout_equal(&from->layout, &to->layout));
	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&from->layout, p),
		    height = pmk_layout_plane_height(&from->layout, p);
		/* to libyuv a negative height means upside down */
		(mirror ? MirrorPlane : CopyPlane)(
			from->plane[p], from->stride[p], to->plane[p], to->stride[p], width, flip ? -height : height);
	}
}

/* y' = 16 + 219/255 y, c' = 128 + 224/255 (c - 128) = (224 c + 3968) / 255. In 16 bits, eight samples a vector: with t
 * = x + 128, (t + (t >> 8)) >> 8 is x / 255 to the nearest for all x of 0..65407. */
void pmk_convert_row_to_limited(const uint8_t *from, uint8_t *to, int count, int plane)
{
	uint16_t scale = plane ? 224 : 219, offset = plane ? 3968 + 128 : 16 * 255 + 128;

	for (int i = 0; i < count; i++) {
		uint16_t t = (uint16_t)(from[i] * scale + offset);
		to[i] = (uint8_t)((uint16_t)(t + (t >> 8)) >> 8);
	}
}
