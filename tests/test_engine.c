/* SPDX-License-Identifier: MIT */
/* Tests of each engine, at each level of this CPU, against the plain reference: each operator alone, networks that are
 * rewritten, random networks, and the real ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "model/engine.h"
#include "model/rewrite.h"
#include "reference.h"
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 64 };
static const double tolerance = 1e-4;

static uint32_t seed;

static uint32_t random_bits(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static int random_below(int limit)
{
	return (int)(random_bits() % (uint32_t)limit);
}

static float random_float(void)
{
	return (float)(random_bits() >> 8) / (1 << 23) - 1;
}

/* Networks are built operator by operator; the last result is the output. */
static struct pmk_graph net;

static int tensor(int dims, int n, int h, int w, int c)
{
	struct pmk_tensor *made = &net.tensors[net.tensor_count];

	assert_true(net.tensor_count < ROOM);
	*made = (struct pmk_tensor){ .dims = dims, .dim = { n, h, w, c } };
	return net.tensor_count++;
}

static int constant(int dims, int n, int h, int w, int c)
{
	int made = tensor(dims, n, h, w, c);
	size_t count = pmk_tensor_count(&net.tensors[made]);

	net.tensors[made].data = pmk_mem_alloc(count * sizeof(float));
	assert_non_null(net.tensors[made].data);
	for (size_t i = 0; i < count; i++)
		net.tensors[made].data[i] = random_float();
	return made;
}

static int begin(int dims, int n, int h, int w, int c)
{
	net = (struct pmk_graph){ .tensors = calloc(ROOM, sizeof *net.tensors), .ops = calloc(ROOM, sizeof *net.ops) };
	assert_non_null(net.tensors);
	assert_non_null(net.ops);
	net.input = tensor(dims, n, h, w, c);
	return net.input;
}

/* Append an operator; its fields beyond these are set through the pointer. */
static struct pmk_op *append(enum pmk_op_kind kind, int output, int inputs, int a, int b, int c)
{
	struct pmk_op *op = &net.ops[net.op_count++];

