/* SPDX-License-Identifier: MIT */
#include "core/output.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "core/retry.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const uint64_t COVER_AFTER_NS = 200 * PMK_MS_NS;
static const uint64_t COVER_AT_LATEST_NS = PMK_S_NS; /* however slow the camera is */
static const uint64_t LINGER_NS = 2 * PMK_S_NS; /* nobody has watched for so long: fall asleep */

/* asleep: how often to ask sinks that have no watch_fd, and all others, to be sure */
enum { LOOK_MS = 250, LOOK_ANYWAY_MS = 2000 };

/* Where one thread's time and pictures stand. */
struct turn {
	struct pmk_shown *last;
	/* the last new picture, the usual time between two, when to repeat */
	uint64_t period_ns, news_ns, gap_ns, next_ns;
	uint64_t watched_ns, awake_ns; /* when somebody last watched, and when the sleep before ended */
	uint64_t written;
};

static void drop_shown(void *item)
{
	pmk_shown_unref(item);
}

int pmk_output_init(struct pmk_output *o, struct pmk_shown *cover)
{
	int err = pmk_slot_init(&o->slot, drop_shown);

	if (err)
		return err;
	o->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (o->stop_fd < 0) {
		err = -errno;
		pmk_slot_finish(&o->slot);
		return err;
	}
	pthread_mutex_init(&o->lock, NULL);
	atomic_init(&o->stopping, false);
	pmk_shown_ref(cover);
	o->cover = cover;
	return 0;
}

/* The cover of now, with a reference for the caller. */
static struct pmk_shown *take_cover(struct pmk_output *o)
{
	struct pmk_shown *cover;

	pthread_mutex_lock(&o->lock);
	cover = o->cover;
	pmk_shown_ref(cover);
	pthread_mutex_unlock(&o->lock);
	return cover;
}

void pmk_output_set_cover(struct pmk_output *o, struct pmk_shown *cover)
{
	struct pmk_shown *before;

	pmk_shown_ref(cover);
	pthread_mutex_lock(&o->lock);
	before = o->cover;
	o->cover = cover;
	pthread_mutex_unlock(&o->lock);
	pmk_shown_unref(before);
}

static int close_port(struct pmk_output *o, struct pmk_output_port *port)
{
	struct pmk_shown *cover = take_cover(o);
	int err = port->sink ? pmk_sink_close(port->sink, cover) : 0;

	port->sink = NULL;
	pmk_shown_unref(cover);
	return err;
}

static int close_ports(struct pmk_output *o)
{
	int err = 0;

	for (int i = 0; i < o->port_count; i++) {
		int one = close_port(o, &o->ports[i]);

		err = err ? err : one;
	}
	return err;
}

void pmk_output_finish(struct pmk_output *o)
{
	close_ports(o);
	pmk_shown_unref(o->cover);
	pmk_slot_finish(&o->slot);
	close(o->stop_fd);
	pthread_mutex_destroy(&o->lock);
}

/* --- ports that are lost and come back --- */

static void lose(struct pmk_output *o, struct pmk_output_port *port)
{
	close_port(o, port);
	port->pause_ns = pmk_retry_pause(0);
	port->retry_ns = pmk_clock_now_ns() + port->pause_ns;
}

/* While all sleep, it has to rest at once: only then does a sink notice soon that somebody comes. */
static void reopen(struct pmk_output *o, struct pmk_output_port *port, bool asleep)
{
	struct pmk_shown *cover = take_cover(o);

	port->pause_ns = pmk_retry_pause(port->pause_ns);
	port->retry_ns = pmk_clock_now_ns() + port->pause_ns;
	if (pmk_sink_open(port->spec, &o->setup, cover, &port->sink) == 0)
		pmk_info("back again: %s", port->sink->name);
	else
		port->sink = NULL;
	if (asleep && port->sink && pmk_sink_rest(port->sink, cover))
		lose(o, port);
	pmk_shown_unref(cover);
}

static void reopen_lost(struct pmk_output *o, bool asleep)
{
	for (int i = 0; i < o->port_count; i++) {
		struct pmk_output_port *port = &o->ports[i];

		if (!port->sink && port->live && pmk_clock_now_ns() >= port->retry_ns)
			reopen(o, port, asleep);
	}
}

/* --- who watches --- */

static bool is_watched(struct pmk_output *o)
{
	bool any = false;

	for (int i = 0; i < o->port_count; i++) /* all are asked: each takes in what has come about */
		any |= o->ports[i].sink && pmk_sink_watched(o->ports[i].sink) != PMK_WATCH_NOBODY;
	return any;
}

/* Sleep until the answer may be another. */
static void wait_for_watcher(struct pmk_output *o)
{
	struct pollfd fds[PMK_OUTPUT_MAX_SINKS + 1] = { { .fd = o->stop_fd, .events = POLLIN } };
	int wait_ms = LOOK_ANYWAY_MS, count = 1;

	for (int i = 0; i < o->port_count; i++) {
		if (!o->ports[i].sink)
			continue;
		fds[count].fd = pmk_sink_watch_fd(o->ports[i].sink, &fds[count].events);
		if (fds[count].fd < 0)
			wait_ms = LOOK_MS;
		else
			count++;
	}
	poll(fds, (nfds_t)count, wait_ms);
	for (int i = 1; i < count; i++) {
		if (!(fds[i].revents & (POLLERR | POLLHUP | POLLNVAL)))
			continue;
		poll(fds, 1, LOOK_MS); /* its device has gone: it would be ready at once for ever */
		break;
	}
}

static void rest_ports(struct pmk_output *o, struct pmk_shown *cover)
{
	for (int i = 0; i < o->port_count; i++) {
		if (o->ports[i].sink && pmk_sink_rest(o->ports[i].sink, cover))
			lose(o, &o->ports[i]);
	}
}

