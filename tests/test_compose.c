/* SPDX-License-Identifier: MIT */
/* The seal: what may come out of it, whatever goes in. */
#include "unit.h"

#include "base/num.h"
#include "compose/compose.h"
#include "compose/inner.h"
#include "draw/mark.h"
#include "image/colour.h"
#include "mask/refine.h"
#include "played.h"

#include <errno.h>

struct set {
	struct pmk_composer *composer;
	struct pmk_frame_pool *pool;
	struct pmk_frame *frame;
	struct pmk_image behind;
	struct played *backdrop; /* `behind`; moves */
	struct pmk_mask mask;
};

static void fill_random(struct pmk_image *image, uint32_t seed)
{
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&image->layout, p); y++) {
			for (int x = 0; x < pmk_layout_plane_width(&image->layout, p); x++)
				image->plane[p][(size_t)y * image->stride[p] + x] = (uint8_t)unit_random(&seed);
		}
	}
}

static bool same(const struct pmk_image *a, const struct pmk_image *b)
{
	for (int p = 0; p < 3; p++) {
		for (int y = 0; y < pmk_layout_plane_height(&a->layout, p); y++) {
			if (memcmp(a->plane[p] + (size_t)y * a->stride[p], b->plane[p] + (size_t)y * b->stride[p],
				    (size_t)pmk_layout_plane_width(&a->layout, p)))
				return false;
		}
	}
	return true;
}

static struct set make(int w, int h, enum pmk_chroma chroma, enum pmk_range range)
{
	struct pmk_layout out = { .width = w, .height = h, .chroma = chroma }, in = out;
	struct set s = { 0 };

	in.range = range;
	assert_int_equal(pmk_composer_create(&out, 2, &s.composer), 0);
	s.pool = pmk_frame_pool_create(1);
	s.frame = pmk_frame_pool_take(s.pool, &in);
	assert_int_equal(pmk_image_alloc(&s.behind, &out), 0);
	assert_int_equal(pmk_mask_alloc(&s.mask, w, h), 0);
	fill_random(&s.frame->image, 11);
	fill_random(&s.behind, 22);
	s.backdrop = played_create(&s.behind, true);
	pmk_composer_set_backdrop(s.composer, &s.backdrop->base);
	s.frame->number = s.mask.number = 5;
	s.frame->time_ns = 1234;
	return s;
}

static void finish(struct set *s)
{
	pmk_mask_free(&s->mask);
	pmk_image_free(&s->behind);
	pmk_frame_unref(s->frame);
	pmk_frame_pool_destroy(s->pool);
	pmk_composer_destroy(s->composer);
	pmk_backdrop_destroy(&s->backdrop->base);
}

static const struct {
	int w, h;
} sizes[] = { { 16, 16 }, { 33, 17 }, { 64, 48 }, { 161, 91 }, { 1, 1 }, { 320, 180 } };

/* With no person, every mask chain gives exactly the backdrop. */
static void test_no_person_is_exactly_the_backdrop(void **state)
{
	for (int n = 0; n < 240; n++) {
		uint32_t seed = (uint32_t)n + 1;
		int i = n % 6, w = sizes[i].w, h = sizes[i].h;
		struct set s = make(
			w, h, n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420, n & 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED);
		struct pmk_refine_settings settings = {
			.mode = (enum pmk_refine_mode)(unit_random(&seed) % 3),
			.threshold = unit_random(&seed) % 2 ? -1 : 0.0,
			.erode = (int)(unit_random(&seed) % 8) - 1,
			.dilate = (int)(unit_random(&seed) % 8) - 1,
			.feather = (int)(unit_random(&seed) % 20) - 1,
		};
		float probability[24 * 16] = { 0 };
		struct pmk_layout network = { .width = 24, .height = 16 };
		struct pmk_refine *refine;
		struct pmk_shown *shown;
		struct pmk_image small;

		assert_int_equal(pmk_image_alloc(&small, &network), 0);
		for (int k = 0; k < 3; k++) {
			for (int at = 0; at < small.stride[k] * pmk_layout_plane_height(&network, k); at++)
				small.plane[k][at] = (uint8_t)unit_random(&seed);
		}
		memset(s.mask.alpha, 0xee, (size_t)s.mask.stride * (size_t)h);
		assert_int_equal(pmk_refine_create(&settings, 24, 16, w, h, &refine), 0);
		pmk_refine_run(refine, probability, &(struct pmk_rect){ 0, 0, w, h }, &small, &s.frame->image, &s.mask);
		assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), 0);
		assert_true(same(pmk_shown_image(shown), &s.behind));
		assert_false(pmk_shown_is_cover(shown));
		assert_int_equal(pmk_shown_time_ns(shown), 1234);
		pmk_shown_unref(shown);
		pmk_refine_destroy(refine);
		pmk_image_free(&small);
		finish(&s);
	}
}

