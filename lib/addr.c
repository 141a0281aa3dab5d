/* SPDX-License-Identifier: ISC */
/*
 * addr.c - IP addresses and prefixes
 *
 *	IPv4    = octet 3( "." octet )			; 0..255, no "01"
 *	IPv6    = 8 groups with ":" between, of which
 *		  one run, wherever it is, may be "::",
 *		  and the last two may be IPv4
 *	group   = 1*4HEXDIG
 *	prefix  = ( IPv4 / IPv6 ) [ "/" number ]	; 0..32 or 0..128
 *
 * inet_pton() is the measure of what an address is.  It is not called: it
 * wants a NUL, and systems differ in what else they let pass.  "127.1",
 * "010.0.0.1", zone ids and brackets are refused; a list that has them was
 * meant for somebody else.
 */
#include <delist/addr.h>

#include <string.h>

#include "ascii.h"
#include "bytes.h"
#include "writer.h"

enum {
	NO_GAP = 99
};

static unsigned
family_bits(uint8_t family)
{
	return family == DELIST_INET4 ? 32 : family == DELIST_INET6 ? 128 : 0;
}

static bool
is_mapped(const uint8_t bytes[16])
{
	static const uint8_t head[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(bytes, head, sizeof head) == 0;
}

/* ---- text to address ---- */

static bool
parse4(uint8_t bytes[4], const char *text, size_t len)
{
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t octet;
		size_t used;

		if (i > 0 && (at == len || text[at++] != '.'))
			return false;
		used = delist_ascii_number(&octet, text + at, len - at, 255);
		if (used == 0)
			return false;
		bytes[i] = (uint8_t)octet;
		at += used;
	}
	return at == len;
}

/* The group that starts the text; its length, or 0 if there is none. */
static size_t
parse_group(uint8_t bytes[2], const char *text, size_t len)
{
	unsigned group = 0;
	size_t used = 0;

	while (used < 4 && used < len && delist_ascii_hex(text[used]) >= 0)
		group = group << 4 | (unsigned)delist_ascii_hex(text[used++]);
	delist_put_be16(bytes, (uint16_t)group);
	return used;
}

/* Groups up to the end of the text; how many bytes, and where "::" is. */
static bool
parse_groups(uint8_t bytes[16], size_t *filled, size_t *gap, const char *text,
    size_t len)
{
	size_t at = 0;

	*filled = 0;
	*gap = NO_GAP;
	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		*gap = 0;
		at = 2;
	}
	while (at < len) {
		uint8_t group[2];
		size_t used = parse_group(group, text + at, len - at);

		if (used == 0 || *filled == 16)
			return false;
		if (at + used < len && text[at + used] == '.' &&
		    *filled <= 12) {
			*filled += 4;
			return parse4(bytes + *filled - 4, text + at, len - at);
		}
		memcpy(bytes + *filled, group, 2);
		*filled += 2;
		at += used;
		if (at == len)
			return true;
		if (text[at++] != ':' || at == len)
			return false;
		if (text[at] == ':') {
			if (*gap != NO_GAP)
				return false;
			*gap = *filled;
			at++;
		}
	}
	return *gap != NO_GAP;
}

static bool
parse6(uint8_t bytes[16], const char *text, size_t len)
{
	uint8_t groups[16];
	size_t filled, gap, tail;

	if (!parse_groups(groups, &filled, &gap, text, len))
		return false;
	if ((gap == NO_GAP) != (filled == 16))
		return false;
	if (gap == NO_GAP)
		gap = filled;
	tail = filled - gap;
	memset(bytes, 0, 16);
	memcpy(bytes, groups, gap);
	memcpy(bytes + 16 - tail, groups + gap, tail);
	return true;
}

/* As written: ::ffff:a.b.c.d stays IPv6. */
static bool
parse_unfolded(struct delist_addr *addr, const char *text, size_t len)
{
	if (len == 0)
		return false;
	memset(addr, 0, sizeof *addr);
	addr->family = DELIST_INET4;
	if (parse4(addr->bytes, text, len))
		return true;
	addr->family = DELIST_INET6;
	return parse6(addr->bytes, text, len);
}

