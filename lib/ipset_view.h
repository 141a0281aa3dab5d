/* SPDX-License-Identifier: ISC */
#ifndef LIB_IPSET_VIEW_H
#define LIB_IPSET_VIEW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The set, drawn
 *
 * Each family has layers, and each layer has the prefixes of some lengths.  A
 * lookup asks the longest first; the first that has an answer is right.
 *
 *	IPv4	bits		found by		as
 *	  1	25 .. 32	host[first 16 bits]	hosts.h
 *	  0	 0 .. 24	run[first 16 bits]	runs.h
 *
 *	IPv6
 *	  3	65 .. 128	hash of the first 64	spans.h
 *	  2	49 .. 64	hash of the first 48	hosts.h
 *	  1	25 .. 48	hash of the first 32	lines.h
 *	  0	 0 .. 24	run[first 16 bits]	runs.h
 *
 * What a unit (a /16, /32, /48 or /64) is found by is one word: where its block
 * lies in the arena, and in what form.
 *
 *	view --> run[65536], host[65536], hashes   words, changed in place
 *	    `--> arena                              blocks, never changed
 *
 * A block is written, then a store of its word shows it, and the block before
 * it is retired (epoch.h).  What cannot be changed so, such as a hash that is
 * full, is made anew with a view of its own, and the view is exchanged.
 *
 * A block holds codes and not tags: one byte for up to 255 tags in a family,
 * four bytes (the tag + 1) past that.  0 is no answer.
 *
 * Beside the blocks the writer has a list of rows (roster.h) for each layer, what
 * was put in as it was put in.  Hosts (/32, or /64 for IPv6) are not in it if
 * the block says the same: their code is that of the block, and no row of a
 * shorter prefix of the layer is around them.  For IPv6 a row of 48 bits then
 * stands for a /48 that has such hosts.
 */
enum {
	LAYERS = 4,
	RUNS = 0,
	LINES = 1,  /* IPv6 */
	HOSTS4 = 1, /* IPv4 */
	HOSTS6 = 2,
	SPANS = 3,
	CODES = 256,
	WORDS = 65536
};

/* What a lookup in a set reads; what all need is in one cache line. */
struct delist_view {
	const uint8_t *base; /* the arena */
	const uint8_t *run;  /* 65536 words of 4 bytes */
	const uint8_t *host; /* 65536 words of 8 bytes, or NULL, and then ... */
	const uint8_t *hosted; /* ... a bit for each /16 that may have hosts;
				* NULL if many have, and each is asked */
	const uint8_t *deep;   /* IPv6: for each with more than runs */
	const uint8_t *tags;   /* by code; unused with codes of 4 bytes */
	const uint8_t *version;
	uint8_t width;	   /* bytes of a code; 0: nothing in it */
	bool only_hosts;   /* IPv4: no word of runs has an answer */
	bool mostly_short; /* most answers are not from words of hosts */
	uint32_t buckets[LAYERS];
	const uint8_t *slots[LAYERS]; /* the hash of a layer, or NULL */
};

/* The word of lines in a hash. */
enum {
	LINES_PLACE = (1 << 27) - 1, /* in 32 bytes, or the code of a LEAF */
	LINES_USED = 1 << 27,
	LINES_DEEP = 1 << 28, /* a longer layer has something below */
	LINES_KIND = 29,
	LINES_LEAF = 3, /* kinds 0 to 2 are those of lines.h */
	LINES_NOTHING = LINES_USED | LINES_LEAF << LINES_KIND
};

/* A slot of a change that is prepared: not to be given to another key. */
#define LINES_HELD (UINT64_C(1) << 31)

/* The word of spans in a hash: this bit, and the place in 16 bytes or 0. */
#define SPANS_USED (UINT64_C(1) << 63)

/*
 * One way to look up: all have the same answers.  `shown` is where the set
 * shows its view.  A view that was exchanged meanwhile is looked at no further:
 * some of what it leads to is changed for its successor, and some is not any
 * more.  It is not given back while its reader is inside, so another one has
 * another place.
 */
struct delist_path {
	bool (*find4)(_Atomic(const struct delist_view *) const *shown,
	    uint32_t *tag, uint32_t addr);
	bool (*find6)(_Atomic(const struct delist_view *) const *shown,
	    uint32_t *tag, uint64_t hi, uint64_t lo);
	void (*batch4)(const struct delist_view *view, uint32_t *tags,
	    const uint32_t *addrs, size_t n);
	void (*batch6)(const struct delist_view *view, uint32_t *tags,
	    const uint8_t (*addrs)[16], size_t n);
};

enum {
	DELIST_PATHS = 4
};

extern const struct delist_path delist_path_portable;
extern const struct delist_path delist_path_sse2;
extern const struct delist_path delist_path_bmi2;
extern const struct delist_path delist_path_avx512;

/* The n-th way, or NULL if this machine can't; 0 is portable. */
const struct delist_path *delist_path_of(unsigned n);
const struct delist_path *delist_path_best(void);

extern const struct delist_view delist_view_empty;

#endif
