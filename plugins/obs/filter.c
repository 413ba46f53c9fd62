/* SPDX-License-Identifier: MIT */
#include "obs/filter.h"

#include "obs/form.h"
#include "obs/frame.h"

#include <obs-module.h>
#include <pthread.h>
#include <string.h>

/* So many frames on, nothing from before is in what OBS makes of them, also where it deinterlaces. */
enum { ENOUGH = 4 };

struct filter {
	obs_source_t *self;
	potemkin_context *context;
	pthread_t worker;
	bool working; /* there is that thread */

	/* The graphics thread's. */
	struct pmk_obs_buffer in, out; /* `out` is only ever written by the library, or black */
	obs_source_t *picture; /* draws `out`; made at the start, since a source cannot be made where one is drawn */
	struct obs_source_frame drawn; /* `out`, as OBS sees it; width 0: there was no frame yet */
	bool drawn_is_new; /* the picture does not have it yet */
	unsigned seen; /* frames of the parent that have been through the filter, without a break */
	bool blanked; /* that frame could not hold what was made of it */
	enum video_format refused; /* was logged last */

	pthread_mutex_t lock; /* of what follows; the worker alone changes the scene, under it */
	pthread_cond_t changed;
	struct pmk_obs_wish wish;
	struct potemkin_geometry geometry; /* of the frames; width 0: there was none yet */
	unsigned wished, done; /* the number of the newest wish, and of the one that the worker has dealt with */
	bool quit;
	potemkin_scene *scene; /* NULL: none was made yet */
	struct potemkin_geometry made_for;
	bool covered; /* the newest wish was refused */
	bool transparent; /* the scene's backdrop is nothing */
};

static void hear(void *user, enum potemkin_log_level level, const char *line)
{
	static const int levels[] = {
		[POTEMKIN_ERROR] = LOG_ERROR, [POTEMKIN_WARN] = LOG_WARNING, [POTEMKIN_INFO] = LOG_INFO
	};

	(void)user;
	blog(level <= POTEMKIN_INFO ? levels[level] : LOG_DEBUG, "[potemkin] %s", line);
}

static bool same(const struct potemkin_geometry *a, const struct potemkin_geometry *b)
{
	return a->width == b->width && a->height == b->height && a->matrix == b->matrix && a->range == b->range;
}

/* --- the worker --- */

/* Give the scene what differs between two wishes. False: it must be made anew. */
static bool change_scene(
	potemkin_scene *scene, const struct pmk_obs_wish *before, const struct pmk_obs_wish *now, bool *refused)
{
	struct potemkin_setting_info info = { .struct_size = sizeof info };

	for (size_t i = 0; potemkin_setting_describe(POTEMKIN_SCENE, i, &info) == 0; i++) {
		const char *was = pmk_obs_wish_value(before, info.name), *is = pmk_obs_wish_value(now, info.name);

		was = was ? was : info.normal;
		is = is ? is : info.normal;
		if (was == is || (was && is && strcmp(was, is) == 0))
			continue;
		if (!is || !info.live)
			return false;
		if (potemkin_scene_set(scene, info.name, is)) {
			*refused = true;
			return true;
		}
	}
	return true;
}

static potemkin_scene *make_scene(
	struct filter *f, const struct pmk_obs_wish *wish, const struct potemkin_geometry *geometry)
{
	struct potemkin_scene_settings settings = { .struct_size = sizeof settings,
		.geometry = *geometry,
		.settings = wish->settings,
		.setting_count = wish->count };
	potemkin_scene *scene = NULL;

	if (potemkin_scene_create(f->context, &settings, &scene))
		return NULL;
	blog(LOG_INFO, "[potemkin] ready for %dx%d", geometry->width, geometry->height);
	return scene;
}

/* `kept`: what the scene has. */
static void serve(struct filter *f, const struct pmk_obs_wish *wish, const struct pmk_obs_wish *kept,
	const struct potemkin_geometry *geometry)
{
	const char *backdrop = pmk_obs_wish_value(wish, "backdrop");
	bool fits = f->scene && !f->covered && same(geometry, &f->made_for), refused = false;
	potemkin_scene *made = NULL, *old = NULL;

	if (!fits || !change_scene(f->scene, kept, wish, &refused)) {
		made = make_scene(f, wish, geometry);
		refused = !made;
	}
	pthread_mutex_lock(&f->lock);
	f->covered = refused;
	if (made) {
		old = f->scene;
		f->scene = made;
		f->made_for = *geometry;
	}
	if (!refused)
		f->transparent = backdrop && strcmp(backdrop, "transparent") == 0;
	pthread_mutex_unlock(&f->lock);
	potemkin_scene_destroy(old);
	if (refused)
		blog(LOG_ERROR, "[potemkin] these settings cannot be used: the backdrop alone is shown, or black");
}

