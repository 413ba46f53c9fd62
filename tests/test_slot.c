/* SPDX-License-Identifier: MIT */
/* Tests of base/slot. They are run under the thread sanitizer, too. */
#include "unit.h"

#include "base/clock.h"
#include "base/slot.h"

#include <stdatomic.h>

enum { ITEMS = 20000 };
static int items[ITEMS];
static atomic_int dropped;

static void drop(void *item)
{
	int *number = item;

	*number = -1; /* races with the reader if an item is ever dropped after it was taken */
	atomic_fetch_add(&dropped, 1);
}

static void test_latest_wins(void **state)
{
	struct pmk_slot slot;
	int a = 1, b = 2;

	atomic_store(&dropped, 0);
	assert_int_equal(pmk_slot_init(&slot, drop), 0);
	pmk_slot_put(&slot, &a);
	pmk_slot_put(&slot, &b);
	assert_int_equal(atomic_load(&dropped), 1);
	assert_int_equal(a, -1);
	assert_int_equal(pmk_slot_replaced(&slot), 1);
	assert_ptr_equal(pmk_slot_take(&slot, 0), &b);
	assert_null(pmk_slot_take(&slot, 0));
	pmk_slot_finish(&slot);
}

static void test_waits_until_deadline(void **state)
{
	struct pmk_slot slot;
	uint64_t deadline = pmk_clock_now_ns() + 20 * PMK_MS_NS;

	assert_int_equal(pmk_slot_init(&slot, drop), 0);
	assert_null(pmk_slot_take(&slot, deadline));
	assert_true(pmk_clock_now_ns() >= deadline);
	pmk_slot_finish(&slot);
}

static void test_close_gives_the_last_then_nothing(void **state)
{
	struct pmk_slot slot;
	int a = 1, b = 2;

	atomic_store(&dropped, 0);
	assert_int_equal(pmk_slot_init(&slot, drop), 0);
	pmk_slot_put(&slot, &a);
	pmk_slot_close(&slot);
	pmk_slot_put(&slot, &b);
	assert_int_equal(b, -1);
	assert_ptr_equal(pmk_slot_take(&slot, UINT64_MAX / 2), &a);
	assert_null(pmk_slot_take(&slot, pmk_clock_now_ns() + 3600 * PMK_S_NS));
	pmk_slot_finish(&slot);
}

static void *produce(void *arg)
{
	for (int i = 0; i < ITEMS; i++) {
		items[i] = i;
		pmk_slot_put(arg, &items[i]);
	}
	pmk_slot_close(arg);
	return NULL;
}

/* Each item is either taken, in rising order, or dropped; none is handled twice, none is lost. */
static void test_two_threads(void **state)
{
	struct pmk_slot slot;
	pthread_t producer;
	int taken = 0, last = -1, *item;

	atomic_store(&dropped, 0);
	assert_int_equal(pmk_slot_init(&slot, drop), 0);
	assert_int_equal(pthread_create(&producer, NULL, produce, &slot), 0);
	while ((item = pmk_slot_take(&slot, pmk_clock_now_ns() + 60 * PMK_S_NS))) {
		assert_true(*item > last);
		last = *item;
		taken++;
	}
	pthread_join(producer, NULL);
	assert_int_equal(last, ITEMS - 1);
	assert_int_equal(taken + atomic_load(&dropped), ITEMS);
	assert_int_equal(pmk_slot_replaced(&slot), (uint64_t)atomic_load(&dropped));
	pmk_slot_finish(&slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_latest_wins),
		cmocka_unit_test(test_waits_until_deadline),
		cmocka_unit_test(test_close_gives_the_last_then_nothing),
		cmocka_unit_test(test_two_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
