/* SPDX-License-Identifier: MIT */
/* Tests of the inside of the own engine: results that live at the same time do not overlap, threads do each part once,
 * levels are chosen by name. */
#include "base/cpu.h"
#include "model/own/own.h"
#include "model/own/pool.h"
#include "unit.h"

#include <errno.h>
#include <stdatomic.h>

enum { MOST_PIECES = 60, ROUNDS = 400, PARTS = 1000 };

static void test_plan(void **state)
{
	struct pmk_piece pieces[MOST_PIECES];
	uint32_t seed = 20260817;

	for (int round = 0; round < ROUNDS; round++) {
		int count = 1 + (int)(unit_random(&seed) % MOST_PIECES);
		size_t whole, sum = 0;

		for (int i = 0; i < count; i++) {
			int first = (int)(unit_random(&seed) % 40);

			pieces[i] = (struct pmk_piece){ unit_random(&seed) % 5 ? unit_random(&seed) % 1000 : 0, first,
				first + (int)(unit_random(&seed) % 12), 0 };
			sum += pieces[i].size;
		}
		whole = pmk_plan(pieces, count);
		assert_true(whole <= sum);
		for (int i = 0; i < count; i++) {
			assert_true(pieces[i].offset + pieces[i].size <= whole);
			for (int j = 0; j < i; j++) {
				bool together = pieces[i].first <= pieces[j].last && pieces[j].first <= pieces[i].last;

				if (together && pieces[i].size && pieces[j].size)
					assert_true(pieces[i].offset + pieces[i].size <= pieces[j].offset ||
						pieces[j].offset + pieces[j].size <= pieces[i].offset);
			}
		}
	}
}

static void test_plan_uses_memory_again(void **state)
{
	struct pmk_piece chain[20];

	for (int i = 0; i < 20; i++)
		chain[i] = (struct pmk_piece){ 100, i, i + 1, 0 };
	assert_int_equal(pmk_plan(chain, 20), 200);
}

static void count_parts(const void *user, int first, int last, int thread)
{
	atomic_int *counts = (atomic_int *)user;

	assert_in_range(thread, 0, 2);
	for (int i = first; i < last; i++)
		atomic_fetch_add(&counts[i], 1);
}

static void test_pool(void **state)
{
	static atomic_int counts[PARTS];
	struct pmk_pool *pool;

	assert_int_equal(pmk_pool_create(3, &pool), 0);
	for (int round = 1; round <= ROUNDS; round++) {
		int parts = 1 + round * 7 % PARTS;

		memset(counts, 0, sizeof counts);
		pmk_pool_run(pool, count_parts, counts, parts);
		for (int i = 0; i < PARTS; i++)
			assert_int_equal(counts[i], i < parts);
	}
	pmk_pool_destroy(pool);
	pmk_pool_destroy(NULL);
}

static void test_levels(void **state)
{
	enum pmk_cpu_level best = PMK_CPU_BASE;

	for (int i = 0; i < PMK_CPU_LEVELS; i++) {
		const char *name = pmk_cpu_name((enum pmk_cpu_level)i);

		if (!name)
			continue;
		if (!pmk_cpu_has((enum pmk_cpu_level)i)) {
			assert_int_equal(pmk_cpu_force(name), -ENOTSUP);
			continue;
		}
		assert_int_equal(pmk_cpu_force(name), 0);
		assert_int_equal(pmk_cpu_level(), i);
		best = (enum pmk_cpu_level)i;
	}
	assert_int_equal(pmk_cpu_best(), best);
	assert_int_equal(pmk_cpu_force("mmx"), -EINVAL);
	assert_int_equal(pmk_cpu_level(), best); /* untouched */
	assert_int_equal(pmk_cpu_force(pmk_cpu_name(PMK_CPU_BASE)), 0);
	assert_int_equal(pmk_cpu_force("auto"), 0);
	assert_int_equal(pmk_cpu_level(), best);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_plan_uses_memory_again),
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
