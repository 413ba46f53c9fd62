/* SPDX-License-Identifier: MIT */
/* usage: test_kernels [CASES]
 *
 * Tests of our own kernels against the plain reference, at each level of this CPU: single operators of random, odd and
 * extreme shapes, followed by operators that may be fused into them. It needs only libc and libm, so that it also runs
 * under an emulator. */
#include "base/cpu.h"
#include "base/mem.h"
#include "model/engine.h"
#include "reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 1500, ROOM = 16, MOST = 1 << 16 }; /* elements of a tensor */

static uint32_t seed = 20260930;
static struct pmk_tensor tensors[ROOM];
static struct pmk_op ops[ROOM];
static struct pmk_graph net;

static uint32_t random_bits(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static int below(int limit)
{
	return (int)(random_bits() % (uint32_t)limit);
}

static int any_size(void)
{
	static const int sizes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 17, 23, 33 };

	return sizes[below(sizeof sizes / sizeof *sizes)];
}

static int any_channels(void)
{
	static const int channels[] = { 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 21, 24, 31, 32, 33, 40, 47, 48, 49, 56,
		63, 64, 72, 97, 129, 136 };

	return channels[below(sizeof channels / sizeof *channels)];
}

static int tensor(int n, int h, int w, int c)
{
	tensors[net.tensor_count] = (struct pmk_tensor){ .dims = 4, .dim = { n, h, w, c } };
	return net.tensor_count++;
}

static void fill(float *values, size_t count, float scale)
{
	for (size_t i = 0; i < count; i++)
		values[i] = below(50) ? ((float)(random_bits() >> 8) / (1 << 23) - 1) * scale : -0.0f;
}

static int constant(int dims, int n, int h, int w, int c)
{
	int made = tensor(n, h, w, c);

	tensors[made].dims = dims;
	tensors[made].data = pmk_mem_alloc(pmk_tensor_count(&tensors[made]) * sizeof(float));
	if (!tensors[made].data)
		exit(1);
	fill(tensors[made].data, pmk_tensor_count(&tensors[made]), 1);
	return made;
}

static struct pmk_op *append(enum pmk_op_kind kind, int output, int inputs, int a, int b, int c)
{
	struct pmk_op *op = &ops[net.op_count++];

	*op = (struct pmk_op){ .kind = kind,
		.inputs = inputs,
		.input = { a, b, c },
		.output = output,
		.stride_h = 1,
		.stride_w = 1,
		.dilation_h = 1,
		.dilation_w = 1,
		.depth_multiplier = 1 };
	net.output = output;
	return op;
}

static int positions(int size, int kernel, int stride, int dilation, bool same)
{
	return same ? (size + stride - 1) / stride : (size - (kernel - 1) * dilation - 1) / stride + 1;
}

static bool fits(int size, int kernel, int dilation)
{
	return (kernel - 1) * dilation < size;
}

static void set_window(struct pmk_op *op, int x, int kernel_h, int kernel_w, int channels)
{
	const int *size = tensors[x].dim;

	op->stride_h = below(3) ? 1 + below(2) : 3;
	op->stride_w = below(4) ? op->stride_h : 1 + below(3);
	op->dilation_h = below(3) || op->kind == PMK_OP_AVERAGE_POOL ? 1 : 1 + below(4);
	op->dilation_w = below(4) ? op->dilation_h : op->kind == PMK_OP_AVERAGE_POOL ? 1 : 1 + below(4);
	op->same = below(3) || !fits(size[1], kernel_h, op->dilation_h) || !fits(size[2], kernel_w, op->dilation_w);
	op->activation = (enum pmk_activation)below(3);
	memcpy(tensors[op->output].dim,
		(const int[]){ size[0], positions(size[1], kernel_h, op->stride_h, op->dilation_h, op->same),
			positions(size[2], kernel_w, op->stride_w, op->dilation_w, op->same), channels },
		sizeof tensors[0].dim);
}

static int conv(int x)
{
	int kernel_h = 1 + below(2) * below(5), kernel_w = below(3) ? kernel_h : 1 + below(4),
	    channels = any_channels();
	int w = constant(4, channels, kernel_h, kernel_w, tensors[x].dim[3]), bias = constant(1, channels, 0, 0, 0),
	    y = tensor(0, 0, 0, 0);

	set_window(append(PMK_OP_CONV, y, 2 + below(2), x, w, bias), x, kernel_h, kernel_w, channels);
	return y;
}

