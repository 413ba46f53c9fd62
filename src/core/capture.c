/* SPDX-License-Identifier: MIT */
#include "core/capture.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/retry.h"
#include "image/colour.h"
#include "image/convert.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { ADAPTED_COUNT = 5 }; /* two in the making, one in the slot, one with the scene, one spare */

static const uint64_t TURN_NS = 100 * PMK_MS_NS; /* how long to wait before looking whether to stop */
static const uint64_t SILENT_NS = 3 * PMK_S_NS; /* a camera that gives nothing for so long is opened again */

static void drop_frame(void *item)
{
	pmk_frame_unref(item);
}

/* A copy of the frame in another layout, or turned; takes the frame over. NULL when none is free. */
static struct pmk_frame *remake(
	struct pmk_capture *c, struct pmk_frame *frame, const struct pmk_layout *layout, bool mirror, bool flip)
{
	struct pmk_frame *made = pmk_frame_pool_take(c->adapted, layout);

	if (made && pmk_layout_equal(&frame->image.layout, layout)) {
		pmk_convert_turn(&frame->image, &made->image, mirror, flip);
	} else if (made && pmk_convert_scale_middle(&frame->image, &made->image)) {
		pmk_frame_unref(made);
		made = NULL;
	}
	if (made)
		pmk_frame_copy_moment(made, frame);
	pmk_frame_unref(frame);
	return made;
}

/* The frame as the pipeline was set up for: a camera that came back may have another size, sampling or matrix. Takes it
 * over. */
static struct pmk_frame *adapt(struct pmk_capture *c, struct pmk_frame *frame)
{
	struct pmk_layout to = c->layout;

	to.range = frame->image.layout.range; /* both come, the composer takes both */
	to.matrix = frame->image.layout.matrix;
	if (!pmk_layout_equal(&frame->image.layout, &to))
		frame = remake(c, frame, &to, false, false);
	if (frame && (c->mirror || c->flip))
		frame = remake(c, frame, &to, c->mirror, c->flip);
	if (frame)
		pmk_colour_to_matrix(&frame->image, c->layout.matrix);
	return frame;
}

/* Of what the source dropped since the last picture, that much was left out on purpose and is counted as such already.
 */
static void forgive(struct pmk_capture *c)
{
	uint64_t dropped = c->source->dropped - c->dropped, left_out = (uint64_t)(c->governor.every - 1);

	c->forgiven += dropped < left_out ? dropped : left_out;
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

/* Whether it is to go on reading. */
static bool wanted(struct pmk_capture *c)
{
	bool yes;

	pthread_mutex_lock(&c->turn_lock);
	yes = !c->stopping && !c->resting;
	pthread_mutex_unlock(&c->turn_lock);
	return yes;
}

/* Sleep while it rests. False: it is to stop. */
static bool wait_until_wanted(struct pmk_capture *c)
{
	bool yes;

	pmk_pulse_rest(&c->pulse);
	pthread_mutex_lock(&c->turn_lock);
	while (c->resting && !c->stopping)
		pthread_cond_wait(&c->turn, &c->turn_lock);
	yes = !c->stopping;
	pthread_mutex_unlock(&c->turn_lock);
	pmk_pulse_beat(&c->pulse);
	return yes;
}

static void pause_while_wanted(struct pmk_capture *c, uint64_t duration_ns)
{
	struct timespec end = pmk_clock_timespec(pmk_clock_now_ns() + duration_ns);
	int err = 0;

	pmk_pulse_rest(&c->pulse);
	pthread_mutex_lock(&c->turn_lock);
	while (!err && !c->stopping && !c->resting)
		err = pthread_cond_timedwait(&c->turn, &c->turn_lock, &end);
	pthread_mutex_unlock(&c->turn_lock);
	pmk_pulse_beat(&c->pulse);
}

static void tell_missing(struct pmk_capture *c, int error)
{
	if (c->missing && error != c->missing_now)
		c->missing(c->user, error);
	c->missing_now = error;
}

/* Only a picture says that the camera is back: some can be opened, and give none. */
static void tell_back(struct pmk_capture *c)
{
	if (c->missing_now)
		pmk_info("the camera is back: %s", c->source->name);
	tell_missing(c, 0);
	c->pause_ns = 0;
}

/* --- the thread --- */

/* For the CPU limit: let frames go by unread, so that they cost nothing at all. The beat is the nominal rate's, not
 * that of our reading, which would fall behind; what is read is the newest there is. */
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

/* Read until the source is lost, has ended, is silent for too long, or is not wanted any more. Frames are numbered anew
 * from each opening: what comes after a gap has nothing to do with what was before. */
static int capture_all(struct pmk_capture *c)
{
	uint64_t number = 0, heard = pmk_clock_now_ns(), patience = SILENT_NS + (uint64_t)(2e9 / c->fps);

	c->governor.begun = false;
	c->dropped = c->forgiven = 0;
	while (wanted(c)) {
		struct pmk_frame *frame;
		uint64_t now = pmk_clock_now_ns();
		int err;

		pmk_pulse_beat(&c->pulse);
		err = pmk_source_read(c->source, &frame, now + TURN_NS);
		if (err == -EAGAIN && now - heard < patience)
			continue;
		if (err == -EAGAIN && c->missing_now != -EAGAIN)
			pmk_warn("%s: no picture for %d s; it is opened again", c->source->name,
				(int)((now - heard) / PMK_S_NS));
		if (err)
			return err;
		heard = now;
		tell_back(c);
		count(c, 1);
		frame->number = number++;
		frame = adapt(c, frame);
		if (frame)
			pmk_slot_put(&c->frames, frame);
		leave_out(c);
	}
	return 0;
}

/* Open the camera again, after a pause, until it can be opened or is not wanted any more. Pauses grow until a picture
 * comes. */
static void reopen(struct pmk_capture *c)
{
	for (int err = -1; err;) {
		pause_while_wanted(c, c->pause_ns);
		if (!wanted(c))
			return;
		c->pause_ns = pmk_retry_pause(c->pause_ns);
		err = pmk_source_reopen(c->camera, &c->place, &c->wish, &c->source);
		if (err)
			tell_missing(c, err);
	}
	c->place = c->source->place;
	pmk_debug("open: %s", c->source->name);
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
			tell_missing(c, err); /* first: a driver may take its time to close */
		if (c->source) {
			count(c, 0);
			c->before = c->figures;
			pmk_source_close(c->source);
			c->source = NULL;
		}
		if (err == -ENODATA) {
			c->ended(c->user);
			break;
		}
		c->pause_ns = !err ? 0 : c->pause_ns ? c->pause_ns : pmk_retry_pause(0);
		if (wait_until_wanted(c))
			reopen(c);
	} while (wait_until_wanted(c));
	pmk_pulse_rest(&c->pulse);
	return NULL;
}

