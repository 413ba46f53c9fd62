/* SPDX-License-Identifier: MIT */
/* The stillness test: noise is still; a hand is not, however slow or small; and no mask is used for longer than
 * allowed. */
#include "unit.h"

#include "base/clock.h"
#include "draw/presenter.h"
#include "scene/scene.h"
#include "scene/stillness.h"
#include "tiny_network.h"

#include <math.h>
#include <unistd.h>

enum { W = 256, H = 144, RATE = 30 };

static const struct pmk_layout small = { .width = W, .height = H };

/* A picture of the size that the test compares at: a room of soft shapes, with new noise each time, and a disc for a
 * hand. */
struct room {
	uint8_t base[3][W * H];
	struct pmk_image now;
	uint32_t random;
};

static uint64_t moment(int frame)
{
	return PMK_S_NS + (uint64_t)frame * PMK_S_NS / RATE;
}

static void paint_room(struct room *r)
{
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < W * H; k++)
			r->base[i][k] = (uint8_t)(128 + 60 * sin((k % W) * 0.05 + i) * cos((k / W) * 0.07));
	}
	assert_int_equal(pmk_image_alloc(&r->now, &small), 0);
	r->random = 7;
}

/* Roughly normal noise of that standard deviation. */
static double noise(uint32_t *state, double deviation)
{
	double sum = 0;

	for (int i = 0; i < 4; i++)
		sum += unit_random(state) / 4294967296.0 - 0.5;
	return sum * deviation * 1.732;
}

static uint8_t to_byte(double value)
{
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + 0.5);
}

/* Draw the room with a hand that is `contrast` brighter; the hand's edge is a pixel wide. Radius 0: no hand. */
static void look(struct room *r, double deviation, double x, double y, double radius, double contrast)
{
	for (int i = 0; i < 3; i++) {
		int width = pmk_layout_plane_width(&small, i), height = pmk_layout_plane_height(&small, i);
		for (int k = 0; k < width * height; k++) {
			double inside = radius + 0.5 - hypot(k % width - x, k / width - y),
			       share = inside < 0 ? 0 :
				inside > 1        ? 1 :
						    inside;
			double value = r->base[i][k] + (i || radius <= 0 ? 0 : share * contrast) +
				noise(&r->random, i ? deviation / 2 : deviation);
			r->now.plane[i][(size_t)(k / width) * r->now.stride[i] + k % width] = to_byte(value);
		}
	}
}

/* Test a frame; the network runs if it is not still. Returns whether it ran. */
static bool pass(struct pmk_stillness *s, struct room *r, uint64_t now)
{
	if (pmk_stillness_test(s, &r->now, now))
		return false;
	pmk_stillness_saw(s);
	return true;
}

/* A camera's noise does not count as motion until it is too strong to tell the two apart; then the network runs. */
static void test_noise_is_still(void **state)
{
	static const double deviations[] = { 0, 0.3, 0.6, 1, 1.5 };
	static struct room r;
	struct pmk_stillness s;

	paint_room(&r);
	for (size_t d = 0; d < sizeof deviations / sizeof deviations[0]; d++) {
		int ran = 0;
		assert_int_equal(pmk_stillness_init(&s, &small), 0);
		for (int i = 0; i < 40; i++) {
			look(&r, deviations[d], 0, 0, 0, 0);
			ran += pass(&s, &r, moment(i));
		}
		assert_int_equal(ran, 10); /* every fourth frame: 0, 133, 267 ms.. */
		pmk_stillness_finish(&s);
	}
	assert_int_equal(pmk_stillness_init(&s, &small), 0);
	for (int i = 0; i < 20; i++) {
		look(&r, 6, 0, 0, 0, 0);
		assert_true(pass(&s, &r, moment(i)));
	}
	pmk_stillness_finish(&s);
	pmk_image_free(&r.now);
}

/* A hand, small or large, slow or fast, in noise: no frame is still in which the hand is over 2 px from where the
 * network saw it. */
