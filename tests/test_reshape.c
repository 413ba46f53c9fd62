/* SPDX-License-Identifier: MIT */
/* Tests of how a camera's frames are brought to the shape of the pipeline. */
#include "unit.h"

#include "core/capture/reshape.h"

static const struct pmk_layout hd = { .width = 1920, .height = 1080, .range = PMK_RANGE_FULL };

/* A frame whose luma tells the row: 10 above the middle, 200 below it; the rows from `padding` on are 90. */
static struct pmk_frame *drawn(struct pmk_frame_pool *pool, int width, int height, enum pmk_chroma chroma, int padding)
{
	struct pmk_layout layout = hd;
	struct pmk_frame *frame;

	layout.width = width;
	layout.height = height;
	layout.chroma = chroma;
	frame = pmk_frame_pool_take(pool, &layout);
	assert_non_null(frame);
	pmk_image_fill(&frame->image, (const uint8_t[3]){ 10, 120, 130 });
	for (int y = height / 2; y < height; y++)
		memset(frame->image.plane[0] + y * frame->image.stride[0], y < padding ? 200 : 90, (size_t)width);
	frame->number = 7;
	frame->time_ns = 8;
	return frame;
}

/* What a JPEG needs for whole blocks is cut off; no pixel is scaled or copied. */
static void test_padding_is_cut_off(void **state)
{
	static const int sizes[][2] = { { 1920, 1088 }, { 1928, 1080 }, { 1935, 1095 } };
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_reshape reshape;

	assert_int_equal(pmk_reshape_init(&reshape, &hd, 0, false, false), 0);
	for (int i = 0; i < 3; i++) {
		struct pmk_frame *frame = drawn(pool, sizes[i][0], sizes[i][1], PMK_CHROMA_420, 1080), *out;

		out = pmk_reshape_frame(&reshape, frame);
		assert_ptr_equal(out, frame);
		assert_true(pmk_layout_equal(&out->image.layout, &hd));
		assert_int_equal(out->image.plane[0][1079 * out->image.stride[0] + 1919], 200);
		pmk_frame_unref(out);
	}
	pmk_reshape_finish(&reshape);
	pmk_frame_pool_destroy(pool);
}

static void test_other_sizes_are_fitted(void **state)
{
	static const int sizes[][2] = { { 640, 360 }, { 1280, 720 }, { 640, 480 }, { 1920, 1072 }, { 1936, 1096 },
		{ 2560, 1440 } };
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_reshape reshape;

	assert_int_equal(pmk_reshape_init(&reshape, &hd, 0, false, false), 0);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct pmk_frame *out = pmk_reshape_frame(
			&reshape, drawn(pool, sizes[i][0], sizes[i][1], PMK_CHROMA_420, sizes[i][1]));

		assert_non_null(out);
		assert_true(pmk_layout_equal(&out->image.layout, &hd));
		assert_int_equal(out->image.plane[0][530 * out->image.stride[0] + 960], 10);
		assert_int_equal(out->image.plane[0][550 * out->image.stride[0] + 960], 200);
		assert_int_equal(out->image.plane[1][0], 120);
		assert_int_equal(out->number, 7);
		assert_int_equal(out->time_ns, 8);
		pmk_frame_unref(out);
	}
	pmk_reshape_finish(&reshape);
	pmk_frame_pool_destroy(pool);
}

static void test_another_sampling(void **state)
{
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_layout wanted = hd;

	for (int i = 0; i < 2; i++) {
		struct pmk_reshape reshape;
		struct pmk_frame *out;

		wanted.chroma = i ? PMK_CHROMA_422 : PMK_CHROMA_420;
		assert_int_equal(pmk_reshape_init(&reshape, &wanted, 0, false, false), 0);
		out = pmk_reshape_frame(&reshape, drawn(pool, 1920, 1088, i ? PMK_CHROMA_420 : PMK_CHROMA_422, 1080));
		assert_non_null(out);
		assert_true(pmk_layout_equal(&out->image.layout, &wanted));
		assert_int_equal(out->image.plane[0][1079 * out->image.stride[0]], 200);
		assert_int_equal(out->image.plane[2][pmk_layout_plane_height(&wanted, 2) / 2], 130);
		pmk_frame_unref(out);
		pmk_reshape_finish(&reshape);
	}
	pmk_frame_pool_destroy(pool);
}

/* A camera that lies on its side: its picture's top is at the right after a quarter, and mirroring comes after that.
 * What is turned by other quarters than the shape was made for is cropped to it. */
static void test_turned(void **state)
{
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);

	for (int i = 0; i < 2; i++) {
		struct pmk_layout portrait = { .width = 1080, .height = 1920, .range = PMK_RANGE_FULL };
		struct pmk_reshape reshape;

		assert_int_equal(pmk_reshape_init(&reshape, &portrait, 1, false, false), 0);
		for (int step = 0; step < 5; step++) {
			struct pmk_frame *out;
			const uint8_t *row;

			reshape.mirror = step == 1;
			reshape.quarters = step == 2 ? 3 : step == 3 ? 0 : step == 4 ? 2 : 1;
			out = pmk_reshape_frame(
				&reshape, drawn(pool, 1920, 1088, i ? PMK_CHROMA_422 : PMK_CHROMA_420, 1080));
			assert_non_null(out);
			assert_true(pmk_layout_equal(&out->image.layout, &portrait));
			assert_int_equal(out->number, 7);
			row = out->image.plane[0] + 100 * out->image.stride[0];
			if (reshape.quarters % 2) {
				bool top_at_right = step == 0;
				assert_int_equal(row[0], top_at_right ? 200 : 10);
				assert_int_equal(row[1079], top_at_right ? 10 : 200);
			} else {
				assert_int_equal(row[0], step == 3 ? 10 : 200);
				assert_int_equal(row[1700 * out->image.stride[0]], step == 3 ? 200 : 10);
			}
			assert_int_equal(out->image.plane[1][0], 120);
			pmk_frame_unref(out);
		}
		pmk_reshape_finish(&reshape);
	}
	pmk_frame_pool_destroy(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_padding_is_cut_off),
		cmocka_unit_test(test_other_sizes_are_fitted),
		cmocka_unit_test(test_another_sampling),
		cmocka_unit_test(test_turned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
