/* SPDX-License-Identifier: ISC */
/*
 * memstore.c - rows in memory, in order
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
 * afterwards, which cannot.
 *
 * A balanced tree would bound the worst case, which nobody can bring about
 * here: heights do not depend on keys.
 */
#include <delist/memstore.h>

#include <string.h>

#include "alloc.h"

enum {
	LEVELS = 16,
	IDS = 64 /* commits whose ids are remembered */
};

struct row {
	uint64_t version;
	size_t size; /* of the whole block */
	size_t key_len, value_len;
	unsigned height;
	struct row *next[]; /* `height` of them; then the key, the value */
};

struct delist_memstore {
	struct delist_alloc alloc;
	struct row *head[LEVELS];
	uint64_t revision;
	uint64_t drawn; /* heights */
	size_t count;
	uint8_t ids[IDS][16];
	size_t ids_done;
};

/* Where rows are linked from: the last link before a key, on each level. */
struct place {
	struct row **link[LEVELS];
};

static char *
bytes_of(struct row *row)
{
	return (char *)row + row->size - row->key_len - row->value_len;
}

static int
compare(struct row *row, struct delist_text key)
{
	size_t len = row->key_len < key.len ? row->key_len : key.len;
	int order = len != 0 ? memcmp(bytes_of(row), key.at, len) : 0;

	if (order != 0)
		return order;
	return (row->key_len > key.len) - (row->key_len < key.len);
}

/*
 * The first row that is not before `key` (or, with `behind`, the first that
 * is after it); its place goes to *place.
 */
static struct row *
seek(struct delist_memstore *store, struct place *place, struct delist_text key,
    bool behind)
{
	struct row **links = store->head;

	for (unsigned level = LEVELS; level-- > 0;) {
		while (links[level] != NULL &&
		       compare(links[level], key) < (behind ? 1 : 0))
			links = links[level]->next;
		place->link[level] = &links[level];
	}
	return links[0];
}

static struct row *
find(struct delist_memstore *store, struct delist_text key)
{
	struct place place;
	struct row *row = seek(store, &place, key, false);

	return row != NULL && compare(row, key) == 0 ? row : NULL;
}

/* 1 with three chances in four, 2 with three in four of the rest, ... */
static unsigned
draw_height(struct delist_memstore *store)
{
	uint64_t bits = ++store->drawn * 0x9e3779b97f4a7c15;
	unsigned height = 1;

	bits ^= bits >> 32;
	for (; height < LEVELS && (bits & 3) == 0; bits >>= 2)
		height++;
	return height;
}

static void
free_row(struct delist_memstore *store, struct row *row)
{
	delist_alloc_release(&store->alloc, row, 1, row->size);
}

static struct row *
new_row(struct delist_memstore *store, const struct delist_store_change *put)
{
	unsigned height = draw_height(store);
	size_t size = sizeof(struct row) + height * sizeof(struct row *) +
		      put->key.len + put->value.len;
	struct row *row = delist_alloc_zeroed(&store->alloc, 1, size);

	if (row == NULL)
		return NULL;
	row->size = size;
	row->height = height;
	row->key_len = put->key.len;
	row->value_len = put->value.len;
	memcpy(bytes_of(row), put->key.at, put->key.len);
	if (put->value.len != 0)
		memcpy(bytes_of(row) + put->key.len, put->value.at,
		    put->value.len);
	return row;
}

static void
unlink_row(struct delist_memstore *store, struct delist_text key)
{
	struct place place;
	struct row *row = seek(store, &place, key, false);

	if (row == NULL || compare(row, key) != 0)
		return;
	for (unsigned level = 0; level < row->height; level++)
		*place.link[level] = row->next[level];
	free_row(store, row);
	store->count--;
}

static void
link_row(struct delist_memstore *store, struct row *row)
{
	struct delist_text key = {bytes_of(row), row->key_len};
	struct place place;

	unlink_row(store, key);
	seek(store, &place, key, false);
	for (unsigned level = 0; level < row->height; level++) {
		row->next[level] = *place.link[level];
		*place.link[level] = row;
	}
	row->version = store->revision;
	store->count++;
}