static void test_a_hand_is_not_still(void **state)
{
	static const double radii[] = { 3, 6, 15 }, speeds[] = { 0.1, 0.2, 0.5, 1, 2.5, 7 }, deviations[] = { 0.3, 1 };
	static struct room r;
	int runs = 0, frames = 0;

	paint_room(&r);
	for (int c = 0; c < 3 * 6 * 2; c++) {
		double radius = radii[c % 3], speed = speeds[c / 3 % 6], seen = 0;
		struct pmk_stillness s;

		assert_int_equal(pmk_stillness_init(&s, &small), 0);
		for (int i = 0; i < 24; i++) {
			double x = 20 - radius + i * speed;
			look(&r, deviations[c / 18], x, 70 + 0.3 * x, radius, 35);
			if (pass(&s, &r, moment(i)))
				seen = x;
			assert_true(fabs(x - seen) <= 2);
			runs += seen == x;
			frames++;
		}
		pmk_stillness_finish(&s);
	}
	pmk_image_free(&r.now);
	printf("a hand at 0.1 to 7 px a frame: the network ran on %d of %d frames\n", runs, frames);
	assert_true(runs < frames); /* the slowest hands need it less often, so the test can tell */
}

/* A speck as large as a few pixels of the network counts in each plane, also in the corners and at the borders of odd
 * sizes. */
static void test_colour_and_rims_count(void **state)
{
	static const struct pmk_layout layouts[] = { { .width = 251, .height = 141 },
		{ .width = 1280, .height = 720, .chroma = PMK_CHROMA_422 }, { .width = 1923, .height = 1079 } };
	static const int places[][2] = { { 0, 0 }, { 2, 0 }, { 0, 2 }, { 2, 2 }, { 1, 2 }, { 2, 1 }, { 1, 1 } };

	for (int l = 0; l < 3; l++) {
		struct pmk_image image;
		struct pmk_stillness s;

		assert_int_equal(pmk_image_alloc(&image, &layouts[l]), 0);
		assert_int_equal(pmk_stillness_init(&s, &layouts[l]), 0);
		for (int c = 0; c < 3 * 7; c++) {
			int plane = c / 7, side = 2 << s.halved;
			int x = places[c % 7][0] * (pmk_layout_plane_width(&layouts[l], plane) - side) / 2;
			int y = places[c % 7][1] * (pmk_layout_plane_height(&layouts[l], plane) - side) / 2;

			pmk_image_fill(&image, (uint8_t[]){ 100, 110, 120 });
			assert_false(pmk_stillness_test(&s, &image, moment(c)));
			pmk_stillness_saw(&s);
			assert_true(pmk_stillness_test(&s, &image, moment(c) + 1));
			for (int k = 0; k < side * side; k++)
				image.plane[plane][(size_t)(y + k / side) * image.stride[plane] + x + k % side] += 60;
			assert_false(pmk_stillness_test(&s, &image, moment(c) + 2));
			pmk_stillness_reset(&s);
		}
		pmk_stillness_finish(&s);
		pmk_image_free(&image);
	}
}

/* Without noise, a block that differs by two levels is still, and one that differs by three is motion; strong noise
 * hides more. */
static void test_the_threshold_follows_the_noise(void **state)
{
	static const struct {
		int noise, step;
		bool still;
	} cases[] = { { 0, 2, true }, { 0, 3, false }, { 2, 3, true }, { 2, 7, false } };
	struct pmk_image image;
	struct pmk_stillness s;

	assert_int_equal(pmk_image_alloc(&image, &small), 0);
	assert_int_equal(pmk_stillness_init(&s, &small), 0);
	for (int c = 0; c < 4; c++) {
		pmk_image_fill(&image, (uint8_t[]){ 100, 110, 120 });
		assert_false(pmk_stillness_test(&s, &image, moment(c)));
		pmk_stillness_saw(&s);
		pmk_image_fill(&image, (uint8_t[]){ (uint8_t)(100 + cases[c].noise), 110, 120 });
		for (int k = 0; k < 16; k++)
			image.plane[0][(size_t)(40 + k / 4) * image.stride[0] + 80 + k % 4] = (uint8_t)(100 +
				cases[c].step);
		assert_int_equal(pmk_stillness_test(&s, &image, moment(c) + 1), cases[c].still);
		pmk_stillness_reset(&s);
	}
	pmk_stillness_finish(&s);
	pmk_image_free(&image);
}

