/* SPDX-License-Identifier: MIT */
/* --match: the backdrop moves towards the camera's light and grain, slowly, and nothing else of the camera gets in. */
#include "unit.h"

#include "compose/backdrop.h"
#include "compose/compose.h"
#include "played.h"

#include <math.h>

enum { W = 322, H = 182 };
static const uint64_t FRAME_NS = 33333333;

struct set {
	struct pmk_match *match;
	struct pmk_composer *composer;
	struct pmk_frame_pool *pool;
	struct pmk_frame *frame;
	struct pmk_image behind;
	struct played *backdrop; /* `behind` */
	struct pmk_mask mask;
	uint64_t now_ns;
};

/* Roughly normal noise of that spread. */
static int noise(uint32_t *seed, double spread)
{
	int sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (int)(unit_random(seed) & 1023);
	return (int)lround((sum / 1023.0 - 6) * spread);
}

static uint8_t byte(int value)
{
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* Draw stripes of luma around `yuv`, `contrast` each way, with noise on luma. */
static void draw(struct pmk_image *image, const uint8_t yuv[3], int contrast, double spread, uint32_t seed)
{
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++) {
			for (int x = 0; x < pmk_layout_plane_width(&image->layout, p); x++) {
				int more = p ? 0 : (x / 40 % 2 ? contrast : -contrast) + noise(&seed, spread);
				image->plane[p][(size_t)y * image->stride[p] + x] = byte(yuv[p] + more);
			}
		}
	}
}

static void put_person(struct set *s, bool there)
{
	memset(s->mask.alpha, 0, (size_t)s->mask.stride * H);
	for (int y = 60; there && y < H; y++)
		memset(s->mask.alpha + (size_t)y * s->mask.stride + 120, 255, 80);
}

static const uint8_t bright_cold[3] = { 170, 140, 118 }, dim_warm[3] = { 80, 112, 146 };

static struct set make(double strength, enum pmk_chroma chroma, enum pmk_range range)
{
	struct pmk_layout out = { .width = W, .height = H, .chroma = chroma }, in = out;
	struct set s = { 0 };

	in.range = range;
	s.pool = pmk_frame_pool_create(1);
	s.frame = pmk_frame_pool_take(s.pool, &in);
	assert_int_equal(pmk_composer_create(&out, 2, &s.composer), 0);
	assert_int_equal(pmk_match_create(&out, strength, &s.match), 0);
	assert_int_equal(pmk_image_alloc(&s.behind, &out), 0);
	assert_int_equal(pmk_mask_alloc(&s.mask, W, H), 0);
	draw(&s.behind, bright_cold, 30, 0, 1);
	draw(&s.frame->image, dim_warm, 20, 0, 2);
	put_person(&s, true);
	pmk_match_backdrop(s.match, &s.behind);
	s.backdrop = played_create(&s.behind, false);
	pmk_composer_set_backdrop(s.composer, &s.backdrop->base);
	pmk_composer_set_match(s.composer, s.match);
	return s;
}

static void finish(struct set *s)
{
	pmk_composer_destroy(s->composer);
	pmk_backdrop_destroy(&s->backdrop->base);
	pmk_match_destroy(s->match);
	pmk_mask_free(&s->mask);
	pmk_image_free(&s->behind);
	pmk_frame_unref(s->frame);
	pmk_frame_pool_destroy(s->pool);
}

static struct pmk_shown *step(struct set *s)
{
	struct pmk_shown *shown;

	s->mask.number = ++s->frame->number;
	s->now_ns += FRAME_NS;
	pmk_match_see(s->match, s->frame, &s->mask, NULL, s->now_ns);
	assert_int_equal(pmk_compose(s->composer, s->frame, &s->mask, &shown), 0);
	return shown;
}

/* The mean of a plane where nobody is: the upper 50 rows of luma. */
static double mean_of(const struct pmk_image *image, int plane)
{
	double sum = 0;
	int width = pmk_layout_plane_width(&image->layout, plane);

	for (int y = 0; y < 25; y++) {
		for (int x = 0; x < width; x++)
			sum += image->plane[plane][(size_t)y * image->stride[plane] + x];
	}
	return sum / (25.0 * width);
}

static void means_of(struct set *s, double mean[3])
{
	struct pmk_shown *shown = step(s);

	for (int p = 0; p < 3; p++)
		mean[p] = mean_of(pmk_shown_image(shown), p);
	pmk_shown_unref(shown);
}

/* A warm dim camera before a cold bright backdrop: with the first picture all three means come nearer, the more so the
 * greater the strength, and within the limits. */
