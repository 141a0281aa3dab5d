/* SPDX-License-Identifier: ISC */
#ifndef LIB_SERVICE_CASE_H
#define LIB_SERVICE_CASE_H

#include <delist/deadline.h>
#include <delist/record.h>
#include <delist/service_desk.h>

#include "idmap.h"
#include "pool.h"

/*
 * Investigations, in the files of the module; a case is short for one
 *
 *	service_intake.c   a mail comes in
 *	service_answer.c   a person does something
 *	service_notice.c   what is said to whoever wrote, and what became of it
 *
 * and below them
 *
 *	service_case.c	   rows in and out
 *	service_case_lines.c  what is kept in memory of them
 */

struct work;

enum {
	/* Cases that one call changes: one, and another that gives way. */
	SERVICE_CASES = 2,
	SERVICE_JOINS = 2 /* of its address, and of its sender */
};

/* What is known of a case without its row. */
struct case_slot {
	uint8_t id[16];
	uint64_t due;	  /* its deadline; 0: none */
	uint64_t waiting; /* its place in line; 0: it can't give way */
	uint64_t silent;  /* the same in the other line */
	int64_t outcome_s;
	uint32_t outcome_of; /* generation of that mail */
	uint8_t state;
	bool outbox;	 /* its mail is to be handed over (again) */
	uint8_t outcome; /* as of a request */
};

/*
 * The slots, their deadlines, and those where the sender's answer is waited
 * for: they give way where there are too many.
 */
struct cases {
	struct delist_pool slots;
	struct delist_idmap ids;
	struct delist_deadline *due;
	struct delist_deadline *waiting;
	/* Open, but nobody was told so: they give way after all others. */
	struct delist_deadline *silent;
	uint64_t in[DELIST_INVESTIGATION_STATES];
};

int delist_cases_init(struct cases *cases, const struct delist_alloc *alloc);
void delist_cases_fini(struct cases *cases);

/* Make room for the changes of one call: delist_case_publish() can't fail. */
int delist_cases_reserve(struct cases *cases);
void delist_case_publish(struct cases *cases,
    const struct delist_investigation *investigation, bool gone);

struct case_slot *delist_case_find(
    const struct cases *cases, const uint8_t id[16]);
void delist_case_wake(
    struct cases *cases, struct case_slot *slot, int64_t due_s);

/* The one that gives way first; NULL: none can. */
const struct case_slot *delist_case_oldest(struct cases *cases);

/* A row that a call has read, and what it made of it. */
struct work_case {
	struct delist_investigation at;
	uint64_t version;
	bool changed, gone;
	bool join; /* the newest of its address and of its sender */
	bool mail; /* hand its mail over after the commit */
};

/* The first of those that nobody was told of; it is the last one then. */
const struct case_slot *delist_case_next_silent(struct cases *cases);

/* A row that finds a case, as it was read. */
struct work_join {
	struct delist_record_key key;
	uint64_t version;
};

/* `at` is DELIST_INVESTIGATION_NONE where there is no row. */
int delist_work_get_case(
    struct work *work, struct work_case **out, const uint8_t id[16]);

/*
 * The newest case of an address or, where that is none, of a sender; NULL:
 * none is known.
 */
int delist_work_find_case(struct work *work, struct work_case **out,
    const struct delist_addr *addr, const struct delist_mailbox *sender);
int delist_row_case(const struct delist_service *service,
    struct delist_investigation *investigation, const uint8_t id[16]);

/* Step it, and note what became of it. */
int delist_work_step_case(struct work *work, unsigned *todo,
    struct work_case *one, const struct delist_event *ev);
void delist_audit_case(struct work *work,
    const struct delist_investigation *before,
    const struct delist_investigation *after, int event, unsigned todo);

/* Its rows, into the batch. */
int delist_case_put(struct work *work, const struct work_case *one);

/* ---- service_notice.c ---- */

/* Whether the mailer has it, or is to get it, and nothing is known of it. */
bool delist_notice_waits(const struct delist_investigation *investigation);

/* Whether a catalogue has all notices, and they fit the letters' room. */
int delist_notice_try(struct delist_service *service, uint8_t language);

/* Whether it has any: else nobody is answered. */
bool delist_notice_known(
    const struct delist_service *service, uint8_t language);

/* Hand the newest mail of a case over, and store what became of it. */
void delist_notice_send(struct delist_service *service,
    const struct delist_investigation *investigation, int64_t now_s);

/* An outcome that the mailer tells later; DELIST_ETOKEN: no such case. */
int delist_notice_result(struct delist_service *service, const uint8_t id[16],
    uint32_t generation, int outcome, int64_t now_s);

/* What is due next of all cases; false: nothing is. */
bool delist_case_tick(
    struct delist_service *service, int *result, int64_t now_s);

#endif
