/* SPDX-License-Identifier: MIT */
#include "model/xnnpack/xnnpack_lower.h"

#include "base/mem.h"
#include "base/num.h"

#include <math.h>
#include <string.h>

/* Newer versions have other names for these, which that of Debian 12 does not have. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#ifndef XNN_FLAG_KEEP_DIMS /* dimensions that are reduced were always kept */
#define XNN_FLAG_KEEP_DIMS 0
#endif

/* A scalar becomes a vector of one element. */
static size_t shape_of(int dims, const int *dim, size_t shape[PMK_GRAPH_MAX_DIMS])
{
	shape[0] = 1;
	for (int i = 0; i < dims; i++)
		shape[i] = (size_t)dim[i];
	return dims ? (size_t)dims : 1;
}

static enum xnn_status define_value(
	struct pmk_xnnpack_lowering *lowering, int dims, const int *dim, const float *data, uint32_t *id)
{
	size_t shape[PMK_GRAPH_MAX_DIMS], count = shape_of(dims, dim, shape);

	return xnn_define_tensor_value(
		lowering->subgraph, xnn_datatype_fp32, count, shape, data, XNN_INVALID_VALUE_ID, 0, id);
}

/* Make the value of a tensor when it is first used. */
static enum xnn_status need(struct pmk_xnnpack_lowering *lowering, int tensor)
{
	const struct pmk_tensor *from = &lowering->graph->tensors[tensor];
	uint32_t external = XNN_INVALID_VALUE_ID, flags = 0;
	size_t shape[PMK_GRAPH_MAX_DIMS], dims = shape_of(from->dims, from->dim, shape);

	if (lowering->ids[tensor] != XNN_INVALID_VALUE_ID)
		return xnn_status_success;
	if (tensor == lowering->graph->input) {
		external = PMK_XNNPACK_INPUT;
		flags = XNN_VALUE_FLAG_EXTERNAL_INPUT;
	} else if (tensor == lowering->graph->output) {
		external = PMK_XNNPACK_OUTPUT;
		flags = XNN_VALUE_FLAG_EXTERNAL_OUTPUT;
	}
	return xnn_define_tensor_value(lowering->subgraph, xnn_datatype_fp32, dims, shape, from->data, external, flags,
		&lowering->ids[tensor]);
}

/* Pad each part with zeros to the size of the whole, and add the parts. */
static enum xnn_status lower_concat(struct pmk_xnnpack_lowering *lowering, const struct pmk_op *op)
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

static float *make_constant(struct pmk_xnnpack_lowering *lowering, size_t count)
{
	float *made = pmk_mem_alloc(count * sizeof *made);

	if (made)
		lowering->made[lowering->made_count++] = made;
	return made;
}

/* Windows that touch but do not overlap: a 1x1 convolution to block * block * channels, then depth to space. The
 * weights are reordered from [channel][tap][input] to [tap][channel][input]. */
static enum xnn_status lower_block_transpose(
	struct pmk_xnnpack_lowering *lowering, const struct pmk_op *op, float least, float most)
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

/* TensorFlow crops what the forward convolution would pad, the smaller half first. A window smaller than its stride
 * leaves pixels at the end that only the bias determines. */
static enum xnn_status lower_transpose_conv(
	struct pmk_xnnpack_lowering *lowering, const struct pmk_op *op, uint32_t bias, float least, float most)
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

/* Padding for SAME around a picture, as TensorFlow computes it. */
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
	struct pmk_xnnpack_lowering *lowering, const struct pmk_op *op, uint32_t bias, float least, float most)
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

static enum xnn_status lower_average_pool(
	struct pmk_xnnpack_lowering *lowering, const struct pmk_op *op, float least, float most)
{
	const struct pmk_tensor *input = &lowering->graph->tensors[op->input[0]];
	const struct padding pad = padding_of(op, input, &lowering->graph->tensors[op->output], op->pool_h, op->pool_w);
	uint32_t from = lowering->ids[op->input[0]], to = lowering->ids[op->output];

