/* SPDX-License-Identifier: MIT */
/* pmk_graph_check derives the shape of each result from the operands and compares it with the shape in the graph. */
#include "base/log.h"
#include "model/graph.h"
#include "model/op_rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct check {
	const char *name;
	const struct pmk_graph *graph;
	bool *written; /* for each tensor: a constant, the input, or the result of an operator so far */
	size_t activations, weights, taps;
	double macs;
};

static bool valid_index(const struct check *check, int tensor)
{
	return tensor >= 0 && tensor < check->graph->tensor_count;
}

/* Check indices, and that each tensor is written once, before it is read. */
static const char *check_wiring(const struct check *check, const struct pmk_op *op)
{
	const struct pmk_op_rule *rule = &pmk_op_rules[op->kind];

	if (op->inputs < rule->least || op->inputs > rule->most)
		return "wrong number of inputs";
	for (int i = 0; i < op->inputs; i++) {
		if (!valid_index(check, op->input[i]))
			return "input does not exist";
		if (!check->written[op->input[i]])
			return "input is read before it is written";
		if (rule->weights && (i > 0) != !!check->graph->tensors[op->input[i]].data)
			return i ? "weights are not constant" : "input is a constant";
		if (op->kind != PMK_OP_ADD && op->kind != PMK_OP_MUL && !rule->weights &&
			check->graph->tensors[op->input[i]].data)
			return "input is a constant";
	}
	if (!valid_index(check, op->output))
		return "output does not exist";
	if (check->written[op->output])
		return "output is written twice";
	if (op->activation != PMK_ACT_NONE && (!rule->activation || op->activation > PMK_ACT_RELU6))
		return "this operator cannot have an activation";
	return NULL;
}

/* Add `amount` to a sum. False: it would exceed `most`. */
static bool spend(size_t *sum, double amount, size_t most)
{
	if (amount > (double)(most - *sum))
		return false;
	*sum += (size_t)amount;
	return true;
}

/* Check the memory and time that an engine needs for this operator. */
static const char *check_budget(struct check *check, const struct pmk_op *op)
{
	const struct pmk_tensor *tensors = check->graph->tensors, *output = &tensors[op->output];
	double pixels = 1, taps = 1;

	if (!spend(&check->activations, (double)pmk_tensor_count(output), PMK_GRAPH_MAX_ACTIVATIONS))
		return "too much memory for activations";
	for (int i = 0; i < op->inputs; i++) {
		const struct pmk_tensor *input = &tensors[op->input[i]];

		if (input->data && !spend(&check->weights, (double)pmk_tensor_count(input), PMK_GRAPH_MAX_WEIGHTS))
			return "too many weights";
	}
	for (int i = 0; i + 1 < output->dims; i++)
		pixels *= output->dim[i];
	if (op->kind == PMK_OP_CONV || op->kind == PMK_OP_DEPTHWISE || op->kind == PMK_OP_TRANSPOSE_CONV)
		taps = (double)tensors[op->input[1]].dim[1] * tensors[op->input[1]].dim[2];
	else if (op->kind == PMK_OP_AVERAGE_POOL)
		taps = (double)op->pool_h * op->pool_w;
	else if (op->kind == PMK_OP_RESIZE_BILINEAR)
		taps = 4;
	if (!spend(&check->taps, taps * pixels, PMK_GRAPH_MAX_TAPS))
		return "windows too large";
	check->macs += pmk_op_macs(check->graph, op);
	return check->macs > PMK_GRAPH_MAX_MACS ? "too many multiplications" : NULL;
}

static const char *check_op(struct check *check, const struct pmk_op *op)
{
	const struct pmk_tensor *tensors = check->graph->tensors, *output;
	struct pmk_operands operands = { .op = op };
	const char *why = check_wiring(check, op);

	if (why)
		return why;
	output = operands.output = &tensors[op->output];
	for (int i = 0; i < op->inputs; i++)
		operands.input[i] = &tensors[op->input[i]];
	why = pmk_op_rules[op->kind].derive(&operands);
	if (why)
		return why;
	if (operands.expected.dims != output->dims ||
		memcmp(operands.expected.dim, output->dim, (size_t)output->dims * sizeof output->dim[0]))
		return "the shape of the result does not follow from the operands";
	check->written[op->output] = true;
	return check_budget(check, op);
}

static int check_tensors(struct check *check)
{
	const struct pmk_graph *graph = check->graph;

	for (int i = 0; i < graph->tensor_count; i++) {
		const struct pmk_tensor *tensor = &graph->tensors[i];
		double count = 1;

		if (tensor->dims < 0 || tensor->dims > PMK_GRAPH_MAX_DIMS) {
			pmk_error("%s: tensor %d has %d dimensions", check->name, i, tensor->dims);
			return -EBADMSG;
		}
		for (int d = 0; d < tensor->dims; d++)
			count *= pmk_dim_in_range(tensor->dim[d]) ? tensor->dim[d] : 1e30;
		if (count > PMK_GRAPH_MAX_ACTIVATIONS) {
			pmk_error("%s: tensor %d (%s) is too large", check->name, i, tensor->name);
			return -EBADMSG;
		}
		check->written[i] = tensor->data;
	}
	if (!valid_index(check, graph->input) || !valid_index(check, graph->output) ||
		graph->tensors[graph->input].data || graph->tensors[graph->output].data) {
		pmk_error("%s: the network's input or output does not exist", check->name);
		return -EBADMSG;
	}
	check->written[graph->input] = true;
	check->activations = pmk_tensor_count(&graph->tensors[graph->input]);
	return 0;
}

static int check_ops(struct check *check)
{
	const struct pmk_graph *graph = check->graph;

	for (int i = 0; i < graph->op_count; i++) {
		const struct pmk_op *op = &graph->ops[i];
		const char *why = (unsigned)op->kind < PMK_OP_KINDS ? check_op(check, op) : "not known";

		if (why) {
			pmk_error("%s: operator %d (%s): %s", check->name, i, pmk_op_name(op->kind), why);
			return -EBADMSG;
		}
	}
	if (graph->output == graph->input || !check->written[graph->output]) {
		pmk_error("%s: no operator writes the network's output", check->name);
		return -EBADMSG;
	}
	return 0;
}

int pmk_graph_check(const char *name, const struct pmk_graph *graph)
{
	struct check check = { .name = name, .graph = graph };
	int err;

	if (graph->tensor_count < 1 || graph->tensor_count > PMK_GRAPH_MAX_TENSORS || graph->op_count < 1 ||
		graph->op_count > PMK_GRAPH_MAX_OPS) {
		pmk_error("%s: %d operators and %d tensors: none, or too many", name, graph->op_count,
			graph->tensor_count);
		return -EBADMSG;
	}
	check.written = calloc((size_t)graph->tensor_count, sizeof *check.written);
	if (!check.written) {
		pmk_error("%s: not enough memory", name);
		return -ENOMEM;
	}
	err = check_tensors(&check);
	if (err == 0)
		err = check_ops(&check);
	free(check.written);
	return err;
}
