/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "image/sheet.h"

#include <errno.h>

/* Put `from` into a sheet of that size. */
static struct pmk_sheet scaled(const struct pmk_sheet *from, int width, int height)
{
	struct pmk_sheet to;

	assert_int_equal(pmk_sheet_alloc(&to, width, height), 0);
	assert_int_equal(pmk_sheet_put(from, &to, &(struct pmk_rect){ 0, 0, width, height }), 0);
	return to;
}

static const uint8_t *pixel(const struct pmk_sheet *sheet, int x, int y)
{
	return sheet->data + (size_t)y * (size_t)sheet->stride + 4 * (size_t)x;
}

static void test_premultiplied(void **state)
{
	uint8_t row[] = { 255, 100, 0, 255, 255, 100, 0, 51, 255, 255, 255, 0, 0, 0, 0, 255 };
	static const uint8_t wanted[] = { 255, 100, 0, 255, 51, 20, 0, 51, 0, 0, 0, 0, 0, 0, 0, 255 };

	pmk_sheet_premultiply(row, 4);
	assert_memory_equal(row, wanted, sizeof row);
}

/* A white disc on what is transparent, and black in the file: at any size, no pixel of its edge is darker than white
 * of its alpha, and none has more colour than alpha. */
static void test_no_dark_edge(void **state)
{
	static const int sizes[][2] = { { 7, 7 }, { 32, 33 }, { 99, 100 }, { 100, 100 }, { 101, 250 }, { 333, 20 } };
	struct pmk_sheet disc;

	assert_int_equal(pmk_sheet_alloc(&disc, 100, 100), 0);
	for (int y = 0; y < 100; y++) {
		uint8_t *row = disc.data + (size_t)y * (size_t)disc.stride;

		for (int x = 0; x < 100; x++) {
			bool in = (x - 50) * (x - 50) + (y - 50) * (y - 50) < 45 * 45;

			memset(row + 4 * x, in ? 255 : 0, 4);
		}
		pmk_sheet_premultiply(row, 100);
	}
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct pmk_sheet made = scaled(&disc, sizes[i][0], sizes[i][1]);
		int mixed = 0;

		for (int y = 0; y < made.height; y++) {
			for (int x = 0; x < made.width; x++) {
				const uint8_t *p = pixel(&made, x, y);

				mixed += p[3] > 0 && p[3] < 255;
				for (int c = 0; c < 3; c++)
					assert_int_equal(p[c], p[3]);
			}
		}
		assert_true(i == 3 ? mixed == 0 : mixed > 4);
		pmk_sheet_free(&made);
	}
	pmk_sheet_free(&disc);
}

/* Each pixel of a smaller sheet is the mean of all that it covers: nothing fine is skipped. */
static void test_shrinking_takes_the_mean(void **state)
{
	struct pmk_sheet fine, made;

	assert_int_equal(pmk_sheet_alloc(&fine, 1000, 700), 0);
	for (int y = 0; y < 700; y++) {
		for (int x = 0; x < 1000; x++)
			memset(fine.data + y * fine.stride + 4 * x, (x + y) % 2 ? 200 : 100, 4); /* a fine pattern */
	}
	made = scaled(&fine, 37, 11);
	for (int y = 0; y < 11; y++) {
		for (int x = 0; x < 37; x++) {
			for (int c = 0; c < 4; c++)
				assert_in_range(pixel(&made, x, y)[c], 149, 151);
		}
	}
	pmk_sheet_free(&made);
	memset(fine.data, 0, (size_t)fine.stride * 700);
	memset(fine.data + 4 * 500, 255, 4); /* one pixel, which a quarter of the picture covers */
	made = scaled(&fine, 2, 1);
	assert_int_equal(pixel(&made, 0, 0)[3], 0);
	assert_int_equal(pixel(&made, 1, 0)[3], 0);
	pmk_sheet_free(&made);
	made = scaled(&fine, 100, 70);
	assert_int_equal(pixel(&made, 50, 0)[3], 3); /* 255 / 100 */
	pmk_sheet_free(&made);
	pmk_sheet_free(&fine);
}

static void test_put_keeps_to_its_place(void **state)
{
	struct pmk_sheet from, to;

	assert_int_equal(pmk_sheet_alloc(&from, 3, 3), 0);
	memset(from.data, 255, (size_t)from.stride * 3);
	assert_int_equal(pmk_sheet_alloc(&to, 50, 40), 0);
	assert_int_equal(pmk_sheet_put(&from, &to, &(struct pmk_rect){ 10, 20, 30, 15 }), 0);
	for (int y = 0; y < 40; y++) {
		for (int x = 0; x < 50; x++)
			assert_int_equal(pixel(&to, x, y)[3], x >= 10 && x < 40 && y >= 20 && y < 35 ? 255 : 0);
	}
	pmk_sheet_free(&from);
	pmk_sheet_free(&to);
}

static void test_sizes(void **state)
{
	struct pmk_sheet sheet = { .width = 5 };

	assert_int_equal(pmk_sheet_alloc(&sheet, 0, 4), -EINVAL);
	assert_int_equal(pmk_sheet_alloc(&sheet, 4, 2 * PMK_IMAGE_MAX_PX + 1), -EINVAL);
	assert_int_equal(sheet.width, 5);
	sheet = (struct pmk_sheet){ 0 };
	pmk_sheet_free(&sheet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_premultiplied),
		cmocka_unit_test(test_no_dark_edge),
		cmocka_unit_test(test_shrinking_takes_the_mean),
		cmocka_unit_test(test_put_keeps_to_its_place),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
