/* SPDX-License-Identifier: ISC */
/*
 * record_key.c - where a row lies
 *
 *	L kind(1) family(1) address(4 or 16) bits(1)
 *	R id(16)
 *	H family(1) address(4, or the first 8 of 16)
 *	M hash(16)
 *	C of(1) hash(16)
 *	O family(1) address(4 or 16) hash(16)
 *	S id(16)
 *	G
 *	I id(16)
 *	J family(1) address(4 or 16), or 0(1) hash(16)
 *	N name(1 to 32)
 *	A time(8) number(4) random(4)
 *	P hash(16)
 *	V scope(1) hash(16)
 *
 * Addresses are in network order and IPv4 (4) comes before IPv6 (6), so
 * memcmp() orders them as delist_addr_compare() does.  The family says how
 * long the address is: no key begins another of its type, and the prefix of
 * one IPv4 address, or IPv6 /64, is that of no other.
 */
#include "record.h"

#include <string.h>

#include "addr.h"

#include "bytes.h"

struct delist_text
delist_record_key_text(const struct delist_record_key *key)
{
	return (struct delist_text){key->at, key->len};
}

struct delist_text
delist_record_text(const struct delist_record *record)
{
	return (struct delist_text){record->at, record->len};
}

/* ---- parts ---- */

static void
add(struct delist_record_key *key, const void *bytes, size_t len)
{
	memcpy(key->at + key->len, bytes, len);
	key->len = (uint8_t)(key->len + len);
}

static void
add_byte(struct delist_record_key *key, int value)
{
	uint8_t byte = (uint8_t)value;

	add(key, &byte, 1);
}

/* Of IPv6 the first len6 bytes; no address has none. */
static void
add_addr(
    struct delist_record_key *key, const struct delist_addr *addr, size_t len6)
{
	struct delist_addr part = delist_addr_folded(addr);

	add_byte(key, part.family);
	if (part.family == DELIST_INET4)
		add(key, part.bytes, 4);
	else if (part.family == DELIST_INET6)
		add(key, part.bytes, len6);
}

/* ---- keys ---- */

void
delist_record_type_key(struct delist_record_key *key, int type)
{
	*key = (struct delist_record_key){0};
	add_byte(key, type);
}

void
delist_record_listing_prefix(struct delist_record_key *key, int kind)
{
	delist_record_type_key(key, DELIST_RECORD_LISTING);
	add_byte(key, kind);
}

void
delist_record_listing_key(
    struct delist_record_key *key, int kind, const struct delist_prefix *prefix)
{
	int bits = prefix->bits;

	if (delist_addr_folded(&prefix->addr).family != prefix->addr.family)
		bits -= 96;
	delist_record_listing_prefix(key, kind);
	add_addr(key, &prefix->addr, 16);
	add_byte(key, bits);
}

void
delist_record_request_key(struct delist_record_key *key, const uint8_t id[16])
{
	delist_record_type_key(key, DELIST_RECORD_REQUEST);
	add(key, id, 16);
}

void
delist_record_history_key(
    struct delist_record_key *key, const struct delist_addr *addr)
{
	delist_record_type_key(key, DELIST_RECORD_HISTORY);
	add_addr(key, addr, 8);
}

void
delist_record_standing_key(
    struct delist_record_key *key, const uint8_t hash[16])
{
	delist_record_type_key(key, DELIST_RECORD_STANDING);
	add(key, hash, 16);
}

void
delist_record_counter_key(
    struct delist_record_key *key, char of, const uint8_t hash[16])
{
	delist_record_type_key(key, DELIST_RECORD_COUNTER);
	add_byte(key, of);
	add(key, hash, 16);
}

void
delist_record_open_prefix(
    struct delist_record_key *key, const struct delist_addr *addr)
{
	delist_record_type_key(key, DELIST_RECORD_OPEN);
	add_addr(key, addr, 8);
}

void
delist_record_open_key(struct delist_record_key *key,
    const struct delist_addr *addr, const uint8_t hash[16])
{
	delist_record_type_key(key, DELIST_RECORD_OPEN);
	add_addr(key, addr, 16);
	add(key, hash, 16);
}

void
delist_record_status_key(struct delist_record_key *key, const uint8_t id[16])
{
	delist_record_type_key(key, DELIST_RECORD_STATUS);
	add(key, id, 16);
}

void
delist_record_generation_key(struct delist_record_key *key)
{
	delist_record_type_key(key, DELIST_RECORD_GENERATION);
}

void
delist_record_investigation_key(
    struct delist_record_key *key, const uint8_t id[16])
{
	delist_record_type_key(key, DELIST_RECORD_INVESTIGATION);
	add(key, id, 16);
}

/* No address has no bytes: the hash is then all there is. */
void
delist_record_join_key(struct delist_record_key *key,
    const struct delist_addr *addr, const uint8_t hash[16])
{
	delist_record_type_key(key, DELIST_RECORD_JOIN);
	add_addr(key, addr, 16);
	if (addr->family == DELIST_NOADDR)
		add(key, hash, 16);
}

void
delist_record_node_key(
    struct delist_record_key *key, const struct delist_node *node)
{
	delist_record_type_key(key, DELIST_RECORD_NODE);
	add(key, node->name, node->name_len);
}

/* Times before 1970 come first: the sign bit is turned over. */
void
delist_record_audit_key(struct delist_record_key *key, int64_t at_s,
    uint32_t number, const uint8_t random[4])
{
	uint8_t bytes[12];

	delist_put_be64(bytes, (uint64_t)at_s ^ (uint64_t)1 << 63);
	delist_put_be32(bytes + 8, number);
	delist_record_type_key(key, DELIST_RECORD_AUDIT);
	add(key, bytes, sizeof bytes);
	add(key, random, 4);
}

void
delist_record_appeal_key(struct delist_record_key *key, const uint8_t hash[16])
{
	delist_record_type_key(key, DELIST_RECORD_APPEAL);
	add(key, hash, 16);
}

void
delist_record_account_key(
    struct delist_record_key *key, int scope, const uint8_t hash[16])
{
	delist_record_type_key(key, DELIST_RECORD_ACCOUNT);
	add_byte(key, scope);
	add(key, hash, 16);
}