/* A mask that is all person gives the frame: unchanged in limited range, converted from full range. */
static void test_all_person_is_the_frame(void **state)
{
	for (int n = 0; n < 24; n++) {
		int i = n % 6;
		enum pmk_range range = n & 8 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED;
		struct set s = make(sizes[i].w, sizes[i].h, n & 16 ? PMK_CHROMA_422 : PMK_CHROMA_420, range);
		struct pmk_shown *shown;

		memset(s.mask.alpha, 255, (size_t)s.mask.stride * (size_t)s.mask.height);
		assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), 0);
		for (int p = 0; range == PMK_RANGE_FULL && p < 3; p++) {
			for (int y = 0; y < pmk_layout_plane_height(&s.behind.layout, p); y++) {
				uint8_t *row = s.frame->image.plane[p] + (size_t)y * s.frame->image.stride[p];
				pmk_colour_row_to_limited(row, row, pmk_layout_plane_width(&s.behind.layout, p), p);
			}
		}
		assert_true(same(pmk_shown_image(shown), &s.frame->image));
		pmk_shown_unref(shown);
		finish(&s);
	}
}

/* Luma of every pixel is the nearest level to the blend; where alpha is 0 it is the backdrop's. */
static void test_blend_is_nearest(void **state)
{
	for (int i = 0; i < 6; i++) {
		struct set s = make(sizes[i].w, sizes[i].h, PMK_CHROMA_420, PMK_RANGE_LIMITED);
		const struct pmk_image *out;
		struct pmk_shown *shown;
		uint32_t seed = 9;

		for (int k = 0; k < s.mask.stride * s.mask.height; k++) {
			uint32_t r = unit_random(&seed);
			s.mask.alpha[k] = r & 0x300 ? 0 : (uint8_t)r;
		}
		assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), 0);
		out = pmk_shown_image(shown);
		for (int y = 0; y < s.mask.height; y++) {
			for (int x = 0; x < s.mask.width; x++) {
				int a = s.mask.alpha[(size_t)y * s.mask.stride + x],
				    f = s.frame->image.plane[0][(size_t)y * s.frame->image.stride[0] + x];
				int b = s.behind.plane[0][(size_t)y * s.behind.stride[0] + x];
				assert_int_equal(out->plane[0][(size_t)y * out->stride[0] + x],
					(f * a + b * (255 - a) + 127) / 255);
			}
		}
		pmk_shown_unref(shown);
		finish(&s);
	}
}

/* Another frame's mask, or anything else that does not fit, is refused: nothing is composed. */
static void test_refuses_what_does_not_fit(void **state)
{
	struct set s = make(64, 48, PMK_CHROMA_420, PMK_RANGE_LIMITED);
	struct pmk_mask small;
	struct pmk_shown *shown = NULL;
	struct pmk_layout full = s.behind.layout;
	struct pmk_composer *none = NULL;

	pmk_composer_set_backdrop(s.composer, NULL);
	assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), -EINVAL);
	pmk_composer_set_backdrop(s.composer, &s.backdrop->base);
	s.mask.number = 4;
	assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), -EINVAL);
	s.mask.number = 5;
	assert_int_equal(pmk_mask_alloc(&small, 62, 48), 0);
	small.number = 5;
	assert_int_equal(pmk_compose(s.composer, s.frame, &small, &shown), -EINVAL);
	pmk_mask_free(&small);
	s.backdrop->base.cover.layout.matrix = s.behind.layout.matrix = PMK_MATRIX_BT709;
	assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), -EINVAL);
	assert_int_equal(pmk_compose_cover(s.composer, &s.behind, NULL, NULL, &shown), -EINVAL);
	s.backdrop->base.cover.layout.matrix = s.behind.layout.matrix = PMK_MATRIX_BT601;
	s.frame->image.layout.chroma = PMK_CHROMA_422;
	assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), -EINVAL);
	assert_int_equal(pmk_compose_room(s.composer, s.frame, &shown), -EINVAL);
	s.frame->image.layout.chroma = PMK_CHROMA_420;
	full.range = PMK_RANGE_FULL;
	assert_int_equal(pmk_composer_create(&full, 1, &none), -EINVAL);
	assert_null(shown);
	assert_null(none);
	finish(&s);
}

/* A grey person before a green wall, mixed by the mask: after cleaning, the rim over black has the person's colour
 * only. Pixels that are wholly room or person are the same as without cleaning, bit for bit, in both ranges and
 * samplings. */
