/* SPDX-License-Identifier: ISC */
#ifndef TESTS_SERVICE_WORLD_H
#define TESTS_SERVICE_WORLD_H

/*
 * The world around a service: a store that can be told to fail, a mailer
 * that keeps what it was given, and random bytes that repeat.
 */
#include "support.h"

#include <delist/delist.h>

enum {
	DAY = 86400,
	HOUR = 3600,
	NOW = 1000 * DAY,
	MAILS_KEPT = 64
};

/* A mail as the mailer got it, with the tokens that are in it. */
struct kept_mail {
	uint8_t id[16];
	uint32_t generation;
	char from[256], to[256], path[256];
	char message[DELIST_LETTER_MAX];
	size_t message_len;
	char confirm[47], cancel[47], status[47];
};

struct world {
	struct delist_memstore *memstore;
	struct delist_store inner;
	struct delist_service_config config;
	struct delist_service *service;
	struct support_random random;

	/* The store: what to say instead of doing it, and after how many. */
	int store_error;
	size_t store_fail_at; /* operation, from 1; 0: never */
	bool store_from_then_on;
	size_t store_calls, commits;
	bool held;
	/* Done by somebody else right before the next commits. */
	size_t conflicts;
	/* Called once, right before the next commit. */
	void (*before_commit)(struct world *world);

	int outcome;	 /* of the next mails */
	bool long_mails; /* of which only the beginning is kept */
	size_t mails_n;
	struct kept_mail mails[MAILS_KEPT];
	int entropy_error;
	bool relation;
};

struct delist_addr world_addr(const char *text);
struct delist_prefix world_prefix(const char *text);

/* A config that points into the world; a world that is open on it. */
void world_init(struct world *world, const struct delist_alloc *alloc);
void world_open(struct world *world);
void world_start(struct world *world); /* both, with libc's memory */
void world_close(struct world *world);
/* Close and open again on the same store, as after a crash. */
void world_reopen(struct world *world);

/* Open it again on a store that can hold commits. */
void world_may_hold(struct world *world);

struct kept_mail *world_mail(struct world *world, size_t back);

/* Every row of the store, hashed: whether anything was written. */
uint64_t world_fingerprint(struct world *world);
/* How many rows a type has; 0: all of them. */
size_t world_rows(struct world *world, int type);
/* Whether a value in the store has the text in it. */
bool world_stores(struct world *world, const char *text);
/* The stored row of a request. */
struct delist_request world_request(struct world *world, const uint8_t id[16]);

int world_block(struct world *world, const char *prefix, int64_t now_s);
/* The result of submit; what it answered may be NULL. */
int world_submit(struct world *world, struct delist_submit_answer *answer,
    const char *mailbox, const char *addr, int64_t now_s);
/* A submission, to be changed before it is sent. */
struct delist_submission world_form(const char *mailbox, const char *addr);
/* Block an address for itself, submit, and give the mail that went out. */
struct kept_mail *world_ask(
    struct world *world, const char *mailbox, const char *addr, int64_t now_s);

/*
 * A mail to the delist mailbox, from a sender, that says `text` under a header
 * with these lines more (each with its end, or ""); the answer may be NULL.
 */
int world_intake(struct world *world, struct delist_intake_answer *answer,
    const char *sender, const char *header, const char *text, int64_t now_s);
/* The reply of an MTA to this address, for such a mail. */
const char *world_reply(uint16_t code, const char *addr);
/* The stored row of an investigation. */
struct delist_investigation world_case(
    struct world *world, const uint8_t id[16]);
/* A person does something about one (enum delist_event_kind, _notice). */
int world_answer(struct world *world, const uint8_t id[16], int event,
    int notice, const char *text, int64_t now_s);

/* What a token of 46 characters shows, or does. */
int world_inspect(struct world *world, struct delist_view *view, int purpose,
    const char *token, int64_t now_s);
int world_redeem(struct world *world, const char *token, int64_t now_s);
int world_cancel(struct world *world, const char *token, int64_t now_s);
int world_resend(struct world *world, const char *token, int64_t now_s);
/* The state that inspect shows; the token must be right. */
int world_state(
    struct world *world, int purpose, const char *token, int64_t now_s);

bool world_refuses(struct world *world, const char *addr, int64_t now_s);
/* Tick until nothing is due. */
void world_tick(struct world *world, int64_t now_s);

#endif
