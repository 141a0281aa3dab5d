/* SPDX-License-Identifier: ISC */
/*
 * date.c - seconds to a date, without a C library's idea of time
 *
 * The calendar repeats every 400 years, which are 146097 days.  Years are
 * counted from March, so that the day a leap year adds is the last one:
 *
 *	year:   Mar Apr May Jun Jul  Aug Sep Oct Nov Dec  Jan Feb
 *	days:   31  30  31  30  31   31  30  31  30  31   31  28 or 29
 *
 * and months go in fives of 153 days.
 */
#include "date.h"

#include <string.h>

#include <delist/error.h>

enum {
	DAY_S = 86400,
	DAYS_OF_4_YEARS = 1461,
	DAYS_OF_100_YEARS = 36524,
	DAYS_OF_400_YEARS = 146097
};

/* 0000-01-01 00:00:00 and 9999-12-31 23:59:59 */
static const int64_t first_s = -62167219200, last_s = 253402300799;

/* Days from 0000-03-01 back to 0000-01-01 (a leap year), then to 1970. */
static const int64_t days_before_1970 = 719468;

struct day {
	unsigned year, month, day; /* month 0..11, day 1..31 */
};

/* `days` after -0400-03-01; it is at least 0. */
static struct day
day_of(int64_t days)
{
	unsigned cycle = (unsigned)(days / DAYS_OF_400_YEARS);
	unsigned in_cycle = (unsigned)(days % DAYS_OF_400_YEARS);
	/* each fourth year, but not each hundredth, has one day more */
	unsigned year = (in_cycle - in_cycle / (DAYS_OF_4_YEARS - 1) +
			    in_cycle / DAYS_OF_100_YEARS -
			    in_cycle / (DAYS_OF_400_YEARS - 1)) /
			365;
	unsigned in_year = in_cycle - (365 * year + year / 4 - year / 100);
	unsigned month = (5 * in_year + 2) / 153;

	return (struct day){
	    .year = cycle * 400 + year + (month >= 10) - 400,
	    .month = (month + 2) % 12,
	    .day = in_year - (153 * month + 2) / 5 + 1,
	};
}

static void
put_digits(char *at, size_t n, unsigned value)
{
	while (n-- > 0) {
		at[n] = (char)('0' + value % 10);
		value /= 10;
	}
}

int
delist_date_format(char text[DELIST_DATE_LEN + 1], int64_t time_s)
{
	static const char weekdays[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t days;
	unsigned second;
	struct day day;

	if (time_s < first_s || time_s > last_s)
		return DELIST_ERANGE;
	/* counted from 400 years before, so that nothing is negative */
	time_s += (days_before_1970 + DAYS_OF_400_YEARS) * DAY_S;
	days = time_s / DAY_S;
	second = (unsigned)(time_s % DAY_S);
	day = day_of(days);

	memcpy(text, "Wdy, 00 Mon 0000 00:00:00 +0000", DELIST_DATE_LEN + 1);
	memcpy(text, weekdays + 3 * ((days + 3) % 7), 3);
	put_digits(text + 5, 2, day.day);
	memcpy(text + 8, months + (size_t)3 * day.month, 3);
	put_digits(text + 12, 4, day.year);
	put_digits(text + 17, 2, second / 3600);
	put_digits(text + 20, 2, second / 60 % 60);
	put_digits(text + 23, 2, second % 60);
	return DELIST_OK;
}
