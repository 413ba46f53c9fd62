/* SPDX-License-Identifier: MIT */
/* What stands behind a person is told from him where the network joins them: a portrait right above the head. And
 * nothing of a person is taken for that, who sits still in part. */
#include "plate_picture.h"
#include "unit.h"

enum { LOOKS = 100, SOON = 5 };

struct stage {
	struct pmk_plate plate;
	struct pmk_image picture;
	float p[N * N];
	struct pmk_rect hand; /* in front of all */
	bool dark; /* a lamp is off, and the lower part of the room darker */
	int more; /* px above what is above the head that the network takes for it, too */
};

/* px */
static const struct pmk_rect portrait = { 180, 24, 100, 100 }, cut = { 180, 0, 100, 124 },
			     lower = { 0, 200, W, H - 200 };

static int setup(void **state)
{
	struct stage *s = calloc(1, sizeof *s);

	*state = s;
	return !s || plate_open(&s->plate, &s->picture);
}

static int teardown(void **state)
{
	struct stage *s = *state;

	pmk_plate_finish(&s->plate);
	pmk_image_free(&s->picture);
	free(s);
	return 0;
}

/* The next picture: somebody whose head nods `nod` px, and whose hands are `hands` px off where they were; and what is
 * above the head, `brighter` than it was. The network joins all. */
static void look(struct stage *s, const struct pmk_rect *above, int brighter, int nod, int hands, int dress)
{
	const struct pmk_rect head = { 200 + nod, 120 + nod, 60, 80 }, face = { 210 + nod, 150 + nod, 40, 10 },
			      body = { 140, 196, 180, 164 }, low = { 150 + hands, 260, 120, 60 };
	const struct pmk_rect seen = { above->x, above->y - s->more, above->width, above->height + s->more };

	plate_fill(&s->picture, &all, 110, 124, 130);
	if (s->dark)
		plate_fill(&s->picture, &lower, 70, 124, 130);
	plate_fill(&s->picture, above, 160 + brighter, 118, 140);
	plate_fill(&s->picture, &body, dress, 150, 110);
	plate_fill(&s->picture, &head, 90, 110, 156);
	plate_fill(&s->picture, &face, 60, 110, 156);
	plate_fill(&s->picture, &low, 140, 110, 156);
	plate_fill(&s->picture, &s->hand, 90, 110, 156);
	for (int i = 0; i < N * N; i++) {
		s->p[i] = plate_inside(&head, i) || plate_inside(&body, i) || plate_inside(&seen, i) ? 1 : 0.01f;
	}
	plate_look(&s->plate, &s->picture, s->p);
}

static const struct pmk_rect face = { 212, 132, 36, 60 }, chest = { 148, 212, 164, 140 }, upper = { 188, 32, 84, 76 };

static void test_a_portrait_above_the_head(void **state)
{
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++)
		look(s, &portrait, 0, plate_sway(n, 12), plate_sway(n + 5, 40), 60 + n % 7 * 6);
	assert_true(plate_mean(s->p, upper) < 0.3f);
	assert_true(plate_mean(s->p, face) > 0.9f);
	assert_true(plate_mean(s->p, chest) > 0.9f);
}

/* Somebody above who never moved, and begins to, is back within a judgement. */
static void test_who_begins_to_move(void **state)
{
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++)
		look(s, &portrait, 0, plate_sway(n, 12), plate_sway(n + 5, 40), 60 + n % 7 * 6);
	assert_true(plate_mean(s->p, upper) < 0.3f);
	for (int n = 0; n <= SOON; n++)
		look(s, &portrait, 10 + n, plate_sway(n, 12), plate_sway(n + 5, 40), 60 + n % 7 * 6);
	assert_true(plate_mean(s->p, upper) > 0.9f);
}

/* What passes in front of the portrait leaves it what it was. */
static void test_a_hand_before_the_portrait(void **state)
{
	const struct pmk_rect hand = { 190, 60, 30, 60 }, free = { 230, 32, 40, 76 };
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++)
		look(s, &portrait, 0, plate_sway(n, 12), plate_sway(n + 5, 40), 60 + n % 7 * 6);
	for (int n = 0; n < LOOKS; n++) {
		s->hand = n < 20 ? hand : (struct pmk_rect){ 0 };
		look(s, &portrait, 0, plate_sway(n, 12), plate_sway(n + 5, 40), 60 + n % 7 * 6);
		assert_true(plate_mean(s->p, free) < 0.3f);
	}
}

/* When a lamp is switched, a portrait stays what it was, although the network sees a little more of it. */
static void test_another_light(void **state)
{
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++)
		look(s, &portrait, 0, plate_sway(n, 12), plate_sway(n + 5, 40), 60 + n % 7 * 6);
	s->dark = true;
	s->more = 8;
	for (int n = 0; n < LOOKS; n++) {
		look(s, &portrait, 0, plate_sway(n, 12), plate_sway(n + 5, 40), 60 + n % 7 * 6);
		assert_true(plate_mean(s->p, upper) < 0.3f);
	}
}

/* A portrait that somebody walked past is known a while after, as somebody moves. */
static void test_a_portrait_that_was_hidden(void **state)
{
	const struct pmk_rect apart = { 380, 40, 80, 160 }, passes = { 400, 60, 40, 140 }, inner = { 388, 48, 64, 140 };
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++) {
		s->hand = n > 10 && n < 20 ? passes : (struct pmk_rect){ 0 };
		look(s, &apart, 0, plate_sway(n, 12), plate_sway(n + 5, 40), 60 + n % 7 * 6);
	}
	assert_true(plate_mean(s->p, inner) < 0.3f);
}

/* A head cut off by the picture's upper border has no upper rim that could be seen to move. */
static void test_a_head_at_the_border(void **state)
{
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++) {
		look(s, &cut, 0, 0, plate_sway(n, 100), 60);
		assert_true(plate_mean(s->p, upper) > 0.9f);
		assert_true(plate_mean(s->p, face) > 0.9f);
	}
}

/* Nobody is behind who is not seen above somebody else: shoulders that stand while the head moves, and a chest. */
static void test_shoulders_that_stand(void **state)
{
	const struct pmk_rect none = { 220, 150, 20, 40 };
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++) {
		look(s, &none, -70, plate_sway(n, 16), plate_sway(n, 100), 60);
		assert_true(plate_mean(s->p, chest) > 0.9f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_portrait_above_the_head, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_begins_to_move, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_hand_before_the_portrait, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_light, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_portrait_that_was_hidden, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_head_at_the_border, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shoulders_that_stand, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
