/* SPDX-License-Identifier: MIT */
/* How long to wait before a lost camera or output is tried again. */
#ifndef PMK_CORE_RETRY_H
#define PMK_CORE_RETRY_H

#include "base/clock.h"
#include "base/num.h"

/* The pause that follows one of pause_ns: a quarter of a second at first (pause_ns 0), then twice as long each time, up
 * to a second. If a slow device takes another second to open, recovery still stays within 2 s. */
static inline uint64_t pmk_retry_pause(uint64_t pause_ns)
{
	const uint64_t first = 250 * PMK_MS_NS, most = PMK_S_NS;

	return pmk_min_u64(pmk_max_u64(2 * pause_ns, first), most);
}

#endif
