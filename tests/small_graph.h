/* SPDX-License-Identifier: MIT */
/* Which networks are small enough for a test or a fuzzer to run thousands of them. */
#ifndef PMK_TESTS_SMALL_GRAPH_H
#define PMK_TESTS_SMALL_GRAPH_H

#include "model/graph.h"

/* Whether no tensor has more than 2^16 elements, and a run has fewer than `most_macs` multiplications. */
static inline bool small_graph(const struct pmk_graph *graph, double most_macs)
{
	double macs = 0;

	for (int i = 0; i < graph->tensor_count; i++) {
		if (pmk_tensor_count(&graph->tensors[i]) > 1 << 16)
			return false;
	}
	for (int i = 0; i < graph->op_count; i++)
		macs += pmk_op_macs(graph, &graph->ops[i]);
	return macs < most_macs;
}

#endif
