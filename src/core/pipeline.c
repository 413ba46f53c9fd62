/* SPDX-License-Identifier: MIT */
#include "core/pipeline.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/capture.h"
#include "core/output.h"
#include "core/stage.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	/* cover, the next cover, in the making, spare; each output: in its slot, shown last, in its hands */
	SHOWN_FIXED = 4,
	SHOWN_EACH = 3,
};

/* Who is at one thing for so long hangs. No network takes a minute; opening a camera may mean to ask a person, who is
 * given one. */
static const uint64_t OUTPUT_HANGS_NS = 10 * PMK_S_NS, SCENE_HANGS_NS = 60 * PMK_S_NS, CAMERA_HANGS_NS = 180 * PMK_S_NS;
static const uint64_t STOP_NS = 400 * PMK_MS_NS; /* for threads to end in; */
static const uint64_t FINISH_NS = 10 * PMK_S_NS; /* and for the end of a film to be written */

/* An output thread as the pipeline sees it. */
struct group {
	struct pmk_output output;
	struct pmk_pipeline *pipeline;
	bool ended, finishes; /* told so; a film, whose end is worth waiting for */
};

struct pmk_pipeline {
	struct pmk_pipeline_settings settings;
	char output_names[PMK_PIPELINE_MAX_OUTPUTS][160];
	atomic_bool stopping;
	int event_fd;

	struct pmk_capture capture;
	struct pmk_stage stage;
	/* the first says whether we are live; virtual cameras are in it where there are any */
	struct group groups[PMK_PIPELINE_MAX_OUTPUTS];
	int group_count;
	bool waiting_said; /* [its output's thread: the only one there is, where they may sleep] */

	pthread_mutex_t lock; /* of all below */
	enum pmk_state state;
	int error, groups_left;
	enum pmk_part failed;
	uint64_t started_ns;
};

