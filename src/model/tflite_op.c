/* SPDX-License-Identifier: MIT */
#include "model/tflite_reader.h"

#include <errno.h>
#include <string.h>

static uint32_t word(const uint8_t *byte)
{
	return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

/* Read the constant 32-bit integers of an operator's input number `input`. Returns how many, or a negative errno. */
static int read_integers(struct pmk_tflite_reader *reader, const struct pmk_tflite_node *node,
	struct pmk_flatbuffer_vector inputs, uint32_t input, int32_t values[PMK_GRAPH_MAX_DIMS])
{
	int tensor = pmk_flatbuffer_element(&reader->file, inputs, input), count;
	const struct pmk_tflite_source *source;

	if (reader->file.bad || tensor < 0 || tensor >= reader->graph.tensor_count)
		return pmk_tflite_fail(reader, -EBADMSG, "operator %d: input %u does not exist", node->index, input);
	source = &reader->sources[tensor];
	if (source->type != TYPE_INT32 || !source->data)
		return pmk_tflite_fail(reader, -ENOTSUP, "operator %d: computed shapes are not supported", node->index);
	if (source->bytes % 4 || source->bytes > PMK_GRAPH_MAX_DIMS * sizeof *values)
		return pmk_tflite_fail(
			reader, -EBADMSG, "operator %d: a shape of %zu bytes", node->index, source->bytes);
	count = (int)(source->bytes / 4);
	for (int i = 0; i < count; i++)
		values[i] = (int32_t)word(source->data + 4 * i);
	return count;
}

static int set_activation(struct pmk_tflite_reader *reader, struct pmk_tflite_node *node, int code)
{
	if (code == 0)
		node->op.activation = PMK_ACT_NONE;
	else if (code == 1)
		node->op.activation = PMK_ACT_RELU;
	else if (code == 3)
		node->op.activation = PMK_ACT_RELU6;
	else
		return pmk_tflite_fail(reader, -ENOTSUP, "operator %d: unknown activation %d", node->index, code);
	return 0;
}

/* Set padding, strides and the fused activation of an operator with windows. Only the numbers of these options differ.
 */
static int set_window(struct pmk_tflite_reader *reader, struct pmk_tflite_node *node, int activation, int dilation)
{
	struct pmk_flatbuffer *file = &reader->file;
	struct pmk_op *op = &node->op;

	op->same = pmk_flatbuffer_int8(file, node->options, 0, 0) == 0;
	op->stride_w = pmk_flatbuffer_int32(file, node->options, 1, 0);
	op->stride_h = pmk_flatbuffer_int32(file, node->options, 2, 0);
	if (dilation) {
		op->dilation_w = pmk_flatbuffer_int32(file, node->options, dilation, 1);
		op->dilation_h = pmk_flatbuffer_int32(file, node->options, dilation + 1, 1);
	}
	return set_activation(reader, node, pmk_flatbuffer_int8(file, node->options, activation, 0));
}

static int set_average_pool(struct pmk_tflite_reader *reader, struct pmk_tflite_node *node)
{
	node->op.pool_w = pmk_flatbuffer_int32(&reader->file, node->options, 3, 0);
	node->op.pool_h = pmk_flatbuffer_int32(&reader->file, node->options, 4, 0);
	return set_window(reader, node, 5, 0);
}

static int set_depthwise(struct pmk_tflite_reader *reader, struct pmk_tflite_node *node)
{
	node->op.depth_multiplier = pmk_flatbuffer_int32(&reader->file, node->options, 3, 0);
	return set_window(reader, node, 4, 5);
}

/* MediaPipe's transposed convolution. Its options are three 32-bit integers: padding (1 SAME, 2 VALID) and two strides.
 */
static int set_custom(struct pmk_tflite_reader *reader, struct pmk_tflite_node *node)
{
	static const char known[] = "Convolution2DTransposeBias";
	struct pmk_flatbuffer_vector name = pmk_flatbuffer_vector(&reader->file, node->code_table, 1, 1);
	struct pmk_flatbuffer_vector options = pmk_flatbuffer_vector(&reader->file, node->table, 5, 1);
	uint32_t value[3];

	if (name.count != sizeof known - 1 || memcmp(reader->file.bytes + name.at, known, name.count))
		return pmk_tflite_fail(reader, -ENOTSUP, "operator %d: unknown custom operator", node->index);
	if (options.count < sizeof value)
		return pmk_tflite_fail(reader, -EBADMSG, "operator %d: options are missing", node->index);
	for (size_t i = 0; i < 3; i++)
		value[i] = word(reader->file.bytes + options.at + 4 * i);
	node->op.kind = PMK_OP_TRANSPOSE_CONV;
	node->op.same = value[0] == 1;
	node->op.stride_w = value[1] > PMK_GRAPH_MAX_DIM ? 0 : (int)value[1];
	node->op.stride_h = value[2] > PMK_GRAPH_MAX_DIM ? 0 : (int)value[2];
	return 0;
}

static int set_softmax(struct pmk_tflite_reader *reader, struct pmk_tflite_node *node)
{
	uint32_t bits = (uint32_t)pmk_flatbuffer_int32(&reader->file, node->options, 0, 0);
	float beta;

	memcpy(&beta, &bits, sizeof beta);
	return beta == 1.0f ?
		0 :
		pmk_tflite_fail(reader, -ENOTSUP, "operator %d: softmax with a beta other than 1", node->index);
}

static int set_resize(
	struct pmk_tflite_reader *reader, struct pmk_tflite_node *node, struct pmk_flatbuffer_vector inputs)
{
	const struct pmk_tensor *output = &reader->graph.tensors[node->op.output];
	int32_t size[PMK_GRAPH_MAX_DIMS];
	int count = read_integers(reader, node, inputs, 1, size);

	if (count < 0)
		return count;
	if (count != 2 || output->dims != 4 || size[0] != output->dim[1] || size[1] != output->dim[2])
		return pmk_tflite_fail(
			reader, -EBADMSG, "operator %d: the result does not have the requested size", node->index);
	node->op.inputs = 1;
	node->op.align_corners = pmk_flatbuffer_int8(&reader->file, node->options, 2, 0);
	node->op.half_pixel_centers = pmk_flatbuffer_int8(&reader->file, node->options, 3, 0);
	return 0;
}

static int set_mean(struct pmk_tflite_reader *reader, struct pmk_tflite_node *node, struct pmk_flatbuffer_vector inputs)
{
	int32_t axis[PMK_GRAPH_MAX_DIMS];
	int count = read_integers(reader, node, inputs, 1, axis), dims = reader->graph.tensors[node->op.input[0]].dims;

	if (count < 0)
		return count;
	for (int i = 0; i < count; i++)
		axis[i] += axis[i] < 0 ? dims : 0;
	if (count != 2 || !((axis[0] == 1 && axis[1] == 2) || (axis[0] == 2 && axis[1] == 1)))
		return pmk_tflite_fail(
			reader, -ENOTSUP, "operator %d: a mean over other axes than height and width", node->index);
	node->op.inputs = 1;
	node->op.keep_dims = pmk_flatbuffer_int8(&reader->file, node->options, 0, 0);
	return 0;
}

/* The new shape is a second input or an option; -1 stands for the dimension that the others determine. */
static int set_reshape(
	struct pmk_tflite_reader *reader, struct pmk_tflite_node *node, struct pmk_flatbuffer_vector inputs)
{
	struct pmk_flatbuffer_vector option = pmk_flatbuffer_vector(&reader->file, node->options, 0, 4);
	const struct pmk_tensor *output = &reader->graph.tensors[node->op.output];
	int32_t shape[PMK_GRAPH_MAX_DIMS] = { 0 };
	int count = (int)(option.count <= PMK_GRAPH_MAX_DIMS ? option.count : 0);

	for (int i = 0; i < count; i++)
		shape[i] = pmk_flatbuffer_element(&reader->file, option, (uint32_t)i);
	if (inputs.count > 1)
		count = read_integers(reader, node, inputs, 1, shape);
	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		if (count != output->dims || (shape[i] != -1 && shape[i] != output->dim[i]))
			return pmk_tflite_fail(reader, -EBADMSG,
				"operator %d: the result does not have the requested shape", node->index);
	}
	node->op.inputs = 1;
	return 0;
}

