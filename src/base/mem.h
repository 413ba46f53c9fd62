/* SPDX-License-Identifier: MIT */
/* Memory: aligned blocks, whole files under a byte budget, and an arena whose pieces never overlap. */
#ifndef PMK_BASE_MEM_H
#define PMK_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

enum { PMK_MEM_ALIGN = 64 }; /* bytes: a cache line, and the widest vector in use */

/* Zeroed block aligned to PMK_MEM_ALIGN, followed by at least 64 readable bytes; NULL when out of memory. Free with
 * free(). */
void *pmk_mem_alloc(size_t bytes) __attribute__((warn_unused_result, malloc));

/* Read the regular file `path` whole. -EFBIG when larger than `budget` bytes, -EINVAL when empty or no regular file,
 * otherwise the errno of open or read. *data is the caller's, to free(); it is followed by one zero byte.
 * Logs nothing: the caller knows what the file was for. Outputs are untouched on failure. */
int pmk_mem_read_file(const char *path, size_t budget, uint8_t **data, size_t *size)
	__attribute__((warn_unused_result));

/* A bump allocator over one block. Pieces are aligned to PMK_MEM_ALIGN, zeroed, and live until finish. Not thread-safe.
 */
struct pmk_arena {
	uint8_t *base;
	size_t size, used; /* bytes */
};

int pmk_arena_init(struct pmk_arena *arena, size_t bytes) __attribute__((warn_unused_result)); /* 0 or -ENOMEM */
/* NULL when full */
void *pmk_arena_take(struct pmk_arena *arena, size_t bytes) __attribute__((warn_unused_result));
void pmk_arena_finish(struct pmk_arena *arena); /* a zeroed arena is fine too */

#endif
