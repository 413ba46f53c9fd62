/* SPDX-License-Identifier: MIT */
#include "model/own/own.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A fully connected layer becomes up to three operators with up to three new tensors. */
enum { GROWTH = 3, GONE = -1 };

struct fuse {
	struct pmk_network *network;
	int *writer, *readers; /* for each tensor: the operator that writes it, or -1; how many read it */
};

static void add_op(struct pmk_network *network, const struct pmk_op *op)
{
	static const enum pmk_step_activation activations[] = {
		[PMK_ACT_NONE] = PMK_STEP_NONE, [PMK_ACT_RELU] = PMK_STEP_RELU, [PMK_ACT_RELU6] = PMK_STEP_RELU6
	};
	struct pmk_fused *fused = &network->ops[network->op_count++];

	*fused = (struct pmk_fused){
		.op = *op, .activation = activations[op->activation], .add = -1, .scale = -1, .pre = -1
	};
	switch (op->kind) {
	case PMK_OP_RELU:
		fused->activation = PMK_STEP_RELU;
		break;
	case PMK_OP_RELU6:
		fused->activation = PMK_STEP_RELU6;
		break;
	case PMK_OP_HARD_SWISH:
		fused->activation = PMK_STEP_HARD_SWISH;
		break;
	case PMK_OP_SIGMOID:
		fused->activation = PMK_STEP_SIGMOID;
		break;
	default:
		break;
	}
}

static int add_tensor(struct pmk_network *network, int n, int h, int w, int c, float *data)
{
	network->graph.tensors[network->graph.tensor_count] = (struct pmk_tensor){
		.dims = 4, .dim = { n, h, w, c }, .data = data
	};
	return network->graph.tensor_count++;
}

static int last_dim(const struct pmk_tensor *tensor)
{
	return tensor->dims ? tensor->dim[tensor->dims - 1] : 1;
}

/* Rows become pixels of one line. Tensors of another shape are copied. */
static void add_fully_connected(struct pmk_network *network, const struct pmk_op *op)
{
	const struct pmk_tensor *x = &network->graph.tensors[op->input[0]],
				*weights = &network->graph.tensors[op->input[1]];
	const int depth = weights->dim[1], outputs = weights->dim[0], rows = (int)(pmk_tensor_count(x) / (size_t)depth);
	const bool plain_x = rows == 1 && last_dim(x) == depth, plain_y = rows == 1;
	struct pmk_op conv = *op, reshape = { .kind = PMK_OP_RESHAPE, .inputs = 1 };

	conv.kind = PMK_OP_CONV;
	conv.same = false;
	conv.stride_h = conv.stride_w = conv.dilation_h = conv.dilation_w = 1;
	conv.input[1] = add_tensor(network, outputs, 1, 1, depth, weights->data);
	if (!plain_x) {
		reshape.input[0] = op->input[0];
		reshape.output = conv.input[0] = add_tensor(network, 1, 1, rows, depth, NULL);
		add_op(network, &reshape);
	}
	if (!plain_y)
		conv.output = add_tensor(network, 1, 1, rows, outputs, NULL);
	add_op(network, &conv);
	if (!plain_y) {
		reshape.input[0] = conv.output;
		reshape.output = op->output;
		add_op(network, &reshape);
	}
}

static void count_use(struct fuse *fuse, int tensor)
{
	if (tensor >= 0)
		fuse->readers[tensor]++;
}

static void index_ops(struct fuse *fuse)
{
	struct pmk_network *network = fuse->network;
	int kept = 0;

	for (int i = 0; i < network->op_count; i++) {
		if ((int)network->ops[i].op.kind != GONE)
			network->ops[kept++] = network->ops[i];
	}
	network->op_count = kept;
	for (int i = 0; i < network->graph.tensor_count; i++) {
		fuse->writer[i] = -1;
		fuse->readers[i] = i == network->graph.output;
	}
	for (int i = 0; i < network->op_count; i++) {
		const struct pmk_fused *fused = &network->ops[i];

		fuse->writer[fused->op.output] = i;
		for (int k = 0; k < fused->op.inputs; k++)
			count_use(fuse, fused->op.input[k]);
		count_use(fuse, fused->add);
		count_use(fuse, fused->scale);
		count_use(fuse, fused->pre);
	}
}

