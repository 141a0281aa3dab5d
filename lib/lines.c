/* SPDX-License-Identifier: ISC */
/*
 * lines.c - interval lines: making them
 *
 * See lines.h.
 */
#include "lines.h"

static size_t
per_line(unsigned width)
{
	return width == 1 ? 21 : 10;
}

/* Steps of a BIG: those given, and one for each high byte that has none. */
static size_t
big_steps(const struct delist_step *steps, size_t n)
{
	size_t total = n;
	bool at_first[256] = {false};

	for (size_t i = 0; i < n; i++)
		at_first[steps[i].start >> 8] |= (steps[i].start & 255) == 0;
	for (unsigned h = 0; h < 256; h++)
		total += !at_first[h];
	return total;
}

size_t
delist_lines_size(
    unsigned *kind, const struct delist_step *steps, size_t n, unsigned width)
{
	size_t lines = (n + per_line(width) - 1) / per_line(width);

	if (lines <= 1) {
		*kind = DELIST_LINES_LINE;
		return 64;
	}
	if (lines <= 32) {
		*kind = DELIST_LINES_TABLE;
		return 64 + 64 * lines;
	}
	*kind = DELIST_LINES_BIG;
	return 257 * 4 + big_steps(steps, n) * (1 + width);
}

static void
write_line(
    uint8_t *line, const struct delist_step *steps, size_t n, unsigned width)
{
	size_t room = per_line(width);

	memset(line, 0, 64);
	for (size_t i = 0; i < room; i++) {
		const struct delist_step *step = &steps[i < n ? i : n - 1];

		delist_le16_put(line + 2 * i, (unsigned)step->start);
		delist_le_code_put(line + 2 * room, i, width, step->code);
	}
}

static void
write_table(
    uint8_t *block, const struct delist_step *steps, size_t n, unsigned width)
{
	size_t room = per_line(width), lines = (n + room - 1) / room;

	memset(block, 0xff, 64);
	delist_le16_put(block + 62, (unsigned)lines);
	for (size_t i = 0; i < lines; i++) {
		size_t left = n - i * room;

		if (i > 0)
			delist_le16_put(block + 2 * (i - 1),
			    (unsigned)steps[i * room].start);
		write_line(block + 64 + 64 * i, steps + i * room,
		    left < room ? left : room, width);
	}
}

static void
write_big(
    uint8_t *block, const struct delist_step *steps, size_t n, unsigned width)
{
	uint8_t *starts = block + 257 * 4;
	size_t total = big_steps(steps, n), to = 0, i = 0;
	uint32_t code = 0;

	for (unsigned h = 0; h < 256; h++) {
		delist_le32_put(block + 4 * h, (uint32_t)to);
		if (i == n || steps[i].start != h << 8) {
			starts[to] = 0;
			delist_le_code_put(starts + total, to++, width, code);
		}
		for (; i < n && steps[i].start >> 8 == h; i++) {
			code = steps[i].code;
			starts[to] = (uint8_t)steps[i].start;
			delist_le_code_put(starts + total, to++, width, code);
		}
	}
	delist_le32_put(block + 4 * 256, (uint32_t)to);
}

void
delist_lines_encode(uint8_t *block, unsigned kind,
    const struct delist_step *steps, size_t n, unsigned width)
{
	if (kind == DELIST_LINES_LINE)
		write_line(block, steps, n, width);
	else if (kind == DELIST_LINES_TABLE)
		write_table(block, steps, n, width);
	else
		write_big(block, steps, n, width);
}

size_t
delist_lines_bytes(const uint8_t *block, unsigned kind, unsigned width)
{
	if (kind == DELIST_LINES_LINE)
		return 64;
	if (kind == DELIST_LINES_TABLE)
		return 64 + 64 * (size_t)delist_le16(block + 62);
	return 257 * 4 + (size_t)delist_le32(block + 4 * 256) * (1 + width);
}