static void test_rim_is_cleaned(void **state)
{
	static const uint8_t person[3] = { 120, 128, 128 }, wall[3] = { 170, 60, 70 }, black[3] = { 16, 128, 128 };

	for (int n = 0; n < 4; n++) {
		enum pmk_chroma chroma = n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420;
		struct set s = make(131, 66, chroma, n & 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED);
		struct pmk_shown *plain, *clean;
		struct pmk_rim *rim;
		double off[2] = { 0 };

		pmk_image_fill(&s.behind, black);
		for (int y = 0; y < 66; y++) {
			for (int x = 0; x < 131; x++)
				s.mask.alpha[y * s.mask.stride + x] = (uint8_t)(x < 40 ? 0 :
						x > 50                                 ? 255 :
											 (x - 40) * 25);
		}
		for (int p = 0; p < 3; p++) {
			for (int y = 0; y < pmk_layout_plane_height(&s.frame->image.layout, p); y++) {
				for (int x = 0; x < pmk_layout_plane_width(&s.frame->image.layout, p); x++) {
					int alpha = s.mask.alpha[p ? 2 * x : x];
					s.frame->image.plane[p][y * s.frame->image.stride[p] + x] =
						(uint8_t)((person[p] * alpha + wall[p] * (255 - alpha)) / 255);
				}
			}
		}
		assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &plain), 0);
		assert_int_equal(pmk_rim_create(&s.behind.layout, &rim), 0);
		pmk_composer_set_rim(s.composer, rim);
		assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &clean), 0);
		for (int p = 0; p < 3; p++) {
			const struct pmk_image *a = pmk_shown_image(plain), *b = pmk_shown_image(clean);
			for (int y = 0; y < pmk_layout_plane_height(&a->layout, p); y++) {
				for (int x = 0; x < pmk_layout_plane_width(&a->layout, p); x++) {
					int at = y * a->stride[p] + x, left = (p ? 2 * x : x),
					    alpha = s.mask.alpha[left];
					if (left < 39 || left > 51)
						assert_int_equal(a->plane[p][at], b->plane[p][at]);
					else if (p) /* a grey person has no colour */
						off[0] += abs(a->plane[p][at] - 128),
							off[1] += abs(b->plane[p][at] - 128);
					else if (alpha == 255 || alpha == 0)
						assert_int_equal(a->plane[p][at], b->plane[p][at]);
				}
			}
		}
		assert_true(off[0] > 0 && off[1] < off[0] / 3);
		pmk_shown_unref(plain);
		pmk_shown_unref(clean);
		pmk_rim_destroy(rim);
		finish(&s);
	}
}

/* Somebody in white before a dark room, over a dark backdrop, with a rim that is soft over many cells: far from all
 * that is surely person or room, and slanted, so that cells with and without such pixels nearby lie side by side. */
static void draw_white_person(struct set *s, int soft)
{
	static const uint8_t black[3] = { 20, 130, 126 };
	struct pmk_image *image = &s->frame->image;

	pmk_image_fill(image, black);
	pmk_image_fill(&s->behind, black);
	for (int y = 0; y < s->mask.height; y++) {
		for (int x = 0; x < s->mask.width; x++) {
			int way = (x - 60) * 255 / soft + y;
			int alpha = way < 0 ? 0 : way > 255 ? 255 : way;

			s->mask.alpha[y * s->mask.stride + x] = (uint8_t)alpha;
			image->plane[0][y * image->stride[0] + x] = (uint8_t)(40 + 180 * alpha / 255);
		}
	}
}

/* The largest second difference of luma along rows, in the rim: across the borders of cells, or inside them. */
static int bend(const struct pmk_image *image, const struct pmk_mask *mask, bool across)
{
	int most = 0;

	for (int y = 0; y < mask->height; y++) {
		const uint8_t *row = image->plane[0] + y * image->stride[0], *alpha = mask->alpha + y * mask->stride;

		for (int x = 1; x + 1 < mask->width; x++) {
			bool border = x % PMK_CELL == 0 || x % PMK_CELL == PMK_CELL - 1;

			int size = abs(row[x - 1] - 2 * row[x] + row[x + 1]);

			if (border == across && alpha[x - 1] && alpha[x + 1] && alpha[x - 1] < 255 &&
				alpha[x + 1] < 255)
				most = size > most ? size : most;
		}
	}
	return most;
}

static void test_rim_has_no_stairs(void **state)
{
	for (int soft = 40; soft <= 160; soft += 40) {
		struct set s = make(320, 120, PMK_CHROMA_420, PMK_RANGE_LIMITED);
		struct pmk_shown *shown;
		struct pmk_rim *rim;
		int borders, inside;

		draw_white_person(&s, soft);
		assert_int_equal(pmk_rim_create(&s.behind.layout, &rim), 0);
		pmk_composer_set_rim(s.composer, rim);
		assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), 0);
		borders = bend(pmk_shown_image(shown), &s.mask, true);
		inside = bend(pmk_shown_image(shown), &s.mask, false);
		if (2 * borders > 3 * inside || inside > 4)
			fail_msg("soft over %d px: %d across borders, %d inside", soft, borders, inside);
		pmk_shown_unref(shown);
		pmk_rim_destroy(rim);
		finish(&s);
	}
}

/* Without a sure person nothing is cleaned, and no pixel of alpha 0 ever changes, whatever the mask. */
static void test_rim_keeps_the_backdrop(void **state)
{
	for (int n = 0; n < 60; n++) {
		uint32_t seed = (uint32_t)n + 3;
		int i = n % 6;
		struct set s = make(sizes[i].w, sizes[i].h, n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420,
			n & 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED);
		struct pmk_shown *plain, *clean;
		struct pmk_rim *rim;
		bool unsure = n % 3 == 0;

		for (int k = 0; k < s.mask.stride * s.mask.height; k++) {
			uint32_t r = unit_random(&seed);
			s.mask.alpha[k] = (uint8_t)(r % 4 == 0 ? 0 : unsure ? r >> 8 & 127 : r % 4 == 1 ? 255 : r >> 8);
		}
		assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &plain), 0);
		assert_int_equal(pmk_rim_create(&s.behind.layout, &rim), 0);
		pmk_composer_set_rim(s.composer, rim);
		assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &clean), 0);
		if (unsure)
			assert_true(same(pmk_shown_image(clean), pmk_shown_image(plain)));
		for (int y = 0; y < sizes[i].h; y++) {
			for (int x = 0; x < sizes[i].w; x++) {
				const struct pmk_image *out = pmk_shown_image(clean);
				if (s.mask.alpha[y * s.mask.stride + x] == 0)
					assert_int_equal(out->plane[0][y * out->stride[0] + x],
						s.behind.plane[0][y * s.behind.stride[0] + x]);
			}
		}
		pmk_shown_unref(plain);
		pmk_shown_unref(clean);
		pmk_rim_destroy(rim);
		finish(&s);
	}
}

