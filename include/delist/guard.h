/* SPDX-License-Identifier: ISC */
#ifndef DELIST_GUARD_H
#define DELIST_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>

/*
 * What may not go on a block list
 *
 * One mistyped length blocks half of the world, and one careless import the
 * host's own network.  A guard is asked about every prefix, whatever way it
 * comes in, before it is listed: is it too wide, does it touch space that is
 * protected?
 *
 * A guard is a plain value of the host's; the library reads it and keeps no
 * pointer to it.  To set it up:
 *
 *	struct delist_guard guard;
 *
 *	delist_guard_init(&guard, sizeof guard);
 *
 * and then change what should differ.  A const guard may be used on any
 * thread.
 */

#ifdef __cplusplus
extern "C" {
#endif

struct delist_guard {
	uint32_t size;	 /* sizeof(struct delist_guard), by the init */
	uint8_t widest4; /* the shortest IPv4 length allowed; default 16 */
	uint8_t widest6; /* the shortest IPv6 length allowed; default 32 */
	/*
	 * The protected prefixes, in any order; the array is the host's, or the
	 * default table, which is static.  Put another in its place, or
	 * {NULL, 0} for none.
	 */
	const struct delist_prefix *protected_space;
	size_t protected_count;
};

/*
 * Fill in the defaults.  `size` is sizeof(struct delist_guard) where the
 * caller was compiled.
 *
 * By default protected is what is no mail server of anyone else's (RFC 6890
 * and its IANA registries): "this network" 0.0.0.0/8, private 10.0.0.0/8,
 * 172.16.0.0/12 and 192.168.0.0/16, shared 100.64.0.0/10, loopback
 * 127.0.0.0/8, link-local 169.254.0.0/16, multicast 224.0.0.0/4, reserved
 * 240.0.0.0/4; the unspecified address ::, loopback ::1, unique local
 * fc00::/7, link-local fe80::/10 and multicast ff00::/8.  The ranges for
 * documentation (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24,
 * 2001:db8::/32) are not: examples and tests live there.
 *
 *	DELIST_EINVAL	size is not one that the library knows
 */
DELIST_API int delist_guard_init(struct delist_guard *guard, size_t size);

/*
 * Whether the prefix may be listed.  NULL is the guard of defaults.
 *
 * A prefix touches protected space if it lies inside it and also if it covers
 * some of it.
 *
 *	DELIST_EINVAL		delist_prefix_valid() says no, or the guard was
 *				not set up by delist_guard_init()
 *	DELIST_EWIDE		wider than the guard allows
 *	DELIST_EPROTECTED	touches protected space
 */
DELIST_API int delist_guard_check(
    const struct delist_guard *guard, const struct delist_prefix *prefix);

#ifdef __cplusplus
}
#endif

#endif
