/* SPDX-License-Identifier: MIT */
#include "image/shown_seal.h"
#include "io/sink.h"
#include "media/media.h"
#include "media_material.h"
#include "media_remux.h"

static const struct pmk_layout small = { .width = 96, .height = 64 };

struct written {
	uint64_t time_ns;
	int64_t position_ns;
};

static void write_all(const char *name, const struct pmk_sink_setup *setup, const struct written *all, int count)
{
	struct pmk_shown_pool *pool = pmk_shown_pool_create(2, &small);
	struct pmk_sink *sink;

	assert_non_null(pool);
	assert_int_equal(pmk_sink_file_open(material_path(name), setup, &sink), 0);
	assert_non_null(strstr(sink->name, "96x64"));
	for (int n = 0; n < count; n++) {
		struct pmk_shown *shown = pmk_shown_pool_take(pool);

		assert_non_null(shown);
		material_draw(&shown->image, n);
		shown->time_ns = all[n].time_ns;
		shown->position_ns = all[n].position_ns;
		shown->cover = n % 2; /* a cover is written like any other */
		assert_int_equal(sink->impl->write(sink, shown), 0);
		pmk_shown_unref(shown);
	}
	if (setup->whole)
		assert_int_equal(access(material_path(name), F_OK), -1);
	assert_int_equal(sink->impl->close(sink, NULL), 0);
	pmk_shown_pool_destroy(pool);
}

static void assert_open_and_close(const char *name, const struct pmk_sink_setup *setup)
{
	struct pmk_sink *sink;

	assert_int_equal(pmk_sink_file_open(material_path(name), setup, &sink), 0);
	assert_int_equal(sink->impl->close(sink, NULL), 0);
}

static void assert_positions(const char *name, const int64_t *positions, int count)
{
	struct pmk_media *media;
	struct pmk_image want, got;
	int64_t position;

	assert_int_equal(pmk_media_open(material_path(name), &media), 0);
	assert_int_equal(pmk_image_alloc(&want, &small), 0);
	assert_int_equal(pmk_image_alloc(&got, &small), 0);
	for (int n = 0; n < count; n++) {
		assert_int_equal(pmk_media_read(media, &got, &position), 1);
		assert_true(llabs(position - positions[n]) <= 1000000);
		material_draw(&want, n);
		assert_true(material_psnr(&want, &got) > 34);
	}
	assert_int_equal(pmk_media_read(media, &got, &position), 0);
	pmk_image_free(&want);
	pmk_image_free(&got);
	pmk_media_close(media);
}

static void test_positions_of_a_recording(void **state)
{
	static const struct written all[] = { { 9000, 0 }, { 9001, 40000000 }, { 9002, 50000000 },
		{ 9003, 500000000 } };
	static const int64_t positions[] = { 0, 40000000, 50000000, 500000000 };
	const struct pmk_sink_setup setup = { .layout = small, .fps = 25, .whole = true };

	write_all("a.mkv", &setup, all, 4);
	assert_positions("a.mkv", positions, 4);
	assert_int_equal(material_clear(), 1);
}

/* Live pictures are placed by capture time. One that is shown again lasts one more period; one that was captured before
 * the first is not lost. */
static void test_live_times(void **state)
{
	static const struct written all[] = { { UINT64_C(7000000000), -1 }, { UINT64_C(7035000000), -1 },
		{ UINT64_C(7035000000), -1 }, { UINT64_C(7035000000), -1 }, { UINT64_C(7400000000), -1 } };
	static const int64_t positions[] = { 0, 35000000, 75000000, 115000000, 400000000 };
	const struct pmk_sink_setup setup = { .layout = small, .fps = 25 };

	write_all("a.mp4", &setup, all, 5);
	assert_positions("a.mp4", positions, 5);
	material_clear();
}

/* A video that ends before its first picture could not be opened by any player, so it does not replace an older file.
 */
