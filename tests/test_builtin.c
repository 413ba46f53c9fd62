/* SPDX-License-Identifier: MIT */
#include "draw/builtin.h"
#include "draw/scenery/lens.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pmk_rgb drawn(const char *name, int width, int height)
{
	struct pmk_rgb rgb;

	assert_int_equal(pmk_rgb_alloc(&rgb, width, height), 0);
	for (int y = 0; y < height; y++)
		memset(rgb.data + (size_t)y * (size_t)rgb.stride, 0xa5, (size_t)width * 3);
	assert_int_equal(pmk_builtin_draw(name, &rgb), 0);
	return rgb;
}

static int luma(const struct pmk_rgb *rgb, int x, int y)
{
	const uint8_t *px = rgb->data + (size_t)y * (size_t)rgb->stride + (size_t)x * 3;

	return (px[0] * 77 + px[1] * 150 + px[2] * 29) >> 8;
}

static bool equal(const struct pmk_rgb *a, const struct pmk_rgb *b)
{
	for (int y = 0; y < a->height; y++) {
		if (memcmp(a->data + (size_t)y * (size_t)a->stride, b->data + (size_t)y * (size_t)b->stride,
			    (size_t)a->width * 3))
			return false;
	}
	return true;
}

static void test_list(void **state)
{
	int count = 0;
	const struct pmk_builtin *list = pmk_builtin_list(&count);

	int moving = 0;

	assert_true(count >= 10);
	assert_string_equal(list[0].name, "office");
	for (int i = 0; i < count; i++) {
		moving += pmk_builtin_motion(list[i].name) != NULL;
		assert_true(strlen(list[i].title) > 0);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(list[i].name, list[j].name);
	}
	assert_true(moving >= 2);
	assert_null(pmk_builtin_motion("beach"));
}

/* A lens spreads a point evenly over a disc, whatever its size; nothing is lost, and a flat canvas stays flat. */
static void test_lens(void **state)
{
	for (int n = 1; n < 30; n++) {
		float radius = (float)n * 0.003f, sum = 0, most = 0;
		struct pmk_canvas c;

		assert_int_equal(pmk_canvas_init(&c, 240, 240), 0);
		for (int i = 0; i < 240 * 240; i++)
			c.px[i] = (pmk_ink){ 0, 0.5f, 0, 1 };
		c.px[120 * 240 + 120][0] = 20;
		assert_int_equal(pmk_lens_blur(&c, radius), 0);
		for (int i = 0; i < 240 * 240; i++) {
			sum += c.px[i][0];
			most = c.px[i][0] > most ? c.px[i][0] : most;
			assert_true(c.px[i][1] > 0.499f && c.px[i][1] < 0.501f);
		}
		assert_true(sum > 18 && sum < 22);
		if (n > 3)
			assert_true(most < 20 * 1.5f / (3.14f * radius * radius * 240 * 240));
		pmk_canvas_finish(&c);
	}
}

static void test_all_draw_at_any_size(void **state)
{
	static const int sizes[][2] = { { 320, 180 }, { 181, 321 }, { 1, 1 }, { 17, 16 }, { 333, 37 }, { 4096, 16 },
		{ 16, 900 } };
	int count;
	const struct pmk_builtin *list = pmk_builtin_list(&count);

	for (int i = 0; i < count; i++) {
		for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
			struct pmk_rgb rgb = drawn(list[i].name, sizes[k][0], sizes[k][1]);

			pmk_rgb_free(&rgb);
		}
	}
}

static void test_none_is_flat_and_all_differ(void **state)
{
	int count;
	const struct pmk_builtin *list = pmk_builtin_list(&count);
	struct pmk_rgb before = drawn("office", 321, 179);

	for (int i = 0; i < count; i++) {
		struct pmk_rgb rgb = drawn(list[i].name, 321, 179);
		int least = 255, most = 0;

		for (int y = 0; y < rgb.height; y++) {
			for (int x = 0; x < rgb.width; x++) {
				int v = luma(&rgb, x, y);

				least = v < least ? v : least;
				most = v > most ? v : most;
			}
		}
		assert_true(most - least > 60);
		assert_true(equal(&rgb, &before) == (i == 0));
		pmk_rgb_free(&before);
		before = rgb;
	}
	pmk_rgb_free(&before);
}

static void test_drawn_twice_is_the_same(void **state)
{
	int count;
	const struct pmk_builtin *list = pmk_builtin_list(&count);

	for (int i = 0; i < count; i++) {
		struct pmk_rgb a = drawn(list[i].name, 202, 101), b = drawn(list[i].name, 202, 101);

		assert_true(equal(&a, &b));
		pmk_rgb_free(&a);
		pmk_rgb_free(&b);
	}
}

/* Without dithering, a gradient over hundreds of pixels would be constant for several pixels at each step. */
static void test_gradients_are_dithered(void **state)
{
	struct pmk_rgb rgb = drawn("studio", 640, 360);
	int longest = 0;

	for (int y = 0; y < rgb.height; y += 7) {
		const uint8_t *px = rgb.data + (size_t)y * (size_t)rgb.stride;

		for (int x = 1, run = 0; x < rgb.width; x++, px += 3) {
			run = memcmp(px, px + 3, 3) ? 0 : run + 1;
			longest = run > longest ? run : longest;
		}
	}
	assert_in_range(longest, 0, 24);
	pmk_rgb_free(&rgb);
}

static void test_unknown_is_refused(void **state)
{
	struct pmk_rgb rgb;

	assert_int_equal(pmk_rgb_alloc(&rgb, 16, 16), 0);
	assert_int_equal(pmk_builtin_draw("beach", &rgb), -ENOENT);
	assert_int_equal(pmk_builtin_draw("", &rgb), -ENOENT);
	assert_int_equal(pmk_builtin_draw("Office", &rgb), -ENOENT);
	pmk_rgb_free(&rgb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_lens),
		cmocka_unit_test(test_all_draw_at_any_size),
		cmocka_unit_test(test_none_is_flat_and_all_differ),
		cmocka_unit_test(test_drawn_twice_is_the_same),
		cmocka_unit_test(test_gradients_are_dithered),
		cmocka_unit_test(test_unknown_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
