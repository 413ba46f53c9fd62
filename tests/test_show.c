/* SPDX-License-Identifier: MIT */
/* Backdrops that go from picture to picture: compose/show/. Time is that of the frames, and the clock is the test's. */
#include "unit.h"

#include "base/clock.h"
#include "compose/backdrop.h"
#include "compose/show/day.h"
#include "compose/show/show.h"
#include "compose/show/store.h"
#include "draw/builtin.h"
#include "media/still.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { W = 32, H = 18, PATIENCE_S = 60 };

static const struct pmk_layout layout = { .width = W, .height = H };

static atomic_int minute; /* of the day */

int __wrap_pmk_clock_minute_of_day(void);
int __wrap_pmk_clock_minute_of_day(void)
{
	return atomic_load(&minute);
}

/* --- folders of pictures of one grey each --- */

static char dir[64];

static const char *in_dir(const char *name)
{
	static char path[200];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void make_dir(void)
{
	strcpy(dir, "/tmp/potemkin-show-XXXXXX");
	assert_non_null(mkdtemp(dir));
}

static void remove_dir(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
}

static void put_picture(const char *name, int grey)
{
	struct pmk_rgb rgb;

	assert_int_equal(pmk_rgb_alloc(&rgb, 16, 16), 0);
	memset(rgb.data, grey, (size_t)rgb.stride * 16);
	assert_int_equal(pmk_still_write_rgb(in_dir(name), &rgb), 0);
	pmk_rgb_free(&rgb);
}

static void put_text(const char *name)
{
	FILE *file = fopen(in_dir(name), "w");

	assert_non_null(file);
	fputs("no picture\n", file);
	fclose(file);
}

/* The grey of the picture that is shown, to the nearest ten. */
static int grey_of(const struct pmk_image *picture)
{
	return ((picture->plane[0][0] - 16) * 255 / 219 + 5) / 10 * 10;
}

static int at(struct pmk_backdrop *b, double seconds, bool recorded)
{
	struct pmk_frame frame = { .time_ns = (uint64_t)((1000 + seconds) * 1e9),
		.position_ns = recorded ? (int64_t)(seconds * 1e9) : -1 };
	bool stays = false;

	return grey_of(b->impl->begin(b, &frame, NULL, &stays));
}

static struct pmk_backdrop *open_show(const char *kind, const char *rest)
{
	struct pmk_backdrop *b = NULL;
	char spec[200];

	snprintf(spec, sizeof spec, "%s:%s%s", kind, dir, rest);
	assert_int_equal(pmk_backdrop_create(spec, PMK_FIT_COVER, &layout, &b), 0);
	return b;
}

/* Go on in steps of live frames until this grey is shown. Gives the time. */
static double live_until(struct pmk_backdrop *b, double from_s, double step_s, int grey)
{
	uint64_t end = pmk_clock_now_ns() + PATIENCE_S * PMK_S_NS;

	while (at(b, from_s, false) != grey) {
		assert_true(pmk_clock_now_ns() < end);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS); /* its thread may be reading */
		from_s += step_s;
	}
	return from_s;
}

/* --- slideshows --- */

static void test_order_and_what_is_skipped(void **state)
{
	struct pmk_backdrop *b;

	make_dir();
	put_picture("10.png", 100);
	put_picture("2.png", 20);
	put_picture("Picture 3.png", 150);
	put_picture("picture 12.png", 200);
	put_picture(".hidden.png", 250);
	put_text("5 notes.txt");
	put_text("zero.png");
	assert_int_equal(mkdir(in_dir("7"), 0700), 0);
	unit_catch_log();
	b = open_show("slideshow", ":2");
	assert_int_equal(grey_of(&b->cover), 20);
	for (int round = 0; round < 3; round++) {
		static const int greys[] = { 20, 100, 150, 200 };

		for (int i = 0; i < 4; i++) {
			assert_int_equal(at(b, round * 8 + i * 2, true), greys[i]);
			assert_int_equal(at(b, round * 8 + i * 2 + 1.9, true), greys[i]);
		}
	}
	assert_int_equal(unit_log_count, 2); /* one for each text */
	assert_int_equal(at(b, 24 + 6, true), 200); /* several at once */
	pmk_backdrop_destroy(b);
	pmk_log_redirect(NULL, NULL);
	remove_dir();
}

