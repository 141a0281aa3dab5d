/* SPDX-License-Identifier: ISC */
#ifndef LIB_SHA256_H
#define LIB_SHA256_H

#include <stddef.h>
#include <stdint.h>

/*
 * SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), fed piece by piece: how
 * the input is cut never changes the result.  The time taken depends on
 * lengths only.  final() wipes the state, which must be set up again before
 * another use; a state that is given up before it is wiped by the caller.
 */
enum {
	DELIST_SHA256_LEN = 32,
	DELIST_SHA256_BLOCK = 64
};

struct delist_sha256 {
	uint32_t state[8];
	uint64_t len; /* bytes so far, modulo 2^61 */
	uint8_t block[DELIST_SHA256_BLOCK];
};

void delist_sha256_init(struct delist_sha256 *hash);
void delist_sha256_update(
    struct delist_sha256 *hash, const void *bytes, size_t len);
void delist_sha256_final(
    struct delist_sha256 *hash, uint8_t digest[DELIST_SHA256_LEN]);

struct delist_hmac {
	struct delist_sha256 inner, outer;
};

/* A key of any length; one over 64 bytes is hashed first (RFC 2104, 3). */
void delist_hmac_init(struct delist_hmac *hmac, const void *key, size_t len);
void delist_hmac_update(
    struct delist_hmac *hmac, const void *bytes, size_t len);
void delist_hmac_final(
    struct delist_hmac *hmac, uint8_t mac[DELIST_SHA256_LEN]);

#endif
