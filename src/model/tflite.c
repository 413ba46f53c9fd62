/* SPDX-License-Identifier: MIT */
/* pmk_tflite_read: a .tflite file is a FlatBuffer of TensorFlow Lite's schema, version 3 (tensorflow/lite/schema/schema.fbs),
 * from which the numbers of fields and operators below are. */
#include "model/graph.h"

#include "base/log.h"
#include "base/mem.h"
#include "model/flatbuffer.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_FLOAT32 = 0, TYPE_FLOAT16 = 1, TYPE_INT32 = 2, TYPE_OTHER = -1 };

enum {
	CODE_ADD = 0, CODE_AVERAGE_POOL = 1, CODE_CONCAT = 2, CODE_CONV = 3, CODE_DEPTHWISE = 4, CODE_DEQUANTIZE = 6,
	CODE_FULLY_CONNECTED = 9, CODE_LOGISTIC = 14, CODE_MUL = 18, CODE_RELU = 19, CODE_RELU6 = 21, CODE_RESHAPE = 22,
	CODE_RESIZE_BILINEAR = 23, CODE_SOFTMAX = 25, CODE_CUSTOM = 32, CODE_MEAN = 40, CODE_HARD_SWISH = 117,
};

/* What the file says of a tensor beyond its shape. */
struct source {
	int type;
	const uint8_t *data;	/* constant, inside the file; NULL else */
	size_t bytes;
};

struct reader {
	const char *name;
	struct pmk_flatbuffer file;
	struct pmk_graph graph;
	struct source *sources;	/* a tensor each */
	struct pmk_flatbuffer_vector codes, buffers;
};

/* The operator in hand. */
struct node {
	int index;
	size_t table, options;	/* tables of the file, 0 when absent */
	int code;
	size_t code_table;
	struct pmk_op op;
};

