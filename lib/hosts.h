/* SPDX-License-Identifier: ISC */
#ifndef LIB_HOSTS_H
#define LIB_HOSTS_H

#include "lanes.h"

/*
 * Hosts: which of 65536 places are taken, all with one code
 *
 * For IPv4 these are the addresses of a /16, for IPv6 the /64s of a /48.  They
 * are one word, and one block in the form that suits their number:
 *
 *	FLAT	up to 8, 16 or 32: ascending numbers of 16 bits; what is over
 *		repeats the last
 *
 *	ONE	| directory | low bytes, bucket after bucket |
 *	TWO	| directory | directory | low bytes ... |
 *
 *	BIG	| 257 places of 2 bytes | low bytes, bucket after bucket |
 *
 * A bucket is what shares the high byte.  It lists the low bytes in order, or,
 * from 32 on, is a bitmap of 32 bytes.  The directory (Elias-Fano) is a cache
 * line in which a 1 is a byte of a bucket and a 0 the end of a bucket:
 *
 *	bucket    0     1   2       3
 *	bits      1 1 0 0   1 0     1 1 1 0 ...		448 bits
 *	low bytes a b       c       d e f
 *
 * The bytes of bucket h begin where the bits have their h-th 0: as many bytes
 * in as there are 1s before it.  So that this 0 is found with one select, the
 * line begins with how many 0s lie before each of its 7 words.  One directory
 * has 256 buckets and up to 192 bytes; in TWO each has 128 and up to 320.
 *
 *	word	63: explicit | 62: deeper | 61..52: bytes | 51..43: bytes in
 *		the first half | 42..35: code | 34..32: kind | 31..0: place
 *
 * Explicit and deeper are the owner's.  MIXED is a block of lines.h, for
 * places with more than one code, with its kind in 36..35.  A word for nothing
 * at all is a FLAT that has code 0 and reads the arena's constants.
 */
enum {
	DELIST_HOSTS_FLAT = 1, /* and 2, 3 */
	DELIST_HOSTS_ONE = 4,
	DELIST_HOSTS_TWO = 5,
	DELIST_HOSTS_BIG = 6,
	DELIST_HOSTS_MIXED = 7,
	DELIST_HOSTS_WORDS = 1024, /* 64-bit words of a bitmap */
	DELIST_HOSTS_MOST = 528 + 256 * 32
};

#define DELIST_HOSTS_NONE ((uint64_t)DELIST_HOSTS_FLAT << 32)
#define DELIST_HOSTS_DEEPER (UINT64_C(1) << 62)
#define DELIST_HOSTS_EXPLICIT (UINT64_C(1) << 63)

static inline unsigned
delist_hosts_kind(uint64_t word)
{
	return (unsigned)(word >> 32) & 7;
}

static inline unsigned
delist_hosts_code(uint64_t word)
{
	return (unsigned)(word >> 35) & 255;
}

static inline bool
delist_hosts_empty(uint64_t word)
{
	return delist_hosts_kind(word) == DELIST_HOSTS_FLAT &&
	       delist_hosts_code(word) == 0;
}

/* The bytes of the block that a word names; not for MIXED. */
size_t delist_hosts_bytes(uint64_t word, const uint8_t *block);

/*
 * The block for the places that are set, at least one of them, and its word as
 * if it were at 0.  The bitmap is used up.  Returns how many bytes it has.
 */
size_t delist_hosts_encode(uint8_t block[DELIST_HOSTS_MOST], uint64_t *word,
    uint64_t bitmap[DELIST_HOSTS_WORDS], unsigned code);

/* Set the places of a block in a bitmap; not for MIXED. */
void delist_hosts_decode(
    uint64_t bitmap[DELIST_HOSTS_WORDS], uint64_t word, const uint8_t *block);

/*
 * A copy of a block in which one place is set or cleared, and its word.  Only
 * where the kind stays ONE or TWO; 0 if not, else how many bytes it has.
 */
size_t delist_hosts_with(uint8_t *copy, uint64_t *copy_word, uint64_t word,
    const uint8_t *block, unsigned x, bool set);

/* Where a bucket is: in the bits, and how many bytes it has. */
struct delist_hosts_bucket {
	unsigned at, n;
};

LANES_INLINE struct delist_hosts_bucket
delist_hosts_bucket(const uint8_t *directory, unsigned h)
{
	const uint8_t *words = directory + 8;
	unsigned at = 0, word, bit, n;
	uint64_t ends;

	if (h != 0) {
		/* the h-th 0 lies in the last word with less than h before */
		unsigned before;

		word = lanes_less7(directory, h);
		before = directory[word];
		at = 64 * word + 1 +
		     lanes_select(
			 ~delist_le64(words + 8 * word), (h - 1 - before) & 63);
	}
	at = at < 447 ? at : 447; /* further only in a damaged image */
	word = at / 64;
	bit = at % 64;
	ends = ~delist_le64(words + 8 * word) >> bit;
	if (__builtin_expect(ends != 0, 1)) {
		n = (unsigned)__builtin_ctzll(ends);
	} else {
		n = 64 - bit;
		ends = word < 6 ? ~delist_le64(words + 8 * word + 8) : 1;
		n += ends != 0 ? (unsigned)__builtin_ctzll(ends) : 0;
	}
	return (struct delist_hosts_bucket){at, n};
}

LANES_INLINE bool
delist_hosts_among(const uint8_t *bytes, unsigned n, unsigned low)
{
	if (__builtin_expect(n >= 32, 0))
		return (bytes[low >> 3] >> (low & 7) & 1) != 0;
	return lanes_has8(bytes, n, low);
}

/* Whether x is taken in a block with one or two directories. */
LANES_INLINE bool
delist_hosts_in(const uint8_t *block, uint64_t word, unsigned x)
{
	unsigned two = delist_hosts_kind(word) == DELIST_HOSTS_TWO;
	unsigned half = x >> 15 & two, h = x >> 8 & (two ? 127 : 255);
	unsigned first = half ? (unsigned)(word >> 43) & 511 : 0;
	const uint8_t *bytes = block + 64 + 64 * two + first;
	struct delist_hosts_bucket bucket;

	/* where the bytes are likely to be */
	__builtin_prefetch(bytes + (h * ((unsigned)(word >> 52) & 1023) >> 8));
	bucket = delist_hosts_bucket(block + 64 * half, h);
	return delist_hosts_among(
	    bytes + (bucket.at > h ? bucket.at - h : 0), bucket.n, x & 255);
}

LANES_INLINE bool
delist_hosts_in_big(const uint8_t *block, unsigned x)
{
	unsigned at = delist_le16(block + 2 * (x >> 8));
	unsigned end = delist_le16(block + 2 * (x >> 8) + 2);

	if (at >= end || end > 256 * 32)
		return false;
	return delist_hosts_among(block + 528 + at, end - at, x & 255);
}

/* The code of x, or 0; not for MIXED. */
LANES_INLINE unsigned
delist_hosts_find(const uint8_t *base, uint64_t word, unsigned x)
{
	const uint8_t *block = base + 16 * (size_t)(uint32_t)word;
	unsigned kind = delist_hosts_kind(word);
	bool found;

	if (kind < DELIST_HOSTS_ONE)
		found = lanes_has16(block, 4u << kind, x);
	else if (kind < DELIST_HOSTS_BIG)
		found = delist_hosts_in(block, word, x);
	else
		found = delist_hosts_in_big(block, x);
	return delist_hosts_code(word) & (0u - found);
}

#endif
