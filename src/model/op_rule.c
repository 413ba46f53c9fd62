/* SPDX-License-Identifier: MIT */
#include "model/op_rule.h"

#include "base/num.h"

static void expect(struct pmk_operands *operands, int dims, int n, int h, int w, int c)
{
	operands->expected.dims = dims;
	operands->expected.dim[0] = n;
	operands->expected.dim[1] = h;
	operands->expected.dim[2] = w;
	operands->expected.dim[3] = c;
}

/* Whether a window and its dilation are in range, and the dilated window spans at most PMK_GRAPH_MAX_DIM pixels. */
static bool reach_in_range(int kernel, int dilation)
{
	return pmk_dim_in_range(kernel) && pmk_dim_in_range(dilation) &&
		((int64_t)kernel - 1) * dilation < PMK_GRAPH_MAX_DIM;
}

/* Number of positions of a window in `size` pixels; 0 if it does not fit. */
static int positions(int size, int kernel, int stride, int dilation, bool same)
{
	int reach = (kernel - 1) * dilation + 1;

	if (same)
		return (size + stride - 1) / stride;
	return size < reach ? 0 : (size - reach) / stride + 1;
}

static const char *check_bias(const struct pmk_operands *operands, int channels)
{
	const struct pmk_tensor *bias = operands->input[2];

	if (operands->op->inputs == 3 && (bias->dims != 1 || bias->dim[0] != channels))
		return "bias does not fit the weights";
	return NULL;
}

static const char *expect_windows(
	struct pmk_operands *operands, int kernel_h, int kernel_w, int dilation_h, int dilation_w, int channels)
{
	const struct pmk_tensor *input = operands->input[0];
	const struct pmk_op *op = operands->op;
	int height, width;

	if (input->dims != 4)
		return "input must have 4 dimensions";
	if (!pmk_dim_in_range(op->stride_h) || !pmk_dim_in_range(op->stride_w) ||
		!reach_in_range(kernel_h, dilation_h) || !reach_in_range(kernel_w, dilation_w))
		return "stride, dilation or window out of range";
	height = positions(input->dim[1], kernel_h, op->stride_h, dilation_h, op->same);
	width = positions(input->dim[2], kernel_w, op->stride_w, dilation_w, op->same);
	if (!height || !width)
		return "window larger than the input";
	expect(operands, 4, input->dim[0], height, width, channels);
	return check_bias(operands, channels);
}

static const char *derive_conv(struct pmk_operands *operands)
{
	const struct pmk_tensor *input = operands->input[0], *weights = operands->input[1];

	if (input->dims != 4 || weights->dims != 4 || weights->dim[3] != input->dim[3])
		return "weights do not fit the input";
	return expect_windows(operands, weights->dim[1], weights->dim[2], operands->op->dilation_h,
		operands->op->dilation_w, weights->dim[0]);
}

static const char *derive_depthwise(struct pmk_operands *operands)
{
	const struct pmk_tensor *input = operands->input[0], *weights = operands->input[1];
	int multiplier = operands->op->depth_multiplier;

	if (input->dims != 4 || weights->dims != 4 || weights->dim[0] != 1 || !pmk_dim_in_range(multiplier) ||
		weights->dim[3] != (int64_t)input->dim[3] * multiplier)
		return "weights do not fit the input";
	return expect_windows(operands, weights->dim[1], weights->dim[2], operands->op->dilation_h,
		operands->op->dilation_w, weights->dim[3]);
}

/* The size of the input of the corresponding forward convolution, as TensorFlow computes it. */
static int64_t spread(int size, int kernel, int stride, bool same)
{
	return (int64_t)size * stride + (!same && kernel > stride ? kernel - stride : 0);
}

static const char *derive_transpose_conv(struct pmk_operands *operands)
{
	const struct pmk_tensor *input = operands->input[0], *weights = operands->input[1];
	const struct pmk_op *op = operands->op;
	int64_t height, width;

	if (input->dims != 4 || weights->dims != 4 || weights->dim[3] != input->dim[3])
		return "weights do not fit the input";
	if (!pmk_dim_in_range(op->stride_h) || !pmk_dim_in_range(op->stride_w) || op->dilation_h != 1 ||
		op->dilation_w != 1)
		return "stride or dilation out of range";
	height = spread(input->dim[1], weights->dim[1], op->stride_h, op->same);
	width = spread(input->dim[2], weights->dim[2], op->stride_w, op->same);
	if (height > PMK_GRAPH_MAX_DIM || width > PMK_GRAPH_MAX_DIM)
		return "result too large";
	expect(operands, 4, input->dim[0], (int)height, (int)width, weights->dim[0]);
	return check_bias(operands, weights->dim[0]);
}

/* The input is taken as rows of weights->dim[1] elements. The result is [rows, outputs], or has the input's dimensions
 * with the last one replaced. */
static const char *derive_fully_connected(struct pmk_operands *operands)
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

/* Dimensions are aligned at the last one; a dimension of 1 is broadcast. */
static const char *derive_broadcast(struct pmk_operands *operands)
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

static const char *derive_average_pool(struct pmk_operands *operands)
{
	const struct pmk_op *op = operands->op;

	return expect_windows(operands, op->pool_h, op->pool_w, 1, 1, operands->input[0]->dim[3]);
}

static const char *derive_mean(struct pmk_operands *operands)
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

static const char *derive_resize(struct pmk_operands *operands)
{
	const struct pmk_tensor *input = operands->input[0], *output = operands->output;

	if (input->dims != 4 || output->dims != 4)
		return "input must have 4 dimensions";
	if (operands->op->align_corners && operands->op->half_pixel_centers)
		return "align_corners and half_pixel_centers exclude each other";
	expect(operands, 4, input->dim[0], output->dim[1], output->dim[2], input->dim[3]);
	return NULL;
}

static const char *derive_concat(struct pmk_operands *operands)
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

static const char *derive_unary(struct pmk_operands *operands)
{
	operands->expected = *operands->input[0];
	return NULL;
}

static const char *derive_softmax(struct pmk_operands *operands)
{
	operands->expected = *operands->input[0];
	return operands->input[0]->dims ? NULL : "input must have a dimension";
}

static const char *derive_reshape(struct pmk_operands *operands)
{
	operands->expected = *operands->output;
	return pmk_tensor_count(operands->output) == pmk_tensor_count(operands->input[0]) ? NULL :
											    "element counts differ";
}

const struct pmk_op_rule pmk_op_rules[PMK_OP_KINDS] = {
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
