/* SPDX-License-Identifier: MIT */
#include "core/pipeline.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/pipeline_parts.h"
#include "core/thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* the cover, the next cover, one in the making, one spare, two looked at; each output: in its slot, shown last,
	 * being written */
	SHOWN_FIXED = 6,
	SHOWN_EACH = 3,
	OPENINGS = 3, /* of a camera whose settings depend on it */
};

static const uint64_t STOP_NS = 400 * PMK_MS_NS; /* how long threads have to end */
static const uint64_t FINISH_NS = 10 * PMK_S_NS; /* how long the end of a video file may take to write */

/* --- what the stage shows [scene thread] --- */

static void show(void *user, struct pmk_shown *shown)
{
	struct pmk_pipeline *p = user;

	pmk_outputs_put(p->outputs, shown);
}

static void change_cover(void *user, struct pmk_shown *cover)
{
	struct pmk_pipeline *p = user;

	pmk_outputs_set_cover(p->outputs, cover);
}

/* --- what outputs tell [output threads] --- */

/* --frames counts only pictures that somebody watches: say once why the run waits. */
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

static void say_awake(struct pmk_pipeline *p)
{
	bool paused;

	pthread_mutex_lock(&p->rest_lock);
	paused = p->paused;
	pthread_mutex_unlock(&p->rest_lock);
	pmk_info("somebody watches: %s", paused ? "the pause goes on" : "the camera is on");
}

/* While paused, no picture of the camera is shown, whatever the outputs say. */
static void set_state(struct pmk_pipeline *p, enum pmk_state state)
{
	pthread_mutex_lock(&p->rest_lock);
	if (state != PMK_STATE_IDLE && p->paused)
		state = PMK_STATE_PAUSED;
	pmk_status_set(p->status, state);
	pthread_mutex_unlock(&p->rest_lock);
}

static void sleep_or_wake(struct pmk_pipeline *p, bool asleep)
{
	pthread_mutex_lock(&p->rest_lock);
	p->asleep = asleep;
	pmk_capture_rest(p->capture, asleep || p->paused);
	pthread_mutex_unlock(&p->rest_lock);
	set_state(p, asleep ? PMK_STATE_IDLE : PMK_STATE_OPENING);
}

static void heard_from_output(void *user, enum pmk_output_event event, int error)
{
	struct pmk_pipeline *p = user;

	switch (event) {
	case PMK_OUTPUT_LIVE:
		set_state(p, PMK_STATE_LIVE);
		break;
	case PMK_OUTPUT_COVERED:
		set_state(p, PMK_STATE_COVERED);
		break;
	case PMK_OUTPUT_ASLEEP:
		say_asleep(p);
		sleep_or_wake(p, true);
		break;
	case PMK_OUTPUT_AWAKE:
		say_awake(p);
		sleep_or_wake(p, false);
		break;
	case PMK_OUTPUT_LOST:
		pmk_status_note_error(p->status, PMK_PART_OUTPUT, error);
		break;
	case PMK_OUTPUT_DONE:
		break;
	}
}

static void outputs_ended(void *user, int error)
{
	struct pmk_pipeline *p = user;
	bool lost = error && !atomic_load(&p->stopping);

	if (lost)
		pmk_error("no output is left; nothing is shown anywhere any more");
	pmk_status_set(p->status, lost ? PMK_STATE_FAILED : PMK_STATE_ENDED);
}

/* --- what the camera tells [capture thread] --- */

static void camera_ended(void *user)
{
	struct pmk_pipeline *p = user;

	pmk_status_set(p->status, PMK_STATE_ENDED);
}

static void camera_missing(void *user, int error)
{
	struct pmk_pipeline *p = user;

	pmk_stage_tell_missing(p->stage, error);
}

static void camera_other(void *user)
{
	struct pmk_pipeline *p = user;

	pmk_status_nudge(p->status);
}

/* --- create, start --- */

struct pmk_capture_settings pmk_pipeline_reads(struct pmk_pipeline *p, const struct pmk_pipeline_settings *s)
{
	struct pmk_capture_settings settings = { .wish = s->wish,
		.quarters = s->quarters,
		.mirror = s->mirror,
		.flip = s->flip,
		.cpu_limit = s->cpu_limit,
		.wait = s->wait,
		.ended = camera_ended,
		.missing = camera_missing,
		.other = camera_other,
		.user = p };

	settings.wish.contain = s->scene.fit == PMK_FIT_CONTAIN;
	settings.wish.larger = s->scene.framing != PMK_FRAMING_OFF;
	memcpy(settings.camera, s->camera, sizeof settings.camera);
	return settings;
}

static bool reads_alike(const struct pmk_capture_settings *a, const struct pmk_capture_settings *b)
{
	return a->quarters == b->quarters && a->mirror == b->mirror && a->flip == b->flip &&
		a->wish.contain == b->wish.contain && a->wish.larger == b->wish.larger &&
		!(a->cpu_limit < b->cpu_limit || a->cpu_limit > b->cpu_limit);
}

/* Open the camera, and have the settings that depend on it. If it has to be opened otherwise then, it is opened again;
 * "auto" may find another one in its place. */
