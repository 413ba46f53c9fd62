/* SPDX-License-Identifier: MIT */
/* An engine over XNNPACK's subgraph API, as Debian 12 ships it (February 2022). That one lacks a concatenation, asserts
 * on values that nobody reads, is slow at transposed convolutions with few channels, and its own SAME padding gives
 * wrong results where a depthwise window is smaller than its stride. */
#include "base/num.h"
#include "model/engine_impl.h"

#include "base/log.h"
#include "base/mem.h"
#include "model/rewrite.h"

#include <errno.h>
#include <math.h>
#include <pthreadpool.h>
#include <stdlib.h>
#include <string.h>
#include <xnnpack.h>

struct xnnpack {
	struct pmk_engine base;
	struct pmk_rewrite network;
	float **made; /* constants of the lowering: weights and bias for each transposed convolution */
	int made_count;
	xnn_runtime_t runtime;
	pthreadpool_t pool; /* NULL for one thread */
};

struct lowering {
	struct xnnpack *engine;
	const struct pmk_graph *graph;
	xnn_subgraph_t subgraph;
	uint32_t *ids; /* tensor -> value */
};

enum { ID_INPUT, ID_OUTPUT, EXTERNALS };

/* A scalar is a row of one. */
static size_t shape_of(int dims, const int *dim, size_t shape[PMK_GRAPH_MAX_DIMS])
{
	shape[0] = 1;
	for (int i = 0; i < dims; i++)
		shape[i] = (size_t)dim[i];
	return dims ? (size_t)dims : 1;
}

static enum xnn_status define_value(
	struct lowering *lowering, int dims, const int *dim, const float *data, uint32_t *id)
{
	size_t shape[PMK_GRAPH_MAX_DIMS], count = shape_of(dims, dim, shape);

	return xnn_define_tensor_value(
		lowering->subgraph, xnn_datatype_fp32, count, shape, data, XNN_INVALID_VALUE_ID, 0, id);
}

/* The value of a tensor, made at its first use. */
static enum xnn_status need(struct lowering *lowering, int tensor)
{
	const struct pmk_tensor *from = &lowering->graph->tensors[tensor];
	uint32_t external = XNN_INVALID_VALUE_ID, flags = 0;
	size_t shape[PMK_GRAPH_MAX_DIMS], dims = shape_of(from->dims, from->dim, shape);

	if (lowering->ids[tensor] != XNN_INVALID_VALUE_ID)
		return xnn_status_success;
	if (tensor == lowering->graph->input) {
		external = ID_INPUT;
		flags = XNN_VALUE_FLAG_EXTERNAL_INPUT;
	} else if (tensor == lowering->graph->output) {
		external = ID_OUTPUT;
		flags = XNN_VALUE_FLAG_EXTERNAL_OUTPUT;
	}
	return xnn_define_tensor_value(lowering->subgraph, xnn_datatype_fp32, dims, shape, from->data, external, flags,
		&lowering->ids[tensor]);
}

/* Each part is padded with zeros to the size of the whole, and the parts are added. */
static enum xnn_status lower_concat(struct lowering *lowering, const struct pmk_op *op)
{
	const struct pmk_tensor *whole = &lowering->graph->tensors[op->output];
	uint32_t sum = XNN_INVALID_VALUE_ID, part, next;
	size_t first = 0;
	enum xnn_status status;

	for (int i = 0; i < op->inputs; i++) {
		size_t before[PMK_GRAPH_MAX_DIMS] = { 0 }, after[PMK_GRAPH_MAX_DIMS] = { 0 };
		size_t count = (size_t)lowering->graph->tensors[op->input[i]].dim[op->axis];

		before[op->axis] = first;
		after[op->axis] = (size_t)whole->dim[op->axis] - first - count;
		first += count;
		part = next = lowering->ids[op->output];
		if (op->inputs > 1) {
			status = define_value(lowering, whole->dims, whole->dim, NULL, &part);
			if (status != xnn_status_success)
				return status;
		}
		status = xnn_define_static_constant_pad(
			lowering->subgraph, before, after, 0, lowering->ids[op->input[i]], part, 0);
		if (status == xnn_status_success && i > 0 && i + 1 < op->inputs)
			status = define_value(lowering, whole->dims, whole->dim, NULL, &next);
		if (status == xnn_status_success && i > 0)
			status = xnn_define_add2(lowering->subgraph, -INFINITY, INFINITY, sum, part, next, 0);
		if (status != xnn_status_success)
			return status;
		sum = i > 0 ? next : part;
	}
	return xnn_status_success;
}

