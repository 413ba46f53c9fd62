/* SPDX-License-Identifier: MIT */
/* A frame all the way through real networks, on the presenter, whose exact alpha is known. */
#include "unit.h"

#include "base/clock.h"
#include "draw/presenter.h"
#include "scene/scene.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

enum { W = 1280, H = 720 };

static struct pmk_scene_settings settings_for(const char *model)
{
	struct pmk_scene_settings settings = { .threads = 1,
		.backdrop = "color:#3080c0",
		.refine = { .mode = PMK_REFINE_GUIDED, .threshold = -1, .erode = -1, .dilate = -1, .feather = -1 } };

	assert_int_equal(pmk_spec_copy(settings.model, model), 0);
	return settings;
}

/* deeplabv3 is not among the models that `make models` gets: it is part of the test data. */
static bool find_deeplab(void)
{
	const char *data = unit_test_data(), *models = getenv("POTEMKIN_MODELS");
	char path[4200];

	snprintf(path, sizeof path, "%s:%s/models", models ? models : "", data);
	setenv("POTEMKIN_MODELS", path, 1);
	snprintf(path, sizeof path, "%s/models/deeplabv3_257_mv_gpu.tflite", data);
	return access(path, R_OK) == 0;
}

static double iou(const struct pmk_mask *a, const struct pmk_mask *b)
{
	uint64_t both = 0, either = 0;

	for (int y = 0; y < a->height; y++) {
		for (int x = 0; x < a->width; x++) {
			bool p = a->alpha[(size_t)y * a->stride + x] > 127,
			     q = b->alpha[(size_t)y * b->stride + x] > 127;
			both += p && q;
			either += p || q;
		}
	}
	return either ? (double)both / (double)either : 1;
}

/* As in a dark room: luma to the power 2.2, times 0.6, colours to match, and noise of 5 levels. */
static void darken(struct pmk_image *image, uint32_t *seed)
{
	for (int y = 0; y < H; y++) {
		uint8_t *luma = image->plane[0] + (size_t)y * (size_t)image->stride[0];
		size_t chroma = (size_t)(y / 2) * (size_t)image->stride[1];

		for (int x = 0; x < W; x++) {
			double v = fmax(luma[x] - 16, 1) / 219, dark = 0.6 * pow(v, 2.2), noise = 0;

			for (int i = 0; i < 12; i++)
				noise += unit_random(seed) / 4294967296.0 - 0.5;
			luma[x] = (uint8_t)fmin(fmax(16 + 219 * dark + 5 * noise, 0), 255);
			for (int i = 1; i < 3 && x % 2 == 0 && y % 2 == 0; i++) {
				uint8_t *c = image->plane[i] + chroma + x / 2;

				*c = (uint8_t)(128 + (*c - 128) * dark / v);
			}
		}
	}
}

/* The mean IoU at moments within ten seconds, gestures among them. */
static double presenter_iou(const char *model, uint32_t seed, bool dark)
{
	struct pmk_layout layout = { .width = W, .height = H };
	struct pmk_scene_settings settings = settings_for(model);
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &layout);
	struct pmk_presenter *presenter;
	struct pmk_scene *scene;
	struct pmk_mask truth;
	int looks = unit_times(12, 3);
	uint32_t random = seed;
	double sum = 0;

	assert_int_equal(pmk_presenter_create(W, H, seed, &presenter), 0);
	assert_int_equal(pmk_mask_alloc(&truth, W, H), 0);
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
	for (int i = 0; i < looks; i++) {
		const struct pmk_mask *mask;
		pmk_presenter_draw_image(presenter, i * 10.0 / looks, &frame->image, &truth);
		if (dark)
			darken(&frame->image, &random);
		frame->number = (uint64_t)i;
		assert_int_equal(pmk_scene_mask(scene, frame, &mask, NULL), 0);
		sum += iou(mask, &truth);
	}
	pmk_scene_destroy(scene);
	pmk_mask_free(&truth);
	pmk_presenter_destroy(presenter);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
	return sum / looks;
}

