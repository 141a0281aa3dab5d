/* SPDX-License-Identifier: ISC */
/*
 * ipset_hosts.c - what the word of a unit of hosts must be
 *
 * The word alone says which hosts are in it as long as all have one code.  A
 * host that lies in a shorter prefix of the layer must be a row, too, or the
 * prefix could not be taken out again without it.
 *
 *	rows of a unit	.4/30  .5/32	  .9/32  .200/32
 *	word		.4 .5 .6 .7	  .9     .200
 *	in the list	.4/30  .5/32
 */
#include "ipset.h"

#include <string.h>

#include "alloc.h"
#include "hosts.h"
#include "lines.h"

static bool
has_one_code(const struct delist_unit *unit)
{
	for (size_t i = 1; i < unit->n; i++)
		if (unit->rows[i].code != unit->rows[0].code)
			return false;
	return true;
}

/* ---- the word for rows ---- */

static int
mixed(struct delist_ipset *set, struct delist_part *part,
    const struct delist_unit *unit, unsigned bits, uint64_t *word)
{
	struct delist_step *steps;
	size_t n = delist_unit_steps(set, &steps, unit, bits, 0);
	int error = DELIST_ENOMEM;
	unsigned kind;
	uint32_t at;

	if (n > 0)
		error = delist_unit_lines(part, &at, &kind, steps, n);
	if (error == DELIST_OK)
		*word = (uint64_t)kind << 35 |
			(uint64_t)DELIST_HOSTS_MIXED << 32 | at;
	delist_alloc_release(
	    &set->alloc, steps, 2 * unit->n + 1, sizeof *steps);
	return error;
}

int
delist_unit_write_hosts(
    struct delist_part *part, uint64_t *bitmap, unsigned code, uint64_t *word)
{
	uint8_t bytes[DELIST_HOSTS_MOST], *block;
	uint64_t made;
	size_t n = delist_hosts_encode(bytes, &made, bitmap, code);
	uint32_t at = delist_part_take(part, &block, n);

	if (at == 0)
		return DELIST_ERANGE;
	memcpy(block, bytes, n);
	*word = made | at;
	return DELIST_OK;
}

static void
set_places(uint64_t *bitmap, unsigned first, unsigned n)
{
	if (n < 64) {
		bitmap[first / 64] |= ((UINT64_C(1) << n) - 1) << first % 64;
		return;
	}
	memset(bitmap + first / 64, 0xff, n / 8);
}

/* All have one code: places, and which rows these do not speak for. */
static void
paint_hosts(const struct delist_part *part, struct delist_unit *unit,
    unsigned bits, uint64_t *bitmap)
{
	unsigned whole = delist_part_host_bits(part), end = 0;
	size_t kept = 0;

	for (size_t i = 0; i < unit->n; i++) {
		struct delist_roster_row row = unit->rows[i];
		unsigned first = delist_place16(row.hi, bits);
		unsigned size = 65536u >> (row.bits - bits);

		set_places(bitmap, first, size);
		if (row.bits < whole || first < end)
			unit->rows[kept++] = row;
		if (row.bits < whole && first + size > end)
			end = first + size;
	}
	unit->n = kept;
}

int
delist_unit_hosts(struct delist_ipset *set, struct delist_part *part,
    struct delist_unit *unit, unsigned layer, uint64_t *word)
{
	uint64_t bitmap[DELIST_HOSTS_WORDS] = {0};
	unsigned bits = part->layers[layer].unit, code;
	int error;

	if (unit->n == 0) {
		*word = delist_part_nothing(part);
		return DELIST_OK;
	}
	if (part->width == 1 && has_one_code(unit)) {
		code = unit->rows[0].code;
		paint_hosts(part, unit, bits, bitmap);
		error = delist_unit_write_hosts(part, bitmap, code, word);
	} else {
		error = mixed(set, part, unit, bits, word);
	}
	if (error == DELIST_OK && unit->n > 0)
		*word |= DELIST_HOSTS_EXPLICIT;
	return error;
}

/* ---- the general way ---- */

