/* SPDX-License-Identifier: ISC */
/*
 * ipset_part.c - a family's memory, and the view that shows it
 *
 * All that a lookup may see is given back through the limbo.
 */
#include "ipset.h"

#include <string.h>

#include "alloc.h"
#include "hosts.h"
#include "runs.h"

enum {
	TAG_BYTES = 4 * CODES,
	DEEP_BYTES = WORDS / 8,
	ROOM = 32,	    /* for all that one call retires beside blocks */
	BESIDE = 48 * WORDS /* may wait beside what the family has */
};

static const struct delist_layer layers4[] = {{0, 24, 16, 3}, {25, 32, 16, 4}};
static const struct delist_layer layers6[] = {
    {0, 24, 16, 3}, {25, 48, 32, 6}, {49, 64, 48, 8}, {65, 128, 64, 16}};

const struct delist_view delist_view_empty = {.width = 0};

/* ---- as new ---- */

static void
reset(struct delist_part *part)
{
	struct delist_limbo limbo = part->limbo;

	*part = (struct delist_part){.v6 = part->v6,
	    .version = part->version,
	    .limbo = limbo,
	    .layers = part->v6 ? layers6 : layers4,
	    .n = part->v6 ? 4 : 2,
	    .width = 1,
	    .nothings = part->nothings};
}

void
delist_part_bare(struct delist_part *part, const struct delist_part *like)
{
	*part = (struct delist_part){.v6 = like->v6,
	    .version = like->version,
	    .nothings = like->nothings};
	reset(part);
}

void
delist_part_init(struct delist_ipset *set, bool v6)
{
	struct delist_part *part = &set->part[v6];

	part->v6 = v6;
	part->version = (void *)&set->version[v6];
	reset(part);
}

/* ---- retiring ---- */

static uint64_t
epoch_now(struct delist_ipset *set)
{
	return atomic_load_explicit(&set->epoch->now, memory_order_relaxed);
}

void
delist_part_retire(struct delist_ipset *set, struct delist_part *part,
    void *memory, size_t bytes)
{
	struct delist_retired retired = {
	    .epoch = epoch_now(set), .memory = memory, .bytes = bytes};

	if (memory != NULL)
		delist_limbo_add(&part->limbo, &retired);
}

void
delist_part_retire_block(struct delist_ipset *set, struct delist_part *part,
    unsigned layer, uint64_t word)
{
	struct delist_retired retired = {.epoch = epoch_now(set)};

	retired.at = delist_part_block(part, layer, word, &retired.units);
	if (retired.units != 0)
		delist_limbo_add(&part->limbo, &retired);
}

void
delist_part_reclaim(struct delist_ipset *set, struct delist_part *part)
{
	struct delist_retired retired;
	uint64_t oldest;

	if (delist_limbo_count(&part->limbo) == 0)
		return;
	oldest = delist_epoch_oldest(set->epoch);
	while (delist_limbo_take(&part->limbo, &retired, oldest)) {
		if (retired.memory != NULL)
			delist_alloc_release(
			    &set->alloc, retired.memory, 1, retired.bytes);
		else if (retired.units != 0)
			delist_arena_give(
			    &part->arena, retired.at, retired.units);
	}
	delist_limbo_trim(&part->limbo, &set->alloc);
}

/* ---- views ---- */

void
delist_part_exchange(struct delist_ipset *set, struct delist_part *part,
    struct delist_view *view)
{
	delist_part_retire(set, part, part->view, sizeof *part->view);
	part->view = view;
	atomic_store_explicit(&set->view[part->v6],
	    view != NULL ? view : &delist_view_empty, memory_order_release);
	atomic_fetch_add_explicit(&set->epoch->now, 1, memory_order_acq_rel);
}

/* Whether it is worth asking first which /16s have hosts. */
static bool
has_few_hosts(const struct delist_part *part)
{
	unsigned n = 0;

	for (size_t i = 0; part->host != NULL && i < WORDS; i++)
		n += part->host[8 * WORDS + i / 8] >> i % 8 & 1;
	return part->host != NULL && n < WORDS / 32;
}

struct delist_view *
delist_part_view(struct delist_ipset *set, const struct delist_part *part)
{
	struct delist_view *view =
	    delist_alloc_zeroed(&set->alloc, 1, sizeof *view);

	if (view == NULL)
		return NULL;
	*view = (struct delist_view){.base = part->arena.base,
	    .run = part->run,
	    .host = part->host,
	    .hosted = has_few_hosts(part) ? part->host + 8 * WORDS : NULL,
	    .only_hosts = part->host != NULL && part->in_layer[RUNS] == 0,
	    .tags = part->tags,
	    .deep = part->deep,
	    .version = part->version,
	    .width = (uint8_t)part->width};
	for (unsigned i = 0; i < LAYERS; i++) {
		view->slots[i] = part->hash[i].slots;
		view->buckets[i] = part->hash[i].n;
	}
	view->mostly_short =
	    part->v6 ? part->hash[LINES].n / 4 >= part->hash[HOSTS6].n
		     : part->host == NULL || view->hosted != NULL;
	return view;
}

int
delist_part_show(struct delist_ipset *set, struct delist_part *part)
{
	struct delist_view *view;

	if (!delist_limbo_reserve(&part->limbo, &set->alloc, ROOM))
		return DELIST_ENOMEM;
	view = delist_part_view(set, part);
	if (view == NULL)
		return DELIST_ENOMEM;
	delist_part_exchange(set, part, view);
	return DELIST_OK;
}

