/* SPDX-License-Identifier: MIT */
/* What stands still in a film, with the clean plate: a network of one layer takes for a person what is green. */
#include "unit.h"

#include "find/look.h"
#include "image/colour.h"
#include "tiny_network.h"

#include <unistd.h>

enum { SIDE = 640, N = 256 };

struct stage {
	struct pmk_look *look;
	struct pmk_plate plate;
	struct pmk_image picture;
	struct pmk_sight sight;
	uint64_t now_ns;
	const struct pmk_rect *stirs; /* what has changed a little; NULL: nothing */
	bool empty; /* the person is not there */
	bool dark; /* a lamp is off, and the upper half of the room darker */
	const struct pmk_rect *large; /* something else that is taken for a person; NULL: nothing */
	int reach; /* px, of an arm of the person beyond the left edge of the portrait; 0: nobody touches anybody */
};

static char network[64];

/* px; the doubt is beside the person, and the portrait beside both */
static const struct pmk_rect person = { 180, 160, 220, 480 }, doubt = { 420, 220, 60, 60 },
			     portrait = { 500, 200, 70, 90 };
enum {
	PERSON = 250,
	DOUBT = 76,
	ROOM = 0,
	DARK = 10,
	STIRS = 8
}; /* by how much green exceeds red, of 255; and by how much less */

static int write_network(void **state)
{
	(void)state;
	strcpy(network, "/tmp/potemkin-network-XXXXXX");
	assert_non_null(mkdtemp(network));
	strcat(network, "/tiny.tflite");
	return tiny_network_write(network, N, N) ? 0 : -1;
}

static int remove_network(void **state)
{
	char path[80];

	(void)state;
	snprintf(path, sizeof path, "%s.ini", network);
	unlink(path);
	unlink(network);
	*strrchr(network, '/') = '\0';
	return rmdir(network);
}

static int setup(void **state)
{
	const struct pmk_look_settings settings = { .model = network, .threads = 1 };
	const struct pmk_layout layout = { .width = SIDE, .height = SIDE };
	struct stage *s = calloc(1, sizeof *s);

	*state = s;
	if (!s)
		return 1;
	return pmk_look_create(&settings, SIDE, SIDE, &s->look) || pmk_plate_init(&s->plate, &layout) ||
		pmk_image_alloc(&s->picture, &layout);
}

static int teardown(void **state)
{
	struct stage *s = *state;

	pmk_look_destroy(s->look);
	pmk_plate_finish(&s->plate);
	pmk_image_free(&s->picture);
	free(s);
	return 0;
}

static void fill(struct stage *s, const struct pmk_rect *r, int green)
{
	/* the room is neither black nor of the others' colour */
	const uint8_t red = green == ROOM ? 90 : 4, rgb[3] = { red, (uint8_t)(red + green), 90 };
	uint8_t yuv[3];

	pmk_colour_rgb_to_yuv(rgb, &s->picture.layout, yuv);
	for (int k = 0; k < 3; k++) {
		int half = k > 0;

		for (int y = r->y >> half; y < (r->y + r->height) >> half; y++)
			memset(s->picture.plane[k] + (size_t)y * (size_t)s->picture.stride[k] + (r->x >> half), yuv[k],
				(size_t)(r->width >> half));
	}
}

/* The portrait goes on to the lower edge, beside a table that the person is at, and the person reaches out to it. */
static void touch(struct stage *s, int x)
{
	const struct pmk_rect below = { portrait.x, portrait.y, portrait.width, SIDE - portrait.y },
			      table = { 300, 600, portrait.x - 300, SIDE - 600 },
			      arm = { person.x + x, 440, portrait.x - person.x - x + s->reach, 60 };

	fill(s, &below, PERSON);
	fill(s, &table, PERSON);
	fill(s, &arm, PERSON - 20 - x / 8 % 2 * 12);
}

