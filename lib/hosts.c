/* SPDX-License-Identifier: ISC */
/*
 * hosts.c - which of 65536 places are taken: making a block
 *
 * See hosts.h.
 */
#include "hosts.h"

enum {
	DENSE = 32, /* from here on a bucket is a bitmap */
	BITS = 448,
	ROOM_ONE = BITS - 256,
	ROOM_TWO = BITS - 128
};

/* Not the compiler's, which is a call where the machine is not known. */
static unsigned
ones(uint64_t word)
{
	word -= word >> 1 & 0x5555555555555555;
	word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned)(word * 0x0101010101010101 >> 56);
}

static uint64_t
word_of(unsigned kind, unsigned code, unsigned first, unsigned bytes)
{
	bytes = bytes < 1023 ? bytes : 1023;
	return (uint64_t)bytes << 52 | (uint64_t)first << 43 |
	       (uint64_t)code << 35 | (uint64_t)kind << 32;
}

size_t
delist_hosts_bytes(uint64_t word, const uint8_t *block)
{
	unsigned kind = delist_hosts_kind(word);
	size_t bytes = word >> 52 & 1023;

	if (delist_hosts_empty(word))
		return 0;
	if (kind < DELIST_HOSTS_ONE)
		return (size_t)8 << kind;
	if (kind == DELIST_HOSTS_BIG)
		return 528 + (size_t)delist_le16(block + 512);
	return (kind == DELIST_HOSTS_ONE ? 64 : 128) + bytes;
}

/* ---- directories ---- */

static void
count_ends(uint8_t *directory)
{
	unsigned ends = 0;

	for (unsigned i = 0; i < 7; i++) {
		directory[i] = (uint8_t)(ends < 255 ? ends : 255);
		ends += 64 - ones(delist_le64(directory + 8 + 8 * i));
	}
	directory[7] = 255;
}

/* One for n buckets; what they leave is filled with 1s. */
static void
write_directory(uint8_t *directory, const uint8_t *sizes, unsigned n)
{
	uint64_t words[7];
	unsigned at = 0;

	memset(words, 0xff, sizeof words);
	for (unsigned i = 0; i < n; i++) {
		at += sizes[i];
		words[at / 64] ^= UINT64_C(1) << at % 64;
		at++;
	}
	for (unsigned i = 0; i < 7; i++)
		delist_le64_put(directory + 8 + 8 * i, words[i]);
	count_ends(directory);
}

/* ---- a block from a bitmap ---- */

struct buckets {
	unsigned taken, bytes, half;
	bool dense;
	uint8_t sizes[256];
	uint8_t low[256 * 32];
};

static void
list_bucket(struct buckets *to, unsigned h, const uint64_t *bits, unsigned n)
{
	if (n >= DENSE) {
		to->dense = true;
		to->sizes[h] = DENSE;
		for (unsigned i = 0; i < 4; i++)
			delist_le64_put(to->low + to->bytes + 8 * i, bits[i]);
		to->bytes += DENSE;
		return;
	}
	to->sizes[h] = (uint8_t)n;
	for (unsigned i = 0; i < 4; i++) {
		for (uint64_t left = bits[i]; left != 0; left &= left - 1)
			to->low[to->bytes++] =
			    (uint8_t)(64 * i + (unsigned)__builtin_ctzll(left));
	}
}

static void
list_buckets(struct buckets *to, uint64_t *bitmap)
{
	to->taken = to->bytes = to->half = 0;
	to->dense = false;
	for (unsigned h = 0; h < 256; h++) {
		uint64_t *bits = bitmap + 4 * h;
		unsigned n;

		if (h == 128)
			to->half = to->bytes;
		to->sizes[h] = 0;
		if ((bits[0] | bits[1] | bits[2] | bits[3]) == 0)
			continue;
		n = ones(bits[0]) + ones(bits[1]) + ones(bits[2]) +
		    ones(bits[3]);
		list_bucket(to, h, bits, n);
		to->taken += n;
		memset(bits, 0, 32);
	}
}