static bool
within_limits(const struct delist_store_change *changes, size_t n)
{
	if (n > DELIST_STORE_CHANGES_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (changes[i].kind < DELIST_STORE_CHECK ||
		    changes[i].kind > DELIST_STORE_DELETE ||
		    changes[i].key.len == 0 ||
		    changes[i].key.len > DELIST_STORE_KEY_MAX ||
		    changes[i].value.len > DELIST_STORE_VALUE_MAX)
			return false;
	}
	return true;
}

static bool
done_before(const struct delist_memstore *store, const uint8_t id[16])
{
	size_t n = store->ids_done < IDS ? store->ids_done : IDS;

	for (size_t i = 0; i < n; i++)
		if (memcmp(store->ids[i], id, 16) == 0)
			return true;
	return false;
}

static bool
checks_hold(struct delist_memstore *store,
    const struct delist_store_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct row *row;

		if (changes[i].kind != DELIST_STORE_CHECK)
			continue;
		row = find(store, changes[i].key);
		if ((row != NULL ? row->version : 0) != changes[i].version)
			return false;
	}
	return true;
}

static int
commit(void *arg, const struct delist_store_change *changes, size_t n,
    const uint8_t id[16])
{
	struct delist_memstore *store = arg;
	struct row *rows[DELIST_STORE_CHANGES_MAX] = {NULL};

	if (!within_limits(changes, n))
		return DELIST_EINVAL;
	if (done_before(store, id))
		return DELIST_OK;
	if (!checks_hold(store, changes, n))
		return DELIST_ECONFLICT;
	for (size_t i = 0; i < n; i++) {
		if (changes[i].kind != DELIST_STORE_PUT)
			continue;
		rows[i] = new_row(store, &changes[i]);
		if (rows[i] != NULL)
			continue;
		while (i-- > 0)
			if (rows[i] != NULL)
				free_row(store, rows[i]);
		return DELIST_ENOMEM;
	}
	store->revision++;
	for (size_t i = 0; i < n; i++) {
		if (changes[i].kind == DELIST_STORE_PUT)
			link_row(store, rows[i]);
		else if (changes[i].kind == DELIST_STORE_DELETE)
			unlink_row(store, changes[i].key);
	}
	memcpy(store->ids[store->ids_done++ % IDS], id, 16);
	return DELIST_OK;
}

static int
answer(bool *found, struct delist_store_row *out, struct row *row)
{
	*found = row != NULL;
	if (row != NULL) {
		out->key = (struct delist_text){bytes_of(row), row->key_len};
		out->value = (struct delist_text){
		    bytes_of(row) + row->key_len, row->value_len};
		out->version = row->version;
	}
	return DELIST_OK;
}

static int
get(void *arg, bool *found, struct delist_store_row *out,
    struct delist_text key)
{
	return answer(found, out, find(arg, key));
}

static int
next(void *arg, bool *found, struct delist_store_row *out,
    struct delist_text prefix, struct delist_text after)
{
	struct place place;
	struct row *row = seek(arg, &place, prefix, false);

	if (after.len != 0 && row != NULL && compare(row, after) <= 0)
		row = seek(arg, &place, after, true);
	if (row != NULL &&
	    (row->key_len < prefix.len ||
		(prefix.len != 0 &&
		    memcmp(bytes_of(row), prefix.at, prefix.len) != 0)))
		row = NULL;
	return answer(found, out, row);
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
	store->alloc = from;
	*out = store;
	return DELIST_OK;
}

void
delist_memstore_free(struct delist_memstore *store)
{
	struct delist_alloc alloc;

	if (store == NULL)
		return;
	for (struct row *row = store->head[0], *after; row != NULL;
	     row = after) {
		after = row->next[0];
		free_row(store, row);
	}
	alloc = store->alloc;
	delist_alloc_release(&alloc, store, 1, sizeof *store);
}

struct delist_store
delist_memstore_store(struct delist_memstore *store)
{
	static const struct delist_store_ops ops = {
	    sizeof ops, get, commit, next};

	return (struct delist_store){&ops, store};
}

size_t
delist_memstore_count(const struct delist_memstore *store)
{
	return store->count;
}
