/* SPDX-License-Identifier: MIT */
#include "image/noise.h"

#include "base/num.h"

#include <math.h>
#include <stdlib.h>

enum { STEP = 16, BLACK = 20 }; /* px; a level */

int pmk_noise_residue(const uint8_t *at, int stride)
{
	const uint8_t *up = at - stride, *down = at + stride;

	return abs(up[-1] + up[1] + down[-1] + down[1] + 4 * at[0] - 2 * (up[0] + down[0] + at[-1] + at[1]));
}

/* The median is interpolated within its bin, so that it moves smoothly. 0.6745 is the median of the absolute value of
 * a standard normal distribution. */
double pmk_noise_of(const int counts[PMK_NOISE_RESIDUES], int total)
{
	double half = total / 2.0;
	int below = 0, i = 0;

	if (!total)
		return 0;
	while (i < PMK_NOISE_RESIDUES - 1 && below + counts[i] < half)
		below += counts[i++];
	return counts[i] ? fmax(i - 0.5 + (half - below) / counts[i], 0) / (6 * 0.6745) : 0;
}

double pmk_noise_in(const struct pmk_image *image, const struct pmk_rect *part)
{
	int counts[PMK_NOISE_RESIDUES] = { 0 }, total = 0, stride = image->stride[0];
	int right = pmk_min(part->x + part->width, image->layout.width - 1),
	    bottom = pmk_min(part->y + part->height, image->layout.height - 1);

	for (int y = pmk_max(part->y, 1); y < bottom; y += STEP) {
		const uint8_t *row = image->plane[0] + (size_t)y * (size_t)stride;

		for (int x = pmk_max(part->x, 1); x < right; x += STEP) {
			if (row[x] < BLACK)
				continue;
			counts[pmk_min(pmk_noise_residue(row + x, stride), PMK_NOISE_RESIDUES - 1)]++;
			total++;
		}
	}
	return pmk_noise_of(counts, total);
}
