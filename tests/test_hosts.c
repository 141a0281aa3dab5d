/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <stdlib.h>

#include "hosts.h"

/* The slow twin is a bitmap. */
static uint64_t bits[DELIST_HOSTS_WORDS];

static bool
has(unsigned x)
{
	return (bits[x / 64] >> x % 64 & 1) != 0;
}

static void
flip(unsigned x)
{
	bits[x / 64] ^= UINT64_C(1) << x % 64;
}

static void
same(const uint8_t *block, uint64_t word)
{
	uint64_t again[DELIST_HOSTS_WORDS] = {0};

	delist_hosts_decode(again, word, block);
	assert_memory_equal(again, bits, sizeof bits);
	for (unsigned x = 0; x < 65536; x++)
		assert_int_equal(
		    delist_hosts_find(block, word, x), has(x) ? 5 : 0);
}

struct fill_row {
	const char *name;
	unsigned places, dense; /* by chance; and whole /24s */
	unsigned kind;
};

static const struct fill_row fill_rows[] = {
    {"one", 1, 0, 1},
    {"eight", 8, 0, 1},
    {"nine", 9, 0, 2},
    {"sixteen", 16, 0, 2},
    {"seventeen", 17, 0, 3},
    {"thirty-two", 32, 0, 3},
    {"thirty-three", 33, 0, DELIST_HOSTS_ONE},
    {"a full directory", 192, 0, DELIST_HOSTS_ONE},
    {"one too many", 193, 0, DELIST_HOSTS_TWO},
    {"two directories", 500, 0, DELIST_HOSTS_TWO},
    {"too many for two", 700, 0, DELIST_HOSTS_BIG},
    {"a bitmap", 0, 1, DELIST_HOSTS_ONE},
    {"six bitmaps", 0, 6, DELIST_HOSTS_ONE},
    {"seven bitmaps", 0, 7, DELIST_HOSTS_TWO},
    {"all", 0, 256, DELIST_HOSTS_BIG},
};

static void
some_places(const struct fill_row *row, struct support_random *random)
{
	memset(bits, 0, sizeof bits);
	for (unsigned i = 0; i < row->dense; i++)
		memset(bits + 4 * (i * 256 / row->dense), 0xff, 32);
	for (unsigned i = 0; i < row->places;) {
		unsigned x = (unsigned)support_below(random, 65536);

		i += !has(x);
		bits[x / 64] |= UINT64_C(1) << x % 64;
	}
}

/* What a lookup may read lies in a block of its own. */
static uint8_t *
encoded(uint64_t *word)
{
	static uint8_t block[DELIST_HOSTS_MOST + 1200];
	uint64_t copy[DELIST_HOSTS_WORDS];
	size_t n;

	memcpy(copy, bits, sizeof copy);
	memset(block, 0xee, sizeof block);
	n = delist_hosts_encode(block, word, copy, 5);
	assert_int_equal(delist_hosts_bytes(*word, block), n);
	for (unsigned i = 0; i < DELIST_HOSTS_WORDS; i++)
		assert_true(copy[i] == 0);
	return block;
}

static void
agrees_with_a_bitmap(void **state)
{
	const struct fill_row *row = *state;
	struct support_random random = {row->places + 1};

	for (int round = 0; round < 5; round++) {
		uint64_t word;
		uint8_t *block;

		some_places(row, &random);
		block = encoded(&word);
		assert_int_equal(delist_hosts_kind(word), row->kind);
		same(block, word);
	}
}

/* One more or one less, as long as the form allows it. */
static void
changes_by_one(void **state)
{
	const struct fill_row *row = *state;
	struct support_random random = {row->places + 7};
	static uint8_t copy[DELIST_HOSTS_MOST + 1200];
	uint64_t word, made;
	uint8_t *block;

	some_places(row, &random);
	block = encoded(&word);
	for (int i = 0; i < 600; i++) {
		unsigned x = (unsigned)support_below(&random, 65536);
		bool set;
		size_t n;

		if (i % 2 == 0) /* one that is there */
			while (!has(x))
				x = (x + 1) & 0xffff;
		set = !has(x);
		assert_int_equal(
		    delist_hosts_with(copy, &made, word, block, x, !set), 0);
		n = delist_hosts_with(copy, &made, word, block, x, set);
		if (n == 0)
			continue;
		flip(x);
		word = made;
		memcpy(block, copy, n);
		assert_int_equal(delist_hosts_bytes(word, block), n);
		if (i % 20 == 0)
			same(block, word);
	}
	same(block, word);
}

static void
nothing_is_nowhere(void **state)
{
	uint8_t block[64] = {0};

	(void)state;
	assert_true(delist_hosts_empty(DELIST_HOSTS_NONE));
	assert_int_equal(delist_hosts_bytes(DELIST_HOSTS_NONE, block), 0);
	assert_int_equal(delist_hosts_find(block, DELIST_HOSTS_NONE, 0), 0);
	memset(bits, 0, sizeof bits);
	same(block, DELIST_HOSTS_NONE);
}

int
main(void)
{
	ROWS(agrees_with_a_bitmap, fill_rows);
	ROWS(changes_by_one, fill_rows);
	TEST(nothing_is_nowhere);
	return support_run("hosts");
}
