/* SPDX-License-Identifier: MIT */
/* A thread that writes what is shown to a group of sinks, and decides when it is the cover.
 *
 * The one rule: an output that blocks holds up itself and nobody else. Virtual cameras share one thread, each other sink has its own.
 * Functions are the main thread's unless said. */
#ifndef PMK_CORE_OUTPUT_H
#define PMK_CORE_OUTPUT_H

#include "base/slot.h"
#include "core/stats.h"
#include "io/sink.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { PMK_OUTPUT_MAX_SINKS = 16 };
enum pmk_output_event { PMK_OUTPUT_LIVE, PMK_OUTPUT_COVERED, PMK_OUTPUT_DONE, PMK_OUTPUT_LOST };	/* DONE: `frames` are written; LOST: no sink is left */

struct pmk_output {
	struct pmk_sink *sinks[PMK_OUTPUT_MAX_SINKS];	/* owned from start on; NULL once lost */
	int sink_count;
	struct pmk_shown *cover;	/* the caller's, until join */
	double fps;
	uint64_t frames;	/* stop after so many composed pictures; 0: never */
	/* What has come about; error is of the lost sink. [output thread] */
	void (*tell)(void *user, enum pmk_output_event event, int error);
	void *user;

	struct pmk_slot slot;
	pthread_t thread;
	bool running;
	atomic_bool stopping;
	pthread_mutex_t lock;	/* of the figures below */
	uint64_t written, repeated;	/* composed pictures; pictures shown once more */
	struct pmk_series latency;	/* capture to written, of composed pictures */
};

int pmk_output_init(struct pmk_output *output) __attribute__((warn_unused_result));	/* zeroed before, but for the fields above `slot`; 0 or negative errno */
void pmk_output_finish(struct pmk_output *output);	/* joined, or never started; closes what is still open */
int pmk_output_start(struct pmk_output *output) __attribute__((warn_unused_result));
void pmk_output_put(struct pmk_output *output, struct pmk_shown *shown);	/* takes a reference over. [scene thread] */
void pmk_output_stop(struct pmk_output *output);	/* begin to cover and close; do not wait */
int pmk_output_join(struct pmk_output *output, const struct timespec *until) __attribute__((warn_unused_result));	/* CLOCK_REALTIME; 0 or -ETIMEDOUT */

#endif
