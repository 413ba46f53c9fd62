/* SPDX-License-Identifier: MIT */
/* Settings that change between two frames: afterwards the scene gives what one created with them gives, and nothing
 * else in between. */
#include "unit.h"

#include "base/clock.h"
#include "counted.h"
#include "draw/presenter.h"
#include "media/still.h"
#include "scene/scene_change.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

enum { W = 320, H = 180, BEFORE = 3, AFTER = 2, CUT = 30 };

/* Makes the frames of the tests, and holds what they are made of. */
struct studio {
	struct pmk_layout layout;
	struct pmk_presenter *presenter;
	struct pmk_frame_pool *pool;
	struct pmk_frame *frame;
	struct pmk_mask truth;
	bool still; /* the presenter does not move */
	uint64_t step_ns; /* from frame to frame */
	char picture[64]; /* a picture file, wide and of two colours */
	char dir[32];
};

static struct pmk_scene_settings usual(void)
{
	return (struct pmk_scene_settings){ .model = "selfie-landscape",
		.threads = 1,
		.backdrop = "color:#3080c0",
		.no_motion_gate = true,
		.refine = { .mode = PMK_REFINE_GUIDED,
			.smooth = 0.9,
			.threshold = -1,
			.erode = -1,
			.dilate = -1,
			.feather = -1 } };
}

/* A wide picture of two greys. */
static void write_wall(const char *path, int left, int right)
{
	struct pmk_rgb rgb;

	assert_int_equal(pmk_rgb_alloc(&rgb, 400, 100), 0);
	for (int y = 0; y < 100; y++) {
		for (int x = 0; x < 400; x++)
			memset(rgb.data + y * rgb.stride + 3 * x, x < 100 ? left : right, 3);
	}
	assert_int_equal(pmk_still_write_rgb(path, &rgb), 0);
	pmk_rgb_free(&rgb);
}

static struct studio open_studio(void)
{
	struct studio s = { .layout = { .width = W, .height = H },
		.step_ns = 33 * PMK_MS_NS,
		.pool = pmk_frame_pool_create(1),
		.dir = "/tmp/potemkin-test-XXXXXX" };

	s.frame = pmk_frame_pool_take(s.pool, &s.layout);
	assert_int_equal(pmk_presenter_create(W, H, 1, &s.presenter), 0);
	assert_int_equal(pmk_mask_alloc(&s.truth, W, H), 0);
	assert_non_null(mkdtemp(s.dir));
	snprintf(s.picture, sizeof s.picture, "%s/wall.png", s.dir);
	write_wall(s.picture, 50, 200);
	return s;
}

static void close_studio(struct studio *s)
{
	unlink(s->picture);
	rmdir(s->dir);
	pmk_mask_free(&s->truth);
	pmk_presenter_destroy(s->presenter);
	pmk_frame_unref(s->frame);
	pmk_frame_pool_destroy(s->pool);
}

static void draw(struct studio *s, int number)
{
	pmk_presenter_draw_image(s->presenter, 1 + (s->still ? 0 : number / 30.0), &s->frame->image, &s->truth);
	s->frame->number = (uint64_t)number + 1;
	s->frame->time_ns = PMK_S_NS + (uint64_t)number * s->step_ns;
}

static struct pmk_scene *create(struct studio *s, const struct pmk_scene_settings *settings)
{
	struct pmk_scene *scene;

	assert_int_equal(pmk_scene_create(settings, &s->layout, 4, &scene), 0);
	return scene;
}

/* The shown picture of a frame with a person in it. */
static struct pmk_shown *run(struct studio *s, struct pmk_scene *scene)
{
	struct pmk_shown *shown;

	assert_int_equal(pmk_scene_run(scene, s->frame, &shown, NULL), 0);
	assert_false(pmk_shown_is_cover(shown));
	return shown;
}

static bool same(const struct pmk_image *a, const struct pmk_image *b)
{
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&a->layout, p); y++) {
			if (memcmp(a->plane[p] + (size_t)y * a->stride[p], b->plane[p] + (size_t)y * b->stride[p],
				    (size_t)pmk_layout_plane_width(&a->layout, p)))
				return false;
		}
	}
	return true;
}

/* Where the presenter's truth says room, the backdrop is shown, except at the mask's rim. */
static void check_room(const struct studio *s, struct pmk_scene *scene, const struct pmk_image *out)
{
	int room = 0, kept = 0, person = 0, changed = 0;
	struct pmk_shown *cover;

	assert_int_equal(pmk_scene_cover(scene, NULL, &cover), 0);
	for (int y = 0; y < H; y++) {
		const uint8_t *back = pmk_shown_image(cover)->plane[0] + (size_t)y * pmk_shown_image(cover)->stride[0];

		for (int x = 0; x < W; x++) {
			uint8_t alpha = s->truth.alpha[(size_t)y * s->truth.stride + x];
			bool backdrop = out->plane[0][(size_t)y * out->stride[0] + x] == back[x];

			room += alpha == 0;
			kept += alpha == 0 && backdrop;
			person += alpha == 255;
			changed += alpha == 255 && !backdrop;
		}
	}
	pmk_shown_unref(cover);
	assert_true(kept > room * 96 / 100);
	assert_true(changed > person * 80 / 100);
}

