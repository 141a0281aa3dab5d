/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/status.h>

struct parse_row {
	const char *name;
	const char *text;
	int want;
	size_t want_used;
	struct delist_status want_status;
};

static const struct parse_row parse_rows[] = {
    {"portal, first", "5.7.606", 0, 7, {5, 7, 606}},
    {"before portal", "5.7.605 x", 0, 7, {5, 7, 605}},
    {"portal, last", "5.7.649-", 0, 7, {5, 7, 649}},
    {"behind portal", "5.7.650;", 0, 7, {5, 7, 650}},
    {"by mail", "5.7.511\n", 0, 7, {5, 7, 511}},
    {"51 is another code", "5.7.51 ", 0, 6, {5, 7, 51}},
    {"Thai digits behind", "5.7.5\xe0\xb9\x91", DELIST_ESYNTAX, 0, {0, 0, 0}},
    {"Arabic digit behind", "5.7.51\xd9\xa1", DELIST_ESYNTAX, 0, {0, 0, 0}},
    {"fullwidth digit", "5.7.51\xef\xbc\x91", DELIST_ESYNTAX, 0, {0, 0, 0}},
    {"a fullwidth colon", "5.7.51\xef\xbc\x9a", 0, 6, {5, 7, 51}},
    {"shortest", "2.0.0", 0, 5, {2, 0, 0}},
    {"longest", "4.999.999", 0, 9, {4, 999, 999}},
    {"ends a sentence", "5.7.1.", 0, 5, {5, 7, 1}},
    {"ends a sentence in a text", "5.7.1. x", 0, 5, {5, 7, 1}},
    {"bracket", "5.7.1)", 0, 5, {5, 7, 1}},
    {"leading zero", "5.7.0511", DELIST_ESYNTAX, 0, {0}},
    {"leading zero, short", "5.07.1", DELIST_ESYNTAX, 0, {0}},
    {"subject over 999", "5.1000.1", DELIST_ERANGE, 0, {0}},
    {"detail over 999", "5.7.1000", DELIST_ERANGE, 0, {0}},
    {"511 after overflow", "5.7.4294967807", DELIST_ERANGE, 0, {0}},
    {"511 after 16 bits", "5.7.66047", DELIST_ERANGE, 0, {0}},
    {"an address", "5.7.100.2", DELIST_ESYNTAX, 0, {0}},
    {"another address", "4.16.55.1", DELIST_ESYNTAX, 0, {0}},
    {"class 3", "3.5.7", DELIST_ESYNTAX, 0, {0}},
    {"class 55", "55.7.1", DELIST_ESYNTAX, 0, {0}},
    {"letter behind", "5.7.1x", DELIST_ESYNTAX, 0, {0}},
    {"no detail", "5.7.", DELIST_ESYNTAX, 0, {0}},
    {"no subject", "5..1", DELIST_ESYNTAX, 0, {0}},
    {"two numbers", "5.7", DELIST_ESYNTAX, 0, {0}},
    {"a blank first", " 5.7.1", DELIST_ESYNTAX, 0, {0}},
    {"empty", "", DELIST_ESYNTAX, 0, {0}},
};

static void
parses(void **state)
{
	const struct parse_row *row = *state;
	struct delist_status got = {0};
	size_t used = 0;
	char *text = support_guarded(row->text, strlen(row->text));

	assert_int_equal(
	    delist_status_parse(&got, &used, text, strlen(row->text)),
	    row->want);
	assert_int_equal(used, row->want_used);
	assert_int_equal(delist_status_compare(&got, &row->want_status), 0);
}

static void
every_code_comes_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3000000; i += 7) {
		struct delist_status code = {
		    (uint16_t)(i / 1000000 == 0 ? 2 : 3 + i / 1000000),
		    (uint16_t)(i / 1000 % 1000), (uint16_t)(i % 1000)};
		struct delist_status got;
		char text[DELIST_STATUS_TEXT];
		size_t used, len = delist_status_format(text, &code);

		assert_int_equal(text[len], '\0');
		assert_int_equal(
		    delist_status_parse(&got, &used, text, len), DELIST_OK);
		assert_int_equal(used, len);
		assert_int_equal(delist_status_compare(&got, &code), 0);
	}
}

static void
no_code_is_no_text(void **state)
{
	static const struct delist_status none[] = {
	    {0, 7, 1}, {10, 7, 1}, {5, 1000, 1}, {5, 7, 1000}};

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++) {
		char text[DELIST_STATUS_TEXT] = "x";

		assert_int_equal(delist_status_format(text, &none[i]), 0);
		assert_string_equal(text, "");
	}
}

static void
codes_have_an_order(void **state)
{
	static const struct delist_status up[] = {
	    {2, 9, 9}, {4, 1, 9}, {4, 2, 1}, {4, 2, 2}, {5, 0, 0}};

	(void)state;
	for (size_t i = 0; i < COUNT(up); i++)
		for (size_t j = 0; j < COUNT(up); j++) {
			int order = delist_status_compare(&up[i], &up[j]);

			assert_int_equal(
			    (order > 0) - (order < 0), (i > j) - (i < j));
		}
}

int
main(void)
{
	ROWS(parses, parse_rows);
	TEST(every_code_comes_back);
	TEST(no_code_is_no_text);
	TEST(codes_have_an_order);
	return support_run("status");
}
