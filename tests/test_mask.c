/* SPDX-License-Identifier: MIT */
/* The mask chain: find/prepare and find/person, mask/temporal, mask/filter and mask/refine. */
#include "unit.h"

#include "find/person.h"
#include "find/prepare.h"
#include "image/colour.h"
#include "mask/components.h"
#include "mask/enlarge.h"
#include "mask/filter.h"
#include "mask/refine.h"
#include "mask/temporal.h"

#include <errno.h>
#include <math.h>

/* A picture of one colour becomes that colour, in the model's normalisation, whatever its range, matrix and sampling.
 * libyuv's matrices have 6 fraction bits and clip BT.709's blue coefficient, so saturated blue comes out 16 levels off.
 */
static void test_prepare_colours(void **state)
{
	static const uint8_t colours[][3] = { { 255, 0, 0 }, { 0, 255, 0 }, { 0, 0, 255 }, { 255, 255, 255 },
		{ 0, 0, 0 }, { 200, 120, 60 } };
	struct pmk_model_card card = { .input_width = 24, .input_height = 18, .scale = 2, .mean = -1 };
	float input[24 * 18 * 3];
	struct pmk_prepare *prepare;

	assert_int_equal(pmk_prepare_create(&card, &prepare), 0);
	for (int n = 0; n < 8; n++) {
		struct pmk_layout layout = { .width = 101,
			.height = 57,
			.chroma = (enum pmk_chroma)(n & 1),
			.range = (enum pmk_range)(n >> 1 & 1),
			.matrix = (enum pmk_matrix)(n >> 2) };
		struct pmk_image image;

		assert_int_equal(pmk_image_alloc(&image, &layout), 0);
		for (size_t c = 0; c < sizeof colours / sizeof colours[0]; c++) {
			uint8_t yuv[3];
			pmk_colour_rgb_to_yuv(colours[c], &layout, yuv);
			pmk_image_fill(&image, yuv);
			pmk_prepare_run(prepare, &image, &(struct pmk_rect){ 0, 0, 101, 57 }, input);
			for (int i = 0; i < 24 * 18 * 3; i++)
				assert_true(fabsf(input[i] - ((float)colours[c][i % 3] / 127.5f - 1)) < 0.14f);
		}
		pmk_image_free(&image);
	}
	pmk_prepare_destroy(prepare);
}

/* Fill the picture with steps of grey around a mean luma. */
static void fill_steps(struct pmk_image *image, int mean)
{
	pmk_image_fill(image, (const uint8_t[]){ (uint8_t)mean, 128, 128 });
	for (int y = 0; y < image->layout.height; y++) {
		for (int x = 0; x < image->layout.width; x++)
			image->plane[0][(size_t)y * (size_t)image->stride[0] + (size_t)x] = (uint8_t)(mean +
				(x / 4 % 2 ? 40 : -40));
	}
}

/* A picture of a mean of .27 or more is what it is; a darker one is lifted: at that limit by nothing, then ever more,
 * up to the mean of the limit. Black and white stay, brighter stays brighter. */
static void test_prepare_lifts_the_dark(void **state)
{
	enum { N = 32, LIMIT = 69 }; /* .27 is between 68 and 69 levels */
	struct pmk_model_card card = { .input_width = N, .input_height = N, .scale = 1 };
	struct pmk_layout layout = { .width = N, .height = N, .range = PMK_RANGE_FULL };
	struct pmk_prepare *prepare;
	struct pmk_image image;
	float input[N * N * 3], lifted = 0;

	assert_int_equal(pmk_prepare_create(&card, &prepare), 0);
	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	for (int mean = 120; mean >= 40; mean--) {
		float more;

		fill_steps(&image, mean);
		pmk_prepare_run(prepare, &image, &(struct pmk_rect){ 0, 0, N, N }, input);
		more = (input[0] + input[4 * 3]) * 255 / 2 - (float)mean;
		assert_true(input[0] < input[4 * 3]);
		assert_true(mean < LIMIT || fabsf(more) < 0.01f);
		assert_true(mean >= LIMIT || (more >= lifted - 0.51f && more <= lifted + 2.01f && mean + more < 75));
		assert_int_equal(pmk_prepare_small(prepare)->plane[0][0], mean - 40);
		lifted = more;
	}
	assert_true(lifted > 10);
	pmk_image_free(&image);
	pmk_prepare_destroy(prepare);
}

/* The whole width is used: a white strip at either edge of a wide picture arrives at the edge of the input. */
static void test_prepare_sees_the_edges(void **state)
{
	struct pmk_model_card card = { .input_width = 32, .input_height = 32, .scale = 1 };
	struct pmk_layout layout = { .width = 640, .height = 360, .range = PMK_RANGE_FULL };
	static const uint8_t black[3] = { 0, 128, 128 };
	float input[32 * 32 * 3];
	struct pmk_prepare *prepare;
	struct pmk_image image;

	assert_int_equal(pmk_prepare_create(&card, &prepare), 0);
	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	for (int side = 0; side < 2; side++) {
		pmk_image_fill(&image, black);
		for (int y = 0; y < 360; y++)
			memset(image.plane[0] + (size_t)y * image.stride[0] + (side ? 620 : 0), 255, 20);
		pmk_prepare_run(prepare, &image, &(struct pmk_rect){ 0, 0, 640, 360 }, input);
		for (int y = 0; y < 32; y++) {
			assert_true(input[(y * 32 + (side ? 31 : 0)) * 3] > 0.9f);
			assert_true(input[(y * 32 + (side ? 0 : 31)) * 3] < 0.1f);
		}
		assert_true(pmk_prepare_small(prepare)->plane[0][side ? 31 : 0] > 230);
	}
	pmk_image_free(&image);
	pmk_prepare_destroy(prepare);
}

