/* SPDX-License-Identifier: MIT */
/* PipeWire's formats: ours are fixed and are read back unchanged; the offers of others become modes. No daemon is
 * needed. */
#include "unit.h"

#include "image/fourcc.h"
#include "io/pipewire/pipewire_format.h"
#include "io/source.h"

#include <errno.h>
#include <spa/buffer/meta.h>
#include <spa/param/buffers.h>
#include <spa/param/video/format-utils.h>
#include <spa/pod/builder.h>

enum { MOST = 16 };

static uint8_t memory[8192];
static struct spa_pod_builder builder;

static int begin(void **state)
{
	builder = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
	return 0;
}

static void test_offers_are_read_back(void **state)
{
	static const uint32_t fourccs[] = { PMK_FOURCC_YU12, PMK_FOURCC_YUYV, PMK_FOURCC_NV12, PMK_FOURCC_UYVY,
		PMK_FOURCC_YV12, PMK_FOURCC_NV21, PMK_FOURCC_NV16, PMK_FOURCC_422P, PMK_FOURCC_YVYU, PMK_FOURCC_VYUY,
		PMK_FOURCC_RGB3, PMK_FOURCC_BGR3, PMK_FOURCC_XR24, PMK_FOURCC_AB24, PMK_FOURCC_BX24, PMK_FOURCC_RX24,
		PMK_FOURCC_RGBP, PMK_FOURCC_GREY, PMK_FOURCC_Y16, PMK_FOURCC_MJPG };

	for (size_t i = 0; i < sizeof(fourccs) / sizeof(*fourccs); i++) {
		struct pmk_device_mode asked = { .fourcc = fourccs[i], .width = 1280, .height = 720, .fps = 30 }, found;
		struct pmk_layout layout;
		const struct spa_pod *pod = pmk_pipewire_format_build(&builder, &asked);

		assert_non_null(pod);
		assert_true(spa_pod_is_fixated(pod));
		assert_int_equal(pmk_pipewire_format_read(pod, &found, &layout), 0);
		assert_int_equal(found.fourcc, asked.fourcc);
		assert_int_equal(found.width, 1280);
		assert_int_equal(found.height, 720);
		assert_true(found.fps > 29.99 && found.fps < 30.01);
		assert_int_equal(layout.range,
			fourccs[i] == PMK_FOURCC_MJPG || pmk_fourcc_is_grey(fourccs[i]) ? PMK_RANGE_FULL :
											  PMK_RANGE_LIMITED);
		assert_int_equal(
			layout.chroma, fourccs[i] == PMK_FOURCC_MJPG ? PMK_CHROMA_422 : pmk_fourcc_chroma(fourccs[i]));
	}
}

static void test_rates(void **state)
{
	static const struct {
		double fps;
		uint32_t numerator, denominator;
	} cases[] = {
		{ 30, 30, 1 },
		{ 29.97, 30000, 1001 },
		{ 59.94, 60000, 1001 },
		{ 25, 25, 1 },
		{ 7.5, 750, 100 },
		{ 0.1, 1, 1 },
		{ 1e9, 240, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint32_t numerator = 0, denominator = 0;

		pmk_pipewire_rate(cases[i].fps, &numerator, &denominator);
		if (numerator != cases[i].numerator || denominator != cases[i].denominator)
			fail_msg("%g: %u/%u", cases[i].fps, numerator, denominator);
	}
}

static void test_refused(void **state)
{
	struct pmk_device_mode unknown = { .fourcc = PMK_FOURCC('H', '2', '6', '4'), .width = 640, .height = 480 };
	struct pmk_device_mode small = { .fourcc = PMK_FOURCC_YUYV, .width = 8, .height = 8 },
			       large = { .fourcc = PMK_FOURCC_YUYV, .width = 1 << 20, .height = 720 };
	struct pmk_device_mode mode = { .width = 77 };
	struct pmk_layout layout;
	const struct spa_pod *audio = spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
		SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_audio), SPA_FORMAT_mediaSubtype,
		SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw));
	const struct spa_pod *bare = spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
		SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
		SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw));

	assert_null(pmk_pipewire_format_build(&builder, &unknown));
	assert_int_equal(pmk_pipewire_format_read(NULL, &mode, &layout), -EINVAL);
	assert_int_equal(pmk_pipewire_format_read(audio, &mode, &layout), -EINVAL);
	assert_int_equal(pmk_pipewire_format_read(bare, &mode, &layout), -EINVAL);
	assert_int_equal(
		pmk_pipewire_format_read(pmk_pipewire_format_build(&builder, &small), &mode, &layout), -EINVAL);
	assert_int_equal(
		pmk_pipewire_format_read(pmk_pipewire_format_build(&builder, &large), &mode, &layout), -EINVAL);
	assert_int_equal(mode.width, 77);
	assert_int_equal(pmk_pipewire_format_modes(audio, NULL, &mode, 0, 1), 0);
	assert_int_equal(pmk_pipewire_format_modes(bare, NULL, &mode, 0, 1), 0);
}