/* The operator that writes a tensor, if it has only one reader; otherwise NULL. */
static struct pmk_fused *only_source(const struct fuse *fuse, int tensor)
{
	return fuse->writer[tensor] >= 0 && fuse->readers[tensor] == 1 ? &fuse->network->ops[fuse->writer[tensor]] :
									 NULL;
}

static void remove_op(struct pmk_fused *fused)
{
	fused->op.kind = (enum pmk_op_kind)GONE;
}

static bool takes_activation(const struct pmk_fused *fused)
{
	switch (fused->op.kind) {
	case PMK_OP_CONV:
	case PMK_OP_DEPTHWISE:
	case PMK_OP_TRANSPOSE_CONV:
	case PMK_OP_ADD:
	case PMK_OP_MUL:
	case PMK_OP_AVERAGE_POOL:
	case PMK_OP_MEAN:
		return fused->activation == PMK_STEP_NONE && fused->add < 0;
	default:
		return false;
	}
}

static void fuse_activations(struct fuse *fuse)
{
	for (int i = 0; i < fuse->network->op_count; i++) {
		struct pmk_fused *fused = &fuse->network->ops[i], *source;

		if (fused->op.kind != PMK_OP_RELU && fused->op.kind != PMK_OP_RELU6 &&
			fused->op.kind != PMK_OP_HARD_SWISH && fused->op.kind != PMK_OP_SIGMOID)
			continue;
		source = only_source(fuse, fused->op.input[0]);
		if (!source || !takes_activation(source))
			continue;
		source->activation = fused->activation;
		source->op.output = fused->op.output;
		fuse->writer[fused->op.output] = (int)(source - fuse->network->ops);
		remove_op(fused);
	}
}

static bool same_shape(const struct fuse *fuse, int a, int b)
{
	const struct pmk_tensor *tensors = fuse->network->graph.tensors;

	return tensors[a].dims == 4 && tensors[b].dims == 4 &&
		!memcmp(tensors[a].dim, tensors[b].dim, sizeof tensors[a].dim);
}

static bool takes_residual(const struct pmk_fused *fused)
{
	return (fused->op.kind == PMK_OP_CONV || fused->op.kind == PMK_OP_DEPTHWISE || fused->op.kind == PMK_OP_MUL) &&
		fused->add < 0 && fused->activation != PMK_STEP_SIGMOID; /* convolutions apply SIGMOID last */
}

/* The source moves to the place of the sum, where the other operand has been computed, too. */
static void fuse_residuals(struct fuse *fuse)
{
	for (int i = 0; i < fuse->network->op_count; i++) {
		struct pmk_fused *sum = &fuse->network->ops[i];

		if (sum->op.kind != PMK_OP_ADD || sum->activation != PMK_STEP_NONE || sum->add >= 0)
			continue;
		for (int k = 0; k < 2; k++) {
			struct pmk_fused *source = only_source(fuse, sum->op.input[k]), moved;

			if (!source || !takes_residual(source) || !same_shape(fuse, sum->op.input[0], sum->op.output) ||
				!same_shape(fuse, sum->op.input[1], sum->op.output))
				continue;
			moved = *source;
			moved.add = sum->op.input[!k];
			moved.op.output = sum->op.output;
			remove_op(source);
			*sum = moved;
			break;
		}
	}
}

static bool is_pointwise(const struct fuse *fuse, const struct pmk_op *op)
{
	const struct pmk_tensor *weights;

	if (op->kind != PMK_OP_CONV || op->stride_h != 1 || op->stride_w != 1)
		return false;
	weights = &fuse->network->graph.tensors[op->input[1]];
	return weights->dim[1] == 1 && weights->dim[2] == 1;
}

