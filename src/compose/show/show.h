/* SPDX-License-Identifier: MIT */
/* A backdrop that goes from picture to picture; each next one fades in.
 *
 * The one rule: the composer's thread never waits for a picture of a live show. A thread of the show opens the next
 * backdrop ahead; the present one stays until that is ready. So there are at most three: the one that goes, the present
 * one and the next.
 *
 * Time is that of the frames. While nobody watches there are none, so the show stands still, and its thread sleeps. In
 * a recorded video the positions decide, and begin waits for the pictures: the same film gives the same pictures.
 *
 * Its cover is a copy of the first picture. */
#ifndef PMK_COMPOSE_SHOW_SHOW_H
#define PMK_COMPOSE_SHOW_SHOW_H

#include "compose/backdrop.h"

/* Decides what is shown. Called by the creator's thread for the first time, then by the show's. */
struct pmk_show_plan {
	/* Open what comes next. Logged errors; -EALREADY, not logged: what is there stays. */
	int (*open)(void *plan, struct pmk_backdrop **next);
	void (*destroy)(void *plan);
};

struct pmk_show_times {
	uint64_t every_ns; /* how long each stands */
	uint64_t ahead_ns; /* how long before the end of that the next one is opened */
	bool by_clock; /* the plan goes by the clock of the machine: in a recorded video, the first one stays */
};

/* Takes over `plan`, also on failure. Errors of the plan, -ENOMEM, or that of starting a thread, logged. */
int pmk_show_create(const struct pmk_show_plan *impl, void *plan, const struct pmk_show_times *times,
	struct pmk_backdrop **backdrop) __attribute__((warn_unused_result));

#endif