static float *make_constant(struct lowering *lowering, size_t count)
{
	float *made = pmk_mem_alloc(count * sizeof *made);

	if (made)
		lowering->engine->made[lowering->engine->made_count++] = made;
	return made;
}

/* Windows that touch but do not overlap: a 1x1 convolution to block * block * channels, then depth to space.
 * Weights come as [channel][tap][input] and are wanted as [tap][channel][input]. */
static enum xnn_status lower_block_transpose(
	struct lowering *lowering, const struct pmk_op *op, float least, float most)
{
	const struct pmk_tensor *input = &lowering->graph->tensors[op->input[0]],
				*from = &lowering->graph->tensors[op->input[1]];
	const float *bias_from = op->inputs > 2 ? lowering->graph->tensors[op->input[2]].data : NULL;
	const int taps = op->stride_h * op->stride_w, channels = from->dim[0], count = taps * channels,
		  depth = from->dim[3];
	float *weights = make_constant(lowering, (size_t)count * (size_t)depth),
	      *bias = make_constant(lowering, (size_t)count);
	uint32_t weights_id, bias_id, middle_id;
	enum xnn_status status;

	if (!weights || !bias)
		return xnn_status_out_of_memory;
	for (int i = 0; i < count; i++) {
		memcpy(weights + (size_t)i * (size_t)depth,
			from->data + (size_t)(i % channels * taps + i / channels) * (size_t)depth,
			(size_t)depth * sizeof *weights);
		bias[i] = bias_from ? bias_from[i % channels] : 0;
	}
	status = define_value(lowering, 4, (int[]){ count, 1, 1, depth }, weights, &weights_id);
	if (status == xnn_status_success)
		status = define_value(lowering, 1, &count, bias, &bias_id);
	if (status == xnn_status_success)
		status = define_value(
			lowering, 4, (int[]){ input->dim[0], input->dim[1], input->dim[2], count }, NULL, &middle_id);
	if (status == xnn_status_success)
		status = xnn_define_convolution_2d(lowering->subgraph, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, (size_t)depth,
			(size_t)count, least, most, lowering->ids[op->input[0]], weights_id, bias_id, middle_id, 0);
	if (status == xnn_status_success)
		status = xnn_define_depth_to_space(
			lowering->subgraph, middle_id, lowering->ids[op->output], (uint32_t)op->stride_h, 0);
	return status;
}

/* TensorFlow crops what its forward convolution would have padded, the smaller half first; a window smaller than its
 * stride leaves pixels at the end that only the bias reaches. */
static enum xnn_status lower_transpose_conv(
	struct lowering *lowering, const struct pmk_op *op, uint32_t bias, float least, float most)
{
	const struct pmk_tensor *input = &lowering->graph->tensors[op->input[0]],
				*weights = &lowering->graph->tensors[op->input[1]];
	const struct pmk_tensor *output = &lowering->graph->tensors[op->output];
	int crop_h, crop_w, extra_h, extra_w;

	if (weights->dim[1] == op->stride_h && weights->dim[2] == op->stride_w && op->stride_h == op->stride_w &&
		op->stride_h > 1)
		return lower_block_transpose(lowering, op, least, most);
	crop_h = (input->dim[1] - 1) * op->stride_h + weights->dim[1] - output->dim[1];
	crop_w = (input->dim[2] - 1) * op->stride_w + weights->dim[2] - output->dim[2];
	extra_h = pmk_max(-crop_h, 0);
	extra_w = pmk_max(-crop_w, 0);
	crop_h += extra_h;
	crop_w += extra_w;
	return xnn_define_deconvolution_2d(lowering->subgraph, (uint32_t)(crop_h / 2), (uint32_t)(crop_w - crop_w / 2),
		(uint32_t)(crop_h - crop_h / 2), (uint32_t)(crop_w / 2), (uint32_t)extra_h, (uint32_t)extra_w,
		(uint32_t)weights->dim[1], (uint32_t)weights->dim[2], (uint32_t)op->stride_h, (uint32_t)op->stride_w, 1,
		1, 1, (size_t)weights->dim[3], (size_t)weights->dim[0], least, most, lowering->ids[op->input[0]],
		lowering->ids[op->input[1]], bias, lowering->ids[op->output], 0);
}

