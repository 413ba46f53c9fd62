/* SPDX-License-Identifier: MIT */
/* A running loop allocates nothing: this counts the process's allocations over many frames, from the camera's bytes to
 * the client's. */
#include "unit.h"

#include "base/clock.h"
#include "counted.h"
#include "draw/presenter.h"
#include "image/convert.h"
#include "image/fourcc.h"
#include "io/sink.h"
#include "io/source.h"
#include "jpeg/jpeg.h"
#include "scene/scene.h"

#include <turbojpeg.h>

enum { WARM_UP = 20, W = 320, H = 180 };

static struct pmk_scene *make_scene(
	const struct pmk_layout *layout, const char *backdrop, enum pmk_refine_mode mode, enum pmk_framing_mode framing)
{
	struct pmk_scene_settings settings = { .model = "selfie-landscape",
		.threads = 1,
		.match = 0.5,
		.framing = framing,
		.light = 1,
		.refine = { .mode = mode, .threshold = -1, .erode = -1, .dilate = -1, .feather = -1 } };
	struct pmk_scene *scene;

	assert_int_equal(pmk_spec_copy(settings.backdrop, backdrop), 0);
	assert_int_equal(pmk_scene_create(&settings, layout, 2, &scene), 0);
	return scene;
}

/* The counter counts: without this test, a broken counter would pass the others. */
static void test_the_counter_counts(void **state)
{
	void *volatile block;

	if (!COUNTING)
		skip();
	begin_counting();
	block = malloc(10);
	free(block);
	assert_int_equal(end_counting(), 1);
	assert_int_equal(counted_frees, 1);
}

static void test_presenter_to_null(void **state)
{
	static const struct {
		const char *backdrop;
		enum pmk_refine_mode mode;
		enum pmk_framing_mode framing;
	} chains[] = {
		{ "builtin:studio", PMK_REFINE_GUIDED, PMK_FRAMING_AUTO },
		{ "blur", PMK_REFINE_MORPH, PMK_FRAMING_OFF },
		{ "green", PMK_REFINE_NONE, PMK_FRAMING_OFF },
	};
	struct pmk_source_wish wish = { .width = W, .height = H, .unpaced = true };

	for (int c = 0; c < 3; c++) {
		struct pmk_source *source;
		struct pmk_scene *scene;
		struct pmk_sink *sink;

		assert_int_equal(pmk_source_open("presenter", &wish, &source), 0);
		assert_int_equal(pmk_sink_null_open(&sink), 0);
		scene = make_scene(&source->layout, chains[c].backdrop, chains[c].mode, chains[c].framing);
		for (int i = 0; i < unit_times(333, WARM_UP + 10); i++) {
			struct pmk_frame *frame;
			struct pmk_shown *shown;

			if (i == WARM_UP)
				begin_counting();
			assert_int_equal(pmk_source_read(source, &frame, pmk_clock_now_ns() + 60 * PMK_S_NS), 0);
			assert_int_equal(pmk_scene_run(scene, frame, &shown, NULL), 0);
			assert_int_equal(pmk_sink_write(sink, shown), 0);
			pmk_shown_unref(shown);
			pmk_frame_unref(frame);
		}
		assert_int_equal(end_counting(), 0);
		pmk_sink_close(sink, NULL);
		pmk_scene_destroy(scene);
		pmk_source_close(source);
	}
}

static unsigned char *encode(unsigned long *size)
{
	struct pmk_layout layout = { .width = W, .height = H, .chroma = PMK_CHROMA_422, .range = PMK_RANGE_FULL };
	tjhandle tj = tjInitCompress();
	struct pmk_presenter *presenter;
	unsigned char *jpeg = NULL;
	struct pmk_image image;

	assert_int_equal(pmk_presenter_create(W, H, 1, &presenter), 0);
	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	pmk_presenter_draw_image(presenter, 1, &image, NULL);
	const unsigned char *planes[3] = { image.plane[0], image.plane[1], image.plane[2] };
	assert_int_equal(tjCompressFromYUVPlanes(tj, planes, W, image.stride, H, TJSAMP_422, &jpeg, size, 80, 0), 0);
	tjDestroy(tj);
	pmk_image_free(&image);
	pmk_presenter_destroy(presenter);
	return jpeg;
}

/* From a camera's JPEG to a client's YUYV. */
static void test_jpeg_to_yuyv(void **state)
{
	struct pmk_frame_pool *pool = pmk_frame_pool_create(2);
	unsigned long size = 0;
	unsigned char *jpeg = encode(&size);
	struct pmk_layout layout;
	struct pmk_jpeg *decoder;
	struct pmk_scene *scene;
	static uint8_t raw[W * H * 2];

	assert_int_equal(pmk_jpeg_create(&decoder), 0);
	assert_int_equal(pmk_jpeg_layout(decoder, jpeg, size, &layout), 0);
	scene = make_scene(&layout, "builtin:office", PMK_REFINE_GUIDED, PMK_FRAMING_OFF);
	for (int i = 0; i < unit_times(1000, WARM_UP + 30); i++) {
		struct pmk_frame *frame;
		struct pmk_shown *shown;

		if (i == WARM_UP)
			begin_counting();
		frame = pmk_frame_pool_take(pool, &layout);
		assert_int_equal(pmk_jpeg_layout(decoder, jpeg, size, &layout), 0);
		assert_int_equal(pmk_jpeg_decode(decoder, jpeg, size, &frame->image), 0);
		frame->number = (uint64_t)i;
		assert_int_equal(pmk_scene_run(scene, frame, &shown, NULL), 0);
		assert_int_equal(pmk_convert_to_raw(pmk_shown_image(shown), PMK_FOURCC_YUYV, raw, sizeof raw), 0);
		pmk_shown_unref(shown);
		pmk_frame_unref(frame);
	}
	assert_int_equal(end_counting(), 0);
	pmk_scene_destroy(scene);
	pmk_jpeg_destroy(decoder);
	pmk_frame_pool_destroy(pool);
	tjFree(jpeg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_counter_counts),
		cmocka_unit_test(test_presenter_to_null),
		cmocka_unit_test(test_jpeg_to_yuyv),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
