/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/listfile.h>

struct line_row {
	const char *name;
	const char *text;
	const char *want; /* the entry, or NULL: an error or nothing */
	const char *want_note;
	int want_error;
};

/* clang-format off */
static const struct line_row line_rows[] = {
	{"an address", "192.0.2.1", "192.0.2.1/32", "", 0},
	{"a prefix", "198.51.100.0/24\n", "198.51.100.0/24", "", 0},
	{"IPv6", "2001:db8::/32", "2001:db8::/32", "", 0},
	{"an IPv6 address", "2001:DB8::1\n", "2001:db8::1/128", "", 0},
	{"mapped is IPv4", "::ffff:192.0.2.1", "192.0.2.1/32", "", 0},
	{"blanks around", " \t192.0.2.1\t \n", "192.0.2.1/32", "", 0},
	{"byte order mark", "\xef\xbb\xbf" "192.0.2.1", "192.0.2.1/32", "", 0},
	{"note after ;", "198.51.100.0/24 ; SBL1 \n", "198.51.100.0/24", "SBL1", 0},
	{"note after #", "192.0.2.1 # a # b", "192.0.2.1/32", "a # b", 0},
	{"note without a blank", "192.0.2.1#x", "192.0.2.1/32", "x", 0},
	{"empty note", "192.0.2.1 #", "192.0.2.1/32", "", 0},
	{"after empty lines", "\n\n\r\n\r192.0.2.1", "192.0.2.1/32", "", 0},
	{"after comments", "# x\n; y\n  # z\n192.0.2.1", "192.0.2.1/32", "", 0},
	{"empty text", "", NULL, NULL, 0},
	{"only a mark", "\xef\xbb\xbf", NULL, NULL, 0},
	{"only comments", "# 192.0.2.1\n;192.0.2.2", NULL, NULL, 0},
	{"only blanks", " \n\t", NULL, NULL, 0},
	{"a name", "mail.example.net", NULL, NULL, DELIST_ESYNTAX},
	{"two entries", "192.0.2.1 192.0.2.2", NULL, NULL, DELIST_ESYNTAX},
	{"a value behind", "192.0.2.1 127.0.0.2", NULL, NULL, DELIST_ESYNTAX},
	{"an exclusion", "!192.0.2.1", NULL, NULL, DELIST_ESYNTAX},
	{"a range", "192.0.2.1-192.0.2.9", NULL, NULL, DELIST_ESYNTAX},
	{"a mark later", "\n\xef\xbb\xbf" "192.0.2.1", NULL, NULL, DELIST_ESYNTAX},
	{"part of a mark", "\xef\xbb" "192.0.2.1", NULL, NULL, DELIST_ESYNTAX},
	{"form feed is no blank", "192.0.2.1\f", NULL, NULL, DELIST_ESYNTAX},
	{"leading zero", "192.0.2.01", NULL, NULL, DELIST_ESYNTAX},
	{"no length", "192.0.2.0/", NULL, NULL, DELIST_ESYNTAX},
	{"length 33", "192.0.2.0/33", NULL, NULL, DELIST_ERANGE},
	{"host bits", "192.0.2.1/24", NULL, NULL, DELIST_EHOSTBITS},
	{"the widest", "198.18.0.0/16", "198.18.0.0/16", "", 0},
	{"too wide", "198.18.0.0/15", NULL, NULL, DELIST_EWIDE},
	{"everybody", "0.0.0.0/0", NULL, NULL, DELIST_EWIDE},
	{"everybody in IPv6", "::/0", NULL, NULL, DELIST_EWIDE},
	{"loopback", "127.0.0.1", NULL, NULL, DELIST_EPROTECTED},
	{"private", "10.0.0.0/8", NULL, NULL, DELIST_EWIDE},
	{"inside private", "10.1.0.0/16", NULL, NULL, DELIST_EPROTECTED},
};
/* clang-format on */

static void
reads_a_line(void **state)
{
	const struct line_row *row = *state;
	size_t len = strlen(row->text);
	struct delist_text note = {row->name, 1};
	struct delist_prefix prefix = {{0}, 77};
	struct delist_listfile file;
	struct delist_guard guard;
	char text[DELIST_PREFIX_TEXT];
	bool found = row->want == NULL;

	delist_guard_init(&guard, sizeof guard);
	delist_listfile_init(
	    &file, support_guarded(row->text, len), len, &guard);
	assert_int_equal(delist_listfile_next(&file, &found, &prefix, &note),
	    row->want_error);
	if (row->want == NULL) {
		assert_int_equal(found, row->want_error != 0);
		assert_int_equal(prefix.bits, 77);
		assert_ptr_equal(note.at, row->name);
		return;
	}
	assert_true(found);
	delist_prefix_format(text, &prefix);
	assert_string_equal(text, row->want);
	assert_int_equal(note.len, strlen(row->want_note));
	if (note.len != 0)
		assert_memory_equal(note.at, row->want_note, note.len);
}

