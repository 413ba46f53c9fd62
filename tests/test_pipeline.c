/* SPDX-License-Identifier: MIT */
/* The live pipeline between a scripted camera and outputs that look at every picture. This program has its own pmk_source_* and
 * pmk_sink_* in place of io's. Run under the thread sanitizer too. */
#include "unit.h"

#include "base/clock.h"
#include "core/pipeline.h"
#include "image/convert.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* --- the camera: a room of one glaring colour, nobody in it --- */

enum camera_mode { DELIVER, STALL, LOSE, END, HANG, OLD, UNEVEN };	/* OLD: pictures taken long ago; UNEVEN: every other one late */
static atomic_int camera_mode, camera_opens, cameras_open, open_failures, camera_width = 320, camera_drops;	/* drops: between two pictures */
static atomic_ullong open_gap_ns;	/* the longest between two openings since it was last set to 0 */
static const uint8_t room[3] = { 150, 60, 220 };	/* Y, U, V: magenta */

struct camera {
	struct pmk_source base;
	struct pmk_frame_pool *pool;
	uint64_t number;
};

int pmk_source_open(const char *spec, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	static uint64_t opened_ns;	/* by one thread at a time */
	uint64_t gap_ns = pmk_clock_now_ns() - opened_ns;
	struct camera *c;

	opened_ns += gap_ns;
	if (gap_ns > atomic_load(&open_gap_ns))
		atomic_store(&open_gap_ns, gap_ns);
	atomic_fetch_add(&camera_opens, 1);
	if (atomic_load(&open_failures) > 0) {
		atomic_fetch_sub(&open_failures, 1);
		return -ENODEV;
	}
	c = calloc(1, sizeof *c);
	c->base.layout = (struct pmk_layout){ .width = atomic_load(&camera_width), .height = 180 };
	if (c->base.layout.width != 320) {	/* back in another shape altogether */
		c->base.layout.chroma = PMK_CHROMA_422;
		c->base.layout.matrix = PMK_MATRIX_BT709;
		c->base.layout.range = PMK_RANGE_FULL;
	}
	c->base.fps = 50;
	atomic_fetch_add(&cameras_open, 1);
	c->pool = pmk_frame_pool_create(4);
	snprintf(c->base.name, sizeof c->base.name, "scripted");
	*source = &c->base;
	return 0;
}

int pmk_source_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
{
	struct camera *c = (struct camera *)source;
	int mode = atomic_load(&camera_mode);

	if (mode == LOSE)
		return -ENODEV;
	if (mode == END)
		return -ENODATA;
	while (atomic_load(&camera_mode) == HANG)
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	if (mode != DELIVER && mode != OLD && mode != UNEVEN) {
		pmk_clock_sleep_until(deadline_ns);
		return -EAGAIN;
	}
	pmk_clock_sleep_until(pmk_clock_now_ns() + (mode != UNEVEN ? 20 : c->number % 2 ? 6 : 34) * PMK_MS_NS);
	*frame = pmk_frame_pool_take(c->pool, &source->layout);
	if (!*frame)
		return -EAGAIN;
	source->dropped += (uint64_t)atomic_load(&camera_drops);
	pmk_image_fill(&(*frame)->image, room);
	(*frame)->number = c->number++;
	(*frame)->time_ns = mode == OLD ? 1 : pmk_clock_now_ns();
	return 0;
}

int pmk_source_reopen(const char *spec, const struct pmk_source_place *place, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	return pmk_source_open(spec, wish, source);
}

void pmk_source_close(struct pmk_source *source)
{
	struct camera *c = (struct camera *)source;

	if (!c)
		return;
	pmk_frame_pool_destroy(c->pool);
	free(c);
	atomic_fetch_sub(&cameras_open, 1);
}

/* --- the outputs --- */

