/* SPDX-License-Identifier: MIT */
/* pmk_tflite_read. A .tflite file is a FlatBuffer of TensorFlow Lite's schema, version 3
 * (tensorflow/lite/schema/schema.fbs), which defines the field numbers below. tflite_op.c reads the attributes of
 * operators. */
#include "base/num.h"
#include "model/tflite_reader.h"

#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int pmk_tflite_fail(const struct pmk_tflite_reader *reader, int err, const char *format, ...)
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

static void copy_name(struct pmk_tflite_reader *reader, size_t table, struct pmk_tensor *tensor)
{
	struct pmk_flatbuffer_vector text = pmk_flatbuffer_vector(&reader->file, table, 3, 1);
	size_t count = pmk_min_size(text.count, sizeof tensor->name - 1);

	for (size_t i = 0; i < count; i++) {
		uint8_t c = reader->file.bytes[text.at + i];

		tensor->name[i] = c >= 0x20 && c < 0x7f ? (char)c : '?';
	}
}

static int read_tensor(struct pmk_tflite_reader *reader, size_t table, int index)
{
	struct pmk_flatbuffer_vector shape = pmk_flatbuffer_vector(&reader->file, table, 0, 4), data;
	struct pmk_tensor *tensor = &reader->graph.tensors[index];
	struct pmk_tflite_source *source = &reader->sources[index];
	size_t buffer = pmk_flatbuffer_element_table(
		&reader->file, reader->buffers, (uint32_t)pmk_flatbuffer_int32(&reader->file, table, 2, 0));

	source->type = pmk_flatbuffer_int8(&reader->file, table, 1, TYPE_FLOAT32);
	copy_name(reader, table, tensor);
	if (shape.count > PMK_GRAPH_MAX_DIMS ||
		pmk_flatbuffer_table(&reader->file, table, 6)) /* too many dimensions, or sparse */
		source->type = TYPE_OTHER;
	else
		tensor->dims = (int)shape.count;
	for (int i = 0; i < tensor->dims; i++) {
		tensor->dim[i] = pmk_flatbuffer_element(&reader->file, shape, (uint32_t)i);
		if (tensor->dim[i] < 1 || tensor->dim[i] > PMK_GRAPH_MAX_DIM)
			return pmk_tflite_fail(reader, -EBADMSG, "tensor %d (%s): dimension %d is %d", index,
				tensor->name, i, tensor->dim[i]);
	}
	data = pmk_flatbuffer_vector(&reader->file, buffer, 0, 1);
	if (data.count) {
		source->data = reader->file.bytes + data.at;
		source->bytes = data.count;
	}
	return reader->file.bad ? pmk_tflite_fail(reader, -EBADMSG, "damaged") : 0;
}

static int read_tensors(struct pmk_tflite_reader *reader, size_t subgraph)
{
	struct pmk_flatbuffer_vector tensors = pmk_flatbuffer_vector(&reader->file, subgraph, 0, 4);
	struct pmk_graph *graph = &reader->graph;
	int err = 0;

	if (!tensors.count || tensors.count > PMK_GRAPH_MAX_TENSORS)
		return pmk_tflite_fail(reader, -EBADMSG, "%u tensors: none, or too many", tensors.count);
	graph->tensors = calloc(tensors.count, sizeof *graph->tensors);
	reader->sources = calloc(tensors.count, sizeof *reader->sources);
	if (!graph->tensors || !reader->sources)
		return pmk_tflite_fail(reader, -ENOMEM, "not enough memory");
	graph->tensor_count = (int)tensors.count;
	for (int i = 0; i < graph->tensor_count && err == 0; i++)
		err = read_tensor(reader, pmk_flatbuffer_element_table(&reader->file, tensors, (uint32_t)i), i);
	return err;
}

static int set_wiring(
	struct pmk_tflite_reader *reader, struct pmk_tflite_node *node, struct pmk_flatbuffer_vector inputs)
{
	struct pmk_flatbuffer_vector outputs = pmk_flatbuffer_vector(&reader->file, node->table, 2, 4);
	struct pmk_op *op = &node->op;

