/* SPDX-License-Identifier: MIT */
/* Tests of the decoders for PNG, JPEG and WebP that need no module: each form of these files against what was put into
 * it. test_finish.c, which is run with them as well, has the files as users have them. */
#include "media/simple/simple.h"

#include "media/simple/simple_parts.h"
#include "media_material.h"

#include <png.h>
#include <setjmp.h>

#include <jpeglib.h>

enum { W = 45, H = 31 }; /* no multiple of a block, nor of the steps of interlacing */

static uint32_t seed;

static unsigned next_random(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 16;
}

/* --- PNG: every colour type and depth, interlaced or not, with and without tRNS --- */

struct png_form {
	int colour, depth;
	bool interlaced, trns;
};

static int samples_of(const struct png_form *form)
{
	static const int samples[] = { 1, 0, 3, 1, 2, 0, 4 };

	return samples[form->colour];
}

struct png_made {
	uint16_t sample[H][W][4]; /* as stored */
	png_color palette[256];
	png_byte alpha[256]; /* of the palette, the first half of it */
	png_color_16 clear; /* the transparent colour */
};

static void draw_png(const struct png_form *form, struct png_made *made)
{
	unsigned most = (1u << form->depth) - 1;

	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			for (int c = 0; c < samples_of(form); c++)
				made->sample[y][x][c] = (uint16_t)((next_random() << 4 ^ next_random()) & most);
	for (int i = 0; i < 256; i++) {
		made->palette[i] = (png_color){ (png_byte)next_random(), (png_byte)next_random(),
			(png_byte)next_random() };
		made->alpha[i] = (png_byte)next_random();
	}
	made->clear.gray = made->clear.red = made->sample[3][5][0];
	made->clear.green = made->sample[3][5][1];
	made->clear.blue = made->sample[3][5][2];
}

static void pack_row(const struct png_form *form, uint16_t sample[W][4], uint8_t *row)
{
	int bit = 0;

	memset(row, 0, W * 8);
	for (int x = 0; x < W; x++) {
		for (int c = 0; c < samples_of(form); c++, bit += form->depth) {
			if (form->depth == 16)
				row[bit / 8 + 1] = (uint8_t)sample[x][c];
			row[bit / 8] |= (uint8_t)(form->depth == 16 ? sample[x][c] >> 8 :
								      sample[x][c] << (8 - form->depth - bit % 8));
		}
	}
}

static void write_png(const char *path, const struct png_form *form, struct png_made *made)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);
	FILE *file = fopen(path, "wb");
	static uint8_t rows[H][W * 8];
	uint8_t *row[H];

	assert_non_null(file);
	png_init_io(png, file);
	png_set_IHDR(png, info, W, H, form->depth, form->colour, form->interlaced, 0, 0);
	if (form->colour == PNG_COLOR_TYPE_PALETTE)
		png_set_PLTE(png, info, made->palette, 1 << form->depth);
	if (form->trns)
		png_set_tRNS(png, info, made->alpha, 1 << form->depth >> 1, &made->clear);
	png_write_info(png, info);
	for (int y = 0; y < H; y++) {
		pack_row(form, made->sample[y], rows[y]);
		row[y] = rows[y];
	}
	png_write_image(png, row);
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
	fclose(file);
}

/* What PNG says the pixel is, in 8 bits. */
static void meant_by_png(const struct png_form *form, const struct png_made *made, int x, int y, int rgba[4])
{
	const uint16_t *s = made->sample[y][x];
	int most = (1 << form->depth) - 1, colours = form->colour & PNG_COLOR_MASK_COLOR ? 3 : 1;
	bool clear = form->trns && s[0] == made->clear.red &&
		(colours == 1 || (s[1] == made->clear.green && s[2] == made->clear.blue));

	if (form->colour == PNG_COLOR_TYPE_PALETTE) {
		const png_color *colour = &made->palette[s[0]];

		rgba[0] = colour->red;
		rgba[1] = colour->green;
		rgba[2] = colour->blue;
		rgba[3] = form->trns && s[0] < 1 << form->depth >> 1 ? made->alpha[s[0]] : 255;
		return;
	}
	for (int c = 0; c < 3; c++)
		rgba[c] = (s[colours == 3 ? c : 0] * 255 + most / 2) / most;
	rgba[3] = form->colour & PNG_COLOR_MASK_ALPHA ? (s[colours] * 255 + most / 2) / most : clear ? 0 : 255;
}

