/* SPDX-License-Identifier: MIT */
/* Inside the own engine: a network on its way from the graph to kernels. fuse, then plan, then lower.
 *
 * The one rule: what comes in is a graph that pmk_graph_check accepted after the rewrites; shapes are only derived from
 * it. */
#ifndef PMK_MODEL_OWN_OWN_H
#define PMK_MODEL_OWN_OWN_H

#include "model/engine_impl.h"
#include "model/own/kernels.h"
#include "model/own/pool.h"
#include "model/rewrite.h"

/* An operator with what was fused into it. Tensors are -1 where there is none. */
struct pmk_fused {
	struct pmk_op op; /* its activation moved to `activation` */
	enum pmk_step_activation activation;
	int add; /* added after the activation; shape of the output */
	int scale, pre; /* the input of a 1x1 convolution is input * scale + pre; scale is 1x1 */
	bool enlarged; /* pre is smaller, to be resized as op's align_corners and half_pixel_centers say */
	bool inner; /* DEPTHWISE: windows stay inside the input's halo */
};

struct pmk_network {
	struct pmk_graph graph; /* tensors only; never for pmk_graph_finish */
	struct pmk_fused *ops;
	int op_count;
};

/* Fully connected layers become 1x1 convolutions; activations, residuals and squeeze-excite go into their neighbours.
 */
/* 0 or -ENOMEM */
int pmk_network_init(struct pmk_network *network, const struct pmk_graph *graph) __attribute__((warn_unused_result));
void pmk_network_finish(struct pmk_network *network); /* a zeroed one is fine too */

/* One block of memory for results that live at different times. */
struct pmk_piece {
	size_t size; /* floats; 0: needs none */
	int first, last; /* operators from writing it to reading it for the last time */
	size_t offset; /* the answer */
};

/* Gives every piece an offset such that none overlap that live at the same time. The size of the whole; SIZE_MAX: out
 * of memory. */
size_t pmk_plan(struct pmk_piece *pieces, int count) __attribute__((warn_unused_result));

/* Where a tensor lies. */
struct pmk_place {
	struct pmk_nhwc nhwc;
	int halo_h, halo_w; /* pixels of zero around it */
	bool tight; /* no padding of channels, no halo */
};

struct pmk_own {
	struct pmk_engine base;
	struct pmk_rewrite rewrite;
	struct pmk_network network;
	const struct pmk_kernels *kernels;
	struct pmk_place *places; /* one a tensor */
	struct pmk_step *steps;
	int *cleared; /* one a step: the tensor whose halo is zeroed before it, or -1 */
	int step_count;
	float *arena;
	void **made; /* everything that steps point to */
	int made_count;
	size_t used; /* floats of all that is made */
	size_t taps, row; /* scratch that the largest step needs */
	struct pmk_pool *pool; /* NULL for one thread */
	double usual_ns[2]; /* what a run takes lately, by one thread and shared; 0: not tried */
	unsigned runs;
	struct pmk_scratch *scratch; /* one a thread */
	int threads;
	char name[32];
};

/* Zeroed memory that lives as long as the engine. -ENOMEM, or -ENOTSUP past what a network may use. */
int pmk_own_take(struct pmk_own *own, size_t floats, float **to) __attribute__((warn_unused_result));

/* Places for all tensors, then steps. 0, -ENOMEM, or -ENOTSUP for a network too large. */
int pmk_own_place(struct pmk_own *own) __attribute__((warn_unused_result));
int pmk_own_lower(struct pmk_own *own) __attribute__((warn_unused_result));

/* One step of a run; a run does all in order. `sharing`: with the pool's threads, if the step is large enough. */
void pmk_own_run_step(const struct pmk_own *own, int number, bool sharing);

#endif
