/* SPDX-License-Identifier: MIT */
/* Name tags: where they are, how large, and that no text does harm. Any font will do: what is tested holds for the
 * boxes of missing letters, too. */
#include "unit.h"

#include "base/num.h"
#include "compose/overlay.h"
#include "module/module.h"
#include "text/caption.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

/* Fontconfig 2.14 leaks 288 bytes when it reads its configuration. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig";
}

static const char LONG[] = "A name that is far too long for the picture, whatever the font, and goes on and on, and on "
			   "and on, and on and on, and on and on, until the very end of the long line that it is";

/* Draw on an empty sheet. */
static struct pmk_sheet drawn(const char *text, int width, int height, int column, int row)
{
	const struct pmk_caption caption = { text, column, row };
	struct pmk_sheet sheet;
	struct pmk_rect plate;

	assert_int_equal(pmk_sheet_alloc(&sheet, width, height), 0);
	assert_int_equal(pmk_caption_draw(&caption, &sheet, &plate), 0);
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			if (x < plate.x || y < plate.y || x >= plate.x + plate.width || y >= plate.y + plate.height)
				assert_int_equal(sheet.data[y * sheet.stride + 4 * x + 3], 0);
		}
	}
	return sheet;
}

static const uint8_t *pixel(const struct pmk_sheet *sheet, int x, int y)
{
	return sheet->data + (size_t)y * (size_t)sheet->stride + 4 * (size_t)x;
}

/* The rectangle of pixels whose green is at least `least`, where alpha is not 0. */
static struct pmk_rect box_of(const struct pmk_sheet *sheet, int least)
{
	int left = sheet->width, top = sheet->height, right = 0, bottom = 0;

	for (int y = 0; y < sheet->height; y++) {
		for (int x = 0; x < sheet->width; x++) {
			if (!pixel(sheet, x, y)[3] || pixel(sheet, x, y)[1] < least)
				continue;
			left = pmk_min(left, x);
			top = pmk_min(top, y);
			right = pmk_max(right, x + 1);
			bottom = pmk_max(bottom, y + 1);
		}
	}
	return (struct pmk_rect){ left, top, right - left, bottom - top };
}

static struct pmk_rect tag(const char *text, int width, int height, int column, int row)
{
	struct pmk_sheet sheet = drawn(text, width, height, column, row);
	struct pmk_rect box = box_of(&sheet, 0);

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			for (int c = 0; c < 3; c++)
				assert_true(pixel(&sheet, x, y)[c] <= pixel(&sheet, x, y)[3]); /* premultiplied */
		}
	}
	pmk_sheet_free(&sheet);
	return box;
}

/* In a process of its own, since Fontconfig reads its configuration once. */
static void test_without_a_font(void **state)
{
	char dir[] = "/tmp/potemkin-test-XXXXXX", path[64];
	FILE *file;
	int status;
	pid_t child;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/fonts.conf", dir);
	file = fopen(path, "w");
	fputs("<fontconfig></fontconfig>", file);
	fclose(file);
	child = fork();
	if (!child) {
		const struct pmk_caption caption = { "Jane", 0, 0 };
		struct pmk_sheet sheet;
		struct pmk_rect plate;

		setenv("FONTCONFIG_FILE", path, 1);
		if (pmk_sheet_alloc(&sheet, 320, 180))
			_exit(1);
		_exit(pmk_caption_draw(&caption, &sheet, &plate) == -ENOENT ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	unlink(path);
	rmdir(dir);
}

static void test_places(void **state)
{
	static const int sizes[][2] = { { 320, 180 }, { 640, 360 }, { 1920, 1080 }, { 640, 480 }, { 720, 1280 } };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		int w = sizes[i][0], h = sizes[i][1], unit = pmk_min(h, w * 9 / 16), margin = unit / 25;

		for (int spot = 0; spot < 9; spot++) {
			int column = spot % 3, row = spot / 3;
			struct pmk_rect b = tag("Jane", w, h, column, row);
			int x = column == 0 ? margin : column == 1 ? (w - b.width) / 2 : w - margin - b.width;
			int y = row == 0 ? margin : row == 1 ? (h - b.height) / 2 : h - margin - b.height;

			assert_in_range(b.x + 2, x, x + 4);
			assert_in_range(b.y + 2, y, y + 4);
			assert_in_range(b.height, unit / 20, unit / 5); /* legible, and not in the way */
			assert_true(b.width > b.height && b.width < w / 2);
		}
	}
}

/* The letters stay large enough to be read in a small picture. */
static void test_letters_are_legible(void **state)
{
	static const int heights[] = { 90, 180, 360, 1080 };

	for (int i = 0; i < 4; i++) {
		int h = heights[i];
		struct pmk_sheet sheet = drawn("HHHH", h * 16 / 9, h, 0, 2);
		struct pmk_rect letters = box_of(&sheet, 180);

		assert_in_range(letters.height, pmk_max(8, h / 40), pmk_max(12, h / 20));
		pmk_sheet_free(&sheet);
	}
}

static void test_lines(void **state)
{
	struct pmk_rect one = tag("Jane Doe", 640, 360, 0, 2), two = tag("Jane Doe\nEngineer", 640, 360, 0, 2);
	struct pmk_rect wide = tag("Jane Doe\nHead of Engineering and More", 640, 360, 0, 2);

	assert_true(two.height > one.height + 8);
	assert_int_equal(two.y + two.height, one.y + one.height);
	assert_true(two.width < wide.width);
	assert_int_equal(two.height, wide.height);
}

static void test_long_lines_are_cut(void **state)
{
	char text[sizeof LONG * 2 + 1];
	struct pmk_rect once, twice;

	snprintf(text, sizeof text, "%s%s", LONG, LONG);
	once = tag(LONG, 640, 360, 0, 2);
	twice = tag(text, 640, 360, 0, 2);
	assert_memory_equal(&once, &twice, sizeof once);
	assert_in_range(once.width, 640 * 6 / 10, 640 * 7 / 10 + 1);
	assert_in_range(once.height, 1, 60);
}

/* A line that runs from the right stands at the right, whatever the other one does. */
static void test_from_the_right(void **state)
{
	static const char latin[] = "A long line of latin letters\nab", arabic[] = "A long line of latin letters\nأب";

	for (int k = 0; k < 2; k++) {
		struct pmk_sheet sheet = drawn(k ? arabic : latin, 1280, 720, 0, 2);
		struct pmk_rect whole = box_of(&sheet, 0), letters = box_of(&sheet, 150);
		int left = 0, right = 0;

		for (int y = whole.y + whole.height * 2 / 3; y < letters.y + letters.height; y++) {
			for (int x = whole.x; x < whole.x + whole.width; x++) {
				bool ink = pixel(&sheet, x, y)[1] > 100;

				left += ink && x < whole.x + whole.width / 2;
				right += ink && x >= whole.x + whole.width / 2;
			}
		}
		assert_true(k ? right > 0 && !left : left > 0 && !right);
		pmk_sheet_free(&sheet);
	}
}

/* What looks like markup is text. */
static void test_markup_is_text(void **state)
{
	assert_true(tag("<b>Jane</b> &amp;", 640, 360, 0, 2).width > tag("Jane &", 640, 360, 0, 2).width + 20);
	assert_true(tag("</span><", 640, 360, 0, 2).width > 30);
}

/* The plate holds all ink: towers of accents, and letters that reach far. What is below stays where it is clear. */
static void test_ink_stays_on_its_plate(void **state)
{
	char tower[200] = "Zalgo";
	struct pmk_rect plain = tag("Zalgo", 640, 360, 1, 1), high;

	for (int i = 0; i < 60; i++)
		strcat(tower, "\xcc\x81"); /* U+0301 */
	high = tag(tower, 640, 360, 1, 1);
	assert_in_range(high.height, plain.height - 1, plain.height + 40);
}

/* Whatever characters it is made of, at any size of the picture. */
static void test_odd_texts(void **state)
{
	static const char *const texts[] = { " ", "\xe2\x80\xa8", "\xe2\x80\xae\xd7\x90z",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d", "\xef\xbb\xbf", "\xf4\x8f\xbf\xbf", "a\nb\nc", "%s%n", "\\u0041",
		"\xe0\xa5\x8d\xe0\xa5\x8d" };
	static const int sizes[][2] = { { 16, 16 }, { 17, 300 }, { 400, 16 }, { 64, 48 } };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
			struct pmk_sheet sheet = drawn(texts[i], sizes[k][0], sizes[k][1], (int)k % 3, (int)i % 3);

			pmk_sheet_free(&sheet);
		}
	}
}

