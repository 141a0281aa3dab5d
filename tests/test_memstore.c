/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/memstore.h>

#define TEXT(literal) ((struct delist_text){literal, sizeof(literal) - 1})

static const struct delist_text nothing = {NULL, 0};
static uint64_t commits;

/* Commit under an id of its own. */
static int
commit(const struct delist_store *store,
    const struct delist_store_change *changes, size_t n)
{
	uint8_t id[16] = {0};

	commits++;
	memcpy(id, &commits, sizeof commits);
	return store->ops->commit(store->arg, changes, n, id);
}

static int
put(const struct delist_store *store, struct delist_text key,
    struct delist_text value)
{
	struct delist_store_change change = {
	    .kind = DELIST_STORE_PUT, .key = key, .value = value};

	return commit(store, &change, 1);
}

static bool
get(const struct delist_store *store, struct delist_store_row *row,
    struct delist_text key)
{
	bool found;

	assert_int_equal(
	    store->ops->get(store->arg, &found, row, key), DELIST_OK);
	return found;
}

static void
rows_come_back(void **state)
{
	struct delist_memstore *memstore;
	struct delist_store store;
	struct delist_store_row row, later;

	(void)state;
	assert_int_equal(delist_memstore_new(&memstore, NULL), DELIST_OK);
	store = delist_memstore_store(memstore);
	assert_false(get(&store, &row, TEXT("a")));
	assert_int_equal(put(&store, TEXT("a"), TEXT("one")), DELIST_OK);
	assert_true(get(&store, &row, TEXT("a")));
	assert_int_equal(row.value.len, 3);
	assert_memory_equal(row.value.at, "one", 3);
	assert_memory_equal(row.key.at, "a", 1);
	assert_true(row.version > 0);
	assert_int_equal(put(&store, TEXT("a"), nothing), DELIST_OK);
	assert_true(get(&store, &later, TEXT("a")));
	assert_int_equal(later.value.len, 0);
	assert_true(later.version > row.version);
	assert_int_equal(delist_memstore_count(memstore), 1);
	delist_memstore_free(memstore);
	delist_memstore_free(NULL);
	assert_int_equal(delist_memstore_new(NULL, NULL), DELIST_EINVAL);
}

static void
a_commit_is_whole_or_nothing(void **state)
{
	struct delist_memstore *memstore;
	struct delist_store store;
	struct delist_store_row row;
	struct delist_store_change changes[] = {
	    {.kind = DELIST_STORE_CHECK, .key = TEXT("a"), .version = 0},
	    {.kind = DELIST_STORE_PUT, .key = TEXT("a"), .value = TEXT("1")},
	    {.kind = DELIST_STORE_PUT, .key = TEXT("b"), .value = TEXT("2")},
	};

	(void)state;
	assert_int_equal(delist_memstore_new(&memstore, NULL), DELIST_OK);
	store = delist_memstore_store(memstore);
	assert_int_equal(commit(&store, changes, 3), DELIST_OK);
	changes[2].value = TEXT("3");
	assert_int_equal(commit(&store, changes, 3), DELIST_ECONFLICT);
	assert_true(get(&store, &row, TEXT("b")));
	assert_memory_equal(row.value.at, "2", 1);
	changes[0].version = row.version;
	changes[1].kind = DELIST_STORE_DELETE;
	assert_int_equal(commit(&store, changes, 3), DELIST_OK);
	assert_false(get(&store, &row, TEXT("a")));
	assert_int_equal(delist_memstore_count(memstore), 1);
	delist_memstore_free(memstore);
}

static void
a_commit_is_done_once(void **state)
{
	static const uint8_t id[16] = "the same commit";
	struct delist_memstore *memstore;
	struct delist_store store;
	struct delist_store_row row;
	struct delist_store_change change = {
	    .kind = DELIST_STORE_PUT, .key = TEXT("a"), .value = TEXT("1")};

	(void)state;
	assert_int_equal(delist_memstore_new(&memstore, NULL), DELIST_OK);
	store = delist_memstore_store(memstore);
	assert_int_equal(
	    store.ops->commit(store.arg, &change, 1, id), DELIST_OK);
	change.value = TEXT("2");
	assert_int_equal(
	    store.ops->commit(store.arg, &change, 1, id), DELIST_OK);
	assert_true(get(&store, &row, TEXT("a")));
	assert_memory_equal(row.value.at, "1", 1);
	delist_memstore_free(memstore);
}