static void fill(struct pmk_image *image, int plane, const struct pmk_rect *r, uint8_t value)
{
	for (int y = r->y; y < r->y + r->height; y++)
		memset(image->plane[plane] + (size_t)y * image->stride[plane] + r->x, value, (size_t)r->width);
}

/* The last pixels at the right and at the bottom count, too, if the size cannot be halved evenly. */
static void test_the_last_pixels_count(void **state)
{
	static const struct pmk_layout layout = { .width = 1923, .height = 1079 };
	struct pmk_image image;
	struct pmk_stillness s;

	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	assert_int_equal(pmk_stillness_init(&s, &layout), 0);
	for (int c = 0; c < 3 * 2; c++) {
		int plane = c / 2, side = 1 << s.halved, width = pmk_layout_plane_width(&layout, plane),
		    height = pmk_layout_plane_height(&layout, plane);
		struct pmk_rect right = { width - width % side, 0, width % side, 4 * side },
				below = { 0, height - height % side, 4 * side, height % side };

		assert_true(right.width && below.height);
		pmk_image_fill(&image, (uint8_t[]){ 100, 100, 100 });
		assert_false(pmk_stillness_test(&s, &image, moment(c)));
		pmk_stillness_saw(&s);
		fill(&image, plane, c % 2 ? &right : &below, 160);
		assert_false(pmk_stillness_test(&s, &image, moment(c) + 1));
		fill(&image, plane, c % 2 ? &right : &below, 100);
		assert_true(pmk_stillness_test(&s, &image, moment(c) + 2));
		pmk_stillness_reset(&s);
	}
	pmk_stillness_finish(&s);
	pmk_image_free(&image);
}

static void test_time_and_cuts(void **state)
{
	static struct room r;
	struct pmk_stillness s;

	paint_room(&r);
	look(&r, 0, 0, 0, 0, 0);
	assert_int_equal(pmk_stillness_init(&s, &small), 0);
	assert_false(pmk_stillness_test(&s, &r.now, moment(0))); /* nothing was seen yet */
	pmk_stillness_saw(&s);
	assert_false(pmk_stillness_test(&s, &r.now, moment(0))); /* time does not go on */
	assert_true(pmk_stillness_test(&s, &r.now, moment(0) + 1));
	assert_true(pmk_stillness_test(&s, &r.now, moment(0) + 100 * PMK_MS_NS));
	assert_false(pmk_stillness_test(&s, &r.now, moment(0) + 100 * PMK_MS_NS + 1));
	assert_false(pmk_stillness_test(&s, &r.now, moment(0) - 1));
	assert_true(pmk_stillness_test(&s, &r.now, moment(1)));
	r.now.layout.range = PMK_RANGE_FULL; /* the same bytes are another picture */
	assert_false(pmk_stillness_test(&s, &r.now, moment(1)));
	pmk_stillness_saw(&s);
	assert_true(pmk_stillness_test(&s, &r.now, moment(2)));
	pmk_stillness_reset(&s);
	assert_false(pmk_stillness_test(&s, &r.now, moment(2)));
	pmk_stillness_finish(&s);
	pmk_image_free(&r.now);
}

/* Whether motion lasts or not, only a picture like the one that the network last ran on is still, and after motion one
 * is still again within seven pictures. In lasting motion two of six pictures are read. */
static void test_rest_in_motion(void **state)
{
	struct pmk_image image;
	struct pmk_stillness s;
	uint32_t seed = 4;
	int shown = 0, ran_on = -1, since = 0, looks = 0;

	assert_int_equal(pmk_image_alloc(&image, &small), 0);
	assert_int_equal(pmk_stillness_init(&s, &small), 0);
	for (int i = 0; i < 3000; i++) {
		bool moves = i < 600 || unit_random(&seed) % (i / 300) == 0;

		shown += moves;
		since = moves ? 0 : since + 1;
		pmk_image_fill(&image, (uint8_t[]){ (uint8_t)(shown % 20 * 12), 110, 120 });
		if (pmk_stillness_test(&s, &image, (uint64_t)(i + 1) * PMK_MS_NS)) {
			assert_int_equal(shown, ran_on);
			since = 0;
			continue;
		}
		assert_true(since < 8);
		looks += i < 600 && s.looked;
		pmk_stillness_saw(&s);
		ran_on = shown;
	}
	assert_in_range(looks, 600 / 3 - 2, 600 / 3 + 4);
	pmk_stillness_finish(&s);
	pmk_image_free(&image);
}