static int depthwise(int x)
{
	int kernel_h = below(3) ? 3 + 2 * below(2) : 1 + below(6), kernel_w = below(4) ? kernel_h : 1 + below(6);
	int multiplier = below(5) ? 1 : 1 + below(3), channels = tensors[x].dim[3] * multiplier;
	int w = constant(4, 1, kernel_h, kernel_w, channels), bias = constant(1, channels, 0, 0, 0),
	    y = tensor(0, 0, 0, 0);
	struct pmk_op *op = append(PMK_OP_DEPTHWISE, y, 2 + below(2), x, w, bias);

	set_window(op, x, kernel_h, kernel_w, channels);
	op->depth_multiplier = multiplier;
	return y;
}

static int transpose_conv(int x)
{
	int stride_h = 1 + below(3), stride_w = below(3) ? stride_h : 1 + below(3),
	    channels = below(3) ? 1 + below(4) : any_channels();
	int kernel_h = below(2) ? stride_h : 1 + below(4), kernel_w = below(2) ? stride_w : 1 + below(4);
	int w = constant(4, channels, kernel_h, kernel_w, tensors[x].dim[3]), bias = constant(1, channels, 0, 0, 0),
	    y = tensor(0, 0, 0, 0);
	struct pmk_op *op = append(PMK_OP_TRANSPOSE_CONV, y, 2 + below(2), x, w, bias);

	op->stride_h = stride_h;
	op->stride_w = stride_w;
	op->same = below(2);
	op->activation = (enum pmk_activation)below(3);
	memcpy(tensors[y].dim,
		(const int[]){ tensors[x].dim[0],
			tensors[x].dim[1] * stride_h + (!op->same && kernel_h > stride_h ? kernel_h - stride_h : 0),
			tensors[x].dim[2] * stride_w + (!op->same && kernel_w > stride_w ? kernel_w - stride_w : 0),
			channels },
		sizeof tensors[0].dim);
	return y;
}

/* The last layer of a segmenter: one channel, enlarged to twice the size. */
static int enlarge(int x)
{
	int w = constant(4, 1, 2, 2, tensors[x].dim[3]), bias = constant(1, 1, 0, 0, 0), like;
	int y = tensor(tensors[x].dim[0], 2 * tensors[x].dim[1], 2 * tensors[x].dim[2], 1);
	struct pmk_op *op = append(PMK_OP_TRANSPOSE_CONV, y, 2 + below(2), x, w, bias);

	op->stride_h = op->stride_w = 2;
	op->same = below(2);
	op->activation = (enum pmk_activation)below(3);
	if (below(2))
		return y;
	like = tensor(tensors[y].dim[0], tensors[y].dim[1], tensors[y].dim[2], 1);
	append(below(3) ? PMK_OP_SIGMOID : PMK_OP_HARD_SWISH, like, 1, y, 0, 0);
	return like;
}

static int fully_connected(int x)
{
	const struct pmk_tensor from = tensors[x];
	bool flat = below(2);
	int depth = flat ? from.dim[1] * from.dim[2] * from.dim[3] : from.dim[3],
	    rows = (int)(pmk_tensor_count(&from) / (size_t)depth);
	int channels = any_channels(), w = constant(2, channels, depth, 0, 0), bias = constant(1, channels, 0, 0, 0),
	    y = tensor(rows, channels, 0, 0);

	tensors[y].dims = 2;
	append(PMK_OP_FULLY_CONNECTED, y, 2 + below(2), x, w, bias)->activation = (enum pmk_activation)below(3);
	return y;
}

static int pool(int x)
{
	int kernel_h = 1 + below(5), kernel_w = 1 + below(5), y = tensor(0, 0, 0, 0);
	struct pmk_op *op = append(PMK_OP_AVERAGE_POOL, y, 1, x, 0, 0);

	if (below(3) == 0) {
		kernel_h = tensors[x].dim[1];
		kernel_w = tensors[x].dim[2];
	}
	set_window(op, x, kernel_h, kernel_w, tensors[x].dim[3]);
	op->pool_h = kernel_h;
	op->pool_w = kernel_w;
	return y;
}

