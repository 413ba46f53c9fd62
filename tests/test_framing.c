/* SPDX-License-Identifier: MIT */
/* Framing: the controller with made-up people, the crop against its definition, and both in a scene with the presenter.
 */
#include "unit.h"

#include "base/clock.h"
#include "draw/presenter.h"
#include "framing/crop.h"
#include "framing/framing.h"
#include "scene/scene_change.h"

#include <errno.h>
#include <math.h>

enum { W = 1280, H = 720 };

/* --- the controller --- */

/* A framer at work, and what its crops were like. */
struct walk {
	struct pmk_framer framer;
	double fps;
	uint64_t now_ns;
	struct pmk_box crop;
	double x[4], y[4]; /* the middle in the last frames, the newest first */
	int frames;
	double most_jerk; /* px per frame^3 */
};

static void begin_walk(struct walk *w, enum pmk_framing_mode mode, double fps)
{
	*w = (struct walk){ .fps = fps, .now_ns = PMK_S_NS };
	pmk_framer_init(&w->framer, W, H, W, H);
	pmk_framer_set_mode(&w->framer, mode);
}

/* Whatever happens, the crop is within the frame, of the picture's shape, and not too small. */
static void check_limits(const struct walk *w)
{
	const struct pmk_framer *f = &w->framer;
	double width = w->crop.right - w->crop.left, height = w->crop.bottom - w->crop.top;

	assert_true(w->crop.left > -1e-6 && w->crop.top > -1e-6);
	assert_true(w->crop.right < f->width + 1e-6 && w->crop.bottom < f->height + 1e-6);
	assert_true(fabs(width - height * f->shape) < 1e-6);
	assert_true(height > f->least - 1e-6);
}

static void step(struct walk *w, const struct pmk_subject *people)
{
	w->crop = pmk_framer_step(&w->framer, people, w->now_ns);
	w->now_ns += (uint64_t)(1e9 / w->fps);
	memmove(&w->x[1], &w->x[0], 3 * sizeof w->x[0]);
	memmove(&w->y[1], &w->y[0], 3 * sizeof w->y[0]);
	w->x[0] = (w->crop.left + w->crop.right) / 2;
	w->y[0] = (w->crop.top + w->crop.bottom) / 2;
	if (++w->frames > 3) {
		double jerk_x = w->x[0] - 3 * w->x[1] + 3 * w->x[2] - w->x[3];
		double jerk_y = w->y[0] - 3 * w->y[1] + 3 * w->y[2] - w->y[3];

		w->most_jerk = fmax(w->most_jerk, fmax(fabs(jerk_x), fabs(jerk_y)));
	}
	check_limits(w);
}

static const struct pmk_subject nobody;

/* Somebody of this middle and width, whose head is at `top` and whom the frame cuts off below. */
static struct pmk_subject person(double middle, double width, double top)
{
	struct pmk_box box = { fmax(middle - width / 2, 0), top, fmin(middle + width / 2, W), H };

	return (struct pmk_subject){ .box = box, .core = box };
}

static void stay(struct walk *w, struct pmk_subject people, double seconds)
{
	for (int i = 0; i < seconds * w->fps; i++)
		step(w, &people);
}

static void assert_holds(const struct walk *w, const struct pmk_subject *people)
{
	assert_true(people->box.left > w->crop.left && people->box.right < w->crop.right);
	assert_true(people->box.top > w->crop.top);
}

static bool is_whole(const struct walk *w)
{
	return w->crop.left < 1e-6 && w->crop.top < 1e-6 && w->crop.right > W - 1e-6 && w->crop.bottom > H - 1e-6;
}

static void test_who_is_there_at_the_start_is_framed_at_once(void **state)
{
	struct pmk_subject somebody = person(560, 300, 250);
	struct walk w;
	double middle, height;

	begin_walk(&w, PMK_FRAMING_AUTO, 30);
	step(&w, &somebody);
	assert_holds(&w, &somebody);
	height = w.crop.bottom - w.crop.top;
	middle = (w.crop.left + w.crop.right) / 2;
	assert_true(height < 0.8 * H);
	assert_true(fabs(middle - 560) < 1);
	assert_true(fabs((250 - w.crop.top) / height - 0.1) < 0.01);
	stay(&w, somebody, 5);
	assert_true(w.most_jerk < 1e-9);
}

