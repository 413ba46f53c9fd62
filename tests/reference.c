/* SPDX-License-Identifier: MIT */
#include "reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A tensor as [n][h][w][c]; missing dimensions in front are 1. */
struct nhwc {
	int n, h, w, c;
	float *at;
};

static struct nhwc nhwc_of(const struct pmk_tensor *tensor, float *data)
{
	int dim[4] = { 1, 1, 1, 1 };

	memcpy(dim + 4 - tensor->dims, tensor->dim, (size_t)tensor->dims * sizeof *dim);
	return (struct nhwc){ dim[0], dim[1], dim[2], dim[3], data };
}

static float *pixel(const struct nhwc *t, int n, int y, int x)
{
	return t->at + (((size_t)n * (size_t)t->h + (size_t)y) * (size_t)t->w + (size_t)x) * (size_t)t->c;
}

static float activate(double value, enum pmk_activation activation)
{
	if (activation != PMK_ACT_NONE && value < 0)
		value = 0;
	if (activation == PMK_ACT_RELU6 && value > 6)
		value = 6;
	return (float)value;
}

/* Padding before the picture for TensorFlow's SAME: half of what the windows need in total, rounded down. */
static int padding(int size, int result, int kernel, int stride, int dilation, bool same)
{
	int out = (result - 1) * stride + (kernel - 1) * dilation + 1 - size;

	return same && out > 0 ? out / 2 : 0;
}

static double dot(const float *a, const float *b, int count)
{
	double sum = 0;

	for (int i = 0; i < count; i++)
		sum += (double)a[i] * b[i];
	return sum;
}

static double conv_at(
	const struct pmk_op *op, const struct nhwc *x, const struct nhwc *w, int n, int top, int left, int channel)
{
	double sum = 0;

	for (int i = 0; i < w->h; i++) {
		for (int j = 0; j < w->w; j++) {
			int row = top + i * op->dilation_h, column = left + j * op->dilation_w;

			if (row >= 0 && row < x->h && column >= 0 && column < x->w)
				sum += dot(pixel(x, n, row, column), pixel(w, channel, i, j), x->c);
		}
	}
	return sum;
}

static double depthwise_at(
	const struct pmk_op *op, const struct nhwc *x, const struct nhwc *w, int n, int top, int left, int channel)
{
	double sum = 0;

	for (int i = 0; i < w->h; i++) {
		for (int j = 0; j < w->w; j++) {
			int row = top + i * op->dilation_h, column = left + j * op->dilation_w;

			if (row >= 0 && row < x->h && column >= 0 && column < x->w)
				sum += (double)pixel(x, n, row, column)[channel / op->depth_multiplier] *
					pixel(w, 0, i, j)[channel];
		}
	}
	return sum;
}

static void conv(
	const struct pmk_op *op, const struct nhwc *x, const struct nhwc *w, const float *bias, const struct nhwc *y)
{
	int top = padding(x->h, y->h, w->h, op->stride_h, op->dilation_h, op->same);
	int left = padding(x->w, y->w, w->w, op->stride_w, op->dilation_w, op->same);

	for (int n = 0; n < y->n; n++) {
		for (int i = 0; i < y->h; i++) {
			for (int j = 0; j < y->w; j++) {
				for (int c = 0; c < y->c; c++) {
					int row = i * op->stride_h - top, column = j * op->stride_w - left;
					double sum = op->kind == PMK_OP_CONV ?
						conv_at(op, x, w, n, row, column, c) :
						depthwise_at(op, x, w, n, row, column, c);

					pixel(y, n, i, j)[c] = activate(sum + (bias ? bias[c] : 0), op->activation);
				}
			}
		}
	}
}

/* A pixel of the result is the sum over the input pixels whose windows cover it. */
static double transpose_at(
	const struct pmk_op *op, const struct nhwc *x, const struct nhwc *w, int n, int row, int column, int channel)
{
	double sum = 0;

	for (int i = 0; i < w->h; i++) {
		for (int j = 0; j < w->w; j++) {
			int from_y = row - i, from_x = column - j;

			if (from_y < 0 || from_x < 0 || from_y % op->stride_h || from_x % op->stride_w ||
				from_y / op->stride_h >= x->h || from_x / op->stride_w >= x->w)
				continue;
			sum += dot(pixel(x, n, from_y / op->stride_h, from_x / op->stride_w), pixel(w, channel, i, j),
				x->c);
		}
	}
	return sum;
}

