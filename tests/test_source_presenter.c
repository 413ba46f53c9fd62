/* SPDX-License-Identifier: MIT */
#include "io/source.h"

#include "base/clock.h"
#include "base/log.h"
#include "draw/presenter.h"
#include "image/fourcc.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int lines;

static void count_line(void *user, enum pmk_log_level level, const char *line)
{
	lines++;
}

static struct pmk_source *opened(const char *spec, const struct pmk_source_wish *wish)
{
	struct pmk_source *source = NULL;

	assert_int_equal(pmk_source_open(spec, wish, &source), 0);
	return source;
}

static struct pmk_frame *read_one(struct pmk_source *source)
{
	struct pmk_frame *frame = NULL;

	assert_int_equal(pmk_source_read(source, &frame, pmk_clock_now_ns() + 20 * PMK_S_NS), 0);
	assert_true(pmk_layout_equal(&frame->image.layout, &source->layout));
	return frame;
}

static void test_defaults(void **state)
{
	struct pmk_source *source = opened("presenter", &(struct pmk_source_wish){ 0 });

	assert_int_equal(source->layout.width, 1280);
	assert_int_equal(source->layout.height, 720);
	assert_int_equal(source->layout.chroma, PMK_CHROMA_420);
	assert_int_equal(source->layout.range, PMK_RANGE_LIMITED);
	assert_int_equal(source->layout.matrix, PMK_MATRIX_BT601);
	assert_true(source->fps == 30);
	pmk_source_close(source);
}

static void test_wish_is_respected(void **state)
{
	static const struct {
		uint32_t fourcc;
		enum pmk_chroma chroma;
	} kinds[] = {
		{ PMK_FOURCC_YUYV, PMK_CHROMA_422 },
		{ PMK_FOURCC_UYVY, PMK_CHROMA_422 },
		{ PMK_FOURCC_NV12, PMK_CHROMA_420 },
		{ PMK_FOURCC_MJPG, PMK_CHROMA_420 },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct pmk_source_wish wish = {
			.width = 98, .height = 55, .fps = 12.5, .fourcc = kinds[i].fourcc, .unpaced = true
		};
		struct pmk_source *source = opened("presenter:3", &wish);

		assert_int_equal(source->layout.width, 98);
		assert_int_equal(source->layout.height, 55);
		assert_int_equal(source->layout.chroma, kinds[i].chroma);
		assert_true(source->fps == 12.5);
		pmk_frame_unref(read_one(source));
		pmk_source_close(source);
	}
}

/* Frame n of an unpaced source shows the picture of time n / fps, and none is left out. */
static void test_larger_frames_are_drawn(void **state)
{
	const struct pmk_source_wish wish = { .width = 320, .height = 180, .larger = true, .unpaced = true };
	struct pmk_source *source = opened("presenter", &wish);

	assert_int_equal(source->layout.width, 480);
	assert_int_equal(source->layout.height, 270);
	assert_int_equal(source->picture_width, 320);
	assert_int_equal(source->picture_height, 180);
	pmk_frame_unref(read_one(source));
	pmk_source_close(source);
}

static void test_unpaced_gives_every_frame(void **state)
{
	struct pmk_source *source = opened(
		"presenter:9", &(struct pmk_source_wish){ .width = 96, .height = 54, .fps = 25, .unpaced = true });
	struct pmk_presenter *presenter;
	struct pmk_image expected;

	assert_int_equal(pmk_presenter_create(96, 54, 9, &presenter), 0);
	assert_int_equal(pmk_image_alloc(&expected, &source->layout), 0);
	for (uint64_t n = 0; n < 60; n++) {
		struct pmk_frame *frame = read_one(source);

		assert_int_equal(frame->number, n);
		assert_int_equal(frame->position_ns, n * (PMK_S_NS / 25));
		pmk_presenter_draw_image(presenter, (double)n / 25, &expected, NULL);
		for (int y = 0; y < 54; y++)
			assert_memory_equal(frame->image.plane[0] + y * frame->image.stride[0],
				expected.plane[0] + y * expected.stride[0], 96);
		pmk_frame_unref(frame);
	}
	assert_int_equal(source->dropped, 0);
	pmk_image_free(&expected);
	pmk_presenter_destroy(presenter);
	pmk_source_close(source);
}