static void test_selfie_finds_the_presenter(void **state)
{
	for (uint32_t seed = 1; seed <= 2; seed++) {
		double found = presenter_iou("selfie", seed, false);
		printf("selfie, presenter %u, %dx%d: IoU %.4f\n", seed, W, H, found);
		assert_true(found >= 0.97);
	}
}

/* Without the lift (find/prepare.h) it is .9866. */
static void test_selfie_finds_the_presenter_in_the_dark(void **state)
{
	double found = (presenter_iou("selfie", 1, true) + presenter_iou("selfie", 3, true)) / 2;

	printf("selfie, presenters 1 and 3 in the dark, %dx%d: IoU %.4f\n", W, H, found);
	assert_true(found >= 0.989);
}

static void test_landscape_finds_the_presenter(void **state)
{
	double found = presenter_iou("auto", 1, false);

	printf("auto (selfie-landscape), %dx%d: IoU %.4f\n", W, H, found);
	assert_true(found >= 0.95);
}

static void test_deeplab_finds_the_presenter(void **state)
{
	double found;

	if (!find_deeplab()) {
		puts("skipped: needs the test data");
		skip();
	}
	found = presenter_iou("deeplabv3", 1, false);
	printf("deeplabv3, %dx%d: IoU %.4f\n", W, H, found);
	assert_true(found >= 0.90);
}

/* Where the truth says room, with a margin, the backdrop is shown bit for bit; where it says person, it is not. */
static void test_the_room_is_replaced(void **state)
{
	struct pmk_layout layout = { .width = 640, .height = 360, .chroma = PMK_CHROMA_422, .range = PMK_RANGE_FULL };
	struct pmk_scene_settings settings = settings_for("selfie");
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &layout);
	static const uint8_t blue[3] = { 0x30, 0x80, 0xc0 };
	struct pmk_presenter *presenter;
	struct pmk_scene *scene;
	struct pmk_mask truth;
	struct pmk_shown *shown = NULL;
	const struct pmk_image *out;
	uint8_t want[3];
	int room = 0, kept = 0, person = 0, changed = 0;

	assert_int_equal(pmk_presenter_create(640, 360, 1, &presenter), 0);
	assert_int_equal(pmk_mask_alloc(&truth, 640, 360), 0);
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
	pmk_presenter_draw_image(presenter, 1, &frame->image, &truth);
	assert_int_equal(pmk_scene_run(scene, frame, &shown, NULL), 0);
	out = pmk_shown_image(shown);
	assert_int_equal(out->layout.range, PMK_RANGE_LIMITED);
	pmk_colour_rgb_to_yuv(blue, &out->layout, want);
	for (int y = 0; y < 360; y++) {
		for (int x = 0; x < 640; x++) {
			bool backdrop = out->plane[0][(size_t)y * out->stride[0] + x] == want[0];
			uint8_t alpha = truth.alpha[(size_t)y * truth.stride + x];
			room += alpha == 0;
			kept += alpha == 0 && backdrop;
			person += alpha == 255;
			changed += alpha == 255 && !backdrop;
		}
	}
	assert_true(kept > room * 97 / 100);
	assert_true(changed > person * 90 / 100);
	pmk_shown_unref(shown);
	pmk_scene_destroy(scene);
	pmk_mask_free(&truth);
	pmk_presenter_destroy(presenter);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
}

static bool same_mask(const struct pmk_mask *a, const struct pmk_mask *b)
{
	for (int y = 0; y < a->height; y++) {
		if (memcmp(a->alpha + (size_t)y * a->stride, b->alpha + (size_t)y * b->stride, (size_t)a->width))
			return false;
	}
	return true;
}

/* The mask of the presenter at `time_s`, as frame `number`, taken at `time_ns`. */
static const struct pmk_mask *mask_at(struct pmk_scene *scene, struct pmk_presenter *presenter, struct pmk_frame *frame,
	double time_s, uint64_t number, uint64_t time_ns)
{
	const struct pmk_mask *mask;

	pmk_presenter_draw_image(presenter, time_s, &frame->image, NULL);
	frame->number = number;
	frame->time_ns = time_ns;
	assert_int_equal(pmk_scene_mask(scene, frame, &mask, NULL), 0);
	return mask;
}

