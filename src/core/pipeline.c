/* SPDX-License-Identifier: MIT */
#include "core/pipeline.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/slot.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	SHOWN_COUNT = 6,	/* cover, last, in the slot, in the making, in the hands of the output thread, one spare */
	ADAPTED_COUNT = 5,	/* two in the making, one in the slot, one with the scene, one spare */
};

static const uint64_t TURN_NS = 100 * PMK_MS_NS;	/* how long a thread may sleep before it looks whether to stop */
static const uint64_t COVER_AFTER_NS = 200 * PMK_MS_NS;
static const uint64_t RETRY_FIRST_NS = 250 * PMK_MS_NS, RETRY_MOST_NS = 2 * PMK_S_NS;
static const uint64_t STOP_NS = 400 * PMK_MS_NS;

struct output {
	struct pmk_sink *sink;	/* NULL once lost */
	char name[160];
};

struct pmk_pipeline {
	struct pmk_pipeline_settings settings;
	struct pmk_layout layout;	/* of every frame that goes to the scene, but for its range */
	double fps;
	char camera_name[160];
	atomic_bool stopping;
	int event_fd;
	bool started, covered_outputs;	/* stop has been called once */
	pthread_t capture, scene_thread, output;

	struct pmk_source *source;	/* capture thread's */
	struct pmk_frame_pool *adapted;	/* frames that were turned or scaled */
	struct pmk_slot frames;	/* struct pmk_frame */

	struct pmk_scene *scene;	/* scene thread's */
	struct pmk_slot shown;	/* struct pmk_shown */

	struct output outputs[PMK_PIPELINE_MAX_OUTPUTS];	/* output thread's */
	struct pmk_shown *cover;

	pthread_mutex_t lock;	/* of all below */
	enum pmk_state state;
	int error;
	enum pmk_part failed;
	uint64_t started_ns, captured, composed, covered, repeated, dropped, damaged;
	struct pmk_series latency, stage[4];
};

static void drop_frame(void *item)
{
	pmk_frame_unref(item);
}

static void drop_shown(void *item)
{
	pmk_shown_unref(item);
}

static const char *state_name(enum pmk_state state)
{
	static const char *const names[] = { "opening", "live", "covered", "ended", "failed" };

	return names[state];
}

/* Ended and failed are final. */
static void set_state(struct pmk_pipeline *p, enum pmk_state state)
{
	enum pmk_state before;

	pthread_mutex_lock(&p->lock);
	before = p->state;
	if (before != PMK_STATE_ENDED && before != PMK_STATE_FAILED)
		p->state = state;
	else
		state = before;
	pthread_mutex_unlock(&p->lock);
	if (before == state)
		return;
	pmk_debug("state: %s -> %s", state_name(before), state_name(state));
	if (state == PMK_STATE_ENDED || state == PMK_STATE_FAILED)
		eventfd_write(p->event_fd, 1);
}

static void fail(struct pmk_pipeline *p, enum pmk_part part, int error)
{
	pthread_mutex_lock(&p->lock);
	if (!p->error) {
		p->error = error;
		p->failed = part;
	}
	pthread_mutex_unlock(&p->lock);
	set_state(p, PMK_STATE_FAILED);
}

/* --- capture thread --- */

/* A copy of the frame in another layout, or turned; takes the frame over. NULL when none is free. */
static struct pmk_frame *remake(struct pmk_pipeline *p, struct pmk_frame *frame, const struct pmk_layout *layout, bool mirror, bool flip)
{
	struct pmk_frame *made = pmk_frame_pool_take(p->adapted, layout);

	if (made && pmk_layout_equal(&frame->image.layout, layout)) {
		pmk_convert_turn(&frame->image, &made->image, mirror, flip);
	} else if (made && pmk_convert_scale(&frame->image, &made->image)) {
		pmk_frame_unref(made);
		made = NULL;
	}
	if (made) {
		made->time_ns = frame->time_ns;
		made->number = frame->number;
		made->position_ns = frame->position_ns;
	}
	pmk_frame_unref(frame);
	return made;
}

/* The frame as the pipeline was set up for: a camera that came back may have another size, sampling or matrix. Takes it over. */
static struct pmk_frame *adapt(struct pmk_pipeline *p, struct pmk_frame *frame)
{
	const struct pmk_pipeline_settings *s = &p->settings;
	struct pmk_layout to = p->layout;

