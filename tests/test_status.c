/* SPDX-License-Identifier: MIT */
/* The end is final and makes the descriptor readable; the first error is the one that counts. */
#include "unit.h"

#include "core/status.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>

static bool readable(struct pmk_status *status)
{
	struct pollfd fd = { .fd = pmk_status_fd(status), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

static void test_the_end_is_final(void **state)
{
	static const enum pmk_state ends[] = { PMK_STATE_ENDED, PMK_STATE_FAILED };

	for (int i = 0; i < 2; i++) {
		struct pmk_status *status;

		assert_int_equal(pmk_status_create(&status), 0);
		assert_int_equal(pmk_status_get(status), PMK_STATE_OPENING);
		for (enum pmk_state s = PMK_STATE_IDLE; s <= PMK_STATE_COVERED; s++) {
			pmk_status_set(status, s);
			assert_int_equal(pmk_status_get(status), s);
			assert_false(readable(status));
		}
		pmk_status_set(status, ends[i]);
		assert_true(readable(status));
		pmk_status_set(status, PMK_STATE_LIVE);
		pmk_status_set(status, ends[1 - i]);
		assert_int_equal(pmk_status_get(status), ends[i]);
		pmk_status_destroy(status);
	}
}

static void test_the_first_error_counts(void **state)
{
	struct pmk_status *status;
	enum pmk_part part;

	assert_int_equal(pmk_status_create(&status), 0);
	assert_int_equal(pmk_status_error(status, &part), 0);
	assert_int_equal(part, PMK_PART_NONE);
	pmk_status_note_error(status, PMK_PART_OUTPUT, -ENODEV);
	pmk_status_note_error(status, PMK_PART_CAMERA, -EIO);
	assert_int_equal(pmk_status_error(status, &part), -ENODEV);
	assert_int_equal(part, PMK_PART_OUTPUT);
	pmk_status_destroy(status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_end_is_final),
		cmocka_unit_test(test_the_first_error_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
