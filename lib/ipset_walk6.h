/* SPDX-License-Identifier: ISC */
/*
 * ipset_walk6.h - looking up IPv6, for one kind of lanes
 *
 * A part of ipset_walk.h.
 */

LANES_INLINE uint32_t
walk_runs6(const struct delist_view *view, uint64_t hi)
{
	uint32_t word = delist_word32(view->run + 4 * (size_t)(hi >> 48));

	return walk_runs(view, word, (unsigned)(hi >> 40) & 255);
}

LANES_INLINE uint32_t
walk_spans(const struct delist_view *view, uint64_t hi, uint64_t lo)
{
	uint64_t word, at;

	if (view->buckets[SPANS] == 0)
		return 0;
	word =
	    delist_buckets_large(view->slots[SPANS], view->buckets[SPANS], hi);
	at = word & ~SPANS_USED;
	if (at == 0)
		return 0;
	return delist_spans_find(view->base + 16 * at, lo, view->width);
}

/* What is longer than /48. */
LANES_INLINE uint32_t
walk_deep6(const struct delist_view *view, uint64_t hi, uint64_t lo)
{
	uint64_t word;
	uint32_t code = 0;

	if (view->buckets[HOSTS6] == 0)
		return 0;
	word = delist_buckets_large(
	    view->slots[HOSTS6], view->buckets[HOSTS6], hi >> 16);
	if (word == 0)
		return 0;
	if (word & DELIST_HOSTS_DEEPER)
		code = walk_spans(view, hi, lo);
	return code != 0 ? code : walk_hosts(view, word, (unsigned)hi & 0xffff);
}

/* Whether anything longer than /24 may lie in the /16. */
LANES_INLINE bool
walk_has_deep(const struct delist_view *view, uint64_t hi)
{
	const _Atomic uint8_t *bits = (const void *)&view->deep[hi >> 51];

	return view->buckets[LINES] != 0 &&
	       atomic_load_explicit(bits, memory_order_acquire) >>
		       (hi >> 48 & 7) &
		   1;
}

LANES_INLINE uint32_t
walk_code6(const struct delist_view *view, uint64_t hi, uint64_t lo)
{
	uint32_t word = 0, code = 0, place;
	unsigned kind;

	if (walk_has_deep(view, hi))
		word = delist_buckets_small(view->slots[LINES],
		    view->buckets[LINES], (uint32_t)(hi >> 32));
	if (word == 0)
		return walk_runs6(view, hi);
	if (word & LINES_DEEP)
		code = walk_deep6(view, hi, lo);
	if (code != 0)
		return code;
	place = word & LINES_PLACE;
	kind = word >> LINES_KIND & 3;
	code = kind == LINES_LEAF ? place
				  : walk_lines(view, 2 * (uint64_t)place, kind,
					(unsigned)(hi >> 16) & 0xffff);
	return code != 0 ? code : walk_runs6(view, hi);
}

LANES_INLINE uint32_t
walk_find6(const struct delist_view *view, uint64_t hi, uint64_t lo)
{
	uint64_t seen, now;
	uint32_t code;

	if (view->width == 0)
		return DELIST_IPSET_NONE;
	now = delist_word64(view->version);
	do {
		seen = now;
		code = walk_code6(view, hi, lo);
		now = delist_word64(view->version);
	} while (__builtin_expect(now != seen, 0));
	/* a code of one byte, whatever a damaged image says */
	return walk_tag(view, view->width == 1 ? code & 255 : code);
}

enum {
	BATCH6 = 32
};

LANES_INLINE void
walk_prefetch6(const struct delist_view *view, uint64_t hi)
{
	const uint8_t *slots = view->slots[LINES];

	__builtin_prefetch(view->run + 4 * (size_t)(hi >> 48));
	if (!walk_has_deep(view, hi))
		return;
	__builtin_prefetch(slots + (size_t)64 * delist_buckets_first(hi >> 32,
						    view->buckets[LINES]));
	if (view->buckets[HOSTS6] != 0)
		__builtin_prefetch(view->slots[HOSTS6] +
				   (size_t)64 * delist_buckets_first(hi >> 16,
						    view->buckets[HOSTS6]));
}

/* The second touch: the blocks that the words name. */
LANES_INLINE void
walk_prefetch6_blocks(const struct delist_view *view, uint64_t hi)
{
	uint32_t word = 0;
	uint64_t hosts;

	if (walk_has_deep(view, hi))
		word = delist_buckets_small(view->slots[LINES],
		    view->buckets[LINES], (uint32_t)(hi >> 32));
	if (word == 0 || (word >> LINES_KIND & 3) == LINES_LEAF)
		__builtin_prefetch(delist_runs_line(view->base,
		    delist_word32(view->run + 4 * (size_t)(hi >> 48)),
		    (unsigned)(hi >> 40) & 255));
	if ((word >> LINES_KIND & 3) != LINES_LEAF)
		__builtin_prefetch(
		    view->base + 32 * (size_t)(word & LINES_PLACE));
	if (!(word & LINES_DEEP) || view->buckets[HOSTS6] == 0)
		return;
	hosts = delist_buckets_large(
	    view->slots[HOSTS6], view->buckets[HOSTS6], hi >> 16);
	if (hosts != 0) {
		__builtin_prefetch(view->base + 16 * (size_t)(uint32_t)hosts);
		__builtin_prefetch(
		    view->base + 16 * (size_t)(uint32_t)hosts + 64 +
		    ((hi >> 8 & 255) * (hosts >> 52 & 1023) >> 8));
	}
}

LANES_TARGET static void
walk_batch6(const struct delist_view *view, uint32_t *tags,
    const uint8_t (*addrs)[16], size_t n)
{
	while (n > 0) {
		unsigned some = n < BATCH6 ? (unsigned)n : BATCH6;
		uint64_t hi[BATCH6];

		for (unsigned i = 0; i < some; i++) {
			hi[i] = delist_be64(addrs[i]);
			if (view->width != 0)
				walk_prefetch6(view, hi[i]);
		}
		for (unsigned i = 0; i < some && view->width != 0; i++)
			walk_prefetch6_blocks(view, hi[i]);
		for (unsigned i = 0; i < some; i++)
			tags[i] =
			    walk_find6(view, hi[i], delist_be64(addrs[i] + 8));
		tags += some;
		addrs += some;
		n -= some;
	}
}
