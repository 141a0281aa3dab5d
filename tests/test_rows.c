/* SPDX-License-Identifier: ISC */
/*
 * What a store asks for in one go is tested through the memstore, which is
 * little else than these rows.  Here is what only another store uses.
 */
#include "support.h"

#include "rows.h"

#define TEXT(literal) ((struct delist_text){literal, sizeof(literal) - 1})

static const struct delist_text nothing = {NULL, 0};

static struct delist_text
text_of(char text[2], size_t number)
{
	text[0] = (char)('a' + number / 26);
	text[1] = (char)('a' + number % 26);
	return (struct delist_text){text, 2};
}

static void
write_one(struct delist_rows *rows, size_t number, bool gone)
{
	struct delist_rows_batch batch = {.count = 0};
	char text[2];
	struct delist_text key = text_of(text, number);

	assert_int_equal(
	    delist_rows_add(&batch, rows, gone, key, gone ? nothing : key),
	    DELIST_OK);
	delist_rows_write(rows, &batch, number + 1);
	assert_int_equal(batch.count, 0);
}

/* Each row once, in order, and sizes to match. */
static void
walk_finds(const struct delist_rows *rows, const bool *there, size_t n)
{
	const struct delist_row *at = NULL;
	struct delist_store_row row;
	uint64_t bytes = 0;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		char text[2];

		if (!there[i])
			continue;
		at = delist_rows_walk(rows, at, &row);
		assert_non_null(at);
		assert_memory_equal(row.key.at, text_of(text, i).at, 2);
		assert_int_equal(row.version, i + 1);
		bytes += row.key.len + row.value.len;
		count++;
	}
	if (count != 0)
		assert_null(delist_rows_walk(rows, at, &row));
	assert_int_equal(rows->count, count);
	assert_int_equal(rows->bytes, bytes);
}

struct order_row {
	const char *name;
	int first, step; /* of the keys that are written, modulo KEYS */
};

enum {
	KEYS = 101
};

static const struct order_row order_rows[] = {
    {"in order", 0, 1},
    {"from behind", KEYS - 1, KEYS - 1},
    {"here and there", 7, 37},
    {"nearly in order", 50, 1},
};

static void
written_and_taken_away(void **state)
{
	const struct order_row *want = *state;
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_rows rows;
	bool there[KEYS] = {false};

	delist_rows_init(&rows, &alloc);
	for (int pass = 0; pass < 4; pass++) {
		size_t at = (size_t)want->first;

		for (int i = 0; i < KEYS; i++) {
			write_one(&rows, at, pass == 1);
			there[at] = pass != 1;
			walk_finds(&rows, there, KEYS);
			at = (at + (size_t)want->step) % KEYS;
		}
	}
	write_one(&rows, KEYS - 1, true);
	write_one(&rows, KEYS - 1, true);
	there[KEYS - 1] = false;
	write_one(&rows, KEYS - 2, false);
	write_one(&rows, KEYS, false);
	assert_int_equal(rows.count, KEYS);
	delist_rows_fini(&rows);
	assert_int_equal(memory.bytes, 0);
}

static void
a_batch_is_dropped_whole(void **state)
{
	static const uint8_t id[16] = "an id";
	const struct delist_store_change changes[] = {
	    {.kind = DELIST_STORE_PUT, .key = TEXT("a"), .value = TEXT("1")},
	    {.kind = DELIST_STORE_DELETE, .key = TEXT("b"), .value = TEXT("1")},
	};
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_rows_batch batch;
	struct delist_rows rows;

	(void)state;
	delist_rows_init(&rows, &alloc);
	assert_int_equal(
	    delist_rows_prepare(&batch, &rows, changes, 2, id), DELIST_OK);
	assert_int_equal(batch.count, 2);
	assert_false(batch.done);
	delist_rows_drop(&rows, &batch);
	assert_int_equal(rows.count, 0);
	assert_int_equal(memory.bytes, 0);
	delist_rows_fini(&rows);
}