static const char *state_name(enum pmk_state state)
{
	static const char *const names[] = { "idle", "opening", "live", "covered", "ended", "failed" };

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

/* The first error decides the exit code. */
static void note_error(struct pmk_pipeline *p, enum pmk_part part, int error)
{
	pthread_mutex_lock(&p->lock);
	if (!p->error) {
		p->error = error;
		p->failed = part;
	}
	pthread_mutex_unlock(&p->lock);
}

/* --- what the stage shows [scene thread] --- */

/* To every output; takes the reference over. */
static void show(void *user, struct pmk_shown *shown)
{
	struct pmk_pipeline *p = user;

	for (int i = 0; i < p->group_count; i++) {
		pmk_shown_ref(shown);
		pmk_output_put(&p->groups[i].output, shown);
	}
	pmk_shown_unref(shown);
}

static void change_cover(void *user, struct pmk_shown *cover)
{
	struct pmk_pipeline *p = user;

	for (int i = 0; i < p->group_count; i++)
		pmk_output_set_cover(&p->groups[i].output, cover);
}

/* --- what outputs tell [output threads] --- */

/* The last one to end decides: ended, or failed when none of them is left. */
static void end_group(struct pmk_pipeline *p, struct group *group, bool lost)
{
	int left;

	pthread_mutex_lock(&p->lock);
	p->groups_left -= !group->ended;
	group->ended = true;
	left = p->groups_left;
	pthread_mutex_unlock(&p->lock);
	if (left)
		return;
	if (lost)
		pmk_error("no output is left; nothing is shown anywhere any more");
	set_state(p, lost ? PMK_STATE_FAILED : PMK_STATE_ENDED);
}

/* Pictures that are to be counted are sent to somebody: who asked for some, and sees none, is told once what it takes.
 */
static void say_asleep(struct pmk_pipeline *p)
{
	char count[24];

	if (!p->settings.frames || p->waiting_said) {
		pmk_info("nobody watches: the camera is off");
		return;
	}
	p->waiting_said = true;
	snprintf(count, sizeof count, "%llu", (unsigned long long)p->settings.frames);
	pmk_log(PMK_LOG_INFO, PMK_CURE_COUNTED_WAIT, count, "nobody watches: the camera is off");
}

static void heard_from_output(void *user, enum pmk_output_event event, int error)
{
	struct group *group = user;
	struct pmk_pipeline *p = group->pipeline;

	switch (event) {
	case PMK_OUTPUT_LIVE:
	case PMK_OUTPUT_COVERED:
		if (group == &p->groups[0])
			set_state(p, event == PMK_OUTPUT_LIVE ? PMK_STATE_LIVE : PMK_STATE_COVERED);
		break;
	case PMK_OUTPUT_ASLEEP:
		say_asleep(p);
		set_state(p, PMK_STATE_IDLE);
		pmk_capture_rest(&p->capture, true);
		break;
	case PMK_OUTPUT_AWAKE:
		pmk_info("somebody watches: the camera is on");
		set_state(p, PMK_STATE_OPENING);
		pmk_capture_rest(&p->capture, false);
		break;
	case PMK_OUTPUT_LOST:
		note_error(p, PMK_PART_OUTPUT, error);
		end_group(p, group, !atomic_load(&p->stopping));
		break;
	case PMK_OUTPUT_DONE:
		end_group(p, group, false);
	}
}

/* --- main thread --- */

static void camera_ended(void *user)
{
	set_state(user, PMK_STATE_ENDED);
}

static void camera_missing(void *user, int error)
{
	struct pmk_pipeline *p = user;

	pmk_stage_tell_missing(&p->stage, error);
}

static struct pmk_sink_setup sink_setup(const struct pmk_pipeline *p)
{
	return (struct pmk_sink_setup){
		.layout = *pmk_scene_layout(p->stage.scene), .fps = p->capture.fps, .fourcc = p->settings.output_fourcc
	};
}

/* The group for this sink: virtual cameras share the first one, so that it is the one that tells our state. */
static struct group *add_group(struct pmk_pipeline *p, bool live)
{
	struct group *group = &p->groups[p->group_count];

	if (live && p->group_count && p->groups[0].output.ports[0].live)
		return &p->groups[0];
	*group = (struct group){ .pipeline = p,
		.output = { .fps = p->capture.fps, .frames = p->settings.frames, .tell = heard_from_output } };
	group->output.user = group;
	group->output.setup = sink_setup(p);
	if (pmk_output_init(&group->output, p->stage.cover))
		return NULL;
	p->group_count++;
	return group;
}

/* An output that cannot tell who watches is watched, and so are all others then. */
static void choose_on_demand(struct pmk_pipeline *p)
{
	if (p->group_count == 1)
		p->groups[0].output.on_demand = p->settings.on_demand && p->groups[0].output.ports[0].live;
}

static int open_sinks(struct pmk_pipeline *p, struct pmk_sink *sinks[PMK_PIPELINE_MAX_OUTPUTS])
{
	struct pmk_sink_setup setup = sink_setup(p);

	for (int i = 0; i < p->settings.output_count; i++) {
		int err = pmk_sink_open(p->settings.outputs[i], &setup, p->stage.cover, &sinks[i]);

		if (err)
			return err;
		memcpy(p->output_names[i], sinks[i]->name, sizeof p->output_names[i]);
	}
	return 0;
}

static int group_sinks(struct pmk_pipeline *p, struct pmk_sink *sinks[PMK_PIPELINE_MAX_OUTPUTS])
{
	for (int live = 1; live >= 0; live--) {
		for (int i = 0; i < p->settings.output_count; i++) {
			struct group *group;

			if (!sinks[i] || sinks[i]->live != (bool)live)
				continue;
			group = add_group(p, live);
			if (!group)
				return -ENOMEM;
			group->output.ports[group->output.port_count++] = (struct pmk_output_port){
				.sink = sinks[i], .spec = p->settings.outputs[i], .live = live
			};
			group->finishes = sinks[i]->finishes;
			sinks[i] = NULL;
		}
	}
	p->groups_left = p->group_count;
	choose_on_demand(p);
	return 0;
}

/* With the cover in them; nothing is left open on failure. */
static int open_outputs(struct pmk_pipeline *p)
{
	struct pmk_sink *sinks[PMK_PIPELINE_MAX_OUTPUTS] = { NULL };
	int err = open_sinks(p, sinks);

	if (!err)
		err = group_sinks(p, sinks);
	for (int i = 0; err && i < p->settings.output_count; i++) {
		if (!sinks[i])
			continue;
		sinks[i]->spoilt = true;
		pmk_sink_close(sinks[i], p->stage.cover);
	}
	return err;
}

int pmk_pipeline_create(
	const struct pmk_pipeline_settings *settings, struct pmk_pipeline **pipeline, enum pmk_part *part)
{
	struct pmk_pipeline *p = calloc(1, sizeof *p);
	int err;

	*part = PMK_PART_NONE;
	if (!p)
		return -ENOMEM;
	p->settings = *settings;
	pthread_mutex_init(&p->lock, NULL);
	p->capture = (struct pmk_capture){ .camera = settings->camera,
		.wish = settings->wish,
		.cpu_limit = settings->cpu_limit,
		.wait = settings->wait,
		.mirror = settings->mirror,
		.flip = settings->flip,
		.ended = camera_ended,
		.missing = camera_missing,
		.user = p };
	p->state = PMK_STATE_OPENING;
	p->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->event_fd < 0) {
		err = -errno;
		goto out;
	}
	*part = PMK_PART_CAMERA;
	err = pmk_capture_open(&p->capture);
	if (err)
		goto out_event;
	p->stage = (struct pmk_stage){ .frames = &p->capture.frames,
		.show = show,
		.change_cover = change_cover,
		.user = p,
		.had_camera = !p->capture.late };
	*part = PMK_PART_SCENE;
	err = pmk_stage_open(
		&p->stage, &settings->scene, &p->capture.layout, SHOWN_FIXED + SHOWN_EACH * settings->output_count);
	if (err) {
		pmk_pipeline_destroy(p);
		return err;
	}
	*part = PMK_PART_NONE;
	*pipeline = p;
	return 0;
out_event:
	close(p->event_fd);
out:
	pthread_mutex_destroy(&p->lock);
	free(p);
	return err;
}

