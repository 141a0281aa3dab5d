/* SPDX-License-Identifier: ISC */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read the character that starts text[0..len) (RFC 3629).  The bytes it has,
 * 1 to 4, or 0 where there is none: at the end, in a cut or overlong
 * sequence, a surrogate, or beyond U+10FFFF; *character is then untouched.
 */
size_t delist_utf8_next(uint32_t *character, const char *text, size_t len);

/* A control character, U+2028 or U+2029: it may end a line or move a cursor. */
bool delist_utf8_is_control(uint32_t character);

/* text[0..len) is UTF-8, and no character of it is a control. */
bool delist_utf8_is_line(const char *text, size_t len);

#endif
