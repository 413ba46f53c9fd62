/* SPDX-License-Identifier: MIT */
#include "media/simple/simple.h"

#include "image/convert.h"
#include "media/simple/simple_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_AREA = 128000000, RGB_WORTH = 3, SHEET_WORTH = 4 }; /* px; bytes of a pixel */

/* Blend over black and leave out alpha, in place. */
static void flatten(struct pmk_simple_picture *picture)
{
	const uint8_t *from = picture->pixels;
	uint8_t *to = picture->pixels;

	for (int64_t i = (int64_t)picture->width * picture->height; i; i--, from += 4, to += 3) {
		for (int c = 0; c < 3; c++)
			to[c] = (uint8_t)((from[c] * from[3] + 127) / 255);
	}
	picture->bytes = 3;
}

static void mend_colours(struct pmk_simple_picture *picture, bool alpha)
{
	size_t row = (size_t)picture->width * (size_t)picture->bytes;

	for (int y = 0; picture->profile && y < picture->height; y++) {
		uint8_t *at = picture->pixels + (size_t)y * row;
		pmk_profile_run(picture->profile, at, at, picture->width);
	}
	if (picture->bytes == 4 && !alpha)
		flatten(picture);
}

/* --- upright --- */

/* What EXIF counts as 1 to 8: a turn clockwise by quarters, and left and right swapped after it. */
static const struct {
	int quarters;
	bool mirror;
} turns[] = { { 0, false }, { 0, false }, { 0, true }, { 2, false }, { 2, true }, { 1, true }, { 1, false },
	{ 3, true }, { 3, false } };

/* The place where row `y` of the upright picture is stored: index of x = 0, and how far apart the following are. */
static int64_t start_of_row(const struct pmk_simple_picture *picture, int exif, int y, int64_t *step)
{
	int64_t width = picture->width, height = picture->height, last_x = width - 1, last_row = (height - 1) * width;
	bool sideways = exif > 4;

	*step = (exif == 2 || exif == 3 ? -1 : exif < 5 ? 1 : exif == 5 || exif == 8 ? width : -width);
	if (sideways)
		return (exif == 5 || exif == 6 ? y : last_x - y) + (exif == 6 || exif == 7 ? last_row : 0);
	return (exif == 3 || exif == 4 ? last_row - y * width : y * width) + (*step < 0 ? last_x : 0);
}

/* One row of pixels, as RGB, or as BGR and alpha. */
static void copy_row(
	const struct pmk_simple_picture *picture, int64_t at, int64_t step, uint8_t *to, int count, int worth)
{
	int red = worth == SHEET_WORTH ? 2 : 0, bytes = picture->bytes;
	const uint8_t *from = picture->pixels + at * bytes;

	for (int x = 0; x < count; x++, from += step * bytes, to += worth) {
		to[red] = from[0];
		to[1] = from[bytes > 1 ? 1 : 0];
		to[2 - red] = from[bytes > 1 ? 2 : 0];
		if (worth == SHEET_WORTH)
			to[3] = bytes == 4 ? from[3] : 255;
	}
}

static void copy_upright(
	const struct pmk_simple_picture *picture, int exif, uint8_t *to, int stride, int width, int height, int worth)
{
	for (int y = 0; y < height; y++) {
		int64_t step, at = start_of_row(picture, exif, y, &step);

		copy_row(picture, at, step, to + (size_t)y * (size_t)stride, width, worth);
	}
}

static void upright_size(const struct pmk_simple_picture *picture, int exif, int *width, int *height)
{
	*width = exif > 4 ? picture->height : picture->width;
	*height = exif > 4 ? picture->width : picture->height;
}

/* --- RGB and sheets --- */

static struct pmk_simple_file whole_picture(const char *path)
{
	return (struct pmk_simple_file){ .path = path,
		.least_px = 1,
		.most_px = PMK_STILL_MAX_PX,
		.area = MOST_AREA,
		.whole_px = PMK_STILL_WHOLE_PX };
}

/* The pixels move to `rgb`, or are copied. */
static int to_rgb(struct pmk_simple_picture *picture, int exif, struct pmk_rgb *rgb)
{
	int width, height, err;

	if (exif == 1 && picture->bytes == RGB_WORTH) {
		*rgb = (struct pmk_rgb){ picture->width, picture->height, picture->width * RGB_WORTH, picture->pixels };
		picture->pixels = NULL;
		return 0;
	}
	upright_size(picture, exif, &width, &height);
	err = pmk_rgb_alloc(rgb, width, height);
	if (!err)
		copy_upright(picture, exif, rgb->data, rgb->stride, width, height, RGB_WORTH);
	return err;
}

int pmk_simple_read(const char *path, struct pmk_rgb *rgb)
{
	struct pmk_simple_file file = whole_picture(path);
	struct pmk_simple_picture picture = { 0 };
	int err = pmk_simple_decode_file(&file, &picture);

	if (err)
		return err;
	mend_colours(&picture, false);
	err = to_rgb(&picture, file.facts.orientation, rgb);
	pmk_simple_free(&picture);
	return err;
}

