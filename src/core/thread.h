/* SPDX-License-Identifier: MIT */
/* A thread that is started once and joined with a time limit.
 *
 * The one rule: whatever the thread uses must outlive it, so after -ETIMEDOUT it must be joined again. A zeroed struct
 * is a thread that was never started. Call all functions from the thread that starts it. */
#ifndef PMK_CORE_THREAD_H
#define PMK_CORE_THREAD_H

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

struct pmk_thread {
	pthread_t id;
	bool running;
};

/* 0 or negative errno */
static inline int pmk_thread_start(struct pmk_thread *thread, void *(*run)(void *), void *user)
{
	int err = pmk_log_thread(&thread->id, run, user);

	thread->running = err == 0;
	return err;
}

/* The time wait_ns from now, for join: by CLOCK_REALTIME, because pthread_timedjoin_np knows no other clock. */
static inline struct timespec pmk_thread_deadline(uint64_t wait_ns)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += (long)(wait_ns % PMK_S_NS);
	t.tv_sec += (time_t)(wait_ns / PMK_S_NS) + t.tv_nsec / (long)PMK_S_NS;
	t.tv_nsec %= (long)PMK_S_NS;
	return t;
}

/* Wait for the thread's end until the time `until`. 0, also if it was never started; -ETIMEDOUT: it is still
 * running. */
static inline int pmk_thread_join(struct pmk_thread *thread, const struct timespec *until)
{
	if (thread->running && pthread_timedjoin_np(thread->id, NULL, until))
		return -ETIMEDOUT;
	thread->running = false;
	return 0;
}

#endif