/* It lies over pictures like any overlay. */
static void test_as_overlay(void **state)
{
	const struct pmk_layout layout = { .width = 321, .height = 181 };
	struct pmk_overlay_settings a = { .caption = "Jane", .caption_spot = PMK_SPOT_BOTTOM_LEFT }, b = a;
	struct pmk_overlay *overlay;
	struct pmk_image image;
	int dark = 0, light = 0;

	assert_true(pmk_overlay_settings_equal(&a, &b));
	b.caption_spot = PMK_SPOT_TOP;
	assert_false(pmk_overlay_settings_equal(&a, &b));
	b = a;
	strcpy(b.caption, "John");
	assert_false(pmk_overlay_settings_equal(&a, &b));
	assert_int_equal(pmk_overlay_create(&a, &layout, &overlay), 0);
	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	pmk_image_fill(&image, (const uint8_t[]){ 120, 128, 128 });
	pmk_overlay_image(overlay, &image);
	for (int y = 0; y < 181; y++) {
		for (int x = 0; x < 321; x++) {
			int luma = image.plane[0][y * image.stride[0] + x];

			if (y < 120 || x > 160)
				assert_int_equal(luma, 120);
			dark += luma < 70;
			light += luma > 200;
		}
	}
	assert_true(dark > 300 && light > 20);
	pmk_image_free(&image);
	pmk_overlay_destroy(overlay);
}

static void test_module(void **state)
{
	char reason[PMK_MODULE_REASON];
	enum pmk_cure cure;

	assert_null(pmk_module_load("absent.so", "pmk_text_module", "x", reason, &cure));
	assert_int_equal(cure, PMK_CURE_INSTALL_MODULE);
	assert_non_null(strstr(reason, "absent.so nor /"));
	assert_null(pmk_module_load(PMK_TEST_OTHER_TEXT, "pmk_text_module", "0.0.1 text 1", reason, &cure));
	assert_int_equal(cure, PMK_CURE_MATCHING_MODULE);
	assert_non_null(strstr(reason, "belongs to another build"));
	assert_null(pmk_module_load(PMK_TEST_OTHER_TEXT, "pmk_other", "0.0.1 text 0", reason, &cure));
	assert_non_null(strstr(reason, "cannot be loaded"));
	assert_non_null(pmk_module_load(PMK_TEST_OTHER_TEXT, "pmk_text_module", "0.0.1 text 0", reason, &cure));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_font),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_letters_are_legible),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long_lines_are_cut),
		cmocka_unit_test(test_from_the_right),
		cmocka_unit_test(test_markup_is_text),
		cmocka_unit_test(test_ink_stays_on_its_plate),
		cmocka_unit_test(test_odd_texts),
		cmocka_unit_test(test_as_overlay),
		cmocka_unit_test(test_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