/* A picture that is a thin line of the view: at least one pixel of its halved planes always remains. */
static void test_prepare_thin_pictures(void **state)
{
	struct pmk_model_card card = { .input_width = 8, .input_height = 8, .scale = 1 };
	struct pmk_prepare *prepare;

	assert_int_equal(pmk_prepare_create(&card, &prepare), 0);
	for (int n = 0; n < 4; n++) {
		struct pmk_layout layout = {
			.width = n & 1 ? 16 : 800, .height = n & 1 ? 800 : 16, .chroma = (enum pmk_chroma)(n >> 1)
		};
		struct pmk_rect view = n & 1 ? (struct pmk_rect){ -392, 0, 800, 800 } :
					       (struct pmk_rect){ 0, -392, 800, 800 };
		const struct pmk_image *small;
		struct pmk_image image;

		assert_int_equal(pmk_image_alloc(&image, &layout), 0);
		pmk_image_fill(&image, (uint8_t[]){ 200, 60, 90 });
		pmk_prepare_scale(prepare, &image, &view);
		small = pmk_prepare_small(prepare);
		for (int i = 0; i < 8 * 8; i++)
			assert_int_equal(small->plane[0][i / 8 * small->stride[0] + i % 8], 200);
		for (int i = 0; i < 4 * 4; i++) {
			assert_int_equal(small->plane[1][i / 4 * small->stride[1] + i % 4], 60);
			assert_int_equal(small->plane[2][i / 4 * small->stride[2] + i % 4], 90);
		}
		pmk_image_free(&image);
	}
	pmk_prepare_destroy(prepare);
}

/* A view inside the picture gives the same as a picture that was cut out beforehand. Outside the picture the pixels at
 * its edge are repeated. */
static void test_prepare_views(void **state)
{
	static const struct pmk_rect views[] = { { 0, 0, 200, 140 }, { 20, 30, 64, 48 }, { 60, 8, 140, 132 },
		{ -20, 10, 100, 100 }, { 110, -30, 180, 196 } };
	struct pmk_model_card card = { .input_width = 26, .input_height = 19, .scale = 1 };
	float input[2][26 * 19 * 3];
	struct pmk_prepare *prepare;

	assert_int_equal(pmk_prepare_create(&card, &prepare), 0);
	for (int n = 0; n < 10; n++) {
		struct pmk_rect view = views[n / 2];
		struct pmk_layout layout = { .width = 200, .height = 140, .chroma = (enum pmk_chroma)(n & 1) },
				  cut = layout;
		struct pmk_image image, part;
		uint32_t seed = 7;

		cut.width = view.width;
		cut.height = view.height;
		assert_int_equal(pmk_image_alloc(&image, &layout), 0);
		assert_int_equal(pmk_image_alloc(&part, &cut), 0);
		for (int plane = 0; plane < 3; plane++) {
			int w = pmk_layout_plane_width(&layout, plane), h = pmk_layout_plane_height(&layout, plane);
			int pw = pmk_layout_plane_width(&cut, plane), ph = pmk_layout_plane_height(&cut, plane);
			for (int i = 0; i < w * h; i++)
				image.plane[plane][(size_t)(i / w) * image.stride[plane] + i % w] = (uint8_t)(90 +
					(i % w + i / w) / (plane ? 2 : 4) + unit_random(&seed) % 2);
			for (int i = 0; i < pw * ph; i++) {
				int x = i % pw + (plane ? view.x / 2 : view.x),
				    y = i / pw + (plane && !layout.chroma ? view.y / 2 : view.y);
				x = x < 0 ? 0 : x >= w ? w - 1 : x;
				y = y < 0 ? 0 : y >= h ? h - 1 : y;
				part.plane[plane][(size_t)(i / pw) * part.stride[plane] + i % pw] =
					image.plane[plane][(size_t)y * image.stride[plane] + x];
			}
		}
		pmk_prepare_run(prepare, &image, &view, input[0]);
		pmk_prepare_run(prepare, &part, &(struct pmk_rect){ 0, 0, view.width, view.height }, input[1]);
		for (int i = 0; i < 26 * 19 * 3; i++)
			/* at the edge, a halved pixel covers more than the last pixel */
			assert_true(fabsf(input[0][i] - input[1][i]) < (n < 6 ? 0.02f : 0.04f));
		pmk_image_free(&image);
		pmk_image_free(&part);
	}
	pmk_prepare_destroy(prepare);
}

