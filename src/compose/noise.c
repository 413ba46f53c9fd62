/* SPDX-License-Identifier: MIT */
#include "compose/noise.h"

#include <math.h>
#include <stdlib.h>

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
