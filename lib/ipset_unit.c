/* SPDX-License-Identifier: ISC */
/*
 * ipset_unit.c - what the word of a unit must be, from its rows
 *
 * The rows of a unit, as they are once the change is made, are gathered from
 * the list; what they make is in ipset_runs.c, ipset_lines.c, ipset_hosts.c and
 * ipset_spans.c.
 */
#include "ipset.h"

#include <string.h>

#include "alloc.h"

enum {
	FEW = 16
};

/* ---- stores ---- */

/* Give back the block of a store that will not be made. */
void
delist_change_drop(
    const struct delist_change *change, const struct delist_store *store)
{
	struct delist_part *part = change->part;
	uint32_t units, old_units;
	uint32_t at = delist_part_block(part, store->layer, store->now, &units);
	uint32_t old =
	    delist_part_block(part, store->layer, store->was, &old_units);

	if (units != 0 && at != old)
		delist_arena_give(&part->arena, at, units);
	if (part->v6 && store->layer == LINES && (store->was & LINES_HELD))
		delist_word64_store(store->at, store->was & ~LINES_HELD);
}

int
delist_change_store(struct delist_ipset *set, struct delist_change *change,
    uint8_t *at, uint64_t was, uint64_t now)
{
	struct delist_store store = {at, was, now, 1, change->layer};

	if (change->n == change->room) {
		size_t old = change->stores != change->few ? change->room : 0;
		struct delist_store *grown = delist_alloc_grow(&set->alloc,
		    old != 0 ? change->stores : NULL, old, 2 * change->room,
		    sizeof *grown);

		if (grown == NULL) {
			delist_change_drop(change, &store);
			return DELIST_ENOMEM;
		}
		if (old == 0)
			memcpy(grown, change->few, sizeof change->few);
		change->stores = grown;
		change->room *= 2;
	}
	change->stores[change->n++] = store;
	return DELIST_OK;
}

void
delist_change_make(struct delist_part *part, const struct delist_store *store)
{
	if (store->layer != RUNS) {
		delist_word64_store(store->at, store->now);
		part->hash[store->layer].live +=
		    (uint32_t)delist_part_says(part, store->layer, store->now) -
		    delist_part_says(part, store->layer, store->was);
		return;
	}
	for (uint64_t i = 0; i < store->n; i++)
		delist_word32_store(store->at + 4 * i, (uint32_t)store->now);
}

void
delist_unit_unwrite(struct delist_part *part, unsigned layer, uint64_t word)
{
	uint32_t units, at = delist_part_block(part, layer, word, &units);

	if (units != 0)
		delist_arena_give(&part->arena, at, units);
}

int
delist_change_rows(struct delist_ipset *set, struct delist_change *change,
    const struct delist_roster_row *from, const struct delist_roster_row *to,
    const struct delist_roster_row *fresh, size_t n)
{
	struct delist_roster *rows = &change->part->rows[change->layer];
	size_t size = delist_roster_size(rows);
	uint8_t few[FEW * DELIST_ROSTER_MAX], *bytes = few;

	if (n > FEW)
		bytes = delist_alloc_grow(&set->alloc, NULL, 0, n, size);
	if (bytes == NULL)
		return DELIST_ENOMEM;
	for (size_t i = 0; i < n; i++)
		delist_roster_write(rows, bytes + size * i, &fresh[i]);
	change->rows_change = delist_roster_prepare(
	    rows, &set->alloc, &change->rows, from, to, bytes, n);
	if (n > FEW)
		delist_alloc_release(&set->alloc, bytes, n, size);
	return change->rows_change ? DELIST_OK : DELIST_ENOMEM;
}

/* ---- rows of a unit ---- */