/* After half a second without a frame, after a number that does not rise, and after a frame without a mask, the next
 * mask is the same as for a single frame, bit for bit; otherwise it is not. */
static void test_a_cut_forgets_all(void **state)
{
	enum { NONE, PAUSE, NUMBER, FAULT, WAYS };
	struct pmk_layout layout = { .width = 640, .height = 360 }, other = { .width = 642, .height = 360 };
	struct pmk_scene_settings settings = settings_for("selfie");
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1), *other_pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &layout), *bad = pmk_frame_pool_take(other_pool, &other);
	struct pmk_presenter *presenter;

	settings.refine.smooth = 0.8 / 0.9;
	assert_int_equal(pmk_presenter_create(640, 360, 1, &presenter), 0);
	for (int way = NONE; way < WAYS; way++) {
		struct pmk_scene *scene, *fresh;
		const struct pmk_mask *mask;
		uint64_t now = PMK_S_NS;

		assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
		assert_int_equal(pmk_scene_create(&settings, &layout, 1, &fresh), 0);
		for (uint64_t i = 1; i <= 5; i++, now += 33 * PMK_MS_NS)
			mask_at(scene, presenter, frame, 2 + (double)i / 30, i, now);
		if (way == FAULT) {
			bad->number = 6;
			bad->time_ns = now;
			unit_catch_log();
			assert_int_equal(pmk_scene_mask(scene, bad, &mask, NULL), -EINVAL);
		}
		now += way == PAUSE ? 500 * PMK_MS_NS : 33 * PMK_MS_NS;
		mask = mask_at(fresh, presenter, frame, 2.25, 0, PMK_S_NS);
		assert_int_equal(same_mask(mask_at(scene, presenter, frame, 2.25, way == NUMBER ? 5 : 7, now), mask),
			way != NONE);
		pmk_log_redirect(NULL, NULL);
		pmk_scene_destroy(scene);
		pmk_scene_destroy(fresh);
	}
	pmk_presenter_destroy(presenter);
	pmk_frame_unref(frame);
	pmk_frame_unref(bad);
	pmk_frame_pool_destroy(pool);
	pmk_frame_pool_destroy(other_pool);
}

/* A renewed scene is like a new one, whatever it saw before, and loads no network again. */
static void test_renewed_is_new(void **state)
{
	static const struct pmk_layout layouts[] = { { .width = 640, .height = 360 }, { .width = 320, .height = 400 },
		{ .width = 640, .height = 360 }, { .width = 480, .height = 270, .chroma = PMK_CHROMA_422 } };
	struct pmk_scene_settings settings = settings_for("auto");
	struct pmk_scene *scene = NULL, *fresh;

	settings.match = 1;
	assert_int_equal(pmk_zone_parse("80%,0%,20%x100%", &settings.keep_out[0]), 0);
	settings.keep_out_count = 1;
	for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
		struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
		struct pmk_frame *frame = pmk_frame_pool_take(pool, &layouts[i]);
		struct pmk_shown *a = NULL, *b = NULL;
		struct pmk_presenter *presenter;

		assert_int_equal(pmk_presenter_create(layouts[i].width, layouts[i].height, 1, &presenter), 0);
		pmk_presenter_draw_image(presenter, 1, &frame->image, NULL);
		assert_int_equal(pmk_scene_create(&settings, &layouts[i], 1, &fresh), 0);
		if (scene)
			setenv("POTEMKIN_MODELS", "/nonexistent", 1);
		if (scene)
			assert_int_equal(pmk_scene_renew(scene, &settings, &layouts[i], 1, &scene), 0);
		else
			assert_int_equal(pmk_scene_create(&settings, &layouts[i], 1, &scene), 0);
		assert_int_equal(pmk_scene_run(scene, frame, &a, NULL), 0);
		assert_int_equal(pmk_scene_run(fresh, frame, &b, NULL), 0);
		for (int p = 0; p < 3; p++) {
			const struct pmk_image *x = pmk_shown_image(a), *y = pmk_shown_image(b);

			for (int row = 0; row < pmk_layout_plane_height(&x->layout, p); row++)
				assert_memory_equal(x->plane[p] + row * x->stride[p], y->plane[p] + row * y->stride[p],
					(size_t)pmk_layout_plane_width(&x->layout, p));
		}
		pmk_shown_unref(a);
		pmk_shown_unref(b);
		pmk_scene_destroy(fresh);
		pmk_presenter_destroy(presenter);
		pmk_frame_unref(frame);
		pmk_frame_pool_destroy(pool);
	}
	pmk_scene_destroy(scene);
}

