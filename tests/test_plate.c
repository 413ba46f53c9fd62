/* SPDX-License-Identifier: MIT */
/* The clean plate, on drawn pictures: what it holds against the network, and what it does not. */
#include "plate_picture.h"
#include "unit.h"

#include <math.h>

struct stage {
	struct pmk_plate plate;
	struct pmk_image room, picture;
	float p[N * N];
};

/* The places of things, and of the person, far from them. In px. */
static const struct pmk_rect chair = { 280, 160, 120, 160 }, person = { 40, 60, 120, 300 };

/* A room with a pattern of 8x8 px, so that a camera that moves is seen to. */
static void draw_room(struct pmk_image *image)
{
	uint32_t state = 7;

	for (int y = 0; y < H; y += 8) {
		for (int x = 0; x < W; x += 8) {
			struct pmk_rect square = { x, y, 8, 8 };
			plate_fill(image, &square, 90 + (int)(unit_random(&state) % 60), 120, 130);
		}
	}
}

static int setup(void **state)
{
	struct pmk_layout layout = { .width = W, .height = H };
	struct stage *s = calloc(1, sizeof *s);

	*state = s;
	if (!s || pmk_plate_init(&s->plate, &layout) || pmk_image_alloc(&s->room, &layout) ||
		pmk_image_alloc(&s->picture, &layout))
		return 1;
	draw_room(&s->room);
	plate_fill(&s->room, &chair, 60, 160, 110);
	pmk_image_copy(&s->picture, &s->room);
	return 0;
}

static int teardown(void **state)
{
	struct stage *s = *state;

	pmk_plate_finish(&s->plate);
	pmk_image_free(&s->room);
	pmk_image_free(&s->picture);
	free(s);
	return 0;
}

/* The network says p in `where`, and elsewhere that there is room, for so many pictures. */
static void look(struct stage *s, const struct pmk_rect *where, float p, int pictures)
{
	for (int n = 0; n < pictures; n++) {
		for (int i = 0; i < N * N; i++)
			s->p[i] = plate_inside(where, i) ? p : 0.01f;
		plate_look(&s->plate, &s->picture, s->p);
	}
}

/* The mean inside `where`, less a rim of two cells. */
static float mean(const struct stage *s, const struct pmk_rect *where)
{
	struct pmk_rect core = { where->x + 8, where->y + 8, where->width - 16, where->height - 16 };

	return plate_mean(s->p, core);
}

static void test_a_chair_stays_one(void **state)
{
	struct stage *s = *state;

	look(s, NULL, 0, 10);
	look(s, &chair, 0.97f, 1);
	assert_true(mean(s, &chair) < 0.1f);
	look(s, &chair, 0.7f, 60);
	assert_true(mean(s, &chair) < 0.1f);
}

static void test_what_has_changed_is_the_networks(void **state)
{
	struct stage *s = *state;

	look(s, NULL, 0, 20);
	plate_fill(&s->picture, &chair, 75, 150, 120);
	look(s, &chair, 0.9f, 1);
	assert_true(fabsf(mean(s, &chair) - 0.9f) < 1e-4f);
}

static void test_evidence_grows_with_looks(void **state)
{
	struct stage *s = *state;

	look(s, NULL, 0, 1);
	look(s, &chair, 0.99f, 1);
	assert_true(mean(s, &chair) > 0.9f);
	pmk_plate_forget(&s->plate);
	look(s, NULL, 0, 3);
	look(s, &chair, 0.6f, 1);
	assert_true(mean(s, &chair) < 0.1f);
}

/* Somebody who was missed at first, and sits still. */
static void test_a_network_that_stays_sure_is_believed(void **state)
{
	struct stage *s = *state;

	look(s, NULL, 0, 100);
	look(s, &chair, 1, 10);
	assert_true(mean(s, &chair) < 0.5f);
	look(s, &chair, 1, PMK_PLATE_MOST);
	assert_true(mean(s, &chair) > 0.99f);
}

