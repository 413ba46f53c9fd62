/* SPDX-License-Identifier: MIT */
/* The cross-fade of backdrops: what it shows, and what it frees. */
#include "unit.h"

#include "base/clock.h"
#include "compose/backdrop_fade.h"

#include <stdatomic.h>

enum { W = 40, H = 22, MS = 300, MOST = 60000 };

static const struct pmk_layout layout = { .width = W, .height = H };
static const uint64_t begin_ns = 7 * PMK_S_NS;

static atomic_int alive;

/* A backdrop of one level, which writes rows or has a picture. */
struct plain {
	struct pmk_backdrop base;
	uint8_t level;
	int fade_ms;
};

static const struct pmk_image *begin_picture(
	struct pmk_backdrop *b, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	*stays = true;
	return &b->cover;
}

static const struct pmk_image *begin_rows(
	struct pmk_backdrop *b, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	return NULL;
}

static void write_rows(struct pmk_backdrop *b, int row, struct pmk_image *out)
{
	uint8_t level = ((struct plain *)b)->level;

	for (int p = 0; p < 3; p++) {
		int cell = p ? PMK_CELL / 2 : PMK_CELL, end = (row + 1) * cell,
		    height = pmk_layout_plane_height(&layout, p);

		for (int y = row * cell; y < (end < height ? end : height); y++)
			memset(out->plane[p] + (size_t)y * out->stride[p], level,
				(size_t)pmk_layout_plane_width(&layout, p));
	}
}

static void set_fade(struct pmk_backdrop *b, int ms)
{
	((struct plain *)b)->fade_ms = ms;
}

static void destroy(struct pmk_backdrop *b)
{
	pmk_image_free(&b->cover);
	free(b);
	atomic_fetch_sub(&alive, 1);
}

static const struct pmk_backdrop_impl pictures = { .begin = begin_picture, .set_fade = set_fade, .destroy = destroy };
static const struct pmk_backdrop_impl rows = { .begin = begin_rows, .write = write_rows, .destroy = destroy };

static struct pmk_backdrop *plain(uint8_t level, bool writes)
{
	struct plain *p = calloc(1, sizeof *p);

	assert_non_null(p);
	p->base.impl = writes ? &rows : &pictures;
	p->level = level;
	assert_int_equal(pmk_image_alloc(&p->base.cover, &layout), 0);
	pmk_image_fill(&p->base.cover, (uint8_t[]){ level, level, level });
	atomic_fetch_add(&alive, 1);
	return &p->base;
}

static struct pmk_backdrop *fade(struct pmk_backdrop *from, struct pmk_backdrop *to, uint64_t now_ns)
{
	struct pmk_backdrop *made = NULL;

	assert_int_equal(pmk_backdrop_fade_create(to, MS, &made), 0);
	assert_int_equal(made->cover.plane[0][0], to->cover.plane[0][0]);
	pmk_backdrop_destroy(pmk_backdrop_fade_start(made, from, now_ns));
	return made;
}

/* The level that is shown at a time, the same everywhere. */
static int shown(struct pmk_backdrop *b, uint64_t time_ns, bool *stays)
{
	struct pmk_frame frame = { .time_ns = time_ns, .position_ns = -1 };
	struct pmk_cells cells = { .rows = (H + PMK_CELL - 1) / PMK_CELL };
	const struct pmk_image *picture;
	struct pmk_image written;
	int level;

	assert_int_equal(pmk_image_alloc(&written, &layout), 0);
	*stays = false;
	picture = b->impl->begin(b, &frame, &cells, stays);
	for (int row = 0; !picture && row < cells.rows; row++)
		b->impl->write(b, row, &written);
	picture = picture ? picture : &written;
	level = picture->plane[0][0];
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&layout, p); y++) {
			for (int x = 0; x < pmk_layout_plane_width(&layout, p); x++)
				assert_int_equal(picture->plane[p][(size_t)y * picture->stride[p] + x], level);
		}
	}
	pmk_image_free(&written);
	return level;
}

static int level_at(struct pmk_backdrop *b, int ms)
{
	bool stays;

	return shown(b, begin_ns + (uint64_t)ms * PMK_MS_NS, &stays);
}

/* What is freed by a thread is gone soon. */
static void wait_until_at_most(int count)
{
	uint64_t end = pmk_clock_now_ns() + MOST * PMK_MS_NS;

	while (atomic_load(&alive) > count && pmk_clock_now_ns() < end)
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	assert_in_range(atomic_load(&alive), 0, count);
}