/* The next picture, with the person `x` px to the right. */
static void look(struct stage *s, int x, bool with_doubt)
{
	static const struct pmk_rect all = { 0, 0, SIDE, SIDE }, half = { 0, 0, SIDE, SIDE / 2 };
	const struct pmk_rect there = { person.x + x, person.y, person.width, person.height };

	fill(s, &all, ROOM);
	if (s->dark)
		fill(s, &half, DARK);
	if (s->large)
		fill(s, s->large, PERSON);
	fill(s, &portrait, PERSON);
	if (s->stirs)
		fill(s, s->stirs, PERSON - STIRS);
	if (s->reach)
		touch(s, x);
	if (!s->empty)
		fill(s, &there, PERSON);
	if (with_doubt)
		fill(s, &doubt, DOUBT);
	assert_int_equal(pmk_look_run(s->look, &s->picture, s->now_ns, &s->plate, &s->sight), 0);
	s->now_ns += 33400000;
}

/* What is found in the middle of `where`, at `view`; -1: it is outside. */
static float found(const struct pmk_rect *view, const float *probability, const struct pmk_rect *where)
{
	int x = (where->x + where->width / 2 - view->x) * N / view->width,
	    y = (where->y + where->height / 2 - view->y) * N / view->height;

	return x < 0 || y < 0 || x >= N || y >= N ? -1 : probability[y * N + x];
}

/* The most that is found of the portrait, in the view and in what is seen closer. */
static float found_portrait(const struct stage *s)
{
	float most = found(&s->sight.view, s->sight.probability, &portrait);

	for (int k = 0; k < s->sight.closer_count; k++) {
		float closer = found(&s->sight.closer[k].view, s->sight.closer[k].probability, &portrait);

		most = closer > most ? closer : most;
	}
	return most;
}

/* While somebody moved, a portrait was judged to be room. A study of a doubt beside it does not bring it back. */
static void test_a_portrait_beside_a_doubt(void **state)
{
	struct stage *s = *state;
	bool closer = false;

	for (int k = 0; k < 120; k++)
		look(s, 8 * (k % 10), false);
	assert_true(found_portrait(s) < 0.1f);
	for (int k = 0; k < 60; k++) {
		look(s, 0, true);
		assert_true(found_portrait(s) < 0.1f);
		closer |= s->sight.closer_count > 0;
		assert_true(found(&s->sight.view, s->sight.probability, &person) > 0.9f);
	}
	assert_true(closer); /* there was a study */
}

/* Nor is anybody found in a zone that is kept out only now. */
static void test_a_zone_after_a_study(void **state)
{
	struct stage *s = *state;

	for (int k = 0; k < 40; k++)
		look(s, 0, true);
	assert_true(found_portrait(s) > 0.9f);
	pmk_look_set_keep_out(s->look, &portrait, 1);
	look(s, 0, true);
	assert_true(found_portrait(s) == 0);
}

/* As many pictures as the start takes. */
enum { START = PMK_PLATE_START };

/* From the first picture on, nothing of a portrait is shown beside somebody who moves; nor after a cut. */
static void test_a_portrait_at_the_start(void **state)
{
	struct stage *s = *state;

	for (int cut = 0; cut < 2; cut++) {
		for (int k = 0; k < 2 * START; k++) {
			look(s, 8 * (k % 10), false);
			assert_true(found_portrait(s) < 0.1f);
		}
		pmk_look_forget(s->look);
		pmk_plate_forget(&s->plate);
	}
}

/* So it is where the two are joined, and an arm of the person moves in front of what is below the portrait. */
static void test_a_portrait_that_is_touched(void **state)
{
	struct stage *s = *state;

	for (int k = 0; k < 2 * START; k++) {
		s->reach = 8 + 8 * (k % 4);
		look(s, 8 * (k % 10), false);
		assert_true(found_portrait(s) < 0.1f);
	}
}

/* While nobody moves, one of two is shown at once, and the other one when the start is over: he may be somebody. */
static void test_who_sits_still_comes_back(void **state)
{
	struct stage *s = *state;

	for (int k = 0; k < START + 20; k++) {
		look(s, 0, false);
		assert_true(found(&s->sight.view, s->sight.probability, &person) > 0.9f);
		assert_true(k < START ? found_portrait(s) < 0.1f : found_portrait(s) > 0.9f);
	}
}