static int start_threads(struct pmk_pipeline *p)
{
	int err = 0;

	for (int i = 0; !err && i < p->group_count; i++)
		err = pmk_output_start(&p->groups[i].output);
	if (!err)
		err = pmk_stage_start(&p->stage);
	if (!err)
		err = pmk_capture_start(&p->capture);
	if (err)
		pmk_error("cannot start a thread: %s", strerror(-err));
	return err;
}

int pmk_pipeline_start(struct pmk_pipeline *p, enum pmk_part *part)
{
	int err;

	*part = PMK_PART_OUTPUT;
	p->started_ns = pmk_clock_now_ns();
	err = open_outputs(p);
	if (err)
		return err;
	*part = PMK_PART_NONE;
	return start_threads(p);
}

int pmk_pipeline_event_fd(const struct pmk_pipeline *p)
{
	return p->event_fd;
}

const char *pmk_pipeline_camera_name(const struct pmk_pipeline *p)
{
	return p->capture.name;
}

const char *pmk_pipeline_output_name(const struct pmk_pipeline *p, int index)
{
	return p->output_names[index];
}

const char *pmk_pipeline_model_name(const struct pmk_pipeline *p)
{
	return pmk_scene_model(p->stage.scene);
}

void pmk_pipeline_report(struct pmk_pipeline *p, struct pmk_pipeline_report *report)
{
	struct pmk_capture_figures figures = pmk_capture_figures(&p->capture);
	struct pmk_stage_figures made = pmk_stage_figures(&p->stage);
	struct pmk_output_figures shown = { 0 };

	if (p->group_count)
		shown = pmk_output_figures(&p->groups[0].output);
	pthread_mutex_lock(&p->lock);
	*report = (struct pmk_pipeline_report){
		.state = p->state,
		.captured = figures.captured,
		.dropped = figures.dropped,
		.damaged = figures.damaged,
		.left_out = figures.left_out,
		.composed = made.composed,
		.covered = made.covered,
		.overtaken = pmk_slot_overtaken(&p->capture.frames) + shown.overtaken,
		.written = shown.written,
		.repeated = shown.repeated,
		.latency_ms_p50 = shown.latency_ms_p50,
		.latency_ms_p99 = shown.latency_ms_p99,
		.running_ns = pmk_clock_now_ns() - p->started_ns,
	};
	pthread_mutex_unlock(&p->lock);
	memcpy(report->stage_ms_p50, made.ms_p50, sizeof report->stage_ms_p50);
}