/* Whether two scenes agree on the same frame. */
static bool agree(struct studio *s, struct pmk_scene *a, struct pmk_scene *b)
{
	struct pmk_shown *x = run(s, a), *y = run(s, b);
	bool agreed = same(pmk_shown_image(x), pmk_shown_image(y));

	pmk_shown_unref(x);
	pmk_shown_unref(y);
	return agreed;
}

static void change(struct pmk_scene *scene, const struct pmk_scene_settings *wanted)
{
	struct pmk_scene_change *c;

	assert_int_equal(pmk_scene_change_prepare(scene, wanted, &c), 0);
	begin_counting();
	pmk_scene_change_apply(scene, c);
	assert_int_equal(end_counting(), 0);
	assert_int_equal(counted_frees, 0);
	pmk_scene_change_destroy(c);
}

/* --- settings, and what a change from one to the other must do --- */

typedef void modify(const struct studio *s, struct pmk_scene_settings *settings);

static void nothing(const struct studio *s, struct pmk_scene_settings *settings)
{
}

static void office(const struct studio *s, struct pmk_scene_settings *settings)
{
	strcpy(settings->backdrop, "builtin:office");
}

static void blur(const struct studio *s, struct pmk_scene_settings *settings)
{
	strcpy(settings->backdrop, "blur");
}

static void weak_blur(const struct studio *s, struct pmk_scene_settings *settings)
{
	strcpy(settings->backdrop, "blur:10");
}

static void picture(const struct studio *s, struct pmk_scene_settings *settings)
{
	strcpy(settings->backdrop, s->picture);
}

static void tiles(const struct studio *s, struct pmk_scene_settings *settings)
{
	picture(s, settings);
	settings->fit = PMK_FIT_TILE;
}

/* of a colour or drawing: it looks the same */
static void other_fit(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->fit = PMK_FIT_TILE;
}

static void logo(const struct studio *s, struct pmk_scene_settings *settings)
{
	strcpy(settings->overlay.picture, s->picture);
	settings->overlay.place = PMK_SPOT_TOP_LEFT;
}

static void blur_and_logo(const struct studio *s, struct pmk_scene_settings *settings)
{
	blur(s, settings);
	logo(s, settings);
}

static void larger_logo(const struct studio *s, struct pmk_scene_settings *settings)
{
	logo(s, settings);
	settings->overlay.size = 0.4;
}

static void match(const struct studio *s, struct pmk_scene_settings *settings)
{
	office(s, settings);
	settings->match = 0.5;
}

static void stronger_match(const struct studio *s, struct pmk_scene_settings *settings)
{
	office(s, settings);
	settings->match = 0.53;
}

static void light(const struct studio *s, struct pmk_scene_settings *settings)
{
	office(s, settings);
	settings->light = 1;
}

static void match_of_picture(const struct studio *s, struct pmk_scene_settings *settings)
{
	picture(s, settings);
	settings->match = 0.5;
}

static void grown(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->refine.dilate = 5;
	settings->refine.feather = 3;
}

static void shrunk(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->refine.erode = 3;
	settings->refine.light_wrap = 0.6;
}

static void hard(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->refine.threshold = 0.5;
}

static void less_smooth(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->refine.smooth = 0.4;
}

static void not_smooth(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->refine.smooth = 0;
}

static void plain(const struct studio *s, struct pmk_scene_settings *settings)
{
	less_smooth(s, settings);
	settings->refine.mode = PMK_REFINE_NONE;
}

static void morph(const struct studio *s, struct pmk_scene_settings *settings)
{
	less_smooth(s, settings);
	settings->refine.mode = PMK_REFINE_MORPH;
}

static void morph_not_smooth(const struct studio *s, struct pmk_scene_settings *settings)
{
	morph(s, settings);
	not_smooth(s, settings);
}

static void nearest(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->people = PMK_PEOPLE_NEAREST;
}

static void corner(const struct studio *s, struct pmk_scene_settings *settings)
{
	assert_int_equal(pmk_zone_parse("0,0,8%x8%", &settings->keep_out[settings->keep_out_count++]), 0);
}

/* A zone that ends in the middle of the presenter. */
static void half(const struct studio *s, struct pmk_scene_settings *settings)
{
	assert_int_equal(pmk_zone_parse("0,0,50%x100%", &settings->keep_out[settings->keep_out_count++]), 0);
}

static void gate(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->no_motion_gate = false;
}

static void no_plate(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->no_plate = true;
}

static void threads(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->threads = 2;
}

static void own_engine(const struct studio *s, struct pmk_scene_settings *settings)
{
	settings->engine = PMK_ENGINE_OWN;
}

static void other_model(const struct studio *s, struct pmk_scene_settings *settings)
{
	strcpy(settings->model, "selfie");
}

