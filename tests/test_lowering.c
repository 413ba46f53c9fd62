/* SPDX-License-Identifier: MIT */
/* Tests with hostile networks: files with damaged bytes, and graphs with changed operators. Each is refused, or runs
 * correctly at each level of this CPU; sanitizers find the rest. The changes are the same each time. */
#include "base/cpu.h"
#include "base/mem.h"
#include "model/engine.h"
#include "reference.h"
#include "small_graph.h"
#include "tflite_file.h"
#include "unit.h"

#include <math.h>

enum { DAMAGED = 1500, CHANGED = 1500, REAL = 150 }; /* tries per network */

static uint32_t seed;
static int ran;

static uint32_t below(size_t limit)
{
	return unit_random(&seed) % (uint32_t)limit;
}

/* Run a graph unless it is refused. `expected` is its output; NULL: it is not known. */
static void run(const struct pmk_graph *graph, enum pmk_cpu_level level, const float *expected)
{
	const size_t inputs = pmk_tensor_count(&graph->tensors[graph->input]),
		     outputs = pmk_tensor_count(&graph->tensors[graph->output]);
	const double most = expected ? reference_largest(expected, outputs) : 0;
	struct pmk_engine *engine;

	if (!pmk_cpu_has(level))
		return;
	assert_int_equal(pmk_cpu_force(pmk_cpu_name(level)), 0);
	if (pmk_engine_create(graph, PMK_ENGINE_OWN, 1, &engine) < 0) {
		assert_null(expected);
		return;
	}
	for (size_t i = 0; i < inputs; i++)
		pmk_engine_input(engine)[i] = (float)(i % 17) / 16;
	assert_int_equal(pmk_engine_run(engine), 0);
	ran++;
	for (size_t i = 0; expected && i < outputs; i++) {
		if (!(fabs((double)pmk_engine_output(engine)[i] - expected[i]) <= 1e-4 * most))
			fail_msg("%s: output %zu is %g, not %g", pmk_engine_name(engine), i,
				pmk_engine_output(engine)[i], expected[i]);
	}
	pmk_engine_destroy(engine);
}

static void run_at_all_levels(const struct pmk_graph *graph, const float *expected)
{
	for (int level = 0; level < PMK_CPU_LEVELS; level++)
		run(graph, (enum pmk_cpu_level)level, expected);
}

static void damage_bytes(uint8_t *bytes, size_t size)
{
	for (uint32_t k = 1 + below(4); k; k--) {
		size_t at = below(size);

		bytes[at] = below(2) ? (uint8_t)below(24) : (uint8_t)(bytes[at] ^ 1 << below(8));
	}
}

static void damaged_files_are_refused_or_run(void **state)
{
	static struct file file;
	struct pmk_graph graph;

	seed = 20261122;
	ran = 0;
	for (int i = 0; i < tflite_seed_count * DAMAGED; i++) {
		tflite_file_build(&file, &tflite_seeds[i % tflite_seed_count]);
		damage_bytes(file.bytes, file.size);
		if (pmk_tflite_read("file", file.bytes, file.size, &graph) < 0)
			continue;
		if (small_graph(&graph, 1e6))
			run_at_all_levels(&graph, NULL);
		pmk_graph_finish(&graph);
	}
	assert_true(ran > 1000); /* otherwise the damage does not reach the kernels */
}

static int *any_number_of(struct pmk_op *op)
{
	int *const numbers[] = { &op->stride_h, &op->stride_w, &op->dilation_h, &op->dilation_w, &op->pool_h,
		&op->pool_w, &op->depth_multiplier, &op->axis, &op->inputs, &op->output, &op->input[0], &op->input[1],
		&op->input[2] };

	return numbers[below(sizeof numbers / sizeof *numbers)];
}