static void test_a_step_is_followed_without_overshoot(void **state)
{
	struct pmk_subject somebody = person(520, 240, 330);
	struct walk w;
	double before, first;

	begin_walk(&w, PMK_FRAMING_AUTO, 30);
	stay(&w, somebody, 1);
	before = first = w.x[0];
	somebody = person(620, 240, 330);
	for (int i = 0; i < 300; i++) {
		step(&w, &somebody);
		assert_true(w.x[0] >= before - 1e-9);
		before = w.x[0];
	}
	/* the bound of the header */
	assert_true(w.most_jerk > 0 && w.most_jerk <= 1.23 * pow(1.8 / 30, 3) * W / 2);
	assert_true(w.x[0] > first + 60 && w.x[0] <= 620 + 1e-6);
	assert_holds(&w, &somebody);
}

static void test_a_walk_is_followed_without_losing_anybody(void **state)
{
	for (int speed = 1; speed <= 40; speed++) { /* px per frame */
		struct walk w;

		begin_walk(&w, PMK_FRAMING_AUTO, 30);
		stay(&w, person(300, 220, 330), 1);
		for (double x = 300; x < W - 200; x += speed) {
			struct pmk_subject somebody = person(x, 220, 330);

			step(&w, &somebody);
			assert_holds(&w, &somebody);
		}
		assert_true(w.most_jerk < 0.012 * W);
	}
}

/* A person who moves anyhow, but not by leaps, is inside in each frame, unless the frame cuts him. */
static void test_nobody_who_moves_is_ever_outside(void **state)
{
	uint32_t random = 3;

	for (int n = 0; n < 100; n++) {
		double x = 640, y = 300, most = 1 + n % 100; /* px per frame */
		struct walk w;

		begin_walk(&w, PMK_FRAMING_AUTO, 15 << n % 3);
		stay(&w, person(x, 240, y), 1);
		for (int i = 0; i < 60; i++) {
			double right = (int)(unit_random(&random) % 3) - 1, down = (int)(unit_random(&random) % 3) - 1;

			for (int k = 0; k < 8; k++) {
				struct pmk_subject somebody;

				x = fmin(fmax(x + right * most, 0), W);
				y = fmin(fmax(y + down * most, 10), 500);
				somebody = person(x, 240, y);
				step(&w, &somebody);
				assert_true(somebody.box.left < 8 || somebody.box.left > w.crop.left - 1e-6);
				assert_true(somebody.box.right > W - 8 || somebody.box.right < w.crop.right + 1e-6);
				assert_true(somebody.box.top > w.crop.top - 1e-6);
			}
		}
	}
}

/* Somebody walks in from the right, and is found only when a good part of him is there. */
static void test_who_walks_in_is_inside_as_soon_as_he_is_whole(void **state)
{
	for (int speed = 4; speed <= 20; speed++) { /* px per frame */
		const struct pmk_subject first = person(640, 480, 190);
		struct walk w;

		begin_walk(&w, PMK_FRAMING_AUTO, 30);
		stay(&w, first, 1);
		for (int left = W - 70; left > 1000; left -= speed) {
			struct pmk_subject both = first;

			both.box.right = both.core.right = fmin(left + 240, W);
			step(&w, &both);
			if (both.box.right < W - 8)
				assert_holds(&w, &both);
		}
		assert_true(w.most_jerk < 0.012 * W);
	}
}

static void test_leaning_in_cuts_nobody(void **state)
{
	struct pmk_subject somebody = { 0 };
	struct walk w;

	begin_walk(&w, PMK_FRAMING_AUTO, 30);
	stay(&w, person(640, 240, 420), 1);
	for (int i = 0; i <= 18; i++) {
		somebody = person(640, 240 + 20 * i, 420 - 18 * i);
		step(&w, &somebody);
		assert_holds(&w, &somebody);
	}
	stay(&w, somebody, 2);
	assert_holds(&w, &somebody);
}

