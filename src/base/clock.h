/* SPDX-License-Identifier: MIT */
/* Time in nanoseconds. Every time is one of CLOCK_MONOTONIC unless its name says otherwise; V4L2 stamps its buffers
 * with the same clock. All functions may be called from any thread. */
#ifndef PMK_BASE_CLOCK_H
#define PMK_BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#define PMK_MS_NS UINT64_C(1000000)
#define PMK_S_NS UINT64_C(1000000000)

uint64_t pmk_clock_now_ns(void);
uint64_t pmk_clock_cpu_ns(void); /* CPU time of the whole process, all threads */
uint64_t pmk_clock_thread_ns(void); /* CPU time of this thread */
struct timespec pmk_clock_timespec(uint64_t time_ns);
/* For pthread_cond_timedwait until a time of this clock. Does not fail on Linux, where it takes no memory. */
void pmk_clock_cond_init(pthread_cond_t *cond);
void pmk_clock_sleep_until(uint64_t deadline_ns); /* returns at once when the deadline has passed */

/* The minute of the day, 0..1439, by the machine's clock and time zone as they are now. */
int pmk_clock_minute_of_day(void);

#endif
