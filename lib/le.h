/* SPDX-License-Identifier: ISC */
#ifndef LIB_LE_H
#define LIB_LE_H

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

/*
 * Integers as bytes, least significant first, on every machine: the form of
 * what lies in the blocks of a set, which are also its image.  Inline, since
 * a lookup is a handful of these and nothing else.
 */
static inline uint64_t
delist_le_swap(uint64_t value, unsigned bytes)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_bswap64(value) >> (64 - 8 * bytes);
#else
	(void)bytes;
	return value;
#endif
}

static inline unsigned
delist_le16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof value);
	return (unsigned)delist_le_swap(value, 2);
}

static inline uint32_t
delist_le32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof value);
	return (uint32_t)delist_le_swap(value, 4);
}

static inline uint64_t
delist_le64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof value);
	return delist_le_swap(value, 8);
}

static inline void
delist_le16_put(uint8_t *at, unsigned value)
{
	uint16_t swapped = (uint16_t)delist_le_swap(value & 0xffff, 2);

	memcpy(at, &swapped, sizeof swapped);
}

static inline void
delist_le32_put(uint8_t *at, uint32_t value)
{
	uint32_t swapped = (uint32_t)delist_le_swap(value, 4);

	memcpy(at, &swapped, sizeof swapped);
}

static inline void
delist_le64_put(uint8_t *at, uint64_t value)
{
	uint64_t swapped = delist_le_swap(value, 8);

	memcpy(at, &swapped, sizeof swapped);
}

/* The same for words that are written while they are read. */
static inline uint32_t
delist_word32(const uint8_t *at)
{
	const _Atomic uint32_t *word = (const void *)at;

	return (uint32_t)delist_le_swap(
	    atomic_load_explicit(word, memory_order_acquire), 4);
}

static inline uint64_t
delist_word64(const uint8_t *at)
{
	const _Atomic uint64_t *word = (const void *)at;

	return delist_le_swap(
	    atomic_load_explicit(word, memory_order_acquire), 8);
}

static inline void
delist_word32_store(uint8_t *at, uint32_t value)
{
	_Atomic uint32_t *word = (void *)at;

	atomic_store_explicit(
	    word, (uint32_t)delist_le_swap(value, 4), memory_order_release);
}

static inline void
delist_word64_store(uint8_t *at, uint64_t value)
{
	_Atomic uint64_t *word = (void *)at;

	atomic_store_explicit(
	    word, delist_le_swap(value, 8), memory_order_release);
}

/* Most significant first: addresses, as they come. */
static inline uint64_t
delist_be64(const uint8_t *at)
{
	return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 |
	       (uint64_t)at[2] << 40 | (uint64_t)at[3] << 32 |
	       (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 |
	       (uint64_t)at[6] << 8 | at[7];
}

static inline uint32_t
delist_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

/* A code of `width` bytes, 1 or 4. */
static inline uint32_t
delist_le_code(const uint8_t *codes, size_t index, unsigned width)
{
	return width == 1 ? codes[index] : delist_le32(codes + 4 * index);
}

static inline void
delist_le_code_put(uint8_t *codes, size_t index, unsigned width, uint32_t code)
{
	if (width == 1)
		codes[index] = (uint8_t)code;
	else
		delist_le32_put(codes + 4 * index, code);
}

#endif