static void test_no_picture_is_no_file(void **state)
{
	static const struct written one[] = { { 100, 0 } };
	static const int64_t positions[] = { 0 };
	const struct pmk_sink_setup setup = { .layout = small, .fps = 25 };

	write_all("a.mkv", &setup, one, 1);
	assert_open_and_close("a.mkv", &setup);
	assert_positions("a.mkv", positions, 1);
	assert_open_and_close("b.mp4", &setup);
	assert_int_equal(access(material_path("b.mp4"), F_OK), -1);
	assert_int_equal(material_clear(), 1);
}

/* A cover has no position; in the middle of a recording it stays in the middle. */
static void test_cover_inside_a_recording(void **state)
{
	static const struct written all[] = { { 100, 0 }, { 200, 40000000 }, { UINT64_C(5000000000), -1 },
		{ 400, 120000000 } };
	static const int64_t positions[] = { 0, 40000000, 80000000, 120000000 };
	const struct pmk_sink_setup setup = { .layout = small, .fps = 25 };

	write_all("a.mkv", &setup, all, 4);
	assert_positions("a.mkv", positions, 4);
	material_clear();
}

static void test_audio_comes_along(void **state)
{
	static const struct written all[] = { { 0, 0 }, { 1, 500000000 }, { 2, 1000000000 } };
	struct pmk_media_out_settings mute = { .layout = small, .fps = 30 };
	const struct remux how = { .audio = AV_CODEC_ID_PCM_S16LE, .audio_s = 1 };
	struct pmk_sink_setup setup = { .layout = small, .fps = 25, .whole = true };

	material_write(material_path("mute.mkv"), &mute, 30, NULL);
	remux(material_path("mute.mkv"), material_path("in.mkv"), &how);
	setup.carry.from = material_path("in.mkv");
	write_all("a.mkv", &setup, all, 3);
	assert_int_equal(measure_audio(material_path("a.mkv")).packets, measure_audio(material_path("in.mkv")).packets);
	material_clear();
}

static void count_cropped(void *user, enum pmk_log_level level, const char *line)
{
	*(int *)user += strstr(line, "of 97x65 are cropped to 96x64") != NULL;
}

/* The message gives the size of the file's pictures, and says that they are cropped. */
static void test_odd_sides(void **state)
{
	static const struct {
		const char *name;
		int width, height; /* in the file */
		int told;
	} cases[] = { { "odd.mp4", 96, 64, 1 }, { "odd.mkv", 96, 64, 1 }, { "odd.y4m", 97, 65, 0 } };
	const struct pmk_sink_setup setup = { .layout = { .width = 97, .height = 65 }, .fps = 30 };
	char size[16];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pmk_sink *sink;
		int told = 0;

		pmk_log_listen(count_cropped, &told);
		assert_int_equal(pmk_sink_file_open(material_path(cases[i].name), &setup, &sink), 0);
		snprintf(size, sizeof size, "%dx%d", cases[i].width, cases[i].height);
		assert_non_null(strstr(sink->name, size));
		assert_int_equal(told, cases[i].told);
		pmk_log_listen(NULL, NULL);
		sink->spoilt = true;
		assert_int_equal(sink->impl->close(sink, NULL), 0);
	}
}

static void test_errors(void **state)
{
	const struct pmk_sink_setup setup = { .layout = small, .fps = 25 };
	struct pmk_sink *sink;

	assert_fails(pmk_sink_file_open(material_path("a.txt"), &setup, &sink), -EINVAL, "a.txt");
	assert_fails(pmk_sink_file_open(material_path("nowhere/a.mp4"), &setup, &sink), -ENOENT, "nowhere/a.mp4");
	assert_int_equal(material_clear(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_positions_of_a_recording),
		cmocka_unit_test(test_live_times),
		cmocka_unit_test(test_no_picture_is_no_file),
		cmocka_unit_test(test_cover_inside_a_recording),
		cmocka_unit_test(test_audio_comes_along),
		cmocka_unit_test(test_odd_sides),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}