static int set_concat(struct pmk_tflite_reader *reader, struct pmk_tflite_node *node)
{
	int axis = pmk_flatbuffer_int32(&reader->file, node->options, 0, 0),
	    dims = reader->graph.tensors[node->op.output].dims;

	node->op.axis = axis < 0 && axis >= -dims ? axis + dims : axis;
	return set_activation(reader, node, pmk_flatbuffer_int8(&reader->file, node->options, 1, 0));
}

static void set_kind(struct pmk_tflite_node *node)
{
	static const struct {
		int code;
		enum pmk_op_kind kind;
	} kinds[] = {
		{ CODE_ADD, PMK_OP_ADD },
		{ CODE_AVERAGE_POOL, PMK_OP_AVERAGE_POOL },
		{ CODE_CONCAT, PMK_OP_CONCAT },
		{ CODE_CONV, PMK_OP_CONV },
		{ CODE_DEPTHWISE, PMK_OP_DEPTHWISE },
		{ CODE_FULLY_CONNECTED, PMK_OP_FULLY_CONNECTED },
		{ CODE_LOGISTIC, PMK_OP_SIGMOID },
		{ CODE_MUL, PMK_OP_MUL },
		{ CODE_RELU, PMK_OP_RELU },
		{ CODE_RELU6, PMK_OP_RELU6 },
		{ CODE_RESHAPE, PMK_OP_RESHAPE },
		{ CODE_RESIZE_BILINEAR, PMK_OP_RESIZE_BILINEAR },
		{ CODE_SOFTMAX, PMK_OP_SOFTMAX },
		{ CODE_MEAN, PMK_OP_MEAN },
		{ CODE_HARD_SWISH, PMK_OP_HARD_SWISH },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].code == node->code)
			node->op.kind = kinds[i].kind;
	}
}

