/* SPDX-License-Identifier: MIT */
#include "model/own/kernels.h"

#include "base/dispatch.h"

PMK_LEVELS(const struct pmk_kernels, pmk_kernels);

const struct pmk_kernels *pmk_kernels(enum pmk_cpu_level level)
{
	return PMK_OF_LEVEL(pmk_kernels, level);
}

size_t pmk_step_scratch(const struct pmk_step *step)
{
	const struct pmk_nhwc *x = &step->x, *y = &step->y;

	switch (step->kernel) {
	case PMK_KERNEL_CONV:
		return (size_t)y->w * pmk_padded(y->c) +
			(step->pre.at ? (size_t)x->w * pmk_padded(x->c) + (size_t)step->pre.w * step->pre.pixel +
						2 * PMK_PAD :
					0);
	case PMK_KERNEL_TRANSPOSE:
		return (size_t)y->w * pmk_padded(y->c);
	case PMK_KERNEL_TRANSPOSE_BLOCKS:
		return (size_t)x->w * pmk_padded(step->outputs);
	case PMK_KERNEL_RESIZE:
		return (size_t)x->w * x->pixel;
	default:
		return 0;
	}
}

void pmk_kernels_pack(
	const struct pmk_kernels *kernels, int outputs, int depth, pmk_weight_at *at, const void *user, float *packed)
{
	int channel = 0;

	for (int left = (int)(pmk_padded(outputs) / PMK_PAD); left;) {
		int groups = kernels->block(left), width = groups * PMK_PAD;

		for (int k = 0; k < depth; k++, packed += width) {
			for (int c = 0; c < width && channel + c < outputs; c++)
				packed[c] = at(user, channel + c, k);
		}
		channel += width;
		left -= groups;
	}
}