static void test_person_kinds(void **state)
{
	struct pmk_model_card card = {
		.output = PMK_MODEL_PROBABILITY, .output_width = 2, .output_height = 1, .output_channels = 1
	};
	float p[2], probability[2] = { 0.25f, 1.5f }, logit[2] = { 0, 100 }, two[4] = { 1, 1, 5, -5 };
	float classes[6] = { 1, 3, 3, 9, 2, -4 };

	assert_int_equal(pmk_person_probability(&card, probability, p), 0);
	assert_true(p[0] == 0.25f && p[1] == 1);
	card.output = PMK_MODEL_LOGIT;
	assert_int_equal(pmk_person_probability(&card, logit, p), 0);
	assert_true(p[0] == 0.5f && p[1] == 1);
	card.output = PMK_MODEL_TWO_LOGITS;
	card.output_channels = 2;
	assert_int_equal(pmk_person_probability(&card, two, p), 0);
	assert_true(p[0] == 0.5f && p[1] < 1e-4f);
	card.output = PMK_MODEL_CLASS_LOGITS;
	card.output_channels = 3;
	card.person_index = 2;
	assert_int_equal(pmk_person_probability(&card, classes, p), 0);
	assert_true(p[0] == 0.5f && p[1] < 1e-4f); /* a tie between person and another class is 0.5 */
}

/* NaN and infinity are found anywhere: they must lead to a cover. */
static void test_person_refuses_nan(void **state)
{
	struct pmk_model_card card = {
		.output = PMK_MODEL_PROBABILITY, .output_width = 37, .output_height = 3, .output_channels = 1
	};
	static const float bad[] = { NAN, -NAN, INFINITY, -INFINITY };
	float out[37 * 3], p[37 * 3];

	for (int i = 0; i < 37 * 3; i++) {
		for (int k = 0; k < 4; k++) {
			memset(out, 0, sizeof out);
			out[i] = bad[k];
			assert_int_equal(pmk_person_probability(&card, out, p), -EDOM);
		}
	}
	for (int i = 0; i < 37 * 3; i++)
		out[i] = 3e38f;
	assert_int_equal(pmk_person_probability(&card, out, p), 0);
}

enum { SIDE = 32 };
static const struct pmk_rect all_of_it = { 0, 0, 320, 320 };

/* A wall with noise, and a bright person to the right of `edge`; `percent` is the brightness of the whole. */
static void draw_samples(uint8_t *luma, float *p, float edge, int percent, uint32_t *seed)
{
	for (int i = 0; i < SIDE * SIDE; i++) {
		float inside = (float)(i % SIDE) + 1 - edge, share = inside < 0 ? 0 : inside > 1 ? 1 : inside;
		int noise = (int)(unit_random(seed) % 5) - 2, bright = (int)(60 + 100 * share + 10 * (float)(i % 3));
		luma[i] = (uint8_t)(bright * percent / 100 + noise);
		p[i] = fminf(fmaxf((inside + 1) / 3 + (float)(int)(unit_random(seed) % 201 - 100) / 1000, 0), 1);
	}
}

/* A still picture does not shimmer, neither under a steady lamp nor under one that flickers. Off means off. */
static void test_temporal_is_steady(void **state)
{
	for (int way = 0; way < 3; way++) {
		float p[SIDE * SIDE], raw[SIDE * SIDE], last_p[SIDE * SIDE], last_raw[SIDE * SIDE];
		double shimmer = 0, raw_shimmer = 0;
		uint8_t luma[SIDE * SIDE];
		struct pmk_temporal t;
		uint32_t seed = 4;

		assert_int_equal(pmk_temporal_init(&t, SIDE, SIDE, way == 2 ? 0 : 0.8f), 0);
		for (int n = 0; n < 20; n++) {
			draw_samples(luma, p, 15.5f, way == 1 ? 80 + 20 * (n % 2) : 100, &seed);
			memcpy(raw, p, sizeof raw);
			pmk_temporal_run(&t, p, luma, &all_of_it);
			assert_true(n > 0 || memcmp(p, raw, sizeof raw) == 0);
			for (int i = 0; n > 1 && i < SIDE * SIDE; i++) {
				shimmer += fabs(p[i] - last_p[i]);
				raw_shimmer += fabs(raw[i] - last_raw[i]);
			}
			memcpy(last_p, p, sizeof p);
			memcpy(last_raw, raw, sizeof raw);
		}
		assert_true(way == 2 ? shimmer == raw_shimmer : shimmer < 0.4 * raw_shimmer);
		pmk_temporal_finish(&t);
	}
}

/* An edge that moves by a sample or more per frame leaves no trail, and what moved is right once it stands still. A cut
 * is followed at once. */
