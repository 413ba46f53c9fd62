/* SPDX-License-Identifier: MIT */
/* A thread that writes what is shown to a group of sinks, and decides when it is the cover, and when nobody watches.
 *
 * The one rule: an output that blocks holds up itself and nobody else. Virtual cameras share one thread, each other
 * sink has its own. A virtual camera that is lost is opened again, forever; any other sink is lost for good. Functions
 * are the main thread's unless said. */
#ifndef PMK_CORE_OUTPUT_H
#define PMK_CORE_OUTPUT_H

#include "base/slot.h"
#include "core/pulse.h"
#include "core/stats.h"
#include "io/sink.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { PMK_OUTPUT_MAX_SINKS = 16 };

/* DONE: `frames` are written; LOST: no sink is left; ASLEEP: nobody has watched for two seconds, and the cover is in
 * every buffer; AWAKE: somebody watches again, and is shown the cover until a picture comes. */
enum pmk_output_event {
	PMK_OUTPUT_LIVE,
	PMK_OUTPUT_COVERED,
	PMK_OUTPUT_ASLEEP,
	PMK_OUTPUT_AWAKE,
	PMK_OUTPUT_DONE,
	PMK_OUTPUT_LOST
};

struct pmk_output_figures {
	uint64_t written, repeated; /* composed pictures; pictures shown once more */
	uint64_t overtaken; /* pictures that a newer one replaced before they were written */
	double latency_ms_p50, latency_ms_p99; /* capture to written, of composed pictures */
};

/* One sink, and what it takes to open it again. */
struct pmk_output_port {
	struct pmk_sink *sink; /* owned from start on; NULL while lost */
	const char *spec;
	bool live;
	uint64_t retry_ns, pause_ns; /* when to try next; the wait before the try after that */
};

struct pmk_output {
	struct pmk_output_port ports[PMK_OUTPUT_MAX_SINKS];
	int port_count;
	struct pmk_sink_setup setup; /* of the ports */
	double fps;
	uint64_t frames; /* stop after so many composed pictures; 0: never */
	bool on_demand; /* fall asleep while nobody watches */
	/* What has come about; error is of the lost sink. [output thread] */
	void (*tell)(void *user, enum pmk_output_event event, int error);
	void *user;

	struct pmk_slot slot;
	pthread_t thread;
	bool running;
	atomic_bool stopping;
	struct pmk_pulse pulse; /* even asleep it comes round every two seconds */
	int stop_fd; /* readable when the thread is to stop: it may be asleep in poll */
	pthread_mutex_t lock; /* of all below */
	struct pmk_shown *cover;
	uint64_t written, repeated; /* composed pictures; pictures shown once more */
	struct pmk_series latency; /* capture to written, of composed pictures */
};

/* Zeroed before, but for the fields above `slot`. Takes a reference of the cover. 0 or negative errno. */
int pmk_output_init(struct pmk_output *output, struct pmk_shown *cover) __attribute__((warn_unused_result));
void pmk_output_finish(struct pmk_output *output); /* joined, or never started; closes what is still open */
int pmk_output_start(struct pmk_output *output) __attribute__((warn_unused_result));
/* takes a reference over. [scene thread] */
void pmk_output_put(struct pmk_output *output, struct pmk_shown *shown);
/* from now on; takes a reference of its own. [any thread] */
void pmk_output_set_cover(struct pmk_output *output, struct pmk_shown *cover);
void pmk_output_stop(struct pmk_output *output); /* begin to cover and close; do not wait */
/* CLOCK_REALTIME; 0 or -ETIMEDOUT */
int pmk_output_join(struct pmk_output *output, const struct timespec *until) __attribute__((warn_unused_result));
struct pmk_output_figures pmk_output_figures(struct pmk_output *output); /* [any thread] */

#endif
