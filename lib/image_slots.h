/* SPDX-License-Identifier: ISC */
#ifndef LIB_IMAGE_SLOTS_H
#define LIB_IMAGE_SLOTS_H

#include "buckets.h"

/*
 * The hashes of an image: buckets.h without a writer, so words are read as
 * they lie, wherever that is.  Of a hash with no free slot all is looked
 * through, and no more.  n may be 0.
 */

/* The value of the key, 0 if there is none. */
static inline uint32_t
delist_image_small(const uint8_t *slots, uint32_t n, uint32_t key)
{
	uint32_t bucket = n != 0 ? delist_buckets_first(key, n) : 0;

	for (uint32_t tries = 0; tries < n; tries++) {
		const uint8_t *at = slots + (size_t)64 * bucket;
		uint64_t found = 0, last = 0;

		for (unsigned i = 0; i < 8; i++) {
			last = delist_le64(at + 8 * i);
			found |= last >> 32 == key ? last : 0;
		}
		if ((uint32_t)found != 0 || last == 0)
			return (uint32_t)found;
		bucket = bucket + 1 < n ? bucket + 1 : 0;
	}
	return 0;
}

static inline uint64_t
delist_image_large(const uint8_t *slots, uint32_t n, uint64_t key)
{
	uint32_t bucket = n != 0 ? delist_buckets_first(key, n) : 0;

	for (uint32_t tries = 0; tries < n; tries++) {
		const uint8_t *at = slots + (size_t)64 * bucket;
		uint64_t found = 0, last = 0;

		for (unsigned i = 0; i < 4; i++) {
			last = delist_le64(at + 16 * i + 8);
			found |= delist_le64(at + 16 * i) == key ? last : 0;
		}
		if (found != 0 || last == 0)
			return found;
		bucket = bucket + 1 < n ? bucket + 1 : 0;
	}
	return 0;
}

#endif
