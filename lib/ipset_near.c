/* SPDX-License-Identifier: ISC */
/*
 * ipset_near.c - one prefix more or less among hosts that have one code
 *
 * What the prefix has is its range.  As long as all of the unit keeps one code,
 * nothing outside of the range changes:
 *
 *	inside a shorter row	the range stays taken; a row comes or goes
 *	a host			its place is taken or not
 *	another that comes	all of the range is taken, and hosts in it that
 *				the word alone told are rows from now on
 *	another that goes	taken is what the rows in the range have; a host
 *				that none of them is around is no row any more
 */
#include "ipset.h"

#include <string.h>

#include "alloc.h"
#include "hosts.h"

/* A prefix, and the places that it has in its unit. */
struct range {
	struct delist_roster_row row;
	uint64_t last; /* address */
	unsigned first, n;
};

bool
delist_unit_is_near(const struct delist_change *change, uint64_t word)
{
	return word != 0 && change->part->width == 1 &&
	       !delist_hosts_empty(word) &&
	       delist_hosts_kind(word) != DELIST_HOSTS_MIXED &&
	       (change->kind == REMOVE ||
		   change->row.code == delist_hosts_code(word));
}

/* ---- the word ---- */

static bool
is_taken(const uint64_t *bitmap, unsigned x)
{
	return bitmap[x / 64] >> x % 64 & 1;
}

/* A block for the bitmap, and its word; 0 if nothing is left of the unit. */
static int
write_word(struct delist_part *part, uint64_t *bitmap, uint64_t *word)
{
	unsigned code = delist_hosts_code(*word);

	*word = 0;
	for (unsigned i = 0; i < DELIST_HOSTS_WORDS; i++)
		if (bitmap[i] != 0)
			return delist_unit_write_hosts(
			    part, bitmap, code, word);
	return DELIST_OK;
}

static void
read_word(const struct delist_part *part, uint64_t *bitmap, uint64_t word)
{
	memset(bitmap, 0, DELIST_HOSTS_WORDS * sizeof *bitmap);
	delist_hosts_decode(
	    bitmap, word, delist_arena_at(&part->arena, (uint32_t)word));
}

/* One place, in any form. */
static int
flip(struct delist_part *part, unsigned x, uint64_t *word)
{
	uint64_t bitmap[DELIST_HOSTS_WORDS];

	read_word(part, bitmap, *word);
	bitmap[x / 64] ^= UINT64_C(1) << x % 64;
	return write_word(part, bitmap, word);
}

/* One place, in a copy of the block where that is enough. */
static int
change_host(struct delist_part *part, unsigned x, bool setting, uint64_t *word)
{
	const uint8_t *block = delist_arena_at(&part->arena, (uint32_t)*word);
	size_t n = delist_hosts_bytes(*word, block);
	uint8_t *copy;
	uint64_t made;
	uint32_t at;

	if (delist_hosts_kind(*word) != DELIST_HOSTS_ONE &&
	    delist_hosts_kind(*word) != DELIST_HOSTS_TWO)
		return flip(part, x, word);
	n = setting ? n + 1 : n - 1;
	at = delist_part_take(part, &copy, n);
	if (at == 0)
		return DELIST_ERANGE;
	if (delist_hosts_with(copy, &made, *word, block, x, setting) == 0) {
		delist_arena_give(&part->arena, at, delist_arena_units(n));
		return flip(part, x, word);
	}
	*word = made | at;
	return DELIST_OK;
}

/* ---- the rows in the range ---- */

/*
 * What is in the range: rows of the list but for the prefix itself, and, if it
 * comes, the hosts that the word alone tells.
 */
static bool
gather(struct delist_ipset *set, const struct delist_change *change,
    const struct range *range, const uint64_t *bitmap,
    struct delist_unit *inside)
{
	const struct delist_part *part = change->part;
	const struct delist_roster *rows = &part->rows[change->layer];
	unsigned whole = delist_part_host_bits(part), end = range->first;
	unsigned past = range->first + range->n;
	struct delist_roster_place place =
	    delist_roster_seek(rows, range->row.hi, 0, range->row.bits + 1);
	struct delist_roster_row at;
	bool more, ok = true;