	assert_true(net.op_count < ROOM);
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

static void fill(float *values, size_t count, float scale)
{
	for (size_t i = 0; i < count; i++)
		values[i] = random_float() * scale;
}

/* Compare with a tolerance of 1e-4 times `scale`. */
static void compare(
	const struct pmk_engine *engine, const float *expected, size_t count, double scale, const char *name)
{
	const float *got = pmk_engine_output(engine);

	for (size_t i = 0; i < count; i++) {
		if (!(fabs((double)got[i] - expected[i]) <= tolerance * scale))
			fail_msg("%s: output %zu is %g, not %g", name, i, got[i], expected[i]);
	}
}

/* Choose an engine: our own at each level of this CPU, or XNNPACK if it is built in. */
static bool choose(int which, enum pmk_engine_kind *kind)
{
	*kind = which < PMK_CPU_LEVELS ? PMK_ENGINE_OWN : PMK_ENGINE_XNNPACK;
	if (which >= PMK_CPU_LEVELS)
		return pmk_engine_is_built(PMK_ENGINE_XNNPACK);
	if (!pmk_cpu_has((enum pmk_cpu_level)which))
		return false;
	assert_int_equal(pmk_cpu_force(pmk_cpu_name((enum pmk_cpu_level)which)), 0);
	return true;
}

/* Some versions of XNNPACK have no pool whose windows leave pixels out. */
static bool library_lacks_a_pool(void)
{
	for (int i = 0; i < net.op_count; i++) {
		const struct pmk_op *op = &net.ops[i];

		if (op->kind == PMK_OP_AVERAGE_POOL && (op->stride_h > op->pool_h || op->stride_w > op->pool_w))
			return true;
	}
	return false;
}

static void agree_with(
	const char *name, enum pmk_engine_kind kind, int threads, size_t inputs, size_t outputs, float *expected)
{
	struct pmk_engine *engine = NULL;

	if (kind == PMK_ENGINE_XNNPACK && library_lacks_a_pool()) {
		assert_int_equal(pmk_engine_create(&net, kind, threads, &engine), -ENOTSUP);
		assert_null(engine);
		return;
	}
	assert_int_equal(pmk_engine_create(&net, kind, threads, &engine), 0);
	for (int round = 0; round < 2; round++) {
		fill(pmk_engine_input(engine), inputs, round ? 8 : 1);
		assert_true(reference_run(&net, pmk_engine_input(engine), expected));
		assert_int_equal(pmk_engine_run(engine), 0);
		compare(engine, expected, outputs, reference_largest(expected, outputs), name);
	}
	pmk_engine_destroy(engine);
}

/* Run `net` with each engine and with the reference, twice with different input, then free it. */
static void agree(const char *name, int threads)
{
	size_t inputs = pmk_tensor_count(&net.tensors[net.input]), outputs = pmk_tensor_count(&net.tensors[net.output]);
	float *expected = calloc(outputs, sizeof *expected);
	enum pmk_engine_kind kind;

	assert_non_null(expected);
	assert_int_equal(pmk_graph_check(name, &net), 0);
	for (int which = 0; which <= PMK_CPU_LEVELS; which++) {
		if (choose(which, &kind))
			agree_with(name, kind, threads, inputs, outputs, expected);
	}
	free(expected);
	pmk_graph_finish(&net);
}

static int positions(int size, int kernel, int stride, int dilation, bool same)
{
	return same ? (size + stride - 1) / stride : (size - (kernel - 1) * dilation - 1) / stride + 1;
}

static void test_conv(void **state)
{
	static const struct {
		int h, w, from, to, kh, kw, sh, sw, dilation;
		bool same, bias;
		enum pmk_activation activation;
	} cases[] = {
		{ 7, 9, 3, 5, 3, 3, 1, 1, 1, true, true, PMK_ACT_NONE },
		{ 8, 6, 3, 16, 3, 3, 2, 2, 1, true, true, PMK_ACT_RELU },
		{ 9, 9, 4, 17, 1, 1, 1, 1, 1, true, true, PMK_ACT_RELU6 },
		{ 9, 9, 4, 7, 1, 1, 1, 1, 1, false, false, PMK_ACT_NONE },
		{ 7, 8, 4, 7, 1, 1, 2, 2, 1, true, true, PMK_ACT_NONE },
		{ 11, 13, 2, 3, 5, 3, 2, 3, 1, false, true, PMK_ACT_NONE },
		{ 11, 13, 2, 3, 3, 3, 1, 1, 4, true, true, PMK_ACT_RELU },
		{ 11, 13, 2, 3, 3, 2, 1, 1, 2, false, false, PMK_ACT_NONE },
		{ 1, 1, 33, 9, 3, 3, 1, 1, 1, true, true, PMK_ACT_NONE },
		{ 3, 2, 1, 1, 7, 7, 1, 1, 1, true, true, PMK_ACT_NONE },
		{ 5, 5, 3, 4, 5, 5, 1, 1, 1, false, true, PMK_ACT_NONE },
		{ 6, 7, 3, 4, 2, 4, 2, 1, 2, true, true, PMK_ACT_NONE },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int x = begin(4, 1, cases[i].h, cases[i].w, cases[i].from),
		    w = constant(4, cases[i].to, cases[i].kh, cases[i].kw, cases[i].from);
		int bias = cases[i].bias ? constant(1, cases[i].to, 0, 0, 0) : 0;
		int y = tensor(4, 1, positions(cases[i].h, cases[i].kh, cases[i].sh, cases[i].dilation, cases[i].same),
			positions(cases[i].w, cases[i].kw, cases[i].sw, cases[i].dilation, cases[i].same), cases[i].to);
		struct pmk_op *op = append(PMK_OP_CONV, y, cases[i].bias ? 3 : 2, x, w, bias);

		op->stride_h = cases[i].sh;
		op->stride_w = cases[i].sw;
		op->dilation_h = op->dilation_w = cases[i].dilation;
		op->same = cases[i].same;
		op->activation = cases[i].activation;
		agree("conv", 1);
	}
}

static void test_depthwise(void **state)
{
	static const struct {
		int h, w, from, multiplier, kh, kw, stride, dilation;
		bool same, bias;
		enum pmk_activation activation;
	} cases[] = {
		{ 9, 7, 5, 1, 3, 3, 1, 1, true, true, PMK_ACT_NONE },
		{ 9, 8, 16, 1, 3, 3, 2, 1, true, true, PMK_ACT_RELU6 },
		{ 9, 7, 17, 1, 5, 5, 1, 1, true, true, PMK_ACT_RELU },
		{ 9, 7, 3, 1, 5, 5, 2, 1, false, false, PMK_ACT_NONE },
		{ 13, 11, 8, 1, 3, 3, 1, 2, true, true, PMK_ACT_NONE },
		{ 13, 11, 8, 1, 3, 3, 1, 4, true, true, PMK_ACT_NONE },
		{ 6, 5, 3, 2, 3, 3, 1, 1, true, true, PMK_ACT_NONE },
		{ 6, 5, 3, 4, 3, 2, 2, 1, true, false, PMK_ACT_RELU },
		{ 6, 5, 7, 1, 1, 1, 1, 1, true, true, PMK_ACT_NONE },
		{ 6, 5, 7, 1, 1, 1, 1, 1, false, false, PMK_ACT_RELU },
		{ 12, 9, 5, 1, 7, 7, 1, 1, true, true, PMK_ACT_NONE },
		{ 12, 9, 5, 1, 2, 3, 1, 1, true, true, PMK_ACT_NONE },
		{ 12, 9, 1, 1, 4, 1, 3, 1, true, true, PMK_ACT_NONE },
		{ 2, 2, 4, 1, 5, 5, 1, 3, true, true, PMK_ACT_NONE },
		{ 5, 4, 1, 6, 3, 3, 1, 1, true, true, PMK_ACT_NONE },
		{ 12, 9, 5, 1, 1, 3, 2, 1, true, true, PMK_ACT_NONE },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int to = cases[i].from * cases[i].multiplier, x = begin(4, 1, cases[i].h, cases[i].w, cases[i].from);
		int w = constant(4, 1, cases[i].kh, cases[i].kw, to),
		    bias = cases[i].bias ? constant(1, to, 0, 0, 0) : 0;
		int y = tensor(4, 1,
			positions(cases[i].h, cases[i].kh, cases[i].stride, cases[i].dilation, cases[i].same),
			positions(cases[i].w, cases[i].kw, cases[i].stride, cases[i].dilation, cases[i].same), to);
		struct pmk_op *op = append(PMK_OP_DEPTHWISE, y, cases[i].bias ? 3 : 2, x, w, bias);

		op->stride_h = op->stride_w = cases[i].stride;
		op->dilation_h = op->dilation_w = cases[i].dilation;
		op->depth_multiplier = cases[i].multiplier;
		op->same = cases[i].same;
		op->activation = cases[i].activation;
		agree("depthwise", 1);
	}
}

static void test_transpose_conv(void **state)
{
	for (int i = 0; i < 3 * 3 * 4 * 4 * 2; i++) {
		int stride_h = i % 3 + 1, stride_w = i / 3 % 3 + 1, kernel_h = i / 9 % 4 + 1, kernel_w = i / 36 % 4 + 1;
		bool same = i / 144;
		int x = begin(4, 1, 4 + i % 3, 5, 6), w = constant(4, 1 + i % 3, kernel_h, kernel_w, 6),
		    bias = constant(1, 1 + i % 3, 0, 0, 0);
		int height = (4 + i % 3) * stride_h + (!same && kernel_h > stride_h ? kernel_h - stride_h : 0);
		int width = 5 * stride_w + (!same && kernel_w > stride_w ? kernel_w - stride_w : 0);
		struct pmk_op *op = append(
			PMK_OP_TRANSPOSE_CONV, tensor(4, 1, height, width, 1 + i % 3), i % 5 ? 3 : 2, x, w, bias);

		op->stride_h = stride_h;
		op->stride_w = stride_w;
		op->same = same;
		op->activation = i % 4 ? PMK_ACT_NONE : PMK_ACT_RELU6;
		agree("transpose_conv", 1);
	}
}

static void test_fully_connected(void **state)
{
	int x = begin(2, 3, 10, 0, 0), w = constant(2, 7, 10, 0, 0), bias = constant(1, 7, 0, 0, 0);

	append(PMK_OP_FULLY_CONNECTED, tensor(2, 3, 7, 0, 0), 3, x, w, bias)->activation = PMK_ACT_RELU;
	agree("fully_connected rows", 1);
	x = begin(4, 1, 3, 2, 5);
	w = constant(2, 4, 30, 0, 0);
	append(PMK_OP_FULLY_CONNECTED, tensor(2, 1, 4, 0, 0), 2, x, w, 0);
	agree("fully_connected flat", 1);
	x = begin(4, 1, 3, 2, 5);
	w = constant(2, 1, 5, 0, 0);
	append(PMK_OP_FULLY_CONNECTED, tensor(4, 1, 3, 2, 1), 2, x, w, 0);
	agree("fully_connected keeping dimensions", 1);
}

static void test_add_and_mul(void **state)
{
	static const struct {
		int a[4], b_dims, b[4], y[4];
	} cases[] = {
		{ { 1, 5, 3, 7 }, 4, { 1, 5, 3, 7 }, { 1, 5, 3, 7 } },
		{ { 1, 5, 3, 7 }, 4, { 1, 1, 1, 7 }, { 1, 5, 3, 7 } },
		{ { 1, 5, 3, 7 }, 1, { 7 }, { 1, 5, 3, 7 } },
		{ { 1, 5, 3, 7 }, 0, { 0 }, { 1, 5, 3, 7 } },
		{ { 1, 5, 1, 7 }, 4, { 1, 1, 3, 1 }, { 1, 5, 3, 7 } },
		{ { 1, 1, 1, 1 }, 3, { 4, 3, 2 }, { 1, 4, 3, 2 } },
	};

	for (size_t i = 0; i < 4 * sizeof cases / sizeof *cases; i++) {
		int kind = i % 2 ? PMK_OP_ADD : PMK_OP_MUL, at = (int)i / 4;
		const int *a = cases[at].a, *b = cases[at].b, *y = cases[at].y;
		int x = begin(4, a[0], a[1], a[2], a[3]), other = constant(cases[at].b_dims, b[0], b[1], b[2], b[3]);
		int result = tensor(4, y[0], y[1], y[2], y[3]);

		append(kind, result, 2, i % 4 < 2 ? x : other, i % 4 < 2 ? other : x, 0)->activation = i % 3 ?
			PMK_ACT_NONE :
			PMK_ACT_RELU;
		agree("add or mul with a constant", 1);
	}
	begin(4, 1, 3, 4, 5);
	append(PMK_OP_MUL, tensor(4, 1, 3, 4, 5), 2, net.input, net.input, 0);
	agree("square", 1);
}

static void test_pools(void **state)
{
	static const struct {
		int h, w, c, kh, kw, sh, sw;
		bool same;
	} cases[] = {
		{ 8, 8, 5, 2, 2, 2, 2, false },
		{ 9, 7, 16, 3, 3, 2, 2, true },
		{ 9, 7, 3, 3, 2, 1, 3, true },
		{ 6, 5, 19, 6, 5, 6, 5, false },
		{ 6, 5, 4, 1, 1, 1, 1, true },
		{ 4, 4, 8, 4, 4, 1, 1, true },
		{ 7, 9, 2, 5, 5, 1, 1, false },
		{ 1, 1, 6, 1, 1, 1, 1, false },
		{ 9, 9, 3, 1, 4, 1, 2, true },
		{ 12, 9, 3, 2, 1, 3, 3, true },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int x = begin(4, 1, cases[i].h, cases[i].w, cases[i].c);
		int y = tensor(4, 1, positions(cases[i].h, cases[i].kh, cases[i].sh, 1, cases[i].same),
			positions(cases[i].w, cases[i].kw, cases[i].sw, 1, cases[i].same), cases[i].c);
		struct pmk_op *op = append(PMK_OP_AVERAGE_POOL, y, 1, x, 0, 0);

		op->pool_h = cases[i].kh;
		op->pool_w = cases[i].kw;
		op->stride_h = cases[i].sh;
		op->stride_w = cases[i].sw;
		op->same = cases[i].same;
		op->activation = i % 2 ? PMK_ACT_RELU : PMK_ACT_NONE;
		agree("average_pool", 1);
	}
	for (int keep = 0; keep < 2; keep++) {
		int x = begin(4, 1, 5, 6, 7), y = keep ? tensor(4, 1, 1, 1, 7) : tensor(2, 1, 7, 0, 0);

		append(PMK_OP_MEAN, y, 1, x, 0, 0)->keep_dims = keep;
		agree("mean", 1);
	}
}

static void test_resize(void **state)
{
	static const int cases[][4] = { { 4, 4, 8, 8 }, { 5, 7, 10, 14 }, { 5, 3, 13, 11 }, { 9, 8, 4, 5 },
		{ 1, 1, 6, 5 }, { 6, 5, 1, 1 }, { 33, 33, 257, 257 }, { 6, 6, 6, 6 }, { 1, 5, 4, 5 } };

	for (int i = 0; i < 3 * (int)(sizeof cases / sizeof *cases); i++) {
		const int *size = cases[i / 3];
		int x = begin(4, 1, size[0], size[1], 3), y = tensor(4, 1, size[2], size[3], 3);
		struct pmk_op *op = append(PMK_OP_RESIZE_BILINEAR, y, 1, x, 0, 0);

		op->align_corners = i % 3 == 1;
		op->half_pixel_centers = i % 3 == 2;
		agree("resize_bilinear", 1);
	}
}

static void test_concat(void **state)
{
	for (int axis = 0; axis < 4; axis++) {
		for (int inputs = 1; inputs <= PMK_GRAPH_MAX_INPUTS; inputs++) {
			int x = begin(4, 1, 2, 3, 4), grown = tensor(4, 1, 2, 3, 4), y = tensor(4, 1, 2, 3, 4);
			struct pmk_op *op;

			net.tensors[y].dim[axis] *= inputs;
			append(PMK_OP_HARD_SWISH, grown, 1, x, 0, 0);
			op = append(PMK_OP_CONCAT, y, inputs, 0, 0, 0);
			op->axis = axis;
			for (int i = 0; i < inputs; i++)
				op->input[i] = i % 3 ? grown : x;
			agree("concat", 1);
		}
	}
}

static void test_elementwise(void **state)
{
	static const enum pmk_op_kind kinds[] = { PMK_OP_RELU, PMK_OP_RELU6, PMK_OP_HARD_SWISH, PMK_OP_SIGMOID,
		PMK_OP_SOFTMAX };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		begin(4, 1, 5, 3, 21);
		append(kinds[i], tensor(4, 1, 5, 3, 21), 1, net.input, 0, 0);
		agree(pmk_op_name(kinds[i]), 1);
		begin(1, 1, 0, 0, 0);
		append(kinds[i], tensor(1, 1, 0, 0, 0), 1, net.input, 0, 0);
		agree(pmk_op_name(kinds[i]), 1);
	}
	begin(4, 1, 4, 3, 5);
	append(PMK_OP_RESHAPE, tensor(3, 2, 6, 5, 0), 1, net.input, 0, 0);
	agree("reshape", 1);
}