/* A camera may still come, a file or a better spec does not. */
static bool may_come(const struct pmk_capture *c, int err)
{
	return c->wait && strncmp(c->camera, "file:", 5) != 0 && err != -EINVAL && err != -ENOMEM && err != -ENOSYS;
}

/* What frames will be like. */
static void take_shape(struct pmk_capture *c)
{
	bool sized = c->wish.width && c->wish.height;

	if (c->source) {
		c->place = c->source->place;
		c->layout = c->source->layout;
		c->fps = c->source->fps >= 1 ? c->source->fps : 30;
		memcpy(c->name, c->source->name, sizeof c->name);
		return;
	}
	c->layout = (struct pmk_layout){ .width = sized ? c->wish.width : 1280,
		.height = sized ? c->wish.height : 720 };
	c->fps = c->wish.fps >= 1 ? c->wish.fps : 30;
	snprintf(c->name, sizeof c->name, "no camera yet (%.100s)", c->camera);
}

int pmk_capture_open(struct pmk_capture *c)
{
	pthread_condattr_t monotonic;
	int err = pmk_slot_init(&c->frames, drop_frame);

	if (err)
		return err;
	c->adapted = pmk_frame_pool_create(ADAPTED_COUNT);
	err = c->adapted ? pmk_source_open(c->camera, &c->wish, &c->source) : -ENOMEM;
	c->late = may_come(c, err) ? err : 0;
	if (err && !c->late) {
		pmk_frame_pool_destroy(c->adapted);
		pmk_slot_finish(&c->frames);
		return err;
	}
	pthread_mutex_init(&c->lock, NULL);
	pthread_mutex_init(&c->turn_lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&c->turn, &monotonic);
	pthread_condattr_destroy(&monotonic);
	take_shape(c);
	pmk_governor_init(&c->governor, c->cpu_limit, c->fps);
	return 0;
}

int pmk_capture_start(struct pmk_capture *c)
{
	int err = pthread_create(&c->thread, NULL, capture_main, c);

	c->running = err == 0;
	return -err;
}

static void want(struct pmk_capture *c, bool *what, bool value)
{
	pthread_mutex_lock(&c->turn_lock);
	*what = value;
	pthread_cond_broadcast(&c->turn);
	pthread_mutex_unlock(&c->turn_lock);
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
	if (c->running && pthread_timedjoin_np(c->thread, NULL, until))
		return -ETIMEDOUT;
	c->running = false;
	return 0;
}

void pmk_capture_close(struct pmk_capture *c)
{
	pmk_source_close(c->source);
	pmk_slot_finish(&c->frames);
	pmk_frame_pool_destroy(c->adapted);
	pthread_cond_destroy(&c->turn);
	pthread_mutex_destroy(&c->turn_lock);
	pthread_mutex_destroy(&c->lock);
}

struct pmk_capture_figures pmk_capture_figures(struct pmk_capture *c)
{
	struct pmk_capture_figures figures;

	pthread_mutex_lock(&c->lock);
	figures = c->figures;
	pthread_mutex_unlock(&c->lock);
	return figures;
}
