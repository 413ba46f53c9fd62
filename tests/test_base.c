/* SPDX-License-Identifier: MIT */
/* Tests of base/log, mem, clock and parse. */
#include "unit.h"

#include "base/clock.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/parse.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_log_is_one_line(void **state)
{
	unit_catch_log();
	errno = ENOSPC;
	pmk_error("file \"%s\"", "a\nb\033[31m");
	assert_string_equal(unit_logged, "file \"a?b?[31m\"");
	assert_int_equal(errno, ENOSPC);
	pmk_log_redirect(NULL, NULL);
}

/* Only this thread's, and only while it is asked for. */
static void test_errors_of_what_can_be_left_out(void **state)
{
	char heard[PMK_LOG_LINE];

	unit_catch_log();
	pmk_log_overhear(heard);
	pmk_log_lower(true);
	pmk_error("left out");
	assert_string_equal(heard, "");
	assert_string_equal(unit_logged, "left out");
	pmk_log_lower(false);
	pmk_error("needed");
	assert_string_equal(heard, "needed");
	pmk_log_overhear(heard);
	pmk_log_answer(true);
	pmk_error("for an answer");
	assert_string_equal(heard, "for an answer");
	assert_string_equal(unit_logged, "needed");
	pmk_error("one more");
	assert_string_equal(heard, "for an answer");
	assert_string_equal(unit_logged, "needed");
	pmk_log_overhear(NULL);
	pmk_error("nobody asked");
	assert_string_equal(unit_logged, "nobody asked");
	pmk_log_answer(false);
	pmk_log_redirect(NULL, NULL);
}

static void test_natural_order(void **state)
{
	static const char *const sorted[] = { "", "01", "1", "2.png", "10 b", "10.png", "a", "A2", "a10", "B", "ba9",
		"ba10", "ba10a", "ba99999999999999999999998", "ba99999999999999999999999" };

	for (int i = 0; i < 15; i++) {
		for (int k = 0; k < 15; k++) {
			int order = pmk_folder_compare(sorted[i], sorted[k]);

			assert_int_equal(order < 0, i < k);
			assert_int_equal(order == 0, i == k);
		}
	}
}

static void test_folder_of_user(void **state)
{
	char *home = strdup(getenv("HOME") ? getenv("HOME") : ""), path[40];

	setenv("HOME", "/home/ada", 1);
	setenv("XDG_DATA_HOME", "/data", 1);
	assert_int_equal(pmk_folder_of_user("models", path, sizeof path), 0);
	assert_string_equal(path, "/data/potemkin/models");
	setenv("XDG_DATA_HOME", "data", 1);
	assert_int_equal(pmk_folder_of_user("models", path, sizeof path), 0);
	assert_string_equal(path, "/home/ada/.local/share/potemkin/models");
	assert_int_equal(pmk_folder_of_user("models", path, 38), -ENAMETOOLONG);
	assert_string_equal(path, "");
	unsetenv("XDG_DATA_HOME");
	setenv("HOME", "", 1);
	assert_int_equal(pmk_folder_of_user("models", path, sizeof path), -ENOENT);
	assert_string_equal(path, "");
	setenv("HOME", home, 1);
	free(home);
}

static void test_log_has_the_front_ends_words(void **state)
{
	static const char *const words[PMK_CURES] = {
		[PMK_CURE_SMALLER_SIZE] = "turn the dial",
		[PMK_CURE_HELD_SIZE] = "or take %s, not %d",
	};
	char longest[5000];

	unit_catch_log();
	pmk_log_set_cures(words);
	pmk_error_cure(PMK_CURE_SMALLER_SIZE, "too large: %d", 5);
	assert_string_equal(unit_logged, "too large: 5; turn the dial");
	pmk_log(PMK_LOG_WARN, PMK_CURE_HELD_SIZE, "64x48\n", "held");
	assert_string_equal(unit_logged, "held; or take 64x48?, not %d");
	pmk_log(PMK_LOG_WARN, PMK_CURE_HELD_SIZE, NULL, "held");
	assert_string_equal(unit_logged, "held; or take , not %d");
	pmk_error_cure(PMK_CURE_PLUG_IN, "no camera");
	assert_string_equal(unit_logged, "no camera");
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	pmk_error_cure(PMK_CURE_SMALLER_SIZE, "%s", longest);
	assert_int_equal(strlen(unit_logged), 4095);
	pmk_log_set_cures(NULL);
	pmk_error_cure(PMK_CURE_SMALLER_SIZE, "too large");
	assert_string_equal(unit_logged, "too large");
	pmk_log_redirect(NULL, NULL);
}

