/* SPDX-License-Identifier: MIT */
/* The live pipeline between a scripted camera and outputs that look at every picture. This program has its own pmk_source_* and
 * pmk_sink_* in place of io's. Run under the thread sanitizer too. */
#include "unit.h"

#include "base/clock.h"
#include "core/pipeline.h"
#include "image/convert.h"
#include "tflite_file.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#if defined(__SANITIZE_THREAD__)
#define THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREAD_SANITIZER
#endif
#endif

/* Wait for what is to come about, at most a generous while: on a busy machine any of the threads may stand still for long. */
#define wait_until(condition) do { \
	uint64_t wait_end_ns = pmk_clock_now_ns() + 60 * PMK_S_NS; \
	while (!(condition)) { \
		assert_true(pmk_clock_now_ns() < wait_end_ns); \
		pmk_clock_sleep_until(pmk_clock_now_ns() + 2 * PMK_MS_NS); \
	} \
} while (0)

/* --- the camera: a room of one glaring colour, nobody in it --- */

enum camera_mode { DELIVER, STALL, LOSE, END, HANG, OLD };	/* OLD: pictures taken long ago */
static atomic_int camera_mode, camera_opens, cameras_open, open_failures, camera_width = 320, camera_drops;	/* drops: between two pictures */
static atomic_ullong opened_ns[8];	/* when it was opened the first times */
static atomic_ullong given_ns;	/* capture of the last picture that it gave */
static atomic_int heard_mode;	/* what the last reading found as it began; one that began earlier may still give a picture */
static const uint8_t room[3] = { 150, 60, 220 };	/* Y, U, V: magenta */

struct camera {
	struct pmk_source base;
	struct pmk_frame_pool *pool;
	uint64_t number;
};

