/* SPDX-License-Identifier: MIT */
/* Names and vectors of the CPU level that a kernel source is compiled for. Only for those sources; PMK_LEVEL names the
 * level. */
#ifndef PMK_MODEL_OWN_KERNEL_LEVEL_H
#define PMK_MODEL_OWN_KERNEL_LEVEL_H

#include "base/dispatch.h"
#include "model/own/kernels.h"

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* Floats in a vector, for kernels other than convolutions. */
#ifdef __AVX__
#define PMK_PLAIN_LANES 8
#else
#define PMK_PLAIN_LANES 4
#endif

pmk_kernel_run LEVEL(pmk_kernel_conv), LEVEL(pmk_kernel_scale_weights), LEVEL(pmk_kernel_transpose_blocks),
	LEVEL(pmk_kernel_double), LEVEL(pmk_kernel_transpose), LEVEL(pmk_kernel_depthwise),
	LEVEL(pmk_kernel_depthwise_any), LEVEL(pmk_kernel_add), LEVEL(pmk_kernel_mul), LEVEL(pmk_kernel_pool),
	LEVEL(pmk_kernel_mean), LEVEL(pmk_kernel_resize), LEVEL(pmk_kernel_unary), LEVEL(pmk_kernel_softmax),
	LEVEL(pmk_kernel_copy), LEVEL(pmk_kernel_reshape);
int LEVEL(pmk_kernel_block)(int groups);
extern const struct pmk_kernels LEVEL(pmk_kernels);

#endif