static void check_png(const char *path, const struct png_form *form, const struct png_made *made)
{
	struct pmk_sheet sheet;
	struct pmk_rgb rgb;

	assert_int_equal(pmk_simple_read_sheet(path, &sheet), 0);
	assert_int_equal(pmk_simple_read(path, &rgb), 0);
	assert_int_equal(sheet.width, W);
	assert_int_equal(rgb.height, H);
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			const uint8_t *s = sheet.data + y * sheet.stride + 4 * x,
				      *p = rgb.data + y * rgb.stride + 3 * x;
			int meant[4];

			meant_by_png(form, made, x, y, meant);
			assert_int_equal(s[3], meant[3]);
			for (int c = 0; c < 3; c++) {
				int over_black = (meant[c] * meant[3] + 127) / 255;

				assert_int_equal(p[c], over_black);
				assert_in_range(s[2 - c] + 1, over_black, over_black + 2);
			}
		}
	}
	pmk_sheet_free(&sheet);
	pmk_rgb_free(&rgb);
}

static void test_png_of_every_form(void **state)
{
	static const int colours[] = { 0, 2, 3, 4, 6 };
	struct png_made made;
	int count = 0;

	for (int i = 0; i < 5 * 5 * 4; i++) {
		struct png_form form = { colours[i % 5], 1 << i / 5 % 5, i / 25 & 1, i / 50 };
		bool palette = form.colour == 3, deep = form.depth >= 8;

		if ((palette && form.depth == 16) || (!palette && form.colour && !deep) ||
			(form.trns && form.colour & PNG_COLOR_MASK_ALPHA))
			continue;
		draw_png(&form, &made);
		write_png(material_path("a.png"), &form, &made);
		assert_int_equal(pmk_simple_probe(material_path("a.png")), PMK_STILL_ONE);
		check_png(material_path("a.png"), &form, &made);
		count++;
	}
	assert_int_equal(count, 2 * 15 + 2 * 11);
}

/* Grey stays as it is, in full range; colours become limited range. */
static void test_planes_of_png(void **state)
{
	struct png_made made = { 0 };
	struct pmk_image image;
	int bar_x, bar_y;

	for (int colour = 0; colour <= 2; colour += 2) {
		const struct png_form form = { .colour = colour, .depth = 8 };

		draw_png(&form, &made);
		write_png(material_path("a.png"), &form, &made);
		assert_int_equal(pmk_simple_read_planes(
					 material_path("a.png"), &(struct pmk_simple_fit){ 0 }, &image, &bar_x, &bar_y),
			0);
		assert_int_equal(image.layout.chroma, PMK_CHROMA_420);
		assert_int_equal(image.layout.range, colour ? PMK_RANGE_LIMITED : PMK_RANGE_FULL);
		for (int y = 0; y < H && !colour; y++)
			for (int x = 0; x < W; x++)
				assert_int_equal(image.plane[0][y * image.stride[0] + x], made.sample[y][x][0]);
		for (int y = 0; y < (H + 1) / 2 && !colour; y++)
			assert_int_equal(image.plane[1][y * image.stride[1] + W / 2], 128);
		pmk_image_free(&image);
	}
	material_clear();
}

/* --- JPEG --- */

struct jpeg_form {
	int h, v; /* sampling of luma */
	bool grey, progressive;
};

static void colour_at(int x, int y, uint8_t rgb[3])
{
	rgb[0] = (uint8_t)(x * 4);
	rgb[1] = (uint8_t)(y * 6);
	rgb[2] = (uint8_t)(200 - x - y);
}