/* The longer something was room, the longer the network has to be sure. */
static void test_old_room_is_believed_longer(void **state)
{
	struct stage *s = *state;

	look(s, NULL, 0, PMK_PLATE_MOST);
	look(s, &chair, 1, PMK_PLATE_MOST / 2);
	assert_true(mean(s, &chair) < 0.5f);
}

static void test_the_room_behind_a_person_is_remembered(void **state)
{
	struct stage *s = *state;

	look(s, NULL, 0, 10);
	plate_fill(&s->picture, &chair, 180, 110, 150);
	look(s, &chair, 1, 50);
	assert_true(mean(s, &chair) > 0.99f);
	pmk_image_copy(&s->picture, &s->room);
	look(s, &chair, 0.97f, 1);
	assert_true(mean(s, &chair) < 0.1f);
}

static void relight(struct pmk_image *to, const struct pmk_image *from, double light)
{
	for (int k = 0; k < 3; k++) {
		size_t count = (size_t)from->stride[k] * (size_t)(k ? H / 2 : H);
		int zero = k ? 128 : 16;
		for (size_t i = 0; i < count; i++)
			to->plane[k][i] = (uint8_t)lround(zero + (from->plane[k][i] - zero) * light);
	}
}

static void test_it_follows_the_light(void **state)
{
	static const double lights[] = { 0.5, 1.3, 0.95, 1 };
	struct stage *s = *state;

	look(s, NULL, 0, 10);
	for (int i = 0; i < 4; i++) {
		relight(&s->picture, &s->room, lights[i]);
		look(s, &chair, 0.95f, 1);
		assert_true(mean(s, &chair) < 0.1f);
	}
}

/* Light that comes up slowly, and that not everything reflects alike, as with a camera's own exposure. */
static void test_it_follows_slow_changes(void **state)
{
	struct stage *s = *state;

	look(s, NULL, 0, 10);
	for (int i = 1; i <= 20; i++) {
		plate_fill(&s->picture, &chair, 60 + 2 * i, 160, 110);
		look(s, &chair, 0.7f, 1);
		assert_true(mean(s, &chair) < 0.2f);
	}
}

static void test_a_moving_camera_makes_it_forget(void **state)
{
	struct stage *s = *state;

	look(s, NULL, 0, 30);
	for (int n = 0; n < 8; n++) {
		for (int y = 0; y < H; y++) {
			uint8_t *row = s->picture.plane[0] + (size_t)y * (size_t)s->picture.stride[0];
			memmove(row, row + 12, W - 12);
		}
		plate_fill(&s->picture, &chair, 180, 110, 150);
		look(s, &chair, 1, 1);
	}
	plate_fill(&s->picture, &chair, 60, 160, 110);
	look(s, &chair, 0.9f, 1);
	assert_true(mean(s, &chair) > 0.5f);
}

static void test_clothes_of_the_rooms_colour(void **state)
{
	struct stage *s = *state;

	look(s, NULL, 0, 10);
	plate_fill(&s->picture, &person, 60, 160, 110); /* somebody in the chair's colour comes in ... */
	look(s, &person, 1, 3);
	look(s, &chair, 0.95f, 1); /* ... and stands where the chair is */
	assert_true(fabsf(mean(s, &chair) - 0.95f) < 1e-4f);
}

/* A spot that looks as before in the middle of what changed. */
static void test_what_is_alone_is_chance(void **state)
{
	static const struct pmk_rect spot = { 336, 240, 8, 8 };
	struct stage *s = *state;

	look(s, NULL, 0, 10);
	plate_fill(&s->picture, &chair, 75, 150, 120);
	plate_fill(&s->picture, &spot, 60, 160, 110);
	look(s, &chair, 0.9f, 1);
	assert_true(fabsf(mean(s, &chair) - 0.9f) < 1e-4f);
}

