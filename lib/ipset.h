/* SPDX-License-Identifier: ISC */
#ifndef LIB_IPSET_H
#define LIB_IPSET_H

#include <delist/ipset.h>

/*
 * A path-compressed radix tree for each family.  A node is a prefix; its
 * children lie inside it, child[0] where the next bit is 0, child[1] where it
 * is 1, with any number of bits skipped on the way.  Here "*" has a tag and
 * "+" is only a fork:
 *
 *	             192.0.2.0/24 *
 *	            /              \
 *	  192.0.2.8/30 +       192.0.2.128/25 *
 *	     /        \
 *	.8/32 *     .10/31 *
 *
 * A fork always has two children, so n prefixes take at most 2n - 1 nodes.
 * Nothing recurses: there may be 128 levels, and a host's stack is its own.
 */
struct node {
	struct node *child[2];
	struct delist_prefix prefix;
	uint32_t tag; /* DELIST_IPSET_NONE: only a fork */
};

/* Where a prefix is or belongs, and the link to the node above it. */
struct place {
	struct node **link;  /* NULL: nowhere */
	struct node **above; /* NULL at the root */
};

enum change_kind {
	NO_CHANGE,
	INSERT,
	REMOVE
};

struct change {
	enum change_kind kind;
	struct place place;
	struct node *leaf; /* new; NULL where the prefix has a node already */
	struct node *fork; /* new; NULL where none is needed */
	uint32_t tag;
};

struct delist_ipset {
	struct delist_alloc alloc;
	struct node *root[2]; /* IPv4, IPv6 */
	size_t count;	      /* prefixes */
	size_t nodes;
	struct change pending;
};

/* The bit with this index, from the left. */
unsigned delist_ipset_bit(const struct delist_addr *addr, unsigned index);

/* How many bits a and b have in common from the left, up to max. */
unsigned delist_ipset_common(
    const struct delist_addr *a, const struct delist_addr *b, unsigned max);

#endif
