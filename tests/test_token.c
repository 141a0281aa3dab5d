/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/token.h>

static struct delist_mailbox
mailbox(const char *text)
{
	struct delist_mailbox mailbox = {0};

	assert_int_equal(
	    delist_mailbox_parse(&mailbox, text, strlen(text)), DELIST_OK);
	return mailbox;
}

static struct delist_addr
addr(const char *text)
{
	struct delist_addr addr = {0};

	assert_int_equal(
	    delist_addr_parse(&addr, text, strlen(text)), DELIST_OK);
	return addr;
}

/* Keys 7 (active), 8 and 9; key 7 is 00 01 02 ... 1f. */
static struct delist_keyring
some_ring(void)
{
	struct delist_keyring ring = {.count = 3, .active = 0};

	for (uint8_t i = 0; i < 3; i++) {
		ring.keys[i].kid = (uint8_t)(7 + i);
		ring.keys[i].retired_s = INT64_MAX;
		for (uint8_t j = 0; j < 32; j++)
			ring.keys[i].bytes[j] = (uint8_t)(j + 64 * i);
	}
	for (uint8_t j = 0; j < 32; j++)
		ring.index_key[j] = (uint8_t)(j + 1);
	return ring;
}

static struct delist_grant
some_grant(void)
{
	struct delist_grant grant = {.generation = 2,
	    .addr = addr("192.0.2.1"),
	    .mailbox = mailbox("ann@example.com")};

	for (uint8_t i = 0; i < 16; i++)
		grant.id[i] = (uint8_t)(0xa0 + i);
	return grant;
}

static struct delist_token
made(const struct delist_keyring *ring, uint8_t kid, int purpose,
    const struct delist_grant *grant)
{
	struct delist_token token;

	assert_int_equal(
	    delist_token_make(&token, ring, kid, purpose, grant), DELIST_OK);
	return token;
}

/* ---- against another implementation ---- */

struct golden_row {
	const char *name;
	int purpose;
	const char *addr;
	const char *want;
};

/*
 * python3 -c 'import hmac, base64
 * def f(b): return len(b).to_bytes(4, "big") + b
 * def token(purpose, *more):
 *   fields = (bytes([purpose]), bytes(range(0xa0, 0xb0))) + more
 *   s = hmac.new(bytes(range(32)), b"".join(map(f, fields)), "sha256")
 *   raw = bytes([1, 7]) + fields[1] + s.digest()[:16]
 *   print(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
 * g, m = (2).to_bytes(4, "big"), b"ann@example.com"
 * token(1, g, bytes([192, 0, 2, 1]), m)
 * token(2, g, bytes([192, 0, 2, 1]), m)
 * token(3)
 * token(1, g, bytes.fromhex("20010db8" + "0" * 22 + "01"), m)'
 */
static const struct golden_row golden_rows[] = {
    {"confirm", DELIST_PURPOSE_CONFIRM, "192.0.2.1",
	"AQegoaKjpKWmp6ipqqusra6vtqCcL-AERxZKBDuWtyj7TA"},
    {"cancel", DELIST_PURPOSE_CANCEL, "192.0.2.1",
	"AQegoaKjpKWmp6ipqqusra6vIDrOZDbSwcHUx1rCnDVeNw"},
    {"status", DELIST_PURPOSE_STATUS, "192.0.2.1",
	"AQegoaKjpKWmp6ipqqusra6vm4Wn7he3p6ePwhIsyGihTg"},
    {"confirm, ipv6", DELIST_PURPOSE_CONFIRM, "2001:db8::1",
	"AQegoaKjpKWmp6ipqqusra6v0MDVAawyVzHmGH-ISOs2Zw"},
};

static void
is_as_published(void **state)
{
	const struct golden_row *row = *state;
	struct delist_keyring ring = some_ring();
	struct delist_grant grant = some_grant();
	struct delist_token token, again;
	char text[DELIST_TOKEN_LEN + 1];

	grant.addr = addr(row->addr);
	token = made(&ring, 7, row->purpose, &grant);
	delist_token_format(text, &token);
	assert_string_equal(text, row->want);
	assert_int_equal(
	    delist_token_parse(&again,
		support_guarded(row->want, DELIST_TOKEN_LEN), DELIST_TOKEN_LEN),
	    DELIST_OK);
	assert_memory_equal(&again, &token, sizeof token);
	assert_true(
	    delist_token_verify(&again, &ring, row->purpose, &grant, 0));
}

