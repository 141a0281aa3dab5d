/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/error.h>

#include "pool.h"

struct item {
	uint64_t mark;
	uint32_t number;
};

enum {
	MANY = 1000
};

static struct delist_pool
new_pool(const struct delist_alloc *alloc)
{
	struct delist_pool pool;

	delist_pool_init(&pool, sizeof(struct item), alloc);
	return pool;
}

static void
items_stay_where_they_are(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_pool pool = new_pool(&alloc);
	struct item *items[MANY];
	uint32_t number;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		assert_int_equal(delist_pool_reserve(&pool, 1), 0);
		items[i] = delist_pool_take(&pool, &number);
		assert_int_equal(number, i);
		assert_int_equal(items[i]->mark, 0);
		items[i]->mark = i * 77u;
	}
	for (uint32_t i = 0; i < MANY; i++) {
		assert_ptr_equal(delist_pool_at(&pool, i), items[i]);
		assert_int_equal(items[i]->mark, i * 77u);
	}
	delist_pool_fini(&pool);
	assert_int_equal(memory.blocks, 0);
}

static void
what_is_given_back_comes_again_zeroed(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_pool pool = new_pool(&alloc);
	struct support_random random = {1};
	bool taken[MANY] = {false};
	size_t calls;

	(void)state;
	assert_int_equal(delist_pool_reserve(&pool, MANY), 0);
	calls = memory.calls;
	for (int round = 0; round < 20000; round++) {
		uint32_t number = (uint32_t)support_below(&random, MANY);
		struct item *item;

		if (taken[number]) {
			item = delist_pool_at(&pool, number);
			assert_int_equal(item->number, number);
			delist_pool_give(&pool, number);
			taken[number] = false;
			continue;
		}
		item = delist_pool_take(&pool, &number);
		assert_true(number < MANY);
		assert_false(taken[number]);
		assert_int_equal(item->mark, 0);
		assert_int_equal(item->number, 0);
		item->mark = UINT64_MAX;
		item->number = number;
		taken[number] = true;
	}
	assert_int_equal(memory.calls, calls);
	delist_pool_fini(&pool);
}

static void
out_of_memory(const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct delist_pool pool = new_pool(alloc);
	int result = delist_pool_reserve(&pool, MANY);
	uint32_t number;

	(void)arg;
	assert_true(
	    result == DELIST_OK || (failing && result == DELIST_ENOMEM));
	for (uint32_t i = 0; i < (result == DELIST_OK ? MANY : pool.room); i++)
		assert_non_null(delist_pool_take(&pool, &number));
	delist_pool_fini(&pool);
}

static void
says_when_there_is_no_memory(void **state)
{
	(void)state;
	support_sweep(out_of_memory, NULL);
}

/* An allocator that has room for any size, as long as nobody looks. */
static void *
pretend(void *arg, void *ptr, size_t old_size, size_t new_size)
{
	static char nothing[1];

	(void)arg, (void)ptr, (void)old_size, (void)new_size;
	return nothing;
}

static void
numbers_end(void **state)
{
	struct delist_alloc none = {pretend, NULL};
	struct delist_pool pool = new_pool(&none);

	(void)state;
	for (unsigned k = 0; k < DELIST_POOL_CHUNKS; k++) {
		pool.chunk[k] = pretend(NULL, NULL, 0, 1);
		pool.room += (uint32_t)DELIST_POOL_FIRST << k;
	}
	pool.fresh = pool.room - 1;
	assert_int_equal(delist_pool_reserve(&pool, 1), DELIST_OK);
	assert_int_equal(delist_pool_reserve(&pool, 2), DELIST_ENOMEM);
}

int
main(void)
{
	TEST(items_stay_where_they_are);
	TEST(what_is_given_back_comes_again_zeroed);
	TEST(says_when_there_is_no_memory);
	TEST(numbers_end);
	return support_run("pool");
}
