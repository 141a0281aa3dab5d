/* SPDX-License-Identifier: ISC */
/*
 * image_walk.h - looking up in an image, for one kind of lanes
 *
 * Included once by each image_KIND.c, which says LANES and WALK, the name of
 * the struct that it fills.
 *
 * The way is that of a set (ipset_walk.h), and the blocks are the same.  But
 * nothing changes beside a lookup, so each word is read once and as it lies;
 * and nothing can be relied upon, so no place is followed before it has been
 * compared with the end (image.h), and no code finds more than 256 tags.
 */
#include "image.h"

#include <string.h>

#include "bytes.h"
#include "hosts.h"
#include "image_slots.h"
#include "ipset.h"
#include "lines.h"
#include "runs.h"
#include "spans.h"

_Static_assert(DELIST_IMAGE_REACH >= DELIST_HOSTS_MOST + 32 &&
		   DELIST_IMAGE_REACH >= 256 * 32 + 32,
    "a block of known size is inside wherever it begins");

/* A place in bytes that can be followed. */
LANES_INLINE uint64_t
walk_place(const struct delist_image_half *half, uint64_t at)
{
	return at <= half->last ? at : 0;
}

LANES_INLINE uint32_t
walk_tag(const struct delist_image_half *half, uint32_t code)
{
	if (half->width == 1)
		return delist_le32(half->tags + 4 * (size_t)(code & 255));
	return code - 1; /* 0 becomes DELIST_IPSET_NONE */
}

/* ---- blocks ---- */

LANES_INLINE uint32_t
walk_runs(const struct delist_image_half *half, uint32_t word, unsigned b)
{
	uint64_t at = walk_place(half, (uint64_t)(word >> 5) * 32);

	if (half->width != 1 && (word & 15) < 5)
		return 0; /* lines of 80 bytes, and up to 256 of them */
	return delist_runs_find(half->blocks + at, word & 31, b, half->width);
}

LANES_INLINE uint32_t
walk_lines(const struct delist_image_half *half, uint64_t place, unsigned kind,
    unsigned x)
{
	uint64_t at = walk_place(half, place);
	const uint8_t *block = half->blocks + at;
	uint64_t head = delist_lines_head(DELIST_LINES_BIG);

	if (kind == DELIST_LINES_TABLE && delist_le16(block + 62) == 0)
		return 0;
	if (kind >= DELIST_LINES_BIG &&
	    delist_le32(block + 4 * 256) >
		(half->size - at - head) / (1 + half->width))
		return 0;
	return delist_lines_find(block, kind, x, half->width);
}

LANES_INLINE uint32_t
walk_hosts(const struct delist_image_half *half, uint64_t word, unsigned x)
{
	uint64_t place = 16 * (uint64_t)(uint32_t)word;

	if (__builtin_expect(delist_hosts_kind(word) == DELIST_HOSTS_MIXED, 0))
		return walk_lines(half, place, (unsigned)(word >> 35) & 3, x);
	return delist_hosts_find(half->blocks + walk_place(half, place),
	    word & ~(uint64_t)UINT32_MAX, x);
}

LANES_INLINE uint32_t
walk_spans(const struct delist_image_half *half, uint64_t word, uint64_t lo)
{
	uint64_t at = 16 * (uint64_t)(uint32_t)word, n;
	const uint8_t *block;

	if (at == 0)
		return 0;
	at = walk_place(half, at);
	block = half->blocks + at;
	n = delist_le32(block);
	if (n > (half->size - at - 8) / (8 + half->width))
		return 0;
	return delist_spans_find(block, lo, half->width);
}

/* ---- IPv4 ---- */

LANES_INLINE uint32_t
walk_find4(const struct delist_image_half *half, uint32_t addr)
{
	uint32_t net = addr >> 16, runs, hosts = 0;

	if (half->run == NULL)
		return DELIST_IPSET_NONE;
	if (half->host != NULL)
		hosts = walk_hosts(half,
		    delist_le64(half->host + 8 * (size_t)net), addr & 0xffff);
	runs = walk_runs(
	    half, delist_le32(half->run + 4 * (size_t)net), addr >> 8 & 255);
	return walk_tag(half, hosts != 0 ? hosts : runs);
}

LANES_INLINE void
walk_prefetch4(const struct delist_image_half *half, uint32_t addr)
{
	uint32_t net = addr >> 16, word;
	uint64_t hosts, at;

	word = delist_le32(half->run + 4 * (size_t)net);
	at = walk_place(half, (uint64_t)(word >> 5) * 32);
	__builtin_prefetch(
	    half->blocks + at + 32 * ((addr >> 8 & 255) >> (word & 15)));
	if (half->host == NULL)
		return;
	hosts = delist_le64(half->host + 8 * (size_t)net);
	at = walk_place(half, 16 * (uint64_t)(uint32_t)hosts);
	__builtin_prefetch(half->blocks + at);
	__builtin_prefetch(
	    half->blocks + at + 64 +
	    ((addr >> 8 & 255) * ((unsigned)(hosts >> 52) & 1023) >> 8));
}

