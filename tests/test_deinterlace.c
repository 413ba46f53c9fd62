/* SPDX-License-Identifier: MIT */
/* Fields become whole pictures: the field's lines are kept, the others are the mean of their neighbours, and nothing of
 * the other field is seen. */
#include "unit.h"

#include "image/deinterlace.h"

enum { OTHER = 3 }; /* what the other field holds: a value that no mean gives */

static const struct {
	int w, h;
	enum pmk_chroma chroma;
} sizes[] = { { 16, 16, PMK_CHROMA_420 }, { 33, 18, PMK_CHROMA_422 }, { 17, 21, PMK_CHROMA_420 },
	{ 720, 486, PMK_CHROMA_422 }, { 64, 19, PMK_CHROMA_422 } };

/* A sample of line `line` of the field: a multiple of 16, so that means are exact. */
static int sample(int plane, int x, int line)
{
	return 16 + (plane * 3 + x + line * 5) % 13 * 16;
}

static void expect_whole(const struct pmk_image *m, bool bottom)
{
	for (int p = 0; p < 3; p++) {
		int rows = pmk_layout_plane_height(&m->layout, p), lines = (rows + !bottom) / 2;

		for (int y = 0; y < rows; y++)
			for (int x = 0; x < pmk_layout_plane_width(&m->layout, p); x++) {
				int above = (y - bottom + 2) / 2 - 1, below = (y - bottom + 1) / 2, want;

				above = above < 0 ? 0 : above;
				below = below > lines - 1 ? lines - 1 : below;
				want = (sample(p, x, above) + sample(p, x, below)) / 2;
				if (m->plane[p][y * m->stride[p] + x] != want)
					fail_msg("%dx%d %s plane %d at %d,%d: %d, not %d", m->layout.width,
						m->layout.height, bottom ? "bottom" : "top", p, x, y,
						m->plane[p][y * m->stride[p] + x], want);
			}
	}
}

/* Write the field's lines at `first`, `first + step` .. of each plane. */
static void write_field(struct pmk_image *m, bool bottom, int first, int step, const struct pmk_layout *whole)
{
	for (int p = 0; p < 3; p++)
		for (int i = 0; i < (pmk_layout_plane_height(whole, p) + !bottom) / 2; i++)
			for (int x = 0; x < pmk_layout_plane_width(&m->layout, p); x++)
				m->plane[p][(first + i * step) * m->stride[p] + x] = (uint8_t)sample(p, x, i);
}

static void test_fields(void **state)
{
	static const uint8_t other[3] = { OTHER, OTHER, OTHER };

	for (size_t n = 0; n < sizeof sizes / sizeof sizes[0] * 2; n++) {
		struct pmk_layout whole = { .width = sizes[n / 2].w,
			.height = sizes[n / 2].h,
			.chroma = sizes[n / 2].chroma },
				  half = whole;
		bool bottom = n % 2;
		struct pmk_image from, to, alone, field;

		half.height = (whole.height + !bottom) / 2;
		assert_int_equal(pmk_image_alloc(&from, &whole), 0);
		assert_int_equal(pmk_image_alloc(&to, &whole), 0);
		assert_int_equal(pmk_image_alloc(&alone, &half), 0);

		pmk_image_fill(&to, other); /* lines in turns, in place */
		write_field(&to, bottom, bottom, 2, &whole);
		pmk_deinterlace_turns(&to, bottom, &field);
		pmk_deinterlace(&field, bottom, &to);
		expect_whole(&to, bottom);

		pmk_image_fill(&from, other); /* one field after the other */
		pmk_image_fill(&to, other);
		write_field(&from, bottom, 0, 1, &whole);
		pmk_deinterlace_halves(&from, bottom, &field);
		pmk_deinterlace(&field, bottom, &to);
		expect_whole(&to, bottom);

		if (whole.height % 4 == 0 || whole.chroma == PMK_CHROMA_422) { /* a field by itself */
			pmk_image_fill(&to, other);
			write_field(&alone, bottom, 0, 1, &whole);
			pmk_deinterlace(&alone, bottom, &to);
			expect_whole(&to, bottom);
		}
		pmk_image_free(&from);
		pmk_image_free(&to);
		pmk_image_free(&alone);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
