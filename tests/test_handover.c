/* SPDX-License-Identifier: MIT */
/* Handing an item to another thread: core/handover.c. */
#include "base/clock.h"
#include "core/handover.h"
#include "unit.h"

#include <errno.h>

static struct pmk_handover handover;
static atomic_int taken;

static void *take_one(void *until_taken)
{
	while (!pmk_handover_waits(&handover))
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS / 10);
	atomic_fetch_add(&taken, *(int *)pmk_handover_take(&handover));
	pmk_handover_done(&handover);
	return NULL;
}

static void test_done(void **state)
{
	int item = 7;
	pthread_t other;

	pmk_handover_init(&handover);
	assert_false(pmk_handover_waits(&handover));
	assert_null(pmk_handover_take(&handover));
	for (int i = 1; i <= 100; i++) {
		assert_int_equal(pthread_create(&other, NULL, take_one, NULL), 0);
		pmk_handover_offer(&handover, &item);
		assert_int_equal(pmk_handover_wait(&handover, 60 * PMK_S_NS), 0);
		assert_int_equal(atomic_load(&taken), 7 * i); /* done, not only taken */
		pthread_join(other, NULL);
	}
	pmk_handover_finish(&handover);
}

/* If nobody takes an item, it is the offering thread's again, and the next offer works as if there had been none. */
static void test_taken_back(void **state)
{
	int item = 1;

	pmk_handover_init(&handover);
	pmk_handover_offer(&handover, &item);
	assert_true(pmk_handover_waits(&handover));
	assert_int_equal(pmk_handover_wait(&handover, PMK_MS_NS), -ETIMEDOUT);
	assert_false(pmk_handover_waits(&handover));
	assert_null(pmk_handover_take(&handover));
	pmk_handover_finish(&handover);
}

static void *take_none(void *unused)
{
	while (!pmk_handover_waits(&handover))
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS / 10);
	pmk_handover_close(&handover);
	return NULL;
}

/* The other thread ends meanwhile, or has ended. */
static void test_closed(void **state)
{
	pthread_t other;
	int item = 1;

	pmk_handover_init(&handover);
	assert_int_equal(pthread_create(&other, NULL, take_none, NULL), 0);
	for (int i = 0; i < 2; i++) {
		pmk_handover_offer(&handover, &item);
		assert_int_equal(pmk_handover_wait(&handover, 60 * PMK_S_NS), -ECANCELED);
		assert_false(pmk_handover_waits(&handover));
	}
	pthread_join(other, NULL);
	pmk_handover_finish(&handover);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_done),
		cmocka_unit_test(test_taken_back),
		cmocka_unit_test(test_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
