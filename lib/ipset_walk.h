/* SPDX-License-Identifier: ISC */
/*
 * ipset_walk.h - looking up, for one kind of lanes
 *
 * Included once by each ipset_KIND.c, which says LANES and WALK, the name of
 * the struct that it fills.
 *
 * A lookup reads several words, and the writer may have changed some of them
 * in between; the answer must be that of one moment.  For IPv4 the word of the
 * hosts is read before and after the word of the runs: no two of its values
 * are equal while a reader is inside (delist_part_nothing()), so if it is the
 * same, nothing came between.  Nor did a first host, if the bit that tells of
 * hosts is clear at both ends: in one view it is only ever set.  For IPv6 the
 * family has a version, which is raised before each change, and is read at both
 * ends.
 */
#include "ipset.h"

#include "bytes.h"
#include "hosts.h"
#include "lines.h"
#include "runs.h"
#include "spans.h"

LANES_INLINE uint32_t
walk_tag(const struct delist_view *view, uint32_t code)
{
	if (view->width == 1)
		return delist_le32(view->tags + 4 * (size_t)code);
	return code - 1; /* 0 becomes DELIST_IPSET_NONE */
}

LANES_INLINE uint32_t
walk_runs(const struct delist_view *view, uint32_t word, unsigned b)
{
	return delist_runs_find(view->base, word, b, view->width);
}

LANES_INLINE uint32_t
walk_lines(
    const struct delist_view *view, uint64_t at, unsigned kind, unsigned x)
{
	return delist_lines_find(view->base + 16 * at, kind, x, view->width);
}

LANES_INLINE uint32_t
walk_hosts(const struct delist_view *view, uint64_t word, unsigned x)
{
	if (__builtin_expect(delist_hosts_kind(word) == DELIST_HOSTS_MIXED, 0))
		return walk_lines(
		    view, (uint32_t)word, (unsigned)(word >> 35) & 3, x);
	return delist_hosts_find(view->base, word, x);
}

/* ---- IPv4 ---- */

LANES_INLINE uint32_t
walk_run4(const struct delist_view *view, uint32_t addr)
{
	return walk_runs(view,
	    delist_word32(view->run + 4 * (size_t)(addr >> 16)),
	    addr >> 8 & 255);
}

LANES_INLINE uint64_t
walk_host_word4(const struct delist_view *view, uint32_t addr)
{
	return delist_word64(view->host + 8 * (size_t)(addr >> 16));
}

/* Most /16s of a routing table have no hosts: 8 KiB tell which have. */
LANES_INLINE bool
walk_has_hosts4(const struct delist_view *view, uint32_t addr)
{
	const _Atomic uint8_t *bits = (const void *)&view->hosted[addr >> 19];

	return atomic_load_explicit(bits, memory_order_acquire) >>
		   (addr >> 16 & 7) &
	       1;
}

LANES_INLINE uint32_t
walk_both4(const struct delist_view *view, uint32_t addr)
{
	uint32_t runs, hosts;
	uint64_t seen, now;

	if (view->hosted != NULL && !walk_has_hosts4(view, addr)) {
		runs = walk_run4(view, addr);
		if (__builtin_expect(!walk_has_hosts4(view, addr), 1))
			return runs;
	}
	now = walk_host_word4(view, addr);
	do {
		seen = now;
		hosts = walk_hosts(view, seen, addr & 0xffff);
		runs = walk_run4(view, addr);
		now = walk_host_word4(view, addr);
	} while (__builtin_expect(now != seen, 0));
	return hosts != 0 ? hosts : runs;
}

LANES_INLINE uint32_t
walk_find4(const struct delist_view *view, uint32_t addr)
{
	if (view->width == 0)
		return DELIST_IPSET_NONE;
	if (view->host == NULL)
		return walk_tag(view, walk_run4(view, addr));
	if (view->only_hosts)
		return walk_tag(
		    view, walk_hosts(view, walk_host_word4(view, addr),
			      addr & 0xffff));
	return walk_tag(view, walk_both4(view, addr));
}

