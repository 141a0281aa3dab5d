/* SPDX-License-Identifier: ISC */
/*
 * crc32c.c - CRC32C by eight tables (RFC 3720, section 12.1 and appendix B.4)
 *
 * A CRC is linear: the entry of a byte is the sum (exclusive or) of the
 * entries of its bits.  So a table is written as the entries of 1, 2, 4 ...
 * 128, and the compiler adds them up.
 *
 *	ROWS[k][b]	what byte b leaves when k zero bytes follow it
 *
 * With these, eight bytes take eight independent look-ups.  The instruction
 * that some processors have would be faster still, for one more thing that
 * differs between machines; a journal waits for its disk.
 */
#include "crc32c.h"

/* clang-format off */
#define SUM(n, a, b, c, d, e, f, g, h) \
	(((n) & 1 ? a : 0) ^ ((n) & 2 ? b : 0) ^ \
	((n) & 4 ? c : 0) ^ ((n) & 8 ? d : 0) ^ \
	((n) & 16 ? e : 0) ^ ((n) & 32 ? f : 0) ^ \
	((n) & 64 ? g : 0) ^ ((n) & 128 ? h : 0))
#define SUM4(n, ...) \
	SUM((n), __VA_ARGS__), SUM((n) + 1, __VA_ARGS__), \
	SUM((n) + 2, __VA_ARGS__), SUM((n) + 3, __VA_ARGS__)
#define SUM16(n, ...) \
	SUM4((n), __VA_ARGS__), SUM4((n) + 4, __VA_ARGS__), \
	SUM4((n) + 8, __VA_ARGS__), SUM4((n) + 12, __VA_ARGS__)
#define SUM64(n, ...) \
	SUM16((n), __VA_ARGS__), SUM16((n) + 16, __VA_ARGS__), \
	SUM16((n) + 32, __VA_ARGS__), SUM16((n) + 48, __VA_ARGS__)
#define ROW(...) \
	{SUM64(0, __VA_ARGS__), SUM64(64, __VA_ARGS__), \
	SUM64(128, __VA_ARGS__), SUM64(192, __VA_ARGS__)}
/* clang-format on */

static const uint32_t rows[8][256] = {
    ROW(0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf, 0x105ec76f, 0x20bd8ede,
	0x417b1dbc, 0x82f63b78),
    ROW(0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8, 0x3fc5f181, 0x7f8be302,
	0xff17c604, 0xfbc3faf9),
    ROW(0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5, 0x70a27d8a, 0xe144fb14,
	0xc76580d9, 0x8b277743),
    ROW(0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6, 0xe964b13d, 0xd725148b,
	0xaba65fe7, 0x52a0c93f),
    ROW(0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91, 0x8f2261d3, 0x1ba8b557,
	0x37516aae, 0x6ea2d55c),
    ROW(0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f, 0xc00c303e, 0x85f4168d,
	0x0e045beb, 0x1c08b7d6),
    ROW(0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53, 0x9c5bfaa6, 0x3d5b83bd,
	0x7ab7077a, 0xf56e0ef4),
    ROW(0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da, 0x847609b4, 0x0d006599,
	0x1a00cb32, 0x34019664),
};

/* Four bytes, the first the lowest, on any machine. */
static uint32_t
load(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

uint32_t
delist_crc32c(uint32_t crc, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	crc = ~crc;
	for (; len >= 8; at += 8, len -= 8) {
		uint32_t low = load(at) ^ crc, high = load(at + 4);

		crc = rows[7][low & 255] ^ rows[6][low >> 8 & 255] ^
		      rows[5][low >> 16 & 255] ^ rows[4][low >> 24] ^
		      rows[3][high & 255] ^ rows[2][high >> 8 & 255] ^
		      rows[1][high >> 16 & 255] ^ rows[0][high >> 24];
	}
	for (; len != 0; at++, len--)
		crc = crc >> 8 ^ rows[0][(crc ^ *at) & 255];
	return ~crc;
}
