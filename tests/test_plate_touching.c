/* SPDX-License-Identifier: MIT */
/* Who never moves is told from somebody who moves, also where the network joins them: a portrait that the network
 * continues down to the lower edge, beside a person. */
#include "plate_picture.h"
#include "unit.h"

enum { LOOKS = 100 };

struct stage {
	struct pmk_plate plate;
	struct pmk_image picture;
	float p[N * N];
	uint32_t random;
	int noise; /* levels, of a cell */
};

/* px; the person is between the edges of these, and moves */
static const struct pmk_rect portrait = { 240, 40, 100, 320 };

static int setup(void **state)
{
	struct stage *s = calloc(1, sizeof *s);

	*state = s;
	if (!s || plate_open(&s->plate, &s->picture))
		return 1;
	s->random = 11;
	return 0;
}

static int teardown(void **state)
{
	struct stage *s = *state;

	pmk_plate_finish(&s->plate);
	pmk_image_free(&s->picture);
	free(s);
	return 0;
}

/* Cells of luma that differ by `noise` levels at most. */
static void add_noise(struct stage *s)
{
	int side = 1 << s->plate.halved;

	for (int y = 0; y + side <= H; y += side) {
		for (int x = 0; x + side <= W; x += side) {
			int d = s->noise ? (int)(unit_random(&s->random) % (uint32_t)(s->noise + 1)) : 0;

			for (int k = 0; k < side * side; k++) {
				uint8_t *luma = s->picture.plane[0] +
					(size_t)(y + k / side) * (size_t)s->picture.stride[0];

				luma[x + k % side] = (uint8_t)(luma[x + k % side] + d);
			}
		}
	}
}

/* The next picture: a person `x` px to the right of the left edge, with head and shoulders; and the portrait, of whom
 * `nod` px of the face have changed. The network joins them. */
static void look(struct stage *s, int x, int nod)
{
	const struct pmk_rect head = { x + 40, 120, 60, 80 }, body = { x, 200, 140, 160 },
			      face = { portrait.x + 30, portrait.y + 20, 40, 40 },
			      between = { x + 100, 300, portrait.x - x - 100, 60 },
			      mouth = { face.x, face.y + 8, 40, nod };

	plate_fill(&s->picture, &all, 110, 124, 130);
	plate_fill(&s->picture, &portrait, 150, 118, 140);
	plate_fill(&s->picture, &mouth, 60, 118, 140);
	plate_fill(&s->picture, &head, 90, 110, 156);
	plate_fill(&s->picture, &body, 60 + x % 7 * 6, 150, 110);
	add_noise(s);
	for (int i = 0; i < N * N; i++) {
		s->p[i] = plate_inside(&head, i) || plate_inside(&body, i) || plate_inside(&portrait, i) ||
				plate_inside(&between, i) ?
			1 :
			0.01f;
	}
	plate_look(&s->plate, &s->picture, s->p);
}

/* What is left of the portrait's upper half, which nobody hides. */
static float shown(const struct stage *s)
{
	const struct pmk_rect upper = { portrait.x + 8, portrait.y + 8, portrait.width - 16, 120 };

	return plate_mean(s->p, upper);
}

/* How far to the right the person is: to and fro, and at most up to the portrait. */
static int sway(int n)
{
	return 80 + plate_sway(n, 20);
}

static void test_a_portrait_that_touches(void **state)
{
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++)
		look(s, sway(n), 0);
	assert_true(shown(s) < 0.3f);
}

/* An arm that is moved across what the network takes for the body below the portrait does not wake it. */
static void test_a_person_who_leans_over(void **state)
{
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++)
		look(s, sway(n), 0);
	for (int n = 0; n < LOOKS; n++) {
		look(s, sway(n) + (n < 40 ? n : 40), 0);
		assert_true(shown(s) < 0.3f);
	}
}