/* A grey person before a room of noise, with a mask that is a pixel too large. */
static void test_rim_shows_no_room(void **state)
{
	enum { EDGE = 203, GREY = 120 };
	struct set s = make(480, 360, PMK_CHROMA_420, PMK_RANGE_LIMITED);
	struct pmk_image *image = &s.frame->image;
	const uint8_t person[3] = { GREY, 128, 128 };
	struct pmk_shown *shown;
	struct pmk_rim *rim;
	uint32_t seed = 5;

	pmk_image_fill(image, person);
	for (int y = 0; y < 360; y++) {
		for (int x = 0; x < 480; x++) {
			s.mask.alpha[y * s.mask.stride + x] = x < EDGE - 1 ? 0 : 255;
			if (x < EDGE)
				image->plane[0][y * image->stride[0] + x] = (uint8_t)(40 + unit_random(&seed) % 180);
		}
	}
	assert_int_equal(pmk_rim_create(&s.behind.layout, &rim), 0);
	pmk_composer_set_rim(s.composer, rim);
	assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), 0);
	for (int y = 0; y < 360; y++) {
		const struct pmk_image *out = pmk_shown_image(shown);

		for (int x = EDGE - 1; x < 480; x++)
			assert_in_range(out->plane[0][y * out->stride[0] + x], GREY - 1, GREY + 1);
	}
	pmk_shown_unref(shown);
	pmk_rim_destroy(rim);
	finish(&s);
}

enum { MOVING_W = 160, MOVING_H = 360, MID = 120, CODE = 60 };

/* Somebody grey whose edge is at x = `edge`, blurred over eight pixels by movement, before a room of noise, which is
 * `code` (1 or -1) times CODE. The mask is sharp and a pixel too large. */
static void draw_blurred_person(struct set *s, int edge, int code)
{
	struct pmk_image *image = &s->frame->image;
	uint32_t seed = 11;

	for (int y = 0; y < MOVING_H; y++) {
		for (int x = 0; x < MOVING_W; x++) {
			int room = MID + (unit_random(&seed) % 2 ? code : -code) * CODE,
			    share = pmk_clamp(x - edge + 4, 0, 8);

			s->mask.alpha[y * s->mask.stride + x] = x < edge - 1 ? 0 : 255;
			image->plane[0][y * image->stride[0] + x] = (uint8_t)(room + (MID - room) * share / 8);
		}
	}
}

/* Add, for each pixel, the square of the share of the room that is shown of this frame. */
static void add_what_is_read(struct set *s, int edge, double *total)
{
	struct pmk_shown *shown[2];

	for (int i = 0; i < 2; i++) {
		draw_blurred_person(s, edge, i ? 1 : -1);
		assert_int_equal(pmk_compose(s->composer, s->frame, &s->mask, &shown[i]), 0);
	}
	for (int y = 0; y < MOVING_H; y++) {
		const struct pmk_image *a = pmk_shown_image(shown[0]), *b = pmk_shown_image(shown[1]);

		for (int x = 0; x < MOVING_W; x++) {
			double share = (a->plane[0][y * a->stride[0] + x] - b->plane[0][y * b->stride[0] + x]) /
				(2.0 * CODE);

			total[y * MOVING_W + x] += share * share;
		}
	}
	pmk_shown_unref(shown[0]);
	pmk_shown_unref(shown[1]);
}

/* Over many frames, nobody reads the room through the rim of somebody who moves `step` px a frame, as
 * bench/leak/silhouette.py counts, wherever the edge lies between the cells; who stands still again is shown up to the
 * edge after two frames. */
static void move_by(int step)
{
	static double total[MOVING_W * MOVING_H];
	struct set s = make(MOVING_W, MOVING_H, PMK_CHROMA_420, PMK_RANGE_LIMITED);
	struct pmk_rim *rim;
	int read = 0, edge = 0;

	pmk_image_fill(&s.frame->image, (uint8_t[]){ MID, 128, 128 });
	pmk_image_fill(&s.behind, (uint8_t[]){ 60, 128, 128 });
	assert_int_equal(pmk_rim_create(&s.behind.layout, &rim), 0);
	pmk_composer_set_rim(s.composer, rim);
	memset(total, 0, sizeof total);
	for (int n = 0; n < 80; n++, s.frame->number = ++s.mask.number) {
		edge = 40 + step * abs(n % 20 - 10);
		add_what_is_read(&s, edge, n ? total : (double[MOVING_W * MOVING_H]){ 0 });
	}
	for (int i = 0; i < MOVING_W * MOVING_H; i++)
		read += total[i] >= 0.01;
	assert_int_equal(read, 0);
	add_what_is_read(&s, edge, total);
	s.frame->number = ++s.mask.number;
	memset(total, 0, sizeof total);
	add_what_is_read(&s, edge, total);
	assert_true(total[edge + 1] > 0);
	pmk_rim_destroy(rim);
	finish(&s);
}

