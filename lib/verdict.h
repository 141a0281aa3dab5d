/* SPDX-License-Identifier: ISC */
#ifndef LIB_VERDICT_H
#define LIB_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include <delist/verdict.h>

/*
 * Where phrases begin.  The first four bytes of a phrase have a slot, and
 * begins[slot] says whether any phrase begins there.  Together with the first
 * byte of the second word, folded, or 0 if there is none, they have a chain:
 * first[chain] is the first built-in row of it, counted from 1, next[row] the
 * next one, and 0 ends.  Rows come in the order of the table.
 */
enum {
	DELIST_VERDICT_SLOTS = 1024,
	DELIST_VERDICT_CHAINS = 2048
};
extern const uint8_t delist_verdict_begins[];
extern const uint16_t delist_verdict_first[];
extern const uint16_t delist_verdict_next[];

/* Letters of either case are one, and a blank is 0. */
static inline unsigned
delist_verdict_fold(char c)
{
	return (unsigned char)c & 31;
}

static inline uint32_t
delist_verdict_four(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

static inline unsigned
delist_verdict_slot(uint32_t four)
{
	return ((four & 0x1f1f1f1f) * 0x9e3779b1u) >> 22;
}

static inline unsigned
delist_verdict_chain(uint32_t four, unsigned second)
{
	return (((four & 0x1f1f1f1f) ^ second * 0x20210845u) * 0x9e3779b1u) >>
	       21;
}

#endif
