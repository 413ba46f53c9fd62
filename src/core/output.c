/* SPDX-License-Identifier: MIT */
#include "core/output.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <string.h>

static const uint64_t COVER_AFTER_NS = 200 * PMK_MS_NS;
static const uint64_t COVER_AT_LATEST_NS = PMK_S_NS;	/* however slow the camera is */

/* Where one thread's time and pictures stand. */
struct turn {
	struct pmk_shown *last;
	uint64_t period_ns, news_ns, gap_ns, next_ns;	/* the last new picture, the usual time between two, when to repeat */
	uint64_t written;
};

static void drop_shown(void *item)
{
	pmk_shown_unref(item);
}

int pmk_output_init(struct pmk_output *o)
{
	int err = pmk_slot_init(&o->slot, drop_shown);

	if (err)
		return err;
	pthread_mutex_init(&o->lock, NULL);
	atomic_init(&o->stopping, false);
	return 0;
}

static int close_sinks(struct pmk_output *o)
{
	int err = 0;

	for (int i = 0; i < o->sink_count; i++) {
		int one = o->sinks[i] ? pmk_sink_close(o->sinks[i], o->cover) : 0;
		o->sinks[i] = NULL;
		err = err ? err : one;
	}
	return err;
}

void pmk_output_finish(struct pmk_output *o)
{
	close_sinks(o);
	pmk_slot_finish(&o->slot);
	pthread_mutex_destroy(&o->lock);
}

static void write_all(struct pmk_output *o, const struct pmk_shown *shown, bool repeat)
{
	bool any = false;
	int err = 0;

	for (int i = 0; i < o->sink_count; i++) {
		struct pmk_sink *sink = o->sinks[i];
		int one = !sink || (repeat && !sink->live) ? 0 : pmk_sink_write(sink, shown);

		if (one) {
			pmk_sink_close(sink, o->cover);
			o->sinks[i] = NULL;
			err = one;
		}
		any |= o->sinks[i] != NULL;
	}
	if (!any && err)
		o->tell(o->user, PMK_OUTPUT_LOST, err);
}

static void count(struct pmk_output *o, struct turn *t, bool repeat)
{
	bool composed = !repeat && !pmk_shown_is_cover(t->last);

	pthread_mutex_lock(&o->lock);
	o->repeated += repeat;
	o->written += composed;
	if (composed)
		pmk_series_add(&o->latency, pmk_clock_now_ns() - pmk_shown_time_ns(t->last));
	pthread_mutex_unlock(&o->lock);
	t->written += composed;
}

/* A camera in the dark may give three pictures a second; covering each would flicker. */
static uint64_t cover_after(const struct turn *t)
{
	uint64_t patience = 2 * t->gap_ns > COVER_AFTER_NS ? 2 * t->gap_ns : COVER_AFTER_NS;

	return patience < COVER_AT_LATEST_NS ? patience : COVER_AT_LATEST_NS;
}

/* What to write now: the new picture, or the cover when none has come for too long; NULL to repeat the last. */
static struct pmk_shown *choose(struct pmk_output *o, struct turn *t, struct pmk_shown *fresh, uint64_t now)
{
	if (fresh) {
		t->gap_ns = (3 * t->gap_ns + (now - t->news_ns < COVER_AT_LATEST_NS / 2 ? now - t->news_ns : COVER_AT_LATEST_NS / 2)) / 4;
		t->news_ns = now;
		return fresh;
	}
	if (t->last == o->cover || now - t->news_ns < cover_after(t))
		return NULL;
	pmk_shown_ref(o->cover);
	return o->cover;
}

static void *output_main(void *arg)
{
	struct pmk_output *o = arg;
	struct turn t = { .last = o->cover, .period_ns = (uint64_t)((double)PMK_S_NS / o->fps), .news_ns = pmk_clock_now_ns() };
	int err;

	pmk_shown_ref(t.last);
	t.next_ns = t.news_ns + t.period_ns;
	while (!atomic_load(&o->stopping) && !(o->frames && t.written >= o->frames)) {
		struct pmk_shown *fresh = pmk_slot_take(&o->slot, t.next_ns), *chosen;
		uint64_t now = pmk_clock_now_ns();

		if (!fresh && now < t.next_ns)
			continue;	/* closed: we are to stop */
		chosen = choose(o, &t, fresh, now);
		if (chosen) {
			pmk_shown_unref(t.last);
			t.last = chosen;
			o->tell(o->user, pmk_shown_is_cover(chosen) ? PMK_OUTPUT_COVERED : PMK_OUTPUT_LIVE, 0);
		}
		write_all(o, t.last, !chosen);
		count(o, &t, !chosen);
		t.next_ns = now + (chosen ? t.period_ns * 3 / 2 : t.period_ns);	/* a camera's jitter is not a missing picture */
	}
	err = close_sinks(o);
	pmk_shown_unref(t.last);
	o->tell(o->user, err ? PMK_OUTPUT_LOST : PMK_OUTPUT_DONE, err);
	return NULL;
}

int pmk_output_start(struct pmk_output *o)
{
	int err = pthread_create(&o->thread, NULL, output_main, o);

	o->running = err == 0;
	return -err;
}

void pmk_output_put(struct pmk_output *o, struct pmk_shown *shown)
{
	pmk_slot_put(&o->slot, shown);
}

void pmk_output_stop(struct pmk_output *o)
{
	atomic_store(&o->stopping, true);
	pmk_slot_close(&o->slot);
}

int pmk_output_join(struct pmk_output *o, const struct timespec *until)
{
	if (o->running && pthread_timedjoin_np(o->thread, NULL, until))
		return -ETIMEDOUT;
	o->running = false;
	return 0;
}