/* Change what a file says about an operator and its result. The size of constants stays. */
static void change_graph(struct pmk_graph *graph)
{
	static const int numbers[] = { -1, 0, 1, 2, 3, 4, 5, 8, 1 << 16, INT32_MAX, INT32_MIN };
	struct pmk_op *op = &graph->ops[below((size_t)graph->op_count)];
	struct pmk_tensor *tensor = &graph->tensors[below((size_t)graph->tensor_count)];
	int number = numbers[below(sizeof numbers / sizeof *numbers)];

	switch (below(6)) {
	case 0:
		op->activation = (enum pmk_activation)below(3);
		break;
	case 1:
		op->same = !op->same;
		break;
	case 2:
		op->half_pixel_centers = !(op->align_corners = below(2));
		break;
	case 3:
		if (!tensor->data)
			tensor->dim[below(PMK_GRAPH_MAX_DIMS)] = number;
		break;
	case 4:
		op->kind = (enum pmk_op_kind)below(PMK_OP_KINDS);
		break;
	default:
		*any_number_of(op) = number;
		break;
	}
}

static void is_refused(const struct pmk_graph *graph)
{
	struct pmk_engine *engine;

	assert_true(pmk_engine_create(graph, PMK_ENGINE_OWN, 1, &engine) < 0);
}

/* The output by the definitions of the operators for the input of run(), which the caller frees; NULL for a large
 * graph. */
static float *expect(const struct pmk_graph *graph)
{
	float *input, *expected;

	if (!small_graph(graph, 1e6))
		return NULL;
	input = malloc(pmk_tensor_count(&graph->tensors[graph->input]) * sizeof *input);
	expected = malloc(pmk_tensor_count(&graph->tensors[graph->output]) * sizeof *expected);
	assert_true(input && expected);
	for (size_t i = 0; i < pmk_tensor_count(&graph->tensors[graph->input]); i++)
		input[i] = (float)(i % 17) / 16;
	assert_true(reference_run(graph, input, expected));
	free(input);
	return expected;
}

static void is_right(const struct pmk_graph *graph)
{
	float *expected = expect(graph);

	if (expected)
		run_at_all_levels(graph, expected);
	free(expected);
}

static void changed_graphs_are_refused_or_right(void **state)
{
	static struct file file;
	struct pmk_graph graph;

	seed = 20261122;
	ran = 0;
	for (int i = 0; i < tflite_seed_count * CHANGED; i++) {
		tflite_file_build(&file, &tflite_seeds[i % tflite_seed_count]);
		assert_int_equal(pmk_tflite_read("file", file.bytes, file.size, &graph), 0);
		for (uint32_t k = 1 + below(3); k; k--)
			change_graph(&graph);
		if (pmk_graph_check("graph", &graph) < 0)
			is_refused(&graph);
		else
			is_right(&graph);
		pmk_graph_finish(&graph);
	}
	assert_true(ran > 1000);
}

/* Such files have tables at both ends and weights in the middle. */
static void damage_model(uint8_t *bytes, size_t size)
{
	struct pmk_graph graph;

	for (int i = 0; i < REAL; i++) {
		size_t at = below(2) ? below(4096) : size - 1 - below(60000);
		uint8_t was = bytes[at];

		bytes[at] ^= (uint8_t)(1 << below(8));
		if (pmk_tflite_read("model", bytes, size, &graph) == 0) {
			if (i % 4 == 0)
				run(&graph, (enum pmk_cpu_level)(i / 4 % PMK_CPU_LEVELS), NULL);
			pmk_graph_finish(&graph);
		}
		bytes[at] = was;
	}
}

static void damaged_models_are_refused_or_run(void **state)
{
	static const char *const names[] = { "selfie_segmentation.tflite", "selfie_segmentation_landscape.tflite" };

	seed = 20261122;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[4096];
		uint8_t *bytes;
		size_t size;

		snprintf(path, sizeof path, "%s/%s", PMK_SOURCE_MODELS, names[i]);
		if (pmk_mem_read_file(path, 64 << 20, &bytes, &size) < 0) {
			print_message("skipped: needs %s\n", path);
			continue;
		}
		damage_model(bytes, size);
		free(bytes);
	}
}

static int redirect(void **state)
{
	unit_catch_log();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damaged_files_are_refused_or_run),
		cmocka_unit_test(changed_graphs_are_refused_or_right),
		cmocka_unit_test(damaged_models_are_refused_or_run),
	};

	return cmocka_run_group_tests(tests, redirect, NULL);
}
