/* SPDX-License-Identifier: ISC */
/*
 * rows.c - rows in memory, in order
 *
 * A skip list: every row is on level 0, one in four also on the level
 * above, and so on.
 *
 *	level 2  head ----------------------------> d ----------> .
 *	level 1  head ----------> b --------------> d ----------> .
 *	level 0  head --> a ----> b ----> c ------> d ----> e --> .
 *
 * How high a row stands is drawn from a counter that is hashed, so a store
 * that is fed the same rows has the same shape.  A row in place is never
 * changed: a write links a new one and takes the old one out.  With that a
 * commit allocates all of its rows first, which can fail, and links them
 * afterwards, which cannot.  A deletion is a row as well, one that is gone.
 *
 * Rows that come in order, as from a file that was written in order, are
 * linked at the end without a search.
 *
 * A balanced tree would bound the worst case, which nobody can bring about
 * here: heights do not depend on keys.
 */
#include "rows.h"

#include <string.h>

#include "rows_row.h"

/* Where rows are linked from: the last link before a key, on each level. */
struct place {
	struct delist_row **link[DELIST_ROWS_LEVELS];
};

/*
 * The first row that is not before `key` (or, with `behind`, the first that
 * is after it).
 */
static struct delist_row *
seek(const struct delist_rows *rows, struct delist_text key, bool behind)
{
	struct delist_row *const *links = rows->head;

	for (unsigned level = DELIST_ROWS_LEVELS; level-- > 0;)
		while (links[level] != NULL &&
		       delist_row_compare(links[level], key) < (behind ? 1 : 0))
			links = links[level]->next;
	return links[0];
}

/* The same for a key that may be written: its place goes to *place. */
static struct delist_row *
seek_place(
    struct delist_rows *rows, struct place *place, struct delist_text key)
{
	struct delist_row **links = rows->head;

	if (rows->last != NULL && delist_row_compare(rows->last, key) < 0) {
		memcpy(place->link, rows->end, sizeof place->link);
		return NULL;
	}
	for (unsigned level = DELIST_ROWS_LEVELS; level-- > 0;) {
		while (links[level] != NULL &&
		       delist_row_compare(links[level], key) < 0)
			links = links[level]->next;
		place->link[level] = &links[level];
	}
	return links[0];
}

/* 1 with three chances in four, 2 with three in four of the rest, ... */
static unsigned
draw_height(struct delist_rows *rows)
{
	uint64_t bits = ++rows->drawn * 0x9e3779b97f4a7c15;
	unsigned height = 1;

	bits ^= bits >> 32;
	for (; height < DELIST_ROWS_LEVELS && (bits & 3) == 0; bits >>= 2)
		height++;
	return height;
}

void
delist_rows_free_row(struct delist_rows *rows, struct delist_row *row)
{
	delist_alloc_release(&rows->alloc, row, 1, delist_row_size(row));
}

static void
unlink_row(
    struct delist_rows *rows, struct delist_row *row, struct place *place)
{
	for (unsigned level = 0; level < row->height; level++) {
		*place->link[level] = row->next[level];
		if (row->next[level] == NULL)
			rows->end[level] = place->link[level];
	}
	if (rows->last == row)
		rows->last = NULL;
	if (rows->shown == row)
		rows->shown = NULL;
	rows->count--;
	rows->bytes -= (uint64_t)row->key_len + row->value_len;
	delist_rows_free_row(rows, row);
}

static void
link_row(struct delist_rows *rows, struct delist_row *row, struct place *place)
{
	for (unsigned level = 0; level < row->height; level++) {
		row->next[level] = *place->link[level];
		*place->link[level] = row;
		if (row->next[level] == NULL)
			rows->end[level] = &row->next[level];
	}
	if (row->next[0] == NULL)
		rows->last = row;
	rows->count++;
	rows->bytes += (uint64_t)row->key_len + row->value_len;
}

/* Put `row` in the place of its key, or only make that place empty. */
void
delist_rows_write_row(struct delist_rows *rows, struct delist_row *row)
{
	struct place place;
	struct delist_row *old = seek_place(rows, &place, delist_row_key(row));

	if (old != NULL && delist_row_compare(old, delist_row_key(row)) == 0)
		unlink_row(rows, old, &place);
	if (row->gone)
		delist_rows_free_row(rows, row);
	else
		link_row(rows, row, &place);
}

