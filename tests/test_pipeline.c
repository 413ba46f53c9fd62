/* SPDX-License-Identifier: MIT */
/* The live pipeline: its beginning and end, and what its outputs get, lost and blocked ones among them. */
#include "scripted.h"

#include "base/clock.h"
#include "core/retry.h"

#include <errno.h>
#include <poll.h>

static void test_live_and_stopped(void **state)
{
	struct pmk_pipeline *p = start("a", "b", 0);

	reach(p, PMK_STATE_LIVE);
	wait_written(0, 10);
	wait_written(1, 10);
	stop(p, 0);
}

static void test_ends(void **state)
{
	struct pmk_pipeline *p = start("a", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	atomic_store(&camera_mode, END);
	reach(p, PMK_STATE_ENDED);
	stop(p, 0);

	p = start("a", NULL, 7);
	reach(p, PMK_STATE_ENDED);
	assert_int_equal(seen(0).written - seen(0).covers, 7);
	stop(p, 0);
}

/* An output without a rate never gets the same picture twice. The camera hangs, so that no new cover comes to say that
 * it is silent. */
static void test_only_live_outputs_get_repeats(void **state)
{
	struct pmk_pipeline *p = start("a!", "b", 0);
	int before;

	reach(p, PMK_STATE_LIVE);
	dry_up(HANG);
	drain(1);
	wait_until(seen(1).last_is_cover);
	before = seen(1).written;
	wait_written(0, seen(0).written + 10);
	assert_int_equal(seen(1).written, before);
	assert_int_equal(seen(1).covers_in_a_row, 1);
	atomic_store(&camera_mode, STALL);
	stop(p, 0);
}

static void test_a_lost_output_leaves_the_others(void **state)
{
	struct pmk_pipeline *p;
	struct pollfd event;
	enum pmk_part part = PMK_PART_NONE;

	p = start("a", "b", 0);
	fail_after(1, 3);
	assert_false(pmk_pipeline_output_ended(p, 1));
	wait_until(!seen(1).open);
	wait_written(0, seen(0).written + 5);
	wait_until(pmk_pipeline_output_ended(p, 1));
	assert_false(pmk_pipeline_output_ended(p, 0));
	reach(p, PMK_STATE_LIVE);
	fail_after(0, 1);
	event = (struct pollfd){ .fd = pmk_pipeline_event_fd(p), .events = POLLIN };
	assert_int_equal(poll(&event, 1, 60000), 1);
	assert_int_equal(state_of(p), PMK_STATE_FAILED);
	assert_int_equal(stop_slowly(p, &part), -ENODEV);
	assert_int_equal(part, PMK_PART_OUTPUT);
	stop(p, -ENODEV);
}

/* A virtual camera that is lost is opened again, and holds the cover from its first moment. */
static void test_a_lost_virtual_camera_comes_back(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);
	int opens = seen(0).opens;

	reach(p, PMK_STATE_LIVE);
	fail_after(0, 1);
	wait_until(seen(0).opens > opens);
	assert_true(seen(0).opened_covered);
	reach(p, PMK_STATE_LIVE);
	fail_after(0, 0);
	wait_until(seen(0).open);
	wait_written(0, seen(0).written + 5);
	stop(p, 0);
}

/* If a driver does not return, the outputs are still covered and closed. */
static void test_a_hanging_driver_does_not_hold_the_outputs(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);
	enum pmk_part part;

	reach(p, PMK_STATE_LIVE);
	dry_up(HANG);
	reach(p, PMK_STATE_COVERED);
	assert_int_equal(pmk_pipeline_stop(p, &part), -ETIMEDOUT);
	wait_until(!seen(0).open);
	assert_true(seen(0).closed_covered);
	atomic_store(&camera_mode, STALL);
	stop(p, 0);
}

/* If nobody reads a pipe, or a file system hangs, the virtual camera goes on, is covered in time, and is left
 * covered. */
static void test_a_blocked_output_holds_nobody_up(void **state)
{
	struct pmk_pipeline *p = start("b", "a!", 0);
	enum pmk_part part;

	reach(p, PMK_STATE_LIVE);
	atomic_store(&one_blocks, false);
	atomic_store(&others_block, true);
	wait_until(atomic_load(&one_blocks));
	wait_written(0, seen(0).written + 10);
	dry_up(STALL);
	reach(p, PMK_STATE_COVERED);
	wait_until(seen(0).last_is_cover);
	assert_int_equal(pmk_pipeline_stop(p, &part), -ETIMEDOUT);
	wait_until(!seen(0).open);
	assert_true(seen(0).closed_covered);
	assert_true(seen(1).open);
	atomic_store(&others_block, false);
	stop(p, 0);
}

/* The thread that pmk_pipeline_hangs would report `after_ns` after `begin_ns` if nothing had moved since. Outputs that
 * check the clock always would be reported, sooner than all others. */
static const char *hangs(struct pmk_pipeline *p, uint64_t begin_ns, uint64_t after_ns)
{
	const char *part = pmk_pipeline_hangs(p, begin_ns + after_ns);

	return part ? part : "nothing";
}

/* A picture that is never finished is noticed, but not before the longest time that a network could take; covers go on
 * meanwhile. */
