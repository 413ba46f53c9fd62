/* SPDX-License-Identifier: MIT */
/* From our graph to XNNPACK's subgraph API, as Debian 12 ships it (February 2022). That one lacks a concatenation,
 * asserts on values that nobody reads, is slow at transposed convolutions with few channels, and its own SAME padding
 * gives wrong results where a depthwise window is smaller than its stride. For engine_xnnpack.c only. */
#ifndef PMK_MODEL_XNNPACK_XNNPACK_LOWER_H
#define PMK_MODEL_XNNPACK_XNNPACK_LOWER_H

#include "model/graph.h"

#include <xnnpack.h>

/* The subgraph's external values. */
enum { PMK_XNNPACK_INPUT, PMK_XNNPACK_OUTPUT, PMK_XNNPACK_EXTERNALS };

struct pmk_xnnpack_lowering {
	const struct pmk_graph *graph;
	xnn_subgraph_t subgraph;
	uint32_t *ids; /* tensor -> value; at first XNN_INVALID_VALUE_ID */
	/* constants made for the subgraph, which reads them as long as it runs; the caller's to free. There is room for
	 * weights and bias of each operator */
	float **made;
	int made_count;
};

/* Define all operators in the subgraph. On failure *at is the operator that cannot be. */
enum xnn_status pmk_xnnpack_lower(struct pmk_xnnpack_lowering *lowering, int *at);

#endif