static void test_paced_frames_come_when_due(void **state)
{
	struct pmk_source *source = opened(
		"presenter", &(struct pmk_source_wish){ .width = 32, .height = 32, .fps = 100 });
	uint64_t first_ns = 0, first = 0, last = 0;

	for (int i = 0; i < 30; i++) {
		struct pmk_frame *frame = read_one(source);

		assert_true(pmk_clock_now_ns() >= frame->time_ns);
		assert_int_equal(frame->position_ns, -1);
		assert_true(i == 0 || frame->number > last);
		last = frame->number;
		if (i == 0) {
			first_ns = frame->time_ns;
			first = last;
		}
		assert_int_equal(frame->time_ns - first_ns, (last - first) * (PMK_S_NS / 100));
		assert_int_equal(source->dropped, last - (uint64_t)i);
		pmk_frame_unref(frame);
	}
	pmk_source_close(source);
}

static void test_late_reader_gets_the_newest(void **state)
{
	struct pmk_source *source = opened(
		"presenter", &(struct pmk_source_wish){ .width = 32, .height = 32, .fps = 200 });
	struct pmk_frame *frame = read_one(source);
	uint64_t start_ns = frame->time_ns, before_ns;

	pmk_frame_unref(frame);
	pmk_clock_sleep_until(start_ns + 101 * PMK_MS_NS);
	before_ns = pmk_clock_now_ns();
	frame = read_one(source);
	assert_true(frame->time_ns + PMK_S_NS / 200 > before_ns);
	assert_true(frame->number >= 20);
	assert_int_equal(source->dropped, frame->number - 1);
	pmk_frame_unref(frame);
	pmk_source_close(source);
}

static void test_deadline_before_the_frame(void **state)
{
	struct pmk_source *source = opened(
		"presenter", &(struct pmk_source_wish){ .width = 32, .height = 32, .fps = 1 });
	struct pmk_frame *frame = read_one(source), *none = NULL;
	uint64_t deadline_ns = frame->time_ns + 20 * PMK_MS_NS;

	assert_int_equal(pmk_source_read(source, &none, deadline_ns), -EAGAIN);
	assert_null(none);
	assert_true(pmk_clock_now_ns() >= deadline_ns);
	pmk_frame_unref(frame);
	pmk_source_close(source);
}

static void test_all_frames_in_use(void **state)
{
	struct pmk_source *source = opened(
		"presenter", &(struct pmk_source_wish){ .width = 32, .height = 32, .unpaced = true });
	struct pmk_frame *held[64], *none = NULL;
	int count = 0, err;

	while (count < 64 && !(err = pmk_source_read(source, &held[count], UINT64_MAX)))
		count++;
	assert_in_range(count, 3, 63);
	assert_int_equal(pmk_source_read(source, &none, UINT64_MAX), -EAGAIN);
	pmk_frame_unref(held[--count]);
	held[count] = read_one(source);
	assert_int_equal(held[count]->number, (uint64_t)count + 1);
	while (count >= 0)
		pmk_frame_unref(held[count--]);
	pmk_source_close(source);
}

static void test_bad_words_are_refused_in_one_line(void **state)
{
	static const struct {
		const char *spec;
		struct pmk_source_wish wish;
	} cases[] = {
		{ "presenter:x", { .width = 0 } },
		{ "presenter:1x", { .width = 0 } },
		{ "presenter:-1", { .width = 0 } },
		{ "presenter:99999999999", { .width = 0 } },
		{ "presenter", { .width = 8, .height = 8 } },
		{ "presenter", { .width = 640 } },
		{ "presenter", { .width = 9000, .height = 100 } },
		{ "presenter", { .fps = -3 } },
		{ "presenter", { .fps = 1e9 } },
	};

	pmk_log_redirect(count_line, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pmk_source *source = NULL;

		lines = 0;
		assert_int_equal(pmk_source_open(cases[i].spec, &cases[i].wish, &source), -EINVAL);
		assert_null(source);
		assert_int_equal(lines, 1);
	}
	pmk_log_redirect(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_wish_is_respected),
		cmocka_unit_test(test_larger_frames_are_drawn),
		cmocka_unit_test(test_unpaced_gives_every_frame),
		cmocka_unit_test(test_paced_frames_come_when_due),
		cmocka_unit_test(test_late_reader_gets_the_newest),
		cmocka_unit_test(test_deadline_before_the_frame),
		cmocka_unit_test(test_all_frames_in_use),
		cmocka_unit_test(test_bad_words_are_refused_in_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
