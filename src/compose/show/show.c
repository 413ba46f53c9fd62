/* SPDX-License-Identifier: MIT */
#include "compose/show/show.h"

#include "base/clock.h"
#include "base/log.h"
#include "compose/backdrop_fade.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t CUT_NS = 2 * PMK_S_NS; /* between frames that are further apart, nobody watched */

struct show {
	struct pmk_backdrop base;
	const struct pmk_show_plan *impl; /* const after create, like the next two; the plan is the thread's */
	void *plan;
	struct pmk_show_times times;

	/* The composer's thread's. */
	struct pmk_backdrop *now;
	bool begun, asked; /* there was a frame; the next one was asked for */
	uint64_t last_ns; /* of the last frame */
	uint64_t stood_ns; /* how long the present one has been seen */
	uint64_t due_ns; /* when the next one is due in a recorded video */

	/* Shared. */
	pthread_t thread;
	atomic_int fade_ms;
	pthread_mutex_t lock; /* protects what follows */
	pthread_cond_t order, answer;
	bool wanted, stopping; /* orders */
	struct pmk_backdrop *next, *unneeded; /* what was asked for; what is to be freed */
	bool fades; /* the next one is a fade */
};

/* --- the thread --- */

/* NULL: what is there stays. */
static struct pmk_backdrop *make_next(struct show *s, bool *fades)
{
	int ms = atomic_load(&s->fade_ms);
	struct pmk_backdrop *made, *fade;

	if (s->impl->open(s->plan, &made))
		return NULL;
	*fades = ms > 0;
	if (!*fades)
		return made;
	return pmk_backdrop_fade_create(made, ms, &fade) ? NULL : fade;
}

static void free_unneeded(struct show *s)
{
	struct pmk_backdrop *unneeded = s->unneeded;

	s->unneeded = NULL;
	pthread_mutex_unlock(&s->lock);
	pmk_backdrop_destroy(unneeded);
	pthread_mutex_lock(&s->lock);
}

static void answer(struct show *s)
{
	struct pmk_backdrop *next;
	bool fades = false;

	pthread_mutex_unlock(&s->lock);
	next = make_next(s, &fades);
	pthread_mutex_lock(&s->lock);
	s->next = next;
	s->fades = fades;
	s->wanted = false;
	pthread_cond_broadcast(&s->answer);
}

static void *show_main(void *arg)
{
	struct show *s = arg;

	pthread_mutex_lock(&s->lock);
	while (!s->stopping) {
		if (s->unneeded)
			free_unneeded(s);
		else if (s->wanted)
			answer(s);
		else
			pthread_cond_wait(&s->order, &s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* --- frames --- */

/* Go on to the next one, which is there. Call it with the lock. */
static void turn(struct show *s, uint64_t now_ns)
{
	struct pmk_backdrop *before = s->now;

	s->now = s->next;
	s->next = NULL;
	s->unneeded = s->fades ? pmk_backdrop_fade_start(s->now, before, now_ns) : before;
	pthread_cond_signal(&s->order);
}

static void ask(struct show *s)
{
	s->asked = s->wanted = true;
	pthread_cond_signal(&s->order);
}

/* Whether another picture is shown from now on. Call it with the lock. */
static bool go_on_live(struct show *s)
{
	bool turns;

	if (!s->asked) {
		if (s->stood_ns + s->times.ahead_ns >= s->times.every_ns)
			ask(s);
		return false;
	}
	if (s->wanted || s->stood_ns < s->times.every_ns)
		return false;
	turns = s->next != NULL;
	if (turns)
		turn(s, s->last_ns);
	s->asked = false;
	s->stood_ns = 0;
	return turns;
}

/* The same for a frame of a recorded video. */
static bool go_on_recorded(struct show *s, uint64_t now_ns)
{
	bool turns = false;

	while (!s->times.by_clock && now_ns >= s->due_ns) {
		ask(s);
		while (s->wanted)
			pthread_cond_wait(&s->answer, &s->lock);
		if (s->next) {
			turn(s, s->due_ns);
			turns = true;
		}
		s->due_ns += s->times.every_ns;
	}
	return turns;
}

static const struct pmk_image *begin(
	struct pmk_backdrop *backdrop, const struct pmk_frame *frame, const struct pmk_cells *cells, bool *stays)
{
	struct show *s = (struct show *)backdrop;
	uint64_t now = pmk_frame_moment_ns(frame), passed = s->begun && now > s->last_ns ? now - s->last_ns : 0;
	const struct pmk_image *picture;
	bool turns;

	if (passed <= CUT_NS)
		s->stood_ns += passed;
	pthread_mutex_lock(&s->lock);
	turns = frame->position_ns >= 0 ? go_on_recorded(s, now) : go_on_live(s);
	pthread_mutex_unlock(&s->lock);
	s->begun = true;
	s->last_ns = now;
	picture = s->now->impl->begin(s->now, frame, cells, stays);
	*stays &= !turns;
	return picture;
}

static void write(struct pmk_backdrop *backdrop, int row, struct pmk_image *out)
{
	struct show *s = (struct show *)backdrop;

	s->now->impl->write(s->now, row, out);
}

static void set_fade(struct pmk_backdrop *backdrop, int ms)
{
	struct show *s = (struct show *)backdrop;

	atomic_store(&s->fade_ms, ms);
}

/* --- create, destroy --- */

static void release(struct show *s)
{
	pmk_backdrop_destroy(s->next);
	pmk_backdrop_destroy(s->unneeded);
	pmk_backdrop_destroy(s->now);
	pmk_image_free(&s->base.cover);
	s->impl->destroy(s->plan);
	pthread_cond_destroy(&s->order);
	pthread_cond_destroy(&s->answer);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static void destroy(struct pmk_backdrop *backdrop)
{
	struct show *s = (struct show *)backdrop;

	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_signal(&s->order);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	release(s);
}

static const struct pmk_backdrop_impl show_impl = {
	.begin = begin, .write = write, .set_fade = set_fade, .destroy = destroy
};

static int open_first(struct show *s)
{
	int err = s->impl->open(s->plan, &s->now);

	if (!err)
		err = pmk_image_alloc(&s->base.cover, &s->now->cover.layout);
	if (err)
		return err;
	pmk_image_copy(&s->base.cover, &s->now->cover);
	err = pmk_log_thread(&s->thread, show_main, s);
	if (err)
		pmk_error("cannot start a thread: %s", strerror(-err));
	return err;
}

int pmk_show_create(const struct pmk_show_plan *impl, void *plan, const struct pmk_show_times *times,
	struct pmk_backdrop **backdrop)
{
	struct show *s = calloc(1, sizeof *s);
	int err;

	if (!s) {
		impl->destroy(plan);
		return -ENOMEM;
	}
	s->base.impl = &show_impl;
	s->impl = impl;
	s->plan = plan;
	s->times = *times;
	s->due_ns = times->every_ns;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->order, NULL);
	pthread_cond_init(&s->answer, NULL);
	err = open_first(s);
	if (err) {
		release(s);
		return err;
	}
	*backdrop = &s->base;
	return 0;
}
