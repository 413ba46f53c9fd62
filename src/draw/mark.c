/* SPDX-License-Identifier: MIT */
#include "draw/mark.h"

#include "base/num.h"
#include "image/colour.h"

#include <ctype.h>
#include <string.h>

enum { GLYPH_WIDTH = 5, GLYPH_HEIGHT = 7, ADVANCE = GLYPH_WIDTH + 1, PAD = 4 }; /* dots */
enum { LIGHT = 190, DARK = 36 }; /* luma */

/* Rows of dots from the top; bit 4 is the leftmost dot. */
static const uint8_t glyphs[26][GLYPH_HEIGHT] = {
	{ 0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11 },
	{ 0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e },
	{ 0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e },
	{ 0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e },
	{ 0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f },
	{ 0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10 },
	{ 0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0f },
	{ 0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11 },
	{ 0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e },
	{ 0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c },
	{ 0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11 },
	{ 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f },
	{ 0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11 },
	{ 0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11 },
	{ 0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e },
	{ 0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10 },
	{ 0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d },
	{ 0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11 },
	{ 0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e },
	{ 0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04 },
	{ 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e },
	{ 0x11, 0x11, 0x11, 0x11, 0x11, 0x0a, 0x04 },
	{ 0x11, 0x11, 0x11, 0x15, 0x15, 0x1b, 0x11 },
	{ 0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11 },
	{ 0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04 },
	{ 0x1f, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1f },
};

static void fill(struct pmk_image *m, int plane, int x, int y, int width, int height, uint8_t value)
{
	int right = pmk_layout_plane_width(&m->layout, plane), bottom = pmk_layout_plane_height(&m->layout, plane);

	right = pmk_min(x + width, right);
	bottom = pmk_min(y + height, bottom);
	for (; y < bottom && x < right; y++)
		memset(m->plane[plane] + (size_t)y * m->stride[plane] + x, value, (size_t)(right - x));
}

static void draw_glyph(struct pmk_image *m, int x, int y, int dot, const uint8_t *rows)
{
	for (int row = 0; row < GLYPH_HEIGHT; row++)
		for (int column = 0; column < GLYPH_WIDTH; column++)
			if (rows[row] >> (GLYPH_WIDTH - 1 - column) & 1)
				fill(m, 0, x + column * dot, y + row * dot, dot, dot, LIGHT);
}

static int dot_of(const struct pmk_layout *layout)
{
	return pmk_max(layout->height / 240, 1);
}

struct pmk_rect pmk_mark_box(const struct pmk_layout *layout, const char *text, bool top)
{
	int dot = dot_of(layout);
	int width = ((int)strlen(text) * ADVANCE - 1 + 2 * PAD) * dot, height = (GLYPH_HEIGHT + 2 * PAD) * dot;
	int gap = 2 * PAD * dot, y = top ? gap : layout->height - height - gap;

	return (struct pmk_rect){ gap, y > 0 ? y & ~1 : 0, width, height };
}

void pmk_mark_draw(struct pmk_image *m, const char *text, bool top)
{
	struct pmk_rect box = pmk_mark_box(&m->layout, text, top);
	int dot = dot_of(&m->layout), rows = m->layout.chroma == PMK_CHROMA_420 ? 2 : 1, x = box.x + PAD * dot;

	fill(m, 0, box.x, box.y, box.width, box.height, DARK);
	for (int plane = 1; plane <= 2; plane++)
		fill(m, plane, box.x / 2, box.y / rows, box.width / 2, box.height / rows, 128);
	for (; *text; text++, x += ADVANCE * dot)
		if (isalpha((unsigned char)*text))
			draw_glyph(m, x, box.y + PAD * dot, dot, glyphs[toupper((unsigned char)*text) - 'A']);
}

void pmk_mark_border(struct pmk_image *image)
{
	static const uint8_t red[3] = { 0xe0, 0x10, 0x10 };
	uint8_t yuv[3];

	pmk_colour_rgb_to_yuv(red, &image->layout, yuv);
	for (int p = 0; p < 3; p++) {
		int w = pmk_layout_plane_width(&image->layout, p), h = pmk_layout_plane_height(&image->layout, p);
		int side = w / 48 + 1, top = h / 27 + 1;
		for (int y = 0; y < h; y++) {
			uint8_t *row = image->plane[p] + (size_t)y * image->stride[p];
			int reach = y < top || y >= h - top ? w : side;
			memset(row, yuv[p], (size_t)reach);
			memset(row + w - reach, yuv[p], (size_t)reach);
		}
	}
}