/* ... hmac.new(bytes(range(32)), f(b"\4") + f(bytes(range(0xa0, 0xb0))) ... */
static void
a_bounce_has_a_mac_of_its_own(void **state)
{
	static const uint8_t want[8] = {
	    0xb7, 0xb7, 0x51, 0x09, 0x25, 0xfe, 0xaa, 0xb5};
	struct delist_keyring ring = some_ring();
	struct delist_grant grant = some_grant();
	uint8_t mac[8] = "before";

	(void)state;
	assert_int_equal(
	    delist_token_bounce_mac(mac, &ring, 6, grant.id), DELIST_ETOKEN);
	assert_string_equal((char *)mac, "before");
	assert_int_equal(
	    delist_token_bounce_mac(mac, &ring, 7, grant.id), DELIST_OK);
	assert_memory_equal(mac, want, 8);
	assert_int_equal(
	    delist_token_bounce_mac(mac, &ring, 8, grant.id), DELIST_OK);
	assert_memory_not_equal(mac, want, 8);
}

/* ... hmac.new(bytes(range(1, 33)), b"m" + b"ann@example.com" ... */
static void
hashes_are_kept_apart(void **state)
{
	static const uint8_t want[16] = {0x50, 0x11, 0x2b, 0x20, 0xa5, 0x08,
	    0xda, 0xf6, 0xb8, 0x53, 0xcd, 0xce, 0x13, 0x82, 0xa6, 0x3c};
	struct delist_keyring ring = some_ring();
	uint8_t hash[16];

	(void)state;
	delist_keyring_hash(hash, &ring, 'm', "ann@example.com", 15);
	assert_memory_equal(hash, want, 16);
	delist_keyring_hash(hash, &ring, 'd', "ann@example.com", 15);
	assert_memory_not_equal(hash, want, 16);
	delist_keyring_hash(hash, &ring, 'm', "ann@example.co", 14);
	assert_memory_not_equal(hash, want, 16);
	delist_keyring_hash(hash, &ring, 'm', NULL, 0);
	assert_memory_not_equal(hash, want, 16);
	ring.index_key[31] ^= 1;
	delist_keyring_hash(hash, &ring, 'm', "ann@example.com", 15);
	assert_memory_not_equal(hash, want, 16);
}

/* ---- what is not quite right ---- */

static bool
verifies(const char *text, const struct delist_keyring *ring, int purpose,
    const struct delist_grant *grant)
{
	struct delist_token token;

	return delist_token_parse(&token, text, DELIST_TOKEN_LEN) ==
		   DELIST_OK &&
	       delist_token_verify(&token, ring, purpose, grant, 0);
}

/* All 46 x 8, also in a grant that has the id of the token. */
static void
every_flipped_bit_is_refused(void **state)
{
	struct delist_keyring ring = some_ring();

	(void)state;
	for (int purpose = 1; purpose <= 3; purpose++) {
		struct delist_grant grant = some_grant();
		struct delist_token token = made(&ring, 7, purpose, &grant);
		char text[DELIST_TOKEN_LEN + 1];

		delist_token_format(text, &token);
		for (size_t bit = 0; bit < 46 * 8; bit++) {
			grant = some_grant();
			text[bit / 8] ^= (char)(1 << bit % 8);
			assert_false(verifies(text, &ring, purpose, &grant));
			if (delist_token_parse(&token, text, 46) == DELIST_OK)
				memcpy(grant.id, token.id, sizeof grant.id);
			assert_false(verifies(text, &ring, purpose, &grant));
			text[bit / 8] ^= (char)(1 << bit % 8);
		}
		grant = some_grant();
		assert_true(verifies(text, &ring, purpose, &grant));
	}
}

struct other_row {
	const char *name;
	int bit;     /* of the id to flip, or -1 */
	uint32_t by; /* added to the generation */
	const char *addr;
	const char *mailbox;
	int purpose;
	bool want[3]; /* confirm, cancel, status */
};

