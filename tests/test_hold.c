/* SPDX-License-Identifier: MIT */
/* Somebody whom the network misses for some pictures: the real chain, with a network that can be blinded. */
#include "unit.h"

#include "base/clock.h"
#include "draw/presenter.h"
#include "find/person.h"
#include "scene/scene.h"

#include <string.h>

enum { W = 1280, H = 720, SEEN = 16, MOST_HELD = 3 };

static bool blind; /* the network sees nobody */

int __real_pmk_person_probability(const struct pmk_model_card *card, const float *output, float *probability);
int __wrap_pmk_person_probability(const struct pmk_model_card *card, const float *output, float *probability);

int __wrap_pmk_person_probability(const struct pmk_model_card *card, const float *output, float *probability)
{
	int err = __real_pmk_person_probability(card, output, probability);

	if (blind)
		memset(probability, 0, (size_t)card->output_width * (size_t)card->output_height * sizeof *probability);
	return err;
}

struct stage {
	struct pmk_layout layout;
	struct pmk_frame_pool *pool;
	struct pmk_frame *frame, *drawn;
	struct pmk_presenter *presenter;
	struct pmk_scene *scene;
	struct pmk_mask truth, moved;
};

static int setup(void **state)
{
	struct pmk_scene_settings settings = { .model = "auto",
		.threads = 1,
		.backdrop = "green",
		.refine = { .mode = PMK_REFINE_GUIDED,
			.threshold = -1,
			.smooth = 0.8 / 0.9,
			.erode = -1,
			.dilate = -1,
			.feather = -1 } };
	struct stage *s = calloc(1, sizeof *s);

	*state = s;
	if (!s)
		return 1;
	s->layout = (struct pmk_layout){ .width = W, .height = H };
	s->pool = pmk_frame_pool_create(2);
	s->frame = pmk_frame_pool_take(s->pool, &s->layout);
	s->drawn = pmk_frame_pool_take(s->pool, &s->layout);
	blind = false;
	return pmk_presenter_create(W, H, 1, &s->presenter) || pmk_scene_create(&settings, &s->layout, 1, &s->scene) ||
		pmk_mask_alloc(&s->truth, W, H) || pmk_mask_alloc(&s->moved, W, H);
}

static int teardown(void **state)
{
	struct stage *s = *state;

	pmk_mask_free(&s->truth);
	pmk_mask_free(&s->moved);
	pmk_scene_destroy(s->scene);
	pmk_presenter_destroy(s->presenter);
	pmk_frame_unref(s->frame);
	pmk_frame_unref(s->drawn);
	pmk_frame_pool_destroy(s->pool);
	free(s);
	return 0;
}

/* The presenter, `off` px to the right of the room's middle; the room is one colour. */
static void draw(struct stage *s, double time_s, int off)
{
	static const uint8_t wall[3] = { 120, 135, 120 };

	pmk_presenter_draw_image(s->presenter, time_s, &s->drawn->image, &s->truth);
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			int from = x - off, alpha = 0;

			if (from >= 0 && from < W)
				alpha = s->truth.alpha[(size_t)y * s->truth.stride + from];
			s->moved.alpha[(size_t)y * s->moved.stride + x] = (uint8_t)alpha;
			for (int k = 0; k < 3; k++) {
				int half = k ? 1 : 0;
				uint8_t *to = s->frame->image.plane[k] +
					(size_t)(y >> half) * s->frame->image.stride[k] + (x >> half);
				const uint8_t *at = s->drawn->image.plane[k] +
					(size_t)(y >> half) * s->drawn->image.stride[k] + (from >> half);

				*to = alpha > 127 ? *at : wall[k];
			}
		}
	}
}

/* The share of the true person that is shown; in *extra, what is shown besides, of the same area. */
static double shown(const struct stage *s, const struct pmk_mask *mask, double *extra)
{
	int person = 0, both = 0, more = 0;

	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			bool truth = s->moved.alpha[(size_t)y * s->moved.stride + x] > 127,
			     is = mask->alpha[(size_t)y * mask->stride + x] > 127;

			person += truth;
			both += truth && is;
			more += is && !truth;
		}
	}
	*extra = person ? (double)more / person : more;
	return person ? (double)both / person : 0;
}

static const struct pmk_mask *mask_of(struct stage *s, int number)
{
	const struct pmk_mask *mask;

	s->frame->number = (uint64_t)number;
	s->frame->time_ns = PMK_S_NS + (uint64_t)number * 33 * PMK_MS_NS;
	assert_int_equal(pmk_scene_mask(s->scene, s->frame, &mask, NULL), 0);
	return mask;
}

/* A person who moves by `step` px a picture stays while the network is blind for up to three pictures, and is
 * gone in the fourth; then he is found again at once. */
static void stays(struct stage *s, int step)
{
	for (int i = 0; i < SEEN + MOST_HELD + 4; i++) {
		double found, extra;

		blind = i >= SEEN && i <= SEEN + MOST_HELD;
		draw(s, 1 + i / 30.0, (i - SEEN / 2 > 0 ? i - SEEN / 2 : 0) * step - 4 * step);
		found = shown(s, mask_of(s, i), &extra);
		if (i >= SEEN - 1)
			printf("step %d, picture %d: %.4f of the person, %.4f besides\n", step, i, found, extra);
		if (i == SEEN + MOST_HELD)
			assert_true(found < 0.01);
		else if (i >= SEEN - 1)
			assert_true(found > 0.93 && extra < 0.1);
	}
}

static void test_who_sits_does_not_vanish(void **state)
{
	stays(*state, 0);
}

static void test_who_moves_does_not_vanish(void **state)
{
	stays(*state, 24);
}

/* A person who is not to be seen has gone, in that very picture. */
static void test_who_has_gone_is_gone(void **state)
{
	struct stage *s = *state;

	for (int i = 0; i <= SEEN; i++) {
		const struct pmk_mask *mask;
		double extra;

		draw(s, 1 + i / 30.0, i < SEEN ? 0 : W);
		blind = i == SEEN;
		mask = mask_of(s, i);
		if (i < SEEN)
			assert_true(i < SEEN / 2 || shown(s, mask, &extra) > 0.93);
		else
			assert_true(shown(s, mask, &extra) == 0 && extra == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_who_sits_does_not_vanish, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_moves_does_not_vanish, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_has_gone_is_gone, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
