/* SPDX-License-Identifier: ISC */
#ifndef LIB_OUTBOUND_H
#define LIB_OUTBOUND_H

#include <delist/outbound.h>

/* The two rules of a scope; the scope is one. */
struct outbound_rules {
	const struct delist_limit_rule *hour, *day;
};
struct outbound_rules delist_outbound_rules(
    const struct delist_outbound *outbound, const struct delist_policy *policy);

#endif
