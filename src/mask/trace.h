/* SPDX-License-Identifier: MIT */
/* Computes alpha at the camera's size from the linear functions of guide.h and the camera's own luma.
 *
 * Each block of 2x2 network pixels says: probability = gain luma / 255 + offset. Between the blocks gain and offset are
 * interpolated bilinearly. Where a block and its neighbours give 0 for every possible luma, or 1, alpha is constant and
 * the picture is not read; the remaining pixels are the rim of the person. The one rule: if gain and offset are 0,
 * alpha is 0. Fixed point, the same on every machine. One thread. */
#ifndef PMK_MASK_TRACE_H
#define PMK_MASK_TRACE_H

#include "image/frame.h"

struct pmk_trace;

/* width x height is the network's size, of which a block has 2x2 pixels, rounded up; mask_width x mask_height is the
 * camera's. `sure` is below 0.5: a probability this close to 0 or 1 becomes 0 or 1, and those between are stretched.
 * -ENOMEM. */
int pmk_trace_create(int width, int height, int mask_width, int mask_height, float sure, struct pmk_trace **trace)
	__attribute__((warn_unused_result));
void pmk_trace_destroy(struct pmk_trace *trace); /* NULL is allowed */

/* How much of the luma is to be its mean over 3x3 pixels (weights 1, 2, 1 each way) from now on, 0..1, so that noise of
 * the camera is not seen in the rim. At first it is 0. */
void pmk_trace_calm(struct pmk_trace *trace, double share);

/* The blocks cover `view` of the picture, which may stick out of it; alpha is 0 outside the view. `luma` and `mask`
 * have the camera's size, and another 15 bytes can be read after luma. Every pixel of the mask is written. */
void pmk_trace_run(struct pmk_trace *trace, const float *gain, const float *offset, const struct pmk_rect *view,
	const uint8_t *luma, int luma_stride, struct pmk_mask *mask);

#endif
