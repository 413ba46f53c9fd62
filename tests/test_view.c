/* SPDX-License-Identifier: MIT */
/* The view, on scripted people: whoever is in the picture is in the view in that very frame, and a still person has a
 * still view. */
#include "unit.h"

#include "find/view.h"
#include "find/zone.h"

#include <errno.h>
#include <math.h>

enum { W = 1280, H = 720, N = 256, SEARCH_W = 256, SEARCH_H = 144, MOST_LOOKS = 6, MOST_PEOPLE = 2 };
/* from this frame on, a still view stays: the view of the first sight was tightened once */
enum { SETTLED = 6 };
static const uint64_t FRAME_NS = 33333333;

struct person {
	double x, y, width, height;
}; /* px; width 0: absent */

struct play {
	struct pmk_view view;
	struct pmk_rect seen; /* the last look of the last frame */
	uint64_t frame;
	int looks; /* of the last frame */
	int searches; /* of all frames */
	float probability[N * N];
};

static void render(const struct person *people, const struct pmk_rect *rect, float *probability, int width, int height)
{
	for (int i = 0; i < width * height; i++) {
		double x = rect->x + (i % width + 0.5) * rect->width / width,
		       y = rect->y + (i / width + 0.5) * rect->height / height;
		probability[i] = 0.02f;
		for (int k = 0; k < MOST_PEOPLE; k++) {
			const struct person *p = &people[k];
			if (x >= p->x && x < p->x + p->width && y >= p->y && y < fmin(p->y + p->height, H))
				probability[i] = 0.97f;
		}
	}
}

/* A frame in which the search sees other people than the look at the view. */
static void step_apart(
	struct play *p, const struct person searched[MOST_PEOPLE], const struct person people[MOST_PEOPLE])
{
	struct pmk_rect all = { 0, 0, W, H };
	bool again = true;

	if (pmk_view_wants_search(&p->view, ++p->frame * FRAME_NS)) {
		render(searched, &all, p->probability, SEARCH_W, SEARCH_H);
		pmk_view_search(&p->view, &all, p->probability, SEARCH_W, SEARCH_H);
		p->searches++;
	}
	for (p->looks = 0; again && p->looks < MOST_LOOKS; p->looks++) {
		p->seen = p->view.rect;
		render(people, &p->seen, p->probability, N, N);
		again = pmk_view_follow(&p->view, p->probability, N, N);
	}
}

static void step(struct play *p, const struct person people[MOST_PEOPLE])
{
	step_apart(p, people, people);
}

static bool is_seen(const struct play *p, const struct person *who)
{
	const struct pmk_rect *r = &p->seen;

	return r->x <= fmax(0, who->x) && r->y <= fmax(0, who->y) && r->x + r->width >= fmin(W, who->x + who->width) &&
		r->y + r->height >= fmin(H, who->y + who->height);
}

static struct play *start(bool nearest)
{
	struct play *p = calloc(1, sizeof *p);

	assert_non_null(p);
	pmk_view_init(&p->view, W, H, 1, nearest);
	return p;
}

/* The first frame ends with a square around the person; a tighter one follows later. Apart from that, breathing moves
 * nothing. */
static void test_still(void **state)
{
	struct play *p = start(false);
	struct pmk_rect first;

	for (int i = 0; i < 300; i++) {
		struct person people[2] = { { 480 + 3 * sin(i * 0.4), 200 + 4 * sin(i * 0.21), 300, 600 } };
		step(p, people);
		if (i == 0 || i == SETTLED) {
			assert_int_equal(p->seen.width, p->seen.height);
			assert_true(p->seen.height > 520 && p->seen.height < (i ? first.height : 720));
			first = p->seen;
		}
		assert_memory_equal(&p->seen, &first, sizeof first);
		assert_true(is_seen(p, &people[0]));
		assert_true(i == 0 || p->looks == 1);
	}
	assert_true(first.y + first.height <= H + 2);
	free(p);
}