int pmk_source_open(const char *spec, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	int before = atomic_load(&camera_opens);	/* one thread opens at a time */
	struct camera *c;

	if (before < 8)
		atomic_store(&opened_ns[before], pmk_clock_now_ns());
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
	int mode;

	while ((mode = atomic_load(&camera_mode)) == HANG) {
		atomic_store(&heard_mode, HANG);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
	atomic_store(&heard_mode, mode);
	if (mode == LOSE)
		return -ENODEV;
	if (mode == END)
		return -ENODATA;
	if (mode != DELIVER && mode != OLD) {
		pmk_clock_sleep_until(deadline_ns);
		return -EAGAIN;
	}
	pmk_clock_sleep_until(pmk_clock_now_ns() + 20 * PMK_MS_NS);
	*frame = pmk_frame_pool_take(c->pool, &source->layout);
	if (!*frame)
		return -EAGAIN;
	source->dropped += (uint64_t)atomic_load(&camera_drops);
	pmk_image_fill(&(*frame)->image, room);
	(*frame)->number = c->number++;
	(*frame)->time_ns = mode == OLD ? 1 : pmk_clock_now_ns();
	atomic_store(&given_ns, (*frame)->time_ns);
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
	int covers_in_a_row;	/* now */
	bool last_is_cover, last_is_marked, leaked, wrong_layout;
	int marks;	/* covers with words on them */
	uint64_t taken_ns, least_ns;	/* capture of the last composed picture; from a capture to a cover, at the least */
};

static atomic_int watch = PMK_WATCH_UNKNOWN;
static atomic_bool others_block;	/* writes to outputs that are not live do not return */
static atomic_bool one_blocks;	/* one of them is there now */
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
	o->last_is_cover = pmk_shown_is_cover(shown);
	o->covers += o->last_is_cover;
	o->covers_in_a_row = o->last_is_cover ? o->covers_in_a_row + 1 : 0;
	o->last_is_marked = is_marked(image);
	o->marks += o->last_is_marked;
	if (!o->last_is_cover)
		o->taken_ns = pmk_shown_time_ns(shown);
	else if (o->taken_ns && (!o->least_ns || pmk_clock_now_ns() - o->taken_ns < o->least_ns))
		o->least_ns = pmk_clock_now_ns() - o->taken_ns;
	o->leaked |= shows_room(image);
	o->wrong_layout |= image->layout.width != 320 || image->layout.height != 180;
	if (o->fail_after && o->written >= o->fail_after)
		err = -ENODEV;
	pthread_mutex_unlock(&output_lock);
	while (!o->base.live && atomic_load(&others_block)) {
		atomic_store(&one_blocks, true);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
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

/* --- the network --- */

static char network[64] = "selfie-landscape";

#ifdef THREAD_SANITIZER
/* Under the thread sanitizer a real network takes longer than a picture may. This one says of each pixel by how much green is above red. */
static void write_file(const char *end, const void *data, size_t size)
{
	char path[80];
	FILE *f;

	snprintf(path, sizeof path, "%s%s", network, end);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static int write_network(void **state)
{
	static const char card[] = "[tiny]\ninput = 32x18\nvalues = 0..1\noutput = probability\noutput-size = 32x18\n";
	static const float weights[3] = { -1, 1, 0 };
	static const struct spec green = {
		{ { 4, { 1, 18, 32, 3 }, FLOAT32, NULL, 0 }, { 4, { 1, 18, 32, 1 }, FLOAT32, NULL, 0 },
		  { 4, { 1, 1, 1, 3 }, FLOAT32, weights, sizeof weights } },
		{ { CONV, 2, { 0, 2 }, 1, { 0, 1, 1, 1 }, { 0 } } }, 3, 1, 0, 1,	/* padded, strides of 1, nothing below 0 */
	};
	static struct file file;

	strcpy(network, "/tmp/potemkin-network-XXXXXX");
	assert_non_null(mkdtemp(network));
	strcat(network, "/tiny.tflite");
	tflite_file_build(&file, &green);
	write_file("", file.bytes, file.size);
	write_file(".ini", card, sizeof card - 1);
	return 0;
}

static int remove_network(void **state)
{
	char path[80];

	snprintf(path, sizeof path, "%s.ini", network);
	unlink(path);
	unlink(network);
	*strrchr(network, '/') = '\0';
	return rmdir(network);
}
#else
static const CMFixtureFunction write_network, remove_network;	/* none */
#endif

/* --- */

static struct pmk_pipeline *running;	/* what a test that fails leaves behind */
static double cpu_limit;	/* of the pipelines that are started */
static int drops;	/* by their cameras, between two pictures */

static struct pmk_pipeline *start_with(const char *first, const char *second, uint64_t frames, bool on_demand)
{
	struct pmk_pipeline_settings settings = {
		.camera = "scripted", .on_demand = on_demand, .outputs = { first, second }, .output_count = second ? 2 : 1, .frames = frames,
		.cpu_limit = cpu_limit,
		.scene = { .model = network, .threads = 1, .backdrop = "color:#20c040", .refine = { .threshold = -1 } },
	};
	struct pmk_pipeline *p = NULL;
	enum pmk_part part;

	unit_catch_log();
	memset(outputs, 0, sizeof outputs);
	atomic_store(&camera_mode, DELIVER);
	atomic_store(&open_failures, 0);
	atomic_store(&camera_opens, 0);
	atomic_store(&camera_width, 320);
	atomic_store(&camera_drops, drops);
	atomic_store(&given_ns, 0);
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), 0);
	running = p;
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

/* As pmk_pipeline_stop; called again where the machine is too busy for a thread to end in the time that it is given. */
static int stop_slowly(struct pmk_pipeline *p, enum pmk_part *part)
{
	int err;

	wait_until((err = pmk_pipeline_stop(p, part)) != -ETIMEDOUT);
	return err;
}

/* Stop, and check what must hold at the end of every run. */
static void stop(struct pmk_pipeline *p, int error)
{
	enum pmk_part part;

	assert_int_equal(stop_slowly(p, &part), error);
	for (int i = 0; i < 2; i++) {
		assert_false(outputs[i].open);
		assert_false(outputs[i].leaked);
		assert_false(outputs[i].wrong_layout);
		assert_true(outputs[i].written == 0 || outputs[i].closed_covered);
	}
	running = NULL;
	pmk_pipeline_destroy(p);
	pmk_log_redirect(NULL, NULL);
}

/* After each test: none spoils the next one. */
static int clear_up(void **state)
{
	atomic_store(&camera_mode, STALL);
	atomic_store(&others_block, false);
	atomic_store(&broken_fd, -1);
	cpu_limit = 0;
	drops = 0;
	pmk_pipeline_destroy(running);
	running = NULL;
	pmk_log_redirect(NULL, NULL);
	return 0;
}

static struct pmk_pipeline_report report_of(struct pmk_pipeline *p)
{
	struct pmk_pipeline_report report;

	pmk_pipeline_report(p, &report);
	return report;
}

static enum pmk_state state_of(struct pmk_pipeline *p)
{
	return report_of(p).state;
}

/* Wait for a state; how long it took, ms. */
static int reach(struct pmk_pipeline *p, enum pmk_state state)
{
	uint64_t start_ns = pmk_clock_now_ns();

	wait_until(state_of(p) == state);
	return (int)((pmk_clock_now_ns() - start_ns) / PMK_MS_NS);
}

static void wait_written(int index, int count)
{
	wait_until(seen(index).written >= count);
}

static void wait_opens(int count)
{
	wait_until(atomic_load(&camera_opens) >= count);
}

/* Until all that the camera gave has been written. It gives no more: what is seen afterwards is no late picture's doing. */
static void drain(int index)
{
	wait_until(seen(index).taken_ns == atomic_load(&given_ns));
}

static void set_mode(enum camera_mode mode)
{
	atomic_store(&camera_mode, mode);
	wait_until(atomic_load(&heard_mode) == (int)mode);
}

/* From now on the camera gives nothing, and nothing that it gave is still under way. It stalls first: a cover that says that the camera
 * is lost would overtake the last picture on its way to an output that is slow. */
static void dry_up(enum camera_mode mode)
{
	set_mode(STALL);
	drain(0);
	set_mode(mode);
}

static void fail_after(int index, int count)
{
	pthread_mutex_lock(&output_lock);
	outputs[index].fail_after = count;
	pthread_mutex_unlock(&output_lock);
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
	struct output before;

	reach(p, PMK_STATE_LIVE);
	dry_up(STALL);
	printf("covered %d ms after the last picture\n", reach(p, PMK_STATE_COVERED));
	wait_until(seen(0).last_is_cover);
	before = seen(0);
	assert_true(before.least_ns >= 200 * PMK_MS_NS);	/* a camera's jitter must not flash the cover */
	wait_written(0, before.written + 10);	/* a live output keeps its rate */
	assert_true(seen(0).covers_in_a_row >= before.covers_in_a_row + 10);
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
	dry_up(LOSE);
	wait_opens(3);	/* it was lost, and both tries have failed */
	reach(p, PMK_STATE_COVERED);
	assert_true(seen(0).open);
	atomic_store(&camera_mode, DELIVER);
	wait_opens(4);
	reach(p, PMK_STATE_LIVE);
	wait_written(0, seen(0).written + 5);
	stop(p, 0);
}

/* An output that keeps no rate is not given the same picture twice. The camera hangs, so that no new cover comes to say that it is silent. */
static void test_only_live_outputs_get_repeats(void **state)
{
	struct pmk_pipeline *p = start("a!", "b", 0);
	int before;

	reach(p, PMK_STATE_LIVE);
	dry_up(HANG);
	drain(1);
	wait_until(seen(1).last_is_cover);
	before = seen(1).written;
	wait_written(0, seen(0).written + 10);
	assert_int_equal(seen(1).written, before);
	assert_int_equal(seen(1).covers_in_a_row, 1);
	atomic_store(&camera_mode, STALL);
	stop(p, 0);
}

static void test_a_lost_output_leaves_the_others(void **state)
{
	struct pmk_pipeline *p;
	struct pollfd event;
	enum pmk_part part = PMK_PART_NONE;

	p = start("a", "b", 0);
	fail_after(1, 3);
	wait_until(!seen(1).open);
	wait_written(0, seen(0).written + 5);
	reach(p, PMK_STATE_LIVE);
	fail_after(0, 1);
	event = (struct pollfd){ .fd = pmk_pipeline_event_fd(p), .events = POLLIN };
	assert_int_equal(poll(&event, 1, 60000), 1);
	assert_int_equal(state_of(p), PMK_STATE_FAILED);
	assert_int_equal(stop_slowly(p, &part), -ENODEV);
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
	dry_up(HANG);
	reach(p, PMK_STATE_COVERED);
	assert_int_equal(pmk_pipeline_stop(p, &part), -ETIMEDOUT);
	wait_until(!seen(0).open);
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
	atomic_store(&one_blocks, false);
	atomic_store(&others_block, true);
	wait_until(atomic_load(&one_blocks));
	wait_written(0, seen(0).written + 10);
	dry_up(STALL);
	reach(p, PMK_STATE_COVERED);
	wait_until(seen(0).last_is_cover);
	assert_int_equal(pmk_pipeline_stop(p, &part), -ETIMEDOUT);
	wait_until(!seen(0).open);
	assert_true(seen(0).closed_covered);
	assert_true(seen(1).open);
	atomic_store(&others_block, false);
	stop(p, 0);
}

/* A camera that is there but gives nothing is opened again. */
static void test_a_silent_camera_is_opened_again(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);

	reach(p, PMK_STATE_LIVE);
	dry_up(STALL);
	wait_opens(2);
	reach(p, PMK_STATE_COVERED);
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
	dry_up(STALL);
	wait_opens(3);
	reach(p, PMK_STATE_COVERED);
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
	dry_up(LOSE);
	wait_opens(6);
	assert_true(atomic_load(&opened_ns[5]) - atomic_load(&opened_ns[4]) >= PMK_S_NS);	/* .25, .5, 1, 1 .. */
	reach(p, PMK_STATE_COVERED);
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
	drops = 5;
	p = start("a!", NULL, 0);
	wait_until((early = report_of(p)).left_out >= 12);
	wait_until((late = report_of(p)).captured >= early.captured + 5);
	assert_true(early.dropped > 0);	/* before the limit was noticed */
	assert_true(late.left_out > early.left_out);
	assert_int_equal(late.dropped, early.dropped);
	stop(p, 0);
}

static void wait_camera(int open)
{
	wait_until(atomic_load(&cameras_open) == open);
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
		atomic_store(&camera_mode, STALL);	/* no picture comes before the first turn is taken */
		atomic_store(&watch, PMK_WATCH_SOMEBODY);
		wait_written(0, written + 1);
		assert_true(seen(0).last_is_cover);
		atomic_store(&camera_mode, DELIVER);
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
	uint64_t begin;
	int opens, rests;

	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	p = start_with("a!", NULL, 0, true);
	do {
		reach(p, PMK_STATE_LIVE);
		opens = atomic_load(&camera_opens);
		rests = seen(0).rests;
		begin = pmk_clock_now_ns();
		atomic_store(&watch, PMK_WATCH_NOBODY);
		wait_written(0, seen(0).written + 5);
		atomic_store(&watch, PMK_WATCH_SOMEBODY);
		wait_written(0, seen(0).written + 5);
	} while (pmk_clock_now_ns() - begin > PMK_S_NS);	/* that was no short one */
	assert_int_equal(atomic_load(&camera_opens), opens);
	assert_int_equal(seen(0).rests, rests);
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

	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_LIVE);
	pthread_mutex_lock(&output_lock);
	outputs[0].failing_rests = 2;
	pthread_mutex_unlock(&output_lock);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	wait_until(seen(0).rests >= 3);
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
	int fds[2], looked;

	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	atomic_store(&broken_fd, fds[0]);
	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	begin = pmk_clock_now_ns();
	atomic_store(&looks, 0);
	pmk_clock_sleep_until(begin + PMK_S_NS);
	looked = atomic_load(&looks);
	assert_true((uint64_t)looked <= 2 + (pmk_clock_now_ns() - begin) / (250 * PMK_MS_NS));
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
	struct output now;

	atomic_store(&watch, PMK_WATCH_NOBODY);
	p = start_with("a!", NULL, 0, true);
	reach(p, PMK_STATE_IDLE);
	wait_camera(0);
	now = seen(0);
	atomic_store(&camera_mode, OLD);
	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	wait_written(0, now.written + 10);
	now = seen(0);
	assert_true(now.covers_in_a_row >= 10);
	assert_int_equal(state_of(p), PMK_STATE_OPENING);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	stop(p, 0);
}

