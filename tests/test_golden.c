/* SPDX-License-Identifier: MIT */
/* Golden hashes: presenter over each backdrop by its exact alpha, through the gate and the hash output. The network is left out,
 * as its last bits differ between processors; all that is here must not. When a hash changes on purpose, look at the picture first
 * (potemkin demo), then write the new one here and say why in the commit. */
#include "unit.h"

#include "io/presenter.h"
#include "io/sink.h"
#include "scene/backdrop.h"
#include "scene/compose.h"

#include <unistd.h>

static const struct {
	const char *backdrop, *hash;
	int width, height;
	enum pmk_chroma chroma;
	enum pmk_range range;
} golden[] = {
	{ "color:#3080c0", "b19e21ed2988928c41957dcbbfe212ce9e960815521ccc8ddb79f6fce3279608", 320, 180, PMK_CHROMA_420, PMK_RANGE_LIMITED },
	{ "color:#3080c0", "f864bf2f28f83e26f20b34532224ec940089c3c0451b3d0641a0e4245ab72b93", 322, 182, PMK_CHROMA_422, PMK_RANGE_FULL },
	{ "builtin:office", "e04d973dab22db53b5d400090b1fe2b09baaf124548e4971427ed73e5f354345", 320, 180, PMK_CHROMA_420, PMK_RANGE_FULL },
	{ "builtin:dusk", "dc5200a4e58f8d4bbb59e4caa48859241e5a36114bf24f37fc9889a4e28555cb", 640, 480, PMK_CHROMA_422, PMK_RANGE_LIMITED },
	{ "blur:30", "233a1ceba4bb3a897e9fb34a03d5a1e93343adcb4d60c1b37ec471dfb7dec328", 320, 240, PMK_CHROMA_420, PMK_RANGE_LIMITED },
};

/* Compose three pictures into the hash output; what it prints at the end goes to `total`. */
static void run(size_t n, char total[80])
{
	struct pmk_layout out = { .width = golden[n].width, .height = golden[n].height, .chroma = golden[n].chroma }, in = out;
	struct pmk_frame_pool *pool = pmk_frame_pool_create(1);
	struct pmk_frame *frame;
	struct pmk_presenter *presenter;
	struct pmk_backdrop *backdrop;
	struct pmk_composer *composer;
	struct pmk_mask truth;
	struct pmk_sink *sink;
	char text[2048], path[] = "/tmp/potemkin-test-XXXXXX", *last;
	int kept = dup(STDOUT_FILENO), fd = mkstemp(path);
	ssize_t size;

	in.range = golden[n].range;
	frame = pmk_frame_pool_take(pool, &in);
	assert_int_equal(pmk_presenter_create(out.width, out.height, 1, &presenter), 0);
	assert_int_equal(pmk_backdrop_create(golden[n].backdrop, PMK_FIT_COVER, &out, &backdrop), 0);
	assert_int_equal(pmk_composer_create(&out, 1, &composer), 0);
	assert_int_equal(pmk_mask_alloc(&truth, out.width, out.height), 0);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	assert_int_equal(pmk_sink_hash_open(&sink), 0);
	for (int i = 0; i < 3; i++) {
		struct pmk_blur *blur = pmk_backdrop_blur(backdrop);
		struct pmk_shown *shown;

		pmk_presenter_draw_image(presenter, i * 0.4, &frame->image, &truth);
		frame->number = truth.number = (uint64_t)i;
		assert_int_equal(blur ? pmk_compose_blurred(composer, frame, &truth, blur, &shown) :
			pmk_compose(composer, frame, &truth, pmk_backdrop_behind(backdrop), &shown), 0);
		assert_int_equal(pmk_sink_write(sink, shown), 0);
		pmk_shown_unref(shown);
	}
	assert_int_equal(pmk_sink_close(sink, NULL), 0);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	size = pread(fd, text, sizeof text - 1, 0);
	assert_true(size > 0);
	text[size] = '\0';
	last = strstr(text, "total ");
	assert_non_null(last);
	snprintf(total, 80, "%.64s", last + 6);
	close(fd);
	close(kept);
	unlink(path);
	pmk_mask_free(&truth);
	pmk_composer_destroy(composer);
	pmk_backdrop_destroy(backdrop);
	pmk_presenter_destroy(presenter);
	pmk_frame_unref(frame);
	pmk_frame_pool_destroy(pool);
}

static void test_golden(void **state)
{
	bool all = true;

	for (size_t n = 0; n < sizeof golden / sizeof golden[0]; n++) {
		char total[80];

		run(n, total);
		if (strcmp(total, golden[n].hash) == 0)
			continue;
		print_message("%s %dx%d: %s\n", golden[n].backdrop, golden[n].width, golden[n].height, total);
		all = false;
	}
	assert_true(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
