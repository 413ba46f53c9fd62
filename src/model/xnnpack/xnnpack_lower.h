/* SPDX-License-Identifier: MIT */
/* Lowering of a graph to XNNPACK's subgraph API, for engine_xnnpack.c only. It works around the version of Debian 12
 * (February 2022), which has no concatenation, asserts on values that nothing reads, is slow at transposed convolutions
 * with few channels, and whose own SAME padding is wrong if a depthwise window is smaller than its stride. */
#ifndef PMK_MODEL_XNNPACK_XNNPACK_LOWER_H
#define PMK_MODEL_XNNPACK_XNNPACK_LOWER_H

#include "model/graph.h"

#include <xnnpack.h>

/* The subgraph's external values. */
enum { PMK_XNNPACK_INPUT, PMK_XNNPACK_OUTPUT, PMK_XNNPACK_EXTERNALS };

struct pmk_xnnpack_lowering {
	const struct pmk_graph *graph;
	xnn_subgraph_t subgraph;
	uint32_t *ids; /* value of each tensor; the caller sets all to XNN_INVALID_VALUE_ID */
	/* constants made for the subgraph, which reads them as long as it runs; the caller frees them. It has room for
	 * weights and bias of each operator */
	float **made;
	int made_count;
};

/* Define all operators in the subgraph. On failure *at is the operator that cannot be defined. */
enum xnn_status pmk_xnnpack_lower(struct pmk_xnnpack_lowering *lowering, int *at);

#endif
