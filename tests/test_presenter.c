/* SPDX-License-Identifier: MIT */
#include "draw/presenter.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_NOISE = 8 };

struct shot {
	struct pmk_presenter *presenter;
	struct pmk_rgb rgb;
	struct pmk_mask truth;
};

static void shot_init(struct shot *s, int width, int height, uint32_t seed)
{
	assert_int_equal(pmk_presenter_create(width, height, seed, &s->presenter), 0);
	assert_int_equal(pmk_rgb_alloc(&s->rgb, width, height), 0);
	assert_int_equal(pmk_mask_alloc(&s->truth, width, height), 0);
}

static void shot_take(struct shot *s, double time_s)
{
	pmk_presenter_draw(s->presenter, time_s, &s->rgb, &s->truth);
}

static void shot_finish(struct shot *s)
{
	pmk_presenter_destroy(s->presenter);
	pmk_rgb_free(&s->rgb);
	pmk_mask_free(&s->truth);
}

static int rgb_at(const struct shot *s, int x, int y, int c)
{
	return s->rgb.data[(size_t)y * (size_t)s->rgb.stride + (size_t)x * 3 + (size_t)c];
}

static int alpha_at(const struct shot *s, int x, int y)
{
	return s->truth.alpha[(size_t)y * (size_t)s->truth.stride + (size_t)x];
}

static bool shots_equal(const struct shot *a, const struct shot *b)
{
	for (int y = 0; y < a->rgb.height; y++) {
		for (int x = 0; x < a->rgb.width; x++) {
			if (alpha_at(a, x, y) != alpha_at(b, x, y))
				return false;
			for (int c = 0; c < 3; c++) {
				if (rgb_at(a, x, y, c) != rgb_at(b, x, y, c))
					return false;
			}
		}
	}
	return true;
}

/* The part of the picture that the person covers. */
static double share(const struct shot *s)
{
	double sum = 0;

	for (int y = 0; y < s->rgb.height; y++) {
		for (int x = 0; x < s->rgb.width; x++)
			sum += alpha_at(s, x, y) / 255.0;
	}
	return sum / s->rgb.width / s->rgb.height;
}

static void test_same_call_same_pixels(void **state)
{
	struct shot a, b;

	shot_init(&a, 321, 180, 7);
	shot_init(&b, 321, 180, 7);
	shot_take(&a, 2.5);
	shot_take(&b, 2.5);
	assert_true(shots_equal(&a, &b));
	for (double t = 0; t < 6; t += 0.37)
		shot_take(&b, t);
	assert_false(shots_equal(&a, &b));
	shot_take(&b, 2.5);
	assert_true(shots_equal(&a, &b));
	shot_finish(&a);
	shot_finish(&b);
}

/* A hash (FNV-1a) of the pixels. It changes with the drawing, but must not change with the machine or the compiler. */
static void test_same_pixels_on_every_machine(void **state)
{
	uint32_t hash = 2166136261u;
	struct shot s;

	shot_init(&s, 320, 180, 1);
	shot_take(&s, 1.3);
	for (int y = 0; y < 180; y++) {
		for (int x = 0; x < 320; x++) {
			for (int c = 0; c < 3; c++)
				hash = (hash ^ (uint32_t)rgb_at(&s, x, y, c)) * 16777619u;
			hash = (hash ^ (uint32_t)alpha_at(&s, x, y)) * 16777619u;
		}
	}
	assert_int_equal(hash, 0x009abb77);
	shot_finish(&s);
}

static void test_seeds_differ(void **state)
{
	struct shot a, b;

	for (uint32_t seed = 1; seed < 6; seed++) {
		shot_init(&a, 160, 90, seed);
		shot_init(&b, 160, 90, seed + 1);
		shot_take(&a, 1);
		shot_take(&b, 1);
		assert_false(shots_equal(&a, &b));
		shot_finish(&a);
		shot_finish(&b);
	}
}

/* Outside the person, the room is the same at all times, except for noise; inside the person, alpha is 255. */
static void test_truth_is_exact(void **state)
{
	struct shot a, b;
	long room = 0, changed = 0, inside = 0;

	shot_init(&a, 640, 360, 3);
	shot_init(&b, 640, 360, 3);
	shot_take(&a, 0.4);
	for (double t = 1.3; t < 9; t += 1.9) {
		shot_take(&b, t);
		for (int y = 0; y < 360; y++) {
			for (int x = 0; x < 640; x++) {
				inside += alpha_at(&b, x, y) == 255;
				if (alpha_at(&a, x, y) || alpha_at(&b, x, y))
					continue;
				room++;
				for (int c = 0; c < 3; c++) {
					assert_in_range(
						abs(rgb_at(&a, x, y, c) - rgb_at(&b, x, y, c)), 0, 2 * MOST_NOISE);
					changed += rgb_at(&a, x, y, c) != rgb_at(&b, x, y, c);
				}
			}
		}
		assert_int_equal(alpha_at(&b, 0, 0), 0);
		assert_int_equal(alpha_at(&b, 320, 340), 255);
	}
	assert_true(changed > room);
	assert_true(inside > room / 10);
	shot_finish(&a);
	shot_finish(&b);
}

