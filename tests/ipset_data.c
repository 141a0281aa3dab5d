/* SPDX-License-Identifier: ISC */
/*
 * ipset_data.c - sets of the shapes that people have
 *
 * See ipset_data.h.  Lengths of the routing tables are in the shares that the
 * tables of 2024 have them (RFC 4632 and 5375 are the rules behind them).
 */
#include "ipset_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct data data_shapes[DATA_SHAPES] = {
    {"bgp4", false, true, 900000},
    {"bgp6", true, false, 160000},
    {"list4", false, true, 900000},
    {"hosts4", false, true, 10000000},
    {"nets6", true, false, 2500000},
    {"tags4", false, true, 1000000},
};

/* Repeatable random numbers (splitmix64). */
static uint64_t
next(uint64_t *state)
{
	return *state += 0x9e3779b97f4a7c15;
}

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t
draw(uint64_t *state)
{
	return mix(next(state));
}

static uint64_t
below(uint64_t *state, uint64_t n)
{
	return draw(state) % n;
}

/* 0..n-1, the low numbers far more often than the high ones. */
static uint64_t
skewed(uint64_t *state, uint64_t n)
{
	uint64_t a = below(state, n), b = below(state, n);

	return a * b / n;
}

/* The length whose share, of a thousand, `at` falls into. */
struct share {
	unsigned bits, share;
};

static unsigned
length(const struct share *shares, uint64_t at)
{
	while (at >= shares->share)
		at -= shares++->share;
	return shares->bits;
}

static struct delist_prefix
prefix6(uint64_t hi, unsigned bits)
{
	struct delist_addr addr = {.family = DELIST_INET6};

	for (unsigned i = 0; i < 8; i++)
		addr.bytes[i] = (uint8_t)(hi >> (56 - 8 * i));
	return delist_prefix_of(&addr, bits);
}

static struct delist_prefix
prefix4(uint32_t at, unsigned bits)
{
	struct delist_addr addr = delist_addr_from4(at);

	return delist_prefix_of(&addr, bits);
}

/* ---- shapes ---- */

/* Some of the /16 have most of it; one network has few next hops. */
static struct delist_ipset_entry
bgp4(uint64_t *state)
{
	static const struct share shares[] = {{24, 610}, {22, 110}, {23, 100},
	    {21, 50}, {20, 45}, {19, 30}, {18, 15}, {16, 15}, {17, 10}, {14, 8},
	    {12, 5}, {8, 2}};
	uint64_t net = mix(skewed(state, 60000)) % (223 << 8);
	unsigned bits = length(shares, below(state, 1000));
	uint32_t at = (uint32_t)((1 << 8) + net) << 16;

	at |= (uint32_t)draw(state) & 0xffff;
	return (struct delist_ipset_entry){prefix4(at, bits),
	    (uint32_t)(below(state, 4) != 0 ? net % 15 : below(state, 15))};
}

static struct delist_ipset_entry
bgp6(uint64_t *state)
{
	static const struct share shares[] = {{48, 470}, {32, 130}, {44, 100},
	    {40, 100}, {36, 50}, {29, 40}, {46, 40}, {47, 30}, {33, 20},
	    {45, 20}};
	uint64_t net = mix(skewed(state, 30000));
	unsigned bits = length(shares, below(state, 1000));
	/* 2a00::/12 and its like, of which each region has one */
	uint64_t hi = UINT64_C(0x2000) + (net % 12 << 8) + (net >> 8 & 0xff);

	hi = hi << 48 | (net >> 16 & 0x3fff) << 32;
	hi |= skewed(state, UINT64_C(1) << 32);
	return (struct delist_ipset_entry){prefix6(hi, bits),
	    (uint32_t)(below(state, 4) != 0 ? net % 15 : below(state, 15))};
}