static void test_temporal_does_not_trail(void **state)
{
	float p[SIDE * SIDE], raw[SIDE * SIDE];
	uint8_t luma[SIDE * SIDE];
	struct pmk_temporal t;
	uint32_t seed = 6;

	assert_int_equal(pmk_temporal_init(&t, SIDE, SIDE, 0.8f), 0);
	for (int n = 0; n < 25; n++) {
		double off = 0;
		int at = n % 9;
		float edge = 4 + (float)(at < 8 ? at * 3 : 21);

		draw_samples(luma, p, edge, 100, &seed);
		memcpy(raw, p, sizeof raw);
		pmk_temporal_run(&t, p, luma, &all_of_it);
		for (int i = 0; i < SIDE * SIDE; i++)
			off += p[i] - raw[i];
		/* the edge is within a quarter of a sample of where it should be */
		assert_true(fabs(off) / SIDE < 0.25);
	}
	for (int i = 0; i < SIDE * SIDE; i++) {
		luma[i] = (uint8_t)unit_random(&seed);
		p[i] = raw[i] = (float)(i % 7) / 7;
	}
	pmk_temporal_run(&t, p, luma, &all_of_it);
	assert_memory_equal(p, raw, sizeof p);
	pmk_temporal_finish(&t);
}

/* Another scene is followed at once, even if it happens to show the same as the last one; so is a light that is
 * switched on. */
static void test_temporal_cuts(void **state)
{
	float p[SIDE * SIDE];
	uint8_t luma[SIDE * SIDE];
	struct pmk_temporal t;

	assert_int_equal(pmk_temporal_init(&t, SIDE, SIDE, 0.8f), 0);
	for (int way = 0; way < 2; way++) {
		pmk_temporal_reset(&t);
		for (int n = 0; n < 2; n++) {
			for (int i = 0; i < SIDE * SIDE; i++) {
				int third = i % SIDE * 3 / SIDE;

				luma[i] = (uint8_t)(way ? (n ? 200 : 2) : third == 0 ? 128 : third - 1 == n ? 40 : 216);
				p[i] = n ? 0.6f : 0.9f;
			}
			pmk_temporal_run(&t, p, luma, &all_of_it);
		}
		for (int i = 0; i < SIDE * SIDE; i++)
			assert_true(p[i] == 0.6f);
	}
	pmk_temporal_finish(&t);
}

/* One that inherits goes on as the other would have with its strength; the other stands alone then. Nothing is taken of
 * another size, nor from one that was off. */
static void test_temporal_inherits(void **state)
{
	float p[SIDE * SIDE], want[SIDE * SIDE], raw[SIDE * SIDE];
	struct pmk_temporal kept, old, next, off, small;
	uint8_t luma[SIDE * SIDE];
	uint32_t seed = 8;

	assert_int_equal(pmk_temporal_init(&kept, SIDE, SIDE, 0.8f), 0);
	assert_int_equal(pmk_temporal_init(&old, SIDE, SIDE, 0.8f), 0);
	assert_int_equal(pmk_temporal_init(&next, SIDE, SIDE, 0.5f), 0);
	assert_int_equal(pmk_temporal_init(&off, SIDE, SIDE, 0), 0);
	assert_int_equal(pmk_temporal_init(&small, SIDE / 2, SIDE / 2, 0.8f), 0);
	for (int n = 0; n < 8; n++) {
		if (n == 4) {
			kept.strength = 0.5f;
			pmk_temporal_inherit(&next, &old);
			pmk_temporal_inherit(&next, &off);
			pmk_temporal_inherit(&next, &small);
		}
		draw_samples(luma, want, 15.5f, 100, &seed);
		memcpy(p, want, sizeof p);
		memcpy(raw, want, sizeof raw);
		pmk_temporal_run(&kept, want, luma, &all_of_it);
		pmk_temporal_run(n < 4 ? &old : &next, p, luma, &all_of_it);
		assert_memory_equal(p, want, sizeof p);
		assert_int_equal(memcmp(p, raw, sizeof p) == 0, n == 0);
	}
	memcpy(p, raw, sizeof p);
	pmk_temporal_run(&old, p, luma, &all_of_it);
	assert_memory_equal(p, raw, sizeof p);
	pmk_temporal_finish(&kept);
	pmk_temporal_finish(&old);
	pmk_temporal_finish(&next);
	pmk_temporal_finish(&off);
	pmk_temporal_finish(&small);
}

/* The memory follows the view: a still scene that is seen from another view is as steady as before, where it was seen
 * before. */
static void test_temporal_follows_the_view(void **state)
{
	static const struct pmk_rect moved = { 80, 40, 320, 320 }, elsewhere = { 1000, 0, 320, 320 };
	float p[SIDE * SIDE];
	uint8_t luma[SIDE * SIDE];
	struct pmk_temporal t;

	assert_int_equal(pmk_temporal_init(&t, SIDE, SIDE, 0.8f), 0);
	for (int way = 0; way < 2; way++) {
		pmk_temporal_reset(&t);
		for (int n = 0; n < 2; n++) {
			const struct pmk_rect *view = n == 0 ? &all_of_it : way ? &elsewhere : &moved;
			for (int i = 0; i < SIDE * SIDE; i++) {
				int x = i % SIDE * 10 + view->x, y = i / SIDE * 10 + view->y;
				luma[i] = (uint8_t)(x / 5 + y / 7);
				p[i] = (float)(x + y) / 1000 + (n ? 0.1f : 0);
			}
			if (n == 1 && way == 1) {
				for (int i = 0; i < SIDE * SIDE; i++)
					p[i] = 0.5f;
			}
			pmk_temporal_run(&t, p, luma, view);
		}
		for (int i = 0; i < SIDE * SIDE; i++) {
			int x = i % SIDE, y = i / SIDE;
			float plain = (float)(x * 10 + moved.x + y * 10 + moved.y) / 1000 + 0.1f;

			if (way)
				assert_true(p[i] == 0.5f);
			else if (x < 22 && y < 26)
				assert_true(plain - p[i] > 0.06f && plain - p[i] < 0.08f);
			else if (x > 25 || y > 29)
				assert_true(p[i] == plain);
		}
	}
	pmk_temporal_finish(&t);
}

