/* SPDX-License-Identifier: ISC */
#ifndef DELIST_ADDR_H
#define DELIST_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/error.h>

/*
 * IP addresses and prefixes
 *
 * Both are plain values: copy them with `=`, compare them with the calls
 * below.  Nothing here allocates, and every call may run on any thread.
 *
 * An IPv4-mapped IPv6 address (::ffff:a.b.c.d, RFC 4291, 2.5.5.2) is the
 * IPv4 address everywhere: parsing folds it, so one host never has two
 * spellings.  6to4, NAT64 and Teredo addresses stay what they are.
 *
 * A zeroed struct is "no address" (family DELIST_NOADDR).
 */

#ifdef __cplusplus
extern "C" {
#endif

enum delist_family {
	DELIST_NOADDR = 0,
	DELIST_INET4 = 4,
	DELIST_INET6 = 6
};

enum {
	DELIST_ADDR_TEXT = 46,	/* bytes for any address as text, with NUL */
	DELIST_PREFIX_TEXT = 50 /* the same for a prefix */
};

struct delist_addr {
	uint8_t family;	   /* enum delist_family */
	uint8_t bytes[16]; /* network order; IPv4 uses 4, the rest are 0 */
};

struct delist_prefix {
	struct delist_addr addr; /* bits behind the length are 0 */
	uint8_t bits;		 /* 0..32 or 0..128 */
};

/*
 * Read text[0..len) as one address and nothing else.
 *
 * What is an address is what inet_pton() says: four decimal octets without
 * leading zeros, or the forms of RFC 4291, section 2.2, hexadecimal in either
 * case, the last 32 bits also as four octets.  No blank, bracket, port or zone
 * id, no "127.1", no "0x7f.0.0.1".  IPv4-mapped is folded to IPv4.
 *
 * On error *addr is left as it was.
 *
 *	DELIST_ESYNTAX	the text is not an address
 */
DELIST_API int delist_addr_parse(
    struct delist_addr *addr, const char *text, size_t len);

/*
 * Write the address as RFC 5952 recommends: lower case, no leading zeros, the
 * first of the longest runs of two or more zero groups as "::".  IPv6 is
 * written in hexadecimal groups only, also under ::/96.  NUL-ended; returns
 * the length without the NUL, or 0 and "" for no address.
 */
DELIST_API size_t delist_addr_format(
    char text[46], const struct delist_addr *addr);

/* The IPv4 address of a number in host byte order: 0x7f000001 is 127.0.0.1. */
DELIST_API struct delist_addr delist_addr_from4(uint32_t addr);

/* The address of 16 bytes in network order; IPv4-mapped is folded to IPv4. */
DELIST_API struct delist_addr delist_addr_from6(const uint8_t bytes[16]);

/*
 * Less than, equal to or greater than 0 as a comes before, is equal to or
 * comes behind b: no address, then IPv4, then IPv6, each by its bytes.
 */
DELIST_API int delist_addr_compare(
    const struct delist_addr *a, const struct delist_addr *b);

/*
 * Read text[0..len) as "addr/bits", or "addr" for the prefix of that one
 * address.  The length is decimal without sign or leading zero.
 *
 * An IPv4-mapped prefix is folded like an address: ::ffff:192.0.2.0/120 is
 * 192.0.2.0/24.  One shorter than /96 always has host bits set, the last of
 * its "ffff", and so is refused; ::/0 and the like are IPv6 prefixes and never
 * match an IPv4 address.
 *
 * On error *prefix is left as it was.
 *
 *	DELIST_ESYNTAX		not an address, or not a number behind the "/"
 *	DELIST_ERANGE		the length is over 32 (IPv4) or 128 (IPv6)
 *	DELIST_EHOSTBITS	bits behind the length are set
 */
DELIST_API int delist_prefix_parse(
    struct delist_prefix *prefix, const char *text, size_t len);

/*
 * Write "addr/bits", the length also where it is the whole address.
 * NUL-ended; returns the length without the NUL, or 0 and "" where there is no
 * address.
 */
DELIST_API size_t delist_prefix_format(
    char text[50], const struct delist_prefix *prefix);

/*
 * The first `bits` bits of the address, the rest 0.  Over 32 or 128 is cut to
 * that; the prefix of no address is all zero.
 */
DELIST_API struct delist_prefix delist_prefix_of(
    const struct delist_addr *addr, unsigned bits);

/*
 * Whether the struct is a prefix: IPv4 or IPv6, a length in range, the bits
 * behind it 0, and not IPv4-mapped.  All that the calls of this header make
 * is; what a host fills in by itself may not be.
 */
DELIST_API bool delist_prefix_valid(const struct delist_prefix *prefix);

/* Whether the address lies in the prefix; never across families. */
DELIST_API bool delist_prefix_has(
    const struct delist_prefix *prefix, const struct delist_addr *addr);

/* Whether all of inner lies in outer; a prefix covers itself. */
DELIST_API bool delist_prefix_covers(
    const struct delist_prefix *outer, const struct delist_prefix *inner);

/*
 * Less than, equal to or greater than 0, as delist_addr_compare(); of two
 * prefixes with one address the shorter comes first, so each prefix comes
 * before all that it covers.
 */
DELIST_API int delist_prefix_compare(
    const struct delist_prefix *a, const struct delist_prefix *b);

#ifdef __cplusplus
}
#endif

#endif
