/* SPDX-License-Identifier: MIT */
#include "obs/frame.h"

#include <math.h>
#include <string.h>

enum { PLANES = 4 };

/* A frame's planes from its top row down. */
struct view {
	uint8_t *plane[PLANES];
	ptrdiff_t stride[PLANES];
	int width, height;
};

/* Planes of a format: bytes of a row, and rows. */
struct shape {
	int planes;
	int bytes[PLANES], rows[PLANES];
};

/* --- rows of the formats that go by another; `back`: from the carrier to the frame --- */

static void move_i422(const struct view *v, const struct potemkin_picture *yuy2, bool back)
{
	for (int y = 0; y < v->height; y++) {
		uint8_t *luma = v->plane[0] + y * v->stride[0], *u = v->plane[1] + y * v->stride[1],
			*w = v->plane[2] + y * v->stride[2], *pair = yuy2->plane[0] + y * yuy2->stride[0];

		for (int x = 0; x < v->width; x += 2, pair += 4) {
			int right = x + 1 < v->width ? x + 1 : x;

			if (back) {
				luma[right] = pair[2];
				luma[x] = pair[0];
				u[x / 2] = pair[1];
				w[x / 2] = pair[3];
			} else {
				pair[0] = luma[x];
				pair[1] = u[x / 2];
				pair[2] = luma[right];
				pair[3] = w[x / 2];
			}
		}
	}
}

static void move_yvyu(const struct view *v, const struct potemkin_picture *yuy2, bool back)
{
	for (int y = 0; y < v->height; y++) {
		uint8_t *theirs = v->plane[0] + y * v->stride[0], *ours = yuy2->plane[0] + y * yuy2->stride[0];
		const uint8_t *from = back ? ours : theirs;
		uint8_t *to = back ? theirs : ours;

		for (int x = 0; x < v->width; x += 2, from += 4, to += 4) {
			to[0] = from[0];
			to[1] = from[3];
			to[2] = from[2];
			to[3] = from[1];
		}
	}
}

static void move_luma(const struct view *v, const struct potemkin_picture *i420, bool back)
{
	for (int y = 0; y < v->height; y++) {
		uint8_t *theirs = v->plane[0] + y * v->stride[0], *ours = i420->plane[0] + y * i420->stride[0];

		memcpy(back ? theirs : ours, back ? ours : theirs, (size_t)v->width);
	}
}

/* A sample of I420's chroma is the mean of four. */
static void move_i444(const struct view *v, const struct potemkin_picture *i420, bool back)
{
	move_luma(v, i420, back);
	for (int y = 0; y < v->height; y += back ? 1 : 2) {
		int below = y + 1 < v->height ? y + 1 : y;

		for (int p = 1; p < 3; p++) {
			uint8_t *top = v->plane[p] + y * v->stride[p], *bottom = v->plane[p] + below * v->stride[p],
				*half = i420->plane[p] + y / 2 * i420->stride[p];

			for (int x = 0; x < v->width; x += back ? 1 : 2) {
				int right = x + 1 < v->width ? x + 1 : x;

				if (back)
					top[x] = half[x / 2];
				else
					half[x / 2] = (uint8_t)((top[x] + top[right] + bottom[x] + bottom[right] + 2) /
						4);
			}
		}
	}
}

static void move_i40a(const struct view *v, const struct potemkin_picture *i420, bool back)
{
	move_luma(v, i420, back);
	for (int p = 1; p < 3; p++) {
		for (int y = 0; y < (v->height + 1) / 2; y++) {
			uint8_t *theirs = v->plane[p] + y * v->stride[p], *ours = i420->plane[p] + y * i420->stride[p];

			memcpy(back ? theirs : ours, back ? ours : theirs, (size_t)(v->width + 1) / 2);
		}
	}
	for (int y = 0; back && y < v->height; y++)
		memset(v->plane[3] + y * v->stride[3], 255, (size_t)v->width);
}

static void move_bgr3(const struct view *v, const struct potemkin_picture *bgra, bool back)
{
	for (int y = 0; y < v->height; y++) {
		uint8_t *theirs = v->plane[0] + y * v->stride[0], *ours = bgra->plane[0] + y * bgra->stride[0];

		for (int x = 0; x < v->width; x++, theirs += 3, ours += 4) {
			if (back) {
				memcpy(theirs, ours, 3);
			} else {
				memcpy(ours, theirs, 3);
				ours[3] = 255;
			}
		}
	}
}

static void move_y800(const struct view *v, const struct potemkin_picture *bgra, bool back)
{
	for (int y = 0; y < v->height; y++) {
		uint8_t *theirs = v->plane[0] + y * v->stride[0], *ours = bgra->plane[0] + y * bgra->stride[0];

		for (int x = 0; x < v->width; x++, ours += 4) {
			if (back) { /* luma of BT.601 in 256ths */
				theirs[x] = (uint8_t)((29 * ours[0] + 150 * ours[1] + 77 * ours[2] + 128) / 256);
			} else {
				memset(ours, theirs[x], 3);
				ours[3] = 255;
			}
		}
	}
}

