/* SPDX-License-Identifier: ISC */
#ifndef DELIST_RECORD_H
#define DELIST_RECORD_H

#include <stdint.h>

#include <delist/addr.h>
#include <delist/appeal.h>
#include <delist/audit.h>
#include <delist/error.h>
#include <delist/investigation.h>
#include <delist/limit.h>
#include <delist/listing.h>
#include <delist/outbound.h>
#include <delist/request.h>
#include <delist/text.h>

/*
 * Records: what the library remembers, as rows of a store
 *
 * A row is a key and a value (<delist/store.h>), and both begin with the
 * type of the row.  Keys are made, never read: whatever a row says is in its
 * value.  The byte layouts are in delist_record(3).
 *
 *	type	key is of				value
 *	L	kind, prefix				delist_listing
 *	R	id of a request				delist_request
 *	H	IPv4 address, or IPv6 /64		delist_history
 *	M	hash of a mailbox			delist_standing
 *	C	what is counted, its hash		delist_limit
 *	O	address, hash of a mailbox		id of a request
 *	S	id of a submission that joined one	id of a request
 *	G	nothing: there is one			uint64_t
 *	I	id of an investigation			delist_investigation
 *	J	address, or hash of a mailbox		id of an investigation
 *	N	name of a node				delist_node
 *	A	time, number, random bytes		delist_audit
 *	P	hash of an address and a provider	delist_appeal
 *	V	sender or tenant, hash of its name	delist_account
 *
 * Hashes are those of delist_keyring_hash(), and of SHA-256 in the last two,
 * which are a sender's own.  Rows of one type lie together.
 * Listings are in the order of delist_prefix_compare() in each kind, and all
 * open requests for one IPv4 address, or IPv6 /64, lie together.  Audits are in the order of
 * their time.
 *
 * Values are canonical: one value has one row, reading takes that row and no
 * other, and it gives back every field as it was.
 *
 * Nothing is allocated.  All calls are pure; any thread.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_RECORD_KEY_MAX = 40,    /* in use: 34, an open request */
	DELIST_RECORD_VALUE_MAX = 1024 /* in use: 937, an audit; see store.h */
};

/* The first byte of key and value. */
enum delist_record_type {
	DELIST_RECORD_LISTING = 'L',
	DELIST_RECORD_REQUEST = 'R',
	DELIST_RECORD_HISTORY = 'H',  /* of one IP */
	DELIST_RECORD_STANDING = 'M', /* of one mailbox */
	DELIST_RECORD_COUNTER = 'C',
	DELIST_RECORD_OPEN = 'O',   /* finds the open request of a pair */
	DELIST_RECORD_STATUS = 'S', /* and that of a status token */
	DELIST_RECORD_GENERATION = 'G',
	DELIST_RECORD_INVESTIGATION = 'I',
	DELIST_RECORD_JOIN = 'J', /* finds the investigation of a mail */
	DELIST_RECORD_NODE = 'N',
	DELIST_RECORD_AUDIT = 'A',
	DELIST_RECORD_APPEAL = 'P',
	DELIST_RECORD_ACCOUNT = 'V'
};

/* A server that refuses mail by the block set. */
struct delist_node {
	uint64_t generation; /* of the set that it serves */
	int64_t seen_s;	     /* when it last said so */
	uint8_t name_len;    /* 1..32 */
	char name[32];	     /* counted; unused bytes are 0 */
};

/* A sender, or a tenant, and what it sent. */
struct delist_account {
	struct delist_outbound outbound;
	uint8_t name_len; /* 1..128 */
	char name[128];	  /* counted; unused bytes are 0 */
};

/*
 * Where a page goes on; zeroed: at the start.  It is no more than the key of
 * the row that was shown last, so it stays good, whatever is changed
 * meanwhile, and can be carried in a link.
 */
struct delist_cursor {
	uint8_t len;
	char at[64];
};

/* Both are plain values: copy them with `=`.  Zero from len on. */
struct delist_record_key {
	uint8_t len;
	char at[40];
};

struct delist_record {
	uint16_t len;
	char at[1024];
};

/* Views into *key and *record, as a store takes them. */
DELIST_API struct delist_text delist_record_key_text(
    const struct delist_record_key *key);
DELIST_API struct delist_text delist_record_text(
    const struct delist_record *record);

/* ---- keys ---- */

/*
 * Each call makes *key anew.  An IPv4-mapped address, which only a host can
 * have filled in, is the IPv4 address here too.
 */
DELIST_API void delist_record_listing_key(struct delist_record_key *key,
    int kind, const struct delist_prefix *prefix);
DELIST_API void delist_record_request_key(
    struct delist_record_key *key, const uint8_t id[16]);
DELIST_API void delist_record_history_key(
    struct delist_record_key *key, const struct delist_addr *addr);
DELIST_API void delist_record_standing_key(
    struct delist_record_key *key, const uint8_t hash[16]);

/* `of` keeps counters of different things apart. */
DELIST_API void delist_record_counter_key(
    struct delist_record_key *key, char of, const uint8_t hash[16]);
DELIST_API void delist_record_open_key(struct delist_record_key *key,
    const struct delist_addr *addr, const uint8_t hash[16]);
