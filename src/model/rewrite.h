/* SPDX-License-Identifier: MIT */
/* Rewrites a network so that it is cheaper to run. Each rewrite is exact except for rounding:
 *
 * - operators that the output does not need are removed, and so are resizes to the same size
 * - pool(concat(a, b)) becomes concat(pool(a), pool(b))
 * - conv1x1(concat(a, b)) becomes conv1x1(a) + conv1x1(b), with split weights
 * - conv1x1(resize(x)) becomes resize(conv1x1(x)) if the resize enlarges; the weights of a resize sum to one, so the
 *   bias commutes with it, too
 * - mean(a + b) becomes mean(a) + mean(b) if nothing else reads the sum
 * - mean(resize(x)) becomes mean(x) if the resize enlarges by whole numbers and keeps centres, so that each pixel of x
 *   has the same weight
 * - a 1x1 picture that is resized for an addition or multiplication is broadcast instead
 *
 * The one rule: the result reads the constants of the graph that it was made from, which must outlive it. */
#ifndef PMK_MODEL_REWRITE_H
#define PMK_MODEL_REWRITE_H

#include "model/graph.h"

struct pmk_rewrite {
	struct pmk_graph graph; /* never call pmk_graph_finish on it */
	float **made; /* the new constants */
	int made_count;
};

/* 0 or -ENOMEM */
int pmk_rewrite_init(struct pmk_rewrite *rewrite, const struct pmk_graph *graph) __attribute__((warn_unused_result));
void pmk_rewrite_finish(struct pmk_rewrite *rewrite); /* a zeroed struct is allowed */

#endif
