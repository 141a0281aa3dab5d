/* SPDX-License-Identifier: ISC */
/*
 * sha256.c - SHA-256 (FIPS 180-4, section 6.2) and HMAC (RFC 2104)
 *
 *	message | 0x80 | 0 ... 0 | length in bits, 8 bytes
 *	'------ 64 ------'------ 64 ------'
 *
 *	HMAC = H(key ^ opad | H(key ^ ipad | text))
 *
 * Only additions, shifts and logic touch the data, and only loop counters
 * index a table, so time and memory access tell nothing about a key.  No
 * path for processors with SHA instructions: a token is four blocks.
 */
#include "sha256.h"

#include <string.h>

#include "bytes.h"

/* FIPS 180-4, 4.2.2: fractions of the cube roots of the first 64 primes */
/* clang-format off */
static const uint32_t round_constant[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

static uint32_t
rotate(uint32_t x, unsigned by)
{
	return x >> by | x << (32 - by);
}

/* As delist_get_be32(), 16 times a block: here it is one instruction. */
static uint32_t
load(const uint8_t at[4])
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

/*
 * FIPS 180-4, 6.2.2, step 1: the next 16 words in the place of the last, w[t]
 * in that of w[t - 16].
 */
static void
schedule(uint32_t w[16])
{
	for (size_t t = 0; t < 16; t++) {
		uint32_t x = w[(t + 1) % 16], y = w[(t + 14) % 16];

		x = rotate(x, 7) ^ rotate(x, 18) ^ x >> 3;
		y = rotate(y, 17) ^ rotate(y, 19) ^ y >> 10;
		w[t] += x + w[(t + 9) % 16] + y;
	}
}

/* Step 3.  What becomes a and e is left in h and d: names turn, not values. */
static void
one_round(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e,
    uint32_t f, uint32_t g, uint32_t *h, uint32_t word)
{
	uint32_t choose = g ^ (e & (f ^ g));
	uint32_t majority = (a & b) | (c & (a | b));

	*h += word + choose + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25));
	*d += *h;
	*h += majority + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22));
}

/* After eight rounds each name is back at its place. */
static void
eight_rounds(uint32_t v[8], const uint32_t w[8], const uint32_t k[8])
{
	uint32_t a = v[0], b = v[1], c = v[2], d = v[3];
	uint32_t e = v[4], f = v[5], g = v[6], h = v[7];

	one_round(a, b, c, &d, e, f, g, &h, w[0] + k[0]);
	one_round(h, a, b, &c, d, e, f, &g, w[1] + k[1]);
	one_round(g, h, a, &b, c, d, e, &f, w[2] + k[2]);
	one_round(f, g, h, &a, b, c, d, &e, w[3] + k[3]);
	one_round(e, f, g, &h, a, b, c, &d, w[4] + k[4]);
	one_round(d, e, f, &g, h, a, b, &c, w[5] + k[5]);
	one_round(c, d, e, &f, g, h, a, &b, w[6] + k[6]);
	one_round(b, c, d, &e, f, g, h, &a, w[7] + k[7]);
	v[0] = a, v[1] = b, v[2] = c, v[3] = d;
	v[4] = e, v[5] = f, v[6] = g, v[7] = h;
}

/* delist_bytes_wipe() for words, which is four times as fast. */
static void
wipe(volatile uint32_t *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		words[i] = 0;
}

static void
compress(uint32_t state[8], const uint8_t block[DELIST_SHA256_BLOCK])
{
	uint32_t w[16], v[8];

	for (size_t t = 0; t < 16; t++)
		w[t] = load(block + 4 * t);
	memcpy(v, state, sizeof v);
	for (size_t t = 0; t < 64; t += 16) {
		if (t != 0)
			schedule(w);
		eight_rounds(v, w, round_constant + t);
		eight_rounds(v, w + 8, round_constant + t + 8);
	}
	for (size_t i = 0; i < 8; i++)
		state[i] += v[i];
	wipe(w, 16);
	wipe(v, 8);
}

void
delist_sha256_init(struct delist_sha256 *hash)
{
	/* FIPS 180-4, 5.3.3 */
	*hash = (struct delist_sha256){
	    .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void
delist_sha256_update(struct delist_sha256 *hash, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len != 0) {
		size_t used = (size_t)(hash->len % sizeof hash->block);
		size_t n = sizeof hash->block - used;

		if (n > len)
			n = len;
		memcpy(hash->block + used, at, n);
		if (used + n == sizeof hash->block)
			compress(hash->state, hash->block);
		hash->len += n;
		at += n;
		len -= n;
	}
}

void
delist_sha256_final(
    struct delist_sha256 *hash, uint8_t digest[DELIST_SHA256_LEN])
{
	static const uint8_t padding[DELIST_SHA256_BLOCK] = {0x80};
	uint8_t bits[8];
	size_t used = (size_t)(hash->len % sizeof hash->block);

	delist_put_be64(bits, hash->len << 3);
	delist_sha256_update(hash, padding, used < 56 ? 56 - used : 120 - used);
	delist_sha256_update(hash, bits, sizeof bits);
	for (size_t i = 0; i < 8; i++)
		delist_put_be32(digest + 4 * i, hash->state[i]);
	delist_bytes_wipe(hash, sizeof *hash);
}

/* A hash that has taken in one block: the key, masked. */
static void
begin_keyed(struct delist_sha256 *hash, const uint8_t key[DELIST_SHA256_BLOCK],
    uint8_t mask)
{
	uint8_t masked[DELIST_SHA256_BLOCK];

	for (size_t i = 0; i < sizeof masked; i++)
		masked[i] = key[i] ^ mask;
	delist_sha256_init(hash);
	delist_sha256_update(hash, masked, sizeof masked);
	delist_bytes_wipe(masked, sizeof masked);
}

void
delist_hmac_init(struct delist_hmac *hmac, const void *key, size_t len)
{
	uint8_t block[DELIST_SHA256_BLOCK] = {0};

	if (len > sizeof block) {
		delist_sha256_init(&hmac->inner);
		delist_sha256_update(&hmac->inner, key, len);
		delist_sha256_final(&hmac->inner, block);
	} else if (len != 0) {
		memcpy(block, key, len);
	}
	begin_keyed(&hmac->inner, block, 0x36);
	begin_keyed(&hmac->outer, block, 0x5c);
	delist_bytes_wipe(block, sizeof block);
}

void
delist_hmac_update(struct delist_hmac *hmac, const void *bytes, size_t len)
{
	delist_sha256_update(&hmac->inner, bytes, len);
}

void
delist_hmac_final(struct delist_hmac *hmac, uint8_t mac[DELIST_SHA256_LEN])
{
	delist_sha256_final(&hmac->inner, mac);
	delist_sha256_update(&hmac->outer, mac, DELIST_SHA256_LEN);
	delist_sha256_final(&hmac->outer, mac);
}
