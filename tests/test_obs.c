/* SPDX-License-Identifier: MIT */
/* usage: test_obs PLUGIN
 * The filter for OBS with libobs alone, without a picture on a screen: the plug-in registers its filter with this
 * program, which gives it frames as OBS does. */
#include "draw/builtin.h"
#include "draw/presenter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <libyuv.h>
#include <obs.h>
#include <time.h>

enum { W = 320, H = 180, HALF = W / 2, MOST = 20000, NEAR = 24 };

static struct obs_source_info filter;
static char logged[4096];

/* In place of libobs's. */
void obs_register_source_s(const struct obs_source_info *info, size_t size)
{
	if (info->type == OBS_SOURCE_TYPE_FILTER)
		memcpy(&filter, info, size);
}

/* Nothing is drawn here. */
obs_source_t *obs_source_create_private(const char *id, const char *name, obs_data_t *settings)
{
	return NULL;
}

static void keep_log(int level, const char *format, va_list list, void *user)
{
	size_t used = strlen(logged);

	if (level <= LOG_WARNING)
		vsnprintf(logged + used, sizeof logged - used, format, list);
}

/* --- material: a drawn person, with the truth, as BGRA --- */

static uint8_t presenter[W * H * 4], truth[W * H];

static void draw_presenter(void)
{
	struct pmk_presenter *p;
	struct pmk_mask mask;
	struct pmk_rgb rgb;

	assert_int_equal(pmk_presenter_create(W, H, 1, &p), 0);
	assert_int_equal(pmk_rgb_alloc(&rgb, W, H), 0);
	assert_int_equal(pmk_mask_alloc(&mask, W, H), 0);
	pmk_presenter_draw(p, 1, &rgb, &mask);
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			const uint8_t *from = rgb.data + y * rgb.stride + 3 * x;

			memcpy(presenter + 4 * (y * W + x), (uint8_t[4]){ from[2], from[1], from[0], 255 }, 4);
			truth[y * W + x] = mask.alpha[y * mask.stride + x];
		}
	}
	pmk_mask_free(&mask);
	pmk_rgb_free(&rgb);
	pmk_presenter_destroy(p);
}

/* --- frames of each format, from BGRA and to BGRA; `f` has the planes --- */

#define PLANE(n) f->data[n], (int)f->linesize[n]

static void swap_uv(struct obs_source_frame *f)
{
	for (uint32_t i = 0; i < f->linesize[0] * f->height; i += 4) {
		uint8_t u = f->data[0][i + 1];

		f->data[0][i + 1] = f->data[0][i + 3];
		f->data[0][i + 3] = u;
	}
}

static void fill_alpha(struct obs_source_frame *f)
{
	memset(f->data[3], 255, f->linesize[3] * f->height);
}

static void store(const uint8_t *bgra, struct obs_source_frame *f)
{
	switch (f->format) {
	case VIDEO_FORMAT_I420:
	case VIDEO_FORMAT_I40A:
		ARGBToI420(bgra, 4 * W, PLANE(0), PLANE(1), PLANE(2), W, H);
		break;
	case VIDEO_FORMAT_I422:
		ARGBToI422(bgra, 4 * W, PLANE(0), PLANE(1), PLANE(2), W, H);
		break;
	case VIDEO_FORMAT_I444:
		ARGBToI444(bgra, 4 * W, PLANE(0), PLANE(1), PLANE(2), W, H);
		break;
	case VIDEO_FORMAT_NV12:
		ARGBToNV12(bgra, 4 * W, PLANE(0), PLANE(1), W, H);
		break;
	case VIDEO_FORMAT_YVYU:
	case VIDEO_FORMAT_YUY2:
		ARGBToYUY2(bgra, 4 * W, PLANE(0), W, H);
		break;
	case VIDEO_FORMAT_UYVY:
		ARGBToUYVY(bgra, 4 * W, PLANE(0), W, H);
		break;
	case VIDEO_FORMAT_RGBA:
		ARGBToABGR(bgra, 4 * W, PLANE(0), W, H);
		break;
	case VIDEO_FORMAT_BGR3:
		ARGBToRGB24(bgra, 4 * W, PLANE(0), W, H);
		break;
	case VIDEO_FORMAT_Y800:
		ARGBToJ400(bgra, 4 * W, PLANE(0), W, H);
		break;
	default:
		ARGBCopy(bgra, 4 * W, PLANE(0), W, H);
	}
	if (f->format == VIDEO_FORMAT_YVYU)
		swap_uv(f);
	if (f->format == VIDEO_FORMAT_I40A)
		fill_alpha(f);
}

