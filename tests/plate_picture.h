/* SPDX-License-Identifier: MIT */
/* Pictures for tests of the clean plate: rectangles of one colour, and what the network says of them. Rectangles are in
 * px, and lie in the picture. */
#ifndef PMK_TESTS_PLATE_PICTURE_H
#define PMK_TESTS_PLATE_PICTURE_H

#include "find/box.h"
#include "find/plate.h"
#include "image/frame.h"

#include <stdbool.h>
#include <string.h>

enum { W = 480, H = 360, N = 120 }; /* px; network pixels: as many as cells in a row */

static const struct pmk_rect all = { 0, 0, W, H };

static inline int plate_open(struct pmk_plate *plate, struct pmk_image *picture)
{
	struct pmk_layout layout = { .width = W, .height = H };

	return pmk_plate_init(plate, &layout) || pmk_image_alloc(picture, &layout);
}

/* Whether network pixel i is inside; NULL: nowhere. */
static inline bool plate_inside(const struct pmk_rect *r, int i)
{
	int x = i % N * W / N, y = i / N * H / N;

	return r && x >= r->x && x < r->x + r->width && y >= r->y && y < r->y + r->height;
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

/* Show a picture of which the network says p. */
static inline void plate_look(struct pmk_plate *plate, const struct pmk_image *picture, float *p)
{
	pmk_plate_begin(plate, picture);
	pmk_plate_weigh(plate, &all, p, N, N);
	pmk_plate_end(plate);
}

/* The mean probability that is left of a part. */
static inline float plate_mean(const float *p, struct pmk_rect r)
{
	float sum = 0;
	int count = 0;

	for (int i = 0; i < N * N; i++) {
		if (!plate_inside(&r, i))
			continue;
		sum += p[i];
		count++;
	}
	return sum / (float)count;
}

/* To and fro: up to `far` px, and back, in 20 pictures. */
static inline int plate_sway(int n, int far)
{
	return (n % 20 < 10 ? n % 20 : 20 - n % 20) * far / 10;
}

#endif
