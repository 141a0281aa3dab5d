/* SPDX-License-Identifier: ISC */
/*
 * ascii.c - ASCII without a locale
 *
 * <ctype.h> asks the locale and is undefined for negative chars; bounces
 * and list files hold any byte.
 */
#include "ascii.h"

#include <string.h>

bool
delist_ascii_isdigit(char c)
{
	return c >= '0' && c <= '9';
}

bool
delist_ascii_isalpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
delist_ascii_isalnum(char c)
{
	return delist_ascii_isdigit(c) || delist_ascii_isalpha(c);
}

bool
delist_ascii_isspace(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool
delist_ascii_isprint(char c)
{
	return c >= ' ' && c <= '~';
}

char
delist_ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool
delist_ascii_isin(char c, const char *set)
{
	return memchr(set, c, strlen(set)) != NULL;
}

int
delist_ascii_hex(char c)
{
	if (delist_ascii_isdigit(c))
		return c - '0';
	c = delist_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
delist_ascii_equal(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (delist_ascii_lower(a[i]) != delist_ascii_lower(b[i]))
			return false;
	return true;
}

bool
delist_ascii_begins(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word);

	return n <= len && delist_ascii_equal(text, word, n);
}

size_t
delist_ascii_number(uint32_t *value, const char *text, size_t len, uint32_t max)
{
	uint64_t sum = 0;
	size_t n = 0;

	for (; n < len && delist_ascii_isdigit(text[n]); n++) {
		sum = sum * 10 + (uint64_t)(text[n] - '0');
		if (sum > max)
			return 0;
	}
	if (n == 0 || (n > 1 && text[0] == '0'))
		return 0;
	*value = (uint32_t)sum;
	return n;
}