DELIST_API void delist_record_status_key(
    struct delist_record_key *key, const uint8_t id[16]);
DELIST_API void delist_record_generation_key(struct delist_record_key *key);
DELIST_API void delist_record_investigation_key(
    struct delist_record_key *key, const uint8_t id[16]);

/* Of an address; of the hash where that is none. */
DELIST_API void delist_record_join_key(struct delist_record_key *key,
    const struct delist_addr *addr, const uint8_t hash[16]);
DELIST_API void delist_record_node_key(
    struct delist_record_key *key, const struct delist_node *node);

/* `number` puts those of one second in order, `random` keeps them apart. */
DELIST_API void delist_record_audit_key(struct delist_record_key *key,
    int64_t at_s, uint32_t number, const uint8_t random[4]);
DELIST_API void delist_record_appeal_key(
    struct delist_record_key *key, const uint8_t hash[16]);
DELIST_API void delist_record_account_key(
    struct delist_record_key *key, int scope, const uint8_t hash[16]);

/*
 * What the keys of all rows of a type begin with, those of all listings of a
 * kind, and those of all open requests for one IPv4 address or IPv6 /64: prefixes for a store's
 * `next`.
 */
DELIST_API void delist_record_type_key(struct delist_record_key *key, int type);
DELIST_API void delist_record_listing_prefix(
    struct delist_record_key *key, int kind);
DELIST_API void delist_record_open_prefix(
    struct delist_record_key *key, const struct delist_addr *addr);

/* ---- values ---- */

/*
 * Make *record the row of a value.
 *
 *	DELIST_EINVAL	a field has a value that the library never gives it,
 *			such as a state that is none, a mailbox that
 *			delist_mailbox_parse() refuses, more than 4 pieces of
 *			evidence, or a byte behind the end of a text that is
 *			not 0.  A listing that is absent, and a request,
 *			investigation or appeal in no state, are none, and
 *			have no row; nor has an audit without a change.
 *
 * On error *record is as it was.  A history, a standing, a counter, an id and
 * a number may be any.
 */
DELIST_API int delist_record_write_listing(
    struct delist_record *record, const struct delist_listing *listing);
DELIST_API int delist_record_write_request(
    struct delist_record *record, const struct delist_request *request);
DELIST_API int delist_record_write_history(
    struct delist_record *record, const struct delist_history *history);
DELIST_API int delist_record_write_standing(
    struct delist_record *record, const struct delist_standing *standing);
DELIST_API int delist_record_write_counter(
    struct delist_record *record, const struct delist_limit *counter);
DELIST_API int delist_record_write_open(
    struct delist_record *record, const uint8_t id[16]);
DELIST_API int delist_record_write_status(
    struct delist_record *record, const uint8_t id[16]);
DELIST_API int delist_record_write_generation(
    struct delist_record *record, uint64_t generation);
DELIST_API int delist_record_write_investigation(struct delist_record *record,
    const struct delist_investigation *investigation);
DELIST_API int delist_record_write_join(
    struct delist_record *record, const uint8_t id[16]);
DELIST_API int delist_record_write_node(
    struct delist_record *record, const struct delist_node *node);
DELIST_API int delist_record_write_audit(
    struct delist_record *record, const struct delist_audit *audit);
DELIST_API int delist_record_write_appeal(
    struct delist_record *record, const struct delist_appeal *appeal);
DELIST_API int delist_record_write_account(
    struct delist_record *record, const struct delist_account *account);

/*
 * Read a row of that type, all of it.
 *
 *	DELIST_EVERSION	it is of that type, in a later version than this
 *			library's
 *	DELIST_ECORRUPT	no write gives these bytes
 *
 * On error the value is as it was.
 */
DELIST_API int delist_record_read_listing(
    struct delist_listing *listing, struct delist_text bytes);
DELIST_API int delist_record_read_request(
    struct delist_request *request, struct delist_text bytes);
DELIST_API int delist_record_read_history(
    struct delist_history *history, struct delist_text bytes);
DELIST_API int delist_record_read_standing(
    struct delist_standing *standing, struct delist_text bytes);
DELIST_API int delist_record_read_counter(
    struct delist_limit *counter, struct delist_text bytes);
DELIST_API int delist_record_read_open(
    uint8_t id[16], struct delist_text bytes);
DELIST_API int delist_record_read_status(
    uint8_t id[16], struct delist_text bytes);
DELIST_API int delist_record_read_generation(
    uint64_t *generation, struct delist_text bytes);
DELIST_API int delist_record_read_investigation(
    struct delist_investigation *investigation, struct delist_text bytes);
DELIST_API int delist_record_read_join(
    uint8_t id[16], struct delist_text bytes);
DELIST_API int delist_record_read_node(
    struct delist_node *node, struct delist_text bytes);
DELIST_API int delist_record_read_audit(
    struct delist_audit *audit, struct delist_text bytes);
DELIST_API int delist_record_read_appeal(
    struct delist_appeal *appeal, struct delist_text bytes);
DELIST_API int delist_record_read_account(
    struct delist_account *account, struct delist_text bytes);

#ifdef __cplusplus
}
#endif

#endif
