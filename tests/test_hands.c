/* SPDX-License-Identifier: MIT */
/* A closer look at what may be hands, on drawn pictures: where it looks, what it takes, and what colours decide. */
#include "unit.h"

#include "find/hands/hands.h"
#include "find/hands/steady.h"

#include <errno.h>
#include <math.h>

enum { N = 64, W = 640, H = 640 };

/* A picture, and what a network would see in it: `body` surely, `hand` with probability .3 in the whole picture, and
 * closer with `closer`; in a study, the looks at all of it with `all`. */
struct stage {
	struct pmk_hands hands;
	struct pmk_study study;
	struct pmk_view view;
	struct pmk_image small;
	float closer, all, look[N * N];
	int looks, fails; /* looks that were taken; the one that fails, or 0 */
	uint64_t now_ns, between_ns; /* of a film */
};

static const struct pmk_rect all = { 0, 0, W, H }, body = { 200, 160, 240, 480 }, hand = { 470, 220, 90, 90 };

static bool inside(const struct pmk_rect *r, double x, double y)
{
	return x >= r->x && x < r->x + r->width && y >= r->y && y < r->y + r->height;
}

static void see(const struct pmk_rect *at, float in_hand, float *p)
{
	for (int i = 0; i < N * N; i++) {
		double x = at->x + (i % N + 0.5) * at->width / N, y = at->y + (i / N + 0.5) * at->height / N;

		p[i] = inside(&body, x, y) ? 0.98f : inside(&hand, x, y) ? in_hand : 0.02f;
	}
}

static int look(void *context, const struct pmk_rect *rect, bool mirrored, const float **probability)
{
	struct stage *s = context;

	(void)mirrored;
	assert_true(rect->x >= 0 && rect->y >= 0 && rect->x + rect->width <= W && rect->y + rect->height <= H);
	if (++s->looks == s->fails)
		return -EDOM;
	see(rect, rect->width > W / 2 ? s->all : s->closer, s->look);
	*probability = s->look;
	return 0;
}

/* The room is grey; body and hand are of one other colour, the hand of `tint`. */
static void draw(struct stage *s, const struct pmk_rect *at, int tint)
{
	for (int y = 0; y < N; y++) {
		for (int x = 0; x < N; x++) {
			double px = at->x + (x + 0.5) * at->width / N, py = at->y + (y + 0.5) * at->height / N;
			bool person = inside(&body, px, py), raised = inside(&hand, px, py);

			s->small.plane[0][y * s->small.stride[0] + x] = 120;
			s->small.plane[1][y / 2 * s->small.stride[1] + x / 2] = 128;
			s->small.plane[2][y / 2 * s->small.stride[2] + x / 2] = (uint8_t)(person ? 160 :
					raised                                                   ? tint :
												   128);
		}
	}
}

static const struct pmk_image *scale(void *context, const struct pmk_rect *rect)
{
	struct stage *s = context;

	draw(s, rect, 144); /* between both: it decides nothing */
	return &s->small;
}

static int setup(void **state)
{
	struct pmk_layout layout = { .width = N, .height = N };
	struct stage *s = calloc(1, sizeof *s);

	*state = s;
	if (!s)
		return 1;
	s->between_ns = 33400000;
	pmk_view_init(&s->view, W, H, 1, false);
	s->view.people = (struct pmk_box){ body.x, body.y, body.x + body.width, body.y + body.height };
	return pmk_hands_init(&s->hands, N, N) || pmk_study_init(&s->study, N, N) ||
		pmk_image_alloc(&s->small, &layout);
}

static int teardown(void **state)
{
	struct stage *s = *state;

	pmk_hands_finish(&s->hands);
	pmk_study_finish(&s->study);
	pmk_image_free(&s->small);
	free(s);
	return 0;
}

static float mean(const float *p, const struct pmk_rect *at, const struct pmk_rect *where)
{
	double sum = 0;
	int count = 0;

	for (int i = 0; i < N * N; i++) {
		double x = at->x + (i % N + 0.5) * at->width / N, y = at->y + (i / N + 0.5) * at->height / N;

		if (!inside(where, x, y))
			continue;
		sum += p[i];
		count++;
	}
	return count ? (float)(sum / count) : -1;
}

static void lower_nothing(void *context, const struct pmk_rect *rect, float *probability)
{
	(void)context;
	(void)rect;
	(void)probability;
}

static int study(struct stage *s, float closer, float *p)
{
	struct pmk_hands_eye eye = { s, look, scale, lower_nothing };

	s->closer = closer;
	s->looks = 0;
	s->all = closer;
	see(&all, 0.3f, p);
	return pmk_hands_study(&s->hands, &s->study, &s->view, &eye, &all, p);
}