static int conv(int x, int to, bool bias)
{
	const struct pmk_tensor from = net.tensors[x];
	int w = constant(4, to, 1, 1, from.dim[3]), b = bias ? constant(1, to, 0, 0, 0) : 0;
	int y = tensor(4, from.dim[0], from.dim[1], from.dim[2], to);

	append(PMK_OP_CONV, y, bias ? 3 : 2, x, w, b);
	return y;
}

static int concat_of(int a, int b)
{
	const struct pmk_tensor *from = &net.tensors[a];
	int y = tensor(4, 1, from->dim[1], from->dim[2], from->dim[3] + net.tensors[b].dim[3]);

	append(PMK_OP_CONCAT, y, 2, a, b, 0)->axis = 3;
	return y;
}

static int resized(int x, int height, int width)
{
	int y = tensor(4, 1, height, width, net.tensors[x].dim[3]);

	append(PMK_OP_RESIZE_BILINEAR, y, 1, x, 0, 0)->half_pixel_centers = true;
	return y;
}

/* Pooled context is resized, concatenated, convolved and enlarged, so that each rewrite applies. */
static void build_context_network(void)
{
	int x = begin(4, 1, 9, 7, 6), pooled = tensor(4, 1, 1, 1, 6), joined;

	append(PMK_OP_MEAN, pooled, 1, x, 0, 0)->keep_dims = true;
	joined = concat_of(resized(conv(pooled, 8, true), 9, 7), conv(x, 5, true));
	conv(joined, 3, true); /* nothing reads it */
	x = conv(joined, 10, true);
	net.ops[net.op_count - 1].activation = PMK_ACT_RELU;
	x = concat_of(x, resized(x, 9, 7));
	pooled = tensor(4, 1, 1, 1, 20);
	append(PMK_OP_MEAN, pooled, 1, x, 0, 0)->keep_dims = true;
	pooled = conv(pooled, 10, false);
	x = conv(x, 10, false);
	append(PMK_OP_MUL, tensor(4, 1, 9, 7, 10), 2, x, pooled, 0);
	conv(resized(net.output, 18, 21), 2, true);
}