static int mean(int x)
{
	bool keep = below(2);
	int y = keep ? tensor(tensors[x].dim[0], 1, 1, tensors[x].dim[3]) :
		       tensor(tensors[x].dim[0], tensors[x].dim[3], 0, 0);

	tensors[y].dims = keep ? 4 : 2;
	append(PMK_OP_MEAN, y, 1, x, 0, 0)->keep_dims = keep;
	return y;
}

static int resize(int x)
{
	int times = below(3),
	    y = tensor(tensors[x].dim[0], times ? tensors[x].dim[1] * times : any_size(),
		    times ? tensors[x].dim[2] * times : any_size(), tensors[x].dim[3]),
	    how = below(3);
	struct pmk_op *op = append(PMK_OP_RESIZE_BILINEAR, y, 1, x, 0, 0);

	op->align_corners = how == 1;
	op->half_pixel_centers = how == 2;
	return y;
}

static int like(int x)
{
	return tensor(tensors[x].dim[0], tensors[x].dim[1], tensors[x].dim[2], tensors[x].dim[3]);
}

/* With a constant that is complete or broadcast along some dimensions, or with an operand of x. */
static int binary(int x)
{
	const int *d = tensors[x].dim;
	int other = below(4) ?
		constant(4, below(2) ? d[0] : 1, below(2) ? d[1] : 1, below(2) ? d[2] : 1, below(3) ? d[3] : 1) :
		x,
	    y = like(x);
	bool swap = below(2);

	append(below(2) ? PMK_OP_ADD : PMK_OP_MUL, y, 2, swap ? other : x, swap ? x : other, 0)->activation =
		(enum pmk_activation)below(3);
	return y;
}

static int unary(int x)
{
	int y = like(x);

	append(PMK_OP_RELU + (enum pmk_op_kind)below(5), y, 1, x, 0, 0);
	return y;
}

static int concat(int x)
{
	int axis = below(4), inputs = 1 + below(4), y = like(x);
	struct pmk_op *op = append(PMK_OP_CONCAT, y, inputs, x, x, x);

	op->input[3] = x;
	op->axis = axis;
	tensors[y].dim[axis] *= inputs;
	return y;
}

static int reshape(int x)
{
	int y = tensor(tensors[x].dim[3], tensors[x].dim[1], 1, tensors[x].dim[0] * tensors[x].dim[2]);

	append(PMK_OP_RESHAPE, y, 1, x, 0, 0);
	return y;
}

/* Squeeze and excite, a residual, then a 1x1 convolution, all of which is fused. */
static int excite(int x)
{
	const int *d = tensors[x].dim;
	int factor = constant(4, 1, 1, 1, d[3]), product = like(x), channels = any_channels(), sum, y, w;

	append(PMK_OP_MUL, product, 2, x, factor, 0);
	sum = like(x);
	if (below(2))
		append(PMK_OP_ADD, sum, 2, product, x, 0);
	else
		sum = product;
	w = constant(4, channels, 1, 1, d[3]);
	y = tensor(d[0], d[1], d[2], channels);
	append(PMK_OP_CONV, y, 2, sum, w, 0);
	return y;
}

static int (*const kinds[])(int x) = { conv, conv, depthwise, depthwise, transpose_conv, enlarge, fully_connected, pool,
	mean, resize, binary, unary, concat, reshape, excite };

static bool is_small(void)
{
	for (int i = 0; i < net.tensor_count; i++) {
		if (pmk_tensor_count(&tensors[i]) > MOST)
			return false;
	}
	return true;
}

/* Run twice, because what the first run leaves in memory must not matter. Sums of large numbers may cancel or be
 * clamped, so the tolerance depends on the input. */
static bool check_level(
	enum pmk_cpu_level level, int number, const float *input, size_t inputs, const float *expected, size_t outputs)
{
	double most = fmax(reference_largest(expected, outputs), reference_largest(input, inputs));
	struct pmk_engine *engine;
	bool ok = true;