static void test_a_moving_rim_shows_no_room(void **state)
{
	move_by(7);
	move_by(MOVING_H / 72);
}

static int alpha_at(const struct pmk_mask *mask, int x, int y)
{
	bool inside = x >= 0 && y >= 0 && x < mask->width && y < mask->height;

	return inside ? mask->alpha[y * mask->stride + x] : 255;
}

static int least_around(const struct pmk_mask *mask, int x, int y, int px)
{
	int across = pmk_min(alpha_at(mask, x - px, y), alpha_at(mask, x + px, y)),
	    along = pmk_min(alpha_at(mask, x, y - px), alpha_at(mask, x, y + px));

	return pmk_min(alpha_at(mask, x, y), pmk_min(across, along));
}

/* Against the definition, with cells that are wanted and others that stay. */
static void test_inner(void **state)
{
	static const struct pmk_rect mask_size[] = { { 0, 0, 1, 1 }, { 0, 0, 9, 70 }, { 0, 0, 310, 21 } };
	static uint8_t wanted[40 * 40];
	uint32_t seed = 3;

	for (int n = 0; n < 3 * 9; n++) {
		int w = mask_size[n % 3].width, h = mask_size[n % 3].height, px = n / 3 + 1;
		struct pmk_mask mask, inner;

		assert_int_equal(pmk_mask_alloc(&mask, w, h) | pmk_mask_alloc(&inner, w, h), 0);
		for (int i = 0; i < h * mask.stride; i++) {
			mask.alpha[i] = unit_random(&seed) % 9 ? 255 : (uint8_t)(unit_random(&seed) % 256);
			inner.alpha[i] = 77;
		}
		for (int i = 0; i < (int)sizeof wanted; i++)
			wanted[i] = unit_random(&seed) % 8 != 0;
		pmk_inner_find(&mask, px, wanted, &inner);
		if (n % 2)
			pmk_inner_narrow(&mask, 3 * px, wanted, &inner);
		for (int i = 0; i < w * h; i++) {
			int x = i % w, y = i / w, least = least_around(&mask, x, y, px);

			if (n % 2)
				least = pmk_min(least,
					(least_around(&mask, x, y, (3 * px + 1) / 2) +
						least_around(&mask, x, y, 3 * px) + 1) /
						2);
			assert_int_equal(
				inner.alpha[y * inner.stride + x], wanted[y / 8 * ((w + 7) / 8) + x / 8] ? least : 77);
		}
		pmk_mask_free(&mask);
		pmk_mask_free(&inner);
	}
}

/* Draw a mask of a few blots, or of room only, or of person only. */
static void draw_blots(struct pmk_mask *mask, uint32_t *seed)
{
	int kind = (int)(unit_random(seed) % 8);

	memset(mask->alpha, kind == 0 ? 255 : 0, (size_t)mask->stride * (size_t)mask->height);
	for (int n = 0; kind > 1 && n < kind; n++) {
		int x = (int)(unit_random(seed) % (uint32_t)mask->width),
		    y = (int)(unit_random(seed) % (uint32_t)mask->height);
		int count = (int)(unit_random(seed) % (uint32_t)(mask->width - x)) + 1,
		    rows = (int)(unit_random(seed) % (uint32_t)(mask->height - y)) + 1;

		for (int j = y; j < y + rows; j++)
			memset(mask->alpha + (size_t)j * (size_t)mask->stride + x, (int)(unit_random(seed) % 255) + 1,
				(size_t)count);
	}
}

/* The same pictures come out whether or not the backdrop says that it stays: with people who move, covers and rooms in
 * between, another picture of the same backdrop, another backdrop, and other pixels in the same memory. */
static void test_a_kept_backdrop_changes_nothing(void **state)
{
	for (int n = 0; n < 24; n++) {
		uint32_t seed = (uint32_t)n + 5;
		int w = sizes[n % 6].w, h = sizes[n % 6].h;
		struct set s = make(
			w, h, n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420, n & 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED);
		struct pmk_image other = { 0 }, *behind = &s.behind;
		struct played *backdrop = played_create(behind, false);
		struct pmk_shown *kept, *plain, *held = NULL;
		struct pmk_composer *reference;

		assert_int_equal(pmk_composer_create(&s.behind.layout, 1, &reference), 0);
		assert_int_equal(pmk_image_alloc(&other, &s.behind.layout), 0);
		fill_random(&other, 33);
		pmk_composer_set_backdrop(s.composer, &backdrop->base);
		pmk_composer_set_backdrop(reference, &s.backdrop->base);
		for (int k = 0; k < 60; k++) {
			switch (unit_random(&seed) % 8) {
			case 0:
				behind = behind == &other ? &s.behind : &other;
				backdrop->picture = s.backdrop->picture = *behind;
				backdrop->fresh = k % 2;
				if (!backdrop->fresh)
					pmk_composer_set_backdrop(s.composer, &backdrop->base);
				break;
			case 1:
				fill_random(behind, (uint32_t)k + 99);
				backdrop->fresh = k % 2;
				if (!backdrop->fresh)
					pmk_composer_set_backdrop(s.composer, &backdrop->base);
				break;
			case 2:
				assert_int_equal(
					pmk_compose_cover(s.composer, k % 3 ? &other : &s.behind, NULL, NULL, &kept),
					0);
				pmk_shown_unref(kept);
				break;
			case 3:
				assert_int_equal(pmk_compose_room(s.composer, s.frame, &kept), 0);
				pmk_shown_unref(kept);
				break;
			}
			fill_random(&s.frame->image, (uint32_t)k);
			draw_blots(&s.mask, &seed);
			assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &kept), 0);
			assert_int_equal(pmk_compose(reference, s.frame, &s.mask, &plain), 0);
			assert_true(same(pmk_shown_image(kept), pmk_shown_image(plain)));
			pmk_shown_unref(plain);
			pmk_shown_unref(held);
			held = kept; /* so that the two pictures of the pool are used alternately */
			if (unit_random(&seed) % 2) {
				pmk_shown_unref(held);
				held = NULL;
			}
		}
		pmk_shown_unref(held);
		pmk_image_free(&other);
		pmk_composer_destroy(reference);
		pmk_backdrop_destroy(&backdrop->base);
		finish(&s);
	}
}

