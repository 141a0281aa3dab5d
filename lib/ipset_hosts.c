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

static unsigned
host_bits(const struct delist_part *part)
{
	return part->v6 ? 64 : 32;
}

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

static int
write_hosts(
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
	unsigned whole = host_bits(part), end = 0;
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
		error = write_hosts(part, bitmap, code, word);
	} else {
		error = mixed(set, part, unit, bits, word);
	}
	if (error == DELIST_OK && unit->n > 0)
		*word |= DELIST_HOSTS_EXPLICIT;
	return error;
}

/* ---- one host more or less ---- */

static bool
is_plain(uint64_t word)
{
	return !delist_hosts_empty(word) && !(word & DELIST_HOSTS_EXPLICIT) &&
	       delist_hosts_kind(word) != DELIST_HOSTS_MIXED;
}

/* Whether the word alone has what the change is about. */
static bool
is_simple(const struct delist_change *change, uint64_t word)
{
	return is_plain(word) && change->row.bits == host_bits(change->part) &&
	       (change->kind == REMOVE ||
		   change->row.code == delist_hosts_code(word));
}

/* The same in any form, through a bitmap.  0 in *word: it would be empty. */
static int
flip(const struct delist_change *change, unsigned x, uint64_t *word)
{
	struct delist_part *part = change->part;
	uint64_t bitmap[DELIST_HOSTS_WORDS] = {0}, left = 0;
	uint64_t was = *word, bit = UINT64_C(1) << x % 64;

	delist_hosts_decode(
	    bitmap, was, delist_arena_at(&part->arena, (uint32_t)was));
	if (change->kind == INSERT)
		bitmap[x / 64] |= bit;
	else
		bitmap[x / 64] &= ~bit;
	for (unsigned i = 0; i < DELIST_HOSTS_WORDS; i++)
		left |= bitmap[i];
	*word = 0;
	if (left == 0)
		return DELIST_OK;
	return write_hosts(part, bitmap, delist_hosts_code(was), word);
}

static int
change_simple(const struct delist_change *change, uint64_t *word)
{
	struct delist_part *part = change->part;
	unsigned bits = part->layers[change->layer].unit;
	unsigned x = delist_place16(change->row.hi, bits);
	const uint8_t *block = delist_arena_at(&part->arena, (uint32_t)*word);
	size_t n = delist_hosts_bytes(*word, block);
	bool setting = change->kind == INSERT;
	uint8_t *copy;
	uint64_t made;
	uint32_t at;

	if (delist_hosts_kind(*word) != DELIST_HOSTS_ONE &&
	    delist_hosts_kind(*word) != DELIST_HOSTS_TWO)
		return flip(change, x, word);
	/* a byte more in either case: the copy is made in one go */
	at = delist_part_take(part, &copy, setting ? n + 1 : n - 1);
	if (at == 0)
		return DELIST_ERANGE;
	if (delist_hosts_with(copy, &made, *word, block, x, setting) == 0) {
		delist_arena_give(&part->arena, at,
		    delist_arena_units(setting ? n + 1 : n - 1));
		return flip(change, x, word);
	}
	*word = made | at;
	return DELIST_OK;
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
		    .bits = host_bits(part),
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

/* Replace what the list has of the unit. */
static int
plan_rows(struct delist_ipset *set, struct delist_change *change, uint64_t hi,
    const struct delist_unit *unit, bool marker)
{
	struct delist_part *part = change->part;
	struct delist_roster *rows = &part->rows[change->layer];
	unsigned bits = part->layers[change->layer].unit;
	struct delist_roster_row from = {
	    .hi = hi >> (64 - bits) << (64 - bits), .bits = bits};
	struct delist_roster_row to = {.hi = from.hi | ~UINT64_C(0) >> bits,
	    .lo = UINT64_MAX,
	    .bits = 255};
	size_t size = rows->key + 1 + rows->width, n = 0;
	uint8_t *bytes = delist_alloc_grow(
	    &set->alloc, NULL, 0, unit->n + 1, DELIST_ROSTER_MAX);
	bool ok;

	if (bytes == NULL)
		return DELIST_ENOMEM;
	if (marker)
		delist_roster_write(rows, bytes + size * n++, &from);
	for (size_t i = 0; i < unit->n; i++)
		delist_roster_write(rows, bytes + size * n++, &unit->rows[i]);
	ok = delist_roster_prepare(
	    rows, &set->alloc, &change->rows, &from, &to, bytes, n);
	change->rows_change = ok;
	delist_alloc_release(
	    &set->alloc, bytes, unit->n + 1, DELIST_ROSTER_MAX);
	return ok ? DELIST_OK : DELIST_ENOMEM;
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
	if (error == DELIST_ENOMEM && *word != was) {
		uint32_t units,
		    at = delist_part_block(part, change->layer, *word, &units);

		if (units != 0)
			delist_arena_give(&part->arena, at, units);
	}
	delist_unit_fini(set, &unit);
	return error;
}

int
delist_unit_plan_hosts(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi)
{
	struct delist_part *part = change->part;
	uint64_t was = delist_part_word(part, change->layer, hi), word = was;
	uint64_t deeper = was & DELIST_HOSTS_DEEPER;
	uint8_t *slot = part->host + 8 * (size_t)(hi >> 48);
	int error = DELIST_OK;

	word &= ~DELIST_HOSTS_DEEPER;
	if (was != 0 && is_simple(change, word))
		error = change_simple(change, &word);
	else
		word = 0;
	if (error == DELIST_OK && word == 0) {
		word = was & ~DELIST_HOSTS_DEEPER;
		error = change_all(set, change, hi, &word);
	}
	if (error != DELIST_OK)
		return error;
	word |= deeper;
	if (part->v6) {
		slot = delist_buckets_make(&part->hash[HOSTS6], hi >> 16,
			   delist_part_nothing(part), 0, true) +
		       8;
		was = delist_word64(slot);
	}
	error = delist_change_store(set, change, slot, was, word);
	if (error == DELIST_OK && part->v6 && change->kind == INSERT)
		error = delist_unit_plan_deep(set, change, hi);
	return error;
}
