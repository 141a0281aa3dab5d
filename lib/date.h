/* SPDX-License-Identifier: ISC */
#ifndef LIB_DATE_H
#define LIB_DATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Times as mail writes them.  A time is seconds since 1970-01-01 00:00 UTC
 * without leap seconds, in the calendar of today at all times.
 */
enum {
	DELIST_DATE_LEN = 31
};

/*
 * Write time_s as a date-time (RFC 5322, 3.3) in UTC, such as
 * "Tue, 24 Nov 2026 00:00:00 +0000"; always 31 characters, and a NUL.
 * DELIST_ERANGE outside the years 0 to 9999, which have four digits; text is
 * then untouched.  (RFC 5322 wants years from 1900, but obsolete readers
 * take any, and a mail with an odd date is better than none.)
 */
int delist_date_format(char text[DELIST_DATE_LEN + 1], int64_t time_s);

#endif
