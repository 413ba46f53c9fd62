/* SPDX-License-Identifier: MIT */
/* An engine runs a network. The kind of engine is chosen at create; all else is the same for each kind.
 *
 *	memcpy(pmk_engine_input(engine), pixels, ...);
 *	if (pmk_engine_run(engine) == 0)
 *		... read pmk_engine_output(engine) ...
 *
 * The one rule: an engine belongs to one thread at a time. It keeps pointers into the graph, which must outlive it. */
#ifndef PMK_MODEL_ENGINE_H
#define PMK_MODEL_ENGINE_H

#include "model/graph.h"

struct pmk_engine;

enum { PMK_ENGINE_MOST_THREADS = 64 };

/* How many threads to use if `asked` are asked for; 0 asks for one per core. Never more than there are cores: more
 * threads would only wait for each other (XNNPACK's by spinning, for seconds per frame). */
int pmk_engine_threads(int asked);

enum pmk_engine_kind {
	PMK_ENGINE_AUTO, /* own; XNNPACK if the own engine cannot run the network */
	PMK_ENGINE_OWN,
	PMK_ENGINE_XNNPACK, /* -ENOTSUP if the program was built without it */
};

/* `name` is "auto", "own" or "xnnpack"; otherwise -EINVAL. */
int pmk_engine_kind_parse(const char *name, enum pmk_engine_kind *kind) __attribute__((warn_unused_result));
bool pmk_engine_is_built(enum pmk_engine_kind kind);

/* `graph` is checked again; `threads` >= 1. -ENOTSUP: the engine lacks something that the network needs; -EBADMSG:
 * pmk_graph_check refuses the graph; -ENOMEM; -EAGAIN: the threads cannot be started; -EIO: an error of XNNPACK.
 * Logged. */
int pmk_engine_create(const struct pmk_graph *graph, enum pmk_engine_kind kind, int threads, struct pmk_engine **engine)
	__attribute__((warn_unused_result));
void pmk_engine_destroy(struct pmk_engine *engine); /* NULL is allowed */
float *pmk_engine_input(struct pmk_engine *engine); /* NHWC, in the shape of the graph's input; write it before run */
const float *pmk_engine_output(
	const struct pmk_engine *engine); /* NHWC, in the shape of the graph's output; valid until the next run */
int pmk_engine_run(struct pmk_engine *engine) __attribute__((warn_unused_result)); /* 0, or -EIO (logged) */
const char *pmk_engine_name(const struct pmk_engine *engine); /* "own, avx2", "xnnpack" */

#endif