static void test_rewrites(void **state)
{
	struct pmk_rewrite rewrite;
	double before = 0, after = 0;

	build_context_network();
	assert_int_equal(pmk_rewrite_init(&rewrite, &net), 0);
	assert_int_equal(pmk_graph_check("rewritten", &rewrite.graph), 0);
	for (int i = 0; i < net.op_count; i++)
		before += pmk_op_macs(&net, &net.ops[i]);
	for (int i = 0; i < rewrite.graph.op_count; i++) {
		after += pmk_op_macs(&rewrite.graph, &rewrite.graph.ops[i]);
		assert_int_not_equal(rewrite.graph.ops[i].kind, PMK_OP_CONCAT);
	}
	assert_true(after < 0.6 * before);
	pmk_rewrite_finish(&rewrite);
	agree("context network", 1);
	build_context_network();
	agree("context network, two threads", 2);
}

static void test_inner_result_is_output(void **state)
{
	int y, x = begin(4, 1, 4, 4, 3);

	y = conv(x, 4, true);
	conv(y, 2, true);
	net.output = y;
	agree("the last operator is not needed", 1);
	x = begin(4, 1, 4, 4, 3);
	y = resized(x, 4, 4);
	agree("only an idle resize", 1);
}

/* Our own engine has what XNNPACK lacks, so it is chosen. */
static void test_library_lacks_something(void **state)
{
	struct pmk_engine *engine = NULL;
	struct pmk_op *op;

	begin(4, 1, 4, 4, 3);
	op = append(PMK_OP_AVERAGE_POOL, tensor(4, 1, 2, 2, 3), 1, net.input, 0, 0);
	op->pool_h = op->pool_w = 1;
	op->stride_h = op->stride_w = 2;
	assert_int_equal(pmk_graph_check("strided", &net), 0);
	assert_int_equal(pmk_engine_create(&net, PMK_ENGINE_XNNPACK, 1, &engine), -ENOTSUP);
	assert_null(engine);
	assert_int_equal(pmk_engine_create(&net, PMK_ENGINE_AUTO, 1, &engine), 0);
	assert_true(strncmp(pmk_engine_name(engine), "own", 3) == 0);
	pmk_engine_destroy(engine);
	pmk_graph_finish(&net);
}

