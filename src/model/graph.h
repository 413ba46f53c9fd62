/* SPDX-License-Identifier: MIT */
/* A network as a list of operators on tensors. The .tflite reader makes it, rewrites change it, and engines lower it.
 *
 * The one rule: a graph that pmk_graph_check has accepted is safe to run; the check derives each shape and trusts none.
 *
 * Activations are float32 in NHWC order. Weights are laid out as in TensorFlow Lite: OHWI for convolutions, 1HWC for
 * depthwise ones. A graph belongs to one thread; once it is made, any thread may read it. */
#ifndef PMK_MODEL_GRAPH_H
#define PMK_MODEL_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { PMK_GRAPH_MAX_DIMS = 4, PMK_GRAPH_MAX_INPUTS = 8 };

/* Limits of pmk_graph_check. The known networks stay below a tenth of each. */
enum {
	PMK_GRAPH_MAX_TENSORS = 4096,
	PMK_GRAPH_MAX_OPS = 4096,
	PMK_GRAPH_MAX_DIM = 1 << 16, /* of a dimension, a stride, a dilation, a side of a window */
	PMK_GRAPH_MAX_ACTIVATIONS = 64 << 20, /* elements of all activations: 256 MiB */
	/* elements of all constants, each counted once for each operator that reads it: 64 MiB */
	PMK_GRAPH_MAX_WEIGHTS = 16 << 20,
	/* window elements times output pixels, of all operators: an engine may keep a pointer for each */
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
	/* a constant's elements (fp16 weights are widened), from pmk_mem_alloc, owned by the graph; NULL: an activation
	 */
	float *data;
	char name[48];
};

struct pmk_op {
	enum pmk_op_kind kind;
	/* tensor indices; the weights are input 1, and the bias, if there is one, is input 2 */
	int inputs, input[PMK_GRAPH_MAX_INPUTS], output;
	enum pmk_activation activation; /* applied to the result */
	bool same; /* SAME padding, otherwise VALID */
	int stride_h, stride_w, dilation_h, dilation_w;
	int pool_h, pool_w;
	int depth_multiplier;
	bool align_corners, half_pixel_centers; /* conventions of RESIZE_BILINEAR */
	int axis; /* CONCAT, counted from 0 */
	bool keep_dims; /* MEAN over H and W */
};

struct pmk_graph {
	struct pmk_tensor *tensors;
	int tensor_count;
	struct pmk_op *ops; /* in the order of running */
	int op_count;
	int input, output; /* tensor indices */
};

/* Read the bytes of a .tflite file and check the graph. Each offset is verified before use; `bytes` is not used
 * afterwards. -EBADMSG: damaged or hostile; -ENOTSUP: an unknown operator or type; -ENOMEM. Logged in one line that
 * names the file, `name`. */
int pmk_tflite_read(const char *name, const uint8_t *bytes, size_t size, struct pmk_graph *graph)
	__attribute__((warn_unused_result));

/* Derive each shape from that of the input and compare it with the graph's. Refuse what no engine may run: cycles,
 * reads before writes, sizes over the limits, weights of another shape. pmk_tflite_read calls it. -EBADMSG, -ENOMEM;
 * logged. */
int pmk_graph_check(const char *name, const struct pmk_graph *graph) __attribute__((warn_unused_result));

void pmk_graph_finish(struct pmk_graph *graph); /* a zeroed graph is allowed */
size_t pmk_tensor_count(const struct pmk_tensor *tensor); /* elements */
double pmk_op_macs(const struct pmk_graph *graph, const struct pmk_op *op); /* multiply-accumulates of one run */
const char *pmk_op_name(enum pmk_op_kind kind);
/* Print a line for each operator (shapes, attributes, multiply-accumulates), then the totals. */
void pmk_graph_print(const struct pmk_graph *graph, FILE *to);

#endif