/* So it is when pictures are not looked at because nothing changes. */
static void test_who_sits_still_in_still_pictures(void **state)
{
	struct stage *s = *state;

	look(s, 0, false);
	assert_true(found_portrait(s) < 0.1f);
	for (int k = 1; k < START; k++) {
		pmk_look_skip(s->look);
		pmk_plate_skip(&s->plate);
	}
	look(s, 0, false);
	assert_true(found_portrait(s) > 0.9f);
}

/* A person who moves a little is shown at once. */
static void test_who_stirs_is_shown(void **state)
{
	static const struct pmk_rect mouth = { 520, 230, 32, 16 };
	struct stage *s = *state;

	for (int k = 0; k < START; k++) {
		s->stirs = k < 2 ? NULL : &mouth;
		look(s, 0, false);
		assert_true(k < 2 ? found_portrait(s) < 0.1f : found_portrait(s) > 0.9f);
	}
}

/* A person who was shown for some pictures stays when somebody else moves. */
static void test_who_was_shown_stays(void **state)
{
	struct stage *s = *state;

	for (int k = 0; k < START; k++) {
		look(s, 0, false);
		if (k == 10)
			s->stirs = &portrait;
		assert_true(found(&s->sight.view, s->sight.probability, &person) > 0.9f);
	}
	assert_true(found_portrait(s) > 0.9f);
}

/* In an empty room, a small thing is shown only once it has moved; and then it stays. */
static void test_a_small_thing_in_an_empty_room(void **state)
{
	static const struct pmk_rect mouth = { 520, 230, 32, 16 };
	struct stage *s = *state;

	s->empty = true;
	for (int k = 0; k < 3 * START; k++) {
		look(s, 0, false);
		assert_true(found_portrait(s) < 0.1f);
	}
	s->stirs = &mouth;
	for (int k = 0; k < 3 * START; k++) {
		look(s, 0, false);
		assert_true(found_portrait(s) > 0.9f);
	}
}

/* So it is when the light is switched, as that is no movement of the thing; also if it moved before. */
static void test_a_small_thing_in_another_light(void **state)
{
	static const struct pmk_rect mouth = { 520, 230, 32, 16 };
	struct stage *s = *state;

	s->empty = true;
	for (int k = 0; k < 2 * START; k++)
		look(s, 0, false);
	for (int moved = 0; moved < 2; moved++) {
		s->dark = !s->dark;
		for (int k = 0; k < 3 * START; k++) {
			look(s, 0, false);
			assert_true(k == 0 || found_portrait(s) < 0.1f);
		}
		s->stirs = moved ? NULL : &mouth;
		look(s, 0, false);
		assert_true(found_portrait(s) > 0.9f);
	}
}

/* What is in a zone that is kept out makes the room no fuller. */
static void test_a_small_thing_beside_a_zone(void **state)
{
	static const struct pmk_rect large = { 20, 300, 240, 300 };
	struct stage *s = *state;

	s->empty = true;
	s->large = &large;
	pmk_look_set_keep_out(s->look, &large, 1);
	for (int k = 0; k < 3 * START; k++) {
		look(s, 0, false);
		assert_true(found_portrait(s) < 0.1f);
	}
}

static void test_a_single_picture_shows_all(void **state)
{
	struct stage *s = *state;

	s->plate.single = true;
	look(s, 0, false);
	assert_true(found_portrait(s) > 0.9f);
	assert_true(found(&s->sight.view, s->sight.probability, &person) > 0.9f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_portrait_beside_a_doubt, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_zone_after_a_study, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_portrait_at_the_start, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_portrait_that_is_touched, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_sits_still_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_sits_still_in_still_pictures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_stirs_is_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_was_shown_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_small_thing_in_an_empty_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_small_thing_in_another_light, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_small_thing_beside_a_zone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_single_picture_shows_all, setup, teardown),
	};

	return cmocka_run_group_tests(tests, write_network, remove_network);
}
