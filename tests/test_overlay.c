/* SPDX-License-Identifier: MIT */
/* The overlay: files with alpha of every kind, where they are laid, and how they mix with what is below. test_compose.c
 * has what the seal makes of it. */
#include "compose/overlay.h"
#include "picture_files.h"

enum { W = 320, H = 180 };

static const struct pmk_layout frame = { .width = W, .height = H };

/* --- files --- */

/* A PNG file (ISO/IEC 15948) of 4x2 pixels, whose rows begin with the filter's number. */
static void write_png(const char *path, int depth, int type, const uint8_t *rows, size_t bytes, const char *palette,
	size_t palette_bytes, const char *clear, size_t clear_bytes)
{
	const uint8_t head[13] = { 0, 0, 0, 4, 0, 0, 0, 2, (uint8_t)depth, (uint8_t)type };
	struct file *file = calloc(1, sizeof *file), *packed = calloc(1, sizeof *packed);

	add(file, "\x89PNG\r\n\x1a\n", 8);
	add_png_chunk(file, "IHDR", head, sizeof head);
	if (palette_bytes)
		add_png_chunk(file, "PLTE", palette, palette_bytes);
	if (clear_bytes)
		add_png_chunk(file, "tRNS", clear, clear_bytes);
	add_zlib(packed, rows, bytes);
	add_png_chunk(file, "IDAT", packed->data, packed->bytes);
	add_png_chunk(file, "IEND", "", 0);
	material_store(path, file->data, file->bytes);
	free(file);
	free(packed);
}

#define STORE(name, depth, type, palette, clear, ...) \
	write_png(material_path(name), depth, type, (const uint8_t[]){ __VA_ARGS__ }, \
		sizeof((const uint8_t[]){ __VA_ARGS__ }), palette, sizeof(palette) - 1, clear, sizeof(clear) - 1)

/* Four columns: opaque, opaque, half transparent or opaque, transparent. The last one has a colour all the same. */
static void write_kinds(void)
{
	STORE("rgba8.png", 8, 6, "", "", 0, 200, 50, 10, 255, 200, 50, 10, 255, 200, 50, 10, 128, 90, 91, 92, 0, 0, 200,
		50, 10, 255, 200, 50, 10, 255, 200, 50, 10, 128, 90, 91, 92, 0);
	STORE("rgba16.png", 16, 6, "", "", 0, 200, 0, 50, 0, 10, 0, 255, 255, 200, 0, 50, 0, 10, 0, 255, 255, 200, 0,
		50, 0, 10, 0, 128, 0, 90, 0, 91, 0, 92, 0, 0, 0, 0, 200, 0, 50, 0, 10, 0, 255, 255, 200, 0, 50, 0, 10,
		0, 255, 255, 200, 0, 50, 0, 10, 0, 128, 0, 90, 0, 91, 0, 92, 0, 0, 0);
	STORE("greya.png", 8, 4, "", "", 0, 200, 255, 200, 255, 200, 128, 90, 0, 0, 200, 255, 200, 255, 200, 128, 90,
		0);
	STORE("greya16.png", 16, 4, "", "", 0, 200, 0, 255, 255, 200, 0, 255, 255, 200, 0, 128, 0, 90, 0, 0, 0, 0, 200,
		0, 255, 255, 200, 0, 255, 255, 200, 0, 128, 0, 90, 0, 0, 0);
	STORE("palette.png", 8, 3, "\xc8\x32\x0a\xc8\x32\x0a\x5a\x5b\x5c", "\xff\x80\0", 0, 0, 0, 1, 2, 0, 0, 0, 1, 2);
	STORE("palette2.png", 2, 3, "\xc8\x32\x0a\x5a\x5b\x5c", "\xff\0", 0, 0x01, 0, 0x01);
	STORE("key.png", 8, 2, "", "\0\x5a\0\x5b\0\x5c", 0, 200, 50, 10, 200, 50, 10, 200, 50, 10, 90, 91, 92, 0, 200,
		50, 10, 200, 50, 10, 200, 50, 10, 90, 91, 92);
}