static void write_jpeg(const char *path, const struct jpeg_form *form)
{
	struct jpeg_compress_struct library;
	struct jpeg_error_mgr errors;
	unsigned char *data = NULL;
	unsigned long bytes = 0;

	library.err = jpeg_std_error(&errors);
	jpeg_create_compress(&library);
	jpeg_mem_dest(&library, &data, &bytes);
	library.image_width = W;
	library.image_height = H;
	library.input_components = form->grey ? 1 : 3;
	library.in_color_space = form->grey ? JCS_GRAYSCALE : JCS_RGB;
	jpeg_set_defaults(&library);
	library.comp_info[0].h_samp_factor = form->h;
	library.comp_info[0].v_samp_factor = form->v;
	jpeg_set_quality(&library, 98, TRUE);
	if (form->progressive)
		jpeg_simple_progression(&library);
	jpeg_start_compress(&library, TRUE);
	for (int y = 0; y < H; y++) {
		uint8_t row[W * 3], *at = row;

		for (int x = 0; x < W; x++) {
			uint8_t rgb[3];

			colour_at(x, y, rgb);
			memcpy(row + (form->grey ? 1 : 3) * x, rgb, form->grey ? 1 : 3);
		}
		jpeg_write_scanlines(&library, &at, 1);
	}
	jpeg_finish_compress(&library);
	jpeg_destroy_compress(&library);
	material_store(path, data, bytes);
	free(data);
}

static void assert_near(const struct pmk_rgb *rgb, bool grey, int most)
{
	assert_int_equal(rgb->width, W);
	assert_int_equal(rgb->height, H);
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			uint8_t meant[3];

			colour_at(x, y, meant);
			for (int c = 0; c < 3; c++) {
				int got = rgb->data[y * rgb->stride + 3 * x + c], want = meant[grey ? 0 : c];

				assert_in_range(got + most, want, want + 2 * most);
			}
		}
	}
}

static void check_jpeg_planes(const char *path, const struct jpeg_form *form)
{
	struct pmk_image image;
	struct pmk_rgb rgb;
	int bar_x, bar_y;

	assert_int_equal(pmk_simple_read_planes(path, &(struct pmk_simple_fit){ 0 }, &image, &bar_x, &bar_y), 0);
	assert_int_equal(image.layout.range, PMK_RANGE_FULL);
	assert_int_equal(image.layout.matrix, PMK_MATRIX_BT601);
	assert_int_equal(
		image.layout.chroma, form->h == 2 && form->v == 1 && !form->grey ? PMK_CHROMA_422 : PMK_CHROMA_420);
	assert_int_equal(pmk_rgb_alloc(&rgb, W, H), 0);
	pmk_colour_image_to_rgb(&image, &rgb);
	assert_near(&rgb, form->grey, 14);
	pmk_rgb_free(&rgb);
	pmk_image_free(&image);
}

static void test_jpeg_of_every_sampling(void **state)
{
	static const struct jpeg_form forms[] = { { .h = 1, .v = 1 }, { .h = 2, .v = 1 }, { .h = 2, .v = 2 },
		{ .h = 1, .v = 2 }, { .h = 4, .v = 1 }, { .h = 2, .v = 2, .progressive = true },
		{ .h = 1, .v = 1, .progressive = true }, { .h = 1, .v = 1, .grey = true },
		{ .h = 2, .v = 2, .grey = true } };
	struct pmk_rgb rgb;

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		write_jpeg(material_path("a.jpg"), &forms[i]);
		assert_int_equal(pmk_simple_read(material_path("a.jpg"), &rgb), 0);
		assert_near(&rgb, forms[i].grey, 12);
		pmk_rgb_free(&rgb);
		check_jpeg_planes(material_path("a.jpg"), &forms[i]);
	}
	material_clear();
}

