/* SPDX-License-Identifier: ISC */
/*
 * ipset_change.c - IP prefixes to tags: one change at a time
 *
 * To prepare writes blocks and notes the stores that will show them, which may
 * fail and is not seen.  To publish does the stores, and retires what they
 * replace; there is room for that, so it cannot fail.
 */
#include "ipset.h"

#include "alloc.h"

enum {
	WAITING = 4096, /* blocks that may wait for a reader */
	BATCH = 64,	/* so many are worth asking the readers ... */
	LITTLE = 65536	/* ... and so are more bytes than these */
};

/* ---- prepare ---- */

/* What waits, of either family, is looked at, and must not be too much. */
static int
tidy(struct delist_ipset *set, const struct delist_part *changing)
{
	for (int i = 0; i < 2; i++) {
		struct delist_part *part = &set->part[i];

		if (delist_limbo_count(&part->limbo) >= BATCH ||
		    part->limbo.bytes > LITTLE)
			delist_part_reclaim(set, part);
	}
	return delist_limbo_count(&changing->limbo) > WAITING ? DELIST_EAGAIN
							      : DELIST_OK;
}

static int
begin(struct delist_ipset *set, const struct delist_prefix *prefix)
{
	struct delist_change *change;
	struct delist_part *part;

	if (set == NULL || prefix == NULL || !delist_prefix_valid(prefix))
		return DELIST_EINVAL;
	change = &set->change;
	if (change->kind != NO_CHANGE)
		return DELIST_EBUSY;
	part = &set->part[prefix->addr.family == DELIST_INET6];
	*change = (struct delist_change){.part = part,
	    .row = delist_row_of(prefix),
	    .layer = delist_layer_of(part, prefix->bits),
	    .room = STORES};
	change->stores = change->few;
	change->was = delist_part_get(part, change->layer, &change->row);
	return tidy(set, part);
}

static int
open_family(struct delist_ipset *set, struct delist_part *part)
{
	int error;

	if (part->view != NULL)
		return DELIST_OK;
	error = delist_part_ready(set, part);
	if (error == DELIST_OK)
		error = delist_part_open(set, part, 128, 1);
	if (error != DELIST_OK)
		return error;
	error = delist_part_show(set, part);
	if (error != DELIST_OK)
		delist_part_fini(set, part);
	return error;
}

/* A family without a prefix takes no memory. */
static void
close_family(struct delist_ipset *set, struct delist_part *part)
{
	if (part->count == 0 && part->view != NULL)
		delist_part_drop(set, part);
}

static int
prepare_code(
    struct delist_ipset *set, struct delist_change *change, uint32_t tag)
{
	struct delist_part *part = change->part;
	int error;

	change->row.code = delist_part_code(set, part, tag);
	if (change->row.code != 0)
		return DELIST_OK;
	error = delist_part_widen(set, part);
	if (error != DELIST_OK)
		return error;
	change->row.code = tag + 1;
	change->was = delist_part_get(part, change->layer, &change->row);
	return DELIST_OK;
}

int
delist_ipset_prepare_insert(
    struct delist_ipset *set, const struct delist_prefix *prefix, uint32_t tag)
{
	struct delist_change *change;
	struct delist_part *part;
	int error;

	if (tag == DELIST_IPSET_NONE)
		return DELIST_EINVAL;
	error = begin(set, prefix);
	if (error != DELIST_OK)
		return error;
	change = &set->change;
	part = change->part;
	change->kind = INSERT;
	error = open_family(set, part);
	if (error == DELIST_OK)
		error = prepare_code(set, change, tag);
	if (error == DELIST_OK && change->was != change->row.code)
		error = delist_change_plan(set, change);
	if (error != DELIST_OK) {
		change->kind = NO_CHANGE;
		close_family(set, part);
	}
	return error;
}

int
delist_ipset_prepare_remove(
    struct delist_ipset *set, bool *removed, const struct delist_prefix *prefix)
{
	struct delist_change *change;
	int error;

	if (removed == NULL)
		return DELIST_EINVAL;
	error = begin(set, prefix);
	if (error != DELIST_OK)
		return error;
	change = &set->change;
	change->kind = REMOVE;
	if (change->was != 0 && change->part->count > 1)
		error = delist_change_plan(set, change);
	else if (change->was != 0)
		error = delist_part_ready(set, change->part);
	if (error != DELIST_OK)
		change->kind = NO_CHANGE;
	else
		*removed = change->was != 0;
	return error;
}

/* ---- publish ---- */

static void
store(struct delist_ipset *set, struct delist_change *change,
    const struct delist_store *store)
{
	struct delist_part *part = change->part;
	uint32_t units;

	delist_change_make(part, store);
	/* a flag may be all that changed */
	if (delist_part_block(part, store->layer, store->was, &units) !=
	    delist_part_block(part, store->layer, store->now, &units))
		delist_part_retire_block(set, part, store->layer, store->was);
}

/* A code is out of sight with the last word that leads to it, and no sooner. */
static void
show(struct delist_ipset *set, struct delist_change *change, bool insert)
{
	struct delist_part *part = change->part;

	delist_word64_store(part->version, delist_word64(part->version) + 1);
	if (change->view != NULL)
		delist_part_exchange(set, part, change->view);
	change->view = NULL;
	for (size_t i = 0; i < change->n; i++)
		store(set, change, &change->stores[i]);
	delist_part_count_use(set, part, change->was, false);
	delist_part_count_use(set, part, change->row.code, insert);
	atomic_fetch_add_explicit(&set->epoch->now, 1, memory_order_acq_rel);
	if (change->rows_change)
		delist_roster_publish(
		    &part->rows[change->layer], &set->alloc, &change->rows);
	change->rows_change = false;
	change->n = 0;
	delist_change_undo(set, change);
}

void
delist_ipset_publish(struct delist_ipset *set)
{
	struct delist_change *change = &set->change;
	struct delist_part *part = change->part;
	bool insert = change->kind == INSERT;

	if (change->kind == NO_CHANGE)
		return;
	change->kind = NO_CHANGE;
	if (insert ? change->was == change->row.code : change->was == 0)
		return;
	if (!insert && part->count == 1) {
		delist_part_drop(set, part);
		return;
	}
	part->count += insert ? change->was == 0 : SIZE_MAX;
	part->in_layer[change->layer] += insert ? change->was == 0 : SIZE_MAX;
	show(set, change, insert);
	if (delist_epoch_unread(set->epoch))
		delist_part_reclaim(set, part);
	delist_part_fit(set, part);
}

void
delist_ipset_abandon(struct delist_ipset *set)
{
	struct delist_change *change = &set->change;

	if (change->kind == NO_CHANGE)
		return;
	change->kind = NO_CHANGE;
	delist_change_give_up(set, change);
	close_family(set, change->part);
}

int
delist_ipset_insert(
    struct delist_ipset *set, const struct delist_prefix *prefix, uint32_t tag)
{
	int error = delist_ipset_prepare_insert(set, prefix, tag);

	if (error == DELIST_OK)
		delist_ipset_publish(set);
	return error;
}

int
delist_ipset_remove(
    struct delist_ipset *set, bool *removed, const struct delist_prefix *prefix)
{
	int error = delist_ipset_prepare_remove(set, removed, prefix);

	if (error == DELIST_OK)
		delist_ipset_publish(set);
	return error;
}