/* The cover says why while the camera is away, and is plain again once it is back and lost no more. */
static void test_the_cover_says_why(void **state)
{
	struct pmk_pipeline *p = start("a!", NULL, 0);
	struct output before;

	reach(p, PMK_STATE_LIVE);
	assert_int_equal(seen(0).marks, 0);
	atomic_store(&open_failures, 2);
	dry_up(LOSE);
	wait_opens(3);
	reach(p, PMK_STATE_COVERED);
	wait_until(seen(0).last_is_marked);
	before = seen(0);
	wait_written(0, before.written + 3);
	assert_true(seen(0).marks >= before.marks + 3);
	atomic_store(&camera_mode, DELIVER);
	reach(p, PMK_STATE_LIVE);
	wait_until(!seen(0).last_is_cover);
	before = seen(0);
	dry_up(HANG);	/* which nobody finds out, so that there is nothing to say */
	reach(p, PMK_STATE_COVERED);
	wait_until(seen(0).last_is_cover);
	wait_written(0, seen(0).written + 3);
	assert_true(seen(0).covers_in_a_row >= 3);
	assert_int_equal(seen(0).marks, before.marks);
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

	reach(p, PMK_STATE_LIVE);
	fail_after(0, 1);
	wait_until(seen(0).opens > opens);
	assert_true(seen(0).opened_covered);
	reach(p, PMK_STATE_LIVE);
	fail_after(0, 0);
	wait_until(seen(0).open);
	wait_written(0, seen(0).written + 5);
	stop(p, 0);
}