/* The program has a text for each kind of remedy; each text for a kind with a subject has one "%s". */
static void test_the_program_has_words_for_each_remedy(void **state)
{
	static const enum pmk_cure with_subject[] = { PMK_CURE_HELD_SIZE, PMK_CURE_DROP_FORMAT, PMK_CURE_COUNTED_WAIT,
		PMK_CURE_FETCH_MODEL, PMK_CURE_INSTALL_MODULE };
	const char *running[PMK_CURES];
	size_t holes = 0;

	pmk_cures_while_running(running);
	for (int cure = PMK_CURE_NONE + 1; cure < PMK_CURES; cure++) {
		assert_non_null(pmk_cures[cure]);
		assert_non_null(running[cure]);
		assert_int_equal(strstr(running[cure], "%s") != NULL, strstr(pmk_cures[cure], "%s") != NULL);
		holes += strchr(pmk_cures[cure], '%') != NULL;
	}
	assert_int_equal(holes, sizeof with_subject / sizeof *with_subject);
	for (size_t i = 0; i < holes; i++)
		assert_non_null(strstr(pmk_cures[with_subject[i]], "%s"));
}

/* The lines on stderr; repeated ones are counted. */
static void test_log_says_a_repeating_fault_once(void **state)
{
	char path[] = "/tmp/potemkin-test-XXXXXX", text[512] = "";
	int fd = mkstemp(path), kept = dup(STDERR_FILENO);
	ssize_t n;

	assert_true(fd >= 0 && kept >= 0);
	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	for (int i = 0; i < 5; i++)
		pmk_error("no camera");
	pmk_error("another");
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	n = pread(fd, text, sizeof text - 1, 0);
	assert_true(n > 0);
	assert_string_equal(text,
		"potemkin: error: no camera\npotemkin: error: the last message came 4 more times\npotemkin: error: "
		"another\n");
	close(fd);
	close(kept);
	unlink(path);
}

/* Pieces never overlap; they are aligned, zeroed and inside the block. A piece that does not fit is refused, and the
 * others stay as they are. */
static void test_arena_never_overlaps(void **state)
{
	for (uint32_t seed = 1; seed <= 200; seed++) {
		struct {
			uint8_t *at;
			size_t bytes;
		} piece[64];
		struct pmk_arena arena;
		uint32_t random = seed;
		int count = 0;

		assert_int_equal(pmk_arena_init(&arena, 1 + unit_random(&random) % 8192), 0);
		for (int i = 0; i < 64; i++) {
			size_t bytes = unit_random(&random) % 700;
			uint8_t *at = pmk_arena_take(&arena, bytes);
			if (!at)
				continue;
			assert_true(((uintptr_t)at & (PMK_MEM_ALIGN - 1)) == 0);
			assert_true(at >= arena.base && at + bytes <= arena.base + arena.size);
			for (size_t j = 0; j < bytes; j++)
				assert_int_equal(at[j], 0);
			memset(at, 0xff, bytes);
			for (int k = 0; k < count; k++)
				assert_true(at + bytes <= piece[k].at || piece[k].at + piece[k].bytes <= at);
			piece[count].at = at;
			piece[count++].bytes = bytes;
		}
		pmk_arena_finish(&arena);
	}
}