static size_t
write_flat(
    uint8_t *block, uint64_t *word, const struct buckets *from, unsigned code)
{
	unsigned kind = from->taken <= 8 ? 1 : from->taken <= 16 ? 2 : 3;
	unsigned n = 0, last = 0;

	for (unsigned h = 0; h < 256; h++) {
		for (unsigned i = 0; i < from->sizes[h]; i++) {
			last = h << 8 | from->low[n];
			delist_le16_put(block + 2 * n++, last);
		}
	}
	for (; n < 4u << kind; n++)
		delist_le16_put(block + 2 * n, last);
	*word = word_of(kind, code, 0, 0);
	return (size_t)8 << kind;
}

static size_t
write_big(
    uint8_t *block, uint64_t *word, const struct buckets *from, unsigned code)
{
	unsigned at = 0;

	memset(block, 0, 528);
	for (unsigned h = 0; h < 256; h++) {
		delist_le16_put(block + 2 * h, at);
		at += from->sizes[h];
	}
	delist_le16_put(block + 2 * 256, at);
	memcpy(block + 528, from->low, from->bytes);
	*word = word_of(DELIST_HOSTS_BIG, code, 0, from->bytes);
	return 528 + (size_t)from->bytes;
}

size_t
delist_hosts_encode(uint8_t block[DELIST_HOSTS_MOST], uint64_t *word,
    uint64_t bitmap[DELIST_HOSTS_WORDS], unsigned code)
{
	struct buckets all;

	list_buckets(&all, bitmap);
	if (all.taken <= 32 && !all.dense)
		return write_flat(block, word, &all, code);
	if (all.bytes <= ROOM_ONE) {
		*word = word_of(DELIST_HOSTS_ONE, code, 0, all.bytes);
		write_directory(block, all.sizes, 256);
		memcpy(block + 64, all.low, all.bytes);
		return 64 + (size_t)all.bytes;
	}
	if (all.half <= ROOM_TWO && all.bytes - all.half <= ROOM_TWO) {
		*word = word_of(DELIST_HOSTS_TWO, code, all.half, all.bytes);
		write_directory(block, all.sizes, 128);
		write_directory(block + 64, all.sizes + 128, 128);
		memcpy(block + 128, all.low, all.bytes);
		return 128 + (size_t)all.bytes;
	}
	return write_big(block, word, &all, code);
}

/* ---- a bitmap from a block ---- */

static void
set(uint64_t *bitmap, unsigned x)
{
	bitmap[x / 64] |= UINT64_C(1) << x % 64;
}

