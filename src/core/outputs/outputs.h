/* SPDX-License-Identifier: MIT */
/* All sinks of a pipeline, and the output threads that write to them.
 *
 * The one rule: virtual cameras share the first thread; each other sink has its own. The first output decides whether
 * the pipeline is live. Call the functions from the main thread unless their comment says otherwise. */
#ifndef PMK_CORE_OUTPUTS_OUTPUTS_H
#define PMK_CORE_OUTPUTS_OUTPUTS_H

#include "core/outputs/output.h"

struct pmk_outputs_settings {
	struct pmk_sink_setup setup; /* of all sinks */
	/* For each spec, whether it is left out with a warning while another program holds it, and taken when that has
	 * gone. Only virtual cameras can be. NULL: none is. Used by create alone. */
	const bool *optional;
	uint64_t frames; /* each output is done after this many composed pictures; 0: never */
	/* Fall asleep while nobody watches. An output that cannot tell counts as watched, and keeps all outputs
	 * awake. */
	bool on_demand;
	/* As in struct pmk_output_settings, but LIVE and COVERED come from the first output only, and DONE never comes.
	 * [output threads] */
	void (*tell)(void *user, enum pmk_output_event event, int error);
	/* Called once, when no output is left. `error` is why the last one ended; 0: it was done. [output threads] */
	void (*ended)(void *user, int error);
	void *user;
};

struct pmk_outputs;

/* Opens `count` sinks, at least one, with the cover in them, and takes a reference of it. The strings in `specs` must
 * live until destroy. Errors as pmk_sink_open; -EBUSY, logged, also if all are left out. */
int pmk_outputs_create(const struct pmk_outputs_settings *settings, const char *const *specs, int count,
	struct pmk_shown *cover, struct pmk_outputs **outputs) __attribute__((warn_unused_result));
int pmk_outputs_start(struct pmk_outputs *outputs) __attribute__((warn_unused_result));
/* to each output; takes over the reference. [scene thread] */
void pmk_outputs_put(struct pmk_outputs *outputs, struct pmk_shown *shown);
/* from now on; takes references of its own. [any thread] */
void pmk_outputs_set_cover(struct pmk_outputs *outputs, struct pmk_shown *cover);
void pmk_outputs_stop(struct pmk_outputs *outputs); /* begin to cover and close; do not wait */
/* Joins virtual cameras first. An output that is writing the end of a video file has until `finished`, every other one
 * until `until`; the times come from pmk_thread_deadline. 0 or -ETIMEDOUT. */
int pmk_outputs_join(struct pmk_outputs *outputs, const struct timespec *until, const struct timespec *finished)
	__attribute__((warn_unused_result));
void pmk_outputs_destroy(struct pmk_outputs *outputs); /* must be joined or never started; NULL is fine */

void pmk_outputs_watch(struct pmk_outputs *outputs, bool watch); /* all: pmk_output_watch. [any thread] */

const char *pmk_outputs_name(const struct pmk_outputs *outputs, int index); /* of the sink, as at create */
/* Whether it is lost for good, or done. Virtual cameras are not, while one of them is tried. [any thread] */
bool pmk_outputs_has_ended(struct pmk_outputs *outputs, int index);
struct pmk_output_figures pmk_outputs_figures(struct pmk_outputs *outputs); /* of the first output. [any thread] */
struct pmk_shown *pmk_outputs_shown(
	struct pmk_outputs *outputs); /* by the first output: pmk_output_shown. [any thread] */
/* whether one of them does: pmk_output_hangs. [any thread] */
bool pmk_outputs_hang(struct pmk_outputs *outputs, uint64_t now_ns);

#endif