/* A hand that is sure from close by is found, also in the part that is given; all else stays as it was. */
static void test_a_hand_is_found(void **state)
{
	struct stage *s = *state;
	float p[N * N];

	assert_int_equal(study(s, 0.95f, p), 0);
	assert_true(mean(p, &all, &hand) > 0.6f);
	assert_int_equal(s->hands.count, 1);
	assert_true(s->looks == PMK_HANDS_LOOKS);
	assert_true(inside(&s->hands.part[0].view, hand.x + hand.width / 2, hand.y + hand.height / 2));
	assert_true(mean(s->hands.part[0].probability, &s->hands.part[0].view, &hand) > 0.6f);
}

static void test_nothing_is_lowered(void **state)
{
	float p[N * N];

	assert_int_equal(study(*state, 0.02f, p), 0);
	assert_true(fabsf(mean(p, &all, &hand) - 0.3f) < 0.05f);
	assert_true(mean(p, &all, &body) > 0.97f);
}

/* How surely something `seen` beside the body, which was in doubt, is a hand. */
static double sureness(const struct pmk_rect *beside, const struct pmk_rect *seen)
{
	struct pmk_box people = { body.x, body.y, body.x + body.width, body.y + body.height };
	float before[N * N], after[N * N];

	for (int i = 0; i < N * N; i++) {
		double x = (i % N + 0.5) * W / N, y = (i / N + 0.5) * H / N;

		before[i] = inside(&body, x, y) || inside(beside, x, y) ? 0.98f : inside(seen, x, y) ? 0.3f : 0.02f;
		after[i] = inside(seen, x, y) ? 0.9f : before[i];
	}
	return pmk_doubt_hand(before, after, N, N, &all, &people);
}

/* What sticks out may be a hand; what fills a gap in a person, or is hardly to be seen, is none. */
static void test_a_hand_sticks_out(void **state)
{
	const struct pmk_rect none = { 0 }, arm = { 470, 160, 100, 300 }, gap = { 440, 240, 30, 60 },
			      speck = { 480, 240, 5, 5 };

	(void)state;
	assert_true(sureness(&none, &hand) == 1);
	assert_true(sureness(&arm, &gap) == 0);
	assert_true(sureness(&none, &speck) == 0);
}

/* Nothing is looked at where there is no doubt. */
static void test_who_is_sure_is_not_looked_at(void **state)
{
	struct stage *s = *state;
	struct pmk_hands_eye eye = { s, look, scale, lower_nothing };
	float p[N * N], q[N * N];

	see(&all, 0.02f, p);
	memcpy(q, p, sizeof p);
	s->looks = 0;
	assert_int_equal(pmk_hands_study(&s->hands, &s->study, &s->view, &eye, &all, p), 0);
	assert_int_equal(s->looks, 0);
	assert_int_equal(s->hands.count, 0);
	assert_memory_equal(p, q, sizeof p);
}

static void test_a_fault_is_told(void **state)
{
	struct stage *s = *state;
	float p[N * N];

	s->fails = 3;
	assert_int_equal(study(s, 0.95f, p), -EDOM);
	s->fails = 0;
}

/* Blocks of the person's colour become more likely person, and those of the room's less so. */
static void test_colours_decide(void **state)
{
	struct stage *s = *state;
	float p[N * N];

	see(&all, 0.3f, p);
	draw(s, &all, 160);
	pmk_colours_weigh(&s->hands.colours, &s->small, p, N, N);
	assert_true(mean(p, &all, &hand) > 0.6f);
	see(&all, 0.3f, p);
	draw(s, &all, 128);
	pmk_colours_weigh(&s->hands.colours, &s->small, p, N, N);
	assert_true(mean(p, &all, &hand) < 0.15f);
	see(&all, 0.3f, p);
	draw(s, &all, 160);
	pmk_colours_weigh(&s->hands.colours, &s->small, p, 0, 0);
	assert_true(fabsf(mean(p, &all, &hand) - 0.3f) < 1e-4f);
}

enum how { HELD, BRIGHTER, TINTED };

/* The samples of `where` become `value` in one plane. */
static void paint(struct stage *s, const struct pmk_rect *where, int plane, uint8_t value)
{
	int n = plane ? N / 2 : N;

	for (int i = 0; i < n * n; i++) {
		if (inside(where, (i % n + 0.5) * W / n, (i / n + 0.5) * H / n))
			s->small.plane[plane][i / n * s->small.stride[plane] + i % n] = value;
	}
}

