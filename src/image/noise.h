/* SPDX-License-Identifier: MIT */
/* The noise of a picture's luma, from the picture alone: Immerkaer, "Fast Noise Variance Estimation", 1996, by the
 * median, since edges and texture are outliers. Pure functions. */
#ifndef PMK_IMAGE_NOISE_H
#define PMK_IMAGE_NOISE_H

#include "image/frame.h"

enum { PMK_NOISE_RESIDUES = 256 };

/* A pixel minus a plane through its neighbours, which must exist; noise of spread 1 gives a spread of 6 here. */
int pmk_noise_residue(const uint8_t *at, int stride);

/* The noise's spread, in levels: counts[i] of the `total` residues were i (the last one: or more). 0 if there are
 * none. */
double pmk_noise_of(const int counts[PMK_NOISE_RESIDUES], int total);

/* The noise of luma in the part of the image, from one pixel of 16x16 that is not black (there, noise is cut off). */
double pmk_noise_in(const struct pmk_image *image, const struct pmk_rect *part);

#endif
