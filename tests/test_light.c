/* SPDX-License-Identifier: MIT */
/* --light: a person in the dark is shown in ordinary light, steadily, and nothing of the room has a part in it. */
#include "unit.h"

#include "base/num.h"
#include "compose/compose.h"
#include "compose/light/curve.h"
#include "compose/light/denoise.h"
#include "image/colour.h"
#include "played.h"

#include <math.h>

enum { W = 322, H = 182 };
static const uint64_t FRAME_NS = 33333333;

struct set {
	struct pmk_light *light;
	struct pmk_composer *composer;
	struct pmk_rim *rim;
	struct pmk_frame_pool *pool;
	struct pmk_frame *frame;
	struct pmk_image behind;
	struct played *backdrop;
	struct pmk_mask mask;
	uint64_t now_ns;
	uint32_t seed;
};

/* How the camera sees the scene: each of R, G and B times a gain, to the power `gamma`, with noise of a spread in
 * levels. */
struct sight {
	double gamma, gain[3], noise;
};

static const struct sight ordinary = { 1, { 1, 1, 1 }, 1 }, dark = { 2.2, { 1, 1, 1 }, 3 },
			  yellow = { 1, { 1, 0.92, 0.55 }, 1 }, dark_yellow = { 2.2, { 1, 0.92, 0.55 }, 3 };

static const uint8_t light_skin[3] = { 194, 150, 130 }, dark_skin[3] = { 115, 82, 68 }, shirt[3] = { 70, 90, 120 },
		     white[3] = { 200, 200, 197 }, hair[3] = { 60, 45, 40 };

static double noise(uint32_t *seed, double spread)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += unit_random(seed) % 1024;
	return (sum / 1023 - 6) * spread;
}

static bool is_head(int x, int y)
{
	return hypot(x - W / 2.0, (y - 62) * 0.8) < 36;
}

/* The person: a head with hair and eyes, and a shirt with a white collar. */
static const uint8_t *colour_at(int x, int y, const uint8_t skin[3])
{
	if (is_head(x, y))
		return y < 32 ? hair : abs(y - 55) < 3 && abs(abs(x - W / 2) - 12) < 5 ? white : skin;
	return y < 120 && abs(x - W / 2) < 30 ? white : shirt;
}

static void draw_mask(struct pmk_mask *mask)
{
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++)
			mask->alpha[(size_t)y * mask->stride + x] = is_head(x, y) || (y > 100 && abs(x - W / 2) < 80) ?
				255 :
				0;
	}
}

/* Pixels of the room are `room`, all three, or random with -1. */
static void draw(struct set *s, const struct sight *sight, const uint8_t skin[3], int room)
{
	static uint8_t data[3 * W * H];
	struct pmk_rgb rgb = { .width = W, .height = H, .stride = 3 * W, .data = data };

	for (int i = 0; i < W * H; i++) {
		bool person = s->mask.alpha[(size_t)(i / W) * s->mask.stride + i % W] > 0;
		const uint8_t *from = colour_at(i % W, i / W, skin);

		for (int k = 0; k < 3; k++) {
			double v = pow(from[k] / 255.0 * sight->gain[k], sight->gamma) * 255 +
				noise(&s->seed, sight->noise);
			uint32_t other = room < 0 ? unit_random(&s->seed) & 255 : (uint32_t)room;

			data[3 * i + k] = person ? (uint8_t)lround(fmin(fmax(v, 0), 255)) : (uint8_t)other;
		}
	}
	pmk_colour_rgb_to_image(&rgb, &s->frame->image);
}

static struct set make(double strength, enum pmk_chroma chroma, enum pmk_range range)
{
	struct pmk_layout out = { .width = W, .height = H, .chroma = chroma }, in = out;
	struct set s = { .seed = 7 };

	in.range = range;
	s.pool = pmk_frame_pool_create(1);
	s.frame = pmk_frame_pool_take(s.pool, &in);
	assert_int_equal(pmk_composer_create(&out, 2, &s.composer), 0);
	assert_int_equal(pmk_image_alloc(&s.behind, &out), 0);
	assert_int_equal(pmk_mask_alloc(&s.mask, W, H), 0);
	pmk_image_fill(&s.behind, (const uint8_t[3]){ 90, 100, 140 });
	draw_mask(&s.mask);
	if (strength > 0)
		assert_int_equal(pmk_light_create(&out, strength, &s.light), 0);
	assert_int_equal(pmk_rim_create(&out, &s.rim), 0);
	s.backdrop = played_create(&s.behind, false);
	pmk_composer_set_backdrop(s.composer, &s.backdrop->base);
	pmk_composer_set_light(s.composer, s.light);
	return s;
}

