/* SPDX-License-Identifier: ISC */
/*
 * ipset_build_rows.c - the lists and words of a whole family
 *
 * Rows come in order.  Lists are written from them, and words from the lists,
 * as a change does it; hosts, which may be most of it, go to their words
 * directly.
 */
#include "ipset_build.h"

#include <string.h>

#include "alloc.h"
#include "hosts.h"

/* ---- codes ---- */

/* The code of a tag; 0: there are too many for one byte. */
uint32_t
delist_build_code(struct delist_build *build, uint32_t tag)
{
	struct delist_part *part = &build->part;
	uint32_t *known = build->known[(tag * UINT32_C(0x9e3779b1)) >> 24];

	if (known[1] != 0 && known[0] == tag)
		return known[1];
	known[0] = tag;
	known[1] = delist_part_code(build->set, part, tag);
	if (known[1] != 0 && part->width == 1)
		part->uses[known[1]]++; /* until it is counted */
	return known[1];
}

void
delist_build_begin(struct delist_build *build)
{
	memset(build->part.uses, 0, sizeof build->part.uses);
}

void
delist_build_sum(uint32_t counts[256])
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 256; i++) {
		uint32_t n = counts[i];

		counts[i] = sum;
		sum += n;
	}
}

/* ---- lists ---- */

static int
write_row(struct delist_build *build, unsigned layer,
    const struct delist_roster_row *row)
{
	struct delist_sheet *sheet = &build->sheets[layer];
	const struct delist_roster *rows = &build->part.rows[layer];
	size_t size = rows->key + 1 + rows->width;

	if (sheet->room - sheet->n * size < DELIST_ROSTER_MAX) {
		size_t room = 2 * sheet->room + 4096;
		uint8_t *grown = delist_alloc_grow(
		    &build->set->alloc, sheet->bytes, sheet->room, room, 1);

		if (grown == NULL)
			return DELIST_ENOMEM;
		sheet->bytes = grown;
		sheet->room = room;
	}
	delist_roster_write(rows, sheet->bytes + size * sheet->n++, row);
	return DELIST_OK;
}

static int
file_sheet(struct delist_build *build, unsigned layer)
{
	struct delist_sheet *sheet = &build->sheets[layer];
	struct delist_roster *rows = &build->part.rows[layer];
	struct delist_roster_row from = {.bits = 0};
	struct delist_roster_row to = {UINT64_MAX, UINT64_MAX, 255, 0};
	struct delist_roster_change change;

	if (sheet->n == 0)
		return DELIST_OK;
	if (!delist_roster_prepare(rows, &build->set->alloc, &change, &from,
		&to, sheet->bytes, sheet->n))
		return DELIST_ENOMEM;
	delist_roster_publish(rows, &build->set->alloc, &change);
	return DELIST_OK;
}

/* ---- words ---- */

/*
 * Room for the block of n rows, whatever its form.  The arena is the build's
 * own: it may move, and so is simply made larger.
 */
static int
ensure(struct delist_build *build, size_t n)
{
	struct delist_arena *arena = &build->part.arena;
	size_t units = 1024 + 2 * n;

	if (arena->size - arena->used >= units)
		return DELIST_OK;
	units += (size_t)arena->size + arena->size / 2;
	return delist_arena_resize(arena, &build->set->alloc, units)
		   ? DELIST_OK
		   : DELIST_ENOMEM;
}

/* A change that nobody sees needs no more than its stores. */
static struct delist_change
quiet_change(struct delist_build *build, unsigned layer)
{
	return (struct delist_change){.kind = NO_CHANGE,
	    .part = &build->part,
	    .layer = layer,
	    .room = STORES,
	    .row.bits = 255};
}

static void
do_stores(struct delist_change *change)
{
	for (size_t i = 0; i < change->n; i++)
		delist_change_make(change->part, &change->stores[i]);
	change->n = 0;
}

/* Lead to a unit of hosts for IPv6. */
static int
flag(struct delist_build *build, uint64_t hi)
{
	struct delist_change change = quiet_change(build, HOSTS6);
	int error;

	change.stores = change.few;
	error = delist_unit_plan_deep(build->set, &change, hi);
	do_stores(&change);
	return error;
}

