/* SPDX-License-Identifier: ISC */
/*
 * image_check.c - whether the block of a word is as a set would write it
 *
 * A block must lie before the last REACH bytes, its numbers in order, and its
 * codes be codes of a tag.  No check relies on one that is made behind it.
 */
#include "image.h"

#include <string.h>

#include "hosts.h"
#include "lines.h"
#include "runs.h"
#include "spans.h"

/* Whether so many bytes from a place on are blocks. */
static bool
is_inside(const struct delist_image_half *half, uint64_t at, uint64_t bytes)
{
	return at <= half->last && bytes <= half->last - at;
}

bool
delist_image_check_code(const struct delist_image_half *half, uint32_t code)
{
	return half->width != 1 || code == 0 ||
	       (code < 256 && delist_le32(half->tags + 4 * (size_t)code) !=
				  DELIST_IPSET_NONE);
}

static bool
are_codes(const struct delist_image_half *half, const uint8_t *codes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!delist_image_check_code(
			half, delist_le_code(codes, i, half->width)))
			return false;
	return true;
}

/* ---- runs ---- */

static bool
is_run_line(const struct delist_image_half *half, const uint8_t *line)
{
	for (unsigned i = 1; i < 16; i++)
		if (line[i] < line[i - 1])
			return false;
	return line[0] == 0 && are_codes(half, line + 16, 16);
}

bool
delist_image_check_runs(const struct delist_image_half *half, uint32_t word)
{
	uint64_t at = (uint64_t)(word >> 5) * 32;
	size_t bytes = delist_runs_bytes(word, half->width);
	unsigned k = word & 15;
	const uint8_t *block;

	if (bytes == 0) /* a constant */
		return (word & 31) == DELIST_RUNS_NONE &&
		       (half->width == 1 || word == DELIST_RUNS_NONE) &&
		       delist_image_check_code(half, word >> 5);
	if (k < 5 || k > 8 || !is_inside(half, at, bytes))
		return false;
	block = half->blocks + at;
	if (word & DELIST_RUNS_RAW)
		return k == 5 && are_codes(half, block, 256);
	for (unsigned line = 0; line < 256u >> k; line++)
		if (!is_run_line(
			half, block + (size_t)line * (16 + 16 * half->width)))
			return false;
	return true;
}

/* ---- lines ---- */

static bool
is_line(
    const struct delist_image_half *half, const uint8_t *line, unsigned first)
{
	size_t n = half->width == 1 ? 21 : 10;

	for (size_t i = 1; i < n; i++)
		if (delist_le16(line + 2 * i) < delist_le16(line + 2 * i - 2))
			return false;
	return delist_le16(line) == first && are_codes(half, line + 2 * n, n);
}

static bool
is_table(const struct delist_image_half *half, uint64_t at)
{
	const uint8_t *block = half->blocks + at;
	unsigned lines = delist_le16(block + 62), before = 0;

	if (lines < 2 || lines > 32 || !is_inside(half, at, 64 + 64 * lines))
		return false;
	for (unsigned i = 0; i < lines; i++) {
		unsigned first = i == 0 ? 0 : delist_le16(block + 2 * i - 2);

		if (first < before ||
		    !is_line(half, block + 64 + 64 * (size_t)i, first))
			return false;
		before = first;
	}
	for (unsigned i = lines - 1; i < 31; i++)
		if (delist_le16(block + 2 * i) != 0xffff)
			return false;
	return true;
}

static bool
is_big(const struct delist_image_half *half, uint64_t at)
{
	const uint8_t *block = half->blocks + at, *starts = block + 4 * 257;
	uint64_t total = delist_le32(block + 4 * 256);

	if (delist_le32(block) != 0 ||
	    !is_inside(half, at, 4 * 257 + total * (1 + half->width)))
		return false;
	for (unsigned h = 0; h < 256; h++) {
		uint32_t from = delist_le32(block + 4 * h);
		uint32_t to = delist_le32(block + 4 * h + 4);

		if (from >= to || to > total || starts[from] != 0)
			return false;
		for (uint32_t i = from + 1; i < to; i++)
			if (starts[i] <= starts[i - 1])
				return false;
	}
	return are_codes(half, starts + total, (size_t)total);
}

bool
delist_image_check_lines(
    const struct delist_image_half *half, uint64_t at, unsigned kind)
{
	/* up to here also what the sizes are read from is inside */
	if (!is_inside(half, at, 64))
		return false;
	if (kind == DELIST_LINES_LINE)
		return is_line(half, half->blocks + at, 0);
	if (kind == DELIST_LINES_TABLE)
		return is_table(half, at);
	return kind == DELIST_LINES_BIG && is_big(half, at);
}