static int fail(const struct reader *reader, int err, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(const struct reader *reader, int err, const char *format, ...)
{
	char why[160];
	va_list list;

	if (reader->file.bad) {
		pmk_error("%s: damaged: an offset leads out of the file", reader->name);
		return -EBADMSG;
	}
	va_start(list, format);
	vsnprintf(why, sizeof why, format, list);
	va_end(list);
	pmk_error("%s: %s", reader->name, why);
	return err;
}

static uint32_t word(const uint8_t *byte)
{
	return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static void copy_name(struct reader *reader, size_t table, struct pmk_tensor *tensor)
{
	struct pmk_flatbuffer_vector text = pmk_flatbuffer_vector(&reader->file, table, 3, 1);
	size_t count = text.count < sizeof tensor->name - 1 ? text.count : sizeof tensor->name - 1;

	for (size_t i = 0; i < count; i++) {
		uint8_t c = reader->file.bytes[text.at + i];

		tensor->name[i] = c >= 0x20 && c < 0x7f ? (char)c : '?';
	}
}

static int read_tensor(struct reader *reader, size_t table, int index)
{
	struct pmk_flatbuffer_vector shape = pmk_flatbuffer_vector(&reader->file, table, 0, 4), data;
	struct pmk_tensor *tensor = &reader->graph.tensors[index];
	struct source *source = &reader->sources[index];
	size_t buffer = pmk_flatbuffer_element_table(&reader->file, reader->buffers,
						     (uint32_t)pmk_flatbuffer_int32(&reader->file, table, 2, 0));

	source->type = pmk_flatbuffer_int8(&reader->file, table, 1, TYPE_FLOAT32);
	copy_name(reader, table, tensor);
	if (shape.count > PMK_GRAPH_MAX_DIMS || pmk_flatbuffer_table(&reader->file, table, 6))	/* many dimensions, or sparse */
		source->type = TYPE_OTHER;
	else
		tensor->dims = (int)shape.count;
	for (int i = 0; i < tensor->dims; i++) {
		tensor->dim[i] = pmk_flatbuffer_element(&reader->file, shape, (uint32_t)i);
		if (tensor->dim[i] < 1 || tensor->dim[i] > PMK_GRAPH_MAX_DIM)
			return fail(reader, -EBADMSG, "tensor %d (%s): dimension %d is %d", index, tensor->name, i, tensor->dim[i]);
	}
	data = pmk_flatbuffer_vector(&reader->file, buffer, 0, 1);
	if (data.count) {
		source->data = reader->file.bytes + data.at;
		source->bytes = data.count;
	}
	return reader->file.bad ? fail(reader, -EBADMSG, "damaged") : 0;
}

static int read_tensors(struct reader *reader, size_t subgraph)
{
	struct pmk_flatbuffer_vector tensors = pmk_flatbuffer_vector(&reader->file, subgraph, 0, 4);
	struct pmk_graph *graph = &reader->graph;
	int err = 0;

	if (!tensors.count || tensors.count > PMK_GRAPH_MAX_TENSORS)
		return fail(reader, -EBADMSG, "%u tensors: none, or too many", tensors.count);
	graph->tensors = calloc(tensors.count, sizeof *graph->tensors);
	reader->sources = calloc(tensors.count, sizeof *reader->sources);
	if (!graph->tensors || !reader->sources)
		return fail(reader, -ENOMEM, "not enough memory");
	graph->tensor_count = (int)tensors.count;
	for (int i = 0; i < graph->tensor_count && err == 0; i++)
		err = read_tensor(reader, pmk_flatbuffer_element_table(&reader->file, tensors, (uint32_t)i), i);
	return err;
}

/* The constant 32-bit integers that an operator's input `input` gives; how many, or negative errno. */
static int read_integers(struct reader *reader, const struct node *node, struct pmk_flatbuffer_vector inputs, uint32_t input,
			 int32_t values[PMK_GRAPH_MAX_DIMS])
{
	int tensor = pmk_flatbuffer_element(&reader->file, inputs, input), count;
	const struct source *source;

	if (reader->file.bad || tensor < 0 || tensor >= reader->graph.tensor_count)
		return fail(reader, -EBADMSG, "operator %d: input %u does not exist", node->index, input);
	source = &reader->sources[tensor];
	if (source->type != TYPE_INT32 || !source->data)
		return fail(reader, -ENOTSUP, "operator %d: a shape that is computed is not supported", node->index);
	if (source->bytes % 4 || source->bytes > PMK_GRAPH_MAX_DIMS * sizeof *values)
		return fail(reader, -EBADMSG, "operator %d: %zu bytes of shape", node->index, source->bytes);
	count = (int)(source->bytes / 4);
	for (int i = 0; i < count; i++)
		values[i] = (int32_t)word(source->data + 4 * i);
	return count;
}

static int set_activation(struct reader *reader, struct node *node, int code)
{
	if (code == 0)
		node->op.activation = PMK_ACT_NONE;
	else if (code == 1)
		node->op.activation = PMK_ACT_RELU;
	else if (code == 3)
		node->op.activation = PMK_ACT_RELU6;
	else
		return fail(reader, -ENOTSUP, "operator %d: activation %d is not known", node->index, code);
	return 0;
}

/* Padding, strides and the fused activation of the four window operators, whose options differ only in order. */
static int set_window(struct reader *reader, struct node *node, int activation, int dilation)
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

static int set_average_pool(struct reader *reader, struct node *node)
{
	node->op.pool_w = pmk_flatbuffer_int32(&reader->file, node->options, 3, 0);
	node->op.pool_h = pmk_flatbuffer_int32(&reader->file, node->options, 4, 0);
	return set_window(reader, node, 5, 0);
}

static int set_depthwise(struct reader *reader, struct node *node)
{
	node->op.depth_multiplier = pmk_flatbuffer_int32(&reader->file, node->options, 3, 0);
	return set_window(reader, node, 4, 5);
}

/* MediaPipe's transposed convolution: its options are three 32-bit integers, padding (1 SAME, 2 VALID) and strides. */
static int set_custom(struct reader *reader, struct node *node)
{
	static const char known[] = "Convolution2DTransposeBias";
	struct pmk_flatbuffer_vector name = pmk_flatbuffer_vector(&reader->file, node->code_table, 1, 1);
	struct pmk_flatbuffer_vector options = pmk_flatbuffer_vector(&reader->file, node->table, 5, 1);
	uint32_t value[3];

	if (name.count != sizeof known - 1 || memcmp(reader->file.bytes + name.at, known, name.count))
		return fail(reader, -ENOTSUP, "operator %d: a custom operator that is not known", node->index);
	if (options.count < sizeof value)
		return fail(reader, -EBADMSG, "operator %d: options are missing", node->index);
	for (size_t i = 0; i < 3; i++)
		value[i] = word(reader->file.bytes + options.at + 4 * i);
	node->op.kind = PMK_OP_TRANSPOSE_CONV;
	node->op.same = value[0] == 1;
	node->op.stride_w = value[1] > PMK_GRAPH_MAX_DIM ? 0 : (int)value[1];
	node->op.stride_h = value[2] > PMK_GRAPH_MAX_DIM ? 0 : (int)value[2];
	return 0;
}

static int set_softmax(struct reader *reader, struct node *node)
{
	uint32_t bits = (uint32_t)pmk_flatbuffer_int32(&reader->file, node->options, 0, 0);
	float beta;

	memcpy(&beta, &bits, sizeof beta);
	return beta == 1.0f ? 0 : fail(reader, -ENOTSUP, "operator %d: softmax with a beta other than 1", node->index);
}

static int set_resize(struct reader *reader, struct node *node, struct pmk_flatbuffer_vector inputs)
{
	const struct pmk_tensor *output = &reader->graph.tensors[node->op.output];
	int32_t size[PMK_GRAPH_MAX_DIMS];
	int count = read_integers(reader, node, inputs, 1, size);

	if (count < 0)
		return count;
	if (count != 2 || output->dims != 4 || size[0] != output->dim[1] || size[1] != output->dim[2])
		return fail(reader, -EBADMSG, "operator %d: result has another size than is asked for", node->index);
	node->op.inputs = 1;
	node->op.align_corners = pmk_flatbuffer_int8(&reader->file, node->options, 2, 0);
	node->op.half_pixel_centers = pmk_flatbuffer_int8(&reader->file, node->options, 3, 0);
	return 0;
}

static int set_mean(struct reader *reader, struct node *node, struct pmk_flatbuffer_vector inputs)
{
	int32_t axis[PMK_GRAPH_MAX_DIMS];
	int count = read_integers(reader, node, inputs, 1, axis), dims = reader->graph.tensors[node->op.input[0]].dims;

	if (count < 0)
		return count;
	for (int i = 0; i < count; i++)
		axis[i] += axis[i] < 0 ? dims : 0;
	if (count != 2 || !((axis[0] == 1 && axis[1] == 2) || (axis[0] == 2 && axis[1] == 1)))
		return fail(reader, -ENOTSUP, "operator %d: a mean over other axes than height and width", node->index);
	node->op.inputs = 1;
	node->op.keep_dims = pmk_flatbuffer_int8(&reader->file, node->options, 0, 0);
	return 0;
}

/* The new shape comes as a second input or as an option; -1 stands for what is left. */
static int set_reshape(struct reader *reader, struct node *node, struct pmk_flatbuffer_vector inputs)
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
			return fail(reader, -EBADMSG, "operator %d: result has another shape than is asked for", node->index);
	}
	node->op.inputs = 1;
	return 0;
}