	do {
		unsigned x = past;

		more = delist_roster_read(rows, &place, &at) &&
		       at.hi <= range->last;
		if (more)
			x = delist_place16(at.hi, whole - 16);
		for (; end < x && ok; end++) {
			struct delist_roster_row host = range->row;

			host.hi += (uint64_t)(end - range->first)
				   << (64 - whole);
			host.bits = whole;
			if (change->kind == INSERT && is_taken(bitmap, end))
				ok = delist_unit_add(set, inside, &host);
		}
		if (more && x + (1u << (whole - at.bits)) > end)
			end = x + (1u << (whole - at.bits));
		ok = ok && (!more || delist_unit_add(set, inside, &at));
	} while (more && ok);
	return ok;
}

/* Take the range's places; the rows that must be in the list stay in it. */
static void
paint(const struct delist_part *part, const struct range *range,
    struct delist_unit *unit, uint64_t *bitmap)
{
	unsigned whole = delist_part_host_bits(part), end = 0;
	size_t kept = 0;

	for (unsigned x = range->first; x < range->first + range->n; x++)
		bitmap[x / 64] &= ~(UINT64_C(1) << x % 64);
	for (size_t i = 0; i < unit->n; i++) {
		struct delist_roster_row row = unit->rows[i];
		unsigned x = delist_place16(row.hi, whole - 16);
		unsigned past = x + (1u << (whole - row.bits));

		if (row.bits < whole || x < end)
			unit->rows[kept++] = row;
		if (row.bits < whole && past > end)
			end = past;
		for (; x < past; x++)
			bitmap[x / 64] |= UINT64_C(1) << x % 64;
	}
	unit->n = kept;
}

/* Whether the list has a row in the unit that is not in the range. */
static bool
has_others(
    const struct delist_part *part, unsigned layer, const struct range *range)
{
	const struct delist_roster *rows = &part->rows[layer];
	unsigned bits = part->layers[layer].unit;
	uint64_t start = range->row.hi >> (64 - bits) << (64 - bits);
	struct delist_roster_place place =
	    delist_roster_seek(rows, start, 0, bits + 1);
	struct delist_roster_row at;

	if (delist_roster_read(rows, &place, &at) && at.hi < range->row.hi)
		return true;
	place = delist_roster_seek(rows, range->last, UINT64_MAX, 255);
	return delist_roster_read(rows, &place, &at) &&
	       (at.hi ^ start) >> (64 - bits) == 0 && at.bits > bits;
}

static int
change_range(struct delist_ipset *set, struct delist_change *change,
    const struct range *range, uint64_t *word)
{
	struct delist_part *part = change->part;
	struct delist_roster_row to = {
	    .hi = range->last, .lo = UINT64_MAX, .bits = 255};
	uint64_t bitmap[DELIST_HOSTS_WORDS];
	struct delist_unit unit = {.n = 0};
	uint64_t explicit = 0;
	int error = DELIST_ENOMEM;
	bool ok = true;

	read_word(part, bitmap, *word);
	if (change->kind == INSERT)
		ok = delist_unit_add(set, &unit, &range->row);
	if (ok && gather(set, change, range, bitmap, &unit)) {
		paint(part, range, &unit, bitmap);
		if (unit.n > 0 || has_others(part, change->layer, range))
			explicit = DELIST_HOSTS_EXPLICIT;
		error = write_word(part, bitmap, word);
	}
	if (error == DELIST_OK && *word != 0) {
		*word |= explicit;
		error = delist_change_rows(
		    set, change, &range->row, &to, unit.rows, unit.n);
		if (error != DELIST_OK)
			delist_unit_unwrite(part, change->layer, *word);
	}
	delist_unit_fini(set, &unit);
	return error;
}

int
delist_unit_plan_near(
    struct delist_ipset *set, struct delist_change *change, uint64_t *word)
{
	struct delist_part *part = change->part;
	const struct delist_layer *layer = &part->layers[change->layer];
	unsigned whole = delist_part_host_bits(part);
	const struct delist_roster_row *row = &change->row;
	struct range range = {.row = *row,
	    .first = delist_place16(row->hi, layer->unit),
	    .n = 1u << (whole - row->bits)};
	uint64_t explicit = *word & DELIST_HOSTS_EXPLICIT;
	struct delist_roster_row outer;
	int error;

	range.last = row->hi + ((uint64_t)(range.n - 1) << (64 - whole));
	if (explicit != 0 &&
	    delist_roster_cover(&part->rows[change->layer], &outer, row->hi, 0,
		row->bits - 1) &&
	    outer.bits >= layer->least)
		return delist_change_rows(
		    set, change, row, row, row, change->kind == INSERT);
	if (range.n > 1)
		return change_range(set, change, &range, word);
	error = change_host(part, range.first, change->kind == INSERT, word);
	if (error == DELIST_OK && *word != 0)
		*word |= explicit;
	return error;
}
