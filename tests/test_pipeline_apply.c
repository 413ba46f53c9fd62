/* SPDX-License-Identifier: MIT */
/* Settings that change while the pipeline runs: pmk_pipeline_apply between a scripted camera and outputs that check
 * every picture. */
#include "scripted.h"

#include <errno.h>
#include <malloc.h>

enum { TIMES = 200, SOME_BYTES = 1024 * 1024 }; /* a few pictures on their way */

static struct pmk_pipeline_settings wanted;
static enum pmk_part part; /* that refused */

static void want_backdrop(const char *spec)
{
	assert_int_equal(pmk_spec_copy(wanted.scene.backdrop, spec), 0);
}

static void wait_luma(int luma)
{
	wait_until(abs(seen(0).last_luma - luma) <= 1 && !seen(0).last_is_cover);
}

static struct pmk_pipeline *start_green(void)
{
	struct pmk_pipeline *p = start("a", NULL, 0);

	wanted = started;
	reach(p, PMK_STATE_LIVE);
	return p;
}

/* Rec. 601, limited range: luma of #000000 and of #ffffff. */
enum { BLACK = 16, WHITE = 235 };

static void test_backdrop(void **state)
{
	struct pmk_pipeline *p = start_green();
	int covers = seen(0).covers;

	want_backdrop("color:#ffffff");
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	wait_luma(WHITE);
	want_backdrop("color:#000000");
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	wait_luma(BLACK);
	assert_int_equal(report_of(p).covered, 0);
	assert_true(seen(0).covers >= covers);
	set_mode(LOSE); /* the cover is of the new backdrop, too */
	reach(p, PMK_STATE_COVERED);
	wait_until(seen(0).last_is_cover && seen(0).last_luma == BLACK);
	stop(p, 0);
}

/* A change that comes while the pipeline ends is refused, and not waited for. */
static void test_after_the_end(void **state)
{
	struct pmk_pipeline *p = start_green();
	char said[PMK_LOG_LINE];
	enum pmk_part none;

	assert_int_equal(stop_slowly(p, &none), 0);
	want_backdrop("color:#ffffff");
	for (int i = 0; i < 2; i++) { /* for the scene, and for both */
		pmk_log_overhear(said);
		assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), -ECANCELED);
		pmk_log_overhear(NULL);
		assert_string_equal(said, "the program ends; nothing is changed");
		wanted.mirror = !wanted.mirror;
	}
	stop(p, 0);
}

/* A change is shown with the last frame, before the next one. A busy machine may need many tries: it is only for a
 * frame that is not old. */
static void test_backdrop_before_the_next_frame(void **state)
{
	struct pmk_pipeline *p = start_green();
	uint64_t end_ns = pmk_clock_now_ns() + 60 * PMK_S_NS;
	bool shown = false;

	while (!shown && pmk_clock_now_ns() < end_ns) {
		uint64_t taken_ns;

		set_mode(DELIVER);
		want_backdrop("color:#000000");
		assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
		wait_luma(BLACK);
		dry_up(STALL);
		taken_ns = seen(0).taken_ns;
		want_backdrop("color:#ffffff");
		assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
		wait_until(seen(0).last_luma == WHITE || seen(0).last_is_cover);
		shown = !seen(0).last_is_cover;
		assert_true(seen(0).taken_ns == taken_ns);
	}
	assert_true(shown);
	reach(p, PMK_STATE_COVERED); /* an old frame does not come back */
	want_backdrop("color:#000000");
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	wait_until(seen(0).last_luma == BLACK);
	assert_true(seen(0).last_is_cover);
	stop(p, 0);
}

