/* SPDX-License-Identifier: ISC */
/*
 * constant_time - what time and memory access could tell about a secret
 *
 * Runs under valgrind's memcheck.  Secrets are marked undefined, and
 * memcheck follows them: a branch or an address that depends on one is an
 * error of the run.  What a call answers is no secret, and is marked defined
 * before it is looked at.  tests/constant_time compiles and runs this.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <valgrind/memcheck.h>

#include <delist/token.h>

#include "bytes.h"
#include "sha256.h"

static void
hide(const void *at, size_t len)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(at, len);
}

static void
show(const void *at, size_t len)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(at, len);
}

static void
expect(const char *what, bool got, bool want)
{
	show(&got, sizeof got);
	if (got == want)
		return;
	fprintf(stderr, "constant_time: %s: it is not so\n", what);
	exit(1);
}

static void
compares(void)
{
	uint8_t a[32], b[32];

	memset(a, 7, sizeof a);
	memcpy(b, a, sizeof b);
	hide(a, sizeof a);
	expect("equal", delist_bytes_equal_secret(a, b, sizeof b), true);
	b[0]++;
	expect("first byte", delist_bytes_equal_secret(a, b, sizeof b), false);
	b[0]--;
	b[31]++;
	expect("last byte", delist_bytes_equal_secret(a, b, sizeof b), false);
	delist_bytes_wipe(a, sizeof a);
}

/* Every length around a block, of text and of key. */
static void
hashes(void)
{
	static uint8_t text[200], key[100];
	uint8_t digest[DELIST_SHA256_LEN];
	struct delist_sha256 hash;
	struct delist_hmac hmac;

	hide(text, sizeof text);
	hide(key, sizeof key);
	for (size_t len = 0; len <= sizeof text; len++) {
		delist_sha256_init(&hash);
		delist_sha256_update(&hash, text, len / 2);
		delist_sha256_update(&hash, text + len / 2, len - len / 2);
		delist_sha256_final(&hash, digest);
		delist_hmac_init(&hmac, key, len / 2);
		delist_hmac_update(&hmac, text, len);
		delist_hmac_final(&hmac, digest);
	}
}

/* "abc": FIPS 180-4's own example, so that it is the hash that is looked at. */
static void
is_sha256(void)
{
	static const uint8_t want[4] = {0xba, 0x78, 0x16, 0xbf};
	uint8_t digest[DELIST_SHA256_LEN];
	struct delist_sha256 hash;
	char text[3] = {'a', 'b', 'c'};

	hide(text, sizeof text);
	delist_sha256_init(&hash);
	delist_sha256_update(&hash, text, sizeof text);
	delist_sha256_final(&hash, digest);
	expect("sha256", delist_bytes_equal_secret(digest, want, sizeof want),
	    true);
}

static struct delist_keyring
secret_ring(void)
{
	struct delist_keyring ring = {.count = 2, .active = 1};

	for (size_t i = 0; i < sizeof ring.index_key; i++) {
		ring.keys[0].bytes[i] = (uint8_t)(3 * i);
		ring.keys[1].bytes[i] = (uint8_t)(5 * i);
		ring.index_key[i] = (uint8_t)(7 * i);
	}
	ring.keys[0].kid = 1;
	ring.keys[0].retired_s = 1000;
	ring.keys[1].kid = 2;
	ring.keys[1].retired_s = INT64_MAX;
	for (size_t i = 0; i < ring.count; i++)
		hide(ring.keys[i].bytes, sizeof ring.keys[i].bytes);
	hide(ring.index_key, sizeof ring.index_key);
	return ring;
}

static struct delist_grant
some_grant(void)
{
	struct delist_grant grant = {.generation = 3};

	memset(grant.id, 9, sizeof grant.id);
	grant.addr = delist_addr_from4(0xcb007107);
	(void)delist_mailbox_parse(&grant.mailbox, "Ann+x@A.Example", 15);
	return grant;
}

/* The right token, as text and back, and one that is wrong in some byte. */
static void
tokens(int purpose, uint8_t kid, int64_t now_s, bool usable)
{
	struct delist_keyring ring = secret_ring();
	struct delist_grant grant = some_grant();
	struct delist_token token, again;
	char text[DELIST_TOKEN_LEN + 1];

	(void)delist_token_make(&token, &ring, kid, purpose, &grant);
	delist_token_format(text, &token);
	expect("right",
	    delist_token_verify(&token, &ring, purpose, &grant, now_s), usable);
	show(text, sizeof text);
	(void)delist_token_parse(&again, text, DELIST_TOKEN_LEN);
	hide(again.secret, sizeof again.secret);
	expect("read back",
	    delist_token_verify(&again, &ring, purpose, &grant, now_s), usable);
	for (size_t i = 0; i < sizeof again.secret; i++) {
		again = token;
		again.secret[i] ^= 1;
		expect("wrong",
		    delist_token_verify(&again, &ring, purpose, &grant, now_s),
		    false);
	}
}

static void
bounces(void)
{
	struct delist_keyring ring = secret_ring();
	struct delist_grant grant = some_grant();
	uint8_t mac[DELIST_BOUNCE_MAC_LEN], guess[DELIST_BOUNCE_MAC_LEN] = {0};
	uint8_t hash[16];

	(void)delist_token_bounce_mac(mac, &ring, 1, grant.id);
	expect(
	    "guess", delist_bytes_equal_secret(mac, guess, sizeof mac), false);
	delist_keyring_hash(hash, &ring, 'M', "ann@a.example", 13);
}

int
main(void)
{
	if (!RUNNING_ON_VALGRIND) {
		fprintf(stderr, "constant_time: this runs under valgrind\n");
		return 1;
	}
	compares();
	hashes();
	is_sha256();
	for (int purpose = DELIST_PURPOSE_CONFIRM;
	     purpose <= DELIST_PURPOSE_STATUS; purpose++) {
		tokens(purpose, 1, 999, true);
		tokens(purpose, 1, 1000, false);
		tokens(purpose, 2, 1000, true);
	}
	bounces();
	return 0;
}
