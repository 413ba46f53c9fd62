/* SPDX-License-Identifier: MIT */
/* Replaces malloc and free by functions that count, for all threads of the process. Include it in one file of a test.
 */
#ifndef PMK_TESTS_COUNTED_H
#define PMK_TESTS_COUNTED_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static atomic_int counted_allocations, counted_frees;
static atomic_bool counting;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTING false /* the sanitizer has replaced malloc */
#else
#define COUNTING true

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t align, size_t size);
extern void __libc_free(void *block);

static void count(atomic_int *what)
{
	if (atomic_load(&counting))
		atomic_fetch_add(what, 1);
}

void *malloc(size_t size)
{
	count(&counted_allocations);
	return __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	count(&counted_allocations);
	return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
	count(&counted_allocations);
	return __libc_realloc(old, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	count(&counted_allocations);
	return __libc_memalign(align, size);
}

int posix_memalign(void **block, size_t align, size_t size)
{
	count(&counted_allocations);
	*block = __libc_memalign(align, size);
	return *block ? 0 : ENOMEM;
}

void free(void *block)
{
	count(&counted_frees);
	__libc_free(block);
}
#endif

static void begin_counting(void)
{
	atomic_store(&counted_allocations, 0);
	atomic_store(&counted_frees, 0);
	atomic_store(&counting, true);
}

/* How much was allocated since; counted_frees is how much was freed. */
static int end_counting(void)
{
	atomic_store(&counting, false);
	return atomic_load(&counted_allocations);
}

#endif
