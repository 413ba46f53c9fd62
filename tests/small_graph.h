/* SPDX-License-Identifier: MIT */
/* Which networks are small enough to be run by the thousand, by tests and by the fuzzer. */
#ifndef PMK_TESTS_SMALL_GRAPH_H
#define PMK_TESTS_SMALL_GRAPH_H

#include "model/graph.h"

/* No tensor of more than 2^16 elements, fewer multiplications than `most_macs`. */
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