static int
hosts_word(struct delist_build *build)
{
	struct delist_part *part = &build->part;
	struct delist_unit *unit = &build->unit;
	unsigned layer = part->v6 ? HOSTS6 : HOSTS4;
	uint64_t hi = unit->n > 0 ? unit->rows[0].hi : 0, word;
	struct delist_roster_row marker = {.hi = hi >> 16 << 16, .bits = 48};
	int error = unit->n > 0 ? ensure(build, unit->n) : DELIST_OK;

	if (error != DELIST_OK || unit->n == 0)
		return error;
	error = delist_unit_hosts(build->set, part, unit, layer, &word);
	if (error == DELIST_OK && !part->v6) {
		delist_part_tell_hosts(part, hi);
		delist_word64_store(part->host + 8 * (size_t)(hi >> 48), word);
	} else if (error == DELIST_OK) {
		delist_buckets_make(
		    &part->hash[HOSTS6], hi >> 16, word, 0, true);
		part->hash[HOSTS6].live++;
		error = flag(build, hi);
		if (error == DELIST_OK &&
		    delist_hosts_kind(word) != DELIST_HOSTS_MIXED)
			error = write_row(build, layer, &marker);
	}
	for (size_t i = 0; i < unit->n && error == DELIST_OK; i++)
		error = write_row(build, layer, &unit->rows[i]);
	unit->n = 0;
	return error;
}

/* The next row in order: to its list, or to the unit of hosts it is in. */
int
delist_build_row(
    struct delist_build *build, const struct delist_roster_row *row)
{
	struct delist_part *part = &build->part;
	struct delist_unit *unit = &build->unit;
	unsigned layer = delist_layer_of(part, row->bits);
	unsigned shift = 64 - part->layers[layer].unit;
	int error = DELIST_OK;

	part->count++;
	part->in_layer[layer]++;
	if (part->width == 1)
		part->uses[row->code]++;
	if (!delist_part_is_hosts(part, layer))
		return write_row(build, layer, row);
	if (unit->n > 0 && unit->rows[0].hi >> shift != row->hi >> shift)
		error = hosts_word(build);
	if (error == DELIST_OK && !delist_unit_add(build->set, unit, row))
		error = DELIST_ENOMEM;
	return error;
}

/* The rest of the words, from the lists. */
static int
plan_word(struct delist_build *build, struct delist_change *change, uint64_t hi)
{
	/* a unit has at most all rows of its list */
	int error = ensure(build, build->longest);

	if (error == DELIST_OK)
		error = delist_unit_plan(build->set, change, hi);
	if (error == DELIST_OK && change->layer == SPANS)
		error = delist_unit_plan_deep(build->set, change, hi);
	do_stores(change);
	return error;
}

/* Each unit of a list once: where a row begins, or a shorter one goes on. */
static int
plan_layer(struct delist_build *build, unsigned layer)
{
	struct delist_change change = quiet_change(build, layer);
	unsigned bits = build->part.layers[layer].unit;
	unsigned shift = 64 - bits;
	struct delist_roster_place place = {0, 0};
	uint64_t next = 0; /* the first unit that is not done */
	struct delist_roster_row row;
	int error = DELIST_OK;

	change.stores = change.few;
	while (error == DELIST_OK &&
	       delist_roster_read(&build->part.rows[layer], &place, &row)) {
		uint64_t first = row.hi >> shift, last = first;

		if (row.bits < bits)
			last |= (UINT64_C(1) << (bits - row.bits)) - 1;
		for (uint64_t unit = first > next ? first : next;
		     unit <= last && error == DELIST_OK; unit++) {
			error = plan_word(build, &change, unit << shift);
			next = unit + 1;
			if (unit == UINT64_MAX)
				break;
		}
	}
	return error;
}

/* All rows are there: the last hosts, the lists, and the words from them. */
int
delist_build_words(struct delist_build *build)
{
	int error = hosts_word(build);

	for (unsigned i = 0; i < build->part.n && error == DELIST_OK; i++)
		error = file_sheet(build, i);
	for (unsigned i = 0; i < build->part.n && error == DELIST_OK; i++)
		if (!delist_part_is_hosts(&build->part, i))
			error = plan_layer(build, i);
	return error;
}