/* In a keep-out zone nobody is shown, however far the mask is spread; beside it the person is unchanged. */
static void test_keep_out(void **state)
{
	struct pmk_layout layout = { .width = 640, .height = 360 };
	struct pmk_scene_settings settings = settings_for("selfie");
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &layout);
	const struct pmk_mask *mask, *plain;
	struct pmk_presenter *presenter;
	struct pmk_scene *scene, *without;
	int shown = 0, covered = 0;

	settings.refine.dilate = settings.refine.feather = 12;
	assert_int_equal(pmk_presenter_create(640, 360, 1, &presenter), 0);
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &without), 0);
	assert_int_equal(pmk_zone_parse("0,0,50%x100%", &settings.keep_out[settings.keep_out_count++]), 0);
	assert_int_equal(pmk_zone_parse("400,300,100x100", &settings.keep_out[settings.keep_out_count++]), 0);
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
	mask = mask_at(scene, presenter, frame, 1, 0, 0);
	plain = mask_at(without, presenter, frame, 1, 0, 0);
	for (int y = 0; y < 360; y++) {
		for (int x = 0; x < 640; x++) {
			uint8_t alpha = mask->alpha[(size_t)y * mask->stride + x],
				was = plain->alpha[(size_t)y * plain->stride + x];
			bool in = x < 320 || (x >= 400 && x < 500 && y >= 300);

			assert_true(!in || alpha == 0);
			shown += !in && alpha > 127;
			covered += in && was > 127;
		}
	}
	assert_true(shown > 5000 && covered > 5000);
	pmk_scene_destroy(scene);
	pmk_scene_destroy(without);
	pmk_presenter_destroy(presenter);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
}

/* What a source left empty beside its picture is never a person. */
static void test_bars_are_no_person(void **state)
{
	struct pmk_layout layout = { .width = 640, .height = 360 };
	struct pmk_scene_settings settings = settings_for("selfie");
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &layout);
	struct pmk_presenter *presenter;
	const struct pmk_mask *mask;
	struct pmk_scene *scene;
	int shown = 0;

	settings.refine.dilate = settings.refine.feather = 12;
	assert_int_equal(pmk_presenter_create(640, 360, 1, &presenter), 0);
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
	frame->bar_x = 280;
	frame->bar_y = 40;
	mask = mask_at(scene, presenter, frame, 1, 0, 0);
	for (int y = 0; y < 360; y++) {
		for (int x = 0; x < 640; x++) {
			uint8_t alpha = mask->alpha[(size_t)y * mask->stride + x];

			if (x < 280 || x >= 360 || y < 40 || y >= 320)
				assert_int_equal(alpha, 0);
			shown += alpha > 127;
		}
	}
	assert_true(shown > 5000);
	pmk_scene_destroy(scene);
	pmk_presenter_destroy(presenter);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
}

