/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <stdlib.h>

#include "runs.h"

/* The slow twin is the 256 codes themselves. */
static void
same(const uint32_t codes[256], unsigned width)
{
	static uint8_t arena[256 * 32 + DELIST_RUNS_MOST + 64];
	uint8_t block[DELIST_RUNS_MOST];
	size_t constants = delist_runs_constants(arena, width), n;
	uint32_t word;

	n = delist_runs_encode(block, &word, codes, width);
	assert_true(n <= sizeof block);
	if (n > 0) {
		memcpy(arena + constants, block, n);
		word = delist_runs_moved(word, (uint32_t)(constants / 16));
		assert_int_equal(delist_runs_at(word), constants / 16);
	}
	assert_int_equal(delist_runs_bytes(word, width), n);
	assert_true(delist_runs_reach(word, width) <= constants + n);
	for (unsigned b = 0; b < 256; b++)
		assert_int_equal(
		    delist_runs_find(arena, word, b, width), codes[b]);
}

/* Every number of runs, evenly and by chance. */
static void
agrees_with_the_codes(void **state)
{
	struct support_random random = {1};
	uint32_t codes[256];

	(void)state;
	for (unsigned width = 1; width <= 4; width += 3) {
		uint32_t most = width == 1 ? 256 : UINT32_MAX;

		for (unsigned runs = 1; runs <= 256; runs++) {
			for (unsigned b = 0; b < 256; b++)
				codes[b] = b * runs / 256;
			same(codes, width);
			for (unsigned b = 0; b < 256; b++)
				codes[b] =
				    b == 0 || support_below(&random, 256) < runs
					? (uint32_t)support_below(&random, most)
					: codes[b - 1];
			same(codes, width);
		}
	}
}

struct size_row {
	const char *name;
	unsigned runs; /* in the first 16 of 256; then one more */
	unsigned width;
	size_t bytes;
};

static const struct size_row size_rows[] = {
    {"none of its own", 1, 1, 0},
    {"two runs", 2, 1, 32},
    {"16 runs in a part", 16, 1, 32},
    {"17 runs in a part", 17, 1, 64},
    {"too many anywhere", 256, 1, 256},
    {"wide, one run", 1, 4, 80},
    {"wide, 17 runs", 17, 4, 160},
    {"wide, too many", 256, 4, 1024},
};

/* Runs spread over all 256. */
static void
takes_so_many_bytes(void **state)
{
	const struct size_row *row = *state;
	uint8_t block[DELIST_RUNS_MOST];
	uint32_t codes[256], word;

	for (unsigned b = 0; b < 256; b++)
		codes[b] = 1 + b * row->runs / 256 % 200;
	assert_int_equal(
	    delist_runs_encode(block, &word, codes, row->width), row->bytes);
}

int
main(void)
{
	TEST(agrees_with_the_codes);
	ROWS(takes_so_many_bytes, size_rows);
	return support_run("runs");
}