/* What follows a picture makes it a film, unless its name is a photo's. */
static void test_series_of_jpeg(void **state)
{
	uint8_t *data, *twice;
	size_t size;

	write_jpeg(material_path("a.jpg"), &(struct jpeg_form){ .h = 2, .v = 2 });
	data = material_load(material_path("a.jpg"), &size);
	twice = malloc(2 * size);
	memcpy(twice, data, size);
	memcpy(twice + size, data, size);
	material_store(material_path("a.jpg"), twice, 2 * size);
	material_store(material_path("a.mjpeg"), twice, 2 * size);
	material_store(material_path("one.mjpeg"), data, size);
	assert_int_equal(pmk_simple_probe(material_path("a.jpg")), PMK_STILL_ONE);
	assert_int_equal(pmk_simple_probe(material_path("a.mjpeg")), -ENOTSUP);
	assert_int_equal(pmk_simple_probe(material_path("one.mjpeg")), PMK_STILL_ONE);
	memmove(twice + 2, twice, 2 * size - 2); /* it begins twice: no length follows that marker */
	material_store(material_path("b.mjpeg"), twice, 2 * size);
	assert_int_equal(pmk_simple_probe(material_path("b.mjpeg")), -ENOTSUP);
	free(data);
	free(twice);
	material_clear();
}

static void assert_refused(const char *name, const void *data, size_t bytes, int err, const char *what)
{
	struct pmk_simple_fit fit = { 0 };
	struct pmk_image image;
	struct pmk_rgb rgb;
	int bar_x, bar_y;

	material_store(material_path(name), data, bytes);
	assert_fails(pmk_simple_read(material_path(name), &rgb), err, what);
	assert_fails(pmk_simple_read_planes(material_path(name), &fit, &image, &bar_x, &bar_y), err, what);
}

/* --- WebP, with what libwebp writes: drawn colours, lossy; alpha is exact --- */

#ifdef PMK_HAVE_WEBP
static void write_webp(const char *path, const struct pmk_mask *mask)
{
	static uint8_t pixels[H * W * 3];
	const struct pmk_simple_pixels drawn = { W, H, W * 3, 3, pixels };

	for (int i = 0; i < H * W; i++)
		colour_at(i % W, i / W, pixels + 3 * i);
	assert_true(pmk_simple_writes(path));
	assert_int_equal(pmk_simple_write(path, &drawn, mask, 100), 0);
}

static void test_webp(void **state)
{
	struct pmk_image image;
	struct pmk_rgb rgb;
	int bar_x, bar_y;

	write_webp(material_path("a.webp"), NULL);
	assert_int_equal(pmk_simple_probe(material_path("a.webp")), PMK_STILL_ONE);
	assert_int_equal(pmk_simple_read(material_path("a.webp"), &rgb), 0);
	assert_near(&rgb, false, 12);
	assert_int_equal(
		pmk_simple_read_planes(material_path("a.webp"), &(struct pmk_simple_fit){ 0 }, &image, &bar_x, &bar_y),
		0);
	assert_int_equal(image.layout.range, PMK_RANGE_LIMITED);
	assert_int_equal(image.layout.matrix, PMK_MATRIX_BT601);
	pmk_colour_image_to_rgb(&image, &rgb);
	assert_near(&rgb, false, 14);
	pmk_image_free(&image);
	pmk_rgb_free(&rgb);
	material_clear();
}

static void test_alpha_of_webp(void **state)
{
	uint8_t alpha[H * W];
	const struct pmk_mask mask = { .width = W, .height = H, .stride = W, .alpha = alpha };
	struct pmk_sheet sheet;

	for (int i = 0; i < H * W; i++)
		alpha[i] = (uint8_t)(i % W * 5);
	write_webp(material_path("a.webp"), &mask);
	assert_int_equal(pmk_simple_read_sheet(material_path("a.webp"), &sheet), 0);
	for (int i = 0; i < H * W; i++) {
		const uint8_t *pixel = sheet.data + i / W * sheet.stride + 4 * (i % W);
		uint8_t meant[3];

		colour_at(i % W, i / W, meant);
		assert_int_equal(pixel[3], alpha[i]);
		assert_in_range(pixel[2] + 14, meant[0] * alpha[i] / 255, meant[0] * alpha[i] / 255 + 28);
	}
	pmk_sheet_free(&sheet);
	material_clear();
}

