/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "writer.h"

static void
pieces_follow_each_other(void **state)
{
	char text[32];
	struct delist_writer w = {text, sizeof text, 0, false};

	(void)state;
	delist_writer_text(&w, "550 5.7.");
	delist_writer_number(&w, 606);
	delist_writer_put(&w, " x", 2);
	delist_writer_put(&w, NULL, 0);
	assert_false(w.full);
	assert_int_equal(w.len, 13);
	assert_memory_equal(text, "550 5.7.606 x", 13);
}

static void
what_does_not_fit_is_dropped_whole(void **state)
{
	char *text = support_guarded("....", 4);
	struct delist_writer w = {text, 4, 0, false};

	(void)state;
	delist_writer_text(&w, "abc");
	delist_writer_text(&w, "de");
	assert_true(w.full);
	delist_writer_text(&w, "f");
	assert_true(w.full);
	assert_int_equal(w.len, 3);
	assert_memory_equal(text, "abc.", 4);
}

static void
the_last_byte_is_used(void **state)
{
	char *text = support_guarded("....", 4);
	struct delist_writer w = {text, 4, 0, false};

	(void)state;
	delist_writer_text(&w, "abcd");
	assert_false(w.full);
	delist_writer_text(&w, "");
	assert_false(w.full);
	delist_writer_number(&w, 1);
	assert_true(w.full);
}

static void
numbers_are_decimal(void **state)
{
	static const uint64_t values[] = {
	    0, 9, 10, 4294967295, UINT64_MAX, 10000000000000000000u};
	static const char *const want[] = {"0", "9", "10", "4294967295",
	    "18446744073709551615", "10000000000000000000"};

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		char text[20];
		struct delist_writer w = {text, sizeof text, 0, false};

		delist_writer_number(&w, values[i]);
		assert_false(w.full);
		assert_int_equal(w.len, strlen(want[i]));
		assert_memory_equal(text, want[i], w.len);
	}
}

int
main(void)
{
	TEST(pieces_follow_each_other);
	TEST(what_does_not_fit_is_dropped_whole);
	TEST(numbers_are_decimal);
	TEST(the_last_byte_is_used);
	return support_run("writer");
}
