/* SPDX-License-Identifier: MIT */
/* Who moves inside of a border of four straight sides, on a screen or in a mirror, is not shown beside somebody else;
 * but whoever crosses the border is, and so is who stands in a door, or is there alone. */
#include "plate_picture.h"
#include "unit.h"

#include "find/plate/plate_parts.h"

enum { LOOKS = 40 };

struct stage {
	struct pmk_plate plate;
	struct pmk_image picture;
	float p[N * N];
	struct pmk_rect screen, hand; /* the hand is in front of it, and the network joins it with the person */
	struct pmk_rect unsure; /* where the network does not know */
	int film; /* luma of what the screen shows beside who is on it */
	bool alone;
};

/* px */
static const struct pmk_rect screen = { 240, 40, 200, 140 }, door = { 300, 40, 120, 280 };

static int setup(void **state)
{
	struct stage *s = calloc(1, sizeof *s);

	*state = s;
	if (!s)
		return 1;
	s->screen = screen;
	s->film = 170;
	return plate_open(&s->plate, &s->picture);
}

static int teardown(void **state)
{
	struct stage *s = *state;

	pmk_plate_finish(&s->plate);
	pmk_image_free(&s->picture);
	free(s);
	return 0;
}

static struct pmk_rect inner(const struct stage *s)
{
	const struct pmk_rect *r = &s->screen;

	return (struct pmk_rect){ r->x + 12, r->y + 12, r->width - 24, r->height - 24 };
}

/* Who is on the screen, `moved` px to the right. */
static struct pmk_rect other(const struct stage *s, int moved)
{
	const struct pmk_rect *r = &s->screen;

	return (struct pmk_rect){ r->x + 36 + moved, r->y + 48, 40, r->height - 60 };
}

/* The next picture, of which all moves `moved` px. */
static void look(struct stage *s, int moved)
{
	const struct pmk_rect glass = inner(s), on = other(s, moved), body = { 40 + moved, 120, 120, 240 },
			      face = { 60 + moved, 140, 80, 60 };

	plate_fill(&s->picture, &all, 130, 124, 130);
	plate_fill(&s->picture, &s->screen, 40, 124, 130);
	plate_fill(&s->picture, &glass, s->film, 118, 140);
	plate_fill(&s->picture, &on, 80, 110, 156);
	if (!s->alone) {
		plate_fill(&s->picture, &body, 70, 150, 110);
		plate_fill(&s->picture, &face, 150, 110, 156);
	}
	plate_fill(&s->picture, &s->hand, 150, 110, 156);
	for (int i = 0; i < N * N; i++) {
		bool seen = plate_inside(&on, i) || plate_inside(&s->hand, i) || (!s->alone && plate_inside(&body, i));

		s->p[i] = seen ? 0.99f : plate_inside(&s->unsure, i) ? 0.3f : 0.01f;
	}
	pmk_plate_begin(&s->plate, &s->picture);
	pmk_plate_weigh(&s->plate, &all, s->p, N, N);
	pmk_plate_find_hangings(&s->plate);
	pmk_plate_clear_hangings(&s->plate, &all, s->p, N, N);
	pmk_plate_end(&s->plate);
}

static const struct pmk_rect chest = { 64, 216, 88, 140 };

static void test_on_a_screen(void **state)
{
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++) {
		look(s, plate_sway(n, 20));
		assert_true(plate_mean(s->p, other(s, plate_sway(n, 20))) < 0.01f);
		assert_true(plate_mean(s->p, chest) > 0.9f);
	}
}

/* From the first picture in which he does, and on the screen again after that. */
static void test_who_crosses_the_border(void **state)
{
	const struct pmk_rect hand = { 140, 100, 220, 24 }, fingers = { 270, 104, 80, 16 };
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++)
		look(s, plate_sway(n, 20));
	for (int n = 0; n < LOOKS; n++) {
		s->hand = hand;
		look(s, plate_sway(n, 20));
		assert_true(plate_mean(s->p, fingers) > 0.9f);
	}
	s->hand = (struct pmk_rect){ 0 };
	look(s, 0);
	assert_true(plate_mean(s->p, other(s, 0)) < 0.01f);
}

static void test_in_a_door(void **state)
{
	struct stage *s = *state;

	s->screen = door;
	for (int n = 0; n < LOOKS; n++) {
		look(s, plate_sway(n, 20));
		assert_true(plate_mean(s->p, other(s, plate_sway(n, 20))) > 0.9f);
	}
}

