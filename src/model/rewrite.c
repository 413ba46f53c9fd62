/* SPDX-License-Identifier: MIT */
#include "model/rewrite.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Only concatenations of two are split, and each reader becomes three operators. Then each split sum may make three
 * operators of one mean. */
enum { GROWTH = 5 };

static int writer(const struct pmk_graph *graph, int tensor)
{
	for (int i = 0; i < graph->op_count; i++) {
		if (graph->ops[i].output == tensor)
			return i;
	}
	return -1;
}

static int readers(const struct pmk_graph *graph, int tensor)
{
	int count = tensor == graph->output;

	for (int i = 0; i < graph->op_count; i++) {
		for (int k = 0; k < graph->ops[i].inputs; k++)
			count += graph->ops[i].input[k] == tensor;
	}
	return count;
}

static void remove_op(struct pmk_graph *graph, int at)
{
	memmove(graph->ops + at, graph->ops + at + 1, (size_t)(graph->op_count - at - 1) * sizeof *graph->ops);
	graph->op_count--;
}

static void insert_op(struct pmk_graph *graph, int at, const struct pmk_op *op)
{
	memmove(graph->ops + at + 1, graph->ops + at, (size_t)(graph->op_count - at) * sizeof *graph->ops);
	graph->ops[at] = *op;
	graph->op_count++;
}

/* Add an activation with the shape of `model`, but `channels` channels. */
static int new_tensor(struct pmk_graph *graph, const struct pmk_tensor *model, int channels)
{
	struct pmk_tensor *tensor = &graph->tensors[graph->tensor_count];

	memset(tensor, 0, sizeof *tensor);
	tensor->dims = 4;
	memcpy(tensor->dim, model->dim, sizeof tensor->dim);
	tensor->dim[3] = channels;
	return graph->tensor_count++;
}

/* Readers come after writers, so one pass from the end finds each operator that is not needed. */
static int drop_unread(struct pmk_graph *graph)
{
	bool *needed = calloc((size_t)graph->tensor_count, sizeof *needed);
	int kept = graph->op_count;

	if (!needed)
		return -ENOMEM;
	needed[graph->output] = true;
	for (int i = graph->op_count - 1; i >= 0; i--) {
		const struct pmk_op op = graph->ops[i];

		if (!needed[op.output])
			continue;
		for (int k = 0; k < op.inputs; k++)
			needed[op.input[k]] = true;
		graph->ops[--kept] = op;
	}
	graph->op_count -= kept;
	memmove(graph->ops, graph->ops + kept, (size_t)graph->op_count * sizeof *graph->ops);
	free(needed);
	return 0;
}

static void drop_idle_resizes(struct pmk_graph *graph)
{
	for (int i = graph->op_count - 1; i >= 0; i--) {
		const struct pmk_op resize = graph->ops[i];

		if (resize.kind != PMK_OP_RESIZE_BILINEAR || resize.output == graph->output ||
			memcmp(graph->tensors[resize.input[0]].dim, graph->tensors[resize.output].dim,
				sizeof graph->tensors[0].dim))
			continue;
		remove_op(graph, i);
		for (int j = i; j < graph->op_count; j++) {
			for (int k = 0; k < graph->ops[j].inputs; k++) {
				if (graph->ops[j].input[k] == resize.output)
					graph->ops[j].input[k] = resize.input[0];
			}
		}
	}
}

static bool is_pointwise(const struct pmk_graph *graph, const struct pmk_op *op)
{
	const struct pmk_tensor *weights = &graph->tensors[op->input[1]];

	return op->kind == PMK_OP_CONV && weights->dim[1] == 1 && weights->dim[2] == 1 && op->stride_h == 1 &&
		op->stride_w == 1;
}

static bool is_pool(const struct pmk_op *op)
{
	return op->kind == PMK_OP_AVERAGE_POOL || (op->kind == PMK_OP_MEAN && op->keep_dims);
}

/* Whether a concatenation joins the channels of two pictures, and only pools and 1x1 convolutions read it. */
static bool is_splittable(const struct pmk_graph *graph, const struct pmk_op *concat)
{
	if (concat->kind != PMK_OP_CONCAT || concat->inputs != 2 || concat->axis != 3 ||
		concat->output == graph->output)
		return false;
	for (int i = 0; i < graph->op_count; i++) {
		for (int k = 0; k < graph->ops[i].inputs; k++) {
			if (graph->ops[i].input[k] == concat->output && !is_pool(&graph->ops[i]) &&
				!is_pointwise(graph, &graph->ops[i]))
				return false;
		}
	}
	return true;
}

/* pool(concat(a, b)) at `at` becomes concat(pool(a), pool(b)). */
static void split_pool(struct pmk_graph *graph, int at, struct pmk_op concat)
{
	const struct pmk_op pool = graph->ops[at];

	for (int k = 0; k < 2; k++) {
		struct pmk_op part = pool;

		part.input[0] = concat.input[k];
		part.output = new_tensor(graph, &graph->tensors[pool.output], graph->tensors[concat.input[k]].dim[3]);
		concat.input[k] = part.output;
		insert_op(graph, at + k, &part);
	}
	concat.output = pool.output;
	graph->ops[at + 2] = concat;
}

