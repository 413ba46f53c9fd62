/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "image/colour.h"
#include "io/source.h"
#include "media/still.h"
#include "media_material.h"

static const struct pmk_layout small = { .width = 96, .height = 64 };
static const uint64_t PATIENCE_NS = 60 * PMK_S_NS;

static void make_clip(const char *name, double fps, int count)
{
	const struct pmk_media_out_settings settings = { .layout = small, .fps = fps };

	material_write(material_path(name), &settings, count, NULL);
}

static void make_still(const char *name)
{
	struct pmk_rgb rgb;

	assert_int_equal(pmk_rgb_alloc(&rgb, 96, 64), 0);
	memset(rgb.data, 200, (size_t)rgb.stride * 64);
	assert_int_equal(pmk_still_write_rgb(material_path(name), &rgb), 0);
	pmk_rgb_free(&rgb);
}

static struct pmk_source *open_file(const char *name, const struct pmk_source_wish *wish)
{
	struct pmk_source *source;

	assert_int_equal(pmk_source_file_open(material_path(name), wish, &source), 0);
	return source;
}

static int read_frame(struct pmk_source *source, struct pmk_frame **frame, uint64_t wait_ns)
{
	return source->impl->read(source, frame, pmk_clock_now_ns() + wait_ns);
}

/* Find which of the `count` drawn pictures this is; y4m is lossless. */
static int which(const struct pmk_image *image, int count)
{
	struct pmk_image drawn;
	int found = -1;

	assert_int_equal(pmk_image_alloc(&drawn, &image->layout), 0);
	for (int n = 0; n < count && found < 0; n++) {
		material_draw(&drawn, n);
		if (material_psnr(&drawn, image) == 99)
			found = n;
	}
	pmk_image_free(&drawn);
	return found;
}

/* Frames keep their times to the nanosecond, also across dropped frames and across the end of the file. Only a delay of
 * more than a second moves them. */
static void follow_beat(const struct pmk_frame *frame, uint64_t period_ns, uint64_t *start_ns)
{
	uint64_t from = frame->time_ns - frame->number * period_ns;

	if (!*start_ns || from > *start_ns + PMK_S_NS)
		*start_ns = from;
	assert_int_equal(from, *start_ns);
}

static void test_unpaced_gives_every_frame_once(void **state)
{
	const struct pmk_source_wish wish = { .unpaced = true };
	struct pmk_source *source;
	struct pmk_frame *frame;
	uint64_t start = pmk_clock_now_ns();

	make_clip("a.y4m", 25, 50);
	source = open_file("a.y4m", &wish);
	assert_true(source->fps == 25);
	assert_non_null(strstr(source->name, "96x64 at 25/s"));
	for (int n = 0; n < 50; n++) {
		assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
		assert_int_equal(frame->number, n);
		assert_int_equal(frame->position_ns, n * INT64_C(40000000));
		assert_true(frame->time_ns >= start && frame->time_ns <= pmk_clock_now_ns());
		assert_int_equal(which(&frame->image, 50), n);
		pmk_frame_unref(frame);
	}
	assert_int_equal(read_frame(source, &frame, PATIENCE_NS), -ENODATA);
	assert_int_equal(read_frame(source, &frame, PATIENCE_NS), -ENODATA);
	assert_int_equal(source->dropped, 0);
	source->impl->close(source);
	material_clear();
}

/* The frames of a file keep up to twice the size that is to be shown. */
static void test_larger_frames(void **state)
{
	static const int sizes[][4] = { { 48, 32, 96, 64 }, { 64, 40, 96, 60 }, { 32, 20, 64, 40 } };

	make_clip("a.y4m", 25, 2);
	for (int i = 0; i < 3; i++) {
		const struct pmk_source_wish wish = {
			.width = sizes[i][0], .height = sizes[i][1], .unpaced = true, .larger = true
		};
		struct pmk_source *source = open_file("a.y4m", &wish);
		struct pmk_frame *frame;

		assert_int_equal(source->picture_width, sizes[i][0]);
		assert_int_equal(source->picture_height, sizes[i][1]);
		assert_int_equal(source->layout.width, sizes[i][2]);
		assert_int_equal(source->layout.height, sizes[i][3]);
		assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
		assert_int_equal(frame->image.layout.width, sizes[i][2]);
		pmk_frame_unref(frame);
		source->impl->close(source);
	}
	material_clear();
}

