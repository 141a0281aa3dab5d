/* SPDX-License-Identifier: ISC */
#ifndef LIB_SPANS_H
#define LIB_SPANS_H

#include "lanes.h"
#include "paint.h"

/*
 * Spans: the answers of prefixes longer than /64, inside one /64
 *
 * Steps as in lines.h, but over 64 bits, and rare: one array of ascending
 * starts, the first of them 0, then their codes; a binary search finds the
 * last start that is at most x.
 *
 *	| n | start 0 | start 1 | ... | code 0 | code 1 | ... |
 *	 4+4     8         8            1 or 4
 */
size_t delist_spans_size(size_t n, unsigned width);
void delist_spans_encode(
    uint8_t *block, const struct delist_step *spans, size_t n, unsigned width);

LANES_INLINE uint32_t
delist_spans_find(const uint8_t *block, uint64_t x, unsigned width)
{
	uint32_t n = delist_le32(block), at = 0, end = n;

	while (end - at > 1) {
		uint32_t mid = at + (end - at) / 2;

		if (delist_le64(block + 8 + 8 * (size_t)mid) <= x)
			at = mid;
		else
			end = mid;
	}
	return delist_le_code(block + 8 + 8 * (size_t)n, at, width);
}

#endif