static void finish(struct set *s)
{
	pmk_composer_destroy(s->composer);
	pmk_backdrop_destroy(&s->backdrop->base);
	pmk_light_destroy(s->light);
	pmk_rim_destroy(s->rim);
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
	if (s->light)
		pmk_light_see(s->light, s->frame, &s->mask, s->now_ns);
	assert_int_equal(pmk_compose(s->composer, s->frame, &s->mask, &shown), 0);
	return shown;
}

/* The mean over the person of a plane of the next picture, 4:2:2. */
static void means_of(struct set *s, double mean[3])
{
	struct pmk_shown *shown = step(s);
	const struct pmk_image *image = pmk_shown_image(shown);
	int count = 0;

	memset(mean, 0, 3 * sizeof *mean);
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x += 2) {
			if (s->mask.alpha[(size_t)y * s->mask.stride + x] < 255 ||
				s->mask.alpha[(size_t)y * s->mask.stride + x + 1] < 255)
				continue;
			mean[0] += image->plane[0][(size_t)y * image->stride[0] + x];
			for (int p = 1; p < 3; p++)
				mean[p] += image->plane[p][(size_t)y * image->stride[p] + x / 2];
			count++;
		}
	}
	for (int p = 0; p < 3; p++)
		mean[p] /= count;
	pmk_shown_unref(shown);
}

/* In ordinary light, as the camera shows it. */
static void truth_of(enum pmk_range range, double mean[3])
{
	struct set s = make(0, PMK_CHROMA_422, range);

	draw(&s, &ordinary, light_skin, 40);
	means_of(&s, mean);
	finish(&s);
}

/* The first picture already has the person's luma in ordinary light, within about a tenth, and colours that are nearer;
 * with half the strength, about half of that. */
static void test_dark_and_yellow_become_ordinary(void **state)
{
	const struct sight *sights[] = { &dark, &yellow, &dark_yellow };

	for (int n = 0; n < 6; n++) {
		enum pmk_range range = n % 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
		double truth[3], mean[3][3];

		truth_of(range, truth);
		for (int strength = 0; strength < 3; strength++) {
			struct set s = make(strength / 2.0, PMK_CHROMA_422, range);

			draw(&s, sights[n / 2], light_skin, 40);
			means_of(&s, mean[strength]);
			finish(&s);
		}
		for (int i = 0; i < 3; i++)
			print_message("%.1f %.1f %.1f, ", mean[i][0], mean[i][1], mean[i][2]);
		print_message("truth %.1f %.1f %.1f\n", truth[0], truth[1], truth[2]);
		assert_true(fabs(mean[2][0] - truth[0]) < (n / 2 == 1 ? 0.12 : 0.1) * (truth[0] - 16));
		assert_true(n / 2 == 1 || (mean[1][0] > mean[0][0] + 5 && mean[1][0] < mean[2][0] - 5));
		assert_true(n / 2 == 0 || mean[2][1] > mean[0][1] + 4);
		assert_true(n / 2 != 1 || fabs(mean[2][1] - truth[1]) < 0.5 * fabs(mean[0][1] - truth[1]));
	}
}

/* In ordinary light next to nothing changes: dark skin stays dark. */
static void test_ordinary_light_stays(void **state)
{
	const uint8_t *skins[] = { light_skin, dark_skin };
	static const double most[] = { 0.03, 0.15 };

	for (int n = 0; n < 4; n++) {
		enum pmk_range range = n % 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
		struct set with = make(1, PMK_CHROMA_422, range), without = make(0, PMK_CHROMA_422, range);
		double a[3], b[3];

		draw(&with, &ordinary, skins[n / 2], 40);
		draw(&without, &ordinary, skins[n / 2], 40);
		means_of(&with, a);
		means_of(&without, b);
		print_message("%.1f, without light %.1f\n", a[0], b[0]);
		assert_true(fabs(a[0] - b[0]) < most[n / 2] * (b[0] - 16));
		finish(&with);
		finish(&without);
	}
}

static int lit(const struct pmk_light *light, int luma)
{
	int yuv[3] = { luma, 128, 128 };

	pmk_light_pixel(light, yuv);
	return yuv[0];
}

/* In a still, noisy scene no level moves by more than one from one picture to the next, and after a second none does at
 * all. */
