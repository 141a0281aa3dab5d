/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/error.h>

#include "idmap.h"

enum {
	MANY = 600
};

/* Few first bytes, so that places collide and runs wrap around. */
static void
make_id(uint8_t id[16], uint32_t number)
{
	memset(id, 0, 16);
	id[3] = (uint8_t)(number % 7 * 41);
	id[14] = (uint8_t)(number >> 8);
	id[15] = (uint8_t)number;
}

/* The slow twin is an array that says which ids are in. */
static void
like_its_twin(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct support_random random = {3};
	struct delist_idmap map;
	bool in[MANY] = {false};
	uint32_t count = 0;

	(void)state;
	delist_idmap_init(&map, &alloc);
	for (int round = 0; round < 30000; round++) {
		uint32_t n = (uint32_t)support_below(&random, MANY), got = 1;
		bool growing = round / 5000 % 2 == 0;
		uint8_t id[16];

		make_id(id, n);
		assert_int_equal(delist_idmap_get(&map, &got, id), in[n]);
		assert_int_equal(got, in[n] ? n + 5 : 1);
		if (!in[n] && (growing || support_below(&random, 4) == 0)) {
			assert_int_equal(delist_idmap_reserve(&map), 0);
			delist_idmap_put(&map, id, n + 5);
			in[n] = true;
			count++;
		} else if (!growing || support_below(&random, 4) == 0) {
			delist_idmap_remove(&map, id);
			count -= in[n];
			in[n] = false;
		}
		assert_int_equal(map.count, count);
	}
	for (uint32_t n = 0; n < MANY; n++) {
		uint32_t got;
		uint8_t id[16];

		make_id(id, n);
		assert_int_equal(delist_idmap_get(&map, &got, id), in[n]);
		delist_idmap_remove(&map, id);
		assert_false(delist_idmap_get(&map, &got, id));
	}
	assert_int_equal(map.count, 0);
	delist_idmap_fini(&map);
	assert_int_equal(memory.blocks, 0);
}

static void
out_of_memory(const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct delist_idmap map;

	(void)arg;
	delist_idmap_init(&map, alloc);
	for (uint32_t n = 0; n < 100; n++) {
		int result = delist_idmap_reserve(&map);
		uint8_t id[16];
		uint32_t got;

		make_id(id, n);
		if (result != DELIST_OK) {
			assert_true(failing && result == DELIST_ENOMEM);
			assert_int_equal(map.count, n);
			break;
		}
		delist_idmap_put(&map, id, n);
		make_id(id, 0);
		assert_true(delist_idmap_get(&map, &got, id));
	}
	delist_idmap_fini(&map);
}

static void
says_when_there_is_no_memory(void **state)
{
	(void)state;
	support_sweep(out_of_memory, NULL);
}

static void
has_a_largest_size(void **state)
{
	struct delist_idmap map = {.places = 1u << 31, .count = 1u << 31};

	(void)state;
	assert_int_equal(delist_idmap_reserve(&map), DELIST_ENOMEM);
}

int
main(void)
{
	TEST(like_its_twin);
	TEST(says_when_there_is_no_memory);
	TEST(has_a_largest_size);
	return support_run("idmap");
}