/* A backdrop in the camera's light differs in each picture, so what pictures hold of it is not kept, nor what they held
 * before. */
static void test_a_matched_backdrop_is_not_kept(void **state)
{
	struct set s = make(161, 91, PMK_CHROMA_420, PMK_RANGE_LIMITED);
	struct played *moving = played_create(&s.behind, true);
	struct pmk_composer *reference;
	struct pmk_shown *kept, *plain;
	struct pmk_match *match;

	assert_int_equal(pmk_composer_create(&s.behind.layout, 1, &reference), 0);
	assert_int_equal(pmk_match_create(&s.behind.layout, 1, &match), 0);
	pmk_match_backdrop(match, &s.behind);
	pmk_image_fill(&s.frame->image, (uint8_t[]){ 190, 120, 140 });
	for (int y = 20; y < 60; y++)
		memset(s.mask.alpha + y * s.mask.stride + 30, 255, 50);
	s.backdrop->moves = false;
	pmk_composer_set_backdrop(reference, &moving->base);
	for (int k = 0; k < 6; k++) {
		pmk_composer_set_match(s.composer, k ? match : NULL);
		pmk_composer_set_match(reference, k ? match : NULL);
		s.frame->number = s.mask.number = (uint64_t)k;
		pmk_match_see(match, s.frame, &s.mask, NULL, (uint64_t)k * 40000000);
		assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &kept), 0);
		assert_int_equal(pmk_compose(reference, s.frame, &s.mask, &plain), 0);
		assert_true(same(pmk_shown_image(kept), pmk_shown_image(plain)));
		assert_int_equal(memcmp(pmk_shown_image(plain)->plane[0], s.behind.plane[0], 161) == 0, k == 0);
		pmk_shown_unref(kept);
		pmk_shown_unref(plain);
	}
	pmk_match_destroy(match);
	pmk_composer_destroy(reference);
	pmk_backdrop_destroy(&moving->base);
	finish(&s);
}

/* A sheet of blots, some of them opaque. */
static struct pmk_overlay *make_overlay(const struct pmk_layout *layout, uint32_t *seed)
{
	struct pmk_overlay *overlay;
	struct pmk_sheet sheet;

	assert_int_equal(pmk_sheet_alloc(&sheet, layout->width, layout->height), 0);
	for (int n = 0; n < 3; n++) {
		int x = (int)(unit_random(seed) % (uint32_t)layout->width),
		    y = (int)(unit_random(seed) % (uint32_t)layout->height), alpha = n ? 255 : 90;

		for (int j = y; j < y + 20 && j < layout->height; j++) {
			for (int i = x; i < x + 40 && i < layout->width; i++) {
				uint8_t *p = sheet.data + j * sheet.stride + 4 * i;

				for (int c = 0; c < 3; c++)
					p[c] = (uint8_t)(unit_random(seed) % ((uint32_t)alpha + 1));
				p[3] = (uint8_t)alpha;
			}
		}
	}
	assert_int_equal(pmk_overlay_of_sheet(&sheet, NULL, layout, &overlay), 0);
	pmk_sheet_free(&sheet);
	return overlay;
}

/* Whether `shown` is `plain` with the overlay over it; unrefs `plain`. */
static bool is_overlaid(const struct pmk_shown *shown, struct pmk_shown *plain, const struct pmk_overlay *overlay)
{
	struct pmk_image copy;
	bool is;

	assert_int_equal(pmk_image_alloc(&copy, &pmk_shown_image(plain)->layout), 0);
	pmk_image_copy(&copy, pmk_shown_image(plain));
	if (overlay)
		pmk_overlay_image(overlay, &copy);
	is = same(&copy, pmk_shown_image(shown));
	pmk_image_free(&copy);
	pmk_shown_unref(plain);
	return is;
}

/* Every picture is the one without an overlay with the overlay over all of it, whatever pictures hold from earlier:
 * with overlays that come, change and go, covers in between, and backdrops that stay, move, or write their own rows. */
