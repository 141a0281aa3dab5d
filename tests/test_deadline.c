/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/deadline.h>

static struct delist_deadline *
made(const struct delist_alloc *alloc)
{
	struct delist_deadline *queue = NULL;

	assert_int_equal(delist_deadline_new(&queue, alloc), DELIST_OK);
	return queue;
}

static uint64_t
inserted(struct delist_deadline *queue, int64_t due_s, uint64_t item)
{
	uint64_t handle = 0;

	assert_int_equal(
	    delist_deadline_insert(queue, &handle, due_s, item), DELIST_OK);
	assert_true(handle != 0);
	return handle;
}

static void
assert_next(const struct delist_deadline *queue, int64_t want)
{
	int64_t due_s = want - 1;

	assert_true(delist_deadline_next(queue, &due_s));
	assert_int_equal(due_s, want);
}

static void
nothing_is_due_in_an_empty_queue(void **state)
{
	struct delist_deadline *queue = made(NULL);
	int64_t due_s = 77;
	uint64_t item = 88;

	(void)state;
	assert_int_equal(delist_deadline_count(queue), 0);
	assert_false(delist_deadline_next(queue, &due_s));
	assert_int_equal(due_s, 77);
	assert_int_equal(delist_deadline_pop(queue, &item, 1, INT64_MAX), 0);
	assert_int_equal(item, 88);
	delist_deadline_free(queue);
	delist_deadline_free(NULL);
}

static void
due_and_one_second_before(void **state)
{
	static const int64_t times[] = {
	    INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
	struct delist_deadline *queue = made(NULL);
	uint64_t item;

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		inserted(queue, times[i], i);
		assert_next(queue, times[i]);
		if (times[i] != INT64_MIN)
			assert_int_equal(
			    delist_deadline_pop(queue, &item, 1, times[i] - 1),
			    0);
		assert_int_equal(
		    delist_deadline_pop(queue, &item, 1, times[i]), 1);
		assert_int_equal(item, i);
	}
	delist_deadline_free(queue);
}

static void
earliest_first_and_ties_as_inserted(void **state)
{
	static const int64_t due[] = {5, 3, 5, 9, 3, 5, 1, 3, 9, 1};
	static const uint64_t want[] = {6, 9, 1, 4, 7, 0, 2, 5, 3, 8};
	struct delist_deadline *queue = made(NULL);
	uint64_t items[COUNT(due)];

	(void)state;
	for (size_t i = 0; i < COUNT(due); i++)
		assert_int_equal(
		    delist_deadline_insert(queue, NULL, due[i], i), DELIST_OK);
	assert_int_equal(
	    delist_deadline_pop(queue, items, COUNT(due), 100), COUNT(due));
	assert_memory_equal(items, want, sizeof want);
	delist_deadline_free(queue);
}

static void
pop_stops_at_cap_and_goes_on(void **state)
{
	struct delist_deadline *queue = made(NULL);
	uint64_t *items =
	    (uint64_t *)(void *)support_guarded("........................", 24);

	(void)state;
	for (uint64_t i = 0; i < 7; i++)
		inserted(queue, (int64_t)i, i);
	assert_int_equal(delist_deadline_pop(queue, items, 0, 100), 0);
	assert_int_equal(delist_deadline_pop(queue, items, 3, 100), 3);
	assert_int_equal(items[2], 2);
	assert_int_equal(delist_deadline_count(queue), 4);
	assert_int_equal(delist_deadline_pop(queue, items, 3, 100), 3);
	assert_int_equal(delist_deadline_pop(queue, items, 3, 100), 1);
	assert_int_equal(items[0], 6);
	delist_deadline_free(queue);
}

static void
a_moved_entry_keeps_its_turn(void **state)
{
	struct delist_deadline *queue = made(NULL);
	uint64_t first = inserted(queue, 50, 1), items[3];

	(void)state;
	inserted(queue, 10, 2);
	inserted(queue, 90, 3);
	assert_true(delist_deadline_move(queue, first, 10));
	assert_true(delist_deadline_move(queue, first, 10));
	assert_int_equal(delist_deadline_pop(queue, items, 3, 100), 3);
	assert_int_equal(items[0], 1);
	assert_int_equal(items[1], 2);
	delist_deadline_free(queue);
}

static void
stale_handles_do_nothing(void **state)
{
	struct delist_deadline *queue = made(NULL);
	uint64_t a = inserted(queue, 1, 10), b = inserted(queue, 2, 20), c;
	uint64_t item;

	(void)state;
	assert_true(delist_deadline_cancel(queue, a));
	assert_false(delist_deadline_cancel(queue, a));
	assert_false(delist_deadline_move(queue, a, 0));
	c = inserted(queue, 3, 30); /* where a was */
	assert_true(c != a);
	assert_false(delist_deadline_cancel(queue, a));
	assert_false(delist_deadline_move(queue, a, 0));
	assert_int_equal(delist_deadline_pop(queue, &item, 1, 2), 1);
	assert_int_equal(item, 20);
	assert_false(delist_deadline_cancel(queue, b));
	assert_next(queue, 3);
	assert_true(delist_deadline_cancel(queue, c));
	assert_int_equal(delist_deadline_count(queue), 0);
	delist_deadline_free(queue);
}

