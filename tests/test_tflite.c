/* SPDX-License-Identifier: MIT */
/* Tests of the .tflite reader with valid, invalid and damaged files. Small ones are written field by field; real ones
 * are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "model/graph.h"
#include "tflite_file.h"
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int lines;
static char last_line[512];

static void count_line(void *user, enum pmk_log_level level, const char *line)
{
	lines++;
	snprintf(last_line, sizeof last_line, "%s", line);
}

/* Read from a block of exactly this size, so that a sanitizer sees reads beyond it. An accepted graph is valid; a
 * refusal is logged in one line. */
static int try(const uint8_t *bytes, size_t size, struct pmk_graph *kept)
{
	struct pmk_graph graph, untouched;
	uint8_t *copy = malloc(size ? size : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	memset(&graph, 0x5a, sizeof graph);
	untouched = graph;
	lines = 0;
	err = pmk_tflite_read("file", copy, size, &graph);
	free(copy);
	if (err < 0) {
		assert_int_equal(lines, 1);
		assert_memory_equal(&graph, &untouched, sizeof graph);
		assert_true(err == -EBADMSG || err == -ENOTSUP || err == -ENOMEM);
		return err;
	}
	assert_int_equal(err, 0);
	assert_int_equal(pmk_graph_check("file", &graph), 0);
	if (kept)
		*kept = graph;
	else
		pmk_graph_finish(&graph);
	return 0;
}

static int try_spec(const struct spec *spec, struct pmk_graph *kept)
{
	static struct file file;

	tflite_file_build(&file, spec);
	return try(file.bytes, file.size, kept);
}

static const uint16_t halves[8] = { 0x3c00, 0xc000, 0x0001, 0x7c00, 0x3555, 0x8000, 0x03ff, 0x7bff };
static const float bias[2] = { 0.5f, -1.25f };
static const int32_t doubled[2] = { 8, 6 };

/* The cases are made from this network: a 1x1 convolution with half float weights, and a result of twice its size. */
static const struct spec parts = {
	.tensors = 6, .ops = 3, .input = 0, .output = 4,
	.tensor = {
		{ 4, { 1, 4, 3, 4 }, FLOAT32, NULL, 0 }, { 4, { 2, 1, 1, 4 }, FLOAT16, halves, sizeof halves },
		{ 4, { 2, 1, 1, 4 }, FLOAT32, NULL, 0 }, { 1, { 2 }, FLOAT32, bias, sizeof bias },
		{ 4, { 1, 8, 6, 2 }, FLOAT32, NULL, 0 },
		{ 4, { 1, 4, 3, 2 }, FLOAT32, NULL, 0 },
	},
	.op = {
		{ .code = DEQUANTIZE, .inputs = 1, .input = { 1 }, .output = 2 },
		{ .code = CONV, .inputs = 3, .input = { 0, 2, 3 }, .output = 5, .option = { 0, 1, 1, 3 } },
		{ .code = HARD_SWISH, .inputs = 1, .input = { 5 }, .output = 4 },
	},
};

static struct spec good_resize(void)
{
	struct spec spec = parts;

	spec.tensor[1] = (struct tensor_spec){ 1, { 2 }, INT32, doubled, sizeof doubled };
	spec.op[0] = (struct op_spec){
		.code = RESIZE, .inputs = 2, .input = { 0, 1 }, .output = 4, .option = { 0, 0, 0, 1 }
	};
	spec.tensor[4].dim[3] = 4;
	spec.ops = 1;
	return spec;
}

static struct spec good_conv(void)
{
	struct spec spec = parts;

	spec.ops = 2;
	spec.output = 5;
	return spec;
}

static void reads_what_was_written(void **state)
{
	static const float weights[8] = { 1, -2, 0x1p-24f, INFINITY, 0.333251953125f, 0, 1023 * 0x1p-24f, 65504 };
	struct spec spec = good_conv();
	struct pmk_graph graph;

	assert_int_equal(try_spec(&spec, &graph), 0);
	assert_int_equal(graph.op_count, 1);
	assert_int_equal(graph.ops[0].kind, PMK_OP_CONV);
	assert_int_equal(graph.ops[0].activation, PMK_ACT_RELU6);
	assert_true(graph.ops[0].same);
	assert_string_equal(graph.tensors[0].name, "tensor?");
	for (int i = 0; i < 8; i++)
		assert_true(graph.tensors[2].data[i] == weights[i]);
	assert_true(signbit(graph.tensors[2].data[5]));
	assert_true(graph.tensors[3].data[1] == -1.25f);
	assert_true(pmk_op_macs(&graph, &graph.ops[0]) == 4 * 3 * 2 * 4);
	pmk_graph_finish(&graph);
}

static void reads_shapes_given_as_constants(void **state)
{
	static const int32_t axes[2] = { -2, 1 }, shape[2] = { -1, 12 };
	struct spec spec = good_resize();
	struct pmk_graph graph;

	assert_int_equal(try_spec(&spec, &graph), 0);
	assert_true(graph.ops[0].half_pixel_centers);
	assert_int_equal(graph.ops[0].inputs, 1);
	pmk_graph_finish(&graph);
	spec.tensor[1].data = axes;
	spec.tensor[4] = (struct tensor_spec){ 2, { 1, 4 }, FLOAT32, NULL, 0 };
	spec.op[0] = (struct op_spec){ .code = MEAN, .inputs = 2, .input = { 0, 1 }, .output = 4 };
	assert_int_equal(try_spec(&spec, &graph), 0);
	assert_false(graph.ops[0].keep_dims);
	pmk_graph_finish(&graph);
	spec.tensor[1].data = shape;
	spec.tensor[4] = (struct tensor_spec){ 2, { 4, 12 }, FLOAT32, NULL, 0 };
	spec.op[0] = (struct op_spec){ .code = RESHAPE, .inputs = 2, .input = { 0, 1 }, .output = 4 };
	assert_int_equal(try_spec(&spec, NULL), 0);
	spec.tensor[4].dim[1] = 11;
	assert_int_equal(try_spec(&spec, NULL), -EBADMSG);
}

static void reads_the_custom_transposed_convolution(void **state)
{
	static const float weights[2 * 2 * 2 * 4] = { 1, 2, 3 };
	struct spec spec = parts;
	struct pmk_graph graph;

	spec.tensor[1] = (struct tensor_spec){ 4, { 2, 2, 2, 4 }, FLOAT32, weights, sizeof weights };
	spec.op[0] = (struct op_spec){
		.code = CUSTOM, .inputs = 3, .input = { 0, 1, 3 }, .output = 4, .custom = { 1, 2, 2 }
	};
	spec.ops = 1;
	assert_int_equal(try_spec(&spec, &graph), 0);
	assert_int_equal(graph.ops[0].kind, PMK_OP_TRANSPOSE_CONV);
	assert_int_equal(graph.ops[0].stride_h, 2);
	assert_true(graph.ops[0].same);
	pmk_graph_finish(&graph);
	spec.op[0].custom[1] = 0x80000000;
	assert_int_equal(try_spec(&spec, NULL), -EBADMSG);
	spec.op[0].custom[0] = 0;
	assert_int_equal(try_spec(&spec, NULL), -EBADMSG);
}

static void refuses_what_it_does_not_know(void **state)
{
	struct spec spec = good_conv();

	spec.op[1].code = 200;
	assert_int_equal(try_spec(&spec, NULL), -ENOTSUP);
	assert_non_null(strstr(last_line, "file: operator 1"));
	spec = good_conv();
	spec.tensor[3].type = INT8;
	assert_int_equal(try_spec(&spec, NULL), -ENOTSUP);
	spec = good_conv();
	spec.op[1].option[3] = 4; /* TANH */
	assert_int_equal(try_spec(&spec, NULL), -ENOTSUP);
	spec = good_conv();
	spec.tensor[0].dims = 5;
	spec.tensor[0].dim[4] = 1;
	assert_int_equal(try_spec(&spec, NULL), -ENOTSUP);
	spec = parts;
	spec.op[2].code = SOFTMAX; /* beta is 0 */
	assert_int_equal(try_spec(&spec, NULL), -ENOTSUP);
	spec = good_resize();
	spec.op[0].code = MEAN; /* over axes 8 and 6 */
	assert_int_equal(try_spec(&spec, NULL), -ENOTSUP);
	spec = good_resize();
	spec.tensor[1].data = NULL; /* a size that is computed */
	assert_int_equal(try_spec(&spec, NULL), -ENOTSUP);
}

static void refuses_what_is_wrong(void **state)
{
	struct spec wrong[20];
	int count = 0;

	for (int i = 0; i < 20; i++)
		wrong[i] = good_conv();
	wrong[count++].tensor[5].dim[1] = 5; /* result of another size */
	wrong[count++].tensor[0].dim[3] = 3; /* weights of another depth */
	wrong[count++].tensor[3].dim[0] = 3; /* more elements than bytes */
	wrong[count++].tensor[0].dim[0] = 0;
	wrong[count++].tensor[0].dim[1] = -4;
	wrong[count++].tensor[0].dim[1] = 1 << 30;
	wrong[count].tensor[0].dim[1] = wrong[count].tensor[0].dim[2] = 65536;
	count++;
	wrong[count++].op[1].option[1] = 0; /* no stride */
	wrong[count++].op[1].option[2] = 0x7fffffff;
	wrong[count++].op[1].option[4] = 0xffffffff; /* dilation */
	wrong[count++].op[1].input[0] = 6;
	wrong[count++].op[1].input[0] = -1;
	wrong[count++].op[1].input[0] = 5; /* reads its own result */
	wrong[count++].op[1].output = 0; /* writes the input */
	wrong[count++].op[1].output = 3; /* writes a constant */
	wrong[count++].op[1].output = 1000;
	wrong[count++].output = 4; /* nothing writes it */
	wrong[count++].output = 0;
	wrong[count++].input = -7;
	wrong[count++].op[1].input[1] = 0; /* weights that are not constant */
	assert_int_equal(count, 20);
	for (int i = 0; i < count; i++) {
		if (try_spec(&wrong[i], NULL) != -EBADMSG)
			fail_msg("case %d is not refused", i);
	}
}

static void refuses_order_and_excess(void **state)
{
	struct spec spec = good_resize();
	int32_t large[2] = { 60000, 60000 };

	assert_int_equal(try_spec(&parts, NULL), -EBADMSG); /* hard_swish of 4x3 is not 8x6 */
	spec.tensor[1].data = large;
	spec.tensor[4].dim[1] = spec.tensor[4].dim[2] = 60000;
	assert_int_equal(try_spec(&spec, NULL), -EBADMSG);
	spec = parts;
	spec.tensor[4].dim[1] = 4;
	spec.tensor[4].dim[2] = 3;
	assert_int_equal(try_spec(&spec, NULL), 0);
	spec.op[2] = parts.op[1];
	spec.op[1] = parts.op[2];
	assert_int_equal(try_spec(&spec, NULL), -EBADMSG);
}

static uint32_t seed;

static uint32_t random_below(size_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % (uint32_t)limit;
}

static void survives_every_damaged_byte(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct spec specs[] = { good_conv(), good_resize() };
	static struct file file;

	for (size_t s = 0; s < sizeof specs / sizeof *specs; s++) {
		tflite_file_build(&file, &specs[s]);
		for (size_t size = 0; size < file.size; size++)
			try(file.bytes, size, NULL);
		for (size_t at = 0; at < file.size; at++) {
			uint8_t was = file.bytes[at];

			for (size_t i = 0; i < sizeof values; i++) {
				file.bytes[at] = values[i];
				try(file.bytes, file.size, NULL);
			}
			file.bytes[at] = was;
		}
	}
}

static void survives_random_damage(void **state)
{
	struct spec spec = good_conv();
	static struct file file;

	seed = 12345;
	for (int i = 0; i < 20000; i++) {
		tflite_file_build(&file, &spec);
		for (uint32_t k = 1 + random_below(4); k; k--) {
			size_t at = random_below(file.size);

			file.bytes[at] = random_below(2) ? (uint8_t)random_below(256) :
							   (uint8_t)(file.bytes[at] ^ 1 << random_below(8));
		}
		try(file.bytes, file.size, NULL);
	}
}

static void survives_nonsense(void **state)
{
	uint8_t bytes[256] = { 0 };

	assert_int_equal(try(bytes, 0, NULL), -EBADMSG);
	assert_int_equal(try(bytes, sizeof bytes, NULL), -EBADMSG);
	memcpy(bytes + 4, "TFL3", 4);
	assert_int_equal(try(bytes, sizeof bytes, NULL), -EBADMSG);
	memset(bytes, 0xff, 4);
	assert_int_equal(try(bytes, sizeof bytes, NULL), -EBADMSG);
}

/* Such files have tables at both ends and weights in the middle. */
static void damage_model(uint8_t *bytes, size_t size)
{
	for (int i = 0; i < 40; i++)
		assert_true(try(bytes, size * (size_t)i / 40, NULL) < 0);
	for (int i = 0; i < 400; i++) {
		size_t at = random_below(2) ? random_below(size < 4096 ? size : 4096) :
					      size - 1 - random_below(size < 60000 ? size : 60000);
		uint8_t was = bytes[at];

		bytes[at] ^= (uint8_t)(1 << random_below(8));
		try(bytes, size, NULL);
		bytes[at] = was;
	}
}

static void real_model(const char *directory, const char *name, int ops, double mmac)
{
	struct pmk_graph graph;
	double macs = 0;
	uint8_t *bytes;
	char path[4096];
	size_t size;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	if (pmk_mem_read_file(path, 64 << 20, &bytes, &size) < 0) {
		print_message("skipped: needs the test data (%s)\n", path);
		return;
	}
	assert_int_equal(try(bytes, size, &graph), 0);
	assert_int_equal(graph.op_count, ops);
	for (int i = 0; i < graph.op_count; i++)
		macs += pmk_op_macs(&graph, &graph.ops[i]);
	assert_true(fabs(macs / 1e6 - mmac) < 0.1);
	pmk_graph_finish(&graph);
	seed = 777;
	damage_model(bytes, size);
	free(bytes);
}

static void real_models(void **state)
{
	const char *data = unit_test_data();
	char shared[4000];

	snprintf(shared, sizeof shared, "%s/models", data);
	real_model(PMK_SOURCE_MODELS, "selfie_segmentation.tflite", 136, 59.2);
	real_model(PMK_SOURCE_MODELS, "selfie_segmentation_landscape.tflite", 136, 33.3);
	real_model(shared, "deeplabv3_257_mv_gpu.tflite", 70, 725.8);
	real_model(shared, "body-pix-float-050-8.tflite", 28, 630.7);
}

static int redirect(void **state)
{
	pmk_log_redirect(count_line, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(reads_shapes_given_as_constants),
		cmocka_unit_test(reads_the_custom_transposed_convolution),
		cmocka_unit_test(refuses_what_it_does_not_know),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(refuses_order_and_excess),
		cmocka_unit_test(survives_every_damaged_byte),
		cmocka_unit_test(survives_random_damage),
		cmocka_unit_test(survives_nonsense),
		cmocka_unit_test(real_models),
	};

	return cmocka_run_group_tests(tests, redirect, NULL);
}