/* Across the whole picture and beyond its edges, slowly and fast: the person is never cut off. */
static void test_walking(void **state)
{
	for (int speed = 2; speed <= 64; speed *= 2) {
		struct play *p = start(false);
		int frames = 0, looks = 0;

		for (double x = -150; x < W - 60; x += speed) {
			struct person people[2] = { { x, 260, 220, 500 } };
			step(p, people);
			assert_true(is_seen(p, &people[0]));
			assert_true(p->looks <= 4);
			frames++;
			looks += p->looks;
		}
		/* the view moves before the person reaches its border */
		assert_true(speed > 16 || looks <= frames + 2);
		free(p);
	}
}

static void test_growing_arms(void **state)
{
	struct play *p = start(false);

	for (int i = 0; i < 60; i++) {
		struct person people[2] = { { 540, 200, 200, 600 }, { 640 - i * 10.0, 420, i * 20.0, 40 } };
		step(p, people);
		assert_true(is_seen(p, &people[1]));
	}
	free(p);
}

/* Somebody leans back: a fifth of a second later the view is tight again. */
static void test_leaning_back(void **state)
{
	struct play *p = start(false);
	int before = 0;

	for (int i = 0; i < 60; i++) {
		double height = i < 30 ? 650 : 300;
		struct person people[2] = { { 640 - height / 3, H - height, height / 1.5, height } };
		step(p, people);
		if (i == 29)
			before = p->seen.height;
		assert_true(is_seen(p, &people[0]));
		assert_true(i <= 30 + 6 || p->seen.height * 650 < before * 300 * 1.05);
	}
	free(p);
}

/* A person who enters far from the view is seen within six frames. */
static void test_newcomer(void **state)
{
	for (int begin = 20; begin < 27; begin++) {
		struct play *p = start(false);
		int waited = 0;
		for (int i = 0; i < begin + 40; i++) {
			struct person people[2] = { { 100, 200, 250, 600 }, { 1180, 300, i < begin ? 0 : 100, 420 } };
			step(p, people);
			assert_true(is_seen(p, &people[0]));
			waited += i >= begin && !is_seen(p, &people[1]);
		}
		assert_true(waited < 6);
		free(p);
	}
}

/* Of somebody who is followed, the network sees nothing that is outside the picture, whichever of its sides they touch:
 * there is only its rim repeated. */
static void test_inside(void **state)
{
	static const struct person at[] = { { 0, 200, 260, 520 }, { 1020, 200, 260, 520 }, { 500, 0, 300, 720 } };

	for (size_t k = 0; k < sizeof at / sizeof at[0]; k++) {
		struct play *p = start(false);
		struct person people[2] = { at[k] };

		for (int i = 0; i < SETTLED + 2; i++)
			step(p, people);
		assert_true(is_seen(p, &at[k]));
		assert_true(p->seen.x >= 0 && p->seen.x + p->seen.width <= W);
		assert_true(p->seen.y >= 0 && p->seen.y + p->seen.height <= H + 2);
		free(p);
	}
}

/* Two people at the ends of a wide picture are looked at in two tiles; each is a square, and they cover the view and
 * overlap. When the people lean to and fro the tiles stay. When one has left, one look is enough. */
static void test_tiles(void **state)
{
	struct play *p = start(false);
	struct pmk_rect tile[2], first;

	for (int i = 0; i < 100; i++) {
		struct person people[2] = { { 60 + 6 * sin(i * 0.4), 220, 260, 500 },
			{ 980 + 6 * sin(i * 0.3), 260, i < 60 ? 250 : 0, 480 } };
		step(p, people);
		if (i == 2 * SETTLED)
			first = p->seen;
		/* while it settles, and at the end, the tiles may be those of the next frame already */
		if (i < 2 * SETTLED || i >= 60)
			continue;
		assert_int_equal(pmk_view_tiles(&p->view, tile), 2);
		assert_memory_equal(&p->seen, &first, sizeof first);
		assert_true(is_seen(p, &people[0]) && is_seen(p, &people[1]));
		for (int k = 0; k < 2; k++) {
			assert_int_equal(tile[k].width, tile[k].height);
			assert_true(tile[k].y == first.y && tile[k].height == first.height);
		}
		assert_int_equal(tile[0].x, first.x);
		assert_int_equal(tile[1].x + tile[1].width, first.x + first.width);
		assert_true((tile[0].x + tile[0].width - tile[1].x) * 6 > tile[0].width);
	}
	assert_int_equal(pmk_view_tiles(&p->view, tile), 1);
	assert_memory_equal(&tile[0], &p->view.rect, sizeof tile[0]);
	free(p);
}