static void load(struct obs_source_frame *f, uint8_t *bgra)
{
	if (f->format == VIDEO_FORMAT_YVYU)
		swap_uv(f);
	switch (f->format) {
	case VIDEO_FORMAT_I420:
	case VIDEO_FORMAT_I40A:
		I420ToARGB(PLANE(0), PLANE(1), PLANE(2), bgra, 4 * W, W, H);
		break;
	case VIDEO_FORMAT_I422:
		I422ToARGB(PLANE(0), PLANE(1), PLANE(2), bgra, 4 * W, W, H);
		break;
	case VIDEO_FORMAT_I444:
		I444ToARGB(PLANE(0), PLANE(1), PLANE(2), bgra, 4 * W, W, H);
		break;
	case VIDEO_FORMAT_NV12:
		NV12ToARGB(PLANE(0), PLANE(1), bgra, 4 * W, W, H);
		break;
	case VIDEO_FORMAT_YVYU:
	case VIDEO_FORMAT_YUY2:
		YUY2ToARGB(PLANE(0), bgra, 4 * W, W, H);
		break;
	case VIDEO_FORMAT_UYVY:
		UYVYToARGB(PLANE(0), bgra, 4 * W, W, H);
		break;
	case VIDEO_FORMAT_RGBA:
		ABGRToARGB(PLANE(0), bgra, 4 * W, W, H);
		break;
	case VIDEO_FORMAT_BGR3:
		RGB24ToARGB(PLANE(0), bgra, 4 * W, W, H);
		break;
	case VIDEO_FORMAT_Y800:
		J400ToARGB(PLANE(0), bgra, 4 * W, W, H);
		break;
	default:
		ARGBCopy(PLANE(0), bgra, 4 * W, W, H);
	}
	if (f->format == VIDEO_FORMAT_YVYU)
		swap_uv(f);
}

static struct obs_source_frame *new_frame(enum video_format format, enum video_colorspace space, bool full)
{
	struct obs_source_frame *f = obs_source_frame_create(format, W, H);

	f->full_range = full;
	assert_true(video_format_get_parameters(space, full ? VIDEO_RANGE_FULL : VIDEO_RANGE_PARTIAL, f->color_matrix,
		f->color_range_min, f->color_range_max));
	return f;
}

/* --- what is seen --- */

static bool is_colour(const uint8_t *bgra, const uint8_t colour[3], int near)
{
	return abs(bgra[0] - colour[0]) <= near && abs(bgra[1] - colour[1]) <= near && abs(bgra[2] - colour[2]) <= near;
}

/* Of the pixels that are surely a person's (255) or surely the room's (0), the percentage of one colour; or of the
 * person's own, for NULL. */
static int share(const uint8_t *bgra, uint8_t sure, const uint8_t *colour)
{
	int all = 0, found = 0;

	for (int i = 0; i < W * H; i++) {
		if (truth[i] != sure)
			continue;
		all++;
		found += is_colour(bgra + 4 * i, colour ? colour : presenter + 4 * i, NEAR);
	}
	return 100 * found / all;
}

static const uint8_t magenta[3] = { 255, 0, 255 }, lime[3] = { 0, 255, 0 }, black[3] = { 0, 0, 0 };

struct fixture {
	obs_data_t *settings;
	void *data;
	struct obs_source_frame *frame;
	uint64_t time;
};

static struct fixture begin(enum video_format format, const char *backdrop)
{
	struct fixture t = { .settings = obs_data_create() };

