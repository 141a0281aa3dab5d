/* SPDX-License-Identifier: ISC */
/*
 * runs.c - the answers for the 256 /24s of a /16: making them
 *
 * See runs.h.
 */
#include "runs.h"

static size_t
line_bytes(unsigned width)
{
	return 16 + 16 * (size_t)width;
}

size_t
delist_runs_constant_bytes(unsigned width)
{
	/* whole cache lines, so that what follows can be aligned */
	return width == 1 ? 256 * line_bytes(1) : 128;
}

size_t
delist_runs_constants(uint8_t *base, unsigned width)
{
	memset(base, 0, delist_runs_constant_bytes(width));
	for (unsigned code = 0; width == 1 && code < 256; code++)
		memset(base + line_bytes(1) * code + 16, (int)code, 16);
	return delist_runs_constant_bytes(width);
}

size_t
delist_runs_bytes(uint32_t word, unsigned width)
{
	uint64_t at = (uint64_t)(word >> 5) * 32;

	if (at < delist_runs_constant_bytes(width))
		return 0;
	return (size_t)(delist_runs_reach(word, width) - at);
}

uint32_t
delist_runs_at(uint32_t word)
{
	return word >> 5 << 1;
}

uint32_t
delist_runs_moved(uint32_t word, uint32_t at)
{
	return (word & 31) | at >> 1 << 5;
}

/* Whether parts of 1 << k codes have at most 16 runs each. */
static bool
fits(const uint32_t codes[256], unsigned k)
{
	unsigned runs = 0;

	for (unsigned b = 0; b < 256; b++) {
		bool first = (b & ((1u << k) - 1)) == 0;

		runs = first ? 1 : runs + (codes[b] != codes[b - 1]);
		if (runs > 16)
			return false;
	}
	return true;
}

static void
write_line(uint8_t *line, const uint32_t *codes, unsigned from, unsigned to,
    unsigned width)
{
	unsigned n = 0;

	for (unsigned b = from; b < to; b++) {
		if (b > from && codes[b] == codes[b - 1])
			continue;
		line[n] = (uint8_t)(b == from ? 0 : b);
		delist_le_code_put(line + 16, n++, width, codes[b]);
	}
	for (unsigned last = n - 1; n < 16; n++) {
		line[n] = line[last];
		delist_le_code_put(line + 16, n, width, codes[to - 1]);
	}
}

size_t
delist_runs_encode(uint8_t block[DELIST_RUNS_MOST], uint32_t *word,
    const uint32_t codes[256], unsigned width)
{
	unsigned k = 8, same = 1, lines;

	while (same < 256 && codes[same] == codes[0])
		same++;
	if (same == 256 && (width == 1 || codes[0] == 0)) {
		*word = delist_runs_constant(codes[0]);
		return 0;
	}
	while (k > 4 && !fits(codes, k))
		k--;
	if (k == 4) {
		*word = DELIST_RUNS_RAW | 5;
		for (unsigned b = 0; b < 256; b++)
			delist_le_code_put(block, b, width, codes[b]);
		return 256 * (size_t)width;
	}
	*word = k;
	lines = 256u >> k;
	for (unsigned i = 0; i < lines; i++)
		write_line(block + i * line_bytes(width), codes, i << k,
		    (i + 1) << k, width);
	return lines * line_bytes(width);
}