/* With a mistake in one setting, none of the others changes. */
static void test_all_or_nothing(void **state)
{
	struct pmk_pipeline *p = start_green();

	want_backdrop("color:#ffffff");
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	wait_luma(WHITE);
	want_backdrop("color:#000000");
	strcpy(wanted.scene.model, "absent.tflite");
	assert_true(pmk_pipeline_apply(p, &wanted, &part) < 0);
	assert_int_equal(part, PMK_PART_SCENE);
	strcpy(wanted.scene.model, started.scene.model);
	strcpy(wanted.camera, "other");
	atomic_store(&open_failures, 1);
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), -ENODEV);
	assert_int_equal(part, PMK_PART_CAMERA);
	strcpy(wanted.camera, "scripted");
	strcpy(wanted.scene.backdrop, "none");
	wanted.scene.show_room = true; /* consent is for the start only */
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), -EPERM);
	wait_written(0, seen(0).written + 3);
	assert_int_equal(seen(0).last_luma, WHITE);
	stop(p, 0);
}

/* A zone is a place in the picture as it is shown: it must not stay where it is when the picture turns. */
static void test_zones_and_turns(void **state)
{
	struct pmk_pipeline *p = start_green();

	wanted.scene.keep_out_count = 1;
	wanted.scene.keep_out[0] = (struct pmk_zone){ .value = { 0, 0, 16, 16 } };
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	wanted.mirror = true;
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), -EINVAL);
	wanted.mirror = false;
	wanted.flip = true;
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), -EINVAL);
	wanted.flip = false;
	wanted.quarters = 2;
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), -EINVAL);
	wanted.quarters = 0;
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0); /* nothing has changed */
	wanted.mirror = true;
	wanted.scene.keep_out[0].value[0] = 32;
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	wanted.mirror = false;
	wanted.scene.keep_out_count = 0;
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	wanted.mirror = true;
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	stop(p, 0);
}

static void test_camera(void **state)
{
	struct pmk_pipeline *p = start_green();
	uint64_t composed = report_of(p).composed;
	int opens;

	strcpy(wanted.camera, "other");
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	assert_true(opened_by("other"));
	wait_until(atomic_load(&cameras_open) == 1); /* the old one is closed */
	wait_until(report_of(p).composed > composed + 3);
	reach(p, PMK_STATE_LIVE);
	opens = atomic_load(&camera_opens);
	dry_up(LOSE); /* the new one is opened again */
	reach(p, PMK_STATE_COVERED);
	set_mode(DELIVER);
	reach(p, PMK_STATE_LIVE);
	assert_true(atomic_load(&camera_opens) > opens && opened_by("other"));
	stop(p, 0);
}

/* If settings depend on the camera, nothing of another one is shown before they are those for it. */
static void test_another_camera(void **state)
{
	struct pmk_pipeline *p = start_green();
	struct pmk_source_names names;
	uint64_t composed;

	wanted.by_camera = true;
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	set_mode(LOSE);
	reach(p, PMK_STATE_COVERED);
	set_mode(DELIVER);
	reach(p, PMK_STATE_LIVE); /* it is the same one */
	name_camera("another");
	set_mode(LOSE);
	reach(p, PMK_STATE_COVERED);
	composed = report_of(p).composed;
	set_mode(DELIVER);
	wait_until(composes_nothing(p));
	assert_true(report_of(p).composed <= composed + 2); /* those of the first one that were on their way */
	wait_until(seen(0).last_is_cover);
	/* nor by a change that was made for the first one */
	composed = report_of(p).composed;
	wanted.scene.refine.smooth = 0.2;
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	assert_true(composes_nothing(p));
	assert_int_equal(report_of(p).composed, composed);
	assert_true(seen(0).last_is_cover);
	wanted.generation = pmk_pipeline_camera(p, &names);
	assert_string_equal(names.title, "another");
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* A camera that opens but gives nothing does not replace one that works. */
static void test_silent_camera(void **state)
{
	struct pmk_pipeline *p = start_green();

	set_mode(STALL); /* both, in this script */
	strcpy(wanted.camera, "other");
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), -ENODATA);
	wait_until(atomic_load(&cameras_open) == 1); /* the old one, unless it has just been opened again */
	set_mode(DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* While nobody watches, no camera's light goes on. */
static void test_asleep(void **state)
{
	struct pmk_pipeline *p;
	int opens, rests;

	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	p = start_with("a!", NULL, 0, true);
	wanted = started;
	reach(p, PMK_STATE_LIVE);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	reach(p, PMK_STATE_IDLE);
	wait_until(atomic_load(&cameras_open) == 0);
	opens = atomic_load(&camera_opens);
	rests = seen(0).rests;
	strcpy(wanted.camera, "auto");
	want_backdrop("color:#ffffff");
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	wait_until(seen(0).rests > rests); /* the new cover is in the buffers */
	assert_int_equal(atomic_load(&camera_opens), opens);
	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	reach(p, PMK_STATE_LIVE);
	assert_true(opened_by("auto"));
	wait_luma(WHITE);
	stop(p, 0);
}

/* A driver that does not return delays only the change. */
static void test_hanging_camera(void **state)
{
	struct pmk_pipeline *p = start_green();

	want_backdrop("color:#ffffff");
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
	wait_luma(WHITE);
	set_mode(HANG);
	wait_until(atomic_load(&heard_mode) == HANG);
	want_backdrop("color:#000000");
	wanted.mirror = true;
	assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), -ETIMEDOUT);
	set_mode(DELIVER);
	wait_luma(WHITE); /* the old backdrop: both change or neither */
	stop(p, 0);
}

