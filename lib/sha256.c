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

/* FIPS 180-4, 6.2.2, step 1 */
static void
schedule(uint32_t w[64], const uint8_t block[DELIST_SHA256_BLOCK])
{
	for (size_t t = 0; t < 16; t++)
		w[t] = delist_get_be32(block + 4 * t);
	for (size_t t = 16; t < 64; t++) {
		uint32_t x = w[t - 15], y = w[t - 2];

		x = rotate(x, 7) ^ rotate(x, 18) ^ x >> 3;
		y = rotate(y, 17) ^ rotate(y, 19) ^ y >> 10;
		w[t] = w[t - 16] + x + w[t - 7] + y;
	}
}

/* FIPS 180-4, 6.2.2, step 3; v holds the working variables a to h */
static void
one_round(uint32_t v[8], uint32_t word)
{
	uint32_t a = v[0], e = v[4];
	uint32_t choose = (e & v[5]) ^ (~e & v[6]);
	uint32_t majority = (a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]);
	uint32_t t1 = v[7] + word + choose +
		      (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25));
	uint32_t t2 = majority + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22));

	memmove(v + 1, v, 7 * sizeof *v);
	v[4] += t1;
	v[0] = t1 + t2;
}

static void
compress(uint32_t state[8], const uint8_t block[DELIST_SHA256_BLOCK])
{
	uint32_t w[64], v[8];

	schedule(w, block);
	memcpy(v, state, sizeof v);
	for (size_t t = 0; t < 64; t++)
		one_round(v, w[t] + round_constant[t]);
	for (size_t i = 0; i < 8; i++)
		state[i] += v[i];
	delist_bytes_wipe(w, sizeof w);
	delist_bytes_wipe(v, sizeof v);
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