enum {
	BATCH4 = 64
};

LANES_INLINE void
walk_some4_runs(const struct delist_view *view, uint32_t *tags,
    const uint32_t *addrs, unsigned n)
{
	uint32_t words[BATCH4];

	for (unsigned i = 0; i < n; i++) {
		words[i] =
		    delist_word32(view->run + 4 * (size_t)(addrs[i] >> 16));
		__builtin_prefetch(delist_runs_line(
		    view->base, words[i], addrs[i] >> 8 & 255));
	}
	for (unsigned i = 0; i < n; i++)
		tags[i] = walk_tag(
		    view, walk_runs(view, words[i], addrs[i] >> 8 & 255));
}

/* The word of the hosts, and its block on the way. */
LANES_INLINE uint64_t
walk_fetch_hosts(const struct delist_view *view, uint64_t word, unsigned h)
{
	const uint8_t *block = view->base + 16 * (size_t)(uint32_t)word;

	__builtin_prefetch(block);
	__builtin_prefetch(
	    block + 64 + (h * ((unsigned)(word >> 52) & 1023) >> 8));
	return word;
}

LANES_INLINE void
walk_some4_hosts(const struct delist_view *view, uint32_t *tags,
    const uint32_t *addrs, unsigned n)
{
	uint64_t words[BATCH4];

	for (unsigned i = 0; i < n; i++)
		words[i] = walk_fetch_hosts(
		    view, walk_host_word4(view, addrs[i]), addrs[i] >> 8 & 255);
	for (unsigned i = 0; i < n; i++)
		tags[i] = walk_tag(
		    view, walk_hosts(view, words[i], addrs[i] & 0xffff));
}

LANES_INLINE void
walk_some4_few(const struct delist_view *view, uint32_t *tags,
    const uint32_t *addrs, unsigned n)
{
	uint64_t words[BATCH4]; /* 0: the /16 has no hosts */
	uint32_t runs[BATCH4];

	for (unsigned i = 0; i < n; i++) {
		unsigned h = addrs[i] >> 8 & 255;

		words[i] = 0;
		if (walk_has_hosts4(view, addrs[i]))
			words[i] = walk_fetch_hosts(
			    view, walk_host_word4(view, addrs[i]), h);
		runs[i] =
		    delist_word32(view->run + 4 * (size_t)(addrs[i] >> 16));
		__builtin_prefetch(delist_runs_line(view->base, runs[i], h));
	}
	for (unsigned i = 0; i < n; i++) {
		uint32_t addr = addrs[i], hosts = 0;
		uint32_t code = walk_runs(view, runs[i], addr >> 8 & 255);
		bool same;

		if (words[i] != 0) {
			hosts = walk_hosts(view, words[i], addr & 0xffff);
			same = walk_host_word4(view, addr) == words[i];
		} else {
			same = !walk_has_hosts4(view, addr);
		}
		if (__builtin_expect(!same, 0))
			code = walk_both4(view, addr);
		tags[i] = walk_tag(view, hosts != 0 && same ? hosts : code);
	}
}

LANES_INLINE void
walk_some4_both(const struct delist_view *view, uint32_t *tags,
    const uint32_t *addrs, unsigned n)
{
	uint64_t words[BATCH4];
	uint32_t runs[BATCH4];

	for (unsigned i = 0; i < n; i++) {
		unsigned h = addrs[i] >> 8 & 255;

		words[i] =
		    walk_fetch_hosts(view, walk_host_word4(view, addrs[i]), h);
		runs[i] =
		    delist_word32(view->run + 4 * (size_t)(addrs[i] >> 16));
		__builtin_prefetch(delist_runs_line(view->base, runs[i], h));
	}
	for (unsigned i = 0; i < n; i++) {
		uint32_t addr = addrs[i];
		uint32_t hosts = walk_hosts(view, words[i], addr & 0xffff);
		uint32_t code = walk_runs(view, runs[i], addr >> 8 & 255);

		code = hosts != 0 ? hosts : code;
		if (__builtin_expect(
			walk_host_word4(view, addr) != words[i], 0))
			code = walk_both4(view, addr);
		tags[i] = walk_tag(view, code);
	}
}

