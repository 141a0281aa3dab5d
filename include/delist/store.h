/* SPDX-License-Identifier: ISC */
#ifndef DELIST_STORE_H
#define DELIST_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/error.h>
#include <delist/text.h>

/*
 * The store: what a host gives so that nothing is forgotten
 *
 * A store is an ordered map of rows.  A row has a key and a value, both of
 * them bytes, and a version: the revision of the commit that last wrote it.
 * The revision of a store is 0 when it is empty and new, and each commit
 * that writes makes it greater.  These are the semantics of etcd, which an
 * embedded journal, PostgreSQL and a table in memory can keep as well.
 *
 * The library calls a store from the thread that called the library, one
 * call at a time.  A store must not call the library.
 *
 *	keys	1..64 bytes, ordered as by memcmp(), a shorter one first
 *	values	0..4096 bytes
 *	changes	at most 16 in a commit
 *
 * Every operation returns DELIST_OK or one of
 *
 *	DELIST_ENOMEM		no memory
 *	DELIST_EIO		the store failed
 *	DELIST_EREADONLY	it takes no more writes until it is reopened
 *	DELIST_ECORRUPT		stored bytes are damaged
 *
 * and an operation that fails has changed nothing.
 */

enum {
	DELIST_STORE_KEY_MAX = 64,
	DELIST_STORE_VALUE_MAX = 4096,
	DELIST_STORE_CHANGES_MAX = 16
};

enum delist_store_kind {
	DELIST_STORE_CHECK =
	    1,		      /* the row's version is `version`, or absent: 0 */
	DELIST_STORE_PUT = 2, /* write the row, whether or not it is there */
	DELIST_STORE_DELETE = 3 /* take the row away, if it is there */
};

/* One part of a commit.  The bytes are the caller's. */
struct delist_store_change {
	int kind; /* enum delist_store_kind */
	struct delist_text key;
	struct delist_text value; /* PUT */
	uint64_t version;	  /* CHECK */
};

/*
 * A row as a store hands it out.  The views are the store's and are good
 * until the next call of one of its operations.
 */
struct delist_store_row {
	struct delist_text key;
	struct delist_text value;
	uint64_t version;
};

struct delist_store_ops {
	uint32_t size; /* sizeof(struct delist_store_ops) */

	/* The row of `key`: *found says if there is one. */
	int (*get)(void *arg, bool *found, struct delist_store_row *row,
	    struct delist_text key);

	/*
	 * All of the changes, or none.  First every CHECK is looked at, then
	 * the writes are done, in their order.  When it returns DELIST_OK the
	 * writes will be there after a crash, as far as the store promises
	 * such a thing.
	 *
	 * `id` names this commit: if one with the same id was done before,
	 * it is not done again and the result is DELIST_OK.  With that, a
	 * caller who never heard the outcome can ask again.
	 *
	 *	DELIST_ECONFLICT	a CHECK did not hold
	 *	DELIST_EINVAL		over one of the limits above
	 */
	int (*commit)(void *arg, const struct delist_store_change *changes,
	    size_t n, const uint8_t id[16]);

	/*
	 * The first row, in order, whose key begins with `prefix` and comes
	 * after `after` ({NULL, 0}: from the start).
	 */
	int (*next)(void *arg, bool *found, struct delist_store_row *row,
	    struct delist_text prefix, struct delist_text after);

	/*
	 * Many commits, one wait for the disk, as of delist_journal_hold() and
	 * delist_journal_sync(): what is committed after hold() is provisional
	 * until sync() is DELIST_OK.  Where sync() fails the rows are not to be
	 * used.  Both may be NULL: each commit is then for good.
	 */
	int (*hold)(void *arg);
	int (*sync)(void *arg);
};

/* A store: the operations and what they are called with. */
struct delist_store {
	const struct delist_store_ops *ops;
	void *arg;
};

#endif