/* Which operand of a multiplication has one factor for each channel of the other: 0, 1, or -1 for none. */
static int factor_of(const struct fuse *fuse, const struct pmk_op *op)
{
	for (int k = 0; k < 2; k++) {
		const struct pmk_tensor *factor = &fuse->network->graph.tensors[op->input[k]];
		const struct pmk_tensor *result = &fuse->network->graph.tensors[op->output];

		if (factor->dims == 4 && factor->dim[1] == 1 && factor->dim[2] == 1 && factor->dim[0] == 1 &&
			result->dim[0] == 1 && factor->dim[3] == result->dim[3] &&
			same_shape(fuse, op->input[!k], op->output))
			return k;
	}
	return -1;
}

/* A picture that is enlarged only to be added is interpolated when it is read, and never written. */
static void fuse_enlarging(struct fuse *fuse, struct pmk_fused *conv)
{
	struct pmk_fused *resize = only_source(fuse, conv->pre);

	if (!resize || resize->op.kind != PMK_OP_RESIZE_BILINEAR)
		return;
	conv->pre = resize->op.input[0];
	conv->enlarged = true;
	conv->op.align_corners = resize->op.align_corners;
	conv->op.half_pixel_centers = resize->op.half_pixel_centers;
	remove_op(resize);
}

/* conv1x1(x * factor + pre): the factors are applied to the weights or, if there is a `pre`, to each row that is read.
 */
static void fuse_scales(struct fuse *fuse)
{
	for (int i = 0; i < fuse->network->op_count; i++) {
		struct pmk_fused *conv = &fuse->network->ops[i], *product;
		int factor;

		if (!is_pointwise(fuse, &conv->op) || conv->scale >= 0)
			continue;
		product = only_source(fuse, conv->op.input[0]);
		if (!product || product->op.kind != PMK_OP_MUL || product->activation != PMK_STEP_NONE)
			continue;
		factor = factor_of(fuse, &product->op);
		if (factor < 0)
			continue;
		conv->op.input[0] = product->op.input[!factor];
		conv->scale = product->op.input[factor];
		conv->pre = product->add;
		remove_op(product);
		if (conv->pre >= 0)
			fuse_enlarging(fuse, conv);
	}
}

int pmk_network_init(struct pmk_network *network, const struct pmk_graph *graph)
{
	size_t room = (size_t)graph->tensor_count + GROWTH * (size_t)graph->op_count;
	struct pmk_network made = { .graph = *graph };
	struct fuse fuse = { &made, malloc(room * sizeof *fuse.writer), malloc(room * sizeof *fuse.readers) };
	int err = -ENOMEM;

	made.graph.tensors = calloc(room, sizeof *made.graph.tensors);
	made.ops = calloc(GROWTH * (size_t)graph->op_count, sizeof *made.ops);
	if (!made.graph.tensors || !made.ops || !fuse.writer || !fuse.readers)
		goto free_fuse;
	memcpy(made.graph.tensors, graph->tensors, (size_t)graph->tensor_count * sizeof *graph->tensors);
	for (int i = 0; i < graph->op_count; i++) {
		if (graph->ops[i].kind == PMK_OP_FULLY_CONNECTED)
			add_fully_connected(&made, &graph->ops[i]);
		else
			add_op(&made, &graph->ops[i]);
	}
	index_ops(&fuse);
	fuse_activations(&fuse);
	index_ops(&fuse);
	fuse_residuals(&fuse);
	index_ops(&fuse);
	fuse_scales(&fuse);
	index_ops(&fuse);
	*network = made;
	err = 0;
free_fuse:
	free(fuse.writer);
	free(fuse.readers);
	if (err < 0)
		pmk_network_finish(&made);
	return err;
}

void pmk_network_finish(struct pmk_network *network)
{
	free(network->graph.tensors);
	free(network->ops);
	memset(network, 0, sizeof *network);
}