static void test_webp_of_too_many_pixels(void **state)
{
	static uint8_t pixels[16384];
	const struct pmk_simple_pixels wide = { 16384, 1, 16384, 1, pixels }, high = { 1, 16384, 1, 1, pixels };

	assert_fails(pmk_simple_write(material_path("a.webp"), &wide, NULL, 75), -EINVAL,
		"at most 16383 pixels a side, this one is 16384x1");
	assert_fails(pmk_simple_write(material_path("a.webp"), &high, NULL, 75), -EINVAL, "this one is 1x16384");
	assert_int_equal(material_clear(), 0);
}

/* Cut off, and with a size that no library takes. */
static void test_damaged_webp(void **state)
{
	uint8_t *data;
	size_t size;

	write_webp(material_path("a.webp"), NULL);
	data = material_load(material_path("a.webp"), &size);
	for (size_t cut = 16; cut < size - 8; cut += 61)
		assert_refused("b.webp", data, cut, -EBADMSG, "a WebP picture that is damaged, cut off");
	data[26] = data[28] = 0xff; /* 16383 a side */
	data[27] = data[29] = 0x3f;
	assert_refused("b.webp", data, size, -EINVAL, "a picture of 16383x16383; sides must be");
	free(data);
	material_clear();
}
#endif

/* --- sizes --- */

static void test_many_pixels_become_fewer(void **state)
{
	struct pmk_simple_picture picture = { 0 };
	struct pmk_rows_taken rows = { 0 };

	assert_int_equal(pmk_rows_begin(&rows, &picture, 40, 30, 3, 300), 0);
	assert_int_equal(picture.width, 20);
	assert_int_equal(picture.height, 15);
	for (int y = 0; y < 30; y++) {
		uint8_t *row = pmk_rows_next(&rows);

		for (int x = 0; x < 3 * 40; x++)
			row[x] = (uint8_t)(x / 3 + (y & 1) * 4);
		pmk_rows_put(&rows);
	}
	for (int i = 0; i < 3 * 20 * 15; i++)
		assert_int_equal(picture.pixels[i], (4 * (i / 3 % 20) + 1 + 4 + 1) / 2);
	pmk_rows_end(&rows);
	pmk_simple_free(&picture);
}

/* What cannot be seen has no colour: green of no alpha beside red of full and half alpha. */
static void test_fewer_pixels_with_alpha(void **state)
{
	static const uint8_t pixels[4][4] = { { 0, 255, 0, 0 }, { 200, 0, 0, 255 }, { 0, 255, 0, 0 },
		{ 80, 0, 0, 127 } };
	struct pmk_simple_picture picture = { 0 };
	struct pmk_rows_taken rows = { 0 };

	assert_int_equal(pmk_rows_begin(&rows, &picture, 40, 30, 4, 300), 0);
	for (int y = 0; y < 30; y++) {
		uint8_t *row = pmk_rows_next(&rows);

		for (int x = 0; x < 40; x++)
			memcpy(row + 4 * x, pixels[x < 20 ? 0 : 2 * (y & 1) + (x & 1)], 4);
		pmk_rows_put(&rows);
	}
	for (int i = 0; i < 20 * 15; i++) {
		bool clear = i % 20 < 10;
		const uint8_t meant[4] = { (200 * 255 + 80 * 127 + 191) / 382, 0, 0, (382 + 2) / 4 };

		assert_memory_equal(picture.pixels + 4 * i, clear ? (const uint8_t[4]){ 0 } : meant, 4);
	}
	pmk_rows_end(&rows);
	pmk_simple_free(&picture);
}