static int set_concat(struct reader *reader, struct node *node)
{
	int axis = pmk_flatbuffer_int32(&reader->file, node->options, 0, 0), dims = reader->graph.tensors[node->op.output].dims;

	node->op.axis = axis < 0 && axis >= -dims ? axis + dims : axis;
	return set_activation(reader, node, pmk_flatbuffer_int8(&reader->file, node->options, 1, 0));
}

static int set_op(struct reader *reader, struct node *node, struct pmk_flatbuffer_vector inputs)
{
	static const struct { int code; enum pmk_op_kind kind; } kinds[] = {
		{ CODE_ADD, PMK_OP_ADD }, { CODE_AVERAGE_POOL, PMK_OP_AVERAGE_POOL }, { CODE_CONCAT, PMK_OP_CONCAT },
		{ CODE_CONV, PMK_OP_CONV }, { CODE_DEPTHWISE, PMK_OP_DEPTHWISE },
		{ CODE_FULLY_CONNECTED, PMK_OP_FULLY_CONNECTED }, { CODE_LOGISTIC, PMK_OP_SIGMOID }, { CODE_MUL, PMK_OP_MUL },
		{ CODE_RELU, PMK_OP_RELU }, { CODE_RELU6, PMK_OP_RELU6 }, { CODE_RESHAPE, PMK_OP_RESHAPE },
		{ CODE_RESIZE_BILINEAR, PMK_OP_RESIZE_BILINEAR }, { CODE_SOFTMAX, PMK_OP_SOFTMAX }, { CODE_MEAN, PMK_OP_MEAN },
		{ CODE_HARD_SWISH, PMK_OP_HARD_SWISH },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].code == node->code)
			node->op.kind = kinds[i].kind;
	}
	switch (node->code) {
	case CODE_ADD: case CODE_MUL: case CODE_FULLY_CONNECTED:
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
	case CODE_LOGISTIC: case CODE_RELU: case CODE_RELU6: case CODE_HARD_SWISH:
		return 0;
	default:
		return fail(reader, -ENOTSUP, "operator %d: TensorFlow Lite's operator %d is not known", node->index, node->code);
	}
}

