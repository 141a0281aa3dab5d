/* SPDX-License-Identifier: ISC */
#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <time.h>

#include <delist/error.h>

#include "date.h"

struct date_row {
	const char *name;
	int64_t time_s;
	const char *want; /* NULL: DELIST_ERANGE */
};

static const struct date_row date_rows[] = {
    {"epoch", 0, "Thu, 01 Jan 1970 00:00:00 +0000"},
    {"second before the epoch", -1, "Wed, 31 Dec 1969 23:59:59 +0000"},
    {"some day", 1795478400, "Tue, 24 Nov 2026 00:00:00 +0000"},
    {"leap day", 1709164800, "Thu, 29 Feb 2024 00:00:00 +0000"},
    {"2000 is a leap year", 951782400, "Tue, 29 Feb 2000 00:00:00 +0000"},
    {"day after", 951868800, "Wed, 01 Mar 2000 00:00:00 +0000"},
    {"1900 is none", -2203891201, "Wed, 28 Feb 1900 23:59:59 +0000"},
    {"1900 is none, day after", -2203891200, "Thu, 01 Mar 1900 00:00:00 +0000"},
    {"2100 is none", 4107542399, "Sun, 28 Feb 2100 23:59:59 +0000"},
    {"2100 is none, day after", 4107542400, "Mon, 01 Mar 2100 00:00:00 +0000"},
    {"31 bits end", INT32_MAX, "Tue, 19 Jan 2038 03:14:07 +0000"},
    {"31 bits over", (int64_t)INT32_MAX + 1, "Tue, 19 Jan 2038 03:14:08 +0000"},
    {"first", -62167219200, "Sat, 01 Jan 0000 00:00:00 +0000"},
    {"before the first", -62167219201, NULL},
    {"last", 253402300799, "Fri, 31 Dec 9999 23:59:59 +0000"},
    {"after the last", 253402300800, NULL},
    {"smallest", INT64_MIN, NULL},
    {"largest", INT64_MAX, NULL},
};

static void
formats(void **state)
{
	const struct date_row *row = *state;
	char *text = support_guarded("0123456789012345678901234567890", 32);

	if (row->want == NULL) {
		assert_int_equal(
		    delist_date_format(text, row->time_s), DELIST_ERANGE);
		assert_string_equal(text, "0123456789012345678901234567890");
		return;
	}
	assert_int_equal(delist_date_format(text, row->time_s), DELIST_OK);
	assert_string_equal(text, row->want);
}

/* The C library as the twin. */
static void
agrees_with_gmtime(int64_t time_s)
{
	char want[64], text[DELIST_DATE_LEN + 1];
	time_t t = (time_t)time_s;
	struct tm tm;

	if (t != time_s || gmtime_r(&t, &tm) == NULL)
		return;
	/* %Y does not pad */
	strftime(want, sizeof want, "%a, %d %b ....%n %H:%M:%S +0000", &tm);
	want[12] = (char)('0' + (tm.tm_year + 1900) / 1000);
	want[13] = (char)('0' + (tm.tm_year + 1900) / 100 % 10);
	want[14] = (char)('0' + (tm.tm_year + 1900) / 10 % 10);
	want[15] = (char)('0' + (tm.tm_year + 1900) % 10);
	memmove(want + 16, want + 17, strlen(want + 17) + 1);
	assert_int_equal(delist_date_format(text, time_s), DELIST_OK);
	assert_string_equal(text, want);
}

/* First and last second of each day of 0000 to 9999 that begins a month. */
static void
each_day_agrees_with_gmtime(void **state)
{
	(void)state;
	for (int64_t day = -719528; day < 2932897; day += 7)
		agrees_with_gmtime(day * 86400 + 86399);
	/* and every one around the ends of a century */
	for (int64_t day = -719528; day < -719528 + 800; day++)
		agrees_with_gmtime(day * 86400);
	for (int64_t year = 0; year < 9999; year++)
		for (int64_t day = 55; day < 63; day++)
			agrees_with_gmtime(
			    (-719528 + year * 146097 / 400 + day) * 86400);
}

static void
random_times_agree_with_gmtime(void **state)
{
	struct support_random random = {5322};

	(void)state;
	for (int i = 0; i < 100000; i++)
		agrees_with_gmtime(-62167219200 + (int64_t)support_below(
						      &random, 315569520000));
}

int
main(void)
{
	ROWS(formats, date_rows);
	TEST(each_day_agrees_with_gmtime);
	TEST(random_times_agree_with_gmtime);
	return support_run("date");
}
