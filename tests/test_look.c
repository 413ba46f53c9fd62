/* SPDX-License-Identifier: MIT */
/* The networks and the view together. The people are cut out of the photos of the test data and put into a drawn
 * office: at the sides, two of them, one entering. */
#include "unit.h"

#include "compose/backdrop.h"
#include "media/still.h"
#include "scene/scene.h"

#include <errno.h>
#include <unistd.h>

enum { W = 1280, H = 720 };

struct stage {
	struct pmk_layout layout;
	struct pmk_backdrop *office;
	struct pmk_frame_pool *pool;
	struct pmk_frame *frame;
	struct pmk_scene *scene;
	struct pmk_mask truth;
};

struct cutout {
	struct pmk_rgb photo, mask;
};

static bool open_cutout(const char *name, struct cutout *c)
{
	char path[4200];

	snprintf(path, sizeof path, "%s/bench/images/%s.jpg", unit_test_data(), name);
	if (access(path, R_OK))
		return false;
	assert_int_equal(pmk_still_read(path, &c->photo), 0);
	snprintf(path, sizeof path, "%s/bench/images/%s.mask.png", unit_test_data(), name);
	assert_int_equal(pmk_still_read(path, &c->mask), 0);
	return true;
}

static void close_cutout(struct cutout *c)
{
	pmk_rgb_free(&c->photo);
	pmk_rgb_free(&c->mask);
}

/* `keep_out` is a zone, or NULL. The pictures are `single`, or those of a film. */
static struct stage open_stage(bool nearest, const char *keep_out, bool single)
{
	struct pmk_scene_settings settings = { .model = "auto",
		.threads = 1,
		.single = single,
		.backdrop = "green",
		.people = nearest ? PMK_PEOPLE_NEAREST : PMK_PEOPLE_ALL,
		.refine = { .mode = PMK_REFINE_GUIDED, .threshold = -1, .erode = -1, .dilate = -1, .feather = -1 } };
	struct stage s = { .layout = { .width = W, .height = H }, .pool = pmk_frame_pool_create(1) };

	if (keep_out)
		assert_int_equal(pmk_zone_parse(keep_out, &settings.keep_out[settings.keep_out_count++]), 0);
	assert_int_equal(pmk_backdrop_create("builtin:office", PMK_FIT_COVER, &s.layout, &s.office), 0);
	assert_int_equal(pmk_scene_create(&settings, &s.layout, 1, &s.scene), 0);
	assert_int_equal(pmk_mask_alloc(&s.truth, W, H), 0);
	s.frame = pmk_frame_pool_take(s.pool, &s.layout);
	return s;
}

static void close_stage(struct stage *s)
{
	pmk_mask_free(&s->truth);
	pmk_frame_unref(s->frame);
	pmk_frame_pool_destroy(s->pool);
	pmk_scene_destroy(s->scene);
	pmk_backdrop_destroy(s->office);
}

static void empty(struct stage *s)
{
	pmk_image_copy(&s->frame->image, &s->office->cover);
	memset(s->truth.alpha, 0, (size_t)s->truth.stride * H);
}

/* Draw `c` at 3/2 of its size, with its left edge at `left` and its lower edge at the picture's; the rest is cut off.
 */
static void put(struct stage *s, const struct cutout *c, int left)
{
	struct pmk_image *image = &s->frame->image;
	int width = c->photo.width * 3 / 2, height = c->photo.height * 3 / 2, top = H - height;

	for (int y = top < 0 ? -top : 0; y < height; y++) {
		for (int x = left < 0 ? -left : 0; x < width && left + x < W; x++) {
			const uint8_t *rgb = c->photo.data + (size_t)(y * 2 / 3) * c->photo.stride +
				(size_t)(x * 2 / 3) * 3;
			int alpha = c->mask.data[(size_t)(y * 2 / 3) * c->mask.stride + (size_t)(x * 2 / 3) * 3];
			uint8_t yuv[3];
			pmk_colour_rgb_to_yuv(rgb, &s->layout, yuv);
			for (int plane = 0; plane < 3; plane++) {
				int shift = plane ? 1 : 0;
				uint8_t *p = image->plane[plane] + (size_t)((top + y) >> shift) * image->stride[plane] +
					((left + x) >> shift);
				*p = (uint8_t)((*p * (255 - alpha) + yuv[plane] * alpha + 127) / 255);
			}
			if (alpha > s->truth.alpha[(size_t)(top + y) * s->truth.stride + left + x])
				s->truth.alpha[(size_t)(top + y) * s->truth.stride + left + x] = (uint8_t)alpha;
		}
	}
}