struct output {
	struct pmk_sink base;
	bool open, opened_covered, closed_covered;
	int written, covers, rests, opens, fail_after, failing_rests;	/* fail_after: 0 never */
	bool last_is_cover, last_is_marked, leaked, wrong_layout;
	int marks;	/* covers with words on them */
	int close;	/* pictures that came less than 18 ms after the one before, of 20 */
	uint64_t written_ns;
	uint64_t shown_ns, composed_ns, least_ns;	/* capture of the last picture; when it was first written; from there to a cover, at the least */
};

static atomic_int watch = PMK_WATCH_UNKNOWN;
static atomic_bool others_block;	/* writes to outputs that are not live do not return */
static pthread_mutex_t output_lock = PTHREAD_MUTEX_INITIALIZER;
static struct output outputs[2];

static bool shows_room(const struct pmk_image *m)
{
	for (int y = 0; y < pmk_layout_plane_height(&m->layout, 2); y++) {
		for (int x = 0; x < pmk_layout_plane_width(&m->layout, 2); x++) {
			if (m->plane[2][(size_t)y * m->stride[2] + x] > 190)
				return true;
		}
	}
	return false;
}

/* A cover of one colour has no second luma but that of words. */
static bool is_marked(const struct pmk_image *m)
{
	for (int y = 0; y < m->layout.height; y++)
		for (int x = 0; x < m->layout.width; x++)
			if (m->plane[0][(size_t)y * m->stride[0] + x] != m->plane[0][0])
				return true;
	return false;
}

int pmk_sink_open(const char *spec, const struct pmk_sink_setup *setup, const struct pmk_shown *cover, struct pmk_sink **sink)
{
	struct output *o = &outputs[spec[0] == 'b'];

	assert_true(setup->layout.range == PMK_RANGE_LIMITED);
	pthread_mutex_lock(&output_lock);
	o->base.live = spec[1] == '!';
	o->open = true;
	o->opens++;
	o->opened_covered = cover && pmk_shown_is_cover(cover) && !shows_room(pmk_shown_image(cover));
	pthread_mutex_unlock(&output_lock);
	*sink = &o->base;
	return 0;
}

int pmk_sink_write(struct pmk_sink *sink, const struct pmk_shown *shown)
{
	struct output *o = (struct output *)sink;
	const struct pmk_image *image = pmk_shown_image(shown);
	int err = 0;

	pthread_mutex_lock(&output_lock);
	o->written++;
	o->close += pmk_clock_now_ns() - o->written_ns < 18 * PMK_MS_NS;
	o->written_ns = pmk_clock_now_ns();
	o->last_is_cover = pmk_shown_is_cover(shown);
	o->covers += o->last_is_cover;
	o->last_is_marked = is_marked(image);
	o->marks += o->last_is_marked;
	if (!o->last_is_cover && pmk_shown_time_ns(shown) != o->shown_ns)	/* not one shown again */
		o->composed_ns = pmk_clock_now_ns();
	o->shown_ns = pmk_shown_time_ns(shown);
	if (o->last_is_cover && o->composed_ns && (!o->least_ns || pmk_clock_now_ns() - o->composed_ns < o->least_ns))
		o->least_ns = pmk_clock_now_ns() - o->composed_ns;
	o->leaked |= shows_room(image);
	o->wrong_layout |= image->layout.width != 320 || image->layout.height != 180;
	if (o->fail_after && o->written >= o->fail_after)
		err = -ENODEV;
	pthread_mutex_unlock(&output_lock);
	while (!o->base.live && atomic_load(&others_block))
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	return err;
}

static atomic_int looks, broken_fd = -1;	/* a watch_fd that is in order only where this is -1 */

enum pmk_watch pmk_sink_watched(struct pmk_sink *sink)
{
	atomic_fetch_add(&looks, 1);
	return (enum pmk_watch)atomic_load(&watch);
}

int pmk_sink_watch_fd(struct pmk_sink *sink, short *events)
{
	*events = POLLIN;
	return atomic_load(&broken_fd);
}

int pmk_sink_rest(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct output *o = (struct output *)sink;
	int err;

	pthread_mutex_lock(&output_lock);
	o->rests++;
	o->last_is_cover = pmk_shown_is_cover(cover);
	err = o->failing_rests > 0 ? -ENODEV : 0;
	o->failing_rests -= err != 0;
	pthread_mutex_unlock(&output_lock);
	return err;
}