static void
an_error_has_its_line(void **state)
{
	static const char text[] =
	    "# one\r\n192.0.2.1\r\r\n\nfour\n192.0.2.2\n";
	struct delist_listfile file;
	struct delist_prefix prefix;
	size_t entries = 99, line = 99;
	bool found;

	(void)state;
	assert_int_equal(
	    delist_listfile_check(&entries, &line, text, strlen(text), NULL),
	    DELIST_ESYNTAX);
	assert_int_equal(entries, 99);
	assert_int_equal(line, 5);
	delist_listfile_init(&file, text, strlen(text), NULL);
	assert_int_equal(
	    delist_listfile_next(&file, &found, &prefix, NULL), DELIST_OK);
	assert_int_equal(file.line, 2);
	assert_int_equal(
	    delist_listfile_next(&file, &found, &prefix, NULL), DELIST_ESYNTAX);
	assert_int_equal(file.line, 5);
	assert_int_equal(
	    delist_listfile_next(&file, &found, &prefix, NULL), DELIST_OK);
	assert_true(found);
	assert_int_equal(file.line, 6);
	assert_int_equal(
	    delist_listfile_next(&file, &found, &prefix, NULL), DELIST_OK);
	assert_false(found);
	line = 99;
	assert_int_equal(
	    delist_listfile_check(&entries, &line, text, 18, NULL), DELIST_OK);
	assert_int_equal(entries, 1);
	assert_int_equal(line, 99);
}

/* Whatever ends the lines, and wherever the text stops, it is the same. */
static void
every_prefix_is_read(void **state)
{
	static const char text[] =
	    "\xef\xbb\xbf# x\r\n192.0.2.1 ; a\r198.51.100.0/24\n\n2001:db8::";

	(void)state;
	for (size_t len = 0; len < sizeof text; len++) {
		struct delist_listfile file;
		struct delist_prefix prefix;
		const char *copy = support_guarded(text, len);
		size_t n = 0, entries, line;
		bool found = true;
		int error = DELIST_OK;

		delist_listfile_init(&file, copy, len, NULL);
		while (error == DELIST_OK && found) {
			struct delist_text note;

			error =
			    delist_listfile_next(&file, &found, &prefix, &note);
			n += error == DELIST_OK && found;
			if (error == DELIST_OK && found && note.len != 0)
				assert_in_range(note.at - copy, 0, len - 1);
		}
		entries = n;
		assert_int_equal(
		    delist_listfile_check(&entries, &line, copy, len, NULL),
		    error);
		assert_int_equal(entries, n);
	}
}

struct format_row {
	const char *name;
	const char *prefix, *note, *want;
	int want_error;
};

/* clang-format off */
static const struct format_row format_rows[] = {
	{"a host", "192.0.2.1/32", "", "192.0.2.1\n", 0},
	{"a host in IPv6", "2001:db8::1", "", "2001:db8::1\n", 0},
	{"a prefix", "192.0.2.0/24", "", "192.0.2.0/24\n", 0},
	{"/32 of IPv6 is no host", "2001:db8::/32", "", "2001:db8::/32\n", 0},
	{"a note", "192.0.2.1", "spam trap", "192.0.2.1 # spam trap\n", 0},
	{"UTF-8 in a note", "192.0.2.1", "\xc3\xa9", "192.0.2.1 # \xc3\xa9\n", 0},
	{"a line end in a note", "192.0.2.1", "a\n10.0.0.0/8", NULL, DELIST_EINVAL},
	{"CR in a note", "192.0.2.1", "a\r", NULL, DELIST_EINVAL},
	{"DEL in a note", "192.0.2.1", "\x7f", NULL, DELIST_EINVAL},
};
/* clang-format on */

static void
writes_a_line(void **state)
{
	const struct format_row *row = *state;
	struct delist_text note = {row->note, strlen(row->note)};
	struct delist_prefix prefix;
	size_t len = 99, want_len = row->want != NULL ? strlen(row->want) : 80;

	assert_int_equal(
	    delist_prefix_parse(&prefix, row->prefix, strlen(row->prefix)),
	    DELIST_OK);
	for (size_t cap = 0; cap <= want_len; cap++) {
		char *out =
		    support_guarded("                                        "
				    "                                        ",
			cap);
		int want = row->want_error != 0 ? row->want_error
			   : cap < want_len	? DELIST_ENOSPC
						: DELIST_OK;

		assert_int_equal(
		    delist_listfile_format(out, cap, &len, &prefix, note),
		    want);
		assert_int_equal(len, want == DELIST_OK ? want_len : 99);
		if (want == DELIST_OK)
			assert_memory_equal(out, row->want, want_len);
	}
	prefix.bits = 200;
	assert_int_equal(delist_listfile_format(NULL, 0, &len, &prefix, note),
	    DELIST_EINVAL);
}

int
main(void)
{
	ROWS(reads_a_line, line_rows);
	TEST(an_error_has_its_line);
	TEST(every_prefix_is_read);
	ROWS(writes_a_line, format_rows);
	return support_run("listfile");
}
