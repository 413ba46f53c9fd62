/* SPDX-License-Identifier: MIT */
/* pmk_graph_check: derives every result's shape from the operands' and compares it with what the graph says. */
#include "base/num.h"
#include "model/graph.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct check {
	const char *name;
	const struct pmk_graph *graph;
	bool *written; /* tensor_count: constants, the input, results of operators so far */
	size_t activations, weights, taps;
	double macs;
};

/* What an operator reads, and the shape that its result must have. */
struct operands {
	const struct pmk_op *op;
	const struct pmk_tensor *input[PMK_GRAPH_MAX_INPUTS];
	const struct pmk_tensor *output; /* only for shapes that the operands do not decide */
	struct pmk_tensor expected;
};

/* Fills `expected`; NULL, or why the operator cannot be. */
typedef const char *derive(struct operands *operands);

static void expect(struct operands *operands, int dims, int n, int h, int w, int c)
{
	operands->expected.dims = dims;
	operands->expected.dim[0] = n;
	operands->expected.dim[1] = h;
	operands->expected.dim[2] = w;
	operands->expected.dim[3] = c;
}

static bool in_range(int value)
{
	return value >= 1 && value <= PMK_GRAPH_MAX_DIM;
}

/* Pixels from one end of a window to the other; more than PMK_GRAPH_MAX_DIM is out of range. */
static bool reach_in_range(int kernel, int dilation)
{
	return in_range(kernel) && in_range(dilation) && ((int64_t)kernel - 1) * dilation < PMK_GRAPH_MAX_DIM;
}

/* Positions of a window in `size`; 0 when it does not fit. */
static int positions(int size, int kernel, int stride, int dilation, bool same)
{
	int reach = (kernel - 1) * dilation + 1;

	if (same)
		return (size + stride - 1) / stride;
	return size < reach ? 0 : (size - reach) / stride + 1;
}

static const char *check_bias(const struct operands *operands, int channels)
{
	const struct pmk_tensor *bias = operands->input[2];

	if (operands->op->inputs == 3 && (bias->dims != 1 || bias->dim[0] != channels))
		return "bias does not fit the weights";
	return NULL;
}

static const char *expect_windows(
	struct operands *operands, int kernel_h, int kernel_w, int dilation_h, int dilation_w, int channels)
{
	const struct pmk_tensor *input = operands->input[0];
	const struct pmk_op *op = operands->op;
	int height, width;

	if (input->dims != 4)
		return "input must have 4 dimensions";
	if (!in_range(op->stride_h) || !in_range(op->stride_w) || !reach_in_range(kernel_h, dilation_h) ||
		!reach_in_range(kernel_w, dilation_w))
		return "stride, dilation or window out of range";
	height = positions(input->dim[1], kernel_h, op->stride_h, dilation_h, op->same);
	width = positions(input->dim[2], kernel_w, op->stride_w, dilation_w, op->same);
	if (!height || !width)
		return "window larger than the input";
	expect(operands, 4, input->dim[0], height, width, channels);
	return check_bias(operands, channels);
}

static const char *derive_conv(struct operands *operands)
{
	const struct pmk_tensor *input = operands->input[0], *weights = operands->input[1];

	if (input->dims != 4 || weights->dims != 4 || weights->dim[3] != input->dim[3])
		return "weights do not fit the input";
	return expect_windows(operands, weights->dim[1], weights->dim[2], operands->op->dilation_h,
		operands->op->dilation_w, weights->dim[0]);
}

static const char *derive_depthwise(struct operands *operands)
{
	const struct pmk_tensor *input = operands->input[0], *weights = operands->input[1];
	int multiplier = operands->op->depth_multiplier;

	if (input->dims != 4 || weights->dims != 4 || weights->dim[0] != 1 || !in_range(multiplier) ||
		weights->dim[3] != (int64_t)input->dim[3] * multiplier)
		return "weights do not fit the input";
	return expect_windows(operands, weights->dim[1], weights->dim[2], operands->op->dilation_h,
		operands->op->dilation_w, weights->dim[3]);
}

/* The size of the forward convolution's input, as TensorFlow counts it. */
static int64_t spread(int size, int kernel, int stride, bool same)
{
	return (int64_t)size * stride + (!same && kernel > stride ? kernel - stride : 0);
}

