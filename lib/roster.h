/* SPDX-License-Identifier: ISC */
#ifndef LIB_ROSTER_H
#define LIB_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/alloc.h>

/*
 * The writer's exact list: what was put in, as it was put in
 *
 * A row is bytes: the address, as many of it as the longest prefix of the list
 * has, then the length, then the code.  Its order is that of memcmp(), which
 * is that of delist_prefix_compare(): each prefix before all that it covers.
 *
 *	| c6 33 64 | 24 | code |	198.51.100.0/24 in a list with a
 *	   key       len  1 or 4	key of 3 bytes
 *
 * Rows lie in chunks of up to 128, each as large as it must be, under an index
 * with the first row of each:
 *
 *	chunks    [ 0a.. ]   [ 2e.. ]   [ c0.. ]
 *	             |          |          |
 *	          rows ..    rows ..    rows ..
 *
 * A change replaces all rows between two keys.  It is made ready as new chunks
 * beside the old ones, and is then a few pointers, which cannot fail.
 */
enum {
	DELIST_ROSTER_KEY = 17, /* bytes of the longest key with its length */
	DELIST_ROSTER_MAX = DELIST_ROSTER_KEY + 4,
	DELIST_ROSTER_FEW = 2
};

struct delist_roster_chunk {
	uint8_t *at;
	uint64_t hi, lo; /* the first row's */
	uint16_t n;
	uint8_t bits;
};

struct delist_roster {
	unsigned key;	/* bytes of an address */
	unsigned width; /* bytes of a code */
	struct delist_roster_chunk *chunks;
	size_t n, room;
	size_t count; /* rows */
};

struct delist_roster_place {
	size_t chunk, row;
};

/* What a row says; the address is left-aligned. */
struct delist_roster_row {
	uint64_t hi, lo;
	unsigned bits;
	uint32_t code;
};

/* It points into itself, and so must stay where it is. */
struct delist_roster_change {
	size_t begin, end; /* chunks that go */
	struct delist_roster_chunk few[DELIST_ROSTER_FEW], *fresh;
	size_t n; /* chunks that come */
	size_t removed, added;
	struct delist_roster_chunk *index; /* a larger one; NULL: it has room */
	size_t room;
};

void delist_roster_fini(
    struct delist_roster *rows, const struct delist_alloc *alloc);

/* How many bytes a row has. */
size_t delist_roster_size(const struct delist_roster *rows);

/* A row as bytes; returns how many. */
size_t delist_roster_write(const struct delist_roster *rows,
    uint8_t to[DELIST_ROSTER_MAX], const struct delist_roster_row *row);

/* The first row at or behind this address and length. */
struct delist_roster_place delist_roster_seek(
    const struct delist_roster *rows, uint64_t hi, uint64_t lo, unsigned bits);

/* The same for a row; with `behind`, the first that is after it. */
struct delist_roster_place delist_roster_find(const struct delist_roster *rows,
    const struct delist_roster_row *row, bool behind);

/* What the bytes of a row say. */
void delist_roster_parse(const struct delist_roster *rows,
    struct delist_roster_row *row, const uint8_t *from);

/* The row at a place, and on to the next; false at the end. */
bool delist_roster_read(const struct delist_roster *rows,
    struct delist_roster_place *place, struct delist_roster_row *row);

bool delist_roster_get(const struct delist_roster *rows,
    struct delist_roster_row *row, uint64_t hi, uint64_t lo, unsigned bits);

/* The longest prefix of at most `bits` bits around an address. */
bool delist_roster_cover(const struct delist_roster *rows,
    struct delist_roster_row *row, uint64_t hi, uint64_t lo, unsigned bits);

/*
 * Make ready that all rows from `from` to `to`, both of them included, are
 * replaced by n rows, given as bytes and in order.  False if there is no
 * memory.  The change is then published or abandoned.
 */
bool delist_roster_prepare(struct delist_roster *rows,
    const struct delist_alloc *alloc, struct delist_roster_change *change,
    const struct delist_roster_row *from, const struct delist_roster_row *to,
    const uint8_t *fresh, size_t n);
void delist_roster_publish(struct delist_roster *rows,
    const struct delist_alloc *alloc, struct delist_roster_change *change);
void delist_roster_abandon(struct delist_roster *rows,
    const struct delist_alloc *alloc, struct delist_roster_change *change);

/* A chunk that is in no list any more. */
void delist_roster_free_chunk(const struct delist_roster *rows,
    const struct delist_alloc *alloc, struct delist_roster_chunk *chunk);

#endif