static void
decode_bucket(uint64_t *bitmap, unsigned h, const uint8_t *bytes, unsigned n)
{
	if (n >= DENSE) {
		for (unsigned i = 0; i < 4; i++)
			bitmap[4 * h + i] |= delist_le64(bytes + 8 * i);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		set(bitmap, h << 8 | bytes[i]);
}

/* `n` buckets from bucket h on, as their directory has them. */
static void
decode_directory(uint64_t *bitmap, unsigned h, unsigned n,
    const uint8_t *directory, const uint8_t *bytes)
{
	unsigned at = 0;

	for (unsigned i = 0; i < n; i++, h++) {
		unsigned size = 0;

		while (
		    delist_le64(directory + 8 + 8 * (at / 64)) >> at % 64 & 1) {
			at++;
			size++;
		}
		at++;
		decode_bucket(bitmap, h, bytes, size);
		bytes += size;
	}
}

void
delist_hosts_decode(
    uint64_t bitmap[DELIST_HOSTS_WORDS], uint64_t word, const uint8_t *block)
{
	unsigned kind = delist_hosts_kind(word);

	if (delist_hosts_empty(word))
		return;
	if (kind < DELIST_HOSTS_ONE) {
		for (unsigned i = 0; i < 4u << kind; i++)
			set(bitmap, delist_le16(block + 2 * i));
	} else if (kind == DELIST_HOSTS_ONE) {
		decode_directory(bitmap, 0, 256, block, block + 64);
	} else if (kind == DELIST_HOSTS_TWO) {
		decode_directory(bitmap, 0, 128, block, block + 128);
		decode_directory(bitmap, 128, 128, block + 64,
		    block + 128 + (word >> 43 & 511));
	} else {
		for (unsigned h = 0; h < 256; h++) {
			unsigned at = delist_le16(block + 2 * h);

			decode_bucket(bitmap, h, block + 528 + at,
			    delist_le16(block + 2 * h + 2) - at);
		}
	}
}

/* ---- one place more, or less ---- */

static void
insert_bit(uint8_t *directory, unsigned at)
{
	uint64_t carry = 1;

	for (unsigned i = at / 64, bit = at % 64; i < 7; i++, bit = 0) {
		uint64_t old = delist_le64(directory + 8 + 8 * i);
		uint64_t below = old & ((UINT64_C(1) << bit) - 1);

		delist_le64_put(directory + 8 + 8 * i,
		    below | carry << bit | (old ^ below) << 1);
		carry = old >> 63;
	}
	count_ends(directory);
}

static void
remove_bit(uint8_t *directory, unsigned at)
{
	for (unsigned i = at / 64, bit = at % 64; i < 7; i++, bit = 0) {
		uint64_t old = delist_le64(directory + 8 + 8 * i);
		uint64_t below = old & ((UINT64_C(1) << bit) - 1);
		uint64_t next =
		    i < 6 ? delist_le64(directory + 16 + 8 * i) & 1 : 1;
		uint64_t above = bit < 63 ? old >> (bit + 1) << bit : 0;

		delist_le64_put(
		    directory + 8 + 8 * i, below | above | next << 63);
	}
	count_ends(directory);
}

/* The first of n ascending bytes that is at least `low`. */
static unsigned
place_of(const uint8_t *bytes, unsigned n, unsigned low)
{
	unsigned i = 0;

	while (i < n && bytes[i] < low)
		i++;
	return i;
}

size_t
delist_hosts_with(uint8_t *copy, uint64_t *copy_word, uint64_t word,
    const uint8_t *block, unsigned x, bool setting)
{
	unsigned kind = delist_hosts_kind(word);
	bool two = kind == DELIST_HOSTS_TWO;
	unsigned half = two ? x >> 15 : 0, h = x >> 8 & (two ? 127 : 255);
	unsigned head = two ? 128 : 64;
	unsigned bytes = (unsigned)(word >> 52) & 1023;
	unsigned first = (unsigned)(word >> 43) & 511;
	unsigned in_half = !two ? bytes : half ? bytes - first : first;
	struct delist_hosts_bucket bucket;
	unsigned begin, at;

	if (kind != DELIST_HOSTS_ONE && !two)
		return 0;
	bucket = delist_hosts_bucket(block + 64 * half, h);
	begin = head + (half ? first : 0) + bucket.at - h;
	if (setting ? bucket.n >= DENSE - 1 ||
			  in_half >= (two ? ROOM_TWO : ROOM_ONE)
		    : bucket.n >= DENSE || (two && bytes <= ROOM_ONE) ||
			  bytes <= 33)
		return 0;
	at = place_of(block + begin, bucket.n, x & 255);
	if ((at < bucket.n && block[begin + at] == (x & 255)) == setting)
		return 0;
	memcpy(copy, block, begin + at);
	if (setting)
		copy[begin + at] = (uint8_t)x;
	memcpy(copy + begin + at + setting, block + begin + at + !setting,
	    head + bytes - begin - at - !setting);
	if (setting)
		insert_bit(copy + 64 * half, bucket.at + at);
	else
		remove_bit(copy + 64 * half, bucket.at + at);
	bytes = setting ? bytes + 1 : bytes - 1;
	first = two && !half ? first + setting - !setting : first;
	*copy_word = word_of(kind, delist_hosts_code(word), first, bytes);
	return head + (size_t)bytes;
}