static void test_no_flicker(void **state)
{
	struct set s = make(1, PMK_CHROMA_420, PMK_RANGE_LIMITED);
	int last[5] = { 0 }, moves = 0;

	for (int i = 0; i < 60; i++) {
		draw(&s, &dark_yellow, light_skin, -1);
		pmk_shown_unref(step(&s));
		for (int k = 0; k < 5; k++) {
			int now = lit(s.light, 30 + 40 * k);

			assert_true(i == 0 || abs(now - last[k]) <= 1);
			moves += i >= 30 && now != last[k];
			last[k] = now;
		}
	}
	assert_int_equal(moves, 0);
	finish(&s);
}

/* A lamp goes on: within a second the person is in ordinary light, without going beyond it and back, in steps that no
 * one sees. */
static void test_settles(void **state)
{
	struct set s = make(1, PMK_CHROMA_420, PMK_RANGE_LIMITED);
	double first, last, tone;

	for (int i = 0; i < 5; i++) {
		draw(&s, &dark, light_skin, 40);
		pmk_shown_unref(step(&s));
	}
	first = last = pmk_light_now(s.light).tone;
	assert_true(first > 0.4);
	for (int i = 0; i < 60; i++) {
		draw(&s, &ordinary, light_skin, 40);
		pmk_shown_unref(step(&s));
		tone = pmk_light_now(s.light).tone;
		assert_true(tone < last + 0.01 && tone > last - 0.15 * first);
		assert_true(i < 30 || tone < 0.15 * first);
		last = tone;
	}
	finish(&s);
}

/* Two rooms, one person: light and person are the same in both, to the last bit. */
static void test_room_has_no_part(void **state)
{
	for (int n = 0; n < 4; n++) {
		struct set s[2];
		int differ = 0;

		for (int k = 0; k < 2; k++)
			s[k] = make(
				1, n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420, n & 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED);
		for (int i = 0; i < 4; i++) {
			struct pmk_shown *shown[2];

			for (int k = 0; k < 2; k++) {
				s[k].seed = 100u + (uint32_t)i;
				draw(&s[k], &dark_yellow, light_skin, k ? 255 : 0);
				shown[k] = step(&s[k]);
			}
			for (int at = 0; at < W * H; at++) {
				int x = at % W, y = at / W;
				bool person = s[0].mask.alpha[(size_t)y * s[0].mask.stride + x] == 255;

				differ += person &&
					pmk_shown_image(shown[0])
							->plane[0]
							       [(size_t)y * pmk_shown_image(shown[0])->stride[0] + x] !=
						pmk_shown_image(shown[1])
							->plane[0]
							       [(size_t)y * pmk_shown_image(shown[1])->stride[0] + x];
			}
			pmk_shown_unref(shown[0]);
			pmk_shown_unref(shown[1]);
		}
		assert_int_equal(differ, 0);
		for (int k = 0; k < 2; k++)
			finish(&s[k]);
	}
}

/* Where alpha is 0 the backdrop is shown, bit for bit, and at the rim nothing is brighter than the person or the
 * backdrop beside it. A bright room, a soft mask, with the rim cleaned and without. */
static void test_seal_and_rim(void **state)
{
	for (int n = 0; n < 2; n++) {
		struct set s = make(1, PMK_CHROMA_420, PMK_RANGE_LIMITED);
		struct pmk_shown *shown;
		const struct pmk_image *out;
		int behind = 90, most = 0;

		draw(&s, &dark, light_skin, 230);
		for (int y = 110; y < H; y++) { /* the shoulder's right side, with the room mixed in */
			for (int x = 236; x < 244; x++) {
				uint8_t *pixel = s.frame->image.plane[0] + (size_t)y * s.frame->image.stride[0] + x;
				int alpha = 255 * (243 - x) / 8;

				s.mask.alpha[(size_t)y * s.mask.stride + x] = (uint8_t)alpha;
				*pixel = (uint8_t)((25 * alpha + 213 * (255 - alpha)) / 255);
			}
		}
		pmk_composer_set_rim(s.composer, n ? s.rim : NULL);
		shown = step(&s);
		out = pmk_shown_image(shown);
		for (int at = 0; at < W * H; at++) {
			if (s.mask.alpha[(size_t)(at / W) * s.mask.stride + at % W] == 0)
				assert_int_equal(out->plane[0][(size_t)(at / W) * out->stride[0] + at % W], behind);
		}
		for (int y = 120; y < H - 4; y++) {
			for (int x = 236; x < 244; x++)
				most = out->plane[0][(size_t)y * out->stride[0] + x] > most ?
					out->plane[0][(size_t)y * out->stride[0] + x] :
					most;
		}
		print_message("rim: at most %d\n", most);
		assert_true(!n || most < 115);
		pmk_shown_unref(shown);
		finish(&s);
	}
}

