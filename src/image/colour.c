/* SPDX-License-Identifier: MIT */
#include "image/colour.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <stdlib.h>

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

/* Luma weights and scales of BT.601-7 (2.5.1) and BT.709-6 (3.2): Y = Kr R + Kg G + Kb B, Cb = (B - Y) / (2 (1 - Kb)).
 */
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

static inline uint8_t to_byte(float value)
{
	int byte = (int)(value + 0.5f); /* compared as integers, since compilers do not vectorise what may trap */

	return (uint8_t)(byte < 0 ? 0 : byte > 255 ? 255 : byte);
}

static inline float luma(const struct colours *c, float r, float g, float b)
{
	return c->kr * r + c->kg * g + c->kb * b;
}

static inline void chroma_of(const struct colours *c, float r, float g, float b, uint8_t *u, uint8_t *v)
{
	float y = luma(c, r, g, b);

	*u = to_byte(128 + (b - y) / (2 * (1 - c->kb)) * c->chroma_scale);
	*v = to_byte(128 + (r - y) / (2 * (1 - c->kr)) * c->chroma_scale);
}

void pmk_colour_rgb_to_yuv(const uint8_t rgb[3], const struct pmk_layout *layout, uint8_t yuv[3])
{
	struct colours c = colours_of(layout);

	yuv[0] = to_byte(luma(&c, rgb[0], rgb[1], rgb[2]) * c.luma_scale + c.luma_offset);
	chroma_of(&c, rgb[0], rgb[1], rgb[2], &yuv[1], &yuv[2]);
}

enum { PART = 128 }; /* pixels at a time; even */

/* Red, green and blue of a part of a row apart, which is what processors can calculate with. */
struct part {
	int sum[3][PART];
};

static void take_apart(const uint8_t *rgb, int count, struct part *part)
{
	for (int x = 0; x < count; x++, rgb += 3) {
		part->sum[0][x] = rgb[0];
		part->sum[1][x] = rgb[1];
		part->sum[2][x] = rgb[2];
	}
}

static void add_row(struct part *part, const struct part *other, int count)
{
	for (int k = 0; k < 3; k++) {
		for (int x = 0; x < count; x++)
			part->sum[k][x] += other->sum[k][x];
	}
}

static void luma_of_part(const struct colours *c, const struct part *p, int count, uint8_t *restrict y)
{
	for (int x = 0; x < count; x++)
		y[x] = to_byte(luma(c, (float)p->sum[0][x], (float)p->sum[1][x], (float)p->sum[2][x]) * c->luma_scale +
			c->luma_offset);
}

/* A chroma sample is the mean of `rows` rows of two pixels; of one, where an odd width ends. */
static void chroma_of_part(
	const struct colours *c, const struct part *p, int count, int rows, uint8_t *restrict u, uint8_t *restrict v)
{
	float mean[3];

	for (int x = 0; x < count / 2; x++) {
		for (int k = 0; k < 3; k++)
			mean[k] = (float)(p->sum[k][2 * x] + p->sum[k][2 * x + 1]) / (float)(2 * rows);
		chroma_of(c, mean[0], mean[1], mean[2], &u[x], &v[x]);
	}
	for (int k = 0; k < 3; k++)
		mean[k] = (float)p->sum[k][count - 1] / (float)rows;
	if (count % 2)
		chroma_of(c, mean[0], mean[1], mean[2], &u[count / 2], &v[count / 2]);
}

/* Rows y to y + rows - 1, which share a row of chroma. */
static void convert_rows(
	const struct colours *c, const struct pmk_rgb *rgb, int y, int rows, int chroma_y, struct pmk_image *image)
{
	size_t chroma = (size_t)chroma_y * (size_t)image->stride[1];

	for (int x = 0; x < image->layout.width; x += PART) {
		int count = pmk_min(PART, image->layout.width - x);
		struct part sums, row;

		for (int i = 0; i < rows; i++) {
			struct part *part = i ? &row : &sums;

			take_apart(rgb->data + (size_t)(y + i) * (size_t)rgb->stride + (size_t)x * 3, count, part);
			luma_of_part(c, part, count, image->plane[0] + (size_t)(y + i) * (size_t)image->stride[0] + x);
		}
		if (rows == 2)
			add_row(&sums, &row, count);
		chroma_of_part(
			c, &sums, count, rows, image->plane[1] + chroma + x / 2, image->plane[2] + chroma + x / 2);
	}
}

void pmk_colour_rgb_to_image(const struct pmk_rgb *rgb, struct pmk_image *image)
{
	struct colours c = colours_of(&image->layout);
	int rows = image->layout.chroma == PMK_CHROMA_420 ? 2 : 1;

	for (int y = 0; y < image->layout.height; y += rows)
		convert_rows(&c, rgb, y, pmk_min(rows, image->layout.height - y), y / rows, image);
}