int pmk_simple_read_sheet(const char *path, struct pmk_sheet *sheet)
{
	struct pmk_simple_file file = whole_picture(path);
	struct pmk_simple_picture picture = { 0 };
	int width, height, err = pmk_simple_decode_file(&file, &picture);

	if (err)
		return err;
	mend_colours(&picture, true);
	upright_size(&picture, file.facts.orientation, &width, &height);
	err = pmk_sheet_alloc(sheet, width, height);
	if (!err)
		copy_upright(&picture, file.facts.orientation, sheet->data, sheet->stride, width, height, SHEET_WORTH);
	for (int y = 0; !err && y < height; y++)
		pmk_sheet_premultiply(sheet->data + (size_t)y * (size_t)sheet->stride, width);
	pmk_simple_free(&picture);
	return err;
}

/* --- planes --- */

/* A grey picture as planes of full range. */
static int grey_to_planes(struct pmk_simple_picture *picture)
{
	const struct pmk_layout layout = {
		.width = picture->width, .height = picture->height, .range = PMK_RANGE_FULL
	};
	struct pmk_image *to = &picture->planes;
	int err = pmk_image_alloc(to, &layout);

	for (int y = 0; !err && y < layout.height; y++)
		memcpy(to->plane[0] + (ptrdiff_t)y * to->stride[0], picture->pixels + (size_t)y * (size_t)layout.width,
			(size_t)layout.width);
	for (int p = 1; !err && p < 3; p++)
		memset(to->plane[p], 128, (size_t)to->stride[p] * (size_t)pmk_layout_plane_height(&layout, p));
	return err;
}

/* The planes as they are stored, made upright. They move to `image`. */
static int planes_to_image(struct pmk_simple_picture *picture, int exif, struct pmk_image *image)
{
	struct pmk_layout layout = pmk_convert_turned(&picture->planes.layout, turns[exif].quarters);
	int err = 0;

	if (exif == 1) {
		*image = picture->planes;
		picture->planes = (struct pmk_image){ 0 };
		return 0;
	}
	err = pmk_image_alloc(image, &layout);
	if (!err)
		pmk_convert_orient(&picture->planes, image, turns[exif].quarters, turns[exif].mirror, false);
	return err;
}

static int rgb_to_image(struct pmk_simple_picture *picture, int exif, struct pmk_image *image)
{
	struct pmk_layout layout = { .range = PMK_RANGE_LIMITED, .matrix = PMK_MATRIX_BT601 };
	struct pmk_rgb rgb;
	int err;

	mend_colours(picture, false);
	err = to_rgb(picture, exif, &rgb);
	if (err)
		return err;
	layout.width = rgb.width;
	layout.height = rgb.height;
	err = pmk_image_alloc(image, &layout);
	if (!err)
		pmk_colour_rgb_to_image(&rgb, image);
	pmk_rgb_free(&rgb);
	return err;
}

static int to_image(struct pmk_simple_picture *picture, int exif, struct pmk_image *image)
{
	int err = picture->bytes == 1 ? grey_to_planes(picture) : 0;

	if (err)
		return err;
	return picture->planes.block ? planes_to_image(picture, exif, image) : rgb_to_image(picture, exif, image);
}

int pmk_simple_read_planes(
	const char *path, const struct pmk_simple_fit *fit, struct pmk_image *image, int *bar_x, int *bar_y)
{
	struct pmk_simple_file file = { .path = path,
		.planes = true,
		.least_px = PMK_IMAGE_MIN_PX,
		.most_px = PMK_IMAGE_MAX_PX,
		.area = (int64_t)PMK_IMAGE_MAX_PX * PMK_IMAGE_MAX_PX,
		.whole_px = INT64_MAX };
	struct pmk_simple_picture picture = { 0 };
	struct pmk_image stored = { 0 };
	struct pmk_layout layout;
	int x = 0, y = 0, err = pmk_simple_decode_file(&file, &picture);

	if (err)
		return err;
	err = to_image(&picture, file.facts.orientation, &stored);
	pmk_simple_free(&picture);
	if (err)
		return err;
	layout = stored.layout;
	if (!fit->width || (fit->width == layout.width && fit->height == layout.height)) {
		*bar_x = *bar_y = 0;
		*image = stored;
		return 0;
	}
	layout.width = fit->width;
	layout.height = fit->height;
	err = pmk_image_alloc(image, &layout);
	if (!err) {
		err = pmk_simple_place(path, &stored, image, fit->fit, &x, &y);
		if (err)
			pmk_image_free(image);
	}
	pmk_image_free(&stored);
	if (err)
		return err;
	*bar_x = x;
	*bar_y = y;
	return 0;
}