/* Where it may wait, the outputs are there from the start with a cover that says why, and live once a camera comes, whatever its shape. */
static void test_waits_for_a_camera(void **state)
{
	struct pmk_pipeline_settings settings = { .camera = "scripted", .wait = true, .wish = { .width = 320, .height = 180, .fps = 50 }, .outputs = { "a!" },
		.output_count = 1, .scene = { .model = network, .threads = 1, .backdrop = "green", .refine = { .threshold = -1 } } };
	struct pmk_pipeline *p = NULL;
	struct output now;
	enum pmk_part part;

	unit_catch_log();
	memset(outputs, 0, sizeof outputs);
	atomic_store(&camera_mode, DELIVER);
	atomic_store(&camera_width, 640);
	atomic_store(&camera_opens, 0);
	atomic_store(&open_failures, 1000);
	atomic_store(&watch, PMK_WATCH_SOMEBODY);
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), 0);
	running = p;
	assert_int_equal(pmk_pipeline_start(p, &part), 0);
	wait_opens(3);
	reach(p, PMK_STATE_COVERED);
	wait_written(0, seen(0).written + 3);
	now = seen(0);
	assert_true(now.last_is_marked);
	assert_int_equal(now.written, now.covers);
	atomic_store(&open_failures, 0);
	reach(p, PMK_STATE_LIVE);
	wait_written(0, seen(0).written + 3);
	assert_false(seen(0).last_is_marked);
	stop(p, 0);

	settings.camera = "file:missing";	/* what cannot come is not waited for */
	atomic_store(&open_failures, 1);
	p = NULL;
	assert_int_equal(pmk_pipeline_create(&settings, &p, &part), -ENODEV);
	assert_null(p);
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
		cmocka_unit_test_teardown(test_live_and_stopped, clear_up),
		cmocka_unit_test_teardown(test_a_stall_is_covered, clear_up),
		cmocka_unit_test_teardown(test_a_lost_camera_comes_back, clear_up),
		cmocka_unit_test_teardown(test_only_live_outputs_get_repeats, clear_up),
		cmocka_unit_test_teardown(test_a_lost_output_leaves_the_others, clear_up),
		cmocka_unit_test_teardown(test_ends, clear_up),
		cmocka_unit_test_teardown(test_a_hanging_driver_does_not_hold_the_outputs, clear_up),
		cmocka_unit_test_teardown(test_a_blocked_output_holds_nobody_up, clear_up),
		cmocka_unit_test_teardown(test_a_silent_camera_is_opened_again, clear_up),
		cmocka_unit_test_teardown(test_a_silent_camera_is_spoken_of_once, clear_up),
		cmocka_unit_test_teardown(test_a_camera_that_only_opens_is_tried_less_often, clear_up),
		cmocka_unit_test_teardown(test_what_is_left_out_is_counted_once, clear_up),
		cmocka_unit_test_teardown(test_on_demand, clear_up),
		cmocka_unit_test_teardown(test_a_short_absence_changes_nothing, clear_up),
		cmocka_unit_test_teardown(test_what_comes_back_asleep_rests, clear_up),
		cmocka_unit_test_teardown(test_a_broken_watch_does_not_spin, clear_up),
		cmocka_unit_test_teardown(test_a_file_counts_as_watched, clear_up),
		cmocka_unit_test_teardown(test_nothing_old_is_shown_to_who_comes, clear_up),
		cmocka_unit_test_teardown(test_the_cover_says_why, clear_up),
		cmocka_unit_test_teardown(test_woken_without_a_camera, clear_up),
		cmocka_unit_test_teardown(test_a_lost_virtual_camera_comes_back, clear_up),
		cmocka_unit_test_teardown(test_waits_for_a_camera, clear_up),
		cmocka_unit_test_teardown(test_no_camera_at_the_start, clear_up),
	};
	return cmocka_run_group_tests(tests, write_network, remove_network);
}
