/* SPDX-License-Identifier: ISC */
/*
 * ipset_hash.c - the hashes of a family of IPv6, made anew
 *
 * Slots are never given back one by one, and flags only ever raised; what is
 * out of date is left behind when a hash is made anew, because it is full or
 * because much of it says nothing.
 */
#include "ipset.h"

#include "alloc.h"
#include "hosts.h"

bool
delist_part_says(const struct delist_part *part, unsigned layer, uint64_t word)
{
	if (!part->v6 || layer == RUNS)
		return true;
	if (layer == SPANS)
		return word != SPANS_USED;
	if (layer == HOSTS6)
		return !delist_hosts_empty(word) ||
		       (word & DELIST_HOSTS_DEEPER) != 0;
	return (uint32_t)(word & ~LINES_HELD) != LINES_NOTHING;
}

/* Whether a list has a row inside the first `bits` bits. */
static bool
any_row(const struct delist_roster *rows, uint64_t hi, unsigned bits)
{
	struct delist_roster_place place =
	    delist_roster_seek(rows, hi, 0, bits);
	struct delist_roster_row row;

	return delist_roster_read(rows, &place, &row) &&
	       (row.hi ^ hi) >> (64 - bits) == 0;
}

/*
 * What a slot is to keep: a flag for what lies below may be out of date, and
 * without it there may be nothing; 0 then.
 */
static uint64_t
worth(
    const struct delist_part *part, unsigned layer, uint64_t key, uint64_t word)
{
	if (layer == LINES)
		word &= ~LINES_HELD;
	if (layer == LINES && (word & LINES_DEEP) &&
	    !any_row(&part->rows[HOSTS6], key << 32, 32) &&
	    !any_row(&part->rows[SPANS], key << 32, 32))
		word &= ~(uint64_t)LINES_DEEP;
	if (layer == HOSTS6 && (word & DELIST_HOSTS_DEEPER) &&
	    !any_row(&part->rows[SPANS], key << 16, 48))
		word &= ~DELIST_HOSTS_DEEPER;
	return delist_part_says(part, layer, word) ? word : 0;
}

/* Count the slots that are worth it, and put them to `to` if there is one. */
static size_t
rehash(
    const struct delist_part *part, unsigned layer, struct delist_buckets *to)
{
	const struct delist_buckets *from = &part->hash[layer];
	size_t bytes = (size_t)from->n * DELIST_BUCKET_BYTES, n = 0;
	bool large = layer != LINES;

	for (size_t at = 0; at < bytes; at += large ? 16 : 8) {
		uint64_t key = delist_word64(from->slots + at), word;

		word =
		    large ? delist_word64(from->slots + at + 8) : (uint32_t)key;
		key = large ? key : key >> 32;
		word = word != 0 ? worth(part, layer, key, word) : 0;
		if (word == 0)
			continue;
		n++;
		if (to != NULL)
			delist_buckets_make(to, key, word, 0, large);
	}
	return n;
}

bool
delist_part_rehash(struct delist_ipset *set, const struct delist_part *part,
    struct delist_buckets *made, unsigned layer, size_t more)
{
	size_t n = rehash(part, layer, NULL);

	if (!delist_buckets_init(
		made, &set->alloc, n + n / 8 + more, layer != LINES))
		return false;
	rehash(part, layer, made);
	made->live = (uint32_t)n;
	return true;
}

int
delist_part_room(struct delist_ipset *set, struct delist_part *part,
    unsigned layer, size_t n)
{
	struct delist_buckets old = part->hash[layer], made;
	int error;

	if (old.n == 0 ||
	    old.used + n <= delist_buckets_limit(&old, layer != LINES))
		return DELIST_OK;
	error = delist_part_ready(set, part);
	if (error != DELIST_OK)
		return error;
	if (!delist_part_rehash(set, part, &made, layer, n))
		return DELIST_ENOMEM;
	part->hash[layer] = made;
	error = delist_part_show(set, part);
	if (error != DELIST_OK) {
		part->hash[layer] = old;
		delist_alloc_release(&set->alloc, made.memory, 1, made.bytes);
		return error;
	}
	delist_part_retire(set, part, old.memory, old.bytes);
	atomic_fetch_add_explicit(&set->epoch->now, 1, memory_order_acq_rel);
	return DELIST_OK;
}

/* Whether so many slots more than it needs are worth a hash made anew. */
bool
delist_part_sparse(const struct delist_part *part, unsigned layer)
{
	const struct delist_buckets *hash = &part->hash[layer];
	size_t right = delist_buckets_for(hash->live, layer != LINES);

	return hash->n > right + right / 2 + 16;
}
