/* SPDX-License-Identifier: MIT */
/* Lowering of operators to steps: geometry, packed weights, places of operands. */
#include "base/num.h"
#include "model/own/own.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct pmk_nhwc *nhwc_of(const struct pmk_own *own, int tensor)
{
	return &own->places[tensor].nhwc;
}

/* Append a step, with the fields that all steps have. */
static struct pmk_step *add_step(struct pmk_own *own, const struct pmk_fused *fused, enum pmk_kernel kernel)
{
	struct pmk_step *step = &own->steps[own->step_count];

	*step = (struct pmk_step){ .kernel = kernel,
		.activation = fused->activation,
		.x = *nhwc_of(own, fused->op.input[0]),
		.y = *nhwc_of(own, fused->op.output),
		.stride_h = fused->op.stride_h,
		.stride_w = fused->op.stride_w,
		.dilation_h = fused->op.dilation_h,
		.dilation_w = fused->op.dilation_w };
	if (fused->add >= 0)
		step->add = *nhwc_of(own, fused->add);
	step->parts = step->y.n * step->y.h;
	own->cleared[own->step_count++] = own->places[fused->op.output].halo_h || own->places[fused->op.output].halo_w ?
		fused->op.output :
		-1;
	return step;
}

/* Padding before the picture for TensorFlow's SAME: half of what the windows need in total, rounded down. */
static int padding(int size, int result, int kernel, int stride, int dilation, bool same)
{
	int out = (result - 1) * stride + (kernel - 1) * dilation + 1 - size;

	return same && out > 0 ? out / 2 : 0;
}

static void set_window(struct pmk_step *step, const struct pmk_op *op, int kernel_h, int kernel_w)
{
	step->kernel_h = kernel_h;
	step->kernel_w = kernel_w;
	step->top = padding(step->x.h, step->y.h, kernel_h, op->stride_h, step->dilation_h, op->same);
	step->left = padding(step->x.w, step->y.w, kernel_w, op->stride_w, step->dilation_w, op->same);
}

static void need_scratch(struct pmk_own *own, const struct pmk_step *step)
{
	size_t row = pmk_step_scratch(step);
	size_t taps = (size_t)pmk_min(step->kernel_h, step->x.h) * (size_t)pmk_min(step->kernel_w, step->x.w);

	if (own->row < row)
		own->row = row;
	if (own->taps < taps)
		own->taps = taps;
}

/* Weights as in the file: [channel][tap][input]. */
struct source {
	const float *data;
	int taps, inputs, channels;
};

static float conv_weight(const void *user, int channel, int k)
{
	const struct source *from = user;

	return from->data[(size_t)channel * (size_t)(from->taps * from->inputs) + (size_t)k];
}

/* The outputs are in the order [tap][channel]. */
static float block_weight(const void *user, int output, int k)
{
	const struct source *from = user;

	return from->data[((size_t)(output % from->channels) * (size_t)from->taps + (size_t)(output / from->channels)) *
			(size_t)from->inputs +
		(size_t)k];
}

static int pack(struct pmk_own *own, struct pmk_step *step, const struct pmk_op *op, pmk_weight_at *at)
{
	const struct pmk_tensor *weights = &own->network.graph.tensors[op->input[1]];
	const float *bias_from = op->inputs > 2 ? own->network.graph.tensors[op->input[2]].data : NULL;
	const struct source from = { weights->data, step->kernel_h * step->kernel_w, weights->dim[3], weights->dim[0] };
	float *packed, *bias;
	int err = pmk_own_take(own, (size_t)step->depth * pmk_padded(step->outputs), &packed);

	if (err == 0)
		err = pmk_own_take(own, pmk_padded(step->outputs), &bias);
	if (err < 0)
		return err;
	pmk_kernels_pack(own->kernels, step->outputs, step->depth, at, &from, packed);
	for (int i = 0; bias_from && i < step->outputs; i++)
		bias[i] = bias_from[i % weights->dim[0]];
	step->weights = packed;
	step->bias = bias;
	return 0;
}