static void test_a_hanging_scene_is_noticed(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);
	uint64_t begin;

	reach(p, PMK_STATE_LIVE);
	atomic_store(&scene_blocks, true);
	wait_until(atomic_load(&scene_is_blocked));
	reach(p, PMK_STATE_COVERED);
	wait_until(seen(0).covers_in_a_row >= 10);
	begin = pmk_clock_now_ns();
	wait_written(0, seen(0).written + 10);
	assert_string_equal(hangs(p, begin, 60 * PMK_S_NS), "scene");
	assert_string_equal(hangs(p, begin, 30 * PMK_S_NS), "output");
	assert_string_equal(hangs(p, pmk_clock_now_ns(), 0), "nothing");
	atomic_store(&scene_blocks, false);
	reach(p, PMK_STATE_LIVE);
	wait_until(strcmp(hangs(p, begin, 60 * PMK_S_NS), "output") == 0);
	stop(p, 0);
}

/* A driver that does not return is noticed, but neither a camera that is away, however long, nor one that gives
 * nothing. */
static void test_a_hanging_camera_is_noticed(void **state)
{
	static const enum camera_mode modes[] = { DELIVER, STALL, LOSE, HANG, DELIVER };
	struct pmk_pipeline *p = start("a!", NULL, 0);
	uint64_t begin;

	reach(p, PMK_STATE_LIVE);
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		int opens;

		set_mode(modes[i]);
		begin = pmk_clock_now_ns();
		opens = atomic_load(&camera_opens);
		if (modes[i] == LOSE)
			wait_opens(opens + 2);
		wait_written(0, seen(0).written + 20);
		/* when no scene is being made just now */
		wait_until(strcmp(hangs(p, begin, 180 * PMK_S_NS), modes[i] == HANG ? "camera" : "output") == 0);
		wait_until(strcmp(hangs(p, begin, 170 * PMK_S_NS), "output") == 0);
		assert_string_equal(hangs(p, pmk_clock_now_ns(), 0), "nothing");
	}
	stop(p, 0);
}

/* In an idle pipeline, nothing moves for hours except that the outputs check for a viewer; without on-demand a scene
 * that gets no frame waits as long. */
static void test_who_waits_does_not_hang(void **state)
{
	struct pmk_pipeline *p;
	uint64_t begin = pmk_clock_now_ns();

	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	wait_until(atomic_load(&cameras_open) == 0);
	wait_until(strcmp(hangs(p, begin, 3600 * PMK_S_NS), "output") == 0); /* when it has come to rest */
	assert_string_equal(hangs(p, pmk_clock_now_ns(), 0), "nothing");
	stop(p, 0);
}

/* Sorting is the slow part. While one thread sorts, another gets the same figures, and pictures are written: so no lock
 * is held. */
static void *report_too(void *arg)
{
	report_of(running);
	return NULL;
}

static atomic_int sorts;

static void report_from_another_thread(void)
{
	struct timespec late;
	pthread_t other;
	int written;

	if (atomic_fetch_add(&sorts, 1))
		return; /* the other thread's sort, or a later one of the same report */
	written = seen(0).written;
	assert_int_equal(pthread_create(&other, NULL, report_too, NULL), 0);
	clock_gettime(CLOCK_REALTIME, &late);
	late.tv_sec += 60;
	assert_int_equal(pthread_timedjoin_np(other, NULL, &late), 0);
	wait_written(0, written + 3);
}

static void test_figures_hold_nobody_up(void **state)
{
	struct pmk_pipeline *p = start("a", "b", 0);
	struct pmk_pipeline_report report;

	reach(p, PMK_STATE_LIVE);
	wait_written(0, 10);
	for (int first = 0; first > -5; first--) { /* check each of the five sorts of a report, one after the other */
		atomic_store(&sorts, first);
		atomic_store(&while_sorting, report_from_another_thread);
		report = report_of(p);
		atomic_store(&while_sorting, NULL);
		assert_int_equal(atomic_load(&sorts), first + 10);
		assert_true(report.latency_ms_p50 > 0 && report.latency_ms_p99 >= report.latency_ms_p50);
	}
	stop(p, 0);
}

static void test_pauses_grow(void **state)
{
	static const uint64_t pauses_ms[] = { 250, 500, 1000, 1000, 1000 };
	uint64_t pause_ns = 0;

	for (size_t i = 0; i < sizeof pauses_ms / sizeof pauses_ms[0]; i++) {
		pause_ns = pmk_retry_pause(pause_ns);
		assert_int_equal(pause_ns, pauses_ms[i] * PMK_MS_NS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_live_and_stopped, clear_up),
		cmocka_unit_test_teardown(test_ends, clear_up),
		cmocka_unit_test_teardown(test_only_live_outputs_get_repeats, clear_up),
		cmocka_unit_test_teardown(test_a_lost_output_leaves_the_others, clear_up),
		cmocka_unit_test_teardown(test_a_lost_virtual_camera_comes_back, clear_up),
		cmocka_unit_test_teardown(test_a_hanging_driver_does_not_hold_the_outputs, clear_up),
		cmocka_unit_test_teardown(test_a_blocked_output_holds_nobody_up, clear_up),
		cmocka_unit_test_teardown(test_a_hanging_scene_is_noticed, clear_up),
		cmocka_unit_test_teardown(test_a_hanging_camera_is_noticed, clear_up),
		cmocka_unit_test_teardown(test_who_waits_does_not_hang, clear_up),
		cmocka_unit_test_teardown(test_figures_hold_nobody_up, clear_up),
		cmocka_unit_test(test_pauses_grow),
	};

	return cmocka_run_group_tests(tests, write_network, remove_network);
}
