/* SPDX-License-Identifier: MIT */
#include "image/shrink.h"

#include <libyuv.h>

/* Average squares, by four each way as long as possible, then by two: libyuv is fast at these two, and allocates
 * nothing. */
void pmk_shrink(const uint8_t *from, int stride, int halved, uint8_t *to, int to_stride, int width, int height,
	uint8_t *scratch)
{
	int left = halved;

	if (!left)
		CopyPlane(from, stride, to, to_stride, width, height);
	while (left) {
		int step = left > 1 ? 2 : 1, next_width, next_height, next_stride;
		uint8_t *next;

		left -= step;
		next_width = width << left;
		next_height = height << left;
		/* in place from the second time on: each row is written over rows that have been read already */
		next = left ? scratch : to;
		next_stride = left ? next_width : to_stride;
		ScalePlane(from, stride, next_width << step, next_height << step, next, next_stride, next_width,
			next_height, kFilterBox);
		from = next;
		stride = next_stride;
	}
}