struct limit_row {
	const char *name;
	size_t changes, key_len, value_len;
	int kind, want;
};

static const struct limit_row limit_rows[] = {
    {"longest key", 1, 64, 0, DELIST_STORE_PUT, DELIST_OK},
    {"key too long", 1, 65, 0, DELIST_STORE_PUT, DELIST_EINVAL},
    {"no key", 1, 0, 0, DELIST_STORE_PUT, DELIST_EINVAL},
    {"longest value", 1, 1, 4096, DELIST_STORE_PUT, DELIST_OK},
    {"value too long", 1, 1, 4097, DELIST_STORE_PUT, DELIST_EINVAL},
    {"most changes", 16, 1, 1, DELIST_STORE_PUT, DELIST_OK},
    {"too many changes", 17, 1, 1, DELIST_STORE_PUT, DELIST_EINVAL},
    {"kind 0", 1, 1, 1, 0, DELIST_EINVAL},
    {"kind 4", 1, 1, 1, 4, DELIST_EINVAL},
    {"none", 0, 1, 1, DELIST_STORE_PUT, DELIST_OK},
};

static void
limits_hold(void **state)
{
	static const char bytes[4097];
	const struct limit_row *want = *state;
	struct delist_memstore *memstore;
	struct delist_store store;
	struct delist_store_change changes[17];

	for (size_t i = 0; i < COUNT(changes); i++)
		changes[i] = (struct delist_store_change){.kind = want->kind,
		    .key = {bytes, want->key_len},
		    .value = {bytes, want->value_len}};
	assert_int_equal(delist_memstore_new(&memstore, NULL), DELIST_OK);
	store = delist_memstore_store(memstore);
	assert_int_equal(commit(&store, changes, want->changes), want->want);
	assert_int_equal(delist_memstore_count(memstore),
	    want->want == DELIST_OK && want->changes != 0);
	delist_memstore_free(memstore);
}

struct next_row {
	const char *name;
	struct delist_text prefix, after;
	const char *want; /* NULL: none */
};

#define NOTHING         \
	{               \
		NULL, 0 \
	}
#define KEY(literal)                         \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

/* The rows are "a", "aa", "b", "b\0", "c". */
static const struct next_row next_rows[] = {
    {"the first of all", NOTHING, NOTHING, "a"},
    {"after a key that is there", NOTHING, KEY("a"), "aa"},
    {"after a key that is not", NOTHING, KEY("ab"), "b"},
    {"after the last", NOTHING, KEY("c"), NULL},
    {"the first of a prefix", KEY("b"), NOTHING, "b"},
    {"a key is before its extension", KEY("b"), KEY("b"), "b\0"},
    {"the end of a prefix", KEY("b"), KEY("b\0"), NULL},
    {"a prefix without rows", KEY("bb"), NOTHING, NULL},
    {"after comes before the prefix", KEY("b"), KEY("a"), "b"},
    {"prefix longer than any key", KEY("ccc"), NOTHING, NULL},
};

static void
rows_are_in_order(void **state)
{
	static const struct delist_text keys[] = {
	    KEY("c"), KEY("b\0"), KEY("a"), KEY("b"), KEY("aa")};
	const struct next_row *want = *state;
	struct delist_memstore *memstore;
	struct delist_store store;
	struct delist_store_row row;
	bool found;

	assert_int_equal(delist_memstore_new(&memstore, NULL), DELIST_OK);
	store = delist_memstore_store(memstore);
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_int_equal(put(&store, keys[i], keys[i]), DELIST_OK);
	assert_int_equal(
	    store.ops->next(store.arg, &found, &row, want->prefix, want->after),
	    DELIST_OK);
	assert_int_equal(found, want->want != NULL);
	if (found)
		assert_memory_equal(row.key.at, want->want, row.key.len);
	delist_memstore_free(memstore);
}