static void transpose_conv(
	const struct pmk_op *op, const struct nhwc *x, const struct nhwc *w, const float *bias, const struct nhwc *y)
{
	int top = padding(y->h, x->h, w->h, op->stride_h, 1, op->same),
	    left = padding(y->w, x->w, w->w, op->stride_w, 1, op->same);

	for (int n = 0; n < y->n; n++) {
		for (int i = 0; i < y->h; i++) {
			for (int j = 0; j < y->w; j++) {
				for (int c = 0; c < y->c; c++)
					pixel(y, n, i, j)[c] = activate(
						transpose_at(op, x, w, n, i + top, j + left, c) + (bias ? bias[c] : 0),
						op->activation);
			}
		}
	}
}

static void fully_connected(const struct pmk_op *op, const struct pmk_tensor *x, const float *in,
	const struct pmk_tensor *w, const float *bias, float *out)
{
	int depth = w->dim[1], rows = (int)(pmk_tensor_count(x) / (size_t)depth);

	for (int i = 0; i < rows; i++) {
		for (int c = 0; c < w->dim[0]; c++)
			*out++ = activate(
				dot(in + i * depth, w->data + c * depth, depth) + (bias ? bias[c] : 0), op->activation);
	}
}

static void add_or_mul(const struct pmk_op *op, const struct nhwc *a, const struct nhwc *b, const struct nhwc *y)
{
	for (int n = 0; n < y->n; n++) {
		for (int i = 0; i < y->h; i++) {
			for (int j = 0; j < y->w; j++) {
				const float *p = pixel(a, n % a->n, i % a->h, j % a->w),
					    *q = pixel(b, n % b->n, i % b->h, j % b->w);

				for (int c = 0; c < y->c; c++) {
					double u = p[c % a->c], v = q[c % b->c];

					pixel(y, n, i, j)[c] = activate(
						op->kind == PMK_OP_ADD ? u + v : u * v, op->activation);
				}
			}
		}
	}
}

/* The average over the pixels of a window that are inside the picture. */
static double pool_at(const struct nhwc *x, int n, int top, int left, int height, int width, int channel)
{
	double sum = 0;
	int count = 0;

	for (int row = top; row < top + height; row++) {
		for (int column = left; column < left + width; column++) {
			if (row < 0 || row >= x->h || column < 0 || column >= x->w)
				continue;
			sum += pixel(x, n, row, column)[channel];
			count++;
		}
	}
	return sum / count;
}

static void pool(const struct pmk_op *op, int height, int width, const struct nhwc *x, const struct nhwc *y)
{
	int top = padding(x->h, y->h, height, op->stride_h, 1, op->same),
	    left = padding(x->w, y->w, width, op->stride_w, 1, op->same);

	for (int n = 0; n < y->n; n++) {
		for (int i = 0; i < y->h; i++) {
			for (int j = 0; j < y->w; j++) {
				for (int c = 0; c < y->c; c++)
					pixel(y, n, i, j)[c] = activate(
						pool_at(x, n, i * op->stride_h - top, j * op->stride_w - left, height,
							width, c),
						op->activation);
			}
		}
	}
}

static double resize_position(const struct pmk_op *op, int at, int from, int to)
{
	double scale = op->align_corners && to > 1 ? (from - 1.0) / (to - 1.0) : (double)from / to;

	return op->half_pixel_centers ? fmax((at + 0.5) * scale - 0.5, 0) : at * scale;
}

static void resize(const struct pmk_op *op, const struct nhwc *x, const struct nhwc *y)
{
	for (int i = 0; i < y->h; i++) {
		for (int j = 0; j < y->w; j++) {
			double row = resize_position(op, i, x->h, y->h), column = resize_position(op, j, x->w, y->w);
			int top = (int)fmin(row, x->h - 1), left = (int)fmin(column, x->w - 1);
			int bottom = top + 1 < x->h ? top + 1 : top, right = left + 1 < x->w ? left + 1 : left;
			double down = row - top, across = column - left;

			for (int n = 0; n < y->n; n++) {
				for (int c = 0; c < y->c; c++)
					pixel(y, n, i, j)[c] = (float)((1 - down) *
							((1 - across) * pixel(x, n, top, left)[c] +
								across * pixel(x, n, top, right)[c]) +
						down *
							((1 - across) * pixel(x, n, bottom, left)[c] +
								across * pixel(x, n, bottom, right)[c]));
			}
		}
	}
}

