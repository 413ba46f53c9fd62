/* SPDX-License-Identifier: MIT */
#include "scripted.h"

#include "core/stats.h"
#include "image/fourcc.h"

#include <errno.h>
#include <poll.h>

/* --- the camera: a room of one glaring colour, nobody in it --- */

atomic_int camera_mode, camera_opens, cameras_open, open_failures, camera_width = 320, camera_drops;
atomic_ullong opened_ns[8], given_ns;
atomic_int heard_mode;
pthread_mutex_t output_lock = PTHREAD_MUTEX_INITIALIZER;
static char opened_spec[PMK_SPEC], title[128]; /* under output_lock */
static const uint8_t room[3] = { 150, 60, 220 }; /* Y, U, V: magenta */

struct camera {
	struct pmk_source base;
	struct pmk_frame_pool *pool;
	uint64_t number;
};

bool opened_by(const char *spec)
{
	bool yes;

	pthread_mutex_lock(&output_lock);
	yes = strcmp(opened_spec, spec) == 0;
	pthread_mutex_unlock(&output_lock);
	return yes;
}

void name_camera(const char *name)
{
	pthread_mutex_lock(&output_lock);
	snprintf(title, sizeof title, "%s", name);
	pthread_mutex_unlock(&output_lock);
}

int pmk_source_open(const char *spec, const struct pmk_source_wish *wish, struct pmk_source **source)
{
	int before = atomic_load(&camera_opens); /* one thread opens at a time */
	struct camera *c;

	pthread_mutex_lock(&output_lock);
	snprintf(opened_spec, sizeof opened_spec, "%s", spec);
	pthread_mutex_unlock(&output_lock);
	if (before < 8)
		atomic_store(&opened_ns[before], pmk_clock_now_ns());
	atomic_fetch_add(&camera_opens, 1);
	if (atomic_load(&open_failures) > 0) {
		atomic_fetch_sub(&open_failures, 1);
		return -ENODEV;
	}
	c = calloc(1, sizeof *c);
	c->base.layout = (struct pmk_layout){ .width = atomic_load(&camera_width), .height = 180 };
	if (c->base.layout.width != 320) { /* back in a completely different shape */
		c->base.layout.chroma = PMK_CHROMA_422;
		c->base.layout.matrix = PMK_MATRIX_BT709;
		c->base.layout.range = PMK_RANGE_FULL;
	}
	c->base.fps = 50;
	atomic_fetch_add(&cameras_open, 1);
	c->pool = pmk_frame_pool_create(5);
	snprintf(c->base.name, sizeof c->base.name, "scripted");
	pthread_mutex_lock(&output_lock);
	memcpy(c->base.title, title, sizeof title);
	pthread_mutex_unlock(&output_lock);
	*source = &c->base;
	return 0;
}

int pmk_source_read(struct pmk_source *source, struct pmk_frame **frame, uint64_t deadline_ns)
{
	struct camera *c = (struct camera *)source;
	struct pmk_layout layout;
	int mode;

	while ((mode = atomic_load(&camera_mode)) == HANG) {
		atomic_store(&heard_mode, HANG);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
	atomic_store(&heard_mode, mode);
	source->trouble = mode == NO_SIGNAL ? -ENOLINK : 0;
	strcpy(source->trouble_words, "the input has no signal");
	if (mode == LOSE)
		return -ENODEV;
	if (mode == END)
		return -ENODATA;
	if (mode != DELIVER && mode != OLD) {
		pmk_clock_sleep_until(deadline_ns);
		return -EAGAIN;
	}
	pmk_clock_sleep_until(pmk_clock_now_ns() + 20 * PMK_MS_NS);
	layout = source->layout;
	layout.width = atomic_load(&camera_width); /* it may have changed since the opening, as a JPEG's may */
	*frame = pmk_frame_pool_take(c->pool, &layout);
	if (!*frame)
		return -EAGAIN;
	source->dropped += (uint64_t)atomic_load(&camera_drops);
	pmk_image_fill(&(*frame)->image, room);
	(*frame)->number = c->number++;
	(*frame)->time_ns = mode == OLD ? 1 : pmk_clock_now_ns();
	atomic_store(&given_ns, (*frame)->time_ns);
	return 0;
}

int pmk_source_reopen(const char *spec, const struct pmk_source_place *place, const struct pmk_source_wish *wish,
	struct pmk_source **source)
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

/* --- the scene: the linker puts this before the real one --- */

atomic_bool scene_blocks, scene_is_blocked;

int __real_pmk_scene_run(struct pmk_scene *scene, const struct pmk_frame *frame, struct pmk_shown **shown,
	struct pmk_scene_times *times);
int __wrap_pmk_scene_run(struct pmk_scene *scene, const struct pmk_frame *frame, struct pmk_shown **shown,
	struct pmk_scene_times *times);

int __wrap_pmk_scene_run(
	struct pmk_scene *scene, const struct pmk_frame *frame, struct pmk_shown **shown, struct pmk_scene_times *times)
{
	while (atomic_load(&scene_blocks)) {
		atomic_store(&scene_is_blocked, true);
		pmk_clock_sleep_until(pmk_clock_now_ns() + PMK_MS_NS);
	}
	atomic_store(&scene_is_blocked, false);
	return __real_pmk_scene_run(scene, frame, shown, times);
}

/* --- figures: the linker puts this before the real one --- */

void (*_Atomic while_sorting)(void);

void __real_pmk_snapshot_sort(struct pmk_snapshot *snapshot);
void __wrap_pmk_snapshot_sort(struct pmk_snapshot *snapshot);

void __wrap_pmk_snapshot_sort(struct pmk_snapshot *snapshot)
{
	void (*meanwhile)(void) = atomic_load(&while_sorting);

	if (meanwhile)
		meanwhile();
	__real_pmk_snapshot_sort(snapshot);
}

/* --- the outputs --- */

atomic_int watch = PMK_WATCH_UNKNOWN, looks, broken_fd = -1;
atomic_bool others_block, one_blocks;
struct output outputs[2];

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

/* A cover of one colour has a second luma only if there are words on it. */
static bool is_marked(const struct pmk_image *m)
{
	for (int y = 0; y < m->layout.height; y++)
		for (int x = 0; x < m->layout.width; x++)
			if (m->plane[0][(size_t)y * m->stride[0] + x] != m->plane[0][0])
				return true;
	return false;
}

int pmk_sink_open(
	const char *spec, const struct pmk_sink_setup *setup, const struct pmk_shown *cover, struct pmk_sink **sink)
{
	struct output *o = &outputs[spec[0] == 'b'];

	assert_true(setup->layout.range == PMK_RANGE_LIMITED);
	pthread_mutex_lock(&output_lock);
	if (o->held > 0) {
		o->held--;
		pthread_mutex_unlock(&output_lock);
		return -EBUSY;
	}
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
	o->last_luma = image->plane[0][0];
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

struct output seen(int index)
{
	struct output o;

	pthread_mutex_lock(&output_lock);
	o = outputs[index];
	pthread_mutex_unlock(&output_lock);
	return o;
}

void fail_after(int index, int count)
{
	pthread_mutex_lock(&output_lock);
	outputs[index].fail_after = count;
	pthread_mutex_unlock(&output_lock);
}

/* --- checks of the table of settings: any spec will do --- */

int pmk_source_check(const char *spec, char *why, size_t size)
{
	return 0;
}

int pmk_sink_check(const char *spec, char *why, size_t size)
{
	return 0;
}
