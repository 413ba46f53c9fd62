/* SPDX-License-Identifier: MIT */
/* Tests of image/frame, shown, colour, fourcc and convert. */
#include "unit.h"

#include "image/colour.h"
#include "image/convert.h"
#include "image/fourcc.h"
#include "image/shown_seal.h"

#include <errno.h>
#include <math.h>

static const struct {
	int w, h;
} sizes[] = { { 16, 16 }, { 17, 19 }, { 64, 48 }, { 101, 33 }, { 1, 1 }, { 2, 7 }, { 320, 180 } };

static void fill_random(struct pmk_image *image, uint32_t seed)
{
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++) {
			for (int x = 0; x < pmk_layout_plane_width(&image->layout, p); x++)
				image->plane[p][(size_t)y * image->stride[p] + x] = (uint8_t)unit_random(&seed);
		}
	}
}

static int difference(const struct pmk_image *a, const struct pmk_image *b)
{
	int most = 0;

	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&a->layout, p); y++) {
			for (int x = 0; x < pmk_layout_plane_width(&a->layout, p); x++) {
				int d = abs(a->plane[p][(size_t)y * a->stride[p] + x] -
					b->plane[p][(size_t)y * b->stride[p] + x]);
				most = d > most ? d : most;
			}
		}
	}
	return most;
}

/* Planes converted to a raw format of the same sampling and back stay the same, bit for bit. */
static void test_raw_round_trip(void **state)
{
	static const uint32_t formats[] = { PMK_FOURCC_YUYV, PMK_FOURCC_NV12, PMK_FOURCC_YU12 };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (size_t f = 0; f < 3; f++) {
			struct pmk_layout layout = {
				.width = sizes[i].w, .height = sizes[i].h, .chroma = pmk_fourcc_chroma(formats[f])
			};
			int stride = pmk_fourcc_stride(formats[f], layout.width);
			size_t bytes = pmk_fourcc_bytes(formats[f], layout.width, layout.height, stride);
			uint8_t *raw = malloc(bytes);
			struct pmk_image a, b;

			assert_int_equal(pmk_image_alloc(&a, &layout), 0);
			assert_int_equal(pmk_image_alloc(&b, &layout), 0);
			fill_random(&a, 7);
			assert_int_equal(pmk_convert_to_raw(&a, formats[f], raw, bytes), 0);
			assert_int_equal(pmk_convert_from_raw(&b, formats[f], raw, bytes, stride), 0);
			assert_int_equal(difference(&a, &b), 0);
			assert_int_equal(pmk_convert_to_raw(&a, formats[f], raw, bytes - 1), -EINVAL);
			assert_int_equal(pmk_convert_from_raw(&b, formats[f], raw, bytes - 1, stride), -EINVAL);
			assert_int_equal(pmk_convert_from_raw(&b, formats[f], raw, bytes, stride - 1), -EINVAL);
			free(raw);
			pmk_image_free(&a);
			pmk_image_free(&b);
		}
	}
}

/* The two other camera formats, written by hand: UYVY is YUYV with bytes swapped, YV12 is YU12 with planes swapped. */
static void test_raw_variants(void **state)
{
	static const uint8_t uyvy[8] = { 10, 1, 20, 2, 11, 3, 21, 4 }; /* U Y V Y, two pairs */
	static const uint8_t yv12[6] = { 1, 2, 3, 4, 60, 50 }; /* Y, V, U */
	struct pmk_layout wide = { .width = 4, .height = 1, .chroma = PMK_CHROMA_422 },
			  square = { .width = 2, .height = 2 };
	struct pmk_image m;

	assert_int_equal(pmk_image_alloc(&m, &wide), 0);
	assert_int_equal(pmk_convert_from_raw(&m, PMK_FOURCC_UYVY, uyvy, 8, 8), 0);
	assert_memory_equal(m.plane[0], "\1\2\3\4", 4);
	assert_memory_equal(m.plane[1], "\12\13", 2);
	assert_memory_equal(m.plane[2], "\24\25", 2);
	pmk_image_free(&m);
	assert_int_equal(pmk_image_alloc(&m, &square), 0);
	assert_int_equal(pmk_convert_from_raw(&m, PMK_FOURCC_YV12, yv12, 6, 2), 0);
	assert_int_equal(m.plane[1][0], 50);
	assert_int_equal(m.plane[2][0], 60);
	assert_int_equal(pmk_convert_from_raw(&m, PMK_FOURCC_MJPG, yv12, 6, 2), -EINVAL);
	pmk_image_free(&m);
}

