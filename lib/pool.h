/* SPDX-License-Identifier: ISC */
#ifndef LIB_POOL_H
#define LIB_POOL_H

#include <stddef.h>
#include <stdint.h>

#include <delist/alloc.h>

/*
 * Items of one size that never move, each named by a number.  Memory comes
 * in chunks, each twice the size of the one before:
 *
 *	chunk 0   items 0 .. 63
 *	chunk 1   items 64 .. 191
 *	chunk 2   items 192 .. 447
 *
 * A number is used again after its item was given back, the newest first.
 * Chunks stay until the end.
 */
enum {
	DELIST_POOL_FIRST = 64, /* items in chunk 0 */
	DELIST_POOL_CHUNKS = 25
};

struct delist_pool {
	struct delist_alloc alloc;
	size_t size; /* of an item; at least 4, a multiple of its alignment */
	unsigned char *chunk[DELIST_POOL_CHUNKS];
	uint32_t room;	/* items in all chunks */
	uint32_t fresh; /* the first number that was never taken */
	uint32_t spare; /* how many were given back ... */
	uint32_t first; /* ... and the first of them, each naming the next */
};

void delist_pool_init(
    struct delist_pool *pool, size_t size, const struct delist_alloc *alloc);
void delist_pool_fini(struct delist_pool *pool);

/* Make sure that the next n takes find room; DELIST_ENOMEM. */
int delist_pool_reserve(struct delist_pool *pool, uint32_t n);

/* A zeroed item, for which there must be room, and its number. */
void *delist_pool_take(struct delist_pool *pool, uint32_t *number);
void delist_pool_give(struct delist_pool *pool, uint32_t number);

/* The item of a number that is taken. */
void *delist_pool_at(const struct delist_pool *pool, uint32_t number);

#endif
