/* SPDX-License-Identifier: MIT */
/* The blurred room tells nothing more over time: compose/blur/. Its colours, sizes and borders are in test_backdrop.c;
 * whether letters can be read is bench/blur/unblur's to try. */
#include "unit.h"

#include "compose/blur/blur.h"

enum { W = 640, H = 360 };

static const struct pmk_layout layout = { .width = W, .height = H };

struct room {
	struct pmk_frame frame;
	struct pmk_mask mask;
	struct pmk_cells cells;
	const struct pmk_image *out;
	struct pmk_blur *blur;
	bool stays;
	struct pmk_whole part; /* empty: all */
};

static struct room open_room(int percent)
{
	struct room r = { .frame = { .position_ns = -1 } };

	assert_int_equal(pmk_image_alloc(&r.frame.image, &layout), 0);
	assert_int_equal(pmk_mask_alloc(&r.mask, W, H), 0);
	assert_int_equal(pmk_cells_init(&r.cells, W, H), 0);
	assert_int_equal(pmk_blur_create(&layout, percent, &r.blur), 0);
	return r;
}

static void close_room(struct room *r)
{
	pmk_blur_destroy(r->blur);
	pmk_cells_finish(&r->cells);
	pmk_mask_free(&r->mask);
	pmk_image_free(&r->frame.image);
}

/* The next frame of 30 in a second. */
static void run(struct room *r)
{
	r->frame.number++;
	r->frame.time_ns += 33333333;
	pmk_cells_find(&r->cells, &r->mask);
	r->out = pmk_blur_begin(r->blur, &r->frame, &r->cells, r->part.width ? &r->part : NULL, &r->stays);
}

/* Bars and stripes as of shelves and letters, `shift` px to the right, with noise. */
static void paint(struct room *r, int shift, int noise, int light, uint32_t *seed)
{
	for (int p = 0; p < 3; p++) {
		struct pmk_image *m = &r->frame.image;
		int scale = p ? 2 : 1;

		for (int y = 0; y < pmk_layout_plane_height(&layout, p); y++) {
			for (int x = 0; x < pmk_layout_plane_width(&layout, p); x++) {
				int at = x * scale + 1000 - shift, down = y * scale;
				int level = p ? 110 + at / 90 % 3 * 15 :
						50 + at / 70 % 4 * 25 + (at / 5 + down / 40) % 2 * 50;
				int grain = noise ? (int)(unit_random(seed) % (uint32_t)(2 * noise + 1)) - noise : 0;

				m->plane[p][(size_t)y * m->stride[p] + x] = (uint8_t)(level + grain + (p ? 0 : light));
			}
		}
	}
}

static void place_person(struct room *r, int left)
{
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			bool person = y > 60 && x >= left && x < left + 200;
			uint8_t *pixel = &r->frame.image.plane[0][(size_t)y * r->frame.image.stride[0] + x];

			r->mask.alpha[(size_t)y * r->mask.stride + x] = person ? 255 : 0;
			*pixel = person ? 230 : *pixel;
		}
	}
}

static int difference(const struct pmk_image *a, const struct pmk_image *b)
{
	int most = 0;

	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&layout, p); y++) {
			for (int x = 0; x < pmk_layout_plane_width(&layout, p); x++) {
				int d = abs(a->plane[p][(size_t)y * a->stride[p] + x] -
					b->plane[p][(size_t)y * b->stride[p] + x]);
				most = d > most ? d : most;
			}
		}
	}
	return most;
}

static struct pmk_image copy_of(const struct pmk_image *image)
{
	struct pmk_image copy;

	assert_int_equal(pmk_image_alloc(&copy, &layout), 0);
	pmk_image_copy(&copy, image);
	return copy;
}

/* 50 frames of the same room, with the camera's noise and a desk that shakes, are one picture, written once. */
static void test_noise_and_shaking_add_nothing(void **state)
{
	static const int strengths[] = { 0, 21, 60, 100 };

	for (int k = 0; k < 4; k++) {
		struct room r = open_room(strengths[k]);
		struct pmk_image first;
		uint32_t seed = 7;

		paint(&r, 0, 4, 0, &seed);
		run(&r);
		first = copy_of(r.out);
		for (int n = 1; n < 50; n++) {
			paint(&r, n % 3 - 1, 4, 0, &seed);
			run(&r);
			assert_true(r.stays);
			assert_int_equal(difference(r.out, &first), 0);
		}
		pmk_image_free(&first);
		close_room(&r);
	}
}

