/* SPDX-License-Identifier: MIT */
/* The same network, cheaper to run. Every rewrite is exact but for rounding:
 *
 * - operators that the output does not need, and resizes to the size that is there already, go away
 * - pool(concat(a, b)) = concat(pool(a), pool(b)), and conv1x1(concat(a, b)) = conv1x1(a) + conv1x1(b) with split
 * weights
 * - conv1x1(resize(x)) = resize(conv1x1(x)) when the resize enlarges: its weights sum to one, so the bias commutes too
 * - mean(a + b) = mean(a) + mean(b) when nothing else reads the sum; the mean of a picture enlarged by whole numbers,
 * its centres kept, is the mean of the small one: each pixel has the same part in it
 * - a 1x1 picture stretched for an addition or multiplication is broadcast instead
 *
 * The one rule: the result reads the constants of the graph it was made from, which must outlive it. */
#ifndef PMK_MODEL_REWRITE_H
#define PMK_MODEL_REWRITE_H

#include "model/graph.h"

struct pmk_rewrite {
	struct pmk_graph graph; /* never for pmk_graph_finish */
	float **made; /* the constants that are new */
	int made_count;
};

/* 0 or -ENOMEM */
int pmk_rewrite_init(struct pmk_rewrite *rewrite, const struct pmk_graph *graph) __attribute__((warn_unused_result));
void pmk_rewrite_finish(struct pmk_rewrite *rewrite); /* a zeroed one is fine too */

#endif