	logged[0] = '\0';
	filter.get_defaults(t.settings);
	obs_data_set_string(t.settings, "backdrop", backdrop);
	obs_data_set_bool(t.settings, "advanced", true);
	obs_data_set_int(t.settings, "fade", 0);
	t.data = filter.create(t.settings, NULL);
	assert_non_null(t.data);
	if (format != VIDEO_FORMAT_NONE)
		t.frame = new_frame(format, VIDEO_CS_601, false);
	return t;
}

static void give_frames(struct fixture *t, enum video_format format, enum video_colorspace space, bool full)
{
	if (t->frame)
		obs_source_frame_destroy(t->frame);
	t->frame = new_frame(format, space, full);
}

static void end(struct fixture *t)
{
	filter.destroy(t->data);
	obs_source_frame_destroy(t->frame);
	obs_data_release(t->settings);
}

/* Frames come at their pace: meanwhile, the filter's worker gets on. */
static struct obs_source_frame *give(struct fixture *t)
{
	t->time += 1000000; /* in a still picture, the mask is kept for 100 ms */
	t->frame->timestamp = t->time;
	nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	return filter.filter_video(t->data, t->frame);
}

/* Show it the person once more. */
static void show(struct fixture *t, uint8_t *bgra)
{
	store(presenter, t->frame);
	assert_ptr_equal(give(t), t->frame);
	assert_int_equal(t->frame->timestamp, t->time);
	load(t->frame, bgra);
}

/* Show it until the room has this colour; before that, it is black or `before`, and never shown. */
static void show_until(struct fixture *t, const uint8_t *colour, const uint8_t *before, uint8_t *bgra)
{
	for (int i = 0; i < MOST; i++) {
		show(t, bgra);
		if (share(bgra, 0, colour) >= 90)
			return;
		assert_true(share(bgra, 0, before) >= 90);
	}
	fail_msg("the backdrop does not come");
}

/* --- tests --- */

/* One filter gets all formats in turn. */
static void keeps_the_person_in_each_format(void **state)
{
	static const enum video_format formats[] = { VIDEO_FORMAT_I420, VIDEO_FORMAT_NV12, VIDEO_FORMAT_YUY2,
		VIDEO_FORMAT_UYVY, VIDEO_FORMAT_YVYU, VIDEO_FORMAT_RGBA, VIDEO_FORMAT_BGRA, VIDEO_FORMAT_BGRX,
		VIDEO_FORMAT_BGR3, VIDEO_FORMAT_I422, VIDEO_FORMAT_I444, VIDEO_FORMAT_I40A };
	static const uint8_t grey[3] = { 105, 105, 105 }; /* magenta's luma */
	struct fixture t = begin(VIDEO_FORMAT_NONE, "color:#ff00ff");
	uint8_t *bgra = malloc(sizeof presenter);

	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		give_frames(&t, formats[i], VIDEO_CS_601, false);
		show_until(&t, magenta, black, bgra);
		if (share(bgra, 255, NULL) < 85)
			fail_msg("%s: %d", get_video_format_name(formats[i]), share(bgra, 255, NULL));
	}
	give_frames(&t, VIDEO_FORMAT_Y800, VIDEO_CS_601, false);
	show_until(&t, grey, black, bgra);
	end(&t);
	free(bgra);
}

static void keeps_matrix_and_range(void **state)
{
	static const struct {
		enum video_colorspace space;
		bool full;
		int yuv[3];
	} cases[] = { { VIDEO_CS_601, true, { 105, 212, 235 } }, { VIDEO_CS_709, false, { 78, 214, 230 } } };
	struct fixture t = begin(VIDEO_FORMAT_NONE, "color:#ff00ff");
	uint8_t *bgra = malloc(sizeof presenter);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		float matrix[16];
		int n = 0;

		give_frames(&t, VIDEO_FORMAT_I420, cases[i].space, cases[i].full);
		memcpy(matrix, t.frame->color_matrix, sizeof matrix);
		do {
			show(&t, bgra);
		} while (abs(t.frame->data[1][0] - 128) < 20 && n++ < MOST);
		for (int p = 0; p < 3; p++)
			assert_in_range(t.frame->data[p][0], cases[i].yuv[p] - 2, cases[i].yuv[p] + 2);
		assert_memory_equal(matrix, t.frame->color_matrix, sizeof matrix);
		assert_int_equal(t.frame->full_range, cases[i].full);
	}
	end(&t);
	free(bgra);
}

