/* SPDX-License-Identifier: MIT */
/* Records when a thread began something that must come to an end, so that another thread can tell whether it hangs.
 *
 * The one rule: beat before each thing that may hang, rest before waiting for something that may never come. A pulse
 * that never beat rests. [its own thread], except for hangs. */
#ifndef PMK_CORE_PULSE_H
#define PMK_CORE_PULSE_H

#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>

struct pmk_pulse {
	atomic_ullong since_ns; /* 0: resting */
};

static inline void pmk_pulse_beat(struct pmk_pulse *pulse)
{
	atomic_store_explicit(&pulse->since_ns, pmk_clock_now_ns(), memory_order_relaxed);
}

static inline void pmk_pulse_rest(struct pmk_pulse *pulse)
{
	atomic_store_explicit(&pulse->since_ns, 0, memory_order_relaxed);
}

/* Whether the thread has been busy with the same thing for `within_ns` or longer at now_ns. The clock stops while the
 * machine is suspended. [any thread] */
static inline bool pmk_pulse_hangs(struct pmk_pulse *pulse, uint64_t now_ns, uint64_t within_ns)
{
	uint64_t since = atomic_load_explicit(&pulse->since_ns, memory_order_relaxed);

	return since && now_ns >= since + within_ns;
}

#endif
