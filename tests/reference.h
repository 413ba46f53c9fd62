/* SPDX-License-Identifier: MIT */
/* The yardstick for engines: every operator as its definition says, one loop a dimension, sums in double. Slow on
 * purpose. */
#ifndef PMK_TESTS_REFERENCE_H
#define PMK_TESTS_REFERENCE_H

#include "model/graph.h"

/* Run a checked graph. `input` and `output` have the shapes of the graph's. False when out of memory. */
bool reference_run(const struct pmk_graph *graph, const float *input, float *output);

#endif