/* ---- IPv6 ---- */

LANES_INLINE uint32_t
walk_runs6(const struct delist_image_half *half, uint64_t hi)
{
	return walk_runs(half, delist_le32(half->run + 4 * (size_t)(hi >> 48)),
	    (unsigned)(hi >> 40) & 255);
}

/* What is longer than /48. */
LANES_INLINE uint32_t
walk_deep6(const struct delist_image_half *half, uint64_t hi, uint64_t lo)
{
	uint64_t word =
	    delist_image_large(half->hosts, half->hosts_n, hi >> 16);
	uint32_t code = 0;

	if (word == 0)
		return 0;
	if (word & DELIST_HOSTS_DEEPER)
		code = walk_spans(half,
		    delist_image_large(half->spans, half->spans_n, hi), lo);
	return code != 0 ? code : walk_hosts(half, word, (unsigned)hi & 0xffff);
}

/* The word of a /32, if anything longer than /24 may lie in the /16. */
LANES_INLINE uint32_t
walk_word6(const struct delist_image_half *half, uint64_t hi)
{
	if ((half->deep[hi >> 51] >> (hi >> 48 & 7) & 1) == 0)
		return 0;
	return delist_image_small(
	    half->lines, half->lines_n, (uint32_t)(hi >> 32));
}

LANES_INLINE uint32_t
walk_code6(const struct delist_image_half *half, uint32_t word, uint64_t hi,
    uint64_t lo)
{
	uint32_t code = 0, place = word & LINES_PLACE;
	unsigned kind = word >> LINES_KIND & 3;

	if (word & LINES_DEEP)
		code = walk_deep6(half, hi, lo);
	if (code == 0 && word != 0)
		code = kind == LINES_LEAF
			   ? place
			   : walk_lines(half, 32 * (uint64_t)place, kind,
				 (unsigned)(hi >> 16) & 0xffff);
	return code != 0 ? code : walk_runs6(half, hi);
}

LANES_INLINE uint32_t
walk_find6(const struct delist_image_half *half, uint64_t hi, uint64_t lo)
{
	if (half->run == NULL)
		return DELIST_IPSET_NONE;
	return walk_tag(half, walk_code6(half, walk_word6(half, hi), hi, lo));
}

/* The first touch: words. */
LANES_INLINE void
walk_prefetch6(const struct delist_image_half *half, uint64_t hi)
{
	__builtin_prefetch(half->run + 4 * (size_t)(hi >> 48));
	if (half->lines_n != 0)
		__builtin_prefetch(
		    half->lines +
		    (size_t)64 * delist_buckets_first(hi >> 32, half->lines_n));
	if (half->hosts_n != 0)
		__builtin_prefetch(
		    half->hosts +
		    (size_t)64 * delist_buckets_first(hi >> 16, half->hosts_n));
}

/* ---- batches ---- */

enum {
	BATCH = 32
};

LANES_TARGET static void
walk_batch4(const struct delist_image_half *half, uint32_t *tags,
    const uint32_t *addrs, size_t n)
{
	for (size_t at = 0; at < n; at += BATCH) {
		size_t end = n - at < BATCH ? n : at + BATCH;

		for (size_t i = at; i < end && half->run != NULL; i++)
			walk_prefetch4(half, addrs[i]);
		for (size_t i = at; i < end; i++)
			tags[i] = walk_find4(half, addrs[i]);
	}
}

LANES_TARGET static void
walk_batch6(const struct delist_image_half *half, uint32_t *tags,
    const uint8_t (*addrs)[16], size_t n)
{
	for (size_t at = 0; at < n; at += BATCH) {
		size_t end = n - at < BATCH ? n : at + BATCH;

		for (size_t i = at; i < end && half->run != NULL; i++)
			walk_prefetch6(half, delist_get_be64(addrs[i]));
		for (size_t i = at; i < end; i++)
			tags[i] = walk_find6(half, delist_get_be64(addrs[i]),
			    delist_get_be64(addrs[i] + 8));
	}
}

/* ---- the path ---- */

LANES_TARGET static uint32_t
walk_one4(const struct delist_image_half *half, uint32_t addr)
{
	return walk_find4(half, addr);
}

LANES_TARGET static uint32_t
walk_one6(const struct delist_image_half *half, uint64_t hi, uint64_t lo)
{
	return walk_find6(half, hi, lo);
}

const struct delist_image_path WALK = {
    walk_one4, walk_one6, walk_batch4, walk_batch6};