/* Whether the operator is the mean over the whole picture, without an activation. */
static bool is_mean(const struct pmk_graph *graph, const struct pmk_op *op)
{
	const struct pmk_tensor *input = &graph->tensors[op->input[0]];

	return is_pool(op) && op->activation == PMK_ACT_NONE &&
		(op->kind == PMK_OP_MEAN || (!op->same && op->pool_h == input->dim[1] && op->pool_w == input->dim[2]));
}

/* Whether each pixel of the small picture has the same weight in the large one. */
static bool is_even_resize(const struct pmk_graph *graph, const struct pmk_op *resize)
{
	const struct pmk_tensor *small = &graph->tensors[resize->input[0]], *large = &graph->tensors[resize->output];

	return resize->kind == PMK_OP_RESIZE_BILINEAR && resize->half_pixel_centers &&
		large->dim[1] % small->dim[1] == 0 && large->dim[2] % small->dim[2] == 0;
}

static bool is_splittable_sum(const struct pmk_graph *graph, const struct pmk_op *sum)
{
	const struct pmk_tensor *result = &graph->tensors[sum->output];

	if (sum->kind != PMK_OP_ADD || sum->activation != PMK_ACT_NONE || readers(graph, sum->output) != 1)
		return false;
	for (int k = 0; k < 2; k++) {
		const struct pmk_tensor *part = &graph->tensors[sum->input[k]];

		if (part->data || part->dims != 4 || memcmp(part->dim, result->dim, sizeof part->dim) != 0)
			return false;
	}
	return true;
}

/* mean(a + b) at `at` becomes mean(a) + mean(b). */
static void split_mean(struct pmk_graph *graph, int at, struct pmk_op sum)
{
	const struct pmk_op mean = graph->ops[at];

	for (int k = 0; k < 2; k++) {
		struct pmk_op part = mean;

		part.input[0] = sum.input[k];
		part.output = new_tensor(graph, &graph->tensors[mean.output], graph->tensors[mean.output].dim[3]);
		sum.input[k] = part.output;
		insert_op(graph, at + k, &part);
	}
	sum.output = mean.output;
	graph->ops[at + 2] = sum;
}

/* Compute means of the operands of a sum, and of a picture before it is enlarged. A sum or an enlarged picture that is
 * read only for its mean is then never computed. */
static void move_means_up(struct pmk_graph *graph)
{
	for (int i = 0; i < graph->op_count; i++) {
		struct pmk_op *mean = &graph->ops[i], source;
		int at;

		while (is_mean(graph, mean) && (at = writer(graph, mean->input[0])) >= 0) {
			source = graph->ops[at];
			if (is_even_resize(graph, &source)) {
				mean->input[0] = source.input[0];
				mean->pool_h = graph->tensors[source.input[0]].dim[1];
				mean->pool_w = graph->tensors[source.input[0]].dim[2];
			} else if (is_splittable_sum(graph, &source)) {
				split_mean(graph, i, source);
				remove_op(graph, at);
				mean = &graph->ops[--i];
			} else {
				break;
			}
		}
	}
}

/* Copy columns [first, first + count) of 1x1 weights [outputs, 1, 1, inputs] into a new constant. Returns its tensor,
 * or -ENOMEM. */
static int slice_weights(struct pmk_rewrite *rewrite, const struct pmk_tensor *weights, int first, int count)
{
	size_t rows = (size_t)weights->dim[0];
	float *slice = pmk_mem_alloc(rows * (size_t)count * sizeof *slice);
	int tensor;

	if (!slice)
		return -ENOMEM;
	for (size_t row = 0; row < rows; row++)
		memcpy(slice + row * (size_t)count, weights->data + row * (size_t)weights->dim[3] + first,
			(size_t)count * sizeof *slice);
	tensor = new_tensor(&rewrite->graph, weights, count);
	rewrite->graph.tensors[tensor].data = rewrite->made[rewrite->made_count++] = slice;
	return tensor;
}

/* conv1x1(concat(a, b)) at `at` becomes conv1x1(a) + conv1x1(b); the first one keeps the bias. */
static int split_pointwise(struct pmk_rewrite *rewrite, int at, const struct pmk_op *concat)
{
	struct pmk_graph *graph = &rewrite->graph;
	const struct pmk_op conv = graph->ops[at];
	struct pmk_op sum = { .kind = PMK_OP_ADD, .inputs = 2, .output = conv.output, .activation = conv.activation };
	int first = 0;

	for (int k = 0; k < 2; k++) {
		int channels = graph->tensors[concat->input[k]].dim[3];
		struct pmk_op part = conv;

		part.input[0] = concat->input[k];
		part.input[1] = slice_weights(rewrite, &graph->tensors[conv.input[1]], first, channels);
		if (part.input[1] < 0)
			return part.input[1];
		if (k)
			part.inputs = 2;
		part.activation = PMK_ACT_NONE;
		part.output = sum.input[k] = new_tensor(
			graph, &graph->tensors[conv.output], graph->tensors[conv.output].dim[3]);
		insert_op(graph, at + k, &part);
		first += channels;
	}
	graph->ops[at + 2] = sum;
	return 0;
}