/* What SAME adds around a picture, as TensorFlow counts it. */
struct padding {
	uint32_t top, right, bottom, left;
};

static struct padding padding_of(const struct pmk_op *op, const struct pmk_tensor *input,
	const struct pmk_tensor *output, int kernel_h, int kernel_w)
{
	int height = (output->dim[1] - 1) * op->stride_h + (kernel_h - 1) * op->dilation_h + 1 - input->dim[1];
	int width = (output->dim[2] - 1) * op->stride_w + (kernel_w - 1) * op->dilation_w + 1 - input->dim[2];

	height = op->same ? pmk_max(height, 0) : 0;
	width = op->same ? pmk_max(width, 0) : 0;
	return (struct padding){ (uint32_t)(height / 2), (uint32_t)(width - width / 2), (uint32_t)(height - height / 2),
		(uint32_t)(width / 2) };
}

static enum xnn_status lower_conv(
	struct lowering *lowering, const struct pmk_op *op, uint32_t bias, float least, float most)
{
	const struct pmk_tensor *input = &lowering->graph->tensors[op->input[0]],
				*weights = &lowering->graph->tensors[op->input[1]];
	const struct padding pad = padding_of(
		op, input, &lowering->graph->tensors[op->output], weights->dim[1], weights->dim[2]);
	uint32_t from = lowering->ids[op->input[0]], with = lowering->ids[op->input[1]], to = lowering->ids[op->output];

	if (op->kind == PMK_OP_CONV)
		return xnn_define_convolution_2d(lowering->subgraph, pad.top, pad.right, pad.bottom, pad.left,
			(uint32_t)weights->dim[1], (uint32_t)weights->dim[2], (uint32_t)op->stride_h,
			(uint32_t)op->stride_w, (uint32_t)op->dilation_h, (uint32_t)op->dilation_w, 1,
			(size_t)weights->dim[3], (size_t)weights->dim[0], least, most, from, with, bias, to, 0);
	return xnn_define_depthwise_convolution_2d(lowering->subgraph, pad.top, pad.right, pad.bottom, pad.left,
		(uint32_t)weights->dim[1], (uint32_t)weights->dim[2], (uint32_t)op->stride_h, (uint32_t)op->stride_w,
		(uint32_t)op->dilation_h, (uint32_t)op->dilation_w, (uint32_t)op->depth_multiplier,
		(size_t)input->dim[3], least, most, from, with, bias, to, 0);
}

static enum xnn_status lower_average_pool(struct lowering *lowering, const struct pmk_op *op, float least, float most)
{
	const struct pmk_tensor *input = &lowering->graph->tensors[op->input[0]];
	const struct padding pad = padding_of(op, input, &lowering->graph->tensors[op->output], op->pool_h, op->pool_w);
	uint32_t from = lowering->ids[op->input[0]], to = lowering->ids[op->output];

	if (op->pool_h == input->dim[1] && op->pool_w == input->dim[2] && !op->same)
		return xnn_define_global_average_pooling_2d(lowering->subgraph, least, most, from, to, 0);
	if (op->pool_h == 1 && op->pool_w == 1)
		return xnn_define_clamp(lowering->subgraph, least, most, from, to, 0);
	return xnn_define_average_pooling_2d(lowering->subgraph, pad.top, pad.right, pad.bottom, pad.left,
		(uint32_t)op->pool_h, (uint32_t)op->pool_w, (uint32_t)op->stride_h, (uint32_t)op->stride_w, least, most,
		from, to, 0);
}

