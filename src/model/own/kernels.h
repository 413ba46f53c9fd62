/* SPDX-License-Identifier: MIT */
/* The own engine's kernels: one step of a network over strided pictures. The same source is compiled for each CPU
 * level.
 *
 * The one rule: a kernel trusts its step. Who builds steps has checked every shape, and gives 64 readable bytes behind
 * what is read. A kernel writes rows [first, last) of the result and nothing else of it, so that threads may share a
 * step. */
#ifndef PMK_MODEL_OWN_KERNELS_H
#define PMK_MODEL_OWN_KERNELS_H

#include "base/cpu.h"
#include "base/num.h"

#include <stdbool.h>
#include <stddef.h>

enum { PMK_PAD = 8 }; /* channels: pictures of more than a few are padded to a multiple of this */

/* A tensor as pictures [n][h][w][c] in memory. Where `pixel` is a multiple of PMK_PAD, whole groups may be written. */
struct pmk_nhwc {
	float *at; /* its first pixel; a halo lies before it */
	int n, h, w, c;
	size_t pixel, row, image; /* floats from one to the next; 0 where a broadcast operand is repeated */
};

enum pmk_step_activation { PMK_STEP_NONE, PMK_STEP_RELU, PMK_STEP_RELU6, PMK_STEP_HARD_SWISH, PMK_STEP_SIGMOID };

enum pmk_kernel {
	PMK_KERNEL_CONV, /* any convolution; weights packed */
	PMK_KERNEL_SCALE_WEIGHTS, /* packed weights of a 1x1 convolution times `scale`, into `scaled`; one row */
	/* windows that touch: conv 1x1, then depth to space; rows are the input's; weights packed by tap */
	PMK_KERNEL_TRANSPOSE_BLOCKS,
	/* of those the 2x2 windows of one channel out, 4n in, 4 or more pixels a row; weights [input / 4][tap][input %
	   4] */
	PMK_KERNEL_DOUBLE,
	PMK_KERNEL_TRANSPOSE, /* any transposed convolution */
	/* x and y padded, x with a halo as wide as windows stick out; weights [tap][padded channels] */
	PMK_KERNEL_DEPTHWISE,
	PMK_KERNEL_DEPTHWISE_ANY, /* any; weights [tap][channels] */
	PMK_KERNEL_ADD,
	PMK_KERNEL_MUL, /* x and b broadcast to y */
	PMK_KERNEL_POOL, /* average of the pixels that lie inside the picture */
	PMK_KERNEL_MEAN, /* of the whole picture; rows are pictures */
	PMK_KERNEL_RESIZE, /* bilinear */
	PMK_KERNEL_UNARY, /* the activation alone */
	PMK_KERNEL_SOFTMAX, /* over channels */
	PMK_KERNEL_COPY, /* same shape */
	PMK_KERNEL_RESHAPE, /* same elements in another shape; one row */
	PMK_KERNELS
};

/* Where a row or column of a result comes from: (1 - part) * first + part * second. */
struct pmk_lerp {
	int first, second;
	float part;
};

struct pmk_step {
	enum pmk_kernel kernel;
	enum pmk_step_activation activation; /* of the result, before `add` */
	struct pmk_nhwc x, b, y;
	struct pmk_nhwc add; /* residual, shape of y; at NULL: none */
	/* 1x1 convolutions: the input is x * scale + pre, enlarged to x by rows and columns if they are set; at NULL:
	 * it is x */
	struct pmk_nhwc pre;
	const float *scale; /* a factor for each channel of x */
	const float *weights, *bias; /* bias padded; never NULL where weights are */
	float *scaled;
	int depth, outputs; /* of packed weights: taps * input channels, and channels */
	int kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, top, left; /* top, left: padding or crop */
	int multiplier; /* DEPTHWISE_ANY: results of one input channel */
	const struct pmk_lerp *rows, *columns; /* RESIZE, and pre: to y, to x */
	int parts; /* rows for [first, last) */
};

/* A stretch of one window: `run` inputs from x + at on, and the weights that fit. */
struct pmk_tap {
	ptrdiff_t at;
	int depth, run;
};

/* What a thread brings along. */
struct pmk_scratch {
	struct pmk_tap *taps; /* kernel_h * kernel_w of the largest window */
	float *row; /* pmk_step_scratch of the largest step */
};

typedef void pmk_kernel_run(const struct pmk_step *step, int first, int last, const struct pmk_scratch *scratch);

struct pmk_kernels {
	pmk_kernel_run *run[PMK_KERNELS];
	int (*block)(int groups); /* packed weights: groups of PMK_PAD channels that come next, of so many left */
};

const struct pmk_kernels *pmk_kernels(enum pmk_cpu_level level); /* the machine must have it */

size_t pmk_step_scratch(const struct pmk_step *step); /* floats */

/* Weights as conv kernels read them: for each block of channels, for each of `depth` inputs, the channels side by side.
 * `at(user, channel, input)` gives them. `packed` holds depth * padded outputs, zeroed. */
typedef float pmk_weight_at(const void *user, int channel, int input);
void pmk_kernels_pack(
	const struct pmk_kernels *kernels, int outputs, int depth, pmk_weight_at *at, const void *user, float *packed);

static inline size_t pmk_padded(int channels)
{
	return pmk_align_up_size((size_t)channels, PMK_PAD);
}

#endif
