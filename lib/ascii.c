/* SPDX-License-Identifier: ISC */
/*
 * ascii.c - ASCII without a locale
 *
 * <ctype.h> asks the locale and is undefined for negative chars; bounces
 * and list files hold any byte.
 */
#include "ascii.h"

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
	size_t n = 0;

	while (n < len && word[n] != '\0' &&
	       delist_ascii_lower(text[n]) == delist_ascii_lower(word[n]))
		n++;
	return word[n] == '\0';
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