static void test_files_come_and_go(void **state)
{
	struct pmk_backdrop *b;

	make_dir();
	put_picture("a.png", 50);
	unit_catch_log();
	b = open_show("slideshow", ":2");
	assert_int_equal(at(b, 2, true), 50);
	put_picture("c.png", 150);
	assert_int_equal(at(b, 4, true), 150);
	put_picture("d.png", 200);
	put_picture("b.png", 100);
	assert_int_equal(at(b, 6, true), 200);
	assert_int_equal(at(b, 8, true), 50);
	unlink(in_dir("a.png"));
	unlink(in_dir("c.png"));
	assert_int_equal(at(b, 10, true), 100);
	assert_int_equal(at(b, 12, true), 200);
	assert_int_equal(at(b, 14, true), 100);
	assert_int_equal(unit_log_count, 0);
	remove_dir();
	for (int i = 0; i < 3; i++)
		assert_int_equal(at(b, 16 + i * 2, true), 100);
	assert_int_equal(unit_log_count, 1);
	pmk_backdrop_destroy(b);
	pmk_log_redirect(NULL, NULL);
}

/* Only time in which frames come counts; what is due is read ahead, and shown when it is ready. */
static void test_live(void **state)
{
	struct pmk_backdrop *b;
	double second, third;

	make_dir();
	put_picture("a.png", 50);
	put_picture("b.png", 100);
	put_picture("c.png", 150);
	b = open_show("slideshow", ":20");
	assert_int_equal(at(b, 0, false), 50);
	for (int i = 1; i < 100; i++)
		assert_int_equal(at(b, i * 3600, false), 50); /* nobody watches for an hour, again and again */
	second = live_until(b, 400000, 0.1, 100);
	assert_true(second - 400000 > 19);
	third = live_until(b, second, 0.1, 150);
	assert_true(third - second > 19);
	live_until(b, third, 0.1, 50);
	pmk_backdrop_destroy(b);
	b = open_show("slideshow", ":20");
	at(b, 0, false);
	pmk_backdrop_destroy(b); /* in the first picture */
	remove_dir();
}

/* As long as the setting says; the time of a recorded video decides there, too. */
static void test_fades_in(void **state)
{
	struct pmk_backdrop *b;

	make_dir();
	put_picture("a.png", 50);
	put_picture("b.png", 150);
	b = open_show("slideshow", ":2");
	pmk_backdrop_set_fade(b, 1000);
	assert_int_equal(at(b, 1.9, true), 50);
	assert_int_equal(at(b, 2, true), 50);
	assert_int_equal(at(b, 2.5, true), 100);
	assert_int_equal(at(b, 3, true), 150);
	assert_int_equal(at(b, 4.2, true), 130);
	pmk_backdrop_set_fade(b, 0);
	assert_int_equal(at(b, 5.9, true), 50);
	assert_int_equal(at(b, 6, true), 150);
	pmk_backdrop_destroy(b);
	remove_dir();
}