/* Without luma, a shimmer is averaged and a large change is followed at once. A reset forgets. Samples that the view
 * did not show before are left as they are. */
static void test_temporal_alone(void **state)
{
	static const struct pmk_rect view = { 0, 0, 2, 1 };
	struct pmk_temporal t;
	float p[2] = { 0.5f, 0.1f };

	assert_int_equal(pmk_temporal_init(&t, 2, 1, 0.8f), 0);
	pmk_temporal_run(&t, p, NULL, &view);
	assert_true(p[0] == 0.5f && p[1] == 0.1f);
	p[0] = 0.52f;
	p[1] = 0.9f;
	pmk_temporal_run(&t, p, NULL, &view);
	assert_true(p[0] > 0.5f && p[0] < 0.515f);
	assert_true(p[1] == 0.9f);
	pmk_temporal_reset(&t);
	p[0] = 0.52f;
	pmk_temporal_run(&t, p, NULL, &view);
	assert_true(p[0] == 0.52f);
	p[0] = 0.01f;
	p[1] = 0.54f;
	/* what was the first sample is the second now */
	pmk_temporal_run(&t, p, NULL, &(struct pmk_rect){ -1, 0, 2, 1 });
	assert_true(p[0] == 0.01f);
	assert_true(p[1] > 0.52f && p[1] < 0.535f);
	pmk_temporal_finish(&t);
}

static int square(const struct pmk_mask *m, int x, int y, int px, int way)
{
	int best = way == 0 ? 255 : 0, sum = 0;

	for (int j = y - px; j <= y + px; j++) {
		for (int i = x - px; i <= x + px; i++) {
			int cx = i < 0        ? 0 :
				i >= m->width ? m->width - 1 :
						i,
			    cy = j < 0         ? 0 :
				j >= m->height ? m->height - 1 :
						 j;
			int v = m->alpha[(size_t)cy * m->stride + cx];
			best = way == 0 ? (v < best ? v : best) : (v > best ? v : best);
			sum += v;
		}
	}
	return way == 2 ? sum / ((2 * px + 1) * (2 * px + 1)) : best;
}

static void test_erode_dilate_feather(void **state)
{
	void (*const run[3])(struct pmk_mask *, struct pmk_mask *, int) = { pmk_filter_erode, pmk_filter_dilate,
		pmk_filter_feather };
	struct pmk_mask m, was, scratch;

	assert_int_equal(pmk_mask_alloc(&m, 29, 17), 0);
	assert_int_equal(pmk_mask_alloc(&was, 29, 17), 0);
	assert_int_equal(pmk_mask_alloc(&scratch, 29, 17), 0);
	for (int way = 0; way < 3; way++) {
		for (int px = 0; px <= 40; px = px * 2 + 1) {
			uint32_t seed = 8;
			for (int i = 0; i < m.stride * m.height; i++)
				m.alpha[i] = was.alpha[i] = (uint8_t)unit_random(&seed);
			run[way](&m, &scratch, px);
			for (int y = 0; y < 17; y++) {
				for (int x = 0; x < 29; x++)
					assert_in_range(
						abs(m.alpha[(size_t)y * m.stride + x] - square(&was, x, y, px, way)), 0,
						way == 2);
			}
		}
	}
	pmk_mask_free(&m);
	pmk_mask_free(&was);
	pmk_mask_free(&scratch);
}

/* A speck beside the person is removed, faint or sharp. A second person, what touches the first, and a single small
 * head stay. */
static void test_components(void **state)
{
	enum { W = 64, H = 48 };
	struct pmk_components components;
	float p[W * H] = { 0 };

	assert_int_equal(pmk_components_init(&components, W, H), 0);
	for (int y = 0; y < H; y++) {
		for (int x = 0; x < W; x++) {
			float *at = &p[y * W + x];
			if (x >= 20 && x < 40 && y >= 10)
				*at = 1; /* the person, 760 px */
			if (x == 40 && y == 20)
				*at = 0.2f; /* a strand of hair */
			if (x >= 50 && y >= 40 && x < 60)
				*at = 0.8f; /* somebody further back, 80 px */
			if (x >= 2 && x < 10 && y >= 2 && y < 8)
				*at = 0.4f; /* a poster */
			if (x >= 55 && x < 60 && y >= 2 && y < 7)
				*at = 0.9f; /* a lamp, 25 px */
			if (y == H - 1 && x >= 20 && x < 60)
				*at = 1; /* a desk connects the two */
		}
	}
	pmk_components_run(&components, p, 1.0f / 16);
	assert_true(p[30 * W + 30] == 1 && p[20 * W + 40] == 0.2f && p[42 * W + 55] == 0.8f && p[47 * W + 45] == 1);
	assert_true(p[4 * W + 5] == 0 && p[4 * W + 57] == 0);
	memset(p, 0, sizeof p);
	for (int i = 0; i < 9; i++)
		p[(10 + i / 3) * W + 10 + i % 3] = 0.9f;
	p[40 * W + 40] = 0.9f;
	pmk_components_run(&components, p, 1.0f / 16);
	assert_true(p[11 * W + 11] == 0.9f && p[40 * W + 40] == 0);
	pmk_components_finish(&components);
}

