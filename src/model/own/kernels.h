/* SPDX-License-Identifier: MIT */
/* Kernels of the own engine: each runs one step of a network on strided pictures. The same source is compiled for each
 * CPU level.
 *
 * The one rule: a kernel trusts its step. The code that makes steps has checked all shapes, and provides 64 readable
 * bytes after all that is read. A kernel writes only rows [first, last) of the result, so that threads can share a
 * step. */
#ifndef PMK_MODEL_OWN_KERNELS_H
#define PMK_MODEL_OWN_KERNELS_H

#include "base/cpu.h"
#include "base/num.h"

#include <stdbool.h>
#include <stddef.h>

enum { PMK_PAD = 8 }; /* pictures with more than a few channels are padded to a multiple of so many */

/* A tensor as pictures [n][h][w][c] in memory. If `pixel` is a multiple of PMK_PAD, whole groups of PMK_PAD channels
 * may be written. */
struct pmk_nhwc {
	float *at; /* the first pixel; a halo may surround the picture */
	int n, h, w, c;
	size_t pixel, row, image; /* floats from one to the next; 0: a broadcast operand is repeated */
};

enum pmk_step_activation { PMK_STEP_NONE, PMK_STEP_RELU, PMK_STEP_RELU6, PMK_STEP_HARD_SWISH, PMK_STEP_SIGMOID };

enum pmk_kernel {
	PMK_KERNEL_CONV, /* any convolution; weights packed */
	PMK_KERNEL_SCALE_WEIGHTS, /* scaled = packed weights of a 1x1 convolution times scale; one row */
	/* transposed convolution with adjacent windows: conv 1x1, then depth to space; rows are the input's; weights
	 * packed by tap */
	PMK_KERNEL_TRANSPOSE_BLOCKS,
	/* the same with 2x2 windows, one channel out, 4n in, and 4 or more pixels per row;
	 * weights [input / 4][tap][input % 4] */
	PMK_KERNEL_DOUBLE,
	PMK_KERNEL_TRANSPOSE, /* any transposed convolution */
	/* x and y padded, x with a halo as wide as windows reach out of the picture; weights [tap][padded channels] */
	PMK_KERNEL_DEPTHWISE,
	PMK_KERNEL_DEPTHWISE_ANY, /* any; weights [tap][channels] */
	PMK_KERNEL_ADD,
	PMK_KERNEL_MUL, /* x and b broadcast to y */
	PMK_KERNEL_POOL, /* average of the pixels of a window that are inside the picture */
	PMK_KERNEL_MEAN, /* of the whole picture; rows are pictures */
	PMK_KERNEL_RESIZE, /* bilinear */
	PMK_KERNEL_UNARY, /* the activation alone */
	PMK_KERNEL_SOFTMAX, /* over channels */
	PMK_KERNEL_COPY, /* same shape */
	PMK_KERNEL_RESHAPE, /* same elements in another shape; one row */
	PMK_KERNELS
};

/* A row or column of a result is (1 - part) * first + part * second. */
struct pmk_lerp {
	int first, second;
	float part;
};

struct pmk_step {
	enum pmk_kernel kernel;
	enum pmk_step_activation activation; /* of the result, before `add` */
	struct pmk_nhwc x, b, y;
	struct pmk_nhwc add; /* residual in the shape of y; none if `at` is NULL */
	/* 1x1 convolutions: the input is x * scale + pre, where rows and columns, if set, enlarge pre to the size of x;
	 * if `at` is NULL, the input is x */
	struct pmk_nhwc pre;
	const float *scale; /* a factor for each channel of x */
	const float *weights, *bias; /* bias is padded, and never NULL if weights are not */
	float *scaled;
	int depth, outputs; /* of packed weights: taps * input channels, and output channels */
	int kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, top, left; /* top, left: padding or crop */
	int multiplier; /* DEPTHWISE_ANY: output channels per input channel */
	const struct pmk_lerp *rows, *columns; /* of RESIZE: from x to y; of pre: from pre to x */
	int parts; /* number of rows, of which a kernel writes [first, last) */
};

/* Part of a window: `run` inputs from x + at on, and their weights from `depth` on. */
struct pmk_tap {
	ptrdiff_t at;
	int depth, run;
};

/* Scratch memory of a thread. */
struct pmk_scratch {
	struct pmk_tap *taps; /* kernel_h * kernel_w of the largest window */
	float *row; /* pmk_step_scratch() floats of the largest step */
};

typedef void pmk_kernel_run(const struct pmk_step *step, int first, int last, const struct pmk_scratch *scratch);

struct pmk_kernels {
	pmk_kernel_run *run[PMK_KERNELS];
	/* for packed weights: how many groups of PMK_PAD channels the next block has, if `groups` are left */
	int (*block)(int groups);
};

const struct pmk_kernels *pmk_kernels(enum pmk_cpu_level level); /* this machine must have the level */

size_t pmk_step_scratch(const struct pmk_step *step); /* floats of scratch memory that the step needs */

/* Pack weights as conv kernels read them: for each block of channels, for each of `depth` inputs, the channels side by
 * side. `at(user, channel, input)` returns a weight. `packed` has room for depth * padded outputs and is zeroed. */
typedef float pmk_weight_at(const void *user, int channel, int input);
void pmk_kernels_pack(
	const struct pmk_kernels *kernels, int outputs, int depth, pmk_weight_at *at, const void *user, float *packed);

static inline size_t pmk_padded(int channels)
{
	return pmk_align_up_size((size_t)channels, PMK_PAD);
}

#endif