static void test_specs(void **state)
{
	static const struct {
		const char *rest, *why; /* "": it is right */
	} cases[] = {
		{ "a:b", "" },
		{ "a:b:5", "" },
		{ "a:b:0.5", "1 to 86400 seconds" },
		{ "a:b:-3", "1 to 86400 seconds" },
		{ "a:b:100000", "1 to 86400 seconds" },
		{ "a:7", "" },
		{ "a:7:7", "" },
		{ "a", "there is no folder" },
		{ "empty", "no picture in the folder" },
		{ "a:b/x.png", "cannot be read: Not a directory" },
	};
	char spec[300], why[300];

	make_dir();
	mkdir(in_dir("a:b"), 0700);
	mkdir(in_dir("a:7"), 0700);
	mkdir(in_dir("empty"), 0700);
	put_picture("a:b/x.png", 50);
	put_picture("a:7/x.png", 50);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(spec, sizeof spec, "slideshow:%s/%s", dir, cases[i].rest);
		why[0] = '\0';
		assert_int_equal(pmk_backdrop_check(spec, why, sizeof why) == 0, !cases[i].why[0]);
		if (!strstr(why, cases[i].why))
			fail_msg("%s: %s", spec, why);
	}
	assert_int_equal(pmk_backdrop_check("slideshow:", why, sizeof why), -EINVAL);
	assert_int_equal(pmk_backdrop_check("daylight:", why, sizeof why), 0);
	assert_int_equal(pmk_backdrop_check("daylight:/nonexistent", why, sizeof why), -ENOENT);
	remove_dir();
}

/* One line for each file, and one that says what failed. */
static void test_nothing_to_show(void **state)
{
	static const char *const kinds[] = { "slideshow", "daylight" };
	struct pmk_backdrop *b = NULL;
	char spec[200];

	make_dir();
	put_text("a.png");
	put_text("b.png");
	for (int i = 0; i < 2; i++) {
		unit_catch_log();
		snprintf(spec, sizeof spec, "%s:%s", kinds[i], dir);
		assert_int_equal(pmk_backdrop_create(spec, PMK_FIT_COVER, &layout, &b), -ENOENT);
		assert_int_equal(unit_log_count, 3);
		assert_non_null(strstr(unit_logged, "is a picture"));
	}
	pmk_log_redirect(NULL, NULL);
	remove_dir();
}

/* --- daylight --- */

static int hour(int hours, int minutes)
{
	return hours * 60 + minutes;
}

static void test_starts(void **state)
{
	static const struct {
		const char *name;
		int start; /* HHMM; -1: none */
	} cases[] = { { "morning.jpg", 600 }, { "Day.png", 1000 }, { "evening 2.png", 1700 }, { "NIGHT", 2100 },
		{ "nightly.png", -1 }, { "daylight.png", -1 }, { "0730.png", 730 }, { "07-30 lake.png", 730 },
		{ "2359.png", 2359 }, { "2400.png", -1 }, { "1260.png", -1 }, { "12.png", -1 }, { "123.png", -1 },
		{ "20230501.png", -1 }, { "lake.png", -1 }, { "0000", 0 } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int start = cases[i].start;

		assert_int_equal(pmk_day_start(cases[i].name), start < 0 ? -1 : hour(start / 100, start % 100));
	}
}

static void test_choice(void **state)
{
	const char *even[] = { "a", "b", "c" }, *named[] = { "0600 a", "x", "1800 b", "1800 c" };
	bool without[4] = { false };
	int starts[4];

	pmk_day_plan(even, 3, starts);
	for (int m = 0; m < PMK_DAY_MINUTES; m++)
		assert_int_equal(pmk_day_choose(starts, 3, without, m), m / 480);
	pmk_day_plan(named, 4, starts);
	for (int m = 0; m < PMK_DAY_MINUTES; m++)
		assert_int_equal(pmk_day_choose(starts, 4, without, m), m >= hour(6, 0) && m < hour(18, 0) ? 0 : 2);
	without[2] = true;
	assert_int_equal(pmk_day_choose(starts, 4, without, 0), 3);
	without[0] = without[3] = true;
	assert_int_equal(pmk_day_choose(starts, 4, without, 0), -1);
}

