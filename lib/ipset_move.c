/* SPDX-License-Identifier: ISC */
/*
 * ipset_move.c - making room: an arena or a hash that is full is copied
 *
 * A copy has words of its own, so lookups in the old view go on undisturbed
 * until nobody is left in it.  What waits for readers is bounded: while more
 * memory waits than the family has, nothing more is copied (DELIST_EAGAIN).
 */
#include "ipset.h"

#include <string.h>

#include "alloc.h"
#include "hosts.h"
#include "runs.h"

/* ---- an arena ---- */

/* What a copy is made of; the part has the old until all of it is there. */
struct copy {
	struct delist_arena arena;
	uint8_t *run, *host;
	struct delist_buckets hash[LAYERS];
};

static void
copy_free(struct delist_ipset *set, struct copy *copy)
{
	delist_arena_fini(&copy->arena, &set->alloc);
	delist_alloc_release(&set->alloc, copy->run, WORDS, 4);
	delist_alloc_release(&set->alloc, copy->host, WORDS, 8);
	for (unsigned i = 0; i < LAYERS; i++)
		delist_alloc_release(
		    &set->alloc, copy->hash[i].memory, 1, copy->hash[i].bytes);
}

/* Blocks that lookups or the list of free ones do not account for wait. */
static size_t
live_units(const struct delist_part *part)
{
	return part->arena.used - part->arena.given;
}

static bool
copy_tables(struct delist_ipset *set, const struct delist_part *part,
    struct copy *copy, size_t more)
{
	/* aligning may take a quarter more, at worst, than what is alive */
	if (!delist_arena_init(&copy->arena, &set->alloc,
		live_units(part) + live_units(part) / 16 + more))
		return false;
	copy->run = delist_alloc_grow(&set->alloc, NULL, 0, WORDS, 4);
	if (copy->run == NULL)
		return false;
	if (part->host != NULL) {
		copy->host = delist_alloc_grow(&set->alloc, NULL, 0, WORDS, 8);
		if (copy->host == NULL)
			return false;
	}
	for (unsigned i = 0; i < LAYERS; i++) {
		size_t bytes = (size_t)part->hash[i].n * DELIST_BUCKET_BYTES;

		if (bytes == 0)
			continue;
		copy->hash[i] = part->hash[i];
		copy->hash[i].memory = delist_alloc_grow(
		    &set->alloc, NULL, 0, part->hash[i].bytes, 1);
		if (copy->hash[i].memory == NULL)
			return false;
		copy->hash[i].slots =
		    (uint8_t *)copy->hash[i].memory +
		    (64 - (uintptr_t)copy->hash[i].memory % 64) % 64;
		memcpy(copy->hash[i].slots, part->hash[i].slots, bytes);
	}
	return true;
}

/* The word with its block copied; 0 if the arena is full. */
static uint64_t
copy_word(const struct delist_part *part, struct copy *copy, unsigned layer,
    uint64_t word)
{
	uint32_t units, at, from = delist_part_block(part, layer, word, &units);

	if (units == 0)
		return word;
	at = delist_arena_take(&copy->arena, units);
	if (at == 0)
		return 0;
	memcpy(delist_arena_at(&copy->arena, at),
	    delist_arena_at(&part->arena, from),
	    (size_t)units * DELIST_ARENA_UNIT);
	return delist_part_moved(layer, part->v6, word, at);
}

static bool
copy_hash(const struct delist_part *part, struct copy *copy, unsigned layer)
{
	size_t bytes = (size_t)copy->hash[layer].n * DELIST_BUCKET_BYTES;
	bool large = layer != LINES;
	uint8_t *slots = copy->hash[layer].slots;

	for (size_t at = 0; at < bytes; at += large ? 16 : 8) {
		uint8_t *slot = slots + at + (large ? 8 : 0);
		uint64_t word = delist_word64(slot), key = 0, moved;

		if (!large) {
			key = word >> 32 << 32;
			word = (uint32_t)word;
		}
		moved = copy_word(part, copy, layer, word);
		if (moved == 0 && word != 0)
			return false;
		delist_word64_store(slot, key | moved);
	}
	return true;
}