/* The library can run graphs that are just within the limits of the check. */
static void test_limits(void **state)
{
	int x = begin(4, 1, 1, 65536, 1), w = constant(4, 1, 1, 2, 1);
	struct pmk_op *op = append(PMK_OP_CONV, tensor(4, 1, 1, 65536, 1), 2, x, w, 0);

	op->same = true;
	op->dilation_w = 65535;
	agree("dilation", 1);
	x = begin(4, 1, 1, 1, 65536);
	w = constant(4, 1, 3, 3, 65536);
	append(PMK_OP_DEPTHWISE, tensor(4, 1, 1, 1, 65536), 2, x, w, 0)->same = true;
	agree("channels", 1);
	x = begin(4, 1, 1, 1, 1);
	w = constant(4, 1, 1, 1, 1);
	append(PMK_OP_TRANSPOSE_CONV, tensor(4, 1, 1, 65536, 1), 2, x, w, 0)->stride_w = 65536;
	agree("stride", 1);
	x = begin(4, 1, 1, 1, 1);
	w = constant(4, 1, 300, 300, 1);
	append(PMK_OP_DEPTHWISE, tensor(4, 1, 1, 1, 1), 2, x, w, 0)->same = true;
	agree("window", 1);
}

/* Append a random operator on existing results. */
static void grow(int results[], int *count)
{
	int x = results[random_below(*count)], other = results[random_below(*count)], y;
	const struct pmk_tensor from = net.tensors[x];

	switch (random_below(8)) {
	case 0:
		y = conv(x, 1 + random_below(9), random_below(2));
		break;
	case 1:
		y = resized(x, 1 + random_below(9), 1 + random_below(9));
		break;
	case 2:
		y = tensor(4, 1, 1, 1, from.dim[3]);
		append(PMK_OP_MEAN, y, 1, x, 0, 0)->keep_dims = true;
		break;
	case 3:
		y = tensor(4, 1, from.dim[1], from.dim[2], from.dim[3]);
		append(PMK_OP_RELU + (enum pmk_op_kind)random_below(4), y, 1, x, 0, 0);
		break;
	case 4:
		y = concat_of(x, resized(other, from.dim[1], from.dim[2]));
		break;
	case 5:
		other = conv(resized(other, random_below(2) ? 1 : from.dim[1], random_below(2) ? 1 : from.dim[2]),
			from.dim[3], true);
		y = tensor(4, 1, from.dim[1], from.dim[2], from.dim[3]);
		append(random_below(2) ? PMK_OP_ADD : PMK_OP_MUL, y, 2, x, other, 0);
		break;
	case 6:
		y = tensor(4, 1, from.dim[1], from.dim[2], from.dim[3]);
		append(PMK_OP_DEPTHWISE, y, 2, x, constant(4, 1, 3, 3, from.dim[3]), 0)->same = true;
		break;
	default:
		y = concat_of(x, x);
		break;
	}
	results[(*count)++] = y;
}

