/* SPDX-License-Identifier: MIT */
#include "core/outputs/output.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/slot.h"
#include "core/pulse.h"
#include "core/stats.h"
#include "core/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const uint64_t COVER_AFTER_NS = 200 * PMK_MS_NS;
static const uint64_t COVER_AT_LATEST_NS = PMK_S_NS; /* the cover is shown after this, however slow the camera */
static const uint64_t LINGER_NS = 2 * PMK_S_NS; /* fall asleep when nobody has watched for this long */
static const uint64_t HANGS_NS = 10 * PMK_S_NS;

/* A picture in the slot, or taken from it. */
struct put {
	bool composed; /* no cover */
	bool known; /* an earlier picture of its frame was taken */
	uint64_t time_ns; /* of its frame */
};

struct pmk_output {
	struct pmk_output_settings settings; /* const after create */
	bool live; /* its sinks are virtual cameras; const after create */
	struct put last_put; /* the scene thread's */
	struct pmk_ports *ports; /* the output thread's, once started, except for the cover in it */
	struct pmk_thread thread; /* the main thread's */

	/* Shared. */
	struct pmk_slot slot;
	struct pmk_pulse pulse; /* the thread beats every two seconds, even asleep */
	atomic_bool stopping, watched;
	int wake_fd; /* readable when one of these has changed, since the thread may be asleep in poll */
	pthread_mutex_t lock; /* protects what follows */
	uint64_t written, repeated, replaced;
	struct pmk_series latency;
	struct pmk_shown *last; /* that of the thread's struct timing, which owns the reference */
};

/* The state of one thread's loop, most of it times. */
struct timing {
	struct pmk_shown *last;
	/* the frame time; when the last new picture came; the usual time between two; when to repeat */
	uint64_t period_ns, news_ns, gap_ns, next_ns;
	uint64_t watched_ns, awake_ns; /* when somebody last watched; when the last sleep ended */
	uint64_t written;
};

static void tell(struct pmk_output *o, enum pmk_output_event event, int error)
{
	o->settings.tell(o->settings.user, event, error);
}

/* `shown` is the last picture from now on; takes over the reference. NULL: none is. */
static void keep_last(struct pmk_output *o, struct timing *t, struct pmk_shown *shown)
{
	pthread_mutex_lock(&o->lock);
	o->last = shown;
	pthread_mutex_unlock(&o->lock);
	pmk_shown_unref(t->last);
	t->last = shown;
}

/* --- sleep --- */

/* A picture that was composed for an earlier viewer must not be the first that the next one sees. */
static void forget(struct pmk_output *o, struct timing *t)
{
	pmk_shown_unref(pmk_slot_take(&o->slot, 0));
	keep_last(o, t, pmk_ports_cover(o->ports));
	t->gap_ns = 0;
}

/* After a change of the backdrop during sleep, a new viewer must not see the old one. */
static void renew_cover(struct pmk_output *o, struct timing *t)
{
	struct pmk_shown *cover = pmk_ports_cover(o->ports);

	if (cover != t->last)
		pmk_ports_rest(o->ports, cover);
	keep_last(o, t, cover);
}

static bool is_watched(struct pmk_output *o)
{
	return atomic_load(&o->watched) || pmk_ports_watched(o->ports);
}

static void sleep_until_watched(struct pmk_output *o, struct timing *t)
{
	forget(o, t);
	pmk_ports_rest(o->ports, t->last);
	tell(o, PMK_OUTPUT_ASLEEP, 0);
	while (!atomic_load(&o->stopping) && !is_watched(o)) {
		eventfd_t count;

		pmk_pulse_beat(&o->pulse);
		pmk_ports_wait(o->ports, o->wake_fd);
		eventfd_read(o->wake_fd, &count);
		pmk_ports_reopen(o->ports, true);
		renew_cover(o, t);
	}
	forget(o, t);
	t->awake_ns = t->watched_ns = t->news_ns = t->next_ns = pmk_clock_now_ns();
	if (!atomic_load(&o->stopping))
		tell(o, PMK_OUTPUT_AWAKE, 0);
}

