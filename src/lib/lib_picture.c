/* SPDX-License-Identifier: MIT */
#include "lib/lib_picture.h"

#include "base/log.h"
#include "image/alpha.h"
#include "image/colour.h"

#include <errno.h>
#include <libyuv.h>
#include <string.h>

/* Bytes of a row, and number of rows, of each plane. */
struct shape {
	int planes;
	ptrdiff_t bytes[4];
	int rows[4];
};

static bool shape_of(enum potemkin_format format, int width, int height, struct shape *shape)
{
	int half = (width + 1) / 2, half_rows = (height + 1) / 2;

	switch (format) {
	case POTEMKIN_I420:
		*shape = (struct shape){ 3, { width, half, half }, { height, half_rows, half_rows } };
		return true;
	case POTEMKIN_A420:
		*shape = (struct shape){ 4, { width, half, half, width }, { height, half_rows, half_rows, height } };
		return true;
	case POTEMKIN_NV12:
		*shape = (struct shape){ 2, { width, 2 * half }, { height, half_rows } };
		return true;
	case POTEMKIN_YUY2:
	case POTEMKIN_UYVY:
		*shape = (struct shape){ 1, { 4 * half }, { height } };
		return true;
	case POTEMKIN_RGBA:
	case POTEMKIN_BGRA:
		*shape = (struct shape){ 1, { 4 * (ptrdiff_t)width }, { height } };
		return true;
	default:
		return false;
	}
}

int pmk_lib_check_geometry(const struct potemkin_geometry *g)
{
	if (g->width >= PMK_IMAGE_MIN_PX && g->width <= PMK_IMAGE_MAX_PX && g->height >= PMK_IMAGE_MIN_PX &&
		g->height <= PMK_IMAGE_MAX_PX && (unsigned)g->matrix <= POTEMKIN_BT709 &&
		(unsigned)g->range <= POTEMKIN_FULL)
		return 0;
	pmk_error("pictures of %dx%d, matrix %d and range %d: a side must be %d to %d, the others 0 or 1", g->width,
		g->height, (int)g->matrix, (int)g->range, PMK_IMAGE_MIN_PX, PMK_IMAGE_MAX_PX);
	return -EINVAL;
}

int pmk_lib_check_picture(const struct potemkin_geometry *g, const struct potemkin_picture *picture, bool written)
{
	struct shape shape;

	if (!picture || !shape_of(picture->format, g->width, g->height, &shape) ||
		(picture->format == POTEMKIN_A420 && !written)) {
		pmk_error("a picture of a format that cannot be %s here", written ? "written" : "read");
		return -EINVAL;
	}
	for (int p = 0; p < shape.planes; p++) {
		if (picture->plane[p] && picture->stride[p] >= shape.bytes[p] && picture->stride[p] <= INT32_MAX)
			continue;
		pmk_error("plane %d of a picture is missing, or its stride is less than %d", p, (int)shape.bytes[p]);
		return -EINVAL;
	}
	return 0;
}

static bool is_rgb(enum potemkin_format format)
{
	return format == POTEMKIN_RGBA || format == POTEMKIN_BGRA;
}

struct pmk_layout pmk_lib_layout(const struct potemkin_geometry *g, enum potemkin_format format)
{
	bool packed = format == POTEMKIN_YUY2 || format == POTEMKIN_UYVY;

	return (struct pmk_layout){ .width = g->width,
		.height = g->height,
		.chroma = packed ? PMK_CHROMA_422 : PMK_CHROMA_420,
		.range = g->range == POTEMKIN_FULL && !is_rgb(format) ? PMK_RANGE_FULL : PMK_RANGE_LIMITED,
		.matrix = g->matrix == POTEMKIN_BT709 ? PMK_MATRIX_BT709 : PMK_MATRIX_BT601 };
}

