/* SPDX-License-Identifier: MIT */
/* Rules of operators for pmk_graph_check: what each may read, and the shape of its result.
 *
 * The one rule: the shape of a result is derived from operands and attributes alone. Only where they do not determine
 * it (reshape, resize) is it taken from the graph, and then the number of elements or the other dimensions must match.
 */
#ifndef PMK_MODEL_OP_RULE_H
#define PMK_MODEL_OP_RULE_H

#include "model/graph.h"

/* The operands of an operator, and the shape that its result must have. */
struct pmk_operands {
	const struct pmk_op *op;
	const struct pmk_tensor *input[PMK_GRAPH_MAX_INPUTS];
	const struct pmk_tensor *output; /* only for shapes that the operands do not determine */
	struct pmk_tensor expected;
};

/* Set `expected`. Returns NULL, or why the operator is invalid. The caller has checked that the inputs are as many and
 * as constant as the rule says, and that their dimensions are in range. */
typedef const char *pmk_op_derive(struct pmk_operands *operands);

struct pmk_op_rule {
	pmk_op_derive *derive;
	int least, most; /* inputs */
	bool weights; /* inputs 1 and 2 must be constants */
	bool activation; /* the operator may have a fused activation */
};

extern const struct pmk_op_rule pmk_op_rules[PMK_OP_KINDS];

static inline bool pmk_dim_in_range(int value)
{
	return value >= 1 && value <= PMK_GRAPH_MAX_DIM;
}

#endif
