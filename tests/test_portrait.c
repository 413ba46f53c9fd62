/* SPDX-License-Identifier: MIT */
/* The soft background: compose/portrait/. */
#include "unit.h"

#include "base/cpu.h"
#include "compose/portrait/portrait.h"
#include "image/colour.h"

static void make(const struct pmk_layout *layout, struct pmk_image *frame, struct pmk_mask *mask)
{
	assert_int_equal(pmk_image_alloc(frame, layout), 0);
	assert_int_equal(pmk_mask_alloc(mask, layout->width, layout->height), 0);
	memset(mask->alpha, 0, (size_t)mask->stride * (size_t)mask->height);
}

/* The whole result, in limited range; the caller frees it. */
static struct pmk_image softened(const struct pmk_image *frame, const struct pmk_mask *mask, int strength)
{
	struct pmk_layout layout = frame->layout;
	struct pmk_portrait *portrait;
	struct pmk_cells cells;
	struct pmk_image out;

	layout.range = PMK_RANGE_LIMITED;
	assert_int_equal(pmk_portrait_create(&layout, strength, &portrait), 0);
	assert_int_equal(pmk_image_alloc(&out, &layout), 0);
	assert_int_equal(pmk_cells_init(&cells, mask->width, mask->height), 0);
	pmk_cells_find(&cells, mask);
	for (int n = 0; n < 2; n++) { /* a second frame must not see the first one's rows */
		pmk_portrait_begin(portrait, frame, &cells);
		for (int row = 0; row * PMK_CELL < layout.height; row++)
			pmk_portrait_write(portrait, row, &out);
	}
	pmk_cells_finish(&cells);
	pmk_portrait_destroy(portrait);
	return out;
}

static uint8_t *sample(const struct pmk_image *image, int plane, int x, int y)
{
	return &image->plane[plane][(size_t)y * (size_t)image->stride[plane] + (size_t)x];
}

static int range_of(const struct pmk_image *m, int plane)
{
	int least = 255, most = 0;

	for (int y = 0; y < pmk_layout_plane_height(&m->layout, plane); y++) {
		for (int x = 0; x < pmk_layout_plane_width(&m->layout, plane); x++) {
			int v = *sample(m, plane, x, y);

			least = v < least ? v : least;
			most = v > most ? v : most;
		}
	}
	return most - least;
}

/* Before a grey wall stands a person in a glaring colour: nowhere is any of it, wherever in a cell the person begins.
 */
static void test_no_halo(void **state)
{
	static const int strengths[] = { 1, 4, 5, 10, 20 };
	struct pmk_layout layout = { .width = 642, .height = 362 };
	struct pmk_image frame;
	struct pmk_mask mask;

	make(&layout, &frame, &mask);
	for (int left = 216; left < 224; left++) {
		for (int y = 0; y < layout.height; y++) {
			for (int x = 0; x < layout.width; x++) {
				bool person = x >= left && x < left + 200 && y >= 80;

				*sample(&frame, 0, x, y) = person ? 235 : 100;
				*sample(&frame, 1, x / 2, y / 2) = person ? 20 : 128;
				*sample(&frame, 2, x / 2, y / 2) = person ? 235 : 128;
				mask.alpha[(size_t)y * (size_t)mask.stride + (size_t)x] = person ? 255 : 0;
			}
		}
		for (size_t i = 0; i < sizeof strengths / sizeof *strengths; i++) {
			struct pmk_image out = softened(&frame, &mask, strengths[i]);

			assert_int_equal(range_of(&out, 0), 0);
			/* the person's first column shares samples of chroma with the wall when it is odd */
			assert_in_range(range_of(&out, 1), 0, left % 2 ? 1 : 0);
			assert_in_range(range_of(&out, 2), 0, left % 2 ? 1 : 0);
			assert_int_equal(*sample(&out, 0, 300, 200), 100);
			pmk_image_free(&out);
		}
	}
	pmk_image_free(&frame);
	pmk_mask_free(&mask);
}

/* Behind the person is what is beside the person, not the mean of the room. */
static void test_fills_from_nearby(void **state)
{
	struct pmk_layout layout = { .width = 640, .height = 360 };
	struct pmk_image frame, out;
	struct pmk_mask mask;

	make(&layout, &frame, &mask);
	pmk_image_fill(&frame, (uint8_t[]){ 60, 128, 128 });
	for (int y = 0; y < 360; y++) {
		memset(sample(&frame, 0, 320, y), 180, 320);
		memset(mask.alpha + (size_t)y * (size_t)mask.stride + 240, y < 100 ? 0 : 255, 160);
	}
	out = softened(&frame, &mask, 5);
	assert_in_range(*sample(&out, 0, 238, 300), 59, 66);
	assert_in_range(*sample(&out, 0, 402, 300), 173, 181);
	assert_true(*sample(&out, 0, 256, 300) < 90 && *sample(&out, 0, 384, 300) > 150);
	pmk_image_free(&out);
	/* nothing but person: grey, with nothing of the frame */
	memset(mask.alpha, 255, (size_t)mask.stride * 360);
	out = softened(&frame, &mask, 5);
	assert_int_equal(range_of(&out, 0), 0);
	assert_int_equal(*sample(&out, 0, 9, 9), 128);
	pmk_image_free(&out);
	pmk_image_free(&frame);
	pmk_mask_free(&mask);
}