/* A frame that is stored bottom up has the same person. */
static void turns_frames_that_are_upside_down(void **state)
{
	uint8_t *bgra = malloc(sizeof presenter), *upright = malloc(sizeof presenter);
	struct fixture t = begin(VIDEO_FORMAT_BGRA, "color:#ff00ff");

	t.frame->flip = true;
	for (int n = 0; n < MOST && !is_colour(bgra, magenta, NEAR); n++) {
		for (int y = 0; y < H; y++)
			memcpy(t.frame->data[0] + (H - 1 - y) * 4 * W, presenter + y * 4 * W, (size_t)4 * W);
		give(&t);
		memcpy(bgra, t.frame->data[0], sizeof presenter);
	}
	for (int y = 0; y < H; y++)
		memcpy(upright + (H - 1 - y) * 4 * W, bgra + y * 4 * W, (size_t)4 * W);
	assert_true(share(upright, 0, magenta) >= 90);
	assert_true(share(upright, 255, NULL) >= 85);
	end(&t);
	free(bgra);
	free(upright);
}

static void changes_while_frames_go_on(void **state)
{
	struct fixture t = begin(VIDEO_FORMAT_NV12, "color:#ff00ff");
	uint8_t *bgra = malloc(sizeof presenter);

	show_until(&t, magenta, black, bgra);
	obs_data_set_string(t.settings, "backdrop", "color:lime");
	filter.update(t.data, t.settings);
	show_until(&t, lime, magenta, bgra);
	assert_true(share(bgra, 255, NULL) >= 85);
	obs_data_set_string(t.settings, "people", "nearest"); /* and one that needs a new scene to go back */
	obs_data_set_string(t.settings, "erode", "2");
	filter.update(t.data, t.settings);
	obs_data_set_string(t.settings, "erode", "");
	obs_data_set_string(t.settings, "backdrop", "color:#ff00ff");
	filter.update(t.data, t.settings);
	show_until(&t, magenta, lime, bgra);
	end(&t);
	free(bgra);
}

/* A refusal is said, and the backdrop alone is shown until the setting is mended. */
static void covers_when_settings_are_refused(void **state)
{
	static const struct {
		const char *name, *value;
	} wrong[] = { { "backdrop", "file" }, { "people", "nobody" } };
	uint8_t *bgra = malloc(sizeof presenter);

	struct fixture t = begin(VIDEO_FORMAT_I420, "color:#ff00ff");

	show_until(&t, magenta, black, bgra);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const uint8_t *before = i % 2 ? lime : magenta, *after = i % 2 ? magenta : lime;
		int n = 0;

		logged[0] = '\0';
		obs_data_set_string(t.settings, wrong[i].name, wrong[i].value);
		filter.update(t.data, t.settings);
		do
			show(&t, bgra);
		while (share(bgra, 255, before) < 95 && n++ < MOST);
		assert_true(share(bgra, 255, before) >= 95);
		assert_true(share(bgra, 0, before) >= 95);
		obs_data_unset_user_value(t.settings, wrong[i].name);
		obs_data_set_string(t.settings, "backdrop", i % 2 ? "color:#ff00ff" : "color:lime");
		filter.update(t.data, t.settings);
		show_until(&t, after, before, bgra);
		assert_true(share(bgra, 255, NULL) >= 85);
		assert_non_null(strstr(logged, "cannot be used"));
	}
	end(&t);
	free(bgra);
}

static void is_black_when_it_can_never_start(void **state)
{
	struct fixture t = begin(VIDEO_FORMAT_YUY2, "nowhere.png");
	uint8_t *bgra = malloc(sizeof presenter);

	for (int n = 0; n < MOST && !strstr(logged, "cannot be used"); n++) {
		show(&t, bgra);
		assert_int_equal(share(bgra, 0, black), 100);
		assert_int_equal(share(bgra, 255, black), 100);
	}
	end(&t);
	assert_non_null(strstr(logged, "nowhere.png"));
	free(bgra);
}

