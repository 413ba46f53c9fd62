/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "core/capture/capture_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/words/phrase.h"
#include "core/retry.h"
#include "image/convert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t CHECK_NS = 100 * PMK_MS_NS; /* how long to wait for a frame before checking whether to stop */
static const uint64_t TROUBLE_NS = PMK_S_NS / 2; /* until a silent camera that says why is covered */
static const uint64_t SILENT_NS = 3 * PMK_S_NS; /* a camera that gives nothing for this long is opened again */

static void drop_frame(void *item)
{
	pmk_frame_unref(item);
}

/* Some of the frames that the source dropped since the last picture were left out on purpose; these are already counted
 * as left out. */
static void forgive(struct pmk_capture *c)
{
	uint64_t dropped = c->source->dropped - c->dropped, left_out = (uint64_t)(c->governor.every - 1);

	c->forgiven += pmk_min_u64(dropped, left_out);
	c->dropped = c->source->dropped;
}

static void count(struct pmk_capture *c, uint64_t captured)
{
	forgive(c);
	pthread_mutex_lock(&c->lock);
	c->figures.captured += captured;
	c->figures.dropped = c->before.dropped + c->source->dropped - c->forgiven;
	c->figures.damaged = c->before.damaged + c->source->damaged;
	pthread_mutex_unlock(&c->lock);
}

/* --- what others want of the thread --- */

/* Whether to go on reading. */
static bool wanted(struct pmk_capture *c)
{
	bool yes;

	pthread_mutex_lock(&c->orders_lock);
	yes = !c->stopping && !c->resting;
	pthread_mutex_unlock(&c->orders_lock);
	return yes;
}

/* Sleep while the capture rests, waking only for changes. False: the thread must stop. */
static bool wait_until_wanted(struct pmk_capture *c)
{
	bool yes;

	pmk_pulse_rest(&c->pulse);
	pthread_mutex_lock(&c->orders_lock);
	while (c->resting && !c->stopping && !pmk_handover_waits(&c->changes))
		pthread_cond_wait(&c->orders, &c->orders_lock);
	yes = !c->stopping;
	pthread_mutex_unlock(&c->orders_lock);
	pmk_capture_take_change(c);
	pmk_pulse_beat(&c->pulse);
	return yes;
}

static void pause_while_wanted(struct pmk_capture *c, uint64_t duration_ns)
{
	struct timespec end = pmk_clock_timespec(pmk_clock_now_ns() + duration_ns);
	int err = 0;

	pmk_pulse_rest(&c->pulse);
	pthread_mutex_lock(&c->orders_lock);
	while (!err && !c->stopping && !c->resting && !pmk_handover_waits(&c->changes))
		err = pthread_cond_timedwait(&c->orders, &c->orders_lock, &end);
	pthread_mutex_unlock(&c->orders_lock);
	pmk_pulse_beat(&c->pulse);
}

static void tell_missing(struct pmk_capture *c, int error)
{
	if (c->settings.missing && error != c->missing_now)
		c->settings.missing(c->settings.user, error);
	c->missing_now = error;
}

/* The camera is back only when it gives a picture: some can be opened but give none. */
static void tell_back(struct pmk_capture *c)
{
	if (c->missing_now)
		pmk_info("the camera is back: %s", c->source->name);
	tell_missing(c, 0);
	c->pause_ns = 0;
}

/* --- the thread --- */

/* For the CPU limit: leave frames unread, so that they cost nothing. The interval follows the nominal rate rather than
 * the time of our reads, which would fall behind. The next read returns the newest frame. */
static void leave_out(struct pmk_capture *c)
{
	uint64_t now = pmk_clock_now_ns();
	int every = pmk_governor_step(&c->governor, now, pmk_clock_cpu_ns());

	c->next_ns = every == 1 ? now : c->next_ns + (uint64_t)(every * 1e9 / c->fps);
	if (c->next_ns <= now)
		c->next_ns = now;
	else
		pause_while_wanted(c, c->next_ns - now);
	pthread_mutex_lock(&c->lock);
	c->figures.left_out += (uint64_t)(every - 1);
	pthread_mutex_unlock(&c->lock);
}

void pmk_capture_begin(struct pmk_capture *c)
{
	c->governor.begun = false;
	c->dropped = c->forgiven = 0;
	c->number = 0;
	c->width = c->height = 0;
	c->heard_ns = pmk_clock_now_ns();
}