	if (op->pool_h == input->dim[1] && op->pool_w == input->dim[2] && !op->same)
		return xnn_define_global_average_pooling_2d(
			lowering->subgraph, least, most, from, to, XNN_FLAG_KEEP_DIMS);
	if (op->pool_h == 1 && op->pool_w == 1)
		return xnn_define_clamp(lowering->subgraph, least, most, from, to, 0);
	return xnn_define_average_pooling_2d(lowering->subgraph, pad.top, pad.right, pad.bottom, pad.left,
		(uint32_t)op->pool_h, (uint32_t)op->pool_w, (uint32_t)op->stride_h, (uint32_t)op->stride_w, least, most,
		from, to, 0);
}

/* One input, no weights. */
static enum xnn_status lower_unary(struct pmk_xnnpack_lowering *lowering, const struct pmk_op *op)
{
	const struct pmk_tensor *y = &lowering->graph->tensors[op->output];
	uint32_t from = lowering->ids[op->input[0]], to = lowering->ids[op->output];
	xnn_subgraph_t subgraph = lowering->subgraph;
	size_t shape[PMK_GRAPH_MAX_DIMS], dims = shape_of(y->dims, y->dim, shape);

	switch (op->kind) {
	case PMK_OP_MEAN:
		return xnn_define_global_average_pooling_2d(
			subgraph, -INFINITY, INFINITY, from, to, (y->dims == 4) * XNN_FLAG_KEEP_DIMS);
	case PMK_OP_RESIZE_BILINEAR:
		return xnn_define_static_resize_bilinear_2d(subgraph, (size_t)y->dim[1], (size_t)y->dim[2], from, to,
			op->align_corners              ? XNN_FLAG_ALIGN_CORNERS :
				op->half_pixel_centers ? 0 :
							 XNN_FLAG_TENSORFLOW_LEGACY_MODE);
	case PMK_OP_RELU:
		return xnn_define_clamp(subgraph, 0, INFINITY, from, to, 0);
	case PMK_OP_RELU6:
		return xnn_define_clamp(subgraph, 0, 6, from, to, 0);
	case PMK_OP_HARD_SWISH:
		return xnn_define_hardswish(subgraph, from, to, 0);
	case PMK_OP_SIGMOID:
		return xnn_define_sigmoid(subgraph, from, to, 0);
	case PMK_OP_SOFTMAX:
		return xnn_define_softmax(subgraph, from, to, 0);
	case PMK_OP_RESHAPE:
		return xnn_define_static_reshape(subgraph, dims, shape, from, to, 0);
	default:
		return xnn_status_unsupported_parameter;
	}
}

static enum xnn_status lower_op(struct pmk_xnnpack_lowering *lowering, const struct pmk_op *op)
{
	const float least = op->activation == PMK_ACT_NONE ? -INFINITY : 0,
		    most = op->activation == PMK_ACT_RELU6 ? 6 : INFINITY;
	const uint32_t a = lowering->ids[op->input[0]],
		       b = op->inputs > 1 ? lowering->ids[op->input[1]] : XNN_INVALID_VALUE_ID;
	const uint32_t bias = op->inputs > 2 ? lowering->ids[op->input[2]] : XNN_INVALID_VALUE_ID,
		       to = lowering->ids[op->output];

	switch (op->kind) {
	case PMK_OP_CONV:
	case PMK_OP_DEPTHWISE:
		return lower_conv(lowering, op, bias, least, most);
	case PMK_OP_TRANSPOSE_CONV:
		return lower_transpose_conv(lowering, op, bias, least, most);
	case PMK_OP_FULLY_CONNECTED:
		return xnn_define_fully_connected(lowering->subgraph, least, most, a, b, bias, to, 0);
	case PMK_OP_ADD:
		return xnn_define_add2(lowering->subgraph, least, most, a, b, to, 0);
	case PMK_OP_MUL:
		return xnn_define_multiply2(lowering->subgraph, least, most, a, b, to, 0);
	case PMK_OP_AVERAGE_POOL:
		return lower_average_pool(lowering, op, least, most);
	case PMK_OP_CONCAT:
		return lower_concat(lowering, op);
	default:
		return lower_unary(lowering, op);
	}
}

enum xnn_status pmk_xnnpack_lower(struct pmk_xnnpack_lowering *lowering, int *at)
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