/* How many pixels are person in both shots, with quite different colours: a hand in front of the shirt. */
static int recoloured(const struct shot *a, const struct shot *b)
{
	int count = 0;

	for (int y = a->rgb.height / 2; y < a->rgb.height; y++) {
		for (int x = 0; x < a->rgb.width; x++) {
			if (alpha_at(a, x, y) == 255 && alpha_at(b, x, y) == 255)
				count += abs(rgb_at(a, x, y, 0) - rgb_at(b, x, y, 0)) > 60;
		}
	}
	return count;
}

static void test_it_moves(void **state)
{
	struct shot start, a, b;
	int moved = 0, most = 0;

	shot_init(&start, 320, 180, 1);
	shot_init(&a, 320, 180, 1);
	shot_init(&b, 320, 180, 1);
	shot_take(&start, 0);
	for (int i = 0; i < 40; i++) {
		int now;

		shot_take(&a, i * 0.25);
		shot_take(&b, i * 0.25 + 1.0 / 30);
		for (int y = 0; y < 180; y++)
			moved += memcmp(a.truth.alpha + y * a.truth.stride, b.truth.alpha + y * b.truth.stride, 320) !=
				0;
		now = recoloured(&start, &a);
		most = now > most ? now : most;
		assert_true(share(&a) > 0.15 && share(&a) < 0.6);
	}
	assert_true(moved > 40 * 60);
	assert_true(most > 320 * 180 / 100);
	shot_finish(&start);
	shot_finish(&a);
	shot_finish(&b);
}

static void test_any_size(void **state)
{
	static const int sizes[][2] = { { 16, 16 }, { 17, 33 }, { 361, 203 }, { 203, 361 }, { 8192, 16 }, { 8191, 41 },
		{ 16, 500 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct shot s;

		shot_init(&s, sizes[i][0], sizes[i][1], 2);
		shot_take(&s, 1.5);
		assert_true(share(&s) > 0);
		assert_int_equal(alpha_at(&s, sizes[i][0] / 2, sizes[i][1] * 9 / 10), 255);
		shot_finish(&s);
	}
}

static void test_sizes_refused(void **state)
{
	struct pmk_presenter *p = NULL;

	assert_int_equal(pmk_presenter_create(15, 100, 1, &p), -EINVAL);
	assert_int_equal(pmk_presenter_create(100, 8193, 1, &p), -EINVAL);
	assert_int_equal(pmk_presenter_create(-1, 0, 1, &p), -EINVAL);
	assert_null(p);
	pmk_presenter_destroy(NULL);
}

/* The largest difference between two planes, and the mean one. */
static int plane_difference(const struct pmk_image *a, const struct pmk_image *b, int plane, double *mean)
{
	int width = pmk_layout_plane_width(&a->layout, plane), height = pmk_layout_plane_height(&a->layout, plane),
	    most = 0;
	double sum = 0;

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			int d = abs(
				a->plane[plane][y * a->stride[plane] + x] - b->plane[plane][y * b->stride[plane] + x]);

			most = d > most ? d : most;
			sum += d;
		}
	}
	*mean = sum / width / height;
	return most;
}

static void test_planes_agree_with_rgb(void **state)
{
	struct shot s;
	struct pmk_mask truth;

	shot_init(&s, 333, 187, 4);
	assert_int_equal(pmk_mask_alloc(&truth, 333, 187), 0);
	for (int i = 0; i < 8; i++) {
		struct pmk_layout layout = { .width = 333,
			.height = 187,
			.chroma = i & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420,
			.range = i & 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED,
			.matrix = i & 4 ? PMK_MATRIX_BT709 : PMK_MATRIX_BT601 };
		struct pmk_image drawn, converted;

		assert_int_equal(pmk_image_alloc(&drawn, &layout), 0);
		assert_int_equal(pmk_image_alloc(&converted, &layout), 0);
		shot_take(&s, 1.1 + i);
		pmk_presenter_draw_image(s.presenter, 1.1 + i, &drawn, &truth);
		pmk_colour_rgb_to_image(&s.rgb, &converted);
		assert_memory_equal(truth.alpha, s.truth.alpha, (size_t)truth.stride * 187);
		for (int plane = 0; plane < 3; plane++) {
			double mean;

			assert_in_range(plane_difference(&drawn, &converted, plane, &mean), 0, plane ? 6 : MOST_NOISE);
			assert_true(mean < 1);
		}
		pmk_image_free(&drawn);
		pmk_image_free(&converted);
	}
	pmk_mask_free(&truth);
	shot_finish(&s);
}

static void test_either_output_may_be_left_out(void **state)
{
	struct shot a, b;

	shot_init(&a, 64, 48, 5);
	shot_init(&b, 64, 48, 5);
	shot_take(&a, 3);
	pmk_presenter_draw(b.presenter, 3, &b.rgb, NULL);
	pmk_presenter_draw(b.presenter, 3, NULL, &b.truth);
	assert_true(shots_equal(&a, &b));
	shot_finish(&a);
	shot_finish(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_call_same_pixels),
		cmocka_unit_test(test_same_pixels_on_every_machine),
		cmocka_unit_test(test_seeds_differ),
		cmocka_unit_test(test_truth_is_exact),
		cmocka_unit_test(test_it_moves),
		cmocka_unit_test(test_any_size),
		cmocka_unit_test(test_sizes_refused),
		cmocka_unit_test(test_planes_agree_with_rgb),
		cmocka_unit_test(test_either_output_may_be_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