/* --match reaches the picture: the backdrop moves towards a camera that is darker. */
static void test_match_is_seen(void **state)
{
	struct pmk_layout layout = { .width = 640, .height = 360 };
	struct pmk_scene_settings settings = settings_for("selfie");
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &layout);
	struct pmk_presenter *presenter;
	double mean[2] = { 0 };

	assert_int_equal(pmk_presenter_create(640, 360, 1, &presenter), 0);
	pmk_presenter_draw_image(presenter, 1, &frame->image, NULL);
	for (int i = 0; i < frame->image.stride[0] * 360; i++)
		frame->image.plane[0][i] = (uint8_t)(16 + (frame->image.plane[0][i] - 16) * 2 / 3);
	strcpy(settings.backdrop, "builtin:office");
	for (int way = 0; way < 2; way++) {
		struct pmk_scene *scene;
		struct pmk_shown *shown;

		settings.match = way;
		assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
		assert_int_equal(pmk_scene_run(scene, frame, &shown, NULL), 0);
		for (int i = 0; i < 40 * 640; i++)
			mean[way] +=
				pmk_shown_image(shown)
					->plane[0][(size_t)(i / 640) * pmk_shown_image(shown)->stride[0] + i % 640] /
				(40.0 * 640);
		pmk_shown_unref(shown);
		pmk_scene_destroy(scene);
	}
	assert_true(mean[1] < mean[0] - 5);
	pmk_presenter_destroy(presenter);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
}

/* The mean luma of the middle of a shown picture, where the presenter is. */
static double middle_of(const struct pmk_image *image)
{
	double sum = 0;

	for (int y = 120; y < 240; y++) {
		for (int x = 280; x < 360; x++)
			sum += image->plane[0][(size_t)y * image->stride[0] + x];
	}
	return sum / (120 * 80);
}

/* --light reaches the picture: a presenter in the dark becomes lighter, the more so the greater the strength; the
 * backdrop stays, bit for bit; one in ordinary light stays nearly the same. */
static void test_light_is_seen(void **state)
{
	struct pmk_layout layout = { .width = 640, .height = 360 };
	struct pmk_scene_settings settings = settings_for("selfie");
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &layout);
	struct pmk_presenter *presenter;
	double mean[2][3];

	assert_int_equal(pmk_presenter_create(640, 360, 1, &presenter), 0);
	pmk_presenter_draw_image(presenter, 1, &frame->image, NULL);
	strcpy(settings.backdrop, "color:#305070");
	for (int dark = 0; dark < 2; dark++) {
		for (int i = 0; dark && i < frame->image.stride[0] * 360; i++)
			frame->image.plane[0][i] = (uint8_t)(16 +
				219 * pow(fmax(frame->image.plane[0][i] - 16, 0) / 219.0, 2.2));
		for (int way = 0; way < 3; way++) {
			struct pmk_scene *scene;
			struct pmk_shown *shown;

			settings.light = way / 2.0;
			assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
			assert_int_equal(pmk_scene_run(scene, frame, &shown, NULL), 0);
			mean[dark][way] = middle_of(pmk_shown_image(shown));
			assert_int_equal(pmk_shown_image(shown)->plane[0][0], pmk_shown_image(shown)->plane[0][639]);
			pmk_shown_unref(shown);
			pmk_scene_destroy(scene);
		}
		print_message("%.1f, half %.1f, whole %.1f\n", mean[dark][0], mean[dark][1], mean[dark][2]);
	}
	assert_true(fabs(mean[0][2] - mean[0][0]) < 12);
	assert_true(mean[1][1] > mean[1][0] + 8 && mean[1][2] > mean[1][1] + 8);
	pmk_presenter_destroy(presenter);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
}

/* A frame that does not fit gives a cover, and this is logged once, however often it comes. */
static void test_errors_become_a_cover(void **state)
{
	struct pmk_layout layout = { .width = 320, .height = 240 }, other = { .width = 322, .height = 240 };
	struct pmk_scene_settings settings = settings_for("selfie");
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &other);
	struct pmk_scene *scene;

	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
	unit_catch_log();
	frame->position_ns = 40;
	for (int i = 0; i < 3; i++) {
		struct pmk_shown *shown = NULL;
		assert_int_equal(pmk_scene_run(scene, frame, &shown, NULL), -EINVAL);
		assert_non_null(shown);
		assert_true(pmk_shown_is_cover(shown));
		assert_int_equal(pmk_shown_position_ns(shown), 40);
		assert_null(pmk_scene_shown_mask(scene));
		pmk_shown_unref(shown);
	}
	assert_int_equal(unit_log_count, 1);
	pmk_log_redirect(NULL, NULL);
	pmk_scene_destroy(scene);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
}

