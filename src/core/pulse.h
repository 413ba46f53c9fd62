/* SPDX-License-Identifier: MIT */
/* Since when a thread has been at something that must come to an end: how another one tells that it hangs.
 *
 * The one rule: beat before each thing that may hang, rest before waiting for what may never come. One that was never
 * begun rests. [its thread], but for hangs. */
#ifndef PMK_CORE_PULSE_H
#define PMK_CORE_PULSE_H

#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>

struct pmk_pulse {
	atomic_ullong since_ns; /* 0: it rests */
};

static inline void pmk_pulse_beat(struct pmk_pulse *pulse)
{
	atomic_store_explicit(&pulse->since_ns, pmk_clock_now_ns(), memory_order_relaxed);
}

static inline void pmk_pulse_rest(struct pmk_pulse *pulse)
{
	atomic_store_explicit(&pulse->since_ns, 0, memory_order_relaxed);
}

/* Whether, at now_ns, it has been at the same thing for `within_ns` or longer. The clock stands still while the machine
 * sleeps. [any thread] */
static inline bool pmk_pulse_hangs(struct pmk_pulse *pulse, uint64_t now_ns, uint64_t within_ns)
{
	uint64_t since = atomic_load_explicit(&pulse->since_ns, memory_order_relaxed);

	return since && now_ns >= since + within_ns;
}

#endif