static void test_an_overlay_lies_over_every_picture(void **state)
{
	for (int n = 0; n < 18; n++) {
		uint32_t seed = (uint32_t)n + 7;
		struct set s = make(sizes[n % 6].w, sizes[n % 6].h, n & 1 ? PMK_CHROMA_422 : PMK_CHROMA_420,
			n & 2 ? PMK_RANGE_FULL : PMK_RANGE_LIMITED);
		struct played *moving = played_create(&s.behind, true);
		struct pmk_overlay *overlays[3] = { NULL, make_overlay(&s.behind.layout, &seed),
			make_overlay(&s.behind.layout, &seed) };
		struct pmk_backdrop *blur = NULL, *its = NULL; /* each composer has its own */
		struct pmk_composer *plain;
		struct pmk_shown *a, *b, *held = NULL;
		int now = 0;

		s.backdrop->moves = false;
		if (s.behind.layout.width >= 64) {
			assert_int_equal(pmk_backdrop_create("blur", PMK_FIT_COVER, &s.behind.layout, &blur), 0);
			assert_int_equal(pmk_backdrop_create("blur", PMK_FIT_COVER, &s.behind.layout, &its), 0);
		}
		assert_int_equal(pmk_composer_create(&s.behind.layout, 1, &plain), 0);
		pmk_composer_set_backdrop(plain, &moving->base);
		for (int k = 0; k < 50; k++) {
			int what = (int)(unit_random(&seed) % 10);

			if (what < 3) {
				now = what;
				pmk_composer_set_overlay(s.composer, overlays[now]);
			} else if (what == 3) {
				assert_int_equal(pmk_compose_cover(s.composer, &s.behind, NULL, NULL, &a), 0);
				assert_int_equal(pmk_compose_cover(plain, &s.behind, NULL, NULL, &b), 0);
				assert_true(is_overlaid(a, b, overlays[now]));
				pmk_shown_unref(a);
			} else if (what == 4) {
				pmk_composer_set_backdrop(s.composer, k % 2 && blur ? blur : &s.backdrop->base);
				pmk_composer_set_backdrop(plain, k % 2 && its ? its : &moving->base);
			}
			fill_random(&s.frame->image, (uint32_t)k);
			draw_blots(&s.mask, &seed);
			assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &a), 0);
			assert_int_equal(pmk_compose(plain, s.frame, &s.mask, &b), 0);
			assert_true(is_overlaid(a, b, overlays[now]));
			pmk_shown_unref(held);
			held = a; /* so that the two pictures of the pool are used alternately */
		}
		pmk_shown_unref(held);
		pmk_composer_destroy(plain);
		pmk_backdrop_destroy(its);
		pmk_backdrop_destroy(blur);
		pmk_backdrop_destroy(&moving->base);
		pmk_overlay_destroy(overlays[1]);
		pmk_overlay_destroy(overlays[2]);
		finish(&s);
	}
}

/* Nothing hides the words on a cover, nor the border of a room that is shown. */
static void test_marks_lie_over_an_overlay(void **state)
{
	struct set s = make(320, 180, PMK_CHROMA_420, PMK_RANGE_LIMITED);
	struct pmk_rect low = pmk_mark_box(&s.behind.layout, "paused", false),
			high = pmk_mark_box(&s.behind.layout, "paused", true);
	const struct pmk_rect places[] = { low, { 0, 0, 320, 180 }, { 300, 0, 8, 8 }, { 0, 0, 320, 180 } };

	for (int i = 0; i < 4; i++) { /* at last with a name tag below */
		const struct pmk_rect *mark = i % 3 == 0 ? &high : &low;
		struct pmk_overlay *overlay;
		struct pmk_shown *shown, *room;
		struct pmk_sheet sheet;
		const uint8_t *row;

		assert_int_equal(pmk_sheet_alloc(&sheet, 320, 180), 0);
		for (int y = places[i].y; y < places[i].y + places[i].height; y++)
			memset(sheet.data + y * sheet.stride + 4 * places[i].x, 255, 4 * (size_t)places[i].width);
		assert_int_equal(pmk_overlay_of_sheet(&sheet, i == 3 ? &low : NULL, &s.behind.layout, &overlay), 0);
		pmk_composer_set_overlay(s.composer, overlay);
		assert_int_equal(pmk_compose_cover(s.composer, &s.behind, "paused", NULL, &shown), 0);
		row = pmk_shown_image(shown)->plane[0] + mark->y * pmk_shown_image(shown)->stride[0] + mark->x;
		for (int x = 0; x < mark->width; x++)
			assert_int_equal(row[x], row[0]); /* the plate's upper edge */
		assert_in_range(row[0], 17, 60);
		assert_int_equal(pmk_compose_room(s.composer, s.frame, &room), 0);
		assert_true(pmk_shown_image(room)->plane[2][0] > 200);
		pmk_shown_unref(shown);
		pmk_shown_unref(room);
		pmk_composer_set_overlay(s.composer, NULL);
		pmk_overlay_destroy(overlay);
		pmk_sheet_free(&sheet);
	}
	finish(&s);
}