/* A lamp becomes a round disc, larger with the strength, and brighter than a plain mean would be. */
static void test_discs(void **state)
{
	struct pmk_layout layout = { .width = 1280, .height = 720 };
	struct pmk_image frame;
	struct pmk_mask mask;
	int before = 0;

	make(&layout, &frame, &mask);
	pmk_image_fill(&frame, (uint8_t[]){ 40, 128, 128 });
	for (int y = 352; y < 368; y++)
		memset(sample(&frame, 0, 632, y), 235, 16);
	for (int strength = 1; strength <= 20; strength++) {
		struct pmk_image out = softened(&frame, &mask, strength);
		int wide = 0, high = 0, slanting = 0, radius = 5 + 26 * (strength - 1) / 19;

		for (int i = -200; i <= 200; i++) {
			wide += *sample(&out, 0, 640 + i, 360) > 48;
			high += *sample(&out, 0, 640, 360 + i) > 48;
			slanting += *sample(&out, 0, 640 + i, 360 + i) > 48;
		}
		assert_true(abs(wide - high) <= 4);
		assert_true(abs((int)(slanting * 1.414) - wide) <= (strength < 10 ? wide / 3 : wide / 5));
		assert_in_range(wide, 2 * radius + 4, 2 * radius + 36);
		assert_true(wide >= before - 2);
		if (strength == 20) /* the plain mean over the disc is 57 */
			assert_in_range(*sample(&out, 0, 640, 360), 80, 235);
		before = wide;
		pmk_image_free(&out);
	}
	pmk_image_free(&frame);
	pmk_mask_free(&mask);
}

/* A wall of one colour keeps that colour, to the last row and column, whatever is in front of it. */
static void test_plain_wall(void **state)
{
	static const int sizes[][2] = { { 16, 16 }, { 17, 23 }, { 33, 18 }, { 161, 91 }, { 640, 360 }, { 8, 500 },
		{ 1000, 8 }, { 1930, 41 } };
	static const uint8_t wall[3] = { 235, 17, 240 };

	for (int n = 0; n < 32; n++) {
		struct pmk_layout in = { .width = sizes[n % 8][0],
			.height = sizes[n % 8][1],
			.chroma = n / 8 & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420,
			.range = n & 16 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED };
		bool full = in.range == PMK_RANGE_FULL;
		struct pmk_image frame, out;
		struct pmk_mask mask;
		uint32_t seed = (uint32_t)n + 1;

		make(&in, &frame, &mask);
		pmk_image_fill(&frame, wall);
		for (int y = in.height / 2; y < in.height; y++) {
			for (int x = in.width / 2; x < in.width; x++)
				mask.alpha[(size_t)y * (size_t)mask.stride + (size_t)x] = (uint8_t)unit_random(&seed);
		}
		out = softened(&frame, &mask, 1 + n % 20);
		for (int p = 0; p < 3; p++) {
			uint8_t truth = wall[p];

			if (full)
				pmk_colour_row_to_limited(&wall[p], &truth, 1, p);
			assert_in_range(range_of(&out, p), 0, full);
			assert_true(abs(*sample(&out, p, 0, 0) - truth) <= full);
		}
		pmk_image_free(&out);
		pmk_image_free(&frame);
		pmk_mask_free(&mask);
	}
}

/* The tiniest pictures, and large ones for each grid; every level of the CPU gives the same bytes. */
static void test_sizes_and_levels(void **state)
{
	for (int n = 0; n < 84; n++) {
		struct pmk_layout layout = { .width = n < 80 ? 1 + n * 7 % 41 : 1000 << (n - 80) / 2,
			.height = 1 + n * 11 % 37,
			.chroma = n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420 };
		struct pmk_image frame, first = { 0 };
		struct pmk_mask mask;
		uint32_t seed = (uint32_t)n + 1;

		make(&layout, &frame, &mask);
		for (int p = 0; p < 3; p++) {
			for (int i = 0; i < frame.stride[p] * pmk_layout_plane_height(&layout, p); i++)
				frame.plane[p][i] = (uint8_t)unit_random(&seed);
		}
		for (int i = 0; i < mask.stride * mask.height; i++)
			mask.alpha[i] = i / 7 % 3 ? 0 : (uint8_t)unit_random(&seed);
		for (int level = 0; level < PMK_CPU_LEVELS; level++) {
			struct pmk_image out;

			if (!pmk_cpu_has((enum pmk_cpu_level)level))
				continue;
			assert_int_equal(pmk_cpu_force(pmk_cpu_name((enum pmk_cpu_level)level)), 0);
			out = softened(&frame, &mask, 1 + n % 20);
			for (int p = 0; p < 3 && level != PMK_CPU_BASE; p++) {
				for (int y = 0; y < pmk_layout_plane_height(&layout, p); y++)
					assert_memory_equal(sample(&out, p, 0, y), sample(&first, p, 0, y),
						(size_t)pmk_layout_plane_width(&layout, p));
			}
			if (level != PMK_CPU_BASE)
				pmk_image_free(&out);
			else
				first = out;
		}
		pmk_image_free(&first);
		pmk_image_free(&frame);
		pmk_mask_free(&mask);
	}
	assert_int_equal(pmk_cpu_force("auto"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_halo),
		cmocka_unit_test(test_fills_from_nearby),
		cmocka_unit_test(test_discs),
		cmocka_unit_test(test_plain_wall),
		cmocka_unit_test(test_sizes_and_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