/* --- with the network: a scene with the test beside one without it --- */

enum { SCENE_W = 640, SCENE_H = 360 };

struct pair {
	struct pmk_scene *tested, *plain;
	struct pmk_frame_pool *pool;
	struct pmk_frame *frame;
	struct pmk_presenter *presenter;
	uint32_t random;
};

static void open_pair(struct pair *p)
{
	struct pmk_layout layout = { .width = SCENE_W, .height = SCENE_H };
	struct pmk_scene_settings settings = { .model = "selfie",
		.threads = 1,
		.backdrop = "color:#3080c0",
		.refine = { .mode = PMK_REFINE_GUIDED,
			.smooth = 0.85,
			.threshold = -1,
			.erode = -1,
			.dilate = -1,
			.feather = -1 } };

	p->random = 11;
	p->pool = pmk_frame_pool_create(1);
	p->frame = pmk_frame_pool_take(p->pool, &layout);
	p->frame->position_ns = -1;
	assert_int_equal(pmk_presenter_create(SCENE_W, SCENE_H, 1, &p->presenter), 0);
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &p->tested), 0);
	settings.no_motion_gate = true;
	assert_int_equal(pmk_scene_create(&settings, &layout, 1, &p->plain), 0);
}

static void close_pair(struct pair *p)
{
	pmk_scene_destroy(p->tested);
	pmk_scene_destroy(p->plain);
	pmk_presenter_destroy(p->presenter);
	pmk_frame_unref(p->frame);
	pmk_frame_pool_destroy(p->pool);
}

static void draw(struct pair *p, int number, double time_s)
{
	pmk_presenter_draw_image(p->presenter, time_s, &p->frame->image, NULL);
	for (int i = 0; i < 3; i++) {
		int width = pmk_layout_plane_width(&p->frame->image.layout, i),
		    height = pmk_layout_plane_height(&p->frame->image.layout, i);
		for (int y = 0; y < height; y++) {
			uint8_t *row = p->frame->image.plane[i] + (size_t)y * p->frame->image.stride[i];
			for (int x = 0; x < width; x++)
				row[x] = to_byte(row[x] + noise(&p->random, 1.5));
		}
	}
	p->frame->number = (uint64_t)number;
	p->frame->time_ns = moment(number);
}

/* The share of pixels whose alpha differs between the two scenes by over a quarter. `still` counts the frames that kept
 * the last mask. */
static double differ(struct pair *p, int *still)
{
	const struct pmk_mask *a, *b;
	struct pmk_scene_times times = { 0 };
	int apart = 0;

	assert_int_equal(pmk_scene_mask(p->tested, p->frame, &a, &times), 0);
	assert_int_equal(pmk_scene_mask(p->plain, p->frame, &b, NULL), 0);
	assert_int_equal(a->number, p->frame->number);
	*still += times.still;
	for (int y = 0; y < SCENE_H; y++) {
		for (int x = 0; x < SCENE_W; x++)
			apart += abs(a->alpha[(size_t)y * a->stride + x] - b->alpha[(size_t)y * b->stride + x]) > 64;
	}
	return (double)apart / (SCENE_W * SCENE_H);
}

static void test_a_still_scene_skips_the_network(void **state)
{
	int still = 0, frames = unit_times(40, 12);
	struct pair p;

	open_pair(&p);
	for (int i = 0; i < frames; i++) {
		draw(&p, i, 2);
		assert_true(differ(&p, &still) < 0.002);
	}
	assert_int_equal(still, frames / 4 * 3);
	close_pair(&p);
}

/* The presenter waves, slowly and at full speed: the mask kept is the mask that the network would have given. */
static void test_no_mask_is_late(void **state)
{
	static const double speeds[] = { 0.02, 0.1, 0.3, 1 };
	int kept = 0, frames = unit_times(60, 8);
	struct pair p;

	open_pair(&p);
	for (int s = 0; s < 4; s++) {
		double worst = 0;
		int still = 0;
		for (int i = 0; i < frames; i++) {
			double apart;
			draw(&p, 100 * s + i, 3 + i * speeds[s] / RATE);
			apart = differ(&p, &still);
			worst = apart > worst ? apart : worst;
		}
		printf("presenter at %.2f of its speed: %d of %d masks kept, worst %.4f of the pixels differ\n",
			speeds[s], still, frames, worst);
		assert_true(worst < 0.001);
		kept += still;
	}
	assert_true(kept > 0); /* the test can tell */
	close_pair(&p);
}