/* ---- hosts ---- */

enum {
	DENSE = 32,
	BITS = 448
};

static bool
is_bucket(const uint8_t *low, unsigned n)
{
	unsigned taken = 0;

	if (n == DENSE) {
		for (unsigned i = 0; i < 4; i++)
			taken += (unsigned)__builtin_popcountll(
			    delist_le64(low + 8 * i));
		return taken >= DENSE;
	}
	for (unsigned i = 1; i < n; i++)
		if (low[i] <= low[i - 1])
			return false;
	return n < DENSE;
}

static bool
is_flat(const uint8_t *block, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		if (delist_le16(block + 2 * i) < delist_le16(block + 2 * i - 2))
			return false;
	return true;
}

/* A directory of n buckets that have so many bytes together. */
static bool
is_directory(
    const uint8_t *directory, unsigned n, const uint8_t *low, unsigned bytes)
{
	unsigned ends = 0, size = 0, used = 0;

	for (unsigned at = 0; at < BITS; at++) {
		uint64_t word = delist_le64(directory + 8 + 8 * (at / 64));

		if (at % 64 == 0 &&
		    directory[at / 64] != (ends < 255 ? ends : 255))
			return false;
		if (word >> at % 64 & 1) {
			size++;
			continue;
		}
		if (used + size > bytes || !is_bucket(low + used, size))
			return false;
		used += size;
		size = 0;
		ends++;
	}
	return ends == n && used == bytes && directory[7] == 255;
}

static bool
is_one_or_two(const struct delist_image_half *half, uint64_t at, uint64_t word)
{
	const uint8_t *block = half->blocks + at;
	unsigned bytes = (unsigned)(word >> 52) & 1023;
	unsigned first = (unsigned)(word >> 43) & 511;

	if (delist_hosts_kind(word) == DELIST_HOSTS_ONE)
		return first == 0 && is_inside(half, at, 64 + bytes) &&
		       is_directory(block, 256, block + 64, bytes);
	return first <= bytes && is_inside(half, at, 128 + bytes) &&
	       is_directory(block, 128, block + 128, first) &&
	       is_directory(
		   block + 64, 128, block + 128 + first, bytes - first);
}

static bool
is_big_hosts(const struct delist_image_half *half, uint64_t at)
{
	const uint8_t *block = half->blocks + at;
	unsigned from = delist_le16(block);

	if (from != 0 || delist_le16(block + 2 * 256) > 256 * DENSE ||
	    !is_inside(half, at, 528 + delist_le16(block + 2 * 256)))
		return false;
	for (unsigned h = 0; h < 256; h++) {
		unsigned to = delist_le16(block + 2 * h + 2);

		if (to < from || to > delist_le16(block + 2 * 256) ||
		    !is_bucket(block + 528 + from, to - from))
			return false;
		from = to;
	}
	return true;
}

bool
delist_image_check_hosts(const struct delist_image_half *half, uint64_t word)
{
	uint64_t at = 16 * (uint64_t)(uint32_t)word;
	unsigned kind = delist_hosts_kind(word);

	if (delist_hosts_empty(word))
		return (word & ~DELIST_HOSTS_DEEPER) == DELIST_HOSTS_NONE;
	if (kind == DELIST_HOSTS_MIXED)
		return delist_image_check_lines(
		    half, at, (unsigned)(word >> 35) & 3);
	if (!is_inside(half, at, 16) || delist_hosts_code(word) == 0 ||
	    !delist_image_check_code(half, delist_hosts_code(word)))
		return false;
	if (kind == DELIST_HOSTS_BIG)
		return is_big_hosts(half, at);
	if (kind >= DELIST_HOSTS_ONE)
		return is_one_or_two(half, at, word);
	return kind >= DELIST_HOSTS_FLAT &&
	       is_inside(half, at, (uint64_t)8 << kind) &&
	       is_flat(half->blocks + at, 4u << kind);
}

/* ---- spans ---- */

bool
delist_image_check_spans(const struct delist_image_half *half, uint64_t word)
{
	uint64_t at = 16 * (uint64_t)(uint32_t)word, n;
	const uint8_t *block;

	if (at == 0)
		return true;
	if (!is_inside(half, at, 16))
		return false;
	block = half->blocks + at;
	n = delist_le32(block);
	if (n == 0 || !is_inside(half, at, 8 + n * (8 + half->width)) ||
	    delist_le64(block + 8) != 0)
		return false;
	for (size_t i = 1; i < n; i++)
		if (delist_le64(block + 8 + 8 * i) <=
		    delist_le64(block + 8 * i))
			return false;
	return are_codes(half, block + 8 + 8 * n, (size_t)n);
}
