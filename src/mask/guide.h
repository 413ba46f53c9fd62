/* SPDX-License-Identifier: MIT */
/* Fits the edge to the colours: around each block of 2x2 network pixels, the probability becomes a linear function of
 * the picture.
 *
 * This is the guided filter with a colour guide (He, Sun, Tang, "Guided Image Filtering", TPAMI 2013, eqs. 19 to 21) on
 * blocks of 2x2 network pixels. It runs twice, which sharpens the edge. The second result is kept as coefficients, not
 * applied, so that trace.h can apply them with the luma of the full picture (He, Sun, "Fast Guided Filter", arXiv
 * 1505.00996). Chroma is applied here, because cameras give no more detail in it.
 *
 * At last, haze is cleared: where most of the blocks around a block are neither sure of room nor of a person, in an
 * area wider than hair, gain and offset are made up to four times as steep around a probability of 0.5, so that
 * furniture of which the network is not sure is shown wholly or not at all. Where motion is known, this is done only
 * where the picture stands still: motion blur is no haze. Nothing is known of motion in a single picture, after a cut
 * and with smoothing off: then all haze is cleared. No contour at 0.5 moves by this.
 *
 * The one rule: where the probability is 0 in a block and the eight around it, gain and offset are 0. So a thin thing
 * as bright as the person that touches them, like a cable, sticks out of them by a block at most. One thread. */
#ifndef PMK_MASK_GUIDE_H
#define PMK_MASK_GUIDE_H

#include "image/frame.h"

enum { PMK_GUIDE_PLANES = 17, PMK_GUIDE_ROWS = 9, PMK_GUIDE_LINES = 5 };

struct pmk_edge_kernels;

struct pmk_guide_span {
	int first, end; /* columns */
};

struct pmk_guide {
	int width, height; /* in blocks: half of the network's, rounded up */
	const float *still; /* the caller's: 0 (motion) to 1 for each block; NULL: nothing is known of motion */
	float *gain, *offset; /* the result: probability = gain luma / 255 + offset */
	const struct pmk_edge_kernels *kernels;
	float *plane[PMK_GUIDE_PLANES]; /* scratch */
	float *row[PMK_GUIDE_ROWS]; /* one row of each of several planes, with zeros around it */
	/* their horizontal sums, for as many rows as the filter's square has */
	float *line[PMK_GUIDE_ROWS][PMK_GUIDE_LINES];
	float *share; /* for each column: 1 / how many columns of the filter's square are inside */
	struct pmk_guide_span *span; /* for each row: outside of the span the result is 0 */
	void *block;
};

/* `width` x `height` is the network's output. -ENOMEM. */
int pmk_guide_init(struct pmk_guide *guide, int width, int height) __attribute__((warn_unused_result));
void pmk_guide_finish(struct pmk_guide *guide); /* a zeroed struct is allowed */

/* Average each block of `from`, which is from_width x from_height without padding. Blocks at the right and lower edge
 * may be smaller. */
void pmk_guide_halve(const float *from, int from_width, int from_height, float *blocks);

/* `blocks` is the probability of each block, width x height; it is changed. `small` has the network's size and is
 * 4:2:0, so that its chroma has one sample per block. */
void pmk_guide_run(struct pmk_guide *guide, float *blocks, const struct pmk_image *small);

#endif
