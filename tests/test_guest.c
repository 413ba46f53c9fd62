/* SPDX-License-Identifier: MIT */
/* Somebody who comes in while another one is followed: when a look of his own is taken, and what becomes of it. */
#include "unit.h"

#include "find/guest.h"

#include <math.h>

enum { W = 1280, H = 720, N = 128 };

/* px: who is followed, and the newcomer */
static const struct pmk_box host = { 400, 180, 860, H }, newcomer = { 1040, 330, 1270, H };
static const struct pmk_box nothing = { 0, 0, 0, 0 };

struct stage {
	struct pmk_guest guest;
	struct pmk_view view;
	float others[N * N], look[N * N];
};

static int setup(void **state)
{
	struct stage *s = calloc(1, sizeof *s);

	*state = s;
	if (!s || pmk_guest_init(&s->guest, N, N))
		return 1;
	pmk_view_init(&s->view, W, H, 1, false);
	pmk_view_turn_to(&s->view, &host);
	return 0;
}

static int teardown(void **state)
{
	struct stage *s = *state;

	pmk_guest_finish(&s->guest);
	free(s);
	return 0;
}

/* A look at `rect` that finds those who are in `box`. */
static void draw(float *p, const struct pmk_rect *rect, const struct pmk_box *box)
{
	for (int i = 0; i < N * N; i++) {
		double x = rect->x + (i % N + 0.5) * rect->width / N, y = rect->y + (i / N + 0.5) * rect->height / N;

		p[i] = x >= box->left && x < box->right && y >= box->top && y < box->bottom;
	}
}

static float at(const float *p, const struct pmk_rect *rect, double x, double y)
{
	return p[(int)((y - rect->y) * N / rect->height) * N + (int)((x - rect->x) * N / rect->width)];
}

/* A picture in which the plate shows `novel` and a look of its own finds `found`. Returns the joined look. */
static float *picture(struct stage *s, const struct pmk_box *novel, const struct pmk_box *found, struct pmk_rect *seen)
{
	*seen = s->view.rect;
	draw(s->others, seen, &host);
	if (!pmk_guest_wants_look(&s->guest, &s->view, novel))
		return s->others;
	draw(s->look, &s->guest.view, found);
	return pmk_guest_see(&s->guest, &s->view, s->look, seen, s->others);
}

static void test_a_newcomer_is_joined_at_once(void **state)
{
	struct stage *s = *state;
	struct pmk_rect seen;
	float *p = picture(s, &newcomer, &newcomer, &seen);

	assert_true(s->guest.found);
	assert_true(seen.x <= s->view.rect.x && seen.x + seen.width >= 1270);
	assert_true(at(p, &seen, 1150, 500) > 0.99f);
	assert_true(at(p, &seen, 600, 500) > 0.99f);
	assert_true(at(p, &seen, 950, 500) < 0.01f);
}

/* Half of somebody, at the picture's edge, is in the middle of the look. */
static void test_the_edge_of_the_picture(void **state)
{
	static const struct pmk_box half = { 1200, 340, W, H };
	struct stage *s = *state;
	struct pmk_rect seen;

	picture(s, &half, &half, &seen);
	assert_true(s->guest.found);
	assert_true(fabs(s->guest.view.x + s->guest.view.width / 2.0 - 1240) < 60);
	assert_true(s->guest.view.y + s->guest.view.height <= H);
	assert_true(seen.x + seen.width <= W || seen.x + seen.width == s->view.rect.x + s->view.rect.width);
}

static void test_followed_without_the_plate(void **state)
{
	struct stage *s = *state;
	struct pmk_rect seen;

	picture(s, &newcomer, &newcomer, &seen);
	for (int n = 0; n < 20; n++) {
		struct pmk_box moved = { newcomer.left - 6 * n, newcomer.top, newcomer.right - 6 * n, H };
		float *p = picture(s, &nothing, &moved, &seen);

		assert_true(at(p, &seen, (moved.left + moved.right) / 2, 500) > 0.99f);
	}
}

static void test_a_guest_who_goes(void **state)
{
	struct stage *s = *state;
	struct pmk_rect seen;

	picture(s, &newcomer, &newcomer, &seen);
	for (int n = 0; n < 3; n++)
		picture(s, &nothing, &nothing, &seen);
	assert_false(s->guest.found);
	assert_ptr_equal(picture(s, &nothing, &nothing, &seen), s->others);
	assert_memory_equal(&seen, &s->view.rect, sizeof seen);
}

/* Something that moves and is nobody costs few looks. */
static void test_a_curtain(void **state)
{
	struct stage *s = *state;

	for (int pause = 1; pause <= 3; pause++) { /* without any, and so that each second or third picture is new */
		int looks = 0;

		pmk_guest_forget(&s->guest);
		for (int n = 0; n < 100; n++) {
			struct pmk_rect seen = s->view.rect;

			if (!pmk_guest_wants_look(&s->guest, &s->view, n % pause ? &nothing : &newcomer))
				continue;
			draw(s->look, &s->guest.view, &nothing);
			assert_ptr_equal(pmk_guest_see(&s->guest, &s->view, s->look, &seen, s->others), s->others);
			looks++;
		}
		assert_in_range(looks, 8, pause == 1 ? 16 : 26);
	}
}

static void test_who_gets_no_look(void **state)
{
	static const struct pmk_box small = { 1100, 400, 1130, 460 }, behind = { 450, 200, 800, 600 },
				    arm = { 820, 400, 880, 600 };
	struct stage *s = *state;

	assert_false(pmk_guest_wants_look(&s->guest, &s->view, &nothing));
	assert_false(pmk_guest_wants_look(&s->guest, &s->view, &small));
	assert_false(pmk_guest_wants_look(&s->guest, &s->view, &behind));
	assert_false(pmk_guest_wants_look(&s->guest, &s->view, &arm));
	pmk_view_set_nearest(&s->view, true);
	assert_false(pmk_guest_wants_look(&s->guest, &s->view, &newcomer));
	pmk_view_set_nearest(&s->view, false);
	pmk_view_forget(&s->view);
	assert_false(pmk_guest_wants_look(&s->guest, &s->view, &newcomer));
}

/* So that the view of the others does not grow towards the guest. */
static void test_the_others_leave_the_guest_out(void **state)
{
	static const struct pmk_rect all = { 0, 0, W, H };
	struct stage *s = *state;
	struct pmk_rect seen;

	draw(s->look, &all, &newcomer);
	pmk_guest_leave_out(&s->guest, &s->view, &all, s->look, N, N);
	assert_true(at(s->look, &all, 1150, 500) == 1);
	picture(s, &newcomer, &newcomer, &seen);
	for (int i = 0; i < N * N; i++)
		s->look[i] = 1;
	pmk_guest_leave_out(&s->guest, &s->view, &all, s->look, N, N);
	assert_true(at(s->look, &all, 1150, 500) == 0);
	assert_true(at(s->look, &all, 600, 500) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_newcomer_is_joined_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_edge_of_the_picture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_followed_without_the_plate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_guest_who_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_curtain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_gets_no_look, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_others_leave_the_guest_out, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
