/* SPDX-License-Identifier: MIT */
#include "core/stage.h"

#include "core/handover.h"
#include "core/mask_view.h"
#include "core/pulse.h"
#include "core/stats.h"
#include "core/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { PAUSED = 1 }; /* among the reasons for a cover, which are negative errno */

static const uint64_t HANGS_NS = 60 * PMK_S_NS;
static const uint64_t AGAIN_NS = 100 * PMK_MS_NS; /* a frame that is older is not shown again */
static const uint64_t TAKEN_NS = 5 * PMK_S_NS; /* how long the thread has to take a change */

struct pmk_stage {
	struct pmk_stage_settings settings; /* const after create */

	/* The scene thread's, once started. */
	struct pmk_scene *scene;
	struct pmk_shown *cover; /* the present one */
	int marked; /* the reason written on it */
	unsigned generation; /* of the frames that the settings are for */
	bool stale; /* it was made before the last change */
	struct pmk_frame *last; /* the one shown last; NULL: none, or it was shown again */

	struct pmk_thread thread; /* the main thread's */

	/* Shared. */
	atomic_int missing; /* why there is no camera, negative errno; 0: there is one */
	atomic_bool had_camera; /* there was one at any time */
	atomic_bool stopping, paused;
	atomic_uint next_generation; /* of the frames that the waiting change is for */
	struct pmk_handover changes; /* struct pmk_scene_change */
	struct pmk_mask_view mask_view;
	struct pmk_pulse pulse; /* rests while it waits for a frame */
	pthread_mutex_t lock; /* protects what follows */
	uint64_t composed, covered;
	struct pmk_box crop; /* as in the figures */
	struct pmk_series steps[PMK_STAGE_STEPS];
};

static void count(struct pmk_stage *s, const struct pmk_shown *shown, const struct pmk_scene_times *times)
{
	const struct pmk_layout *frame = &s->settings.layout;
	struct pmk_box crop = pmk_scene_crop(s->scene);

	pthread_mutex_lock(&s->lock);
	s->crop = (struct pmk_box){ crop.left / frame->width, crop.top / frame->height, crop.right / frame->width,
		crop.bottom / frame->height };
	if (pmk_shown_is_cover(shown)) {
		s->covered++;
	} else {
		s->composed++;
		pmk_series_add(&s->steps[0], times->prepare);
		pmk_series_add(&s->steps[1], times->infer);
		pmk_series_add(&s->steps[2], times->refine);
		pmk_series_add(&s->steps[3], times->compose);
	}
	pthread_mutex_unlock(&s->lock);
}

/* The words on the cover while there is no camera, or a pause. */
static const char *mark_of(int reason, bool had_camera)
{
	switch (reason) {
	case 0:
		return NULL;
	case PAUSED:
		return "paused";
	case -ENODEV:
	case -ENOENT:
	case -ENXIO:
		return had_camera ? "camera unplugged" : "no camera";
	case -EBUSY:
		return "camera in use";
	case -EACCES:
	case -EPERM:
		return "camera not permitted";
	case -EAGAIN:
		return "camera gives no picture";
	case -ENOLINK:
		return "no signal";
	default:
		return "camera trouble";
	}
}

/* `frame` is the last one shown; takes it over. NULL: none is. */
static void keep_last(struct pmk_stage *s, struct pmk_frame *frame)
{
	pmk_frame_unref(s->last);
	s->last = frame;
}

/* Show a cover that says why at once, before the outputs take the plain one by themselves. */
static void mark_cover(struct pmk_stage *s)
{
	int reason = atomic_load(&s->paused) ? PAUSED : atomic_load(&s->missing);
	struct pmk_shown *cover;

	if (reason == s->marked && !s->stale)
		return;
	if (pmk_scene_cover(s->scene, mark_of(reason, atomic_load(&s->had_camera)), &cover))
		return;
	s->marked = reason;
	s->stale = false;
	s->settings.change_cover(s->settings.user, cover);
	pmk_shown_unref(s->cover);
	s->cover = cover;
	if (!reason)
		return;
	keep_last(s, NULL);
	pmk_shown_ref(cover);
	s->settings.show(s->settings.user, cover);
}

/* Takes the frame over. */
static void run_frame(struct pmk_stage *s, struct pmk_frame *frame)
{
	struct pmk_scene_times times = { 0 };
	struct pmk_shown *shown = NULL;

	pmk_scene_run(s->scene, frame, &shown, &times);
	keep_last(s, frame);
	if (!shown)
		return;
	count(s, shown, &times);
	if (pmk_mask_view_is_wanted(&s->mask_view, pmk_clock_now_ns()))
		pmk_mask_view_take(&s->mask_view, pmk_scene_shown_mask(s->scene), pmk_clock_now_ns());
	s->settings.show(s->settings.user, shown);
}

/* Show the change without waiting for a frame. Only once a frame, so that many changes do not make many pictures. */
static void run_again(struct pmk_stage *s)
{
	struct pmk_frame *frame = s->last;
	struct pmk_shown *shown;

	if (frame && frame->generation == s->generation && pmk_clock_now_ns() - frame->time_ns < AGAIN_NS &&
		!pmk_scene_again(s->scene, frame, &shown))
		s->settings.show(s->settings.user, shown);
	keep_last(s, NULL);
}

/* Make the change that waits, unless `frame` is one that only the present settings are for: that one goes first. */
static void take_change(struct pmk_stage *s, const struct pmk_frame *frame)
{
	unsigned next = atomic_load(&s->next_generation);
	struct pmk_scene_change *change;

	if (frame && frame->generation == s->generation && next != s->generation)
		return;
	change = pmk_handover_take(&s->changes);
	if (!change)
		return;
	pmk_scene_change_apply(s->scene, change);
	s->generation = next;
	s->stale = true;
	mark_cover(s);
	if (!frame && !s->marked && !atomic_load(&s->paused))
		run_again(s);
	pmk_handover_done(&s->changes);
}

