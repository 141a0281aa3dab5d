/* SPDX-License-Identifier: ISC */
/*
 * ipset_move.c - a family copied to tables and an arena of the right size
 *
 * For an arena that is full, or much of which is given back.  A copy has words
 * of its own, so lookups in the old view go on undisturbed until nobody is left
 * in it.  What waits for readers is bounded: while much more memory waits than
 * the family has, nothing more is copied (DELIST_EAGAIN).
 */
#include "ipset.h"

#include <string.h>

#include "alloc.h"
#include "hosts.h"
#include "runs.h"

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
	delist_alloc_release(&set->alloc, copy->host, 1, HOST_BYTES);
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
	if (part->host != NULL && part->in_layer[HOSTS4] > 0) {
		copy->host = delist_alloc_zeroed(&set->alloc, 1, HOST_BYTES);
		if (copy->host == NULL)
			return false;
	}
	for (unsigned i = 0; i < LAYERS; i++)
		if (part->hash[i].n != 0 &&
		    !delist_part_rehash(set, part, &copy->hash[i], i, 1))
			return false;
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
		if (!delist_hosts_empty(word))
			copy->host[8 * WORDS + i / 8] |= (uint8_t)(1 << i % 8);
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
	delist_part_retire(set, part, old->host, HOST_BYTES);
	for (unsigned i = 0; i < LAYERS; i++)
		delist_part_retire(
		    set, part, old->hash[i].memory, old->hash[i].bytes);
}

/* One try; DELIST_ERANGE if so much to spare is not enough. */
static int
move(struct delist_ipset *set, struct delist_part *part, size_t more)
{
	struct copy copy = {.run = NULL};
	int error = DELIST_ENOMEM;

	if (copy_tables(set, part, &copy, more))
		error = copy_blocks(part, &copy) ? DELIST_OK : DELIST_ERANGE;
	if (error != DELIST_OK) {
		copy_free(set, &copy);
		return error;
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
	atomic_fetch_add_explicit(&set->epoch->now, 1, memory_order_acq_rel);
	delist_part_reclaim(set, part);
	return DELIST_OK;
}

int
delist_part_move(
    struct delist_ipset *set, struct delist_part *part, size_t more)
{
	int error = delist_part_ready(set, part);

	if (error != DELIST_OK)
		return error;
	do {
		error = move(set, part, more);
		more += live_units(part) / 4 + 64;
	} while (error == DELIST_ERANGE);
	return error;
}

/* ---- memory that is not needed any more ---- */

static bool
wastes(const struct delist_part *part)
{
	size_t live = live_units(part);

	if (part->arena.size > live + live / 5 * 2 + 8192)
		return true;
	if (part->host != NULL && part->in_layer[HOSTS4] == 0)
		return true;
	for (unsigned i = LINES; i < LAYERS; i++)
		if (part->v6 && delist_part_sparse(part, i))
			return true;
	return false;
}

/* The family may stay as it is, so to fail is no failure. */
void
delist_part_fit(struct delist_ipset *set, struct delist_part *part)
{
	if (wastes(part))
		(void)delist_part_move(set, part, live_units(part) / 8 + 4096);
}
