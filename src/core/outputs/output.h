/* SPDX-License-Identifier: MIT */
/* A thread that writes what is shown to a few sinks, and decides when it is the cover, and when nobody watches.
 *
 * The one rule: an output that blocks holds up itself and nobody else. A virtual camera that is lost is opened again,
 * forever; any other sink is lost for good. Functions are the main thread's unless said. */
#ifndef PMK_CORE_OUTPUTS_OUTPUT_H
#define PMK_CORE_OUTPUTS_OUTPUT_H

#include "core/outputs/ports.h"

#include <time.h>

/* DONE: `frames` are written, or it was stopped; LOST: no sink is left; ASLEEP: nobody has watched for two seconds, and
 * the cover is in every buffer; AWAKE: somebody watches again, and is shown the cover until a picture comes. */
enum pmk_output_event {
	PMK_OUTPUT_LIVE,
	PMK_OUTPUT_COVERED,
	PMK_OUTPUT_ASLEEP,
	PMK_OUTPUT_AWAKE,
	PMK_OUTPUT_DONE,
	PMK_OUTPUT_LOST
};

struct pmk_output_settings {
	struct pmk_sink_setup setup; /* of all sinks */
	uint64_t frames; /* stop after so many composed pictures; 0: never */
	bool on_demand; /* fall asleep while nobody watches */
	/* What has come about; error is of the lost sink. [output thread] */
	void (*tell)(void *user, enum pmk_output_event event, int error);
	void *user;
};

struct pmk_output_figures {
	uint64_t written, repeated; /* composed pictures; pictures shown once more */
	uint64_t replaced; /* pictures that a newer one replaced before they were written */
	double latency_ms_p50, latency_ms_p99; /* capture to written, of composed pictures */
};

struct pmk_output;

/* The sinks are virtual cameras, or one of another kind alone. It takes them over, and a reference of the cover that is
 * in them; on failure the sinks stay the caller's. 0 or negative errno. */
int pmk_output_create(const struct pmk_output_settings *settings, const struct pmk_port *ports, int count,
	struct pmk_shown *cover, struct pmk_output **output) __attribute__((warn_unused_result));
int pmk_output_start(struct pmk_output *output) __attribute__((warn_unused_result));
/* takes a reference over. [scene thread] */
void pmk_output_put(struct pmk_output *output, struct pmk_shown *shown);
/* from now on; takes a reference of its own. [any thread] */
void pmk_output_set_cover(struct pmk_output *output, struct pmk_shown *cover);
void pmk_output_stop(struct pmk_output *output); /* begin to cover and close; do not wait */
int pmk_output_join(struct pmk_output *output, const struct timespec *until) /* as pmk_thread_join */
	__attribute__((warn_unused_result));
void pmk_output_destroy(struct pmk_output *output); /* joined, or never started; closes what is open; NULL is fine */

struct pmk_output_figures pmk_output_figures(struct pmk_output *output); /* [any thread] */
/* Whether, at now_ns, a driver of its virtual cameras has not returned for ten seconds. Other sinks never hang: a pipe
 * may wait for its reader. [any thread] */
bool pmk_output_hangs(struct pmk_output *output, uint64_t now_ns);

#endif
