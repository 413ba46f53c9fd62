/* SPDX-License-Identifier: MIT */
/* The engine that uses XNNPACK; xnnpack_lower.c lowers the network to it. */
#include "base/log.h"
#include "base/mem.h"
#include "model/engine_impl.h"
#include "model/rewrite.h"
#include "model/xnnpack/xnnpack_lower.h"

#include <errno.h>
#include <pthreadpool.h>
#include <stdlib.h>
#include <string.h>

struct xnnpack {
	struct pmk_engine base;
	struct pmk_rewrite network;
	float **made; /* constants of the lowering: weights and bias for each transposed convolution */
	int made_count;
	xnn_runtime_t runtime;
	pthreadpool_t pool; /* NULL for one thread */
};

/* What a checked graph may contain but this library lacks. */
static const char *missing(const struct pmk_graph *graph, const struct pmk_op *op)
{
	if (op->kind == PMK_OP_AVERAGE_POOL && (op->stride_h > op->pool_h || op->stride_w > op->pool_w))
		return "a pool that leaves pixels out";
	return NULL;
}

/* Logs nothing for -ENOTSUP: the caller may have another engine, or logs it. */
static int complain(enum xnn_status status, const char *what)
{
	int err = status == xnn_status_out_of_memory                                                    ? -ENOMEM :
		status == xnn_status_unsupported_parameter || status == xnn_status_unsupported_hardware ? -ENOTSUP :
													  -EIO;

	if (err != -ENOTSUP)
		pmk_error("XNNPACK cannot run this network: %s: %s", what, strerror(-err));
	return err;
}

static int create_runtime(struct xnnpack *engine, xnn_subgraph_t subgraph)
{
	const struct xnn_external_value externals[PMK_XNNPACK_EXTERNALS] = { { PMK_XNNPACK_INPUT, engine->base.input },
		{ PMK_XNNPACK_OUTPUT, engine->base.output } };
	enum xnn_status status = xnn_create_runtime_v2(
		subgraph, engine->pool, XNN_FLAG_YIELD_WORKERS, &engine->runtime);

	if (status != xnn_status_success)
		return complain(status, "create runtime");
	status = xnn_setup_runtime(engine->runtime, PMK_XNNPACK_EXTERNALS, externals);
	return status == xnn_status_success ? 0 : complain(status, "set up runtime");
}

static int lower(struct xnnpack *engine, const char **lacks)
{
	const struct pmk_graph *graph = &engine->network.graph;
	struct pmk_xnnpack_lowering lowering = { .graph = graph, .made = engine->made };
	enum xnn_status status;
	int at = 0, err = -ENOMEM;

	lowering.ids = malloc((size_t)graph->tensor_count * sizeof *lowering.ids);
	if (!lowering.ids)
		return complain(xnn_status_out_of_memory, "lowering");
	for (int i = 0; i < graph->tensor_count; i++)
		lowering.ids[i] = XNN_INVALID_VALUE_ID;
	status = xnn_create_subgraph(PMK_XNNPACK_EXTERNALS, 0, &lowering.subgraph);
	if (status != xnn_status_success) {
		err = complain(status, "create subgraph");
		goto free_ids;
	}
	status = pmk_xnnpack_lower(&lowering, &at);
	engine->made_count = lowering.made_count;
	*lacks = pmk_op_name(graph->ops[at].kind);
	err = status == xnn_status_success ? create_runtime(engine, lowering.subgraph) : complain(status, *lacks);
	xnn_delete_subgraph(lowering.subgraph);
free_ids:
	free(lowering.ids);
	return err;
}

static int prepare(struct xnnpack *engine, const struct pmk_graph *graph, int threads, const char **lacks)
{
	enum xnn_status status = xnn_initialize(NULL);

	if (status != xnn_status_success)
		return complain(status, *lacks = "initialize");
	for (int i = 0; i < graph->op_count; i++) {
		const char *what = missing(graph, &graph->ops[i]);

		if (what)
			return complain(xnn_status_unsupported_parameter, *lacks = what);
	}
	if (pmk_rewrite_init(&engine->network, graph) < 0)
		return complain(xnn_status_out_of_memory, "rewrite");
	engine->made = calloc(2 * (size_t)engine->network.graph.op_count, sizeof *engine->made);
	engine->base.input = pmk_mem_alloc(pmk_tensor_count(&graph->tensors[graph->input]) * sizeof(float));
	engine->base.output = pmk_mem_alloc(pmk_tensor_count(&graph->tensors[graph->output]) * sizeof(float));
	if (threads > 1)
		engine->pool = pthreadpool_create((size_t)threads);
	if (!engine->made || !engine->base.input || !engine->base.output || (threads > 1 && !engine->pool))
		return complain(xnn_status_out_of_memory, "buffers");
	return 0;
}

static void destroy(struct pmk_engine *base)
{
	struct xnnpack *engine = (struct xnnpack *)base;

	xnn_delete_runtime(engine->runtime);
	if (engine->pool)
		pthreadpool_destroy(engine->pool);
	for (int i = 0; i < engine->made_count; i++)
		free(engine->made[i]);
	free(engine->made);
	pmk_rewrite_finish(&engine->network);
	free(base->input);
	free(base->output);
	free(engine);
}

static int run(struct pmk_engine *base)
{
	enum xnn_status status = xnn_invoke_runtime(((struct xnnpack *)base)->runtime);

	if (status == xnn_status_success)
		return 0;
	pmk_error("XNNPACK failed while running the network (status %d)", (int)status);
	return -EIO;
}

int pmk_engine_create_xnnpack(
	const struct pmk_graph *graph, int threads, struct pmk_engine **engine, const char **lacks)
{
	struct xnnpack *made = calloc(1, sizeof *made);
	int err;

	if (!made)
		return complain(xnn_status_out_of_memory, "engine");
	made->base = (struct pmk_engine){ .run = run, .destroy = destroy, .name = "xnnpack" };
	err = prepare(made, graph, threads, lacks);
	if (err == 0)
		err = lower(made, lacks);
	if (err < 0)
		destroy(&made->base);
	else
		*engine = &made->base;
	return err;
}