/* 4:2:2 and 4:2:0 converted to raw formats of the other sampling: luma is exact, and so is chroma of one colour. */
static void test_raw_other_sampling(void **state)
{
	static const uint8_t yuv[3] = { 90, 100, 180 };

	for (int chroma = 0; chroma < 2; chroma++) {
		struct pmk_layout layout = {
			.width = 32, .height = 18, .chroma = chroma ? PMK_CHROMA_422 : PMK_CHROMA_420
		};
		uint8_t raw[32 * 18 * 2];
		struct pmk_image m;

		assert_int_equal(pmk_image_alloc(&m, &layout), 0);
		pmk_image_fill(&m, yuv);
		assert_int_equal(pmk_convert_to_raw(&m, PMK_FOURCC_YUYV, raw, sizeof raw), 0);
		for (int i = 0; i < 32 * 18; i++)
			assert_true(raw[2 * i] == 90 && raw[2 * i + 1] == (i % 2 ? 180 : 100));
		assert_int_equal(pmk_convert_to_raw(&m, PMK_FOURCC_NV12, raw, sizeof raw), 0);
		for (int i = 0; i < 32 * 9; i++)
			assert_int_equal(raw[32 * 18 + i], i % 2 ? 180 : 100);
		assert_int_equal(pmk_convert_to_raw(&m, PMK_FOURCC_YU12, raw, sizeof raw), 0);
		assert_true(raw[32 * 18] == 100 && raw[32 * 18 + 16 * 9] == 180);
		pmk_image_free(&m);
	}
}

/* A plain colour in each RGB format of clients, from each sampling and matrix: the bytes in the order of V4L2. */
static void test_to_rgb(void **state)
{
	static const struct {
		uint32_t fourcc;
		int bytes, r, g, b; /* of a pixel; where each is in it */
	} formats[] = { { PMK_FOURCC_RGB3, 3, 0, 1, 2 }, { PMK_FOURCC_BGR3, 3, 2, 1, 0 },
		{ PMK_FOURCC_BGR4, 4, 2, 1, 0 }, { PMK_FOURCC_RGB4, 4, 1, 2, 3 } };
	static const uint8_t yuv[2][3] = { { 81, 90, 240 }, { 63, 102, 240 } }; /* red, by BT.601 and by BT.709 */

	for (int i = 0; i < 16; i++) {
		int f = i / 4, matrix = i / 2 % 2;
		struct pmk_layout layout = {
			.width = 35, .height = 17, .chroma = (enum pmk_chroma)(i % 2), .matrix = (enum pmk_matrix)matrix
		};
		size_t bytes = pmk_fourcc_bytes(formats[f].fourcc, 35, 17, 35 * formats[f].bytes);
		uint8_t raw[35 * 17 * 4];
		struct pmk_image m;

		assert_int_equal(pmk_image_alloc(&m, &layout), 0);
		pmk_image_fill(&m, yuv[matrix]);
		assert_int_equal(pmk_convert_to_raw(&m, formats[f].fourcc, raw, bytes - 1), -EINVAL);
		assert_int_equal(pmk_convert_to_raw(&m, formats[f].fourcc, raw, bytes), 0);
		for (int at = 0; at < 35 * 17 * formats[f].bytes; at += formats[f].bytes)
			assert_true(raw[at + formats[f].r] > 250 && raw[at + formats[f].g] < 5 &&
				raw[at + formats[f].b] < 5);
		pmk_image_free(&m);
	}
}

/* RGB converted to planes and back, where each chroma sample covers one colour: within 1 level in full range, in each
 * matrix. Limited range has 219 levels for 255, so one step there is up to 2 levels of RGB. */
static void test_rgb_round_trip(void **state)
{
	for (int matrix = 0; matrix < 2; matrix++) {
		for (int range = 0; range < 2; range++) {
			struct pmk_layout layout = { .width = 34,
				.height = 18,
				.matrix = (enum pmk_matrix)matrix,
				.range = (enum pmk_range)range };
			struct pmk_rgb a, b;
			struct pmk_image m, again;
			uint32_t seed = 5;
			int most = range == PMK_RANGE_FULL ? 1 : 2;

			assert_int_equal(pmk_rgb_alloc(&a, 34, 18), 0);
			assert_int_equal(pmk_rgb_alloc(&b, 34, 18), 0);
			assert_int_equal(pmk_image_alloc(&m, &layout), 0);
			assert_int_equal(pmk_image_alloc(&again, &layout), 0);
			for (int y = 0; y < 18; y += 2) {
				for (int x = 0; x < 34; x += 2) {
					uint32_t c = unit_random(&seed);
					for (int k = 0; k < 4; k++)
						memcpy(a.data + (size_t)(y + k / 2) * a.stride +
								(size_t)(x + k % 2) * 3,
							&c, 3);
				}
			}
			pmk_colour_rgb_to_image(&a, &m);
			pmk_colour_image_to_rgb(&m, &b);
			for (int y = 0; y < 18; y++) {
				for (int x = 0; x < 34 * 3; x++)
					assert_in_range(abs(a.data[(size_t)y * a.stride + x] -
								b.data[(size_t)y * b.stride + x]),
						0, most);
			}
			pmk_colour_rgb_to_image(&b, &again);
			assert_in_range(difference(&m, &again), 0, 1);
			pmk_rgb_free(&a);
			pmk_rgb_free(&b);
			pmk_image_free(&m);
			pmk_image_free(&again);
		}
	}
}

