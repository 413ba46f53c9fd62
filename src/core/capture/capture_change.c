/* SPDX-License-Identifier: MIT */
#include "core/capture/capture_parts.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const uint64_t FIRST_NS = 2 * PMK_S_NS; /* how long a new camera has to give its first picture */
static const uint64_t TAKEN_NS = 5 * PMK_S_NS; /* how long the thread has to take a change */

struct pmk_capture_change {
	char camera[PMK_SPEC];
	bool renamed; /* the camera's spec is another one; */
	bool moves; /* and it is not the camera that is open */
	/* the new one, open; once that is being read, the old one. NULL: opened when needed */
	struct pmk_source *source;
	struct pmk_frame *first; /* of the new one */
	int quarters;
	bool mirror, flip, turns;
	double cpu_limit;
	bool limits;
};

/* --- [main thread] --- */

static bool is_device(const char *spec)
{
	return strcmp(spec, "auto") == 0 || pmk_parse_after(spec, "/dev/") || pmk_parse_kind(spec, "pipewire");
}

/* Whether the spec names the device that is open: a device cannot be opened twice. */
static bool is_open(struct pmk_capture *c, const char *spec)
{
	char path[sizeof c->open_path];
	struct stat open, named;

	pthread_mutex_lock(&c->lock);
	memcpy(path, c->open_path, sizeof path);
	pthread_mutex_unlock(&c->lock);
	if (!path[0])
		return false;
	return strcmp(spec, "auto") == 0 ||
		(stat(path, &open) == 0 && stat(spec, &named) == 0 && open.st_rdev == named.st_rdev);
}

static bool rests(struct pmk_capture *c)
{
	bool yes;

	pthread_mutex_lock(&c->orders_lock);
	yes = c->resting;
	pthread_mutex_unlock(&c->orders_lock);
	return yes;
}

static int read_first(struct pmk_capture_change *change)
{
	int err = pmk_source_read(change->source, &change->first, pmk_clock_now_ns() + FIRST_NS);

	if (err != -EAGAIN)
		return err;
	pmk_error(
		"%s: no picture for %d s; the camera is not changed", change->source->name, (int)(FIRST_NS / PMK_S_NS));
	return -ENODATA;
}

static int open_other(struct pmk_capture *c, struct pmk_capture_change *change)
{
	bool asleep = rests(c);
	int err;

	if (asleep && is_device(change->camera))
		return 0;
	err = pmk_source_open(change->camera, &c->settings.wish, &change->source);
	if (err)
		return err;
	if (!asleep)
		return read_first(change);
	pmk_source_close(change->source);
	change->source = NULL;
	return 0;
}

void pmk_capture_change_revise(struct pmk_capture_change *change, const struct pmk_capture_settings *now,
	const struct pmk_capture_settings *wanted)
{
	change->quarters = wanted->quarters;
	change->mirror = wanted->mirror;
	change->flip = wanted->flip;
	change->turns = now->quarters != wanted->quarters || now->mirror != wanted->mirror || now->flip != wanted->flip;
	change->cpu_limit = wanted->cpu_limit;
	change->limits = now->cpu_limit < wanted->cpu_limit || now->cpu_limit > wanted->cpu_limit;
}

bool pmk_capture_change_names(const struct pmk_capture_change *change, struct pmk_source_names *names)
{
	if (!change->source)
		return false;
	pmk_source_names_get(change->source, change->camera, names);
	return true;
}

unsigned pmk_capture_change_steps(const struct pmk_capture_change *change)
{
	return change->turns || change->moves;
}

bool pmk_capture_change_is_none(const struct pmk_capture_change *change)
{
	return !change->renamed && !change->turns && !change->limits;
}

void pmk_capture_by_camera(struct pmk_capture *c, bool by_camera)
{
	atomic_store(&c->by_camera, by_camera);
}

int pmk_capture_change_create(struct pmk_capture *c, const struct pmk_capture_settings *now,
	const struct pmk_capture_settings *wanted, struct pmk_capture_change **created)
{
	struct pmk_capture_change *change = calloc(1, sizeof *change);
	int err = 0;

	if (!change)
		return -ENOMEM;
	memcpy(change->camera, wanted->camera, sizeof change->camera);
	change->renamed = strcmp(now->camera, wanted->camera) != 0;
	change->moves = change->renamed && !is_open(c, wanted->camera);
	pmk_capture_change_revise(change, now, wanted);
	if (change->moves)
		err = open_other(c, change);
	if (err) {
		pmk_capture_change_destroy(change);
		return err;
	}
	*created = change;
	return 0;
}

int pmk_capture_change_apply(struct pmk_capture *c, struct pmk_capture_change *change)
{
	if (pmk_capture_change_is_none(change))
		return 0;
	pmk_handover_offer(&c->changes, change);
	pthread_mutex_lock(&c->orders_lock);
	pthread_cond_broadcast(&c->orders);
	pthread_mutex_unlock(&c->orders_lock);
	return pmk_handover_wait(&c->changes, TAKEN_NS);
}

void pmk_capture_change_destroy(struct pmk_capture_change *change)
{
	if (!change)
		return;
	pmk_frame_unref(change->first);
	pmk_source_close(change->source);
	free(change);
}

/* --- [capture thread] --- */

/* Put the new camera in the place of the open one; none if the capture rests or the new one was not opened. */
static void move(struct pmk_capture *c, struct pmk_capture_change *change)
{
	struct pmk_source *before = pmk_capture_let_go(c);

	c->place = (struct pmk_source_place){ 0 };
	c->pause_ns = 0;
	if (change->source && !rests(c)) {
		c->source = change->source;
		c->place = c->source->place;
		(void)pmk_capture_note_open(c); /* the change is for this camera */
		pmk_capture_begin(c);
		pmk_capture_deliver(c, change->first);
		change->first = NULL;
		change->source = before;
	} else if (!change->source) {
		change->source = before;
	} else {
		pmk_source_close(before);
	}
}

void pmk_capture_take_change(struct pmk_capture *c)
{
	struct pmk_capture_change *change = pmk_handover_take(&c->changes);

	if (!change)
		return;
	if (change->renamed)
		memcpy(c->camera, change->camera, sizeof c->camera);
	if (pmk_capture_change_steps(change))
		atomic_fetch_add(&c->generation, 1);
	if (change->turns) {
		c->reshape.quarters = change->quarters;
		c->reshape.mirror = change->mirror;
		c->reshape.flip = change->flip;
	}
	if (change->moves)
		move(c, change);
	if (change->limits)
		pmk_governor_init(&c->governor, change->cpu_limit, c->fps);
	pmk_handover_done(&c->changes);
}
