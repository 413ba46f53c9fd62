/* SPDX-License-Identifier: MIT */
/* Which frames an output counts as lost while its sink writes. The rest is in test_pipeline*.c. */
#include "unit.h"

#include "base/clock.h"
#include "compose/compose.h"
#include "core/outputs/output.h"
#include "core/thread.h"
#include "played.h"

#include <semaphore.h>

static struct pmk_image behind;
static struct played *backdrop;
static struct pmk_composer *composer;
static struct pmk_frame_pool *pool;
static struct pmk_mask mask;
static struct pmk_output *output;
static sem_t begun, gate; /* the sink has begun to write; it may go on */

static int write_slowly(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	sem_post(&begun);
	while (sem_wait(&gate))
		;
	return 0;
}

static int close_sink(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	return 0;
}

static const struct pmk_sink_impl impl = { .write = write_slowly, .close = close_sink };

static void tell(void *user, enum pmk_output_event event, int error)
{
}

static void put_frame(uint64_t number)
{
	struct pmk_frame *frame = pmk_frame_pool_take(pool, &behind.layout);
	struct pmk_shown *shown;

	frame->number = mask.number = number;
	frame->time_ns = number * PMK_S_NS;
	assert_int_equal(pmk_compose(composer, frame, &mask, &shown), 0);
	pmk_frame_unref(frame);
	pmk_output_put(output, shown);
}

static struct pmk_shown *cover(void)
{
	struct pmk_shown *shown;

	assert_int_equal(pmk_compose_cover(composer, &behind, NULL, NULL, &shown), 0);
	return shown;
}

static void check_lost(uint64_t expected)
{
	assert_int_equal(pmk_output_figures(output).replaced, expected);
}

static int open_output(void **state)
{
	static struct pmk_sink sink = { .impl = &impl, .name = "slow" };
	static const struct pmk_layout layout = { .width = 32, .height = 18, .chroma = PMK_CHROMA_420 };
	const struct pmk_output_settings settings = { .setup = { .layout = layout, .fps = 1 }, .tell = tell };
	const struct pmk_port port = { .sink = &sink, .spec = "slow" };
	struct pmk_shown *first;

	sem_init(&begun, 0, 0);
	sem_init(&gate, 0, 0);
	assert_int_equal(pmk_image_alloc(&behind, &layout), 0);
	assert_int_equal(pmk_mask_alloc(&mask, layout.width, layout.height), 0);
	backdrop = played_create(&behind, true);
	assert_int_equal(pmk_composer_create(&layout, 8, &composer), 0);
	pmk_composer_set_backdrop(composer, &backdrop->base);
	pool = pmk_frame_pool_create(2);
	first = cover();
	assert_int_equal(pmk_output_create(&settings, &port, 1, first, &output), 0);
	pmk_shown_unref(first);
	return pmk_output_start(output);
}

static int close_output(void **state)
{
	struct timespec until = pmk_thread_deadline(60 * PMK_S_NS);

	for (int i = 0; i < 1000; i++)
		sem_post(&gate);
	pmk_output_stop(output);
	assert_int_equal(pmk_output_join(output, &until), 0);
	pmk_output_destroy(output);
	pmk_frame_pool_destroy(pool);
	pmk_composer_destroy(composer);
	pmk_backdrop_destroy(&backdrop->base);
	pmk_mask_free(&mask);
	pmk_image_free(&behind);
	return 0;
}

/* A change of settings shows a frame once more, and a pause covers it: neither loses a frame. */
static void test_lost_frames(void **state)
{
	put_frame(1);
	while (sem_wait(&begun))
		;
	check_lost(0);
	put_frame(1); /* again */
	put_frame(2); /* 1 was taken before */
	check_lost(0);
	put_frame(2); /* again, before it was taken */
	check_lost(0);
	put_frame(3);
	check_lost(1);
	pmk_output_put(output, cover());
	put_frame(4);
	check_lost(1);
	put_frame(5);
	check_lost(2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lost_frames, open_output, close_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
