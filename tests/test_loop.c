/* SPDX-License-Identifier: MIT */
/* A round of a film that is recorded in memory: compose/film/loop.c, and the screen that records it. Each picture here
 * has a level of its own, which tells which it is. */
#include "film_material.h"

#include "base/clock.h"
#include "compose/film/screen.h"

#include <errno.h>

enum { COUNT = 24, DARKEST = 30, APART = 8, STEP_MS = 40 };

static const struct pmk_layout size = { .width = 98, .height = 66, .matrix = PMK_MATRIX_BT709 };

static void write_film(const char *name)
{
	const struct pmk_layout small = { .width = 64, .height = 48 };
	const struct pmk_media_out_settings settings = { .layout = small, .fps = 1000.0 / STEP_MS };
	struct pmk_media_out *out;
	struct pmk_image image;

	assert_int_equal(pmk_image_alloc(&image, &small), 0);
	assert_int_equal(pmk_media_out_open(material_path(name), &settings, &out), 0);
	for (int n = 0; n < COUNT; n++) {
		pmk_image_fill(&image, (uint8_t[]){ (uint8_t)(DARKEST + APART * n), 128, 128 });
		assert_int_equal(pmk_media_out_write(out, &image, NULL, n * STEP_MS * (int64_t)PMK_MS_NS), 0);
	}
	assert_int_equal(pmk_media_out_finish(out, false), 0);
	pmk_image_free(&image);
}

static void open_screen(struct pmk_screen *screen, struct pmk_image *image, enum pmk_fit fit)
{
	write_film("a.mkv");
	assert_int_equal(pmk_screen_open(screen, material_path("a.mkv"), fit, &size), 0);
	assert_int_equal(pmk_screen_alloc(screen, image), 0);
	pmk_screen_record(screen, true);
}

static void close_screen(struct pmk_screen *screen, struct pmk_image *image)
{
	pmk_screen_close(screen);
	pmk_image_free(image);
	material_clear();
}

/* Which picture it is, by all its planes: each picture of this film is of one colour. */
static int which(const struct pmk_image *image)
{
	int level = image->plane[0][(ptrdiff_t)(size.height / 2) * image->stride[0] + size.width / 2];

	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&size, p); y++) {
			const uint8_t *row = image->plane[p] + (ptrdiff_t)y * image->stride[p];

			for (int x = 0; x < pmk_layout_plane_width(&size, p); x++)
				assert_in_range(row[x], (p ? 128 : level) - 2, (p ? 128 : level) + 2);
		}
	}
	return (level - DARKEST + APART / 2) / APART;
}

/* Read the rest of a round; the number of its pictures. */
static int read_round(struct pmk_screen *screen, struct pmk_image *image, int64_t now_ns)
{
	int64_t position, told;
	int count = 0;

	while (pmk_screen_next(screen, INT64_MIN, now_ns, &told) == 1) {
		assert_int_equal(pmk_screen_read(screen, image, &position), 1);
		assert_int_equal(position, told);
		assert_int_equal(which(image), position / (int64_t)PMK_MS_NS / STEP_MS);
		assert_in_range(pmk_screen_lasts_ns(screen) / (int64_t)PMK_MS_NS, STEP_MS - 1, STEP_MS + 1);
		count++;
	}
	return count;
}

/* After its first round, a film comes from memory, with the same pictures at the same times, and its file is closed. */
static void test_rounds_from_memory(void **state)
{
	struct pmk_screen screen;
	struct pmk_image image;

	for (int fit = PMK_FIT_COVER; fit <= PMK_FIT_TILE; fit++) {
		if (fit == PMK_FIT_CONTAIN)
			continue; /* bars: its pictures are not of one colour */
		open_screen(&screen, &image, (enum pmk_fit)fit);
		assert_int_equal(read_round(&screen, &image, 0), COUNT);
		for (int round = 0; round < 3; round++) {
			assert_int_equal(pmk_screen_rewind(&screen), 0);
			assert_null(screen.media);
			assert_int_equal(read_round(&screen, &image, 0), COUNT);
		}
		close_screen(&screen, &image);
	}
}