static void test_backdrop_comes_near(void **state)
{
	for (int n = 0; n < 4; n++) {
		double last[3] = { 0 };

		for (int strength = 0; strength <= 2; strength++) {
			struct set s = make(strength ? strength * 0.5 : 0.01, n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420,
				n & 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED);
			double mean[3];

			means_of(&s, mean);
			assert_true(fabs(mean[0] - mean_of(&s.behind, 0)) <= PMK_MATCH_LUMA * strength * 0.5 + 2.5);
			assert_true(strength == 0 || mean[0] < last[0] - 12);
			assert_true(strength == 0 || mean[1] < last[1] - 2.5);
			assert_true(strength == 0 || mean[2] > last[2] + 2.5);
			memcpy(last, mean, sizeof last);
			finish(&s);
		}
	}
}

/* The lamp goes out: the backdrop follows, never by more than its slowest step in a frame, and is there after ten
 * seconds. */
static void test_light_moves_slowly(void **state)
{
	static const uint8_t dark[3] = { 40, 128, 128 };
	struct set s = make(1, PMK_CHROMA_420, PMK_RANGE_LIMITED);
	double before[3], mean[3], first;

	draw(&s.frame->image, bright_cold, 30, 0, 3);
	means_of(&s, before);
	first = before[0];
	assert_true(fabs(first - mean_of(&s.behind, 0)) < 2);
	draw(&s.frame->image, dark, 30, 0, 3);
	for (int i = 0; i < 300; i++) {
		means_of(&s, mean);
		for (int p = 0; p < 3; p++)
			assert_true(fabs(mean[p] - before[p]) <= 1);
		assert_true(mean[0] <= before[0] + 0.1);
		memcpy(before, mean, sizeof before);
	}
	assert_true(first - mean[0] > PMK_MATCH_LUMA - 4);
	finish(&s);
}

/* Before anybody comes nothing changes, bit for bit; after everybody has left, the backdrop stays as it was, whatever
 * the room does. */
static void test_nobody_moves_nothing(void **state)
{
	struct set s = make(1, PMK_CHROMA_420, PMK_RANGE_LIMITED);
	double with[3], without[3];
	struct pmk_shown *shown;

	put_person(&s, false);
	shown = step(&s);
	for (int y = 0; y < H; y++)
		assert_memory_equal(pmk_shown_image(shown)->plane[0] + (size_t)y * pmk_shown_image(shown)->stride[0],
			s.behind.plane[0] + (size_t)y * s.behind.stride[0], W);
	pmk_shown_unref(shown);
	put_person(&s, true);
	means_of(&s, with);
	put_person(&s, false);
	draw(&s.frame->image, (const uint8_t[3]){ 230, 90, 90 }, 5, 0, 4);
	for (int i = 0; i < 60; i++)
		means_of(&s, without);
	for (int p = 0; p < 3; p++)
		assert_true(with[p] == without[p]);
	finish(&s);
}

/* The spread of luma relative to the same picture from a camera without noise. */
static double grain_of(double spread, enum pmk_range range)
{
	struct set s = make(1, PMK_CHROMA_420, range), clean = make(1, PMK_CHROMA_420, range);
	double square = 0, sum = 0;
	struct pmk_shown *a, *b;

	draw(&s.frame->image, dim_warm, 20, spread, 5);
	a = step(&s);
	b = step(&clean);
	for (int y = 0; y < 50; y++) {
		for (int x = 0; x < W; x++) {
			const struct pmk_image *grainy = pmk_shown_image(a), *plain = pmk_shown_image(b);
			int off = grainy->plane[0][(size_t)y * grainy->stride[0] + x] -
				plain->plane[0][(size_t)y * plain->stride[0] + x];
			sum += off;
			square += off * off;
		}
	}
	pmk_shown_unref(a);
	pmk_shown_unref(b);
	finish(&s);
	finish(&clean);
	return sqrt(square / (50.0 * W) - pow(sum / (50.0 * W), 2));
}

static void test_grain_is_the_cameras(void **state)
{
	for (int range = 0; range < 2; range++) {
		for (double spread = 1; spread < 5; spread++) {
			double want = range ? spread * 219 / 255 : spread,
			       found = grain_of(spread, (enum pmk_range)range);

			print_message("noise of %.2f: grain of %.2f\n", want, found);
			assert_true(found > want * 0.9 && found < want * 1.1 + 0.15);
		}
	}
}

