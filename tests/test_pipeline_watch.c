/* SPDX-License-Identifier: MIT */
/* A live pipeline that opens its camera only while somebody watches. */
#include "scripted.h"

#include "base/clock.h"

#include <unistd.h>

static void wait_camera(int open)
{
	wait_until(atomic_load(&cameras_open) == open);
}

/* While nobody watches, the camera is closed and nothing is written. When somebody does, there is a cover at once, then
 * live pictures. Afterwards the camera is closed again. */
static void test_on_demand(void **state)
{
	struct pmk_pipeline *p;
	int written;

	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	for (int round = 0; round < 3; round++) {
		wait_camera(0);
		written = seen(0).written;
		assert_int_equal(seen(0).rests, round + 1);
		assert_true(round == 0 || seen(0).last_is_cover);
		atomic_store(&camera_mode, STALL); /* no picture comes before the output's first iteration */
		atomic_store(&watch, PMK_WATCH_SOMEBODY);
		wait_written(0, written + 1);
		assert_true(seen(0).last_is_cover);
		atomic_store(&camera_mode, DELIVER);
		reach(p, PMK_STATE_LIVE);
		assert_int_equal(atomic_load(&cameras_open), 1);
		atomic_store(&watch, PMK_WATCH_NOBODY);
		reach(p, PMK_STATE_IDLE);
		assert_true(seen(0).last_is_cover);
	}
	stop(p, 0);
}

/* A viewer who is away for less than two seconds keeps the camera open; without --on-demand it is never closed. */
static void test_a_short_absence_changes_nothing(void **state)
{
	struct pmk_pipeline *p;
	uint64_t begin;
	int opens, rests;

	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	p = start_with("a!", NULL, 0, true);
	do {
		reach(p, PMK_STATE_LIVE);
		opens = atomic_load(&camera_opens);
		rests = seen(0).rests;
		begin = pmk_clock_now_ns();
		wait_written(0, seen(0).written + 2); /* so that it has looked for a viewer since */
		atomic_store(&watch, PMK_WATCH_NOBODY);
		wait_written(0, seen(0).written + 5);
		atomic_store(&watch, PMK_WATCH_SOMEBODY);
		wait_written(0, seen(0).written + 5);
	} while (pmk_clock_now_ns() - begin > PMK_S_NS); /* that was not a short one */
	assert_int_equal(atomic_load(&camera_opens), opens);
	assert_int_equal(seen(0).rests, rests);
	stop(p, 0);
	p = start("a!", NULL, 0);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	reach(p, PMK_STATE_LIVE);
	wait_written(0, seen(0).written + 5);
	assert_int_equal(seen(0).rests, 0);
	stop(p, 0);
}

/* A virtual camera that another program holds does not keep the others from starting, and is fed when it is free. */
static void test_what_is_held_is_taken_later(void **state)
{
	struct pmk_pipeline *p;

	outputs_are_optional = true;
	for (held_by_another[0] = 0; held_by_another[0] < 3; held_by_another[0] += 2) { /* the first, or the second */
		held_by_another[1] = 2 - held_by_another[0];
		p = start("a!", "b!", 0);
		reach(p, PMK_STATE_LIVE);
		wait_written(0, 5);
		wait_written(1, 5);
		assert_int_equal(seen(0).held + seen(1).held, 0);
		stop(p, 0);
	}
	held_by_another[0] = held_by_another[1] = 0;
	outputs_are_optional = false;
}

/* A virtual camera that is lost while all fall asleep, and comes back while they sleep, rests like the others. */
static void test_what_comes_back_asleep_rests(void **state)
{
	struct pmk_pipeline *p;

	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_LIVE);
	pthread_mutex_lock(&output_lock);
	outputs[0].failing_rests = 2;
	pthread_mutex_unlock(&output_lock);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	wait_until(seen(0).rests >= 3);
	assert_true(seen(0).open);
	assert_int_equal(seen(0).opens, 3);
	assert_int_equal(state_of(p), PMK_STATE_IDLE);
	stop(p, 0);
}