void pmk_capture_deliver(struct pmk_capture *c, struct pmk_frame *frame)
{
	c->heard_ns = pmk_clock_now_ns();
	tell_back(c);
	count(c, 1);
	if (frame->image.layout.width != c->width || frame->image.layout.height != c->height)
		c->number = 0; /* it may show another part of the room */
	c->width = frame->image.layout.width;
	c->height = frame->image.layout.height;
	frame->number = c->number++;
	frame->generation = atomic_load(&c->generation);
	frame = pmk_reshape_frame(&c->reshape, frame);
	if (frame)
		pmk_slot_put(&c->frames, frame);
}

/* The camera says why it is silent: this is logged once, until it is back or something else is wrong. */
static void tell_trouble(struct pmk_capture *c)
{
	if (c->missing_now != c->source->trouble)
		pmk_warn_cure(PMK_CURE_CHECK_CABLE, "%s: %s", c->source->name, c->source->trouble_words);
	tell_missing(c, c->source->trouble);
}

/* The camera has been silent for too long. Returns why, as an error: it is opened again. */
static int give_up(struct pmk_capture *c, uint64_t now_ns)
{
	if (c->source->trouble)
		return c->source->trouble;
	if (c->missing_now != -EAGAIN)
		pmk_warn("%s: no picture for %d s; it is opened again", c->source->name,
			(int)((now_ns - c->heard_ns) / PMK_S_NS));
	return -EAGAIN;
}

/* Read until the source is lost, has ended, has been silent for too long, or is no longer wanted. Frames are numbered
 * anew from each opening, because frames after a gap are unrelated to those before it. */
static int capture_all(struct pmk_capture *c)
{
	uint64_t two_frames = (uint64_t)(2e9 / c->fps);

	pmk_capture_begin(c);
	for (pmk_capture_take_change(c); c->source && wanted(c); pmk_capture_take_change(c)) {
		struct pmk_frame *frame;
		uint64_t now = pmk_clock_now_ns();
		int err;

		pmk_pulse_beat(&c->pulse);
		err = pmk_source_read(c->source, &frame, now + CHECK_NS);
		if (err == -EAGAIN && c->source->trouble && now - c->heard_ns > TROUBLE_NS + two_frames)
			tell_trouble(c);
		if (err == -EAGAIN && now - c->heard_ns < SILENT_NS + two_frames)
			continue;
		if (err == -EAGAIN)
			return give_up(c, now);
		if (err)
			return err;
		pmk_capture_deliver(c, frame);
		leave_out(c);
	}
	return 0;
}

/* Try to open the camera again, after a pause each time, until it opens or is no longer wanted. Pauses grow until a
 * picture comes. */
static void reopen(struct pmk_capture *c)
{
	for (int err = -1; err;) {
		pause_while_wanted(c, c->pause_ns);
		pmk_capture_take_change(c);
		if (c->source || !wanted(c))
			return;
		c->pause_ns = pmk_retry_pause(c->pause_ns);
		err = pmk_source_reopen(c->camera, &c->place, &c->settings.wish, &c->source);
		if (err)
			tell_missing(c, err);
	}
	c->place = c->source->place;
	if (pmk_capture_note_open(c)) {
		if (atomic_load(&c->by_camera))
			atomic_fetch_add(&c->generation, 1);
		if (c->settings.other)
			c->settings.other(c->settings.user);
	}
	pmk_debug("open: %s", c->source->name);
}

struct pmk_source *pmk_capture_let_go(struct pmk_capture *c)
{
	struct pmk_source *source = c->source;

	if (source) {
		count(c, 0);
		c->before = c->figures;
	}
	c->source = NULL;
	(void)pmk_capture_note_open(c);
	return source;
}

bool pmk_capture_note_open(struct pmk_capture *c)
{
	struct pmk_source_names names;
	bool other = false;

	if (c->source)
		pmk_source_names_get(c->source, c->camera, &names);
	pthread_mutex_lock(&c->lock);
	snprintf(c->open_path, sizeof c->open_path, "%s", c->source ? c->source->place.path : "");
	snprintf(c->open_name, sizeof c->open_name, "%s", c->source ? c->source->name : "");
	if (c->source) {
		other = !pmk_source_names_equal(&names, &c->names);
		c->names = names;
	}
	pthread_mutex_unlock(&c->lock);
	return other;
}