/* Mark the pixels of the component around a pixel with `mark`, and count them, by walking. */
static int walk(const float *p, int *marks, int width, int height, int x, int y, int mark)
{
	if (x < 0 || y < 0 || x >= width || y >= height || p[y * width + x] <= 1.0f / 16 || marks[y * width + x])
		return 0;
	marks[y * width + x] = mark;
	return (p[y * width + x] > 0.5f) + walk(p, marks, width, height, x - 1, y, mark) +
		walk(p, marks, width, height, x + 1, y, mark) + walk(p, marks, width, height, x, y - 1, mark) +
		walk(p, marks, width, height, x, y + 1, mark);
}

/* Compared with walking, on random pictures from nearly empty to nearly full. */
static void test_components_are_what_walking_finds(void **state)
{
	enum { MOST = 70 * 50 };
	float p[MOST], before[MOST];
	int marks[MOST], core[MOST + 1];
	uint32_t seed = 77;

	for (int n = 0; n < 60; n++) {
		int w = 1 + (int)(unit_random(&seed) % 70), h = 1 + (int)(unit_random(&seed) % 50), most = 0, count = 0,
		    coarse = 1 + n % 4;
		struct pmk_components components;
		uint32_t fill = (uint32_t)n * 100 / 60;

		for (int y = 0; y < h; y++) {
			for (int x = 0; x < w; x++)
				p[y * w + x] = x % coarse || y % coarse ? p[(y - y % coarse) * w + x - x % coarse] :
					unit_random(&seed) % 100 < fill ? (float)(unit_random(&seed) % 1000) / 999 :
									  0;
		}
		memcpy(before, p, sizeof p);
		memset(marks, 0, sizeof marks);
		for (int i = 0; i < w * h; i++) {
			if (p[i] <= 1.0f / 16 || marks[i])
				continue;
			count++;
			core[count] = walk(p, marks, w, h, i % w, i / w, count);
			most = core[count] > most ? core[count] : most;
		}
		assert_int_equal(pmk_components_init(&components, w, h), 0);
		pmk_components_run(&components, p, 1.0f / 16);
		for (int i = 0; i < w * h; i++) {
			bool gone = marks[i] && (core[marks[i]] < 8 || core[marks[i]] < most / 20);
			assert_true(p[i] == (gone ? 0 : before[i]));
		}
		pmk_components_finish(&components);
	}
}

/* Compared with the formula, for sizes that enlarge, shrink and stay, with and without wide margins of room. */
static void test_enlarge(void **state)
{
	static const int sizes[][4] = { { 16, 9, 80, 45 }, { 7, 5, 64, 3 }, { 1, 1, 9, 9 }, { 20, 20, 20, 20 },
		{ 33, 17, 16, 16 }, { 2, 3, 101, 37 } };

	for (int n = 0; n < 18; n++) {
		int w = sizes[n / 3][0], h = sizes[n / 3][1], tw = sizes[n / 3][2], th = sizes[n / 3][3];
		struct pmk_enlarge e;
		struct pmk_mask mask;
		uint8_t from[40 * 40];
		uint32_t seed = 5;

		assert_int_equal(pmk_enlarge_init(&e, w, h, tw, th), 0);
		assert_int_equal(pmk_mask_alloc(&mask, tw, th), 0);
		for (int i = 0; i < w * h; i++)
			from[i] = n % 3 == 2                                   ? 255 :
				n % 3 == 1 && (i % w < w / 3 || i / w > h / 2) ? 0 :
										 (uint8_t)unit_random(&seed);
		memset(mask.alpha, 0xaa, (size_t)mask.stride * th);
		pmk_enlarge_run(&e, from, w, &mask);
		for (int y = 0; y < th; y++) {
			for (int x = 0; x < tw; x++) {
				double sx = fmin(fmax((x + 0.5) * w / tw - 0.5, 0), w - 1),
				       sy = fmin(fmax((y + 0.5) * h / th - 0.5, 0), h - 1);
				int ix = (int)sx, iy = (int)sy, jx = ix + 1 < w ? ix + 1 : ix,
				    jy = iy + 1 < h ? iy + 1 : iy;
				double a = from[iy * w + ix] + (from[iy * w + jx] - from[iy * w + ix]) * (sx - ix);
				double b = from[jy * w + ix] + (from[jy * w + jx] - from[jy * w + ix]) * (sx - ix);
				assert_true(fabs(mask.alpha[(size_t)y * mask.stride + x] - (a + (b - a) * (sy - iy))) <=
					2.5);
				assert_true(n % 3 != 2 || mask.alpha[(size_t)y * mask.stride + x] == 255);
			}
		}
		pmk_mask_free(&mask);
		pmk_enlarge_finish(&e);
	}
}