static bool
copy_blocks(const struct delist_part *part, struct copy *copy)
{
	size_t constants = delist_runs_constants(copy->arena.base, part->width);

	copy->arena.used = (uint32_t)(constants / DELIST_ARENA_UNIT);
	for (size_t i = 0; i < WORDS; i++) {
		uint64_t word = copy_word(
		    part, copy, RUNS, delist_word32(part->run + 4 * i));

		if (word == 0)
			return false;
		delist_word32_store(copy->run + 4 * i, (uint32_t)word);
		if (copy->host == NULL)
			continue;
		word = copy_word(
		    part, copy, HOSTS4, delist_word64(part->host + 8 * i));
		if (word == 0)
			return false;
		delist_word64_store(copy->host + 8 * i, word);
	}
	for (unsigned i = LINES; part->v6 && i < LAYERS; i++)
		if (!copy_hash(part, copy, i))
			return false;
	return true;
}

/* The part has the copy, the copy what was before. */
static void
swap(struct delist_part *part, struct copy *copy)
{
	struct copy old = {part->arena, part->run, part->host, {{0}}};

	memcpy(old.hash, part->hash, sizeof old.hash);
	part->arena = copy->arena;
	part->run = copy->run;
	part->host = copy->host;
	memcpy(part->hash, copy->hash, sizeof old.hash);
	*copy = old;
}

static void
retire_copy(
    struct delist_ipset *set, struct delist_part *part, struct copy *old)
{
	delist_arena_retire(&old->arena);
	delist_part_retire(set, part, old->arena.memory, old->arena.bytes);
	delist_part_retire(set, part, old->run, WORDS * 4);
	delist_part_retire(set, part, old->host, WORDS * 8);
	for (unsigned i = 0; i < LAYERS; i++)
		delist_part_retire(
		    set, part, old->hash[i].memory, old->hash[i].bytes);
}

int
delist_part_move(
    struct delist_ipset *set, struct delist_part *part, size_t more)
{
	struct copy copy = {.run = NULL};
	int error = delist_part_ready(set, part);

	if (error != DELIST_OK)
		return error;
	if (!copy_tables(set, part, &copy, more)) {
		copy_free(set, &copy);
		return DELIST_ENOMEM;
	}
	if (!copy_blocks(part, &copy)) {
		copy_free(set, &copy);
		return delist_part_move(
		    set, part, more + live_units(part) / 4 + 64);
	}
	swap(part, &copy);
	error = delist_part_show(set, part);
	if (error != DELIST_OK) {
		swap(part, &copy);
		copy_free(set, &copy);
		return error;
	}
	delist_limbo_forget(&part->limbo);
	retire_copy(set, part, &copy);
	atomic_fetch_add_explicit(&set->epoch.now, 1, memory_order_acq_rel);
	delist_part_reclaim(set, part);
	return DELIST_OK;
}

/* ---- a hash ---- */

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
	if (layer == SPANS)
		return word == SPANS_USED ? 0 : word;
	if (layer == HOSTS6) {
		if (!any_row(&part->rows[SPANS], key << 16, 48))
			word &= ~DELIST_HOSTS_DEEPER;
		return delist_hosts_empty(word) && !(word & DELIST_HOSTS_DEEPER)
			   ? 0
			   : word;
	}
	if (!any_row(&part->rows[HOSTS6], key << 32, 32) &&
	    !any_row(&part->rows[SPANS], key << 32, 32))
		word &= ~(uint64_t)LINES_DEEP;
	word &= ~LINES_HELD;
	return word == LINES_NOTHING ? 0 : word;
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

int
delist_part_room(struct delist_ipset *set, struct delist_part *part,
    unsigned layer, size_t n)
{
	struct delist_buckets old = part->hash[layer], made;
	bool large = layer != LINES;
	size_t slots;
	int error;

	if (old.n == 0 || old.used + n <= delist_buckets_limit(&old, large))
		return DELIST_OK;
	error = delist_part_ready(set, part);
	if (error != DELIST_OK)
		return error;
	slots = rehash(part, layer, NULL) + n;
	if (!delist_buckets_init(&made, &set->alloc, slots + slots / 8, large))
		return DELIST_ENOMEM;
	rehash(part, layer, &made);
	part->hash[layer] = made;
	error = delist_part_show(set, part);
	if (error != DELIST_OK) {
		part->hash[layer] = old;
		delist_alloc_release(&set->alloc, made.memory, 1, made.bytes);
		return error;
	}
	delist_part_retire(set, part, old.memory, old.bytes);
	atomic_fetch_add_explicit(&set->epoch.now, 1, memory_order_acq_rel);
	return DELIST_OK;
}
