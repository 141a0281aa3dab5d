/* SPDX-License-Identifier: ISC */
#ifndef LIB_RUNS_H
#define LIB_RUNS_H

#include "lanes.h"

/*
 * Runs: the answers of prefixes up to /24, for the 256 /24s of one /16
 *
 * A /16 is one word.  Its 256 answers change at few places, so they are kept
 * as runs: a line has 16 ascending starts and the code of each, and the answer
 * for b is the code of the last start that is at most b.  What a line has no
 * runs for repeats its last.
 *
 *	b       0         40        60                  255
 *	code    |   7     |   0     |   9                |
 *
 *	line    | 0 40 60 60 60 ... 60 | 7 0 9 9 9 ... 9 |
 *	          16 starts, a byte each   16 codes
 *
 * More than 16 runs take 2, 4 or 8 lines for equal parts of the /16, and past
 * that it is RAW: 256 codes.  With codes of one byte a line has 32 bytes, half
 * of a cache line.
 *
 *	word    | 31 .. 5: place, in 32 bytes | 4: RAW | 3 .. 0: k |
 *
 * b >> k is the line.  A uniform /16 shares one of 256 constant lines, which
 * begin an arena with codes of one byte; with four there is one, for code 0.
 */
enum {
	DELIST_RUNS_RAW = 16,
	DELIST_RUNS_NONE = 8, /* the word that answers 0 */
	DELIST_RUNS_MOST = 4 * 256
};

/* Write the constant lines; returns how many bytes they take. */
size_t delist_runs_constants(uint8_t *base, unsigned width);
size_t delist_runs_constant_bytes(unsigned width);

/* The word that answers one code, with codes of one byte. */
static inline uint32_t
delist_runs_constant(uint32_t code)
{
	return code << 5 | DELIST_RUNS_NONE;
}

/* The bytes of the block that a word names; 0 if it has none of its own. */
size_t delist_runs_bytes(uint32_t word, unsigned width);

/* The place of the block in units of 16 bytes, and a word with another. */
uint32_t delist_runs_at(uint32_t word);
uint32_t delist_runs_moved(uint32_t word, uint32_t at);

/*
 * The block for 256 codes, and its word as if it were at 0.  Returns how many
 * bytes it has; 0 if the word is all.
 */
size_t delist_runs_encode(uint8_t block[DELIST_RUNS_MOST], uint32_t *word,
    const uint32_t codes[256], unsigned width);

/* How far from `base` a lookup may read. */
static inline uint64_t
delist_runs_reach(uint32_t word, unsigned width)
{
	return (uint64_t)(word >> 5) * 32 +
	       (word & DELIST_RUNS_RAW
		       ? 256 * width
		       : (16 + 16 * width) * (256u >> (word & 15)));
}

LANES_INLINE const uint8_t *
delist_runs_line(const uint8_t *base, uint32_t word, unsigned b)
{
	return base + 32 * ((size_t)(word >> 5) + (b >> (word & 15)));
}

/* The code for b, with codes of one byte: no branch.  RAW has k = 5. */
LANES_INLINE unsigned
delist_runs_code(const uint8_t *line, uint32_t word, unsigned b)
{
	unsigned raw = 0u - (word >> 4 & 1);
	unsigned at = 15 + lanes_count8(line, b);

	return line[(at & ~raw) | (b & 31 & raw)];
}

LANES_INLINE uint32_t
delist_runs_wide(const uint8_t *base, uint32_t word, unsigned b)
{
	const uint8_t *block = base + 32 * (size_t)(word >> 5);

	if (word & DELIST_RUNS_RAW)
		return delist_le32(block + 4 * b);
	block += (size_t)80 * (b >> (word & 15));
	return delist_le32(block + 12 + 4 * lanes_count8(block, b));
}

LANES_INLINE uint32_t
delist_runs_find(const uint8_t *base, uint32_t word, unsigned b, unsigned width)
{
	if (width == 1)
		return delist_runs_code(
		    delist_runs_line(base, word, b), word, b);
	return delist_runs_wide(base, word, b);
}

#endif
