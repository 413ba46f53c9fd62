/* SPDX-License-Identifier: MIT */
#include "core/stats.h"

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

double pmk_series_quantile(const struct pmk_series *series, double q)
{
	size_t n = series->count < PMK_SERIES_KEPT ? series->count : PMK_SERIES_KEPT, rank;
	float sorted[PMK_SERIES_KEPT];

	if (n == 0)
		return 0;
	memcpy(sorted, series->ms, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, ascending);
	rank = (size_t)(q * (double)n);
	return sorted[rank < n ? rank : n - 1];
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
