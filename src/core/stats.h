/* SPDX-License-Identifier: MIT */
/* Durations and their percentiles, without allocation while running. */
#ifndef PMK_CORE_STATS_H
#define PMK_CORE_STATS_H

#include <stdint.h>

enum { PMK_SERIES_KEPT = 4096 }; /* the newest durations, for percentiles */

struct pmk_series {
	uint64_t count;
	float ms[PMK_SERIES_KEPT];
};

void pmk_series_add(struct pmk_series *series, uint64_t duration_ns);

/* The q-quantile (0..1) of the newest PMK_SERIES_KEPT durations in ms by nearest rank; 0 when there are none. */
double pmk_series_quantile(const struct pmk_series *series, double q);

long pmk_stats_resident_kb(void); /* resident memory of this process now, KiB; 0 when unknown */

#endif
