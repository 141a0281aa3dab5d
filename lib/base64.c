/* SPDX-License-Identifier: ISC */
/*
 * base64.c - bytes as text of 64 characters (RFC 4648)
 *
 *	byte    0        1        2
 *	     |765432 10|7654 3210|76 543210|
 *	char    0       1        2      3
 *
 * One or two bytes at the end leave 4 or 2 spare bits, written as zero and
 * required to be zero.  White space, padding where none belongs and the
 * other alphabet are foreign characters: nothing is skipped.
 *
 * Characters are computed with masks made from the borrow of a subtraction,
 * since a table indexed by a secret leaves a trace in the cache.
 */
#include "base64.h"

/* The distance of the last two characters from where '9' would lead to. */
struct alphabet {
	unsigned down62, up63;
};

static const struct alphabet standard = {':' - '+', '/' - ';' + 15};
static const struct alphabet url = {':' - '-', '_' - ';' + 13};

/*
 * All bits of `then` if value > limit, else 0; both are below 2^31.  A
 * compiler that saw that the borrow is 0 or 1 would branch on it (clang 14
 * did).
 */
static unsigned
if_over(unsigned value, unsigned limit, unsigned then)
{
	const volatile unsigned borrow = (limit - value) >> 31;

	return (0u - borrow) & then;
}

static char
character(unsigned value, const struct alphabet *alphabet)
{
	unsigned c = 'A' + value;

	c += if_over(value, 25, 'a' - 'Z' - 1);
	c -= if_over(value, 51, 'z' + 1 - '0');
	c -= if_over(value, 61, alphabet->down62);
	c += if_over(value, 62, alphabet->up63);
	return (char)c;
}

/* All six bits set if first <= c <= last, else 0. */
static unsigned
if_within(unsigned c, unsigned first, unsigned last)
{
	return 63 & ~if_over(first, c, 63) & ~if_over(c, last, 63);
}

/* The value of a base64url character; *foreign becomes non-zero for others. */
static unsigned
value_of(char character, unsigned *foreign)
{
	unsigned c = (unsigned char)character;
	unsigned upper = if_within(c, 'A', 'Z');
	unsigned lower = if_within(c, 'a', 'z');
	unsigned digit = if_within(c, '0', '9');
	unsigned minus = if_within(c, '-', '-');
	unsigned under = if_within(c, '_', '_');

	*foreign |= 63 ^ (upper | lower | digit | minus | under);
	return (upper & (c - 'A')) | (lower & (c - 'a' + 26)) |
	       (digit & (c - '0' + 52)) | (minus & 62) | (under & 63);
}

/* The characters of bytes[0..len), without padding; how many. */
static size_t
encode(char *text, const uint8_t *bytes, size_t len,
    const struct alphabet *alphabet)
{
	size_t n = 0;
	unsigned bits = 0, held = 0;

	for (size_t i = 0; i < len; i++) {
		held = held << 8 | bytes[i];
		bits += 8;
		for (; bits >= 6; bits -= 6)
			text[n++] =
			    character(held >> (bits - 6) & 63, alphabet);
	}
	if (bits != 0)
		text[n++] = character(held << (6 - bits) & 63, alphabet);
	return n;
}

size_t
delist_base64url_len(size_t len)
{
	return len / 3 * 4 + (len % 3 * 8 + 5) / 6;
}

size_t
delist_base64url_encode(char *text, const void *bytes, size_t len)
{
	return encode(text, bytes, len, &url);
}

static bool
decodes(size_t len, const char *text)
{
	size_t n = delist_base64url_len(len);
	size_t spare = n * 6 - len * 8;
	unsigned foreign = 0, last = 0;

	for (size_t i = 0; i < n; i++)
		last = value_of(text[i], &foreign);
	return (foreign | (last & ((1u << spare) - 1))) == 0;
}

bool
delist_base64url_decode(void *bytes, size_t len, const char *text)
{
	uint8_t *at = bytes;
	unsigned bits = 0, held = 0, foreign = 0;

	if (!decodes(len, text))
		return false;
	for (size_t i = 0; i < len; i++) {
		for (; bits < 8; bits += 6)
			held = held << 6 | value_of(*text++, &foreign);
		bits -= 8;
		at[i] = (uint8_t)(held >> bits);
	}
	return true;
}

size_t
delist_base64_encode(char *text, const void *bytes, size_t len)
{
	size_t n = encode(text, bytes, len, &standard);

	while (n % 4 != 0)
		text[n++] = '=';
	return n;
}