static void test_read_file_under_budget(void **state)
{
	char dir[] = "/tmp/potemkin-test-XXXXXX", path[64], fifo[64];
	uint8_t *data = NULL;
	size_t size = 0;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/file", dir);
	snprintf(fifo, sizeof fifo, "%s/fifo", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("facade", f);
	fclose(f);
	assert_int_equal(mkfifo(fifo, 0600), 0);

	assert_int_equal(pmk_mem_read_file(path, 6, &data, &size), 0);
	assert_int_equal(size, 6);
	assert_string_equal((char *)data, "facade");
	free(data);
	data = NULL;
	assert_int_equal(pmk_mem_read_file(path, 5, &data, &size), -EFBIG);
	assert_int_equal(pmk_mem_read_file(dir, 5, &data, &size), -EINVAL);
	assert_int_equal(pmk_mem_read_file(fifo, 5, &data, &size), -EINVAL);
	assert_int_equal(pmk_mem_read_file("/nonexistent/file", 5, &data, &size), -ENOENT);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(pmk_mem_read_file(path, 5, &data, &size), -EINVAL);
	assert_null(data);
	unlink(path);
	unlink(fifo);
	rmdir(dir);
}

static void test_clock(void **state)
{
	uint64_t a = pmk_clock_now_ns(), deadline = a + 5 * PMK_MS_NS;
	struct timespec t = pmk_clock_timespec(3 * PMK_S_NS + 7);

	assert_int_equal(t.tv_sec, 3);
	assert_int_equal(t.tv_nsec, 7);
	pmk_clock_sleep_until(deadline);
	assert_true(pmk_clock_now_ns() >= deadline);
	pmk_clock_sleep_until(0);
	assert_true(pmk_clock_cpu_ns() > 0);
}

static void test_parse_numbers(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "1x", "x", "99999999999999999999", "11", "-1", "+5", "0x5",
		"1.5" };
	int value = 77;
	double number = 77;

	assert_int_equal(pmk_parse_int("0", 0, 10, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(pmk_parse_int("10", 0, 10, &value), 0);
	assert_int_equal(value, 10);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(pmk_parse_int(bad[i], 0, 10, &value), -EINVAL);
	assert_int_equal(value, 10);
	assert_int_equal(pmk_parse_double("0.25", 0, 1, &number), 0);
	assert_true(number == 0.25);
	assert_int_equal(pmk_parse_double("nan", 0, 1, &number), -EINVAL);
	assert_int_equal(pmk_parse_double("inf", 0, 1e9, &number), -EINVAL);
	assert_int_equal(pmk_parse_double("1.01", 0, 1, &number), -EINVAL);
	assert_int_equal(pmk_parse_double("", 0, 1, &number), -EINVAL);
	assert_true(number == 0.25);
}

static void test_parse_size(void **state)
{
	static const char *const bad[] = { "", "x", "1280", "1280x", "x720", "1280X720", "15x720", "1280x8193",
		"1280x720x3", "1 280x720", "-1x-1" };
	int w = 0, h = 0;

	assert_int_equal(pmk_parse_size("1280x720", &w, &h), 0);
	assert_int_equal(w, 1280);
	assert_int_equal(h, 720);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(pmk_parse_size(bad[i], &w, &h), -EINVAL);
	assert_int_equal(w, 1280);
}

static void test_parse_words(void **state)
{
	uint8_t rgb[3] = { 0 };
	bool yes = false;

	assert_int_equal(pmk_parse_colour("#3080C0", rgb), 0);
	assert_true(rgb[0] == 0x30 && rgb[1] == 0x80 && rgb[2] == 0xc0);
	assert_int_equal(pmk_parse_colour("ffffff", rgb), 0);
	assert_int_equal(pmk_parse_colour("#38c", rgb), 0);
	assert_memory_equal(rgb, ((uint8_t[3]){ 0x33, 0x88, 0xcc }), 3);
	assert_int_equal(pmk_parse_colour("Orange", rgb), 0);
	assert_memory_equal(rgb, ((uint8_t[3]){ 0xff, 0xa5, 0 }), 3);
	assert_int_equal(pmk_parse_colour("#orange", rgb), -EINVAL);
	assert_int_equal(pmk_parse_colour("#ffff", rgb), -EINVAL);
	assert_int_equal(pmk_parse_colour("", rgb), -EINVAL);
	assert_int_equal(pmk_parse_colour("#gggggg", rgb), -EINVAL);
	assert_int_equal(pmk_parse_colour("#-12345", rgb), -EINVAL);
	assert_int_equal(rgb[0], 0xff);
	assert_int_equal(pmk_parse_bool("Yes", &yes), 0);
	assert_true(yes);
	assert_int_equal(pmk_parse_bool("off", &yes), 0);
	assert_false(yes);
	assert_int_equal(pmk_parse_bool("maybe", &yes), -EINVAL);
	assert_int_equal(pmk_parse_long_line(""), 0);
	for (int i = 0; i < 3; i++) {
		char text[3 * (PMK_PARSE_LINE + 3)];
		int used = snprintf(text, sizeof text, "%s%0*d", &"\n\n"[2 - i], PMK_PARSE_LINE, 0);

		strcpy(text + used, "\n");
		assert_int_equal(pmk_parse_long_line(text), 0);
		strcpy(text + used, "1");
		assert_int_equal(pmk_parse_long_line(text), i + 1);
		snprintf(text + used, sizeof text - (size_t)used, "1\n%0*d\n", PMK_PARSE_LINE + 1, 0);
		assert_int_equal(pmk_parse_long_line(text), i + 1);
	}
	assert_string_equal(pmk_parse_after("file:/a", "file:"), "/a");
	assert_null(pmk_parse_after("fil", "file:"));
	assert_true(pmk_parse_ends("a/b.PnG", ".png"));
	assert_false(pmk_parse_ends("a/b.png.txt", ".png"));
	assert_false(pmk_parse_ends(".png", ".png"));
	assert_false(pmk_parse_ends("a.b/.PNG", ".png"));
	assert_string_equal(pmk_parse_only_end("a.b/.PNG"), ".PNG");
	assert_string_equal(pmk_parse_only_end(".png"), ".png");
	assert_null(pmk_parse_only_end("a/b.png"));
	assert_null(pmk_parse_only_end("a/.b.png"));
	assert_null(pmk_parse_only_end("."));
	assert_null(pmk_parse_only_end("a/"));
	assert_false(pmk_parse_ends("g", ".png"));
}

static void test_parse_times(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} good[] = { { "0", 0 }, { "90", 90000000000 }, { "90.5", 90500000000 }, { "1:30", 90000000000 },
		{ "01:30.000000001", 90000000001 }, { "1:00:00", 3600000000000 }, { "1:02:03.04", 3723040000000 },
		{ "120:00", 7200000000000 }, { "3600000", 3600000000000000 } };
	static const char *const bad[] = { "", "x", "-1", "1:60", "1:5", "1:005", "1:60:00", "1:2:3", "1:00:00:00",
		"1.", ".5", "1:", ":30", "1:30x", "1.5.5", " 1", "1 ", "1.0000000001", "3600001", "99999999", "1e3" };
	int64_t ns = -7;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(pmk_parse_time(good[i].text, &ns), 0);
		assert_true(ns == good[i].ns);
	}
	ns = -7;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (pmk_parse_time(bad[i], &ns) != -EINVAL || ns != -7)
			fail_msg("\"%s\"", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_is_one_line),
		cmocka_unit_test(test_errors_of_what_can_be_left_out),
		cmocka_unit_test(test_natural_order),
		cmocka_unit_test(test_folder_of_user),
		cmocka_unit_test(test_log_has_the_front_ends_words),
		cmocka_unit_test(test_the_program_has_words_for_each_remedy),
		cmocka_unit_test(test_log_says_a_repeating_fault_once),
		cmocka_unit_test(test_arena_never_overlaps),
		cmocka_unit_test(test_read_file_under_budget),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_parse_numbers),
		cmocka_unit_test(test_parse_size),
		cmocka_unit_test(test_parse_words),
		cmocka_unit_test(test_parse_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
