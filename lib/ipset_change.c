/* SPDX-License-Identifier: ISC */
/*
 * ipset_change.c - IP prefixes to tags: making and changing a set
 *
 * An insert goes down to the place of the new prefix: the first link that does
 * not lead to a shorter prefix around it.  One store to that link, of nodes
 * made ready before, is the whole change.  At the place there is
 *
 *	nothing		the same prefix		one inside it	    one beside it
 *
 *	   |		   |			   |		      |
 *	  new *		  old * (new tag)	  new *		    fork +
 *						  /		    /   \
 *						old		 new *  old
 *
 * A remove takes the tag away.  A node without a tag and with less than two
 * children then gives its place to its child, or to nothing.  In the last case
 * its parent may be left as a fork with one child, which goes the same way:
 *
 *	   fork +
 *	   /    \		->	old
 *	gone     old
 *
 * and nothing further up has changed its number of children.
 *
 * Both are split in two so that a host can write a change down in between: to
 * prepare takes memory and touches no node that can be seen, to publish stores
 * and gives back, and cannot fail.
 */
#include "ipset.h"

#include "alloc.h"

/* ---- nodes ---- */

static struct node *
node_new(
    struct delist_ipset *set, const struct delist_prefix *prefix, uint32_t tag)
{
	struct node *node = delist_alloc_zeroed(&set->alloc, 1, sizeof *node);

	if (node == NULL)
		return NULL;
	node->prefix = *prefix;
	node->tag = tag;
	set->nodes++;
	return node;
}

static void
node_free(struct delist_ipset *set, struct node *node)
{
	set->nodes -= node != NULL;
	delist_alloc_release(&set->alloc, node, 1, sizeof *node);
}

/* Rotate left children up until there is none: no path to remember. */
static void
tree_free(struct delist_ipset *set, struct node *node)
{
	while (node != NULL) {
		struct node *next = node->child[0];

		if (next != NULL) {
			node->child[0] = next->child[1];
			next->child[1] = node;
		} else {
			next = node->child[1];
			node_free(set, node);
		}
		node = next;
	}
}

/* ---- places ---- */

static struct place
find_place(struct delist_ipset *set, const struct delist_prefix *prefix)
{
	struct place place = {
	    .link = &set->root[prefix->addr.family == DELIST_INET6]};
	struct node *node;

	while ((node = *place.link) != NULL &&
	       node->prefix.bits < prefix->bits &&
	       delist_prefix_covers(&node->prefix, prefix)) {
		unsigned side =
		    delist_ipset_bit(&prefix->addr, node->prefix.bits);

		place.above = place.link;
		place.link = &node->child[side];
	}
	return place;
}

static bool
is_at(const struct place *place, const struct delist_prefix *prefix)
{
	return *place->link != NULL &&
	       delist_prefix_compare(&(*place->link)->prefix, prefix) == 0;
}

/* ---- insert ---- */

/* Hang the leaf, or a fork above it, over the node that has its place. */
static int
join(struct delist_ipset *set, struct change *change, struct node *old)
{
	const struct delist_prefix *prefix = &change->leaf->prefix;
	unsigned bits =
	    delist_ipset_common(&prefix->addr, &old->prefix.addr, prefix->bits);
	struct node *top = change->leaf;

	if (bits < prefix->bits) {
		struct delist_prefix shared =
		    delist_prefix_of(&prefix->addr, bits);

		top = node_new(set, &shared, DELIST_IPSET_NONE);
		if (top == NULL)
			return DELIST_ENOMEM;
		top->child[delist_ipset_bit(&prefix->addr, bits)] =
		    change->leaf;
		change->fork = top;
	}
	top->child[delist_ipset_bit(&old->prefix.addr, bits)] = old;
	return DELIST_OK;
}

int
delist_ipset_prepare_insert(
    struct delist_ipset *set, const struct delist_prefix *prefix, uint32_t tag)
{
	struct change change = {.kind = INSERT, .tag = tag};

	if (set == NULL || prefix == NULL || tag == DELIST_IPSET_NONE ||
	    !delist_prefix_valid(prefix))
		return DELIST_EINVAL;
	if (set->pending.kind != NO_CHANGE)
		return DELIST_EBUSY;
	change.place = find_place(set, prefix);
	if (!is_at(&change.place, prefix)) {
		change.leaf = node_new(set, prefix, tag);
		if (change.leaf == NULL)
			return DELIST_ENOMEM;
		if (*change.place.link != NULL &&
		    join(set, &change, *change.place.link) != DELIST_OK) {
			node_free(set, change.leaf);
			return DELIST_ENOMEM;
		}
	}
	set->pending = change;
	return DELIST_OK;
}

