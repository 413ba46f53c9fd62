/* SPDX-License-Identifier: MIT */
#include "core/stats.h"

#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pmk_series_add(struct pmk_series *series, uint64_t duration_ns)
{
	series->ms[series->count++ % PMK_SERIES_KEPT] = (float)((double)duration_ns / 1e6);
}

static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

void pmk_series_copy(const struct pmk_series *series, struct pmk_snapshot *snapshot)
{
	snapshot->count = series->count < PMK_SERIES_KEPT ? (size_t)series->count : PMK_SERIES_KEPT;
	memcpy(snapshot->ms, series->ms, snapshot->count * sizeof *snapshot->ms);
}

void pmk_snapshot_sort(struct pmk_snapshot *snapshot)
{
	qsort(snapshot->ms, snapshot->count, sizeof *snapshot->ms, ascending);
}

double pmk_snapshot_quantile(const struct pmk_snapshot *snapshot, double q)
{
	size_t rank = (size_t)(q * (double)snapshot->count);

	if (snapshot->count == 0)
		return 0;
	return snapshot->ms[pmk_min_size(rank, snapshot->count - 1)];
}

double pmk_series_quantile(const struct pmk_series *series, double q)
{
	struct pmk_snapshot snapshot;

	pmk_series_copy(series, &snapshot);
	pmk_snapshot_sort(&snapshot);
	return pmk_snapshot_quantile(&snapshot, q);
}

long pmk_stats_resident_kb(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}