/* No byte of a frame of another format, or over a backdrop that a frame cannot hold, is left. */
static void blanks_what_it_cannot_write(void **state)
{
	static const struct {
		enum video_format format;
		const char *backdrop;
	} cases[] = { { VIDEO_FORMAT_P010, "color:lime" }, { VIDEO_FORMAT_I010, "color:lime" },
		{ VIDEO_FORMAT_AYUV, "color:lime" }, { VIDEO_FORMAT_I420, "transparent" } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture t = begin(cases[i].format, cases[i].backdrop);
		struct obs_source_frame *f = t.frame;
		int n = 0;

		do { /* I420 is black first */
			for (int p = 0; p < 4 && f->data[p]; p++)
				memset(f->data[p], 77, f->linesize[p] * (size_t)(p == 1 || p == 2 ? H / 2 : H));
			give(&t);
		} while (f->format == VIDEO_FORMAT_I420 && f->data[1][0] == 128 && n++ < MOST);
		for (int p = 0; p < 4 && f->data[p]; p++) {
			size_t size = f->linesize[p] * (size_t)(p == 1 || p == 2 ? H / 2 : H);

			for (size_t at = 0; at < size; at++)
				assert_int_equal(f->data[p][at], 0);
		}
		end(&t);
		if (cases[i].format != VIDEO_FORMAT_I420 && !strstr(logged, "cannot be read"))
			fail_msg("logged: %s", logged);
	}
}

/* The list of backdrops has all that the library has, under a title. */
static void asks_for_each_built_in_backdrop(void **state)
{
	struct fixture t = begin(VIDEO_FORMAT_I420, "color:#ff00ff");
	obs_properties_t *asked = filter.get_properties(t.data);
	obs_property_t *list = obs_properties_get(asked, "backdrop");
	const struct pmk_builtin *builtins;
	char value[64];
	int count, found = 0;

	builtins = pmk_builtin_list(&count);
	for (int i = 0; i < count; i++) {
		snprintf(value, sizeof value, "builtin:%s", builtins[i].name);
		for (size_t k = 0; k < obs_property_list_item_count(list); k++)
			found += strcmp(obs_property_list_item_string(list, k), value) == 0 &&
				*obs_property_list_item_name(list, k);
	}
	assert_int_equal(found, count);
	obs_properties_destroy(asked);
	end(&t);
}

static void leaves_nothing_behind(void **state)
{
	uint8_t *bgra = malloc(sizeof presenter);
	long before = bnum_allocs();

	for (int i = 0; i < 2; i++) {
		struct fixture t = begin(VIDEO_FORMAT_I422, "color:#ff00ff");
		obs_properties_t *asked = filter.get_properties(t.data);

		assert_non_null(obs_properties_get(asked, "people"));
		obs_properties_destroy(asked);
		if (i % 2) /* also in the middle of the making */
			show_until(&t, magenta, black, bgra);
		else
			show(&t, bgra);
		end(&t);
	}
	assert_int_equal(bnum_allocs(), before);
	free(bgra);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_person_in_each_format),
		cmocka_unit_test(keeps_matrix_and_range),
		cmocka_unit_test(turns_frames_that_are_upside_down),
		cmocka_unit_test(changes_while_frames_go_on),
		cmocka_unit_test(covers_when_settings_are_refused),
		cmocka_unit_test(is_black_when_it_can_never_start),
		cmocka_unit_test(blanks_what_it_cannot_write),
		cmocka_unit_test(asks_for_each_built_in_backdrop),
		cmocka_unit_test(leaves_nothing_behind),
	};
	void *plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
	bool (*load_module)(void);

	if (!plugin) {
		fprintf(stderr, "usage: test_obs PLUGIN: %s\n", argc == 2 ? dlerror() : "");
		return 1;
	}
	*(void **)&load_module = dlsym(plugin, "obs_module_load");
	base_set_log_handler(keep_log, NULL);
	if (!load_module || !load_module() || !filter.filter_video)
		return 1;
	draw_presenter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
