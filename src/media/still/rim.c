/* SPDX-License-Identifier: MIT */
#include "media/still/rim.h"

#include <string.h>

struct pmk_image pmk_rim_part(const struct pmk_image *image, const struct pmk_rect *to)
{
	struct pmk_image part = *image;
	int rows = image->layout.chroma == PMK_CHROMA_420 ? 2 : 1; /* of luma per row of chroma */

	part.layout.width = to->width;
	part.layout.height = to->height;
	part.block = NULL;
	part.plane[0] += (ptrdiff_t)to->y * image->stride[0] + to->x;
	for (int p = 1; p < 3; p++)
		part.plane[p] += (ptrdiff_t)(to->y / rows) * image->stride[p] + to->x / 2;
	return part;
}

void pmk_rim_repeat(struct pmk_image *image, const struct pmk_rect *to)
{
	int rows = image->layout.chroma == PMK_CHROMA_420 ? 2 : 1;

	for (int p = 0; p < 3; p++) {
		int width = pmk_layout_plane_width(&image->layout, p),
		    height = pmk_layout_plane_height(&image->layout, p), x = p ? to->x / 2 : to->x,
		    y = p ? to->y / rows : to->y;
		uint8_t *first = image->plane[p] + (ptrdiff_t)y * image->stride[p];

		for (int k = y; x && k < height - y; k++) {
			uint8_t *row = image->plane[p] + (ptrdiff_t)k * image->stride[p];
			memset(row, row[x], (size_t)x);
			memset(row + width - x, row[width - x - 1], (size_t)x);
		}
		for (int k = 0; k < y; k++) {
			memcpy(image->plane[p] + (ptrdiff_t)k * image->stride[p], first, (size_t)width);
			memcpy(image->plane[p] + (ptrdiff_t)(height - 1 - k) * image->stride[p],
				first + (ptrdiff_t)(height - 1 - 2 * y) * image->stride[p], (size_t)width);
		}
	}
}
