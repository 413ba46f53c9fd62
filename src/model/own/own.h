/* SPDX-License-Identifier: MIT */
/* The inside of the own engine: from a graph to steps of kernels. Operators are fused, then tensors are placed in
 * memory, then operators are lowered to steps.
 *
 * The one rule: the input is a graph that pmk_graph_check has accepted after the rewrites; all shapes are derived from
 * it. */
#ifndef PMK_MODEL_OWN_OWN_H
#define PMK_MODEL_OWN_OWN_H

#include "model/engine_impl.h"
#include "model/own/kernels.h"
#include "model/own/pool.h"
#include "model/rewrite.h"

/* An operator with what was fused into it. A tensor of -1 means none. */
struct pmk_fused {
	struct pmk_op op; /* without its activation, which is in `activation` */
	enum pmk_step_activation activation;
	int add; /* added after the activation; in the shape of the output */
	int scale, pre; /* the input of a 1x1 convolution is input * scale + pre; scale is 1x1 */
	bool enlarged; /* pre is smaller than input, and is resized as op's align_corners and half_pixel_centers say */
	bool inner; /* DEPTHWISE: windows stay inside the halo of the input */
};

struct pmk_network {
	struct pmk_graph graph; /* tensors only; never call pmk_graph_finish on it */
	struct pmk_fused *ops;
	int op_count;
};

/* Make fully connected layers 1x1 convolutions, and fuse activations, residuals and squeeze-excite into their
 * neighbours. 0 or -ENOMEM. */
int pmk_network_init(struct pmk_network *network, const struct pmk_graph *graph) __attribute__((warn_unused_result));
void pmk_network_finish(struct pmk_network *network); /* a zeroed struct is allowed */

/* A piece of memory for a result. Pieces that live at different times may overlap. */
struct pmk_piece {
	size_t size; /* floats; 0: needs no memory */
	int first, last; /* operators: the one that writes it, and the last one that reads it */
	size_t offset; /* floats; set by pmk_plan */
};

/* Give each piece an offset so that pieces that live at the same time do not overlap. Returns the total size in floats;
 * SIZE_MAX: out of memory. */
size_t pmk_plan(struct pmk_piece *pieces, int count) __attribute__((warn_unused_result));

/* The place of a tensor in memory. */
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
	struct pmk_place *places; /* one for each tensor */
	struct pmk_step *steps;
	int *cleared; /* one for each step: the tensor whose halo is zeroed before it, or -1 */
	int step_count;
	float *arena;
	void **made; /* all memory that steps point to */
	int made_count;
	size_t used; /* floats in `made` */
	size_t taps, row; /* scratch memory that the largest step needs */
	struct pmk_pool *pool; /* NULL for one thread */
	double usual_ns[2]; /* recent time of a run by one thread, and by all; 0: not tried */
	unsigned runs;
	struct pmk_scratch *scratch; /* one for each thread */
	int threads;
	char name[32];
};

/* Allocate zeroed memory that lives as long as the engine. -ENOMEM; -ENOTSUP: more than a network may use. */
int pmk_own_take(struct pmk_own *own, size_t floats, float **to) __attribute__((warn_unused_result));

/* Place all tensors in memory, then make the steps. 0; -ENOMEM; -ENOTSUP: the network is too large. */
int pmk_own_place(struct pmk_own *own) __attribute__((warn_unused_result));
int pmk_own_lower(struct pmk_own *own) __attribute__((warn_unused_result));

/* Run one step; a run of the network runs all steps in order. If `sharing`, the pool's threads share a step that is
 * large enough. */
void pmk_own_run_step(const struct pmk_own *own, int number, bool sharing);

#endif
