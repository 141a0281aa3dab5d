/* SPDX-License-Identifier: ISC */
/*
 * buckets.c - a hash of words beside lookups: the writer's side
 *
 * See buckets.h.
 */
#include "buckets.h"

#include "alloc.h"

static unsigned
per_bucket(bool large)
{
	return large ? 4 : 8;
}

size_t
delist_buckets_limit(const struct delist_buckets *buckets, bool large)
{
	return (size_t)buckets->n * per_bucket(large) / 8 * 7;
}

size_t
delist_buckets_for(size_t slots, bool large)
{
	return slots / per_bucket(large) / 4 * 5 + 8;
}

bool
delist_buckets_init(struct delist_buckets *buckets,
    const struct delist_alloc *alloc, size_t slots, bool large)
{
	size_t n = delist_buckets_for(slots, large);
	size_t bytes = (n + 1) * DELIST_BUCKET_BYTES;
	uint8_t *memory;

	if (n > UINT32_MAX / 64)
		return false;
	memory = delist_alloc_zeroed(alloc, 1, bytes);
	if (memory == NULL)
		return false;
	*buckets = (struct delist_buckets){.memory = memory,
	    .bytes = bytes,
	    .n = (uint32_t)n,
	    .slots = memory + (64 - (uintptr_t)memory % 64) % 64};
	return true;
}

static bool
is_key(const uint8_t *slot, uint64_t key, bool large)
{
	if (large)
		return delist_word64(slot) == key &&
		       delist_word64(slot + 8) != 0;
	return delist_word64(slot) >> 32 == key && delist_word64(slot) != 0;
}

static bool
is_free(const uint8_t *slot, bool large)
{
	return delist_word64(slot + (large ? 8 : 0)) == 0;
}

/* The slot of the key, or NULL; then the first that it could have. */
static uint8_t *
search(const struct delist_buckets *buckets, uint64_t key, uint64_t spare,
    bool large, uint8_t **room)
{
	size_t size = large ? 16 : 8;
	uint32_t bucket = delist_buckets_first(key, buckets->n);

	for (;;) {
		uint8_t *at = buckets->slots + (size_t)64 * bucket;

		for (uint8_t *slot = at; slot < at + 64; slot += size) {
			if (is_free(slot, large)) {
				if (*room == NULL)
					*room = slot;
				return NULL;
			}
			if (is_key(slot, key, large))
				return slot;
			if (!large && *room == NULL &&
			    (uint32_t)delist_word64(slot) == spare)
				*room = slot;
		}
		bucket = bucket + 1 < buckets->n ? bucket + 1 : 0;
	}
}

uint8_t *
delist_buckets_slot(
    const struct delist_buckets *buckets, uint64_t key, bool large)
{
	uint8_t *room = NULL;

	if (buckets->n == 0)
		return NULL;
	return search(buckets, key, 0, large, &room);
}

uint8_t *
delist_buckets_make(struct delist_buckets *buckets, uint64_t key,
    uint64_t value, uint64_t spare, bool large)
{
	uint8_t *room = NULL;
	uint8_t *slot = search(buckets, key, spare, large, &room);

	if (slot != NULL)
		return slot;
	buckets->used += is_free(room, large);
	if (large) {
		delist_word64_store(room, key);
		delist_word64_store(room + 8, value);
	} else {
		delist_word64_store(room, key << 32 | value);
	}
	return room;
}