/* If two tiles of the network's shape would leave a gap, they are squeezed. */
static void test_tiles_of_a_very_wide_picture(void **state)
{
	static const int widths[] = { 1600, 1920, 2560, 5120, 8192 };
	static float probability[N * N];

	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		struct person people[2] = { { 40, 150, 300, 570 }, { widths[i] - 400, 200, 350, 520 } };
		struct pmk_rect all = { 0, 0, widths[i], H }, tile[2], *rect;
		struct pmk_view v;

		pmk_view_init(&v, widths[i], H, 1, false);
		rect = &v.rect;
		render(people, &all, probability, N, N);
		pmk_view_search(&v, &all, probability, N, N);
		assert_int_equal(pmk_view_tiles(&v, tile), 2);
		assert_true(rect->x <= people[0].x && rect->x + rect->width >= people[1].x + people[1].width);
		assert_int_equal(tile[0].x, rect->x);
		assert_int_equal(tile[1].x + tile[1].width, rect->x + rect->width);
		assert_true((tile[0].x + tile[0].width - tile[1].x) * 6 > tile[0].width);
	}
}

/* In a wide picture, however wide, both ends are searched more closely until somebody is found, and then one after the
 * other. Other pictures are not. */
static void test_closer(void **state)
{
	struct play *p = start(false);
	struct person people[2] = { { 480, 200, 300, 600 } };
	struct pmk_rect part[2];
	struct pmk_view narrow, panorama;
	int at[2];

	assert_int_equal(pmk_view_closer(&p->view, part), 2);
	assert_true(part[0].width == H && part[1].width == H && abs(part[0].x - part[1].x) == W - H);
	step(p, people);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pmk_view_closer(&p->view, part), 1);
		at[i] = part[0].x;
	}
	assert_int_equal(abs(at[0] - at[1]), W - H);
	pmk_view_init(&narrow, 640, 480, 1, false);
	assert_int_equal(pmk_view_closer(&narrow, part), 0);
	pmk_view_init(&panorama, 2561, H, 1, false);
	assert_int_equal(pmk_view_closer(&panorama, part), 2);
	for (int i = 0; i < 2; i++) {
		assert_true(part[i].width > 2561 / 2 && part[i].width < 2561 * 3 / 5);
		assert_int_equal(part[i].x % 2, 0);
	}
	assert_int_equal(abs(part[0].x - part[1].x), (2561 - part[0].width) / 2 * 2);
	free(p);
}

/* Time also starts a search, if pictures are rare. */
static void test_searches_by_time(void **state)
{
	struct play *p = start(false);
	struct person people[2] = { { 500, 200, 250, 600 } };

	step(p, people);
	assert_false(pmk_view_wants_search(&p->view, p->frame * FRAME_NS + FRAME_NS));
	assert_true(pmk_view_wants_search(&p->view, p->frame * FRAME_NS + 210000000));
	free(p);
}