/* After a frame without a mask, and after a cut, the network runs even though nothing moved. */
static void test_faults_and_cuts_are_not_still(void **state)
{
	struct pmk_layout other = { .width = SCENE_W + 2, .height = SCENE_H };
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *bad = pmk_frame_pool_take(pool, &other);
	const struct pmk_mask *mask;
	struct pair p;
	int still = 0;

	open_pair(&p);
	draw(&p, 0, 2);
	differ(&p, &still);
	draw(&p, 1, 2);
	differ(&p, &still);
	assert_int_equal(still, 1);
	bad->number = 2;
	bad->time_ns = moment(2);
	bad->position_ns = -1;
	unit_catch_log();
	assert_true(pmk_scene_mask(p.tested, bad, &mask, NULL) < 0);
	pmk_log_redirect(NULL, NULL);
	draw(&p, 3, 2);
	differ(&p, &still);
	assert_int_equal(still, 1);
	draw(&p, 4, 2);
	p.frame->number = 0; /* a camera that was opened again */
	differ(&p, &still);
	assert_int_equal(still, 1);
	close_pair(&p);
	pmk_frame_unref(bad);
	pmk_frame_pool_destroy(pool);
}

static void fill_part(struct pmk_image *image, const struct pmk_rect *r, const uint8_t yuv[3])
{
	const struct pmk_rect half = { r->x / 2, r->y / 2, r->width / 2, r->height / 2 };

	for (int k = 0; k < 3; k++)
		fill(image, k, k ? &half : r, yuv[k]);
}

/* A picture after one in which something was found to hang there is looked at, as the network will see less of it. For
 * this network, somebody is who is green; who reaches down to the edge hangs nowhere. */
static void test_something_hangs_there(void **state)
{
	static const struct pmk_rect somebody[2] = { { 440, 120, 80, 240 }, { 440, 80, 80, 100 } };
	struct pmk_layout layout = { .width = 640, .height = 360 };
	struct pmk_scene_settings settings = { .threads = 1, .backdrop = "green", .refine = { .threshold = -1 } };
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &layout);
	char folder[] = "/tmp/potemkin-still-XXXXXX", file[80];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(settings.model, sizeof settings.model, "%s/tiny.tflite", folder);
	assert_true(tiny_network_write(settings.model, 256, 256));
	for (int hangs = 0; hangs < 2; hangs++) {
		struct pmk_scene *scene;

		assert_int_equal(pmk_scene_create(&settings, &layout, 1, &scene), 0);
		pmk_image_fill(&frame->image, (uint8_t[]){ 130, 124, 130 });
		fill_part(&frame->image, &somebody[hangs], (uint8_t[]){ 150, 90, 50 });
		for (int n = 0; n < 3; n++) {
			struct pmk_scene_times times = { 0 };
			const struct pmk_mask *mask;

			frame->number = (uint64_t)n + 1;
			frame->time_ns = moment(n);
			assert_int_equal(pmk_scene_mask(scene, frame, &mask, &times), 0);
			assert_int_equal(times.still, n > hangs);
		}
		pmk_scene_destroy(scene);
	}
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
	unlink(settings.model);
	snprintf(file, sizeof file, "%s/tiny.tflite.ini", folder);
	unlink(file);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise_is_still),
		cmocka_unit_test(test_a_hand_is_not_still),
		cmocka_unit_test(test_colour_and_rims_count),
		cmocka_unit_test(test_the_threshold_follows_the_noise),
		cmocka_unit_test(test_the_last_pixels_count),
		cmocka_unit_test(test_rest_in_motion),
		cmocka_unit_test(test_time_and_cuts),
		cmocka_unit_test(test_a_still_scene_skips_the_network),
		cmocka_unit_test(test_no_mask_is_late),
		cmocka_unit_test(test_faults_and_cuts_are_not_still),
		cmocka_unit_test(test_something_hangs_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
