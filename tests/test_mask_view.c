/* SPDX-License-Identifier: MIT */
/* The small copy of the mask: only on demand, true to the mask, and none where there is none. */
#include "unit.h"

#include "base/clock.h"
#include "core/mask_view.h"

#include <errno.h>

static struct pmk_mask_view view;

struct looker {
	pthread_t thread;
	int err;
	struct pmk_mask copy;
};

static void *look(void *user)
{
	struct looker *l = user;

	l->err = pmk_mask_view_look(&view, &l->copy);
	return NULL;
}

/* As the scene's thread does for each picture, until the looker has got one. On a busy machine, its time may be over
 * before that: it looks again. */
static void show_to(struct looker *l, const struct pmk_mask *mask)
{
	do {
		*l = (struct looker){ .err = 1 };
		assert_int_equal(pthread_create(&l->thread, NULL, look, l), 0);
		while (pthread_tryjoin_np(l->thread, NULL)) {
			if (pmk_mask_view_is_wanted(&view, pmk_clock_now_ns()))
				pmk_mask_view_take(&view, mask, pmk_clock_now_ns());
			pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
		}
	} while (mask && l->err == -ENODATA);
}

static struct pmk_mask half_white(int width, int height)
{
	struct pmk_mask mask;

	assert_int_equal(pmk_mask_alloc(&mask, width, height), 0);
	for (int y = 0; y < height; y++)
		memset(mask.alpha + (size_t)y * mask.stride, 255, (size_t)width / 2);
	return mask;
}

static void test_copy(void **state)
{
	static const int sizes[][4] = { { 1280, 720, 320, 180 }, { 720, 1280, 180, 320 }, { 90, 160, 90, 160 },
		{ 4000, 2, 320, 1 } };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct pmk_mask mask = half_white(sizes[i][0], sizes[i][1]);
		struct looker l;

		show_to(&l, &mask);
		assert_int_equal(l.err, 0);
		assert_int_equal(l.copy.width, sizes[i][2]);
		assert_int_equal(l.copy.height, sizes[i][3]);
		for (int y = 0; y < l.copy.height; y++) {
			const uint8_t *row = l.copy.alpha + (size_t)y * l.copy.stride;

			assert_int_equal(row[0], 255);
			assert_int_equal(row[l.copy.width / 2 - 2], 255);
			assert_int_equal(row[l.copy.width / 2 + 2], 0);
			assert_int_equal(row[l.copy.width - 1], 0);
		}
		pmk_mask_free(&l.copy);
		pmk_mask_free(&mask);
	}
}

static void test_none(void **state)
{
	struct pmk_mask mask = half_white(64, 64);
	struct looker l;

	show_to(&l, &mask);
	pmk_mask_free(&l.copy);
	show_to(&l, NULL); /* a cover: the mask before it does not count any more */
	assert_int_equal(l.err, -ENODATA);
	pmk_mask_free(&mask);
}

/* Nobody pays for a mask that nobody looks at. */
static void test_on_demand(void **state)
{
	struct pmk_mask mask = half_white(64, 64);
	struct looker l;

	assert_false(pmk_mask_view_is_wanted(&view, pmk_clock_now_ns()));
	show_to(&l, &mask);
	assert_true(pmk_mask_view_is_wanted(&view, 1));
	assert_false(pmk_mask_view_is_wanted(&view, pmk_clock_now_ns() + 2 * PMK_S_NS));
	pmk_mask_free(&l.copy);
	pmk_mask_free(&mask);
}

static int set_up(void **state)
{
	memset(&view, 0, sizeof view);
	pmk_mask_view_init(&view);
	return 0;
}

static int tear_down(void **state)
{
	pmk_mask_view_finish(&view);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_copy, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_on_demand, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
