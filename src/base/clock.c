/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <errno.h>

static uint64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * PMK_S_NS + (uint64_t)t.tv_nsec;
}

uint64_t pmk_clock_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t pmk_clock_cpu_ns(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t pmk_clock_thread_ns(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

struct timespec pmk_clock_timespec(uint64_t time_ns)
{
	return (struct timespec){ .tv_sec = (time_t)(time_ns / PMK_S_NS), .tv_nsec = (long)(time_ns % PMK_S_NS) };
}

void pmk_clock_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void pmk_clock_sleep_until(uint64_t deadline_ns)
{
	struct timespec until = pmk_clock_timespec(deadline_ns);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

int pmk_clock_minute_of_day(void)
{
	time_t now = time(NULL);
	struct tm local;

	tzset(); /* localtime_r alone would not notice another time zone */
	return localtime_r(&now, &local) ? local.tm_hour * 60 + local.tm_min : 0;
}