static void test_alpha_survives(void **state)
{
	static const struct {
		const char *name;
		int red, green, blue, third;
	} kinds[] = { { "rgba8.png", 200, 50, 10, 128 }, { "rgba16.png", 200, 50, 10, 128 },
		{ "greya.png", 200, 200, 200, 128 }, { "greya16.png", 200, 200, 200, 128 },
		{ "palette.png", 200, 50, 10, 128 }, { "palette2.png", 200, 50, 10, 255 },
		{ "key.png", 200, 50, 10, 255 } };

	write_kinds();
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const int wanted[3] = { kinds[i].blue, kinds[i].green, kinds[i].red };
		struct pmk_sheet sheet;

		assert_int_equal(pmk_still_read_sheet(material_path(kinds[i].name), &sheet), 0);
		assert_int_equal(sheet.width, 4);
		for (int y = 0; y < 2; y++) {
			const uint8_t *p = sheet.data + y * sheet.stride;

			assert_int_equal(p[3], 255);
			assert_int_equal(p[7], 255);
			assert_in_range(p[11] + 1, kinds[i].third, kinds[i].third + 2);
			assert_int_equal(p[15], 0);
			for (int c = 0; c < 3; c++) {
				assert_in_range(p[c] + 1, wanted[c], wanted[c] + 2);
				assert_in_range(p[8 + c] + 2, wanted[c] * p[11] / 255, wanted[c] * p[11] / 255 + 4);
				assert_int_equal(p[12 + c], 0); /* what is transparent has no colour */
			}
		}
		pmk_sheet_free(&sheet);
	}
	material_clear();
}

/* A picture without alpha is opaque; one that its file turns is upright. */
static void test_other_pictures(void **state)
{
	struct file exif = { 0 };
	struct pmk_sheet sheet;

	make_exif(&exif, 6, false);
	write_webp(material_path("a.webp"), &exif, NULL, false);
	assert_int_equal(pmk_still_read_sheet(material_path("a.webp"), &sheet), 0);
	assert_int_equal(sheet.width, FILE_H);
	for (int y = 0; y < sheet.height; y++) {
		for (int x = 0; x < sheet.width; x++)
			assert_int_equal(sheet.data[y * sheet.stride + 4 * x + 3], 255);
	}
	assert_int_equal(sheet.data[0], 255); /* blue, turned up from below */
	assert_int_equal(sheet.data[2], 0);
	pmk_sheet_free(&sheet);
	material_clear();
}

/* An animated PNG file of two pictures of 4x2 pixels: one half transparent, one opaque. */
static void write_animation(const char *path)
{
	static const uint8_t head[13] = { 0, 0, 0, 4, 0, 0, 0, 2, 8, 4 }, control[8] = { 0, 0, 0, 2 };
	struct file *file = calloc(1, sizeof *file), *packed = calloc(1, sizeof *packed);

	add(file, "\x89PNG\r\n\x1a\n", 8);
	add_png_chunk(file, "IHDR", head, sizeof head);
	add_png_chunk(file, "acTL", control, sizeof control);
	for (int n = 0; n < 2; n++) {
		uint8_t frame_control[26] = { 0, 0, 0, (uint8_t)n, 0, 0, 0, 4, 0, 0, 0, 2, [21] = 1, [23] = 10 };
		uint8_t rows[2][9] = { { 0 } };

		for (int i = 0; i < 8; i++)
			rows[i / 4][1 + i % 4 * 2 + 1] = n ? 255 : 128;
		packed->bytes = 0;
		if (n)
			add_number(packed, 2, 4, false);
		add_zlib(packed, rows[0], sizeof rows);
		add_png_chunk(file, "fcTL", frame_control, sizeof frame_control);
		add_png_chunk(file, n ? "fdAT" : "IDAT", packed->data, packed->bytes);
	}
	add_png_chunk(file, "IEND", "", 0);
	material_store(path, file->data, file->bytes);
	free(file);
	free(packed);
}

