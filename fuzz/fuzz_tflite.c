/* SPDX-License-Identifier: MIT */
/* libFuzzer entry for the .tflite reader. Small networks that it accepts are also rewritten, lowered and run:
 * by our own engine at each level of this CPU, and by XNNPACK.
 *
 *	meson setup build-fuzz -Db_sanitize=address,undefined -Db_lundef=false && ninja -C build-fuzz libpotemkin.a
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -std=gnu11 -D_GNU_SOURCE -Isrc -Itests fuzz/fuzz_tflite.c \
 *		build-fuzz/libpotemkin.a -lXNNPACK -lpthreadpool -lm -lpthread -o fuzz_tflite
 *	./fuzz_tflite -max_len=16384 -max_total_time=60 CORPUS
 *
 * tflite_seeds.c writes a first CORPUS. */
#include "base/cpu.h"
#include "base/log.h"
#include "model/engine.h"
#include "small_graph.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void ignore(void *user, enum pmk_log_level level, const char *line)
{
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	pmk_log_redirect(ignore, NULL);
	return 0;
}

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