static void test_what_moves_within_the_dead_zone_moves_nothing(void **state)
{
	uint32_t random = 7;
	struct walk w;
	double x, y;

	begin_walk(&w, PMK_FRAMING_AUTO, 30);
	stay(&w, person(600, 300, 280), 1);
	x = w.x[0];
	y = w.y[0];
	for (int i = 0; i < 600; i++) {
		double to = (int)(unit_random(&random) % 61) - 30, up = (int)(unit_random(&random) % 17) - 8;
		struct pmk_subject somebody = person(600 + to, 300, 280 + up);

		step(&w, &somebody);
		assert_true(fabs(w.x[0] - x) < 1e-9 && fabs(w.y[0] - y) < 1e-9);
	}
}

static void test_swaying_does_not_hunt(void **state)
{
	int turns = 0;
	double last = 0;
	struct walk w;

	begin_walk(&w, PMK_FRAMING_AUTO, 30);
	stay(&w, person(640, 400, 200), 1);
	for (int i = 0; i < 300; i++) {
		struct pmk_subject somebody = person(640 + 170 * sin(2 * M_PI * 1.5 * i / 30), 400, 200);
		double move;

		step(&w, &somebody);
		assert_holds(&w, &somebody);
		move = w.x[0] - w.x[1];
		turns += i > 60 && move * last < 0;
		last = fabs(move) > 1e-9 ? move : last;
	}
	assert_true(turns <= 1); /* of 24 sways in that time */
}

static void test_all_people_are_held(void **state)
{
	struct pmk_subject both = person(420, 240, 300);
	struct walk w;

	begin_walk(&w, PMK_FRAMING_AUTO, 30);
	stay(&w, both, 2);
	both.box.right = both.core.right = 1100;
	stay(&w, both, 3);
	assert_holds(&w, &both);
	assert_true(w.most_jerk < 0.004 * W); /* no hurry for who has just come */
	stay(&w, person(420, 240, 300), 1);
	assert_true(w.crop.right > 1100); /* not at once */
	stay(&w, person(420, 240, 300), 20);
	assert_true(w.crop.right < 1000);
}

static void test_what_is_seen_or_missing_for_three_frames_moves_nothing(void **state)
{
	struct pmk_subject somebody = person(600, 300, 280), more = somebody;
	struct walk w;
	double x, y;

	more.box.right = more.core.right = W;
	begin_walk(&w, PMK_FRAMING_AUTO, 30);
	stay(&w, somebody, 1);
	x = w.x[0];
	y = w.y[0];
	for (int n = 1; n <= 3; n++) {
		for (int i = 0; i < n; i++)
			step(&w, &nobody);
		stay(&w, somebody, 0.5);
		for (int i = 0; i < n; i++)
			step(&w, &more);
		stay(&w, somebody, 3);
		assert_true(fabs(w.x[0] - x) < 1e-9 && fabs(w.y[0] - y) < 1e-9);
	}
}

static void test_when_nobody_is_there_it_goes_back_slowly(void **state)
{
	struct walk w;
	double x;

	begin_walk(&w, PMK_FRAMING_AUTO, 30);
	stay(&w, person(400, 240, 330), 1);
	x = w.x[0];
	stay(&w, nobody, 2.5);
	assert_true(fabs(w.x[0] - x) < 1e-9);
	stay(&w, nobody, 2);
	assert_false(is_whole(&w));
	stay(&w, nobody, 30);
	assert_true(is_whole(&w));
	assert_true(w.most_jerk <= 1.23 * pow(0.8 / 30, 3) * W / 2);
	stay(&w, person(400, 240, 330), 1);
	assert_false(is_whole(&w)); /* eased in, so not there yet */
	stay(&w, person(400, 240, 330), 20);
	assert_true(fabs(w.x[0] - x) < 0.11 * W);
}

