/* SPDX-License-Identifier: MIT */
/* The project's own engine. Create rewrites, fuses, places and lowers the network; a run is then a list of kernel
 * calls. */
#include "base/num.h"
#include "model/own/own.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* 512 MiB for a network; memory blocks per operator; least work of a step that is shared */
enum { MOST_FLOATS = 128 << 20, MADE = 4, SHARED_MACS = 1 << 21 };
enum { LARGE_PAGE = 2 << 20 };
enum { TRY_OTHER = 32 }; /* runs from one try of the other way to the next */

/* Large blocks go on large pages, because steps alternate between rows of many pictures. */
static float *alloc_large(size_t bytes)
{
	size_t whole = pmk_align_up_size(bytes + PMK_MEM_ALIGN, LARGE_PAGE);
	float *block = aligned_alloc(LARGE_PAGE, whole);

	if (!block)
		return NULL;
	madvise(block, whole, MADV_HUGEPAGE); /* may fail: it only makes runs faster */
	memset(block, 0, bytes + PMK_MEM_ALIGN);
	return block;
}

int pmk_own_take(struct pmk_own *own, size_t floats, float **to)
{
	float *taken;

	if (floats > MOST_FLOATS - own->used)
		return -ENOTSUP;
	taken = floats * sizeof *taken < LARGE_PAGE / 4 ? pmk_mem_alloc(floats * sizeof *taken) :
							  alloc_large(floats * sizeof *taken);
	if (!taken)
		return -ENOMEM;
	own->used += floats;
	own->made[own->made_count++] = taken;
	*to = taken;
	return 0;
}

static void clear_rows(float *from, size_t count)
{
	memset(from, 0, count * sizeof *from);
}

/* Tensors share memory, so a halo may contain anything. */
static void clear_halo(const struct pmk_place *place)
{
	const struct pmk_nhwc *t = &place->nhwc;
	size_t left = (size_t)place->halo_w * t->pixel, edge = (size_t)place->halo_h * t->row;

	for (int n = 0; n < t->n; n++) {
		float *picture = t->at + (size_t)n * t->image;

		clear_rows(picture - edge - left, edge);
		for (int row = 0; row < t->h; row++) {
			clear_rows(picture + (size_t)row * t->row - left, left);
			clear_rows(picture + (size_t)row * t->row + (size_t)t->w * t->pixel, left);
		}
		clear_rows(picture + (size_t)t->h * t->row - left, edge);
	}
}

/* By a rough cost: waking a thread takes as long as a few hundred thousand multiplications. */
static bool is_worth_sharing(const struct pmk_step *step)
{
	double pixels = (double)step->y.n * step->y.h * step->y.w, each = step->y.c;

	if (step->kernel == PMK_KERNEL_CONV || step->kernel == PMK_KERNEL_TRANSPOSE)
		each *= step->depth;
	else if (step->kernel == PMK_KERNEL_TRANSPOSE_BLOCKS || step->kernel == PMK_KERNEL_DOUBLE)
		each = each * step->depth + 16;
	else if (step->kernel == PMK_KERNEL_DEPTHWISE)
		each *= step->kernel_h * step->kernel_w;
	return step->parts > 1 && pixels * each > SHARED_MACS;
}

/* A step that threads share. */
struct shared {
	const struct pmk_own *own;
	const struct pmk_step *step;
};

static void run_rows(const void *user, int first, int last, int thread)
{
	const struct shared *shared = user;

	shared->own->kernels->run[shared->step->kernel](shared->step, first, last, &shared->own->scratch[thread]);
}

void pmk_own_run_step(const struct pmk_own *own, int number, bool sharing)
{
	const struct pmk_step *step = &own->steps[number];

	if (own->cleared[number] >= 0)
		clear_halo(&own->places[own->cleared[number]]);
	if (sharing && is_worth_sharing(step))
		pmk_pool_run(own->pool, run_rows, &(struct shared){ own, step }, step->parts);
	else
		own->kernels->run[step->kernel](step, 0, step->parts, &own->scratch[0]);
}

/* If other programs keep the cores busy, sharing is slower than one thread. So take the way that has been faster
 * recently, and try the other one from time to time. */
