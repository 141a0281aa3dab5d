/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "paint.h"

enum {
	PLACES = 256
};

/* Nested ranges in order: halves of halves, each there or not. */
static size_t
some_ranges(struct delist_range *ranges, struct support_random *random)
{
	size_t n = 0;

	for (unsigned start = 0; start < PLACES; start++) {
		for (unsigned bits = 0; bits <= 8; bits++) {
			unsigned size = (unsigned)PLACES >> bits;

			if (start % size == 0 && support_below(random, 6) == 0)
				ranges[n++] = (struct delist_range){start,
				    start + size - 1,
				    (uint32_t)support_below(random, 4)};
		}
	}
	return n;
}

/* The slow twin paints every place. */
static void
agrees_with_paint(void **state)
{
	static struct delist_range ranges[PLACES * 2];
	static struct delist_step steps[PLACES * 4 + 1];

	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct support_random random = {seed};
		uint32_t places[PLACES] = {0};
		size_t n = some_ranges(ranges, &random), made, at = 0;

		for (size_t i = 0; i < n; i++)
			for (uint64_t p = ranges[i].start; p <= ranges[i].last;
			     p++)
				places[p] = ranges[i].code;
		made = delist_paint(steps, ranges, n, 0, PLACES - 1);
		assert_true(made <= 2 * n + 1);
		assert_int_equal(steps[0].start, 0);
		for (unsigned p = 0; p < PLACES; p++) {
			while (at + 1 < made && steps[at + 1].start <= p) {
				at++;
				assert_int_not_equal(
				    steps[at].code, steps[at - 1].code);
			}
			assert_int_equal(steps[at].code, places[p]);
		}
		assert_int_equal(at, made - 1);
	}
}

static void
reaches_the_last_place(void **state)
{
	struct delist_range ranges[] = {
	    {0, UINT64_MAX, 1}, {UINT64_MAX - 1, UINT64_MAX, 2}};
	struct delist_step steps[5];

	(void)state;
	assert_int_equal(delist_paint(steps, ranges, 2, 0, UINT64_MAX), 2);
	assert_int_equal(steps[0].code, 1);
	assert_int_equal(steps[1].start, UINT64_MAX - 1);
	assert_int_equal(steps[1].code, 2);
	assert_int_equal(delist_paint(steps, NULL, 0, 7, 9), 1);
	assert_int_equal(steps[0].code, 7);
}

int
main(void)
{
	TEST(agrees_with_paint);
	TEST(reaches_the_last_place);
	return support_run("paint");
}
