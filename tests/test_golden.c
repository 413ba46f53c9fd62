/* SPDX-License-Identifier: MIT */
/* Golden hashes: the presenter over each backdrop, with its exact alpha and with what the mask's chain makes of that,
 * through the seal and the hash output. The network is left out, because its last bits differ between processors;
 * everything here must be the same on all. When a hash changes on purpose, look at the picture first (potemkin demo),
 * then write the new one here and say why in the commit. */
#include "unit.h"

#include "base/cpu.h"
#include "compose/backdrop.h"
#include "compose/compose.h"
#include "draw/presenter.h"
#include "find/prepare.h"
#include "io/sink.h"
#include "mask/refine.h"

#include <unistd.h>

enum { N = 128 }; /* size of the simulated network */

struct golden {
	const char *backdrop, *hash;
	int width, height;
	enum pmk_chroma chroma;
	enum pmk_range range;
	enum pmk_refine_mode mode; /* of the chain, if there is one */
};

static const struct golden by_truth[] = {
	{ "color:#3080c0", "b19e21ed2988928c41957dcbbfe212ce9e960815521ccc8ddb79f6fce3279608", 320, 180, PMK_CHROMA_420,
		PMK_RANGE_LIMITED, PMK_REFINE_NONE },
	{ "color:#3080c0", "f864bf2f28f83e26f20b34532224ec940089c3c0451b3d0641a0e4245ab72b93", 322, 182, PMK_CHROMA_422,
		PMK_RANGE_FULL, PMK_REFINE_NONE },
	{ "builtin:office", "b2a44f38a6f4d4e1908de28cb30ec7e9a4973bcdc8c2870d4ad5c82026cf9ca4", 320, 180,
		PMK_CHROMA_420, PMK_RANGE_FULL, PMK_REFINE_NONE },
	{ "builtin:dusk", "0f0cf486704d328b1299d207b27fb967a3ff2d2d02bcfe7035822ec05df282a7", 640, 480, PMK_CHROMA_422,
		PMK_RANGE_LIMITED, PMK_REFINE_NONE },
	{ "builtin:leaves", "b58c3c2af10da22b326a1e53de1d64812844c562acab5222080b470619cb99f3", 322, 182,
		PMK_CHROMA_420, PMK_RANGE_LIMITED, PMK_REFINE_NONE },
	{ "blur:30", "f484fb9165c8de819b61f8cc17cd30fb88079ab32bafd43796d81c153529a9ff", 320, 240, PMK_CHROMA_420,
		PMK_RANGE_LIMITED, PMK_REFINE_NONE },
};

static const struct golden by_chain[] = {
	{ "builtin:office", "6c0d8dd62f8ba64ca811a14644419e4bd3e7f0c960f12863e11e8130a2c7a29e", 640, 360,
		PMK_CHROMA_420, PMK_RANGE_LIMITED, PMK_REFINE_GUIDED },
	{ "color:#3080c0", "274fe1ee85c8fbe5adb2e33a5da812d77f4fcf66efb6e1dd529e3210ce9c1996", 323, 181, PMK_CHROMA_422,
		PMK_RANGE_FULL, PMK_REFINE_GUIDED },
	{ "blur:50", "691fdf392ee8f7fe56fc0e19475f96cc98be5c1a0f08694e059bbf1ec30ac8b1", 482, 271, PMK_CHROMA_420,
		PMK_RANGE_FULL, PMK_REFINE_GUIDED },
	{ "builtin:dusk", "7e73b67b85c003f44b3871ef237256621b2349ad3f089fc86a4b98d6bb7e4520", 320, 240, PMK_CHROMA_422,
		PMK_RANGE_LIMITED, PMK_REFINE_NONE },
	{ "builtin:dusk", "3b3e836f46586896917779bbda9696080dcb748c4a01f9afee6560b125c11156", 320, 240, PMK_CHROMA_420,
		PMK_RANGE_LIMITED, PMK_REFINE_MORPH },
};

/* Makes the hash output print to a file of the test. */
struct hashed {
	char path[32];
	int fd, kept;
	struct pmk_sink *sink;
};

static struct hashed begin(void)
{
	struct hashed h = { .path = "/tmp/potemkin-test-XXXXXX", .kept = dup(STDOUT_FILENO) };

	h.fd = mkstemp(h.path);
	fflush(stdout);
	dup2(h.fd, STDOUT_FILENO);
	assert_int_equal(pmk_sink_hash_open(&h.sink), 0);
	return h;
}

static void take(struct hashed *h, struct pmk_shown *shown)
{
	assert_int_equal(pmk_sink_write(h->sink, shown), 0);
	pmk_shown_unref(shown);
}

/* Put what it prints at the end into `total`. */
static void end(struct hashed *h, char total[80])
{
	char text[2048], *last;
	ssize_t size;

	assert_int_equal(pmk_sink_close(h->sink, NULL), 0);
	fflush(stdout);
	dup2(h->kept, STDOUT_FILENO);
	size = pread(h->fd, text, sizeof text - 1, 0);
	assert_true(size > 0);
	text[size] = '\0';
	last = strstr(text, "total ");
	assert_non_null(last);
	snprintf(total, 80, "%.64s", last + 6);
	close(h->fd);
	close(h->kept);
	unlink(h->path);
}

/* All that a picture is made of. */
struct studio {
	struct pmk_layout in, out;
	struct pmk_frame_pool *pool;
	struct pmk_frame *frame;
	struct pmk_presenter *presenter;
	struct pmk_backdrop *backdrop;
	struct pmk_composer *composer;
	struct pmk_mask truth;
};

