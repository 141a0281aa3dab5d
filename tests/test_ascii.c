/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "ascii.h"

static void
classes_are_those_of_ascii(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		char c = (char)(unsigned char)i;
		bool upper = i >= 'A' && i <= 'Z', lower = i >= 'a' && i <= 'z';
		bool digit = i >= '0' && i <= '9';

		assert_int_equal(delist_ascii_isdigit(c), digit);
		assert_int_equal(delist_ascii_isalpha(c), upper || lower);
		assert_int_equal(
		    delist_ascii_isalnum(c), upper || lower || digit);
		assert_int_equal(delist_ascii_isspace(c),
		    i != 0 && strchr(" \t\r\n\v\f", i) != NULL);
		assert_int_equal(delist_ascii_isprint(c), i >= 32 && i < 127);
		assert_int_equal(
		    (unsigned char)delist_ascii_lower(c), upper ? i + 32 : i);
	}
}

struct number_row {
	const char *name;
	const char *text;
	uint32_t max;
	size_t want_used;
	uint32_t want;
};

static const struct number_row number_rows[] = {
    {"zero", "0", 9, 1, 0},
    {"stops at a letter", "12a", 99, 2, 12},
    {"the largest", "255", 255, 3, 255},
    {"one over", "256", 255, 0, 77},
    {"32 bits", "4294967295", UINT32_MAX, 10, UINT32_MAX},
    {"over 32 bits", "4294967296", UINT32_MAX, 0, 77},
    {"wraps 64 bits", "18446744073709551617", UINT32_MAX, 0, 77},
    {"leading zero", "07", 99, 0, 77},
    {"two zeros", "00", 99, 0, 77},
    {"empty", "", 99, 0, 77},
    {"sign", "-1", 99, 0, 77},
    {"blank", " 1", 99, 0, 77},
};

static void
reads_numbers(void **state)
{
	const struct number_row *row = *state;
	uint32_t value = 77;
	char *text = support_guarded(row->text, strlen(row->text));

	assert_int_equal(
	    delist_ascii_number(&value, text, strlen(row->text), row->max),
	    row->want_used);
	assert_int_equal(value, row->want);
}

static void
words_ignore_case(void **state)
{
	(void)state;
	assert_true(delist_ascii_equal("aBc\xc3", "AbC\xc3", 4));
	assert_false(delist_ascii_equal("\xe3", "\xc3", 1));
	assert_false(delist_ascii_equal("@", "`", 1));
	assert_true(delist_ascii_begins("Status: 5", 9, "status:"));
	assert_false(delist_ascii_begins("Stat", 4, "status:"));
	assert_true(delist_ascii_begins("", 0, ""));
}

static void
sets_of_characters(void **state)
{
	(void)state;
	assert_true(delist_ascii_isin('b', "ab"));
	assert_false(delist_ascii_isin('c', "ab"));
	assert_false(delist_ascii_isin('a', ""));
	assert_false(delist_ascii_isin('\0', "ab"));
}

static void
hex_digits(void **state)
{
	(void)state;
	assert_int_equal(delist_ascii_hex('0'), 0);
	assert_int_equal(delist_ascii_hex('f'), 15);
	assert_int_equal(delist_ascii_hex('A'), 10);
	assert_int_equal(delist_ascii_hex('g'), -1);
	assert_int_equal(delist_ascii_hex('\xff'), -1);
}

int
main(void)
{
	TEST(classes_are_those_of_ascii);
	ROWS(reads_numbers, number_rows);
	TEST(words_ignore_case);
	TEST(sets_of_characters);
	TEST(hex_digits);
	return support_run("ascii");
}