static void all_else(const struct studio *s, struct pmk_scene_settings *settings)
{
	other_model(s, settings);
	tiles(s, settings);
	morph(s, settings);
	nearest(s, settings);
	corner(s, settings);
	settings->refine.feather = 4;
}

enum { AT_A_CUT = -1 };

static const struct {
	const char *name;
	modify *now, *wanted;
	bool covers; /* with the wanted settings, the cover is the backdrop */
	bool still; /* the presenter does not move */
	int settles; /* frames until all memory of the old settings is gone; or AT_A_CUT */
	int step_ms; /* from frame to frame; 0: as usual */
	bool alone; /* the next frame starts anew, as after a cut */
} changes[] = {
	{ .name = "colour to drawing", nothing, office, .covers = true },
	{ .name = "drawing to colour", office, nothing, .covers = true },
	{ .name = "colour to picture", nothing, picture, .covers = true },
	{ .name = "fit", picture, tiles, .covers = true },
	{ .name = "colour to blur", nothing, blur, .settles = AT_A_CUT },
	{ .name = "blur's strength", blur, weak_blur },
	{ .name = "blur to colour", blur, nothing, .covers = true },
	{ .name = "overlay", nothing, logo, .covers = true },
	{ .name = "overlay's size", logo, larger_logo, .covers = true },
	{ .name = "no overlay", logo, nothing, .covers = true },
	{ .name = "light", office, light, .settles = AT_A_CUT },
	{ .name = "no light", light, office, .covers = true },
	{ .name = "match", office, match, .still = true },
	{ .name = "no match", match, office, .covers = true },
	{ .name = "match's strength", match, stronger_match, .still = true, .settles = 50, .step_ms = 200 },
	{ .name = "match's backdrop", match, match_of_picture, .still = true },
	{ .name = "dilate, feather", nothing, grown },
	{ .name = "erode, light wrap", grown, shrunk },
	{ .name = "threshold", shrunk, hard, .covers = true },
	{ .name = "no threshold", hard, nothing, .covers = true },
	{ .name = "smooth", nothing, less_smooth, .covers = true, .still = true, .settles = 20 },
	{ .name = "no smooth", nothing, not_smooth, .covers = true },
	{ .name = "smooth again", not_smooth, less_smooth, .covers = true, .still = true, .settles = 20 },
	{ .name = "guided to morph", not_smooth, morph_not_smooth, .covers = true },
	{ .name = "morph to guided", morph_not_smooth, not_smooth, .covers = true },
	{ .name = "guided to none", less_smooth, plain, .covers = true, .still = true, .settles = 20 },
	{ .name = "none to morph", plain, morph, .covers = true },
	/* the first picture is looked at for raised hands, too, but not with nearest */
	{ .name = "people", nothing, nearest, .covers = true, .settles = AT_A_CUT },
	{ .name = "keep-out", nothing, corner, .covers = true },
	{ .name = "no keep-out", corner, nothing, .covers = true },
	{ .name = "keep-out of half", nothing, half, .settles = AT_A_CUT },
	{ .name = "keep-out of a corner", half, corner, .covers = true, .settles = AT_A_CUT },
	{ .name = "motion gate", nothing, gate, .covers = true },
	{ .name = "no motion gate", gate, nothing, .covers = true },
	{ .name = "plate", no_plate, nothing, .covers = true, .settles = AT_A_CUT },
	{ .name = "no plate", nothing, no_plate, .covers = true, .settles = AT_A_CUT },
	{ .name = "threads", nothing, threads, .covers = true },
	{ .name = "engine", nothing, own_engine, .covers = true },
	{ .name = "model", nothing, other_model, .covers = true, .alone = true },
	{ .name = "model and all else", nothing, all_else, .covers = true, .alone = true },
	{ .name = "all back", all_else, nothing, .covers = true, .alone = true },
};

/* Two scenes take the same frames: one that is changed, and one that had the wanted settings from the beginning, or,
 * where the next frame stands alone, from there on. */
struct trial {
	struct studio *studio;
	struct pmk_scene *scene, *ideal;
	int number; /* of the next frame */
};

static void run_before(struct trial *t, bool alone)
{
	draw(t->studio, t->number++);
	pmk_shown_unref(run(t->studio, t->scene));
	if (!alone)
		pmk_shown_unref(run(t->studio, t->ideal));
}

static void run_after(struct trial *t, size_t i, bool settled)
{
	struct pmk_shown *a, *b;

	draw(t->studio, t->number++);
	a = run(t->studio, t->scene);
	b = run(t->studio, t->ideal);
	if (settled && !same(pmk_shown_image(a), pmk_shown_image(b)))
		fail_msg("%s: frame %d is another", changes[i].name, t->number - 1);
	if (changes[i].covers)
		check_room(t->studio, t->scene, pmk_shown_image(a));
	pmk_shown_unref(a);
	pmk_shown_unref(b);
}