static void test_paced_loops_at_its_rate(void **state)
{
	const struct pmk_source_wish wish = { 0 };
	struct pmk_source *source;
	struct pmk_frame *frame;
	uint64_t start = 0, last_number = 0;

	make_clip("a.y4m", 100, 10);
	source = open_file("a.y4m", &wish);
	for (int n = 0; n < 35; n++) {
		assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
		assert_true(n == 0 || frame->number > last_number);
		follow_beat(frame, 10 * PMK_MS_NS, &start);
		assert_true(pmk_clock_now_ns() >= frame->time_ns);
		assert_int_equal(frame->position_ns, -1);
		assert_int_equal(which(&frame->image, 10), (int)(frame->number % 10));
		last_number = frame->number;
		pmk_frame_unref(frame);
	}
	assert_int_equal(source->dropped, last_number - 34);
	source->impl->close(source);
	material_clear();
}

static void test_late_reader_gets_the_newest(void **state)
{
	const struct pmk_source_wish wish = { 0 };
	struct pmk_source *source;
	struct pmk_frame *frame = NULL;
	uint64_t first, first_number, now, given = 0;

	make_clip("a.y4m", 100, 100);
	source = open_file("a.y4m", &wish);
	do {
		pmk_frame_unref(frame);
		assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
		first = frame->time_ns;
		first_number = frame->number;
		pmk_frame_unref(frame);
		pmk_clock_sleep_until(first + 255 * PMK_MS_NS);
		now = pmk_clock_now_ns();
		assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
		given += 2;
	} while (pmk_clock_now_ns() - first > PMK_S_NS); /* this one was very late: see below */
	assert_true(frame->time_ns + 10 * PMK_MS_NS >= now);
	assert_true(frame->number >= first_number + 25);
	assert_int_equal(source->dropped, frame->number + 1 - given);
	pmk_frame_unref(frame);
	source->impl->close(source);
	material_clear();
}

/* After a machine slept for long, the file plays on; the missed pictures are not decoded. */
static void test_very_late_goes_on_from_there(void **state)
{
	const struct pmk_source_wish wish = { 0 };
	struct pmk_source *source;
	struct pmk_frame *frame;
	uint64_t first, number;

	make_clip("a.y4m", 100, 300);
	source = open_file("a.y4m", &wish);
	assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
	first = frame->time_ns;
	number = frame->number; /* 0, unless the first one took long to decode */
	pmk_frame_unref(frame);
	pmk_clock_sleep_until(first + 1200 * PMK_MS_NS);
	assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
	assert_int_equal(frame->number, number + 1);
	assert_true(frame->time_ns >= first + 1200 * PMK_MS_NS);
	pmk_frame_unref(frame);
	source->impl->close(source);
	material_clear();
}

static void test_nothing_before_it_is_due(void **state)
{
	const struct pmk_source_wish wish = { 0 };
	struct pmk_source *source;
	struct pmk_frame *frame;
	uint64_t deadline;

	make_clip("a.y4m", 2, 4);
	source = open_file("a.y4m", &wish);
	assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
	deadline = frame->time_ns + 20 * PMK_MS_NS;
	pmk_frame_unref(frame);
	assert_int_equal(source->impl->read(source, &frame, deadline), -EAGAIN);
	assert_true(pmk_clock_now_ns() >= deadline);
	source->impl->close(source);
	material_clear();
}

static void test_all_frames_in_use(void **state)
{
	const struct pmk_source_wish wish = { .unpaced = true };
	struct pmk_source *source;
	struct pmk_frame *frames[64];
	int held = 0, err = 0;

	make_clip("a.y4m", 30, 64);
	source = open_file("a.y4m", &wish);
	while (held < 64 && !(err = read_frame(source, &frames[held], 0)))
		held++;
	assert_int_equal(err, -EAGAIN);
	assert_true(held >= 4);
	pmk_frame_unref(frames[--held]);
	assert_int_equal(read_frame(source, &frames[held], 0), 0);
	assert_int_equal(frames[held]->number, held + 1); /* none was lost in the meantime */
	while (held >= 0)
		pmk_frame_unref(frames[held--]);
	source->impl->close(source);
	material_clear();
}

