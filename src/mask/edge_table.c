/* SPDX-License-Identifier: MIT */
#include "mask/edge_kernel.h"

const struct pmk_edge_kernels LEVEL(pmk_edge_kernels) = {
	.guide = LEVEL(pmk_edge_guide),
	.blocks = LEVEL(pmk_edge_blocks),
	.gather = LEVEL(pmk_edge_gather),
	.mix = LEVEL(pmk_edge_mix),
	.rim = LEVEL(pmk_edge_rim),
};