/* Reference colours: BT.601 and BT.709 red in limited range, JFIF red in full range (ITU-T T.871). */
static void test_known_colours(void **state)
{
	static const uint8_t red[3] = { 255, 0, 0 }, white[3] = { 255, 255, 255 };
	struct pmk_layout layout = { .range = PMK_RANGE_LIMITED, .matrix = PMK_MATRIX_BT601 };
	uint8_t yuv[3];

	pmk_colour_rgb_to_yuv(red, &layout, yuv);
	assert_true(yuv[0] == 81 && yuv[1] == 90 && yuv[2] == 240);
	pmk_colour_rgb_to_yuv(white, &layout, yuv);
	assert_true(yuv[0] == 235 && yuv[1] == 128 && yuv[2] == 128);
	layout.matrix = PMK_MATRIX_BT709;
	pmk_colour_rgb_to_yuv(red, &layout, yuv);
	assert_true(yuv[0] == 63 && yuv[1] == 102 && yuv[2] == 240);
	layout = (struct pmk_layout){ .range = PMK_RANGE_FULL, .matrix = PMK_MATRIX_BT601 };
	pmk_colour_rgb_to_yuv(red, &layout, yuv);
	assert_true(yuv[0] == 76 && yuv[1] == 85 && yuv[2] == 255);
}

/* A change of matrix keeps the colour, in both ranges and samplings. */
static void test_change_of_matrix(void **state)
{
	static const uint8_t colours[][3] = { { 255, 0, 0 }, { 0, 255, 0 }, { 0, 0, 255 }, { 255, 255, 255 },
		{ 30, 90, 160 }, { 200, 120, 60 } };

	for (int n = 0; n < 8; n++) {
		struct pmk_layout a = { .width = 6,
			.height = 5,
			.chroma = (enum pmk_chroma)(n & 1),
			.range = (enum pmk_range)(n >> 1 & 1),
			.matrix = (enum pmk_matrix)(n >> 2) },
				  b = a;
		struct pmk_image image, want;

		b.matrix = a.matrix == PMK_MATRIX_BT601 ? PMK_MATRIX_BT709 : PMK_MATRIX_BT601;
		assert_int_equal(pmk_image_alloc(&image, &a), 0);
		assert_int_equal(pmk_image_alloc(&want, &b), 0);
		for (size_t c = 0; c < sizeof colours / sizeof colours[0]; c++) {
			uint8_t yuv[3];
			image.layout = a;
			pmk_colour_rgb_to_yuv(colours[c], &a, yuv);
			pmk_image_fill(&image, yuv);
			pmk_colour_rgb_to_yuv(colours[c], &b, yuv);
			pmk_image_fill(&want, yuv);
			pmk_colour_to_matrix(&image, b.matrix);
			assert_true(pmk_layout_equal(&image.layout, &b));
			assert_in_range(difference(&image, &want), 0, 1);
		}
		pmk_image_free(&image);
		pmk_image_free(&want);
	}
}

static void test_full_to_limited_is_nearest(void **state)
{
	uint8_t in[256], out[256];

	for (int plane = 0; plane < 3; plane++) {
		for (int i = 0; i < 256; i++)
			in[i] = (uint8_t)i;
		pmk_colour_row_to_limited(in, out, 256, plane);
		for (int i = 0; i < 256; i++) {
			double want = plane ? 128 + (i - 128) * 224.0 / 255 : 16 + i * 219.0 / 255;
			assert_int_equal(out[i], (int)floor(want + 0.5));
		}
	}
}

/* Where the sample at x, y of a turned plane of width by height comes from in the plane before. */
static void trace_back(int quarters, bool mirror, bool flip, int width, int height, int *x, int *y)
{
	int at_x = mirror ? width - 1 - *x : *x, at_y = flip ? height - 1 - *y : *y;

	*x = quarters == 0 ? at_x : quarters == 1 ? at_y : quarters == 2 ? width - 1 - at_x : height - 1 - at_y;
	*y = quarters == 0 ? at_y : quarters == 1 ? width - 1 - at_x : quarters == 2 ? height - 1 - at_y : at_x;
}

