/* SPDX-License-Identifier: ISC */
/*
 * ipset.c - IP prefixes to tags: looking up and walking
 *
 * See ipset.h for the tree, ipset_change.c for how it changes.  A lookup goes
 * down as long as a node has the address and remembers the last tag seen.
 */
#include "ipset.h"

/* ---- bits ---- */

unsigned
delist_ipset_bit(const struct delist_addr *addr, unsigned index)
{
	return (unsigned)addr->bytes[index / 8] >> (7 - index % 8) & 1u;
}

unsigned
delist_ipset_common(
    const struct delist_addr *a, const struct delist_addr *b, unsigned max)
{
	unsigned n = 0;

	while (n + 8 <= max && a->bytes[n / 8] == b->bytes[n / 8])
		n += 8;
	while (n < max && delist_ipset_bit(a, n) == delist_ipset_bit(b, n))
		n++;
	return n;
}

/* ---- looking up ---- */

static bool
node_has(const struct node *node, const struct delist_addr *addr)
{
	unsigned bits = node->prefix.bits;

	return delist_ipset_common(&node->prefix.addr, addr, bits) == bits;
}

/* The longest prefix with a tag around the first `bits` bits of addr. */
static const struct node *
longest_match(const struct delist_ipset *set, const struct delist_addr *addr,
    unsigned bits)
{
	const struct node *node = set->root[addr->family == DELIST_INET6];
	const struct node *best = NULL;

	while (
	    node != NULL && node->prefix.bits <= bits && node_has(node, addr)) {
		if (node->tag != DELIST_IPSET_NONE)
			best = node;
		if (node->prefix.bits == bits)
			break;
		node = node->child[delist_ipset_bit(addr, node->prefix.bits)];
	}
	return best;
}

static const struct node *
match(const struct delist_ipset *set, const struct delist_addr *addr)
{
	struct delist_addr folded;

	if (addr->family == DELIST_INET4)
		return longest_match(set, addr, 32);
	if (addr->family != DELIST_INET6)
		return NULL;
	folded = delist_addr_from6(addr->bytes);
	return longest_match(
	    set, &folded, folded.family == DELIST_INET4 ? 32 : 128);
}

bool
delist_ipset_cover(const struct delist_ipset *set, struct delist_prefix *prefix,
    uint32_t *tag, const struct delist_addr *addr)
{
	const struct node *node = match(set, addr);

	if (node == NULL)
		return false;
	*prefix = node->prefix;
	*tag = node->tag;
	return true;
}

bool
delist_ipset_find(const struct delist_ipset *set, uint32_t *tag,
    const struct delist_addr *addr)
{
	const struct node *node = match(set, addr);

	if (node == NULL)
		return false;
	*tag = node->tag;
	return true;
}

bool
delist_ipset_find4(const struct delist_ipset *set, uint32_t *tag, uint32_t addr)
{
	struct delist_addr made = delist_addr_from4(addr);

	return delist_ipset_find(set, tag, &made);
}

bool
delist_ipset_find6(
    const struct delist_ipset *set, uint32_t *tag, const uint8_t addr[16])
{
	struct delist_addr made = delist_addr_from6(addr);

	return delist_ipset_find(set, tag, &made);
}

void
delist_ipset_find4_batch(const struct delist_ipset *set, uint32_t *tags,
    const uint32_t *addrs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		tags[i] = DELIST_IPSET_NONE;
		delist_ipset_find4(set, &tags[i], addrs[i]);
	}
}

void
delist_ipset_find6_batch(const struct delist_ipset *set, uint32_t *tags,
    const uint8_t (*addrs)[16], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		tags[i] = DELIST_IPSET_NONE;
		delist_ipset_find6(set, &tags[i], addrs[i]);
	}
}

bool
delist_ipset_get(const struct delist_ipset *set, uint32_t *tag,
    const struct delist_prefix *prefix)
{
	const struct node *node;

	if (!delist_prefix_valid(prefix))
		return false;
	node = longest_match(set, &prefix->addr, prefix->bits);
	if (node == NULL || node->prefix.bits != prefix->bits)
		return false;
	*tag = node->tag;
	return true;
}

/* ---- walking ---- */

/*
 * The first node with a tag behind `at`.  A node comes before all below it, and
 * what is below child[0] before what is below child[1].
 */
static const struct node *
successor(const struct node *node, const struct delist_prefix *at)
{
	const struct node *later = NULL;

	while (node != NULL && delist_prefix_compare(&node->prefix, at) <= 0) {
		unsigned bits = node->prefix.bits, side = 0;

		if (!delist_prefix_covers(&node->prefix, at)) {
			node = NULL;
			break;
		}
		if (bits < at->bits)
			side = delist_ipset_bit(&at->addr, bits);
		if (side == 0 && node->child[1] != NULL)
			later = node->child[1];
		node = node->child[side];
	}
	if (node == NULL)
		node = later;
	while (node != NULL && node->tag == DELIST_IPSET_NONE)
		node = node->child[0];
	return node;
}

bool
delist_ipset_next(
    const struct delist_ipset *set, struct delist_prefix *prefix, uint32_t *tag)
{
	const struct node *node;

	if (prefix->addr.family != DELIST_NOADDR &&
	    !delist_prefix_valid(prefix))
		return false;
	node = successor(set->root[0], prefix);
	if (node == NULL)
		node = successor(set->root[1], prefix);
	if (node == NULL)
		return false;
	*prefix = node->prefix;
	*tag = node->tag;
	return true;
}

size_t
delist_ipset_count(const struct delist_ipset *set)
{
	return set->count;
}

size_t
delist_ipset_memory(const struct delist_ipset *set)
{
	return sizeof *set + set->nodes * sizeof(struct node);
}