void
delist_rows_init(struct delist_rows *rows, const struct delist_alloc *alloc)
{
	*rows = (struct delist_rows){.alloc = *alloc};
	for (unsigned level = 0; level < DELIST_ROWS_LEVELS; level++)
		rows->end[level] = &rows->head[level];
}

void
delist_rows_fini(struct delist_rows *rows)
{
	struct delist_row *row, *after;

	for (row = rows->head[0]; row != NULL; row = after) {
		after = row->next[0];
		delist_rows_free_row(rows, row);
	}
	delist_rows_drop_gathered(rows);
}

/* ---- batches ---- */

int
delist_rows_add(struct delist_rows_batch *batch, struct delist_rows *rows,
    bool gone, struct delist_text key, struct delist_text value)
{
	unsigned height = gone ? 0 : draw_height(rows);
	struct delist_row head = {.value_len = (uint16_t)value.len,
	    .key_len = (uint8_t)key.len,
	    .height = (uint8_t)height,
	    .gone = gone};
	struct delist_row *row =
	    delist_alloc_zeroed(&rows->alloc, 1, delist_row_size(&head));
	char *at;

	if (row == NULL)
		return DELIST_ENOMEM;
	*row = head;
	if (rows->gathers &&
	    delist_rows_gather_room(rows, batch->count + 1) != DELIST_OK) {
		delist_rows_free_row(rows, row);
		return DELIST_ENOMEM;
	}
	at = (char *)(row->next + height);
	memcpy(at, key.at, key.len);
	if (value.len != 0)
		memcpy(at + key.len, value.at, value.len);
	batch->row[batch->count++] = row;
	return DELIST_OK;
}

void
delist_rows_write(
    struct delist_rows *rows, struct delist_rows_batch *batch, uint64_t version)
{
	for (size_t i = 0; i < batch->count; i++) {
		batch->row[i]->version = version;
		if (rows->gathers)
			delist_rows_gather_row(rows, batch->row[i]);
		else
			delist_rows_write_row(rows, batch->row[i]);
	}
	batch->count = 0;
}

void
delist_rows_drop(struct delist_rows *rows, struct delist_rows_batch *batch)
{
	while (batch->count > 0)
		delist_rows_free_row(rows, batch->row[--batch->count]);
}

/* ---- questions ---- */

static void
show(struct delist_store_row *out, const struct delist_row *row)
{
	out->key = delist_row_key(row);
	out->value = (struct delist_text){
	    delist_row_bytes(row) + row->key_len, row->value_len};
	out->version = row->version;
}

static void
answer(bool *found, struct delist_store_row *out, const struct delist_row *row)
{
	*found = row != NULL;
	if (row != NULL)
		show(out, row);
}

void
delist_rows_get(const struct delist_rows *rows, bool *found,
    struct delist_store_row *out, struct delist_text key)
{
	struct delist_row *row = seek(rows, key, false);

	if (row != NULL && delist_row_compare(row, key) != 0)
		row = NULL;
	answer(found, out, row);
}

static bool
begins_with(const struct delist_row *row, struct delist_text prefix)
{
	return row->key_len >= prefix.len &&
	       (prefix.len == 0 ||
		   memcmp(delist_row_bytes(row), prefix.at, prefix.len) == 0);
}

/* Behind a key: whoever asks in order asks behind the row shown last. */
static struct delist_row *
seek_behind(const struct delist_rows *rows, struct delist_text key)
{
	if (rows->shown != NULL && delist_row_compare(rows->shown, key) == 0)
		return rows->shown->next[0];
	return seek(rows, key, true);
}

/* Whether `key` is before all that begins with `prefix`. */
static bool
is_before(struct delist_text key, struct delist_text prefix)
{
	size_t len = key.len < prefix.len ? key.len : prefix.len;
	int order = len != 0 ? memcmp(key.at, prefix.at, len) : 0;

	return order < 0 || (order == 0 && key.len < prefix.len);
}

void
delist_rows_next(struct delist_rows *rows, bool *found,
    struct delist_store_row *out, struct delist_text prefix,
    struct delist_text after)
{
	struct delist_row *row = is_before(after, prefix)
				     ? seek(rows, prefix, false)
				     : seek_behind(rows, after);

	if (row != NULL && !begins_with(row, prefix))
		row = NULL;
	rows->shown = row;
	answer(found, out, row);
}

const struct delist_row *
delist_rows_walk(const struct delist_rows *rows, const struct delist_row *row,
    struct delist_store_row *out)
{
	row = row == NULL ? rows->head[0] : row->next[0];
	if (row != NULL)
		show(out, row);
	return row;
}
