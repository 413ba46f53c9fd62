/* SPDX-License-Identifier: MIT */
/* The network as a list of operators over tensors: what the .tflite reader fills, rewrites change and engines lower.
 *
 * The one rule: a graph that pmk_graph_check accepted is safe to run: every shape was re-derived, none trusted.
 * Activations are NHWC, float32; conv weights OHWI, depthwise 1HWC, as TensorFlow Lite lays them out. */
#ifndef PMK_MODEL_GRAPH_H
#define PMK_MODEL_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { PMK_GRAPH_MAX_DIMS = 4, PMK_GRAPH_MAX_INPUTS = 8 };

/* What pmk_graph_check lets through. The networks this is for stay below a tenth of each. */
enum {
	PMK_GRAPH_MAX_TENSORS = 4096,
	PMK_GRAPH_MAX_OPS = 4096,
	PMK_GRAPH_MAX_DIM = 1 << 16, /* a dimension, stride, dilation or window side */
	PMK_GRAPH_MAX_ACTIVATIONS = 64 << 20, /* elements of all activations: 256 MiB */
	/* elements of the constants, counted once for each operator that reads them: 64 MiB */
	PMK_GRAPH_MAX_WEIGHTS = 16 << 20,
	/* window elements times output pixels, all operators: an engine may keep a pointer for each */
	PMK_GRAPH_MAX_TAPS = 16 << 20,
};
#define PMK_GRAPH_MAX_MACS 64e9 /* multiply-accumulates of one run */

enum pmk_op_kind {
	PMK_OP_CONV,
	PMK_OP_DEPTHWISE,
	PMK_OP_TRANSPOSE_CONV,
	PMK_OP_FULLY_CONNECTED,
	PMK_OP_ADD,
	PMK_OP_MUL,
	PMK_OP_AVERAGE_POOL,
	PMK_OP_MEAN,
	PMK_OP_RESIZE_BILINEAR,
	PMK_OP_CONCAT,
	PMK_OP_RELU,
	PMK_OP_RELU6,
	PMK_OP_HARD_SWISH,
	PMK_OP_SIGMOID,
	PMK_OP_SOFTMAX,
	PMK_OP_RESHAPE,
	PMK_OP_KINDS
};

enum pmk_activation { PMK_ACT_NONE, PMK_ACT_RELU, PMK_ACT_RELU6 };

struct pmk_tensor {
	int dims, dim[PMK_GRAPH_MAX_DIMS];
	/* constant (fp16 weights are widened), owned by the graph, of pmk_mem_alloc; NULL for an activation */
	float *data;
	char name[48];
};

struct pmk_op {
	enum pmk_op_kind kind;
	/* tensor indices; weights and (if there is one) bias are inputs 1 and 2 */
	int inputs, input[PMK_GRAPH_MAX_INPUTS], output;
	enum pmk_activation activation; /* applied to the result */
	bool same; /* SAME padding, else VALID */
	int stride_h, stride_w, dilation_h, dilation_w;
	int pool_h, pool_w;
	int depth_multiplier;
	bool align_corners, half_pixel_centers; /* RESIZE_BILINEAR's two conventions */
	int axis; /* CONCAT, counted from 0 */
	bool keep_dims; /* MEAN over H and W */
};

struct pmk_graph {
	struct pmk_tensor *tensors;
	int tensor_count;
	struct pmk_op *ops; /* in running order */
	int op_count;
	int input, output; /* tensor indices: one of each */
};

/* Read a .tflite file's bytes. Every offset is verified before use; nothing of `bytes` is kept. -EBADMSG damaged or
 * hostile, -ENOTSUP an operator or type that is not known, -ENOMEM. Logged in one line naming `name` (the file). */
int pmk_tflite_read(const char *name, const uint8_t *bytes, size_t size, struct pmk_graph *graph)
	__attribute__((warn_unused_result));

/* Re-derive every shape from the input's and compare; refuse what no engine may run (cycles, reads before writes, sizes
 * over the limits, weights of another shape). pmk_tflite_read has called it. -EBADMSG, -ENOMEM; logged. */
int pmk_graph_check(const char *name, const struct pmk_graph *graph) __attribute__((warn_unused_result));

void pmk_graph_finish(struct pmk_graph *graph); /* a zeroed graph is fine too */
size_t pmk_tensor_count(const struct pmk_tensor *tensor); /* elements */
double pmk_op_macs(const struct pmk_graph *graph, const struct pmk_op *op); /* multiply-accumulates of one run */
const char *pmk_op_name(enum pmk_op_kind kind);
/* a line an operator: shapes, attributes, MACs; then totals */
void pmk_graph_print(const struct pmk_graph *graph, FILE *to);

#endif
