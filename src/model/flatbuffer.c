/* SPDX-License-Identifier: MIT */
#include "model/flatbuffer.h"

/* The little-endian number of 1, 2 or 4 bytes at `at`, which must be a multiple of its size. */
static uint32_t number(struct pmk_flatbuffer *buffer, size_t at, size_t bytes)
{
	uint32_t value = 0;

	if (buffer->size < bytes || at > buffer->size - bytes || at % bytes) {
		buffer->bad = true;
		return 0;
	}
	for (size_t i = 0; i < bytes; i++)
		value |= (uint32_t)buffer->bytes[at + i] << 8 * i;
	return value;
}

/* The position that the offset at `at` leads to. Offsets lead forward only, so there can be no cycles. */
static size_t follow(struct pmk_flatbuffer *buffer, size_t at)
{
	uint32_t offset = number(buffer, at, 4);

	if (!offset || offset >= buffer->size - at) {
		buffer->bad = true;
		return 0;
	}
	return at + offset;
}

static size_t verified_table(struct pmk_flatbuffer *buffer, size_t table)
{
	int64_t vtable = (int64_t)table - (int32_t)number(buffer, table, 4);
	uint32_t vtable_bytes, table_bytes;

	if (buffer->bad || vtable < 0 || vtable > (int64_t)buffer->size)
		goto bad;
	vtable_bytes = number(buffer, (size_t)vtable, 2);
	table_bytes = number(buffer, (size_t)vtable + 2, 2);
	if (buffer->bad || vtable_bytes < 4 || vtable_bytes % 2 || vtable_bytes > buffer->size - (size_t)vtable ||
		table_bytes < 4 || table_bytes > buffer->size - table)
		goto bad;
	return table;
bad:
	buffer->bad = true;
	return 0;
}

/* The position of a field of `bytes` bytes; 0 if the table does not have it. */
static size_t find(struct pmk_flatbuffer *buffer, size_t table, int field, size_t bytes)
{
	size_t vtable, slot = 4 + 2 * (size_t)field;
	uint32_t offset, table_bytes;

	if (!table || buffer->bad)
		return 0;
	vtable = (size_t)((int64_t)table - (int32_t)number(buffer, table, 4));
	if (slot + 2 > number(buffer, vtable, 2))
		return 0;
	offset = number(buffer, vtable + slot, 2);
	if (!offset)
		return 0;
	table_bytes = number(buffer, vtable + 2, 2);
	if (offset < 4 || offset + bytes > table_bytes) {
		buffer->bad = true;
		return 0;
	}
	return table + offset;
}

size_t pmk_flatbuffer_root(struct pmk_flatbuffer *buffer)
{
	size_t table = follow(buffer, 0);

	return buffer->bad ? 0 : verified_table(buffer, table);
}

int pmk_flatbuffer_int8(struct pmk_flatbuffer *buffer, size_t table, int field, int fallback)
{
	size_t at = find(buffer, table, field, 1);

	return at ? (int8_t)number(buffer, at, 1) : fallback;
}

int32_t pmk_flatbuffer_int32(struct pmk_flatbuffer *buffer, size_t table, int field, int32_t fallback)
{
	size_t at = find(buffer, table, field, 4);

	return at ? (int32_t)number(buffer, at, 4) : fallback;
}

size_t pmk_flatbuffer_table(struct pmk_flatbuffer *buffer, size_t table, int field)
{
	size_t at = find(buffer, table, field, 4), child = at ? follow(buffer, at) : 0;

	return child ? verified_table(buffer, child) : 0;
}

struct pmk_flatbuffer_vector pmk_flatbuffer_vector(
	struct pmk_flatbuffer *buffer, size_t table, int field, size_t element_bytes)
{
	struct pmk_flatbuffer_vector vector = { 0 };
	size_t at = find(buffer, table, field, 4), start = at ? follow(buffer, at) : 0;
	uint32_t count = start ? number(buffer, start, 4) : 0;

	if (!count || buffer->bad)
		return vector;
	if (count > (buffer->size - start - 4) / element_bytes) {
		buffer->bad = true;
		return vector;
	}
	vector.at = start + 4;
	vector.count = count;
	return vector;
}

int32_t pmk_flatbuffer_element(struct pmk_flatbuffer *buffer, struct pmk_flatbuffer_vector vector, uint32_t index)
{
	if (index >= vector.count) {
		buffer->bad = true;
		return 0;
	}
	return (int32_t)number(buffer, vector.at + 4 * (size_t)index, 4);
}

size_t pmk_flatbuffer_element_table(struct pmk_flatbuffer *buffer, struct pmk_flatbuffer_vector vector, uint32_t index)
{
	size_t table = 0;

	if (index >= vector.count)
		buffer->bad = true;
	else
		table = follow(buffer, vector.at + 4 * (size_t)index);
	return table ? verified_table(buffer, table) : 0;
}