static void
publish_insert(struct delist_ipset *set, const struct change *change)
{
	struct node **link = change->place.link;

	if (change->fork != NULL)
		*link = change->fork;
	else if (change->leaf != NULL)
		*link = change->leaf;
	else {
		set->count += (*link)->tag == DELIST_IPSET_NONE;
		(*link)->tag = change->tag;
	}
	set->count += change->leaf != NULL;
}

/* ---- remove ---- */

int
delist_ipset_prepare_remove(
    struct delist_ipset *set, bool *removed, const struct delist_prefix *prefix)
{
	struct change change = {.kind = REMOVE};
	struct place place;

	if (set == NULL || removed == NULL || prefix == NULL ||
	    !delist_prefix_valid(prefix))
		return DELIST_EINVAL;
	if (set->pending.kind != NO_CHANGE)
		return DELIST_EBUSY;
	place = find_place(set, prefix);
	*removed =
	    is_at(&place, prefix) && (*place.link)->tag != DELIST_IPSET_NONE;
	if (*removed)
		change.place = place;
	set->pending = change;
	return DELIST_OK;
}

/* A node without a tag gives its place to its only child, or to nothing. */
static void
collapse(struct delist_ipset *set, struct node **link)
{
	struct node *node = *link;

	if (node->tag != DELIST_IPSET_NONE ||
	    (node->child[0] != NULL && node->child[1] != NULL))
		return;
	*link = node->child[node->child[0] == NULL];
	node_free(set, node);
}

static void
publish_remove(struct delist_ipset *set, const struct change *change)
{
	if (change->place.link == NULL)
		return;
	(*change->place.link)->tag = DELIST_IPSET_NONE;
	set->count--;
	collapse(set, change->place.link);
	if (change->place.above != NULL)
		collapse(set, change->place.above);
}

/* ---- one change at a time ---- */

void
delist_ipset_publish(struct delist_ipset *set)
{
	struct change change = set->pending;

	set->pending = (struct change){.kind = NO_CHANGE};
	if (change.kind == INSERT)
		publish_insert(set, &change);
	else if (change.kind == REMOVE)
		publish_remove(set, &change);
}

void
delist_ipset_abandon(struct delist_ipset *set)
{
	node_free(set, set->pending.fork);
	node_free(set, set->pending.leaf);
	set->pending = (struct change){.kind = NO_CHANGE};
}

int
delist_ipset_insert(
    struct delist_ipset *set, const struct delist_prefix *prefix, uint32_t tag)
{
	int error = delist_ipset_prepare_insert(set, prefix, tag);

	if (error == DELIST_OK)
		delist_ipset_publish(set);
	return error;
}

int
delist_ipset_remove(
    struct delist_ipset *set, bool *removed, const struct delist_prefix *prefix)
{
	int error = delist_ipset_prepare_remove(set, removed, prefix);

	if (error == DELIST_OK)
		delist_ipset_publish(set);
	return error;
}

/* ---- whole sets ---- */

int
delist_ipset_new(struct delist_ipset **out, const struct delist_alloc *alloc)
{
	struct delist_alloc from = delist_alloc_or_libc(alloc);
	struct delist_ipset *set;

	if (out == NULL)
		return DELIST_EINVAL;
	set = delist_alloc_zeroed(&from, 1, sizeof *set);
	if (set == NULL)
		return DELIST_ENOMEM;
	set->alloc = from;
	*out = set;
	return DELIST_OK;
}

static void
empty(struct delist_ipset *set)
{
	delist_ipset_abandon(set);
	tree_free(set, set->root[0]);
	tree_free(set, set->root[1]);
}

void
delist_ipset_free(struct delist_ipset *set)
{
	struct delist_alloc from;

	if (set == NULL)
		return;
	empty(set);
	from = set->alloc;
	delist_alloc_release(&from, set, 1, sizeof *set);
}

int
delist_ipset_build(struct delist_ipset *set,
    const struct delist_ipset_entry *entries, size_t n)
{
	struct delist_ipset built = {.count = 0};
	int error = DELIST_OK;

	if (set == NULL || (entries == NULL && n > 0))
		return DELIST_EINVAL;
	if (set->pending.kind != NO_CHANGE)
		return DELIST_EBUSY;
	built.alloc = set->alloc;
	for (size_t i = 0; i < n && error == DELIST_OK; i++)
		error = delist_ipset_insert(
		    &built, &entries[i].prefix, entries[i].tag);
	if (error != DELIST_OK) {
		empty(&built);
		return error;
	}
	empty(set);
	*set = built;
	return DELIST_OK;
}