static const struct form {
	enum video_format theirs;
	enum potemkin_format carrier;
	void (*move)(const struct view *, const struct potemkin_picture *, bool back); /* NULL: they are the same */
} forms[] = {
	{ VIDEO_FORMAT_I420, POTEMKIN_I420, NULL },
	{ VIDEO_FORMAT_NV12, POTEMKIN_NV12, NULL },
	{ VIDEO_FORMAT_YUY2, POTEMKIN_YUY2, NULL },
	{ VIDEO_FORMAT_UYVY, POTEMKIN_UYVY, NULL },
	{ VIDEO_FORMAT_RGBA, POTEMKIN_RGBA, NULL },
	{ VIDEO_FORMAT_BGRA, POTEMKIN_BGRA, NULL },
	{ VIDEO_FORMAT_BGRX, POTEMKIN_BGRA, NULL },
	{ VIDEO_FORMAT_I422, POTEMKIN_YUY2, move_i422 },
	{ VIDEO_FORMAT_YVYU, POTEMKIN_YUY2, move_yvyu },
	{ VIDEO_FORMAT_I444, POTEMKIN_I420, move_i444 },
	{ VIDEO_FORMAT_I40A, POTEMKIN_I420, move_i40a },
	{ VIDEO_FORMAT_BGR3, POTEMKIN_BGRA, move_bgr3 },
	{ VIDEO_FORMAT_Y800, POTEMKIN_BGRA, move_y800 },
};

static const struct form *form_of(enum video_format format)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (forms[i].theirs == format)
			return &forms[i];
	}
	return NULL;
}

enum potemkin_format pmk_obs_carrier(const struct obs_source_frame *frame)
{
	const struct form *form = form_of(frame->format);

	return form ? form->carrier : 0;
}

enum video_format pmk_obs_format(enum potemkin_format format)
{
	if (format == POTEMKIN_A420)
		return VIDEO_FORMAT_I40A;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (forms[i].carrier == format && !forms[i].move)
			return forms[i].theirs;
	}
	return VIDEO_FORMAT_NONE;
}

/* --- colours --- */

static float distance(const float matrix[16], enum video_colorspace space, bool full)
{
	float theirs[16], least[3], most[3], sum = 0;

	if (!video_format_get_parameters(space, full ? VIDEO_RANGE_FULL : VIDEO_RANGE_PARTIAL, theirs, least, most))
		return INFINITY;
	for (int i = 0; i < 16; i++)
		sum += fabsf(matrix[i] - theirs[i]);
	return sum;
}

struct potemkin_geometry pmk_obs_geometry(const struct obs_source_frame *frame)
{
	float bt709 = distance(frame->color_matrix, VIDEO_CS_709, frame->full_range);
	float bt601 = distance(frame->color_matrix, VIDEO_CS_601, frame->full_range);
	bool fits = frame->width <= INT16_MAX && frame->height <= INT16_MAX;

	return (struct potemkin_geometry){ .width = fits ? (int)frame->width : 0,
		.height = fits ? (int)frame->height : 0,
		.matrix = bt709 < bt601 ? POTEMKIN_BT709 : POTEMKIN_BT601,
		.range = frame->full_range ? POTEMKIN_FULL : POTEMKIN_LIMITED };
}

/* --- buffers --- */

static struct shape shape_of(enum potemkin_format format, int width, int height)
{
	int half = (width + 1) / 2, rows = (height + 1) / 2;

	switch (format) {
	case POTEMKIN_NV12:
		return (struct shape){ 2, { width, 2 * half }, { height, rows } };
	case POTEMKIN_YUY2:
	case POTEMKIN_UYVY:
		return (struct shape){ 1, { 4 * half }, { height } };
	case POTEMKIN_RGBA:
	case POTEMKIN_BGRA:
		return (struct shape){ 1, { 4 * width }, { height } };
	case POTEMKIN_A420:
		return (struct shape){ 4, { width, half, half, width }, { height, rows, rows, height } };
	default:
		return (struct shape){ 3, { width, half, half }, { height, rows, rows } };
	}
}

void pmk_obs_fit(struct pmk_obs_buffer *b, enum potemkin_format format, const struct potemkin_geometry *g)
{
	struct shape shape = shape_of(format, g->width, g->height);
	size_t size = 0, at = 0;

	if (b->memory && b->picture.format == format && b->geometry.width == g->width &&
		b->geometry.height == g->height) {
		b->geometry = *g;
		return;
	}
	pmk_obs_free(b);
	for (int p = 0; p < shape.planes; p++)
		size += (size_t)shape.bytes[p] * (size_t)shape.rows[p];
	b->memory = bmalloc(size);
	b->picture.format = format;
	b->geometry = *g;
	for (int p = 0; p < shape.planes; p++) {
		b->picture.plane[p] = b->memory + at;
		b->picture.stride[p] = shape.bytes[p];
		at += (size_t)shape.bytes[p] * (size_t)shape.rows[p];
	}
	pmk_obs_black(b);
}

