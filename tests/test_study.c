/* SPDX-License-Identifier: MIT */
/* Several looks at one picture, on drawn looks: what is sure counts more, looks at different parts meet without a
 * border, and head and hands are looked at by themselves. */
#include "unit.h"

#include "find/study.h"

#include <math.h>

enum { N = 64, W = 640, H = 480 };
static const struct pmk_rect all = { 0, 0, W, H };

static int setup(void **state)
{
	struct pmk_study *s = calloc(1, sizeof *s);

	*state = s;
	return !s || pmk_study_init(s, N, N) != 0;
}

static int teardown(void **state)
{
	struct pmk_study *s = *state;

	pmk_study_finish(s);
	free(s);
	return 0;
}

static void fill(float *look, float p)
{
	for (int i = 0; i < N * N; i++)
		look[i] = p;
}

/* Join looks at the whole picture that see p and q everywhere. */
static float join(struct pmk_study *s, float p, float q)
{
	float look[N * N];

	pmk_study_begin(s, &all, W, H);
	fill(look, p);
	pmk_study_add(s, &all, look, 1);
	fill(look, q);
	pmk_study_add(s, &all, look, 1);
	pmk_study_end(s, look);
	for (int i = 1; i < N * N; i++)
		assert_true(look[i] == look[0]);
	return look[0];
}

static void test_the_surer_one_counts_more(void **state)
{
	assert_true(join(*state, 0.95f, 0.4f) > 0.8f);
	assert_true(join(*state, 0.05f, 0.6f) < 0.2f);
	assert_true(fabsf(join(*state, 0.9f, 0.1f) - 0.5f) < 1e-5f);
	for (int i = 0; i <= 20; i++)
		assert_true(fabsf(join(*state, (float)i / 20, (float)i / 20) - (float)i / 20) < 1e-5f);
}

/* A look at a part fades out towards its own borders, but not at the picture's. */
static void test_no_say_at_its_own_border(void **state)
{
	const struct pmk_rect part = { 0, 100, 320, 320 };
	float look[N * N];

	pmk_study_begin(*state, &all, W, H);
	fill(look, 0.05f);
	pmk_study_add(*state, &all, look, 1);
	fill(look, 0.95f);
	pmk_study_add(*state, &part, look, 1);
	pmk_study_end(*state, look);
	for (int y = 0; y < N; y++) {
		for (int x = 0; x < N; x++) {
			int right = x * W / N, down = y * H / N;
			float p = look[y * N + x];

			if (right > 325 || down < 90 || down > 425)
				assert_true(p < 0.06f);
			else if (right < 290 && down > 120 && down < 400)
				assert_true(fabsf(p - 0.5f) < 0.01f);
			else
				assert_true(p < 0.51f);
		}
	}
}

/* Another look's find appears at its place, with the part's own detail. */
static void test_each_at_its_place(void **state)
{
	const struct pmk_rect parts[] = { { 0, 0, W, H }, { 40, 30, 500, 440 }, { 160, 20, 300, 300 } };
	float look[N * N];

	pmk_study_begin(*state, &all, W, H);
	for (int k = 0; k < 3; k++) {
		for (int i = 0; i < N * N; i++)
			look[i] = (float)(0.1 + (parts[k].x + (i % N + 0.5) * parts[k].width / N) / 1000);
		pmk_study_add(*state, &parts[k], look, 1);
	}
	pmk_study_end(*state, look);
	for (int i = 0; i < N * N; i++)
		assert_true(fabs(look[i] - 0.1 - (i % N + 0.5) * W / N / 1000) < 0.006);
}

static void test_nothing_where_nobody_looked(void **state)
{
	const struct pmk_rect part = { 0, 0, 320, 480 };
	float look[N * N];

	pmk_study_begin(*state, &all, W, H);
	fill(look, 1);
	pmk_study_add(*state, &part, look, 1);
	pmk_study_end(*state, look);
	for (int i = 0; i < N * N; i++)
		assert_true(look[i] == (i % N < N / 2 ? 1 : 0));
}

static void test_mirror(void **state)
{
	float pixels[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18 };
	const float mirrored[] = { 7, 8, 9, 4, 5, 6, 1, 2, 3, 16, 17, 18, 13, 14, 15, 10, 11, 12 };

	pmk_study_mirror(pixels, 3, 2, 3);
	assert_memory_equal(pixels, mirrored, sizeof pixels);
}

/* Somebody stands and raises a hand, of which the look is not sure: the box of head and hands holds the hand, ends far
 * above the feet, and nothing that is looked at is outside the picture. */
static void test_head_and_hands(void **state)
{
	struct pmk_view view = { .width = W, .height = H, .shape = 1, .people = { 260, 60, 360, 480 } };
	struct pmk_rect part[PMK_STUDY_PARTS], joined;
	float look[N * N];

	for (int i = 0; i < N * N; i++) {
		int x = i % N * W / N, y = i / N * H / N;
		bool body = x >= 260 && x < 360 && y >= 60, hand = x >= 360 && x < 450 && y >= 70 && y < 110;

		look[i] = body ? 0.98f : hand ? 0.3f : 0.01f;
	}
	assert_int_equal(pmk_study_plan(*state, &view, &all, look, part, &joined), 3);
	assert_memory_equal(&joined, &part[1], sizeof joined);
	for (int i = 0; i < 3; i++) {
		assert_true(part[i].x >= 0 && part[i].y >= 0);
		assert_true(part[i].x + part[i].width <= W && part[i].y + part[i].height <= H);
	}
	assert_true(part[1].x <= part[0].x && part[1].x + part[1].width >= part[0].x + part[0].width);
	assert_true(part[2].x <= 255 && part[2].x + part[2].width >= 450);
	assert_true(part[2].y <= 55 && part[2].y + part[2].height < 300);
	assert_int_equal(part[2].width, part[2].height);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_surer_one_counts_more, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_say_at_its_own_border, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_at_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_where_nobody_looked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mirror, setup, teardown),
		cmocka_unit_test_setup_teardown(test_head_and_hands, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