static void check_change(struct studio *s, size_t i)
{
	struct pmk_scene_settings now = usual(), wanted = usual();
	struct trial t = { .studio = s };

	changes[i].now(s, &now);
	changes[i].wanted(s, &wanted);
	s->still = changes[i].still;
	s->step_ns = (uint64_t)(changes[i].step_ms ? changes[i].step_ms : 33) * PMK_MS_NS;
	t.scene = create(s, &now);
	t.ideal = create(s, &wanted);
	while (t.number < BEFORE)
		run_before(&t, changes[i].alone);
	change(t.scene, &wanted);
	for (int k = 0; k < AFTER + changes[i].settles; k++)
		run_after(&t, i, changes[i].settles != AT_A_CUT && k >= changes[i].settles);
	t.number += CUT;
	for (int k = 0; k < AFTER; k++)
		run_after(&t, i, true);
	pmk_scene_destroy(t.scene);
	pmk_scene_destroy(t.ideal);
}

static void test_each_change(void **state)
{
	struct studio s = open_studio();

	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i += (size_t)unit_times(1, 8))
		check_change(&s, i);
	close_studio(&s);
}

/* As change, but a thread may be freeing what a fade does not need. */
static void change_backdrop(struct pmk_scene *scene, struct pmk_scene_settings *wanted, const char *spec)
{
	struct pmk_scene_change *c;

	snprintf(wanted->backdrop, sizeof wanted->backdrop, "%s", spec);
	assert_int_equal(pmk_scene_change_prepare(scene, wanted, &c), 0);
	pmk_scene_change_apply(scene, c);
	pmk_scene_change_destroy(c);
}

/* Another backdrop fades in, over the person's own picture, and the cover is the new one at once. What is shown in the
 * corner, where the room is, goes from the one colour to the other; a change meanwhile goes on from there. */
static void test_fades(void **state)
{
	struct pmk_scene_settings settings = usual();
	struct studio s = open_studio();
	struct pmk_scene *scene = create(&s, &settings), *ideal;
	struct pmk_shown *shown;
	int level[40];

	settings.fade_ms = 300;
	for (int number = 0; number < 40; number++) {
		if (number == 5 || number == 25) {
			change_backdrop(scene, &settings, number == 5 ? "color:#ffffff" : "blur");
			assert_int_equal(pmk_scene_cover(scene, NULL, &shown), 0);
			assert_true(pmk_shown_image(shown)->plane[0][0] != (number == 5 ? level[4] : level[24]));
			pmk_shown_unref(shown);
		}
		if (number == 9)
			change_backdrop(scene, &settings, "color:#000000");
		draw(&s, number);
		shown = run(&s, scene);
		level[number] = pmk_shown_image(shown)->plane[0][0];
		pmk_shown_unref(shown);
	}
	for (int i = 5; i < 20; i++)
		assert_true(i < 9 ? level[i] > level[i - 1] + 8 : i < 18 ? level[i] < level[i - 1] : level[i] == 16);
	assert_true(level[9] > 80); /* not from the white, nor from the blue */
	ideal = create(&s, &settings);
	draw(&s, 40 + CUT);
	assert_true(agree(&s, scene, ideal));
	pmk_scene_destroy(scene);
	pmk_scene_destroy(ideal);
	close_studio(&s);
}

/* A frame is composed once more after a change, as if the new settings had been there before. */
static void check_again(struct studio *s, modify *from, modify *way, bool can)
{
	struct pmk_scene_settings before = usual(), after = usual();
	struct pmk_scene *scene, *ideal;
	struct pmk_shown *shown, *wanted;

	from(s, &before);
	way(s, &after);
	scene = create(s, &before);
	ideal = create(s, &after);
	for (int i = 0; i < BEFORE; i++) {
		draw(s, i);
		pmk_shown_unref(run(s, scene));
		wanted = run(s, ideal);
		if (i < BEFORE - 1)
			pmk_shown_unref(wanted);
	}
	change(scene, &after);
	assert_int_equal(pmk_scene_again(scene, s->frame, &shown), can ? 0 : -ENODATA);
	if (can) {
		assert_true(same(pmk_shown_image(shown), pmk_shown_image(wanted)));
		pmk_shown_unref(shown);
	}
	pmk_shown_unref(wanted);
	pmk_scene_destroy(scene);
	pmk_scene_destroy(ideal);
}

static void test_a_frame_again(void **state)
{
	static modify *const seen_at_once[] = { nothing, office, picture, tiles, logo },
			     *const with_the_next[] = { grown, less_smooth, plain, nearest, corner, no_plate, light,
				     other_model, all_else };
	struct studio s = open_studio();

	for (size_t i = 0; i < sizeof seen_at_once / sizeof seen_at_once[0]; i++)
		check_again(&s, nothing, seen_at_once[i], true);
	for (size_t i = 0; i < sizeof with_the_next / sizeof with_the_next[0]; i++)
		check_again(&s, nothing, with_the_next[i], false);
	check_again(&s, blur, blur_and_logo, true); /* a blur takes nothing new from the frame */
	close_studio(&s);
}