/* Somebody who sat as still as a picture beside another one is back as soon as his face moves. */
static void test_who_begins_to_speak(void **state)
{
	struct stage *s = *state;

	for (int n = 0; n < LOOKS; n++)
		look(s, sway(n), 0);
	assert_true(shown(s) < 0.3f);
	for (int n = 0; n < 20; n++)
		look(s, sway(n), 8 + n % 3 * 8);
	assert_true(shown(s) > 0.9f);
}

/* Noise takes longer, and hides nothing for ever. The start is as long as that. */
static void test_noise_of_any_size(void **state)
{
	for (int noise = 0; noise <= 2; noise++) {
		struct stage *s = *state;

		s->noise = noise;
		pmk_plate_forget(&s->plate);
		for (int n = 0; n < LOOKS; n++) {
			assert_int_equal(pmk_plate_is_starting(&s->plate), n < (noise ? 46 : PMK_PLATE_START));
			look(s, sway(n), 0);
			assert_true(pmk_plate_is_starting(&s->plate) || shown(s) < 0.3f);
		}
		assert_true(shown(s) < 0.3f);
	}
}

/* At a start, hold back who does not stir, as a look does. */
static void hold_back(struct stage *s)
{
	bool alive[PMK_GROUPS_MOST];
	struct pmk_groups groups;

	if (!pmk_plate_is_starting(&s->plate))
		return;
	pmk_groups_find(&groups, s->p, N, N);
	pmk_groups_split(&groups);
	pmk_plate_find_alive(&s->plate, &groups, &all, alive);
	pmk_plate_hold_back(&s->plate, &groups, &all, alive);
	for (int i = 0; i < N * N; i++) {
		int label = groups.label[i / N / groups.size * groups.columns + i % N / groups.size];

		s->p[i] = label && !alive[label - 1] ? 0 : s->p[i];
	}
}

/* A portrait; a person beside it, who is smaller and comes close at picture `joins`; and one apart who moves. The
 * network joins the first two then, and there is no valley between them. */
static void look_at_three(struct stage *s, int n, int joins)
{
	const struct pmk_rect large = { 200, 20, 130, 280 }, third = { 20 + n % 20 * 4, 140, 80, 220 };
	const int x = n < joins ? 360 - 2 * n : 330;
	const struct pmk_rect head = { x + 10 + n % 4 * 2, 100, 40, 50 }, shirt = { x, 150, 70, 210 };

	plate_fill(&s->picture, &all, 110, 124, 130);
	plate_fill(&s->picture, &large, 150, 118, 140);
	plate_fill(&s->picture, &shirt, 60, 150, 110);
	plate_fill(&s->picture, &head, 90 + n % 5 * 6, 110, 156);
	plate_fill(&s->picture, &third, 180, 110, 156);
	for (int i = 0; i < N * N; i++) {
		s->p[i] = plate_inside(&large, i) || plate_inside(&head, i) || plate_inside(&shirt, i) ||
				plate_inside(&third, i) ?
			1 :
			0.01f;
	}
	pmk_plate_begin(&s->plate, &s->picture);
	pmk_plate_weigh(&s->plate, &all, s->p, N, N);
	hold_back(s);
	pmk_plate_end(&s->plate);
}

/* The person is shown when the start is over, whose shirt stands while the head moves, and the portrait never. */
static void test_a_person_beside_a_larger_portrait(void **state)
{
	const struct pmk_rect shirt = { 338, 166, 54, 180 }, large = { 208, 28, 114, 260 };
	struct stage *s = *state;

	for (int joins = 0; joins <= 15; joins += 15) {
		pmk_plate_forget(&s->plate);
		for (int n = 0; n < LOOKS; n++) {
			look_at_three(s, n, joins);
			assert_true(plate_mean(s->p, large) < 0.3f);
			assert_true(n <= PMK_PLATE_START || plate_mean(s->p, shirt) > 0.9f);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_portrait_that_touches, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_person_who_leans_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_begins_to_speak, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_person_beside_a_larger_portrait, setup, teardown),
		cmocka_unit_test_setup_teardown(test_noise_of_any_size, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
