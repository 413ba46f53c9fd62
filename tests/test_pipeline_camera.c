/* SPDX-License-Identifier: MIT */
/* The live pipeline when its camera stalls, is lost, comes back in another shape, or is not there yet. */
#include "scripted.h"

#include "base/clock.h"

#include <errno.h>

/* When pictures stop, the cover is shown and stays; when they come again, the pipeline is live. Checked by the states
 * and by what was written. */
static void test_a_stall_is_covered(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);
	struct output before;

	reach(p, PMK_STATE_LIVE);
	dry_up(STALL);
	printf("covered %d ms after the last picture\n", reach(p, PMK_STATE_COVERED));
	wait_until(seen(0).last_is_cover);
	before = seen(0);
	assert_true(before.least_ns >= 200 * PMK_MS_NS); /* a camera's jitter must not flash the cover */
	wait_written(0, before.written + 10); /* a live output keeps its rate */
	assert_true(seen(0).covers_in_a_row >= before.covers_in_a_row + 10);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* The camera goes, is not there at the first tries, and comes back with another size, sampling, range and matrix. */
static void test_a_lost_camera_comes_back(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	atomic_store(&open_failures, 2);
	atomic_store(&camera_width, 640);
	dry_up(LOSE);
	wait_opens(3); /* it was lost, and both attempts have failed */
	reach(p, PMK_STATE_COVERED);
	assert_true(seen(0).open);
	atomic_store(&camera_mode, DELIVER);
	wait_opens(4);
	reach(p, PMK_STATE_LIVE);
	wait_written(0, seen(0).written + 5);
	stop(p, 0);
}

/* Pictures of another size come in mid-stream: they are fitted, and the camera stays open. */
static void test_a_size_that_changes(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	for (int i = 0; i < 4; i++) {
		atomic_store(&camera_width, i % 2 ? 320 : 640);
		wait_written(0, seen(0).written + 5);
	}
	reach(p, PMK_STATE_LIVE);
	assert_int_equal(atomic_load(&camera_opens), 1);
	stop(p, 0);
}

