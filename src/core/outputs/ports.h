/* SPDX-License-Identifier: MIT */
/* The sinks of one output thread: writes to all of them, opens lost virtual cameras again, and waits for a viewer.
 *
 * The one rule: a sink that is closed, at the end or because it is lost, first gets the cover of that moment. Call the
 * functions from the output thread unless their comment says otherwise, or from the creator's thread before it starts
 * and after it ends. */
#ifndef PMK_CORE_OUTPUTS_PORTS_H
#define PMK_CORE_OUTPUTS_PORTS_H

#include "io/sink.h"

/* A sink, and the spec that it was opened with. */
struct pmk_port {
	struct pmk_sink
		*sink; /* NULL: a virtual camera that another program holds; it is tried again as a lost one is */
	const char *spec; /* must live until destroy */
	int index; /* among all outputs */
};

static inline bool pmk_port_is_live(const struct pmk_port *port)
{
	return !port->sink || port->sink->live;
}

struct pmk_ports;

/* Takes a reference of the cover, and takes over the sinks; on failure these stay the caller's. `setup` is what they
 * were opened with. */
int pmk_ports_create(const struct pmk_port *ports, int count, const struct pmk_sink_setup *setup,
	struct pmk_shown *cover, struct pmk_ports **created) __attribute__((warn_unused_result));
void pmk_ports_destroy(struct pmk_ports *ports); /* closes what is still open; NULL is fine */

/* takes a reference of its own. [any thread] */
void pmk_ports_set_cover(struct pmk_ports *ports, struct pmk_shown *cover);
/* the present one; returns a reference for the caller. [any thread] */
struct pmk_shown *pmk_ports_cover(struct pmk_ports *ports);

/* Write to all sinks; a repeat goes to virtual cameras only. 0, or the error of a sink that this write lost if no sink
 * is left. A lost virtual camera counts as left, because it will be opened again. */
int pmk_ports_write(struct pmk_ports *ports, const struct pmk_shown *shown, bool repeat)
	__attribute__((warn_unused_result));
/* Try to open the lost virtual cameras whose pause is over. While all are asleep, one that comes back rests at once,
 * because only a resting one notices a viewer soon. */
void pmk_ports_reopen(struct pmk_ports *ports, bool asleep);
int pmk_ports_close(struct pmk_ports *ports); /* all; 0 or the first error */

bool pmk_ports_watched(struct pmk_ports *ports); /* whether somebody watches one of them, or one cannot tell */
/* call it when nobody watches: pmk_sink_rest on all */
void pmk_ports_rest(struct pmk_ports *ports, struct pmk_shown *cover);
/* Sleep until pmk_ports_watched may return something else or stop_fd is readable, for two seconds at most. */
void pmk_ports_wait(struct pmk_ports *ports, int stop_fd);

#endif
