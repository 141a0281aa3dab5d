/* SPDX-License-Identifier: ISC */
#ifndef LIB_SENDER_H
#define LIB_SENDER_H

#include <delist/deadline.h>
#include <delist/sender.h>

#include "idmap.h"
#include "pool.h"

enum {
	SENDER_ROWS = 2,  /* that one call changes: a sender and its tenant */
	SENDER_TRIES = 8, /* of one call against conflicts */
	SENDER_HASH = 16
};

/* What is known of a row without it. */
struct sender_slot {
	uint8_t hash[SENDER_HASH];
	uint8_t type; /* DELIST_RECORD_APPEAL or _ACCOUNT */
	uint8_t scope;
	bool again; /* its mail was let go before the restart */
	uint64_t due;
};

/* A row at work. */
struct sender_row {
	uint8_t hash[SENDER_HASH];
	uint8_t type, scope;
	bool gone;
	uint64_t version;
	struct delist_record_key key;
	struct delist_record before, after; /* no bytes: there is none */
	int64_t due_s;
};

struct delist_sender {
	struct delist_alloc alloc;
	struct delist_sender_config config;
	struct delist_pool slots;
	struct delist_idmap ids;
	struct delist_deadline *due;
};

/* ---- sender_rows.c ---- */

/* Which row is that of an appeal; of an account. */
void delist_sender_appeal_row(struct sender_row *row,
    const struct delist_addr *addr, const char *provider, size_t len);
void delist_sender_account_row(
    struct sender_row *row, int scope, const char *name, size_t len);

/* Read it again; store what changed of all, and remember when it is due. */
int delist_sender_load(
    const struct delist_sender *sender, struct sender_row *row);
int delist_sender_commit(
    struct delist_sender *sender, struct sender_row *rows, size_t n);

/* A row that was read at open. */
int delist_sender_remember(
    struct delist_sender *sender, const struct sender_row *row);
struct sender_slot *delist_sender_slot(
    const struct delist_sender *sender, const uint8_t hash[SENDER_HASH]);
void delist_sender_wake(
    struct delist_sender *sender, struct sender_slot *slot, int64_t due_s);

/* ---- sender_appeal.c, sender_outbound.c ---- */

/* At open: what a row says of its slot. */
int delist_sender_read_appeal(
    struct delist_sender *sender, struct delist_text bytes);
int delist_sender_read_account(
    struct delist_sender *sender, struct delist_text bytes);

/* Its time has come. */
int delist_sender_appeal_due(
    struct delist_sender *sender, struct sender_slot *slot, int64_t now_s);
int delist_sender_account_due(
    struct delist_sender *sender, struct sender_slot *slot, int64_t now_s);

#endif