/* Of an animation the first picture is taken, and this is said. */
static void test_animation(void **state)
{
	struct pmk_overlay_settings s = { .place = PMK_SPOT_FULL };
	struct pmk_overlay *overlay;
	struct pmk_image image;

	strcpy(s.picture, material_path("anim.png"));
	write_animation(s.picture);
	material_warnings = 0;
	assert_int_equal(pmk_overlay_create(&s, &frame, &overlay), 0);
	assert_int_equal(material_warnings, 1);
	assert_non_null(strstr(material_line, "only the first picture of this animation"));
	assert_int_equal(pmk_image_alloc(&image, &frame), 0);
	pmk_image_fill(&image, (const uint8_t[]){ 216, 128, 128 });
	pmk_overlay_image(overlay, &image);
	assert_in_range(image.plane[0][90 * image.stride[0] + 160], 114, 118); /* half black, 16 */
	pmk_image_free(&image);
	pmk_overlay_destroy(overlay);
	material_clear();
}

/* --- places --- */

struct shape {
	int width, height;
	struct pmk_rect hole; /* transparent */
};

/* Lay a picture of that shape over a frame. The rectangle that it touches; width 0: none. */
static struct pmk_rect touched(
	const struct shape *shape, enum pmk_spot place, double size, const struct pmk_layout *layout)
{
	struct pmk_overlay_settings s = { .place = place, .size = size };
	struct pmk_overlay *overlay;
	int left = INT32_MAX, top = INT32_MAX, right = 0, bottom = 0;
	struct pmk_image image;
	struct pmk_rgb rgb;

	strcpy(s.picture, material_path("shape.png"));
	assert_int_equal(pmk_rgb_alloc(&rgb, shape->width, shape->height), 0);
	for (int y = 0; y < rgb.height; y++) {
		for (int x = 0; x < 3 * rgb.width; x += 3) {
			const struct pmk_rect *h = &shape->hole;
			bool in = x / 3 >= h->x && x / 3 < h->x + h->width && y >= h->y && y < h->y + h->height;

			memset(rgb.data + y * rgb.stride + x, in ? 7 : 255, 3);
		}
	}
	struct file key = { .data = { 0, 7, 0, 7, 0, 7 }, .bytes = 6 }; /* the transparent colour */

	write_png_with(s.picture, &rgb, "tRNS", &key);
	pmk_rgb_free(&rgb);
	assert_int_equal(pmk_overlay_create(&s, layout, &overlay), 0);
	assert_int_equal(pmk_image_alloc(&image, layout), 0);
	pmk_overlay_image(overlay, &image);
	for (int y = 0; y < layout->height; y++) {
		for (int x = 0; x < layout->width; x++) {
			if (!image.plane[0][y * image.stride[0] + x])
				continue;
			left = x < left ? x : left;
			top = y < top ? y : top;
			right = x + 1 > right ? x + 1 : right;
			bottom = y + 1 > bottom ? y + 1 : bottom;
		}
	}
	pmk_image_free(&image);
	pmk_overlay_destroy(overlay);
	return (struct pmk_rect){ left, top, right - left, bottom - top };
}

