/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_memory.h"

#include "base/num.h"

#include <string.h>

enum { IMAGE_MEMORY = 1 << 20 };

static struct pmk_jpeg_memory *memory_of(j_common_ptr info)
{
	return info->client_data;
}

static void *take(j_common_ptr info, int pool, size_t bytes)
{
	return pool == JPOOL_IMAGE ? pmk_arena_take(&memory_of(info)->arena, bytes) : NULL;
}

static void *alloc_small(j_common_ptr info, int pool, size_t bytes)
{
	void *piece = take(info, pool, bytes);

	return piece ? piece : memory_of(info)->own.alloc_small(info, pool, bytes);
}

static void *alloc_large(j_common_ptr info, int pool, size_t bytes)
{
	void *piece = take(info, pool, bytes);

	return piece ? piece : memory_of(info)->own.alloc_large(info, pool, bytes);
}

static JSAMPARRAY alloc_rows(j_common_ptr info, int pool, JDIMENSION width, JDIMENSION rows)
{
	size_t stride = pmk_align_up_size(width, PMK_MEM_ALIGN);
	JSAMPARRAY array = rows <= 4096 && width <= 65536 ? take(info, pool, rows * sizeof *array) : NULL;
	JSAMPROW data = array ? take(info, pool, stride * rows) : NULL;

	if (!data)
		return memory_of(info)->own.alloc_sarray(info, pool, width, rows);
	for (JDIMENSION y = 0; y < rows; y++)
		array[y] = data + y * stride;
	return array;
}

static JBLOCKARRAY alloc_blocks(j_common_ptr info, int pool, JDIMENSION width, JDIMENSION rows)
{
	JBLOCKARRAY array = rows <= 4096 && width <= 65536 ? take(info, pool, rows * sizeof *array) : NULL;
	JBLOCKROW data = array ? take(info, pool, (size_t)width * rows * sizeof *data) : NULL;

	if (!data)
		return memory_of(info)->own.alloc_barray(info, pool, width, rows);
	for (JDIMENSION y = 0; y < rows; y++)
		array[y] = data + (size_t)y * width;
	return array;
}

static void free_pool(j_common_ptr info, int pool)
{
	struct pmk_jpeg_memory *memory = memory_of(info);

	memory->own.free_pool(info, pool);
	if (pool == JPOOL_IMAGE) {
		memset(memory->arena.base, 0, memory->arena.used); /* an arena's pieces are zeroed */
		memory->arena.used = 0;
	}
}

int pmk_jpeg_memory_init(struct pmk_jpeg_memory *memory)
{
	return pmk_arena_init(&memory->arena, IMAGE_MEMORY);
}

void pmk_jpeg_memory_finish(struct pmk_jpeg_memory *memory)
{
	pmk_arena_finish(&memory->arena);
}

void pmk_jpeg_memory_use(struct jpeg_decompress_struct *info)
{
	struct jpeg_memory_mgr *m = info->mem;

	memory_of((j_common_ptr)info)->own = *m;
	m->alloc_small = alloc_small;
	m->alloc_large = alloc_large;
	m->alloc_sarray = alloc_rows;
	m->alloc_barray = alloc_blocks;
	m->free_pool = free_pool;
}
