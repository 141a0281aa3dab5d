/* SPDX-License-Identifier: ISC */
#ifndef DELIST_MEMSTORE_H
#define DELIST_MEMSTORE_H

#include <stddef.h>
#include <stdint.h>

#include <delist/alloc.h>
#include <delist/error.h>
#include <delist/store.h>

/*
 * A store in memory
 *
 * It keeps what <delist/store.h> asks for until it is freed, and forgets
 * all of it then: for tests, for trying things out, and for a list that is
 * loaded anew at each start.  One thread at a time.
 */

#ifdef __cplusplus
extern "C" {
#endif

struct delist_memstore;

/*
 * An empty store, with memory from `alloc` (NULL: the C library).  *out is
 * the caller's, to be given to delist_memstore_free().
 *
 *	DELIST_EINVAL	out is NULL
 *	DELIST_ENOMEM	no memory
 */
DELIST_API int delist_memstore_new(
    struct delist_memstore **out, const struct delist_alloc *alloc);

/* Free the store and its rows.  NULL is fine. */
DELIST_API void delist_memstore_free(struct delist_memstore *memstore);

/* The store as a service takes it.  It is good until the store is freed. */
DELIST_API struct delist_store delist_memstore_store(
    struct delist_memstore *memstore);

/* How many rows there are. */
DELIST_API size_t delist_memstore_count(const struct delist_memstore *memstore);

#ifdef __cplusplus
}
#endif

#endif
