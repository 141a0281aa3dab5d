/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <stdlib.h>

#include "arena.h"

enum {
	BLOCKS = 200
};

/* The slow twin: which units are taken, one flag each. */
struct twin {
	bool taken[60000];
	struct {
		uint32_t at, units;
	} blocks[BLOCKS];
	size_t n;
};

static uint32_t
alignment_of(uint32_t units)
{
	uint32_t power = units & -units;

	return power < 4 ? power : 4;
}

static void
take_one(struct delist_arena *arena, struct twin *twin,
    struct support_random *random)
{
	uint32_t units = 1 + (uint32_t)support_below(random, 90);
	uint32_t at = delist_arena_take(arena, units);

	if (at == 0)
		return;
	assert_true(at + units <= arena->size);
	assert_int_equal(at % alignment_of(units), 0);
	for (uint32_t i = 0; i < units; i++) {
		assert_false(twin->taken[at + i]);
		twin->taken[at + i] = true;
	}
	memset(delist_arena_at(arena, at), 0xaa, 16 * (size_t)units);
	twin->blocks[twin->n].at = at;
	twin->blocks[twin->n++].units = units;
}

static void
give_one(struct delist_arena *arena, struct twin *twin,
    struct support_random *random)
{
	size_t i = support_below(random, twin->n);
	uint32_t at = twin->blocks[i].at, units = twin->blocks[i].units;

	for (uint32_t k = 0; k < units; k++)
		twin->taken[at + k] = false;
	delist_arena_give(arena, at, units);
	twin->blocks[i] = twin->blocks[--twin->n];
}

static void
never_gives_a_unit_twice(void **state)
{
	struct twin *twin = calloc(1, sizeof *twin);

	(void)state;
	assert_non_null(twin);
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct support_random random = {seed};
		struct support_memory memory = {0};
		struct delist_alloc alloc = support_alloc(&memory);
		struct delist_arena arena;

		memset(twin, 0, sizeof *twin);
		assert_true(delist_arena_init(&arena, &alloc, 4096));
		arena.used = 1;
		for (int i = 0; i < 4000; i++) {
			if (twin->n < BLOCKS && support_below(&random, 2) == 0)
				take_one(&arena, twin, &random);
			else if (twin->n > 0)
				give_one(&arena, twin, &random);
		}
		while (twin->n > 0)
			give_one(&arena, twin, &random);
		assert_int_equal(arena.given, arena.used - 1);
		delist_arena_fini(&arena, &alloc);
		assert_int_equal(memory.blocks, 0);
	}
	free(twin);
}

static void
full_is_zero(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_arena arena;
	uint32_t at;

	(void)state;
	assert_true(delist_arena_init(&arena, &alloc, 8));
	arena.used = 4;
	at = delist_arena_take(&arena, 4);
	assert_int_equal(at, 4);
	assert_int_equal(delist_arena_take(&arena, 1), 0);
	delist_arena_give(&arena, at, 4);
	assert_int_equal(delist_arena_take(&arena, 5), 0);
	assert_int_equal(delist_arena_take(&arena, 1), 4); /* cut off */
	assert_int_equal(delist_arena_take(&arena, 3), 5);
	delist_arena_fini(&arena, &alloc);
	assert_int_equal(memory.blocks, 0);
}

static void
keeps_what_it_has_when_it_grows(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_arena arena;
	uint32_t at;

	(void)state;
	assert_true(delist_arena_init(&arena, &alloc, 8));
	arena.used = 1;
	at = delist_arena_take(&arena, 2);
	memset(delist_arena_at(&arena, at), 0x55, 32);
	memory.fail_at = memory.calls + 1;
	assert_false(delist_arena_resize(&arena, &alloc, 5000));
	assert_true(delist_arena_resize(&arena, &alloc, 5000));
	assert_int_equal(arena.size, 5000);
	assert_int_equal((uintptr_t)arena.base % 64, 0);
	assert_int_equal(delist_arena_at(&arena, at)[0], 0x55);
	assert_int_equal(delist_arena_at(&arena, at)[31], 0x55);
	assert_true(delist_arena_resize(&arena, &alloc, 0));
	assert_int_equal(arena.size, arena.used);
	assert_int_equal(delist_arena_at(&arena, at)[31], 0x55);
	delist_arena_fini(&arena, &alloc);
	memory.fail_at = memory.calls + 1;
	assert_false(delist_arena_init(&arena, &alloc, 8));
	assert_false(delist_arena_init(&arena, &alloc, (size_t)UINT32_MAX + 1));
	assert_int_equal(memory.blocks, 0);
}

/* There is nothing; counts how often it was asked for. */
static void *
nothing(void *arg, void *ptr, size_t old_size, size_t new_size)
{
	(void)ptr;
	(void)old_size;
	*(unsigned *)arg += new_size != 0;
	return NULL;
}

/* A place must fit where it is noted: more is not even asked for. */
static void
has_a_largest_size(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	unsigned asked = 0;
	struct delist_alloc none = {nothing, &asked};
	struct delist_arena arena;

	(void)state;
	assert_false(delist_arena_init(&arena, &none, DELIST_ARENA_MOST));
	assert_int_equal(asked, 1);
	assert_false(delist_arena_init(&arena, &none, DELIST_ARENA_MOST + 1));
	assert_int_equal(asked, 1);
	assert_true(delist_arena_init(&arena, &alloc, 8));
	assert_false(delist_arena_resize(&arena, &none, DELIST_ARENA_MOST));
	assert_int_equal(asked, 2);
	assert_false(delist_arena_resize(&arena, &none, DELIST_ARENA_MOST + 1));
	assert_int_equal(asked, 2);
	assert_int_equal(arena.size, 8);
	delist_arena_fini(&arena, &alloc);
}

int
main(void)
{
	TEST(never_gives_a_unit_twice);
	TEST(full_is_zero);
	TEST(keeps_what_it_has_when_it_grows);
	TEST(has_a_largest_size);
	return support_run("arena");
}
