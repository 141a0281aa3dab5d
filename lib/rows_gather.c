/* SPDX-License-Identifier: ISC */
/*
 * rows_gather.c - many rows at once
 *
 * A file has its rows in the order of their commits, and each one linked at
 * its place costs a search through memory that no cache holds.  So they are
 * gathered as they come, sorted once, and linked one behind the other.
 *
 *	gathered  c1 a1 b1 a2 c2(gone)	in the order of commits
 *	sorted	  a1 a2 b1 c1 c2(gone)	equal keys still so
 *	linked	  a2 b1
 *
 * The sort merges, for it must keep that order and have no bad case.  It
 * compares the first eight bytes of the keys as one number.
 */
#include "alloc.h"
#include "rows_row.h"

struct delist_rows_gathered {
	uint64_t head; /* of the key */
	struct delist_row *row;
};

static uint64_t
head_of(const struct delist_row *row)
{
	const char *key = delist_row_bytes(row);
	uint64_t head = 0;

	for (size_t i = 0; i < sizeof head; i++)
		head = head << 8 | (i < row->key_len ? (uint8_t)key[i] : 0);
	return head;
}

static bool
comes_behind(
    const struct delist_rows_gathered *a, const struct delist_rows_gathered *b)
{
	if (a->head != b->head)
		return a->head > b->head;
	return delist_row_compare(a->row, delist_row_key(b->row)) > 0;
}

void
delist_rows_gather(struct delist_rows *rows)
{
	rows->gathers = true;
}

int
delist_rows_gather_room(struct delist_rows *rows, size_t n)
{
	size_t room = 2 * rows->gathered_room + 64;
	void *grown;

	if (rows->gathered_n + n <= rows->gathered_room)
		return DELIST_OK;
	grown = delist_alloc_grow(&rows->alloc, rows->gathered,
	    rows->gathered_room, room, sizeof *rows->gathered);
	if (grown == NULL)
		return DELIST_ENOMEM;
	rows->gathered = grown;
	rows->gathered_room = room;
	return DELIST_OK;
}

void
delist_rows_gather_row(struct delist_rows *rows, struct delist_row *row)
{
	rows->gathered[rows->gathered_n++] =
	    (struct delist_rows_gathered){head_of(row), row};
}

static void
give_back(struct delist_rows *rows)
{
	delist_alloc_release(&rows->alloc, rows->gathered, rows->gathered_room,
	    sizeof *rows->gathered);
	rows->gathered = NULL;
	rows->gathered_n = rows->gathered_room = 0;
	rows->gathers = false;
}

void
delist_rows_drop_gathered(struct delist_rows *rows)
{
	for (size_t i = 0; i < rows->gathered_n; i++)
		delist_rows_free_row(rows, rows->gathered[i].row);
	give_back(rows);
}

/* ---- the sort ---- */

static bool
is_sorted(const struct delist_rows_gathered *at, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (comes_behind(&at[i - 1], &at[i]))
			return false;
	return true;
}

/* Two sorted stretches, from[0..half) and from[half..n), to one. */
static void
merge(struct delist_rows_gathered *to, const struct delist_rows_gathered *from,
    size_t half, size_t n)
{
	size_t a = 0, b = half;

	while (a < half && b < n)
		*to++ =
		    comes_behind(&from[a], &from[b]) ? from[b++] : from[a++];
	if (a < half)
		memcpy(to, from + a, (half - a) * sizeof *to);
	if (b < n)
		memcpy(to, from + b, (n - b) * sizeof *to);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* All stretches of `width` in from[] to stretches of twice that in to[]. */
static void
merge_all(struct delist_rows_gathered *to,
    const struct delist_rows_gathered *from, size_t width, size_t n)
{
	for (size_t i = 0; i < n; i += least(2 * width, n - i))
		merge(to + i, from + i, least(width, n - i),
		    least(2 * width, n - i));
}

/* False: there was no memory, and the order is as it was. */
static bool
sort(struct delist_rows *rows)
{
	size_t n = rows->gathered_n, room = rows->gathered_room;
	struct delist_rows_gathered *from = rows->gathered, *to, *swap;

	if (is_sorted(from, n))
		return true;
	to = delist_alloc_grow(&rows->alloc, NULL, 0, room, sizeof *to);
	if (to == NULL)
		return false;
	for (size_t width = 1; width < n; width *= 2) {
		merge_all(to, from, width, n);
		swap = from;
		from = to;
		to = swap;
	}
	rows->gathered = from;
	delist_alloc_release(&rows->alloc, to, room, sizeof *to);
	return true;
}

/* The next is another write of the same row. */
static bool
is_outdone(const struct delist_rows_gathered *at, size_t left)
{
	return left > 1 && at[0].head == at[1].head &&
	       delist_row_compare(at[0].row, delist_row_key(at[1].row)) == 0;
}

void
delist_rows_settle(struct delist_rows *rows)
{
	size_t n = rows->gathered_n;
	bool sorted = sort(rows);

	for (size_t i = 0; i < n; i++) {
		struct delist_rows_gathered *at = &rows->gathered[i];

		if (sorted && is_outdone(at, n - i))
			delist_rows_free_row(rows, at->row);
		else
			delist_rows_write_row(rows, at->row);
	}
	give_back(rows);
}