int
delist_addr_parse(struct delist_addr *addr, const char *text, size_t len)
{
	struct delist_addr found;

	if (!parse_unfolded(&found, text, len))
		return DELIST_ESYNTAX;
	*addr = found.family == DELIST_INET6 ? delist_addr_from6(found.bytes)
					     : found;
	return DELIST_OK;
}

/* ---- address to text ---- */

static void
write4(struct delist_writer *w, const uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			delist_writer_text(w, ".");
		delist_writer_number(w, bytes[i]);
	}
}

static void
write_group(struct delist_writer *w, unsigned group)
{
	static const char digits[] = "0123456789abcdef";
	int shift = 12;

	while (shift > 0 && group >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		delist_writer_put(w, &digits[group >> shift & 15], 1);
}

/* The first of the longest runs of zero groups: its start and length. */
static int
longest_run(int *start, const uint8_t bytes[16])
{
	int best = 0, run = 0;

	for (int i = 0; i < 8; i++) {
		run = delist_get_be16(bytes + 2 * i) == 0 ? run + 1 : 0;
		if (run > best) {
			best = run;
			*start = i + 1 - run;
		}
	}
	return best;
}

static void
write6(struct delist_writer *w, const uint8_t bytes[16])
{
	int start = 0, run = longest_run(&start, bytes);

	if (run < 2) /* RFC 5952, 4.2.2: one group is no run */
		start = 8;
	for (int i = 0; i < 8; i++) {
		if (i == start) {
			delist_writer_text(w, "::");
			i += run - 1;
			continue;
		}
		if (i > 0 && i != start + run)
			delist_writer_text(w, ":");
		write_group(w, delist_get_be16(bytes + 2 * i));
	}
}

static void
write_addr(struct delist_writer *w, const struct delist_addr *addr)
{
	if (addr->family == DELIST_INET4)
		write4(w, addr->bytes);
	else if (addr->family == DELIST_INET6)
		write6(w, addr->bytes);
}

size_t
delist_addr_format(char text[46], const struct delist_addr *addr)
{
	struct delist_writer w = {.at = text, .cap = DELIST_ADDR_TEXT - 1};

	write_addr(&w, addr);
	text[w.len] = '\0';
	return w.len;
}

/* ---- addresses ---- */

struct delist_addr
delist_addr_from4(uint32_t addr)
{
	struct delist_addr made = {.family = DELIST_INET4};

	delist_put_be32(made.bytes, addr);
	return made;
}

struct delist_addr
delist_addr_from6(const uint8_t bytes[16])
{
	struct delist_addr made = {.family = DELIST_INET6};

	if (is_mapped(bytes))
		return delist_addr_from4(delist_get_be32(bytes + 12));
	memcpy(made.bytes, bytes, 16);
	return made;
}

int
delist_addr_compare(const struct delist_addr *a, const struct delist_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, 16);
}

/* ---- prefixes ---- */

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

	if (!parse_unfolded(&addr, text, addr_len))
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
	if (addr.family == DELIST_INET6 && is_mapped(addr.bytes)) {
		found.addr = delist_addr_from6(addr.bytes);
		found.bits = (uint8_t)(bits - 96); /* bit 95 is set: >= 96 */
	}
	*prefix = found;
	return DELIST_OK;
}

size_t
delist_prefix_format(char text[50], const struct delist_prefix *prefix)
{
	struct delist_writer w = {.at = text, .cap = DELIST_PREFIX_TEXT - 1};

	write_addr(&w, &prefix->addr);
	if (w.len != 0) {
		delist_writer_text(&w, "/");
		delist_writer_number(&w, prefix->bits);
	}
	text[w.len] = '\0';
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

	if (max == 0 || prefix->bits > max)
		return false;
	if (max == 128 && is_mapped(prefix->addr.bytes))
		return false;
	return delist_addr_compare(&same.addr, &prefix->addr) == 0;
}

bool
delist_prefix_has(
    const struct delist_prefix *prefix, const struct delist_addr *addr)
{
	struct delist_prefix same = delist_prefix_of(addr, prefix->bits);

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
