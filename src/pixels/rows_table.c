/* SPDX-License-Identifier: MIT */
#include "pixels/rows_kernel.h"

const struct pmk_rows LEVEL(pmk_rows) = {
	.blend = LEVEL(pmk_rows_blend),
	.blend_to_limited = LEVEL(pmk_rows_blend_to_limited),
	.to_limited = LEVEL(pmk_rows_to_limited),
	.cell_sums = LEVEL(pmk_rows_cell_sums),
	.relight = LEVEL(pmk_rows_relight),
	.rim = LEVEL(pmk_rows_rim),
	.clean = LEVEL(pmk_rows_clean),
	.differ = LEVEL(pmk_rows_differ),
	.settle = LEVEL(pmk_rows_settle),
	.halve = LEVEL(pmk_rows_halve),
	.mix = LEVEL(pmk_rows_mix),
	.stretch = LEVEL(pmk_rows_stretch),
	.to_floats = LEVEL(pmk_rows_to_floats),
	.weigh = LEVEL(pmk_rows_weigh),
	.box_sums = LEVEL(pmk_rows_box_sums),
	.weighted_means = LEVEL(pmk_rows_weighted_means),
	.widen = LEVEL(pmk_rows_widen),
	.heighten = LEVEL(pmk_rows_heighten),
};