static void *work(void *data)
{
	struct pmk_obs_wish wish = { 0 }, kept = { 0 };
	struct potemkin_geometry geometry;
	struct filter *f = data;
	unsigned number;

	pthread_mutex_lock(&f->lock);
	while (!f->quit) {
		if (f->done == f->wished || !f->geometry.width) {
			pthread_cond_wait(&f->changed, &f->lock);
			continue;
		}
		number = f->wished;
		geometry = f->geometry;
		pmk_obs_wish_copy(&f->wish, &wish);
		pthread_mutex_unlock(&f->lock);
		serve(f, &wish, &kept, &geometry);
		pmk_obs_wish_free(&kept);
		kept = wish;
		wish.count = 0;
		pthread_mutex_lock(&f->lock);
		f->done = number;
	}
	pthread_mutex_unlock(&f->lock);
	pmk_obs_wish_free(&kept);
	return NULL;
}

/* --- frames --- */

/* Compose the frame to `out`: the cover, if it cannot be read. Under the lock. */
static void compose(struct filter *f, const struct obs_source_frame *frame, enum potemkin_format carrier,
	const struct potemkin_geometry *geometry)
{
	potemkin_scene *scene = f->scene && same(geometry, &f->made_for) ? f->scene : NULL;
	enum potemkin_format format = carrier ? carrier : POTEMKIN_I420;
	struct potemkin_picture in;

	pmk_obs_fit(&f->out, scene && f->transparent ? POTEMKIN_A420 : format, geometry);
	if (!scene) {
		pmk_obs_black(&f->out);
	} else if (f->covered || !carrier) {
		(void)!potemkin_scene_run(scene, NULL, (int64_t)frame->timestamp, &f->out.picture);
	} else { /* on an error, `out` is covered */
		in = pmk_obs_read(frame, &f->in);
		(void)!potemkin_scene_run(scene, &in, (int64_t)frame->timestamp, &f->out.picture);
	}
}

/* `out` as OBS sees it. */
static void note_drawn(struct filter *f, const struct obs_source_frame *frame, bool as_frame)
{
	const struct potemkin_geometry *g = &f->out.geometry;

	f->drawn = *frame;
	f->drawn.format = pmk_obs_format(f->out.picture.format);
	f->drawn.flip = false;
	if (!as_frame) { /* a cover, for a frame whose colours are of another kind */
		f->drawn.trc = VIDEO_TRC_DEFAULT;
		f->drawn.max_luminance = 0;
		video_format_get_parameters(g->matrix == POTEMKIN_BT709 ? VIDEO_CS_709 : VIDEO_CS_601,
			g->range == POTEMKIN_FULL ? VIDEO_RANGE_FULL : VIDEO_RANGE_PARTIAL, f->drawn.color_matrix,
			f->drawn.color_range_min, f->drawn.color_range_max);
	}
	for (int p = 0; p < MAX_AV_PLANES; p++) {
		f->drawn.data[p] = p < 4 ? f->out.picture.plane[p] : NULL;
		f->drawn.linesize[p] = p < 4 ? (uint32_t)f->out.picture.stride[p] : 0;
	}
	f->drawn_is_new = true;
}

static void log_refused(struct filter *f, const struct obs_source_frame *frame)
{
	if (f->refused == frame->format)
		return;
	f->refused = frame->format;
	blog(LOG_WARNING, "[potemkin] frames of the format %s cannot be read: the backdrop alone is shown",
		get_video_format_name(frame->format));
}

static struct obs_source_frame *filter_video(void *data, struct obs_source_frame *frame)
{
	struct potemkin_geometry geometry = pmk_obs_geometry(frame);
	enum potemkin_format carrier = pmk_obs_carrier(frame);
	struct filter *f = data;

	if (!carrier)
		log_refused(f, frame);
	if (!geometry.width) { /* larger than a scene can be: nothing is drawn */
		pmk_obs_blank(frame);
		f->blanked = true;
		f->seen = true;
		f->drawn.width = 0;
		return frame;
	}
	pthread_mutex_lock(&f->lock);
	if (!same(&geometry, &f->geometry)) {
		f->geometry = geometry;
		f->wished++;
		pthread_cond_signal(&f->changed);
	}
	compose(f, frame, carrier, &geometry);
	pthread_mutex_unlock(&f->lock);
	note_drawn(f, frame, carrier != 0);
	f->blanked = f->out.picture.format != carrier;
	if (f->blanked)
		pmk_obs_blank(frame);
	else
		pmk_obs_write(&f->out.picture, frame);
	f->seen += f->seen < ENOUGH;
	return frame;
}