static struct studio open_studio(const struct golden *g)
{
	struct studio s = { .out = { .width = g->width, .height = g->height, .chroma = g->chroma },
		.pool = pmk_frame_pool_create(1) };

	s.in = s.out;
	s.in.range = g->range;
	s.frame = pmk_frame_pool_take(s.pool, &s.in);
	assert_int_equal(pmk_presenter_create(s.out.width, s.out.height, 1, &s.presenter), 0);
	assert_int_equal(pmk_backdrop_create(g->backdrop, PMK_FIT_COVER, &s.out, &s.backdrop), 0);
	assert_int_equal(pmk_composer_create(&s.out, 1, &s.composer), 0);
	pmk_composer_set_backdrop(s.composer, s.backdrop);
	assert_int_equal(pmk_mask_alloc(&s.truth, s.out.width, s.out.height), 0);
	return s;
}

static void close_studio(struct studio *s)
{
	pmk_mask_free(&s->truth);
	pmk_composer_destroy(s->composer);
	pmk_backdrop_destroy(s->backdrop);
	pmk_presenter_destroy(s->presenter);
	pmk_frame_unref(s->frame);
	pmk_frame_pool_destroy(s->pool);
}

static struct pmk_shown *compose(struct studio *s, const struct pmk_mask *mask)
{
	struct pmk_shown *shown;

	assert_int_equal(pmk_compose(s->composer, s->frame, mask, &shown), 0);
	return shown;
}

static void draw(struct studio *s, int number)
{
	pmk_presenter_draw_image(s->presenter, number * 0.4, &s->frame->image, &s->truth);
	s->frame->number = s->truth.number = (uint64_t)number;
	s->frame->position_ns = number * INT64_C(400000000);
}

/* Three pictures with the exact alpha. */
static void run(const struct golden *g, char total[80])
{
	struct studio s = open_studio(g);
	struct hashed h = begin();

	for (int i = 0; i < 3; i++) {
		draw(&s, i);
		take(&h, compose(&s, &s.truth));
	}
	end(&h, total);
	close_studio(&s);
}

/* What a network would make of the view: soft, never quite sure, with a speck beside the person. */
static void blunt(const struct pmk_mask *truth, const struct pmk_rect *view, float *p)
{
	for (int i = 0; i < N * N; i++) {
		int left = view->x + i % N * view->width / N, top = view->y + i / N * view->height / N, sum = 0;

		for (int k = 0; k < 9; k++) {
			int x = left + (k % 3 - 1) * 3, y = top + (k / 3 - 1) * 3;
			if (x >= 0 && y >= 0 && x < truth->width && y < truth->height)
				sum += truth->alpha[(size_t)y * truth->stride + x];
		}
		p[i] = i % N < 5 && i / N < 5 ? 0.8f : 0.03f + (float)sum * (0.94f / (9 * 255));
	}
}

/* Three pictures with the mask that the chain makes of the alpha at a network's size, with the rim cleaned; in the last
 * two the view moves. */
static void run_chain(const struct golden *g, char total[80])
{
	struct pmk_refine_settings settings = {
		.mode = g->mode, .light_wrap = 0.3, .threshold = -1, .erode = -1, .dilate = -1, .feather = -1
	};
	struct pmk_model_card card = { .input_width = N, .input_height = N, .scale = 1 };
	struct studio s = open_studio(g);
	struct pmk_prepare *prepare;
	struct pmk_refine *refine;
	struct pmk_rim *rim;
	struct pmk_mask mask;
	static float p[N * N];
	struct hashed h;

	assert_int_equal(pmk_prepare_create(&card, &prepare), 0);
	assert_int_equal(pmk_refine_create(&settings, N, N, g->width, g->height, &refine), 0);
	assert_int_equal(pmk_mask_alloc(&mask, g->width, g->height), 0);
	assert_int_equal(pmk_rim_create(&s.out, &rim), 0);
	pmk_composer_set_rim(s.composer, rim);
	h = begin();
	for (int i = 0; i < 3; i++) {
		struct pmk_rect view = { (g->width - g->height) / 4 * 2 - 20 * i, -8 * i, g->height, g->height };

		draw(&s, i);
		blunt(&s.truth, &view, p);
		pmk_prepare_scale(prepare, &s.frame->image, &view);
		pmk_refine_run(refine, p, &view, pmk_prepare_small(prepare), &s.frame->image, &mask);
		mask.number = s.frame->number;
		take(&h, compose(&s, &mask));
	}
	end(&h, total);
	pmk_mask_free(&mask);
	pmk_refine_destroy(refine);
	pmk_prepare_destroy(prepare);
	close_studio(&s);
	pmk_rim_destroy(rim);
}

static void check(const struct golden *golden, size_t count, void (*run_one)(const struct golden *, char *))
{
	bool all = true;

	for (size_t n = 0; n < count; n++) {
		char total[80];

		run_one(&golden[n], total);
		if (strcmp(total, golden[n].hash) == 0)
			continue;
		print_message("%s %dx%d: %s\n", golden[n].backdrop, golden[n].width, golden[n].height, total);
		all = false;
	}
	assert_true(all);
}

static void test_golden(void **state)
{
	check(by_truth, sizeof by_truth / sizeof by_truth[0], run);
}

/* The hashes are the same at every level of the CPU. */
static void test_golden_chain(void **state)
{
	for (int level = 0; level < PMK_CPU_LEVELS; level++) {
		if (!pmk_cpu_has((enum pmk_cpu_level)level))
			continue;
		assert_int_equal(pmk_cpu_force(pmk_cpu_name((enum pmk_cpu_level)level)), 0);
		check(by_chain, sizeof by_chain / sizeof by_chain[0], run_chain);
	}
	assert_int_equal(pmk_cpu_force("auto"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_golden_chain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
