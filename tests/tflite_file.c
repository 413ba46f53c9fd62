/* SPDX-License-Identifier: MIT */
/* The file grows at its end. Parents come before their children; the offset in the parent is filled in when a child is
 * begun. */
#include "tflite_file.h"

#include <assert.h>
#include <string.h>

static void put(struct file *file, size_t at, uint32_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		file->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

static size_t grow(struct file *file, size_t bytes)
{
	size_t at = file->size = (file->size + 3) / 4 * 4;

	file->size += bytes;
	assert(file->size <= sizeof file->bytes);
	return at;
}

/* Append a table of `fields` 4-byte fields, all absent at first. */
static size_t put_table(struct file *file, int fields)
{
	size_t vtable = grow(file, 4 + 2 * (size_t)fields), table = grow(file, 4 + 4 * (size_t)fields);

	put(file, vtable, 4 + 2 * (uint32_t)fields, 2);
	put(file, vtable + 2, 4 + 4 * (uint32_t)fields, 2);
	put(file, table, (uint32_t)(table - vtable), 4);
	return table;
}

static size_t set_field(struct file *file, size_t table, int field, uint32_t value)
{
	size_t vtable = table - (file->bytes[table] | (size_t)file->bytes[table + 1] << 8),
	       at = table + 4 + 4 * (size_t)field;

	put(file, vtable + 4 + 2 * (size_t)field, 4 + 4 * (uint32_t)field, 2);
	put(file, at, value, 4);
	return at;
}

static void point(struct file *file, size_t from, size_t to)
{
	put(file, from, (uint32_t)(to - from), 4);
}

static size_t put_vector(struct file *file, size_t table, int field, uint32_t count, size_t element_bytes)
{
	size_t at = grow(file, 4 + count * element_bytes);

	point(file, set_field(file, table, field, 0), at);
	put(file, at, count, 4);
	return at + 4;
}

static void put_ints(struct file *file, size_t table, int field, const int *values, int count)
{
	size_t at = put_vector(file, table, field, (uint32_t)count, 4);

	for (int i = 0; i < count; i++)
		put(file, at + 4 * (size_t)i, (uint32_t)values[i], 4);
}

static void put_bytes(struct file *file, size_t table, int field, const void *data, size_t count)
{
	size_t at = put_vector(file, table, field, (uint32_t)count, 1);

	memcpy(file->bytes + at, data, count);
}

static void put_tensor(struct file *file, size_t place, const struct tensor_spec *tensor, int buffer)
{
	size_t table = put_table(file, 4);

	point(file, place, table);
	put_ints(file, table, 0, tensor->dim, tensor->dims);
	set_field(file, table, 1, (uint32_t)tensor->type);
	set_field(file, table, 2, (uint32_t)buffer);
	put_bytes(file, table, 3, "tensor\n", 7);
}

static void put_op(struct file *file, size_t place, const struct op_spec *op, int code)
{
	size_t table = put_table(file, 6), options;

	point(file, place, table);
	set_field(file, table, 0, (uint32_t)code);
	put_ints(file, table, 1, op->input, op->inputs);
	put_ints(file, table, 2, &op->output, 1);
	options = put_table(file, MOST_OPTIONS);
	point(file, set_field(file, table, 4, 0), options);
	for (int i = 0; i < MOST_OPTIONS; i++) {
		if (op->option[i])
			set_field(file, options, i, op->option[i]);
	}
	if (op->code == CUSTOM)
		put_bytes(file, table, 5, op->custom, op->custom[0] ? sizeof op->custom : 8);
}

static void put_subgraph(struct file *file, size_t place, const struct spec *spec)
{
	size_t table = put_table(file, 4), at;

	point(file, place, table);
	put_ints(file, table, 1, &spec->input, 1);
	put_ints(file, table, 2, &spec->output, 1);
	at = put_vector(file, table, 0, (uint32_t)spec->tensors, 4);
	for (int i = 0; i < spec->tensors; i++)
		put_tensor(file, at + 4 * (size_t)i, &spec->tensor[i], i);
	at = put_vector(file, table, 3, (uint32_t)spec->ops, 4);
	for (int i = 0; i < spec->ops; i++)
		put_op(file, at + 4 * (size_t)i, &spec->op[i], i);
}

void tflite_file_build(struct file *file, const struct spec *spec)
{
	size_t model, at, table;

	memset(file, 0, sizeof *file);
	grow(file, 8);
	memcpy(file->bytes + 4, "TFL3", 4);
	model = put_table(file, 5);
	point(file, 0, model);
	set_field(file, model, 0, 3);
	at = put_vector(file, model, 1, (uint32_t)spec->ops, 4);
	for (int i = 0; i < spec->ops; i++) {
		table = put_table(file, 4);
		point(file, at + 4 * (size_t)i, table);
		set_field(file, table, 3, (uint32_t)spec->op[i].code);
		if (spec->op[i].code == CUSTOM)
			put_bytes(file, table, 1, "Convolution2DTransposeBias", 26);
	}
	put_subgraph(file, put_vector(file, model, 2, 1, 4), spec);
	at = put_vector(file, model, 4, (uint32_t)spec->tensors, 4);
	for (int i = 0; i < spec->tensors; i++) {
		table = put_table(file, 1);
		point(file, at + 4 * (size_t)i, table);
		if (spec->tensor[i].data)
			put_bytes(file, table, 0, spec->tensor[i].data, spec->tensor[i].bytes);
	}
}