/* Insert a step before the convolution that scales its weights into memory of its own. */
static int lower_scale(struct pmk_own *own, struct pmk_step *conv, const float *scale)
{
	struct pmk_step *step = conv + 1;
	int err = pmk_own_take(own, (size_t)conv->depth * pmk_padded(conv->outputs), &conv->scaled);

	if (err < 0)
		return err;
	*step = *conv;
	*conv = (struct pmk_step){ .kernel = PMK_KERNEL_SCALE_WEIGHTS,
		.weights = step->weights,
		.scaled = step->scaled,
		.scale = scale,
		.depth = step->depth,
		.outputs = step->outputs,
		.parts = 1 };
	own->cleared[own->step_count] = -1;
	own->step_count++;
	return 0;
}

static int make_lerps(struct pmk_own *own, const struct pmk_op *op, int from, int to, const struct pmk_lerp **made)
{
	const double scale = op->align_corners && to > 1 ? (from - 1.0) / (to - 1.0) : (double)from / to;
	struct pmk_lerp *lerps;
	float *room;
	int err = pmk_own_take(own, (size_t)to * sizeof *lerps / sizeof *room, &room);

	if (err < 0)
		return err;
	lerps = (struct pmk_lerp *)room;
	for (int i = 0; i < to; i++) {
		double at = op->half_pixel_centers ? (i + 0.5) * scale - 0.5 : i * scale;
		int first;

		at = pmk_clamp_double(at, 0, from - 1);
		first = (int)at;
		lerps[i] = (struct pmk_lerp){ first, pmk_min(first + 1, from - 1), (float)(at - first) };
	}
	*made = lerps;
	return 0;
}

static int lower_pre(struct pmk_own *own, const struct pmk_fused *fused, struct pmk_step *step)
{
	int err = 0;

	step->pre = *nhwc_of(own, fused->pre);
	step->scale = nhwc_of(own, fused->scale)->at;
	if (fused->enlarged)
		err = make_lerps(own, &fused->op, step->pre.h, step->x.h, &step->rows);
	if (fused->enlarged && err == 0)
		err = make_lerps(own, &fused->op, step->pre.w, step->x.w, &step->columns);
	return err;
}

static int lower_conv(struct pmk_own *own, const struct pmk_fused *fused)
{
	const struct pmk_tensor *weights = &own->network.graph.tensors[fused->op.input[1]];
	struct pmk_step *step = add_step(own, fused, PMK_KERNEL_CONV);
	int err = fused->pre >= 0 ? lower_pre(own, fused, step) : 0;

	set_window(step, &fused->op, weights->dim[1], weights->dim[2]);
	step->depth = weights->dim[1] * weights->dim[2] * weights->dim[3];
	step->outputs = weights->dim[0];
	need_scratch(own, step);
	if (err == 0)
		err = pack(own, step, &fused->op, conv_weight);
	if (err == 0 && fused->scale >= 0 && fused->pre < 0)
		err = lower_scale(own, step, nhwc_of(own, fused->scale)->at);
	return err;
}

static bool is_double(const struct pmk_op *op, const struct pmk_tensor *weights, const struct pmk_nhwc *x)
{
	return weights->dim[0] == 1 && weights->dim[1] == 2 && weights->dim[2] == 2 && weights->dim[3] % 4 == 0 &&
		op->stride_h == 2 && op->stride_w == 2 && x->w >= 4;
}

static int lower_double(struct pmk_own *own, const struct pmk_fused *fused)
{
	const struct pmk_op *op = &fused->op;
	const struct pmk_tensor *weights = &own->network.graph.tensors[op->input[1]];
	struct pmk_step *step = add_step(own, fused, PMK_KERNEL_DOUBLE);
	float *packed, *bias;
	int err = pmk_own_take(own, pmk_tensor_count(weights), &packed);

	if (err == 0)
		err = pmk_own_take(own, 1, &bias);
	if (err < 0)
		return err;
	step->kernel_h = step->kernel_w = 2;
	step->depth = weights->dim[3];
	step->parts = step->x.n * step->x.h;
	for (int k = 0; k < step->depth; k++) {
		for (int tap = 0; tap < 4; tap++)
			packed[k / 4 * 16 + tap * 4 + k % 4] = weights->data[tap * step->depth + k];
	}
	if (op->inputs > 2)
		*bias = own->network.graph.tensors[op->input[2]].data[0];
	step->weights = packed;
	step->bias = bias;
	return 0;
}