/* A film's next picture. */
static int run(struct stage *s, struct pmk_hands_steady *f, float **seen)
{
	struct pmk_hands_eye eye = { s, look, scale, lower_nothing };

	s->now_ns += s->between_ns;
	return pmk_hands_steady_run(f, &s->hands, &s->study, &s->view, &eye, &all, &s->small, s->now_ns, seen);
}

/* The hand as a film's look sees it, after `pictures` more pictures, in which it is brighter, or of another colour and
 * as bright, in every second one. */
static float in_film(struct stage *s, struct pmk_hands_steady *f, int pictures, enum how how)
{
	float p[N * N], *seen = p;

	for (int k = 0; k < pictures; k++) {
		seen = p;
		see(&all, 0.3f, p);
		draw(s, &all, 144);
		if (how == BRIGHTER && k % 2)
			paint(s, &hand, 0, 160);
		if (how == TINTED && k % 2)
			paint(s, &hand, 1, 200);
		assert_int_equal(run(s, f, &seen), 0);
	}
	return mean(seen, &all, &hand);
}

/* The looks of a study: those at all of a person, and, if they leave a doubt, the closer ones. */
enum { STUDY = 2 * PMK_STUDY_PARTS, WITH_HAND = STUDY + PMK_HANDS_LOOKS };

/* In a film, a hand that is held up is studied, a look in each picture, and stays found. When it has moved, what was
 * found counts no longer. One that moves is not looked at, and neither is a picture that was forgotten. */
static void test_a_hand_held_up_in_a_film(void **state)
{
	struct stage *s = *state;
	struct pmk_hands_steady f;

	assert_int_equal(pmk_hands_steady_init(&f, N, N), 0);
	s->closer = 0.95f;
	s->all = 0.3f;
	s->looks = 0;
	assert_true(in_film(s, &f, 20, BRIGHTER) < 0.35f);
	assert_int_equal(s->looks, 0);
	assert_true(in_film(s, &f, 5 + WITH_HAND, HELD) > 0.6f);
	assert_int_equal(s->looks, WITH_HAND);
	assert_int_equal(s->hands.count, 1);
	assert_true(mean(s->hands.part[0].probability, &s->hands.part[0].view, &hand) > 0.6f);
	for (int k = 0; k < 100; k++)
		assert_true(in_film(s, &f, 1, HELD) > 0.6f);
	assert_int_equal(s->looks, WITH_HAND);
	for (int k = 0; k < 60; k++)
		assert_true(in_film(s, &f, 1, HELD) > 0.6f);
	assert_int_equal(s->looks, 2 * WITH_HAND); /* it was looked for again */
	assert_true(in_film(s, &f, 2, BRIGHTER) < 0.35f);
	assert_int_equal(s->hands.count, 0);
	assert_true(in_film(s, &f, 40, HELD) > 0.6f);
	assert_true(in_film(s, &f, 2, TINTED) < 0.35f); /* a wall that is as bright as the hand was */
	assert_true(in_film(s, &f, 40, HELD) > 0.6f);
	pmk_hands_steady_forget(&f);
	assert_true(in_film(s, &f, 1, HELD) < 0.35f);
	pmk_hands_steady_finish(&f);
}

/* What single looks see, and the looks of a study do not, goes while it stands still. */
static void test_a_film_is_studied(void **state)
{
	struct stage *s = *state;
	struct pmk_hands_steady f;

	assert_int_equal(pmk_hands_steady_init(&f, N, N), 0);
	s->all = s->closer = 0.02f;
	s->looks = 0;
	assert_true(in_film(s, &f, 12, HELD) < 0.05f);
	assert_int_equal(s->looks, STUDY);
	assert_true(in_film(s, &f, 2, TINTED) > 0.25f);
	pmk_hands_steady_finish(&f);
}

/* Of pictures that come seldom, each has one more look at most, so that they do not come more seldom yet; and what was
 * found counts no longer than in others: after 4 s it is looked for again. */
static void test_a_slow_film(void **state)
{
	struct stage *s = *state;
	struct pmk_hands_steady f;

	assert_int_equal(pmk_hands_steady_init(&f, N, N), 0);
	s->closer = 0.95f;
	s->all = 0.3f;
	s->looks = 0;
	s->between_ns = 100000000;
	for (int k = 0; k < 3 + WITH_HAND; k++) {
		int before = s->looks;

		in_film(s, &f, 1, HELD);
		assert_true(s->looks <= before + 1);
	}
	assert_true(in_film(s, &f, 1, HELD) > 0.6f);
	assert_int_equal(s->looks, WITH_HAND);
	in_film(s, &f, 30, HELD);
	assert_int_equal(s->looks, WITH_HAND);
	in_film(s, &f, 12 + WITH_HAND, HELD);
	assert_int_equal(s->looks, 2 * WITH_HAND);
	pmk_hands_steady_finish(&f);
}

