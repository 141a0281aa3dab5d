/* SPDX-License-Identifier: ISC */
#ifndef TESTS_IPSET_DATA_H
#define TESTS_IPSET_DATA_H

/*
 * Sets of the shapes that people have, made from fixed seeds: the same on
 * every machine, in no order, and no file is needed.
 *
 *	bgp4	a full routing table: most are /24 and /22 of some networks
 *	bgp6	the same for IPv6: /48 and /32
 *	list4	a block list, aggregated: hosts, /31 to /24
 *	hosts4	hosts with nothing in common
 *	nets6	/64 of some thousand sites
 *	tags4	hosts, each with a tag of its own
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/ipset.h>

enum data_shape {
	DATA_BGP4,
	DATA_BGP6,
	DATA_LIST4,
	DATA_HOSTS4,
	DATA_NETS6,
	DATA_TAGS4,
	DATA_SHAPES
};

struct data {
	const char *name;
	bool v6;
	bool all_random; /* whether addresses from anywhere are asked for */
	size_t n;	 /* prefixes at scale 1 */
};

extern const struct data data_shapes[DATA_SHAPES];

/* Addresses to look up; one of the two is NULL. */
struct data_queries {
	uint32_t *four;
	uint8_t (*six)[16];
	size_t n;
};

/* n entries, a few of them equal; for free(). */
struct delist_ipset_entry *data_entries(enum data_shape shape, size_t n);

/*
 * n addresses, of which about `inside` in a hundred lie in one of the
 * entries.  The others are from anywhere; for IPv6 from the /40 of an entry,
 * since nearly all of "anywhere" is empty.
 */
struct data_queries data_ask(const struct delist_ipset_entry *entries,
    size_t entry_count, unsigned inside, size_t n);
void data_forget(struct data_queries *queries);

#endif
