/* SPDX-License-Identifier: MIT */
/* Plain colours of premultiplied pictures. */
#include "unit.h"

#include "image/alpha.h"

enum { BLACK = 16, WIDTH = 45, HEIGHT = 27 };

static struct pmk_image make(enum pmk_chroma chroma)
{
	const struct pmk_layout layout = { .width = WIDTH, .height = HEIGHT, .chroma = chroma };
	struct pmk_image image;

	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	return image;
}

/* Plain samples come back as exactly as alpha lets them. */
static void test_luma_comes_back(void **state)
{
	struct pmk_image from = make(PMK_CHROMA_420), to = make(PMK_CHROMA_420);
	struct pmk_mask alpha;
	uint32_t seed = 5;

	assert_int_equal(pmk_mask_alloc(&alpha, WIDTH, HEIGHT), 0);
	for (int i = 0; i < WIDTH * HEIGHT; i++) {
		int x = i % WIDTH, y = i / WIDTH, a = (int)(unit_random(&seed) % 256), plain = 16 + i % 220;

		alpha.alpha[y * alpha.stride + x] = (uint8_t)a;
		from.plane[0][y * from.stride[0] + x] = (uint8_t)(BLACK + (plain - BLACK) * a / 255);
	}
	pmk_alpha_divide(&from, &alpha, &to);
	for (int i = 0; i < WIDTH * HEIGHT; i++) {
		int x = i % WIDTH, y = i / WIDTH, a = alpha.alpha[y * alpha.stride + x];
		int off = abs(to.plane[0][y * to.stride[0] + x] - (16 + i % 220));

		if (a)
			assert_in_range(off, 0, 255 / a + 1);
	}
	pmk_mask_free(&alpha);
	pmk_image_free(&from);
	pmk_image_free(&to);
}

/* Chroma has the mean alpha of the pixels that a sample covers. */
static void test_chroma(void **state)
{
	for (int c = 0; c < 2; c++) {
		struct pmk_image from = make(c ? PMK_CHROMA_422 : PMK_CHROMA_420);
		struct pmk_image to = make(c ? PMK_CHROMA_422 : PMK_CHROMA_420);
		struct pmk_mask alpha;

		assert_int_equal(pmk_mask_alloc(&alpha, WIDTH, HEIGHT), 0);
		for (int y = 0; y < HEIGHT; y++)
			for (int x = 0; x < WIDTH; x++)
				alpha.alpha[y * alpha.stride + x] = x % 2 ? 100 : 200;
		for (int p = 1; p < 3; p++)
			for (int y = 0; y < pmk_layout_plane_height(&from.layout, p); y++)
				memset(from.plane[p] + y * from.stride[p], 128 + 60 * 150 / 255, (WIDTH + 1) / 2);
		pmk_alpha_divide(&from, &alpha, &to);
		for (int p = 1; p < 3; p++)
			assert_in_range(to.plane[p][3 * to.stride[p] + 5], 187, 189);
		pmk_mask_free(&alpha);
		pmk_image_free(&from);
		pmk_image_free(&to);
	}
}

/* Far from the person it is black; in a block that the person touches it is the person's colour, never the picture's.
 */
static void test_clear_pixels(void **state)
{
	struct pmk_image from = make(PMK_CHROMA_420), to = make(PMK_CHROMA_420);
	struct pmk_mask alpha;

	assert_int_equal(pmk_mask_alloc(&alpha, WIDTH, HEIGHT), 0);
	for (int y = 0; y < HEIGHT; y++) {
		memset(from.plane[0] + y * from.stride[0], 99, WIDTH);
		memset(alpha.alpha + y * alpha.stride, 0, WIDTH);
	}
	alpha.alpha[9 * alpha.stride + 10] = 255;
	from.plane[0][9 * from.stride[0] + 10] = 200;
	pmk_alpha_divide(&from, &alpha, &to);
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++)
			assert_int_equal(to.plane[0][y * to.stride[0] + x], x / 8 == 1 && y / 8 == 1 ? 200 : BLACK);
	}
	pmk_mask_free(&alpha);
	pmk_image_free(&from);
	pmk_image_free(&to);
}

static void test_boxes(void **state)
{
	struct pmk_mask alpha, mask;

	assert_int_equal(pmk_mask_alloc(&alpha, WIDTH, HEIGHT), 0);
	assert_int_equal(pmk_mask_alloc(&mask, WIDTH, HEIGHT), 0);
	memset(mask.alpha, 7, (size_t)mask.stride * HEIGHT);
	pmk_alpha_set(&alpha, &mask);
	assert_int_equal(alpha.alpha[5 * alpha.stride + 5], 7);
	pmk_alpha_set(&alpha, NULL);
	pmk_alpha_fill(&alpha, &(struct pmk_rect){ -3, HEIGHT - 2, 5, 9 });
	pmk_alpha_fill(&alpha, &(struct pmk_rect){ WIDTH, 0, 5, 9 });
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++)
			assert_int_equal(alpha.alpha[y * alpha.stride + x], x < 2 && y >= HEIGHT - 2 ? 255 : 0);
	}
	pmk_mask_free(&alpha);
	pmk_mask_free(&mask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_luma_comes_back),
		cmocka_unit_test(test_chroma),
		cmocka_unit_test(test_clear_pixels),
		cmocka_unit_test(test_boxes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