static const char *derive_transpose_conv(struct operands *operands)
{
	const struct pmk_tensor *input = operands->input[0], *weights = operands->input[1];
	const struct pmk_op *op = operands->op;
	int64_t height, width;

	if (input->dims != 4 || weights->dims != 4 || weights->dim[3] != input->dim[3])
		return "weights do not fit the input";
	if (!in_range(op->stride_h) || !in_range(op->stride_w) || op->dilation_h != 1 || op->dilation_w != 1)
		return "stride or dilation out of range";
	height = spread(input->dim[1], weights->dim[1], op->stride_h, op->same);
	width = spread(input->dim[2], weights->dim[2], op->stride_w, op->same);
	if (height > PMK_GRAPH_MAX_DIM || width > PMK_GRAPH_MAX_DIM)
		return "result too large";
	expect(operands, 4, input->dim[0], (int)height, (int)width, weights->dim[0]);
	return check_bias(operands, weights->dim[0]);
}

/* Rows of weights->dim[1] elements: [rows, outputs], or the input's dimensions with the last one replaced. */
static const char *derive_fully_connected(struct operands *operands)
{
	const struct pmk_tensor *input = operands->input[0], *weights = operands->input[1];
	size_t count = pmk_tensor_count(input);

	if (weights->dims != 2 || count % (size_t)weights->dim[1] ||
		count / (size_t)weights->dim[1] > PMK_GRAPH_MAX_DIM)
		return "weights do not fit the input";
	if (operands->output->dims == input->dims && input->dims && input->dim[input->dims - 1] == weights->dim[1]) {
		operands->expected = *input;
		operands->expected.dim[input->dims - 1] = weights->dim[0];
	} else {
		expect(operands, 2, (int)(count / (size_t)weights->dim[1]), weights->dim[0], 1, 1);
	}
	return check_bias(operands, weights->dim[0]);
}

/* Dimensions are aligned at the last one; 1 stretches. */
static const char *derive_broadcast(struct operands *operands)
{
	const struct pmk_tensor *a = operands->input[0], *b = operands->input[1];

	if (a->data && b->data)
		return "both operands are constants";
	operands->expected.dims = pmk_max(a->dims, b->dims);
	for (int i = 1; i <= operands->expected.dims; i++) {
		int of_a = i <= a->dims ? a->dim[a->dims - i] : 1, of_b = i <= b->dims ? b->dim[b->dims - i] : 1;

		if (of_a != of_b && of_a != 1 && of_b != 1)
			return "operands do not fit each other";
		operands->expected.dim[operands->expected.dims - i] = pmk_max(of_a, of_b);
	}
	return NULL;
}

static const char *derive_average_pool(struct operands *operands)
{
	const struct pmk_op *op = operands->op;

	return expect_windows(operands, op->pool_h, op->pool_w, 1, 1, operands->input[0]->dim[3]);
}

static const char *derive_mean(struct operands *operands)
{
	const struct pmk_tensor *input = operands->input[0];

	if (input->dims != 4)
		return "input must have 4 dimensions";
	if (operands->op->keep_dims)
		expect(operands, 4, input->dim[0], 1, 1, input->dim[3]);
	else
		expect(operands, 2, input->dim[0], input->dim[3], 1, 1);
	return NULL;
}

static const char *derive_resize(struct operands *operands)
{
	const struct pmk_tensor *input = operands->input[0], *output = operands->output;

	if (input->dims != 4 || output->dims != 4)
		return "input must have 4 dimensions";
	if (operands->op->align_corners && operands->op->half_pixel_centers)
		return "align_corners and half_pixel_centers exclude each other";
	expect(operands, 4, input->dim[0], output->dim[1], output->dim[2], input->dim[3]);
	return NULL;
}

static const char *derive_concat(struct operands *operands)
{
	const struct pmk_tensor *first = operands->input[0];
	int axis = operands->op->axis, sum = 0;

	if (axis < 0 || axis >= first->dims)
		return "axis out of range";
	for (int i = 0; i < operands->op->inputs; i++) {
		const struct pmk_tensor *part = operands->input[i];

		if (part->dims != first->dims)
			return "operands do not fit each other";
		for (int d = 0; d < first->dims; d++) {
			if (d != axis && part->dim[d] != first->dim[d])
				return "operands do not fit each other";
		}
		sum += part->dim[axis];
	}
	operands->expected = *first;
	operands->expected.dim[axis] = sum;
	return NULL;
}

static const char *derive_unary(struct operands *operands)
{
	operands->expected = *operands->input[0];
	return NULL;
}

static const char *derive_softmax(struct operands *operands)
{
	operands->expected = *operands->input[0];
	return operands->input[0]->dims ? NULL : "input must have a dimension";
}