/* What stands so still that every third picture alone is looked at is studied in as much time as others. */
static void test_skipped_pictures(void **state)
{
	struct stage *s = *state;
	struct pmk_hands_steady f;

	assert_int_equal(pmk_hands_steady_init(&f, N, N), 0);
	s->closer = s->all = 0.95f;
	s->looks = 0;
	s->between_ns = 100200000;
	for (int k = 0; k < 5; k++) {
		pmk_hands_steady_skip(&f);
		pmk_hands_steady_skip(&f);
		in_film(s, &f, 1, HELD);
	}
	assert_int_equal(s->looks, STUDY);
	assert_true(in_film(s, &f, 1, HELD) > 0.6f);
	pmk_hands_steady_finish(&f);
}

/* Of pictures that come often, every second or so has one more look: one in 33 ms. */
static void test_a_fast_film(void **state)
{
	struct stage *s = *state;
	struct pmk_hands_steady f;
	uint64_t began_ns = 0;

	assert_int_equal(pmk_hands_steady_init(&f, N, N), 0);
	s->closer = 0.95f;
	s->all = 0.3f;
	s->looks = 0;
	s->between_ns = 16700000;
	for (int k = 0; k < 60 && s->looks < WITH_HAND; k++) {
		in_film(s, &f, 1, HELD);
		if (s->looks && !began_ns)
			began_ns = s->now_ns;
		assert_true(!s->looks || (uint64_t)(s->looks - 1) <= (s->now_ns - began_ns) / 33000000);
	}
	assert_int_equal(s->looks, WITH_HAND);
	assert_true(in_film(s, &f, 1, HELD) > 0.6f);
	pmk_hands_steady_finish(&f);
}

/* Somebody in the wall's colour goes, and no hand was found: of what was kept around a doubt, some looks as before. */
static void test_who_goes_is_forgotten(void **state)
{
	static const struct pmk_rect upper = { 360, 150, 80, 150 }, lower = { 385, 320, 50, 60 };
	struct stage *s = *state;
	struct pmk_hands_steady f;
	float p[N * N] = { 0 }, *seen = p;

	assert_int_equal(pmk_hands_steady_init(&f, N, N), 0);
	s->all = s->closer = 0.02f;
	assert_true(in_film(s, &f, 14, HELD) < 0.05f);
	draw(s, &all, 144);
	assert_int_equal(run(s, &f, &seen), 0);
	assert_true(mean(seen, &all, &lower) > 0.9f); /* what was found counts */
	seen = p;
	memset(p, 0, sizeof p);
	paint(s, &upper, 0, 200);
	assert_int_equal(run(s, &f, &seen), 0);
	assert_true(mean(seen, &all, &lower) < 0.1f);
	pmk_hands_steady_finish(&f);
}

/* A fault of a look is told, and the next picture begins anew. */
static void test_a_fault_in_a_film(void **state)
{
	struct stage *s = *state;
	struct pmk_hands_steady f;
	float p[N * N], *seen;
	int err = 0;

	assert_int_equal(pmk_hands_steady_init(&f, N, N), 0);
	s->looks = 0;
	s->fails = 2;
	s->closer = s->all = 0.95f;
	for (int k = 0; k < 12 && !err; k++) {
		seen = p;
		see(&all, 0.3f, p);
		draw(s, &all, 144);
		err = run(s, &f, &seen);
	}
	assert_int_equal(err, -EDOM);
	s->fails = 0;
	s->looks = 0;
	assert_true(in_film(s, &f, 20, HELD) > 0.6f);
	assert_int_equal(s->looks, STUDY); /* all of one study */
	pmk_hands_steady_finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_hand_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_is_lowered, setup, teardown),
		cmocka_unit_test(test_a_hand_sticks_out),
		cmocka_unit_test_setup_teardown(test_who_is_sure_is_not_looked_at, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_fault_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_hand_held_up_in_a_film, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_fault_in_a_film, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_film_is_studied, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_slow_film, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_fast_film, setup, teardown),
		cmocka_unit_test_setup_teardown(test_skipped_pictures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_goes_is_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(test_colours_decide, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