/* When one person goes, the view returns to those who stay. When all are gone, the whole picture is looked at. */
static void test_leaving(void **state)
{
	struct play *p = start(false);
	struct person people[2] = { { 100, 200, 250, 600 }, { 1000, 250, 200, 470 } };
	struct pmk_rect wide;

	for (int i = 0; i < 30; i++)
		step(p, people);
	wide = p->seen;
	people[1].width = 0;
	for (int i = 0; i < 60; i++)
		step(p, people);
	assert_true(p->seen.width < wide.width * 3 / 4);
	assert_true(is_seen(p, &people[0]));
	people[0].width = 0;
	step(p, people);
	assert_false(p->view.found);
	assert_int_equal(p->seen.width, W);
	assert_int_equal(p->seen.height, H);
	people[0].width = 200;
	step(p, people);
	assert_true(p->view.found && is_seen(p, &people[0]));
	free(p);
}

/* An empty room costs one look a frame and a search every sixth frame; a person who comes in is seen at once. */
static void test_an_empty_room(void **state)
{
	struct play *p = start(false);
	struct person people[2] = { { 0 } };

	for (int i = 0; i < 60; i++) {
		step(p, people);
		assert_int_equal(p->looks, 1);
		assert_false(p->view.found);
	}
	assert_int_equal(p->searches, 10);
	people[0] = (struct person){ 1000, 250, 200, 470 };
	step(p, people);
	assert_true(p->view.found && is_seen(p, &people[0]));
	people[0].width = 0;
	step(p, people);
	assert_int_equal(p->looks, 2); /* at the place of the person, and at the whole picture */
	step(p, people);
	assert_true(p->searches > 10);
	free(p);
}

static bool any(const struct play *p, const struct person *who)
{
	struct pmk_rect r = p->seen;

	for (int i = 0; i < N * N; i++) {
		double x = r.x + (i % N + 0.5) * r.width / N, y = r.y + (i / N + 0.5) * r.height / N;
		if (x >= who->x && x < who->x + who->width && y >= who->y && y < who->y + who->height &&
			p->probability[i] > 0.5f)
			return true;
	}
	return false;
}

/* With nearest: a second person of nearly the same size does not replace the first; a much larger one does. */
static void test_nearest(void **state)
{
	struct play *p = start(true);
	struct person people[2] = { { 300, 200, 250, 520 }, { 800, 330, 180, 390 } };

	for (int i = 0; i < 20; i++)
		step(p, people);
	assert_true(any(p, &people[0]));
	assert_false(any(p, &people[1]));
	people[1] = (struct person){ 780, 120, 280, 600 };
	for (int i = 0; i < 20; i++)
		step(p, people);
	assert_true(any(p, &people[0]));
	assert_false(any(p, &people[1]));
	people[0] = (struct person){ 300, 400, 120, 320 };
	for (int i = 0; i < 20; i++)
		step(p, people);
	assert_false(any(p, &people[0]));
	assert_true(any(p, &people[1]));
	free(p);
}

/* Specks at the far side are no people: neither the smallest, nor those that are small beside a person. */
static void test_specks(void **state)
{
	static const double sizes[] = { 20, 60 };
	struct pmk_rect first;

	for (int n = 0; n < 2; n++) {
		struct play *p = start(false);

		for (int i = 0; i < 60; i++) {
			struct person people[2] = { { 480, 200, 300, 600 }, { 1100 + i, 100, sizes[n], sizes[n] } };
			step(p, people);
			if (i == 0 || i == SETTLED)
				first = p->seen;
			assert_memory_equal(&p->seen, &first, sizeof first);
		}
		free(p);
	}
}

/* People side by side are all in the view, no matter who of them is higher up. */
static void test_two(void **state)
{
	for (int higher = 0; higher < 2; higher++) {
		struct play *p = start(false);
		struct person people[2] = { { 60, higher ? 200 : 300, 200, 600 },
			{ 1000, higher ? 300 : 200, 200, 600 } };

		step(p, people);
		assert_true(is_seen(p, &people[0]) && is_seen(p, &people[1]));
		free(p);
	}
}

/* A search that finds other people than the look does takes nobody out of the view; those it finds stay in the view
 * until the next search. */
