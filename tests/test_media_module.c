/* SPDX-License-Identifier: MIT */
/* Tests of the media module as the program uses it: loaded from a file, with the log and all else from this program. */
#include "media_material.h"

#include "media/media_module.h"

#include <dlfcn.h>

static const struct pmk_media_calls *load(void)
{
	const struct pmk_media_calls *calls = NULL;
	char reason[PMK_MODULE_REASON] = "";

	if (pmk_media_module_load(PMK_TEST_MODULE, &calls, reason))
		fail_msg("%s", reason);
	assert_non_null(calls);
	return calls;
}

static void what_it_writes_it_reads(void **state)
{
	const struct pmk_media_calls *calls = load();
	struct pmk_rgb made, got;

	assert_int_equal(pmk_rgb_alloc(&made, 40, 30), 0);
	for (int i = 0; i < 40 * 30 * 3; i++)
		made.data[i / 120 * made.stride + i % 120] = (uint8_t)(i * 7);
	assert_int_equal(calls->still_write_rgb(material_path("picture.png"), &made), 0);
	assert_int_equal(calls->still_probe(material_path("picture.png")), 1);
	assert_int_equal(calls->still_read(material_path("picture.png"), &got), 0);
	assert_int_equal(got.width, 40);
	assert_int_equal(got.height, 30);
	for (int y = 0; y < 30; y++)
		assert_memory_equal(got.data + y * got.stride, made.data + y * made.stride, 120);
	pmk_rgb_free(&made);
	pmk_rgb_free(&got);
}

static void videos_pass_through_it(void **state)
{
	const struct pmk_media_calls *calls = load();
	struct pmk_media_out_settings settings = { .layout = { .width = 64, .height = 48 }, .fps = 30 };
	struct pmk_media_out *out;
	struct pmk_media *media;
	struct pmk_image image;
	int64_t position;

	assert_int_equal(pmk_image_alloc(&image, &settings.layout), 0);
	assert_int_equal(calls->media_out_open(material_path("film.y4m"), &settings, &out), 0);
	assert_int_equal(calls->media_out_write(out, &image, NULL, 0), 0);
	assert_int_equal(calls->media_out_write(out, &image, NULL, 33333333), 0);
	assert_int_equal(calls->media_out_finish(out, false), 0);
	assert_int_equal(calls->media_open(material_path("film.y4m"), &media), 0);
	assert_int_equal(calls->media_info(media)->layout.width, 64);
	assert_int_equal(calls->media_read(media, &image, &position), 1);
	assert_int_equal(calls->media_rewind(media), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(calls->media_read(media, &image, &position), 1);
	assert_int_equal(calls->media_read(media, &image, &position), 0);
	assert_int_equal(calls->media_damaged(media), 0);
	calls->media_close(media);
	pmk_image_free(&image);
}

static void its_errors_come_through_our_log(void **state)
{
	const struct pmk_media_calls *calls = load();

	assert_fails(calls->still_probe("/nonexistent/100%s.png"), -ENOENT, "/nonexistent/100%s.png: ");
}

static void scaling_keeps_a_flat_colour(void **state)
{
	const struct pmk_media_calls *calls = load();
	const struct pmk_packed from = { PMK_PIXELS_BGR, 16, 16 }, to = { PMK_PIXELS_RGB, 8, 8 };
	uint8_t bgr[16 * 16 * 3], rgb[8 * 8 * 3];
	struct pmk_rescale *rescale;

	for (int i = 0; i < 16 * 16 * 3; i++)
		bgr[i] = (uint8_t)(50 * (i % 3));
	assert_int_equal(calls->rescale_create(&from, &to, &rescale), 0);
	calls->rescale_run(rescale, bgr, 16 * 3, rgb, 8 * 3);
	calls->rescale_destroy(rescale);
	for (int i = 0; i < 8 * 8 * 3; i++)
		assert_in_range(rgb[i], 50 * (2 - i % 3) > 0 ? 50 * (2 - i % 3) - 1 : 0, 50 * (2 - i % 3) + 1);
}

static void what_is_no_module_of_ours_is_refused(void **state)
{
	const struct pmk_media_calls *calls = NULL;
	char reason[PMK_MODULE_REASON] = "";

	assert_int_equal(pmk_media_module_load(material_path("absent.so"), &calls, reason), -ENOENT);
	material_store(material_path("broken.so"), "no shared object", 16);
	assert_int_equal(pmk_media_module_load(material_path("broken.so"), &calls, reason), -ENOPKG);
	assert_non_null(strstr(reason, "broken.so"));
	assert_int_equal(pmk_media_module_load(PMK_TEST_OTHER_MODULE, &calls, reason), -ENOPKG);
	assert_non_null(strstr(reason, "another build"));
	assert_null(calls);
}

/* Another thread may be in what came with it: the "%f" of a printf goes through libquadmath, which FFmpeg's filters
 * bring. When that library is unloaded, such a thread jumps to where it was. */
static void what_was_loaded_once_is_never_unloaded(void **state)
{
	const struct pmk_media_calls *calls = load();
	char reason[PMK_MODULE_REASON] = "";
	void *object;

	assert_int_equal(pmk_media_module_load(PMK_TEST_OTHER_MODULE, &calls, reason), -ENOPKG);
	object = dlopen(PMK_TEST_OTHER_MODULE, RTLD_NOW | RTLD_NOLOAD);
	assert_non_null(object);
	dlclose(object);
}

/* This program is in another directory than the module, like a program that was installed without it. */
static void without_it_files_are_refused_and_nothing_else(void **state)
{
	const struct pmk_packed packed = { PMK_PIXELS_GREY, 8, 8 };
	struct pmk_rescale *rescale = NULL;
	const struct pmk_media_out_settings settings = { 0 };
	struct pmk_media_out *out = NULL;

	assert_fails(pmk_media_out_open("film.mkv", &settings, &out), -ENOPKG,
		"need the module " PMK_MEDIA_MODULE_FILE ", which is ");
	assert_null(out);
	material_errors = 0;
	assert_int_equal(pmk_rescale_create(&packed, &packed, &rescale), -ENOPKG);
	assert_int_equal(material_errors, 0);
	pmk_media_close(NULL);
	pmk_media_out_abandon(NULL);
	pmk_rescale_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_writes_it_reads),
		cmocka_unit_test(videos_pass_through_it),
		cmocka_unit_test(its_errors_come_through_our_log),
		cmocka_unit_test(scaling_keeps_a_flat_colour),
		cmocka_unit_test(what_is_no_module_of_ours_is_refused),
		cmocka_unit_test(what_was_loaded_once_is_never_unloaded),
		cmocka_unit_test(without_it_files_are_refused_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, material_setup, material_teardown);
}