static const char *derive_reshape(struct operands *operands)
{
	operands->expected = *operands->output;
	return pmk_tensor_count(operands->output) == pmk_tensor_count(operands->input[0]) ? NULL :
											    "element counts differ";
}

static const struct {
	derive *derive;
	int least, most; /* inputs */
	bool weights; /* inputs 1 and 2 are constants */
	bool activation; /* may have one */
} rules[PMK_OP_KINDS] = {
	[PMK_OP_CONV] = { derive_conv, 2, 3, true, true },
	[PMK_OP_DEPTHWISE] = { derive_depthwise, 2, 3, true, true },
	[PMK_OP_TRANSPOSE_CONV] = { derive_transpose_conv, 2, 3, true, true },
	[PMK_OP_FULLY_CONNECTED] = { derive_fully_connected, 2, 3, true, true },
	[PMK_OP_ADD] = { derive_broadcast, 2, 2, false, true },
	[PMK_OP_MUL] = { derive_broadcast, 2, 2, false, true },
	[PMK_OP_AVERAGE_POOL] = { derive_average_pool, 1, 1, false, true },
	[PMK_OP_MEAN] = { derive_mean, 1, 1, false, false },
	[PMK_OP_RESIZE_BILINEAR] = { derive_resize, 1, 1, false, false },
	[PMK_OP_CONCAT] = { derive_concat, 1, PMK_GRAPH_MAX_INPUTS, false, false },
	[PMK_OP_RELU] = { derive_unary, 1, 1, false, false },
	[PMK_OP_RELU6] = { derive_unary, 1, 1, false, false },
	[PMK_OP_HARD_SWISH] = { derive_unary, 1, 1, false, false },
	[PMK_OP_SIGMOID] = { derive_unary, 1, 1, false, false },
	[PMK_OP_SOFTMAX] = { derive_softmax, 1, 1, false, false },
	[PMK_OP_RESHAPE] = { derive_reshape, 1, 1, false, false },
};

static bool valid_index(const struct check *check, int tensor)
{
	return tensor >= 0 && tensor < check->graph->tensor_count;
}

/* Indices, and the order of reading and writing. */
static const char *check_wiring(const struct check *check, const struct pmk_op *op)
{
	if (op->inputs < rules[op->kind].least || op->inputs > rules[op->kind].most)
		return "wrong number of inputs";
	for (int i = 0; i < op->inputs; i++) {
		if (!valid_index(check, op->input[i]))
			return "input does not exist";
		if (!check->written[op->input[i]])
			return "input is read before it is written";
		if (rules[op->kind].weights && (i > 0) != !!check->graph->tensors[op->input[i]].data)
			return i ? "weights are not constant" : "input is a constant";
		if (op->kind != PMK_OP_ADD && op->kind != PMK_OP_MUL && !rules[op->kind].weights &&
			check->graph->tensors[op->input[i]].data)
			return "input is a constant";
	}
	if (!valid_index(check, op->output))
		return "output does not exist";
	if (check->written[op->output])
		return "output is written twice";
	if (op->activation != PMK_ACT_NONE && (!rules[op->kind].activation || op->activation > PMK_ACT_RELU6))
		return "activation is not possible here";
	return NULL;
}

/* Add to a sum that may not pass `most`; false when it would. */
static bool spend(size_t *sum, double amount, size_t most)
{
	if (amount > (double)(most - *sum))
		return false;
	*sum += (size_t)amount;
	return true;
}

/* What an engine needs for this operator: memory and time. */
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
	return check->macs > PMK_GRAPH_MAX_MACS ? "too much to compute" : NULL;
}

static const char *check_op(struct check *check, const struct pmk_op *op)
{
	const struct pmk_tensor *tensors = check->graph->tensors, *output;
	struct operands operands = { .op = op };
	const char *why = check_wiring(check, op);

	if (why)
		return why;
	output = operands.output = &tensors[op->output];
	for (int i = 0; i < op->inputs; i++)
		operands.input[i] = &tensors[op->input[i]];
	why = rules[op->kind].derive(&operands);
	if (why)
		return why;
	if (operands.expected.dims != output->dims ||
		memcmp(operands.expected.dim, output->dim, (size_t)output->dims * sizeof output->dim[0]))
		return "result has another shape than its operands give";
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
			count *= in_range(tensor->dim[d]) ? tensor->dim[d] : 1e30;
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
		pmk_error("%s: %d operators over %d tensors: none, or too many", name, graph->op_count,
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
