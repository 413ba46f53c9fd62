/* SPDX-License-Identifier: MIT */
#include "image/deinterlace.h"

#include <assert.h>
#include <libyuv.h>

static int lines_of(const struct pmk_layout *whole, int plane, bool bottom)
{
	return (pmk_layout_plane_height(whole, plane) + !bottom) / 2;
}

void pmk_deinterlace_turns(const struct pmk_image *image, bool bottom, struct pmk_image *field)
{
	*field = *image;
	field->block = NULL;
	field->layout.height = lines_of(&image->layout, 0, bottom);
	for (int p = 0; p < 3; p++) {
		field->plane[p] += bottom ? image->stride[p] : 0;
		field->stride[p] *= 2;
	}
}

void pmk_deinterlace_halves(const struct pmk_image *image, bool bottom, struct pmk_image *field)
{
	*field = *image;
	field->block = NULL;
	field->layout.height = lines_of(&image->layout, 0, bottom);
}

void pmk_deinterlace(const struct pmk_image *field, bool bottom, struct pmk_image *to)
{
	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&to->layout, p), rows = pmk_layout_plane_height(&to->layout, p);
		int lines = lines_of(&to->layout, p, bottom), stride = to->stride[p], from = field->stride[p];
		const uint8_t *line = field->plane[p], *last = line + (ptrdiff_t)(lines - 1) * from;
		uint8_t *first = to->plane[p] + (bottom ? stride : 0);

		assert(lines > 0);
		if (first != line)
			CopyPlane(line, from, first, 2 * stride, width, lines);
		if (lines > 1)
			InterpolatePlane(
				line, from, line + from, from, first + stride, 2 * stride, width, lines - 1, 128);
		if (bottom)
			CopyPlane(line, from, to->plane[p], stride, width, 1);
		if (bottom + 2 * (lines - 1) < rows - 1)
			CopyPlane(last, from, to->plane[p] + (ptrdiff_t)(rows - 1) * stride, stride, width, 1);
	}
}