static void concat(const struct pmk_graph *graph, const struct pmk_op *op, float *const *data)
{
	const struct pmk_tensor *y = &graph->tensors[op->output];
	size_t before = 1, after = 1;
	float *to = data[op->output];

	for (int d = 0; d < op->axis; d++)
		before *= (size_t)y->dim[d];
	for (int d = op->axis + 1; d < y->dims; d++)
		after *= (size_t)y->dim[d];
	for (size_t i = 0; i < before; i++) {
		for (int k = 0; k < op->inputs; k++) {
			size_t run = (size_t)graph->tensors[op->input[k]].dim[op->axis] * after;

			memcpy(to, data[op->input[k]] + i * run, run * sizeof *to);
			to += run;
		}
	}
}

static double unary(enum pmk_op_kind kind, double x)
{
	switch (kind) {
	case PMK_OP_RELU:
		return fmax(x, 0);
	case PMK_OP_RELU6:
		return fmin(fmax(x, 0), 6);
	case PMK_OP_HARD_SWISH:
		return x * fmin(fmax(x + 3, 0), 6) / 6;
	case PMK_OP_SIGMOID:
		return 1 / (1 + exp(-x));
	default:
		return x;
	}
}

static void softmax(const float *x, float *y, size_t rows, int count)
{
	for (; rows; rows--, x += count, y += count) {
		float most = x[0]; /* a double crashes gcc 12 for arm64 */
		double sum = 0;

		for (int i = 1; i < count; i++)
			most = fmaxf(most, x[i]);
		for (int i = 0; i < count; i++)
			sum += exp((double)x[i] - most);
		for (int i = 0; i < count; i++)
			y[i] = (float)(exp((double)x[i] - most) / sum);
	}
}

static void run_op(const struct pmk_graph *graph, const struct pmk_op *op, float *const *data)
{
	const struct pmk_tensor *tensors = graph->tensors, *result = &tensors[op->output];
	struct nhwc x = nhwc_of(&tensors[op->input[0]], data[op->input[0]]), y = nhwc_of(result, data[op->output]),
		    w = { 0 };
	const float *bias = op->inputs > 2 ? data[op->input[2]] : NULL;

	if (op->inputs > 1)
		w = nhwc_of(&tensors[op->input[1]], data[op->input[1]]);
	switch (op->kind) {
	case PMK_OP_CONV:
	case PMK_OP_DEPTHWISE:
		conv(op, &x, &w, bias, &y);
		break;
	case PMK_OP_TRANSPOSE_CONV:
		transpose_conv(op, &x, &w, bias, &y);
		break;
	case PMK_OP_FULLY_CONNECTED:
		fully_connected(op, &tensors[op->input[0]], x.at, &tensors[op->input[1]], bias, y.at);
		break;
	case PMK_OP_ADD:
	case PMK_OP_MUL:
		add_or_mul(op, &x, &w, &y);
		break;
	case PMK_OP_AVERAGE_POOL:
		pool(op, op->pool_h, op->pool_w, &x, &y);
		break;
	case PMK_OP_MEAN:
		y = (struct nhwc){ x.n, 1, 1, x.c, y.at };
		pool(&(struct pmk_op){ .stride_h = 1, .stride_w = 1 }, x.h, x.w, &x, &y);
		break;
	case PMK_OP_RESIZE_BILINEAR:
		resize(op, &x, &y);
		break;
	case PMK_OP_CONCAT:
		concat(graph, op, data);
		break;
	case PMK_OP_SOFTMAX:
		softmax(x.at, y.at, pmk_tensor_count(result) / (size_t)y.c, y.c);
		break;
	default:
		for (size_t i = 0; i < pmk_tensor_count(result); i++)
			y.at[i] = (float)unary(op->kind, x.at[i]);
	}
}

bool reference_run(const struct pmk_graph *graph, const float *input, float *output)
{
	float **data = calloc((size_t)graph->tensor_count, sizeof *data);
	bool ok = data;

	for (int i = 0; ok && i < graph->tensor_count; i++) {
		data[i] = graph->tensors[i].data ? graph->tensors[i].data :
						   calloc(pmk_tensor_count(&graph->tensors[i]), sizeof **data);
		ok = data[i];
	}
	if (ok) {
		memcpy(data[graph->input], input, pmk_tensor_count(&graph->tensors[graph->input]) * sizeof *input);
		for (int i = 0; i < graph->op_count; i++)
			run_op(graph, &graph->ops[i], data);
		memcpy(output, data[graph->output], pmk_tensor_count(&graph->tensors[graph->output]) * sizeof *output);
	}
	for (int i = 0; data && i < graph->tensor_count; i++) {
		if (data[i] != graph->tensors[i].data)
			free(data[i]);
	}
	free(data);
	return ok;
}

double reference_largest(const float *values, size_t count)
{
	float most = 1;

	for (size_t i = 0; i < count; i++)
		most = fmaxf(most, fabsf(values[i]));
	return most;
}
