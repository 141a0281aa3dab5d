/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "alloc.h"
#include "buckets.h"

enum {
	KEYS = 3000,
	SPARE = 7
};

/* Keys close together, the lowest and the highest among them. */
static uint64_t
some_key(struct support_random *random, bool large)
{
	uint64_t key = support_below(random, KEYS / 2);

	if (support_below(random, 2) == 0)
		key = ~key;
	return large ? key : (uint32_t)key;
}

static uint64_t
get(const struct delist_buckets *buckets, uint64_t key, bool large)
{
	return large ? delist_buckets_large(buckets->slots, buckets->n, key)
		     : delist_buckets_small(
			   buckets->slots, buckets->n, (uint32_t)key);
}

/* The slow twin: a value for each key. */
static void
agrees_with_an_array(void **state)
{
	(void)state;
	for (int large = 0; large < 2; large++) {
		struct support_random random = {1};
		struct support_memory memory = {0};
		struct delist_alloc alloc = support_alloc(&memory);
		struct delist_buckets buckets;
		static uint64_t want[2][KEYS];

		memset(want, 0, sizeof want);
		assert_true(delist_buckets_init(&buckets, &alloc, KEYS, large));
		for (int i = 0; i < 20000; i++) {
			uint64_t key = some_key(&random, large);
			bool high = (uint32_t)key > KEYS;
			uint64_t *wants =
			    &want[high][high ? (uint32_t)~key : key];
			uint64_t value = 1 + support_below(&random, 1000);
			uint8_t *slot;

			assert_int_equal(get(&buckets, key, large), *wants);
			slot =
			    delist_buckets_make(&buckets, key, value, 0, large);
			if (large)
				delist_word64_store(slot + 8, value);
			else
				delist_word64_store(slot, key << 32 | value);
			*wants = value;
			assert_int_equal(get(&buckets, key, large), value);
			assert_true(
			    delist_buckets_slot(&buckets, key, large) == slot);
			assert_true(buckets.used <=
				    delist_buckets_limit(&buckets, large));
		}
		delist_alloc_release(&alloc, buckets.memory, 1, buckets.bytes);
		assert_int_equal(memory.blocks, 0);
	}
}

static void
a_spare_slot_is_used_again(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_buckets buckets;

	(void)state;
	assert_true(delist_buckets_init(&buckets, &alloc, 8, false));
	for (uint32_t key = 0; key < 5000; key++) {
		uint8_t *slot =
		    delist_buckets_make(&buckets, key, 9, SPARE, false);

		assert_int_equal(get(&buckets, key, false), 9);
		delist_word64_store(slot, (uint64_t)key << 32 | SPARE);
	}
	/* one for each bucket is enough for all of them */
	assert_true(buckets.used <= buckets.n * 2);
	assert_null(delist_buckets_slot(&buckets, 5000, false));
	delist_alloc_release(&alloc, buckets.memory, 1, buckets.bytes);
}

static void
empty_and_without_memory(void **state)
{
	struct support_memory memory = {.fail_at = 1};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_buckets buckets = {.n = 0};

	(void)state;
	assert_null(delist_buckets_slot(&buckets, 1, true));
	assert_false(delist_buckets_init(&buckets, &alloc, 8, false));
	assert_false(
	    delist_buckets_init(&buckets, &alloc, (size_t)1 << 40, false));
	assert_int_equal(memory.blocks, 0);
}

int
main(void)
{
	TEST(agrees_with_an_array);
	TEST(a_spare_slot_is_used_again);
	TEST(empty_and_without_memory);
	return support_run("buckets");
}
