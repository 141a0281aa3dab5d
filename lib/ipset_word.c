/* SPDX-License-Identifier: ISC */
/*
 * ipset_word.c - words of a set, and the blocks that they name
 */
#include "ipset.h"

#include <string.h>

#include "bytes.h"
#include "hosts.h"
#include "lines.h"
#include "runs.h"
#include "spans.h"

bool
delist_part_is_hosts(const struct delist_part *part, unsigned layer)
{
	return layer == (part->v6 ? (unsigned)HOSTS6 : (unsigned)HOSTS4);
}

unsigned
delist_part_host_bits(const struct delist_part *part)
{
	return part->v6 ? 64 : 32;
}

unsigned
delist_layer_of(const struct delist_part *part, unsigned bits)
{
	unsigned layer = 0;

	while (bits > part->layers[layer].most)
		layer++;
	return layer;
}

/* ---- blocks ---- */

size_t
delist_even(size_t bytes)
{
	return (bytes + 31) / 32 * 32;
}

static size_t
hosts_bytes(const struct delist_part *part, uint64_t word)
{
	const uint8_t *block = delist_arena_at(&part->arena, (uint32_t)word);

	if (delist_hosts_kind(word) != DELIST_HOSTS_MIXED)
		return delist_hosts_bytes(word, block);
	return delist_even(
	    delist_lines_bytes(block, (unsigned)(word >> 35) & 3, part->width));
}

static size_t
block_bytes(
    const struct delist_part *part, unsigned layer, uint64_t word, uint32_t *at)
{
	unsigned kind = (unsigned)word >> LINES_KIND & 3;

	if (layer == RUNS) {
		*at = delist_runs_at((uint32_t)word);
		return delist_even(
		    delist_runs_bytes((uint32_t)word, part->width));
	}
	if (delist_part_is_hosts(part, layer)) {
		*at = (uint32_t)word;
		return hosts_bytes(part, word);
	}
	if (layer == SPANS) {
		*at = (uint32_t)word;
		return *at == 0 ? 0
				: delist_spans_size(delist_le32(delist_arena_at(
							&part->arena, *at)),
				      part->width);
	}
	*at = 2 * ((uint32_t)word & LINES_PLACE);
	return kind == LINES_LEAF ? 0
				  : delist_even(delist_lines_bytes(
					delist_arena_at(&part->arena, *at),
					kind, part->width));
}

uint32_t
delist_part_block(const struct delist_part *part, unsigned layer, uint64_t word,
    uint32_t *units)
{
	uint32_t at = 0;
	size_t bytes = word != 0 ? block_bytes(part, layer, word, &at) : 0;

	*units = bytes != 0 ? delist_arena_units(bytes) : 0;
	return *units != 0 ? at : 0;
}

uint64_t
delist_part_moved(unsigned layer, bool v6, uint64_t word, uint32_t at)
{
	if (layer == RUNS)
		return delist_runs_moved((uint32_t)word, at);
	if (v6 && layer == LINES)
		return (word & ~(uint64_t)LINES_PLACE) | at / 2;
	return (word & ~(uint64_t)UINT32_MAX) | at;
}

uint32_t
delist_part_take(struct delist_part *part, uint8_t **block, size_t bytes)
{
	uint32_t units = delist_arena_units(bytes);
	uint32_t at = delist_arena_take(&part->arena, units);

	if (at != 0)
		*block = delist_arena_at(&part->arena, at);
	return at;
}

/* ---- words ---- */

uint64_t
delist_part_word(const struct delist_part *part, unsigned layer, uint64_t hi)
{
	const struct delist_buckets *hash = &part->hash[layer];

	if (!part->v6)
		return part->host != NULL
			   ? delist_word64(part->host + 8 * (hi >> 48))
			   : 0;
	return hash->n != 0
		   ? delist_buckets_large(hash->slots, hash->n, hi >> 16)
		   : 0;
}

void
delist_part_tell_hosts(struct delist_part *part, uint64_t hi)
{
	_Atomic uint8_t *bits = (void *)&part->host[8 * WORDS + (hi >> 51)];

	atomic_fetch_or_explicit(
	    bits, (uint8_t)(1 << (hi >> 48 & 7)), memory_order_release);
}

/* 19 bits of a word for nothing are free to number it. */
uint64_t
delist_part_nothing(struct delist_part *part)
{
	part->nothings = (part->nothings + 1) & 0x7ffff;
	return DELIST_HOSTS_NONE | (uint64_t)part->nothings << 43;
}

/* ---- rows and prefixes ---- */

unsigned
delist_place16(uint64_t hi, unsigned unit)
{
	return (unsigned)(hi >> (48 - unit)) & 0xffff;
}

struct delist_roster_row
delist_row_of(const struct delist_prefix *prefix)
{
	return (struct delist_roster_row){.hi = delist_be64(prefix->addr.bytes),
	    .lo = delist_be64(prefix->addr.bytes + 8),
	    .bits = prefix->bits};
}

struct delist_prefix
delist_row_prefix(
    const struct delist_part *part, const struct delist_roster_row *row)
{
	struct delist_prefix prefix = {
	    .addr.family = part->v6 ? DELIST_INET6 : DELIST_INET4,
	    .bits = (uint8_t)row->bits};

	delist_put_be64(prefix.addr.bytes, row->hi);
	delist_put_be64(prefix.addr.bytes + 8, row->lo);
	return prefix;
}

uint32_t
delist_part_tag(const struct delist_part *part, uint32_t code)
{
	return part->width == 1 ? delist_le32(part->tags + 4 * (size_t)code)
				: code - 1;
}