static void test_a_search_loses_nobody(void **state)
{
	struct play *p = start(false);
	struct person people[2] = { { 150, 200, 250, 600 } }, other[2] = { { 900, 300, 150, 420 } };

	step(p, people);
	for (int i = 1; i < 60; i++) {
		step_apart(p, other, people);
		assert_true(is_seen(p, &people[0]));
		assert_true(i < 6 || is_seen(p, &other[0]));
	}
	free(p);
}

/* However many specks there are, the people among them are found: here two, of whom one is kept. */
static void test_many_specks(void **state)
{
	struct play *p = start(true);
	struct person people[2] = { { 300, 300, 250, 420 }, { 800, 400, 180, 320 } };
	struct pmk_rect all = { 0, 0, W, H };

	render(people, &all, p->probability, N, N);
	for (int i = 0; i < 128; i++) { /* each of 4 x 4 px, in the upper part */
		for (int k = 0; k < 16; k++)
			p->probability[(i / 16 * 8 + k / 4) * N + i % 16 * 16 + k % 4] = 0.9f;
	}
	assert_true(pmk_view_follow(&p->view, p->probability, N, N));
	assert_true(p->view.found);
	p->seen = all;
	assert_true(any(p, &people[0]));
	assert_false(any(p, &people[1]));
	free(p);
}

/* What is wrong with a zone is told of the number that is. */
static void test_wrong_zones(void **state)
{
	static const char *const wrong[][2] = {
		{ "", "a zone is X,Y,WxH" },
		{ "1,2", "a zone is X,Y,WxH" },
		{ "1,2,3", "a zone is X,Y,WxH" },
		{ "1,2,5x", "a zone is X,Y,WxH" },
		{ "a,2,5x5", "its left edge \"a\" is no number of pixels from 0 to 8192, or of percent to 100%" },
		{ "-1,2,5x5", "its left edge \"-1\"" },
		{ "1, 2,5x5", "its top edge \" 2\"" },
		{ "1,2,101%x5", "its width \"101%\"" },
		{ "1,2,5x9999", "its height \"9999\"" },
		{ "1,2,5x5x", "its height \"5x\"" },
		{ "1,2,0x5", "its width is 0, so it covers nothing" },
		{ "1,2,5x0%", "its height is 0, so it covers nothing" },
	};
	static const char *const zones[] = { "2000,0,10x10", "0,0,10x10", "0,100%,10x10" };
	struct pmk_zone zone[3];
	char why[200];

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		pmk_zone_explain(wrong[i][0], why, sizeof why);
		if (!strstr(why, wrong[i][1]))
			fail_msg("%s: %s", wrong[i][0], why);
	}
	unit_catch_log();
	for (int i = 0; i < 3; i++)
		assert_int_equal(pmk_zone_parse(zones[i], &zone[i]), 0);
	pmk_zones_tell(zone, 2, 1280, 720);
	assert_int_equal(unit_log_count, 1);
	assert_non_null(strstr(unit_logged, "the keep-out zone 2000,0,10x10 lies outside of pictures of 1280x720"));
	pmk_zones_tell(zone + 1, 2, 1280, 720);
	assert_int_equal(unit_log_count, 2);
	assert_non_null(strstr(unit_logged, "0,100%,10x10"));
	pmk_log_redirect(NULL, NULL);
}

