/* SPDX-License-Identifier: ISC */
/*
 * ipset_plan.c - all that a change needs, made ready and not shown
 */
#include "ipset.h"

#include "alloc.h"

void
delist_change_undo(struct delist_ipset *set, struct delist_change *change)
{
	for (size_t i = 0; i < change->n; i++)
		delist_change_drop(change, &change->stores[i]);
	if (change->rows_change)
		delist_roster_abandon(&change->part->rows[change->layer],
		    &set->alloc, &change->rows);
	if (change->stores != change->few)
		delist_alloc_release(&set->alloc, change->stores, change->room,
		    sizeof *change->stores);
	change->rows_change = false;
	change->stores = change->few;
	change->room = STORES;
	change->n = 0;
}

static int
plan_row(struct delist_ipset *set, struct delist_change *change)
{
	const struct delist_roster_row *row = &change->row;

	if (delist_part_is_hosts(change->part, change->layer))
		return DELIST_OK; /* they were planned with the words */
	return delist_change_rows(
	    set, change, row, row, row, change->kind == INSERT);
}

static void
drop_view(struct delist_ipset *set, struct delist_change *change)
{
	delist_alloc_release(
	    &set->alloc, change->view, 1, sizeof *change->view);
	change->view = NULL;
	for (unsigned i = 0; i < LAYERS; i++)
		change->opened[i] = false;
}

/* As it was, the tables too, unless a move has shown them. */
void
delist_change_give_up(struct delist_ipset *set, struct delist_change *change)
{
	delist_change_undo(set, change);
	for (unsigned i = 0; i < LAYERS; i++)
		if (change->opened[i])
			delist_part_close_layer(set, change->part, i);
	drop_view(set, change);
}

static bool
is_open(const struct delist_part *part, unsigned layer)
{
	return part->v6 ? part->hash[layer].n != 0 : part->host != NULL;
}

/* Tables for the layers that the change is in, with room for it. */
static int
make_room(struct delist_ipset *set, struct delist_change *change)
{
	struct delist_part *part = change->part;
	unsigned bits = change->row.bits;
	size_t units = part->v6 && bits < 32 ? (size_t)1 << (32 - bits) : 1;
	bool any = false;
	int error = DELIST_OK;

	for (unsigned i = LINES; i <= change->layer && error == DELIST_OK; i++)
		error = delist_part_room(set, part, i, units);
	for (unsigned i = LINES; i <= change->layer && error == DELIST_OK;
	     i++) {
		if (is_open(part, i))
			continue;
		error = delist_part_open_layer(set, part, i, units);
		change->opened[i] = any = error == DELIST_OK;
	}
	any = any || (change->layer == RUNS && part->view->only_hosts);
	if (error != DELIST_OK || !any)
		return error;
	change->view = delist_part_view(set, part);
	if (change->view == NULL)
		return DELIST_ENOMEM;
	if (change->layer == RUNS)
		change->view->only_hosts = false;
	return DELIST_OK;
}

int
delist_change_plan(struct delist_ipset *set, struct delist_change *change)
{
	struct delist_part *part = change->part;
	size_t more = part->arena.size / 8 + 4096;
	int error = make_room(set, change);

	while (error == DELIST_OK) {
		error = delist_unit_plan_all(set, change);
		if (error != DELIST_ERANGE)
			break;
		delist_change_undo(set, change);
		delist_part_reclaim(set, part);
		error = delist_part_move(set, part, more);
		if (error != DELIST_OK)
			break;
		drop_view(set, change); /* the move has shown them ... */
		error = make_room(set, change); /* ... and fits tightly */
		more *= 2;
	}
	if (error == DELIST_OK)
		error = plan_row(set, change);
	if (error == DELIST_OK &&
	    !delist_limbo_reserve(
		&part->limbo, &set->alloc, change->n + DELIST_CHANGE_PIECES))
		error = DELIST_ENOMEM;
	if (error != DELIST_OK)
		delist_change_give_up(set, change);
	return error;
}
