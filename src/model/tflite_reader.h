/* SPDX-License-Identifier: MIT */
/* The state of reading a .tflite file. It is shared by tflite.c, which reads tensors, wiring and constants, and
 * tflite_op.c, which reads the kind and attributes of operators. The numbers are those of TensorFlow Lite's schema,
 * version 3 (tensorflow/lite/schema/schema.fbs).
 *
 * The one rule: each offset is read through `file`, which remembers if one led out of the file. */
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

/* What the file says about a tensor besides its shape. */
struct pmk_tflite_source {
	int type;
	const uint8_t *data; /* of a constant, inside the file; otherwise NULL */
	size_t bytes;
};

struct pmk_tflite_reader {
	const char *name;
	struct pmk_flatbuffer file;
	struct pmk_graph graph;
	struct pmk_tflite_source *sources; /* one for each tensor */
	struct pmk_flatbuffer_vector codes, buffers;
};

/* The operator being read. */
struct pmk_tflite_node {
	int index;
	size_t table, options; /* tables of the file; 0: absent */
	int code;
	size_t code_table;
	struct pmk_op op;
};

/* Log why reading failed, after the file's name, and return `err`. If an offset has led out of the file, log that it is
 * damaged, and return -EBADMSG. */
int pmk_tflite_fail(const struct pmk_tflite_reader *reader, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Set node->op.kind and all attributes, from node->code and the tables. -EBADMSG, -ENOTSUP; logged. */
int pmk_tflite_set_op(struct pmk_tflite_reader *reader, struct pmk_tflite_node *node,
	struct pmk_flatbuffer_vector inputs) __attribute__((warn_unused_result));

#endif
