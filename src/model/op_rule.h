/* SPDX-License-Identifier: MIT */
/* What each operator may read, and the shape of its result. For pmk_graph_check.
 *
 * The one rule: a result's shape comes from the operands and attributes alone; only where these do not decide it (a
 * reshape, a resize) is the graph's own word taken, and then the sizes must agree. */
#ifndef PMK_MODEL_OP_RULE_H
#define PMK_MODEL_OP_RULE_H

#include "model/graph.h"

/* What an operator reads, and the shape that its result must have. */
struct pmk_operands {
	const struct pmk_op *op;
	const struct pmk_tensor *input[PMK_GRAPH_MAX_INPUTS];
	const struct pmk_tensor *output; /* only for shapes that the operands do not decide */
	struct pmk_tensor expected;
};

/* Fills `expected`; NULL, or why the operator cannot be. The inputs are as many and as constant as the rule says, and
 * their dimensions are in range. */
typedef const char *pmk_op_derive(struct pmk_operands *operands);

struct pmk_op_rule {
	pmk_op_derive *derive;
	int least, most; /* inputs */
	bool weights; /* inputs 1 and 2 are constants */
	bool activation; /* may have one */
};

extern const struct pmk_op_rule pmk_op_rules[PMK_OP_KINDS];

static inline bool pmk_dim_in_range(int value)
{
	return value >= 1 && value <= PMK_GRAPH_MAX_DIM;
}

#endif