/* Pictures that are over are left out of a round from memory, but not while it is recorded. */
static void test_what_is_left_out(void **state)
{
	struct pmk_screen screen;
	struct pmk_image image;
	int64_t position;

	open_screen(&screen, &image, PMK_FIT_COVER);
	for (int n = 0; n < COUNT; n++) {
		assert_int_equal(pmk_screen_next(&screen, 3 * STEP_MS * (n + 1) * (int64_t)PMK_MS_NS, 0, &position), 1);
		assert_int_equal(pmk_screen_read(&screen, &image, &position), 1);
		assert_int_equal(which(&image), n);
	}
	assert_int_equal(pmk_screen_rewind(&screen), 0);
	for (int n = 2; n < COUNT; n += 3) {
		assert_int_equal(pmk_screen_next(&screen, (n * STEP_MS + 5) * (int64_t)PMK_MS_NS, 0, &position), 1);
		assert_int_equal(pmk_screen_read(&screen, &image, &position), 1);
		assert_int_equal(which(&image), n);
	}
	assert_int_equal(pmk_screen_next(&screen, INT64_MAX, 0, &position), 0);
	close_screen(&screen, &image);
}

/* A machine that is too slow to record a round leaves pictures out of it, and tries again in the next one. */
static void test_a_late_round(void **state)
{
	struct pmk_screen screen;
	struct pmk_image image;
	int64_t position, now = 500 * (int64_t)PMK_S_NS;

	open_screen(&screen, &image, PMK_FIT_COVER);
	assert_int_equal(read_round(&screen, &image, now), COUNT);
	assert_null(screen.loop);
	assert_int_equal(pmk_screen_rewind(&screen), 0);
	assert_non_null(screen.media);
	assert_int_equal(read_round(&screen, &image, 0), COUNT);
	assert_int_equal(pmk_screen_rewind(&screen), 0);
	assert_null(screen.media);
	close_screen(&screen, &image);

	open_screen(&screen, &image, PMK_FIT_COVER); /* and for a recording, which wants the film's own pictures */
	pmk_screen_record(&screen, false);
	assert_int_equal(pmk_screen_next(&screen, 5 * STEP_MS * (int64_t)PMK_MS_NS, 0, &position), 1);
	assert_int_equal(position / (int64_t)PMK_MS_NS, 5 * STEP_MS);
	while (pmk_screen_read(&screen, &image, &position) == 1)
		;
	assert_int_equal(pmk_screen_rewind(&screen), 0);
	assert_non_null(screen.media);
	close_screen(&screen, &image);
}

/* Of an odd height, luma would not fit. */
static void test_odd_sizes(void **state)
{
	for (int i = 0; i < 8; i++) {
		const struct pmk_layout odd = {
			.width = 98 + i % 2, .height = 66 + i / 2 % 2, .chroma = i / 4 ? PMK_CHROMA_422 : PMK_CHROMA_420
		};
		struct pmk_screen screen;
		struct pmk_image image;
		int64_t position;

		write_film("a.mkv");
		assert_int_equal(pmk_screen_open(&screen, material_path("a.mkv"), PMK_FIT_COVER, &odd), 0);
		assert_int_equal(pmk_screen_alloc(&screen, &image), 0);
		pmk_screen_record(&screen, true);
		assert_int_equal(screen.loop == NULL, i / 4 == 0 && i / 2 % 2);
		for (int k = 0; k < 2 * COUNT; k++) {
			if (k == COUNT)
				assert_int_equal(pmk_screen_rewind(&screen), 0);
			assert_int_equal(pmk_screen_read(&screen, &image, &position), 1);
			for (int p = 1; p < 3; p++)
				assert_in_range(image.plane[p][0], 126, 130);
			assert_in_range(image.plane[0][(odd.height - 1) * image.stride[0]],
				DARKEST + APART * (k % COUNT) - 3, DARKEST + APART * (k % COUNT) + 3);
		}
		close_screen(&screen, &image);
	}
}

static void fill_with_noise(struct pmk_image *image)
{
	uint32_t seed = 1;

	for (int p = 0; p < 3; p++) {
		for (int i = 0; i < image->stride[p] * pmk_layout_plane_height(&image->layout, p); i++)
			image->plane[p][i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
	}
}

/* A round that does not fit is found as soon as its pictures tell, and else when the room is used up. */
static void test_a_long_round(void **state)
{
	static const struct pmk_layout large = { .width = 1920, .height = 1080 };
	struct pmk_image image;

	assert_int_equal(pmk_image_alloc(&image, &large), 0);
	fill_with_noise(&image);
	for (int told = 0; told < 2; told++) {
		struct pmk_loop *loop = pmk_loop_create(&large);
		int count = 0;

		assert_non_null(loop);
		while (!pmk_loop_add(loop, &image, count, 1, told ? 1000 : 0))
			count++;
		assert_in_range(count, told ? 10 : 17, told ? 16 : 100);
		pmk_loop_destroy(loop);
	}
	pmk_image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rounds_from_memory),
		cmocka_unit_test(test_what_is_left_out),
		cmocka_unit_test(test_a_late_round),
		cmocka_unit_test(test_odd_sizes),
		cmocka_unit_test(test_a_long_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
