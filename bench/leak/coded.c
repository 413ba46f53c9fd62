/* SPDX-License-Identifier: MIT */
/* usage: coded FOLDER: writes what a camera gives (640x480 YUYV, as frames/NN.yuyv): the drawn presenter, whose room
 * carries a code (code.h); and `counts`, which has one byte for each block: 1 where the person
 * never comes near (RIM), so that no room may be seen there. */
#include "code.h"
#include "draw/presenter.h"
#include "image/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RIM = 24 }; /* px */

static uint8_t counts[BLOCKS];

static void put(const char *path, const void *data, size_t bytes)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(data, 1, bytes, file) != bytes || fclose(file)) {
		perror(path);
		exit(2);
	}
}

/* Blocks into which the person reaches, and those around it. */
static void leave_out(const struct pmk_mask *truth)
{
	for (int i = 0; i < WIDTH * HEIGHT * 4; i++) {
		int x = i / 4 % WIDTH, y = i / 4 / WIDTH, bx = x + (i % 2 ? RIM : -RIM), by = y + (i & 2 ? RIM : -RIM);

		if (!truth->alpha[y * truth->stride + x])
			continue;
		bx = bx < 0 ? 0 : bx >= WIDTH ? WIDTH - 1 : bx;
		by = by < 0 ? 0 : by >= HEIGHT ? HEIGHT - 1 : by;
		counts[by / BLOCK * ACROSS + bx / BLOCK] = 0;
	}
}

/* The room is dimmed and flattened, so that the code is not lost in shelves and books. */
static int coded_luma(const struct pmk_image *image, const struct pmk_mask *truth, int frame, int x, int y)
{
	int luma = image->plane[0][y * image->stride[0] + x];
	int block = y / BLOCK * ACROSS + x / BLOCK, cell = y % BLOCK / CELL * 8 + x % BLOCK / CELL;
	int sign = code_of(frame, block) >> cell & 1 ? AMPLITUDE : -AMPLITUDE;

	if (truth->alpha[y * truth->stride + x])
		return luma;
	return 90 + (luma - 90) / 4 + sign;
}

static void pack(const struct pmk_image *image, const struct pmk_mask *truth, int frame, uint8_t *yuyv)
{
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++, yuyv += 2) {
			yuyv[0] = (uint8_t)coded_luma(image, truth, frame, x, y);
			yuyv[1] = image->plane[x % 2 ? 2 : 1][y / 2 * image->stride[1] + x / 2];
		}
}

int main(int argc, char **argv)
{
	const struct pmk_layout layout = { .width = WIDTH, .height = HEIGHT };
	static uint8_t yuyv[WIDTH * HEIGHT * 2];
	struct pmk_presenter *presenter;
	struct pmk_image image;
	struct pmk_mask truth;
	char path[4096];

	if (argc < 2 || pmk_presenter_create(WIDTH, HEIGHT, 7, &presenter) || pmk_image_alloc(&image, &layout) ||
		pmk_mask_alloc(&truth, WIDTH, HEIGHT))
		return 2;
	memset(counts, 1, sizeof counts);
	snprintf(path, sizeof path, "%s/frames", argv[1]);
	mkdir(path, 0777);
	for (int i = 0; i < FRAMES; i++) {
		pmk_presenter_draw_image(presenter, i / 30.0, &image, &truth);
		leave_out(&truth);
		pack(&image, &truth, i, yuyv);
		snprintf(path, sizeof path, "%s/frames/%02d.yuyv", argv[1], i);
		put(path, yuyv, sizeof yuyv);
	}
	snprintf(path, sizeof path, "%s/counts", argv[1]);
	put(path, counts, sizeof counts);
	pmk_presenter_destroy(presenter);
	pmk_image_free(&image);
	pmk_mask_free(&truth);
	return 0;
}