static void test_choices_become_modes(void **state)
{
	const struct spa_rectangle small = { 640, 480 }, large = { 1280, 720 };
	const struct spa_fraction slow = { 15, 1 }, usual = { 30, 1 }, fast = { 60, 1 };
	const struct spa_pod *pod = spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
		SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
		SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw), SPA_FORMAT_VIDEO_format,
		SPA_POD_CHOICE_ENUM_Id(
			4, SPA_VIDEO_FORMAT_YUY2, SPA_VIDEO_FORMAT_YUY2, SPA_VIDEO_FORMAT_AYUV, SPA_VIDEO_FORMAT_NV12),
		SPA_FORMAT_VIDEO_size, SPA_POD_CHOICE_ENUM_Rectangle(3, &large, &large, &small),
		SPA_FORMAT_VIDEO_framerate, SPA_POD_CHOICE_ENUM_Fraction(4, &fast, &fast, &usual, &slow));
	const struct pmk_source_wish no_wish = { 0 }, hasty = { .fps = 120 };
	struct pmk_device_mode modes[MOST];

	/* 2 formats x 2 sizes; AYUV is skipped */
	assert_int_equal(pmk_pipewire_format_modes(pod, &no_wish, modes, 0, MOST), 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(modes[i].fourcc, i < 2 ? PMK_FOURCC_YUYV : PMK_FOURCC_NV12);
		assert_int_equal(modes[i].width, i % 2 ? 640 : 1280);
		assert_true(modes[i].fps == 30);
	}
	assert_int_equal(pmk_pipewire_format_modes(pod, &hasty, modes, 0, MOST), 4);
	assert_true(modes[0].fps == 60);
	assert_int_equal(pmk_pipewire_format_modes(pod, NULL, modes, 0, MOST), 4);
	assert_true(modes[0].fps == 60);
	assert_int_equal(pmk_pipewire_format_modes(pod, NULL, modes, 0, 3), 3); /* there is no room for more */
}

static void test_ranges_hold_the_wish(void **state)
{
	const struct spa_rectangle least = { 160, 120 }, most = { 1920, 1080 };
	const struct spa_fraction slowest = { 1, 1 }, fastest = { 60, 1 };
	const struct spa_pod *pod = spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
		SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
		SPA_POD_Id(SPA_MEDIA_SUBTYPE_mjpg), SPA_FORMAT_VIDEO_size,
		SPA_POD_CHOICE_RANGE_Rectangle(&least, &least, &most), SPA_FORMAT_VIDEO_framerate,
		SPA_POD_CHOICE_RANGE_Fraction(&slowest, &slowest, &fastest));
	static const struct {
		struct pmk_source_wish wish;
		int width, height;
		double fps;
	} cases[] = {
		{ { 0 }, 1280, 720, 30 },
		{ { .width = 800, .height = 600, .fps = 25 }, 800, 600, 25 },
		{ { .width = 3840, .height = 2160, .fps = 240 }, 1920, 1080, 60 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pmk_device_mode mode;

		assert_int_equal(pmk_pipewire_format_modes(pod, &cases[i].wish, &mode, 0, 1), 1);
		assert_int_equal(mode.fourcc, PMK_FOURCC_MJPG);
		assert_int_equal(mode.width, cases[i].width);
		assert_int_equal(mode.height, cases[i].height);
		assert_true(mode.fps == cases[i].fps);
	}
}