static int set_wiring(struct reader *reader, struct node *node, struct pmk_flatbuffer_vector inputs)
{
	struct pmk_flatbuffer_vector outputs = pmk_flatbuffer_vector(&reader->file, node->table, 2, 4);
	struct pmk_op *op = &node->op;

	if (inputs.count < 1 || inputs.count > PMK_GRAPH_MAX_INPUTS || outputs.count != 1)
		return fail(reader, -ENOTSUP, "operator %d: %u inputs, %u outputs", node->index, inputs.count, outputs.count);
	op->inputs = (int)inputs.count;
	for (int i = 0; i < op->inputs; i++)
		op->input[i] = pmk_flatbuffer_element(&reader->file, inputs, (uint32_t)i);
	op->output = pmk_flatbuffer_element(&reader->file, outputs, 0);
	if (op->inputs == 3 && op->input[2] == -1)	/* no bias */
		op->inputs = 2;
	for (int i = 0; i < op->inputs; i++) {
		if (op->input[i] < 0 || op->input[i] >= reader->graph.tensor_count)
			return fail(reader, -EBADMSG, "operator %d: input %d does not exist", node->index, i);
	}
	if (op->output < 0 || op->output >= reader->graph.tensor_count)
		return fail(reader, -EBADMSG, "operator %d: output does not exist", node->index);
	return reader->file.bad ? fail(reader, -EBADMSG, "damaged") : 0;
}

/* Weights stored as half floats: their DEQUANTIZE becomes a constant of its own. */
static int move_half_constant(struct reader *reader, const struct node *node)
{
	const struct pmk_tensor *from = &reader->graph.tensors[node->op.input[0]], *to = &reader->graph.tensors[node->op.output];
	const struct source *source = &reader->sources[node->op.input[0]];
	struct source *target = &reader->sources[node->op.output];

	if (source->type != TYPE_FLOAT16 || !source->data || node->op.inputs != 1)
		return fail(reader, -ENOTSUP, "operator %d: DEQUANTIZE of something but half float weights", node->index);
	if (from->dims != to->dims || memcmp(from->dim, to->dim, sizeof from->dim) || target->data || target->type != TYPE_FLOAT32)
		return fail(reader, -EBADMSG, "operator %d: DEQUANTIZE into something else", node->index);
	*target = *source;
	return 0;
}

static int read_op(struct reader *reader, size_t table, int index)
{
	struct pmk_flatbuffer *file = &reader->file;
	struct pmk_flatbuffer_vector inputs = pmk_flatbuffer_vector(file, table, 1, 4);
	struct node node = { .index = index, .table = table, .options = pmk_flatbuffer_table(file, table, 4),
		.op = { .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .depth_multiplier = 1 } };
	int old_code, err;

	node.code_table = pmk_flatbuffer_element_table(file, reader->codes, (uint32_t)pmk_flatbuffer_int32(file, table, 0, 0));
	old_code = pmk_flatbuffer_int8(file, node.code_table, 0, 0);
	node.code = pmk_flatbuffer_int32(file, node.code_table, 3, 0);
	if (node.code < old_code)	/* files from before the field was widened */
		node.code = old_code;
	err = set_wiring(reader, &node, inputs);
	if (err < 0)
		return err;
	if (node.code == CODE_DEQUANTIZE)
		return move_half_constant(reader, &node);
	err = set_op(reader, &node, inputs);
	if (err < 0 || reader->file.bad)
		return err < 0 ? err : fail(reader, -EBADMSG, "damaged");
	reader->graph.ops[reader->graph.op_count++] = node.op;
	return 0;
}

static int read_ops(struct reader *reader, size_t subgraph)
{
	struct pmk_flatbuffer_vector ops = pmk_flatbuffer_vector(&reader->file, subgraph, 3, 4);
	int err = 0;

	if (!ops.count || ops.count > PMK_GRAPH_MAX_OPS)
		return fail(reader, -EBADMSG, "%u operators: none, or too many", ops.count);
	reader->graph.ops = calloc(ops.count, sizeof *reader->graph.ops);
	if (!reader->graph.ops)
		return fail(reader, -ENOMEM, "not enough memory");
	for (uint32_t i = 0; i < ops.count && err == 0; i++)
		err = read_op(reader, pmk_flatbuffer_element_table(&reader->file, ops, i), (int)i);
	return err;
}