/* --- denoising --- */

/* For each pixel of a plane, the least and the most that it was since it is wholly the person's; least > most: it is
 * not. */
struct range {
	int least, most;
};

static void remember(struct range *r, bool person, int value)
{
	if (!person)
		*r = (struct range){ 255, 0 };
	else
		*r = (struct range){ value < r->least ? value : r->least, value > r->most ? value : r->most };
}

/* Alpha of a chroma sample as the composer has it. */
static int alpha_of(const struct pmk_mask *m, const struct pmk_layout *layout, int plane, int x, int y)
{
	bool lower = plane && layout->chroma == PMK_CHROMA_420;
	int top = lower ? 2 * y : y, below = lower && top + 1 < m->height ? top + 1 : top;
	int left = plane ? 2 * x : x, right = plane && left + 1 < m->width ? left + 1 : left;
	const uint8_t *a = m->alpha + (size_t)top * m->stride, *b = m->alpha + (size_t)below * m->stride;

	return (a[left] + a[right] + b[left] + b[right] + 2) / 4;
}

/* Persons that appear, move and vanish in a room whose levels no person has: what is remembered lies between the
 * person's own levels at that pixel, and is nothing as soon as the pixel is not wholly the person's. */
static void test_memory_is_the_persons(void **state)
{
	static struct range ranges[3][W * H];

	for (int n = 0; n < 8; n++) {
		struct pmk_layout layout = { .width = n & 2 ? 97 : 160,
			.height = n & 4 ? 51 : 90,
			.chroma = n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420 };
		struct pmk_denoise *denoise;
		struct pmk_image frame;
		struct pmk_mask mask;
		uint32_t seed = (uint32_t)n + 1;
		int kept = 0;

		assert_int_equal(pmk_denoise_create(&layout, &denoise), 0);
		assert_int_equal(pmk_image_alloc(&frame, &layout), 0);
		assert_int_equal(pmk_mask_alloc(&mask, layout.width, layout.height), 0);
		for (int p = 0; p < 3; p++) {
			for (int i = 0; i < W * H; i++)
				ranges[p][i] = (struct range){ 255, 0 };
		}
		for (int round = 0; round < 40; round++) {
			for (int k = 0; k < 2; k++) { /* rectangles of any alpha */
				int x0 = (int)(unit_random(&seed) % (unsigned)layout.width),
				    y0 = (int)(unit_random(&seed) % (unsigned)layout.height);
				int alpha = k ? 255 : (int)(unit_random(&seed) % 3) * 127;

				for (int y = y0; y < layout.height && y < y0 + 40; y++)
					memset(mask.alpha + (size_t)y * mask.stride + x0, alpha,
						(size_t)pmk_min(layout.width - x0, 60));
			}
			for (int p = 0; p < 3; p++) {
				for (int i = 0; i < frame.stride[p] * pmk_layout_plane_height(&layout, p); i++) {
					int x = i % frame.stride[p], y = i / frame.stride[p];
					bool person = x < pmk_layout_plane_width(&layout, p) &&
						alpha_of(&mask, &layout, p, x, y) == 255;

					frame.plane[p][i] = (uint8_t)(person   ? 100 + unit_random(&seed) % 9 :
							unit_random(&seed) % 2 ? 0 :
										 255);
				}
			}
			pmk_denoise_run(denoise, &frame, &mask, 3, 0.125);
			for (int p = 0; p < 3; p++) {
				int width = pmk_layout_plane_width(&layout, p);
				for (int i = 0; i < width * pmk_layout_plane_height(&layout, p); i++) {
					int x = i % width, y = i / width, has = pmk_denoise_row(denoise, p, y)[x];
					bool person = alpha_of(&mask, &layout, p, x, y) == 255;
					struct range *r = &ranges[p][y * W + x];

					remember(r, person, frame.plane[p][(size_t)y * frame.stride[p] + x]);
					if (has == PMK_SETTLE_NONE)
						continue;
					assert_true(person);
					assert_true(has >= PMK_SETTLE_LEVEL * r->least - 2);
					assert_true(has <= PMK_SETTLE_LEVEL * r->most + 2);
					kept++;
				}
			}
		}
		assert_true(kept > 1000);
		pmk_denoise_destroy(denoise);
		pmk_image_free(&frame);
		pmk_mask_free(&mask);
	}
}

