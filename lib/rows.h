/* SPDX-License-Identifier: ISC */
#ifndef LIB_ROWS_H
#define LIB_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/store.h>

#include "alloc.h"

/*
 * The rows of a store that lives in memory, in order, and the rules of
 * <delist/store.h> for a commit.  What a store adds is where else the rows
 * are kept.
 *
 * A commit is prepared, which can fail and changes nothing, and then either
 * applied or dropped, which cannot fail:
 *
 *	error = delist_rows_prepare(&batch, &rows, changes, n, id);
 *	if (error == DELIST_OK && !batch.done)
 *		delist_rows_apply(&rows, &batch, rows.revision + 1, id);
 */

enum {
	DELIST_ROWS_LEVELS = 16,
	DELIST_ROWS_IDS = 64 /* commits whose ids are remembered */
};

/* One row: see rows.c. */
struct delist_row;

struct delist_rows {
	struct delist_alloc alloc;
	uint64_t revision;
	uint64_t bytes; /* of all keys and values */
	size_t count;
	uint8_t ids[DELIST_ROWS_IDS][16];
	size_t ids_done; /* all that were ever kept; the last are in ids[] */

	uint64_t drawn; /* heights */
	struct delist_row *head[DELIST_ROWS_LEVELS];
	struct delist_row **end[DELIST_ROWS_LEVELS]; /* last links */
	struct delist_row *last;		     /* or NULL: not known */
	struct delist_row *shown; /* by next, last time, or NULL */

	/* Writes that wait for settle, in their order. */
	bool gathers;
	struct delist_rows_gathered *gathered;
	size_t gathered_n, gathered_room;
};

/* The writes of one commit, with all the memory that they need. */
struct delist_rows_batch {
	bool done; /* a commit of that id was done before: nothing to do */
	size_t count;
	struct delist_row *row[DELIST_STORE_CHANGES_MAX];
};

/* rows must stay where it is: it points into itself. */
void delist_rows_init(
    struct delist_rows *rows, const struct delist_alloc *alloc);
void delist_rows_fini(struct delist_rows *rows);

/*
 * Look at limits, id and checks, and make the batch.  On any error there is
 * none.
 *
 *	DELIST_EINVAL		a limit is exceeded
 *	DELIST_ECONFLICT	a check does not hold
 *	DELIST_ENOMEM		no memory
 */
int delist_rows_prepare(struct delist_rows_batch *batch,
    struct delist_rows *rows, const struct delist_store_change *changes,
    size_t n, const uint8_t id[16]);

/*
 * Add one write to a batch of fewer than DELIST_STORE_CHANGES_MAX: the row
 * `key` with this value, or without one if `gone`.
 *
 *	DELIST_ENOMEM	no memory; the batch is as it was
 */
int delist_rows_add(struct delist_rows_batch *batch, struct delist_rows *rows,
    bool gone, struct delist_text key, struct delist_text value);

/*
 * Do the writes: all rows get the version `version`.  apply() makes it the
 * revision too, and keeps the id.
 */
void delist_rows_write(struct delist_rows *rows,
    struct delist_rows_batch *batch, uint64_t version);
void delist_rows_apply(struct delist_rows *rows,
    struct delist_rows_batch *batch, uint64_t version, const uint8_t id[16]);
void delist_rows_drop(
    struct delist_rows *rows, struct delist_rows_batch *batch);

/*
 * From gather() on rows are written in their order but not found, nor counted;
 * settle() makes up for all of them at once, which is much faster for many.
 * It can't fail.
 */
void delist_rows_gather(struct delist_rows *rows);
void delist_rows_settle(struct delist_rows *rows);

/* The ids that are remembered, the oldest at 0; NULL behind the last. */
const uint8_t *delist_rows_id(const struct delist_rows *rows, size_t index);
void delist_rows_keep_id(struct delist_rows *rows, const uint8_t id[16]);

/* As in struct delist_store_ops. */
void delist_rows_get(const struct delist_rows *rows, bool *found,
    struct delist_store_row *out, struct delist_text key);
void delist_rows_next(struct delist_rows *rows, bool *found,
    struct delist_store_row *out, struct delist_text prefix,
    struct delist_text after);

/* Whether a key and a value keep the limits. */
bool delist_rows_fit(struct delist_text key, struct delist_text value);

/*
 * Each row in order: the first for NULL, then the one behind; NULL behind
 * the last.  The rows must not change in between.
 */
const struct delist_row *delist_rows_walk(const struct delist_rows *rows,
    const struct delist_row *row, struct delist_store_row *out);

#endif