static bool may_sleep(struct pmk_output *o, struct timing *t)
{
	uint64_t now = pmk_clock_now_ns();

	if (!o->settings.on_demand)
		return false;
	if (is_watched(o))
		t->watched_ns = now;
	return now - t->watched_ns >= LINGER_NS;
}

/* --- pictures --- */

static void write_all(struct pmk_output *o, const struct pmk_shown *shown, bool repeat)
{
	int err = pmk_ports_write(o->ports, shown, repeat);

	if (err)
		tell(o, PMK_OUTPUT_LOST, err);
}

static void count(struct pmk_output *o, struct timing *t, bool repeat)
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

/* A camera in the dark may give three frames per second; a cover between each two would flicker. */
static uint64_t cover_after(const struct timing *t)
{
	uint64_t patience = pmk_max_u64(2 * t->gap_ns, COVER_AFTER_NS);

	return pmk_min_u64(patience, COVER_AT_LATEST_NS);
}

/* The picture to write now, owned by the caller: the new one, or the cover if none has come for too long; NULL: repeat
 * the last one. */
static struct pmk_shown *choose(struct pmk_output *o, struct timing *t, struct pmk_shown *fresh, uint64_t now)
{
	if (fresh) {
		t->gap_ns = (3 * t->gap_ns + pmk_min_u64(now - t->news_ns, COVER_AT_LATEST_NS / 2)) / 4;
		t->news_ns = now;
		return fresh;
	}
	if (pmk_shown_is_cover(t->last) || now - t->news_ns < cover_after(t))
		return NULL;
	return pmk_ports_cover(o->ports);
}

/* The next picture, or NULL. One that was captured before the sleep and arrives late is dropped. */
static struct pmk_shown *take_fresh(struct pmk_output *o, const struct timing *t)
{
	struct pmk_shown *fresh = pmk_slot_take(&o->slot, t->next_ns);

	if (!fresh || pmk_shown_is_cover(fresh) || pmk_shown_time_ns(fresh) >= t->awake_ns)
		return fresh;
	pmk_shown_unref(fresh);
	return NULL;
}

static void run_once(struct pmk_output *o, struct timing *t)
{
	struct pmk_shown *fresh = take_fresh(o, t), *chosen;
	uint64_t now = pmk_clock_now_ns();

	if (!fresh && now < t->next_ns)
		return; /* the slot is closed, or the picture was too old to show */
	chosen = choose(o, t, fresh, now);
	if (chosen) {
		keep_last(o, t, chosen);
		tell(o, pmk_shown_is_cover(chosen) ? PMK_OUTPUT_COVERED : PMK_OUTPUT_LIVE, 0);
	}
	write_all(o, t->last, !chosen);
	count(o, t, !chosen);
	/* half a frame more after a new picture: a camera's jitter is not a missing picture */
	t->next_ns = now + (chosen ? t->period_ns * 3 / 2 : t->period_ns);
}

static void *output_main(void *arg)
{
	struct pmk_output *o = arg;
	struct timing t = { .period_ns = (uint64_t)((double)PMK_S_NS / o->settings.setup.fps),
		.news_ns = pmk_clock_now_ns() };
	int err;

	keep_last(o, &t, pmk_ports_cover(o->ports));
	t.next_ns = t.news_ns + t.period_ns;
	while (!atomic_load(&o->stopping) && !(o->settings.frames && t.written >= o->settings.frames)) {
		pmk_pulse_beat(&o->pulse);
		if (may_sleep(o, &t))
			sleep_until_watched(o, &t);
		else
			run_once(o, &t);
		pmk_ports_reopen(o->ports, false);
	}
	err = pmk_ports_close(o->ports);
	pmk_pulse_rest(&o->pulse);
	keep_last(o, &t, NULL);
	tell(o, err ? PMK_OUTPUT_LOST : PMK_OUTPUT_DONE, err);
	return NULL;
}