	if (inputs.count < 1 || inputs.count > PMK_GRAPH_MAX_INPUTS || outputs.count != 1)
		return pmk_tflite_fail(reader, -ENOTSUP, "operator %d: %u inputs, %u outputs", node->index,
			inputs.count, outputs.count);
	op->inputs = (int)inputs.count;
	for (int i = 0; i < op->inputs; i++)
		op->input[i] = pmk_flatbuffer_element(&reader->file, inputs, (uint32_t)i);
	op->output = pmk_flatbuffer_element(&reader->file, outputs, 0);
	if (op->inputs == 3 && op->input[2] == -1) /* no bias */
		op->inputs = 2;
	for (int i = 0; i < op->inputs; i++) {
		if (op->input[i] < 0 || op->input[i] >= reader->graph.tensor_count)
			return pmk_tflite_fail(
				reader, -EBADMSG, "operator %d: input %d does not exist", node->index, i);
	}
	if (op->output < 0 || op->output >= reader->graph.tensor_count)
		return pmk_tflite_fail(reader, -EBADMSG, "operator %d: output does not exist", node->index);
	return reader->file.bad ? pmk_tflite_fail(reader, -EBADMSG, "damaged") : 0;
}

/* A DEQUANTIZE of weights that are stored as half floats: its result becomes a constant. */
static int move_half_constant(struct pmk_tflite_reader *reader, const struct pmk_tflite_node *node)
{
	const struct pmk_tensor *from = &reader->graph.tensors[node->op.input[0]],
				*to = &reader->graph.tensors[node->op.output];
	const struct pmk_tflite_source *source = &reader->sources[node->op.input[0]];
	struct pmk_tflite_source *target = &reader->sources[node->op.output];

	if (source->type != TYPE_FLOAT16 || !source->data || node->op.inputs != 1)
		return pmk_tflite_fail(
			reader, -ENOTSUP, "operator %d: DEQUANTIZE of anything but half float weights", node->index);
	if (from->dims != to->dims || memcmp(from->dim, to->dim, sizeof from->dim) || target->data ||
		target->type != TYPE_FLOAT32)
		return pmk_tflite_fail(
			reader, -EBADMSG, "operator %d: DEQUANTIZE into another shape or type", node->index);
	*target = *source;
	return 0;
}

static int read_op(struct pmk_tflite_reader *reader, size_t table, int index)
{
	struct pmk_flatbuffer *file = &reader->file;
	struct pmk_flatbuffer_vector inputs = pmk_flatbuffer_vector(file, table, 1, 4);
	struct pmk_tflite_node node = { .index = index,
		.table = table,
		.options = pmk_flatbuffer_table(file, table, 4),
		.op = { .stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .depth_multiplier = 1 } };
	int old_code, err;

	node.code_table = pmk_flatbuffer_element_table(
		file, reader->codes, (uint32_t)pmk_flatbuffer_int32(file, table, 0, 0));
	old_code = pmk_flatbuffer_int8(file, node.code_table, 0, 0);
	node.code = pmk_flatbuffer_int32(file, node.code_table, 3, 0);
	if (node.code < old_code) /* in files older than the wider field */
		node.code = old_code;
	err = set_wiring(reader, &node, inputs);
	if (err < 0)
		return err;
	if (node.code == CODE_DEQUANTIZE)
		return move_half_constant(reader, &node);
	err = pmk_tflite_set_op(reader, &node, inputs);
	if (err < 0 || reader->file.bad)
		return err < 0 ? err : pmk_tflite_fail(reader, -EBADMSG, "damaged");
	reader->graph.ops[reader->graph.op_count++] = node.op;
	return 0;
}

static int read_ops(struct pmk_tflite_reader *reader, size_t subgraph)
{
	struct pmk_flatbuffer_vector ops = pmk_flatbuffer_vector(&reader->file, subgraph, 3, 4);
	int err = 0;

	if (!ops.count || ops.count > PMK_GRAPH_MAX_OPS)
		return pmk_tflite_fail(reader, -EBADMSG, "%u operators: none, or too many", ops.count);
	reader->graph.ops = calloc(ops.count, sizeof *reader->graph.ops);
	if (!reader->graph.ops)
		return pmk_tflite_fail(reader, -ENOMEM, "not enough memory");
	for (uint32_t i = 0; i < ops.count && err == 0; i++)
		err = read_op(reader, pmk_flatbuffer_element_table(&reader->file, ops, i), (int)i);
	return err;
}