static enum xnn_status lower_op(struct lowering *lowering, const struct pmk_op *op)
{
	const float least = op->activation == PMK_ACT_NONE ? -INFINITY : 0,
		    most = op->activation == PMK_ACT_RELU6 ? 6 : INFINITY;
	const struct pmk_tensor *y = &lowering->graph->tensors[op->output];
	const uint32_t a = lowering->ids[op->input[0]],
		       b = op->inputs > 1 ? lowering->ids[op->input[1]] : XNN_INVALID_VALUE_ID;
	const uint32_t bias = op->inputs > 2 ? lowering->ids[op->input[2]] : XNN_INVALID_VALUE_ID,
		       to = lowering->ids[op->output];
	xnn_subgraph_t subgraph = lowering->subgraph;
	size_t shape[PMK_GRAPH_MAX_DIMS], dims = shape_of(y->dims, y->dim, shape);

	switch (op->kind) {
	case PMK_OP_CONV:
	case PMK_OP_DEPTHWISE:
		return lower_conv(lowering, op, bias, least, most);
	case PMK_OP_TRANSPOSE_CONV:
		return lower_transpose_conv(lowering, op, bias, least, most);
	case PMK_OP_FULLY_CONNECTED:
		return xnn_define_fully_connected(subgraph, least, most, a, b, bias, to, 0);
	case PMK_OP_ADD:
		return xnn_define_add2(subgraph, least, most, a, b, to, 0);
	case PMK_OP_MUL:
		return xnn_define_multiply2(subgraph, least, most, a, b, to, 0);
	case PMK_OP_AVERAGE_POOL:
		return lower_average_pool(lowering, op, least, most);
	case PMK_OP_MEAN:
		return xnn_define_global_average_pooling_2d(subgraph, -INFINITY, INFINITY, a, to, 0);
	case PMK_OP_RESIZE_BILINEAR:
		return xnn_define_static_resize_bilinear_2d(subgraph, (size_t)y->dim[1], (size_t)y->dim[2], a, to,
			op->align_corners              ? XNN_FLAG_ALIGN_CORNERS :
				op->half_pixel_centers ? 0 :
							 XNN_FLAG_TENSORFLOW_LEGACY_MODE);
	case PMK_OP_CONCAT:
		return lower_concat(lowering, op);
	case PMK_OP_RELU:
		return xnn_define_clamp(subgraph, 0, INFINITY, a, to, 0);
	case PMK_OP_RELU6:
		return xnn_define_clamp(subgraph, 0, 6, a, to, 0);
	case PMK_OP_HARD_SWISH:
		return xnn_define_hardswish(subgraph, a, to, 0);
	case PMK_OP_SIGMOID:
		return xnn_define_sigmoid(subgraph, a, to, 0);
	case PMK_OP_SOFTMAX:
		return xnn_define_softmax(subgraph, a, to, 0);
	case PMK_OP_RESHAPE:
		return xnn_define_static_reshape(subgraph, dims, shape, a, to, 0);
	default:
		return xnn_status_unsupported_parameter;
	}
}

/* What a checked graph may hold but this library cannot do. */
static const char *missing(const struct pmk_graph *graph, const struct pmk_op *op)
{
	if (op->kind == PMK_OP_AVERAGE_POOL && op->pool_h == 1 && op->pool_w == 1 &&
		(op->stride_h > 1 || op->stride_w > 1))
		return "a 1x1 pool with a stride";
	return NULL;
}

static enum xnn_status lower_network(struct lowering *lowering, int *at)
{
	const struct pmk_graph *graph = lowering->graph;
	enum xnn_status status = xnn_status_success;

	for (int i = 0; i < graph->op_count && status == xnn_status_success; i++) {
		const struct pmk_op *op = &graph->ops[i];

		*at = i;
		for (int k = 0; k < op->inputs && status == xnn_status_success; k++)
			status = need(lowering, op->input[k]);
		if (status == xnn_status_success)
			status = need(lowering, op->output);
		if (status == xnn_status_success)
			status = lower_op(lowering, op);
	}
	return status;
}

/* What it cannot do is for the caller to say, who may have another engine. */
static int complain(enum xnn_status status, const char *what)
{
	int err = status == xnn_status_out_of_memory                                                    ? -ENOMEM :
		status == xnn_status_unsupported_parameter || status == xnn_status_unsupported_hardware ? -ENOTSUP :
													  -EIO;

	if (err != -ENOTSUP)
		pmk_error("XNNPACK cannot run this network: %s: %s", what, strerror(-err));
	return err;
}