static void test_zones(void **state)
{
	static const char *const bad[] = { "", "1,2,3", "1,2,0x5", "1,2,5x", "a,2,5x5", "-1,2,5x5", "1,2,101%x5",
		"1,2,5x5x", "1 ,2,5x5", ",,x" };
	struct pmk_rect rect, view = { -100, 0, 400, 400 };
	float probability[40 * 40];
	struct pmk_mask mask;
	struct pmk_zone zone;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(pmk_zone_parse(bad[i], &zone), -EINVAL);
	assert_int_equal(pmk_zone_parse("75%,10,25%x50.5%", &zone), 0);
	rect = pmk_zone_in(&zone, 1280, 720);
	assert_true(rect.x == 960 && rect.y == 10 && rect.width == 320 && rect.height == 364);
	assert_int_equal(pmk_zone_parse("2000,0,10x10", &zone), 0);
	assert_int_equal(pmk_zone_in(&zone, 1280, 720).width, 0);
	assert_int_equal(pmk_zone_parse("100,50,60x70", &zone), 0);
	rect = pmk_zone_in(&zone, 300, 200);
	assert_int_equal(pmk_mask_alloc(&mask, 300, 200), 0);
	memset(mask.alpha, 255, (size_t)mask.stride * 200);
	for (int i = 0; i < 40 * 40; i++)
		probability[i] = 1;
	pmk_zone_clear_mask(&rect, &mask);
	pmk_zone_clear_probability(&rect, &view, probability, 40, 40);
	for (int y = 0; y < 200; y++) {
		for (int x = 0; x < 300; x++) {
			bool in = x >= 100 && x < 160 && y >= 50 && y < 120;
			assert_int_equal(mask.alpha[(size_t)y * mask.stride + x], in ? 0 : 255);
			assert_true(!in || probability[y / 10 * 40 + (x + 100) / 10] == 0);
		}
	}
	assert_true(probability[5 * 40 + 19] == 1 && probability[5 * 40 + 26] == 1 && probability[4 * 40 + 20] == 1 &&
		probability[12 * 40 + 20] == 1);
	/* a network pixel that a zone touches is in it */
	for (int i = 0; i < 40 * 40; i++)
		probability[i] = 1;
	pmk_zone_clear_probability(&(struct pmk_rect){ 105, 58, 51, 57 }, &view, probability, 40, 40);
	assert_true(probability[5 * 40 + 20] == 0 && probability[11 * 40 + 25] == 0 && probability[4 * 40 + 20] == 1 &&
		probability[12 * 40 + 25] == 1);
	assert_true(probability[5 * 40 + 19] == 1 && probability[11 * 40 + 26] == 1);
	pmk_mask_free(&mask);
}

/* A zone outside the picture clears nothing of a view that sticks out of it. */
static void test_a_zone_outside_clears_nothing(void **state)
{
	static const char *const zones[] = { "2000,0,10x100%", "0,2000,100%x10", "2000,2000,1x1" };
	struct pmk_rect view = { -3, -3, 306, 206 };
	float probability[40 * 40];
	struct pmk_mask mask;

	assert_int_equal(pmk_mask_alloc(&mask, 300, 200), 0);
	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
		struct pmk_zone zone;
		struct pmk_rect rect;

		assert_int_equal(pmk_zone_parse(zones[i], &zone), 0);
		rect = pmk_zone_in(&zone, 300, 200);
		memset(mask.alpha, 255, (size_t)mask.stride * 200);
		for (int k = 0; k < 40 * 40; k++)
			probability[k] = 1;
		pmk_zone_clear_mask(&rect, &mask);
		pmk_zone_clear_probability(&rect, &view, probability, 40, 40);
		for (int k = 0; k < 40 * 40; k++)
			assert_true(probability[k] == 1);
		for (int y = 0; y < 200; y++) {
			for (int x = 0; x < 300; x++)
				assert_int_equal(mask.alpha[(size_t)y * mask.stride + x], 255);
		}
	}
	pmk_mask_free(&mask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_still),
		cmocka_unit_test(test_walking),
		cmocka_unit_test(test_growing_arms),
		cmocka_unit_test(test_leaning_back),
		cmocka_unit_test(test_newcomer),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_tiles),
		cmocka_unit_test(test_tiles_of_a_very_wide_picture),
		cmocka_unit_test(test_closer),
		cmocka_unit_test(test_searches_by_time),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_an_empty_room),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_specks),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_a_search_loses_nobody),
		cmocka_unit_test(test_many_specks),
		cmocka_unit_test(test_wrong_zones),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_a_zone_outside_clears_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
