/* SPDX-License-Identifier: MIT */
/* Reader of untrusted FlatBuffers (flatbuffers.dev, "FlatBuffers internals": tables, vtables, vectors).
 *
 * The one rule: whatever the bytes are, a read stays inside them. The first offset that is out of bounds or misaligned
 * sets `bad`, which stays set; that read returns the default, 0 or an empty vector. The caller checks `bad` before it
 * acts on what it read.
 *
 *	struct pmk_flatbuffer file = { .bytes = bytes, .size = size };
 *	size_t model = pmk_flatbuffer_root(&file);
 *	int32_t version = pmk_flatbuffer_int32(&file, model, 0, 0);
 *
 *	if (file.bad)
 *		return -EBADMSG;
 *
 * One thread at a time. */
#ifndef PMK_MODEL_FLATBUFFER_H
#define PMK_MODEL_FLATBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pmk_flatbuffer {
	const uint8_t *bytes;
	size_t size;
	bool bad;
};

/* A vector; all its `count` elements lie inside the bytes. */
struct pmk_flatbuffer_vector {
	size_t at; /* position of element 0 */
	uint32_t count;
};

/* A table is identified by its position. 0 is an absent table: all its fields have their defaults. */
size_t pmk_flatbuffer_root(struct pmk_flatbuffer *buffer);

/* Fields of a table, by their number in the schema. An absent number is `fallback`, an absent table 0, an absent vector
 * empty. */
int pmk_flatbuffer_int8(struct pmk_flatbuffer *buffer, size_t table, int field, int fallback);
int32_t pmk_flatbuffer_int32(struct pmk_flatbuffer *buffer, size_t table, int field, int32_t fallback);
size_t pmk_flatbuffer_table(struct pmk_flatbuffer *buffer, size_t table, int field);
struct pmk_flatbuffer_vector pmk_flatbuffer_vector(
	struct pmk_flatbuffer *buffer, size_t table, int field, size_t element_bytes);

/* Element `index` of a vector of 4-byte elements. An index past the end sets `bad`. */
int32_t pmk_flatbuffer_element(struct pmk_flatbuffer *buffer, struct pmk_flatbuffer_vector vector, uint32_t index);
size_t pmk_flatbuffer_element_table(struct pmk_flatbuffer *buffer, struct pmk_flatbuffer_vector vector, uint32_t index);

#endif
