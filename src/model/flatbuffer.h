/* SPDX-License-Identifier: MIT */
/* Reads a FlatBuffer that nobody vouches for (flatbuffers.dev, "FlatBuffers internals": tables, vtables, vectors).
 *
 * The one rule: whatever the bytes say, a read stays inside them. The first offset that is out of bounds or misaligned
 * sets `bad`, which stays set; that read gives the default, 0 or an empty vector. Callers look at `bad` before they act
 * on what they read. */
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

/* All `count` elements lie inside the bytes. */
struct pmk_flatbuffer_vector {
	size_t at; /* position of element 0 */
	uint32_t count;
};

/* Tables are named by their position; 0 is a table that is not there, whose fields all have their defaults. */
size_t pmk_flatbuffer_root(struct pmk_flatbuffer *buffer);

/* Fields of a table, by the number that the schema gives them. */
int pmk_flatbuffer_int8(struct pmk_flatbuffer *buffer, size_t table, int field, int fallback);
int32_t pmk_flatbuffer_int32(struct pmk_flatbuffer *buffer, size_t table, int field, int32_t fallback);
size_t pmk_flatbuffer_table(struct pmk_flatbuffer *buffer, size_t table, int field);
struct pmk_flatbuffer_vector pmk_flatbuffer_vector(
	struct pmk_flatbuffer *buffer, size_t table, int field, size_t element_bytes);

/* Element `index` of a vector of 4-byte elements. An index past the end is bad. */
int32_t pmk_flatbuffer_element(struct pmk_flatbuffer *buffer, struct pmk_flatbuffer_vector vector, uint32_t index);
size_t pmk_flatbuffer_element_table(struct pmk_flatbuffer *buffer, struct pmk_flatbuffer_vector vector, uint32_t index);

#endif
