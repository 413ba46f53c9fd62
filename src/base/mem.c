/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static int read_whole(int fd, uint8_t *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, data + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO; /* the file shrank while it was read */
		done += (size_t)n;
	}
	return 0;
}

int pmk_mem_read_file(const char *path, size_t budget, uint8_t **data, size_t *size)
{
	struct stat st;
	uint8_t *block;
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* open must not block on a FIFO */
	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) < 0 ? -errno : 0;
	if (!err && (!S_ISREG(st.st_mode) || st.st_size == 0))
		err = -EINVAL;
	if (!err && (uint64_t)st.st_size > budget)
		err = -EFBIG;
	if (err)
		goto out_close;
	block = malloc((size_t)st.st_size + 1);
	if (!block) {
		err = -ENOMEM;
		goto out_close;
	}
	err = read_whole(fd, block, (size_t)st.st_size);
	if (err) {
		free(block);
		goto out_close;
	}
	block[st.st_size] = 0;
	*data = block;
	*size = (size_t)st.st_size;
out_close:
	close(fd);
	return err;
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
