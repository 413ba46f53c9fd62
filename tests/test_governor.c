/* SPDX-License-Identifier: MIT */
/* The CPU limit with a simulated load and clock: it is soon under the limit, does not oscillate, and raises the rate
 * again when it can. */
#include "unit.h"

#include "base/clock.h"
#include "core/capture/governor.h"

enum { LONGEST = 60 * 60 }; /* steps of a run */

/* A camera at `fps`: each picture taken costs `picture` seconds of CPU, and each second costs `rest` besides. */
struct load {
	struct pmk_governor governor;
	double fps, picture, rest, now, cpu, wobble;
	double times[LONGEST], cpus[LONGEST];
	int steps, changes;
	double changed; /* when it changed last, s */
	uint32_t random;
};

static void begin(struct load *l, double limit, double fps, double picture, double rest)
{
	*l = (struct load){ .fps = fps, .picture = picture, .rest = rest, .now = 100, .cpu = 7, .random = 5 };
	pmk_governor_init(&l->governor, limit, fps);
}

static void run(struct load *l, double seconds)
{
	double end = l->now + seconds;

	while (l->now < end && l->steps < LONGEST) {
		int before = l->governor.every, every;
		double wobble = 1 + l->wobble * (unit_random(&l->random) / 2147483648.0 - 1);

		l->cpu += l->picture * wobble;
		every = pmk_governor_step(&l->governor, (uint64_t)(l->now * 1e9), (uint64_t)(l->cpu * 1e9));
		l->changed = every != before ? l->now : l->changed;
		l->changes += every != before;
		l->times[l->steps] = l->now;
		l->cpus[l->steps++] = l->cpu;
		l->now += every / l->fps;
		l->cpu += l->rest * every / l->fps;
	}
}

/* The largest share over any second that begins `from` seconds after the start, or later. */
static double worst(const struct load *l, double from)
{
	double most = 0;

	for (int i = 0, k = 0; i < l->steps; i++) {
		while (k < l->steps && l->times[k] < l->times[i] + 1)
			k++;
		if (k < l->steps && l->times[i] >= 100 + from) {
			double share = (l->cpus[k] - l->cpus[i]) / (l->times[k] - l->times[i]);
			most = share > most ? share : most;
		}
	}
	return most;
}

static struct load load;

static void test_under_within_two_seconds(void **state)
{
	static const double limits[] = { 0.1, 0.2, 0.3, 0.5 }, pictures[] = { 0.002, 0.005, 0.009, 0.016 },
			    rests[] = { 0, 0.02, 0.05 };

	for (int c = 0; c < 4 * 4 * 3; c++) {
		double limit = limits[c % 4], picture = pictures[c / 4 % 4], rest = rests[c / 16],
		       least = rest + picture * 30 / 4;
		begin(&load, limit, 30, picture, rest);
		unit_catch_log();
		run(&load, 20);
		pmk_log_redirect(NULL, NULL);
		assert_int_equal(unit_log_count, least > limit); /* a limit that cannot be held is logged once */
		assert_true(least > limit || worst(&load, 2) <= limit * 1.001);
		assert_true(load.changes <= 3);
		assert_true(!load.changes || load.changed < 102); /* it stays the same from then on */
		/* the rate is not lowered further than necessary */
		assert_true(rest + picture * 30 > limit * 0.99 || load.governor.every == 1);
	}
}

static void test_no_swinging_on_a_wobbling_load(void **state)
{
	begin(&load, 0.2, 30, 0.0095, 0.01);
	load.wobble = 0.4;
	run(&load, 100);
	assert_true(load.changes <= 3);
	assert_true(worst(&load, 2) < 0.2 * 1.1);
}

static void test_it_recovers(void **state)
{
	begin(&load, 0.2, 60, 0.009, 0);
	run(&load, 5);
	assert_int_equal(load.governor.every, 3);
	load.picture = 0.002;
	run(&load, 5);
	assert_int_equal(load.governor.every, 1);
	load.picture = 0.009;
	run(&load, 3);
	assert_int_equal(load.governor.every, 3);
	assert_true(load.changes <= 5);
}

static void test_no_limit_and_slow_cameras(void **state)
{
	begin(&load, 0, 30, 1, 1);
	run(&load, 5);
	assert_int_equal(load.governor.every, 1);
	begin(&load, 0.05, 5, 0.1, 0); /* at this rate nothing can be left out */
	unit_catch_log();
	run(&load, 5);
	pmk_log_redirect(NULL, NULL);
	assert_int_equal(load.governor.every, 1);
	assert_int_equal(unit_log_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_under_within_two_seconds),
		cmocka_unit_test(test_no_swinging_on_a_wobbling_load),
		cmocka_unit_test(test_it_recovers),
		cmocka_unit_test(test_no_limit_and_slow_cameras),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