/* Whatever the clock does, the picture of that time is shown; in a recorded video, that of the beginning stays. */
static void test_daylight(void **state)
{
	static const struct {
		int hour, grey;
	} day[] = { { 7, 50 }, { 12, 100 }, { 18, 150 }, { 23, 200 }, { 3, 200 }, { 11, 100 }, { 9, 50 } };
	struct pmk_backdrop *b;
	double now = 0;

	make_dir();
	put_picture("morning.png", 50);
	put_picture("day.png", 100);
	put_picture("evening.png", 150);
	put_picture("night.png", 200);
	put_picture("other.png", 250);
	atomic_store(&minute, hour(7, 0));
	b = open_show("daylight", "");
	assert_int_equal(grey_of(&b->cover), 50);
	for (size_t i = 0; i < sizeof day / sizeof day[0]; i++) {
		atomic_store(&minute, hour(day[i].hour, (int)i));
		now = live_until(b, now, 0.2, day[i].grey);
	}
	pmk_backdrop_destroy(b);
	atomic_store(&minute, hour(22, 0));
	b = open_show("daylight", "");
	atomic_store(&minute, hour(8, 0));
	for (int i = 0; i < 100; i++)
		assert_int_equal(at(b, i, true), 200);
	pmk_backdrop_destroy(b);
	remove_dir();
}

/* A file that cannot be shown leaves the time to the one before it. */
static void test_daylight_of_bad_files(void **state)
{
	struct pmk_backdrop *b;
	double now;

	make_dir();
	put_picture("0800.png", 50);
	put_text("1200.png");
	put_picture("1600.png", 150);
	unit_catch_log();
	atomic_store(&minute, hour(13, 0));
	b = open_show("daylight", "");
	assert_int_equal(unit_log_count, 1);
	assert_int_equal(grey_of(&b->cover), 50);
	atomic_store(&minute, hour(16, 0));
	now = live_until(b, 0, 0.2, 150);
	unlink(in_dir("1600.png"));
	atomic_store(&minute, hour(16, 1));
	live_until(b, now, 0.2, 50);
	assert_int_equal(unit_log_count, 1);
	pmk_backdrop_destroy(b);
	pmk_log_redirect(NULL, NULL);
	remove_dir();
}

/* The built-in ones differ from part to part. */
static void test_daylight_without_a_folder(void **state)
{
	struct pmk_backdrop *parts[4];

	for (int i = 0; i < 4; i++) {
		atomic_store(&minute, hour(i * 6, 30)); /* night, morning, day, evening */
		assert_int_equal(pmk_backdrop_create("daylight:", PMK_FIT_COVER, &layout, &parts[i]), 0);
		for (int k = 0; k < i; k++)
			assert_memory_not_equal(parts[i]->cover.plane[0], parts[k]->cover.plane[0], W);
	}
	for (int i = 0; i < 4; i++)
		pmk_backdrop_destroy(parts[i]);
}

/* --- what is ready beforehand --- */