static void test_places(void **state)
{
	static const struct pmk_layout tall = { .width = 180, .height = 320 },
				       four_three = { .width = 320, .height = 240 };
	static const struct {
		struct shape shape;
		enum pmk_spot place;
		double size;
		const struct pmk_layout *layout; /* NULL: frame */
		struct pmk_rect wanted;
	} cases[] = {
		/* a logo is small, not enlarged, and keeps a margin */
		{ { 200, 200, { 0 } }, PMK_SPOT_AUTO, 0, NULL, { 276, 6, 36, 36 } },
		{ { 20, 10, { 0 } }, PMK_SPOT_AUTO, 0, NULL, { 292, 6, 20, 10 } },
		{ { 400, 50, { 0 } }, PMK_SPOT_BOTTOM_LEFT, 0, NULL, { 6, 162, 80, 10 } },
		{ { 200, 200, { 0 } }, PMK_SPOT_TOP_LEFT, 0.5, NULL, { 6, 6, 90, 90 } },
		{ { 200, 200, { 0 } }, PMK_SPOT_CENTER, 0.5, NULL, { 114, 44, 90, 90 } },
		{ { 20, 20, { 0 } }, PMK_SPOT_RIGHT, 0.5, NULL, { 222, 44, 90, 90 } },
		/* a podium touches the edge */
		{ { 640, 100, { 0 } }, PMK_SPOT_BOTTOM, 1, NULL, { 0, 130, 320, 50 } },
		{ { 200, 200, { 0 } }, PMK_SPOT_TOP_RIGHT, 1, NULL, { 140, 0, 180, 180 } },
		/* what is made for the whole picture covers it: a shape like the frame's with something to see through,
		 * and a frame of another shape */
		{ { 640, 360, { 0, 0, 640, 200 } }, PMK_SPOT_AUTO, 0, NULL, { 0, 100, 320, 80 } },
		{ { 640, 360, { 50, 50, 540, 260 } }, PMK_SPOT_AUTO, 0, NULL, { 0, 0, 320, 180 } },
		{ { 640, 360, { 50, 50, 540, 260 } }, PMK_SPOT_AUTO, 0, &four_three, { 0, 0, 320, 240 } },
		{ { 640, 360, { 50, 50, 540, 260 } }, PMK_SPOT_AUTO, 0.25, NULL, { 234, 6, 80, 46 } },
		{ { 100, 100, { 0, 0, 10, 10 } }, PMK_SPOT_FULL, 0, NULL, { 0, 0, 320, 180 } },
		/* what hides all, or is tiny, does not */
		{ { 640, 360, { 0 } }, PMK_SPOT_AUTO, 0, NULL, { 250, 6, 64, 36 } },
		{ { 64, 36, { 0, 0, 20, 20 } }, PMK_SPOT_AUTO, 0, NULL, { 250, 6, 64, 36 } },
		{ { 200, 100, { 0 } }, PMK_SPOT_BOTTOM_RIGHT, 0.5, &tall, { 82, 266, 90, 46 } },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct pmk_layout *layout = cases[i].layout ? cases[i].layout : &frame;
		struct pmk_rect got = touched(&cases[i].shape, cases[i].place, cases[i].size, layout),
				want = cases[i].wanted;

		if (abs(got.x - want.x) > 2 || abs(got.y - want.y) > 2 || abs(got.width - want.width) > 2 ||
			abs(got.height - want.height) > 2)
			fail_msg("case %zu: %d,%d %dx%d in place of %d,%d %dx%d", i, got.x, got.y, got.width,
				got.height, want.x, want.y, want.width, want.height);
		material_clear();
	}
}

/* --- mixing --- */

/* Luma is the nearest level to the blend; chroma mixes with the mean alpha of the pixels that a sample covers, and with
 * their mean colour weighted by alpha: what is transparent adds none of its own. */
static void test_mixing(void **state)
{
	for (int n = 0; n < 8; n++) {
		struct pmk_layout layout = { .width = n & 4 ? 33 : 64,
			.height = n & 4 ? 17 : 48,
			.chroma = n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420,
			.matrix = n & 2 ? PMK_MATRIX_BT709 : PMK_MATRIX_BT601 };
		static const uint8_t bgr[3] = { 30, 90, 240 };
		uint8_t yuv[3];
		struct pmk_overlay *overlay;
		struct pmk_sheet sheet;
		struct pmk_image image;

		assert_int_equal(pmk_sheet_alloc(&sheet, layout.width, layout.height), 0);
		for (int y = 0; y < layout.height; y++) {
			uint8_t *row = sheet.data + y * sheet.stride;

			for (int x = 0; x < layout.width; x++) {
				memcpy(row + 4 * x, bgr, 3);
				row[4 * x + 3] = (uint8_t)((x + y) % 3 ? x * 8 + y : 0);
			}
			pmk_sheet_premultiply(row, layout.width);
		}
		assert_int_equal(pmk_overlay_of_sheet(&sheet, NULL, &layout, &overlay), 0);
		assert_int_equal(pmk_image_alloc(&image, &layout), 0);
		pmk_image_fill(&image, (const uint8_t[]){ 60, 200, 70 });
		pmk_overlay_image(overlay, &image);
		pmk_colour_rgb_to_yuv((const uint8_t[]){ bgr[2], bgr[1], bgr[0] }, &layout, yuv);
		for (int p = 0; p < 3; p++) {
			int wide = p ? 2 : 1, high = p && layout.chroma == PMK_CHROMA_420 ? 2 : 1;

			for (int y = 0; y < pmk_layout_plane_height(&layout, p); y++) {
				for (int x = 0; x < pmk_layout_plane_width(&layout, p); x++) {
					double alpha = 0, below = p == 0 ? 60 : p == 1 ? 200 : 70;
					int count = 0;

					for (int j = y * high; j < (y + 1) * high && j < layout.height; j++) {
						for (int i = x * wide; i < (x + 1) * wide && i < layout.width;
							i++, count++)
							alpha += sheet.data[j * sheet.stride + 4 * i + 3];
					}
					alpha /= 255.0 * count;
					assert_true(fabs(image.plane[p][y * image.stride[p] + x] - below -
							    alpha * (yuv[p] - below)) < 2.5);
				}
			}
		}
		pmk_image_free(&image);
		pmk_overlay_destroy(overlay);
		pmk_sheet_free(&sheet);
	}
}

