/* SPDX-License-Identifier: MIT */
/* Joining two tiles: what both see at the same place appears there once, and a tile has no weight at its own inner
 * border. */
#include "unit.h"

#include "find/tiles.h"

#include <math.h>

enum { N = 64 };
static const struct pmk_rect view = { -20, 10, 1300, 720 };
static const struct pmk_rect tile[2] = { { -20, 10, 720, 720 }, { 560, 10, 720, 720 } };

static int setup(void **state)
{
	struct pmk_tiles *t = calloc(1, sizeof *t);

	*state = t;
	return !t || pmk_tiles_init(t, N, N) != 0;
}

static int teardown(void **state)
{
	struct pmk_tiles *t = *state;

	pmk_tiles_finish(t);
	free(t);
	return 0;
}

/* The middle of pixel x of a part of the picture. */
static double middle(const struct pmk_rect *r, int x)
{
	return r->x + (x + 0.5) * r->width / N;
}

static void test_a_slope_stays_one(void **state)
{
	struct pmk_tiles *t = *state;
	float right[N * N];

	for (int i = 0; i < N * N; i++) {
		t->left[i] = (float)(middle(&tile[0], i % N) / 2000 + 0.1 + i / N * 0.001);
		right[i] = (float)(middle(&tile[1], i % N) / 2000 + 0.1 + i / N * 0.001);
	}
	pmk_tiles_join(t, &view, tile, right);
	for (int i = 0; i < N * N; i++) {
		double expected = middle(&view, i % N) / 2000 + 0.1 + i / N * 0.001;
		/* half a pixel of a tile, at the ends of the view */
		assert_true(fabs(t->joined[i] - expected) < 0.004);
	}
}

static void test_no_say_at_its_own_border(void **state)
{
	struct pmk_tiles *t = *state;
	float right[N * N] = { 0 }, before = 1;

	for (int i = 0; i < N * N; i++)
		t->left[i] = 1;
	pmk_tiles_join(t, &view, tile, right);
	for (int x = 0; x < N; x++) {
		double px = middle(&view, x);
		float p = t->joined[x];

		if (px <= tile[1].x)
			assert_true(p == 1);
		if (px >= tile[0].x + tile[0].width - 10)
			assert_true(p == 0);
		assert_true(p <= before && before - p < 0.5f);
		before = p;
	}
	assert_memory_equal(t->joined, t->joined + N * (N - 1), N * sizeof *t->joined);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_slope_stays_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_say_at_its_own_border, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