static void test_fits(void **state)
{
	static const struct {
		struct pmk_simple_fit fit;
		int bar_x, bar_y;
	} cases[] = { { { 90, 62, PMK_MEDIA_CROP }, 0, 0 }, { { 90, 90, PMK_MEDIA_CONTAIN }, 0, 14 },
		{ { 180, 62, PMK_MEDIA_CONTAIN }, 46, 0 }, { { 90, 90, PMK_MEDIA_CROP }, 0, 0 },
		{ { 90, 90, PMK_MEDIA_STRETCH }, 0, 0 } };
	struct pmk_image image;
	int bar_x, bar_y;

	write_jpeg(material_path("a.jpg"), &(struct jpeg_form){ .h = 2, .v = 2 });
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(
			pmk_simple_read_planes(material_path("a.jpg"), &cases[i].fit, &image, &bar_x, &bar_y), 0);
		assert_int_equal(image.layout.width, cases[i].fit.width);
		assert_int_equal(image.layout.height, cases[i].fit.height);
		assert_int_equal(bar_x, cases[i].bar_x);
		assert_int_equal(bar_y, cases[i].bar_y);
		assert_memory_equal(image.plane[0], image.plane[0] + bar_y * image.stride[0], image.layout.width);
		pmk_image_free(&image);
	}
	material_clear();
}

/* --- refusals --- */

static void test_sizes_are_told(void **state)
{
	static const uint8_t png[] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xff\xff\0\0\xff\xff\x08\2\0\0\0abcd";
	static const uint8_t jpeg[] =
		"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\3\1\x11\0\2\x11\0\3\x11\0\xff\xda\0\x0c"
		"\3\1\0\2\0\3\0\0\x3f\0";

	static const uint8_t other[] = "\x89PNG\r\n\x1a\n\0\0\0\x0dtEXt\0\0\xff\xff\0\0\xff\xff\x08\2\0\0\0abcd";

	assert_refused("b.png", other, sizeof other - 1, -EBADMSG, "a PNG picture that is damaged");
	assert_refused("a.png", png, sizeof png - 1, -EINVAL, "a picture of 65535x65535; sides must be");
	assert_refused("a.jpg", jpeg, sizeof jpeg - 1, -EINVAL, "a picture of 65535x65535; sides must be");
	material_clear();
}

static void test_cut_files(void **state)
{
	struct png_made made;
	const struct png_form form = { .colour = 2, .depth = 8 };
	uint8_t *data;
	size_t size;

	draw_png(&form, &made);
	write_png(material_path("a.png"), &form, &made);
	data = material_load(material_path("a.png"), &size);
	for (size_t cut = 12; cut < size - 30; cut += 97)
		assert_refused("b.png", data, cut, -EBADMSG, "a PNG picture that is damaged, cut off");
	free(data);
	for (int progressive = 0; progressive < 2; progressive++) {
		write_jpeg(material_path("a.jpg"), &(struct jpeg_form){ .h = 2, .v = 2, .progressive = progressive });
		data = material_load(material_path("a.jpg"), &size);
		for (size_t cut = 3; cut < size - 40; cut += 97)
			assert_refused("b.jpg", data, cut, -EBADMSG, "a JPEG picture that is damaged, cut off");
		free(data);
	}
	material_clear();
}

