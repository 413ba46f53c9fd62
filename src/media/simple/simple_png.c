/* SPDX-License-Identifier: MIT */
#include "media/simple/simple_parts.h"

#include "media/still/limits.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one call of the decoder holds. */
struct reader {
	const struct pmk_simple_file *file;
	struct pmk_simple_picture *picture;
	png_structp png;
	png_infop info;
	size_t at; /* how much of the file is read */
	struct pmk_rows_taken rows;
	uint8_t *whole; /* of an interlaced picture that becomes smaller */
	int err;
};

/* These are read elsewhere or not at all: a few kB of them can become any number of MB. */
static const png_byte skipped[] =
	"tEXt\0zTXt\0iTXt\0iCCP\0sPLT\0hIST\0tIME\0pCAL\0sCAL\0oFFs\0eXIf\0sBIT\0bKGD\0gAMA\0cHRM\0sRGB";

static void give(png_structp png, png_bytep to, size_t bytes)
{
	struct reader *r = png_get_io_ptr(png);

	if (bytes > r->file->bytes - r->at)
		png_error(png, "the file ends too early");
	memcpy(to, r->file->data + r->at, bytes);
	r->at += bytes;
}

static void fail(png_structp png, png_const_charp why)
{
	struct reader *r = png_get_error_ptr(png);

	r->err = strstr(why, "emory") ? -ENOMEM : -EBADMSG;
	snprintf(r->picture->said, sizeof r->picture->said, "%s", why);
	png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp why)
{
}

/* The decoder itself would only say that the header is invalid. */
static int check_size(const struct pmk_simple_file *file)
{
	int64_t side[2] = { 0 };

	if (file->bytes < 24 || memcmp(file->data + 12, "IHDR", 4) != 0)
		return 0; /* libpng says what is wrong with it */
	for (int i = 0; i < 8; i++)
		side[i / 4] = side[i / 4] << 8 | file->data[16 + i];
	return pmk_still_check_size(file->path, side[0], side[1], file->least_px, file->most_px, file->area);
}

static int find_profile(struct reader *r, bool alpha, bool grey)
{
	enum pmk_profile_pixels pixels = alpha ? PMK_PROFILE_RGBA : PMK_PROFILE_RGB;
	const struct pmk_still_facts *facts = &r->file->facts;
	size_t bytes = 0;
	uint8_t *icc = pmk_png_icc(r->file->data, r->file->bytes, &bytes);
	int err;

	err = icc ? pmk_profile_open(r->file->path, icc, bytes, pixels, grey, &r->picture->profile) :
		    pmk_profile_open_gamma(facts->xy, facts->gamma, pixels, &r->picture->profile);
	free(icc);
	return err;
}

/* Ask for 8 bits a sample: grey, RGB or RGBA. */
static int choose_form(struct reader *r)
{
	int colour = png_get_color_type(r->png, r->info), err;
	bool alpha = colour & PNG_COLOR_MASK_ALPHA || png_get_valid(r->png, r->info, PNG_INFO_tRNS);
	bool grey = !(colour & PNG_COLOR_MASK_COLOR);

	err = find_profile(r, alpha, grey);
	if (err)
		return err;
	png_set_expand(r->png);
	png_set_scale_16(r->png);
	if (grey && (alpha || r->picture->profile))
		png_set_gray_to_rgb(r->png);
	(void)png_set_interlace_handling(r->png);
	png_read_update_info(r->png, r->info);
	return 0;
}

/* Each pass brings more of the pixels of a row. */
static int read_interlaced(struct reader *r)
{
	size_t row = (size_t)r->rows.width * (size_t)r->picture->bytes;
	uint8_t *to = r->picture->pixels;

	if (r->rows.row) {
		r->whole = to = malloc(row * (size_t)r->rows.height);
		if (!to)
			return -ENOMEM;
	}
	for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
		for (int y = 0; y < r->rows.height; y++)
			png_read_row(r->png, to + (size_t)y * row, NULL);
	}
	for (int y = 0; r->whole && y < r->rows.height; y++) {
		memcpy(pmk_rows_next(&r->rows), to + (size_t)y * row, row);
		pmk_rows_put(&r->rows);
	}
	return 0;
}

static int read_picture(struct reader *r)
{
	int width, height, err;

	png_read_info(r->png, r->info);
	err = choose_form(r);
	if (err)
		return err;
	width = (int)png_get_image_width(r->png, r->info);
	height = (int)png_get_image_height(r->png, r->info);
	err = pmk_rows_begin(&r->rows, r->picture, width, height, png_get_channels(r->png, r->info), r->file->whole_px);
	if (err)
		return err;
	if (png_get_interlace_type(r->png, r->info) != PNG_INTERLACE_NONE)
		return read_interlaced(r);
	for (int y = 0; y < height; y++) {
		png_read_row(r->png, pmk_rows_next(&r->rows), NULL);
		pmk_rows_put(&r->rows);
	}
	return 0;
}

static int run(struct reader *r)
{
	r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, r, fail, ignore);
	r->info = r->png ? png_create_info_struct(r->png) : NULL;
	if (!r->info)
		return -ENOMEM;
	if (setjmp(png_jmpbuf(r->png)))
		return r->err;
	png_set_user_limits(r->png, (png_uint_32)r->file->most_px, (png_uint_32)r->file->most_px);
	png_set_keep_unknown_chunks(r->png, PNG_HANDLE_CHUNK_NEVER, skipped, sizeof skipped / 5);
	png_set_crc_action(r->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE); /* as other readers do */
	png_set_read_fn(r->png, r, give);
	return read_picture(r);
}

int pmk_simple_png(const struct pmk_simple_file *file, struct pmk_simple_picture *picture)
{
	struct reader reader = { .file = file, .picture = picture };
	int err = check_size(file);

	if (err)
		return err;
	err = run(&reader);
	png_destroy_read_struct(&reader.png, &reader.info, NULL);
	pmk_rows_end(&reader.rows);
	free(reader.whole);
	return err;
}