static void test_a_place_is_taken(void **state)
{
	static const double share[] = { [PMK_FRAMING_LEFT] = 1.0 / 3, [PMK_FRAMING_RIGHT] = 2.0 / 3 };
	struct pmk_subject somebody = person(640, 240, 300);

	for (int mode = PMK_FRAMING_LEFT; mode <= PMK_FRAMING_RIGHT; mode++) {
		struct walk w;

		begin_walk(&w, PMK_FRAMING_AUTO, 30);
		stay(&w, somebody, 1);
		pmk_framer_set_mode(&w.framer, (enum pmk_framing_mode)mode);
		stay(&w, somebody, 10);
		assert_holds(&w, &somebody);
		assert_true(fabs((640 - w.crop.left) / (w.crop.right - w.crop.left) - share[mode]) < 0.01);
		pmk_framer_set_mode(&w.framer, PMK_FRAMING_WIDE);
		stay(&w, somebody, 15);
		assert_true(is_whole(&w));
		pmk_framer_set_mode(&w.framer, PMK_FRAMING_AUTO);
		stay(&w, somebody, 10);
		assert_true(fabs((640 - w.crop.left) / (w.crop.right - w.crop.left) - 0.5) < 0.01);
		assert_true(w.most_jerk <= 1.23 * pow(1.8 / 30, 3) * W / 2);
		pmk_framer_set_mode(&w.framer, PMK_FRAMING_OFF);
		step(&w, &somebody);
		assert_true(is_whole(&w));
	}
}

static void test_the_rate_of_frames_does_not_matter(void **state)
{
	double at[3];

	for (int i = 0; i < 3; i++) {
		struct walk w;

		begin_walk(&w, PMK_FRAMING_AUTO, 15 << i);
		stay(&w, person(480, 240, 330), 2);
		stay(&w, person(600, 240, 330), 2);
		at[i] = w.x[0];
	}
	assert_true(fabs(at[0] - at[1]) < 12 && fabs(at[1] - at[2]) < 12);
}

static void test_no_motion_leads_past_the_limits(void **state)
{
	uint32_t random = 1;

	for (int n = 0; n < 200; n++) {
		enum pmk_framing_mode mode = PMK_FRAMING_AUTO;
		struct walk w;

		begin_walk(&w, mode, 5 + unit_random(&random) % 100);
		for (int i = 0; i < 200; i++) {
			double x = unit_random(&random) % W, width = 1 + unit_random(&random) % W,
			       top = unit_random(&random) % (H - 1);
			struct pmk_subject people = person(x, width, top);

			if (unit_random(&random) % 20 == 0)
				mode = PMK_FRAMING_AUTO + unit_random(&random) % 4;
			pmk_framer_set_mode(&w.framer, mode);
			if (unit_random(&random) % 5 == 0)
				people = nobody;
			for (int k = unit_random(&random) % 8; k >= 0; k--)
				step(&w, &people);
		}
	}
}

/* --- who is in a mask --- */

static void fill(struct pmk_mask *mask, int x, int y, int width, int height)
{
	for (int i = y; i < y + height; i++)
		memset(mask->alpha + (size_t)i * mask->stride + x, 255, (size_t)width);
}

static void test_people_are_found_in_a_mask(void **state)
{
	struct pmk_subject found;
	struct pmk_mask mask;

	assert_int_equal(pmk_mask_alloc(&mask, W, H), 0);
	found = pmk_subject_find(&mask);
	assert_true(pmk_box_is_empty(&found.box));
	fill(&mask, 100, 100, 7, 7); /* a speck */
	found = pmk_subject_find(&mask);
	assert_true(pmk_box_is_empty(&found.box));
	fill(&mask, 500, 300, 200, 420);
	fill(&mask, 700, 400, 300, 30); /* an arm */
	found = pmk_subject_find(&mask);
	assert_true(fabs(found.box.left - 500) <= 8 && fabs(found.box.right - 1000) <= 8);
	assert_true(fabs(found.box.top - 300) <= 8 && fabs(found.box.bottom - H) < 1);
	assert_true(fabs(found.core.left - 500) <= 8 && fabs(found.core.right - 700) <= 8);
	pmk_mask_free(&mask);
}

