/* SPDX-License-Identifier: ISC */
/*
 * image_verify.c - whether an image is whole: all of it is looked at
 *
 * The sums tell damage.  Then each word and its block are held to the form
 * that a set gives them, so that also a fault of the writer comes to light
 * before it is published.
 */
#include "image.h"

#include <string.h>

#include "buckets.h"
#include "crc32c.h"
#include "hosts.h"
#include "ipset.h"
#include "lines.h"
#include "runs.h"

enum {
	NEAR = 64 /* buckets; a set has hardly a key that far from its first */
};

/* ---- sums ---- */

static bool
is_zero(const uint8_t *bytes, uint64_t from, uint64_t to)
{
	for (; from < to; from++)
		if (bytes[from] != 0)
			return false;
	return true;
}

/* The sum of each section, and nothing between two. */
static bool
sums_fit(const struct delist_image *image)
{
	const struct delist_image_header *header = &image->header;
	uint64_t end =
	    DELIST_IMAGE_HEADER + DELIST_IMAGE_ENTRY * (uint64_t)header->n;

	for (unsigned i = 0; i < header->n; i++) {
		const struct delist_image_section *section =
		    &header->sections[i];

		if (!is_zero(image->bytes, end, section->place) ||
		    delist_crc32c(0, image->bytes + section->place,
			(size_t)section->length) != section->sum)
			return false;
		end = section->place + section->length;
	}
	return is_zero(image->bytes, end, header->length);
}

/* ---- words ---- */

static bool
is_lines_word(const struct delist_image_half *half, uint32_t word)
{
	uint32_t place = word & LINES_PLACE;
	unsigned kind = word >> LINES_KIND & 3;

	if ((word & LINES_USED) == 0 || (word & (uint32_t)LINES_HELD) != 0)
		return false;
	if (kind == LINES_LEAF)
		return (half->width == 1 || place == 0) &&
		       delist_image_check_code(half, place);
	return delist_image_check_lines(half, 32 * (uint64_t)place, kind);
}

/* ---- hashes ---- */

/* A hash that is gone through bucket by bucket. */
struct hash {
	const uint8_t *slots;
	uint32_t n, bucket;
	uint32_t full; /* buckets before it that do not end a search */
	bool large;
};

/* Of both kinds the last word in a bucket is what the last slot has. */
static bool
ends_search(const uint8_t *slots, uint32_t bucket)
{
	return delist_le64(slots + (size_t)64 * bucket + 56) == 0;
}

/* The first bucket; false if a search would have no end. */
static bool
hash_begin(struct hash *hash, const uint8_t *slots, uint32_t n, bool large)
{
	*hash = (struct hash){.slots = slots, .n = n, .large = large};
	while (hash->full < n && !ends_search(slots, n - 1 - hash->full))
		hash->full++;
	return n == 0 || hash->full < n;
}

static void
hash_next(struct hash *hash)
{
	hash->full =
	    ends_search(hash->slots, hash->bucket) ? 0 : hash->full + 1;
	hash->bucket++;
}

/* What a lookup has of the bucket that lies so many before. */
static uint64_t
found_before(const struct hash *hash, uint32_t back, uint64_t key)
{
	uint32_t bucket = hash->bucket >= back ? hash->bucket - back
					       : hash->bucket + hash->n - back;
	const uint8_t *at = hash->slots + (size_t)64 * bucket;
	uint64_t found = 0;

	for (unsigned i = 0; i < 64; i += hash->large ? 16 : 8) {
		uint64_t word = delist_le64(at + i);

		if (hash->large)
			found |= word == key ? delist_le64(at + i + 8) : 0;
		else
			found |= word >> 32 == key ? (uint32_t)word : 0;
	}
	return found;
}

/*
 * Whether a lookup comes to the slot and has its word: no bucket on the way
 * ends the search.  The key a second time, far behind the first, does no harm,
 * so only what is near is looked at: this stays short for each image.
 */
static bool
is_found(const struct hash *hash, uint64_t key, uint64_t word)
{
	uint32_t home = delist_buckets_first(key, hash->n);
	uint32_t way = hash->bucket >= home ? hash->bucket - home
					    : hash->bucket + hash->n - home;

	if (way > hash->full)
		return false;
	for (uint32_t back = 1; back <= way && back <= NEAR; back++)
		if (found_before(hash, back, key) != 0)
			return false;
	return found_before(hash, 0, key) == word;
}

static bool
is_lines_slot(const struct delist_image_half *half, const struct hash *hash,
    uint64_t slot)
{
	uint32_t key = (uint32_t)(slot >> 32);

	return is_lines_word(half, (uint32_t)slot) &&
	       is_found(hash, key, (uint32_t)slot) &&
	       (half->deep[key >> 19] >> (key >> 16 & 7) & 1) != 0;
}

static bool
lines_fit(const struct delist_image_half *half)
{
	struct hash hash;

	if (!hash_begin(&hash, half->lines, half->lines_n, false))
		return false;
	for (; hash.bucket < hash.n; hash_next(&hash)) {
		const uint8_t *at = hash.slots + (size_t)64 * hash.bucket;

		for (unsigned i = 0; i < 64; i += 8) {
			uint64_t slot = delist_le64(at + i);

			if (slot != 0 && !is_lines_slot(half, &hash, slot))
				return false;
		}
	}
	return true;
}

/* A hash whose slots are two words. */
static bool
large_fits(const struct delist_image_half *half, const uint8_t *slots,
    uint32_t n,
    bool (*check)(const struct delist_image_half *half, uint64_t word))
{
	struct hash hash;

	if (!hash_begin(&hash, slots, n, true))
		return false;
	for (; hash.bucket < n; hash_next(&hash)) {
		const uint8_t *at = slots + (size_t)64 * hash.bucket;

		for (unsigned i = 0; i < 64; i += 16) {
			uint64_t word = delist_le64(at + i + 8);

			if (word != 0 &&
			    (!check(half, word) ||
				!is_found(&hash, delist_le64(at + i), word)))
				return false;
		}
	}
	return true;
}

/* ---- all of a family ---- */

static bool
roots_fit(const struct delist_image_half *half)
{
	for (size_t i = 0; i < WORDS; i++) {
		if (!delist_image_check_runs(
			half, delist_le32(half->run + 4 * i)))
			return false;
		if (half->host != NULL && !delist_image_check_hosts(half,
					      delist_le64(half->host + 8 * i)))
			return false;
	}
	return true;
}

/* The constants are where they are for each image. */
static bool
constants_fit(const struct delist_image_half *half)
{
	uint8_t constants[256 * 32];
	size_t bytes = delist_runs_constant_bytes(half->width);

	delist_runs_constants(constants, half->width);
	return bytes <= half->last &&
	       memcmp(constants, half->blocks, bytes) == 0 &&
	       (half->width != 1 ||
		   delist_le32(half->tags) == DELIST_IPSET_NONE);
}

static bool
half_fits(const struct delist_image_half *half)
{
	return half->run == NULL ||
	       (constants_fit(half) && roots_fit(half) && lines_fit(half) &&
		   large_fits(half, half->hosts, half->hosts_n,
		       delist_image_check_hosts) &&
		   large_fits(half, half->spans, half->spans_n,
		       delist_image_check_spans));
}

int
delist_image_verify(const struct delist_image *image)
{
	return sums_fit(image) && half_fits(&image->half[0]) &&
		       half_fits(&image->half[1])
		   ? DELIST_OK
		   : DELIST_ECORRUPT;
}
