/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "ascii.h"
#include "sha256.h"

static void
assert_hex(const uint8_t digest[32], const char *want)
{
	for (size_t i = 0; i < 32; i++)
		assert_int_equal(
		    digest[i], delist_ascii_hex(want[2 * i]) << 4 |
				   delist_ascii_hex(want[2 * i + 1]));
}

static void
hash(uint8_t digest[32], const void *bytes, size_t len)
{
	struct delist_sha256 state;

	delist_sha256_init(&state);
	delist_sha256_update(&state, bytes, len);
	delist_sha256_final(&state, digest);
}

/* ---- published digests ---- */

struct digest_row {
	const char *name;
	const char *message;
	const char *want;
};

/* FIPS 180 examples, and CAVP SHA256ShortMsg.rsp for the binary ones */
static const struct digest_row digest_rows[] = {
    {"empty", "",
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "abc",
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"56 bytes, two blocks",
	"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"112 bytes, three blocks",
	"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	"hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    {"cavp 8 bits", "\xd3",
	"28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
    {"cavp 16 bits", "\x11\xaf",
	"5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"},
    {"cavp 24 bits", "\xb4\x19\x0e",
	"dff2e73091f6c05e528896c4c831b9448653dc2ff043528f6769437bc7b975c2"},
    {"cavp 32 bits", "\x74\xba\x25\x21",
	"b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e"},
    {"cavp 40 bits", "\xc2\x99\x20\x96\x82",
	"f0887fe961c9cd3beab957e8222494abb969b1ce4c6557976df8b0f6d20e9166"},
};

static void
digests(void **state)
{
	const struct digest_row *row = *state;
	uint8_t digest[32];
	size_t len = strlen(row->message);

	hash(digest, support_guarded(row->message, len), len);
	assert_hex(digest, row->want);
}

static void
a_million_a(void **state)
{
	struct delist_sha256 h;
	uint8_t digest[32];
	char a[1000];

	(void)state;
	memset(a, 'a', sizeof a);
	delist_sha256_init(&h);
	for (int i = 0; i < 1000; i++)
		delist_sha256_update(&h, a, sizeof a);
	delist_sha256_final(&h, digest);
	assert_hex(digest,
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* CAVP SHA256Monte.rsp, count 0 */
static void
monte_carlo(void **state)
{
	uint8_t m[4][32] = {{0x6d, 0x1e, 0x72, 0xad, 0x03, 0xdd, 0xeb, 0x5d,
	    0xe8, 0x91, 0xe5, 0x72, 0xe2, 0x39, 0x6f, 0x8d, 0xa0, 0x15, 0xd8,
	    0x99, 0xef, 0x0e, 0x79, 0x50, 0x31, 0x52, 0xd6, 0x01, 0x0a, 0x3f,
	    0xe6, 0x91}};

	(void)state;
	memcpy(m[1], m[0], 32);
	memcpy(m[2], m[0], 32);
	for (int i = 0; i < 1000; i++) {
		hash(m[3], m, 96);
		memmove(m[0], m[1], 96);
	}
	assert_hex(m[2],
	    "e93c330ae5447738c8aa85d71a6c80f2a58381d05872d26bdd39f1fcd4f2b788");
}

/*
 * Each length over four blocks, all into one digest:
 *
 * python3 -c 'from hashlib import sha256 as h
 * x = bytes((i * 7 + 3) % 256 for i in range(300))
 * print(h(b"".join(h(x[:n]).digest() for n in range(300))).hexdigest())'
 */
static void
every_length(void **state)
{
	struct delist_sha256 all;
	uint8_t bytes[300], digest[32];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7 + 3);
	delist_sha256_init(&all);
	for (size_t n = 0; n < sizeof bytes; n++) {
		hash(digest, bytes, n);
		delist_sha256_update(&all, digest, sizeof digest);
	}
	delist_sha256_final(&all, digest);
	assert_hex(digest,
	    "7b074096cabb18dd0d1b468a173cb2f97f80e952525bca29542e606fd6d0753a");
}

static void
every_split(void **state)
{
	uint8_t bytes[200], whole[32], split[32];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 5 + 1);
	hash(whole, bytes, sizeof bytes);
	for (size_t a = 0; a <= sizeof bytes; a++) {
		for (size_t b = a; b <= sizeof bytes; b++) {
			struct delist_sha256 h;

			delist_sha256_init(&h);
			delist_sha256_update(&h, bytes, a);
			delist_sha256_update(&h, bytes + a, b - a);
			delist_sha256_update(&h, bytes + b, sizeof bytes - b);
			delist_sha256_final(&h, split);
			assert_memory_equal(split, whole, 32);
		}
	}
}

/* The length goes into the padding as 64 bits: 2^32 bits and more. */
static void
the_length_has_64_bits(void **state)
{
	struct delist_sha256 h, wrapped;
	uint8_t a[32], b[32];

	(void)state;
	delist_sha256_init(&h);
	wrapped = h;
	wrapped.len = (uint64_t)1 << 29;
	delist_sha256_final(&h, a);
	delist_sha256_final(&wrapped, b);
	assert_memory_not_equal(a, b, 32);
}

static void
nothing_is_left_behind(void **state)
{
	static const struct delist_hmac zeros;
	struct delist_hmac hmac;
	uint8_t mac[32];

	(void)state;
	delist_hmac_init(&hmac, "key", 3);
	delist_hmac_update(&hmac, "text", 4);
	delist_hmac_final(&hmac, mac);
	assert_memory_equal(&hmac, &zeros, sizeof zeros);
}

/* ---- RFC 4231 ---- */

struct hmac_row {
	const char *name;
	const char *key; /* or a byte, repeated */
	size_t key_len;
	const char *text; /* or a byte, repeated */
	size_t text_len;
	const char *want;
};

static const struct hmac_row hmac_rows[] = {
    {"rfc 4231 4.2", "\x0b", 20, "Hi There", 8,
	"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"rfc 4231 4.3", "Jefe", 4, "what do ya want for nothing?", 28,
	"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"rfc 4231 4.4", "\xaa", 20, "\xdd", 50,
	"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"rfc 4231 4.5",
	"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
	"\x11\x12\x13\x14\x15\x16\x17\x18\x19",
	25, "\xcd", 50,
	"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {"rfc 4231 4.6, untruncated", "\x0c", 20, "Test With Truncation", 20,
	"a3b6167473100ee06e0c796c2955552bfa6f7c0a6a8aef8b93f860aab0cd20c5"},
    {"rfc 4231 4.7", "\xaa", 131,
	"Test Using Larger Than Block-Size Key - Hash Key First", 54,
	"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {"rfc 4231 4.8", "\xaa", 131,
	"This is a test using a larger than block-size key and a larger than "
	"block-size data. The key needs to be hashed before being used by the "
	"HMAC algorithm.",
	152,
	"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

/* text, or its first byte n times */
static void
fill(char *at, const char *text, size_t n)
{
	if (strlen(text) == 1)
		memset(at, text[0], n);
	else
		memcpy(at, text, n);
}

static void
authenticates(void **state)
{
	const struct hmac_row *row = *state;
	char key[160], text[160];
	uint8_t mac[32];

	fill(key, row->key, row->key_len);
	fill(text, row->text, row->text_len);
	for (size_t cut = 0; cut <= row->text_len; cut++) {
		struct delist_hmac hmac;

		delist_hmac_init(&hmac, key, row->key_len);
		delist_hmac_update(&hmac, text, cut);
		delist_hmac_update(&hmac, text + cut, row->text_len - cut);
		delist_hmac_final(&hmac, mac);
		assert_hex(mac, row->want);
	}
}

/* A key of 64 bytes is used as it is, one of 65 is hashed (RFC 2104, 2). */
static void
keys_around_a_block(void **state)
{
	char key[65];
	uint8_t hashed[32], of_key[32], of_hash[32];
	struct delist_hmac hmac;

	(void)state;
	memset(key, 'k', sizeof key);
	for (size_t len = 64; len <= 65; len++) {
		hash(hashed, key, len);
		delist_hmac_init(&hmac, key, len);
		delist_hmac_final(&hmac, of_key);
		delist_hmac_init(&hmac, hashed, 32);
		delist_hmac_final(&hmac, of_hash);
		assert_int_equal(memcmp(of_key, of_hash, 32) == 0, len == 65);
	}
	delist_hmac_init(&hmac, NULL, 0);
	delist_hmac_final(&hmac, of_key);
	assert_hex(of_key,
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

int
main(void)
{
	ROWS(digests, digest_rows);
	TEST(a_million_a);
	TEST(monte_carlo);
	TEST(every_length);
	TEST(every_split);
	TEST(the_length_has_64_bits);
	TEST(nothing_is_left_behind);
	ROWS(authenticates, hmac_rows);
	TEST(keys_around_a_block);
	return support_run("sha256");
}
