/* SPDX-License-Identifier: MIT */
/* The levels segmenter and scene: both are a scene of the engine, of which a segmenter uses the mask alone. */
#include "base/clock.h"
#include "base/log.h"
#include "image/convert.h"
#include "lib/lib_context.h"
#include "lib/lib_picture.h"
#include "lib/lib_settings.h"
#include "scene/scene_change.h"

#include <errno.h>
#include <libyuv.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 2, FRAMES = 2 };

struct potemkin_scene {
	potemkin_context *context;
	enum potemkin_level level;
	struct potemkin_geometry geometry;

	/* The thread of run. */
	struct pmk_frame_pool *pool;
	struct pmk_scene *scene; /* NULL: there was no picture yet whose format tells the sampling */
	enum pmk_chroma chroma; /* of its frames */
	uint64_t number; /* of the next frame */

	pthread_mutex_t lock; /* protects what follows, and what prepares a change from what applies one */
	struct pmk_settings *settings; /* as wanted */
	struct pmk_scene_change *waiting, *replaced;
	bool mirror, flip;
};

static int open_scene(struct potemkin_scene *s, const struct pmk_layout *layout)
{
	int err;

	if (s->scene && layout->chroma == s->chroma)
		return 0;
	pthread_mutex_lock(&s->lock);
	pmk_scene_change_destroy(s->waiting); /* the new scene has its settings from the start */
	pmk_scene_change_destroy(s->replaced);
	s->waiting = s->replaced = NULL;
	s->chroma = layout->chroma;
	if (s->scene) {
		struct pmk_scene *old = s->scene;

		s->scene = NULL;
		err = pmk_scene_renew(old, &s->settings->pipeline.scene, layout, SHOWN, &s->scene);
	} else {
		err = pmk_scene_create(&s->settings->pipeline.scene, layout, SHOWN, &s->scene);
	}
	pthread_mutex_unlock(&s->lock);
	return err;
}

static int create(potemkin_context *context, enum potemkin_level level, const struct potemkin_scene_settings *given,
	struct potemkin_scene **scene)
{
	struct potemkin_scene *s = calloc(1, sizeof *s);
	struct pmk_layout layout = pmk_lib_layout(&given->geometry, POTEMKIN_I420);
	int err = s ? pmk_lib_check_geometry(&given->geometry) : -ENOMEM;

	if (!err)
		err = pmk_lib_settings(level, given->settings, given->setting_count, &s->settings);
	if (err) {
		free(s);
		return err;
	}
	s->level = level;
	s->geometry = given->geometry;
	s->mirror = s->settings->pipeline.mirror;
	s->flip = s->settings->pipeline.flip;
	s->context = context;
	pmk_lib_ref(context);
	pthread_mutex_init(&s->lock, NULL);
	if (level == POTEMKIN_SEGMENTER)
		err = pmk_spec_copy(s->settings->pipeline.scene.backdrop, "green");
	s->pool = pmk_frame_pool_create(FRAMES);
	if (!err)
		err = s->pool ? open_scene(s, &layout) : -ENOMEM;
	if (err)
		potemkin_scene_destroy(s);
	else
		*scene = s;
	return err;
}

int potemkin_scene_create(
	potemkin_context *context, const struct potemkin_scene_settings *settings, potemkin_scene **scene)
{
	struct potemkin_scene_settings given;
	int err;

	pmk_lib_listen(context);
	err = pmk_lib_take_struct(&given, sizeof given, settings, offsetof(struct potemkin_scene_settings, settings));
	if (!err)
		err = create(context, POTEMKIN_SCENE, &given, scene);
	pmk_lib_leave();
	return err;
}

void potemkin_scene_destroy(potemkin_scene *s)
{
	if (!s)
		return;
	pmk_lib_listen(s->context);
	pmk_scene_change_destroy(s->waiting);
	pmk_scene_change_destroy(s->replaced);
	pmk_scene_destroy(s->scene);
	pmk_frame_pool_destroy(s->pool);
	pmk_lib_leave();
	pthread_mutex_destroy(&s->lock);
	free(s->settings);
	pmk_lib_unref(s->context);
	free(s);
}

/* --- a picture --- */

/* The frame of a picture, in a scene for its sampling, with the changes that wait. */
static int take(
	struct potemkin_scene *s, const struct potemkin_picture *picture, int64_t time_ns, struct pmk_frame **frame)
{
	int err = pmk_lib_check_picture(&s->geometry, picture, false);
	struct pmk_layout layout;
	struct pmk_frame *made;

	if (err)
		return err;
	layout = pmk_lib_layout(&s->geometry, picture->format);
	err = open_scene(s, &layout);
	made = err ? NULL : pmk_frame_pool_take(s->pool, &layout);
	if (!made)
		return err ? err : -ENOMEM;
	made->time_ns = pmk_clock_now_ns();
	made->position_ns = time_ns < 0 ? 0 : time_ns;
	made->number = s->number++;
	made->generation = 0;
	made->bar_x = made->bar_y = 0;
	err = pmk_lib_read(picture, &made->image);
	if (err) {
		pmk_frame_unref(made);
		return -ENOMEM;
	}
	*frame = pmk_convert_orient_frame(made, s->pool, &made->image.layout, 0, s->mirror, s->flip);
	return *frame ? 0 : -ENOMEM;
}