/* A camera that is there but gives nothing is opened again. */
static void test_a_silent_camera_is_opened_again(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	dry_up(STALL);
	wait_opens(2);
	reach(p, PMK_STATE_COVERED);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

static int said_back, said_silent, said_trouble;

static void count_words(void *user, enum pmk_log_level level, const char *line)
{
	said_back += strstr(line, "the camera is back") != NULL;
	said_silent += strstr(line, "no picture for") != NULL;
	said_trouble += strstr(line, "scripted: the input has no signal") != NULL;
}

/* A camera that can be opened is not yet back: its silence is logged once, and its return once. */
static void test_a_silent_camera_is_spoken_of_once(void **state)
{
	struct pmk_pipeline *p;

	said_back = said_silent = 0;
	listener = count_words;
	p = start("a!", NULL, 0);
	reach(p, PMK_STATE_LIVE);
	dry_up(STALL);
	wait_opens(3);
	reach(p, PMK_STATE_COVERED);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
	assert_int_equal(said_silent, 1);
	assert_int_equal(said_back, 1);
}

/* A camera that says why it gives nothing: the cover says it, too, and its silence is not logged beside that. */
static void test_no_signal(void **state)
{
	struct pmk_pipeline *p;

	said_back = said_silent = said_trouble = 0;
	listener = count_words;
	p = start("a!", NULL, 0);
	reach(p, PMK_STATE_LIVE);
	dry_up(NO_SIGNAL);
	wait_until(seen(0).last_is_marked);
	wait_opens(2);
	wait_until(seen(0).last_is_marked);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
	assert_int_equal(said_silent, 0);
	assert_int_equal(said_trouble, 1);
	assert_int_equal(said_back, 1);
}

/* A camera that opens but fails at the first picture is tried at longer and longer intervals. */
static void test_a_camera_that_only_opens_is_tried_less_often(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	dry_up(LOSE);
	wait_opens(6);
	assert_true(atomic_load(&opened_ns[5]) - atomic_load(&opened_ns[4]) >= PMK_S_NS); /* .25, .5, 1, 1 .. */
	reach(p, PMK_STATE_COVERED);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* Frames left unread because of --cpu-limit are not also counted as lost by the camera. */
static void test_what_is_left_out_is_counted_once(void **state)
{
	struct pmk_pipeline_report early, late;
	struct pmk_pipeline *p;

	cpu_limit = 0.0001; /* so that as few pictures as possible are taken: one of seven */
	drops = 5;
	p = start("a!", NULL, 0);
	wait_until((early = report_of(p)).left_out >= 12);
	wait_until((late = report_of(p)).captured >= early.captured + 5);
	assert_true(early.dropped > 0); /* before the limit was noticed */
	assert_true(late.left_out > early.left_out);
	assert_int_equal(late.dropped, early.dropped);
	stop(p, 0);
}

/* The cover says why while the camera is away, and is plain again once it is back for good. */
static void test_the_cover_says_why(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);
	struct output before;

	reach(p, PMK_STATE_LIVE);
	assert_int_equal(seen(0).marks, 0);
	atomic_store(&open_failures, 2);
	dry_up(LOSE);
	wait_opens(3);
	reach(p, PMK_STATE_COVERED);
	wait_until(seen(0).last_is_marked);
	before = seen(0);
	wait_written(0, before.written + 3);
	assert_true(seen(0).marks >= before.marks + 3);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	wait_until(!seen(0).last_is_cover);
	before = seen(0);
	dry_up(HANG); /* which nobody notices, so that there is nothing to say */
	reach(p, PMK_STATE_COVERED);
	wait_until(seen(0).last_is_cover);
	wait_written(0, seen(0).written + 3);
	assert_true(seen(0).covers_in_a_row >= 3);
	assert_int_equal(seen(0).marks, before.marks);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* With --wait, the outputs are there from the start with a cover that says why, and are live once a camera comes,
 * whatever its shape. */
static void test_waits_for_a_camera(void **state)
{
	struct pmk_pipeline_settings settings = { .camera = "scripted",
		.wait = true,
		.wish = { .width = 320, .height = 180, .fps = 50 },
		.outputs = { "a!" },
		.output_count = 1,
		.scene = { .threads = 1, .backdrop = "green", .refine = { .threshold = -1 } } };
	struct pmk_pipeline *p = NULL;
	struct output now;
	enum pmk_part part;

	assert_int_equal(pmk_spec_copy(settings.scene.model, network), 0);
	unit_catch_log();
	memset(outputs, 0, sizeof outputs);
	atomic_store(&camera_mode, DELIVER);
	atomic_store(&camera_width, 640);
	atomic_store(&camera_opens, 0);
	atomic_store(&open_failures, 1000);
	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), 0);
	running = p;
	assert_int_equal(pmk_pipeline_start(p, &part), 0);
	wait_opens(3);
	reach(p, PMK_STATE_COVERED);
	wait_written(0, seen(0).written + 3);
	now = seen(0);
	assert_true(now.last_is_marked);
	assert_int_equal(now.written, now.covers);
	atomic_store(&open_failures, 0);
	reach(p, PMK_STATE_LIVE);
	wait_written(0, seen(0).written + 3);
	assert_false(seen(0).last_is_marked);
	stop(p, 0);

	strcpy(settings.camera, "file:missing"); /* a missing file is not waited for */
	atomic_store(&open_failures, 1);
	p = NULL;
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), -ENODEV);
	assert_null(p);
}

static void test_no_camera_at_the_start(void **state)
{
	struct pmk_pipeline_settings settings = { .camera = "scripted",
		.outputs = { "a" },
		.output_count = 1,
		.scene = { .model = "selfie", .threads = 1, .backdrop = "green" } };
	struct pmk_pipeline *p = NULL;
	enum pmk_part part;

	memset(outputs, 0, sizeof outputs);
	atomic_store(&open_failures, 1);
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), -ENODEV);
	assert_int_equal(part, PMK_PART_CAMERA);
	strcpy(settings.scene.backdrop, "color:nonsense");
	unit_catch_log();
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), -EINVAL);
	pmk_log_redirect(NULL, NULL);
	assert_int_equal(part, PMK_PART_SCENE);
	assert_null(p);
	assert_false(outputs[0].open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_a_stall_is_covered, clear_up),
		cmocka_unit_test_teardown(test_a_lost_camera_comes_back, clear_up),
		cmocka_unit_test_teardown(test_a_size_that_changes, clear_up),
		cmocka_unit_test_teardown(test_a_silent_camera_is_opened_again, clear_up),
		cmocka_unit_test_teardown(test_a_silent_camera_is_spoken_of_once, clear_up),
		cmocka_unit_test_teardown(test_no_signal, clear_up),
		cmocka_unit_test_teardown(test_a_camera_that_only_opens_is_tried_less_often, clear_up),
		cmocka_unit_test_teardown(test_what_is_left_out_is_counted_once, clear_up),
		cmocka_unit_test_teardown(test_the_cover_says_why, clear_up),
		cmocka_unit_test_teardown(test_waits_for_a_camera, clear_up),
		cmocka_unit_test_teardown(test_no_camera_at_the_start, clear_up),
	};

	return cmocka_run_group_tests(tests, write_network, remove_network);
}