/* Enlarging into a part of the target gives the same as enlarging to that part's size and cutting it off at the
 * target's edges; the rest is 0. */
static void test_enlarge_into_a_part(void **state)
{
	static const struct pmk_rect places[] = { { 3, 4, 50, 40 }, { -13, -6, 60, 70 }, { 20, 0, 44, 48 },
		{ 30, 20, 90, 91 }, { -40, -40, 200, 160 } };
	struct pmk_enlarge whole, part;
	uint8_t from[16 * 9];
	uint32_t seed = 3;

	assert_int_equal(pmk_enlarge_init(&part, 16, 9, 64, 48), 0);
	for (int n = 0; n < 10; n++) {
		struct pmk_rect p = places[n / 2];
		struct pmk_mask mask, alone;

		assert_int_equal(pmk_enlarge_init(&whole, 16, 9, p.width, p.height), 0);
		assert_int_equal(pmk_mask_alloc(&mask, 64, 48), 0);
		assert_int_equal(pmk_mask_alloc(&alone, p.width, p.height), 0);
		memset(mask.alpha, 0xaa, (size_t)mask.stride * 48);
		for (int i = 0; i < 16 * 9; i++)
			from[i] = n % 2 && (i % 16 < 4 || i / 16 > 5) ? 0 : (uint8_t)unit_random(&seed);
		pmk_enlarge_place(&part, &p);
		pmk_enlarge_run(&part, from, 16, &mask);
		pmk_enlarge_run(&whole, from, 16, &alone);
		for (int y = 0; y < 48; y++) {
			for (int x = 0; x < 64; x++) {
				bool in = x >= p.x && x < p.x + p.width && y >= p.y && y < p.y + p.height;
				assert_int_equal(mask.alpha[(size_t)y * mask.stride + x],
					in ? alone.alpha[(size_t)(y - p.y) * alone.stride + x - p.x] : 0);
			}
		}
		pmk_mask_free(&mask);
		pmk_mask_free(&alone);
		pmk_enlarge_finish(&whole);
	}
	pmk_enlarge_finish(&part);
}

/* A guide that shows the person's edge pulls a blurred probability to that edge. */
static void test_guided_follows_the_luma(void **state)
{
	enum { N = 32 };
	struct pmk_refine_settings settings = {
		.mode = PMK_REFINE_GUIDED, .threshold = -1, .erode = -1, .dilate = -1, .feather = -1
	};
	struct pmk_layout layout = { .width = N, .height = N, .range = PMK_RANGE_FULL };
	float p[N * N];
	int wrong[2] = { 0 };
	struct pmk_image image;
	struct pmk_mask mask;

	assert_int_equal(pmk_mask_alloc(&mask, N, N), 0);
	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	for (int mode = 0; mode < 2; mode++) {
		struct pmk_refine *refine;
		settings.mode = mode ? PMK_REFINE_NONE : PMK_REFINE_GUIDED;
		assert_int_equal(pmk_refine_create(&settings, N, N, N, N, &refine), 0);
		for (int i = 0; i < N * N; i++) {
			int x = i % N;
			p[i] = x < 12 ? 0 : x > 19 ? 1 : (float)(x - 12) / 7;
			image.plane[0][(size_t)(i / N) * (size_t)image.stride[0] + (size_t)x] = x < 15 ? 40 : 200;
		}
		pmk_refine_run(refine, p, &(struct pmk_rect){ 0, 0, N, N }, &image, &image, &mask);
		for (int i = 0; i < N * N; i++)
			wrong[mode] += abs(mask.alpha[(size_t)(i / N) * mask.stride + i % N] - (i % N < 15 ? 0 : 255));
		pmk_refine_destroy(refine);
	}
	assert_true(wrong[0] * 3 < wrong[1]);
	pmk_mask_free(&mask);
	pmk_image_free(&image);
}

/* The alpha in the middle of a plain strip of `soft` network pixels between room and person, in which the network is
 * not sure; in the last of `pictures`, between which the luma of both halves changes by `step`. */