int pmk_tflite_set_op(
	struct pmk_tflite_reader *reader, struct pmk_tflite_node *node, struct pmk_flatbuffer_vector inputs)
{
	set_kind(node);
	switch (node->code) {
	case CODE_ADD:
	case CODE_MUL:
	case CODE_FULLY_CONNECTED:
		return set_activation(reader, node, pmk_flatbuffer_int8(&reader->file, node->options, 0, 0));
	case CODE_CONV:
		return set_window(reader, node, 3, 4);
	case CODE_DEPTHWISE:
		return set_depthwise(reader, node);
	case CODE_AVERAGE_POOL:
		return set_average_pool(reader, node);
	case CODE_CONCAT:
		return set_concat(reader, node);
	case CODE_RESIZE_BILINEAR:
		return set_resize(reader, node, inputs);
	case CODE_RESHAPE:
		return set_reshape(reader, node, inputs);
	case CODE_MEAN:
		return set_mean(reader, node, inputs);
	case CODE_SOFTMAX:
		return set_softmax(reader, node);
	case CODE_CUSTOM:
		return set_custom(reader, node);
	case CODE_LOGISTIC:
	case CODE_RELU:
	case CODE_RELU6:
	case CODE_HARD_SWISH:
		return 0;
	default:
		return pmk_tflite_fail(reader, -ENOTSUP, "operator %d: unknown operator %d of TensorFlow Lite",
			node->index, node->code);
	}
}