static void expect_turned(
	const struct pmk_image *from, const struct pmk_image *to, int quarters, bool mirror, bool flip)
{
	for (int p = 0; p < 3; p++) {
		/* a turn makes 4:2:0, whose rows of chroma 4:2:2 has twice */
		int each = p && quarters % 2 && to->layout.chroma == PMK_CHROMA_422 ? 2 : 1;
		int width = pmk_layout_plane_width(&to->layout, p), rows = pmk_layout_plane_height(&to->layout, p);

		for (int row = 0; row < rows; row++)
			for (int column = 0; column < width; column++) {
				int x = column, y = row / each;

				trace_back(quarters, mirror, flip, width, (rows + each - 1) / each, &x, &y);
				assert_int_equal(to->plane[p][row * to->stride[p] + column],
					from->plane[p][y * from->stride[p] + x]);
			}
	}
}

static void test_turn(void **state)
{
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (int way = 0; way < 32; way++) {
			struct pmk_layout to = { .width = sizes[i].w,
				.height = sizes[i].h,
				.chroma = way & 16 ? PMK_CHROMA_422 : PMK_CHROMA_420 };
			int quarters = way >> 2 & 3;
			bool mirror = way & 1, flip = way & 2;
			struct pmk_layout from = pmk_convert_turned(&to, quarters);
			struct pmk_image a, b;

			assert_int_equal(from.width, quarters % 2 ? to.height : to.width);
			assert_int_equal(pmk_image_alloc(&a, &from), 0);
			assert_int_equal(pmk_image_alloc(&b, &to), 0);
			fill_random(&a, 3);
			pmk_convert_orient(&a, &b, quarters, mirror, flip);
			expect_turned(&a, &b, quarters, mirror, flip);
			pmk_image_free(&a);
			pmk_image_free(&b);
		}
	}
}

static void test_scale(void **state)
{
	static const uint8_t yuv[3] = { 50, 90, 200 };
	struct pmk_layout from = { .width = 640, .height = 480, .chroma = PMK_CHROMA_422 },
			  to = { .width = 321, .height = 181 };
	struct pmk_image a, b, want;

	assert_int_equal(pmk_image_alloc(&a, &from), 0);
	assert_int_equal(pmk_image_alloc(&b, &to), 0);
	assert_int_equal(pmk_image_alloc(&want, &to), 0);
	pmk_image_fill(&a, yuv);
	pmk_image_fill(&want, yuv);
	assert_int_equal(pmk_convert_scale(&a, &b), 0);
	assert_int_equal(difference(&b, &want), 0);
	b.layout.range = PMK_RANGE_FULL;
	assert_int_equal(pmk_convert_scale(&a, &b), -EINVAL);
	pmk_image_free(&a);
	pmk_image_free(&b);
	pmk_image_free(&want);
}

static void test_fourcc(void **state)
{
	char name[5];

	assert_int_equal(pmk_fourcc_parse("yuy2"), PMK_FOURCC_YUYV);
	assert_int_equal(pmk_fourcc_parse("MJPEG"), PMK_FOURCC_MJPG);
	assert_int_equal(pmk_fourcc_parse("H263"), 0);
	assert_string_equal(pmk_fourcc_name(PMK_FOURCC_NV12, name), "NV12");
	assert_string_equal(pmk_fourcc_name(0x01020304, name), "????");
	assert_int_equal(pmk_fourcc_bytes(PMK_FOURCC_NV12, 3, 3, 3), 9 + 2 * 4);
	assert_int_equal(pmk_fourcc_bytes(PMK_FOURCC_YUYV, 0x7fffffff, 2, 0x7fffffff), 0);
	assert_int_equal(pmk_fourcc_bytes(PMK_FOURCC_MJPG, 64, 64, 64), 0);
}

static void test_image_sizes(void **state)
{
	struct pmk_layout bad = { .width = 0, .height = 4 }, huge = { .width = 8193, .height = 4 };
	struct pmk_image image = { 0 };

	assert_int_equal(pmk_image_alloc(&image, &bad), -EINVAL);
	assert_int_equal(pmk_image_alloc(&image, &huge), -EINVAL);
	assert_null(image.block);
	pmk_image_free(&image);
}

