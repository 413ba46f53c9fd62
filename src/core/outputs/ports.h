/* SPDX-License-Identifier: MIT */
/* The sinks of one output thread: writes to all of them, opens lost virtual cameras again, and waits for somebody who
 * watches.
 *
 * The one rule: whenever a sink is closed, at the end or because it is lost, it is given the cover of that moment.
 * Functions are the output thread's unless said, and the creator's before it starts and after its end. */
#ifndef PMK_CORE_OUTPUTS_PORTS_H
#define PMK_CORE_OUTPUTS_PORTS_H

#include "io/sink.h"

/* A sink, and by what it was opened. */
struct pmk_port {
	struct pmk_sink *sink;
	const char *spec; /* used until destroy */
};

struct pmk_ports;

/* Takes a reference of the cover, and the sinks over; these stay the caller's on failure. `setup` is what they were
 * opened with. */
int pmk_ports_create(const struct pmk_port *ports, int count, const struct pmk_sink_setup *setup,
	struct pmk_shown *cover, struct pmk_ports **created) __attribute__((warn_unused_result));
void pmk_ports_destroy(struct pmk_ports *ports); /* closes what is still open; NULL is fine */

void pmk_ports_set_cover(struct pmk_ports *ports, struct pmk_shown *cover); /* a reference of its own. [any thread] */
struct pmk_shown *pmk_ports_cover(struct pmk_ports *ports); /* of now; a reference for the caller. [any thread] */

/* A repeat goes to virtual cameras only. 0, or the error of a sink that this write lost when none is left: a lost
 * virtual camera counts as left, because it is opened again. */
int pmk_ports_write(struct pmk_ports *ports, const struct pmk_shown *shown, bool repeat)
	__attribute__((warn_unused_result));
/* Try to open the lost virtual cameras whose pause is over. While all are asleep, one that comes back is put to rest at
 * once, because only then does it notice a viewer soon. */
void pmk_ports_reopen(struct pmk_ports *ports, bool asleep);
int pmk_ports_close(struct pmk_ports *ports); /* all; 0 or the first error */

bool pmk_ports_watched(struct pmk_ports *ports); /* somebody watches one of them, or one cannot tell */
void pmk_ports_rest(struct pmk_ports *ports, struct pmk_shown *cover); /* nobody watches: pmk_sink_rest on all */
/* Sleep until pmk_ports_watched may give another answer, for two seconds at most, or until stop_fd is readable. */
void pmk_ports_wait(struct pmk_ports *ports, int stop_fd);

#endif