static int alpha_of_film(int soft, float probability, int pictures, int step)
{
	enum { N = 96, START = 30 };
	struct pmk_refine_settings settings = {
		.mode = PMK_REFINE_GUIDED,
		.smooth = 0.85,
		.threshold = -1,
		.erode = -1,
		.dilate = -1,
		.feather = -1,
	};
	struct pmk_layout layout = { .width = N, .height = N, .range = PMK_RANGE_FULL };
	struct pmk_refine *refine;
	struct pmk_image image;
	struct pmk_mask mask;
	static float p[N * N];
	int alpha;

	assert_int_equal(pmk_mask_alloc(&mask, N, N), 0);
	assert_int_equal(pmk_image_alloc(&image, &layout), 0);
	pmk_image_fill(&image, (const uint8_t[]){ 90, 128, 128 });
	assert_int_equal(pmk_refine_create(&settings, N, N, N, N, &refine), 0);
	for (int k = 0; k < pictures; k++) {
		for (int y = 0; y < N; y++)
			memset(image.plane[0] + y * image.stride[0], 90 + (y / (N / 2) == k % 2 ? step : 0), N);
		for (int i = 0; i < N * N; i++)
			p[i] = i % N < START ? 0 : i % N < START + soft ? probability : 1;
		pmk_refine_run(refine, p, &(struct pmk_rect){ 0, 0, N, N }, &image, &image, &mask);
	}
	alpha = mask.alpha[(size_t)(N / 4) * (size_t)mask.stride + START + (size_t)soft / 2];
	pmk_refine_destroy(refine);
	pmk_image_free(&image);
	pmk_mask_free(&mask);
	return alpha;
}

static int alpha_of_strip(int soft, float probability)
{
	return alpha_of_film(soft, probability, 1, 0);
}

/* An area as narrow as hair stays soft. A wide area becomes room or person, whatever it is nearer to. */
static void test_guided_clears_haze(void **state)
{
	for (int soft = 2; soft <= 6; soft += 2) {
		int alpha = alpha_of_strip(soft, 0.53f);
		assert_true(alpha > 30 && alpha < 225);
	}
	assert_int_equal(alpha_of_strip(28, 0.50f), 0);
	assert_int_equal(alpha_of_strip(28, 0.57f), 255);
	assert_int_equal(alpha_of_strip(40, 0.48f), 0);
	assert_int_equal(alpha_of_strip(40, 0.60f), 255);
}

/* In a film, a wide area that stands still is no haze, and one that moves stays soft: that is motion blur. */
static void test_guided_keeps_motion_blur(void **state)
{
	int alpha = alpha_of_film(28, 0.57f, 2, 30);

	(void)state;
	assert_true(alpha > 30 && alpha < 225);
	assert_int_equal(alpha_of_film(28, 0.57f, 2, 0), 255);
	assert_int_equal(alpha_of_film(28, 0.57f, 1, 30), 255);
}

/* A threshold gives only 0 and 255 at the network's size. The whole mask is written. If all is person, all stays
 * person. */
static void test_refine_threshold_and_ends(void **state)
{
	enum { N = 20 };
	float p[N * N];
	struct pmk_mask mask;

	assert_int_equal(pmk_mask_alloc(&mask, N, N), 0);
	for (int mode = 0; mode < 3; mode++) {
		struct pmk_refine_settings settings = {
			.mode = (enum pmk_refine_mode)mode, .threshold = 0.4, .erode = 0, .dilate = 0, .feather = 0
		};
		struct pmk_refine *refine;

		assert_int_equal(pmk_refine_create(&settings, N, N, N, N, &refine), 0);
		for (int i = 0; i < N * N; i++)
			p[i] = (float)i / (N * N);
		pmk_refine_run(refine, p, &(struct pmk_rect){ 0, 0, N, N }, NULL, NULL, &mask);
		for (int i = 0; i < N * N; i++)
			assert_int_equal(
				mask.alpha[(size_t)(i / N) * mask.stride + i % N], (float)i / (N * N) > 0.4f ? 255 : 0);
		for (int i = 0; i < N * N; i++)
			p[i] = 1;
		pmk_refine_run(refine, p, &(struct pmk_rect){ 0, 0, N, N }, NULL, NULL, &mask);
		for (int i = 0; i < N * N; i++)
			assert_int_equal(mask.alpha[(size_t)(i / N) * mask.stride + i % N], 255);
		pmk_refine_destroy(refine);
	}
	pmk_mask_free(&mask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prepare_colours),
		cmocka_unit_test(test_prepare_lifts_the_dark),
		cmocka_unit_test(test_prepare_sees_the_edges),
		cmocka_unit_test(test_prepare_views),
		cmocka_unit_test(test_prepare_thin_pictures),
		cmocka_unit_test(test_person_kinds),
		cmocka_unit_test(test_person_refuses_nan),
		cmocka_unit_test(test_temporal_is_steady),
		cmocka_unit_test(test_temporal_does_not_trail),
		cmocka_unit_test(test_temporal_cuts),
		cmocka_unit_test(test_temporal_inherits),
		cmocka_unit_test(test_temporal_follows_the_view),
		cmocka_unit_test(test_temporal_alone),
		cmocka_unit_test(test_erode_dilate_feather),
		cmocka_unit_test(test_components),
		cmocka_unit_test(test_components_are_what_walking_finds),
		cmocka_unit_test(test_enlarge),
		cmocka_unit_test(test_enlarge_into_a_part),
		cmocka_unit_test(test_guided_follows_the_luma),
		cmocka_unit_test(test_guided_clears_haze),
		cmocka_unit_test(test_guided_keeps_motion_blur),
		cmocka_unit_test(test_refine_threshold_and_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