static void test_the_room_needs_its_switch(void **state)
{
	struct pmk_layout layout = { .width = 320, .height = 240 };
	struct pmk_scene_settings settings = settings_for("selfie");
	struct pmk_scene *scene = NULL;
	struct pmk_shown *cover;

	unit_catch_log();
	strcpy(settings.backdrop, "none");
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), -EINVAL);
	assert_non_null(strstr(unit_logged, "--show-room"));
	pmk_log_redirect(NULL, NULL);
	assert_null(scene);
	settings.show_room = true;
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
	assert_int_equal(pmk_scene_cover(scene, NULL, &cover), 0);
	assert_true(pmk_shown_is_cover(cover));
	pmk_shown_unref(cover);
	pmk_scene_destroy(scene);
}

/* A blur as weak as a camera's own needs the same consent; from 10 on it needs none. */
static void test_a_weak_blur_needs_the_switch(void **state)
{
	struct pmk_layout layout = { .width = 320, .height = 240 };
	struct pmk_scene_settings settings = settings_for("selfie");
	struct pmk_scene *scene = NULL;

	unit_catch_log();
	strcpy(settings.backdrop, "blur:9");
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), -EINVAL);
	assert_non_null(strstr(unit_logged, "--show-room"));
	assert_null(scene);
	settings.show_room = true;
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
	pmk_scene_destroy(scene);
	settings.show_room = false;
	strcpy(settings.backdrop, "blur:10");
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
	pmk_scene_destroy(scene);
	pmk_log_redirect(NULL, NULL);
}

/* --show-room alone, with a backdrop, shows no room. */
static void test_the_switch_alone_shows_nothing(void **state)
{
	struct pmk_layout layout = { .width = 320, .height = 240 };
	struct pmk_scene_settings settings = settings_for("selfie");
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &layout);
	struct pmk_scene *scene;
	struct pmk_shown *shown, *cover;

	settings.show_room = true;
	assert_int_equal(pmk_scene_create(&settings, &layout, 2, &scene), 0);
	pmk_image_fill(&frame->image, (uint8_t[]){ 150, 60, 220 });
	assert_int_equal(pmk_scene_run(scene, frame, &shown, NULL), 0);
	assert_int_equal(pmk_scene_cover(scene, NULL, &cover), 0);
	assert_memory_equal(pmk_shown_image(shown)->plane[2], pmk_shown_image(cover)->plane[2], 160);
	assert_non_null(pmk_scene_shown_mask(scene));
	assert_int_equal(pmk_scene_shown_mask(scene)->number, frame->number);
	pmk_shown_unref(shown);
	pmk_shown_unref(cover);
	pmk_scene_destroy(scene);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selfie_finds_the_presenter),
		cmocka_unit_test(test_selfie_finds_the_presenter_in_the_dark),
		cmocka_unit_test(test_landscape_finds_the_presenter),
		cmocka_unit_test(test_deeplab_finds_the_presenter),
		cmocka_unit_test(test_the_room_is_replaced),
		cmocka_unit_test(test_a_cut_forgets_all),
		cmocka_unit_test(test_renewed_is_new),
		cmocka_unit_test(test_keep_out),
		cmocka_unit_test(test_bars_are_no_person),
		cmocka_unit_test(test_match_is_seen),
		cmocka_unit_test(test_light_is_seen),
		cmocka_unit_test(test_errors_become_a_cover),
		cmocka_unit_test(test_the_room_needs_its_switch),
		cmocka_unit_test(test_a_weak_blur_needs_the_switch),
		cmocka_unit_test(test_the_switch_alone_shows_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
