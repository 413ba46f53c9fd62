/* SPDX-License-Identifier: MIT */
/* The words of --camera and --output: which kind they open, and what is said to those that are wrong. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/videodev2.h>
#include <cmocka.h>

#include "base/log.h"
#include "io/sink.h"
#include "io/source.h"

static char lines[1024];

static void catch_line(void *user, enum pmk_log_level level, const char *line)
{
	size_t used = strlen(lines);

	snprintf(lines + used, sizeof(lines) - used, "%s\n", line);
}

/* An emulator of user programs may not know the calls of V4L2: then none says that a device is another one. */
static bool devices_tell_what_they_are(void)
{
	struct v4l2_capability capability;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC), err = ioctl(fd, VIDIOC_QUERYCAP, &capability) < 0 ? errno : 0;

	close(fd);
	if (err == ENOTTY)
		return true;
	print_message("skipped: a device does not tell here that it is none of V4L2\n");
	return false;
}

static void test_wrong_cameras(void **state)
{
	static const struct {
		const char *spec, *hint;
		int err;
	} cases[] = {
		{ "", "which file or camera?", -EINVAL },
		{ "webcam", "use auto, /dev/videoN, pipewire[:NAME], file:PATH or presenter[:SEED]", -EINVAL },
		{ "autos", "not known; did you mean auto?", -EINVAL },
		{ "presentr:7", "did you mean presenter:7?", -EINVAL },
		{ "fiile:me.mp4", "did you mean file:me.mp4?", -EINVAL },
		{ "file", "did you mean file:PATH?", -EINVAL },
		{ "video0", "did you mean /dev/video0?", -EINVAL },
		{ "dev/video12", "did you mean /dev/video12?", -EINVAL },
		{ "2", "did you mean /dev/video2?", -EINVAL },
		{ "auto.mp4", "did you mean file:auto.mp4?", -EINVAL },
		{ "me.mp4", "did you mean file:me.mp4?", -EINVAL },
		{ "/home/me/clip", "did you mean file:/home/me/clip?", -EINVAL },
		{ "presenter:x", "", -EINVAL },
		{ "/dev/potemkin-has-no-such-device", "no such device", -ENOENT },
		{ "/dev/null", "not a camera", -ENODEV },
		{ "-", "is a pipe; a live run cannot read from one", -EINVAL },
		{ "file:-", "is a pipe", -EINVAL },
		{ "file:/nonexistent/clip.mp4", "/nonexistent/clip.mp4", -ENOENT },
	};
	const struct pmk_source_wish wish = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pmk_source *source = NULL;
		int err;

		if (cases[i].err == -ENODEV && !devices_tell_what_they_are())
			continue;
		lines[0] = '\0';
		err = pmk_source_open(cases[i].spec, &wish, &source);
		if (err != cases[i].err || source || !strstr(lines, cases[i].hint) ||
			strchr(lines, '\n') != lines + strlen(lines) - 1)
			fail_msg("'%s': %d, not %d, and '%s'", cases[i].spec, err, cases[i].err, lines);
	}
}

static void test_wrong_outputs(void **state)
{
	static const struct {
		const char *spec, *hint;
		int err;
	} cases[] = {
		{ "", "which file or virtual camera?", -EINVAL },
		{ "screen", "use auto, /dev/videoN, pipewire[:NAME], file:PATH, null or hash", -EINVAL },
		{ "nul", "not known; did you mean null?", -EINVAL },
		{ "null:", "did you mean null?", -EINVAL },
		{ "hsh", "did you mean hash?", -EINVAL },
		{ "pipewre:talk", "did you mean pipewire:talk?", -EINVAL },
		{ "video60", "did you mean /dev/video60?", -EINVAL },
		{ "out.mp4", "did you mean file:out.mp4?", -EINVAL },
		{ "/dev/potemkin-has-no-such-device", "no such device", -ENOENT },
		{ "/dev/null", "not a virtual camera", -ENODEV },
		{ "-", "is a pipe; a live run cannot write to one", -EINVAL },
		{ "/dev/stdout", "is a pipe", -EINVAL },
		{ "file:/dev/stdout", "is a pipe", -EINVAL },
		{ "file:-", "is a pipe", -EINVAL },
	};
	const struct pmk_sink_setup setup = { .layout = { .width = 64, .height = 48 }, .fps = 30 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pmk_sink *sink = NULL;
		int err;

		if (cases[i].err == -ENODEV && !devices_tell_what_they_are())
			continue;
		lines[0] = '\0';
		err = pmk_sink_open(cases[i].spec, &setup, NULL, &sink);
		if (err != cases[i].err || sink || !strstr(lines, cases[i].hint) ||
			strchr(lines, '\n') != lines + strlen(lines) - 1)
			fail_msg("'%s': %d, not %d, and '%s'", cases[i].spec, err, cases[i].err, lines);
	}
}

static void test_right_ones(void **state)
{
	const struct pmk_source_wish wish = { .width = 64, .height = 48, .unpaced = true };
	const struct pmk_sink_setup setup = { .layout = { .width = 64, .height = 48 }, .fps = 30 };
	struct pmk_source *source;
	struct pmk_sink *sink;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(pmk_source_open(i ? "presenter:7" : "presenter", &wish, &source), 0);
		assert_int_equal(source->layout.width, 64);
		pmk_source_close(source);
	}
	assert_int_equal(pmk_sink_open("null", &setup, NULL, &sink), 0);
	assert_string_equal(sink->name, "null");
	assert_int_equal(pmk_sink_close(sink, NULL), 0);
	pmk_source_close(NULL);
}

static int catch (void **state)
{
	pmk_log_redirect(catch_line, NULL);
	return 0;
}

static int release(void **state)
{
	pmk_log_redirect(NULL, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_cameras),
		cmocka_unit_test(test_wrong_outputs),
		cmocka_unit_test(test_right_ones),
	};

	return cmocka_run_group_tests(tests, catch, release);
}