static void test_black_and_white_prove_nothing(void **state)
{
	struct stage *s = *state;

	for (int white = 0; white < 2; white++) {
		pmk_plate_forget(&s->plate);
		plate_fill(&s->picture, &chair, white ? 240 : 20, 128, 128);
		look(s, NULL, 0, 10);
		look(s, &chair, 0.9f, 1);
		assert_true(fabsf(mean(s, &chair) - 0.9f) < 1e-4f);
	}
}

/* A part of the picture that nobody looked at is not changed by what is seen elsewhere. */
static void test_a_view(void **state)
{
	static const struct pmk_rect right = { 240, -40, 280, 280 };
	struct stage *s = *state;

	look(s, NULL, 0, 10);
	for (int i = 0; i < N * N; i++)
		s->p[i] = 0.9f;
	pmk_plate_begin(&s->plate, &s->picture);
	pmk_plate_weigh(&s->plate, &right, s->p, N, N);
	pmk_plate_end(&s->plate);
	/* px (300, 200), in the chair; and a row above the picture */
	assert_true(s->p[(240 * N / 280) * N + 60 * N / 280] < 0.1f);
	assert_true(s->p[5 * N + 60] == 0.9f);
	look(s, &chair, 0.97f, 1);
	assert_true(mean(s, &chair) < 0.1f);
}

static void shuffle(struct pmk_image *image, uint32_t *state)
{
	for (int k = 0; k < 3; k++) {
		int height = pmk_layout_plane_height(&image->layout, k);
		for (int i = 0; i < image->stride[k] * height; i++)
			image->plane[k][i] = unit_random(state) % 8 ? 100 : (uint8_t)unit_random(state);
	}
}

static bool is_near(const struct pmk_box *b, const struct pmk_rect *r)
{
	return fabs(b->left - r->x) <= 12 && fabs(b->top - r->y) <= 12 && fabs(b->right - r->x - r->width) <= 12 &&
		fabs(b->bottom - r->y - r->height) <= 12;
}

/* Somebody whom the network does not see, and who stays new for a while. */
static void test_what_is_new(void **state)
{
	static const struct pmk_box nobody = { 0, 0, 0, 0 }, there = { 60, 80, 180, 300 };
	static const struct pmk_rect small = { 80, 100, 80, 180 };
	struct stage *s = *state;
	struct pmk_box novel;

	look(s, NULL, 0, PMK_PLATE_MOST);
	novel = pmk_plate_novel(&s->plate, &nobody);
	assert_true(pmk_box_is_empty(&novel));
	plate_fill(&s->picture, &small, 180, 110, 150);
	look(s, NULL, 0, 5);
	novel = pmk_plate_novel(&s->plate, &nobody);
	assert_true(is_near(&novel, &small));
	novel = pmk_plate_novel(&s->plate, &there);
	assert_true(pmk_box_is_empty(&novel));
	look(s, NULL, 0, 60);
	novel = pmk_plate_novel(&s->plate, &nobody);
	assert_true(pmk_box_is_empty(&novel));
}

/* Whoever passes is not what stands there. */
static void test_what_passes_does_not_replace_what_stood(void **state)
{
	struct stage *s = *state;

	look(s, NULL, 0, PMK_PLATE_MOST);
	plate_fill(&s->picture, &chair, 180, 110, 150);
	look(s, NULL, 0, 2);
	pmk_image_copy(&s->picture, &s->room);
	look(s, &chair, 0.97f, 1);
	assert_true(mean(s, &chair) < 0.1f);
}

static void test_nothing_is_new_when_all_is(void **state)
{
	static const struct pmk_box nobody = { 0, 0, 0, 0 };
	struct stage *s = *state;
	struct pmk_box novel;

	look(s, NULL, 0, PMK_PLATE_MOST);
	for (int y = 0; y < H; y++) {
		uint8_t *row = s->picture.plane[0] + (size_t)y * (size_t)s->picture.stride[0];
		memmove(row, row + 12, W - 12);
	}
	look(s, NULL, 0, 1);
	novel = pmk_plate_novel(&s->plate, &nobody);
	assert_true(pmk_box_is_empty(&novel));
}

