/* SPDX-License-Identifier: MIT */
/* The reference for engines: each operator by its definition, with a loop for each dimension and sums in double. It is
 * simple, and therefore slow. */
#ifndef PMK_TESTS_REFERENCE_H
#define PMK_TESTS_REFERENCE_H

#include "model/graph.h"

/* Run a checked graph. `input` and `output` have the shapes of the graph's input and output. False: out of memory. */
bool reference_run(const struct pmk_graph *graph, const float *input, float *output);

/* The largest magnitude of `count` values, at least 1: what a tolerance is a part of. */
double reference_largest(const float *values, size_t count);

#endif
