/* SPDX-License-Identifier: ISC */
/*
 * token.c - secrets that are derived and never stored
 *
 *	token	| version | kid |    id    |  secret  |   34 bytes
 *	          1         1       16         16         46 characters
 *
 *	input	| 0 0 0 1 | purpose | 0 0 0 16 | id |
 *	        | 0 0 0 4 | generation | 0 0 0 n | IP | 0 0 0 n | mailbox |
 *
 * The lengths make the input of one set of fields that of no other; an IPv4
 * address has 4 bytes, an IPv6 address 16.  STATUS and the MAC of a bounce
 * end after the id.  Each use of a key has a purpose of its own.
 *
 * No time in the token: its life begins when the mail is accepted, which is
 * after it was made.
 */
#include <delist/token.h>

#include <string.h>

#include "base64.h"
#include "bytes.h"
#include "sha256.h"

enum {
	VERSION = 1,
	TOKEN_BYTES = 34,
	AT_KID = 1,
	AT_ID = 2,
	AT_SECRET = 18,
	PURPOSE_BOUNCE = 4 /* beside enum delist_purpose */
};

/* ---- keys ---- */

static bool
is_zero(const uint8_t key[DELIST_KEY_LEN])
{
	static const uint8_t zeros[DELIST_KEY_LEN];

	return delist_bytes_equal_secret(key, zeros, sizeof zeros);
}

static const struct delist_key *
key_of(const struct delist_keyring *ring, uint8_t kid)
{
	for (size_t i = 0; i < ring->count; i++)
		if (ring->keys[i].kid == kid)
			return &ring->keys[i];
	return NULL;
}

static bool
is_over(const struct delist_key *key, int64_t now_s)
{
	return key->retired_s != INT64_MAX && key->retired_s <= now_s;
}

int
delist_keyring_check(const struct delist_keyring *ring)
{
	if (ring->count > DELIST_KEYS_MAX || ring->active >= ring->count ||
	    ring->keys[ring->active].retired_s != INT64_MAX ||
	    is_zero(ring->index_key))
		return DELIST_EINVAL;
	for (size_t i = 0; i < ring->count; i++) {
		const struct delist_key *key = &ring->keys[i];

		if (is_zero(key->bytes) || key_of(ring, key->kid) != key)
			return DELIST_EINVAL;
	}
	return DELIST_OK;
}

void
delist_keyring_hash(uint8_t hash[16], const struct delist_keyring *ring,
    char what, const void *bytes, size_t len)
{
	struct delist_hmac hmac;
	uint8_t mac[DELIST_SHA256_LEN];

	delist_hmac_init(&hmac, ring->index_key, sizeof ring->index_key);
	delist_hmac_update(&hmac, &what, 1);
	delist_hmac_update(&hmac, bytes, len);
	delist_hmac_final(&hmac, mac);
	memcpy(hash, mac, 16);
}

/* ---- derivation ---- */

static void
add_field(struct delist_hmac *hmac, const void *bytes, uint32_t len)
{
	uint8_t prefix[4];

	delist_put_be32(prefix, len);
	delist_hmac_update(hmac, prefix, sizeof prefix);
	delist_hmac_update(hmac, bytes, len);
}

static uint32_t
addr_len(const struct delist_addr *addr)
{
	switch (addr->family) {
	case DELIST_INET4:
		return 4;
	case DELIST_INET6:
		return 16;
	default:
		return 0;
	}
}

static void
add_grant(struct delist_hmac *hmac, const struct delist_grant *grant)
{
	struct delist_mailbox key;
	uint8_t generation[4];

	delist_put_be32(generation, grant->generation);
	add_field(hmac, generation, sizeof generation);
	add_field(hmac, grant->addr.bytes, addr_len(&grant->addr));
	delist_mailbox_canonical(&key, &grant->mailbox);
	add_field(hmac, key.text, key.len);
}

