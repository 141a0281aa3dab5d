/* SPDX-License-Identifier: ISC */
#ifndef LIB_ASCII_H
#define LIB_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Characters and words of ASCII, whatever the locale.  Bytes over 127 are
 * in no class and have no case.
 */
bool delist_ascii_isdigit(char c);
bool delist_ascii_isalpha(char c);
bool delist_ascii_isalnum(char c);
bool delist_ascii_isspace(char c); /* space, \t, \r, \n, \v, \f */
bool delist_ascii_isprint(char c); /* ' ' to '~' */
char delist_ascii_lower(char c);

/* c is one of the characters of `set` (NUL-ended, NUL is not in it). */
bool delist_ascii_isin(char c, const char *set);

/* The value of a hexadecimal digit of either case, or -1. */
int delist_ascii_hex(char c);

/* a[0..len) and b[0..len) are equal but for the case of letters. */
bool delist_ascii_equal(const char *a, const char *b, size_t len);

/* text[0..len) begins with `word` (NUL-ended), whatever the case. */
bool delist_ascii_begins(const char *text, size_t len, const char *word);

/*
 * Read the decimal number that starts text[0..len) and is at most `max`.
 * The length eaten, or 0 where there is no digit, a leading zero before
 * another digit, or a number over max; then *value is untouched.
 */
size_t delist_ascii_number(
    uint32_t *value, const char *text, size_t len, uint32_t max);

#endif