/* These are for the module; nothing is said of them here. */
static void test_what_is_left_to_the_module(void **state)
{
	static const uint8_t animated[] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x20\0\0\0\x20\x08\2\0\0\0abcd"
					  "\0\0\0\x08"
					  "acTL\0\0\0\2\0\0\0\0abcd";
	static const uint8_t lossless[] =
		"\xff\xd8\xff\xc3\0\x11\x08\0\x20\0\x20\3\1\x11\0\2\x11\0\3\x11\0\xff\xda\0\x0c"
		"\3\1\0\2\0\3\0\1\0\0";
	static const uint8_t fractions[] =
		"\xff\xd8\xff\xc0\0\x11\x08\0\x20\0\x20\3\1\x31\0\2\x21\0\3\x21\0\xff\xda\0\x0c"
		"\3\1\0\2\0\3\0\0\x3f\0";
	static const uint8_t text[] = "no picture";
	const struct {
		const char *name;
		const uint8_t *data;
		size_t bytes;
	} files[] = { { "a.png", animated, sizeof animated }, { "b.jpg", lossless, sizeof lossless },
		{ "d.jpg", fractions, sizeof fractions }, { "c.png", text, sizeof text }, { "empty", text, 0 } };
	struct pmk_rgb rgb;

	material_errors = 0;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		material_store(material_path(files[i].name), files[i].data, files[i].bytes);
		assert_int_equal(pmk_simple_read(material_path(files[i].name), &rgb), -ENOTSUP);
	}
	assert_int_equal(material_errors, 0);
	material_clear();
}

/* --- writing --- */

static void test_what_it_writes_it_reads(void **state)
{
	uint8_t pixels[H * W * 3], alpha[H * W];
	const struct pmk_simple_pixels colours = { W, H, W * 3, 3, pixels }, grey = { W, H, W, 1, pixels };
	const struct pmk_mask mask = { .width = W, .height = H, .stride = W, .alpha = alpha };
	struct pmk_sheet sheet;
	struct pmk_rgb rgb;

	for (int i = 0; i < H * W * 3; i++)
		pixels[i] = (uint8_t)next_random();
	for (int i = 0; i < H * W; i++)
		alpha[i] = i % 3 ? 255 : 0;
	assert_int_equal(pmk_simple_write(material_path("a.png"), &colours, NULL, 75), 0);
	assert_int_equal(pmk_simple_read(material_path("a.png"), &rgb), 0);
	assert_memory_equal(rgb.data, pixels, sizeof pixels);
	pmk_rgb_free(&rgb);
	assert_int_equal(pmk_simple_write(material_path("b.png"), &grey, NULL, 75), 0);
	assert_int_equal(pmk_simple_read(material_path("b.png"), &rgb), 0);
	for (int i = 0; i < H * W; i++)
		assert_int_equal(rgb.data[i / W * rgb.stride + i % W * 3 + i % 3], pixels[i]);
	pmk_rgb_free(&rgb);
	assert_int_equal(pmk_simple_write(material_path("c.png"), &colours, &mask, 75), 0);
	assert_int_equal(pmk_simple_read_sheet(material_path("c.png"), &sheet), 0);
	for (int i = 0; i < H * W; i++) {
		const uint8_t *pixel = sheet.data + i / W * sheet.stride + 4 * (i % W);

		assert_int_equal(pixel[3], alpha[i]);
		assert_int_equal(pixel[0], alpha[i] ? pixels[3 * i + 2] : 0);
	}
	pmk_sheet_free(&sheet);
	assert_fails(pmk_simple_write("/dev/null/a.png", &colours, NULL, 75), -ENOTDIR, "/dev/null/a.png");
	assert_int_equal(material_clear(), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_png_of_every_form),
		cmocka_unit_test(test_planes_of_png),
		cmocka_unit_test(test_jpeg_of_every_sampling),
		cmocka_unit_test(test_series_of_jpeg),
		cmocka_unit_test(test_many_pixels_become_fewer),
		cmocka_unit_test(test_fewer_pixels_with_alpha),
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_sizes_are_told),
		cmocka_unit_test(test_cut_files),
		cmocka_unit_test(test_what_is_left_to_the_module),
#ifdef PMK_HAVE_WEBP
		cmocka_unit_test(test_webp),
		cmocka_unit_test(test_alpha_of_webp),
		cmocka_unit_test(test_damaged_webp),
		cmocka_unit_test(test_webp_of_too_many_pixels),
#endif
		cmocka_unit_test(test_what_it_writes_it_reads),
	};

	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}