/* Made up, they hit nothing either: not a free slot, nor one not yet there. */
static void
foreign_handles_do_nothing(void **state)
{
	struct delist_deadline *queue = made(NULL);
	uint64_t live = inserted(queue, 1, 10), freed = inserted(queue, 1, 11);

	(void)state;
	assert_false(delist_deadline_cancel(queue, 0));
	assert_true(delist_deadline_cancel(queue, freed));
	for (uint64_t generation = 0; generation < 8; generation++) {
		for (uint64_t slot = 0; slot < 20; slot++) {
			uint64_t handle = generation << 32 | slot;

			if (handle == live)
				continue;
			assert_false(delist_deadline_cancel(queue, handle));
			assert_false(delist_deadline_move(queue, handle, 0));
		}
	}
	assert_false(delist_deadline_cancel(queue, UINT64_MAX));
	assert_false(delist_deadline_cancel(queue, UINT32_MAX));
	assert_int_equal(delist_deadline_count(queue), 1);
	assert_next(queue, 1);
	delist_deadline_free(queue);
}

/* ---- memory ---- */

static void
reserved_inserts_cannot_fail(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_deadline *queue = made(&alloc);

	(void)state;
	assert_int_equal(delist_deadline_reserve(queue, 1000), DELIST_OK);
	memory.fail_at = memory.calls + 1;
	memory.from_then_on = true;
	for (uint64_t i = 0; i < 1000; i++)
		inserted(queue, (int64_t)(i * 7919 % 1000), i);
	assert_int_equal(memory.injected, 0);
	assert_int_equal(delist_deadline_reserve(queue, 1000), DELIST_OK);
	assert_int_equal(delist_deadline_reserve(queue, 5), DELIST_OK);
	assert_int_equal(
	    delist_deadline_insert(queue, NULL, 0, 0), DELIST_ENOMEM);
	assert_int_equal(delist_deadline_reserve(queue, 1001), DELIST_ENOMEM);
	assert_int_equal(
	    delist_deadline_reserve(queue, SIZE_MAX), DELIST_ENOMEM);
	assert_int_equal(delist_deadline_count(queue), 1000);
	delist_deadline_free(queue);
	assert_int_equal(memory.blocks, 0);
}

static void
an_entry_takes_40_bytes(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_deadline *queue = made(&alloc);
	size_t empty = memory.bytes;

	(void)state;
	assert_int_equal(delist_deadline_reserve(queue, 1000), DELIST_OK);
	assert_int_equal(memory.bytes - empty, 40 * 1000);
	delist_deadline_free(queue);
	assert_int_equal(memory.bytes, 0);
}

/* What is in is still in, and in order, whichever allocation failed. */
static void
fill_and_drain(const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct delist_deadline *queue = NULL;
	uint64_t sum = 0, item, handle = 5;
	size_t in = 0;

	(void)failing;
	(void)arg;
	if (delist_deadline_new(&queue, alloc) != DELIST_OK) {
		assert_null(queue);
		return;
	}
	for (uint64_t i = 0; i < 100; i++) {
		int64_t due_s = (int64_t)(i * 37 % 100);
		uint64_t before = handle;
		int error =
		    delist_deadline_insert(queue, &handle, due_s, i + 1);

		if (error == DELIST_OK) {
			in++;
			sum += i + 1;
			continue;
		}
		assert_int_equal(error, DELIST_ENOMEM);
		assert_true(handle == before);
	}
	assert_int_equal(delist_deadline_count(queue), in);
	while (delist_deadline_pop(queue, &item, 1, 1000) == 1)
		sum -= item;
	assert_true(sum == 0);
	delist_deadline_free(queue);
}

static void
allocations_may_fail(void **state)
{
	(void)state;
	support_sweep(fill_and_drain, NULL);
}

/* ---- the twin: a list, searched from end to end ---- */

enum {
	ENTRIES = 300
};

struct entry {
	uint64_t handle; /* 0: free */
	int64_t due_s;
	uint64_t item; /* goes up with each insert, so it is the order too */
};

struct twin {
	struct entry entries[ENTRIES];
	uint64_t stale[ENTRIES];
	size_t count;
	uint64_t next_item;
};

static struct entry *
first_of(struct twin *twin)
{
	struct entry *first = NULL;

	for (size_t i = 0; i < ENTRIES; i++) {
		struct entry *e = &twin->entries[i];

		if (e->handle == 0)
			continue;
		if (first == NULL || e->due_s < first->due_s ||
		    (e->due_s == first->due_s && e->item < first->item))
			first = e;
	}
	return first;
}