static void
the_last_ids_are_known(void **state)
{
	struct delist_rows rows;
	struct delist_alloc alloc = delist_alloc_or_libc(NULL);
	struct delist_rows_batch batch;
	uint8_t id[16] = {0};

	(void)state;
	delist_rows_init(&rows, &alloc);
	assert_null(delist_rows_id(&rows, 0));
	for (uint8_t i = 0; i < DELIST_ROWS_IDS + 3; i++) {
		id[0] = i;
		delist_rows_keep_id(&rows, id);
		assert_int_equal(delist_rows_id(&rows, 0)[0],
		    i < DELIST_ROWS_IDS ? 0 : i - DELIST_ROWS_IDS + 1);
	}
	assert_null(delist_rows_id(&rows, DELIST_ROWS_IDS));
	assert_int_equal(delist_rows_id(&rows, DELIST_ROWS_IDS - 1)[0], id[0]);
	for (uint8_t i = 0; i < DELIST_ROWS_IDS + 3; i++) {
		id[0] = i;
		assert_int_equal(
		    delist_rows_prepare(&batch, &rows, NULL, 0, id), DELIST_OK);
		assert_int_equal(batch.done, i > 2);
	}
	delist_rows_fini(&rows);
}

/*
 * A scan, one row after the other, with random writes in between: each step
 * is the first row that is there behind the key, also where that row is gone.
 */
static void
scanned_while_written(void **state)
{
	struct delist_alloc alloc = delist_alloc_or_libc(NULL);
	struct support_random random = {5};
	struct delist_rows rows;
	bool there[KEYS] = {false};

	(void)state;
	delist_rows_init(&rows, &alloc);
	for (size_t step = 0, at = 0; step < 20000; step++) {
		size_t number = support_below(&random, KEYS), want = at + 1;
		struct delist_store_row row;
		char text[2];
		bool found;

		if (support_below(&random, 2) == 0) {
			there[number] = support_below(&random, 2) == 0;
			write_one(&rows, number, !there[number]);
		}
		while (want < KEYS && !there[want])
			want++;
		delist_rows_next(
		    &rows, &found, &row, nothing, text_of(text, at));
		assert_int_equal(found, want < KEYS);
		if (found)
			assert_memory_equal(
			    row.key.at, text_of(text, want).at, 2);
		at = found ? want : support_below(&random, KEYS);
	}
	delist_rows_fini(&rows);
}

struct gather_arg {
	size_t keys, writes;
	bool in_order;
};

/* As if each had been written at its time; also without memory to sort. */
static void
gather(const struct delist_alloc *alloc, bool failing, void *arg)
{
	const struct gather_arg *gather = arg;
	struct support_random random = {9};
	struct delist_rows one, all;
	int result = DELIST_OK;
	bool there[KEYS] = {false};
	struct delist_alloc plain = delist_alloc_or_libc(NULL);

	delist_rows_init(&one, &plain);
	delist_rows_init(&all, alloc);
	delist_rows_gather(&all);
	for (size_t i = 0; i < gather->writes && result == DELIST_OK; i++) {
		size_t number =
		    gather->in_order ? i : support_below(&random, gather->keys);
		bool gone = !gather->in_order && support_below(&random, 4) == 0;
		struct delist_rows_batch batch = {.count = 0};
		char text[2];
		struct delist_text key = text_of(text, number);

		result = delist_rows_add(
		    &batch, &all, gone, key, gone ? nothing : key);
		if (result != DELIST_OK)
			break;
		delist_rows_write(&all, &batch, number + 1);
		write_one(&one, number, gone);
		there[number] = !gone;
	}
	assert_true(
	    result == DELIST_OK || (failing && result == DELIST_ENOMEM));
	if (result == DELIST_OK) {
		delist_rows_settle(&all);
		walk_finds(&all, there, KEYS);
		assert_int_equal(all.bytes, one.bytes);
	}
	/* Otherwise they are still gathered, and given back all the same. */
	delist_rows_fini(&all);
	delist_rows_fini(&one);
}

struct gather_row {
	const char *name;
	struct gather_arg arg;
};

static const struct gather_row gather_rows[] = {
    {"none", {KEYS, 0, false}},
    {"one", {KEYS, 1, false}},
    {"in order", {KEYS, KEYS, true}},
    {"each of few many times", {3, 200, false}},
    {"many of many", {KEYS, 700, false}},
};

static void
gathered_and_settled(void **state)
{
	const struct gather_row *row = *state;
	struct gather_arg arg = row->arg;
	struct delist_alloc alloc = delist_alloc_or_libc(NULL);

	gather(&alloc, false, &arg);
	if (arg.writes != 0)
		support_sweep(gather, &arg);
}

int
main(void)
{
	ROWS(written_and_taken_away, order_rows);
	TEST(a_batch_is_dropped_whole);
	TEST(the_last_ids_are_known);
	TEST(scanned_while_written);
	ROWS(gathered_and_settled, gather_rows);
	return support_run("rows");
}