/* A format of one choice of sizes; `sizes` is where its value stands. */
static struct spa_pod *offer(struct spa_pod_choice **sizes)
{
	const struct spa_rectangle small = { 640, 480 }, large = { 1280, 720 };
	struct spa_pod *pod = spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
		SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
		SPA_POD_Id(SPA_MEDIA_SUBTYPE_mjpg), SPA_FORMAT_VIDEO_size,
		SPA_POD_CHOICE_ENUM_Rectangle(3, &large, &large, &small));

	*sizes = (struct spa_pod_choice *)&spa_pod_find_prop(pod, NULL, SPA_FORMAT_VIDEO_size)->value;
	return pod;
}

/* Each lie alone makes the whole format void: sizes that do not fit into each other, as any peer may send them. */
static void test_lies(void **state)
{
	struct pmk_device_mode modes[MOST];
	struct spa_pod_choice *sizes;
	struct pmk_layout layout;

	assert_int_equal(pmk_pipewire_format_modes(offer(&sizes), NULL, modes, 0, MOST), 2);
	for (int lie = 0; lie < 8; lie++) {
		struct spa_pod *pod = offer(&sizes);

		*(uint32_t *[]){ &sizes->body.child.size, &sizes->body.child.size, &sizes->body.child.size,
			&sizes->pod.size, &sizes->pod.size, &sizes->pod.size, &pod->size,
			&pod->size }[lie] = (uint32_t[]){ 0, 1, 4, 0, 15, UINT32_MAX - 4, 4, pod->size - 4 }[lie];
		if (pmk_pipewire_format_modes(pod, NULL, modes, 0, MOST))
			fail_msg("lie %d is believed", lie);
		assert_int_equal(pmk_pipewire_format_read(pod, modes, &layout), -EINVAL);
	}
}

/* A choice that ends where its first value would begin: what follows it is not the peer's. */
static void test_choice_of_nothing(void **state)
{
	struct pmk_device_mode modes[MOST];
	struct spa_pod_choice *sizes;
	struct pmk_layout layout;
	struct spa_pod *pod = offer(&sizes);

	pod->size -= sizes->pod.size - sizeof sizes->body;
	sizes->pod.size = sizeof sizes->body;
	sizes->body.type = SPA_CHOICE_None;
	assert_int_equal(pmk_pipewire_format_read(pod, modes, &layout), -EINVAL);
	assert_int_equal(pmk_pipewire_format_modes(pod, NULL, modes, 0, MOST), 0);
}

static void test_buffers(void **state)
{
	const struct spa_pod *params[PMK_PIPEWIRE_BUFFER_PARAMS];
	int32_t bytes = 0, stride = 0, blocks = 0, header = 0;

	pmk_pipewire_buffers_build(memory, 1024, 1382400, 1280, params);
	assert_true(spa_pod_parse_object(params[0], SPA_TYPE_OBJECT_ParamBuffers, NULL, SPA_PARAM_BUFFERS_size,
			    SPA_POD_Int(&bytes), SPA_PARAM_BUFFERS_stride, SPA_POD_Int(&stride),
			    SPA_PARAM_BUFFERS_blocks, SPA_POD_Int(&blocks)) > 0);
	assert_int_equal(bytes, 1382400);
	assert_int_equal(stride, 1280);
	assert_int_equal(blocks, 1);
	assert_true(spa_pod_parse_object(
			    params[1], SPA_TYPE_OBJECT_ParamMeta, NULL, SPA_PARAM_META_size, SPA_POD_Int(&header)) > 0);
	assert_int_equal(header, sizeof(struct spa_meta_header));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_offers_are_read_back, begin),
		cmocka_unit_test_setup(test_rates, begin),
		cmocka_unit_test_setup(test_refused, begin),
		cmocka_unit_test_setup(test_choices_become_modes, begin),
		cmocka_unit_test_setup(test_ranges_hold_the_wish, begin),
		cmocka_unit_test_setup(test_lies, begin),
		cmocka_unit_test_setup(test_choice_of_nothing, begin),
		cmocka_unit_test_setup(test_buffers, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
