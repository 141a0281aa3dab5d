/* SPDX-License-Identifier: ISC */
/*
 * roster_change.c - the writer's exact list: replacing rows
 *
 * The chunks that a change touches are written anew, of equal sizes.
 */
#include "roster.h"

#include <string.h>

#include "alloc.h"

enum {
	FULL = 128, /* rows in a chunk, at most */
	THIN = 32   /* fewer take the next chunk in, if a change is at it */
};

/* Three runs of rows, one after the other, as one source. */
struct source {
	const uint8_t *at[3];
	size_t n[3];
};

static void
draw(struct source *source, uint8_t *to, size_t n, size_t size)
{
	for (unsigned part = 0; part < 3 && n > 0; part++) {
		size_t some = n < source->n[part] ? n : source->n[part];

		if (some == 0)
			continue;
		memcpy(to, source->at[part], some * size);
		to += some * size;
		source->at[part] += some * size;
		source->n[part] -= some;
		n -= some;
	}
}

static bool
fill(struct delist_roster *rows, const struct delist_alloc *alloc,
    struct delist_roster_change *change, struct source *source)
{
	size_t size = delist_roster_size(rows);
	size_t total = source->n[0] + source->n[1] + source->n[2];
	size_t pieces = (total + FULL - 1) / FULL;

	if (pieces == 0)
		return true;
	change->fresh = change->few;
	if (pieces > DELIST_ROSTER_FEW)
		change->fresh =
		    delist_alloc_zeroed(alloc, pieces, sizeof *change->fresh);
	if (change->fresh == NULL)
		return false;
	change->n = pieces;
	for (size_t i = 0; i < pieces; i++) {
		struct delist_roster_chunk *chunk = &change->fresh[i];
		struct delist_roster_row first;
		size_t n = total * (i + 1) / pieces - total * i / pieces;

		chunk->at = delist_alloc_grow(alloc, NULL, 0, n, size);
		if (chunk->at == NULL)
			return false;
		chunk->n = (uint16_t)n;
		draw(source, chunk->at, n, size);
		delist_roster_parse(rows, &first, chunk->at);
		chunk->hi = first.hi;
		chunk->lo = first.lo;
		chunk->bits = (uint8_t)first.bits;
	}
	return true;
}

/* An index with room for the chunks that come, and not for many more. */
static bool
grow_index(const struct delist_roster *rows, const struct delist_alloc *alloc,
    struct delist_roster_change *change)
{
	size_t n = rows->n - (change->end - change->begin) + change->n;
	size_t most =
	    n > rows->n ? n : rows->n; /* both lie in it for a while */

	if (n <= rows->room && rows->room <= 2 * most + 8)
		return true;
	change->room = most + most / 4 + 1;
	change->index = delist_alloc_grow(
	    alloc, NULL, 0, change->room, sizeof *change->index);
	if (change->index != NULL && rows->n > 0)
		memcpy(change->index, rows->chunks,
		    rows->n * sizeof *rows->chunks);
	return change->index != NULL;
}

static void
use_index(struct delist_roster *rows, const struct delist_alloc *alloc,
    const struct delist_roster_change *change)
{
	if (change->index == NULL)
		return;
	delist_alloc_release(
	    alloc, rows->chunks, rows->room, sizeof *rows->chunks);
	rows->chunks = change->index;
	rows->room = change->room;
}

bool
delist_roster_prepare(struct delist_roster *rows,
    const struct delist_alloc *alloc, struct delist_roster_change *change,
    const struct delist_roster_row *from, const struct delist_roster_row *to,
    const uint8_t *fresh, size_t n)
{
	struct delist_roster_place a, b;
	struct source source = {.at = {[1] = fresh}, .n = {[1] = n}};

	a = delist_roster_find(rows, from, false);
	b = delist_roster_find(rows, to, true);
	/* at the front of a chunk: the one before may have room */
	if (a.row == 0 && a.chunk > 0)
		a = (struct delist_roster_place){
		    a.chunk - 1, rows->chunks[a.chunk - 1].n};
	*change = (struct delist_roster_change){
	    .begin = a.chunk, .end = b.chunk + (b.row > 0), .added = n};
	if (a.chunk < rows->n && change->begin == change->end)
		change->end++;
	for (size_t i = change->begin; i < change->end; i++)
		change->removed += rows->chunks[i].n;
	if (a.row > 0) {
		source.at[0] = rows->chunks[a.chunk].at;
		source.n[0] = a.row;
	}
	if (b.chunk < change->end) {
		source.at[2] =
		    rows->chunks[b.chunk].at + b.row * delist_roster_size(rows);
		source.n[2] = rows->chunks[b.chunk].n - b.row;
	} else if (source.n[0] + n < THIN && b.chunk < rows->n) {
		source.at[2] = rows->chunks[b.chunk].at;
		source.n[2] = rows->chunks[b.chunk].n;
		change->removed += source.n[2];
		change->end++;
	}
	change->added += source.n[0] + source.n[2];
	if (fill(rows, alloc, change, &source) &&
	    grow_index(rows, alloc, change))
		return true;
	delist_roster_abandon(rows, alloc, change);
	return false;
}

void
delist_roster_publish(struct delist_roster *rows,
    const struct delist_alloc *alloc, struct delist_roster_change *change)
{
	for (size_t i = change->begin; i < change->end; i++)
		delist_roster_free_chunk(rows, alloc, &rows->chunks[i]);
	use_index(rows, alloc, change);
	if (rows->n > change->end)
		memmove(rows->chunks + change->begin + change->n,
		    rows->chunks + change->end,
		    (rows->n - change->end) * sizeof *rows->chunks);
	if (change->n > 0)
		memcpy(rows->chunks + change->begin, change->fresh,
		    change->n * sizeof *rows->chunks);
	rows->n = rows->n - (change->end - change->begin) + change->n;
	rows->count = rows->count - change->removed + change->added;
	if (change->fresh != change->few)
		delist_alloc_release(
		    alloc, change->fresh, change->n, sizeof *change->fresh);
	*change = (struct delist_roster_change){.n = 0};
}

void
delist_roster_abandon(struct delist_roster *rows,
    const struct delist_alloc *alloc, struct delist_roster_change *change)
{
	for (size_t i = 0; i < change->n; i++)
		delist_roster_free_chunk(rows, alloc, &change->fresh[i]);
	delist_alloc_release(
	    alloc, change->index, change->room, sizeof *change->index);
	if (change->fresh != change->few)
		delist_alloc_release(
		    alloc, change->fresh, change->n, sizeof *change->fresh);
	*change = (struct delist_roster_change){.n = 0};
}