/* Only a frame that was composed is composed again: not before the first, not another, not one under a cover. */
static void test_no_frame_again(void **state)
{
	struct pmk_scene_settings settings = usual();
	struct studio s = open_studio();
	struct pmk_scene *scene = create(&s, &settings);
	struct pmk_shown *shown;

	draw(&s, 0);
	assert_int_equal(pmk_scene_again(scene, s.frame, &shown), -ENODATA);
	pmk_shown_unref(run(&s, scene));
	draw(&s, 1);
	assert_int_equal(pmk_scene_again(scene, s.frame, &shown), -ENODATA);
	s.frame->number--;
	s.frame->generation++;
	assert_int_equal(pmk_scene_again(scene, s.frame, &shown), -ENODATA);
	s.frame->image.layout.width /= 2;
	assert_int_equal(pmk_scene_run(scene, s.frame, &shown, NULL), -EINVAL);
	pmk_shown_unref(shown);
	assert_int_equal(pmk_scene_again(scene, s.frame, &shown), -ENODATA);
	s.frame->image.layout.width *= 2;
	pmk_scene_destroy(scene);
	close_studio(&s);
}

/* The match follows the pictures of a slideshow: after a while, one is shown as if it were the only one. */
static void test_match_of_a_slideshow(void **state)
{
	struct studio s = open_studio();
	struct pmk_scene_settings show = usual(), alone = usual();
	struct pmk_scene *shows, *ideal;
	struct pmk_shown *a, *b;
	int frames = unit_times(98, 49);
	char other[64];

	snprintf(other, sizeof other, "%s/wide.png", s.dir); /* after wall.png */
	write_wall(other, 120, 240);
	s.step_ns = 9800 * PMK_MS_NS / (uint64_t)frames;
	show.match = alone.match = 1;
	show.fit = alone.fit = PMK_FIT_STRETCH;
	snprintf(show.backdrop, sizeof show.backdrop, "slideshow:%s:5", s.dir);
	strcpy(alone.backdrop, other);
	shows = create(&s, &show);
	ideal = create(&s, &alone);
	for (int number = 0; number < frames; number++) {
		draw(&s, number);
		s.frame->position_ns = (int64_t)number * (int64_t)s.step_ns;
		a = run(&s, shows);
		b = run(&s, ideal);
		if (number == frames - 1)
			assert_in_range(pmk_shown_image(a)->plane[0][0] + 3 - pmk_shown_image(b)->plane[0][0], 0, 6);
		pmk_shown_unref(a);
		pmk_shown_unref(b);
	}
	s.frame->position_ns = -1;
	pmk_scene_destroy(shows);
	pmk_scene_destroy(ideal);
	unlink(other);
	close_studio(&s);
}

/* A change that needs no new parts makes none. */
static void test_small_changes_are_small(void **state)
{
	static modify *const small[] = { nearest, corner, gate, no_plate, other_fit };
	struct pmk_scene_settings now = usual(), wanted;
	struct pmk_scene_change *c;
	struct pmk_scene *scene;
	struct studio s;

	if (!COUNTING)
		skip();
	s = open_studio();
	now.match = 0.5;
	scene = create(&s, &now);
	for (int i = 0; i < 7; i++) {
		wanted = now;
		if (i < 5)
			small[i](&s, &wanted);
		wanted.match = i == 5 ? 0.6 : 0.5;
		begin_counting();
		assert_int_equal(pmk_scene_change_prepare(scene, &wanted, &c), 0);
		assert_int_equal(end_counting(), 1);
		pmk_scene_change_apply(scene, c);
		pmk_scene_change_destroy(c);
		now = wanted;
	}
	pmk_scene_destroy(scene);
	close_studio(&s);
}

/* The person is found in each frame while models and engines change. */
static void test_networks_take_over(void **state)
{
	static const struct {
		const char *model;
		enum pmk_engine_kind engine;
	} steps[] = { { "selfie-landscape", PMK_ENGINE_AUTO }, { "auto", PMK_ENGINE_AUTO },
		{ "auto", PMK_ENGINE_XNNPACK }, { "selfie", PMK_ENGINE_OWN } };
	struct pmk_scene_settings settings = usual();
	struct studio s = open_studio();
	struct pmk_scene *scene = create(&s, &settings);

	for (int number = 0; number < 20; number++) {
		int step = number / 5;
		struct pmk_shown *shown;

		if (steps[step].engine == PMK_ENGINE_XNNPACK && !pmk_engine_is_built(PMK_ENGINE_XNNPACK))
			continue;
		strcpy(settings.model, steps[step].model);
		settings.engine = steps[step].engine;
		change(scene, &settings);
		draw(&s, number);
		shown = run(&s, scene);
		check_room(&s, scene, pmk_shown_image(shown));
		pmk_shown_unref(shown);
	}
	pmk_scene_destroy(scene);
	close_studio(&s);
}