/* ---- opening ---- */

static void
close_tables(struct delist_ipset *set, struct delist_part *part)
{
	delist_arena_fini(&part->arena, &set->alloc);
	delist_alloc_release(&set->alloc, part->run, WORDS, 4);
	delist_alloc_release(&set->alloc, part->host, 1, HOST_BYTES);
	delist_alloc_release(&set->alloc, part->deep, 1, DEEP_BYTES);
	delist_alloc_release(&set->alloc, part->tags, 1, TAG_BYTES);
	for (unsigned i = 0; i < LAYERS; i++)
		delist_alloc_release(
		    &set->alloc, part->hash[i].memory, 1, part->hash[i].bytes);
}

int
delist_part_open(struct delist_ipset *set, struct delist_part *part,
    size_t units, unsigned width)
{
	size_t constants =
	    delist_runs_constant_bytes(width) / DELIST_ARENA_UNIT;

	reset(part);
	part->width = width;
	part->run = delist_alloc_grow(&set->alloc, NULL, 0, WORDS, 4);
	part->tags = delist_alloc_zeroed(&set->alloc, 1, TAG_BYTES);
	if (part->v6)
		part->deep = delist_alloc_zeroed(&set->alloc, 1, DEEP_BYTES);
	if (part->run == NULL || part->tags == NULL ||
	    (part->v6 && part->deep == NULL) ||
	    !delist_arena_init(&part->arena, &set->alloc, constants + units)) {
		close_tables(set, part);
		reset(part);
		return DELIST_ENOMEM;
	}
	delist_runs_constants(part->arena.base, width);
	part->arena.used = (uint32_t)constants;
	for (size_t i = 0; i < WORDS; i++)
		delist_word32_store(part->run + 4 * i, DELIST_RUNS_NONE);
	delist_le32_put(part->tags, DELIST_IPSET_NONE);
	for (unsigned i = 0; i < part->n; i++) {
		part->rows[i].key = part->layers[i].key;
		part->rows[i].width = width;
	}
	return DELIST_OK;
}

int
delist_part_open_layer(struct delist_ipset *set, struct delist_part *part,
    unsigned layer, size_t units)
{
	if (part->v6)
		return delist_buckets_init(&part->hash[layer], &set->alloc,
			   units, layer != LINES)
			   ? DELIST_OK
			   : DELIST_ENOMEM;
	part->host = delist_alloc_zeroed(&set->alloc, 1, HOST_BYTES);
	if (part->host == NULL)
		return DELIST_ENOMEM;
	for (size_t i = 0; i < WORDS; i++)
		delist_word64_store(
		    part->host + 8 * i, delist_part_nothing(part));
	return DELIST_OK;
}

void
delist_part_close_layer(
    struct delist_ipset *set, struct delist_part *part, unsigned layer)
{
	struct delist_buckets *hash = &part->hash[layer];

	delist_alloc_release(&set->alloc, hash->memory, 1, hash->bytes);
	*hash = (struct delist_buckets){.n = 0};
	delist_alloc_release(&set->alloc, part->host, 1, HOST_BYTES);
	part->host = NULL;
}

/* ---- closing ---- */

int
delist_part_ready(struct delist_ipset *set, struct delist_part *part)
{
	size_t most = part->arena.bytes + BESIDE;

	for (unsigned i = 0; i < LAYERS; i++)
		most += part->hash[i].bytes;
	delist_part_reclaim(set, part);
	if (part->limbo.bytes > most)
		return DELIST_EAGAIN;
	return delist_limbo_reserve(&part->limbo, &set->alloc, ROOM)
		   ? DELIST_OK
		   : DELIST_ENOMEM;
}

void
delist_part_replace(struct delist_ipset *set, struct delist_part *part,
    struct delist_part *fresh)
{
	struct delist_view *view = fresh->view;

	for (unsigned i = 0; i < part->n; i++)
		delist_roster_fini(&part->rows[i], &set->alloc);
	delist_limbo_forget(&part->limbo);
	delist_arena_retire(&part->arena);
	delist_part_retire(set, part, part->arena.memory, part->arena.bytes);
	delist_part_retire(set, part, part->run, WORDS * 4);
	delist_part_retire(set, part, part->host, HOST_BYTES);
	delist_part_retire(set, part, part->deep, DEEP_BYTES);
	delist_part_retire(set, part, part->tags, TAG_BYTES);
	for (unsigned i = 0; i < LAYERS; i++)
		delist_part_retire(
		    set, part, part->hash[i].memory, part->hash[i].bytes);
	delist_part_exchange(set, part, view);
	fresh->limbo = part->limbo;
	*part = *fresh;
	delist_part_reclaim(set, part);
}

void
delist_part_drop(struct delist_ipset *set, struct delist_part *part)
{
	struct delist_part fresh;

	delist_part_bare(&fresh, part);
	delist_part_replace(set, part, &fresh);
}

/* No reader is left, so none is asked. */
void
delist_part_fini(struct delist_ipset *set, struct delist_part *part)
{
	struct delist_retired retired;

	while (delist_limbo_take(&part->limbo, &retired, UINT64_MAX))
		delist_alloc_release(
		    &set->alloc, retired.memory, 1, retired.bytes);
	delist_limbo_trim(&part->limbo, &set->alloc);
	for (unsigned i = 0; i < part->n; i++)
		delist_roster_fini(&part->rows[i], &set->alloc);
	close_tables(set, part);
	delist_alloc_release(&set->alloc, part->view, 1, sizeof *part->view);
	reset(part);
}
