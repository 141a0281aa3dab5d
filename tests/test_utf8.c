/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "utf8.h"

struct row {
	const char *name;
	const char *text;
	size_t len;
	size_t want; /* bytes eaten; 0: refused */
	uint32_t character;
};

static const struct row rows[] = {
    {"nothing", "", 0, 0, 0},
    {"ascii", "ab", 2, 1, 'a'},
    {"nul", "\0", 1, 1, 0},
    {"last of one byte", "\x7f", 1, 1, 0x7f},
    {"first of two bytes", "\xc2\x80", 2, 2, 0x80},
    {"last of two bytes", "\xdf\xbf", 2, 2, 0x7ff},
    {"first of three bytes", "\xe0\xa0\x80", 3, 3, 0x800},
    {"last of three bytes", "\xef\xbf\xbf", 3, 3, 0xffff},
    {"first of four bytes", "\xf0\x90\x80\x80", 4, 4, 0x10000},
    {"last of all", "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
    {"before the surrogates", "\xed\x9f\xbf", 3, 3, 0xd7ff},
    {"behind the surrogates", "\xee\x80\x80", 3, 3, 0xe000},
    {"katakana", "\xe3\x82\xa2!", 4, 3, 0x30a2},

    {"lone continuation", "\x80", 1, 0, 0},
    {"last continuation", "\xbf", 1, 0, 0},
    {"overlong slash", "\xc0\xaf", 2, 0, 0},
    {"overlong, last of two bytes", "\xc1\xbf", 2, 0, 0},
    {"overlong, last of three bytes", "\xe0\x9f\xbf", 3, 0, 0},
    {"overlong, last of four bytes", "\xf0\x8f\xbf\xbf", 4, 0, 0},
    {"first surrogate", "\xed\xa0\x80", 3, 0, 0},
    {"last surrogate", "\xed\xbf\xbf", 3, 0, 0},
    {"beyond the last", "\xf4\x90\x80\x80", 4, 0, 0},
    {"far beyond", "\xf7\xbf\xbf\xbf", 4, 0, 0},
    {"five bytes", "\xf8\x88\x80\x80\x80", 5, 0, 0},
    {"never a byte", "\xff", 1, 0, 0},
    {"cut after one of two", "\xc2", 1, 0, 0},
    {"cut after two of three", "\xe3\x82", 2, 0, 0},
    {"cut after three of four", "\xf0\x90\x80", 3, 0, 0},
    {"second byte is ascii",
	"\xc2"
	"a",
	2, 0, 0},
    {"third byte begins another", "\xe3\x82\xc2", 3, 0, 0},
};

static void
reads_one(void **state)
{
	const struct row *row = *state;
	uint32_t character = 0xabcdef;

	assert_int_equal(delist_utf8_next(&character,
			     support_guarded(row->text, row->len), row->len),
	    row->want);
	assert_int_equal(character, row->want != 0 ? row->character : 0xabcdef);
}

/* Of all texts of three bytes: each character once, in order. */
static void
each_character_has_one_form(void **state)
{
	uint32_t last = 0, count = 0;
	char text[4];

	(void)state;
	for (uint32_t i = 0x80; i < 0x1000000; i++) {
		uint32_t character;
		size_t n;

		text[0] = (char)(i >> 16);
		text[1] = (char)(i >> 8);
		text[2] = (char)i;
		n = delist_utf8_next(&character, text, 3);
		/* nothing is behind the character */
		if (n != 3)
			continue;
		if (count++ > 0 && character <= last)
			fail();
		last = character;
	}
	assert_int_equal(count, 0x10000 - 0x800 - 0x800);
	assert_int_equal(last, 0xffff);
}

struct line_row {
	const char *name;
	const char *text;
	size_t len;
	bool want;
};

static const struct line_row line_rows[] = {
    {"empty", "", 0, true},
    {"first of ascii", " ", 1, true},
    {"last of ascii", "~", 1, true},
    {"behind the controls", "\xc2\xa0", 2, true},
    {"before the separators", "\xe2\x80\xa7", 3, true},
    {"behind the separators", "\xe2\x80\xaa", 3, true},
    {"katakana in a text", "a\xe3\x82\xa2z", 5, true},

    {"nul", "a\0", 2, false},
    {"last control of ascii", "\x1f", 1, false},
    {"line end", "a\n", 2, false},
    {"delete", "\x7f", 1, false},
    {"next line", "\xc2\x85", 2, false},
    {"last control", "\xc2\x9f", 2, false},
    {"line separator", "a\xe2\x80\xa8", 4, false},
    {"paragraph separator", "a\xe2\x80\xa9", 4, false},
    {"latin-1", "\xfc", 1, false},
    {"cut", "a\xe3\x82", 3, false},
};

static void
is_a_line(void **state)
{
	const struct line_row *row = *state;

	assert_int_equal(
	    delist_utf8_is_line(support_guarded(row->text, row->len), row->len),
	    row->want);
}

int
main(void)
{
	ROWS(is_a_line, line_rows);
	ROWS(reads_one, rows);
	TEST(each_character_has_one_form);
	return support_run("utf8");
}