static void test_ends_are_exact_and_the_middle_is_the_mix(void **state)
{
	for (int kinds = 0; kinds < 4; kinds++) {
		struct pmk_backdrop *f = fade(plain(40, kinds & 1), plain(200, kinds & 2), begin_ns);
		int last = 40;

		assert_int_equal(level_at(f, 0), 40);
		for (int ms = 10; ms < MS; ms += 10) {
			int level = level_at(f, ms);

			assert_in_range(level, 40 + 160 * ms / MS - 1, 40 + 160 * ms / MS + 1);
			assert_true(level >= last);
			last = level;
		}
		assert_int_equal(level_at(f, MS / 2), 120);
		assert_int_equal(atomic_load(&alive), 2);
		assert_int_equal(level_at(f, MS), 200);
		wait_until_at_most(1);
		assert_int_equal(level_at(f, 10), 200);
		pmk_backdrop_destroy(f);
		wait_until_at_most(0);
	}
}

/* The composer keeps what it has written only where the picture is the same as before. */
static void test_tells_when_it_stays(void **state)
{
	struct pmk_backdrop *f = fade(plain(40, false), plain(200, false), begin_ns);
	bool stays;

	for (int i = 0; i < 4; i++) {
		shown(f, begin_ns + (uint64_t)(i < 2 ? i : MS) * PMK_MS_NS, &stays);
		assert_int_equal(stays, i == 3);
	}
	pmk_backdrop_destroy(f);
}

static void test_time_that_jumps_ends_it(void **state)
{
	struct pmk_backdrop *f = fade(plain(40, false), plain(200, false), begin_ns);
	bool stays;

	assert_int_equal(shown(f, begin_ns - 1, &stays), 200);
	pmk_backdrop_destroy(f);
	wait_until_at_most(0);
}

/* It goes on from what was shown, and stands on one picture. */
static void test_change_during_a_fade(void **state)
{
	struct pmk_backdrop *f = fade(plain(40, true), plain(200, false), begin_ns);

	assert_int_equal(level_at(f, 150), 120);
	f = fade(f, plain(20, true), begin_ns + 150 * PMK_MS_NS);
	wait_until_at_most(1);
	assert_int_equal(level_at(f, 150), 120);
	assert_in_range(level_at(f, 300), 69, 71);
	assert_int_equal(level_at(f, 450), 20);
	pmk_backdrop_destroy(f);
	wait_until_at_most(0);
}

static void test_change_before_anything_was_shown(void **state)
{
	struct pmk_backdrop *f = fade(plain(40, false), plain(200, false), begin_ns);

	f = fade(f, plain(100, false), begin_ns);
	wait_until_at_most(2);
	assert_int_equal(level_at(f, 0), 40);
	assert_int_equal(level_at(f, 150), 70);
	pmk_backdrop_destroy(f);
	wait_until_at_most(0);
}

/* However fast backdrops change, with frames between them or without, only two are kept. */
static void test_many_changes(void **state)
{
	struct pmk_backdrop *b = plain(10, false);
	uint32_t random = 13;
	int ms = 0;

	for (int i = 0; i < 100; i++) {
		bool frame = unit_random(&random) % 2;

		b = fade(b, plain((uint8_t)(16 + i), i % 3 == 0), begin_ns + (uint64_t)ms * PMK_MS_NS);
		ms += (int)(unit_random(&random) % 100);
		if (frame)
			level_at(b, ms);
		wait_until_at_most(2);
	}
	assert_int_equal(level_at(b, ms + MS), 115);
	wait_until_at_most(1);
	pmk_backdrop_destroy(b);
	wait_until_at_most(0);
}

static void test_hands_on_how_long(void **state)
{
	struct pmk_backdrop *to = plain(200, false), *f = fade(plain(40, true), to, begin_ns);

	pmk_backdrop_set_fade(f, 77);
	assert_int_equal(((struct plain *)to)->fade_ms, 77);
	pmk_backdrop_destroy(f);
	f = NULL;
	assert_int_equal(pmk_backdrop_fade_create(plain(1, false), MS, &f), 0);
	pmk_backdrop_destroy(f); /* it was never begun */
	wait_until_at_most(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends_are_exact_and_the_middle_is_the_mix),
		cmocka_unit_test(test_tells_when_it_stays),
		cmocka_unit_test(test_time_that_jumps_ends_it),
		cmocka_unit_test(test_change_during_a_fade),
		cmocka_unit_test(test_change_before_anything_was_shown),
		cmocka_unit_test(test_many_changes),
		cmocka_unit_test(test_hands_on_how_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