/* What was composed before, and for somebody else, must not be the first thing that who comes next sees. */
static void forget(struct pmk_output *o, struct turn *t)
{
	pmk_shown_unref(pmk_slot_take(&o->slot, 0));
	pmk_shown_unref(t->last);
	t->last = take_cover(o);
	t->gap_ns = 0;
}

static void sleep_until_watched(struct pmk_output *o, struct turn *t)
{
	forget(o, t);
	rest_ports(o, t->last);
	o->tell(o->user, PMK_OUTPUT_ASLEEP, 0);
	while (!atomic_load(&o->stopping) && !is_watched(o)) {
		pmk_pulse_beat(&o->pulse);
		wait_for_watcher(o);
		reopen_lost(o, true);
	}
	forget(o, t);
	t->awake_ns = t->watched_ns = t->news_ns = t->next_ns = pmk_clock_now_ns();
	if (!atomic_load(&o->stopping))
		o->tell(o->user, PMK_OUTPUT_AWAKE, 0);
}

static bool may_sleep(struct pmk_output *o, struct turn *t)
{
	uint64_t now = pmk_clock_now_ns();

	if (!o->on_demand)
		return false;
	if (is_watched(o))
		t->watched_ns = now;
	return now - t->watched_ns >= LINGER_NS;
}

/* --- pictures --- */

static void write_all(struct pmk_output *o, const struct pmk_shown *shown, bool repeat)
{
	bool any = false;
	int err = 0;

	for (int i = 0; i < o->port_count; i++) {
		struct pmk_output_port *port = &o->ports[i];
		int one = !port->sink || (repeat && !port->live) ? 0 : pmk_sink_write(port->sink, shown);

		if (one) {
			lose(o, port);
			err = one;
		}
		any |= port->sink || port->live;
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
	uint64_t patience = pmk_max_u64(2 * t->gap_ns, COVER_AFTER_NS);

	return pmk_min_u64(patience, COVER_AT_LATEST_NS);
}

/* What to write now, the caller's: the new picture, or the cover when none has come for too long; NULL to repeat the
 * last. */
static struct pmk_shown *choose(struct pmk_output *o, struct turn *t, struct pmk_shown *fresh, uint64_t now)
{
	if (fresh) {
		t->gap_ns = (3 * t->gap_ns + pmk_min_u64(now - t->news_ns, COVER_AT_LATEST_NS / 2)) / 4;
		t->news_ns = now;
		return fresh;
	}
	if (pmk_shown_is_cover(t->last) || now - t->news_ns < cover_after(t))
		return NULL;
	return take_cover(o);
}

/* The next picture, or NULL. One that was taken before the sleep, and was slow on its way, is nobody's any more. */
static struct pmk_shown *take_fresh(struct pmk_output *o, const struct turn *t)
{
	struct pmk_shown *fresh = pmk_slot_take(&o->slot, t->next_ns);

	if (!fresh || pmk_shown_is_cover(fresh) || pmk_shown_time_ns(fresh) >= t->awake_ns)
		return fresh;
	pmk_shown_unref(fresh);
	return NULL;
}

static void take_turn(struct pmk_output *o, struct turn *t)
{
	struct pmk_shown *fresh = take_fresh(o, t), *chosen;
	uint64_t now = pmk_clock_now_ns();

	if (!fresh && now < t->next_ns)
		return; /* closed, or nothing that may be shown */
	chosen = choose(o, t, fresh, now);
	if (chosen) {
		pmk_shown_unref(t->last);
		t->last = chosen;
		o->tell(o->user, pmk_shown_is_cover(chosen) ? PMK_OUTPUT_COVERED : PMK_OUTPUT_LIVE, 0);
	}
	write_all(o, t->last, !chosen);
	count(o, t, !chosen);
	/* a camera's jitter is not a missing picture */
	t->next_ns = now + (chosen ? t->period_ns * 3 / 2 : t->period_ns);
}

static void *output_main(void *arg)
{
	struct pmk_output *o = arg;
	struct turn t = {
		.last = take_cover(o), .period_ns = (uint64_t)((double)PMK_S_NS / o->fps), .news_ns = pmk_clock_now_ns()
	};
	int err;

	t.next_ns = t.news_ns + t.period_ns;
	while (!atomic_load(&o->stopping) && !(o->frames && t.written >= o->frames)) {
		pmk_pulse_beat(&o->pulse);
		if (may_sleep(o, &t))
			sleep_until_watched(o, &t);
		else
			take_turn(o, &t);
		reopen_lost(o, false);
	}
	err = close_ports(o);
	pmk_pulse_rest(&o->pulse);
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
	eventfd_write(o->stop_fd, 1);
	pmk_slot_close(&o->slot);
}

int pmk_output_join(struct pmk_output *o, const struct timespec *until)
{
	if (o->running && pthread_timedjoin_np(o->thread, NULL, until))
		return -ETIMEDOUT;
	o->running = false;
	return 0;
}

struct pmk_output_figures pmk_output_figures(struct pmk_output *o)
{
	struct pmk_snapshot latency;
	struct pmk_output_figures figures;

	pthread_mutex_lock(&o->lock);
	figures = (struct pmk_output_figures){ .written = o->written, .repeated = o->repeated };
	pmk_series_copy(&o->latency, &latency);
	pthread_mutex_unlock(&o->lock);
	figures.overtaken = pmk_slot_overtaken(&o->slot);
	pmk_snapshot_sort(&latency);
	figures.latency_ms_p50 = pmk_snapshot_quantile(&latency, 0.5);
	figures.latency_ms_p99 = pmk_snapshot_quantile(&latency, 0.99);
	return figures;
}
