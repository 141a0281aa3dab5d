/* SPDX-License-Identifier: ISC */
/*
 * spans.c - the answers inside a /64: making them
 *
 * See spans.h.
 */
#include "spans.h"

size_t
delist_spans_size(size_t n, unsigned width)
{
	return 8 + n * (8 + width);
}

void
delist_spans_encode(
    uint8_t *block, const struct delist_step *spans, size_t n, unsigned width)
{
	delist_le32_put(block, (uint32_t)n);
	delist_le32_put(block + 4, 0);
	for (size_t i = 0; i < n; i++) {
		delist_le64_put(block + 8 + 8 * i, spans[i].start);
		delist_le_code_put(block + 8 + 8 * n, i, width, spans[i].code);
	}
}