/* --- the crop --- */

struct material {
	struct pmk_frame_pool *pool;
	struct pmk_frame *frame;
	struct pmk_mask mask;
	struct pmk_crop *crop;
};

static void make_material(struct material *m, const struct pmk_layout *frames, const struct pmk_layout *pictures)
{
	m->pool = pmk_frame_pool_create(1);
	m->frame = pmk_frame_pool_take(m->pool, frames);
	assert_non_null(m->frame);
	m->frame->number = 5;
	assert_int_equal(pmk_mask_alloc(&m->mask, frames->width, frames->height), 0);
	m->mask.number = 5;
	assert_int_equal(pmk_crop_create(frames, pictures, &m->crop), 0);
}

static void free_material(struct material *m)
{
	pmk_crop_destroy(m->crop);
	pmk_mask_free(&m->mask);
	pmk_frame_unref(m->frame);
	pmk_frame_pool_destroy(m->pool);
}

/* The luma is a copy of the mask: after any crop it is one again, pixel for pixel. */
static void test_frame_and_mask_are_cut_alike(void **state)
{
	static const struct pmk_layout layouts[][2] = {
		{ { .width = 320, .height = 180 }, { .width = 320, .height = 180 } },
		{ { .width = 480, .height = 270, .chroma = PMK_CHROMA_422 },
			{ .width = 320, .height = 180, .chroma = PMK_CHROMA_422 } },
		{ { .width = 133, .height = 75 }, { .width = 99, .height = 57 } },
	};
	uint32_t random = 3;

	for (int n = 0; n < 3; n++) {
		int w = layouts[n][0].width, h = layouts[n][0].height;
		const struct pmk_frame *frame = NULL;
		const struct pmk_mask *mask = NULL;
		struct material m;

		make_material(&m, &layouts[n][0], &layouts[n][1]);
		for (int y = 0; y < h; y++) {
			for (int x = 0; x < w; x++)
				m.mask.alpha[(size_t)y * m.mask.stride + x] = (uint8_t)unit_random(&random);
			memcpy(m.frame->image.plane[0] + (size_t)y * m.frame->image.stride[0],
				m.mask.alpha + (size_t)y * m.mask.stride, (size_t)w);
		}
		for (int i = 0; i < 20; i++) {
			double width = w * (0.5 + unit_random(&random) % 500 / 1000.0), height = width * h / w;
			double x = (w - width) * (unit_random(&random) % 1000 / 1000.0),
			       y = (h - height) * (unit_random(&random) % 1000 / 1000.0);
			struct pmk_box part = { x, y, x + width, y + height };

			assert_int_equal(pmk_crop_run(m.crop, &part, m.frame, &m.mask, &frame, &mask), 0);
			assert_int_equal(mask->number, frame->number);
			assert_int_equal(mask->width, layouts[n][1].width);
			for (int row = 0; row < mask->height; row++)
				assert_memory_equal(mask->alpha + (size_t)row * mask->stride,
					frame->image.plane[0] + (size_t)row * frame->image.stride[0],
					(size_t)mask->width);
		}
		free_material(&m);
	}
}

static void test_a_foreign_mask_is_refused(void **state)
{
	static const struct pmk_layout layout = { .width = 320, .height = 180 };
	const struct pmk_box part = { 0, 0, 160, 90 };
	const struct pmk_frame *frame = NULL;
	const struct pmk_mask *mask = NULL;
	struct pmk_mask other;
	struct material m;

	make_material(&m, &layout, &layout);
	assert_int_equal(pmk_mask_alloc(&other, 318, 180), 0);
	other.number = m.frame->number;
	assert_int_equal(pmk_crop_run(m.crop, &part, m.frame, &other, &frame, &mask), -EINVAL);
	m.mask.number = 4;
	assert_int_equal(pmk_crop_run(m.crop, &part, m.frame, &m.mask, &frame, &mask), -EINVAL);
	assert_null(frame);
	assert_null(mask);
	m.mask.number = 5;
	assert_int_equal(pmk_crop_run(m.crop, &part, m.frame, &m.mask, &frame, &mask), 0);
	pmk_mask_free(&other);
	free_material(&m);
}