static void test_cover_and_exhaustion(void **state)
{
	struct set s = make(64, 48, PMK_CHROMA_422, PMK_RANGE_LIMITED);
	struct pmk_shown *a, *b, *c = NULL;

	assert_int_equal(pmk_compose_cover(s.composer, &s.behind, NULL, NULL, &a), 0);
	assert_true(pmk_shown_is_cover(a));
	assert_true(same(pmk_shown_image(a), &s.behind));
	assert_int_equal(pmk_shown_position_ns(a), -1);
	s.frame->position_ns = 77;
	assert_int_equal(pmk_compose_cover(s.composer, &s.behind, NULL, s.frame, &b), 0);
	assert_int_equal(pmk_shown_position_ns(b), 77);
	assert_int_equal(pmk_shown_time_ns(b), 1234);
	assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &c), -EAGAIN);
	assert_int_equal(pmk_compose_cover(s.composer, &s.behind, NULL, NULL, &c), -EAGAIN);
	assert_null(c);
	pmk_shown_unref(a);
	assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &c), 0);
	pmk_shown_unref(b);
	pmk_shown_unref(c);
	finish(&s);
}

/* With --show-room the mark is on all four sides. */
static void test_room_is_marked(void **state)
{
	struct set s = make(160, 90, PMK_CHROMA_420, PMK_RANGE_FULL);
	const struct pmk_image *out;
	struct pmk_shown *shown;

	assert_int_equal(pmk_compose_room(s.composer, s.frame, &shown), 0);
	out = pmk_shown_image(shown);
	for (int x = 0; x < 80; x++)
		assert_true(out->plane[2][x] > 200 && out->plane[2][(size_t)44 * out->stride[2] + x] > 200);
	for (int y = 0; y < 45; y++)
		assert_true(out->plane[2][(size_t)y * out->stride[2]] > 200 &&
			out->plane[2][(size_t)y * out->stride[2] + 79] > 200);
	pmk_shown_unref(shown);
	finish(&s);
}

/* Over a transparent backdrop a picture is the person over black, with the mask's alpha beside it. */
static void test_transparent(void **state)
{
	struct set s = make(64, 48, PMK_CHROMA_420, PMK_RANGE_FULL);
	const uint8_t black[3] = { 16, 128, 128 };
	const struct pmk_mask *alpha;
	struct pmk_backdrop *clear;
	struct pmk_shown *shown;
	struct pmk_rect box;
	uint32_t seed = 3;

	for (int y = 0; y < 48; y++) {
		for (int x = 0; x < 64; x++)
			s.mask.alpha[y * s.mask.stride + x] = x < 20 ? 0 : x > 40 ? 255 : (uint8_t)unit_random(&seed);
	}
	assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), 0);
	assert_null(pmk_shown_alpha(shown));
	pmk_shown_unref(shown);
	assert_int_equal(pmk_backdrop_create("transparent", PMK_FIT_COVER, &s.behind.layout, &clear), 0);
	pmk_composer_set_backdrop(s.composer, clear);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), 0);
		alpha = pmk_shown_alpha(shown);
		assert_non_null(alpha);
		for (int y = 0; y < 48; y++) {
			assert_memory_equal(alpha->alpha + y * alpha->stride, s.mask.alpha + y * s.mask.stride, 64);
			for (int x = 0; x < 16; x++) {
				for (int p = 0; p < 3; p++)
					assert_int_equal(
						pmk_shown_image(shown)
							->plane[p][(p ? y / 2 : y) * pmk_shown_image(shown)->stride[p] +
								(p ? x / 2 : x)],
						black[p]);
			}
		}
		pmk_shown_unref(shown);
	}
	assert_int_equal(pmk_compose_cover(s.composer, &clear->cover, "PAUSED", NULL, &shown), 0);
	alpha = pmk_shown_alpha(shown);
	assert_int_equal(alpha->alpha[alpha->stride / 2], 0);
	box = pmk_mark_box(&s.behind.layout, "PAUSED", false);
	assert_int_equal(alpha->alpha[(box.y + box.height / 2) * alpha->stride + box.x + box.width / 2], 255);
	pmk_shown_unref(shown);
	pmk_composer_set_backdrop(s.composer, &s.backdrop->base);
	assert_int_equal(pmk_compose(s.composer, s.frame, &s.mask, &shown), 0);
	assert_null(pmk_shown_alpha(shown));
	pmk_shown_unref(shown);
	pmk_backdrop_destroy(clear);
	finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_person_is_exactly_the_backdrop),
		cmocka_unit_test(test_all_person_is_the_frame),
		cmocka_unit_test(test_blend_is_nearest),
		cmocka_unit_test(test_refuses_what_does_not_fit),
		cmocka_unit_test(test_rim_is_cleaned),
		cmocka_unit_test(test_rim_has_no_stairs),
		cmocka_unit_test(test_rim_keeps_the_backdrop),
		cmocka_unit_test(test_rim_shows_no_room),
		cmocka_unit_test(test_a_moving_rim_shows_no_room),
		cmocka_unit_test(test_inner),
		cmocka_unit_test(test_a_kept_backdrop_changes_nothing),
		cmocka_unit_test(test_a_matched_backdrop_is_not_kept),
		cmocka_unit_test(test_an_overlay_lies_over_every_picture),
		cmocka_unit_test(test_marks_lie_over_an_overlay),
		cmocka_unit_test(test_cover_and_exhaustion),
		cmocka_unit_test(test_room_is_marked),
		cmocka_unit_test(test_transparent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
