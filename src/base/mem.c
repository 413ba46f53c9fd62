/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include "base/num.h"
#include "base/open_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLACK = 64 }; /* readable bytes after a block, for kernels that read whole vectors */

void *pmk_mem_alloc(size_t bytes)
{
	size_t whole;
	void *block;

	if (bytes > SIZE_MAX - SLACK - PMK_MEM_ALIGN)
		return NULL;
	whole = pmk_align_up_size(bytes + SLACK, PMK_MEM_ALIGN);
	block = aligned_alloc(PMK_MEM_ALIGN, whole);
	if (block)
		memset(block, 0, whole);
	return block;
}

int pmk_mem_read_file(const char *path, size_t budget, uint8_t **data, size_t *size)
{
	int64_t bytes, got = 0;
	uint8_t *block = NULL;
	int err = 0, fd = pmk_open_file(path, &bytes);

	if (fd < 0)
		return fd == -EISDIR ? -EINVAL : fd;
	if (bytes == 0)
		err = -EINVAL;
	else if ((uint64_t)bytes > budget)
		err = -EFBIG;
	if (!err) {
		block = malloc((size_t)bytes + 1);
		got = block ? pmk_read_at(fd, block, (size_t)bytes, 0) : -ENOMEM;
		err = got < 0 ? (int)got : got < bytes ? -EIO : 0; /* -EIO: the file shrank while it was read */
	}
	close(fd);
	if (err) {
		free(block);
		return err;
	}
	block[bytes] = 0;
	*data = block;
	*size = (size_t)bytes;
	return 0;
}

/* In whole cache lines. An empty piece takes one, so that its address is its own. */
static size_t rounded(size_t bytes)
{
	return bytes ? pmk_align_up_size(bytes, PMK_MEM_ALIGN) : PMK_MEM_ALIGN;
}

int pmk_arena_init(struct pmk_arena *arena, size_t bytes)
{
	uint8_t *base;

	if (bytes > SIZE_MAX / 2)
		return -ENOMEM;
	base = pmk_mem_alloc(rounded(bytes));
	if (!base)
		return -ENOMEM;
	*arena = (struct pmk_arena){ .base = base, .size = rounded(bytes) };
	return 0;
}

void *pmk_arena_take(struct pmk_arena *arena, size_t bytes)
{
	void *piece = arena->base + arena->used;

	if (bytes > arena->size || rounded(bytes) > arena->size - arena->used)
		return NULL;
	arena->used += rounded(bytes);
	return piece;
}

void pmk_arena_finish(struct pmk_arena *arena)
{
	free(arena->base);
	*arena = (struct pmk_arena){ 0 };
}