static const struct other_row other_rows[] = {
    {"the same", -1, 0, NULL, NULL, 0, {true, true, true}},
    {"other spelling of the mailbox", -1, 0, NULL, "Ann+x@Example.com", 0,
	{true, true, true}},
    {"id, first bit", 0, 0, NULL, NULL, 0, {0}},
    {"id, last bit", 127, 0, NULL, NULL, 0, {0}},
    {"next generation", -1, 1, NULL, NULL, 0, {false, false, true}},
    {"generation before", -1, UINT32_MAX, NULL, NULL, 0, {false, false, true}},
    {"generation, high bit", -1, 0x80000000, NULL, NULL, 0,
	{false, false, true}},
    {"next address", -1, 0, "192.0.2.2", NULL, 0, {false, false, true}},
    {"ipv6 address that begins alike", -1, 0, "c000:201::", NULL, 0,
	{false, false, true}},
    {"other mailbox", -1, 0, NULL, "anna@example.com", 0, {false, false, true}},
    {"other domain", -1, 0, NULL, "ann@example.co", 0, {false, false, true}},
    {"as confirm", -1, 0, NULL, NULL, 1, {true, false, false}},
    {"as cancel", -1, 0, NULL, NULL, 2, {false, true, false}},
    {"as status", -1, 0, NULL, NULL, 3, {false, false, true}},
    {"as purpose 0", -1, 0, NULL, NULL, 256, {0}},
    {"as the purpose of bounces", -1, 0, NULL, NULL, 4, {0}},
    {"as a purpose below", -1, 0, NULL, NULL, -1, {0}},
    {"as a purpose 256 more", -1, 0, NULL, NULL, 257, {0}},
};

static void
binds_to_its_grant(void **state)
{
	const struct other_row *row = *state;
	struct delist_keyring ring = some_ring();
	struct delist_grant grant = some_grant(), other = some_grant();

	if (row->bit >= 0)
		other.id[row->bit / 8] ^= (uint8_t)(1 << row->bit % 8);
	other.generation += row->by;
	if (row->addr != NULL)
		other.addr = addr(row->addr);
	if (row->mailbox != NULL)
		other.mailbox = mailbox(row->mailbox);
	for (int purpose = 1; purpose <= 3; purpose++) {
		struct delist_token token = made(&ring, 7, purpose, &grant);
		int as = row->purpose != 0 ? row->purpose : purpose;

		assert_int_equal(
		    delist_token_verify(&token, &ring, as, &other, 0),
		    row->want[purpose - 1]);
		/* nor with the other id written into it */
		memcpy(token.id, other.id, sizeof token.id);
		assert_int_equal(
		    delist_token_verify(&token, &ring, as, &other, 0),
		    row->want[purpose - 1]);
	}
}

/* No address is not 0.0.0.0, and no mailbox is no part of the address. */
static void
fields_do_not_run_together(void **state)
{
	struct delist_keyring ring = some_ring();
	struct delist_grant a = some_grant(), b = some_grant();
	struct delist_token token;

	(void)state;
	a.addr = (struct delist_addr){0};
	b.addr = delist_addr_from4(0);
	token = made(&ring, 7, DELIST_PURPOSE_CONFIRM, &a);
	assert_true(
	    delist_token_verify(&token, &ring, DELIST_PURPOSE_CONFIRM, &a, 0));
	assert_false(
	    delist_token_verify(&token, &ring, DELIST_PURPOSE_CONFIRM, &b, 0));
	a.mailbox = (struct delist_mailbox){0};
	assert_false(
	    delist_token_verify(&token, &ring, DELIST_PURPOSE_CONFIRM, &a, 0));
}

/* ---- keys ---- */

static void
each_key_has_its_tokens(void **state)
{
	struct delist_keyring ring = some_ring();
	struct delist_grant grant = some_grant();
	struct delist_token token;

	(void)state;
	for (uint8_t kid = 7; kid < 10; kid++) {
		token = made(&ring, kid, DELIST_PURPOSE_CONFIRM, &grant);
		assert_int_equal(token.kid, kid);
		assert_true(delist_token_verify(
		    &token, &ring, DELIST_PURPOSE_CONFIRM, &grant, 0));
		token.kid = (uint8_t)(kid == 9 ? 7 : kid + 1);
		assert_false(delist_token_verify(
		    &token, &ring, DELIST_PURPOSE_CONFIRM, &grant, 0));
		/* a key that is unknown is not the active one */
		token.kid = 3;
		assert_false(delist_token_verify(
		    &token, &ring, DELIST_PURPOSE_CONFIRM, &grant, 0));
	}
}