/* The values of a plane rise with the place, so that they tell where a pixel comes from. */
static void test_planes_are_cut_at_the_same_place(void **state)
{
	static const struct pmk_layout from = { .width = 240, .height = 120 }, to = { .width = 160, .height = 80 };
	const struct pmk_frame *frame;
	const struct pmk_mask *mask;
	struct material m;

	make_material(&m, &from, &to);
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&from, p); y++) {
			for (int x = 0; x < pmk_layout_plane_width(&from, p); x++)
				m.frame->image.plane[p][(size_t)y * m.frame->image.stride[p] + x] = (uint8_t)(p ?
						2 * x + 1 :
						x);
		}
	}
	for (int i = 0; i < 16; i++) {
		double left = 60 + i / 8.0, width = 120 + i / 4.0, scale = width / to.width;
		struct pmk_box part = { left, 20, left + width, 20 + width / 2 };

		assert_int_equal(pmk_crop_run(m.crop, &part, m.frame, &m.mask, &frame, &mask), 0);
		for (int x = 0; x < to.width; x++) {
			double place = left + (x + 0.5) * scale; /* in px from the frame's edge */

			assert_true(fabs(frame->image.plane[0][x] - (place - 0.5)) < 0.6);
			place = left + (x / 2 * 2 + 1) * scale;
			assert_true(fabs(frame->image.plane[1][x / 2] - place) < 0.6);
			assert_true(fabs(frame->image.plane[2][x / 2] - place) < 0.6);
		}
	}
	free_material(&m);
}

static void test_what_is_whole_is_not_touched(void **state)
{
	static const struct pmk_layout layout = { .width = 322, .height = 180 };
	const struct pmk_box part = { 0, 0, 322, 180 };
	const struct pmk_frame *frame = NULL;
	const struct pmk_mask *mask = NULL;
	struct material m;

	make_material(&m, &layout, &layout);
	assert_int_equal(pmk_crop_run(m.crop, &part, m.frame, &m.mask, &frame, &mask), 0);
	assert_ptr_equal(frame, m.frame);
	assert_ptr_equal(mask, &m.mask);
	free_material(&m);
}

/* --- in a scene --- */

enum { FRAME_W = 960, FRAME_H = 540, PICTURE_W = 640, PICTURE_H = 360 };

static struct pmk_scene_settings scene_settings(enum pmk_framing_mode mode)
{
	struct pmk_scene_settings settings = { .threads = 1,
		.model = "selfie",
		.backdrop = "color:#3080c0",
		.framing = mode,
		.refine = { .mode = PMK_REFINE_GUIDED, .threshold = -1, .erode = -1, .dilate = -1, .feather = -1 } };

	return settings;
}

struct studio {
	struct pmk_presenter *presenter;
	struct pmk_frame_pool *pool;
	struct pmk_frame *frame;
	struct pmk_scene *scene;
	struct pmk_shown *shown;
};

static void open_studio(struct studio *s, const struct pmk_scene_settings *settings)
{
	struct pmk_layout layout = { .width = FRAME_W, .height = FRAME_H };

	*s = (struct studio){ .pool = pmk_frame_pool_create(1) };
	s->frame = pmk_frame_pool_take(s->pool, &layout);
	assert_int_equal(pmk_presenter_create(FRAME_W, FRAME_H, 1, &s->presenter), 0);
	assert_int_equal(pmk_scene_create(settings, &layout, 1, &s->scene), 0);
}

static void close_studio(struct studio *s)
{
	pmk_shown_unref(s->shown);
	pmk_scene_destroy(s->scene);
	pmk_frame_unref(s->frame);
	pmk_frame_pool_destroy(s->pool);
	pmk_presenter_destroy(s->presenter);
}