/* IEEE 754 binary16 to binary32, exactly. */
static float widen(unsigned half)
{
	unsigned exponent = half >> 10 & 31, fraction = half & 1023;
	float value;

	if (exponent == 31)
		value = fraction ? NAN : INFINITY;
	else if (exponent)
		value = ldexpf((float)(fraction + 1024), (int)exponent - 25);
	else
		value = ldexpf((float)fraction, -24);
	return half & 0x8000 ? -value : value;
}

static int load_constant(struct reader *reader, int index, size_t *total)
{
	struct pmk_tensor *tensor = &reader->graph.tensors[index];
	const struct source *source = &reader->sources[index];
	size_t width = source->type == TYPE_FLOAT16 ? 2 : 4, count = source->bytes / width;

	if (source->bytes % width || count != pmk_tensor_count(tensor))
		return fail(reader, -EBADMSG, "tensor %d (%s): %zu bytes do not fit its shape", index, tensor->name, source->bytes);
	if (count > PMK_GRAPH_MAX_WEIGHTS - *total)
		return fail(reader, -EBADMSG, "more than %d weights", PMK_GRAPH_MAX_WEIGHTS);
	*total += count;
	tensor->data = pmk_mem_alloc(count * sizeof *tensor->data);
	if (!tensor->data)
		return fail(reader, -ENOMEM, "not enough memory");
	if (width == 4) {
		memcpy(tensor->data, source->data, source->bytes);
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		tensor->data[i] = widen(source->data[2 * i] | (unsigned)source->data[2 * i + 1] << 8);
	return 0;
}

/* Everything that operators read or write is float; their constants become the graph's. */
static int load_constants(struct reader *reader)
{
	size_t total = 0;
	int err = 0;

	for (int i = 0; i < reader->graph.op_count; i++) {
		const struct pmk_op *op = &reader->graph.ops[i];

		for (int k = 0; k <= op->inputs && err == 0; k++) {
			int tensor = k < op->inputs ? op->input[k] : op->output;
			const struct source *source = &reader->sources[tensor];

			if (source->type != TYPE_FLOAT32 && !(source->type == TYPE_FLOAT16 && source->data))
				return fail(reader, -ENOTSUP, "tensor %d (%s) is not of floats: a quantised network is not supported",
					    tensor, reader->graph.tensors[tensor].name);
			if (source->data && !reader->graph.tensors[tensor].data)
				err = load_constant(reader, tensor, &total);
		}
		if (err < 0)
			return err;
	}
	return 0;
}

static int read_model(struct reader *reader)
{
	struct pmk_flatbuffer *file = &reader->file;
	size_t model, subgraph;
	struct pmk_flatbuffer_vector subgraphs, inputs, outputs;
	int err;

	if (file->size < 8 || memcmp(file->bytes + 4, "TFL3", 4))
		return fail(reader, -EBADMSG, "not a TensorFlow Lite file");
	model = pmk_flatbuffer_root(file);
	reader->codes = pmk_flatbuffer_vector(file, model, 1, 4);
	reader->buffers = pmk_flatbuffer_vector(file, model, 4, 4);
	subgraphs = pmk_flatbuffer_vector(file, model, 2, 4);
	subgraph = pmk_flatbuffer_element_table(file, subgraphs, 0);
	inputs = pmk_flatbuffer_vector(file, subgraph, 1, 4);
	outputs = pmk_flatbuffer_vector(file, subgraph, 2, 4);
	if (file->bad)
		return fail(reader, -EBADMSG, "damaged");
	if (inputs.count != 1 || outputs.count != 1)
		return fail(reader, -ENOTSUP, "%u inputs and %u outputs; one of each is supported", inputs.count, outputs.count);
	reader->graph.input = pmk_flatbuffer_element(file, inputs, 0);
	reader->graph.output = pmk_flatbuffer_element(file, outputs, 0);
	err = read_tensors(reader, subgraph);
	if (err == 0)
		err = read_ops(reader, subgraph);
	if (err == 0)
		err = load_constants(reader);
	return err == 0 ? pmk_graph_check(reader->name, &reader->graph) : err;
}

int pmk_tflite_read(const char *name, const uint8_t *bytes, size_t size, struct pmk_graph *graph)
{
	struct reader reader = { .name = name, .file = { .bytes = bytes, .size = size } };
	int err = read_model(&reader);

	free(reader.sources);
	if (err < 0)
		pmk_graph_finish(&reader.graph);
	else
		*graph = reader.graph;
	return err;
}