/* grant is NULL for what is bound to the id alone. */
static void
derive(uint8_t *secret, size_t len, const struct delist_key *key, int purpose,
    const uint8_t id[DELIST_ID_LEN], const struct delist_grant *grant)
{
	uint8_t mac[DELIST_SHA256_LEN], use = (uint8_t)purpose;
	struct delist_hmac hmac;

	delist_hmac_init(&hmac, key->bytes, sizeof key->bytes);
	add_field(&hmac, &use, 1);
	add_field(&hmac, id, DELIST_ID_LEN);
	if (grant != NULL)
		add_grant(&hmac, grant);
	delist_hmac_final(&hmac, mac);
	memcpy(secret, mac, len);
	delist_bytes_wipe(mac, sizeof mac);
}

static bool
is_purpose(int purpose)
{
	return purpose >= DELIST_PURPOSE_CONFIRM &&
	       purpose <= DELIST_PURPOSE_STATUS;
}

static void
derive_token(struct delist_token *token, const struct delist_key *key,
    int purpose, const struct delist_grant *grant)
{
	token->kid = key->kid;
	memcpy(token->id, grant->id, sizeof token->id);
	derive(token->secret, sizeof token->secret, key, purpose, grant->id,
	    purpose == DELIST_PURPOSE_STATUS ? NULL : grant);
}

int
delist_token_make(struct delist_token *token, const struct delist_keyring *ring,
    uint8_t kid, int purpose, const struct delist_grant *grant)
{
	const struct delist_key *key = key_of(ring, kid);

	if (!is_purpose(purpose))
		return DELIST_EINVAL;
	if (key == NULL)
		return DELIST_ETOKEN;
	derive_token(token, key, purpose, grant);
	return DELIST_OK;
}

bool
delist_token_verify(const struct delist_token *token,
    const struct delist_keyring *ring, int purpose,
    const struct delist_grant *grant, int64_t now_s)
{
	const struct delist_key *key = key_of(ring, token->kid);
	bool usable = key != NULL && !is_over(key, now_s);
	struct delist_token want;
	bool same_id, same_secret;

	if (!is_purpose(purpose))
		return false;
	if (!usable)
		key = &ring->keys[ring->active];
	derive_token(&want, key, purpose, grant);
	same_id = delist_bytes_equal_secret(want.id, token->id, sizeof want.id);
	same_secret = delist_bytes_equal_secret(
	    want.secret, token->secret, sizeof want.secret);
	delist_bytes_wipe(&want, sizeof want);
	/* No && here: it would look at the secret's part by itself. */
	return usable & same_id & same_secret;
}

int
delist_token_bounce_mac(uint8_t mac[8], const struct delist_keyring *ring,
    uint8_t kid, const uint8_t id[16])
{
	const struct delist_key *key = key_of(ring, kid);

	if (key == NULL)
		return DELIST_ETOKEN;
	derive(mac, DELIST_BOUNCE_MAC_LEN, key, PURPOSE_BOUNCE, id, NULL);
	return DELIST_OK;
}

/* ---- text ---- */

int
delist_token_parse(struct delist_token *token, const char *text, size_t len)
{
	uint8_t bytes[TOKEN_BYTES];

	if (len != DELIST_TOKEN_LEN ||
	    !delist_base64url_decode(bytes, sizeof bytes, text) ||
	    bytes[0] != VERSION)
		return DELIST_ESYNTAX;
	token->kid = bytes[AT_KID];
	memcpy(token->id, bytes + AT_ID, sizeof token->id);
	memcpy(token->secret, bytes + AT_SECRET, sizeof token->secret);
	delist_bytes_wipe(bytes, sizeof bytes);
	return DELIST_OK;
}

void
delist_token_format(char text[47], const struct delist_token *token)
{
	uint8_t bytes[TOKEN_BYTES] = {VERSION, token->kid};

	memcpy(bytes + AT_ID, token->id, sizeof token->id);
	memcpy(bytes + AT_SECRET, token->secret, sizeof token->secret);
	text[delist_base64url_encode(text, bytes, sizeof bytes)] = '\0';
	delist_bytes_wipe(bytes, sizeof bytes);
}