/* What is left when the neighbours of a list are joined. */
static struct delist_ipset_entry
list4(uint64_t *state)
{
	static const struct share shares[] = {{32, 720}, {31, 130}, {30, 50},
	    {29, 25}, {28, 15}, {27, 10}, {26, 5}, {25, 5}, {24, 37}, {20, 3}};
	uint64_t net = mix(skewed(state, 400000)) % (223 << 16);
	uint32_t at = (uint32_t)((1 << 16) + net) << 8;

	at |= (uint32_t)draw(state) & 0xff;
	return (struct delist_ipset_entry){
	    prefix4(at, length(shares, below(state, 1000))), 2};
}

static struct delist_ipset_entry
nets6(uint64_t *state)
{
	uint64_t site = mix(skewed(state, 100000));
	uint64_t net = draw(state);
	uint64_t hi = UINT64_C(0x2000) + (site % 12 << 8) + (site >> 8 & 0xff);

	hi = hi << 48 | (site >> 16 & 0x3fffffff) << 16;
	net &= net >> 63 ? 0xff : 0xffff;
	return (struct delist_ipset_entry){prefix6(hi | net, 64), 2};
}

static struct delist_ipset_entry
entry(enum data_shape shape, uint64_t *state, size_t i)
{
	switch (shape) {
	case DATA_BGP4:
		return bgp4(state);
	case DATA_BGP6:
		return bgp6(state);
	case DATA_LIST4:
		return list4(state);
	case DATA_NETS6:
		return nets6(state);
	default:
		return (struct delist_ipset_entry){
		    prefix4((uint32_t)draw(state), 32),
		    shape == DATA_TAGS4 ? (uint32_t)i : 2};
	}
}

static void *
room(size_t n, size_t size)
{
	void *at = calloc(n != 0 ? n : 1, size);

	if (at == NULL) {
		fputs("no memory\n", stderr);
		exit(1);
	}
	return at;
}

struct delist_ipset_entry *
data_entries(enum data_shape shape, size_t n)
{
	struct delist_ipset_entry *entries = room(n, sizeof *entries);
	uint64_t state = 0x5eed + (uint64_t)shape;

	for (size_t i = 0; i < n; i++)
		entries[i] = entry(shape, &state, i);
	return entries;
}

/* ---- queries ---- */

/* The prefix with random bits behind the first `bits`. */
static void
random_in(uint8_t addr[16], const struct delist_prefix *prefix, unsigned bits,
    uint64_t *state)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned kept = bits > 8 * i ? bits - 8 * i : 0;
		unsigned mask = kept < 8 ? 0xffu >> kept : 0;

		addr[i] = (uint8_t)((prefix->addr.bytes[i] & ~mask) |
				    ((unsigned)draw(state) & mask));
	}
}

struct data_queries
data_ask(const struct delist_ipset_entry *entries, size_t entry_count,
    unsigned inside, size_t n)
{
	bool v6 = entries[0].prefix.addr.family == DELIST_INET6;
	struct data_queries queries = {.n = n};
	uint64_t state = 0xa5c + inside;

	if (v6)
		queries.six = room(n, 16);
	else
		queries.four = room(n, 4);
	for (size_t i = 0; i < n; i++) {
		const struct delist_prefix *prefix =
		    &entries[below(&state, entry_count)].prefix;
		bool in = below(&state, 100) < inside;
		unsigned bits = in ? prefix->bits : v6 ? 40 : 0;
		uint8_t addr[16];

		bits = bits < prefix->bits ? bits : prefix->bits;
		random_in(addr, prefix, bits, &state);
		if (v6)
			memcpy(queries.six[i], addr, 16);
		else
			queries.four[i] = (uint32_t)addr[0] << 24 |
					  (uint32_t)addr[1] << 16 |
					  (uint32_t)addr[2] << 8 | addr[3];
	}
	return queries;
}

void
data_forget(struct data_queries *queries)
{
	free(queries->four);
	free(queries->six);
	*queries = (struct data_queries){.n = 0};
}
