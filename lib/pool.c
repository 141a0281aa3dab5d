/* SPDX-License-Identifier: ISC */
/*
 * pool.c - items that never move
 *
 * Refused: one array that grows.  Whoever reads an item beside the writer
 * would have to be told where it went.
 */
#include "pool.h"

#include <string.h>

#include <delist/error.h>

#include "alloc.h"

static uint32_t
chunk_items(unsigned k)
{
	return (uint32_t)DELIST_POOL_FIRST << k;
}

void
delist_pool_init(
    struct delist_pool *pool, size_t size, const struct delist_alloc *alloc)
{
	*pool = (struct delist_pool){.alloc = *alloc, .size = size};
}

void
delist_pool_fini(struct delist_pool *pool)
{
	for (unsigned k = 0; k < DELIST_POOL_CHUNKS; k++)
		delist_alloc_release(
		    &pool->alloc, pool->chunk[k], chunk_items(k), pool->size);
	*pool = (struct delist_pool){.alloc = pool->alloc, .size = pool->size};
}

int
delist_pool_reserve(struct delist_pool *pool, uint32_t n)
{
	unsigned k = 0;

	while (pool->spare + (pool->room - pool->fresh) < n) {
		while (k < DELIST_POOL_CHUNKS && pool->chunk[k] != NULL)
			k++;
		if (k == DELIST_POOL_CHUNKS)
			return DELIST_ENOMEM;
		pool->chunk[k] = delist_alloc_zeroed(
		    &pool->alloc, chunk_items(k), pool->size);
		if (pool->chunk[k] == NULL)
			return DELIST_ENOMEM;
		pool->room += chunk_items(k);
	}
	return DELIST_OK;
}

void *
delist_pool_at(const struct delist_pool *pool, uint32_t number)
{
	unsigned k = 0;

	while (number >= chunk_items(k))
		number -= chunk_items(k++);
	return pool->chunk[k] + number * pool->size;
}

void *
delist_pool_take(struct delist_pool *pool, uint32_t *number)
{
	void *item;

	if (pool->spare == 0) {
		*number = pool->fresh++;
		return delist_pool_at(pool, *number);
	}
	*number = pool->first;
	item = delist_pool_at(pool, *number);
	memcpy(&pool->first, item, sizeof pool->first);
	pool->spare--;
	memset(item, 0, pool->size);
	return item;
}

void
delist_pool_give(struct delist_pool *pool, uint32_t number)
{
	memcpy(delist_pool_at(pool, number), &pool->first, sizeof pool->first);
	pool->first = number;
	pool->spare++;
}