static void
forget(struct twin *twin, struct entry *e)
{
	twin->stale[e - twin->entries] = e->handle;
	e->handle = 0;
	twin->count--;
}

static int64_t
some_time(struct support_random *random)
{
	switch (support_below(random, 20)) {
	case 0:
		return INT64_MIN;
	case 1:
		return INT64_MAX;
	case 2:
		return (int64_t)support_random(random);
	default:
		return (int64_t)support_below(random, 60);
	}
}

static void
pop_both(struct delist_deadline *queue, struct twin *twin,
    struct support_random *random)
{
	uint64_t items[8];
	size_t cap = support_below(random, 9), n;
	int64_t now_s = (int64_t)support_below(random, 60);

	n = delist_deadline_pop(queue, items, cap, now_s);
	for (size_t i = 0; i < n; i++) {
		struct entry *first = first_of(twin);

		assert_non_null(first);
		assert_true(first->due_s <= now_s);
		assert_true(items[i] == first->item);
		forget(twin, first);
	}
	if (n < cap)
		assert_true(
		    first_of(twin) == NULL || first_of(twin)->due_s > now_s);
}

static void
one_operation(struct delist_deadline *queue, struct twin *twin,
    struct support_random *random, bool shrinking)
{
	struct entry *e = &twin->entries[support_below(random, ENTRIES)];
	uint64_t stale = twin->stale[e - twin->entries];
	unsigned kind = (unsigned)support_below(random, 10);

	if (kind < 6 && e->handle == 0 && !shrinking) {
		e->due_s = some_time(random);
		e->item = twin->next_item++;
		e->handle = inserted(queue, e->due_s, e->item);
		twin->count++;
	} else if (kind < 7 && e->handle != 0) {
		e->due_s = some_time(random);
		assert_true(delist_deadline_move(queue, e->handle, e->due_s));
	} else if (kind < 9 && e->handle != 0) {
		assert_true(delist_deadline_cancel(queue, e->handle));
		forget(twin, e);
	} else {
		pop_both(queue, twin, random);
	}
	if (stale != 0) {
		assert_false(delist_deadline_cancel(queue, stale));
		assert_false(delist_deadline_move(queue, stale, 0));
	}
}

static void
behaves_like_a_list(void **state)
{
	struct support_random random = {2026};
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);

	(void)state;
	for (int run = 0; run < 20; run++) {
		struct delist_deadline *queue = made(&alloc);
		struct twin twin = {.next_item = 1};

		for (int i = 0; i < 4000; i++) {
			int64_t due_s;

			one_operation(queue, &twin, &random, i / 700 % 2 == 1);
			assert_int_equal(
			    delist_deadline_count(queue), twin.count);
			assert_int_equal(delist_deadline_next(queue, &due_s),
			    twin.count != 0);
			if (twin.count != 0)
				assert_true(due_s == first_of(&twin)->due_s);
		}
		/* removed down to empty */
		for (size_t i = 0; i < ENTRIES; i++)
			assert_int_equal(delist_deadline_cancel(
					     queue, twin.entries[i].handle),
			    twin.entries[i].handle != 0);
		assert_int_equal(delist_deadline_count(queue), 0);
		delist_deadline_free(queue);
	}
	assert_int_equal(memory.bytes, 0);
}

static void
a_million_entries_come_out_sorted(void **state)
{
	enum {
		N = 1000000
	};
	struct delist_deadline *queue = made(NULL);
	struct support_random random = {1};
	uint64_t items[512], last = 0;
	size_t n, total = 0;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		uint64_t due = support_below(&random, N);

		if (delist_deadline_insert(
			queue, NULL, (int64_t)due, due << 32 | i) != DELIST_OK)
			fail();
	}
	while ((n = delist_deadline_pop(queue, items, COUNT(items), N)) > 0) {
		for (size_t i = 0; i < n; i++) {
			if (items[i] < last)
				fail();
			last = items[i];
		}
		total += n;
	}
	assert_int_equal(total, N);
	delist_deadline_free(queue);
}

int
main(void)
{
	TEST(nothing_is_due_in_an_empty_queue);
	TEST(due_and_one_second_before);
	TEST(earliest_first_and_ties_as_inserted);
	TEST(pop_stops_at_cap_and_goes_on);
	TEST(a_moved_entry_keeps_its_turn);
	TEST(stale_handles_do_nothing);
	TEST(foreign_handles_do_nothing);
	TEST(reserved_inserts_cannot_fail);
	TEST(an_entry_takes_40_bytes);
	TEST(allocations_may_fail);
	TEST(behaves_like_a_list);
	TEST(a_million_entries_come_out_sorted);
	return support_run("deadline");
}