static void wait_until_ready(struct pmk_store *store, int count)
{
	uint64_t end = pmk_clock_now_ns() + PATIENCE_S * PMK_S_NS;

	while (pmk_store_ready(store) != count) {
		assert_true(pmk_clock_now_ns() < end);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
}

/* Take it, and give the grey of its cover; -1: it is not there. */
static int take(struct pmk_store *store, const char *spec, enum pmk_fit fit)
{
	struct pmk_backdrop *b = pmk_store_take(store, spec, fit);
	int grey = b ? grey_of(&b->cover) : -1;

	pmk_backdrop_destroy(b);
	return grey;
}

static void test_what_is_ready(void **state)
{
	char a[100], b[100], moving[100];
	const char *const specs[] = { "builtin:office", a, b, moving };
	struct pmk_store *store;

	make_dir();
	put_picture("a.png", 50);
	put_text("b.png");
	snprintf(a, sizeof a, "%s/a.png", dir);
	snprintf(b, sizeof b, "%s/b.png", dir);
	snprintf(moving, sizeof moving, "slideshow:%s", dir);
	unit_catch_log();
	assert_int_equal(pmk_store_create(&layout, &store), 0);
	assert_int_equal(take(store, a, PMK_FIT_COVER), -1);
	pmk_store_want(store, specs, 4, PMK_FIT_COVER, true);
	wait_until_ready(store, 3);
	assert_int_equal(take(store, a, PMK_FIT_COVER), 50);
	assert_int_equal(take(store, a, PMK_FIT_COVER), 50);
	assert_int_equal(take(store, a, PMK_FIT_TILE), -1);
	assert_int_equal(take(store, b, PMK_FIT_COVER), -1);
	assert_int_equal(take(store, "builtin:dusk", PMK_FIT_COVER), -1);
	assert_int_equal(take(store, moving, PMK_FIT_COVER), 50);
	wait_until_ready(store, 3); /* it is made again */
	put_picture("a.png", 150);
	assert_int_equal(take(store, a, PMK_FIT_COVER), -1);
	pmk_store_want(store, specs, 3, PMK_FIT_COVER, true);
	wait_until_ready(store, 2);
	assert_int_equal(take(store, a, PMK_FIT_COVER), 150);
	pmk_store_want(store, specs, 2, PMK_FIT_COVER, false); /* what is there stays, and is not made again */
	assert_int_equal(pmk_store_ready(store), 2);
	pmk_store_want(store, specs, 2, PMK_FIT_TILE, false);
	assert_int_equal(pmk_store_ready(store), 1); /* a drawing is the same whatever the fit is */
	assert_true(take(store, "builtin:office", PMK_FIT_STRETCH) >= 0);
	assert_int_equal(take(store, a, PMK_FIT_TILE), -1);
	pmk_store_want(store, NULL, 0, PMK_FIT_TILE, true);
	assert_int_equal(pmk_store_ready(store), 0);
	pmk_store_destroy(store);
	pmk_log_redirect(NULL, NULL);
	remove_dir();
}

static void test_what_is_ready_is_bounded(void **state)
{
	const struct pmk_layout large = { .width = 4096, .height = 4096 };
	const char *const specs[] = { "color:red", "color:green", "color:blue", "color:navy", "color:white" };
	struct pmk_store *store;

	assert_int_equal(pmk_store_create(&large, &store), 0);
	pmk_store_want(store, specs, 5, PMK_FIT_COVER, true);
	wait_until_ready(store, 4);
	pmk_store_want(store, specs + 1, 4, PMK_FIT_COVER, true);
	pmk_store_want(store, specs + 3, 2, PMK_FIT_COVER, true);
	wait_until_ready(store, 2);
	pmk_store_destroy(store);
}

/* Those that move, too. */
static void test_all_built_ins_are_ready(void **state)
{
	char specs[40][60];
	const char *wanted[40];
	struct pmk_store *store;
	int count;
	const struct pmk_builtin *list = pmk_builtin_list(&count);

	assert_true(count < 40);
	for (int i = 0; i < count; i++) {
		snprintf(specs[i], sizeof specs[i], "builtin:%s", list[i].name);
		wanted[i] = specs[i];
	}
	assert_int_equal(pmk_store_create(&layout, &store), 0);
	pmk_store_want(store, wanted, count, PMK_FIT_COVER, true);
	wait_until_ready(store, count);
	pmk_store_destroy(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_what_is_skipped),
		cmocka_unit_test(test_files_come_and_go),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_fades_in),
		cmocka_unit_test(test_specs),
		cmocka_unit_test(test_nothing_to_show),
		cmocka_unit_test(test_starts),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_daylight),
		cmocka_unit_test(test_daylight_of_bad_files),
		cmocka_unit_test(test_daylight_without_a_folder),
		cmocka_unit_test(test_what_is_ready),
		cmocka_unit_test(test_what_is_ready_is_bounded),
		cmocka_unit_test(test_all_built_ins_are_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