/* All rows of the unit: those of the list, and what the word alone has. */
static bool
gather_all(struct delist_ipset *set, struct delist_unit *all,
    const struct delist_change *change, uint64_t hi, uint64_t word)
{
	struct delist_part *part = change->part;
	unsigned bits = part->layers[change->layer].unit;
	uint64_t start = hi >> (64 - bits) << (64 - bits);
	uint64_t bitmap[DELIST_HOSTS_WORDS] = {0};
	struct delist_unit rows = {.n = 0};
	size_t at = 0;
	bool ok = delist_unit_gather(set, &rows, change, hi);

	if (delist_hosts_kind(word) != DELIST_HOSTS_MIXED)
		delist_hosts_decode(bitmap, word,
		    delist_arena_at(&part->arena, (uint32_t)word));
	for (unsigned x = 0; ok && x < 65536; x++) {
		struct delist_roster_row row = {
		    .hi = start | (uint64_t)x << (48 - bits),
		    .bits = delist_part_host_bits(part),
		    .code = delist_hosts_code(word)};
		uint32_t code;

		if (bitmap[x / 64] >> x % 64 == 0) {
			x |= 63;
			continue;
		}
		if ((bitmap[x / 64] >> x % 64 & 1) == 0 ||
		    (row.hi == change->row.hi &&
			change->row.bits == row.bits) ||
		    !delist_part_implied(part, change->layer, row.hi, &code))
			continue;
		while (ok && at < rows.n && rows.rows[at].hi <= row.hi)
			ok = delist_unit_add(set, all, &rows.rows[at++]);
		ok = ok && delist_unit_add(set, all, &row);
	}
	while (ok && at < rows.n)
		ok = delist_unit_add(set, all, &rows.rows[at++]);
	delist_unit_fini(set, &rows);
	return ok;
}

/* Replace what the list has of the unit; `unit` has room for the marker. */
static int
plan_rows(struct delist_ipset *set, struct delist_change *change, uint64_t hi,
    struct delist_unit *unit, bool marker)
{
	unsigned bits = change->part->layers[change->layer].unit;
	struct delist_roster_row from = {
	    .hi = hi >> (64 - bits) << (64 - bits), .bits = bits};
	struct delist_roster_row to = {.hi = from.hi | ~UINT64_C(0) >> bits,
	    .lo = UINT64_MAX,
	    .bits = 255};

	if (marker) {
		if (!delist_unit_add(set, unit, &from))
			return DELIST_ENOMEM;
		memmove(unit->rows + 1, unit->rows,
		    (unit->n - 1) * sizeof *unit->rows);
		unit->rows[0] = from;
	}
	return delist_change_rows(set, change, &from, &to, unit->rows, unit->n);
}

static bool
is_marked(const struct delist_part *part, uint64_t word)
{
	return part->v6 && word != 0 && !delist_hosts_empty(word) &&
	       delist_hosts_kind(word) != DELIST_HOSTS_MIXED;
}

static int
change_all(struct delist_ipset *set, struct delist_change *change, uint64_t hi,
    uint64_t *word)
{
	struct delist_part *part = change->part;
	struct delist_unit unit = {.n = 0};
	uint64_t was = *word;
	int error = DELIST_ENOMEM;

	if (gather_all(
		set, &unit, change, hi, was != 0 ? was : DELIST_HOSTS_NONE))
		error =
		    delist_unit_hosts(set, part, &unit, change->layer, word);
	if (error == DELIST_OK &&
	    (is_marked(part, was) != is_marked(part, *word) || unit.n > 0 ||
		(was & DELIST_HOSTS_EXPLICIT)))
		error =
		    plan_rows(set, change, hi, &unit, is_marked(part, *word));
	if (error == DELIST_ENOMEM && *word != was)
		delist_unit_unwrite(part, change->layer, *word);
	delist_unit_fini(set, &unit);
	return error;
}

/* The word of the unit, with the change, and its rows in the list. */
static int
plan_word(struct delist_ipset *set, struct delist_change *change, uint64_t hi,
    uint64_t *word)
{
	uint64_t was = *word;
	int error = DELIST_OK;

	if (delist_unit_is_near(change, was))
		error = delist_unit_plan_near(set, change, word);
	else
		*word = 0;
	if (error != DELIST_OK || *word != 0)
		return error;
	*word = was;
	return change_all(set, change, hi, word);
}

int
delist_unit_plan_hosts(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi)
{
	struct delist_part *part = change->part;
	uint64_t was = delist_part_word(part, change->layer, hi);
	uint64_t deeper = was & DELIST_HOSTS_DEEPER, word = was & ~deeper;
	uint8_t *slot = part->host + 8 * (size_t)(hi >> 48);
	int error = plan_word(set, change, hi, &word);

	if (error != DELIST_OK)
		return error;
	word |= deeper;
	if (part->v6) {
		slot = delist_unit_slot(
		    part, HOSTS6, hi >> 16, delist_part_nothing(part));
		was = delist_word64(slot);
	} else {
		delist_part_tell_hosts(part, hi);
	}
	error = delist_change_store(set, change, slot, was, word);
	if (error == DELIST_OK && part->v6 && change->kind == INSERT)
		error = delist_unit_plan_deep(set, change, hi);
	return error;
}
