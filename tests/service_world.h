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
	char from[256], to[256];
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
	/* Done by somebody else right before the next commits. */
	size_t conflicts;

	int outcome; /* of the next mails */
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
void world_close(struct world *world);
/* Close and open again on the same store, as after a crash. */
void world_reopen(struct world *world);

struct kept_mail *world_mail(struct world *world, size_t back);

/* Every row of the store, hashed: whether anything was written. */
uint64_t world_fingerprint(struct world *world);

int world_block(struct world *world, const char *prefix, int64_t now_s);
/* The result of submit; what it answered may be NULL. */
int world_submit(struct world *world, struct delist_submit_answer *answer,
    const char *mailbox, const char *addr, int64_t now_s);
bool world_refuses(struct world *world, const char *addr, int64_t now_s);
/* Tick until nothing is due. */
void world_tick(struct world *world, int64_t now_s);

#endif