/* Somebody who walks before the room is no aperture that is moved over it: what was seen stays as it was. */
static void test_a_person_who_moves_changes_nothing(void **state)
{
	struct room r = open_room(60);
	struct pmk_image first;
	uint32_t seed = 3;

	paint(&r, 0, 0, 0, &seed);
	run(&r);
	first = copy_of(r.out);
	for (int n = 1; n < 30; n++) {
		paint(&r, 0, 2, 0, &seed);
		place_person(&r, 10 + 13 * n);
		run(&r);
		assert_in_range(difference(r.out, &first), 0, PMK_BLUR_STEP);
	}
	pmk_image_free(&first);
	close_room(&r);
}

/* As the sun goes, the room follows without a jump, and arrives. */
static void test_light_is_followed_smoothly(void **state)
{
	struct room r = open_room(60), dark = open_room(60);
	struct pmk_image before;
	uint32_t seed = 5;

	paint(&r, 0, 0, 50, &seed);
	run(&r);
	for (int n = 0; n < 150; n++) {
		before = copy_of(r.out);
		paint(&r, 0, 2, n < 100 ? 50 - n / 2 : 0, &seed);
		run(&r);
		assert_in_range(difference(r.out, &before), 0, 2);
		pmk_image_free(&before);
	}
	paint(&dark, 0, 0, 0, &seed);
	run(&dark);
	/* a number that is held may be a step and a level from its mean, and a new one half a step */
	assert_in_range(difference(r.out, dark.out), 0, PMK_BLUR_STEP + 1 + PMK_BLUR_STEP / 2);
	close_room(&dark);
	close_room(&r);
}

/* A view that goes to and fro and zooms, as --auto-frame's does, shows the same numbers: back at the beginning, it is
 * the same picture. Where a place of the room is shown, it looks the same. */
static void test_a_moving_view_adds_nothing(void **state)
{
	static const int strengths[] = { 0, 60 };

	for (int k = 0; k < 2; k++) {
		struct room r = open_room(strengths[k]);
		struct pmk_image first;
		uint32_t seed = 7;

		r.part = (struct pmk_whole){ &r.frame, &r.mask, 0, 0, W, H };
		paint(&r, 0, 4, 0, &seed);
		run(&r);
		first = copy_of(r.out);
		for (int n = 1; n <= 40; n++) {
			double zoom = 1 - n % 40 * 0.0123, left = n % 40 * 4.7, top = n % 40 * 2.3;

			r.part = (struct pmk_whole){ &r.frame, &r.mask, left, top, W * zoom, H * zoom };
			paint(&r, 0, 4, 0, &seed);
			run(&r);
			for (int y = 20; y < H - 20; y += 20) {
				for (int x = 20; x < W - 20; x += 20) {
					int at_x = (int)(left + x * zoom), at_y = (int)(top + y * zoom);
					int was = first.plane[0][(size_t)at_y * first.stride[0] + at_x];

					assert_in_range(
						r.out->plane[0][(size_t)y * r.out->stride[0] + x], was - 3, was + 3);
				}
			}
		}
		assert_int_equal(difference(r.out, &first), 0);
		pmk_image_free(&first);
		close_room(&r);
	}
}

/* Another camera, a pause or another scene of a film: nothing of the room before is left, behind the person neither. */
static void test_another_scene_begins_anew(void **state)
{
	for (int k = 0; k < 4; k++) {
		struct room r = open_room(30), fresh = open_room(30);
		uint32_t seed = 9;

		paint(&r, 0, 0, 0, &seed);
		run(&r);
		r.frame.generation += k == 0;
		r.frame.number -= k == 1;
		r.frame.time_ns += k == 2 ? (uint64_t)1000000000 : 0;
		paint(&r, 33, 0, k == 3 ? 60 : 5, &seed);
		place_person(&r, 200);
		run(&r);
		for (int n = 0; n < 60 && k == 3; n++) /* which is seen in the pictures alone: numbers move to it */
			run(&r);
		paint(&fresh, 33, 0, k == 3 ? 60 : 5, &seed);
		place_person(&fresh, 200);
		run(&fresh);
		assert_in_range(difference(r.out, fresh.out), 0, k == 3 ? PMK_BLUR_STEP : 0);
		close_room(&fresh);
		close_room(&r);
	}
}

/* The stronger, the larger: as the documents say. */
static void test_sizes_of_patches(void **state)
{
	assert_in_range(1000 * pmk_blur_patch(0), 30, 34);
	assert_in_range(1000 * pmk_blur_patch(21), 50, 51);
	assert_in_range(1000 * pmk_blur_patch(60), 80, 85);
	assert_in_range(1000 * pmk_blur_patch(100), 119, 121);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise_and_shaking_add_nothing),
		cmocka_unit_test(test_a_person_who_moves_changes_nothing),
		cmocka_unit_test(test_light_is_followed_smoothly),
		cmocka_unit_test(test_a_moving_view_adds_nothing),
		cmocka_unit_test(test_another_scene_begins_anew),
		cmocka_unit_test(test_sizes_of_patches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
