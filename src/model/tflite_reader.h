/* SPDX-License-Identifier: MIT */
/* What reading a .tflite file is in the midst of: for tflite.c, which reads tensors, wiring and constants, and
 * tflite_op.c, which reads what each operator does. The numbers are those of TensorFlow Lite's schema, version 3
 * (tensorflow/lite/schema/schema.fbs).
 *
 * The one rule: each offset is read through `file`, which remembers that one led out of it. */
#ifndef PMK_MODEL_TFLITE_READER_H
#define PMK_MODEL_TFLITE_READER_H

#include "model/flatbuffer.h"
#include "model/graph.h"

enum { TYPE_FLOAT32 = 0, TYPE_FLOAT16 = 1, TYPE_INT32 = 2, TYPE_OTHER = -1 };

enum {
	CODE_ADD = 0,
	CODE_AVERAGE_POOL = 1,
	CODE_CONCAT = 2,
	CODE_CONV = 3,
	CODE_DEPTHWISE = 4,
	CODE_DEQUANTIZE = 6,
	CODE_FULLY_CONNECTED = 9,
	CODE_LOGISTIC = 14,
	CODE_MUL = 18,
	CODE_RELU = 19,
	CODE_RELU6 = 21,
	CODE_RESHAPE = 22,
	CODE_RESIZE_BILINEAR = 23,
	CODE_SOFTMAX = 25,
	CODE_CUSTOM = 32,
	CODE_MEAN = 40,
	CODE_HARD_SWISH = 117,
};

/* What the file says of a tensor beyond its shape. */
struct pmk_tflite_source {
	int type;
	const uint8_t *data; /* constant, inside the file; NULL else */
	size_t bytes;
};

struct pmk_tflite_reader {
	const char *name;
	struct pmk_flatbuffer file;
	struct pmk_graph graph;
	struct pmk_tflite_source *sources; /* a tensor each */
	struct pmk_flatbuffer_vector codes, buffers;
};

/* The operator in hand. */
struct pmk_tflite_node {
	int index;
	size_t table, options; /* tables of the file, 0 when absent */
	int code;
	size_t code_table;
	struct pmk_op op;
};

/* Say why, beginning with the file's name; or, after an offset out of it, that it is damaged. Gives `err`, or -EBADMSG
 * then. */
int pmk_tflite_fail(const struct pmk_tflite_reader *reader, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* node->op.kind and all its attributes, from node->code and the tables. 0, -EBADMSG, or -ENOTSUP, logged. */
int pmk_tflite_set_op(struct pmk_tflite_reader *reader, struct pmk_tflite_node *node,
	struct pmk_flatbuffer_vector inputs) __attribute__((warn_unused_result));

#endif