	to.range = frame->image.layout.range;	/* both come, the composer takes both */
	to.matrix = frame->image.layout.matrix;
	if (!pmk_layout_equal(&frame->image.layout, &to))
		frame = remake(p, frame, &to, false, false);
	if (frame && (s->mirror || s->flip))
		frame = remake(p, frame, &to, s->mirror, s->flip);
	if (frame)
		pmk_convert_to_matrix(&frame->image, p->layout.matrix);
	return frame;
}

static void count_capture(struct pmk_pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->captured++;
	p->dropped = p->source->dropped;
	p->damaged = p->source->damaged;
	pthread_mutex_unlock(&p->lock);
}

/* Read until the source is lost, has ended, or we are to stop. */
static int capture_all(struct pmk_pipeline *p)
{
	while (!atomic_load(&p->stopping)) {
		struct pmk_frame *frame;
		int err = pmk_source_read(p->source, &frame, pmk_clock_now_ns() + TURN_NS);

		if (err == -EAGAIN)
			continue;
		if (err)
			return err;
		count_capture(p);
		frame = adapt(p, frame);
		if (frame)
			pmk_slot_put(&p->frames, frame);
	}
	return 0;
}

static void sleep_unless_stopping(struct pmk_pipeline *p, uint64_t duration_ns)
{
	uint64_t end = pmk_clock_now_ns() + duration_ns;

	for (uint64_t now = end - duration_ns; now < end && !atomic_load(&p->stopping); now = pmk_clock_now_ns())
		pmk_clock_sleep_until(end - now > TURN_NS ? now + TURN_NS : end);
}

/* Open the camera again, waiting longer each time, until it is back or we are to stop. */
static void reopen(struct pmk_pipeline *p)
{
	uint64_t pause = RETRY_FIRST_NS;

	while (!atomic_load(&p->stopping)) {
		sleep_unless_stopping(p, pause);
		if (atomic_load(&p->stopping))
			return;
		if (pmk_source_open(p->settings.camera, &p->settings.wish, &p->source) == 0) {
			pmk_info("the camera is back: %s", p->source->name);
			return;
		}
		pause = pause * 2 > RETRY_MOST_NS ? RETRY_MOST_NS : pause * 2;
	}
}

static void *capture_main(void *arg)
{
	struct pmk_pipeline *p = arg;

	while (!atomic_load(&p->stopping)) {
		int err = capture_all(p);

		pmk_source_close(p->source);
		p->source = NULL;
		if (err == -ENODATA) {
			set_state(p, PMK_STATE_ENDED);
			break;
		}
		if (!atomic_load(&p->stopping))
			reopen(p);
	}
	return NULL;
}

/* --- scene thread --- */

static void count_scene(struct pmk_pipeline *p, const struct pmk_shown *shown, const struct pmk_scene_times *times)
{
	pthread_mutex_lock(&p->lock);
	if (pmk_shown_is_cover(shown)) {
		p->covered++;
	} else {
		p->composed++;
		pmk_series_add(&p->stage[0], times->prepare);
		pmk_series_add(&p->stage[1], times->infer);
		pmk_series_add(&p->stage[2], times->refine);
		pmk_series_add(&p->stage[3], times->compose);
	}
	pthread_mutex_unlock(&p->lock);
}

static void *scene_main(void *arg)
{
	struct pmk_pipeline *p = arg;

	while (!atomic_load(&p->stopping)) {
		struct pmk_frame *frame = pmk_slot_take(&p->frames, pmk_clock_now_ns() + TURN_NS);
		struct pmk_scene_times times = { 0 };
		struct pmk_shown *shown = NULL;

		if (!frame)
			continue;
		pmk_scene_run(p->scene, frame, &shown, &times);
		pmk_frame_unref(frame);
		if (!shown)
			continue;
		count_scene(p, shown, &times);
		pmk_slot_put(&p->shown, shown);
	}
	return NULL;
}

/* --- output thread --- */

static void lose_output(struct pmk_pipeline *p, struct output *out, int err)
{
	bool any = false;

	pmk_sink_close(out->sink, p->cover);
	out->sink = NULL;
	for (int i = 0; i < p->settings.output_count; i++)
		any |= p->outputs[i].sink != NULL;
	if (any)
		return;
	pmk_error("no output is left; nothing is shown anywhere any more");
	fail(p, PMK_PART_OUTPUT, err);
}

static void write_outputs(struct pmk_pipeline *p, const struct pmk_shown *shown, bool repeat)
{
	for (int i = 0; i < p->settings.output_count; i++) {
		struct output *out = &p->outputs[i];
		int err;

		if (!out->sink || (repeat && !out->sink->live))
			continue;
		err = pmk_sink_write(out->sink, shown);
		if (err)
			lose_output(p, out, err);
	}
}

