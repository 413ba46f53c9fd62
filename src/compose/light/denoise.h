/* SPDX-License-Identifier: MIT */
/* Denoise: a memory of the person's pixels that follows the camera slowly where only noise changes, and at once where
 * the person moves.
 *
 * Each pixel's memory moves towards the frame by a share of the difference: by the smallest share while the difference
 * is what the noise explains (2.5 spreads), and by all of it from 4.5 spreads on. A difference is judged by its own
 * pixel and by the sum over 3x3 pixels, where noise cancels out and motion does not (as in Brailean, Kleihorst,
 * Efstratiadis, Katsaggelos, Lagendijk, "Noise Reduction Filters for Dynamic Image Sequences: A Review", 1995, on
 * motion-adaptive recursive filters). Memory is finer than a level, so a lifted shadow gets no bands.
 *
 * The one rule: what a pixel remembers was the person's in every frame since it began, so it never holds the room.
 * Where alpha (at the plane's width) is below 255, the memory is wiped in that very frame. One thread. */
#ifndef PMK_COMPOSE_LIGHT_DENOISE_H
#define PMK_COMPOSE_LIGHT_DENOISE_H

#include "image/frame.h"
#include "pixels/rows.h"

struct pmk_denoise;

/* For frames of this size and sampling. -ENOMEM. */
int pmk_denoise_create(const struct pmk_layout *layout, struct pmk_denoise **denoise)
	__attribute__((warn_unused_result));
void pmk_denoise_destroy(struct pmk_denoise *denoise); /* NULL is fine */

/* Remember nothing: the next frame is the first one. */
void pmk_denoise_forget(struct pmk_denoise *denoise);

/* Take in a frame and its mask. `noise` is the spread of luma's noise, in levels; `share` is the smallest share, above
 * 0, at most 1. All frames since the last forget have the same range. */
void pmk_denoise_run(struct pmk_denoise *denoise, const struct pmk_image *frame, const struct pmk_mask *mask,
	double noise, double share);

/* Row y of a plane of the memory: levels times PMK_SETTLE_LEVEL, or PMK_SETTLE_NONE where there is none. */
const int16_t *pmk_denoise_row(const struct pmk_denoise *denoise, int plane, int y);

#endif