static void *stage_main(void *arg)
{
	struct pmk_frame *frame = NULL; /* the newest that has not been shown */
	struct pmk_stage *s = arg;

	while (!atomic_load(&s->stopping)) {
		bool waits = pmk_handover_waits(&s->changes);
		struct pmk_frame *newer = pmk_slot_take(s->settings.frames, waits ? 0 : UINT64_MAX);

		pmk_pulse_beat(&s->pulse);
		if (newer) {
			pmk_frame_unref(frame);
			frame = newer;
		}
		if (waits)
			take_change(s, frame);
		mark_cover(s);
		if (frame && atomic_load(&s->paused)) {
			pmk_frame_unref(frame);
			frame = NULL;
		}
		if (frame && frame->generation == s->generation) {
			run_frame(s, frame);
			frame = NULL;
		}
		pmk_pulse_rest(&s->pulse);
	}
	pmk_frame_unref(frame);
	keep_last(s, NULL);
	pmk_handover_close(&s->changes);
	return NULL;
}

int pmk_stage_create(const struct pmk_stage_settings *settings, struct pmk_stage **stage)
{
	struct pmk_stage *s = calloc(1, sizeof *s);
	int err;

	if (!s)
		return -ENOMEM;
	s->settings = *settings;
	s->crop = (struct pmk_box){ 0, 0, 1, 1 };
	atomic_init(&s->had_camera, settings->had_camera);
	err = pmk_scene_create(&settings->scene, &settings->layout, settings->shown_count, &s->scene);
	if (err)
		goto out;
	err = pmk_scene_cover(s->scene, NULL, &s->cover);
	if (err)
		goto out_scene;
	pthread_mutex_init(&s->lock, NULL);
	pmk_handover_init(&s->changes);
	pmk_mask_view_init(&s->mask_view);
	*stage = s;
	return 0;
out_scene:
	pmk_scene_destroy(s->scene);
out:
	free(s);
	return err;
}

int pmk_stage_start(struct pmk_stage *s)
{
	return pmk_thread_start(&s->thread, stage_main, s);
}

int pmk_stage_change_prepare(
	const struct pmk_stage *s, const struct pmk_scene_settings *wanted, struct pmk_scene_change **change)
{
	return pmk_scene_change_prepare(s->scene, wanted, change);
}

void pmk_stage_keep_ready(struct pmk_stage *s, const char *const *specs, int count, enum pmk_fit fit, bool make)
{
	pmk_scene_keep_ready(s->scene, specs, count, fit, make);
}

int pmk_stage_change_apply(struct pmk_stage *s, struct pmk_scene_change *change, unsigned generation)
{
	atomic_store(&s->next_generation, generation);
	pmk_handover_offer(&s->changes, change);
	pmk_slot_nudge(s->settings.frames);
	return pmk_handover_wait(&s->changes, TAKEN_NS);
}

void pmk_stage_tell_missing(struct pmk_stage *s, int error)
{
	if (!error)
		atomic_store(&s->had_camera, true);
	atomic_store(&s->missing, error);
	pmk_slot_nudge(s->settings.frames);
}

const char *pmk_stage_missing(struct pmk_stage *s)
{
	return mark_of(atomic_load(&s->missing), atomic_load(&s->had_camera));
}

void pmk_stage_pause(struct pmk_stage *s, bool pause)
{
	atomic_store(&s->paused, pause);
	pmk_slot_nudge(s->settings.frames);
}

void pmk_stage_stop(struct pmk_stage *s)
{
	atomic_store(&s->stopping, true);
}

int pmk_stage_join(struct pmk_stage *s, const struct timespec *until)
{
	return pmk_thread_join(&s->thread, until);
}

void pmk_stage_destroy(struct pmk_stage *s)
{
	if (!s)
		return;
	pmk_shown_unref(s->cover);
	pmk_scene_destroy(s->scene);
	pmk_handover_finish(&s->changes);
	pmk_mask_view_finish(&s->mask_view);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const struct pmk_layout *pmk_stage_layout(const struct pmk_stage *s)
{
	return pmk_scene_layout(s->scene);
}

const char *pmk_stage_model(const struct pmk_stage *s)
{
	return pmk_scene_model(s->scene);
}

struct pmk_shown *pmk_stage_cover(const struct pmk_stage *s)
{
	return s->cover;
}

struct pmk_stage_figures pmk_stage_figures(struct pmk_stage *s)
{
	struct pmk_snapshot steps[PMK_STAGE_STEPS];
	struct pmk_stage_figures figures;

	pthread_mutex_lock(&s->lock);
	figures = (struct pmk_stage_figures){ .composed = s->composed, .covered = s->covered, .crop = s->crop };
	for (int i = 0; i < PMK_STAGE_STEPS; i++)
		pmk_series_copy(&s->steps[i], &steps[i]);
	pthread_mutex_unlock(&s->lock);
	for (int i = 0; i < PMK_STAGE_STEPS; i++) {
		pmk_snapshot_sort(&steps[i]);
		figures.ms_p50[i] = pmk_snapshot_quantile(&steps[i], 0.5);
	}
	return figures;
}

int pmk_stage_mask(struct pmk_stage *s, struct pmk_mask *copy)
{
	return pmk_mask_view_look(&s->mask_view, copy);
}

bool pmk_stage_hangs(struct pmk_stage *s, uint64_t now_ns)
{
	return pmk_pulse_hangs(&s->pulse, now_ns, HANGS_NS);
}
