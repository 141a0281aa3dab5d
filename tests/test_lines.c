/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <stdlib.h>

#include "lines.h"

struct shape_row {
	const char *name;
	size_t steps;
	unsigned width;
	unsigned kind;
};

static const struct shape_row shape_rows[] = {
    {"one step", 1, 1, DELIST_LINES_LINE},
    {"a full line", 21, 1, DELIST_LINES_LINE},
    {"one too many for a line", 22, 1, DELIST_LINES_TABLE},
    {"a full table", 672, 1, DELIST_LINES_TABLE},
    {"one too many for a table", 673, 1, DELIST_LINES_BIG},
    {"a step at each place", 65536, 1, DELIST_LINES_BIG},
    {"wide, a full line", 10, 4, DELIST_LINES_LINE},
    {"wide, one too many", 11, 4, DELIST_LINES_TABLE},
    {"wide, a full table", 320, 4, DELIST_LINES_TABLE},
    {"wide, one too many for a table", 321, 4, DELIST_LINES_BIG},
    {"wide, a step at each place", 65536, 4, DELIST_LINES_BIG},
};

static struct delist_step steps[65536];

static void
some_steps(size_t n, unsigned width, struct support_random *random)
{
	uint32_t most = width == 1 ? 256 : UINT32_MAX;
	size_t made = 0;

	/* the first, the last, and others in between */
	for (uint32_t x = 0; x < 65536; x++) {
		size_t left = n - made;

		if (x == 0 || (left > 0 && x == 65535) ||
		    (left > (x < 65535 && n > 1) &&
			support_below(random, 65536 - x) < left) ||
		    left >= 65536 - x)
			steps[made++] = (struct delist_step){
			    x, (uint32_t)support_below(random, most)};
	}
	assert_int_equal(made, n);
}

/* The slow twin walks along the steps. */
static void
agrees_with_the_steps(void **state)
{
	const struct shape_row *row = *state;
	struct support_random random = {row->steps};

	for (int round = 0; round < 3; round++) {
		uint8_t *block;
		unsigned kind;
		size_t n, at = 0;

		some_steps(row->steps, row->width, &random);
		n = delist_lines_size(&kind, steps, row->steps, row->width);
		assert_int_equal(kind, row->kind);
		assert_true(n <= DELIST_LINES_MOST);
		block = malloc(n);
		assert_non_null(block);
		delist_lines_encode(block, kind, steps, row->steps, row->width);
		assert_int_equal(
		    delist_lines_bytes(block, kind, row->width), n);
		for (unsigned x = 0; x < 65536; x++) {
			while (at + 1 < row->steps && steps[at + 1].start <= x)
				at++;
			assert_int_equal(
			    delist_lines_find(block, kind, x, row->width),
			    steps[at].code);
		}
		free(block);
	}
}

int
main(void)
{
	ROWS(agrees_with_the_steps, shape_rows);
	return support_run("lines");
}