static void *capture_main(void *arg)
{
	struct pmk_capture *c = arg;

	pmk_pulse_beat(&c->pulse);
	if (c->late)
		tell_missing(c, c->late);
	do {
		int err = c->source ? capture_all(c) : 0;

		if (err && err != -ENODATA)
			tell_missing(c, err); /* first, because a driver may take long to close */
		pmk_source_close(pmk_capture_let_go(c));
		if (err == -ENODATA) {
			c->settings.ended(c->settings.user);
			break;
		}
		c->pause_ns = !err ? 0 : c->pause_ns ? c->pause_ns : pmk_retry_pause(0);
		if (wait_until_wanted(c))
			reopen(c);
	} while (wait_until_wanted(c));
	pmk_handover_close(&c->changes);
	pmk_pulse_rest(&c->pulse);
	return NULL;
}

/* A camera may still appear; a missing file or a wrong spec stays as it is. */
static bool may_come(const struct pmk_capture *c, int err)
{
	return c->settings.wait && strncmp(c->settings.camera, "file:", 5) != 0 && err != -EINVAL && err != -ENOMEM &&
		err != -ENOSYS;
}

/* Decide the shape of the frames. */
static void take_shape(struct pmk_capture *c)
{
	bool sized = c->settings.wish.width && c->settings.wish.height;

	if (c->source) {
		c->place = c->source->place;
		c->layout = c->picture = c->source->layout;
		if (c->source->picture_width) {
			c->picture.width = c->source->picture_width;
			c->picture.height = c->source->picture_height;
		}
		c->layout = pmk_convert_turned(&c->layout, c->settings.quarters);
		c->picture = pmk_convert_turned(&c->picture, c->settings.quarters);
		c->fps = c->source->fps >= 1 ? c->source->fps : 30;
		memcpy(c->name, c->source->name, sizeof c->name);
		return;
	}
	c->layout = (struct pmk_layout){ .width = sized ? c->settings.wish.width : 1280,
		.height = sized ? c->settings.wish.height : 720 };
	c->layout = c->picture = pmk_convert_turned(&c->layout, c->settings.quarters);
	c->fps = c->settings.wish.fps >= 1 ? c->settings.wish.fps : 30;
	snprintf(c->name, sizeof c->name, "no camera yet (%s)", pmk_short(c->settings.camera, 100).text);
}

static void init_orders(struct pmk_capture *c)
{
	pthread_mutex_init(&c->orders_lock, NULL);
	pmk_clock_cond_init(&c->orders);
}

int pmk_capture_create(const struct pmk_capture_settings *settings, struct pmk_capture **capture)
{
	struct pmk_capture *c = calloc(1, sizeof *c);
	int err;

	if (!c)
		return -ENOMEM;
	c->settings = *settings;
	memcpy(c->camera, settings->camera, sizeof c->camera);
	err = pmk_slot_init(&c->frames, drop_frame);
	if (err)
		goto out;
	err = pmk_source_open(settings->camera, &settings->wish, &c->source);
	c->late = may_come(c, err) ? err : 0;
	if (err && !c->late)
		goto out_slot;
	take_shape(c);
	err = pmk_reshape_init(&c->reshape, &c->layout, settings->quarters, settings->mirror, settings->flip);
	if (err)
		goto out_source;
	pmk_governor_init(&c->governor, settings->cpu_limit, c->fps);
	pthread_mutex_init(&c->lock, NULL);
	init_orders(c);
	pmk_handover_init(&c->changes);
	(void)pmk_capture_note_open(c);
	*capture = c;
	return 0;
out_source:
	pmk_source_close(c->source);
out_slot:
	pmk_slot_finish(&c->frames);
out:
	free(c);
	return err;
}

int pmk_capture_start(struct pmk_capture *c)
{
	return pmk_thread_start(&c->thread, capture_main, c);
}

static void want(struct pmk_capture *c, bool *what, bool value)
{
	pthread_mutex_lock(&c->orders_lock);
	*what = value;
	pthread_cond_broadcast(&c->orders);
	pthread_mutex_unlock(&c->orders_lock);
}

void pmk_capture_rest(struct pmk_capture *c, bool rest)
{
	want(c, &c->resting, rest);
}

void pmk_capture_stop(struct pmk_capture *c)
{
	want(c, &c->stopping, true);
	pmk_slot_close(&c->frames);
}

int pmk_capture_join(struct pmk_capture *c, const struct timespec *until)
{
	return pmk_thread_join(&c->thread, until);
}

void pmk_capture_destroy(struct pmk_capture *c)
{
	if (!c)
		return;
	pmk_source_close(c->source);
	pmk_slot_finish(&c->frames);
	pmk_reshape_finish(&c->reshape);
	pmk_handover_finish(&c->changes);
	pthread_cond_destroy(&c->orders);
	pthread_mutex_destroy(&c->orders_lock);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