bool
delist_unit_add(struct delist_ipset *set, struct delist_unit *unit,
    const struct delist_roster_row *row)
{
	if (unit->n == unit->room) {
		size_t room = unit->room != 0 ? 2 * unit->room : 32;
		struct delist_roster_row *grown = delist_alloc_grow(
		    &set->alloc, unit->rows, unit->room, room, sizeof *grown);

		if (grown == NULL)
			return false;
		unit->rows = grown;
		unit->room = room;
	}
	unit->rows[unit->n++] = *row;
	return true;
}

void
delist_unit_fini(struct delist_ipset *set, struct delist_unit *unit)
{
	delist_alloc_release(
	    &set->alloc, unit->rows, unit->room, sizeof *unit->rows);
}

static int
compare(const struct delist_roster_row *a, const struct delist_roster_row *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return (int)a->bits - (int)b->bits;
}

static bool
inside(uint64_t a, uint64_t b, unsigned bits)
{
	return (a ^ b) >> (64 - bits) == 0;
}

/* The rows longer than the unit, with the change in its place. */
bool
delist_unit_gather(struct delist_ipset *set, struct delist_unit *unit,
    const struct delist_change *change, uint64_t hi)
{
	const struct delist_part *part = change->part;
	const struct delist_roster *rows = &part->rows[change->layer];
	unsigned bits = part->layers[change->layer].unit;
	uint64_t start = hi >> (64 - bits) << (64 - bits);
	struct delist_roster_place place =
	    delist_roster_seek(rows, start, 0, bits + 1);
	bool pending =
	    change->row.bits > bits && inside(change->row.hi, hi, bits);
	struct delist_roster_row row;

	while (delist_roster_read(rows, &place, &row) &&
	       inside(row.hi, hi, bits)) {
		int order = pending ? compare(&change->row, &row) : 1;

		if (row.bits <= bits)
			continue;
		if (order <= 0) {
			pending = false;
			if (change->kind == INSERT &&
			    !delist_unit_add(set, unit, &change->row))
				return false;
		}
		if (order != 0 && !delist_unit_add(set, unit, &row))
			return false;
	}
	return !pending || change->kind != INSERT ||
	       delist_unit_add(set, unit, &change->row);
}

/* The code of the longest row that has all of the unit. */
uint32_t
delist_unit_ground(const struct delist_change *change, uint64_t hi)
{
	const struct delist_roster *rows = &change->part->rows[change->layer];
	unsigned bits = change->part->layers[change->layer].unit;
	const struct delist_roster_row *row = &change->row;
	bool covers = row->bits <= bits &&
		      (row->bits == 0 || inside(row->hi, hi, row->bits));
	struct delist_roster_row at = {.code = 0};
	bool found = delist_roster_cover(rows, &at, hi, 0, bits);

	if (!covers || (found && at.bits > row->bits))
		return at.code;
	if (change->kind == INSERT)
		return row->code;
	if (found && at.bits == row->bits) {
		at.code = 0;
		if (row->bits > 0)
			delist_roster_cover(rows, &at, hi, 0, row->bits - 1);
	}
	return at.code;
}

int
delist_unit_plan(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi)
{
	if (change->layer == RUNS)
		return delist_unit_plan_runs(set, change, hi);
	if (delist_part_is_hosts(change->part, change->layer))
		return delist_unit_plan_hosts(set, change, hi);
	if (change->layer == LINES)
		return delist_unit_plan_lines(set, change, hi);
	return delist_unit_plan_spans(set, change, hi);
}

/* The words of all units that the prefix touches. */
int
delist_unit_plan_all(struct delist_ipset *set, struct delist_change *change)
{
	unsigned unit = change->part->layers[change->layer].unit;
	const struct delist_roster_row *row = &change->row;
	uint64_t units = 1;
	int error = DELIST_OK;

	if (row->bits < unit && change->layer == RUNS)
		return delist_unit_plan_wide(set, change);
	if (row->bits < unit)
		units <<= unit - row->bits;
	for (uint64_t i = 0; i < units && error == DELIST_OK; i++)
		error = delist_unit_plan(
		    set, change, row->hi + (unit < 64 ? i << (64 - unit) : 0));
	return error;
}