/* Two values in turn. */
static void fill(const struct pmk_obs_buffer *b, int plane, uint8_t even, uint8_t odd)
{
	struct shape shape = shape_of(b->picture.format, b->geometry.width, b->geometry.height);
	size_t size = (size_t)shape.bytes[plane] * (size_t)shape.rows[plane];

	for (size_t i = 0; i < size; i++)
		b->picture.plane[plane][i] = i % 2 ? odd : even;
}

void pmk_obs_black(struct pmk_obs_buffer *b)
{
	uint8_t black = b->geometry.range == POTEMKIN_FULL ? 0 : 16;
	size_t pixels = (size_t)b->geometry.width * (size_t)b->geometry.height;

	switch (b->picture.format) {
	case POTEMKIN_YUY2:
		fill(b, 0, black, 128);
		break;
	case POTEMKIN_UYVY:
		fill(b, 0, 128, black);
		break;
	case POTEMKIN_RGBA:
	case POTEMKIN_BGRA:
		for (size_t i = 0; i < pixels; i++)
			memcpy(b->memory + 4 * i, (const uint8_t[4]){ 0, 0, 0, 255 }, 4);
		break;
	default:
		fill(b, 0, black, black);
		for (int p = 1; p < 3 && b->picture.plane[p]; p++)
			fill(b, p, 128, 128);
		if (b->picture.plane[3])
			fill(b, 3, 255, 255);
	}
}

void pmk_obs_free(struct pmk_obs_buffer *b)
{
	bfree(b->memory);
	memset(b, 0, sizeof *b);
}

/* --- frames --- */

static int planes_of(const struct obs_source_frame *frame)
{
	int count = 0;

	while (count < PLANES && frame->data[count])
		count++;
	return count;
}

static int rows_of(const struct obs_source_frame *frame, int plane)
{
	int height = (int)frame->height;

	switch (frame->format) {
	case VIDEO_FORMAT_I420:
	case VIDEO_FORMAT_NV12:
	case VIDEO_FORMAT_I40A:
	case VIDEO_FORMAT_I010:
	case VIDEO_FORMAT_P010:
		return plane == 1 || plane == 2 ? (height + 1) / 2 : height;
	default:
		return height;
	}
}

static struct view view_of(const struct obs_source_frame *frame)
{
	struct view v = { .width = (int)frame->width, .height = (int)frame->height };

	for (int p = 0; p < planes_of(frame); p++) {
		v.plane[p] = frame->data[p];
		v.stride[p] = (ptrdiff_t)frame->linesize[p];
		if (frame->flip) {
			v.plane[p] += (rows_of(frame, p) - 1) * v.stride[p];
			v.stride[p] = -v.stride[p];
		}
	}
	return v;
}

static void move_same(const struct view *v, const struct potemkin_picture *picture, bool back)
{
	struct shape shape = shape_of(picture->format, v->width, v->height);

	for (int p = 0; p < shape.planes; p++) {
		for (int y = 0; y < shape.rows[p]; y++) {
			uint8_t *theirs = v->plane[p] + y * v->stride[p],
				*ours = picture->plane[p] + y * picture->stride[p];

			memcpy(back ? theirs : ours, back ? ours : theirs, (size_t)shape.bytes[p]);
		}
	}
}

struct potemkin_picture pmk_obs_read(const struct obs_source_frame *frame, struct pmk_obs_buffer *buffer)
{
	struct potemkin_geometry geometry = pmk_obs_geometry(frame);
	const struct form *form = form_of(frame->format);
	struct view v = view_of(frame);

	if (!form->move && !frame->flip) {
		struct potemkin_picture picture = { .format = form->carrier };

		memcpy(picture.plane, v.plane, sizeof v.plane);
		memcpy(picture.stride, v.stride, sizeof v.stride);
		return picture;
	}
	pmk_obs_fit(buffer, form->carrier, &geometry);
	(form->move ? form->move : move_same)(&v, &buffer->picture, false);
	return buffer->picture;
}

void pmk_obs_write(const struct potemkin_picture *picture, struct obs_source_frame *frame)
{
	const struct form *form = form_of(frame->format);
	struct view v = view_of(frame);

	(form->move ? form->move : move_same)(&v, picture, true);
}

void pmk_obs_blank(struct obs_source_frame *frame)
{
	for (int p = 0; p < planes_of(frame); p++)
		memset(frame->data[p], 0, (size_t)frame->linesize[p] * (size_t)rows_of(frame, p));
}
