/* SPDX-License-Identifier: MIT */
/* Reads a PPM picture (P6, 8 bits), and writes the alpha of the person in it as PGM.
 *
 *	cc segmenter.c $(pkg-config --cflags --libs libpotemkin) -o segmenter
 *	./segmenter <photo.ppm >alpha.pgm */
#include <potemkin/potemkin.h>

#include <stdio.h>
#include <stdlib.h>

static void print(void *user, enum potemkin_log_level level, const char *line)
{
	(void)user;
	(void)level;
	fprintf(stderr, "%s\n", line);
}

/* The pixels as R G B A, which the caller frees; NULL: it is no such picture. */
static uint8_t *read_ppm(int *width, int *height)
{
	uint8_t *pixels;
	size_t count;

	if (scanf("P6 %d %d 255", width, height) != 2 || *width < 16 || *width > 8192 || *height < 16 || *height > 8192)
		return NULL;
	getchar();
	count = (size_t)*width * (size_t)*height;
	pixels = malloc(count * 4);
	for (size_t i = 0; pixels && i < count; i++) {
		if (fread(pixels + 4 * i, 1, 3, stdin) != 3) {
			free(pixels);
			return NULL;
		}
		pixels[4 * i + 3] = 255;
	}
	return pixels;
}

static int segment(potemkin_context *context, uint8_t *pixels, int width, int height)
{
	const struct potemkin_setting model = { "model", "selfie" };
	struct potemkin_segmenter_settings settings = { .struct_size = sizeof settings,
		.geometry = { .width = width, .height = height },
		.settings = &model,
		.setting_count = 1 };
	struct potemkin_picture picture = {
		.format = POTEMKIN_RGBA, .plane = { pixels }, .stride = { 4 * (ptrdiff_t)width }
	};
	uint8_t *alpha = malloc((size_t)width * (size_t)height);
	potemkin_segmenter *segmenter = NULL;
	int err = alpha ? potemkin_segmenter_create(context, &settings, &segmenter) : -1;

	if (!err)
		err = potemkin_segmenter_run(segmenter, &picture, 0, alpha, width);
	if (!err) {
		printf("P5\n%d %d\n255\n", width, height);
		fwrite(alpha, 1, (size_t)width * (size_t)height, stdout);
	}
	potemkin_segmenter_destroy(segmenter);
	free(alpha);
	return err;
}

int main(void)
{
	struct potemkin_context_settings log = { .struct_size = sizeof log, .log = print, .log_most = POTEMKIN_WARN };
	potemkin_context *context = NULL;
	int width, height, err;
	uint8_t *pixels = read_ppm(&width, &height);

	if (!pixels) {
		fputs("no PPM picture on the standard input\n", stderr);
		return 2;
	}
	err = potemkin_context_create(&log, &context);
	if (!err)
		err = segment(context, pixels, width, height);
	potemkin_context_destroy(context);
	free(pixels);
	return err ? 1 : 0;
}