static const struct pmk_image *show(struct studio *s, int number)
{
	pmk_shown_unref(s->shown);
	s->shown = NULL;
	s->frame->number = (uint64_t)number;
	s->frame->position_ns = (int64_t)number * 33 * PMK_MS_NS + PMK_S_NS;
	pmk_presenter_draw_image(s->presenter, number / 30.0, &s->frame->image, NULL);
	assert_int_equal(pmk_scene_run(s->scene, s->frame, &s->shown, NULL), 0);
	return pmk_shown_image(s->shown);
}

static bool same_pixels(const struct pmk_image *a, const struct pmk_image *b)
{
	bool same = true;

	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&a->layout, p); y++)
			same &= memcmp(a->plane[p] + (size_t)y * a->stride[p], b->plane[p] + (size_t)y * b->stride[p],
					(size_t)pmk_layout_plane_width(&a->layout, p)) == 0;
	}
	return same;
}

/* Nobody touches the left, right and upper rim of the picture, where the backdrop's colour is. */
static int rim_pixels(const struct pmk_image *image, const uint8_t colour)
{
	int other = 0;

	for (int y = 0; y < image->layout.height; y++) {
		const uint8_t *row = image->plane[0] + (size_t)y * image->stride[0];

		for (int x = 0; x < image->layout.width; x++)
			other += (y < 4 || x < 2 || x >= image->layout.width - 2) && row[x] != colour;
	}
	return other;
}

static void test_the_presenter_is_framed_from_a_larger_frame(void **state)
{
	struct pmk_scene_settings settings = scene_settings(PMK_FRAMING_AUTO);
	struct studio s;

	settings.picture_width = PICTURE_W;
	settings.picture_height = PICTURE_H;
	open_studio(&s, &settings);
	for (int i = 0; i < 12; i++) {
		const struct pmk_image *image = show(&s, i);
		struct pmk_box crop = pmk_scene_crop(s.scene);

		assert_int_equal(image->layout.width, PICTURE_W);
		assert_int_equal(image->layout.height, PICTURE_H);
		assert_false(pmk_shown_is_cover(s.shown));
		assert_true(crop.bottom - crop.top < 0.95 * FRAME_H);
		assert_int_equal(rim_pixels(image, image->plane[0][0]), 0);
	}
	close_studio(&s);
}

static void test_wide_is_what_off_is(void **state)
{
	struct pmk_scene_settings off = scene_settings(PMK_FRAMING_OFF), wide = scene_settings(PMK_FRAMING_WIDE);
	struct studio a, b;

	open_studio(&a, &off);
	open_studio(&b, &wide);
	for (int i = 0; i < 3; i++)
		assert_true(same_pixels(show(&a, i), show(&b, i)));
	close_studio(&a);
	close_studio(&b);
}

/* A blurred room looks the same wherever the view is: it is made of the whole frame. */
static void test_the_blurred_room_does_not_follow_the_view(void **state)
{
	struct pmk_scene_settings off = scene_settings(PMK_FRAMING_OFF), on = scene_settings(PMK_FRAMING_AUTO);
	struct studio a, b;

	strcpy(off.backdrop, "blur:40");
	strcpy(on.backdrop, "blur:40");
	open_studio(&a, &off);
	open_studio(&b, &on);
	for (int i = 0; i < 4; i++) {
		const struct pmk_image *whole = show(&a, i), *part = show(&b, i);
		struct pmk_box crop = pmk_scene_crop(b.scene);
		double scale = (crop.bottom - crop.top) / part->layout.height;

		assert_true(scale < 0.95);
		for (int y = 4; y < 40; y += 4) {
			for (int x = 4; x < part->layout.width / 4; x += 4) {
				size_t at_x = (size_t)(crop.left + x * scale), at_y = (size_t)(crop.top + y * scale);
				int there = whole->plane[0][at_y * (size_t)whole->stride[0] + at_x];

				assert_in_range(part->plane[0][y * part->stride[0] + x], there - 2, there + 2);
			}
		}
	}
	close_studio(&a);
	close_studio(&b);
}