static int read_rgb(const struct potemkin_picture *from, struct pmk_image *image)
{
	int red = from->format == POTEMKIN_RGBA ? 0 : 2;
	struct pmk_rgb rgb;
	int err = pmk_rgb_alloc(&rgb, image->layout.width, image->layout.height);

	if (err)
		return err;
	for (int y = 0; y < rgb.height; y++) {
		const uint8_t *pixel = from->plane[0] + y * from->stride[0];
		uint8_t *to = rgb.data + (size_t)y * (size_t)rgb.stride;

		for (int x = 0; x < rgb.width; x++, pixel += 4, to += 3) {
			to[0] = pixel[red];
			to[1] = pixel[1];
			to[2] = pixel[2 - red];
		}
	}
	pmk_colour_rgb_to_image(&rgb, image);
	pmk_rgb_free(&rgb);
	return 0;
}

int pmk_lib_read(const struct potemkin_picture *from, struct pmk_image *m)
{
	int w = m->layout.width, h = m->layout.height;

	switch (from->format) {
	case POTEMKIN_NV12:
		return NV12ToI420(from->plane[0], (int)from->stride[0], from->plane[1], (int)from->stride[1],
			m->plane[0], m->stride[0], m->plane[1], m->stride[1], m->plane[2], m->stride[2], w, h);
	case POTEMKIN_YUY2:
		return YUY2ToI422(from->plane[0], (int)from->stride[0], m->plane[0], m->stride[0], m->plane[1],
			m->stride[1], m->plane[2], m->stride[2], w, h);
	case POTEMKIN_UYVY:
		return UYVYToI422(from->plane[0], (int)from->stride[0], m->plane[0], m->stride[0], m->plane[1],
			m->stride[1], m->plane[2], m->stride[2], w, h);
	case POTEMKIN_RGBA:
	case POTEMKIN_BGRA:
		return read_rgb(from, m);
	default:
		return I420Copy(from->plane[0], (int)from->stride[0], from->plane[1], (int)from->stride[1],
			from->plane[2], (int)from->stride[2], m->plane[0], m->stride[0], m->plane[1], m->stride[1],
			m->plane[2], m->stride[2], w, h);
	}
}

/* --- to callers --- */

static int write_rgb(const struct pmk_image *image, const struct pmk_mask *alpha, const struct potemkin_picture *to)
{
	int red = to->format == POTEMKIN_RGBA ? 0 : 2;
	struct pmk_rgb rgb;
	int err = pmk_rgb_alloc(&rgb, image->layout.width, image->layout.height);

	if (err)
		return err;
	pmk_colour_image_to_rgb(image, &rgb);
	for (int y = 0; y < rgb.height; y++) {
		const uint8_t *from = rgb.data + (size_t)y * (size_t)rgb.stride;
		const uint8_t *opacity = alpha ? alpha->alpha + (size_t)y * (size_t)alpha->stride : NULL;
		uint8_t *pixel = to->plane[0] + y * to->stride[0];

		for (int x = 0; x < rgb.width; x++, pixel += 4, from += 3) {
			pixel[red] = from[0];
			pixel[1] = from[1];
			pixel[2 - red] = from[2];
			pixel[3] = opacity ? opacity[x] : 255;
		}
	}
	pmk_rgb_free(&rgb);
	return 0;
}

static int write_packed(const struct pmk_image *m, const struct potemkin_picture *to)
{
	int (*const ways[2][2])(const uint8_t *, int, const uint8_t *, int, const uint8_t *, int, uint8_t *, int, int,
		int) = { { I420ToYUY2, I422ToYUY2 }, { I420ToUYVY, I422ToUYVY } };

	return ways[to->format == POTEMKIN_UYVY][m->layout.chroma == PMK_CHROMA_422](m->plane[0], m->stride[0],
		m->plane[1], m->stride[1], m->plane[2], m->stride[2], to->plane[0], (int)to->stride[0], m->layout.width,
		m->layout.height);
}