/* The number of pixels in columns left..right - 1 whose luma differs from `level`. */
static int unlike(const struct pmk_image *image, int left, int right, uint8_t level)
{
	int count = 0;

	for (int y = 0; y < image->layout.height; y++) {
		for (int x = left; x < right; x++)
			count += image->plane[0][(size_t)y * image->stride[0] + x] != level;
	}
	return count;
}

/* Two people side by side, then only the nearest, both again, and one of them inside a zone: each change takes effect
 * with the next frame, although nothing moves and the stillness test is on. */
static void test_people_come_and_go(void **state)
{
	struct pmk_scene_settings settings = usual(), one = usual(), zone = usual();
	struct studio s = open_studio();
	struct pmk_layout wide = { .width = 2 * W, .height = H };
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &wide);
	struct pmk_scene *scene;

	settings.no_motion_gate = one.no_motion_gate = zone.no_motion_gate = false;
	settings.single = one.single = zone.single = true; /* those who never stir are shown at once */
	one.people = PMK_PEOPLE_NEAREST;
	assert_int_equal(pmk_zone_parse("50%,0,50%x100%", &zone.keep_out[zone.keep_out_count++]), 0);
	draw(&s, 0);
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&wide, p); y++) {
			const uint8_t *from = s.frame->image.plane[p] + (size_t)y * s.frame->image.stride[p];
			uint8_t *to = frame->image.plane[p] + (size_t)y * frame->image.stride[p];
			size_t half = (size_t)pmk_layout_plane_width(&wide, p) / 2;

			memcpy(to, from, half);
			memcpy(to + half, from, half);
		}
	}
	assert_int_equal(pmk_scene_create(&settings, &wide, 2, &scene), 0);
	for (int n = 0; n < 40; n++) {
		struct pmk_shown *shown, *cover;
		int people = 0, least = W * H / 20;
		uint8_t blue;

		if (n == 10 || n == 30)
			change(scene, n == 10 ? &one : &zone);
		else if (n == 20)
			change(scene, &settings);
		frame->number = (uint64_t)n;
		frame->time_ns = PMK_S_NS + (uint64_t)n * 16 * PMK_MS_NS;
		assert_int_equal(pmk_scene_run(scene, frame, &shown, NULL), 0);
		assert_int_equal(pmk_scene_cover(scene, NULL, &cover), 0);
		blue = pmk_shown_image(cover)->plane[0][0];
		people += unlike(pmk_shown_image(shown), 0, W, blue) > least;
		people += unlike(pmk_shown_image(shown), W, 2 * W, blue) > least;
		if (n >= 30)
			assert_int_equal(unlike(pmk_shown_image(shown), W, 2 * W, blue), 0);
		assert_int_equal(people, n / 10 % 2 ? 1 : 2);
		pmk_shown_unref(shown);
		pmk_shown_unref(cover);
	}
	pmk_scene_destroy(scene);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
	close_studio(&s);
}

/* While nothing moves, the stillness test can be turned on, which saves the network's work, and off again. */
static void test_motion_gate(void **state)
{
	struct pmk_scene_settings settings = usual();
	struct studio s = open_studio();
	struct pmk_scene *scene = create(&s, &settings);
	int still[3] = { 0 };

	s.still = true;
	for (int n = 0; n < 30; n++) {
		struct pmk_scene_times times = { 0 };
		struct pmk_shown *shown;

		settings.no_motion_gate = n / 10 != 1;
		if (n % 10 == 0)
			change(scene, &settings);
		draw(&s, n);
		assert_int_equal(pmk_scene_run(scene, s.frame, &shown, &times), 0);
		still[n / 10] += times.still;
		assert_true(n % 10 || !times.still);
		pmk_shown_unref(shown);
	}
	assert_int_equal(still[0] + still[2], 0);
	assert_in_range(still[1], 5, 9);
	pmk_scene_destroy(scene);
	close_studio(&s);
}

/* A refused change logs one line, and changes nothing. */
static void refuse(struct studio *s, struct pmk_scene *scene, const struct pmk_scene_settings *wanted, int want)
{
	struct pmk_scene_change *c = NULL;
	int err;

	unit_catch_log();
	err = pmk_scene_change_prepare(scene, wanted, &c);
	pmk_log_redirect(NULL, NULL);
	assert_int_equal(unit_log_count, 1);
	assert_true(want ? err == want : err < 0);
	assert_null(c);
}

/* Whether the first scene gives what the second one gives, which gets the same frames, and not what the third one
 * gives. */
static bool takes_after(struct studio *s, struct pmk_scene *const scenes[3], int number)
{
	struct pmk_shown *shown[3];
	bool same_as[3];

	draw(s, number);
	for (int i = 0; i < 3; i++) {
		shown[i] = run(s, scenes[i]);
		same_as[i] = same(pmk_shown_image(shown[0]), pmk_shown_image(shown[i]));
	}
	for (int i = 0; i < 3; i++)
		pmk_shown_unref(shown[i]);
	return same_as[1] && !same_as[2];
}

