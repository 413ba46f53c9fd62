/* SPDX-License-Identifier: MIT */
/* libFuzzer entry for the .tflite reader; small networks that it accepts are rewritten and run as well.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -std=gnu11 -D_GNU_SOURCE -Isrc fuzz/fuzz_tflite.c src/model/{check,engine_xnnpack,flatbuffer,graph,rewrite,tflite}.c src/base/{log,mem}.c -lXNNPACK -lpthreadpool -lm -o fuzz_tflite
 *	./fuzz_tflite -max_len=16384 -max_total_time=60 CORPUS
 *
 * tflite_seeds.c writes a CORPUS to start from. */
#include "base/log.h"
#include "model/engine.h"

#include <stdlib.h>
#include <string.h>

enum { SMALL = 1 << 16 };	/* elements of one tensor */

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

static bool is_small(const struct pmk_graph *graph)
{
	double macs = 0;

	for (int i = 0; i < graph->tensor_count; i++) {
		if (pmk_tensor_count(&graph->tensors[i]) > SMALL)
			return false;
	}
	for (int i = 0; i < graph->op_count; i++)
		macs += pmk_op_macs(graph, &graph->ops[i]);
	return macs < 1e7;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct pmk_engine *engine;
	struct pmk_graph graph;

	if (pmk_tflite_read("input", bytes, size, &graph) < 0)
		return 0;
	if (pmk_graph_check("input", &graph) < 0)
		abort();
	if (is_small(&graph) && pmk_engine_create(&graph, 1, &engine) == 0) {
		if (pmk_engine_run(engine) < 0)
			abort();
		pmk_engine_destroy(engine);
	}
	pmk_graph_finish(&graph);
	return 0;
}
