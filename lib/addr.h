/* SPDX-License-Identifier: ISC */
#ifndef LIB_ADDR_H
#define LIB_ADDR_H

#include <delist/addr.h>

/*
 * delist_addr_parse() of the address as it is written: ::ffff:a.b.c.d stays
 * IPv6.  For prefixes, whose length counts from where the text begins.
 */
bool delist_addr_parse_unfolded(
    struct delist_addr *addr, const char *text, size_t len);

/* An IPv4-mapped address, as a host may have filled it in, as IPv4. */
struct delist_addr delist_addr_folded(const struct delist_addr *addr);

#endif