static int split_concats(struct pmk_rewrite *rewrite)
{
	struct pmk_graph *graph = &rewrite->graph;

	for (int i = 0; i < graph->op_count; i++) {
		int source = writer(graph, graph->ops[i].input[0]), err = 0;
		struct pmk_op concat;

		if (source < 0 || !is_splittable(graph, &graph->ops[source]))
			continue;
		concat = graph->ops[source];
		if (is_pool(&graph->ops[i]))
			split_pool(graph, i, concat);
		else
			err = split_pointwise(rewrite, i, &concat);
		if (err < 0)
			return err;
		i += 2;
	}
	return 0;
}

static void move_pointwise_before_resize(struct pmk_graph *graph)
{
	for (int i = 0; i < graph->op_count; i++) {
		struct pmk_op conv = graph->ops[i], resize;
		const struct pmk_tensor *small, *large;
		int source = writer(graph, conv.input[0]);

		if (source < 0 || conv.kind != PMK_OP_CONV || !is_pointwise(graph, &conv) ||
			conv.activation != PMK_ACT_NONE)
			continue;
		resize = graph->ops[source];
		small = &graph->tensors[resize.input[0]];
		large = &graph->tensors[resize.output];
		if (resize.kind != PMK_OP_RESIZE_BILINEAR || readers(graph, resize.output) != 1 ||
			small->dim[1] > large->dim[1] || small->dim[2] > large->dim[2])
			continue;
		conv.input[0] = resize.input[0];
		resize.output = conv.output;
		resize.input[0] = conv.output = new_tensor(graph, small, graph->tensors[conv.input[1]].dim[0]);
		graph->ops[source] = conv;
		graph->ops[i] = resize;
	}
}

static void broadcast_instead_of_resize(struct pmk_graph *graph)
{
	for (int i = 0; i < graph->op_count; i++) {
		struct pmk_op *op = &graph->ops[i];

		for (int k = 0; k < 2 && (op->kind == PMK_OP_ADD || op->kind == PMK_OP_MUL); k++) {
			const struct pmk_tensor *other = &graph->tensors[op->input[!k]],
						*result = &graph->tensors[op->output];
			int source = writer(graph, op->input[k]);
			const struct pmk_tensor *small = source < 0 ? NULL :
								      &graph->tensors[graph->ops[source].input[0]];

			if (small && graph->ops[source].kind == PMK_OP_RESIZE_BILINEAR && small->dim[1] == 1 &&
				small->dim[2] == 1 && other->dims == 4 &&
				!memcmp(other->dim, result->dim, sizeof other->dim))
				op->input[k] = graph->ops[source].input[0];
		}
	}
}

int pmk_rewrite_init(struct pmk_rewrite *rewrite, const struct pmk_graph *graph)
{
	size_t tensors = (size_t)graph->tensor_count, ops = (size_t)graph->op_count;
	struct pmk_rewrite made = { .graph = *graph };
	int err = -ENOMEM;

	/* a split adds up to two constants and two activations, and a split operator may then be moved */
	made.graph.tensors = calloc(tensors + ops * GROWTH * 3, sizeof *made.graph.tensors);
	made.graph.ops = calloc(ops * GROWTH, sizeof *made.graph.ops);
	made.made = calloc(2 * ops, sizeof *made.made);
	if (!made.graph.tensors || !made.graph.ops || !made.made)
		goto fail;
	memcpy(made.graph.tensors, graph->tensors, tensors * sizeof *made.graph.tensors);
	memcpy(made.graph.ops, graph->ops, ops * sizeof *made.graph.ops);
	err = drop_unread(&made.graph);
	if (err < 0)
		goto fail;
	drop_idle_resizes(&made.graph);
	err = split_concats(&made);
	if (err < 0)
		goto fail;
	err = drop_unread(&made.graph);
	if (err < 0)
		goto fail;
	move_pointwise_before_resize(&made.graph);
	move_means_up(&made.graph);
	broadcast_instead_of_resize(&made.graph);
	err = drop_unread(&made.graph);
	if (err < 0)
		goto fail;
	*rewrite = made;
	return 0;
fail:
	pmk_rewrite_finish(&made);
	return err;
}

void pmk_rewrite_finish(struct pmk_rewrite *rewrite)
{
	for (int i = 0; i < rewrite->made_count; i++)
		free(rewrite->made[i]);
	free(rewrite->made);
	free(rewrite->graph.tensors);
	free(rewrite->graph.ops);
	memset(rewrite, 0, sizeof *rewrite);
}
