/* SPDX-License-Identifier: ISC */
#ifndef LIB_LANES_H
#define LIB_LANES_H

#include <stdbool.h>
#include <stdint.h>

#include "le.h"

/*
 * The five steps of a lookup that a processor may do on many bytes at once.
 * A file says which kind it is compiled for before it includes this:
 *
 *	LANES 0		portable C, the reference
 *	LANES 1		SSE2
 *	LANES 2		SSE2 and BMI2
 *	LANES 3		AVX-512 (BW, VL) and BMI2
 *
 * All functions from here to the find calls carry LANES_TARGET, so one
 * library holds all kinds and takes at run time what the machine has.
 */
#ifndef LANES
#define LANES 0
#endif

#if LANES == 3
#define LANES_TARGET \
	__attribute__((target("avx512bw,avx512vl,bmi,bmi2,popcnt")))
#elif LANES == 2
#define LANES_TARGET __attribute__((target("bmi,bmi2,popcnt")))
#else
#define LANES_TARGET
#endif
#define LANES_INLINE LANES_TARGET static inline
#define LANES_APART LANES_TARGET __attribute__((noinline)) static

#if LANES > 0
#include <immintrin.h>

LANES_INLINE __m128i
lanes_load(const uint8_t *at)
{
	__m128i value;

	memcpy(&value, at, sizeof value);
	return value;
}

/* Bit i is set where 16-bit lane i of at[0..16) is at most x. */
LANES_INLINE __m128i
lanes_at_most16(const uint8_t *at, unsigned x)
{
	return _mm_cmpeq_epi16(
	    _mm_subs_epu16(lanes_load(at), _mm_set1_epi16((short)x)),
	    _mm_setzero_si128());
}
#endif

/* How many of 16 ascending bytes are at most x. */
LANES_INLINE unsigned
lanes_count8(const uint8_t *at, unsigned x)
{
#if LANES == 3
	return (unsigned)_mm_popcnt_u32(
	    _mm_cmple_epu8_mask(lanes_load(at), _mm_set1_epi8((char)x)));
#elif LANES > 0
	__m128i wanted = _mm_set1_epi8((char)x);
	__m128i most = _mm_max_epu8(lanes_load(at), wanted);
	unsigned mask =
	    (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(most, wanted));

	return (unsigned)__builtin_ctz(~mask);
#else
	unsigned count = 0;

	for (unsigned i = 0; i < 16; i++)
		count += at[i] <= x;
	return count;
#endif
}

/*
 * How many of the first n (at most 32) of ascending 16-bit numbers are at most
 * x.  All 64 bytes may be read.
 */
LANES_INLINE unsigned
lanes_count16(const uint8_t *at, unsigned n, unsigned x)
{
#if LANES == 3
	__m512i lanes;
	uint64_t first = (UINT64_C(1) << n) - 1;

	memcpy(&lanes, at, sizeof lanes);
	return (unsigned)_mm_popcnt_u32(
	    (unsigned)first &
	    _mm512_cmple_epu16_mask(lanes, _mm512_set1_epi16((short)x)));
#elif LANES > 0
	uint64_t low = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(
	    lanes_at_most16(at, x), lanes_at_most16(at + 16, x)));
	uint64_t high = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(
	    lanes_at_most16(at + 32, x), lanes_at_most16(at + 48, x)));
	uint64_t beyond = UINT64_C(1) << n;

	return (unsigned)__builtin_ctzll(~(low | high << 16) | beyond);
#else
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++)
		count += delist_le16(at + 2 * i) <= x;
	return count;
#endif
}

/* Whether x is among n 16-bit numbers; n is 8, 16 or 32. */
LANES_INLINE bool
lanes_has16(const uint8_t *at, unsigned n, unsigned x)
{
#if LANES > 0
	/* without a branch: a shorter list is looked through again */
	__m128i wanted = _mm_set1_epi16((short)x);
	unsigned in = 2 * n - 1;
	__m128i a = _mm_or_si128(_mm_cmpeq_epi16(lanes_load(at), wanted),
	    _mm_cmpeq_epi16(lanes_load(at + (16 & in)), wanted));
	__m128i b =
	    _mm_or_si128(_mm_cmpeq_epi16(lanes_load(at + (32 & in)), wanted),
		_mm_cmpeq_epi16(lanes_load(at + (48 & in)), wanted));

	return _mm_movemask_epi8(_mm_or_si128(a, b)) != 0;
#else
	bool found = false;

	for (unsigned i = 0; i < n; i++)
		found |= delist_le16(at + 2 * i) == x;
	return found;
#endif
}

