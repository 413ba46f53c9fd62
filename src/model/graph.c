/* SPDX-License-Identifier: MIT */
#include "model/graph.h"

#include <stdlib.h>
#include <string.h>

static const char *const op_names[PMK_OP_KINDS] = {
	[PMK_OP_CONV] = "conv",
	[PMK_OP_DEPTHWISE] = "depthwise",
	[PMK_OP_TRANSPOSE_CONV] = "transpose_conv",
	[PMK_OP_FULLY_CONNECTED] = "fully_connected",
	[PMK_OP_ADD] = "add",
	[PMK_OP_MUL] = "mul",
	[PMK_OP_AVERAGE_POOL] = "average_pool",
	[PMK_OP_MEAN] = "mean",
	[PMK_OP_RESIZE_BILINEAR] = "resize_bilinear",
	[PMK_OP_CONCAT] = "concat",
	[PMK_OP_RELU] = "relu",
	[PMK_OP_RELU6] = "relu6",
	[PMK_OP_HARD_SWISH] = "hard_swish",
	[PMK_OP_SIGMOID] = "sigmoid",
	[PMK_OP_SOFTMAX] = "softmax",
	[PMK_OP_RESHAPE] = "reshape",
};

const char *pmk_op_name(enum pmk_op_kind kind)
{
	return (unsigned)kind < PMK_OP_KINDS ? op_names[kind] : "unknown";
}

void pmk_graph_finish(struct pmk_graph *graph)
{
	for (int i = 0; i < graph->tensor_count; i++)
		free(graph->tensors[i].data);
	free(graph->tensors);
	free(graph->ops);
	memset(graph, 0, sizeof *graph);
}

size_t pmk_tensor_count(const struct pmk_tensor *tensor)
{
	size_t count = 1;

	for (int i = 0; i < tensor->dims; i++)
		count *= (size_t)tensor->dim[i];
	return count;
}

double pmk_op_macs(const struct pmk_graph *graph, const struct pmk_op *op)
{
	const struct pmk_tensor *input = &graph->tensors[op->input[0]], *output = &graph->tensors[op->output];
	const struct pmk_tensor *weights = op->inputs > 1 ? &graph->tensors[op->input[1]] : NULL;

	switch (op->kind) {
	case PMK_OP_CONV:
		return (double)pmk_tensor_count(output) * weights->dim[1] * weights->dim[2] * weights->dim[3];
	case PMK_OP_DEPTHWISE:
		return (double)pmk_tensor_count(output) * weights->dim[1] * weights->dim[2];
	case PMK_OP_TRANSPOSE_CONV:
		return (double)pmk_tensor_count(input) * weights->dim[0] * weights->dim[1] * weights->dim[2];
	case PMK_OP_FULLY_CONNECTED:
		return (double)pmk_tensor_count(input) * weights->dim[0];
	default:
		return 0;
	}
}

static void print_shape(const struct pmk_tensor *tensor, FILE *to)
{
	if (!tensor->dims)
		fputs("scalar", to);
	for (int i = 0; i < tensor->dims; i++)
		fprintf(to, "%s%d", i ? "x" : "", tensor->dim[i]);
}

static void print_window(const struct pmk_graph *graph, const struct pmk_op *op, FILE *to)
{
	const struct pmk_tensor *weights = op->kind == PMK_OP_AVERAGE_POOL ? NULL : &graph->tensors[op->input[1]];
	int height = weights ? weights->dim[1] : op->pool_h, width = weights ? weights->dim[2] : op->pool_w;

	fprintf(to, " %dx%d %s", height, width, op->same ? "same" : "valid");
	if (op->stride_h > 1 || op->stride_w > 1)
		fprintf(to, " stride %dx%d", op->stride_h, op->stride_w);
	if (op->dilation_h > 1 || op->dilation_w > 1)
		fprintf(to, " dilation %dx%d", op->dilation_h, op->dilation_w);
}

static void print_op(const struct pmk_graph *graph, const struct pmk_op *op, FILE *to)
{
	static const char *const activations[] = { "", " relu", " relu6" };
	double macs = pmk_op_macs(graph, op);
	const char *between = " ";

	fprintf(to, "%-15s", pmk_op_name(op->kind));
	for (int i = 0; i < op->inputs; i++) {
		if (graph->tensors[op->input[i]].data)
			continue;
		fputs(between, to);
		print_shape(&graph->tensors[op->input[i]], to);
		between = ", ";
	}
	fputs(" -> ", to);
	print_shape(&graph->tensors[op->output], to);
	if (op->kind == PMK_OP_CONV || op->kind == PMK_OP_DEPTHWISE || op->kind == PMK_OP_TRANSPOSE_CONV ||
		op->kind == PMK_OP_AVERAGE_POOL)
		print_window(graph, op, to);
	if (op->kind == PMK_OP_RESIZE_BILINEAR)
		fputs(op->align_corners                ? " align_corners" :
				op->half_pixel_centers ? " half_pixel_centers" :
							 " legacy",
			to);
	if (op->kind == PMK_OP_CONCAT)
		fprintf(to, " axis %d", op->axis);
	fputs(activations[op->activation], to);
	if (macs > 0)
		fprintf(to, "  %.3f MMAC", macs / 1e6);
	fputc('\n', to);
}

void pmk_graph_print(const struct pmk_graph *graph, FILE *to)
{
	size_t weights = 0, activations = 0;
	double macs = 0;

	for (int i = 0; i < graph->op_count; i++) {
		fprintf(to, "%4d ", i);
		print_op(graph, &graph->ops[i], to);
		macs += pmk_op_macs(graph, &graph->ops[i]);
		activations += pmk_tensor_count(&graph->tensors[graph->ops[i].output]);
	}
	for (int i = 0; i < graph->tensor_count; i++) {
		if (graph->tensors[i].data)
			weights += pmk_tensor_count(&graph->tensors[i]);
	}
	fprintf(to, "%d operators, %zu weights, %.1f MMAC a run, %.1f MB of activations\n", graph->op_count, weights,
		macs / 1e6, (double)activations * sizeof(float) / 1e6);
}