/* Grain differs from frame to frame; the same frames give the same pictures; a cover has none. */
static void test_grain_moves_and_repeats(void **state)
{
	struct set s[2] = { make(1, PMK_CHROMA_420, PMK_RANGE_LIMITED), make(1, PMK_CHROMA_420, PMK_RANGE_LIMITED) };
	uint8_t before[W];
	int differ = 0;
	struct pmk_shown *cover;

	for (int i = 0; i < 10; i++) {
		struct pmk_shown *shown[2];

		for (int k = 0; k < 2; k++) {
			draw(&s[k].frame->image, dim_warm, 20, 3, (uint32_t)i + 6);
			shown[k] = step(&s[k]);
		}
		for (int y = 0; y < H; y++)
			assert_memory_equal(
				pmk_shown_image(shown[0])->plane[0] + (size_t)y * pmk_shown_image(shown[0])->stride[0],
				pmk_shown_image(shown[1])->plane[0] + (size_t)y * pmk_shown_image(shown[1])->stride[0],
				W);
		differ += i > 0 && memcmp(before, pmk_shown_image(shown[0])->plane[0], W) != 0;
		memcpy(before, pmk_shown_image(shown[0])->plane[0], W);
		pmk_shown_unref(shown[0]);
		pmk_shown_unref(shown[1]);
	}
	assert_int_equal(differ, 9);
	assert_int_equal(pmk_compose_cover(s[0].composer, &s[0].behind, NULL, s[0].frame, &cover), 0);
	for (int y = 0; y < H; y++)
		assert_memory_equal(pmk_shown_image(cover)->plane[0] + (size_t)y * pmk_shown_image(cover)->stride[0],
			s[0].behind.plane[0] + (size_t)y * s[0].behind.stride[0], W);
	pmk_shown_unref(cover);
	finish(&s[0]);
	finish(&s[1]);
}

/* A room that grows brighter to the right: where nobody is, equal levels of the backdrop give equal levels. Where all
 * is person, the frame is shown. */
static void test_no_pixel_of_the_room(void **state)
{
	struct set s = make(1, PMK_CHROMA_422, PMK_RANGE_LIMITED);
	const struct pmk_image *out;
	struct pmk_shown *shown;
	int as_plain = 0;

	for (int i = 0; i < W * H; i++)
		s.frame->image.plane[0][(size_t)(i / W) * s.frame->image.stride[0] + i % W] = (uint8_t)(30 + i % W / 4);
	shown = step(&s);
	out = pmk_shown_image(shown);
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			uint8_t got = out->plane[0][(size_t)y * out->stride[0] + x],
				behind = s.behind.plane[0][(size_t)y * s.behind.stride[0] + x];
			uint8_t before = out->plane[0][(size_t)y * out->stride[0] + (x + 80 < W ? x + 80 : x - 80)];

			if (s.mask.alpha[(size_t)y * s.mask.stride + x])
				assert_int_equal(
					got, s.frame->image.plane[0][(size_t)y * s.frame->image.stride[0] + x]);
			else if (y < 50) /* the same wherever the backdrop is the same */
				assert_int_equal(got, before);
			as_plain += got == behind;
		}
	}
	assert_true(as_plain < W * H / 10);
	pmk_shown_unref(shown);
	finish(&s);
}

/* Chroma-key green stays green, without grain; a blurred room gets grain but no other light. */
static void test_plain_and_blurred(void **state)
{
	struct set s = make(1, PMK_CHROMA_420, PMK_RANGE_LIMITED);
	struct pmk_match *bare;
	uint8_t row[W];
	double sum = 0;

	memset(row, 100, sizeof row);
	draw(&s.frame->image, dim_warm, 20, 3, 7);
	pmk_image_fill(&s.behind, (const uint8_t[3]){ 120, 60, 40 });
	pmk_match_backdrop(s.match, &s.behind);
	pmk_shown_unref(step(&s));
	assert_ptr_equal(pmk_match_row(s.match, 0, 3, row), row);
	assert_int_equal(pmk_match_create(&s.behind.layout, 1, &bare), 0);
	s.mask.number = ++s.frame->number;
	pmk_match_see(bare, s.frame, &s.mask, NULL, 1);
	assert_ptr_equal(pmk_match_row(bare, 1, 3, row), row);
	assert_ptr_not_equal(pmk_match_row(bare, 0, 3, row), row);
	for (int y = 0; y < 40; y++) {
		const uint8_t *grainy = pmk_match_row(bare, 0, y, row);
		for (int x = 0; x < W; x++)
			sum += grainy[x] - 100;
	}
	assert_true(fabs(sum / (40 * W)) < 0.2);
	pmk_match_destroy(bare);
	finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backdrop_comes_near),
		cmocka_unit_test(test_light_moves_slowly),
		cmocka_unit_test(test_nobody_moves_nothing),
		cmocka_unit_test(test_grain_is_the_cameras),
		cmocka_unit_test(test_grain_moves_and_repeats),
		cmocka_unit_test(test_no_pixel_of_the_room),
		cmocka_unit_test(test_plain_and_blurred),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
