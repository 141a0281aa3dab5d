/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/limit.h>

/* ---- one use, and how long it counts ---- */

struct life_row {
	const char *name;
	int64_t window_s;
	int64_t now_s;	 /* of the use */
	int64_t counted; /* last second in which it counts */
};

/* A lone use is at the beginning of its slot, so it counts for longest. */
static const struct life_row life_rows[] = {
    {"1 s", 1, 1000, 1000},
    {"2 s", 2, 1000, 1001},
    {"11 s, slots of 1", 11, 1000, 1010},
    {"12 s, slots of 2", 12, 1000, 1012},
    {"22 s, slots of 2", 22, 1000, 1022},
    {"23 s, slots of 3", 23, 1000, 1024},
    {"1 h, slots of 328", 3600, 1000, 1000 + 3600 + 326},
    {"24 h, slots of 7855", 86400, 1000, 1000 + 86400 + 7853},
    {"no window is 1 s", 0, 1000, 1000},
    {"a negative one is 1 s", INT64_MIN, 1000, 1000},
    {"time 0", 11, 0, 10},
    {"time before 1970", 11, -5, 5},
    {"first time of all", 11, INT64_MIN, INT64_MIN + 10},
    {"ends with time", 11, INT64_MAX - 11, INT64_MAX - 1},
};

static void
counts_for(void **state)
{
	const struct life_row *row = *state;
	struct delist_limit_rule rule = {1, row->window_s};
	struct delist_limit limit = {0};

	assert_true(delist_limit_take(&limit, &rule, 1, row->now_s));
	assert_int_equal(delist_limit_left(&limit, &rule, row->now_s), 0);
	assert_int_equal(delist_limit_left(&limit, &rule, row->counted), 0);
	assert_int_equal(delist_limit_left(&limit, &rule, row->counted + 1), 1);
	assert_int_equal(delist_limit_idle_s(&limit, &rule), row->counted + 1);
	assert_int_equal(delist_limit_free_s(&limit, &rule, 1, row->now_s),
	    row->counted + 1);
	assert_false(delist_limit_take(&limit, &rule, 1, row->counted));
	assert_true(delist_limit_take(&limit, &rule, 1, row->counted + 1));
}

/* ---- words of the header, one by one ---- */

static const struct delist_limit_rule three_a_day = {3, 86400};

static void
three_a_day_is_three(void **state)
{
	struct delist_limit limit = {0};

	(void)state;
	for (int64_t i = 0; i < 3; i++)
		assert_true(delist_limit_take(
		    &limit, &three_a_day, 1, 1000 + i * 3600));
	assert_false(delist_limit_take(&limit, &three_a_day, 1, 12000));
	assert_false(delist_limit_take(&limit, &three_a_day, 1, 1000 + 86399));
	/* slots of 7855: the first holds two */
	assert_int_equal(delist_limit_free_s(&limit, &three_a_day, 1, 12000),
	    1000 + 86400 + 7854);
	assert_int_equal(
	    delist_limit_left(&limit, &three_a_day, 1000 + 86400 + 7854), 3);
}

static void
all_or_nothing(void **state)
{
	struct delist_limit limit = {0}, before;

	(void)state;
	assert_true(delist_limit_take(&limit, &three_a_day, 2, 0));
	before = limit;
	assert_false(delist_limit_take(&limit, &three_a_day, 2, 50000));
	assert_memory_equal(&limit, &before, sizeof limit);
	assert_true(delist_limit_take(&limit, &three_a_day, 0, 50000));
	assert_memory_equal(&limit, &before, sizeof limit);
	assert_true(delist_limit_take(&limit, &three_a_day, 1, 50000));
}

static void
zero_is_none(void **state)
{
	struct delist_limit_rule none = {0, 60};
	struct delist_limit limit = {0};

	(void)state;
	assert_int_equal(delist_limit_left(&limit, &none, 0), 0);
	assert_false(delist_limit_take(&limit, &none, 1, 0));
	assert_true(delist_limit_take(&limit, &none, 0, 0));
	assert_int_equal(delist_limit_free_s(&limit, &none, 1, 5), INT64_MAX);
	assert_int_equal(delist_limit_free_s(&limit, &none, 0, 5), 5);
	assert_int_equal(delist_limit_idle_s(&limit, &none), INT64_MIN);
}

