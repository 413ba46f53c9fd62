/* SPDX-License-Identifier: MIT */
/* Part of simple.h: files that are written. */
#include "media/simple/simple.h"

#include "base/log.h"
#include "base/new_file.h"
#include "base/num.h"
#include "base/parse.h"

#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_WEBP_PX = 16383 }; /* of a side: it has 14 bits there */

struct writer {
	png_structp png;
	png_infop info;
	uint8_t *row; /* of a picture with alpha */
	int fd, err;
};

static bool is_webp(const char *path)
{
	return pmk_parse_ends(path, ".webp");
}

bool pmk_simple_writes(const char *path)
{
#ifdef PMK_HAVE_WEBP
	return true;
#else
	return !is_webp(path);
#endif
}

static void put(png_structp png, png_bytep data, size_t bytes)
{
	struct writer *w = png_get_io_ptr(png);

	w->err = pmk_new_file_write(w->fd, data, bytes);
	if (w->err)
		png_error(png, "");
}

static void flush(png_structp png)
{
}

static void fail(png_structp png, png_const_charp why)
{
	struct writer *w = png_get_error_ptr(png);

	w->err = w->err ? w->err : -ENOMEM; /* what else it complains of are faults of ours */
	png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp why)
{
}

static void join_row(const uint8_t *rgb, const uint8_t *alpha, uint8_t *to, int count)
{
	for (int x = 0; x < count; x++, rgb += 3, to += 4) {
		memcpy(to, rgb, 3);
		to[3] = alpha[x];
	}
}

static int encode(struct writer *w, const struct pmk_simple_pixels *pixels, const struct pmk_mask *alpha)
{
	int colour = pixels->bytes == 1 ? PNG_COLOR_TYPE_GRAY : alpha ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB;

	if (setjmp(png_jmpbuf(w->png)))
		return w->err;
	png_set_write_fn(w->png, w, put, flush);
	png_set_filter(w->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB); /* all of them take three times as long */
	png_set_IHDR(w->png, w->info, (png_uint_32)pixels->width, (png_uint_32)pixels->height, 8, colour,
		PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(w->png, w->info);
	for (int y = 0; y < pixels->height; y++) {
		const uint8_t *row = pixels->data + (size_t)y * (size_t)pixels->stride;

		if (alpha)
			join_row(row, alpha->alpha + (size_t)y * (size_t)alpha->stride, w->row, pixels->width);
		png_write_row(w->png, alpha ? w->row : row);
	}
	png_write_end(w->png, w->info);
	return 0;
}

#ifdef PMK_HAVE_WEBP
static int write_webp(int fd, const struct pmk_simple_pixels *pixels, const struct pmk_mask *alpha, int quality)
{
	uint8_t *data;
	size_t bytes;
	int err = pmk_simple_webp_encode(pixels, alpha, quality, &data, &bytes);

	if (err)
		return err;
	err = pmk_new_file_write(fd, data, bytes);
	free(data);
	return err;
}
#else
static int write_webp(int fd, const struct pmk_simple_pixels *pixels, const struct pmk_mask *alpha, int quality)
{
	return -ENOTSUP;
}
#endif

static int write_png(int fd, const struct pmk_simple_pixels *pixels, const struct pmk_mask *alpha)
{
	struct writer w = { .fd = fd };
	int err = -ENOMEM;

	w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w, fail, ignore);
	w.info = w.png ? png_create_info_struct(w.png) : NULL;
	w.row = malloc((size_t)pixels->width * 4);
	if (w.info && w.row)
		err = encode(&w, pixels, alpha);
	png_destroy_write_struct(&w.png, &w.info);
	free(w.row);
	return err;
}

int pmk_simple_write(
	const char *path, const struct pmk_simple_pixels *pixels, const struct pmk_mask *alpha, int quality)
{
	struct pmk_new_file file;
	int fd, err;

	if (is_webp(path) && pmk_max(pixels->width, pixels->height) > MOST_WEBP_PX) {
		pmk_error_cure(PMK_CURE_SAVE_PNG, "%s: a WebP picture has at most %d pixels a side, this one is %dx%d",
			path, MOST_WEBP_PX, pixels->width, pixels->height);
		return -EINVAL;
	}
	fd = pmk_new_file_create(&file, path);
	if (fd < 0)
		return fd;
	err = is_webp(path) ? write_webp(fd, pixels, alpha, quality) : write_png(fd, pixels, alpha);
	return pmk_new_file_end(&file, path, fd, err, NULL);
}