void pmk_colour_image_to_rgb(const struct pmk_image *image, struct pmk_rgb *rgb)
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

/* Factors of a change of matrix: the part of Cb and Cr that is added to Y, and the new Cb and Cr made of the old ones.
 * They follow from inserting the R, G and B of one matrix into the definition of the other. In limited range the scale
 * of luma is 219 / 224 of that of chroma. */
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

/* The same as parts of 512, and as changes: arithmetic in 16 bits, exact to a quarter of a level. */
struct small_change {
	int16_t y_cb, y_cr, cb_cb, cb_cr, cr_cb, cr_cr;
};

static int16_t parts(float factor)
{
	return (int16_t)(factor * 512 + (factor < 0 ? -0.5f : 0.5f));
}

static struct small_change small_change(const struct matrix_change *m)
{
	return (struct small_change){ parts(m->y_cb), parts(m->y_cr), parts(m->cb_cb - 1), parts(m->cb_cr),
		parts(m->cr_cb), parts(m->cr_cr - 1) };
}

static uint8_t level(int16_t value)
{
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* What is added to the luma of the pixels that each of `count` samples covers. */
static void find_offsets(const struct small_change *m, const uint8_t *u, const uint8_t *v, int count, int16_t *offset)
{
	for (int i = 0; i < count; i++) {
		int16_t cb = (int16_t)(u[i] - 128), cr = (int16_t)(v[i] - 128);
		int16_t sum = (int16_t)((int16_t)(m->y_cb * cb) + (int16_t)(m->y_cr * cr) + 256);

		offset[2 * i] = offset[2 * i + 1] = (int16_t)(sum >> 9);
	}
}

static void add_offsets(uint8_t *luma, const int16_t *offset, int count)
{
	for (int i = 0; i < count; i++)
		luma[i] = level((int16_t)(luma[i] + offset[i]));
}

static void change_chroma(const struct small_change *m, uint8_t *u, uint8_t *v, int count)
{
	for (int i = 0; i < count; i++) {
		int16_t cb = (int16_t)(u[i] - 128), cr = (int16_t)(v[i] - 128);
		int16_t more_cb = (int16_t)((int16_t)(m->cb_cb * cb) + (int16_t)(m->cb_cr * cr) + 256);
		int16_t more_cr = (int16_t)((int16_t)(m->cr_cb * cb) + (int16_t)(m->cr_cr * cr) + 256);

		u[i] = level((int16_t)(u[i] + (more_cb >> 9)));
		v[i] = level((int16_t)(v[i] + (more_cr >> 9)));
	}
}

/* A row of chroma and the rows of luma that it covers, in pieces; luma first, as it needs the old chroma. */
static void change_rows(const struct small_change *m, struct pmk_image *image, int row)
{
	enum { PIECE = 256 };
	int rows = image->layout.chroma == PMK_CHROMA_420 ? 2 : 1,
	    end = pmk_min((row + 1) * rows, image->layout.height);
	int width = pmk_layout_plane_width(&image->layout, 1);
	int16_t offset[2 * PIECE];

	for (int x = 0; x < width; x += PIECE) {
		int count = pmk_min(PIECE, width - x);
		uint8_t *u = image->plane[1] + (size_t)row * image->stride[1] + x,
			*v = image->plane[2] + (size_t)row * image->stride[2] + x;

		find_offsets(m, u, v, count, offset);
		for (int y = row * rows; y < end; y++)
			add_offsets(image->plane[0] + (size_t)y * image->stride[0] + 2 * x, offset,
				pmk_min(2 * count, image->layout.width - 2 * x));
		change_chroma(m, u, v, count);
	}
}

void pmk_colour_to_matrix(struct pmk_image *image, enum pmk_matrix matrix)
{
	struct pmk_layout to = image->layout;
	struct matrix_change change;
	struct small_change m;

	if (to.matrix == matrix)
		return;
	to.matrix = matrix;
	change = matrix_change(&image->layout, &to);
	m = small_change(&change);
	for (int row = 0; row < pmk_layout_plane_height(&to, 1); row++)
		change_rows(&m, image, row);
	image->layout = to;
}

/* y' = 16 + 219/255 y, c' = 128 + 224/255 (c - 128) = (224 c + 3968) / 255. Arithmetic in 16 bits allows eight samples
 * per 16-byte vector: with t = x + 128, (t + (t >> 8)) >> 8 is x / 255, rounded to the nearest, for all x in 0..65407.
 */
void pmk_colour_row_to_limited(const uint8_t *from, uint8_t *to, int count, int plane)
{
	uint16_t scale = plane ? 224 : 219, offset = plane ? 3968 + 128 : 16 * 255 + 128;

	for (int i = 0; i < count; i++) {
		uint16_t t = (uint16_t)(from[i] * scale + offset);
		to[i] = (uint8_t)((uint16_t)(t + (t >> 8)) >> 8);
	}
}
