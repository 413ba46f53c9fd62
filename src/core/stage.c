/* SPDX-License-Identifier: MIT */
#include "core/stage.h"

#include <errno.h>

static void count(struct pmk_stage *s, const struct pmk_shown *shown, const struct pmk_scene_times *times)
{
	pthread_mutex_lock(&s->lock);
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

/* What is written on the cover while there is no camera. */
static const char *mark_of(int missing, bool had_camera)
{
	switch (missing) {
	case 0:
		return NULL;
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
	default:
		return "camera trouble";
	}
}

/* A cover that says why, at once, and no later than the outputs would take the plain one. */
static void mark_cover(struct pmk_stage *s)
{
	int missing = atomic_load(&s->missing);
	struct pmk_shown *cover;

	if (missing == s->marked || pmk_scene_cover(s->scene, mark_of(missing, atomic_load(&s->had_camera)), &cover))
		return;
	s->marked = missing;
	s->change_cover(s->user, cover);
	pmk_shown_unref(s->cover);
	s->cover = cover;
	if (!missing)
		return;
	pmk_shown_ref(cover);
	s->show(s->user, cover);
}

/* Takes the frame over. */
static void take_turn(struct pmk_stage *s, struct pmk_frame *frame)
{
	struct pmk_scene_times times = { 0 };
	struct pmk_shown *shown = NULL;

	pmk_scene_run(s->scene, frame, &shown, &times);
	pmk_frame_unref(frame);
	if (!shown)
		return;
	count(s, shown, &times);
	s->show(s->user, shown);
}

static void *stage_main(void *arg)
{
	struct pmk_stage *s = arg;

	while (!atomic_load(&s->stopping)) {
		struct pmk_frame *frame = pmk_slot_take(s->frames, UINT64_MAX);

		pmk_pulse_beat(&s->pulse);
		mark_cover(s);
		if (frame)
			take_turn(s, frame);
		pmk_pulse_rest(&s->pulse);
	}
	return NULL;
}

int pmk_stage_open(struct pmk_stage *s, const struct pmk_scene_settings *settings, const struct pmk_layout *layout,
	int shown_count)
{
	int err = pmk_scene_create(settings, layout, shown_count, &s->scene);

	if (err)
		return err;
	err = pmk_scene_cover(s->scene, NULL, &s->cover);
	if (err) {
		pmk_scene_destroy(s->scene);
		s->scene = NULL;
		return err;
	}
	pthread_mutex_init(&s->lock, NULL);
	return 0;
}

int pmk_stage_start(struct pmk_stage *s)
{
	int err = pthread_create(&s->thread, NULL, stage_main, s);

	s->running = err == 0;
	return -err;
}

void pmk_stage_tell_missing(struct pmk_stage *s, int error)
{
	if (!error)
		atomic_store(&s->had_camera, true);
	atomic_store(&s->missing, error);
	pmk_slot_nudge(s->frames);
}

void pmk_stage_stop(struct pmk_stage *s)
{
	atomic_store(&s->stopping, true);
}

int pmk_stage_join(struct pmk_stage *s, const struct timespec *until)
{
	if (s->running && pthread_timedjoin_np(s->thread, NULL, until))
		return -ETIMEDOUT;
	s->running = false;
	return 0;
}

void pmk_stage_close(struct pmk_stage *s)
{
	if (!s->scene)
		return;
	pmk_shown_unref(s->cover);
	pmk_scene_destroy(s->scene);
	pthread_mutex_destroy(&s->lock);
}

struct pmk_stage_figures pmk_stage_figures(struct pmk_stage *s)
{
	struct pmk_snapshot steps[PMK_STAGE_STEPS];
	struct pmk_stage_figures figures;

	pthread_mutex_lock(&s->lock);
	figures = (struct pmk_stage_figures){ .composed = s->composed, .covered = s->covered };
	for (int i = 0; i < PMK_STAGE_STEPS; i++)
		pmk_series_copy(&s->steps[i], &steps[i]);
	pthread_mutex_unlock(&s->lock);
	for (int i = 0; i < PMK_STAGE_STEPS; i++) {
		pmk_snapshot_sort(&steps[i]);
		figures.ms_p50[i] = pmk_snapshot_quantile(&steps[i], 0.5);
	}
	return figures;
}
