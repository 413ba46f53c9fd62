/* SPDX-License-Identifier: MIT */
/* The log as JSON: whatever is said, a line is one object that a reader takes. */
#include "unit.h"

#include "app/log_json.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <unistd.h>

static int kept, fd;
static char path[64], text[32768];

static int begin(void **state)
{
	strcpy(path, "/tmp/potemkin-test-XXXXXX");
	fflush(stderr);
	kept = dup(STDERR_FILENO);
	fd = mkstemp(path);
	pmk_log_setup(PMK_LOG_DEBUG, pmk_log_json);
	return fd < 0 || kept < 0 || dup2(fd, STDERR_FILENO) < 0;
}

/* Stderr is itself again; what came out is in `text`. */
static int end(void **state)
{
	ssize_t bytes;

	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	bytes = pread(fd, text, sizeof text - 1, 0);
	text[bytes > 0 ? bytes : 0] = '\0';
	close(fd);
	close(kept);
	pmk_log_setup(PMK_LOG_INFO, NULL);
	return unlink(path);
}

/* The next line is this object and nothing else. */
static void next(char **rest, const char *level, const char *message)
{
	char *line = strsep(rest, "\n");
	cJSON *object = cJSON_ParseWithOpts(line, NULL, true);

	assert_non_null(object);
	assert_int_equal(cJSON_GetArraySize(object), 2);
	assert_string_equal(cJSON_GetObjectItem(object, "level")->valuestring, level);
	assert_string_equal(cJSON_GetObjectItem(object, "message")->valuestring, message);
	cJSON_Delete(object);
}

static void test_lines(void **state)
{
	char longest[2 * PMK_LOG_LINE], *rest = text;

	memset(longest, '"', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(begin(state), 0);
	pmk_error("no camera");
	pmk_warn("a \"quoted\" \\ name\nof two lines\033[31m");
	pmk_info("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82");
	pmk_debug("broken: \xc3 \xa9 \xe2\x82 \xf0\x9f\x99 \xff \xc0\x80");
	pmk_debug("at the end: \xe2\x82");
	pmk_error("%s", longest);
	pmk_error("%.*s\xc3\xa9 and more", PMK_LOG_LINE - 5, longest); /* no character is cut */
	pmk_error("same");
	pmk_error("same");
	pmk_error("other");
	assert_int_equal(end(state), 0);
	next(&rest, "error", "no camera");
	next(&rest, "warning", "a \"quoted\" \\ name?of two lines?[31m");
	next(&rest, "info", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82");
	next(&rest, "debug", "broken: ? ? ?? ??? ? ??");
	next(&rest, "debug", "at the end: ??");
	strcpy(longest + PMK_LOG_LINE - 4, "...");
	next(&rest, "error", longest);
	strcpy(longest + PMK_LOG_LINE - 5, "...");
	next(&rest, "error", longest);
	next(&rest, "error", "same");
	next(&rest, "error", "the last message came 1 more time");
	next(&rest, "error", "other");
	assert_string_equal(rest, "");
}

/* What the log never gives it: it comes out all the same, if not as JSON. */
static void test_no_line_is_lost(void **state)
{
	char line[PMK_LOG_LINE];

	memset(line, 1, sizeof line);
	line[sizeof line - 1] = '\0';
	assert_int_equal(begin(state), 0);
	pmk_log_json(PMK_LOG_ERROR, line);
	assert_int_equal(end(state), 0);
	assert_int_equal(strlen(text), sizeof line);
	assert_memory_equal(text, line, sizeof line - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_no_line_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
