/* SPDX-License-Identifier: ISC */
#ifndef LIB_ASCII_H
#define LIB_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Characters and words of ASCII, whatever the locale.  Bytes over 127 are
 * in no class and have no case.  What is asked of each byte of a bounce is
 * compiled into the loop that asks.
 */
static inline bool
delist_ascii_isdigit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
delist_ascii_isalpha(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static inline bool
delist_ascii_isalnum(char c)
{
	return delist_ascii_isdigit(c) || delist_ascii_isalpha(c);
}

/* Space, \t, \r, \n, \v, \f. */
static inline bool
delist_ascii_isspace(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ' ' to '~'. */
static inline bool
delist_ascii_isprint(char c)
{
	return c >= ' ' && c <= '~';
}

static inline char
delist_ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* c is one of the characters of `set` (NUL-ended, NUL is not in it). */
static inline bool
delist_ascii_isin(char c, const char *set)
{
	while (*set != '\0' && *set != c)
		set++;
	return *set != '\0';
}

/* The value of a hexadecimal digit of either case, or -1. */
static inline int
delist_ascii_hex(char c)
{
	if (delist_ascii_isdigit(c))
		return c - '0';
	c = delist_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

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
