/* SPDX-License-Identifier: ISC */
/*
 * ipset_deal6.c - IPv6 entries in order
 *
 * All at once, a byte of the length or the address at a time, from the last to
 * the first; a byte that all have in common costs no copy.
 */
#include "ipset_build.h"

#include "alloc.h"

enum {
	PASSES = 17
};

static bool
belongs(const struct delist_ipset_entry *entry)
{
	return entry->prefix.addr.family == DELIST_INET6;
}

static int
read_rows(struct delist_build *build, struct delist_roster_row *rows)
{
	for (size_t i = 0; i < build->n; i++) {
		const struct delist_ipset_entry *entry = &build->entries[i];

		if (!belongs(entry))
			continue;
		*rows = delist_row_of(&entry->prefix);
		rows->code = delist_build_code(build, entry->tag);
		if (rows->code == 0)
			return DELIST_ERANGE;
		rows++;
	}
	return DELIST_OK;
}

static unsigned
byte_of(const struct delist_roster_row *row, unsigned pass)
{
	if (pass == 0)
		return row->bits;
	return (unsigned)((pass <= 8 ? row->lo : row->hi) >>
			  (pass - 1) % 8 * 8) &
	       255;
}

/* The result is in one of the two. */
static struct delist_roster_row *
sort(struct delist_roster_row *rows, struct delist_roster_row *spare, size_t n)
{
	for (unsigned pass = 0; pass < PASSES; pass++) {
		uint32_t counts[256] = {0};
		struct delist_roster_row *sorted = spare;

		for (size_t i = 0; i < n; i++)
			counts[byte_of(&rows[i], pass)]++;
		if (counts[byte_of(&rows[0], pass)] == n)
			continue;
		delist_build_sum(counts);
		for (size_t i = 0; i < n; i++)
			spare[counts[byte_of(&rows[i], pass)]++] = rows[i];
		spare = rows;
		rows = sorted;
	}
	return rows;
}

/* Of equals the last counts. */
static size_t
drop_doubles(struct delist_roster_row *rows, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && rows[kept - 1].hi == rows[i].hi &&
		    rows[kept - 1].lo == rows[i].lo &&
		    rows[kept - 1].bits == rows[i].bits)
			kept--;
		rows[kept++] = rows[i];
	}
	return kept;
}

/* How many units of a layer, and of the layers below it, sorted rows touch. */
static size_t
count_units(const struct delist_part *part,
    const struct delist_roster_row *rows, size_t n, unsigned layer)
{
	const struct delist_layer *at = &part->layers[layer];
	uint64_t last = 0;
	size_t units = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t first = rows[i].hi >> (64 - at->unit), end = first;

		if (rows[i].bits < at->least)
			continue;
		if (rows[i].bits < at->unit)
			end |= (UINT64_C(1) << (at->unit - rows[i].bits)) - 1;
		if (units > 0 && first <= last)
			first = last + 1;
		if (units > 0 && end <= last)
			continue;
		units += (size_t)(end - first) + 1;
		last = end;
	}
	return units;
}

static int
hand_over(
    struct delist_build *build, const struct delist_roster_row *rows, size_t n)
{
	int error = DELIST_OK;

	for (unsigned i = LINES; i < LAYERS; i++) {
		size_t units = count_units(&build->part, rows, n, i);

		if (units > 0)
			error = delist_part_open_layer(
			    build->set, &build->part, i, units);
		if (error != DELIST_OK)
			return error;
	}
	build->longest = n;
	for (size_t i = 0; i < n && error == DELIST_OK; i++)
		error = delist_build_row(build, &rows[i]);
	return error;
}

int
delist_build_deal6(struct delist_build *build)
{
	const struct delist_alloc *alloc = &build->set->alloc;
	struct delist_roster_row *rows, *spare;
	size_t n = 0;
	int error = DELIST_ENOMEM;

	for (size_t i = 0; i < build->n; i++)
		n += belongs(&build->entries[i]);
	if (n > UINT32_MAX)
		return DELIST_ENOMEM;
	rows = delist_alloc_grow(alloc, NULL, 0, n + 1, sizeof *rows);
	spare = delist_alloc_grow(alloc, NULL, 0, n + 1, sizeof *spare);
	if (rows != NULL && spare != NULL)
		error = read_rows(build, rows);
	if (error == DELIST_OK) {
		struct delist_roster_row *sorted = sort(rows, spare, n);

		delist_build_begin(build);
		error = hand_over(build, sorted, drop_doubles(sorted, n));
	}
	delist_alloc_release(alloc, rows, n + 1, sizeof *rows);
	delist_alloc_release(alloc, spare, n + 1, sizeof *spare);
	return error;
}
