/* SPDX-License-Identifier: ISC */
/*
 * roster.c - the writer's exact list
 *
 * See roster.h.
 */
#include "roster.h"

#include <string.h>

#include "alloc.h"
#include "bytes.h"
#include "le.h"

size_t
delist_roster_size(const struct delist_roster *rows)
{
	return rows->key + 1 + rows->width;
}

void
delist_roster_free_chunk(const struct delist_roster *rows,
    const struct delist_alloc *alloc, struct delist_roster_chunk *chunk)
{
	delist_alloc_release(
	    alloc, chunk->at, chunk->n, delist_roster_size(rows));
}

void
delist_roster_fini(struct delist_roster *rows, const struct delist_alloc *alloc)
{
	for (size_t i = 0; i < rows->n; i++)
		delist_roster_free_chunk(rows, alloc, &rows->chunks[i]);
	delist_alloc_release(
	    alloc, rows->chunks, rows->room, sizeof *rows->chunks);
	rows->chunks = NULL;
	rows->n = rows->room = rows->count = 0;
}

/* ---- rows as bytes ---- */

size_t
delist_roster_write(const struct delist_roster *rows,
    uint8_t to[DELIST_ROSTER_MAX], const struct delist_roster_row *row)
{
	uint8_t address[16];

	delist_put_be64(address, row->hi);
	delist_put_be64(address + 8, row->lo);
	memcpy(to, address, rows->key);
	to[rows->key] = (uint8_t)row->bits;
	delist_le_code_put(to + rows->key + 1, 0, rows->width, row->code);
	return delist_roster_size(rows);
}

static void
read_key(struct delist_roster_row *row, const uint8_t *from, unsigned key)
{
	row->lo = 0;
	if (key == 3)
		row->hi = (uint64_t)(delist_be32(from) & 0xffffff00) << 32;
	else if (key == 4)
		row->hi = (uint64_t)delist_be32(from) << 32;
	else if (key == 6)
		row->hi = (uint64_t)delist_be32(from) << 32 |
			  (uint64_t)from[4] << 24 | (uint64_t)from[5] << 16;
	else
		row->hi = delist_be64(from);
	if (key == 16)
		row->lo = delist_be64(from + 8);
	row->bits = from[key];
}

void
delist_roster_parse(const struct delist_roster *rows,
    struct delist_roster_row *row, const uint8_t *from)
{
	read_key(row, from, rows->key);
	row->code = delist_le_code(from + rows->key + 1, 0, rows->width);
}

/* ---- places ---- */

static bool
before(const struct delist_roster_row *a, const struct delist_roster_row *b,
    bool or_equal)
{
	if (a->hi != b->hi)
		return a->hi < b->hi;
	if (a->lo != b->lo)
		return a->lo < b->lo;
	return or_equal ? a->bits <= b->bits : a->bits < b->bits;
}

/* What the bytes of a key would have of the address. */
static struct delist_roster_row
cut_key(const struct delist_roster *rows, const struct delist_roster_row *row)
{
	struct delist_roster_row key = *row;

	if (rows->key < 8)
		key.hi &= ~(~UINT64_C(0) >> 8 * rows->key);
	if (rows->key <= 8)
		key.lo = 0;
	return key;
}

/* The first row that is not before the key (or, with `behind`, is after). */
struct delist_roster_place
delist_roster_find(const struct delist_roster *rows,
    const struct delist_roster_row *row, bool behind)
{
	struct delist_roster_row key = cut_key(rows, row), at;
	size_t low = 0, high = rows->n, size = delist_roster_size(rows), chunk;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct delist_roster_chunk *middle = &rows->chunks[mid];

		at.hi = middle->hi;
		at.lo = middle->lo;
		at.bits = middle->bits;
		if (before(&at, &key, behind))
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return (struct delist_roster_place){0, 0};
	chunk = low - 1;
	low = 0;
	high = rows->chunks[chunk].n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		read_key(&at, rows->chunks[chunk].at + mid * size, rows->key);
		if (before(&at, &key, behind))
			low = mid + 1;
		else
			high = mid;
	}
	if (low == rows->chunks[chunk].n)
		return (struct delist_roster_place){chunk + 1, 0};
	return (struct delist_roster_place){chunk, low};
}

struct delist_roster_place
delist_roster_seek(
    const struct delist_roster *rows, uint64_t hi, uint64_t lo, unsigned bits)
{
	struct delist_roster_row row = {.hi = hi, .lo = lo, .bits = bits};

	return delist_roster_find(rows, &row, false);
}

bool
delist_roster_read(const struct delist_roster *rows,
    struct delist_roster_place *place, struct delist_roster_row *row)
{
	const struct delist_roster_chunk *chunk;

	if (place->chunk >= rows->n)
		return false;
	chunk = &rows->chunks[place->chunk];
	delist_roster_parse(
	    rows, row, chunk->at + place->row * delist_roster_size(rows));
	if (++place->row == chunk->n)
		*place = (struct delist_roster_place){place->chunk + 1, 0};
	return true;
}

bool
delist_roster_get(const struct delist_roster *rows,
    struct delist_roster_row *row, uint64_t hi, uint64_t lo, unsigned bits)
{
	struct delist_roster_place place =
	    delist_roster_seek(rows, hi, lo, bits);
	struct delist_roster_row at;

	if (!delist_roster_read(rows, &place, &at) || at.hi != hi ||
	    at.lo != lo || at.bits != bits)
		return false;
	*row = at;
	return true;
}

/* How many bits two addresses have in common. */
static unsigned
common(uint64_t ahi, uint64_t alo, uint64_t bhi, uint64_t blo)
{
	if (ahi != bhi)
		return (unsigned)__builtin_clzll(ahi ^ bhi);
	if (alo != blo)
		return 64 + (unsigned)__builtin_clzll(alo ^ blo);
	return 128;
}

static void
cut(uint64_t *hi, uint64_t *lo, unsigned bits)
{
	*hi &= bits == 0    ? 0
	       : bits >= 64 ? ~UINT64_C(0)
			    : ~(~UINT64_C(0) >> bits);
	*lo &= bits <= 64    ? 0
	       : bits >= 128 ? ~UINT64_C(0)
			     : ~(~UINT64_C(0) >> (bits - 64));
}

/*
 * The row before (address, bits) covers it, or shares only its first bits: no
 * prefix longer than those can then cover both, and so none at all.
 */
bool
delist_roster_cover(const struct delist_roster *rows,
    struct delist_roster_row *row, uint64_t hi, uint64_t lo, unsigned bits)
{
	for (;;) {
		struct delist_roster_row key = {.bits = bits}, at;
		struct delist_roster_place place;
		unsigned shared;

		cut(&hi, &lo, bits);
		key.hi = hi;
		key.lo = lo;
		place = delist_roster_find(rows, &key, true);
		if (place.row > 0)
			place.row--;
		else if (place.chunk > 0)
			place = (struct delist_roster_place){place.chunk - 1,
			    rows->chunks[place.chunk - 1].n - 1u};
		else
			return false;
		delist_roster_read(rows, &place, &at);
		shared = common(hi, lo, at.hi, at.lo);
		if (at.bits <= bits && at.bits <= shared) {
			*row = at;
			return true;
		}
		if (shared >= bits) {
			/* the same address, but longer: not before `bits` */
			if (bits == 0)
				return false;
			shared = bits - 1;
		}
		bits = shared;
	}
}