static void
every_allocation_may_fail(
    const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct delist_store_change changes[] = {
	    {.kind = DELIST_STORE_PUT, .key = TEXT("a"), .value = TEXT("1")},
	    {.kind = DELIST_STORE_PUT, .key = TEXT("b"), .value = TEXT("2")},
	    {.kind = DELIST_STORE_PUT, .key = TEXT("a"), .value = TEXT("3")},
	};
	struct delist_memstore *memstore = NULL;
	struct delist_store store;
	struct delist_store_row row;
	int error = delist_memstore_new(&memstore, alloc);

	(void)failing;
	(void)arg;
	if (error != DELIST_OK) {
		assert_int_equal(error, DELIST_ENOMEM);
		assert_null(memstore);
		return;
	}
	store = delist_memstore_store(memstore);
	error = commit(&store, changes, 3);
	if (error == DELIST_OK) {
		assert_true(get(&store, &row, TEXT("a")));
		assert_memory_equal(row.value.at, "3", 1);
	} else {
		assert_int_equal(error, DELIST_ENOMEM);
	}
	assert_int_equal(
	    delist_memstore_count(memstore), error == DELIST_OK ? 2 : 0);
	delist_memstore_free(memstore);
}

static void
no_memory_leaves_it_as_it_was(void **state)
{
	(void)state;
	support_sweep(every_allocation_may_fail, NULL);
}

/* ---- against a slow twin: values by a key of two letters ---- */

enum {
	KEYS = 26 * 26
};

static struct delist_text
key_of(char text[2], size_t number)
{
	text[0] = (char)('a' + number / 26);
	text[1] = (char)('a' + number % 26);
	return (struct delist_text){text, 2};
}

/* Every row in order, as the twin has them. */
static void
same_as(const struct delist_store *store, const int *twin)
{
	struct delist_text after = nothing;
	struct delist_store_row row;
	char text[2], last[2];
	bool found;

	for (size_t i = 0; i < KEYS; i++) {
		if (twin[i] < 0)
			continue;
		assert_int_equal(
		    store->ops->next(store->arg, &found, &row, nothing, after),
		    DELIST_OK);
		assert_true(found);
		assert_memory_equal(row.key.at, key_of(text, i).at, 2);
		assert_memory_equal(row.value.at, &twin[i], sizeof twin[i]);
		memcpy(last, row.key.at, 2);
		after = (struct delist_text){last, 2};
	}
	assert_int_equal(
	    store->ops->next(store->arg, &found, &row, nothing, after),
	    DELIST_OK);
	assert_false(found);
}

static void
agrees_with_a_slow_twin(void **state)
{
	struct support_random random = {20261124};
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_memstore *memstore;
	struct delist_store store;
	int twin[KEYS];

	(void)state;
	memset(twin, -1, sizeof twin);
	assert_int_equal(delist_memstore_new(&memstore, &alloc), DELIST_OK);
	store = delist_memstore_store(memstore);
	for (int step = 0; step < 60000; step++) {
		size_t key = (size_t)support_below(&random, KEYS);
		bool adds = support_below(&random, 100) <
			    (step / 10000 % 2 == 0 ? 70 : 20);
		char text[2];
		struct delist_store_change change = {
		    .kind = adds ? DELIST_STORE_PUT : DELIST_STORE_DELETE,
		    .key = key_of(text, key),
		    .value = {(const char *)&step, sizeof step}};

		assert_int_equal(commit(&store, &change, 1), DELIST_OK);
		twin[key] = adds ? step : -1;
		if (step % 500 == 0)
			same_as(&store, twin);
	}
	same_as(&store, twin);
	delist_memstore_free(memstore);
	assert_int_equal(memory.bytes, 0);
}

int
main(void)
{
	TEST(rows_come_back);
	TEST(a_commit_is_whole_or_nothing);
	TEST(a_commit_is_done_once);
	ROWS(limits_hold, limit_rows);
	ROWS(rows_are_in_order, next_rows);
	TEST(no_memory_leaves_it_as_it_was);
	TEST(agrees_with_a_slow_twin);
	return support_run("memstore");
}