static int create_runtime(struct xnnpack *engine, xnn_subgraph_t subgraph)
{
	const struct xnn_external_value externals[EXTERNALS] = { { ID_INPUT, engine->base.input },
		{ ID_OUTPUT, engine->base.output } };
	enum xnn_status status = xnn_create_runtime_v2(
		subgraph, engine->pool, XNN_FLAG_YIELD_WORKERS, &engine->runtime);

	if (status != xnn_status_success)
		return complain(status, "create runtime");
	status = xnn_setup_runtime(engine->runtime, EXTERNALS, externals);
	return status == xnn_status_success ? 0 : complain(status, "set up runtime");
}

static int lower(struct xnnpack *engine, const char **lacks)
{
	const struct pmk_graph *graph = &engine->network.graph;
	struct lowering lowering = { .engine = engine, .graph = graph };
	enum xnn_status status;
	int at = 0, err = -ENOMEM;

	lowering.ids = malloc((size_t)graph->tensor_count * sizeof *lowering.ids);
	if (!lowering.ids)
		return complain(xnn_status_out_of_memory, "lowering");
	for (int i = 0; i < graph->tensor_count; i++)
		lowering.ids[i] = XNN_INVALID_VALUE_ID;
	status = xnn_create_subgraph(EXTERNALS, 0, &lowering.subgraph);
	if (status != xnn_status_success) {
		err = complain(status, "create subgraph");
		goto free_ids;
	}
	status = lower_network(&lowering, &at);
	*lacks = pmk_op_name(graph->ops[at].kind);
	err = status == xnn_status_success ? create_runtime(engine, lowering.subgraph) : complain(status, *lacks);
	xnn_delete_subgraph(lowering.subgraph);
free_ids:
	free(lowering.ids);
	return err;
}

static int prepare(struct xnnpack *engine, const struct pmk_graph *graph, int threads, const char **lacks)
{
	enum xnn_status status = xnn_initialize(NULL);

	if (status != xnn_status_success)
		return complain(status, *lacks = "initialize");
	for (int i = 0; i < graph->op_count; i++) {
		const char *what = missing(graph, &graph->ops[i]);

		if (what)
			return complain(xnn_status_unsupported_parameter, *lacks = what);
	}
	if (pmk_rewrite_init(&engine->network, graph) < 0)
		return complain(xnn_status_out_of_memory, "rewrite");
	engine->made = calloc(2 * (size_t)engine->network.graph.op_count, sizeof *engine->made);
	engine->base.input = pmk_mem_alloc(pmk_tensor_count(&graph->tensors[graph->input]) * sizeof(float));
	engine->base.output = pmk_mem_alloc(pmk_tensor_count(&graph->tensors[graph->output]) * sizeof(float));
	if (threads > 1)
		engine->pool = pthreadpool_create((size_t)threads);
	if (!engine->made || !engine->base.input || !engine->base.output || (threads > 1 && !engine->pool))
		return complain(xnn_status_out_of_memory, "buffers");
	return 0;
}

static void destroy(struct pmk_engine *base)
{
	struct xnnpack *engine = (struct xnnpack *)base;

	xnn_delete_runtime(engine->runtime);
	if (engine->pool)
		pthreadpool_destroy(engine->pool);
	for (int i = 0; i < engine->made_count; i++)
		free(engine->made[i]);
	free(engine->made);
	pmk_rewrite_finish(&engine->network);
	free(base->input);
	free(base->output);
	free(engine);
}

static int run(struct pmk_engine *base)
{
	enum xnn_status status = xnn_invoke_runtime(((struct xnnpack *)base)->runtime);

	if (status == xnn_status_success)
		return 0;
	pmk_error("XNNPACK failed while running the network (status %d)", (int)status);
	return -EIO;
}

int pmk_engine_create_xnnpack(
	const struct pmk_graph *graph, int threads, struct pmk_engine **engine, const char **lacks)
{
	struct xnnpack *made = calloc(1, sizeof *made);
	int err;

	if (!made)
		return complain(xnn_status_out_of_memory, "engine");
	made->base = (struct pmk_engine){ .run = run, .destroy = destroy, .name = "xnnpack" };
	err = prepare(made, graph, threads, lacks);
	if (err == 0)
		err = lower(made, lacks);
	if (err < 0)
		destroy(&made->base);
	else
		*engine = &made->base;
	return err;
}
