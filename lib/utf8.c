/* SPDX-License-Identifier: ISC */
/*
 * utf8.c - one character of UTF-8 (RFC 3629, section 3)
 *
 *	0xxxxxxx				from U+0000
 *	110xxxxx 10xxxxxx			from U+0080
 *	1110xxxx 10xxxxxx 10xxxxxx		from U+0800
 *	11110xxx 10xxxxxx 10xxxxxx 10xxxxxx	from U+10000
 *
 * A character in more bytes than it needs is refused: it is there to get
 * past somebody who compares bytes.
 */
#include "utf8.h"

/* How many bytes a first byte begins; 0 if it is none. */
static size_t
length_by(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc0)
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf8 ? 4 : 0;
}

size_t
delist_utf8_next(uint32_t *character, const char *text, size_t len)
{
	static const uint32_t from[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = len == 0 ? 0 : length_by((uint8_t)text[0]);
	uint32_t c;

	if (n == 0 || n > len)
		return 0;
	c = (uint8_t)text[0] & (n == 1 ? 0x7fu : 0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		uint8_t byte = (uint8_t)text[i];

		if ((byte & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (byte & 0x3f);
	}
	if (c < from[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*character = c;
	return n;
}

bool
delist_utf8_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 ||
	       c == 0x2029;
}

bool
delist_utf8_is_line(const char *text, size_t len)
{
	uint32_t c;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = delist_utf8_next(&c, text + i, len - i);
		if (n == 0 || delist_utf8_is_control(c))
			return false;
	}
	return true;
}
