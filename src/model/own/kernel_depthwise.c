/* SPDX-License-Identifier: MIT */
/* Depthwise convolutions, where each channel is filtered by itself. */
#include "model/own/kernel_level.h"

enum { MANY_CHANNELS = 128, CHANNELS_AT_A_TIME = 64 };

static float *row_of(const struct pmk_nhwc *t, int row)
{
	return t->at + (size_t)(row / t->h) * t->image + (size_t)(row % t->h) * t->row;
}

#define LANES PMK_PLAIN_LANES
#ifdef __AVX512F__
#undef LANES
#define LANES 8
#include "model/own/depthwise_tile.inc"
#undef LANES
#define LANES 16
#endif
#include "model/own/depthwise_tile.inc"

void LEVEL(pmk_kernel_depthwise)(const struct pmk_step *step, int first, int last, const struct pmk_scratch *scratch)
{
	int channels = (int)pmk_padded(step->y.c), whole = channels / LANES * LANES;

	V(depthwise_channels)(step, first, last, 0, whole);
#ifdef __AVX512F__
	if (whole < channels)
		depthwise_channels8(step, first, last, whole, channels);
#endif
}

static float tap_sum(const struct pmk_step *s, const float *x, int top, int left, int channel)
{
	float sum = s->bias[channel];

	for (int i = 0; i < s->kernel_h; i++) {
		int row = top + i * s->dilation_h;

		for (int j = 0; row >= 0 && row < s->x.h && j < s->kernel_w; j++) {
			int column = left + j * s->dilation_w;

			if (column >= 0 && column < s->x.w)
				sum += x[(size_t)row * s->x.row + (size_t)column * s->x.pixel +
					       (size_t)(channel / s->multiplier)] *
					s->weights[(size_t)(i * s->kernel_w + j) * (size_t)s->y.c + (size_t)channel];
		}
	}
	return sum;
}

/* For rare shapes: one number at a time. */
void LEVEL(pmk_kernel_depthwise_any)(const struct pmk_step *s, int first, int last, const struct pmk_scratch *scratch)
{
	for (int row = first; row < last; row++) {
		const float *x = s->x.at + (size_t)(row / s->y.h) * s->x.image;
		const float *add = s->add.at ? row_of(&s->add, row) : NULL;
		float *y = row_of(&s->y, row);

		for (int i = 0; i < s->y.w; i++) {
			for (int c = 0; c < s->y.c; c++) {
				float sum = tap_sum(
					s, x, row % s->y.h * s->stride_h - s->top, i * s->stride_w - s->left, c);
				float value = V(activate)(V(splat)(sum), s->activation)[0];

				y[(size_t)i * s->y.pixel + (size_t)c] = add ?
					value + add[(size_t)i * s->add.pixel + (size_t)c] :
					value;
			}
		}
	}
}
