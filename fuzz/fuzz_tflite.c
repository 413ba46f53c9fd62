/* SPDX-License-Identifier: MIT */
/* The .tflite reader. Small networks that it accepts are rewritten, lowered and run as well: by our own engine at each
 * level of this CPU, and by XNNPACK. */
#include "base/cpu.h"
#include "fuzz.h"
#include "model/engine.h"
#include "small_graph.h"

#include <stdlib.h>
#include <string.h>

static void run(const struct pmk_graph *graph, enum pmk_engine_kind kind)
{
	struct pmk_engine *engine;

	if (pmk_engine_create(graph, kind, 1, &engine) < 0)
		return;
	if (pmk_engine_run(engine) < 0)
		abort();
	pmk_engine_destroy(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct pmk_graph graph;

	if (pmk_tflite_read("input", bytes, size, &graph) < 0)
		return 0;
	if (pmk_graph_check("input", &graph) < 0)
		abort();
	for (int level = 0; small_graph(&graph, 1e7) && level < PMK_CPU_LEVELS; level++) {
		if (pmk_cpu_has((enum pmk_cpu_level)level) &&
			pmk_cpu_force(pmk_cpu_name((enum pmk_cpu_level)level)) == 0)
			run(&graph, PMK_ENGINE_OWN);
	}
	if (small_graph(&graph, 1e7) && pmk_engine_is_built(PMK_ENGINE_XNNPACK))
		run(&graph, PMK_ENGINE_XNNPACK);
	pmk_graph_finish(&graph);
	return 0;
}
