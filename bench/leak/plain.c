/* SPDX-License-Identifier: MIT */
/* usage: plain FOLDER FRAMES OUT.y4m: what the usual chain does with the frames of `coded`, so that the oracle is seen
 * to find something: each frame is composed with the mask of an earlier frame, and every tenth one, as after an error,
 * is passed on as it is. */
#include "code.h"
#include "draw/presenter.h"
#include "image/frame.h"

#include <stdio.h>
#include <stdlib.h>

enum { LATE = 4, ERRORS = 10 }; /* frames */

static bool read_frame(const char *folder, int i, uint8_t yuyv[WIDTH * HEIGHT * 2])
{
	char path[4096];
	FILE *file;
	bool whole;

	snprintf(path, sizeof path, "%s/frames/%02d.yuyv", folder, i % FRAMES);
	file = fopen(path, "rb");
	whole = file && fread(yuyv, 1, WIDTH * HEIGHT * 2, file) == WIDTH * HEIGHT * 2;
	if (file)
		fclose(file);
	return whole;
}

int main(int argc, char **argv)
{
	static uint8_t yuyv[WIDTH * HEIGHT * 2], planes[WIDTH * HEIGHT * 3 / 2];
	struct pmk_presenter *presenter;
	struct pmk_mask mask;
	FILE *out = argc == 4 ? fopen(argv[3], "wb") : NULL;

	if (!out || pmk_presenter_create(WIDTH, HEIGHT, 7, &presenter) || pmk_mask_alloc(&mask, WIDTH, HEIGHT))
		return 2;
	fprintf(out, "YUV4MPEG2 W640 H480 F30:1 Ip A1:1 C420jpeg\n");
	for (int i = 0; i < atoi(argv[2]); i++) {
		bool error = i % ERRORS == ERRORS - 1;
		double time_s = (i % FRAMES > LATE ? i % FRAMES - LATE : 0) / 30.0;

		if (!read_frame(argv[1], i, yuyv))
			return 2;
		pmk_presenter_draw(presenter, time_s, NULL, &mask);
		for (int p = 0; p < WIDTH * HEIGHT; p++)
			planes[p] = error || mask.alpha[p / WIDTH * mask.stride + p % WIDTH] > 127 ? yuyv[2 * p] : 128;
		fprintf(out, "FRAME\n");
		fwrite(planes, 1, sizeof planes, out);
	}
	pmk_presenter_destroy(presenter);
	pmk_mask_free(&mask);
	return fclose(out) ? 2 : 0;
}
