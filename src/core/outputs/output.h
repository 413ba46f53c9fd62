/* SPDX-License-Identifier: MIT */
/* An output thread: writes shown pictures to a few sinks, and decides when to show the cover and when nobody watches.
 *
 * The one rule: an output that blocks holds up only itself. A lost virtual camera is tried again for as long as the
 * program runs; any other sink is lost for good. Call the functions from the main thread unless their comment says
 * otherwise. */
#ifndef PMK_CORE_OUTPUTS_OUTPUT_H
#define PMK_CORE_OUTPUTS_OUTPUT_H

#include "core/outputs/ports.h"

#include <time.h>

/* DONE: `frames` are written, or it was stopped; LOST: no sink is left; ASLEEP: nobody has watched for two seconds, and
 * the cover is in every buffer; AWAKE: somebody watches again, and sees the cover until a picture comes. */
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
	uint64_t frames; /* stop after this many composed pictures; 0: never */
	bool on_demand; /* fall asleep while nobody watches */
	/* Called for each event; `error` is the lost sink's. [output thread] */
	void (*tell)(void *user, enum pmk_output_event event, int error);
	void *user;
};

struct pmk_output_figures {
	uint64_t written, repeated; /* composed pictures; pictures shown again */
	uint64_t replaced; /* frames of which no picture was written, since another frame's came too early */
	double latency_ms_p50, latency_ms_p99; /* capture to written, of composed pictures */
};

struct pmk_output;

/* The sinks are virtual cameras, or a single sink of another kind. Takes over the sinks, and takes a reference of the
 * cover that is in them; on failure the sinks stay the caller's. 0 or negative errno. */
int pmk_output_create(const struct pmk_output_settings *settings, const struct pmk_port *ports, int count,
	struct pmk_shown *cover, struct pmk_output **output) __attribute__((warn_unused_result));
int pmk_output_start(struct pmk_output *output) __attribute__((warn_unused_result));
/* takes over the reference. [scene thread] */
void pmk_output_put(struct pmk_output *output, struct pmk_shown *shown);
/* from now on; takes a reference of its own. [any thread] */
void pmk_output_set_cover(struct pmk_output *output, struct pmk_shown *cover);
void pmk_output_stop(struct pmk_output *output); /* begin to cover and close; do not wait */
int pmk_output_join(struct pmk_output *output, const struct timespec *until) /* as pmk_thread_join */
	__attribute__((warn_unused_result));
/* must be joined or never started; closes what is open; NULL is fine */
void pmk_output_destroy(struct pmk_output *output);

/* true: somebody watches who is not behind a sink, so it does not fall asleep, and wakes up. [any thread] */
void pmk_output_watch(struct pmk_output *output, bool watch);
struct pmk_output_figures pmk_output_figures(struct pmk_output *output); /* [any thread] */
/* What it shows now; returns a reference for the caller. NULL: it has ended. [any thread] */
struct pmk_shown *pmk_output_shown(struct pmk_output *output);
/* Whether a driver of its virtual cameras has not returned for ten seconds at now_ns. Other sinks never hang: a pipe
 * may wait for its reader. [any thread] */
bool pmk_output_hangs(struct pmk_output *output, uint64_t now_ns);

#endif
