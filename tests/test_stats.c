/* SPDX-License-Identifier: MIT */
/* Quantiles compared with their plain definition, and snapshots that do not change. */
#include "unit.h"

#include "core/stats.h"

static struct pmk_series series;
static struct pmk_snapshot snapshot;

/* By definition: the smallest of the newest durations that more than a share q of them, or all of them, do not
 * exceed. */
static double plain_quantile(const float *ms, size_t count, double q)
{
	size_t rank = (size_t)(q * (double)count);

	rank = rank < count ? rank : count - 1;
	for (size_t i = 0; i < count; i++) {
		size_t below = 0, same = 0;

		for (size_t k = 0; k < count; k++) {
			below += ms[k] < ms[i];
			same += ms[k] == ms[i];
		}
		if (below <= rank && rank < below + same)
			return ms[i];
	}
	return -1;
}

static void test_empty(void **state)
{
	series.count = 0;
	pmk_series_copy(&series, &snapshot);
	pmk_snapshot_sort(&snapshot);
	assert_int_equal(snapshot.count, 0);
	assert_true(pmk_snapshot_quantile(&snapshot, 0.5) == 0);
	assert_true(pmk_series_quantile(&series, 1) == 0);
}

/* One, a few, as many as are kept, and more than that: then the oldest are dropped. */
static void test_quantiles_as_defined(void **state)
{
	static const size_t counts[] = { 1, 2, 7, 100, PMK_SERIES_KEPT, PMK_SERIES_KEPT + 1500 };
	static const double quantiles[] = { 0, 0.01, 0.5, 0.99, 1 };
	static float all[PMK_SERIES_KEPT + 1500];
	uint32_t random = 11;

	for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
		size_t n = counts[c], kept = n < PMK_SERIES_KEPT ? n : PMK_SERIES_KEPT;

		series.count = 0;
		for (size_t i = 0; i < n; i++) {
			uint64_t ns = unit_random(&random) % 50 * 333333; /* some are equal */

			all[i] = (float)((double)ns / 1e6);
			pmk_series_add(&series, ns);
		}
		pmk_series_copy(&series, &snapshot);
		assert_int_equal(snapshot.count, kept);
		pmk_snapshot_sort(&snapshot);
		for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
			double plain = plain_quantile(all + n - kept, kept, quantiles[i]);

			assert_true(pmk_snapshot_quantile(&snapshot, quantiles[i]) == plain);
			assert_true(pmk_series_quantile(&series, quantiles[i]) == plain);
		}
	}
}

/* A snapshot is a copy: neither side sees what happens to the other. */
static void test_a_snapshot_is_apart(void **state)
{
	series.count = 0;
	pmk_series_add(&series, 3000000);
	pmk_series_add(&series, 1000000);
	pmk_series_copy(&series, &snapshot);
	pmk_series_add(&series, 2000000);
	pmk_snapshot_sort(&snapshot);
	assert_int_equal(snapshot.count, 2);
	assert_true(snapshot.ms[0] == 1 && snapshot.ms[1] == 3);
	assert_true(series.ms[0] == 3 && series.ms[1] == 1 && series.ms[2] == 2);
}

static void test_memory_of_this_process(void **state)
{
	assert_true(pmk_stats_resident_kb() > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_quantiles_as_defined),
		cmocka_unit_test(test_a_snapshot_is_apart),
		cmocka_unit_test(test_memory_of_this_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
