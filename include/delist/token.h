/* SPDX-License-Identifier: ISC */
#ifndef DELIST_TOKEN_H
#define DELIST_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>
#include <delist/mailbox.h>

/*
 * Tokens
 *
 * Who holds the token of a mail has read that mail.  A token is 46 letters,
 * digits, "-" and "_": unpadded base64url (RFC 4648, 5) of
 *
 *	version(1)  kid(1)  request id(16)  secret(16)
 *
 * The secret is not stored but derived, as the first 16 bytes of
 *
 *	HMAC-SHA-256(key[kid], purpose, request id,
 *	    generation, IP address, canonical mailbox)
 *
 * where each field has its length in front (4 bytes, big-endian).  A stored
 * request holds kid and generation only: a stolen store opens nothing, and
 * after a crash the very same mail can be composed again.  A token serves
 * one purpose, one request, one address and one mailbox, even if somebody
 * edits the store.
 *
 * That a token is right says nothing of its age: the life of what it is for
 * is the request's to know.
 *
 * All calls are pure; any thread.  Derived secrets are wiped from the stack,
 * and compared in constant time.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_TOKEN_LEN = 46, /* characters, without NUL */
	DELIST_KEYS_MAX = 8,
	DELIST_KEY_LEN = 32,
	DELIST_ID_LEN = 16,
	DELIST_BOUNCE_MAC_LEN = 8
};

enum delist_purpose {
	DELIST_PURPOSE_CONFIRM = 1, /* lift the block */
	DELIST_PURPOSE_CANCEL = 2,  /* "this was not me" */
	DELIST_PURPOSE_STATUS = 3   /* over the request id alone; see only */
};

struct delist_key {
	uint8_t kid;	   /* its number, in every token made with it */
	uint8_t bytes[32]; /* random */
	/*
	 * The first second in which the key no longer verifies; INT64_MAX for
	 * one that is not retired.  Retire a key by setting this to the
	 * time at which its last tokens are over, and drop it after that.
	 */
	int64_t retired_s;
};

/*
 * The host's secrets: a plain value of up to 8 keys, of which one makes new
 * tokens.  No call but delist_keyring_check() takes a ring that this one
 * refuses.
 */
struct delist_keyring {
	uint8_t count;
	uint8_t active; /* index of the key that makes new tokens */
	struct delist_key keys[8];
	/*
	 * For delist_keyring_hash(); never rotated, or all counts and
	 * suppressions are forgotten.
	 */
	uint8_t index_key[32];
};

/* What a token is bound to.  For STATUS only the id is looked at. */
struct delist_grant {
	uint8_t id[16];		       /* of the request, random */
	uint32_t generation;	       /* of the mail: goes up by resend */
	struct delist_addr addr;       /* to be delisted */
	struct delist_mailbox mailbox; /* any spelling: its key is bound */
};

struct delist_token {
	uint8_t kid;
	uint8_t id[16];
	uint8_t secret[16];
};

/*
 * Look a ring over before use.
 *
 *	DELIST_EINVAL	no key or more than 8; active is no key, or a
 *			retired one; two keys with one kid; a key or the
 *			index key is all zero
 */
DELIST_API int delist_keyring_check(const struct delist_keyring *ring);

/*
 * Read text[0..len), all of it, as a token.  Only its shape is checked.
 *
 *	DELIST_ESYNTAX	not 46 characters, a foreign one, a spare bit that
 *			is set, or another version; *token is as it was
 */
DELIST_API int delist_token_parse(
    struct delist_token *token, const char *text, size_t len);

/* Write a token as 46 characters and a NUL. */
DELIST_API void delist_token_format(
    char text[47], const struct delist_token *token);

/*
 * Derive the token for a purpose (enum delist_purpose) with the key `kid`,
 * which may be a retired one: a mail is composed again as it was.  For a new
 * mail take ring->keys[ring->active].kid.
 *
 *	DELIST_EINVAL	no such purpose
 *	DELIST_ETOKEN	no such key in the ring; *token is as it was
 */
DELIST_API int delist_token_make(struct delist_token *token,
    const struct delist_keyring *ring, uint8_t kid, int purpose,
    const struct delist_grant *grant);

/*
 * Whether the token is the one that delist_token_make() derives, with a key
 * that is not over at now_s.  A key that is unknown or over takes the same
 * work as one that is not.
 */
DELIST_API bool delist_token_verify(const struct delist_token *token,
    const struct delist_keyring *ring, int purpose,
    const struct delist_grant *grant, int64_t now_s);

/*
 * The MAC in a reverse-path (see delist/letter.h), by which a bounce proves
 * that it answers a mail of ours.  Compare it in constant time.
 *
 *	DELIST_ETOKEN	no such key in the ring; mac is as it was
 */
DELIST_API int delist_token_bounce_mac(uint8_t mac[8],
    const struct delist_keyring *ring, uint8_t kid, const uint8_t id[16]);

/*
 * The keyed hash under which a canonical mailbox, a domain or a submitter is
 * counted, so that no row names a person.  `what` is a character of the
 * caller's that keeps its uses apart.
 */
DELIST_API void delist_keyring_hash(uint8_t hash[16],
    const struct delist_keyring *ring, char what, const void *bytes,
    size_t len);

#ifdef __cplusplus
}
#endif

#endif
