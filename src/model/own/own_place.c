/* SPDX-License-Identifier: MIT */
/* Placement of tensors in memory: padded channels, a halo where windows reach out of the picture, and one block of
 * memory that is shared by tensors which live at different times. */
#include "base/num.h"
#include "model/own/own.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 4, ROUND = 16 }; /* channels that are not worth padding; floats of a cache line */

static void shape_place(struct pmk_place *place, const struct pmk_tensor *tensor, bool tight)
{
	int dim[4] = { 1, 1, 1, 1 };

	memcpy(dim + 4 - tensor->dims, tensor->dim, (size_t)tensor->dims * sizeof *dim);
	place->nhwc = (struct pmk_nhwc){ .n = dim[0], .h = dim[1], .w = dim[2], .c = dim[3] };
	place->tight = tight || dim[3] <= FEW;
}

/* How far windows reach out of the picture, at the end where they reach further. */
static int reach_out(int size, int result, int kernel, int stride, int dilation, bool same)
{
	int out = (result - 1) * stride + (kernel - 1) * dilation + 1 - size;

	return same && out > 0 ? out - out / 2 : 0;
}

/* A halo costs memory, so a small picture with large windows gets none. */
static void place_halo(struct pmk_own *own, struct pmk_fused *fused)
{
	const struct pmk_op *op = &fused->op;
	struct pmk_place *x = &own->places[op->input[0]], *y = &own->places[op->output];
	const struct pmk_tensor *weights = &own->network.graph.tensors[op->input[1]];
	int halo_h = reach_out(x->nhwc.h, y->nhwc.h, weights->dim[1], op->stride_h, op->dilation_h, op->same);
	int halo_w = reach_out(x->nhwc.w, y->nhwc.w, weights->dim[2], op->stride_w, op->dilation_w, op->same);

	fused->inner = op->depth_multiplier == 1 && !x->tight && !y->tight && halo_h <= x->nhwc.h &&
		halo_w <= x->nhwc.w;
	if (fused->inner) {
		x->halo_h = pmk_max(x->halo_h, halo_h);
		x->halo_w = pmk_max(x->halo_w, halo_w);
	}
}

static void stride_place(struct pmk_place *place)
{
	struct pmk_nhwc *t = &place->nhwc;

	t->pixel = place->tight ? (size_t)t->c : pmk_padded(t->c);
	t->row = (size_t)(t->w + 2 * place->halo_w) * t->pixel;
	t->image = (size_t)(t->h + 2 * place->halo_h) * t->row;
}

static void live(struct pmk_piece *pieces, int tensor, int op)
{
	if (tensor >= 0)
		pieces[tensor].last = op;
}

/* Only tensors that operators write need memory here; the network's input and output have their own. */
static void find_lives(const struct pmk_own *own, struct pmk_piece *pieces)
{
	const struct pmk_network *network = &own->network;

	for (int i = 0; i < network->op_count; i++) {
		const struct pmk_fused *fused = &network->ops[i];
		struct pmk_piece *piece = &pieces[fused->op.output];

		for (int k = 0; k < fused->op.inputs; k++)
			live(pieces, fused->op.input[k], i);
		live(pieces, fused->add, i);
		live(pieces, fused->scale, i);
		live(pieces, fused->pre, i);
		piece->first = piece->last = i;
		if (fused->op.output != network->graph.output)
			piece->size = ((size_t)own->places[fused->op.output].nhwc.n *
						      own->places[fused->op.output].nhwc.image +
					      2 * ROUND - 1) /
				ROUND * ROUND;
	}
}

static int plan_arena(struct pmk_own *own, struct pmk_piece *pieces)
{
	size_t whole;
	int err;

	find_lives(own, pieces);
	whole = pmk_plan(pieces, own->network.graph.tensor_count);
	if (whole == SIZE_MAX)
		return -ENOMEM;
	err = pmk_own_take(own, whole, &own->arena);
	if (err < 0)
		return err;
	for (int i = 0; i < own->network.graph.tensor_count; i++) {
		struct pmk_place *place = &own->places[i];
		const struct pmk_tensor *tensor = &own->network.graph.tensors[i];
		size_t corner = (size_t)place->halo_h * place->nhwc.row + (size_t)place->halo_w * place->nhwc.pixel;

		place->nhwc.at = tensor->data          ? tensor->data :
			i == own->network.graph.input  ? own->base.input :
			i == own->network.graph.output ? own->base.output :
							 own->arena + pieces[i].offset + corner;
	}
	return 0;
}

int pmk_own_place(struct pmk_own *own)
{
	const struct pmk_graph *graph = &own->network.graph;
	struct pmk_piece *pieces = calloc((size_t)graph->tensor_count, sizeof *pieces);
	int err;

	own->places = calloc((size_t)graph->tensor_count, sizeof *own->places);
	if (!pieces || !own->places) {
		free(pieces);
		return -ENOMEM;
	}
	for (int i = 0; i < graph->tensor_count; i++)
		shape_place(&own->places[i], &graph->tensors[i],
			i == graph->input || i == graph->output || graph->tensors[i].data);
	for (int i = 0; i < own->network.op_count; i++) {
		if (own->network.ops[i].op.kind == PMK_OP_DEPTHWISE)
			place_halo(own, &own->network.ops[i]);
	}
	for (int i = 0; i < graph->tensor_count; i++)
		stride_place(&own->places[i]);
	err = plan_arena(own, pieces);
	free(pieces);
	return err;
}
