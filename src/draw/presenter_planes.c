/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "draw/presenter_parts.h"

#include <string.h>

/* Coefficients of ITU-R BT.601-7 and BT.709-6, in 1/256 of the range, rounded so that grey stays grey. */
struct pmk_yuv_shares pmk_yuv_shares_of(const struct pmk_layout *layout)
{
	double kr = layout->matrix == PMK_MATRIX_BT709 ? 0.2126 : 0.299;
	double kb = layout->matrix == PMK_MATRIX_BT709 ? 0.0722 : 0.114;
	bool full = layout->range == PMK_RANGE_FULL;
	double luma = full ? 256 : 256 * 219 / 255.0, chroma = full ? 128 : 128 * 224 / 255.0;
	struct pmk_yuv_shares c = { .y0 = full ? 0 : 16 };

	c.yr = (int)(kr * luma + 0.5);
	c.yb = (int)(kb * luma + 0.5);
	c.yg = (int)(luma + 0.5) - c.yr - c.yb;
	c.ub = c.vr = (int)(chroma + 0.5);
	c.ur = -(int)(chroma * kr / (1 - kb) + 0.5);
	c.ug = -c.ub - c.ur;
	c.vb = -(int)(chroma * kb / (1 - kr) + 0.5);
	c.vg = -c.vr - c.vb;
	return c;
}

static void luma_row(const struct pmk_yuv_shares *c, const uint8_t *row, struct pmk_figure_span span, uint8_t *to)
{
	uint16_t r = (uint16_t)c->yr, g = (uint16_t)c->yg, b = (uint16_t)c->yb, bias = (uint16_t)(c->y0 * 256 + 128);

	for (int x = span.first; x < span.end; x++)
		to[x] = (uint8_t)((uint16_t)(row[4 * x] * r + row[4 * x + 1] * g + row[4 * x + 2] * b + bias) >> 8);
}

static uint8_t chroma_byte(int v)
{
	v = ((v + 128) >> 8) + 128;
	return (uint8_t)pmk_min(v, 255);
}

/* The chroma of two rows, which may be the same row. In an odd number of columns, the last one has no partner. */
static void chroma_row(const struct pmk_yuv_shares *c, const uint8_t *a, const uint8_t *b, struct pmk_figure_span span,
	int width, uint8_t *u, uint8_t *v)
{
	for (int x = span.first / 2; x < (span.end + 1) / 2; x++) {
		int i = 8 * x, j = 2 * x + 1 < width ? i + 4 : i, mean[3];

		for (int k = 0; k < 3; k++)
			mean[k] = (a[i + k] + a[j + k] + b[i + k] + b[j + k] + 2) >> 2;
		u[x] = chroma_byte(c->ur * mean[0] + c->ug * mean[1] + c->ub * mean[2]);
		v[x] = chroma_byte(c->vr * mean[0] + c->vg * mean[1] + c->vb * mean[2]);
	}
}

void pmk_rows_to_planes(const struct pmk_yuv_shares *c, const uint8_t *rows, int y, int count,
	struct pmk_figure_span span, struct pmk_image *image)
{
	size_t stride = (size_t)image->layout.width * 4;
	int down = image->layout.chroma == PMK_CHROMA_420 ? 2 : 1;

	for (int i = 0; i < count; i++) {
		const uint8_t *row = rows + (size_t)i * stride,
			      *other = down == 2 && i + 1 < count ? row + stride : row;

		luma_row(c, row, span, pmk_plane_row(image, 0, y + i));
		if (i % down == 0)
			chroma_row(c, row, other, span, image->layout.width, pmk_plane_row(image, 1, (y + i) / down),
				pmk_plane_row(image, 2, (y + i) / down));
	}
}

void pmk_planes_copy_rows(struct pmk_image *to, const struct pmk_image *from, int y, int count)
{
	int down = to->layout.chroma == PMK_CHROMA_420 ? 2 : 1;

	for (int i = 0; i < count; i++) {
		memcpy(pmk_plane_row(to, 0, y + i), pmk_plane_row(from, 0, y + i), (size_t)to->layout.width);
		for (int k = 1; k < 3 && i % down == 0; k++)
			memcpy(pmk_plane_row(to, k, (y + i) / down), pmk_plane_row(from, k, (y + i) / down),
				(size_t)pmk_layout_plane_width(&to->layout, k));
	}
}
