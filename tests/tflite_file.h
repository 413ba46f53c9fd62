/* SPDX-License-Identifier: MIT */
/* Writer of small .tflite files, field by field and valid or not, as a struct spec says. For the test and the fuzzer of
 * the reader. */
#ifndef PMK_TESTS_TFLITE_FILE_H
#define PMK_TESTS_TFLITE_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Numbers of TensorFlow Lite's schema. */
enum { FLOAT32 = 0, FLOAT16 = 1, INT32 = 2, INT8 = 9 };
enum {
	ADD = 0,
	AVERAGE_POOL = 1,
	CONCAT = 2,
	CONV = 3,
	DEPTHWISE = 4,
	DEQUANTIZE = 6,
	FULLY_CONNECTED = 9,
	LOGISTIC = 14,
	MUL = 18,
	RELU = 19,
	RESHAPE = 22,
	RESIZE = 23,
	SOFTMAX = 25,
	CUSTOM = 32,
	MEAN = 40,
	HARD_SWISH = 117,
};
enum { MOST_TENSORS = 6, MOST_OPS = 3, MOST_OPTIONS = 7 };

struct tensor_spec {
	int dims, dim[5], type;
	const void *data;
	size_t bytes;
};

struct op_spec {
	int code, inputs, input[4], output;
	uint32_t option[MOST_OPTIONS]; /* by field; 0 is left out */
	uint32_t custom[3]; /* padding and strides; with padding 0 the last stride is missing */
};

struct spec {
	struct tensor_spec tensor[MOST_TENSORS];
	struct op_spec op[MOST_OPS];
	int tensors, ops, input, output;
};

struct file {
	uint8_t bytes[1 << 14];
	size_t size;
};

void tflite_file_build(struct file *file, const struct spec *spec);

/* One small network for each operator. */
extern const struct spec tflite_seeds[];
extern const int tflite_seed_count;

#endif