static void test_frame_pool(void **state)
{
	struct pmk_layout small = { .width = 32, .height = 32 }, large = { .width = 64, .height = 32 };
	struct pmk_frame_pool *pool = pmk_frame_pool_create(2);
	struct pmk_frame *a = pmk_frame_pool_take(pool, &small), *b = pmk_frame_pool_take(pool, &large);
	uint8_t *pixels = a->image.plane[0];

	assert_non_null(a);
	assert_non_null(b);
	assert_null(pmk_frame_pool_take(pool, &small));
	assert_int_equal(a->position_ns, -1);
	pmk_frame_unref(a);
	a = pmk_frame_pool_take(pool, &small);
	assert_ptr_equal(a->image.plane[0], pixels); /* no allocation while the layout stays */
	pmk_frame_cut(a, 30, 24);
	assert_int_equal(a->image.layout.width, 30);
	assert_int_equal(a->image.layout.height, 24);
	pmk_frame_unref(a);
	a = pmk_frame_pool_take(pool, &small);
	assert_ptr_equal(a->image.plane[0], pixels); /* nor after a cut */
	assert_int_equal(a->image.layout.height, 32);
	pmk_frame_pool_destroy(pool);
	a->image.plane[0][0] = 1; /* a frame outlives its pool */
	pmk_frame_unref(a);
	pmk_frame_unref(b);
	pmk_frame_unref(NULL);
}

static void test_shown_pool(void **state)
{
	struct pmk_layout layout = { .width = 32, .height = 32 };
	struct pmk_shown_pool *pool = pmk_shown_pool_create(1, &layout);
	struct pmk_shown *a = pmk_shown_pool_take(pool);

	assert_non_null(a);
	assert_null(pmk_shown_pool_take(pool));
	pmk_shown_unref(a);
	assert_ptr_equal(pmk_shown_pool_take(pool), a);
	pmk_shown_unref(a);
	pmk_shown_pool_destroy(pool);
	pmk_shown_pool_destroy(NULL);
}

/* A picture of another aspect ratio is not distorted: its middle fills the new picture, which contains nothing from
 * outside that middle. */
static void test_scale_middle(void **state)
{
	static const struct {
		int width, height;
		struct pmk_rect part;
	} cases[] = {
		{ 640, 480, { 0, 60, 640, 360 } },
		{ 640, 180, { 160, 0, 320, 180 } },
		{ 1920, 1080, { 0, 0, 1920, 1080 } },
		{ 640, 362, { 0, 0, 640, 362 } },
		{ 16, 720, { 0, 356, 16, 8 } },
		{ 8192, 16, { 4082, 0, 28, 16 } },
	};
	static const uint8_t outside[3] = { 40, 200, 30 };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (int chroma = 0; chroma < 2; chroma++) {
			struct pmk_layout given = {
				.width = cases[i].width, .height = cases[i].height, .chroma = (enum pmk_chroma)chroma
			};
			struct pmk_layout asked = { .width = 320, .height = 180, .chroma = PMK_CHROMA_422 };
			const struct pmk_rect *in = &cases[i].part;
			struct pmk_image from, to;

			assert_int_equal(pmk_image_alloc(&from, &given), 0);
			assert_int_equal(pmk_image_alloc(&to, &asked), 0);
			pmk_image_fill(&from, outside);
			for (int y = in->y; y < in->y + in->height; y++) {
				memset(from.plane[0] + (size_t)y * from.stride[0] + in->x, 200, (size_t)in->width);
				memset(from.plane[2] + (size_t)(chroma ? y : y / 2) * from.stride[2] + in->x / 2, 170,
					(size_t)in->width / 2);
			}
			assert_int_equal(pmk_convert_scale_middle(&from, &to), 0);
			for (int y = 0; y < 180; y++) {
				for (int x = 0; x < 320; x++) {
					if (abs(to.plane[0][y * to.stride[0] + x] - 200) > 1 ||
						abs(to.plane[2][y * to.stride[2] + x / 2] - 170) > 1)
						fail_msg("case %zu, %d: at %d,%d", i, chroma, x, y);
				}
			}
			pmk_image_free(&from);
			pmk_image_free(&to);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scale_middle),
		cmocka_unit_test(test_raw_round_trip),
		cmocka_unit_test(test_raw_variants),
		cmocka_unit_test(test_raw_other_sampling),
		cmocka_unit_test(test_to_rgb),
		cmocka_unit_test(test_rgb_round_trip),
		cmocka_unit_test(test_known_colours),
		cmocka_unit_test(test_change_of_matrix),
		cmocka_unit_test(test_full_to_limited_is_nearest),
		cmocka_unit_test(test_turn),
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_fourcc),
		cmocka_unit_test(test_image_sizes),
		cmocka_unit_test(test_frame_pool),
		cmocka_unit_test(test_shown_pool),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