/* Noise of a still person shrinks to less than a third of its spread. A hand that moves leaves no trace: behind it, and
 * on it, the picture is at once as if it had not been there, within the noise. */
static void test_noise_goes_and_motion_stays(void **state)
{
	static const int spread = 4;
	struct pmk_layout layout = { .width = W, .height = H };
	struct pmk_denoise *denoise;
	struct pmk_image frame;
	struct pmk_mask mask;
	uint32_t seed = 3;

	assert_int_equal(pmk_denoise_create(&layout, &denoise), 0);
	assert_int_equal(pmk_image_alloc(&frame, &layout), 0);
	assert_int_equal(pmk_mask_alloc(&mask, W, H), 0);
	memset(mask.alpha, 255, (size_t)mask.stride * H);
	for (int round = 0; round < 30; round++) {
		double square = 0, trail = 0;
		int hand = round < 20 ? -100 : 40 + 12 * (round - 20), edge = 0;

		for (int i = 0; i < W * H; i++) {
			int x = i % W, level = x >= hand && x < hand + 30 ? 90 : 60;

			frame.plane[0][(size_t)(i / W) * frame.stride[0] + x] = (uint8_t)lround(
				level + noise(&seed, spread));
		}
		pmk_denoise_run(denoise, &frame, &mask, spread, 0.125);
		for (int y = 10; y < H - 10; y++) {
			const int16_t *row = pmk_denoise_row(denoise, 0, y);

			for (int x = 0; x < W; x++) {
				int level = x >= hand && x < hand + 30 ? 90 : 60;
				double off = (double)row[x] / PMK_SETTLE_LEVEL - level;

				square += x > 220 ? off * off : 0;
				if (round > 20 && ((x >= hand - 12 && x < hand) || (x >= hand + 18 && x < hand + 30))) {
					trail += off * off;
					edge++;
				}
			}
		}
		if (round == 19)
			assert_true(sqrt(square / ((W - 221) * (H - 20))) < spread * 0.34);
		if (round > 20)
			assert_true(sqrt(trail / edge) < spread * 1.1);
	}
	pmk_denoise_destroy(denoise);
	pmk_image_free(&frame);
	pmk_mask_free(&mask);
}

/* The curve rises all the way, keeps black and white, and no step of its fine levels is more than two levels. */
static void test_curve_is_smooth(void **state)
{
	for (int n = 0; n < 20; n++) {
		struct pmk_lighting lighting = { .tone = n * 0.07, .chroma = 0.5, .blue = n * 0.03, .red = n * 0.01 };
		enum pmk_range range = n % 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
		int black = range ? 0 : 16, top = range ? 255 : 235;
		static struct pmk_curve curve;

		pmk_curve_make(&curve, &lighting, range, PMK_MATRIX_BT601);
		assert_int_equal(curve.luma[PMK_CURVE_FINE * black], 16);
		assert_int_equal(curve.luma[PMK_CURVE_FINE * top], 235);
		for (int i = 1; i < 256 * PMK_CURVE_FINE; i++) {
			int rise = curve.luma[i] - curve.luma[i - 1];

			assert_true(rise >= 0 && rise <= 2);
		}
		assert_true(n || range || curve.luma[PMK_CURVE_FINE * 77] == 77);
		assert_int_equal(pmk_curve_chroma(curve.chroma[0][black], 128), 128);
	}
}

/* Rows that belong to another frame than the one that was seen are shown as the camera shows them. */
static void test_only_the_frame_that_was_seen(void **state)
{
	struct set s = make(1, PMK_CHROMA_420, PMK_RANGE_LIMITED);

	draw(&s, &dark, light_skin, 40);
	assert_false(pmk_light_shines(s.light, s.frame));
	pmk_shown_unref(step(&s));
	assert_true(pmk_light_shines(s.light, s.frame));
	s.frame->number++;
	assert_false(pmk_light_shines(s.light, s.frame));
	s.frame->number--;
	pmk_light_forget(s.light);
	assert_false(pmk_light_shines(s.light, s.frame));
	finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dark_and_yellow_become_ordinary),
		cmocka_unit_test(test_ordinary_light_stays),
		cmocka_unit_test(test_no_flicker),
		cmocka_unit_test(test_settles),
		cmocka_unit_test(test_room_has_no_part),
		cmocka_unit_test(test_seal_and_rim),
		cmocka_unit_test(test_memory_is_the_persons),
		cmocka_unit_test(test_noise_goes_and_motion_stays),
		cmocka_unit_test(test_curve_is_smooth),
		cmocka_unit_test(test_only_the_frame_that_was_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
