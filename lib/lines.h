/* SPDX-License-Identifier: ISC */
#ifndef LIB_LINES_H
#define LIB_LINES_H

#include "lanes.h"
#include "paint.h"

/*
 * Interval lines: any answers over 65536 places
 *
 * The answers are steps: from this start on, this code.  A line of 64 bytes
 * has 21 ascending starts of 16 bits and a code for each (10 with codes of
 * four bytes); the answer for x is the code of the last start that is at most
 * x.  The first start of a block is 0.
 *
 *	LINE	| 0 17 900 ... | 3 0 8 ... |
 *		  21 starts      21 codes
 *
 *	TABLE	| starts of lines 1..31, number of lines | line 0 | line 1 ...
 *		  31 x 2 bytes           2 bytes
 *
 *	BIG	| 257 places | starts, low byte | codes |
 *		  4 bytes      of each
 *
 * TABLE has up to 32 lines.  In BIG the place p[h] is where the steps with
 * the high byte h begin; each h has a step at its first, 256 h.
 */
enum {
	DELIST_LINES_LINE = 0,
	DELIST_LINES_TABLE = 1,
	DELIST_LINES_BIG = 2,
	DELIST_LINES_STEPS = 65536,
	DELIST_LINES_MOST = 257 * 4 + 5 * DELIST_LINES_STEPS
};

/* How many bytes the n steps take, and in which kind. */
size_t delist_lines_size(
    unsigned *kind, const struct delist_step *steps, size_t n, unsigned width);
void delist_lines_encode(uint8_t *block, unsigned kind,
    const struct delist_step *steps, size_t n, unsigned width);

/* The bytes of a block. */
size_t delist_lines_bytes(const uint8_t *block, unsigned kind, unsigned width);

/* How many bytes of it must be there before its size can be told. */
static inline size_t
delist_lines_head(unsigned kind)
{
	return kind == DELIST_LINES_BIG ? 257 * 4 : 64;
}

LANES_INLINE uint32_t
delist_lines_line(const uint8_t *line, unsigned x, unsigned width)
{
	unsigned n = width == 1 ? 21 : 10;
	unsigned at = lanes_count16(line, n, x);

	/* only a damaged image has a first start behind x */
	return delist_le_code(line + 2 * n, at - (at != 0), width);
}

LANES_INLINE uint32_t
delist_lines_big(const uint8_t *block, unsigned x, unsigned width)
{
	const uint8_t *place = block + 4 * (x >> 8);
	uint32_t at = delist_le32(place), end = delist_le32(place + 4);
	uint32_t total = delist_le32(block + 4 * 256);
	const uint8_t *starts = block + 257 * 4;

	if (at >= end || end > total)
		return 0;
	while (end - at > 1) {
		uint32_t mid = at + (end - at) / 2;

		if (starts[mid] <= (x & 255))
			at = mid;
		else
			end = mid;
	}
	return delist_le_code(starts + total, at, width);
}

LANES_INLINE uint32_t
delist_lines_find(
    const uint8_t *block, unsigned kind, unsigned x, unsigned width)
{
	unsigned line, lines, table = 0u - (kind == DELIST_LINES_TABLE);

	if (__builtin_expect(kind > DELIST_LINES_TABLE, 0))
		return delist_lines_big(block, x, width);
	if (LANES < 3 && !table)
		return delist_lines_line(block, x, width);
	/* where counting is cheap it is done in vain rather than guessed */
	line = lanes_count16(block, 31, x);
	lines = delist_le16(block + 62);
	line = line < lines ? line : lines - 1;
	return delist_lines_line(
	    block + ((64 + 64 * (size_t)line) & table), x, width);
}

#endif
