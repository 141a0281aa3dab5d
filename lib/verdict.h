/* SPDX-License-Identifier: ISC */
#ifndef LIB_VERDICT_H
#define LIB_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include <delist/verdict.h>

/*
 * Where phrases begin.  Four bytes have a slot (delist_verdict_slot(), of
 * bytes folded by delist_verdict_fold()); first[slot] is the first built-in
 * row, counted from 1, whose phrase begins with such bytes, next[row] the
 * next one in the same slot, and 0 ends.  Rows come in the order of the
 * table.  second[row] is the first byte, folded, of the second word of the
 * phrase, or 0: most words that begin phrases begin many.
 */
enum {
	DELIST_VERDICT_SLOTS = 1024
};
extern const uint16_t delist_verdict_first[];
extern const uint16_t delist_verdict_next[];
extern const uint8_t delist_verdict_second[];

/* Letters of either case are one; so are all blanks and line ends. */
static inline unsigned
delist_verdict_fold(char c)
{
	return (unsigned char)c <= ' ' ? 0 : (unsigned char)c & 31;
}

static inline unsigned
delist_verdict_slot(unsigned a, unsigned b, unsigned c, unsigned d)
{
	return ((a | b << 5 | c << 10 | d << 15) * 0x9e3779b1u) >> 22;
}

#endif
