/* SPDX-License-Identifier: ISC */
/*
 * memstore.c - a store in memory
 *
 * Rows and rules are those of rows.h, and nothing is kept anywhere else.
 */
#include <delist/memstore.h>

#include "alloc.h"
#include "rows.h"

struct delist_memstore {
	struct delist_rows rows;
};

static int
commit(void *arg, const struct delist_store_change *changes, size_t n,
    const uint8_t id[16])
{
	struct delist_memstore *store = arg;
	struct delist_rows_batch batch;
	int error = delist_rows_prepare(&batch, &store->rows, changes, n, id);

	if (error == DELIST_OK && !batch.done)
		delist_rows_apply(
		    &store->rows, &batch, store->rows.revision + 1, id);
	return error;
}

static int
get(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text key)
{
	struct delist_memstore *store = arg;

	delist_rows_get(&store->rows, found, row, key);
	return DELIST_OK;
}

static int
next(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text prefix, struct delist_text after)
{
	struct delist_memstore *store = arg;

	delist_rows_next(&store->rows, found, row, prefix, after);
	return DELIST_OK;
}

int
delist_memstore_new(
    struct delist_memstore **out, const struct delist_alloc *alloc)
{
	struct delist_alloc from = delist_alloc_or_libc(alloc);
	struct delist_memstore *store;

	if (out == NULL)
		return DELIST_EINVAL;
	store = delist_alloc_zeroed(&from, 1, sizeof *store);
	if (store == NULL)
		return DELIST_ENOMEM;
	delist_rows_init(&store->rows, &from);
	*out = store;
	return DELIST_OK;
}

void
delist_memstore_free(struct delist_memstore *store)
{
	struct delist_alloc alloc;

	if (store == NULL)
		return;
	delist_rows_fini(&store->rows);
	alloc = store->rows.alloc;
	delist_alloc_release(&alloc, store, 1, sizeof *store);
}

struct delist_store
delist_memstore_store(struct delist_memstore *store)
{
	static const struct delist_store_ops ops = {
	    sizeof ops, get, commit, next, NULL, NULL};

	return (struct delist_store){&ops, store};
}

size_t
delist_memstore_count(const struct delist_memstore *store)
{
	return store->rows.count;
}