/* Nobody is hidden who is there alone, but a film goes on when the person has left. */
static void test_alone(void **state)
{
	struct stage *s = *state;

	s->alone = true;
	for (int n = 0; n < LOOKS; n++)
		look(s, plate_sway(n, 20));
	assert_true(plate_mean(s->p, other(s, plate_sway(LOOKS - 1, 20))) > 0.9f);
	s->alone = false;
	for (int n = 0; n < LOOKS; n++)
		look(s, plate_sway(n, 20));
	s->alone = true;
	for (int n = 0; n < LOOKS; n++) {
		look(s, plate_sway(n, 20));
		assert_true(plate_mean(s->p, other(s, plate_sway(n, 20))) < 0.01f);
	}
}

/* A cut in a film is no camera that moves, however little else the network is sure of. */
static void test_cut_in_a_film(void **state)
{
	struct stage *s = *state;

	s->screen = (struct pmk_rect){ 216, 20, 240, 170 };
	s->unsure = (struct pmk_rect){ 0, 200, W, H - 200 };
	for (int n = 0; n < LOOKS; n++)
		look(s, plate_sway(n, 20));
	s->alone = true;
	for (int n = 0; n < LOOKS; n++) {
		s->film = n < 5 ? 170 : 90;
		look(s, plate_sway(n, 20));
		assert_true(plate_mean(s->p, other(s, plate_sway(n, 20))) < 0.01f);
	}
}

/* How much the network sees of a part of a picture in which each pixel differs from the next. */
static float contrast(const struct stage *s, struct pmk_rect part)
{
	float input[N * N * 3], least = 1, most = 0;

	for (int i = 0; i < N * N * 3; i++)
		input[i] = (float)(i % 7) / 7;
	pmk_plate_flatten_hangings(&s->plate, &all, input, N, N);
	for (int i = 0; i < N * N; i++) {
		if (!plate_inside(&part, i))
			continue;
		least = input[i * 3] < least ? input[i * 3] : least;
		most = input[i * 3] > most ? input[i * 3] : most;
	}
	return most - least;
}

/* What the network sees before a look has no head on the wall, but where somebody is in front, or may be by now. */
static void test_the_networks_input(void **state)
{
	const struct pmk_rect at_border = { 256, 52, 20, 116 }, beside = { 408, 52, 20, 116 };
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++)
		look(s, 0);
	assert_true(contrast(s, inner(s)) < 0.001f);
	s->hand = (struct pmk_rect){ 140, 100, 200, 24 };
	look(s, 0);
	assert_true(contrast(s, at_border) > 0.5f);
	look(s, 0);
	assert_true(contrast(s, s->hand) > 0.5f && contrast(s, beside) < 0.001f);
	s->hand.width = 240;
	for (int n = 0; n < 2; n++)
		look(s, 0);
	assert_true(contrast(s, beside) > 0.5f);
	s->hand = (struct pmk_rect){ 0 };
	for (int n = 0; n < 2; n++)
		look(s, 0);
	assert_true(contrast(s, inner(s)) < 0.001f);
}

/* A checked curtain has lines everywhere: too many to try all borders, and none of them is one. */
static void test_on_a_checked_curtain(void **state)
{
	struct stage *s = *state;
	struct pmk_plate *p = &s->plate;
	struct pmk_hanging found;

	for (int i = 0; i < p->columns * p->rows; i++) {
		p->now[0][i] = (uint8_t)(60 + i % p->columns / 2 % 2 * 60 + i / p->columns / 2 % 2 * 60);
		p->stays[i] = 100;
	}
	pmk_plate_find_edges(p);
	pmk_plate_sum_edges(p);
	assert_false(pmk_plate_find_border(p, p->columns / 2, p->rows / 2, &found));
	assert_false(pmk_plate_find_border(p, 0, p->rows / 2, &found));
	assert_false(pmk_plate_find_border(p, p->columns - 1, p->rows / 2, &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_on_a_screen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_crosses_the_border, setup, teardown),
		cmocka_unit_test_setup_teardown(test_in_a_door, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_in_a_film, setup, teardown),
		cmocka_unit_test_setup_teardown(test_on_a_checked_curtain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_networks_input, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