static void
another_key_of_the_same_number_does_not_do(void **state)
{
	struct delist_keyring ring = some_ring();
	struct delist_grant grant = some_grant();
	struct delist_token token =
	    made(&ring, 7, DELIST_PURPOSE_STATUS, &grant);

	(void)state;
	for (size_t bit = 0; bit < 256; bit++) {
		ring.keys[0].bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(delist_token_verify(
		    &token, &ring, DELIST_PURPOSE_STATUS, &grant, 0));
		ring.keys[0].bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ring.index_key[0] ^= 1; /* has no part in it */
	assert_true(delist_token_verify(
	    &token, &ring, DELIST_PURPOSE_STATUS, &grant, 0));
}

struct retire_row {
	const char *name;
	int64_t retired_s;
	int64_t now_s;
	bool want;
};

static const struct retire_row retire_rows[] = {
    {"last second", 1000, 999, true},
    {"first second after", 1000, 1000, false},
    {"long after", 1000, INT64_MAX, false},
    {"not retired", INT64_MAX, INT64_MAX, true},
    {"before time", INT64_MIN, INT64_MIN, false},
    {"at the end", INT64_MAX - 1, INT64_MAX - 2, true},
};

static void
retires(void **state)
{
	const struct retire_row *row = *state;
	struct delist_keyring ring = some_ring();
	struct delist_grant grant = some_grant();
	struct delist_token token;

	ring.keys[1].retired_s = row->retired_s;
	token = made(&ring, 8, DELIST_PURPOSE_CONFIRM, &grant);
	assert_int_equal(delist_token_verify(&token, &ring,
			     DELIST_PURPOSE_CONFIRM, &grant, row->now_s),
	    row->want);
}

static void
making_may_fail(void **state)
{
	struct delist_keyring ring = some_ring();
	struct delist_grant grant = some_grant();
	struct delist_token token, before;

	(void)state;
	memset(&token, 0x5a, sizeof token);
	before = token;
	assert_int_equal(delist_token_make(
			     &token, &ring, 10, DELIST_PURPOSE_CONFIRM, &grant),
	    DELIST_ETOKEN);
	assert_int_equal(
	    delist_token_make(&token, &ring, 7, 0, &grant), DELIST_EINVAL);
	assert_int_equal(
	    delist_token_make(&token, &ring, 7, 4, &grant), DELIST_EINVAL);
	assert_memory_equal(&token, &before, sizeof token);
}

struct ring_row {
	const char *name;
	void (*change)(struct delist_keyring *ring);
	int want;
};

static void
as_it_is(struct delist_keyring *ring)
{
	(void)ring;
}

static void
no_key(struct delist_keyring *ring)
{
	ring->count = 0;
}

static void
eight_keys(struct delist_keyring *ring)
{
	for (uint8_t i = 3; i < 8; i++) {
		ring->keys[i] = ring->keys[0];
		ring->keys[i].kid = i;
		ring->keys[i].bytes[0] = i;
	}
	ring->keys[7].kid = 200;
	ring->count = 8;
}

static void
nine_keys(struct delist_keyring *ring)
{
	eight_keys(ring);
	ring->count = 9;
}

static void
active_behind_the_end(struct delist_keyring *ring)
{
	ring->active = 3;
}

static void
active_last(struct delist_keyring *ring)
{
	ring->active = 2;
}

static void
active_retired(struct delist_keyring *ring)
{
	ring->keys[0].retired_s = INT64_MAX - 1;
}

static void
other_retired(struct delist_keyring *ring)
{
	ring->keys[1].retired_s = 0;
}

static void
equal_kids(struct delist_keyring *ring)
{
	ring->keys[2].kid = ring->keys[1].kid;
}

static void
equal_kid_out_of_use(struct delist_keyring *ring)
{
	ring->keys[3] = ring->keys[1];
}

static void
zero_key(struct delist_keyring *ring)
{
	memset(ring->keys[2].bytes, 0, 32);
}

static void
nearly_zero_key(struct delist_keyring *ring)
{
	zero_key(ring);
	ring->keys[2].bytes[31] = 1;
}

static void
zero_index_key(struct delist_keyring *ring)
{
	memset(ring->index_key, 0, 32);
}

static const struct ring_row ring_rows[] = {
    {"some ring", as_it_is, DELIST_OK},
    {"no key", no_key, DELIST_EINVAL},
    {"eight keys", eight_keys, DELIST_OK},
    {"nine keys", nine_keys, DELIST_EINVAL},
    {"last key active", active_last, DELIST_OK},
    {"active behind the end", active_behind_the_end, DELIST_EINVAL},
    {"active one retired", active_retired, DELIST_EINVAL},
    {"other one retired", other_retired, DELIST_OK},
    {"two of one kid", equal_kids, DELIST_EINVAL},
    {"two of one kid, one out of use", equal_kid_out_of_use, DELIST_OK},
    {"zero key", zero_key, DELIST_EINVAL},
    {"nearly zero key", nearly_zero_key, DELIST_OK},
    {"zero index key", zero_index_key, DELIST_EINVAL},
};

static void
checks_rings(void **state)
{
	const struct ring_row *row = *state;
	struct delist_keyring ring = some_ring();

	row->change(&ring);
	assert_int_equal(delist_keyring_check(&ring), row->want);
}

/* ---- text ---- */

struct bad_row {
	const char *name;
	const char *text;
};

static const struct bad_row bad_rows[] = {
    {"empty", ""},
    {"too short", "AQegoaKjpKWmp6ipqqusra6vtqCcL-AERxZKBDuWtyj7T"},
    {"too long", "AQegoaKjpKWmp6ipqqusra6vtqCcL-AERxZKBDuWtyj7TAA"},
    {"padded", "AQegoaKjpKWmp6ipqqusra6vtqCcL-AERxZKBDuWtyj7TA=="},
    {"version 0", "AAegoaKjpKWmp6ipqqusra6vtqCcL-AERxZKBDuWtyj7TA"},
    {"version 2", "AgegoaKjpKWmp6ipqqusra6vtqCcL-AERxZKBDuWtyj7TA"},
    {"spare bit", "AQegoaKjpKWmp6ipqqusra6vtqCcL-AERxZKBDuWtyj7TB"},
    {"highest spare bit", "AQegoaKjpKWmp6ipqqusra6vtqCcL-AERxZKBDuWtyj7TI"},
    {"standard alphabet", "AQegoaKjpKWmp6ipqqusra6vtqCcL+AERxZKBDuWtyj7TA"},
    {"space", "AQegoaKjpKWmp6ipqqusra6v qCcL-AERxZKBDuWtyj7TA"},
    {"quoted-printable break",
	"AQegoaKjpKWmp6ipqqusra6vtqCcL-AERxZKBDuWtyj7=\n"},
};

static void
is_no_token(void **state)
{
	const struct bad_row *row = *state;
	struct delist_token token, before;
	size_t len = strlen(row->text);

	memset(&token, 0x5a, sizeof token);
	before = token;
	assert_int_equal(
	    delist_token_parse(&token, support_guarded(row->text, len), len),
	    DELIST_ESYNTAX);
	assert_memory_equal(&token, &before, sizeof token);
}

static void
random_tokens_come_back(void **state)
{
	struct support_random random = {46};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct delist_token token, again;
		char text[DELIST_TOKEN_LEN + 1];
		uint8_t *bytes = (uint8_t *)&token;

		for (size_t j = 0; j < sizeof token; j++)
			bytes[j] = (uint8_t)support_random(&random);
		delist_token_format(text, &token);
		assert_int_equal(strlen(text), DELIST_TOKEN_LEN);
		assert_int_equal(
		    delist_token_parse(&again, text, 46), DELIST_OK);
		assert_memory_equal(&again, &token, sizeof token);
	}
}

int
main(void)
{
	ROWS(is_as_published, golden_rows);
	TEST(a_bounce_has_a_mac_of_its_own);
	TEST(hashes_are_kept_apart);
	TEST(every_flipped_bit_is_refused);
	ROWS(binds_to_its_grant, other_rows);
	TEST(fields_do_not_run_together);
	TEST(each_key_has_its_tokens);
	TEST(another_key_of_the_same_number_does_not_do);
	ROWS(retires, retire_rows);
	TEST(making_may_fail);
	ROWS(checks_rings, ring_rows);
	ROWS(is_no_token, bad_rows);
	TEST(random_tokens_come_back);
	return support_run("token");
}
