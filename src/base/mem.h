/* SPDX-License-Identifier: MIT */
/* Memory: aligned blocks, whole files read under a byte budget, and an arena whose pieces never overlap. */
#ifndef PMK_BASE_MEM_H
#define PMK_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

enum { PMK_MEM_ALIGN = 64 }; /* bytes: a cache line, and the widest vector in use */

/* Allocate a zeroed block, aligned to PMK_MEM_ALIGN and followed by at least 64 readable bytes. NULL if out of memory.
 * The caller frees it with free(). */
void *pmk_mem_alloc(size_t bytes) __attribute__((warn_unused_result, malloc));

/* Read the whole regular file `path` into *data, which the caller frees with free(); one zero byte follows the content.
 * -EFBIG: larger than `budget` bytes; -EINVAL: empty or not a regular file; otherwise the errno of open or read.
 * Outputs are untouched on failure. Nothing is logged: only the caller knows what the file is for. */
int pmk_mem_read_file(const char *path, size_t budget, uint8_t **data, size_t *size)
	__attribute__((warn_unused_result));

/* An arena: a bump allocator over one block. Pieces are aligned to PMK_MEM_ALIGN, zeroed, and live until finish. One
 * thread at a time. */
struct pmk_arena {
	uint8_t *base;
	size_t size, used; /* bytes */
};

int pmk_arena_init(struct pmk_arena *arena, size_t bytes) __attribute__((warn_unused_result)); /* 0 or -ENOMEM */
/* A piece of `bytes`, rounded up to PMK_MEM_ALIGN; NULL when the arena is full. */
void *pmk_arena_take(struct pmk_arena *arena, size_t bytes) __attribute__((warn_unused_result));
void pmk_arena_finish(struct pmk_arena *arena); /* frees all pieces; a zeroed arena is allowed */

#endif