LANES_TARGET static void
walk_batch4(const struct delist_view *view, uint32_t *tags,
    const uint32_t *addrs, size_t n)
{
	if (view->width == 0) {
		memset(tags, 0xff, n * sizeof *tags);
		return;
	}
	while (n > 0) {
		unsigned some = n < BATCH4 ? (unsigned)n : BATCH4;

		if (view->host == NULL)
			walk_some4_runs(view, tags, addrs, some);
		else if (view->only_hosts)
			walk_some4_hosts(view, tags, addrs, some);
		else if (view->hosted != NULL)
			walk_some4_few(view, tags, addrs, some);
		else
			walk_some4_both(view, tags, addrs, some);
		tags += some;
		addrs += some;
		n -= some;
	}
}

#include "ipset_walk6.h"

/* ---- the path ---- */

LANES_INLINE const struct delist_view *
walk_view(_Atomic(const struct delist_view *) const *shown)
{
	return atomic_load_explicit(shown, memory_order_acquire);
}

LANES_INLINE bool
walk_answer(uint32_t *tag, uint32_t found)
{
	if (found == DELIST_IPSET_NONE)
		return false;
	*tag = found;
	return true;
}

LANES_APART bool
walk_all4(_Atomic(const struct delist_view *) const *shown, uint32_t *tag,
    uint32_t addr)
{
	const struct delist_view *view = walk_view(shown), *seen;
	uint32_t found;

	do {
		seen = view;
		found = walk_find4(seen, addr);
		view = walk_view(shown);
	} while (__builtin_expect(view != seen, 0));
	return walk_answer(tag, found);
}

LANES_APART bool
walk_all6(_Atomic(const struct delist_view *) const *shown, uint32_t *tag,
    uint64_t hi, uint64_t lo)
{
	const struct delist_view *view = walk_view(shown), *seen;
	uint32_t found;

	do {
		seen = view;
		found = walk_find6(seen, hi, lo);
		view = walk_view(shown);
	} while (__builtin_expect(view != seen, 0));
	return walk_answer(tag, found);
}

/*
 * What most lookups in a routing table come to, without a call: all else is
 * begun anew.
 */
LANES_TARGET static bool
walk_one4(_Atomic(const struct delist_view *) const *shown, uint32_t *tag,
    uint32_t addr)
{
	const struct delist_view *view = walk_view(shown);
	bool few = view->hosted != NULL;
	uint32_t found;

	if (view->width != 1 || !view->mostly_short ||
	    (few && walk_has_hosts4(view, addr)))
		return walk_all4(shown, tag, addr);
	found = walk_tag(view, walk_run4(view, addr));
	if (__builtin_expect((few && walk_has_hosts4(view, addr)) ||
				 walk_view(shown) != view,
		0))
		return walk_all4(shown, tag, addr);
	return walk_answer(tag, found);
}

LANES_TARGET static bool
walk_one6(_Atomic(const struct delist_view *) const *shown, uint32_t *tag,
    uint64_t hi, uint64_t lo)
{
	const struct delist_view *view = walk_view(shown);
	uint64_t seen;
	uint32_t word, found;

	if (view->width != 1 || !view->mostly_short)
		return walk_all6(shown, tag, hi, lo);
	seen = delist_word64(view->version);
	word = walk_word6(view, hi);
	if (word & LINES_DEEP || (word >> LINES_KIND & 3) == DELIST_LINES_BIG)
		return walk_all6(shown, tag, hi, lo);
	found = walk_tag(view, walk_code6(view, word, 0, hi, lo));
	if (__builtin_expect(delist_word64(view->version) != seen ||
				 walk_view(shown) != view,
		0))
		return walk_all6(shown, tag, hi, lo);
	return walk_answer(tag, found);
}

const struct delist_path WALK = {
    walk_one4, walk_one6, walk_batch4, walk_batch6};