static void drop_shown(void *item)
{
	pmk_shown_unref(item);
}

int pmk_output_create(const struct pmk_output_settings *settings, const struct pmk_port *ports, int count,
	struct pmk_shown *cover, struct pmk_output **output)
{
	struct pmk_output *o = calloc(1, sizeof *o);
	int err;

	if (!o)
		return -ENOMEM;
	o->settings = *settings;
	o->live = pmk_port_is_live(&ports[0]);
	err = pmk_slot_init(&o->slot, drop_shown);
	if (err)
		goto out;
	o->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = o->wake_fd < 0 ? -errno : 0;
	if (err)
		goto out_slot;
	err = pmk_ports_create(ports, count, &settings->setup, cover, &o->ports);
	if (err)
		goto out_fd;
	pthread_mutex_init(&o->lock, NULL);
	*output = o;
	return 0;
out_fd:
	close(o->wake_fd);
out_slot:
	pmk_slot_finish(&o->slot);
out:
	free(o);
	return err;
}

int pmk_output_start(struct pmk_output *o)
{
	return pmk_thread_start(&o->thread, output_main, o);
}

/* A change of settings shows a frame once more, and a pause covers it: neither loses a frame. */
void pmk_output_put(struct pmk_output *o, struct pmk_shown *shown)
{
	struct put put = { .composed = !pmk_shown_is_cover(shown), .time_ns = pmk_shown_time_ns(shown) },
		   before = o->last_put;
	bool dropped = pmk_slot_put(&o->slot, shown);
	bool same = put.composed && before.composed && put.time_ns == before.time_ns;

	put.known = same && (before.known || !dropped);
	o->last_put = put;
	if (!dropped || same || !put.composed || !before.composed || before.known)
		return;
	pthread_mutex_lock(&o->lock);
	o->replaced++;
	pthread_mutex_unlock(&o->lock);
}

void pmk_output_set_cover(struct pmk_output *o, struct pmk_shown *cover)
{
	pmk_ports_set_cover(o->ports, cover);
}

void pmk_output_stop(struct pmk_output *o)
{
	atomic_store(&o->stopping, true);
	eventfd_write(o->wake_fd, 1);
	pmk_slot_close(&o->slot);
}

void pmk_output_watch(struct pmk_output *o, bool watch)
{
	atomic_store(&o->watched, watch);
	eventfd_write(o->wake_fd, 1);
}

int pmk_output_join(struct pmk_output *o, const struct timespec *until)
{
	return pmk_thread_join(&o->thread, until);
}

void pmk_output_destroy(struct pmk_output *o)
{
	if (!o)
		return;
	pmk_ports_destroy(o->ports);
	pmk_slot_finish(&o->slot);
	close(o->wake_fd);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

struct pmk_output_figures pmk_output_figures(struct pmk_output *o)
{
	struct pmk_snapshot latency;
	struct pmk_output_figures figures;

	pthread_mutex_lock(&o->lock);
	figures = (struct pmk_output_figures){
		.written = o->written, .repeated = o->repeated, .replaced = o->replaced
	};
	pmk_series_copy(&o->latency, &latency);
	pthread_mutex_unlock(&o->lock);
	pmk_snapshot_sort(&latency);
	figures.latency_ms_p50 = pmk_snapshot_quantile(&latency, 0.5);
	figures.latency_ms_p99 = pmk_snapshot_quantile(&latency, 0.99);
	return figures;
}

struct pmk_shown *pmk_output_shown(struct pmk_output *o)
{
	struct pmk_shown *shown;

	pthread_mutex_lock(&o->lock);
	shown = o->last;
	if (shown)
		pmk_shown_ref(shown);
	pthread_mutex_unlock(&o->lock);
	return shown;
}

bool pmk_output_hangs(struct pmk_output *o, uint64_t now_ns)
{
	return o->live && pmk_pulse_hangs(&o->pulse, now_ns, HANGS_NS);
}