/* A device that is gone makes poll return at once, again and again; this must not keep a core busy. */
static void test_a_broken_watch_does_not_spin(void **state)
{
	struct pmk_pipeline *p;
	uint64_t begin;
	int fds[2], looked;

	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	atomic_store(&broken_fd, fds[0]);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	begin = pmk_clock_now_ns();
	atomic_store(&looks, 0);
	pmk_clock_sleep_until(begin + PMK_S_NS);
	looked = atomic_load(&looks);
	assert_true((uint64_t)looked <= 2 + (pmk_clock_now_ns() - begin) / (250 * PMK_MS_NS));
	stop(p, 0);
	atomic_store(&broken_fd, -1);
	close(fds[0]);
}

/* A file needs every picture, so nothing rests, whether or not somebody watches the virtual camera beside it. */
static void test_a_file_counts_as_watched(void **state)
{
	struct pmk_pipeline *p;

	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", "b", 0, true);
	reach(p, PMK_STATE_LIVE);
	wait_written(1, 5);
	assert_int_equal(seen(0).rests, 0);
	stop(p, 0);
}

static int said_waiting;

static void count_waiting(void *user, enum pmk_log_level level, const char *line)
{
	said_waiting += strstr(line, "--frames 5 counts only while") != NULL;
}

/* --frames counts only pictures that somebody gets: the run waits for a viewer, says so once, and keeps the camera
 * closed. */
static void test_counted_pictures_wait_for_somebody(void **state)
{
	struct pmk_pipeline *p;

	listener = count_waiting;
	for (int round = 0; round < 2; round++) {
		atomic_store(&watch, PMK_WATCH_NOBODY);
		said_waiting = 0;
		p = start_with("a!", NULL, 5, true);
		reach(p, PMK_STATE_IDLE);
		wait_camera(0);
		if (round == 0) {
			atomic_store(&camera_mode, STALL); /* somebody comes and leaves before there is a picture */
			atomic_store(&watch, PMK_WATCH_SOMEBODY);
			wait_until(state_of(p) != PMK_STATE_IDLE);
			atomic_store(&watch, PMK_WATCH_NOBODY);
			reach(p, PMK_STATE_IDLE);
			atomic_store(&camera_mode, DELIVER);
			atomic_store(&watch, PMK_WATCH_SOMEBODY);
			reach(p, PMK_STATE_ENDED);
			/* a repeat, because of a late picture, does not count */
			assert_int_equal(report_of(p).written, 5);
		}
		stop(p, 0); /* this time it is stopped while it waits */
		assert_int_equal(said_waiting, 1);
	}
}

/* A picture that was captured before the viewer came is not shown, however late it arrives. */
static void test_nothing_old_is_shown_to_who_comes(void **state)
{
	struct pmk_pipeline *p;
	struct output now;

	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	wait_camera(0);
	now = seen(0);
	atomic_store(&camera_mode, OLD);
	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	wait_written(0, now.written + 10);
	now = seen(0);
	assert_true(now.covers_in_a_row >= 10);
	assert_int_equal(state_of(p), PMK_STATE_OPENING);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* If it is woken while the camera is away, it shows the cover, and is live when the camera is back. If it is stopped
 * while asleep, it stops at once. */
static void test_woken_without_a_camera(void **state)
{
	struct pmk_pipeline *p;

	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	wait_camera(0);
	atomic_store(&open_failures, 2);
	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	reach(p, PMK_STATE_LIVE);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	reach(p, PMK_STATE_IDLE);
	stop(p, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_on_demand, clear_up),
		cmocka_unit_test_teardown(test_a_short_absence_changes_nothing, clear_up),
		cmocka_unit_test_teardown(test_what_is_held_is_taken_later, clear_up),
		cmocka_unit_test_teardown(test_what_comes_back_asleep_rests, clear_up),
		cmocka_unit_test_teardown(test_a_broken_watch_does_not_spin, clear_up),
		cmocka_unit_test_teardown(test_a_file_counts_as_watched, clear_up),
		cmocka_unit_test_teardown(test_counted_pictures_wait_for_somebody, clear_up),
		cmocka_unit_test_teardown(test_nothing_old_is_shown_to_who_comes, clear_up),
		cmocka_unit_test_teardown(test_woken_without_a_camera, clear_up),
	};

	return cmocka_run_group_tests(tests, write_network, remove_network);
}
