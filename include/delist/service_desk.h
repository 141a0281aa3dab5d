/* SPDX-License-Identifier: ISC */
#ifndef DELIST_SERVICE_DESK_H
#define DELIST_SERVICE_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/audit.h>
#include <delist/error.h>
#include <delist/investigation.h>
#include <delist/listing.h>
#include <delist/record.h>
#include <delist/request.h>
#include <delist/service.h>
#include <delist/text.h>

/*
 * The operator's desk of a service
 *
 * Behind <delist/service.h>, which MTA and portal use, is what persons do:
 * they answer whoever writes to the delist mailbox, and look through what is
 * there.  Its rules are those of that header: one thread, times that are
 * given, a failed call that changed nothing.
 */

#ifdef __cplusplus
extern "C" {
#endif

/* ---- mail to the delist mailbox ---- */

/* A mail as it came in. */
struct delist_intake {
	uint32_t size;		   /* sizeof(struct delist_intake) */
	struct delist_text sender; /* of the envelope, without <>; or empty */
	struct delist_text mail;   /* header and body, whatever ends lines */
	uint8_t language;	   /* of the answers: index of the catalogue */
};

enum delist_intake_result {
	/* A person has to look into it: an investigation is open. */
	DELIST_INTAKE_OPENED = 1,
	DELIST_INTAKE_NEEDS_INFO = 2, /* code or IP is missing: asked for */
	DELIST_INTAKE_REDIRECTED = 3, /* the portal would do: said so */
	DELIST_INTAKE_JOINED = 4,     /* one more of an investigation */
	/* It says nothing, and whoever sent it can't be asked. */
	DELIST_INTAKE_IGNORED = 5
};

struct delist_intake_answer {
	uint8_t result;		 /* enum delist_intake_result */
	bool replied;		 /* an answer goes out */
	uint16_t code;		 /* as found: 511, 606 to 649; 0: none */
	struct delist_addr addr; /* as found; or none */
	uint8_t id[16];		 /* of the investigation; zero: none */
};

/*
 * Take a mail to the delist mailbox: somebody forwards the bounce that they
 * got.  With code 511 and an address an investigation is opened (or joined,
 * where one is open or was answered within policy.join_s) and acknowledged
 * once; where something is missing it is asked for; a code of the portal's is
 * sent there.  See <delist/investigation.h>.
 *
 * Answers go to the envelope's sender only, within the limits of mail, and
 * never to what RFC 3834 forbids: delist_letter_may_answer().  A catalogue
 * without notices answers nobody.
 *
 * Nothing in the mail is believed: it changes no list.  It may have any size;
 * work is linear in it.  Where there are policy.pending_max investigations,
 * one that waits for its sender gives way, or else one that is open, was
 * never answered in any way, and is about an address that is not blocked.
 *
 *	DELIST_EINVAL	size is unknown; no such language
 *	DELIST_EAGAIN	there are policy.pending_max investigations that
 *			nobody answered, and none gives way: let the mail be
 *			sent again later
 *	and as delist_service_block(); *answer is then as it was
 */
DELIST_API int delist_service_intake(struct delist_service *service,
    struct delist_intake_answer *answer, const struct delist_intake *intake,
    int64_t now_s);

/* What a person does about an investigation. */
struct delist_answer {
	uint32_t size;	/* sizeof(struct delist_answer) */
	uint8_t id[16]; /* which */
	uint8_t event;	/* DELIST_EVENT_ASSIGN, _NOTE or _ANSWER */
	/* ANSWER: DELIST_NOTICE_DELISTED, _DENIED, _NEED_INFO, _NOT_LISTED */
	uint8_t notice;
	struct delist_text person; /* who; ASSIGN: to whom; 1 to 32 bytes */
	/*
	 * NOTE: for the audit; DENIED: the reason; NEED_INFO: the question,
	 * one line of up to 64 bytes.  The others may have none.
	 */
	struct delist_text text;
};

/*
 * Do it.  An answer is mailed; DELISTED lifts the block in the same commit,
 * or makes an exception under a range.  *investigation is as it is then;
 * *already: it was so before.  What was listed again since is lifted again.
 *
 *	DELIST_EINVAL	size is unknown; no such event or notice; no person;
 *			a text that is missing, too long, or has a control
 *			character
 *	DELIST_ESTATE	there is no such investigation; it can't be answered
 *			so now: its address is not known, is not blocked
 *			(DELISTED) or is (NOT_LISTED), or it is over
 *	and as delist_service_block(); the outputs are then as they were
 */
DELIST_API int delist_service_answer(struct delist_service *service,
    struct delist_investigation *investigation, bool *already,
    const struct delist_answer *answer, int64_t now_s);

/* ---- many changes at once ---- */

/*
 * Where a store waits for its disk, commits can share the wait: an import, or
 * a withdrawal, is many times as fast.  After hold() a call that returns
 * DELIST_OK is provisional.  No mail goes out, no event is told, and
 * delist_service_check() answers as before, until sync() is DELIST_OK: then
 * all of it is stored, shown and told, and mails go out with the next
 * delist_service_tick(), which is DELIST_EAGAIN during a hold.  Calls that ask
 * what is blocked see the set as it was, so a hold is for the operator's
 * changes more than for the portal's.
 *
 *	DELIST_EREADONLY	(and what else the store says) of sync():
 *				none of the held calls may be relied upon.
 *				The service changes, reads and tells nothing
 *				any more, and checks as before the hold: open
 *				it again.
 *	DELIST_ENOMEM		of hold(): what the last one left can't be
 *				shown yet
 *
 * hold() twice is one hold; sync() without one is DELIST_OK.  Closing a
 * service syncs its store, without telling how that went.  A store that can't
 * hold commits one by one.
 */
DELIST_API int delist_service_hold(struct delist_service *service);
DELIST_API int delist_service_sync(struct delist_service *service);

/* ---- a source that errs ---- */

/* How far it is; zeroed: at the start. */
struct delist_purge {
	struct delist_cursor cursor;
	uint64_t withdrawn; /* listings that lost evidence by it */
	uint64_t unread;    /* rows that can't be read, and were left out */
	bool done;
};

/*
 * Withdraw all evidence of a source: what it alone listed is listed no more,
 * without a strike, and what others list as well stays.  Looks at `max` rows;
 * call it until purge->done.  Each listing is a commit of its own, or part of
 * delist_service_hold().  Where it fails, *purge says how far it came: call it
 * again.  It may be begun anew at any time, as after a crash.
 *
 *	DELIST_EINVAL	the source has not 1 to 32 bytes; *purge is none
 *	and as delist_service_block()
 */
DELIST_API int delist_service_purge_source(struct delist_service *service,
    struct delist_purge *purge, struct delist_text source, size_t max,
    int64_t now_s);

/* ---- servers that refuse by the set ---- */

enum {
	DELIST_SERVICE_NODES = 256 /* that are registered */
};

/*
 * The generation of the set of blocks: one more with each commit that changes
 * it.
 *
 *	what the store says; *generation is then as it was
 */
DELIST_API int delist_service_generation(
    const struct delist_service *service, uint64_t *generation);

/*
 * A node (1 to 32 bytes of a name) says which generation of the set it serves.
 * With the first word it is registered, and from then on a removal is under
 * way (DELIST_LISTING_LIFTING) until all nodes serve a set without the block,
 * or for policy.effective_s: then it is effective, with the measured delay in
 * the audit.  delist_service_tick() says so, one listing a commit.  Where no
 * node is registered a removal is effective at once.
 *
 *	DELIST_EINVAL	the name is empty or too long
 *	DELIST_ENOSPC	DELIST_SERVICE_NODES are registered
 *	and as delist_service_block()
 */
DELIST_API int delist_service_ack(struct delist_service *service,
    struct delist_text node, uint64_t generation, int64_t now_s);

/* Forget a node: nothing waits for it any more.  *left: it was registered. */
DELIST_API int delist_service_forget_node(struct delist_service *service,
    bool *left, struct delist_text node, int64_t now_s);

/* ---- list pages ---- */

/*
 * The next listing (of a kind, in the order of delist_prefix_compare()), the
 * next request, investigation, node or audit; *found says whether there is one.
 * What is changed while somebody turns pages is shown as it is by then, or
 * not at all.
 *
 * Requests and investigations are in no order that means anything; audits are
 * in that of their time, and delist_cursor_since() begins with those of at_s.
 *
 *	DELIST_EINVAL	no such kind, or a cursor that is none
 *	DELIST_ECORRUPT, DELIST_EVERSION
 *			the row can't be read; *cursor is behind it, so that
 *			the same call goes on (where it is as it was, the
 *			store can't tell which row it is)
 *	and what the store says; all other outputs are then as they were
 */
DELIST_API int delist_service_next_listing(const struct delist_service *service,
    bool *found, struct delist_listing *listing, struct delist_cursor *cursor,
    int kind);
DELIST_API int delist_service_next_request(const struct delist_service *service,
    bool *found, struct delist_request *request, struct delist_cursor *cursor);
DELIST_API int delist_service_next_investigation(
    const struct delist_service *service, bool *found,
    struct delist_investigation *investigation, struct delist_cursor *cursor);
DELIST_API int delist_service_next_node(const struct delist_service *service,
    bool *found, struct delist_node *node, struct delist_cursor *cursor);
DELIST_API int delist_service_next_audit(const struct delist_service *service,
    bool *found, struct delist_audit *audit, struct delist_cursor *cursor);
DELIST_API void delist_cursor_since(struct delist_cursor *cursor, int64_t at_s);

/*
 * One of them, by its id.  The outputs are as they were where there is none.
 *
 *	errors as above
 */
DELIST_API int delist_service_request(const struct delist_service *service,
    bool *found, struct delist_request *request, const uint8_t id[16]);
DELIST_API int delist_service_investigation(
    const struct delist_service *service, bool *found,
    struct delist_investigation *investigation, const uint8_t id[16]);

/*
 * How many there are in each state, as this service knows it: what another
 * one on the same store did since this one was opened is not in it.
 */
struct delist_service_stats {
	uint32_t size; /* sizeof(struct delist_service_stats) */
	/* By enum delist_listing_kind and delist_listing_state. */
	uint64_t listings[3][4];
	uint64_t requests[12];	    /* by enum delist_request_state */
	uint64_t investigations[8]; /* by enum delist_investigation_state */
};

/*
 *	DELIST_EINVAL	size is not one that the library knows
 */
DELIST_API int delist_service_stats(
    const struct delist_service *service, struct delist_service_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