static int open_capture(struct pmk_pipeline *p)
{
	struct pmk_capture_settings reads = pmk_pipeline_reads(p, &p->settings), then;
	struct pmk_source_names names, before = { 0 };
	int err = pmk_capture_create(&reads, &p->capture);

	for (int i = 0; !err && i < OPENINGS && p->settings.by_camera && p->settings.settle; i++) {
		pmk_capture_names(p->capture, &names);
		if (pmk_source_names_equal(&names, &before))
			break;
		before = names;
		err = p->settings.settle(p->settings.settle_user, &names, &p->settings);
		then = pmk_pipeline_reads(p, &p->settings);
		if (err || reads_alike(&reads, &then))
			continue;
		reads = then;
		pmk_capture_destroy(p->capture);
		p->capture = NULL;
		err = pmk_capture_create(&reads, &p->capture);
	}
	if (!err)
		pmk_capture_by_camera(p->capture, p->settings.by_camera);
	return err;
}

static int open_stage(struct pmk_pipeline *p)
{
	struct pmk_stage_settings settings = { .scene = p->settings.scene,
		.layout = *pmk_capture_layout(p->capture),
		.shown_count = SHOWN_FIXED + SHOWN_EACH * p->settings.output_count,
		.frames = pmk_capture_frames(p->capture),
		.had_camera = !pmk_capture_late(p->capture),
		.show = show,
		.change_cover = change_cover,
		.user = p };
	struct pmk_scene_settings *scene = &settings.scene;

	pmk_capture_picture(p->capture, &scene->picture_width, &scene->picture_height);
	if (scene->picture_width != settings.layout.width)
		pmk_info("pictures of %dx%d are cut out of the camera's %dx%d", scene->picture_width,
			scene->picture_height, settings.layout.width, settings.layout.height);
	return pmk_stage_create(&settings, &p->stage);
}

static int open_outputs(struct pmk_pipeline *p)
{
	struct pmk_outputs_settings settings = {
		.setup = { .layout = *pmk_stage_layout(p->stage),
			.fps = pmk_capture_fps(p->capture),
			.fourcc = p->settings.output_fourcc,
			.alpha = strcmp(p->settings.scene.backdrop, "transparent") == 0 },
		.frames = p->settings.frames,
		.on_demand = p->settings.on_demand,
		.tell = heard_from_output,
		.ended = outputs_ended,
		.user = p,
	};
	const char *specs[PMK_PIPELINE_MAX_OUTPUTS];
	int count = p->settings.output_count;

	for (int i = 0; i < count; i++)
		specs[i] = p->settings.outputs[i];
	settings.optional = p->settings.optional;
	return pmk_outputs_create(&settings, specs, count, pmk_stage_cover(p->stage), &p->outputs);
}

/* Free what was made so far. The threads have ended, or were never started. */
static void release(struct pmk_pipeline *p)
{
	pmk_outputs_destroy(p->outputs);
	pmk_capture_destroy(p->capture);
	pmk_stage_destroy(p->stage);
	pmk_status_destroy(p->status);
	pthread_mutex_destroy(&p->rest_lock);
	free(p);
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
	pthread_mutex_init(&p->rest_lock, NULL);
	err = pmk_status_create(&p->status);
	if (err)
		goto out;
	*part = PMK_PART_CAMERA;
	err = open_capture(p);
	if (err)
		goto out;
	*part = PMK_PART_SCENE;
	err = open_stage(p);
	if (err)
		goto out;
	*part = PMK_PART_NONE;
	*pipeline = p;
	return 0;
out:
	release(p);
	return err;
}

static int start_threads(struct pmk_pipeline *p)
{
	int err = pmk_outputs_start(p->outputs);

	if (!err)
		err = pmk_stage_start(p->stage);
	if (!err)
		err = pmk_capture_start(p->capture);
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

/* --- pause --- */

void pmk_pipeline_pause(struct pmk_pipeline *p, bool pause)
{
	enum pmk_state next = pause ? PMK_STATE_PAUSED : PMK_STATE_OPENING;

	pthread_mutex_lock(&p->rest_lock);
	if (p->paused != pause) {
		p->paused = pause;
		pmk_stage_pause(p->stage, pause); /* before the camera ends: no picture of it comes after this */
		pmk_capture_rest(p->capture, pause || p->asleep);
		pmk_status_set(p->status, p->asleep ? PMK_STATE_IDLE : next);
		pmk_info(pause ? "paused: the camera is off" : "the pause is over");
	}
	pthread_mutex_unlock(&p->rest_lock);
}

/* --- stop, destroy --- */

static void stop_all(struct pmk_pipeline *p)
{
	if (p->outputs)
		pmk_outputs_stop(p->outputs);
	atomic_store(&p->stopping, true);
	pmk_stage_stop(p->stage);
	pmk_capture_stop(p->capture);
}

/* Virtual cameras first: they are covered before waiting for anything else. */
static int join_all(struct pmk_pipeline *p)
{
	struct timespec soon = pmk_thread_deadline(STOP_NS), later = pmk_thread_deadline(FINISH_NS);
	int err = p->outputs ? pmk_outputs_join(p->outputs, &soon, &later) : 0;

	if (pmk_stage_join(p->stage, &soon))
		return -ETIMEDOUT;
	return err ? err : pmk_capture_join(p->capture, &soon);
}

int pmk_pipeline_stop(struct pmk_pipeline *p, enum pmk_part *part)
{
	int err, joined;

	stop_all(p);
	joined = join_all(p);
	err = pmk_status_error(p->status, part);
	return joined ? joined : err;
}

void pmk_pipeline_destroy(struct pmk_pipeline *p)
{
	enum pmk_part part;

	if (!p)
		return;
	while (pmk_pipeline_stop(p, &part) == -ETIMEDOUT)
		;
	release(p);
}
