/* SPDX-License-Identifier: MIT */
#include "mask/edge_kernel.h"

const struct pmk_edge_kernels LEVEL(pmk_edge_kernels) = {
	.guide = LEVEL(pmk_edge_guide),
	.cells = LEVEL(pmk_edge_cells),
	.look = LEVEL(pmk_edge_look),
	.mix = LEVEL(pmk_edge_mix),
	.rim = LEVEL(pmk_edge_rim),
};