static int lower_transpose(struct pmk_own *own, const struct pmk_fused *fused)
{
	const struct pmk_op *op = &fused->op;
	const struct pmk_tensor *weights = &own->network.graph.tensors[op->input[1]];
	const bool touching = weights->dim[1] == op->stride_h && weights->dim[2] == op->stride_w;
	struct pmk_step *step = add_step(own, fused, touching ? PMK_KERNEL_TRANSPOSE_BLOCKS : PMK_KERNEL_TRANSPOSE);
	const int taps = weights->dim[1] * weights->dim[2];

	step->kernel_h = weights->dim[1];
	step->kernel_w = weights->dim[2];
	step->depth = weights->dim[3];
	step->outputs = weights->dim[0];
	if (touching) {
		step->outputs *= taps;
		step->parts = step->x.n * step->x.h;
	} else {
		step->depth *= taps;
		step->top = padding(step->y.h, step->x.h, step->kernel_h, op->stride_h, 1, op->same);
		step->left = padding(step->y.w, step->x.w, step->kernel_w, op->stride_w, 1, op->same);
	}
	need_scratch(own, step);
	return pack(own, step, op, touching ? block_weight : conv_weight);
}

static int lower_depthwise(struct pmk_own *own, const struct pmk_fused *fused)
{
	const struct pmk_op *op = &fused->op;
	const struct pmk_tensor *weights = &own->network.graph.tensors[op->input[1]];
	struct pmk_step *step = add_step(own, fused, fused->inner ? PMK_KERNEL_DEPTHWISE : PMK_KERNEL_DEPTHWISE_ANY);
	const size_t taps = (size_t)weights->dim[1] * (size_t)weights->dim[2], channels = (size_t)weights->dim[3];
	const size_t pitch = fused->inner ? pmk_padded(weights->dim[3]) : channels;
	float *spread, *bias;
	int err = pmk_own_take(own, taps * pitch, &spread);

	if (err == 0)
		err = pmk_own_take(own, pitch, &bias);
	if (err < 0)
		return err;
	set_window(step, op, weights->dim[1], weights->dim[2]);
	step->multiplier = op->depth_multiplier;
	for (size_t i = 0; i < taps; i++)
		memcpy(spread + i * pitch, weights->data + i * channels, channels * sizeof *spread);
	if (op->inputs > 2)
		memcpy(bias, own->network.graph.tensors[op->input[2]].data, channels * sizeof *bias);
	step->weights = spread;
	step->bias = bias;
	return 0;
}

/* Repeat dimensions of 1. The kernel itself handles an operand of one channel. */
static void broadcast(struct pmk_nhwc *operand, const struct pmk_nhwc *y)
{
	if (operand->n == 1 && y->n > 1)
		operand->image = 0;
	if (operand->h == 1 && y->h > 1)
		operand->row = 0;
	if (operand->w == 1 && y->w > 1)
		operand->pixel = 0;
}

static void lower_binary(struct pmk_own *own, const struct pmk_fused *fused)
{
	struct pmk_step *step = add_step(own, fused, fused->op.kind == PMK_OP_ADD ? PMK_KERNEL_ADD : PMK_KERNEL_MUL);

	step->b = *nhwc_of(own, fused->op.input[1]);
	broadcast(&step->x, &step->y);
	broadcast(&step->b, &step->y);
}

static void lower_mean(struct pmk_own *own, const struct pmk_fused *fused)
{
	struct pmk_step *step = add_step(own, fused, PMK_KERNEL_MEAN);

	if (own->network.graph.tensors[fused->op.output].dims == 2)
		step->y = (struct pmk_nhwc){ step->y.at, step->y.w, 1, 1, step->y.c, step->y.pixel, step->y.pixel,
			step->y.pixel };
	step->parts = step->y.n;
}