static int write_planes(const struct pmk_image *m, const struct potemkin_picture *to)
{
	int w = m->layout.width, h = m->layout.height;

	if (to->format == POTEMKIN_NV12)
		return (m->layout.chroma == PMK_CHROMA_422 ? I422ToNV21 : I420ToNV21)(m->plane[0], m->stride[0],
			m->plane[2], m->stride[2], m->plane[1], m->stride[1], to->plane[0], (int)to->stride[0],
			to->plane[1], (int)to->stride[1], w, h);
	return (m->layout.chroma == PMK_CHROMA_422 ? I422ToI420 : I420Copy)(m->plane[0], m->stride[0], m->plane[1],
		m->stride[1], m->plane[2], m->stride[2], to->plane[0], (int)to->stride[0], to->plane[1],
		(int)to->stride[1], to->plane[2], (int)to->stride[2], w, h);
}

/* Formats with alpha hold plain colours, the others the person over black. */
static int write_image(const struct pmk_image *image, const struct pmk_mask *alpha, const struct potemkin_picture *to)
{
	int w = image->layout.width, h = image->layout.height, err = 0;
	struct pmk_image plain = { 0 };

	if (alpha && (is_rgb(to->format) || to->format == POTEMKIN_A420)) {
		err = pmk_image_alloc(&plain, &image->layout);
		if (err)
			return err;
		pmk_alpha_divide(image, alpha, &plain);
		image = &plain;
	}
	if (to->format == POTEMKIN_A420 && alpha)
		CopyPlane(alpha->alpha, alpha->stride, to->plane[3], (int)to->stride[3], w, h);
	else if (to->format == POTEMKIN_A420)
		SetPlane(to->plane[3], (int)to->stride[3], w, h, 255);
	if (is_rgb(to->format))
		err = write_rgb(image, alpha, to);
	else if (to->format == POTEMKIN_YUY2 || to->format == POTEMKIN_UYVY)
		err = write_packed(image, to);
	else
		err = write_planes(image, to);
	pmk_image_free(&plain);
	return err;
}

/* Whether a byte of a plane is luma, chroma or alpha: what is black there. */
static uint8_t black(enum potemkin_format format, int plane, int byte)
{
	if (is_rgb(format) || plane == 3)
		return 0;
	if (format == POTEMKIN_YUY2 || format == POTEMKIN_UYVY)
		return (byte & 1) == (format == POTEMKIN_UYVY) ? 16 : 128;
	return plane ? 128 : 16;
}

/* From limited to full range, in place; black is 0 then. */
static void widen(const struct potemkin_picture *picture, const struct shape *shape)
{
	uint8_t wide[2][256];

	for (int i = 0; i < 256; i++) {
		int luma = ((i - 16) * 255 + (i < 16 ? -109 : 109)) / 219;
		int chroma = 128 + ((i - 128) * 255 + (i < 128 ? -112 : 112)) / 224;

		wide[0][i] = (uint8_t)(luma < 0 ? 0 : luma > 255 ? 255 : luma);
		wide[1][i] = (uint8_t)(chroma < 0 ? 0 : chroma > 255 ? 255 : chroma);
	}
	for (int p = 0; p < shape->planes && p < 3; p++) {
		for (int y = 0; y < shape->rows[p]; y++) {
			uint8_t *row = picture->plane[p] + y * picture->stride[p];

			for (ptrdiff_t x = 0; x < shape->bytes[p]; x++)
				row[x] = wide[black(picture->format, p, (int)x) == 128][row[x]];
		}
	}
}

int pmk_lib_write(
	const struct potemkin_geometry *g, const struct pmk_shown *shown, const struct potemkin_picture *picture)
{
	struct shape shape = { 0 };
	int err = 0;

	(void)shape_of(picture->format, g->width, g->height, &shape);
	if (shown)
		err = write_image(pmk_shown_image(shown), pmk_shown_alpha(shown), picture) ? -ENOMEM : 0;
	for (int p = 0; p < shape.planes && (!shown || err); p++) {
		for (int y = 0; y < shape.rows[p]; y++) {
			for (int x = 0; x < shape.bytes[p]; x++)
				picture->plane[p][y * picture->stride[p] + x] = black(picture->format, p, x);
		}
	}
	if (g->range == POTEMKIN_FULL && !is_rgb(picture->format))
		widen(picture, &shape);
	return err;
}