/* Where the files of backdrop and overlay are damaged, those who ask for neither of them do not notice. Whoever asks
 * for both may keep what there is, and have the rest. */
static void try_damaged(struct studio *s, struct pmk_scene *scene, const struct pmk_scene_settings *settings)
{
	struct pmk_scene_settings wanted = *settings;

	wanted.renew_backdrop = PMK_RENEW;
	refuse(s, scene, &wanted, 0);
	strcpy(wanted.backdrop, "color:#808080");
	change(scene, &wanted);
	wanted = *settings;
	strcpy(wanted.backdrop, "color:#808080");
	wanted.renew_overlay = PMK_RENEW;
	refuse(s, scene, &wanted, 0);
	wanted.renew_backdrop = wanted.renew_overlay = PMK_RENEW_OR_KEEP;
	wanted.match = 0.5;
	unit_catch_log();
	change(scene, &wanted);
	pmk_log_redirect(NULL, NULL);
	assert_int_equal(unit_log_count, 1);
	assert_non_null(strstr(unit_logged, s->picture));
}

/* A file that is another one by now, under the same name, is read again if that is asked for, and only then. */
static void test_a_replaced_file(void **state)
{
	struct pmk_scene_settings settings = usual(), again, keeps;
	struct studio s = open_studio();
	struct pmk_scene *scene, *former, *later;

	strcpy(settings.backdrop, s.picture);
	logo(&s, &settings);
	again = settings;
	again.renew_backdrop = again.renew_overlay = PMK_RENEW;
	keeps = settings;
	keeps.renew_backdrop = keeps.renew_overlay = PMK_RENEW_OR_KEEP;
	scene = create(&s, &settings);
	former = create(&s, &settings);
	unlink(s.picture);
	write_wall(s.picture, 220, 20);
	later = create(&s, &settings);
	change(scene, &settings);
	assert_true(takes_after(&s, (struct pmk_scene *[]){ scene, former, later }, 0));
	change(scene, &again);
	assert_true(takes_after(&s, (struct pmk_scene *[]){ scene, later, former }, 1));
	assert_int_equal(truncate(s.picture, 60), 0);
	refuse(&s, scene, &again, 0);
	unit_catch_log();
	change(scene, &keeps);
	pmk_log_redirect(NULL, NULL);
	assert_int_equal(unit_log_count, 2); /* of each */
	assert_true(takes_after(&s, (struct pmk_scene *[]){ scene, later, former }, 2));
	unlink(s.picture);
	change(scene, &again); /* what has gone is no other file */
	assert_true(takes_after(&s, (struct pmk_scene *[]){ scene, later, former }, 3));
	write_wall(s.picture, 220, 20);
	assert_int_equal(truncate(s.picture, 60), 0);
	try_damaged(&s, scene, &settings);
	pmk_scene_destroy(former);
	pmk_scene_destroy(later);
	pmk_scene_destroy(scene);
	close_studio(&s);
}

static void test_what_cannot_be_made_changes_nothing(void **state)
{
	struct pmk_scene_settings now = usual(), wanted[6];
	static const int errors[6] = { 0, -EINVAL, 0, 0, -EPERM, -EPERM };
	struct studio s = open_studio();
	struct pmk_scene *scene = create(&s, &now), *former = create(&s, &now);
	int number = 0;

	for (int i = 0; i < 6; i++) {
		wanted[i] = now;
		wanted[i].refine.feather = 9;
		wanted[i].people = PMK_PEOPLE_NEAREST;
	}
	strcpy(wanted[0].backdrop, "/nonexistent/a.png");
	strcpy(wanted[1].backdrop, "builtin:cellar");
	strcpy(wanted[2].model, "nobody-has-this");
	strcpy(wanted[3].model, s.picture); /* a file, but no network */
	strcpy(wanted[3].backdrop, "builtin:office");
	strcpy(wanted[4].backdrop, "none");
	strcpy(wanted[5].backdrop, "none");
	wanted[5].show_room = true;
	for (int i = 0; i < 6; i++) {
		draw(&s, number++);
		assert_true(agree(&s, scene, former));
		refuse(&s, scene, &wanted[i], errors[i]);
		draw(&s, number++);
		assert_true(agree(&s, scene, former));
	}
	pmk_scene_destroy(scene);
	pmk_scene_destroy(former);
	close_studio(&s);
}

/* Consent to a weak blur is given when the scene is created: not later, but then for as long as it runs. */
static void test_consent_is_for_the_start(void **state)
{
	struct pmk_scene_settings settings = usual(), wanted;
	struct studio s = open_studio();
	struct pmk_scene *scene = create(&s, &settings);

	for (int i = 0; i < 3; i++) {
		wanted = settings;
		wanted.show_room = i > 0;
		strcpy(wanted.backdrop, "blur:4");
		refuse(&s, scene, &wanted, -EPERM);
		strcpy(wanted.backdrop, "green"); /* takes the switch along, which is too late */
		change(scene, &wanted);
	}
	pmk_scene_destroy(scene);
	settings.show_room = true;
	scene = create(&s, &settings);
	unit_catch_log();
	wanted = settings;
	wanted.show_room = false;
	strcpy(wanted.backdrop, "blur:4");
	change(scene, &wanted);
	assert_non_null(strstr(unit_logged, "recognisable"));
	pmk_log_redirect(NULL, NULL);
	pmk_scene_destroy(scene);
	close_studio(&s);
}