/* Convert IEEE 754 binary16 to binary32, exactly. */
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

static int load_constant(struct pmk_tflite_reader *reader, int index, size_t *total)
{
	struct pmk_tensor *tensor = &reader->graph.tensors[index];
	const struct pmk_tflite_source *source = &reader->sources[index];
	size_t width = source->type == TYPE_FLOAT16 ? 2 : 4, count = source->bytes / width;

	if (source->bytes % width || count != pmk_tensor_count(tensor))
		return pmk_tflite_fail(reader, -EBADMSG, "tensor %d (%s): %zu bytes do not fit its shape", index,
			tensor->name, source->bytes);
	if (count > PMK_GRAPH_MAX_WEIGHTS - *total)
		return pmk_tflite_fail(reader, -EBADMSG, "more than %d weights", PMK_GRAPH_MAX_WEIGHTS);
	*total += count;
	tensor->data = pmk_mem_alloc(count * sizeof *tensor->data);
	if (!tensor->data)
		return pmk_tflite_fail(reader, -ENOMEM, "not enough memory");
	if (width == 4) {
		memcpy(tensor->data, source->data, source->bytes);
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		tensor->data[i] = widen(source->data[2 * i] | (unsigned)source->data[2 * i + 1] << 8);
	return 0;
}

/* Check that operators read and write floats only, and copy their constants into the graph. */
static int load_constants(struct pmk_tflite_reader *reader)
{
	size_t total = 0;
	int err = 0;

	for (int i = 0; i < reader->graph.op_count; i++) {
		const struct pmk_op *op = &reader->graph.ops[i];

		for (int k = 0; k <= op->inputs && err == 0; k++) {
			int tensor = k < op->inputs ? op->input[k] : op->output;
			const struct pmk_tflite_source *source = &reader->sources[tensor];

			if (source->type != TYPE_FLOAT32 && !(source->type == TYPE_FLOAT16 && source->data))
				return pmk_tflite_fail(reader, -ENOTSUP,
					"tensor %d (%s) is not float: quantised networks are not supported", tensor,
					reader->graph.tensors[tensor].name);
			if (source->data && !reader->graph.tensors[tensor].data)
				err = load_constant(reader, tensor, &total);
		}
		if (err < 0)
			return err;
	}
	return 0;
}

static int read_model(struct pmk_tflite_reader *reader)
{
	struct pmk_flatbuffer *file = &reader->file;
	size_t model, subgraph;
	struct pmk_flatbuffer_vector subgraphs, inputs, outputs;
	int err;

	if (file->size < 8 || memcmp(file->bytes + 4, "TFL3", 4))
		return pmk_tflite_fail(reader, -EBADMSG, "not a TensorFlow Lite file");
	model = pmk_flatbuffer_root(file);
	reader->codes = pmk_flatbuffer_vector(file, model, 1, 4);
	reader->buffers = pmk_flatbuffer_vector(file, model, 4, 4);
	subgraphs = pmk_flatbuffer_vector(file, model, 2, 4);
	subgraph = pmk_flatbuffer_element_table(file, subgraphs, 0);
	inputs = pmk_flatbuffer_vector(file, subgraph, 1, 4);
	outputs = pmk_flatbuffer_vector(file, subgraph, 2, 4);
	if (file->bad)
		return pmk_tflite_fail(reader, -EBADMSG, "damaged");
	if (inputs.count != 1 || outputs.count != 1)
		return pmk_tflite_fail(reader, -ENOTSUP, "%u inputs and %u outputs; one of each is supported",
			inputs.count, outputs.count);
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
	struct pmk_tflite_reader reader = { .name = name, .file = { .bytes = bytes, .size = size } };
	int err = read_model(&reader);

	free(reader.sources);
	if (err < 0)
		pmk_graph_finish(&reader.graph);
	else
		*graph = reader.graph;
	return err;
}
