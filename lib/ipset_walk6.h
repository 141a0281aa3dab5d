/* SPDX-License-Identifier: ISC */
/*
 * ipset_walk6.h - looking up IPv6, for one kind of lanes
 *
 * A part of ipset_walk.h.  A batch goes through the layers together, and what
 * the next step reads is on its way meanwhile.
 */

/* ---- words ---- */

/* Whether anything longer than /24 may lie in the /16. */
LANES_INLINE bool
walk_has_deep(const struct delist_view *view, uint64_t hi)
{
	const _Atomic uint8_t *bits = (const void *)&view->deep[hi >> 51];

	return atomic_load_explicit(bits, memory_order_acquire) >>
		   (hi >> 48 & 7) &
	       1;
}

LANES_INLINE const uint8_t *
walk_bucket(const struct delist_view *view, unsigned layer, uint64_t key)
{
	return view->slots[layer] +
	       (size_t)64 * delist_buckets_first(key, view->buckets[layer]);
}

/* The word of a /32, of a bucket or of one behind it; 0 if it has none. */
LANES_INLINE uint32_t
walk_line_word(
    const struct delist_view *view, const uint8_t *bucket, uint32_t key)
{
	const uint8_t *end =
	    view->slots[LINES] + (size_t)64 * view->buckets[LINES];

	for (uint32_t tries = view->buckets[LINES]; tries > 0; tries--) {
		unsigned at = lanes_upper32(bucket, key);
		uint64_t word = at < 8 ? delist_word64(bucket + 8 * at) : 0;

		if ((uint32_t)word != 0 && word >> 32 == key)
			return (uint32_t)word;
		if (delist_word64(bucket + 56) == 0)
			return 0;
		bucket += 64;
		bucket = bucket == end ? view->slots[LINES] : bucket;
	}
	return 0;
}

LANES_INLINE uint32_t
walk_word6(const struct delist_view *view, uint64_t hi)
{
	if (!walk_has_deep(view, hi) || view->buckets[LINES] == 0)
		return 0;
	return walk_line_word(
	    view, walk_bucket(view, LINES, hi >> 32), (uint32_t)(hi >> 32));
}

LANES_INLINE uint64_t
walk_host_word6(const struct delist_view *view, uint32_t word, uint64_t hi)
{
	if (!(word & LINES_DEEP) || view->buckets[HOSTS6] == 0)
		return 0;
	return delist_buckets_large(
	    view->slots[HOSTS6], view->buckets[HOSTS6], hi >> 16);
}

/* ---- what they answer ---- */

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

/* With the word of the /32 and of the /48, either of them 0 for none. */
LANES_INLINE uint32_t
walk_code6(const struct delist_view *view, uint32_t word, uint64_t hosts,
    uint64_t hi, uint64_t lo)
{
	uint32_t code = 0, place = word & LINES_PLACE;
	unsigned kind = word >> LINES_KIND & 3;

	if (hosts & DELIST_HOSTS_DEEPER)
		code = walk_spans(view, hi, lo);
	if (code == 0 && hosts != 0)
		code = walk_hosts(view, hosts, (unsigned)hi & 0xffff);
	if (code == 0 && word != 0)
		code = kind == LINES_LEAF
			   ? place
			   : walk_lines(view, 2 * (uint64_t)place, kind,
				 (unsigned)(hi >> 16) & 0xffff);
	return code != 0 ? code : walk_runs6(view, hi);
}

LANES_INLINE uint32_t
walk_find6(const struct delist_view *view, uint64_t hi, uint64_t lo)
{
	uint64_t seen, now;
	uint32_t word, code;

	if (view->width == 0)
		return DELIST_IPSET_NONE;
	now = delist_word64(view->version);
	do {
		seen = now;
		word = walk_word6(view, hi);
		code = walk_code6(
		    view, word, walk_host_word6(view, word, hi), hi, lo);
		now = delist_word64(view->version);
	} while (__builtin_expect(now != seen, 0));
	return walk_tag(view, code);
}

/* ---- batches ---- */

enum {
	BATCH6 = 32
};

struct walk_some6 {
	uint64_t hi[BATCH6], lo[BATCH6], hosts[BATCH6];
	uint32_t words[BATCH6];
};

LANES_INLINE void
walk_words6(const struct delist_view *view, struct walk_some6 *some, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t hi = some->hi[i];
		uint32_t word = walk_word6(view, hi);

		some->words[i] = word;
		if (word & LINES_DEEP && view->buckets[HOSTS6] != 0)
			__builtin_prefetch(walk_bucket(view, HOSTS6, hi >> 16));
		/* a leaf has no block, and its place is near the first */
		__builtin_prefetch(
		    view->base + 32 * (size_t)(word & LINES_PLACE));
		__builtin_prefetch(delist_runs_line(view->base,
		    delist_word32(view->run + 4 * (size_t)(hi >> 48)),
		    (unsigned)(hi >> 40) & 255));
	}
}

LANES_INLINE void
walk_host_words6(
    const struct delist_view *view, struct walk_some6 *some, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t hi = some->hi[i];

		some->hosts[i] = walk_host_word6(view, some->words[i], hi);
		if (some->hosts[i] != 0)
			walk_fetch_hosts(
			    view, some->hosts[i], (unsigned)(hi >> 8) & 255);
	}
}

LANES_INLINE void
walk_batch6_some(const struct delist_view *view, uint32_t *tags,
    const uint8_t (*addrs)[16], unsigned n)
{
	uint64_t seen = delist_word64(view->version);
	struct walk_some6 some;

	for (unsigned i = 0; i < n; i++) {
		some.hi[i] = delist_be64(addrs[i]);
		some.lo[i] = delist_be64(addrs[i] + 8);
		__builtin_prefetch(view->run + 4 * (size_t)(some.hi[i] >> 48));
		if (view->buckets[LINES] != 0 &&
		    walk_has_deep(view, some.hi[i]))
			__builtin_prefetch(
			    walk_bucket(view, LINES, some.hi[i] >> 32));
	}
	walk_words6(view, &some, n);
	walk_host_words6(view, &some, n);
	for (unsigned i = 0; i < n; i++)
		tags[i] =
		    walk_tag(view, walk_code6(view, some.words[i],
				       some.hosts[i], some.hi[i], some.lo[i]));
	if (__builtin_expect(delist_word64(view->version) == seen, 1))
		return;
	for (unsigned i = 0; i < n; i++)
		tags[i] = walk_find6(view, some.hi[i], some.lo[i]);
}

LANES_TARGET static void
walk_batch6(const struct delist_view *view, uint32_t *tags,
    const uint8_t (*addrs)[16], size_t n)
{
	if (view->width == 0) {
		memset(tags, 0xff, n * sizeof *tags);
		return;
	}
	while (n > 0) {
		unsigned some = n < BATCH6 ? (unsigned)n : BATCH6;

		walk_batch6_some(view, tags, addrs, some);
		tags += some;
		addrs += some;
		n -= some;
	}
}
