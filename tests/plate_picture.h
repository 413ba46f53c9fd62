/* SPDX-License-Identifier: MIT */
/* Pictures for tests of the clean plate: rectangles of one colour. Rectangles are in px, and lie in the picture. */
#ifndef PMK_TESTS_PLATE_PICTURE_H
#define PMK_TESTS_PLATE_PICTURE_H

#include "find/box.h"
#include "image/frame.h"

#include <stdbool.h>
#include <string.h>

static inline bool plate_inside(const struct pmk_rect *r, int x, int y)
{
	return x >= r->x && x < r->x + r->width && y >= r->y && y < r->y + r->height;
}

static inline void plate_fill(struct pmk_image *image, const struct pmk_rect *r, int y, int u, int v)
{
	const int yuv[3] = { y, u, v };

	for (int k = 0; k < 3; k++) {
		int half = k ? 2 : 1;

		for (int row = r->y / half; row < (r->y + r->height) / half; row++)
			memset(image->plane[k] + (size_t)row * (size_t)image->stride[k] + r->x / half, yuv[k],
				(size_t)(r->width / half));
	}
}

#endif
