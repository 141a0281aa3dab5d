/* SPDX-License-Identifier: ISC */
/*
 * ipset_deal4.c - IPv4 entries in order
 *
 * Entries are dealt to one group for each /16, as items of 8 bytes, and each
 * group is sorted by itself, in passes that keep the order of equals.
 *
 *	item	| 55 .. 40: last 16 bits | 39 .. 32: length | code |
 */
#include "ipset_build.h"

#include <string.h>

#include "alloc.h"
#include "bytes.h"

enum {
	FEW = 24 /* items that are sorted by insertion */
};

struct deal {
	uint64_t *items, *spare;
	uint32_t *ends; /* of the groups, then where they begin */
	size_t n, largest;
};

static bool
belongs(const struct delist_ipset_entry *entry)
{
	return entry->prefix.addr.family == DELIST_INET4;
}

static unsigned
group_of(const struct delist_ipset_entry *entry)
{
	return delist_get_be16(entry->prefix.addr.bytes);
}

static void
count_groups(const struct delist_build *build, struct deal *deal)
{
	uint32_t end = 0;

	for (size_t i = 0; i < build->n; i++)
		if (belongs(&build->entries[i]))
			deal->ends[group_of(&build->entries[i])]++;
	for (size_t i = 0; i < WORDS; i++) {
		if (deal->ends[i] > deal->largest)
			deal->largest = deal->ends[i];
		end += deal->ends[i];
		deal->ends[i] = end;
	}
}

/* Dealt from behind, the end of a group becomes where it begins. */
static int
deal_items(struct delist_build *build, struct deal *deal)
{
	for (size_t i = build->n; i-- > 0;) {
		const struct delist_ipset_entry *entry = &build->entries[i];
		uint32_t code;

		if (!belongs(entry))
			continue;
		code = delist_build_code(build, entry->tag);
		if (code == 0)
			return DELIST_ERANGE;
		deal->items[--deal->ends[group_of(entry)]] =
		    (uint64_t)delist_get_be16(entry->prefix.addr.bytes + 2)
			<< 40 |
		    (uint64_t)entry->prefix.bits << 32 | code;
	}
	return DELIST_OK;
}

static void
sort_few(uint64_t *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t item = items[i];
		size_t at = i;

		for (; at > 0 && items[at - 1] >> 32 > item >> 32; at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

/* By the length, then by each byte of the place; equal bytes cost no copy. */
static void
sort_many(uint64_t *items, uint64_t *spare, size_t n)
{
	uint64_t *from = items, *to = spare, *swapped;

	for (unsigned shift = 32; shift < 56; shift += 8) {
		uint32_t counts[256] = {0};

		for (size_t i = 0; i < n; i++)
			counts[from[i] >> shift & 255]++;
		if (counts[from[0] >> shift & 255] == n)
			continue;
		delist_build_sum(counts);
		for (size_t i = 0; i < n; i++)
			to[counts[from[i] >> shift & 255]++] = from[i];
		swapped = from;
		from = to;
		to = swapped;
	}
	if (from != items)
		memcpy(items, from, n * sizeof *items);
}

/* Of equals the last counts. */
static int
hand_over(struct delist_build *build, struct deal *deal)
{
	int error = DELIST_OK;

	for (size_t g = 0; g < WORDS; g++) {
		uint64_t *items = deal->items + deal->ends[g];
		size_t n = (g + 1 < WORDS ? deal->ends[g + 1] : deal->n) -
			   deal->ends[g];

		if (n <= FEW)
			sort_few(items, n);
		else
			sort_many(items, deal->spare, n);
		for (size_t i = 0; i < n && error == DELIST_OK; i++) {
			struct delist_roster_row row = {
			    .hi = (uint64_t)g << 48 | items[i] >> 40 << 32,
			    .bits = (unsigned)(items[i] >> 32) & 255,
			    .code = (uint32_t)items[i]};

			if (i + 1 < n && items[i] >> 32 == items[i + 1] >> 32)
				continue;
			error = delist_build_row(build, &row);
		}
	}
	return error;
}

int
delist_build_deal4(struct delist_build *build)
{
	const struct delist_alloc *alloc = &build->set->alloc;
	struct deal deal = {.n = 0};
	int error = DELIST_ENOMEM;

	for (size_t i = 0; i < build->n; i++)
		deal.n += belongs(&build->entries[i]);
	if (deal.n > UINT32_MAX)
		return DELIST_ENOMEM;
	deal.ends = delist_alloc_zeroed(alloc, WORDS, sizeof *deal.ends);
	if (deal.ends == NULL)
		return DELIST_ENOMEM;
	count_groups(build, &deal);
	deal.items =
	    delist_alloc_grow(alloc, NULL, 0, deal.n + 1, sizeof *deal.items);
	deal.spare = delist_alloc_grow(
	    alloc, NULL, 0, deal.largest + 1, sizeof *deal.spare);
	if (deal.items != NULL && deal.spare != NULL)
		error = deal_items(build, &deal);
	if (error == DELIST_OK) {
		delist_build_begin(build);
		error = hand_over(build, &deal);
	}
	delist_alloc_release(alloc, deal.items, deal.n + 1, sizeof *deal.items);
	delist_alloc_release(
	    alloc, deal.spare, deal.largest + 1, sizeof *deal.spare);
	delist_alloc_release(alloc, deal.ends, WORDS, sizeof *deal.ends);
	return error;
}
