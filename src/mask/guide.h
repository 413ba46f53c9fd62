/* SPDX-License-Identifier: MIT */
/* What the colours say about the edge: around each cell, the probability as a linear function of the picture.
 *
 * The guided filter with a colour guide (He, Sun, Tang, "Guided Image Filtering", TPAMI 2013, eqs. 19 to 21) on cells
 * of 2 x 2 network pixels, run twice so that the edge sharpens; the second result is kept as coefficients, not applied,
 * so that trace.h can apply them with the luma of the full picture (He, Sun, "Fast Guided Filter", arXiv 1505.00996).
 * Chroma is applied here: cameras have no more. The one rule: where the probability is 0 in all cells near by, gain and
 * rest are 0. One thread. */
#ifndef PMK_MASK_GUIDE_H
#define PMK_MASK_GUIDE_H

#include "image/frame.h"

enum { PMK_GUIDE_PLANES = 16, PMK_GUIDE_ROWS = 9, PMK_GUIDE_LINES = 5 };

struct pmk_edge_kernels;

struct pmk_guide_span {
	int first, end; /* columns */
};

struct pmk_guide {
	int width, height; /* cells: half of the network's, rounded up */
	float *gain, *rest; /* the result: probability = gain luma / 255 + rest */
	const struct pmk_edge_kernels *kernels;
	float *plane[PMK_GUIDE_PLANES]; /* scratch */
	float *row[PMK_GUIDE_ROWS]; /* one of each of several planes, zeros around it */
	/* their sums across, of as many rows as the filter's square has */
	float *line[PMK_GUIDE_ROWS][PMK_GUIDE_LINES];
	float *share; /* of each column: 1 / how many columns of the filter's square are inside */
	struct pmk_guide_span *span; /* of each row: outside of it the result is 0 */
	void *block;
};

/* `width` x `height` of the network's output. -ENOMEM. */
int pmk_guide_init(struct pmk_guide *guide, int width, int height) __attribute__((warn_unused_result));
void pmk_guide_finish(struct pmk_guide *guide); /* a zeroed one is fine too */

/* Mean over each cell of `from`, `from_width` x `from_height` and tight; cells at the right and lower rim may be
 * smaller. */
void pmk_guide_halve(const float *from, int from_width, int from_height, float *cells);

/* `cells`: probability, width x height, changed. `small` has the network's size and is 4:2:0, so that its chroma has a
 * sample a cell. */
void pmk_guide_run(struct pmk_guide *guide, float *cells, const struct pmk_image *small);

#endif