/* Somebody walks to and fro for so many pictures, in front of what the network takes for people: two pictures on the
 * wall. With `alive`, one of them begins to move in the end. */
static const struct pmk_rect portrait = { 200, 40, 64, 80 }, other = { 416, 40, 64, 80 };

static void live(struct stage *s, int pictures, bool walks, int nods)
{
	for (int n = 0; n < pictures; n++) {
		struct pmk_rect walker = { 40 + (walks ? n % 40 : 0), 180, 80, 180 };

		pmk_image_copy(&s->picture, &s->room);
		plate_fill(&s->picture, &walker, 170, 100, 150);
		if (n < nods) {
			struct pmk_rect head = { portrait.x + 16, portrait.y + 4 + 4 * (n % 3), 24, 24 };
			plate_fill(&s->picture, &head, 180, 110, 160);
		}
		for (int i = 0; i < N * N; i++)
			s->p[i] = plate_inside(&walker, i) || plate_inside(&portrait, i) || plate_inside(&other, i) ?
				1 :
				0.01f;
		plate_look(&s->plate, &s->picture, s->p);
	}
}

static void hang_portraits(struct stage *s)
{
	plate_fill(&s->room, &portrait, 100, 110, 150);
	plate_fill(&s->room, &other, 30, 128, 128);
	pmk_image_copy(&s->picture, &s->room);
}

static void test_who_never_moves_is_nobody(void **state)
{
	static const struct pmk_rect walker = { 72, 200, 40, 140 };
	struct stage *s = *state;

	hang_portraits(s);
	live(s, 100, true, 0);
	assert_true(mean(s, &portrait) < 0.3f && mean(s, &other) < 0.3f);
	assert_true(mean(s, &walker) > 0.99f);
	for (int y = other.y + 8; y < other.y + other.height - 8; y++) /* up to the picture's border */
		assert_true(s->p[y * N / H * N + N - 1] < 0.3f);
}

static void test_who_is_as_still_as_a_picture_is_nobody_soon(void **state)
{
	struct stage *s = *state;

	hang_portraits(s);
	live(s, 35, true, 0);
	assert_true(mean(s, &portrait) < 0.3f && mean(s, &other) < 0.3f);
}

/* Somebody who sits quietly while another one walks: of one cell in eight or so, luma changes by three levels now and
 * then, as of who breathes. */
static void test_who_breathes_is_somebody(void **state)
{
	struct stage *s = *state;

	hang_portraits(s);
	for (int n = 0; n < 8; n++) {
		struct pmk_rect chest = { portrait.x + 8, portrait.y + 40, 48, 16 };

		plate_fill(&s->room, &chest, n % 2 ? 103 : 100, 110, 150);
		live(s, 15, true, 0);
	}
	assert_true(mean(s, &portrait) > 0.99f);
	assert_true(mean(s, &other) < 0.3f);
}

/* What is known from earlier looks counts where nobody was judged to be: there, and only there, it is lowered. */
static void test_earlier_looks_are_overruled(void **state)
{
	struct stage *s = *state;

	hang_portraits(s);
	live(s, 100, true, 0);
	for (int i = 0; i < N * N; i++)
		s->p[i] = 0.98f;
	pmk_plate_begin(&s->plate, &s->picture);
	pmk_plate_overrule(&s->plate, &all, s->p, N, N);
	assert_true(mean(s, &portrait) < 0.1f && mean(s, &other) < 0.1f);
	assert_true(mean(s, &chair) > 0.97f);
}