static void test_still_is_repeated(void **state)
{
	struct pmk_source_wish wish = { 0 };
	struct pmk_source *source;
	struct pmk_frame *frame;
	uint64_t start = 0;

	make_still("a.png");
	source = open_file("a.png", &wish);
	assert_true(source->fps == 30);
	source->impl->close(source);

	wish.fps = 100;
	source = open_file("a.png", &wish);
	assert_true(source->fps == 100);
	for (int n = 0; n < 5; n++) {
		assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
		follow_beat(frame, 10 * PMK_MS_NS, &start);
		assert_in_range(frame->image.plane[0][0], 187, 189); /* 16 + 200 219/255 */
		pmk_frame_unref(frame);
	}
	source->impl->close(source);

	wish.unpaced = true;
	source = open_file("a.png", &wish);
	assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
	assert_int_equal(frame->position_ns, 0);
	pmk_frame_unref(frame);
	assert_int_equal(read_frame(source, &frame, PATIENCE_NS), -ENODATA);
	source->impl->close(source);
	material_clear();
}

static void test_scaled_to_the_wish(void **state)
{
	const struct pmk_source_wish wish = { .width = 48, .height = 34, .unpaced = true };
	static const char *const names[] = { "a.y4m", "a.png" };

	make_clip("a.y4m", 30, 2);
	make_still("a.png");
	for (int i = 0; i < 2; i++) {
		struct pmk_source *source = open_file(names[i], &wish);
		struct pmk_frame *frame;

		assert_int_equal(source->layout.width, 48);
		assert_int_equal(source->layout.height, 34);
		assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
		assert_true(pmk_layout_equal(&frame->image.layout, &source->layout));
		if (i)
			assert_in_range(frame->image.plane[0][33 * frame->image.stride[0] + 47], 187, 189);
		pmk_frame_unref(frame);
		source->impl->close(source);
	}
	material_clear();
}

/* All of a picture of another shape, between bars; the frame says how wide they are. */
static void test_bars(void **state)
{
	const struct pmk_source_wish wish = { .width = 256, .height = 144, .unpaced = true, .contain = true };
	static const char *const names[] = { "a.y4m", "a.png" };

	make_clip("a.y4m", 30, 2);
	make_still("a.png");
	for (int i = 0; i < 2; i++) {
		struct pmk_source *source = open_file(names[i], &wish);
		struct pmk_frame *frame;

		assert_int_equal(read_frame(source, &frame, PATIENCE_NS), 0);
		assert_int_equal(frame->image.layout.width, 256);
		assert_int_equal(frame->bar_x, 20);
		assert_int_equal(frame->bar_y, 0);
		pmk_frame_unref(frame);
		source->impl->close(source);
	}
	material_clear();
}

static void damage_middle(const char *path)
{
	uint32_t seed = 1;
	size_t size;
	uint8_t *data = material_load(path, &size);

	for (size_t i = size / 4; i < size / 2; i++)
		data[i] = (uint8_t)material_random(&seed);
	material_store(path, data, size);
	free(data);
}

/* A film that plays tells of damaged pictures when they are missing; who converts one tells at the end. */
static void test_damage_is_told_when_it_is_met(void **state)
{
	enum { COUNT = 60 };

	make_clip("damaged.mp4", 60, COUNT);
	damage_middle(material_path("damaged.mp4"));
	for (int unpaced = 0; unpaced < 2; unpaced++) {
		const struct pmk_source_wish wish = { .unpaced = unpaced };
		struct pmk_source *source = open_file("damaged.mp4", &wish);
		struct pmk_frame *frame;

		material_warnings = 0;
		while (source->damaged == 0 && read_frame(source, &frame, 5 * PMK_S_NS) == 0) {
			pmk_frame_unref(frame);
			assert_int_equal(material_warnings > 0, source->damaged > 0 && !unpaced);
		}
		assert_true(source->damaged > 0);
		assert_int_equal(material_warnings > 0, !unpaced);
		pmk_source_close(source);
	}
	material_clear();
}

static void test_errors(void **state)
{
	const struct pmk_source_wish wish = { 0 };
	struct pmk_source *source;
	const char *text = material_path("words");

	assert_fails(pmk_source_file_open(material_path("absent.mp4"), &wish, &source), -ENOENT, "absent.mp4");
	material_store(text, "only words", 10);
	assert_fails(pmk_source_file_open(text, &wish, &source), -EBADMSG, text);
	material_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unpaced_gives_every_frame_once),
		cmocka_unit_test(test_larger_frames),
		cmocka_unit_test(test_paced_loops_at_its_rate),
		cmocka_unit_test(test_late_reader_gets_the_newest),
		cmocka_unit_test(test_very_late_goes_on_from_there),
		cmocka_unit_test(test_nothing_before_it_is_due),
		cmocka_unit_test(test_all_frames_in_use),
		cmocka_unit_test(test_still_is_repeated),
		cmocka_unit_test(test_scaled_to_the_wish),
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_damage_is_told_when_it_is_met),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}