static const struct pmk_mask *look(struct stage *s, uint64_t number)
{
	const struct pmk_mask *mask;

	s->frame->number = number;
	s->frame->position_ns = (int64_t)number * 33333333;
	assert_int_equal(pmk_scene_mask(s->scene, s->frame, &mask, NULL), 0);
	return mask;
}

/* For the columns from `left` to before `right`: IoU, and the share of the true person that was found. */
static double compare(const struct stage *s, const struct pmk_mask *mask, int left, int right, double *found)
{
	int both = 0, either = 0, true_count = 0;

	for (int y = 0; y < H; y++) {
		for (int x = left; x < right; x++) {
			bool p = mask->alpha[(size_t)y * mask->stride + x] > 127,
			     q = s->truth.alpha[(size_t)y * s->truth.stride + x] > 127;
			both += p && q;
			either += p || q;
			true_count += q;
		}
	}
	if (found)
		*found = true_count ? (double)both / true_count : 1;
	return either ? (double)both / either : 1;
}

/* The first and the last column of the person in the cutout, at 3/2 of its size. */
static void extent(const struct cutout *c, int *first, int *last)
{
	*first = c->mask.width;
	*last = 0;
	for (int y = 0; y < c->mask.height; y++) {
		for (int x = 0; x < c->mask.width; x++) {
			if (c->mask.data[(size_t)y * c->mask.stride + (size_t)x * 3] < 128)
				continue;
			*first = x < *first ? x : *first;
			*last = x > *last ? x : *last;
		}
	}
	*first = *first * 3 / 2;
	*last = *last * 3 / 2 + 1;
}

/* A person at the far left or right is found as well as one in the middle. */
static void test_at_the_sides(void **state)
{
	static const char *const names[] = { "asl_book_025", "asl_eat_020", "asl_walk_041", "man_lp_d9" };

	for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
		struct cutout c;
		double iou[3];
		int first, last;

		if (!open_cutout(names[n], &c)) {
			puts("skipped: needs the test data");
			skip();
		}
		extent(&c, &first, &last);
		for (int place = 0; place < 3; place++) {
			struct stage s = open_stage(false, NULL, false);
			empty(&s);
			put(&s, &c, place == 0 ? -first : place == 1 ? (W - first - last) / 2 : W - 1 - last);
			iou[place] = compare(&s, look(&s, 0), 0, W, NULL);
			close_stage(&s);
		}
		close_cutout(&c);
		printf("%s: IoU left %.4f, middle %.4f, right %.4f\n", names[n], iou[0], iou[1], iou[2]);
		assert_true(iou[0] > iou[1] - 0.02 && iou[2] > iou[1] - 0.02);
	}
}

/* One person sits, and another comes in from the right: shown within nine frames, and no room with them. */
static void test_newcomer(void **state)
{
	enum { COMES = 13, STANDS = 40 };
	struct cutout sits, comes;
	struct stage s;

	if (!open_cutout("asl_book_025", &sits) || !open_cutout("asl_eat_020", &comes)) {
		puts("skipped: needs the test data");
		skip();
	}
	s = open_stage(false, NULL, false);
	for (int i = 0; i < STANDS; i++) {
		const struct pmk_mask *mask;
		double found, iou;

		empty(&s);
		put(&s, &sits, -100);
		if (i >= COMES)
			put(&s, &comes, W - 700);
		mask = look(&s, (uint64_t)i);
		iou = compare(&s, mask, 0, W, NULL);
		compare(&s, mask, 640, W, &found);
		if (i == 0 || i == COMES - 1 || i >= COMES + 9)
			assert_true(iou > 0.93);
		if (i >= COMES + 9)
			assert_true(found > 0.95);
		if (i == COMES + 9 || i == STANDS - 1)
			printf("picture %d: IoU %.4f, of the newcomer %.4f\n", i, iou, found);
	}
	close_stage(&s);
	close_cutout(&sits);
	close_cutout(&comes);
}

