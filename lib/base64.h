/* SPDX-License-Identifier: ISC */
#ifndef LIB_BASE64_H
#define LIB_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Base 64 (RFC 4648).  The alphabets are computed and not looked up, so the
 * time taken does not depend on the bytes: tokens pass through here.
 */

/*
 * Write bytes[0..len) in the base64url alphabet without padding (section
 * 5).  Room for delist_base64url_len(len) characters; that is also returned.
 * No NUL.
 */
size_t delist_base64url_encode(char *text, const void *bytes, size_t len);
size_t delist_base64url_len(size_t len);

/*
 * Read exactly `len` bytes from text[0..delist_base64url_len(len)).  False,
 * with bytes untouched, where a character is foreign (so is '=') or a spare
 * bit of the last one is set: no two texts give the same bytes.
 */
bool delist_base64url_decode(void *bytes, size_t len, const char *text);

/*
 * The same in the standard alphabet with padding (section 4): four
 * characters for each started three bytes.  This is one line of a MIME body
 * (RFC 2045, 6.8) if len is at most DELIST_BASE64_LINE.
 */
enum {
	DELIST_BASE64_LINE = 57 /* bytes that make a line of 76 characters */
};
size_t delist_base64_encode(char *text, const void *bytes, size_t len);

#endif