/* Returns whether the number of pictures that was asked for has been reached. */
static bool count_write(struct pmk_pipeline *p, const struct pmk_shown *shown, bool repeat, uint64_t *written)
{
	pthread_mutex_lock(&p->lock);
	if (repeat)
		p->repeated++;
	else if (!pmk_shown_is_cover(shown))
		pmk_series_add(&p->latency, pmk_clock_now_ns() - pmk_shown_time_ns(shown));
	pthread_mutex_unlock(&p->lock);
	*written += !repeat && !pmk_shown_is_cover(shown);
	return p->settings.frames && *written >= p->settings.frames;
}

/* Write what comes; when nothing comes, the last again at the nominal rate; after COVER_AFTER_NS the cover. */
static void *output_main(void *arg)
{
	struct pmk_pipeline *p = arg;
	uint64_t period = (uint64_t)((double)PMK_S_NS / p->fps), news = pmk_clock_now_ns(), next = news + period, written = 0;
	struct pmk_shown *last = p->cover;

	pmk_shown_ref(last);
	while (!atomic_load(&p->stopping)) {
		struct pmk_shown *shown = pmk_slot_take(&p->shown, next);
		uint64_t now = pmk_clock_now_ns();
		bool repeat = !shown;

		if (repeat && now < next)
			continue;	/* closed: we are to stop */
		if (repeat && now - news >= COVER_AFTER_NS && last != p->cover) {
			shown = p->cover;
			pmk_shown_ref(shown);
			repeat = false;
		} else if (!repeat) {
			news = now;
		}
		if (shown) {
			pmk_shown_unref(last);
			last = shown;
			set_state(p, pmk_shown_is_cover(last) ? PMK_STATE_COVERED : PMK_STATE_LIVE);
		}
		write_outputs(p, last, repeat);
		if (count_write(p, last, repeat, &written)) {
			set_state(p, PMK_STATE_ENDED);
			break;
		}
		next = repeat ? now + period : now + period * 3 / 2;	/* a camera's jitter is not a missing picture */
	}
	for (int i = 0; i < p->settings.output_count; i++) {
		int err = p->outputs[i].sink ? pmk_sink_close(p->outputs[i].sink, p->cover) : 0;
		p->outputs[i].sink = NULL;
		if (err)
			fail(p, PMK_PART_OUTPUT, err);
	}
	pmk_shown_unref(last);
	return NULL;
}

/* --- main thread --- */

static int open_camera(struct pmk_pipeline *p)
{
	int err = pmk_source_open(p->settings.camera, &p->settings.wish, &p->source);

	if (err)
		return err;
	p->layout = p->source->layout;
	p->fps = p->source->fps >= 1 ? p->source->fps : 30;
	memcpy(p->camera_name, p->source->name, sizeof p->camera_name);
	return 0;
}

static int open_outputs(struct pmk_pipeline *p)
{
	struct pmk_sink_setup setup = { .layout = *pmk_scene_layout(p->scene), .fps = p->fps, .fourcc = p->settings.output_fourcc };

	for (int i = 0; i < p->settings.output_count; i++) {
		int err = pmk_sink_open(p->settings.outputs[i], &setup, p->cover, &p->outputs[i].sink);

		if (err)
			return err;
		memcpy(p->outputs[i].name, p->outputs[i].sink->name, sizeof p->outputs[i].name);
	}
	return 0;
}

static int create_links(struct pmk_pipeline *p)
{
	int err;

	err = pmk_slot_init(&p->frames, drop_frame);
	if (err)
		return err;
	err = pmk_slot_init(&p->shown, drop_shown);
	if (err)
		goto out_frames;
	p->adapted = pmk_frame_pool_create(ADAPTED_COUNT);
	p->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->adapted && p->event_fd >= 0)
		return 0;
	err = p->adapted ? -errno : -ENOMEM;
	pmk_frame_pool_destroy(p->adapted);
	pmk_slot_finish(&p->shown);
out_frames:
	pmk_slot_finish(&p->frames);
	return err;
}