const char *pmk_pipeline_hangs(struct pmk_pipeline *p, uint64_t now_ns)
{
	if (pmk_pulse_hangs(&p->stage.pulse, now_ns, SCENE_HANGS_NS))
		return "scene";
	if (pmk_pulse_hangs(&p->capture.pulse, now_ns, CAMERA_HANGS_NS))
		return "camera";
	for (int i = 0; i < p->group_count; i++) {
		struct pmk_output *o = &p->groups[i].output;

		if (o->ports[0].live &&
			pmk_pulse_hangs(&o->pulse, now_ns, OUTPUT_HANGS_NS)) /* a pipe may wait for its reader */
			return "output";
	}
	return NULL;
}

static void stop_all(struct pmk_pipeline *p)
{
	for (int i = 0; i < p->group_count; i++)
		pmk_output_stop(&p->groups[i].output);
	atomic_store(&p->stopping, true);
	pmk_stage_stop(&p->stage);
	pmk_capture_stop(&p->capture);
}

static struct timespec in_real_time(uint64_t wait_ns)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t); /* pthread_timedjoin_np knows no other clock */
	t.tv_nsec += (long)(wait_ns % PMK_S_NS);
	t.tv_sec += (time_t)(wait_ns / PMK_S_NS) + t.tv_nsec / (long)PMK_S_NS;
	t.tv_nsec %= (long)PMK_S_NS;
	return t;
}

/* Virtual cameras first: they are covered before anything else is waited for. */
static int join_all(struct pmk_pipeline *p)
{
	struct timespec soon = in_real_time(STOP_NS), later = in_real_time(FINISH_NS);
	int err = 0;

	for (int i = 0; i < p->group_count; i++) {
		int one = pmk_output_join(&p->groups[i].output, p->groups[i].finishes ? &later : &soon);
		err = err ? err : one;
	}
	if (pmk_stage_join(&p->stage, &soon))
		return -ETIMEDOUT;
	return err ? err : pmk_capture_join(&p->capture, &soon);
}

int pmk_pipeline_stop(struct pmk_pipeline *p, enum pmk_part *part)
{
	int err, joined;

	stop_all(p);
	joined = join_all(p);
	pthread_mutex_lock(&p->lock);
	err = p->error;
	*part = p->failed;
	pthread_mutex_unlock(&p->lock);
	return joined ? joined : err;
}

void pmk_pipeline_destroy(struct pmk_pipeline *p)
{
	enum pmk_part part;

	if (!p)
		return;
	while (pmk_pipeline_stop(p, &part) == -ETIMEDOUT)
		;
	for (int i = 0; i < p->group_count; i++)
		pmk_output_finish(&p->groups[i].output);
	pmk_capture_close(&p->capture);
	pmk_stage_close(&p->stage);
	close(p->event_fd);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