/* Whoever makes a change holds the lock for as long as that takes, and pictures go on. */
static void apply_waiting(struct potemkin_scene *s)
{
	if (pthread_mutex_trylock(&s->lock))
		return;
	if (s->waiting && !s->replaced) {
		pmk_scene_change_apply(s->scene, s->waiting);
		s->replaced = s->waiting;
		s->waiting = NULL;
	}
	s->mirror = s->settings->pipeline.mirror;
	s->flip = s->settings->pipeline.flip;
	pthread_mutex_unlock(&s->lock);
}

static int run(struct potemkin_scene *s, const struct potemkin_picture *in, int64_t time_ns, struct pmk_shown **shown)
{
	struct pmk_frame *frame;
	int err, cover_err;

	apply_waiting(s);
	if (in) {
		err = take(s, in, time_ns, &frame);
		if (!err) {
			err = pmk_scene_run(s->scene, frame, shown, NULL);
			pmk_frame_unref(frame);
			return err;
		}
	} else {
		err = 0;
	}
	cover_err = s->scene ? pmk_scene_cover(s->scene, NULL, shown) : -ENOMEM;
	return err ? err : cover_err;
}

int potemkin_scene_run(
	potemkin_scene *s, const struct potemkin_picture *in, int64_t time_ns, const struct potemkin_picture *out)
{
	struct pmk_shown *shown = NULL;
	int err, write_err;

	pmk_lib_listen(s->context);
	err = pmk_lib_check_picture(&s->geometry, out, true);
	if (!err) {
		err = run(s, in, time_ns, &shown);
		write_err = pmk_lib_write(&s->geometry, shown, out);
		pmk_shown_unref(shown);
		err = err ? err : write_err;
	}
	pmk_lib_leave();
	return err;
}

/* --- settings --- */

static int change(struct potemkin_scene *s, const char *name, const char *value)
{
	struct pmk_scene_change *change = NULL;
	struct pmk_settings *wanted;
	int err = pmk_lib_changed(s->level, s->settings, name, value, &wanted);

	if (err)
		return err;
	/* One that was never applied is made anew with this one. */
	pmk_scene_change_destroy(s->waiting);
	pmk_scene_change_destroy(s->replaced);
	s->waiting = s->replaced = NULL;
	if (s->scene)
		err = pmk_scene_change_prepare(s->scene, &wanted->pipeline.scene, &change);
	if (err && s->scene) { /* back to what was wanted before, which may have been waiting */
		(void)!pmk_scene_change_prepare(s->scene, &s->settings->pipeline.scene, &s->waiting);
		free(wanted);
		return err;
	}
	s->waiting = change;
	free(s->settings);
	s->settings = wanted;
	return 0;
}

int potemkin_scene_set(potemkin_scene *s, const char *name, const char *value)
{
	int err;

	pmk_lib_listen(s->context);
	pthread_mutex_lock(&s->lock);
	err = change(s, name, value);
	pthread_mutex_unlock(&s->lock);
	pmk_lib_leave();
	return err;
}

int potemkin_scene_get(const potemkin_scene *s, const char *name, char *value, size_t size)
{
	int err;

	pmk_lib_listen(s->context);
	err = pmk_lib_print(s->level, s->settings, name, value, size);
	pmk_lib_leave();
	return err;
}

/* --- segmenter --- */

struct potemkin_segmenter {
	struct potemkin_scene *scene;
};

int potemkin_segmenter_create(
	potemkin_context *context, const struct potemkin_segmenter_settings *settings, potemkin_segmenter **segmenter)
{
	potemkin_segmenter *made = calloc(1, sizeof *made);
	struct potemkin_segmenter_settings given;
	struct potemkin_scene_settings as_scene = { 0 };
	int err;

	if (!made)
		return -ENOMEM;
	pmk_lib_listen(context);
	err = pmk_lib_take_struct(
		&given, sizeof given, settings, offsetof(struct potemkin_segmenter_settings, settings));
	if (!err) {
		as_scene.geometry = given.geometry;
		as_scene.settings = given.settings;
		as_scene.setting_count = given.setting_count;
		err = create(context, POTEMKIN_SEGMENTER, &as_scene, &made->scene);
	}
	pmk_lib_leave();
	if (err)
		free(made);
	else
		*segmenter = made;
	return err;
}

int potemkin_segmenter_run(potemkin_segmenter *segmenter, const struct potemkin_picture *picture, int64_t time_ns,
	uint8_t *alpha, ptrdiff_t stride)
{
	struct potemkin_scene *s = segmenter->scene;
	int width = s->geometry.width, height = s->geometry.height, err;
	const struct pmk_mask *mask;
	struct pmk_frame *frame;

	pmk_lib_listen(s->context);
	if (!alpha || stride < width || stride > INT32_MAX) {
		pmk_error("the alpha is missing, or its stride is less than %d", width);
		pmk_lib_leave();
		return -EINVAL;
	}
	err = take(s, picture, time_ns, &frame);
	if (!err) {
		err = pmk_scene_mask(s->scene, frame, &mask, NULL);
		pmk_frame_unref(frame);
	}
	if (err)
		SetPlane(alpha, (int)stride, width, height, 0);
	else
		CopyPlane(mask->alpha, mask->stride, alpha, (int)stride, width, height);
	pmk_lib_leave();
	return err;
}

void potemkin_segmenter_destroy(potemkin_segmenter *segmenter)
{
	if (!segmenter)
		return;
	potemkin_scene_destroy(segmenter->scene);
	free(segmenter);
}
