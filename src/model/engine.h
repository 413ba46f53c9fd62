/* SPDX-License-Identifier: MIT */
/* Runs a network: new, input, output, run, free. What is behind it may change; this does not.
 *
 * The one rule: an engine belongs to one thread at a time. It keeps pointers into the graph, which must outlive it. */
#ifndef PMK_MODEL_ENGINE_H
#define PMK_MODEL_ENGINE_H

#include "model/graph.h"

struct pmk_engine;

/* `threads` >= 1. -ENOTSUP an operator this engine lacks, -ENOMEM, -EIO from the library. Logged. */
int pmk_engine_create(const struct pmk_graph *graph, int threads, struct pmk_engine **engine) __attribute__((warn_unused_result));
void pmk_engine_destroy(struct pmk_engine *engine);	/* NULL is fine */
float *pmk_engine_input(struct pmk_engine *engine);	/* NHWC, shape of the graph's input; write before run */
const float *pmk_engine_output(const struct pmk_engine *engine);	/* NHWC; valid until the next run */
int pmk_engine_run(struct pmk_engine *engine) __attribute__((warn_unused_result));	/* 0, or -EIO (logged) */
const char *pmk_engine_name(const struct pmk_engine *engine);	/* "xnnpack" */

#endif
