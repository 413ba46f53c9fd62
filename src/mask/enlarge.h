/* SPDX-License-Identifier: MIT */
/* Enlarges a small alpha plane to the camera's size, bilinearly between pixel centres: source x = (x - place x + 0.5)
 * width / place width - 0.5.
 *
 * libyuv enlarges from corner to corner instead, which moves the mask by up to half a pixel of the network: 2.5 px at
 * 1280. One thread. */
#ifndef PMK_MASK_ENLARGE_H
#define PMK_MASK_ENLARGE_H

#include "image/frame.h"
#include "pixels/rows.h"

struct pmk_enlarge {
	int width, height, to_width, to_height; /* px */
	int *at; /* where each target column is sampled, in 1/256 source px */
	struct pmk_taps *taps; /* the same for eight columns at a time */
	bool taps_fit;
	const struct pmk_rows *rows;
	/* for i of 0..width: the first target column inside the place whose left source pixel is at least i */
	int *begin;
	uint8_t *padded; /* a source row, its last pixel again, and what may be read beyond it */
	struct pmk_rect place; /* the part of the target that the source covers */
	int left, right; /* target columns inside the place */
	/* source rows at the target's width; they are 0 outside first..end - 1 */
	struct pmk_enlarge_row {
		uint8_t *alpha;
		int source, first, end;
	} row[2];
};

/* -ENOMEM */
int pmk_enlarge_init(struct pmk_enlarge *enlarge, int width, int height, int to_width, int to_height)
	__attribute__((warn_unused_result));
void pmk_enlarge_finish(struct pmk_enlarge *enlarge); /* a zeroed struct is allowed */

/* Let the source cover `place` of the target, which may stick out of it; after init it covers all of it. Allocates
 * nothing. */
void pmk_enlarge_place(struct pmk_enlarge *enlarge, const struct pmk_rect *place);

/* Enlarge `from` into `to`, which has the target's size; every pixel is written. Outside the place alpha is 0. If the
 * source is 0 everywhere, so is the target; if it is 255 everywhere, so is the target inside the place. */
void pmk_enlarge_run(struct pmk_enlarge *enlarge, const uint8_t *from, int stride, struct pmk_mask *to);

#endif
