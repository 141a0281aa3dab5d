/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "epoch.h"

static void
enter(struct delist_reader *reader)
{
	atomic_store(&reader->inside, atomic_load(&reader->epoch->now));
}

static void
leave(struct delist_reader *reader)
{
	atomic_store(&reader->inside, 0);
	atomic_store(&reader->taken, false);
}

static void
the_oldest_inside_decides(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_epoch epoch;
	struct delist_reader *a, *b;

	(void)state;
	delist_epoch_init(&epoch);
	assert_true(delist_epoch_unread(&epoch));
	assert_int_equal(delist_epoch_oldest(&epoch), 1);
	a = delist_epoch_join(&epoch, &alloc);
	b = delist_epoch_join(&epoch, &alloc);
	assert_true(a != NULL && b != NULL && a != b);
	assert_false(delist_epoch_unread(&epoch));
	enter(a);
	atomic_store(&epoch.now, 5);
	enter(b);
	assert_int_equal(delist_epoch_oldest(&epoch), 1);
	atomic_store(&a->inside, 0);
	assert_int_equal(delist_epoch_oldest(&epoch), 5);
	atomic_store(&b->inside, 0);
	atomic_store(&epoch.now, 9);
	assert_int_equal(delist_epoch_oldest(&epoch), 9);
	delist_epoch_fini(&epoch, &alloc);
	assert_int_equal(memory.blocks, 0);
}

static void
any_number_of_readers(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_reader *readers[100], *again;
	struct delist_epoch epoch;
	size_t blocks;

	(void)state;
	delist_epoch_init(&epoch);
	memory.fail_at = 1;
	assert_null(delist_epoch_join(&epoch, &alloc));
	for (size_t i = 0; i < COUNT(readers); i++) {
		readers[i] = delist_epoch_join(&epoch, &alloc);
		assert_non_null(readers[i]);
		for (size_t j = 0; j < i; j++)
			assert_true(readers[i] != readers[j]);
	}
	blocks = memory.blocks;
	leave(readers[40]);
	again = NULL;
	for (int i = 0; again != readers[40] && i < 15; i++)
		again = delist_epoch_join(&epoch, &alloc);
	assert_true(again == readers[40]);
	assert_int_equal(memory.blocks, blocks);
	delist_epoch_fini(&epoch, &alloc);
	assert_int_equal(memory.blocks, 0);
}

/* What goes in comes out in order, each once its epoch is over. */
static void
limbo_is_a_queue(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct support_random random = {seed};
		struct support_memory memory = {0};
		struct delist_alloc alloc = support_alloc(&memory);
		struct delist_limbo limbo = {.begin = 0};
		uint64_t put = 1, got = 1;

		for (int i = 0; i < 500; i++) {
			size_t n = support_below(&random, 40);
			struct delist_retired out;

			if (support_below(&random, 2) == 0) {
				assert_true(
				    delist_limbo_reserve(&limbo, &alloc, n));
				for (size_t k = 0; k < n; k++) {
					struct delist_retired in = {
					    .epoch = put++, .units = 3};

					delist_limbo_add(&limbo, &in);
				}
			} else {
				while (delist_limbo_take(
				    &limbo, &out, got + 1 < put ? put - 1 : 0))
					assert_int_equal(out.epoch, got++);
			}
			assert_int_equal(delist_limbo_count(&limbo), put - got);
			delist_limbo_trim(&limbo, &alloc);
		}
		delist_limbo_forget(&limbo);
		for (struct delist_retired out;
		     delist_limbo_take(&limbo, &out, UINT64_MAX);) {
			assert_int_equal(out.epoch, got++);
			assert_int_equal(out.units, 0);
		}
		delist_limbo_trim(&limbo, &alloc);
		assert_int_equal(memory.blocks, 0);
	}
}

static void
limbo_without_memory(void **state)
{
	struct support_memory memory = {.fail_at = 1};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_limbo limbo = {.begin = 0};

	(void)state;
	assert_true(delist_limbo_reserve(&limbo, &alloc, DELIST_LIMBO_ROOM));
	assert_false(
	    delist_limbo_reserve(&limbo, &alloc, DELIST_LIMBO_ROOM + 1));
	assert_true(delist_limbo_reserve(&limbo, &alloc, 1000));
	delist_limbo_trim(&limbo, &alloc);
	assert_int_equal(memory.blocks, 0);
}

int
main(void)
{
	TEST(the_oldest_inside_decides);
	TEST(any_number_of_readers);
	TEST(limbo_is_a_queue);
	TEST(limbo_without_memory);
	return support_run("epoch");
}