static void lower_pool(struct pmk_own *own, const struct pmk_fused *fused)
{
	const struct pmk_op *op = &fused->op;
	const struct pmk_nhwc *x = nhwc_of(own, op->input[0]), *y = nhwc_of(own, op->output);

	struct pmk_step *step;

	if (op->pool_h == x->h && op->pool_w == x->w && y->h == 1 && y->w == 1) {
		lower_mean(own, fused);
		return;
	}
	step = add_step(own, fused, PMK_KERNEL_POOL);
	step->dilation_h = step->dilation_w = 1;
	set_window(step, op, op->pool_h, op->pool_w);
}

static int lower_resize(struct pmk_own *own, const struct pmk_fused *fused)
{
	struct pmk_step *step = add_step(own, fused, PMK_KERNEL_RESIZE);
	int err = make_lerps(own, &fused->op, step->x.h, step->y.h, &step->rows);

	need_scratch(own, step);
	return err < 0 ? err : make_lerps(own, &fused->op, step->x.w, step->y.w, &step->columns);
}

/* Copy each part to its place in the whole. */
static void lower_concat(struct pmk_own *own, const struct pmk_fused *fused)
{
	const int axis = fused->op.axis + 4 - own->network.graph.tensors[fused->op.output].dims;
	const struct pmk_nhwc whole = *nhwc_of(own, fused->op.output);
	const size_t steps[4] = { whole.image, whole.row, whole.pixel, 1 };
	size_t start = 0;

	for (int i = 0; i < fused->op.inputs; i++) {
		struct pmk_step *step = add_step(own, fused, PMK_KERNEL_COPY);

		step->x = *nhwc_of(own, fused->op.input[i]);
		step->y = (struct pmk_nhwc){ whole.at + start, step->x.n, step->x.h, step->x.w, step->x.c, whole.pixel,
			whole.row, whole.image };
		step->parts = step->y.n * step->y.h;
		start += steps[axis] * (size_t)(const int[]){ step->x.n, step->x.h, step->x.w, step->x.c }[axis];
		if (i)
			own->cleared[own->step_count - 1] = -1;
	}
}

static int lower_op(struct pmk_own *own, const struct pmk_fused *fused)
{
	switch (fused->op.kind) {
	case PMK_OP_CONV:
		return lower_conv(own, fused);
	case PMK_OP_DEPTHWISE:
		return lower_depthwise(own, fused);
	case PMK_OP_TRANSPOSE_CONV:
		return is_double(&fused->op, &own->network.graph.tensors[fused->op.input[1]],
			       nhwc_of(own, fused->op.input[0])) ?
			lower_double(own, fused) :
			lower_transpose(own, fused);
	case PMK_OP_RESIZE_BILINEAR:
		return lower_resize(own, fused);
	case PMK_OP_ADD:
	case PMK_OP_MUL:
		lower_binary(own, fused);
		return 0;
	case PMK_OP_AVERAGE_POOL:
		lower_pool(own, fused);
		return 0;
	case PMK_OP_MEAN:
		lower_mean(own, fused);
		return 0;
	case PMK_OP_CONCAT:
		lower_concat(own, fused);
		return 0;
	case PMK_OP_SOFTMAX:
		add_step(own, fused, PMK_KERNEL_SOFTMAX);
		return 0;
	case PMK_OP_RESHAPE:
		add_step(own, fused, PMK_KERNEL_RESHAPE)->parts = 1;
		return 0;
	default:
		add_step(own, fused, PMK_KERNEL_UNARY);
		return 0;
	}
}

int pmk_own_lower(struct pmk_own *own)
{
	size_t room = 0;
	int err = 0;

	for (int i = 0; i < own->network.op_count; i++)
		room += own->network.ops[i].op.kind == PMK_OP_CONCAT ? (size_t)own->network.ops[i].op.inputs : 2;
	own->steps = calloc(room, sizeof *own->steps);
	own->cleared = calloc(room, sizeof *own->cleared);
	if (!own->steps || !own->cleared)
		return -ENOMEM;
	for (int i = 0; err == 0 && i < own->network.op_count; i++)
		err = lower_op(own, &own->network.ops[i]);
	return err;
}
