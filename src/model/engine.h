/* SPDX-License-Identifier: MIT */
/* Runs a network: create, input, output, run, destroy. Which engine is behind it is said once, at create.
 *
 * The one rule: an engine belongs to one thread at a time. It keeps pointers into the graph, which must outlive it. */
#ifndef PMK_MODEL_ENGINE_H
#define PMK_MODEL_ENGINE_H

#include "model/graph.h"

struct pmk_engine;

enum { PMK_ENGINE_MOST_THREADS = 64 };

/* How many threads make sense where so many are asked for: never more than cores, which would only wait for each other
 * (XNNPACK's by spinning, seconds a frame); 0 asks for one per core. */
int pmk_engine_threads(int asked);

enum pmk_engine_kind {
	PMK_ENGINE_AUTO, /* own kernels, or XNNPACK for a network that they lack something for */
	PMK_ENGINE_OWN,
	PMK_ENGINE_XNNPACK, /* where the program was built with it; else -ENOTSUP */
};

/* "auto" "own" "xnnpack"; or -EINVAL */
int pmk_engine_kind_parse(const char *name, enum pmk_engine_kind *kind) __attribute__((warn_unused_result));
bool pmk_engine_is_built(enum pmk_engine_kind kind);

/* `graph` is checked again. `threads` >= 1. -ENOTSUP something this engine lacks, -EBADMSG a graph that pmk_graph_check
 * refuses, -ENOMEM, -EAGAIN no more threads, -EIO from the library. Logged. */
int pmk_engine_create(const struct pmk_graph *graph, enum pmk_engine_kind kind, int threads, struct pmk_engine **engine)
	__attribute__((warn_unused_result));
void pmk_engine_destroy(struct pmk_engine *engine); /* NULL is fine */
float *pmk_engine_input(struct pmk_engine *engine); /* NHWC, shape of the graph's input; write before run */
const float *pmk_engine_output(const struct pmk_engine *engine); /* NHWC; valid until the next run */
int pmk_engine_run(struct pmk_engine *engine) __attribute__((warn_unused_result)); /* 0, or -EIO (logged) */
const char *pmk_engine_name(const struct pmk_engine *engine); /* "own, avx2", "xnnpack" */

#endif