/* The stillness test sees the whole frame, so that framing does not wake the network. */
static void test_while_nothing_moves_the_network_rests(void **state)
{
	struct pmk_scene_settings settings = scene_settings(PMK_FRAMING_AUTO);
	struct pmk_box first, last;
	struct studio s;
	int still = 0;

	open_studio(&s, &settings);
	show(&s, 0);
	first = pmk_scene_crop(s.scene);
	for (int i = 1; i < 4; i++) {
		struct pmk_scene_times times = { 0 };

		pmk_shown_unref(s.shown);
		s.frame->number++;
		s.frame->position_ns += 30 * PMK_MS_NS;
		assert_int_equal(pmk_scene_run(s.scene, s.frame, &s.shown, &times), 0);
		still += times.still;
	}
	last = pmk_scene_crop(s.scene);
	assert_int_equal(still, 3);
	assert_memory_equal(&first, &last, sizeof first);
	close_studio(&s);
}

static void change(struct studio *s, enum pmk_framing_mode mode)
{
	struct pmk_scene_settings wanted = scene_settings(mode);
	struct pmk_scene_change *change;

	assert_int_equal(pmk_scene_change_prepare(s->scene, &wanted, &change), 0);
	pmk_scene_change_apply(s->scene, change);
	pmk_scene_change_destroy(change);
}

static void test_switched_on_it_eases_in(void **state)
{
	struct pmk_scene_settings settings = scene_settings(PMK_FRAMING_OFF);
	double last = FRAME_H;
	struct studio s;

	open_studio(&s, &settings);
	show(&s, 0);
	change(&s, PMK_FRAMING_AUTO);
	for (int i = 1; i < 20; i++) {
		struct pmk_box crop;

		show(&s, i);
		crop = pmk_scene_crop(s.scene);
		assert_true(crop.bottom - crop.top <= last + 1e-9 && crop.bottom - crop.top > last - 0.03 * FRAME_H);
		last = crop.bottom - crop.top;
	}
	assert_true(last < FRAME_H - 1);
	change(&s, PMK_FRAMING_OFF);
	show(&s, 20);
	assert_true(pmk_scene_crop(s.scene).bottom > FRAME_H - 1e-9);
	close_studio(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_is_there_at_the_start_is_framed_at_once),
		cmocka_unit_test(test_a_step_is_followed_without_overshoot),
		cmocka_unit_test(test_a_walk_is_followed_without_losing_anybody),
		cmocka_unit_test(test_nobody_who_moves_is_ever_outside),
		cmocka_unit_test(test_who_walks_in_is_inside_as_soon_as_he_is_whole),
		cmocka_unit_test(test_leaning_in_cuts_nobody),
		cmocka_unit_test(test_what_moves_within_the_dead_zone_moves_nothing),
		cmocka_unit_test(test_swaying_does_not_hunt),
		cmocka_unit_test(test_all_people_are_held),
		cmocka_unit_test(test_what_is_seen_or_missing_for_three_frames_moves_nothing),
		cmocka_unit_test(test_when_nobody_is_there_it_goes_back_slowly),
		cmocka_unit_test(test_a_place_is_taken),
		cmocka_unit_test(test_the_rate_of_frames_does_not_matter),
		cmocka_unit_test(test_no_motion_leads_past_the_limits),
		cmocka_unit_test(test_people_are_found_in_a_mask),
		cmocka_unit_test(test_frame_and_mask_are_cut_alike),
		cmocka_unit_test(test_a_foreign_mask_is_refused),
		cmocka_unit_test(test_planes_are_cut_at_the_same_place),
		cmocka_unit_test(test_what_is_whole_is_not_touched),
		cmocka_unit_test(test_the_presenter_is_framed_from_a_larger_frame),
		cmocka_unit_test(test_wide_is_what_off_is),
		cmocka_unit_test(test_the_blurred_room_does_not_follow_the_view),
		cmocka_unit_test(test_while_nothing_moves_the_network_rests),
		cmocka_unit_test(test_switched_on_it_eases_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
