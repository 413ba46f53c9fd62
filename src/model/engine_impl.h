/* SPDX-License-Identifier: MIT */
/* What an engine is to engine.c: a struct that begins with `struct pmk_engine`, and two functions.
 *
 * The one rule: create says why it failed, but for -ENOTSUP, whose reason goes to `lacks`: another engine may be tried
 * then. */
#ifndef PMK_MODEL_ENGINE_IMPL_H
#define PMK_MODEL_ENGINE_IMPL_H

#include "model/engine.h"

struct pmk_engine {
	int (*run)(struct pmk_engine *engine);
	void (*destroy)(struct pmk_engine *engine);
	const char *name;
	float *input, *output;
};

typedef int pmk_engine_maker(
	const struct pmk_graph *graph, int threads, struct pmk_engine **engine, const char **lacks);

pmk_engine_maker pmk_engine_create_own, pmk_engine_create_xnnpack;

#endif
