/* SPDX-License-Identifier: MIT */
/* The interface of engine.c to the engines: an engine is a struct that begins with `struct pmk_engine`.
 *
 * The one rule: create logs why it failed. For -ENOTSUP it puts the reason into `lacks` instead, because the caller may
 * try another engine. */
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