	if (pmk_cpu_force(pmk_cpu_name(level)) < 0 ||
		pmk_engine_create(&net, PMK_ENGINE_OWN, 1 + number % 2, &engine) < 0)
		return false;
	for (int run = 0; ok && run < 2; run++) {
		memcpy(pmk_engine_input(engine), input, inputs * sizeof *input);
		ok = pmk_engine_run(engine) == 0;
		for (size_t i = 0; ok && i < outputs; i++) {
			ok = fabs((double)pmk_engine_output(engine)[i] - expected[i]) <= 3e-5 * most;
			if (!ok)
				fprintf(stderr, "case %d, %s, run %d: output %zu is %g, not %g\n", number,
					pmk_engine_name(engine), run, i, pmk_engine_output(engine)[i], expected[i]);
		}
	}
	pmk_engine_destroy(engine);
	return ok;
}

static bool check_net(int number)
{
	static const float scales[] = { 1, 1, 8, 100, 1e-30f };
	size_t inputs = pmk_tensor_count(&tensors[net.input]), outputs = pmk_tensor_count(&tensors[net.output]);
	float *input = malloc(inputs * sizeof *input), *expected = malloc(outputs * sizeof *expected);
	bool ok = input && expected;

	if (ok)
		fill(input, inputs, scales[below(sizeof scales / sizeof *scales)]);
	ok = ok && pmk_graph_check("case", &net) == 0 && reference_run(&net, input, expected);
	for (int level = 0; ok && level < PMK_CPU_LEVELS; level++)
		ok = !pmk_cpu_has((enum pmk_cpu_level)level) ||
			check_level((enum pmk_cpu_level)level, number, input, inputs, expected, outputs);
	free(input);
	free(expected);
	return ok;
}

/* Within 1e-6 over the whole range, and a NaN stays NaN. */
static bool check_sigmoid(enum pmk_cpu_level level)
{
	static const float extremes[] = { 0, -0.0f, 1e-30f, 86, -86, 89, -89, 126, -126, 1000, -1000, 3e38f, -3e38f,
		INFINITY, -INFINITY, NAN, -NAN };
	enum { COUNT = 4001, EXTREMES = sizeof extremes / sizeof *extremes };
	struct pmk_engine *engine;
	bool ok = pmk_cpu_force(pmk_cpu_name(level)) == 0;

	net = (struct pmk_graph){ .tensors = tensors, .ops = ops };
	net.input = tensor(1, 1, 1, COUNT);
	append(PMK_OP_SIGMOID, tensor(1, 1, 1, COUNT), 1, net.input, 0, 0);
	if (!ok || pmk_engine_create(&net, PMK_ENGINE_OWN, 1, &engine) < 0)
		return false;
	for (int i = 0; i < COUNT; i++)
		pmk_engine_input(engine)[i] = i < EXTREMES ? extremes[i] : (float)(i - COUNT / 2) * 0.01f;
	ok = pmk_engine_run(engine) == 0;
	for (int i = 0; ok && i < COUNT; i++) {
		double x = pmk_engine_input(engine)[i], got = pmk_engine_output(engine)[i];

		ok = isnan(x) ? isnan(got) : fabs(got - 1 / (1 + exp(-x))) <= 1e-6;
		if (!ok)
			fprintf(stderr, "%s: sigmoid of %g is %g\n", pmk_engine_name(engine), x, got);
	}
	pmk_engine_destroy(engine);
	return ok;
}

int main(int argc, char **argv)
{
	int cases = argc > 1 ? atoi(argv[1]) : CASES, done = 0;
	bool ok = true;

	for (int level = 0; ok && level < PMK_CPU_LEVELS; level++)
		ok = !pmk_cpu_has((enum pmk_cpu_level)level) || check_sigmoid((enum pmk_cpu_level)level);
	memset(tensors, 0, sizeof tensors);
	for (int number = 0; ok && done < cases; number++) {
		int y;

		net = (struct pmk_graph){ .tensors = tensors, .ops = ops };
		net.input = tensor(below(8) ? 1 : 2, any_size(), any_size(), any_channels());
		y = kinds[below(sizeof kinds / sizeof *kinds)](net.input);
		if (tensors[y].dims == 4 && below(2) && is_small())
			kinds[below(sizeof kinds / sizeof *kinds)](y);
		if (is_small()) {
			ok = check_net(number);
			done++;
		}
		if (!ok)
			pmk_graph_print(&net, stderr);
		for (int i = 0; i < net.tensor_count; i++)
			free(tensors[i].data);
		memset(tensors, 0, sizeof tensors);
	}
	printf("%d networks of one or a few operators\n", done);
	return !ok;
}