static void test_random_networks(void **state)
{
	for (int i = 0; i < 150; i++) {
		int results[ROOM], count = 1;

		results[0] = begin(4, 1, 1 + random_below(8), 1 + random_below(8), 1 + random_below(5));
		for (int left = 1 + random_below(9); left; left--)
			grow(results, &count);
		append(PMK_OP_SIGMOID, tensor(4, 0, 0, 0, 0), 1, results[count - 1], 0, 0);
		memcpy(net.tensors[net.output].dim, net.tensors[results[count - 1]].dim, sizeof net.tensors->dim);
		agree("random network", 1 + i % 3);
	}
}

/* Draw head and shoulders in front of a striped wall, with grain: smooth, sharp and noisy parts as in a photo. */
static void draw(float *rgb, int height, int width, float least)
{
	for (int i = 0; i < height * width; i++) {
		double y = (double)(i / width) / height, x = (double)(i % width) / width;
		bool head = hypot((x - 0.5) / 0.13, (y - 0.35) / 0.2)<1, body = y> 0.55 &&
			hypot((x - 0.5) / 0.33, (y - 1) / 0.45) < 1;
		double wall = 0.55 + 0.2 * sin(40 * x) * (y < 0.8) + 0.1 * y;
		double colour[3] = { head ? 0.8 :
				body      ? 0.15 :
					    wall,
			head         ? 0.6 :
				body ? 0.2 :
				       wall,
			head         ? 0.5 :
				body ? 0.45 :
				       0.9 * wall };

		for (int c = 0; c < 3; c++)
			rgb[3 * i + c] = least +
				(1 - least) * (float)fmin(fmax(colour[c] + 0.03 * random_float(), 0), 1);
	}
}

