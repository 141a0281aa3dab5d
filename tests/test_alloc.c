/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "alloc.h"

static void
libc_serves_where_nothing_is_given(void **state)
{
	struct delist_alloc alloc = delist_alloc_or_libc(NULL);
	int *numbers = delist_alloc_zeroed(&alloc, 4, sizeof *numbers);

	(void)state;
	assert_non_null(numbers);
	assert_int_equal(numbers[3], 0);
	numbers[3] = 7;
	numbers = delist_alloc_grow(&alloc, numbers, 4, 4000, sizeof *numbers);
	assert_non_null(numbers);
	assert_int_equal(numbers[3], 7);
	delist_alloc_release(&alloc, numbers, 4000, sizeof *numbers);
	delist_alloc_release(&alloc, NULL, 0, sizeof *numbers);
}

static void
sizes_that_overflow_are_refused(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);

	(void)state;
	assert_null(delist_alloc_zeroed(&alloc, SIZE_MAX / 2, 3));
	assert_null(delist_alloc_zeroed(&alloc, 0, 3));
	assert_null(delist_alloc_zeroed(&alloc, 3, 0));
	assert_int_equal(memory.calls, 0);
}

static void
one_block(const struct delist_alloc *alloc, bool failing, void *arg)
{
	void *block = delist_alloc_zeroed(alloc, 3, 5);

	(void)failing;
	(void)arg;
	delist_alloc_release(alloc, block, 3, 5);
}

static void
sweep_fails_each_allocation(void **state)
{
	(void)state;
	support_sweep(one_block, NULL);
}

int
main(void)
{
	TEST(libc_serves_where_nothing_is_given);
	TEST(sizes_that_overflow_are_refused);
	TEST(sweep_fails_each_allocation);
	return support_run("alloc");
}