static void test_everybody_sits_still(void **state)
{
	struct stage *s = *state;

	hang_portraits(s);
	live(s, 100, false, 0);
	assert_true(mean(s, &portrait) > 0.99f && mean(s, &other) > 0.99f);
}

static void test_a_portrait_that_begins_to_nod(void **state)
{
	struct stage *s = *state;

	hang_portraits(s);
	live(s, 80, true, 0);
	assert_true(mean(s, &portrait) < 0.3f);
	live(s, 20, true, 20);
	assert_true(mean(s, &portrait) > 0.99f);
	assert_true(mean(s, &other) < 0.3f);
}

/* When the camera is moved, portraits are elsewhere, and who never moved is told anew. */
static void test_portraits_after_the_camera_was_moved(void **state)
{
	struct stage *s = *state;

	hang_portraits(s);
	live(s, 100, true, 0);
	for (int y = 0; y < H; y++) {
		uint8_t *row = s->room.plane[0] + (size_t)y * (size_t)s->room.stride[0];
		memmove(row, row + 12, W - 12);
	}
	plate_fill(&s->room, &portrait, 110, 110, 150); /* another part of it is there now */
	live(s, 35, true, 0);
	assert_true(mean(s, &portrait) < 0.3f);
}

/* Whatever is seen, in pictures of any size and sampling. */
static void test_it_only_lowers(void **state)
{
	static const struct pmk_layout layouts[] = { { .width = W, .height = H },
		{ .width = 641, .height = 363, .chroma = PMK_CHROMA_422 }, { .width = 16, .height = 16 },
		{ .width = 1024, .height = 17, .range = PMK_RANGE_FULL }, { .width = 17, .height = 700 },
		{ .width = 8192, .height = 16 } };
	uint32_t random = 3;

	for (int i = 0; i < 6; i++) {
		struct pmk_rect view = { -20, -30, layouts[i].width + 33, layouts[i].height + 50 };
		struct pmk_image image;
		struct pmk_plate plate;

		assert_int_equal(pmk_plate_init(&plate, &layouts[i]), 0);
		assert_int_equal(pmk_image_alloc(&image, &layouts[i]), 0);
		for (int n = 0; n < 12; n++) {
			float p[32 * 32], before[32 * 32];
			for (int k = 0; k < 32 * 32; k++)
				p[k] = before[k] = n < 9 ? 0 : (float)(unit_random(&random) % 1001) / 1000;
			if (n % 4 == 0)
				shuffle(&image, &random);
			pmk_plate_begin(&plate, &image);
			pmk_plate_weigh(&plate, &view, p, 32, 32);
			pmk_plate_end(&plate);
			for (int k = 0; k < 32 * 32; k++)
				assert_true(p[k] >= 0 && p[k] <= before[k]);
		}
		pmk_image_free(&image);
		pmk_plate_finish(&plate);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_chair_stays_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_has_changed_is_the_networks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_evidence_grows_with_looks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_network_that_stays_sure_is_believed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_old_room_is_believed_longer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_room_behind_a_person_is_remembered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_it_follows_the_light, setup, teardown),
		cmocka_unit_test_setup_teardown(test_it_follows_slow_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_moving_camera_makes_it_forget, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clothes_of_the_rooms_colour, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_alone_is_chance, setup, teardown),
		cmocka_unit_test_setup_teardown(test_black_and_white_prove_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_view, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_new, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_passes_does_not_replace_what_stood, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_is_new_when_all_is, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_never_moves_is_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_is_as_still_as_a_picture_is_nobody_soon, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_breathes_is_somebody, setup, teardown),
		cmocka_unit_test_setup_teardown(test_earlier_looks_are_overruled, setup, teardown),
		cmocka_unit_test_setup_teardown(test_everybody_sits_still, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_portrait_that_begins_to_nod, setup, teardown),
		cmocka_unit_test_setup_teardown(test_portraits_after_the_camera_was_moved, setup, teardown),
		cmocka_unit_test(test_it_only_lowers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