int pmk_pipeline_create(const struct pmk_pipeline_settings *settings, struct pmk_pipeline **pipeline, enum pmk_part *part)
{
	struct pmk_pipeline *p = calloc(1, sizeof *p);
	int err;

	*part = PMK_PART_NONE;
	if (!p)
		return -ENOMEM;
	p->settings = *settings;
	pthread_mutex_init(&p->lock, NULL);
	err = create_links(p);
	if (err) {
		free(p);
		return err;
	}
	*part = PMK_PART_CAMERA;
	err = open_camera(p);
	if (err)
		goto out;
	*part = PMK_PART_SCENE;
	err = pmk_scene_create(&settings->scene, &p->layout, SHOWN_COUNT, &p->scene);
	if (!err)
		err = pmk_scene_cover(p->scene, &p->cover);
	if (err)
		goto out;
	*part = PMK_PART_OUTPUT;
	err = open_outputs(p);
	if (err)
		goto out;
	*part = PMK_PART_NONE;
	*pipeline = p;
	return 0;
out:
	pmk_pipeline_destroy(p);
	return err;
}

int pmk_pipeline_start(struct pmk_pipeline *p)
{
	int err;

	p->started_ns = pmk_clock_now_ns();
	err = pthread_create(&p->output, NULL, output_main, p);
	if (err)
		goto fail;
	err = pthread_create(&p->scene_thread, NULL, scene_main, p);
	if (err)
		goto join_output;
	err = pthread_create(&p->capture, NULL, capture_main, p);
	if (err)
		goto join_scene;
	p->started = true;
	return 0;
join_scene:
	atomic_store(&p->stopping, true);
	pmk_slot_close(&p->frames);
	pthread_join(p->scene_thread, NULL);
join_output:
	atomic_store(&p->stopping, true);
	pmk_slot_close(&p->shown);
	pthread_join(p->output, NULL);
fail:
	pmk_error("cannot start a thread: %s", strerror(err));
	return -err;
}

int pmk_pipeline_event_fd(const struct pmk_pipeline *p)
{
	return p->event_fd;
}

const char *pmk_pipeline_camera_name(const struct pmk_pipeline *p)
{
	return p->camera_name;
}

const char *pmk_pipeline_output_name(const struct pmk_pipeline *p, int index)
{
	return p->outputs[index].name;
}

const char *pmk_pipeline_model_name(const struct pmk_pipeline *p)
{
	return pmk_scene_model(p->scene);
}

void pmk_pipeline_report(struct pmk_pipeline *p, struct pmk_pipeline_report *report)
{
	uint64_t overtaken = pmk_slot_overtaken(&p->frames) + pmk_slot_overtaken(&p->shown);

	pthread_mutex_lock(&p->lock);
	*report = (struct pmk_pipeline_report){
		.state = p->state, .captured = p->captured, .composed = p->composed, .covered = p->covered, .repeated = p->repeated,
		.overtaken = overtaken, .dropped = p->dropped, .damaged = p->damaged, .running_ns = pmk_clock_now_ns() - p->started_ns,
		.latency_ms_p50 = pmk_series_quantile(&p->latency, 0.5), .latency_ms_p99 = pmk_series_quantile(&p->latency, 0.99),
	};
	for (int i = 0; i < 4; i++)
		report->stage_ms_p50[i] = pmk_series_quantile(&p->stage[i], 0.5);
	pthread_mutex_unlock(&p->lock);
}

int pmk_pipeline_stop(struct pmk_pipeline *p, enum pmk_part *part)
{
	struct timespec until;

	*part = p->failed;
	if (!p->started)
		return p->error;
	atomic_store(&p->stopping, true);
	pmk_slot_close(&p->shown);
	pmk_slot_close(&p->frames);
	if (!p->covered_outputs) {
		pthread_join(p->output, NULL);	/* covers and closes the outputs */
		pthread_join(p->scene_thread, NULL);
		p->covered_outputs = true;
	}
	clock_gettime(CLOCK_REALTIME, &until);	/* pthread_timedjoin_np knows no other clock */
	until.tv_nsec += (long)STOP_NS;
	until.tv_sec += until.tv_nsec / (long)PMK_S_NS;
	until.tv_nsec %= (long)PMK_S_NS;
	if (pthread_timedjoin_np(p->capture, NULL, &until))
		return -ETIMEDOUT;
	p->started = false;
	*part = p->failed;
	return p->error;
}

void pmk_pipeline_destroy(struct pmk_pipeline *p)
{
	if (!p)
		return;
	for (int i = 0; i < p->settings.output_count; i++) {
		if (p->outputs[i].sink)
			pmk_sink_close(p->outputs[i].sink, p->cover);
	}
	pmk_source_close(p->source);
	pmk_slot_finish(&p->frames);
	pmk_slot_finish(&p->shown);
	pmk_frame_pool_destroy(p->adapted);
	pmk_shown_unref(p->cover);
	pmk_scene_destroy(p->scene);
	close(p->event_fd);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