/* Two people at the ends of a wide picture are both found as well as each would be alone. */
static void test_far_apart(void **state)
{
	struct cutout left, right;
	struct stage s;
	int first, last, unused;

	if (!open_cutout("man_lp_d9", &left) || !open_cutout("asl_walk_041", &right)) {
		puts("skipped: needs the test data");
		skip();
	}
	s = open_stage(false, NULL, true);
	extent(&left, &first, &unused);
	extent(&right, &unused, &last);
	empty(&s);
	put(&s, &left, -first);
	put(&s, &right, W - 1 - last);
	for (uint64_t i = 0; i < 30; i++) {
		double iou = compare(&s, look(&s, i), 0, W, NULL);

		if (i == 0 || i == 29)
			printf("picture %d: IoU %.4f\n", (int)i, iou);
		assert_true(iou > 0.97);
	}
	close_stage(&s);
	close_cutout(&left);
	close_cutout(&right);
}

/* With nearest, only one of two people is shown; if the first is in a keep-out zone, it is the other one. */
static void test_nearest(void **state)
{
	static const char *const zones[] = { NULL, "0,0,55%x100%", "55%,0,45%x100%" };
	struct cutout sits, comes;

	if (!open_cutout("asl_book_025", &sits) || !open_cutout("asl_eat_020", &comes)) {
		puts("skipped: needs the test data");
		skip();
	}
	for (int n = 0; n < 3; n++) {
		struct stage s = open_stage(true, zones[n], false);
		double left, right;

		empty(&s);
		put(&s, &sits, 100);
		put(&s, &comes, W - 620);
		look(&s, 0);
		compare(&s, look(&s, 1), 0, 640, &left);
		compare(&s, look(&s, 2), 704, W, &right);
		printf("of the left %.4f, of the right %.4f\n", left, right);
		assert_true((left > 0.9 && right < 0.02) || (right > 0.9 && left < 0.02));
		assert_true(n == 0 || (n == 1 ? right : left) > 0.9);
		close_stage(&s);
	}
	close_cutout(&sits);
	close_cutout(&comes);
}

static void swap_sides(uint8_t *row, int width)
{
	for (int x = 0; x < width / 2; x++) {
		uint8_t kept = row[x];

		row[x] = row[width - 1 - x];
		row[width - 1 - x] = kept;
	}
}

/* The person in the middle, as a single picture, mirrored or not. Copies the mask, the right way round. */
static void mask_alone(struct stage *s, const struct cutout *c, bool mirrored, uint8_t *alpha)
{
	struct pmk_image *image = &s->frame->image;
	const struct pmk_mask *mask;

	empty(s);
	put(s, c, (W - c->photo.width * 3 / 2) / 2);
	for (int plane = 0; mirrored && plane < 3; plane++) {
		for (int y = 0; y < (plane ? H / 2 : H); y++)
			swap_sides(image->plane[plane] + (size_t)y * image->stride[plane], plane ? W / 2 : W);
	}
	mask = look(s, 0); /* the number does not rise: a cut */
	for (int y = 0; y < H; y++) {
		memcpy(alpha + (size_t)y * W, mask->alpha + (size_t)y * mask->stride, W);
		if (mirrored)
			swap_sides(alpha + (size_t)y * W, W);
	}
}

/* A single picture and its mirror image give nearly the same mask: several looks decide, no single one. */
static void test_mirrored_alike(void **state)
{
	static const char *const names[] = { "man_doc_b", "man_zh_a", "ccp_0109", "ccp_0335", "ccp_0407",
		"asl_learn_036" };
	uint8_t *alpha[2] = { malloc(W * H), malloc(W * H) };
	struct stage s = open_stage(false, NULL, false);
	int differ = 0, people = 0;

	for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
		struct cutout c;

		if (!open_cutout(names[n], &c)) {
			puts("skipped: needs the test data");
			skip();
		}
		mask_alone(&s, &c, false, alpha[0]);
		mask_alone(&s, &c, true, alpha[1]);
		for (int k = 0; k < W * H; k++) {
			people += alpha[0][k] > 127;
			differ += (alpha[0][k] > 127) != (alpha[1][k] > 127);
		}
		close_cutout(&c);
	}
	printf("%.2f %% differ\n", 100.0 * differ / people);
	assert_true(people > W * H / 4 && differ * 250 < people);
	close_stage(&s);
	free(alpha[0]);
	free(alpha[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mirrored_alike),
		cmocka_unit_test(test_at_the_sides),
		cmocka_unit_test(test_newcomer),
		cmocka_unit_test(test_far_apart),
		cmocka_unit_test(test_nearest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