static void
more_than_the_max_is_never_free(void **state)
{
	struct delist_limit limit = {0};

	(void)state;
	assert_int_equal(delist_limit_free_s(&limit, &three_a_day, 3, 7), 7);
	assert_int_equal(
	    delist_limit_free_s(&limit, &three_a_day, 4, 7), INT64_MAX);
	assert_true(delist_limit_take(&limit, &three_a_day, 3, 7));
	assert_int_equal(
	    delist_limit_free_s(&limit, &three_a_day, 4, 7), INT64_MAX);
}

static void
the_largest_numbers_fit(void **state)
{
	struct delist_limit_rule rule = {UINT32_MAX, INT64_MAX};
	struct delist_limit limit = {0};

	(void)state;
	assert_true(delist_limit_take(&limit, &rule, UINT32_MAX, INT64_MIN));
	assert_int_equal(delist_limit_left(&limit, &rule, -1), 0);
	assert_false(delist_limit_take(&limit, &rule, 1, -2));
	assert_int_equal(
	    delist_limit_left(&limit, &rule, INT64_MAX), UINT32_MAX);
	assert_true(delist_limit_take(&limit, &rule, 1, INT64_MAX));
	assert_int_equal(delist_limit_idle_s(&limit, &rule), INT64_MAX);
	assert_int_equal(
	    delist_limit_free_s(&limit, &rule, UINT32_MAX, 0), INT64_MAX);
}

static void
a_step_back_frees_nothing(void **state)
{
	struct delist_limit_rule rule = {2, 60};
	struct delist_limit limit = {0};

	(void)state;
	assert_true(delist_limit_take(&limit, &rule, 1, 1000));
	assert_true(delist_limit_take(&limit, &rule, 1, -1000));
	assert_false(delist_limit_take(&limit, &rule, 1, -1000));
	assert_false(delist_limit_take(&limit, &rule, 1, 999));
	assert_false(delist_limit_take(&limit, &rule, 1, 1059));
	assert_int_equal(delist_limit_free_s(&limit, &rule, 1, -1000),
	    delist_limit_idle_s(&limit, &rule));
	assert_true(delist_limit_take(&limit, &rule, 1, 1060 + 5));
}

static void
a_lowered_max_holds_at_once(void **state)
{
	struct delist_limit_rule rule = {10, 60};
	struct delist_limit limit = {0};

	(void)state;
	assert_true(delist_limit_take(&limit, &rule, 8, 0));
	rule.max = 5;
	assert_int_equal(delist_limit_left(&limit, &rule, 1), 0);
	assert_false(delist_limit_take(&limit, &rule, 1, 1));
	rule.max = 9;
	assert_int_equal(delist_limit_left(&limit, &rule, 1), 1);
}

/* A stored counter meets another window after a restart: never stuck. */
static void
another_window_does_not_lock(void **state)
{
	struct delist_limit_rule hour = {1, 3600}, day = {1, 86400};
	struct delist_limit limit = {0};

	(void)state;
	assert_true(delist_limit_take(&limit, &hour, 1, 1795478400));
	assert_false(delist_limit_take(&limit, &day, 1, 1795478400 + 3600));
	assert_true(delist_limit_take(&limit, &day, 1, 1795478400 + 100000));
	assert_true(delist_limit_take(&limit, &hour, 1, 1795478400 + 104000));
}

/* ---- the twin: a list of all uses ---- */

enum {
	USES = 600
};

struct twin {
	int64_t at[USES]; /* by the latest clock seen at a use */
	uint32_t n[USES];
	size_t count;
};

/* Uses less than `length` before now_s, or after it. */
static uint64_t
within(const struct twin *twin, int64_t now_s, uint64_t length)
{
	uint64_t n = 0;

	for (size_t i = 0; i < twin->count; i++)
		if (twin->at[i] >= now_s ||
		    (uint64_t)now_s - (uint64_t)twin->at[i] < length)
			n += twin->n[i];
	return n;
}

static void
write_down(struct twin *twin, uint32_t n, int64_t now_s)
{
	if (twin->count > 0 && twin->at[twin->count - 1] > now_s)
		now_s = twin->at[twin->count - 1];
	twin->at[twin->count] = now_s;
	twin->n[twin->count++] = n;
}

