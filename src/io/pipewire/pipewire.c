/* SPDX-License-Identifier: MIT */
#include "io/pipewire/pipewire.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <pipewire/pipewire.h>

#include "base/clock.h"
#include "base/log.h"

static const uint64_t ANSWER_NS = 500 * PMK_MS_NS;

struct pmk_pipewire {
	struct pw_thread_loop *loop;
	struct pw_context *context;
	struct pw_core *core;
	struct spa_hook core_hook;
	int asked, answered; /* sequence numbers of sync requests */
	bool gone; /* the loss was reported */
	bool flushed; /* the calls that were queued for the thread have been made */
	void (*lost)(void *user);
	void *user;
};

static void on_done(void *data, uint32_t id, int sequence)
{
	struct pmk_pipewire *p = data;

	if (id != PW_ID_CORE)
		return;
	p->answered = sequence;
	pw_thread_loop_signal(p->loop, false);
}

static void on_error(void *data, uint32_t id, int sequence, int error, const char *message)
{
	struct pmk_pipewire *p = data;

	pmk_debug("PipeWire: object %u: %s", id, message ? message : strerror(-error));
	if (id != PW_ID_CORE || error != -EPIPE || p->gone)
		return;
	p->gone = true;
	pw_thread_loop_signal(p->loop, false);
	if (p->lost)
		p->lost(p->user);
}

static const struct pw_core_events core_events = { PW_VERSION_CORE_EVENTS, .done = on_done, .error = on_error };

/* A thread inherits the signal mask of its creator. Signals must reach the main thread, which puts the cover in the
 * place of what is shown. */
static int start_threads(struct pmk_pipewire *p)
{
	sigset_t all, before;
	int err = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	p->loop = pw_thread_loop_new("pipewire", NULL);
	p->context = p->loop ? pw_context_new(pw_thread_loop_get_loop(p->loop), NULL, 0) : NULL;
	if (!p->context)
		err = errno ? -errno : -ENOMEM;
	else
		err = pw_thread_loop_start(p->loop);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

int pmk_pipewire_create(void (*lost)(void *user), void *user, struct pmk_pipewire **pipewire)
{
	struct pmk_pipewire *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->lost = lost;
	p->user = user;
	pw_init(NULL, NULL);
	if (!getenv("PIPEWIRE_DEBUG"))
		pw_log_set_level(SPA_LOG_LEVEL_NONE); /* potemkin logs what matters, in one line */
	err = start_threads(p);
	if (err < 0) {
		pmk_pipewire_destroy(p);
		return err;
	}
	*pipewire = p;
	return 0;
}

void pmk_pipewire_destroy(struct pmk_pipewire *p)
{
	if (!p)
		return;
	if (p->loop)
		pw_thread_loop_stop(p->loop);
	pmk_pipewire_disconnect(p);
	if (p->context)
		pw_context_destroy(p->context);
	if (p->loop)
		pw_thread_loop_destroy(p->loop);
	pw_deinit();
	free(p);
}

void pmk_pipewire_lock(struct pmk_pipewire *p)
{
	pw_thread_loop_lock(p->loop);
}

void pmk_pipewire_unlock(struct pmk_pipewire *p)
{
	pw_thread_loop_unlock(p->loop);
}

static int use_core(struct pmk_pipewire *p, struct pw_core *core)
{
	p->core = core;
	if (!p->core)
		return errno == EACCES || errno == EPERM ? -EACCES : errno == ENOMEM ? -ENOMEM : -ENOENT;
	p->gone = false;
	p->asked = p->answered = 0;
	spa_zero(p->core_hook);
	pw_core_add_listener(p->core, &p->core_hook, &core_events, p);
	return 0;
}

int pmk_pipewire_connect(struct pmk_pipewire *p)
{
	return use_core(p, pw_context_connect(p->context, NULL, 0));
}

int pmk_pipewire_connect_fd(struct pmk_pipewire *p, int fd)
{
	return use_core(p, pw_context_connect_fd(p->context, fd, NULL, 0));
}

void pmk_pipewire_disconnect(struct pmk_pipewire *p)
{
	if (!p->core)
		return;
	spa_hook_remove(&p->core_hook);
	pw_core_disconnect(p->core);
	p->core = NULL;
}

struct pw_core *pmk_pipewire_core(struct pmk_pipewire *p)
{
	return p->core;
}

struct pw_loop *pmk_pipewire_loop(struct pmk_pipewire *p)
{
	return pw_thread_loop_get_loop(p->loop);
}

bool pmk_pipewire_wait(struct pmk_pipewire *p, uint64_t deadline_ns)
{
	uint64_t now = pmk_clock_now_ns();
	struct timespec until;

	if (now >= deadline_ns)
		return false;
	pw_thread_loop_get_time(p->loop, &until, (int64_t)(deadline_ns - now));
	return pw_thread_loop_timed_wait_full(p->loop, &until) == 0;
}

void pmk_pipewire_wake(struct pmk_pipewire *p)
{
	pw_thread_loop_signal(p->loop, false);
}

int pmk_pipewire_sync(struct pmk_pipewire *p, uint64_t deadline_ns)
{
	int sequence = pw_core_sync(p->core, PW_ID_CORE, 0);

	if (sequence < 0)
		return sequence;
	p->asked = sequence;
	while (!p->gone && p->answered != p->asked) {
		if (!pmk_pipewire_wait(p, deadline_ns))
			return -ETIMEDOUT;
	}
	return p->gone ? -EPIPE : 0;
}

static int on_flushed(struct spa_loop *loop, bool async, uint32_t sequence, const void *data, size_t size, void *user)
{
	struct pmk_pipewire *p = user;

	p->flushed = true;
	pw_thread_loop_signal(p->loop, false);
	return 0;
}

void pmk_pipewire_destroy_stream(struct pmk_pipewire *p, struct pw_stream *stream)
{
	uint64_t deadline = pmk_clock_now_ns() + ANSWER_NS;

	pw_stream_disconnect(stream); /* from here on, the data thread queues no more calls */
	p->flushed = false;
	pw_loop_invoke(pw_thread_loop_get_loop(p->loop), on_flushed, 0, NULL, 0, false, p);
	while (!p->flushed && pmk_pipewire_wait(p, deadline))
		;
	pw_stream_destroy(stream);
}

bool pmk_pipewire_runs(void)
{
	struct pmk_pipewire *p;
	int err = pmk_pipewire_create(NULL, NULL, &p);

	if (err < 0)
		return false;
	pmk_pipewire_lock(p);
	err = pmk_pipewire_connect(p);
	if (err == 0)
		err = pmk_pipewire_sync(p, pmk_clock_now_ns() + ANSWER_NS);
	pmk_pipewire_unlock(p);
	pmk_pipewire_destroy(p);
	return err == 0;
}

int pmk_pipewire_report(const char *what, int err)
{
	switch (err) {
	case -ENOENT:
		pmk_error_cure(PMK_CURE_START_PIPEWIRE, "%s: PipeWire is not running for this user", what);
		break;
	case -EACCES:
		pmk_error_cure(PMK_CURE_SESSION_USER, "%s: not permitted to use PipeWire", what);
		break;
	case -ETIMEDOUT:
	case -EPIPE:
		pmk_error_cure(PMK_CURE_RESTART_PIPEWIRE, "%s: PipeWire does not answer", what);
		return -EIO;
	default:
		pmk_error_cure(PMK_CURE_RESTART_PIPEWIRE, "%s: cannot use PipeWire: %s", what, strerror(-err));
		return err == -EINVAL || err == -EBUSY ? -EIO : err;
	}
	return err;
}