static void run_model_with(const struct pmk_graph *graph, enum pmk_engine_kind kind, const float *input,
	const float *expected, size_t count, const char *path)
{
	struct pmk_engine *engine = NULL;

	assert_int_equal(pmk_engine_create(graph, kind, 1, &engine), 0);
	memcpy(pmk_engine_input(engine), input, pmk_tensor_count(&graph->tensors[graph->input]) * sizeof *input);
	assert_int_equal(pmk_engine_run(engine), 0);
	compare(engine, expected, count, 1, path);
	pmk_engine_destroy(engine);
}

static void run_model(const char *path, float least, double range)
{
	struct pmk_graph graph;
	float *expected, *input, lowest = INFINITY, highest = -INFINITY;
	enum pmk_engine_kind kind;
	uint8_t *bytes;
	size_t size, count;

	if (pmk_mem_read_file(path, 64 << 20, &bytes, &size) < 0) {
		print_message("skipped: needs the test data (%s)\n", path);
		return;
	}
	assert_int_equal(pmk_tflite_read(path, bytes, size, &graph), 0);
	free(bytes);
	count = pmk_tensor_count(&graph.tensors[graph.output]);
	expected = calloc(count, sizeof *expected);
	input = calloc(pmk_tensor_count(&graph.tensors[graph.input]), sizeof *input);
	assert_non_null(expected);
	assert_non_null(input);
	draw(input, graph.tensors[graph.input].dim[1], graph.tensors[graph.input].dim[2], least);
	assert_true(reference_run(&graph, input, expected));
	for (int which = 0; which <= PMK_CPU_LEVELS; which++) {
		if (choose(which, &kind))
			run_model_with(&graph, kind, input, expected, count, path);
	}
	for (size_t i = 0; i < count; i++) {
		lowest = fminf(lowest, expected[i]);
		highest = fmaxf(highest, expected[i]);
	}
	assert_true(highest - lowest > range);
	pmk_graph_finish(&graph);
	free(expected);
	free(input);
}

