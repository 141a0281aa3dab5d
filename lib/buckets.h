/* SPDX-License-Identifier: ISC */
#ifndef LIB_BUCKETS_H
#define LIB_BUCKETS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/alloc.h>

#include "le.h"

/*
 * A hash of words that lookups read while the writer writes
 *
 * A bucket is a cache line.  A key is looked for in the bucket that its hash
 * names and, while buckets are full, in the next ones, round and round.
 *
 *	small	| key 32, value 32 | x 8	one word each
 *	large	| key 64 | value 64 | x 4
 *
 * A value of 0 is a free slot; a bucket with one ends the search.  A slot that
 * was used stays so, its value says that there is nothing.  A large slot keeps
 * its key, too, so a reader that has seen the key reads a value of that key; a
 * small one may be given to another key, as both change at once.
 *
 * Words are least significant byte first, as in an image.
 */
enum {
	DELIST_BUCKET_BYTES = 64
};

struct delist_buckets {
	uint8_t *slots; /* at a multiple of 64; NULL: nothing in it */
	uint32_t n;	/* buckets */
	uint32_t used;	/* slots */
	uint32_t live;	/* slots that say something; its owner counts them */
	void *memory;
	size_t bytes;
};

/* How many buckets one for so many slots has. */
size_t delist_buckets_for(size_t slots, bool large);

bool delist_buckets_init(struct delist_buckets *buckets,
    const struct delist_alloc *alloc, size_t slots, bool large);

/* How many slots may be used before the hash is to be made larger. */
size_t delist_buckets_limit(const struct delist_buckets *buckets, bool large);

/* The value of the key as bytes to write to; NULL if there is no slot. */
uint8_t *delist_buckets_slot(
    const struct delist_buckets *buckets, uint64_t key, bool large);

/*
 * The slot of the key, made with `value` if there was none.  In a small hash
 * a slot that has `spare` as its value is used before a free one.
 */
uint8_t *delist_buckets_make(struct delist_buckets *buckets, uint64_t key,
    uint64_t value, uint64_t spare, bool large);

static inline uint32_t
delist_buckets_first(uint64_t key, uint32_t n)
{
	uint64_t mixed = key * 0x9e3779b97f4a7c15;

	mixed ^= mixed >> 32;
	mixed *= 0xd6e8feb86659fd93;
	return (uint32_t)((mixed >> 32) * n >> 32);
}

/* The value of the key, 0 if there is none.  n is at least 1. */
static inline uint32_t
delist_buckets_small(const uint8_t *slots, uint32_t n, uint32_t key)
{
	uint32_t bucket = delist_buckets_first(key, n);

	for (uint32_t tries = 0; tries < n; tries++) {
		const uint8_t *at = slots + (size_t)64 * bucket;
		uint64_t found = 0, last = 0;

		for (unsigned i = 0; i < 8; i++) {
			last = delist_word64(at + 8 * i);
			/* a free slot looks like key 0 with nothing */
			found |= last >> 32 == key ? last : 0;
		}
		if ((uint32_t)found != 0 || last == 0)
			return (uint32_t)found;
		bucket = bucket + 1 < n ? bucket + 1 : 0;
	}
	return 0;
}

static inline uint64_t
delist_buckets_large(const uint8_t *slots, uint32_t n, uint64_t key)
{
	uint32_t bucket = delist_buckets_first(key, n);

	for (uint32_t tries = 0; tries < n; tries++) {
		const uint8_t *at = slots + (size_t)64 * bucket;
		uint64_t found = 0, value = 0;

		for (unsigned i = 0; i < 4; i++) {
			value = delist_word64(at + 16 * i + 8);
			found |= delist_word64(at + 16 * i) == key ? value : 0;
		}
		if (found != 0 || value == 0)
			return found;
		bucket = bucket + 1 < n ? bucket + 1 : 0;
	}
	return 0;
}

#endif