/* A scene that shows the room goes on doing so inside its red border, whatever else changes. */
static void test_the_room_stays_marked(void **state)
{
	struct pmk_scene_settings settings = usual(), wanted;
	struct studio s = open_studio();
	struct pmk_scene *scene;
	struct pmk_shown *shown;

	strcpy(settings.backdrop, "none");
	settings.show_room = true;
	scene = create(&s, &settings);
	wanted = settings;
	wanted.refine.smooth = 0.1;
	change(scene, &wanted);
	strcpy(wanted.backdrop, "builtin:office");
	refuse(&s, scene, &wanted, -EPERM);
	draw(&s, 0);
	shown = run(&s, scene);
	assert_true(pmk_shown_image(shown)->plane[2][0] > 200);
	pmk_shown_unref(shown);
	pmk_scene_destroy(scene);
	close_studio(&s);
}

/* Preparing leaves no trace in what is shown, nor does dropping what was prepared. */
static void test_a_change_that_is_dropped(void **state)
{
	struct pmk_scene_settings now = usual(), wanted = usual();
	struct studio s = open_studio();
	struct pmk_scene *scene = create(&s, &now), *former = create(&s, &now);

	for (int i = 0; i < 3; i++) {
		struct pmk_scene_change *c;

		all_else(&s, &wanted);
		assert_int_equal(pmk_scene_change_prepare(scene, &wanted, &c), 0);
		wanted = usual();
		draw(&s, i);
		assert_true(agree(&s, scene, former));
		pmk_scene_change_destroy(c);
	}
	pmk_scene_change_destroy(NULL);
	pmk_scene_destroy(scene);
	pmk_scene_destroy(former);
	close_studio(&s);
}

/* --- a scene with a thread of its own --- */

struct runner {
	struct studio *studio;
	struct pmk_scene *scene;
	_Atomic(struct pmk_scene_change *) pending;
	atomic_bool ending;
	atomic_int frames, covers;
};

static void *runner_main(void *arg)
{
	struct runner *r = arg;

	for (int n = 0; !atomic_load(&r->ending); n++) {
		struct pmk_scene_change *c = atomic_load(&r->pending);
		struct pmk_shown *shown = NULL;

		draw(r->studio, n);
		if (c) {
			pmk_scene_change_apply(r->scene, c);
			atomic_store(&r->pending, NULL);
		}
		if (pmk_scene_run(r->scene, r->studio->frame, &shown, NULL) || pmk_shown_is_cover(shown))
			atomic_fetch_add(&r->covers, 1);
		pmk_shown_unref(shown);
		atomic_fetch_add(&r->frames, 1);
	}
	return NULL;
}

/* Changes are made on one thread while frames are made on another. */
static void test_beside_a_running_scene(void **state)
{
	static modify *const ways[] = { office, blur, match, stronger_match, grown, shrunk, less_smooth, morph, nearest,
		corner, gate, no_plate, threads, other_model, all_else, tiles, nothing };
	struct pmk_scene_settings now = usual();
	struct studio s = open_studio();
	struct runner r = { .studio = &s, .scene = create(&s, &now) };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, runner_main, &r), 0);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct pmk_scene_settings wanted = usual();
		struct pmk_scene_change *c;

		ways[i](&s, &wanted);
		assert_int_equal(pmk_scene_change_prepare(r.scene, &wanted, &c), 0);
		atomic_store(&r.pending, c);
		while (atomic_load(&r.pending))
			usleep(1000);
		pmk_scene_change_destroy(c);
	}
	atomic_store(&r.ending, true);
	pthread_join(thread, NULL);
	assert_true(atomic_load(&r.frames) >= (int)(sizeof ways / sizeof ways[0]));
	assert_int_equal(atomic_load(&r.covers), 0);
	pmk_scene_destroy(r.scene);
	close_studio(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_change),
		cmocka_unit_test(test_fades),
		cmocka_unit_test(test_a_frame_again),
		cmocka_unit_test(test_no_frame_again),
		cmocka_unit_test(test_match_of_a_slideshow),
		cmocka_unit_test(test_small_changes_are_small),
		cmocka_unit_test(test_networks_take_over),
		cmocka_unit_test(test_people_come_and_go),
		cmocka_unit_test(test_motion_gate),
		cmocka_unit_test(test_a_replaced_file),
		cmocka_unit_test(test_what_cannot_be_made_changes_nothing),
		cmocka_unit_test(test_consent_is_for_the_start),
		cmocka_unit_test(test_the_room_stays_marked),
		cmocka_unit_test(test_a_change_that_is_dropped),
		cmocka_unit_test(test_beside_a_running_scene),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
