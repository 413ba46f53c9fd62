/* SPDX-License-Identifier: MIT */
/* Series of durations and their quantiles; nothing here allocates.
 *
 * The one rule: copy a series that threads share while holding its lock, and sort the copy without the lock.
 *
 *	pthread_mutex_lock(&lock);
 *	pmk_series_copy(&series, &snapshot);
 *	pthread_mutex_unlock(&lock);
 *	pmk_snapshot_sort(&snapshot);
 *	p99 = pmk_snapshot_quantile(&snapshot, 0.99); */
#ifndef PMK_CORE_STATS_H
#define PMK_CORE_STATS_H

#include <stddef.h>
#include <stdint.h>

enum { PMK_SERIES_KEPT = 4096 }; /* the newest durations, for quantiles */

struct pmk_series {
	uint64_t count;
	float ms[PMK_SERIES_KEPT];
};

/* The durations that a series holds at one moment. */
struct pmk_snapshot {
	size_t count;
	float ms[PMK_SERIES_KEPT];
};

void pmk_series_add(struct pmk_series *series, uint64_t duration_ns);
void pmk_series_copy(const struct pmk_series *series, struct pmk_snapshot *snapshot); /* 16 KiB at most */

void pmk_snapshot_sort(struct pmk_snapshot *snapshot);
/* The q-quantile (0..1) in ms by nearest rank, of a sorted snapshot; 0 when it is empty. */
double pmk_snapshot_quantile(const struct pmk_snapshot *snapshot, double q);

/* The same for a series that no other thread uses. */
double pmk_series_quantile(const struct pmk_series *series, double q);

long pmk_stats_resident_kb(void); /* resident memory of this process now, KiB; 0 when unknown */

#endif
