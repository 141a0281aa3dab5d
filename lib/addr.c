/* SPDX-License-Identifier: ISC */
/*
 * addr.c - IP addresses
 *
 *	IPv4   = octet 3( "." octet )		; 0..255, no "01"
 *	IPv6   = groups [ "::" groups ]		; 8 of them, less with "::"
 *	groups = [ group *( ":" group ) ]	; the last two may be IPv4
 *	group  = 1*4HEXDIG
 *
 * inet_pton() is the measure of what an address is.  It is not called: it
 * wants a NUL, and systems differ in what else they let pass.  "127.1",
 * "010.0.0.1", zone ids and brackets are refused; a list that has them was
 * meant for somebody else.
 */
#include "addr.h"

#include <string.h>

#include "ascii.h"
#include "bytes.h"
#include "writer.h"

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

struct groups {
	uint8_t bytes[16];
	size_t filled;
};

static bool
add_quad(struct groups *groups, const char *text, size_t len)
{
	if (groups->filled > 12)
		return false;
	groups->filled += 4;
	return parse4(groups->bytes + groups->filled - 4, text, len);
}

static bool
add_group(struct groups *groups, const char *text, size_t len)
{
	unsigned group = 0;

	if (len == 0 || len > 4 || groups->filled == 16)
		return false;
	for (size_t i = 0; i < len; i++) {
		int digit = delist_ascii_hex(text[i]);

		if (digit < 0)
			return false;
		group = group << 4 | (unsigned)digit;
	}
	delist_put_be16(groups->bytes + groups->filled, (uint16_t)group);
	groups->filled += 2;
	return true;
}

/* None, or groups with ":" between; the last may be IPv4 if `quad`. */
static bool
add_groups(struct groups *groups, const char *text, size_t len, bool quad)
{
	const char *colon;

	if (len == 0)
		return true;
	while ((colon = memchr(text, ':', len)) != NULL) {
		size_t n = (size_t)(colon - text);

		if (!add_group(groups, text, n))
			return false;
		text += n + 1;
		len -= n + 1;
	}
	if (quad && memchr(text, '.', len) != NULL)
		return add_quad(groups, text, len);
	return add_group(groups, text, len);
}

/* Where "::" is, or len. */
static size_t
find_gap(const char *text, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (text[i] == ':' && text[i + 1] == ':')
			return i;
	return len;
}

static bool
parse6(uint8_t bytes[16], const char *text, size_t len)
{
	struct groups head = {.filled = 0}, tail = {.filled = 0};
	size_t gap = find_gap(text, len);

	if (!add_groups(&head, text, gap, gap == len))
		return false;
	if (gap == len && head.filled != 16)
		return false;
	if (gap < len) {
		gap += 2;
		if (!add_groups(&tail, text + gap, len - gap, true) ||
		    head.filled + tail.filled > 14)
			return false;
	}
	memset(bytes, 0, 16);
	memcpy(bytes, head.bytes, head.filled);
	memcpy(bytes + 16 - tail.filled, tail.bytes, tail.filled);
	return true;
}

bool
delist_addr_parse_unfolded(
    struct delist_addr *addr, const char *text, size_t len)
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

	if (!delist_addr_parse_unfolded(&found, text, len))
		return DELIST_ESYNTAX;
	*addr = delist_addr_folded(&found);
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

size_t
delist_addr_format(char text[46], const struct delist_addr *addr)
{
	struct delist_writer w = {.at = text, .cap = DELIST_ADDR_TEXT - 1};

	if (addr->family == DELIST_INET4)
		write4(&w, addr->bytes);
	else if (addr->family == DELIST_INET6)
		write6(&w, addr->bytes);
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

struct delist_addr
delist_addr_folded(const struct delist_addr *addr)
{
	return addr->family == DELIST_INET6 ? delist_addr_from6(addr->bytes)
					    : *addr;
}

int
delist_addr_compare(const struct delist_addr *a, const struct delist_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, 16);
}
