/* SPDX-License-Identifier: MIT */
/* Alpha at the camera's size from the linear functions of guide.h and the camera's own luma.
 *
 * Each cell says: probability = gain luma / 255 + rest. Between cells gain and rest are bilinear. Where a cell and its
 * neighbours give 0, or 1, for every luma there is, alpha is flat and the picture is not read; what is left is the rim
 * of the person. The one rule: gain and rest of 0 give alpha 0. Fixed point, the same on every machine. One thread. */
#ifndef PMK_MASK_TRACE_H
#define PMK_MASK_TRACE_H

#include "image/frame.h"

struct pmk_trace;

/* width x height: of the network, two pixels a cell each way, rounded up; mask_width x mask_height: of the camera.
 * `sure`, below 0.5: probabilities this close to 0 or 1 are taken for it, and those between are stretched. -ENOMEM. */
int pmk_trace_create(int width, int height, int mask_width, int mask_height, float sure, struct pmk_trace **trace)
	__attribute__((warn_unused_result));
void pmk_trace_destroy(struct pmk_trace *trace); /* NULL is fine */

/* The cells cover `view` of the picture, which may stick out of it; alpha is 0 outside of the view. `luma` and `mask`
 * have the camera's size, and behind luma another 15 bytes can be read; every pixel of the mask is written. */
void pmk_trace_run(struct pmk_trace *trace, const float *gain, const float *rest, const struct pmk_rect *view,
	const uint8_t *luma, int luma_stride, struct pmk_mask *mask);

#endif