/* Time goes on in steps of about a slot, at times jumps, at times back. */
static int64_t
next_time(struct support_random *random, int64_t now_s, int64_t window_s)
{
	static const int64_t extremes[] = {
	    INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX - 1, INT64_MAX};
	uint64_t step = support_below(random, (uint64_t)window_s / 5 + 2);

	switch (support_below(random, 400)) {
	case 0:
		return extremes[support_below(random, COUNT(extremes))];
	case 1:
		return (int64_t)support_random(random);
	case 2:
	case 3:
	case 4:
		return now_s < INT64_MIN + (int64_t)step
			   ? INT64_MIN
			   : now_s - (int64_t)step;
	default:
		return now_s > INT64_MAX - (int64_t)step
			   ? INT64_MAX
			   : now_s + (int64_t)step;
	}
}

/* left, free_s and idle_s say what take does. */
static void
foretells(const struct delist_limit *limit,
    const struct delist_limit_rule *rule, uint32_t n, int64_t now_s)
{
	uint32_t left = delist_limit_left(limit, rule, now_s);
	int64_t free_s = delist_limit_free_s(limit, rule, n, now_s);
	int64_t idle_s = delist_limit_idle_s(limit, rule);
	struct delist_limit copy = *limit;

	assert_true(delist_limit_take(&copy, rule, left, now_s));
	assert_false(delist_limit_take(&copy, rule, 1, now_s));
	if (now_s != INT64_MAX)
		assert_int_equal(free_s == now_s, n <= left);
	copy = *limit;
	if (free_s != INT64_MAX)
		assert_true(delist_limit_take(&copy, rule, n, free_s));
	copy = *limit;
	if (free_s > now_s)
		assert_false(delist_limit_take(&copy, rule, n, free_s - 1));
	if (idle_s != INT64_MAX)
		assert_int_equal(
		    delist_limit_left(limit, rule, idle_s), rule->max);
	if (idle_s > now_s && idle_s > INT64_MIN)
		assert_true(
		    delist_limit_left(limit, rule, idle_s - 1) < rule->max);
}

static void
run_beside_twin(struct support_random *random, int64_t window_s)
{
	struct delist_limit_rule rule = {
	    (uint32_t)support_below(random, 30) + 1, window_s};
	uint64_t slot = ((uint64_t)window_s - 1) / 11 + 1;
	struct delist_limit limit = {0};
	struct twin twin = {.count = 0};
	int64_t now_s = (int64_t)support_below(random, 2000000000) - 1000000000;

	for (int round = 0; round < 500; round++) {
		uint32_t n = (uint32_t)support_below(random, rule.max + 2);

		if (support_below(random, 2) == 0)
			n = n != 0;
		now_s = next_time(random, now_s, window_s);
		foretells(&limit, &rule, n, now_s);
		if (delist_limit_take(&limit, &rule, n, now_s)) {
			if (n != 0)
				write_down(&twin, n, now_s);
		} else {
			assert_true(within(&twin, now_s,
					(uint64_t)window_s + slot - 1) +
					n >
				    rule.max);
		}
		if (twin.count != 0)
			assert_true(within(&twin, twin.at[twin.count - 1],
					(uint64_t)window_s) <= rule.max);
	}
}

static void
behaves_like_a_list(void **state)
{
	static const int64_t windows[] = {1, 2, 3, 10, 11, 12, 13, 21, 22, 23,
	    60, 3600, 86400, 30 * 86400, INT64_MAX / 2, INT64_MAX - 1,
	    INT64_MAX};
	struct support_random random = {6471};

	(void)state;
	for (size_t i = 0; i < COUNT(windows); i++)
		for (int run = 0; run < 40; run++)
			run_beside_twin(&random, windows[i]);
	for (int run = 0; run < 400; run++)
		run_beside_twin(
		    &random, (int64_t)support_below(&random, 500) + 1);
}

int
main(void)
{
	ROWS(counts_for, life_rows);
	TEST(three_a_day_is_three);
	TEST(all_or_nothing);
	TEST(zero_is_none);
	TEST(more_than_the_max_is_never_free);
	TEST(the_largest_numbers_fit);
	TEST(a_step_back_frees_nothing);
	TEST(a_lowered_max_holds_at_once);
	TEST(another_window_does_not_lock);
	TEST(behaves_like_a_list);
	return support_run("limit");
}