int pmk_sink_close(struct pmk_sink *sink, const struct pmk_shown *cover)
{
	struct output *o = (struct output *)sink;

	pthread_mutex_lock(&output_lock);
	o->open = false;
	o->closed_covered = cover && pmk_shown_is_cover(cover);
	pthread_mutex_unlock(&output_lock);
	return 0;
}

static struct output seen(int index)
{
	struct output o;

	pthread_mutex_lock(&output_lock);
	o = outputs[index];
	pthread_mutex_unlock(&output_lock);
	return o;
}

/* --- */

static double cpu_limit;	/* of the pipelines that are started */

static struct pmk_pipeline *start_with(const char *first, const char *second, uint64_t frames, bool on_demand)
{
	struct pmk_pipeline_settings settings = {
		.camera = "scripted", .on_demand = on_demand, .outputs = { first, second }, .output_count = second ? 2 : 1, .frames = frames,
		.cpu_limit = cpu_limit,
		.scene = { .model = "selfie-landscape", .threads = 1, .backdrop = "color:#20c040", .refine = { .threshold = -1 } },
	};
	struct pmk_pipeline *p = NULL;
	enum pmk_part part;

	unit_catch_log();
	memset(outputs, 0, sizeof outputs);
	atomic_store(&camera_mode, DELIVER);
	atomic_store(&open_failures, 0);
	atomic_store(&camera_opens, 0);
	atomic_store(&camera_width, 320);
	atomic_store(&camera_drops, 0);
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), 0);
	assert_int_equal(part, PMK_PART_NONE);
	assert_false(outputs[0].open);
	assert_int_equal(pmk_pipeline_start(p, &part), 0);
	assert_int_equal(part, PMK_PART_NONE);
	assert_true(seen(0).opened_covered);
	return p;
}

static struct pmk_pipeline *start(const char *first, const char *second, uint64_t frames)
{
	atomic_store(&watch, PMK_WATCH_UNKNOWN);
	return start_with(first, second, frames, false);
}

/* Stop, and check what must hold at the end of every run. */
static void stop(struct pmk_pipeline *p, int error)
{
	enum pmk_part part;

	assert_int_equal(pmk_pipeline_stop(p, &part), error);
	for (int i = 0; i < 2; i++) {
		assert_false(outputs[i].open);
		assert_false(outputs[i].leaked);
		assert_false(outputs[i].wrong_layout);
		assert_true(outputs[i].written == 0 || outputs[i].closed_covered);
	}
	pmk_pipeline_destroy(p);
	pmk_log_redirect(NULL, NULL);
}

static enum pmk_state state_of(struct pmk_pipeline *p)
{
	struct pmk_pipeline_report report;

	pmk_pipeline_report(p, &report);
	return report.state;
}