static void test_hinders(void **state)
{
	struct pmk_overlay *overlay;
	struct pmk_sheet sheet;

	assert_int_equal(pmk_sheet_alloc(&sheet, W, H), 0);
	memset(sheet.data + 100 * sheet.stride + 4 * 200, 255, 4);
	assert_int_equal(pmk_overlay_of_sheet(&sheet, &(struct pmk_rect){ 20, 30, 40, 50 }, &frame, &overlay), 0);
	assert_int_equal(pmk_overlay_hinders(overlay, &(struct pmk_rect){ 190, 90, 20, 20 }), 1);
	assert_int_equal(pmk_overlay_hinders(overlay, &(struct pmk_rect){ 190, -5, 20, 1000 }), 1);
	assert_int_equal(pmk_overlay_hinders(overlay, &(struct pmk_rect){ 170, 90, 20, 20 }), 0);
	assert_int_equal(pmk_overlay_hinders(overlay, &(struct pmk_rect){ 190, 0, 20, 90 }), 0);
	assert_int_equal(pmk_overlay_hinders(overlay, &(struct pmk_rect){ 0, 0, 21, 31 }), 2);
	assert_int_equal(pmk_overlay_hinders(overlay, &(struct pmk_rect){ 0, 0, 20, 31 }), 0);
	pmk_overlay_destroy(overlay);
	pmk_sheet_free(&sheet);
}

static void test_refusals(void **state)
{
	const struct pmk_media_out_settings film = { .layout = { .width = 64, .height = 48 }, .fps = 30 };
	struct pmk_overlay_settings s = { .place = PMK_SPOT_AUTO };
	struct pmk_overlay *overlay = NULL;
	struct pmk_rgb rgb;
	char why[200];

	assert_int_equal(pmk_overlay_create(&s, &frame, &overlay), 0); /* none is wanted */
	assert_null(overlay);
	assert_int_equal(pmk_overlay_check("", why, sizeof why), -EINVAL);
	assert_int_equal(pmk_overlay_check("/nonexistent.png", why, sizeof why), -ENOENT);
	strcpy(s.picture, material_path("film.mp4"));
	assert_fails(pmk_overlay_create(&s, &frame, &overlay), -ENOENT, s.picture);
	material_write(s.picture, &film, 5, NULL);
	assert_int_equal(pmk_overlay_check(s.picture, why, sizeof why), 0);
	assert_fails(pmk_overlay_create(&s, &frame, &overlay), -ENOTSUP, "a video cannot lie over the picture");
	material_store(s.picture, "no picture", 10);
	assert_fails(pmk_overlay_create(&s, &frame, &overlay), -EBADMSG, s.picture);
	assert_null(overlay);

	/* what hides everything is told, and done if it is asked for */
	make_quarters(&rgb);
	assert_int_equal(pmk_still_write_rgb(s.picture, &rgb), 0);
	s.place = PMK_SPOT_FULL;
	material_warnings = 0;
	assert_int_equal(pmk_overlay_create(&s, &frame, &overlay), 0);
	assert_int_equal(material_warnings, 1);
	assert_non_null(strstr(material_line, "hides the whole picture"));
	pmk_overlay_destroy(overlay);
	pmk_rgb_free(&rgb);
	material_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alpha_survives),
		cmocka_unit_test(test_other_pictures),
		cmocka_unit_test(test_animation),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_mixing),
		cmocka_unit_test(test_hinders),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}
