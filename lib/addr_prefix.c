/* SPDX-License-Identifier: ISC */
/*
 * addr_prefix.c - IP prefixes
 *
 *	prefix = address [ "/" number ]		; 0..32 or 0..128
 *
 * A netmask, a short address ("10/8") and a length that is not plainly a
 * number are refused: a typo must not become a shorter prefix.
 */
#include "addr.h"

#include <string.h>

#include "ascii.h"
#include "writer.h"

static unsigned
family_bits(uint8_t family)
{
	return family == DELIST_INET4 ? 32 : family == DELIST_INET6 ? 128 : 0;
}

static bool
is_mapped(const struct delist_addr *addr)
{
	return addr->family == DELIST_INET6 &&
	       delist_addr_from6(addr->bytes).family == DELIST_INET4;
}

static int
parse_length(uint32_t *bits, const char *text, size_t len, unsigned max)
{
	size_t digits = 0;

	while (digits < len && delist_ascii_isdigit(text[digits]))
		digits++;
	if (len == 0 || digits < len || (len > 1 && text[0] == '0'))
		return DELIST_ESYNTAX;
	if (delist_ascii_number(bits, text, len, max) == 0)
		return DELIST_ERANGE;
	return DELIST_OK;
}

int
delist_prefix_parse(struct delist_prefix *prefix, const char *text, size_t len)
{
	const char *slash = len != 0 ? memchr(text, '/', len) : NULL;
	size_t addr_len = slash != NULL ? (size_t)(slash - text) : len;
	struct delist_prefix found;
	struct delist_addr addr;
	uint32_t bits;
	int error;

	if (!delist_addr_parse_unfolded(&addr, text, addr_len))
		return DELIST_ESYNTAX;
	bits = family_bits(addr.family);
	if (slash != NULL) {
		error =
		    parse_length(&bits, slash + 1, len - addr_len - 1, bits);
		if (error != DELIST_OK)
			return error;
	}
	found = delist_prefix_of(&addr, bits);
	if (delist_addr_compare(&found.addr, &addr) != 0)
		return DELIST_EHOSTBITS;
	if (is_mapped(&addr)) {
		found.addr = delist_addr_from6(addr.bytes);
		found.bits = (uint8_t)(bits - 96); /* bit 95 is set: >= 96 */
	}
	*prefix = found;
	return DELIST_OK;
}

size_t
delist_prefix_format(char text[50], const struct delist_prefix *prefix)
{
	struct delist_writer w = {.at = text,
	    .cap = DELIST_PREFIX_TEXT - 1,
	    .len = delist_addr_format(text, &prefix->addr)};

	if (w.len != 0) {
		delist_writer_text(&w, "/");
		delist_writer_number(&w, prefix->bits);
		text[w.len] = '\0';
	}
	return w.len;
}

struct delist_prefix
delist_prefix_of(const struct delist_addr *addr, unsigned bits)
{
	unsigned max = family_bits(addr->family);
	struct delist_prefix made = {.addr.family = addr->family};

	if (bits > max)
		bits = max;
	memcpy(made.addr.bytes, addr->bytes, (bits + 7) / 8);
	if (bits % 8 != 0)
		made.addr.bytes[bits / 8] &= (uint8_t)(0xff00 >> bits % 8);
	made.bits = (uint8_t)bits;
	return made;
}

bool
delist_prefix_valid(const struct delist_prefix *prefix)
{
	unsigned max = family_bits(prefix->addr.family);
	struct delist_prefix same =
	    delist_prefix_of(&prefix->addr, prefix->bits);

	return max != 0 && prefix->bits <= max && !is_mapped(&prefix->addr) &&
	       delist_addr_compare(&same.addr, &prefix->addr) == 0;
}

bool
delist_prefix_has(
    const struct delist_prefix *prefix, const struct delist_addr *addr)
{
	struct delist_prefix same;

	/* Most that are asked differ here already. */
	if (addr->family != prefix->addr.family ||
	    (prefix->bits >= 8 && addr->bytes[0] != prefix->addr.bytes[0]))
		return false;
	same = delist_prefix_of(addr, prefix->bits);
	return addr->family != DELIST_NOADDR &&
	       delist_addr_compare(&same.addr, &prefix->addr) == 0;
}

bool
delist_prefix_covers(
    const struct delist_prefix *outer, const struct delist_prefix *inner)
{
	return outer->bits <= inner->bits &&
	       delist_prefix_has(outer, &inner->addr);
}

int
delist_prefix_compare(
    const struct delist_prefix *a, const struct delist_prefix *b)
{
	int order = delist_addr_compare(&a->addr, &b->addr);

	return order != 0 ? order : (int)a->bits - (int)b->bits;
}