/* --- drawing --- */

/* Whether the parent may show what this filter has not seen, or cannot show what it made. */
static bool draws_itself(const struct filter *f)
{
	uint32_t parent = obs_source_get_output_flags(obs_filter_get_parent(f->self));

	return f->seen < ENOUGH || f->blanked || (parent & OBS_SOURCE_CONTROLLABLE_MEDIA);
}

static void video_render(void *data, gs_effect_t *effect)
{
	struct filter *f = data;

	(void)effect;
	if (!draws_itself(f)) {
		obs_source_skip_video_filter(f->self);
		return;
	}
	if (!f->drawn.width || !obs_source_get_base_width(obs_filter_get_parent(f->self)))
		return;
	if (f->drawn_is_new) {
		obs_source_preload_video(f->picture, &f->drawn);
		obs_source_show_preloaded_video(f->picture);
		f->drawn_is_new = false;
	}
	obs_source_video_render(f->picture);
}

/* Pictures that the source shows while the filter is off have not been through it. */
static void video_tick(void *data, float seconds)
{
	struct filter *f = data;

	(void)seconds;
	if (!obs_source_enabled(f->self))
		f->seen = 0;
}

/* --- the filter in OBS --- */

static const char *get_name(void *type)
{
	(void)type;
	return obs_module_text("Filter");
}

static void update(void *data, obs_data_t *settings)
{
	struct pmk_obs_wish wish;
	struct filter *f = data;

	pmk_obs_wish_read(settings, &wish);
	pthread_mutex_lock(&f->lock);
	if (!pmk_obs_wish_equal(&wish, &f->wish)) {
		pmk_obs_wish_free(&f->wish);
		f->wish = wish;
		f->wished++;
		pthread_cond_signal(&f->changed);
	} else {
		pmk_obs_wish_free(&wish);
	}
	pthread_mutex_unlock(&f->lock);
}

/* Never NULL: OBS would show the room then. Without a context or a worker, there is never a scene. */
static void *create(obs_data_t *settings, obs_source_t *self)
{
	struct potemkin_context_settings log = { .struct_size = sizeof log, .log = hear, .log_most = POTEMKIN_WARN };
	struct filter *f = bzalloc(sizeof *f);

	f->self = self;
	f->picture = obs_source_create_private(pmk_obs_picture_info.id, "potemkin", NULL);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->changed, NULL);
	if (potemkin_context_create(&log, &f->context) == 0)
		f->working = pthread_create(&f->worker, NULL, work, f) == 0;
	if (!f->working)
		blog(LOG_ERROR, "[potemkin] the filter cannot start: pictures stay black");
	update(f, settings);
	return f;
}

static void destroy(void *data)
{
	struct filter *f = data;

	pthread_mutex_lock(&f->lock);
	f->quit = true;
	pthread_cond_signal(&f->changed);
	pthread_mutex_unlock(&f->lock);
	if (f->working)
		pthread_join(f->worker, NULL);
	obs_source_release(f->picture);
	potemkin_scene_destroy(f->scene);
	potemkin_context_destroy(f->context);
	pmk_obs_wish_free(&f->wish);
	pmk_obs_free(&f->in);
	pmk_obs_free(&f->out);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->lock);
	bfree(f);
}

static obs_properties_t *get_properties(void *data)
{
	(void)data;
	return pmk_obs_ask();
}

const struct obs_source_info pmk_obs_filter_info = {
	.id = "potemkin_filter",
	.type = OBS_SOURCE_TYPE_FILTER,
	.output_flags = OBS_SOURCE_ASYNC_VIDEO | OBS_SOURCE_SRGB,
	.get_name = get_name,
	.create = create,
	.destroy = destroy,
	.get_defaults = pmk_obs_defaults,
	.get_properties = get_properties,
	.update = update,
	.video_tick = video_tick,
	.video_render = video_render,
	.filter_video = filter_video,
};

/* --- the picture that the filter draws: a source without anything of its own --- */

static void *create_picture(obs_data_t *settings, obs_source_t *self)
{
	(void)settings;
	return self;
}

static void destroy_picture(void *data)
{
	(void)data;
}

const struct obs_source_info pmk_obs_picture_info = {
	.id = "potemkin_picture",
	.type = OBS_SOURCE_TYPE_INPUT,
	.output_flags = OBS_SOURCE_ASYNC_VIDEO | OBS_SOURCE_CAP_DISABLED,
	.get_name = get_name,
	.create = create_picture,
	.destroy = destroy_picture,
};
