/* SPDX-License-Identifier: MIT */
/* A small alpha plane to the camera's size, bilinear between pixel centres: source x = (x - place x + 0.5) width /
 * place width - 0.5.
 *
 * libyuv enlarges from corner to corner instead, which moves the mask by up to half a pixel of the network: 2.5 px at
 * 1280. One thread. */
#ifndef PMK_MASK_ENLARGE_H
#define PMK_MASK_ENLARGE_H

#include "image/frame.h"
#include "pixels/rows.h"

struct pmk_enlarge {
	int width, height, to_width, to_height; /* px */
	int *at; /* where each target column is sampled, in 1/256 source pixels */
	struct pmk_taps *taps; /* the same for eight columns at a time */
	bool taps_fit;
	const struct pmk_rows *rows;
	/* first target column inside of the place whose left source pixel is at least i, for i of 0..width */
	int *begin;
	uint8_t *padded; /* a source row, its last pixel once more, and what may be read behind it */
	struct pmk_rect place; /* of the target: what the source covers */
	int left, right; /* target columns inside of it */
	/* source rows at the target's width; all zero outside first..end */
	struct pmk_enlarge_row {
		uint8_t *alpha;
		int source, first, end;
	} row[2];
};

/* -ENOMEM */
int pmk_enlarge_init(struct pmk_enlarge *enlarge, int width, int height, int to_width, int to_height)
	__attribute__((warn_unused_result));
void pmk_enlarge_finish(struct pmk_enlarge *enlarge); /* a zeroed one is fine too */

/* The source covers `place` of the target, which may stick out of it; after init it covers all. Allocates nothing. */
void pmk_enlarge_place(struct pmk_enlarge *enlarge, const struct pmk_rect *place);

/* All zero gives all zero, all 255 all 255 inside of the place; outside of it is zero. `to` has the target's size;
 * every pixel is written. */
void pmk_enlarge_run(struct pmk_enlarge *enlarge, const uint8_t *from, int stride, struct pmk_mask *to);

#endif
