/* SPDX-License-Identifier: ISC */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Read the character that starts text[0..len) (RFC 3629).  The bytes it has,
 * 1 to 4, or 0 where there is none: at the end, in a cut or overlong
 * sequence, a surrogate, or beyond U+10FFFF; *character is then untouched.
 */
size_t delist_utf8_next(uint32_t *character, const char *text, size_t len);

#endif
