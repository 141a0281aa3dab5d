/* SPDX-License-Identifier: ISC */
/*
 * ipset_ask.c - what is exactly in a set: get, cover, next, count
 *
 * These belong to the writer.  They read the rows, and for hosts that are no
 * rows the words.
 */
#include "ipset.h"

#include <string.h>

#include "hosts.h"

static unsigned
hosts_layer(const struct delist_part *part)
{
	return part->v6 ? HOSTS6 : HOSTS4;
}

/* Whether the word alone tells which hosts are there. */
static bool
tells(uint64_t word)
{
	return word != 0 && !delist_hosts_empty(word) &&
	       delist_hosts_kind(word) != DELIST_HOSTS_MIXED;
}

bool
delist_part_implied(
    const struct delist_part *part, unsigned layer, uint64_t hi, uint32_t *code)
{
	const struct delist_layer *at = &part->layers[layer];
	uint64_t word = delist_part_word(part, layer, hi);
	struct delist_roster_row row;
	uint32_t found;

	if (!tells(word))
		return false;
	found = delist_hosts_find(
	    part->arena.base, word, delist_place16(hi, at->unit));
	if (found == 0 || ((word & DELIST_HOSTS_EXPLICIT) &&
			      delist_roster_cover(
				  &part->rows[layer], &row, hi, 0, at->most) &&
			      row.bits >= at->least))
		return false;
	*code = found;
	return true;
}

uint32_t
delist_part_get(const struct delist_part *part, unsigned layer,
    const struct delist_roster_row *row)
{
	struct delist_roster_row at;
	uint32_t code;
	bool host = delist_part_is_hosts(part, layer) &&
		    row->bits == delist_part_host_bits(part);

	if (part->view == NULL)
		return 0;
	if (host && delist_part_implied(part, layer, row->hi, &code))
		return code;
	return delist_roster_get(
		   &part->rows[layer], &at, row->hi, row->lo, row->bits)
		   ? at.code
		   : 0;
}

bool
delist_ipset_get(const struct delist_ipset *set, uint32_t *tag,
    const struct delist_prefix *prefix)
{
	const struct delist_part *part;
	struct delist_roster_row row;
	uint32_t code;

	if (!delist_prefix_valid(prefix))
		return false;
	part = &set->part[prefix->addr.family == DELIST_INET6];
	row = delist_row_of(prefix);
	code = delist_part_get(part, delist_layer_of(part, row.bits), &row);
	if (code == 0)
		return false;
	*tag = delist_part_tag(part, code);
	return true;
}

/* ---- cover ---- */

static bool
cover_layer(const struct delist_part *part, unsigned layer,
    const struct delist_roster_row *addr, struct delist_roster_row *row)
{
	const struct delist_layer *at = &part->layers[layer];
	uint32_t code;

	if (delist_part_is_hosts(part, layer) &&
	    delist_part_implied(part, layer, addr->hi, &code)) {
		*row = (struct delist_roster_row){.hi = addr->hi,
		    .bits = delist_part_host_bits(part),
		    .code = code};
		return true;
	}
	return delist_roster_cover(
		   &part->rows[layer], row, addr->hi, addr->lo, at->most) &&
	       row->bits >= at->least;
}

bool
delist_ipset_cover(const struct delist_ipset *set, struct delist_prefix *prefix,
    uint32_t *tag, const struct delist_addr *addr)
{
	struct delist_prefix whole = {.addr = *addr};
	const struct delist_part *part;
	struct delist_roster_row key, row;

	if (addr->family == DELIST_INET6)
		whole.addr = delist_addr_from6(addr->bytes);
	else if (addr->family != DELIST_INET4)
		return false;
	part = &set->part[whole.addr.family == DELIST_INET6];
	key = delist_row_of(&whole);
	for (unsigned layer = part->view != NULL ? part->n : 0; layer-- > 0;) {
		if (!cover_layer(part, layer, &key, &row))
			continue;
		*prefix = delist_row_prefix(part, &row);
		*tag = delist_part_tag(part, row.code);
		return true;
	}
	return false;
}

/* ---- walking ---- */

static bool
before(const struct delist_roster_row *a, const struct delist_roster_row *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi;
	if (a->lo != b->lo)
		return a->lo < b->lo;
	return a->bits < b->bits;
}

/* The first row of a layer behind `row`, if its address is at most `last`. */
static bool
next_row(const struct delist_part *part, unsigned layer,
    const struct delist_roster_row *row, uint64_t last,
    struct delist_roster_row *next)
{
	const struct delist_layer *at = &part->layers[layer];
	/* what the keys of this layer cut off may lie before the address */
	struct delist_roster_place place =
	    delist_roster_seek(&part->rows[layer], row->hi, row->lo, 0);

	while (delist_roster_read(&part->rows[layer], &place, next) &&
	       next->hi <= last)
		if (next->bits >= at->least && before(row, next))
			return true;
	return false;
}