/* Whether x is among n (at most 31) bytes; bytes behind them may be read. */
LANES_INLINE bool
lanes_has8(const uint8_t *at, unsigned n, unsigned x)
{
#if LANES > 0
	__m128i wanted = _mm_set1_epi8((char)x);
	unsigned mask =
	    (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(lanes_load(at), wanted));

	if (__builtin_expect(n > 16, 0))
		mask |= (unsigned)_mm_movemask_epi8(
			    _mm_cmpeq_epi8(lanes_load(at + 16), wanted))
			<< 16;
	return (mask & ((1u << n) - 1)) != 0;
#else
	bool found = false;

	for (unsigned i = 0; i < n; i++)
		found |= at[i] == x;
	return found;
#endif
}

/*
 * Words in a bucket of a hash (buckets.h), which may be written meanwhile.  A
 * processor that has these loads them whole, each aligned word by itself; the
 * thread sanitizer does not know that.
 */
#if defined(__SANITIZE_THREAD__)
#define LANES_WORDS 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LANES_WORDS 0
#endif
#endif
#ifndef LANES_WORDS
#define LANES_WORDS LANES
#endif

/* The index of the first of 8 words with this upper half; 8 if none has. */
LANES_INLINE unsigned
lanes_upper32(const uint8_t *at, uint32_t key)
{
#if LANES_WORDS == 3
	__m512i words;

	memcpy(&words, at, sizeof words);
	return (unsigned)__builtin_ctz(_mm512_mask_cmpeq_epi32_mask(0xaaaa,
					   words, _mm512_set1_epi32((int)key)) |
				       1u << 16) /
	       2;
#elif LANES_WORDS > 0
	__m128i wanted = _mm_set1_epi32((int)key), equal[2];

	for (unsigned i = 0; i < 2; i++)
		equal[i] = _mm_cmpeq_epi32(
		    wanted, _mm_castps_si128(_mm_shuffle_ps(
				_mm_castsi128_ps(lanes_load(at + 32 * i)),
				_mm_castsi128_ps(lanes_load(at + 32 * i + 16)),
				_MM_SHUFFLE(3, 1, 3, 1))));
	return (unsigned)__builtin_ctz(
	    (unsigned)_mm_movemask_epi8(_mm_packs_epi16(
		_mm_packs_epi32(equal[0], equal[1]), _mm_setzero_si128())) |
	    1u << 8);
#else
	unsigned i = 0;

	while (i < 8 && delist_word64(at + 8 * i) >> 32 != key)
		i++;
	return i;
#endif
}

/* How many of at[1..7), which ascend, are less than x; at[7] is 255. */
LANES_INLINE unsigned
lanes_less7(const uint8_t *at, unsigned x)
{
#if LANES > 0
	__m128i bytes, wanted = _mm_set1_epi8((char)x);
	unsigned mask;

	bytes = _mm_loadl_epi64((const __m128i *)(const void *)at);
	mask = (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(_mm_max_epu8(bytes, wanted), bytes));
	return (unsigned)__builtin_ctz(mask >> 1 | 1u << 6);
#else
	unsigned count = 0;

	for (unsigned i = 1; i < 7; i++)
		count += at[i] < x;
	return count;
#endif
}

/* The index of the set bit that has `rank` set bits below; 64 if none has. */
LANES_INLINE unsigned
lanes_select(uint64_t bits, unsigned rank)
{
#if LANES >= 2
	return (unsigned)_tzcnt_u64(
	    _pdep_u64(UINT64_C(1) << (rank & 63), bits));
#else
	uint64_t pairs = bits - (bits >> 1 & 0x5555555555555555);
	uint64_t fours =
	    (pairs & 0x3333333333333333) + (pairs >> 2 & 0x3333333333333333);
	/* byte i: set bits in the bytes 0 to i */
	uint64_t sums =
	    ((fours + (fours >> 4)) & 0x0f0f0f0f0f0f0f0f) * 0x0101010101010101;
	unsigned at = 0, below = 0, byte;

	for (unsigned i = 0; i < 8; i++) {
		unsigned sum = (unsigned)(sums >> (8 * i)) & 255;

		at += sum <= rank;
		below = sum <= rank ? sum : below;
	}
	if (at == 8)
		return 64;
	byte = (unsigned)(bits >> (8 * at)) & 255;
	for (unsigned skip = rank - below; skip > 0; skip--)
		byte &= byte - 1;
	return 8 * at + (unsigned)__builtin_ctz(byte);
#endif
}

#endif
