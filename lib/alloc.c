/* SPDX-License-Identifier: ISC */
/*
 * alloc.c - the library's only way to memory
 *
 * The tests fail each allocation in turn through this seam, so nothing
 * else in the library may call realloc() or free(); a test looks at the
 * undefined symbols of every object to be sure.
 */
#include "alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *
resize_by_libc(void *arg, void *ptr, size_t old_size, size_t new_size)
{
	(void)arg;
	(void)old_size;
	if (new_size == 0) {
		free(ptr);
		return NULL;
	}
	return realloc(ptr, new_size);
}

struct delist_alloc
delist_alloc_or_libc(const struct delist_alloc *alloc)
{
	if (alloc != NULL)
		return *alloc;
	return (struct delist_alloc){resize_by_libc, NULL};
}

void *
delist_alloc_zeroed(const struct delist_alloc *alloc, size_t n, size_t size)
{
	void *block = delist_alloc_grow(alloc, NULL, 0, n, size);

	if (block != NULL)
		memset(block, 0, n * size);
	return block;
}

void *
delist_alloc_grow(const struct delist_alloc *alloc, void *ptr, size_t old_n,
    size_t new_n, size_t size)
{
	if (new_n == 0 || size == 0 || new_n > SIZE_MAX / size)
		return NULL;
	return alloc->resize(alloc->arg, ptr, old_n * size, new_n * size);
}

void
delist_alloc_release(
    const struct delist_alloc *alloc, void *ptr, size_t n, size_t size)
{
	if (ptr != NULL)
		alloc->resize(alloc->arg, ptr, n * size, 0);
}