/* The first host at or behind an address, in a unit that tells its hosts. */
static bool
host_in_unit(const struct delist_part *part, uint64_t hi, uint64_t word,
    struct delist_roster_row *next)
{
	unsigned layer = hosts_layer(part);
	unsigned unit = part->layers[layer].unit;
	uint64_t start = hi >> (64 - unit) << (64 - unit);
	uint64_t bitmap[DELIST_HOSTS_WORDS] = {0};

	delist_hosts_decode(
	    bitmap, word, delist_arena_at(&part->arena, (uint32_t)word));
	for (unsigned x = delist_place16(hi, unit); x < 65536; x++) {
		uint32_t code;

		if (bitmap[x / 64] >> x % 64 == 0) {
			x |= 63;
			continue;
		}
		next->hi = start | (uint64_t)x << (48 - unit);
		if ((bitmap[x / 64] >> x % 64 & 1) == 0 ||
		    !delist_part_implied(part, layer, next->hi, &code))
			continue;
		next->lo = 0;
		next->bits = delist_part_host_bits(part);
		next->code = code;
		return true;
	}
	return false;
}

static bool
next_host4(const struct delist_part *part, uint64_t hi, uint64_t last,
    struct delist_roster_row *next)
{
	for (uint64_t unit = hi >> 48; unit <= last >> 48; unit++) {
		uint64_t from = unit == hi >> 48 ? hi : unit << 48;
		uint64_t word = delist_part_word(part, HOSTS4, from);

		if (tells(word) && host_in_unit(part, from, word, next))
			return true;
	}
	return false;
}

/*
 * For IPv6 a row of 48 bits says that its unit has hosts; rows in between are
 * as good an answer.
 */
static bool
next_host6(const struct delist_part *part, const struct delist_roster_row *row,
    uint64_t hi, uint64_t last, struct delist_roster_row *next)
{
	struct delist_roster_place place =
	    delist_roster_seek(&part->rows[HOSTS6], hi >> 16 << 16, 0, 48);
	struct delist_roster_row at;
	bool found = false;

	while (delist_roster_read(&part->rows[HOSTS6], &place, &at) &&
	       at.hi <= (found ? next->hi : last)) {
		uint64_t from = at.hi > hi ? at.hi : hi;

		if (at.bits > 48 && before(row, &at)) {
			if (!found || before(&at, next))
				*next = at;
			return true;
		}
		if (at.bits == 48 && !found)
			found = host_in_unit(part, from,
			    delist_part_word(part, HOSTS6, from), next);
	}
	return found;
}

/* The first host behind a row, if its address is at most about `last`. */
static bool
next_host(const struct delist_part *part, const struct delist_roster_row *row,
    uint64_t last, struct delist_roster_row *next)
{
	uint64_t hi = row->hi, step = UINT64_C(1)
				      << (64 - delist_part_host_bits(part));

	/* behind the host itself, and behind all that is inside it */
	if (row->bits >= delist_part_host_bits(part)) {
		if (hi > UINT64_MAX - step)
			return false;
		hi += step;
	}
	if (part->v6)
		return next_host6(part, row, hi, last, next);
	return part->host != NULL && next_host4(part, hi, last, next);
}

/* The hosts come last: to look for one may be long, and is so bounded. */
bool
delist_part_next(const struct delist_part *part, struct delist_roster_row *row)
{
	struct delist_roster_row best = {.hi = UINT64_MAX}, next;
	bool found = false;

	if (part->view == NULL)
		return false;
	for (unsigned layer = 0; layer < part->n; layer++) {
		if ((part->v6 && layer == HOSTS6) ||
		    !next_row(part, layer, row, best.hi, &next) ||
		    (found && !before(&next, &best)))
			continue;
		best = next;
		found = true;
	}
	if (next_host(part, row, best.hi, &next) &&
	    (!found || before(&next, &best))) {
		best = next;
		found = true;
	}
	if (found)
		*row = best;
	return found;
}

/* The prefix of all zeros is behind "nothing", so it is asked for itself. */
bool
delist_part_first(const struct delist_part *part, struct delist_roster_row *row)
{
	*row = (struct delist_roster_row){.bits = 0};
	row->code = delist_part_get(part, RUNS, row);
	return row->code != 0 || delist_part_next(part, row);
}

bool
delist_ipset_next(
    const struct delist_ipset *set, struct delist_prefix *prefix, uint32_t *tag)
{
	bool begin = prefix->addr.family == DELIST_NOADDR, found = false;
	const struct delist_part *part = &set->part[0];
	struct delist_roster_row row = delist_row_of(prefix);

	if (!begin && !delist_prefix_valid(prefix))
		return false;
	if (begin)
		found = delist_part_first(part, &row);
	else if (prefix->addr.family == DELIST_INET4)
		found = delist_part_next(part, &row);
	if (!found) {
		part = &set->part[1];
		found = prefix->addr.family == DELIST_INET6
			    ? delist_part_next(part, &row)
			    : delist_part_first(part, &row);
	}
	if (!found)
		return false;
	*prefix = delist_row_prefix(part, &row);
	*tag = delist_part_tag(part, row.code);
	return true;
}

size_t
delist_ipset_count(const struct delist_ipset *set)
{
	return set->part[0].count + set->part[1].count;
}