/* Wait for a state, at most a generous while; how long it took, ms. */
static int reach(struct pmk_pipeline *p, enum pmk_state state)
{
	uint64_t start_ns = pmk_clock_now_ns(), end = start_ns + 60 * PMK_S_NS;

	while (state_of(p) != state) {
		assert_true(pmk_clock_now_ns() < end);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
	return (int)((pmk_clock_now_ns() - start_ns) / PMK_MS_NS);
}

static void wait_written(int index, int count)
{
	uint64_t end = pmk_clock_now_ns() + 60 * PMK_S_NS;

	while (seen(index).written < count) {
		assert_true(pmk_clock_now_ns() < end);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
}

static void wait_opens(int count)
{
	uint64_t end = pmk_clock_now_ns() + 60 * PMK_S_NS;

	while (atomic_load(&camera_opens) < count) {
		assert_true(pmk_clock_now_ns() < end);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
}

static void test_live_and_stopped(void **state)
{
	struct pmk_pipeline *p = start("a", "b", 0);

	reach(p, PMK_STATE_LIVE);
	wait_written(0, 10);
	wait_written(1, 10);
	stop(p, 0);
}

/* Pictures stop: the cover is shown, and stays; they come again: live. Said by states, and by what was written. */
static void test_a_stall_is_covered(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);
	int before;

	reach(p, PMK_STATE_LIVE);
	atomic_store(&camera_mode, STALL);
	printf("covered %d ms after the pictures stopped\n", reach(p, PMK_STATE_COVERED));
	wait_written(0, seen(0).written + 1);
	assert_true(seen(0).least_ns >= 190 * PMK_MS_NS);	/* a camera's jitter must not flash the cover */
	before = seen(0).written;
	wait_written(0, before + 10);	/* a live output keeps its rate */
	assert_true(seen(0).last_is_cover);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* The camera goes, is not there at the first tries, and comes back with another size, sampling, range and matrix. */
static void test_a_lost_camera_comes_back(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	atomic_store(&open_failures, 2);
	atomic_store(&camera_width, 640);
	atomic_store(&camera_mode, LOSE);
	wait_opens(3);	/* it was lost, and both tries have failed */
	reach(p, PMK_STATE_COVERED);
	assert_true(seen(0).open);
	atomic_store(&camera_mode, DELIVER);
	wait_opens(4);
	reach(p, PMK_STATE_LIVE);
	wait_written(0, seen(0).written + 5);
	stop(p, 0);
}

/* Pictures that come unevenly go out evenly, or programs that ask for a rate would leave out those that follow a late one too soon. */
static void test_live_outputs_are_even(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);
	int written, close;

	reach(p, PMK_STATE_LIVE);
	atomic_store(&camera_mode, UNEVEN);
	written = seen(0).written;
	close = seen(0).close;
	wait_written(0, written + 60);
	printf("%d of 60 pictures came too soon\n", seen(0).close - close);
	assert_true(seen(0).close - close < 20);	/* it was every other; a thread that has to wait for a processor makes a few */
	stop(p, 0);
}

/* An output that keeps no rate is not given the same picture twice. */
static void test_only_live_outputs_get_repeats(void **state)
{
	struct pmk_pipeline *p = start("a!", "b", 0);
	int before;

	reach(p, PMK_STATE_LIVE);
	atomic_store(&camera_mode, STALL);
	reach(p, PMK_STATE_COVERED);
	wait_written(0, seen(0).written + 3);
	before = seen(1).written;
	wait_written(0, seen(0).written + 10);
	assert_int_equal(seen(1).written, before);
	assert_int_equal(seen(1).covers, 1);
	stop(p, 0);
}

static void test_a_lost_output_leaves_the_others(void **state)
{
	struct pmk_pipeline *p;
	struct pollfd event;
	enum pmk_part part = PMK_PART_NONE;

	p = start("a", "b", 0);
	pthread_mutex_lock(&output_lock);
	outputs[1].fail_after = 3;
	pthread_mutex_unlock(&output_lock);
	while (seen(1).open)
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	wait_written(0, seen(0).written + 5);
	assert_int_equal(state_of(p), PMK_STATE_LIVE);
	pthread_mutex_lock(&output_lock);
	outputs[0].fail_after = 1;
	pthread_mutex_unlock(&output_lock);
	event = (struct pollfd){ .fd = pmk_pipeline_event_fd(p), .events = POLLIN };
	assert_int_equal(poll(&event, 1, 60000), 1);
	assert_int_equal(state_of(p), PMK_STATE_FAILED);
	assert_int_equal(pmk_pipeline_stop(p, &part), -ENODEV);
	assert_int_equal(part, PMK_PART_OUTPUT);
	stop(p, -ENODEV);
}

static void test_ends(void **state)
{
	struct pmk_pipeline *p = start("a", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	atomic_store(&camera_mode, END);
	reach(p, PMK_STATE_ENDED);
	stop(p, 0);

	p = start("a", NULL, 7);
	reach(p, PMK_STATE_ENDED);
	assert_int_equal(seen(0).written - seen(0).covers, 7);
	stop(p, 0);
}

/* A driver that does not return: the outputs are covered and closed all the same. */
static void test_a_hanging_driver_does_not_hold_the_outputs(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);
	enum pmk_part part;

	reach(p, PMK_STATE_LIVE);
	atomic_store(&camera_mode, HANG);
	reach(p, PMK_STATE_COVERED);
	assert_int_equal(pmk_pipeline_stop(p, &part), -ETIMEDOUT);
	assert_false(seen(0).open);
	assert_true(seen(0).closed_covered);
	atomic_store(&camera_mode, STALL);
	stop(p, 0);
}

/* A pipe that nobody reads, a file system that hangs: the virtual camera goes on, is covered in time, and is left covered. */
static void test_a_blocked_output_holds_nobody_up(void **state)
{
	struct pmk_pipeline *p = start("b", "a!", 0);
	enum pmk_part part;

	reach(p, PMK_STATE_LIVE);
	atomic_store(&others_block, true);
	wait_written(0, seen(0).written + 10);
	atomic_store(&camera_mode, STALL);
	reach(p, PMK_STATE_COVERED);
	assert_true(seen(0).last_is_cover);
	assert_int_equal(pmk_pipeline_stop(p, &part), -ETIMEDOUT);
	assert_false(seen(0).open);
	assert_true(seen(0).closed_covered);
	atomic_store(&others_block, false);
	stop(p, 0);
}

/* A camera that is there but gives nothing is opened again. */
static void test_a_silent_camera_is_opened_again(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	atomic_store(&camera_mode, STALL);
	wait_opens(2);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

static int said_back, said_silent;

static void count_words(void *user, enum pmk_log_level level, const char *line)
{
	said_back += strstr(line, "the camera is back") != NULL;
	said_silent += strstr(line, "no picture for") != NULL;
}

/* That a camera can be opened does not mean that it is back: what it does not give is said once, and its return once. */
static void test_a_silent_camera_is_spoken_of_once(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);

	said_back = said_silent = 0;
	pmk_log_redirect(count_words, NULL);
	reach(p, PMK_STATE_LIVE);
	atomic_store(&camera_mode, STALL);
	wait_opens(3);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
	assert_int_equal(said_silent, 1);
	assert_int_equal(said_back, 1);
}

/* A camera that opens but fails at the first picture is tried at longer and longer intervals. */
static void test_a_camera_that_only_opens_is_tried_less_often(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	atomic_store(&camera_mode, LOSE);
	wait_opens(4);
	atomic_store(&open_gap_ns, 0);
	wait_opens(6);
	assert_true(atomic_load(&open_gap_ns) >= PMK_S_NS);	/* .25, .5, 1, 2 .. */
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* What is not read because of --cpu-limit is not counted as lost by the camera as well. */
static void test_what_is_left_out_is_counted_once(void **state)
{
	struct pmk_pipeline_report early, late;
	struct pmk_pipeline *p;

	cpu_limit = 0.0001;	/* so that the fewest pictures are taken that there may be: one of seven */
	p = start("a!", NULL, 0);
	cpu_limit = 0;
	atomic_store(&camera_drops, 5);
	for (early.left_out = 0; early.left_out < 12; pmk_pipeline_report(p, &early))
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	for (late = early; late.captured < early.captured + 5; pmk_pipeline_report(p, &late))
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	assert_true(early.dropped > 0);	/* before the limit was noticed */
	assert_true(late.left_out > early.left_out);
	assert_int_equal(late.dropped, early.dropped);
	stop(p, 0);
}

static void wait_camera(int open)
{
	uint64_t end = pmk_clock_now_ns() + 60 * PMK_S_NS;

	while (atomic_load(&cameras_open) != open) {
		assert_true(pmk_clock_now_ns() < end);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
}

/* Nobody: the camera is closed and nothing is written. Somebody: a cover at once, then live. Nobody again: closed again. */
static void test_on_demand(void **state)
{
	struct pmk_pipeline *p;
	int written;

	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	for (int round = 0; round < 3; round++) {
		wait_camera(0);
		written = seen(0).written;
		assert_int_equal(seen(0).rests, round + 1);
		assert_true(round == 0 || seen(0).last_is_cover);
		atomic_store(&watch, PMK_WATCH_SOMEBODY);
		wait_written(0, written + 1);
		assert_true(seen(0).covers >= round + 1);
		reach(p, PMK_STATE_LIVE);
		assert_int_equal(atomic_load(&cameras_open), 1);
		atomic_store(&watch, PMK_WATCH_NOBODY);
		reach(p, PMK_STATE_IDLE);
		assert_true(seen(0).last_is_cover);
	}
	stop(p, 0);
}

/* Who stays away for less than two seconds keeps the camera; and without --on-demand nobody closes it. */
static void test_a_short_absence_changes_nothing(void **state)
{
	struct pmk_pipeline *p;
	int opens;

	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_LIVE);
	opens = atomic_load(&camera_opens);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	wait_written(0, seen(0).written + 5);
	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	wait_written(0, seen(0).written + 5);
	assert_int_equal(atomic_load(&camera_opens), opens);
	assert_int_equal(seen(0).rests, 0);
	stop(p, 0);
	p = start("a!", NULL, 0);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	reach(p, PMK_STATE_LIVE);
	wait_written(0, seen(0).written + 5);
	assert_int_equal(seen(0).rests, 0);
	stop(p, 0);
}

/* A virtual camera that is lost as all fall asleep, and comes back while they sleep, rests like the others. */
static void test_what_comes_back_asleep_rests(void **state)
{
	struct pmk_pipeline *p;
	uint64_t end;

	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_LIVE);
	pthread_mutex_lock(&output_lock);
	outputs[0].failing_rests = 2;
	pthread_mutex_unlock(&output_lock);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	for (end = pmk_clock_now_ns() + 60 * PMK_S_NS; seen(0).rests < 3; pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS))
		assert_true(pmk_clock_now_ns() < end);
	assert_true(seen(0).open);
	assert_int_equal(seen(0).opens, 3);
	assert_int_equal(state_of(p), PMK_STATE_IDLE);
	stop(p, 0);
}

/* A device that has gone makes poll return at once, again and again; that is no reason to keep a core busy. */
static void test_a_broken_watch_does_not_spin(void **state)
{
	struct pmk_pipeline *p;
	uint64_t begin;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	atomic_store(&broken_fd, fds[0]);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	atomic_store(&looks, 0);
	begin = pmk_clock_now_ns();
	pmk_clock_sleep_until(begin + PMK_S_NS);
	assert_true((uint64_t)atomic_load(&looks) <= 2 + (pmk_clock_now_ns() - begin) / (250 * PMK_MS_NS));
	stop(p, 0);
	atomic_store(&broken_fd, -1);
	close(fds[0]);
}

/* A file wants every picture, so that nothing rests, whoever watches the virtual camera beside it. */
static void test_a_file_counts_as_watched(void **state)
{
	struct pmk_pipeline *p;

	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", "b", 0, true);
	reach(p, PMK_STATE_LIVE);
	wait_written(1, 5);
	assert_int_equal(seen(0).rests, 0);
	stop(p, 0);
}

/* What was taken before somebody came is not shown, however late it comes. */
static void test_nothing_old_is_shown_to_who_comes(void **state)
{
	struct pmk_pipeline *p;

	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	wait_camera(0);
	atomic_store(&camera_mode, OLD);
	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	wait_written(0, seen(0).written + 10);
	assert_int_equal(seen(0).written, seen(0).covers);
	assert_int_equal(state_of(p), PMK_STATE_OPENING);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* The cover says why while the camera is away, and is plain again once it is back and lost no more. */
static void test_the_cover_says_why(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	assert_int_equal(seen(0).marks, 0);
	atomic_store(&open_failures, 2);
	atomic_store(&camera_mode, LOSE);
	wait_opens(3);
	reach(p, PMK_STATE_COVERED);
	wait_written(0, seen(0).written + 3);
	assert_true(seen(0).last_is_marked);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	assert_false(seen(0).last_is_marked);
	atomic_store(&camera_mode, STALL);
	reach(p, PMK_STATE_COVERED);
	wait_written(0, seen(0).written + 1);
	assert_true(seen(0).last_is_cover);
	assert_false(seen(0).last_is_marked);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* Woken while the camera is away: the cover, and live when it is back. Stopped while asleep: at once. */
static void test_woken_without_a_camera(void **state)
{
	struct pmk_pipeline *p;

	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	wait_camera(0);
	atomic_store(&open_failures, 2);
	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	reach(p, PMK_STATE_LIVE);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	reach(p, PMK_STATE_IDLE);
	stop(p, 0);
}

/* A virtual camera that is lost is opened again, and holds the cover from its first moment. */
static void test_a_lost_virtual_camera_comes_back(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);
	int opens = seen(0).opens;
	uint64_t end = pmk_clock_now_ns() + 60 * PMK_S_NS;

	reach(p, PMK_STATE_LIVE);
	pthread_mutex_lock(&output_lock);
	outputs[0].fail_after = 1;
	pthread_mutex_unlock(&output_lock);
	while (seen(0).opens == opens)
		assert_true(pmk_clock_now_ns() < end);
	assert_true(seen(0).opened_covered);
	assert_int_equal(state_of(p), PMK_STATE_LIVE);
	pthread_mutex_lock(&output_lock);
	outputs[0].fail_after = 0;
	pthread_mutex_unlock(&output_lock);
	while (!seen(0).open)
		assert_true(pmk_clock_now_ns() < end);
	wait_written(0, seen(0).written + 5);
	stop(p, 0);
}

static void test_no_camera_at_the_start(void **state)
{
	struct pmk_pipeline_settings settings = { .camera = "scripted", .outputs = { "a" }, .output_count = 1,
		.scene = { .model = "selfie", .threads = 1, .backdrop = "green" } };
	struct pmk_pipeline *p = NULL;
	enum pmk_part part;

	memset(outputs, 0, sizeof outputs);
	atomic_store(&open_failures, 1);
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), -ENODEV);
	assert_int_equal(part, PMK_PART_CAMERA);
	settings.scene.backdrop = "color:nonsense";
	unit_catch_log();
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), -EINVAL);
	pmk_log_redirect(NULL, NULL);
	assert_int_equal(part, PMK_PART_SCENE);
	assert_null(p);
	assert_false(outputs[0].open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_live_and_stopped),
		cmocka_unit_test(test_a_stall_is_covered),
		cmocka_unit_test(test_a_lost_camera_comes_back),
		cmocka_unit_test(test_live_outputs_are_even),
		cmocka_unit_test(test_only_live_outputs_get_repeats),
		cmocka_unit_test(test_a_lost_output_leaves_the_others),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_a_hanging_driver_does_not_hold_the_outputs),
		cmocka_unit_test(test_a_blocked_output_holds_nobody_up),
		cmocka_unit_test(test_a_silent_camera_is_opened_again),
		cmocka_unit_test(test_a_silent_camera_is_spoken_of_once),
		cmocka_unit_test(test_a_camera_that_only_opens_is_tried_less_often),
		cmocka_unit_test(test_what_is_left_out_is_counted_once),
		cmocka_unit_test(test_on_demand),
		cmocka_unit_test(test_a_short_absence_changes_nothing),
		cmocka_unit_test(test_what_comes_back_asleep_rests),
		cmocka_unit_test(test_a_broken_watch_does_not_spin),
		cmocka_unit_test(test_a_file_counts_as_watched),
		cmocka_unit_test(test_nothing_old_is_shown_to_who_comes),
		cmocka_unit_test(test_the_cover_says_why),
		cmocka_unit_test(test_woken_without_a_camera),
		cmocka_unit_test(test_a_lost_virtual_camera_comes_back),
		cmocka_unit_test(test_no_camera_at_the_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
