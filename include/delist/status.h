/* SPDX-License-Identifier: ISC */
#ifndef DELIST_STATUS_H
#define DELIST_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/error.h>

/*
 * Enhanced mail system status codes (RFC 3463, section 2; the registry is
 * RFC 5248), such as 5.7.606.
 *
 * A code is a plain value: copy it with `=`.  Nothing here allocates, and
 * every call may run on any thread.  Only the shape is looked at: what a
 * code means is in <delist/verdict.h>.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_STATUS_TEXT =
	    10 /* bytes that any code takes as text, with NUL */
};

struct delist_status {
	uint16_t cls;	  /* 2, 4 or 5; 0 is "no code" */
	uint16_t subject; /* 0..999 */
	uint16_t detail;  /* 0..999 */
};

/*
 * Read the code that starts text[0..len).  A letter, a digit, or a "." and a
 * digit behind it would make it part of something else, such as an address,
 * and is refused; a blank, a "-" or any other byte ends it.
 *
 * On DELIST_OK, *status holds the code and *used its length in bytes (5..9).
 * On error both are as they were.
 *
 *	DELIST_ESYNTAX	no code starts here; also for a leading zero
 *	DELIST_ERANGE	subject or detail is over 999
 */
DELIST_API int delist_status_parse(
    struct delist_status *status, size_t *used, const char *text, size_t len);

/*
 * Write the code.  NUL-ended; returns the length without the NUL, or 0 and ""
 * for no code.  Subject and detail over 999 are no code either.
 */
DELIST_API size_t delist_status_format(
    char text[10], const struct delist_status *status);

/*
 * Less than, equal to or greater than 0 as a comes before, is equal to or
 * comes behind b: by class, then subject, then detail.
 */
DELIST_API int delist_status_compare(
    const struct delist_status *a, const struct delist_status *b);

#ifdef __cplusplus
}
#endif

#endif