static bool choose_sharing(const struct pmk_own *own)
{
	bool sharing = own->usual_ns[true] < own->usual_ns[false];

	return own->pool && (own->runs % TRY_OTHER == 0 ? !sharing : sharing);
}

static int run(struct pmk_engine *base)
{
	struct pmk_own *own = (struct pmk_own *)base;
	bool sharing = choose_sharing(own);
	double *usual = &own->usual_ns[sharing];
	uint64_t start = pmk_clock_now_ns();

	for (int i = 0; i < own->step_count; i++)
		pmk_own_run_step(own, i, sharing);
	*usual += ((double)(pmk_clock_now_ns() - start) - *usual) * (*usual > 0 ? 0.25 : 1);
	own->runs++;
	return 0;
}

static void destroy(struct pmk_engine *base)
{
	struct pmk_own *own = (struct pmk_own *)base;

	pmk_pool_destroy(own->pool);
	for (int i = 0; own->scratch && i < own->threads; i++) {
		free(own->scratch[i].taps);
		free(own->scratch[i].row);
	}
	free(own->scratch);
	for (int i = 0; i < own->made_count; i++)
		free(own->made[i]);
	free(own->made);
	free(own->steps);
	free(own->cleared);
	free(own->places);
	pmk_network_finish(&own->network);
	pmk_rewrite_finish(&own->rewrite);
	free(base->input);
	free(base->output);
	free(own);
}

static int make_scratch(struct pmk_own *own)
{
	own->scratch = calloc((size_t)own->threads, sizeof *own->scratch);
	pmk_pool_destroy(own->pool);
	for (int i = 0; own->scratch && i < own->threads; i++) {
		own->scratch[i].taps = pmk_mem_alloc((own->taps + 1) * sizeof *own->scratch[i].taps);
		own->scratch[i].row = pmk_mem_alloc((own->row + PMK_PAD) * sizeof *own->scratch[i].row);
		if (!own->scratch[i].taps || !own->scratch[i].row)
			return -ENOMEM;
	}
	return own->scratch ? 0 : -ENOMEM;
}

/* Make all that the network needs, in order. */
static int prepare(struct pmk_own *own, const struct pmk_graph *graph)
{
	int err = pmk_rewrite_init(&own->rewrite, graph);

	if (err == 0)
		err = pmk_graph_check("the rewritten network", &own->rewrite.graph);
	if (err == 0)
		err = pmk_network_init(&own->network, &own->rewrite.graph);
	if (err < 0)
		return err;
	own->base.input = pmk_mem_alloc(pmk_tensor_count(&graph->tensors[graph->input]) * sizeof(float));
	own->base.output = pmk_mem_alloc(pmk_tensor_count(&graph->tensors[graph->output]) * sizeof(float));
	own->made = calloc(MADE * (size_t)own->network.op_count + 1, sizeof *own->made);
	if (!own->base.input || !own->base.output || !own->made)
		return -ENOMEM;
	err = pmk_own_place(own);
	if (err == 0)
		err = pmk_own_lower(own);
	return err < 0 ? err : make_scratch(own);
}

int pmk_engine_create_own(const struct pmk_graph *graph, int threads, struct pmk_engine **engine, const char **lacks)
{
	enum pmk_cpu_level level = pmk_cpu_level();
	struct pmk_own *own;
	int err = pmk_graph_check("the network", graph);

	if (err < 0)
		return err;
	own = calloc(1, sizeof *own);
	if (own) {
		snprintf(own->name, sizeof own->name, "own, %s", pmk_cpu_name(level));
		own->base = (struct pmk_engine){ .run = run, .destroy = destroy, .name = own->name };
		own->kernels = pmk_kernels(level);
		own->threads = threads;
	}
	err = own ? prepare(own, graph) : -ENOMEM;
	if (err == 0 && threads > 1)
		err = pmk_pool_create(threads, &own->pool);
	if (err == -EAGAIN)
		pmk_error("cannot run the network on %d threads: %s", threads, strerror(EAGAIN));
	if (err == -ENOMEM)
		pmk_error("not enough memory to prepare the network");
	*lacks = "it needs more than 512 MiB";
	if (err == 0)
		*engine = &own->base;
	else if (own)
		destroy(&own->base);
	return err;
}