/* Change between two settings many times: no picture becomes a cover, and memory use stays the same. */
static void test_many_times(void **state)
{
	struct pmk_pipeline *p = start_green();
	struct pmk_pipeline_report before, after;
	size_t used = 0;

	before = report_of(p);
	for (int i = 0; i < TIMES; i++) {
		want_backdrop(i % 2 ? "color:#ffffff" : "builtin:office");
		wanted.mirror = i % 2;
		wanted.quarters = i % 4;
		wanted.scene.match = i % 2 ? 0.5 : 0;
		wanted.scene.people = i % 2 ? PMK_PEOPLE_NEAREST : PMK_PEOPLE_ALL;
		wanted.scene.refine.smooth = i % 2 ? 0.2 : 0.85;
		wanted.scene.refine.light_wrap = i % 2 ? 0.3 : 0;
		wanted.scene.keep_out_count = i % 2;
		wanted.scene.keep_out[0] = (struct pmk_zone){ .value = { 0, 0, 16, 16 } };
		wanted.cpu_limit = i % 2 ? 1 : 0;
		assert_int_equal(pmk_pipeline_apply(p, &wanted, &part), 0);
		if (i == TIMES / 4)
			used = mallinfo2().uordblks;
	}
	wait_written(0, seen(0).written + 3);
	after = report_of(p);
	assert_int_equal(after.covered, before.covered);
	print_message("%d changes while %llu frames passed: %llu replaced by a newer one, %lld bytes more in use\n",
		TIMES, (unsigned long long)(after.captured - before.captured),
		(unsigned long long)(after.replaced - before.replaced),
		(long long)mallinfo2().uordblks - (long long)used);
	assert_true(mallinfo2().uordblks < used + SOME_BYTES);
	stop(p, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_backdrop, clear_up),
		cmocka_unit_test_teardown(test_after_the_end, clear_up),
		cmocka_unit_test_teardown(test_backdrop_before_the_next_frame, clear_up),
		cmocka_unit_test_teardown(test_all_or_nothing, clear_up),
		cmocka_unit_test_teardown(test_zones_and_turns, clear_up),
		cmocka_unit_test_teardown(test_camera, clear_up),
		cmocka_unit_test_teardown(test_another_camera, clear_up),
		cmocka_unit_test_teardown(test_silent_camera, clear_up),
		cmocka_unit_test_teardown(test_asleep, clear_up),
		cmocka_unit_test_teardown(test_hanging_camera, clear_up),
		cmocka_unit_test_teardown(test_many_times, clear_up),
	};

	return cmocka_run_group_tests(tests, write_network, remove_network);
}