static void test_networks(void **state)
{
	const char *data = unit_test_data();
	char path[4096];

	run_model(PMK_SOURCE_MODELS "/selfie_segmentation.tflite", 0, 0.5);
	run_model(PMK_SOURCE_MODELS "/selfie_segmentation_landscape.tflite", 0, 0.5);
	snprintf(path, sizeof path, "%s/models/deeplabv3_257_mv_gpu.tflite", data);
	run_model(path, -1, 5);
	snprintf(path, sizeof path, "%s/models/body-pix-float-050-8.tflite", data);
	run_model(path, -1, 5);
}

static int set_seed(void **state)
{
	seed = 20260917;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_conv, set_seed),
		cmocka_unit_test_setup(test_depthwise, set_seed),
		cmocka_unit_test_setup(test_transpose_conv, set_seed),
		cmocka_unit_test_setup(test_fully_connected, set_seed),
		cmocka_unit_test_setup(test_add_and_mul, set_seed),
		cmocka_unit_test_setup(test_pools, set_seed),
		cmocka_unit_test_setup(test_resize, set_seed),
		cmocka_unit_test_setup(test_concat, set_seed),
		cmocka_unit_test_setup(test_elementwise, set_seed),
		cmocka_unit_test_setup(test_rewrites, set_seed),
		cmocka_unit_test_setup(test_inner_result_is_output, set_seed),
		cmocka_unit_test_setup(test_library_lacks_something, set_seed),
		cmocka_unit_test_setup(test_limits, set_seed),
		cmocka_unit_test_setup(test_random_networks, set_seed),
		cmocka_unit_test_setup(test_networks, set_seed),
	};

	if (!pmk_engine_is_built(PMK_ENGINE_XNNPACK))
		print_message(
			"skipped: XNNPACK is not built in, our own engine is compared with the reference alone\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
