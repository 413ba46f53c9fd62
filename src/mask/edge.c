/* SPDX-License-Identifier: MIT */
#include "mask/edge.h"

#include "base/dispatch.h"

PMK_LEVELS(const struct pmk_edge_kernels, pmk_edge_kernels);

const struct pmk_edge_kernels *pmk_edge_kernels_of(enum pmk_cpu_level level)
{
	return PMK_OF_LEVEL(pmk_edge_kernels, level);
}

const struct pmk_edge_kernels *pmk_edge_kernels(void)
{
	return pmk_edge_kernels_of(pmk_cpu_level());
}
