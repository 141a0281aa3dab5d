/* SPDX-License-Identifier: ISC */
#ifndef DELIST_REQUEST_H
#define DELIST_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>
#include <delist/event.h>
#include <delist/limit.h>
#include <delist/mailbox.h>
#include <delist/policy.h>

/*
 * A request to be delisted, by self-service
 *
 *	submit -> mail-pending -> mail-sent -> applied -> effective
 *	             |  ^ resend __|  |           |          |
 *	             |                |           +----------+-> relisted
 *	             +----------------+-> mail-failed, cancelled, expired
 *	submit -> refused-investigate, not-listed
 *	all but the open ones and none -> purged, after 90 d
 *
 * One request is for one mailbox and one address.  Open is mail-pending and
 * mail-sent.  A token's life starts when the mailer accepted its mail, and
 * the token of an older mail stays good until a newer one is accepted.
 * Looking at a link changes nothing, and a confirmation may be repeated:
 * mail scanners follow links, and some POST.
 *
 * What submit answers depends on the address alone, so where a limit or a
 * suppression forbids the mail the request still is mail-pending; it is muted:
 * no mail goes out, and it expires like one that was not confirmed.
 *
 * A request is a plain value: copy it with `=`.  Zeroed is none.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum delist_request_state {
	DELIST_REQUEST_NONE = 0,
	DELIST_REQUEST_MAIL_PENDING = 1, /* the mail is still to be accepted */
	DELIST_REQUEST_MAIL_SENT = 2,	 /* waits to be confirmed */
	DELIST_REQUEST_APPLIED = 3,	 /* confirmed: the listing is lifting */
	DELIST_REQUEST_EFFECTIVE = 4,	 /* all nodes know */
	DELIST_REQUEST_RELISTED = 5,	 /* and listed again since */
	DELIST_REQUEST_MAIL_FAILED = 6,
	DELIST_REQUEST_CANCELLED = 7, /* "this was not me" */
	DELIST_REQUEST_EXPIRED = 8,
	DELIST_REQUEST_REFUSED_INVESTIGATE = 9, /* code 511: by mail */
	DELIST_REQUEST_NOT_LISTED = 10,
	DELIST_REQUEST_PURGED = 11, /* without the mailbox */
	DELIST_REQUEST_STATES = 12  /* how many there are */
};

struct delist_request {
	uint8_t id[16];		  /* random: the token's */
	uint8_t state;		  /* enum delist_request_state */
	uint8_t kid;		  /* key of the newest mail's token */
	uint8_t language;	  /* of its mails, a number of the host's */
	bool muted;		  /* open, but the newest mail never goes out */
	uint32_t tries;		  /* of the newest mail, delayed ones */
	uint32_t resends;	  /* mails asked for after the first */
	uint32_t generation;	  /* of the newest mail, from 1 */
	uint32_t sent_generation; /* of the newest accepted; 0: none */
	struct delist_addr addr;
	struct delist_mailbox mailbox;
	int64_t created_s;
	int64_t asked_s;	/* when the newest mail was asked for */
	int64_t next_try_s;	/* pending: send again; INT64_MAX: it is out */
	int64_t mail_sent_s;	/* when sent_generation was accepted */
	int64_t sent_expires_s; /* end of sent_generation's token */
	int64_t expires_s;	/* open: the end of waiting */
	int64_t applied_s;
	int64_t effective_s;
	int64_t purge_s;	     /* not open: the end of personal data */
	uint64_t listing_generation; /* of the set, the first without it */
	uint8_t status_id[16]; /* of the newest that joined it; zero: none */
};

/*
 * Take one event.  On DELIST_OK *next is the request after it and *todo what
 * is to be done (enum delist_todo).  A request that is over by its date is
 * expired to any event but a look.  An event that does not matter now leaves
 * the request as it is, with *todo 0: a look, a result for a mail that is no
 * longer the newest, a resend that is too soon or one too many.  A repeated
 * confirmation or cancellation gives DELIST_TODO_ALREADY.
 * `next` may be `cur`.
 *
 *	DELIST_EINVAL	the policy, the state or the event is none, or a
 *			submit has no mailbox or address
 *	DELIST_ESTATE	the event does not fit the state; to be confirmed, the
 *			address must still be covered by self-service and the
 *			host's relation hook agree
 *	DELIST_ETOKEN	the MAC is wrong, or the token of another generation
 *	DELIST_EEXPIRED	the token's life, or the request, is over
 *	DELIST_EAGAIN	the cool-down is not over
 *
 * On any error *next and *todo are as they were.  Pure; any thread.
 */
DELIST_API int delist_request_step(struct delist_request *next, unsigned *todo,
    const struct delist_request *cur, const struct delist_event *ev,
    const struct delist_policy *policy, int64_t now_s);

/* mail-pending or mail-sent. */
DELIST_API bool delist_request_open(const struct delist_request *request);

/* When to send DELIST_EVENT_DUE; INT64_MAX: never. */
DELIST_API int64_t delist_request_due_s(const struct delist_request *request);

/* "mail-pending", "mail-sent" ...; "unknown" for none.  Static text. */
DELIST_API const char *delist_request_state_name(int state);

/*
 * What is remembered of one IP (an IPv6 /64): its self-service removals.
 * Zeroed is "none".
 */
struct delist_history {
	uint32_t count; /* in all */
	int64_t last_s; /* the newest */
	struct delist_limit self_delists;
};

/*
 * What is remembered of one mailbox: the mails to it, and how they fared.
 * Zeroed is "nothing".
 */
struct delist_standing {
	struct delist_limit mails;  /* by policy->mails_mailbox */
	struct delist_limit failed; /* by policy->failed_mails */
	int64_t suppressed_until_s; /* no mail before */
};

/*
 * The first time at which the IP may be removed again: INT64_MIN if it never
 * was; after removal n it is last_s + cooldown_s * 2^(n-1), capped.
 */
DELIST_API int64_t delist_history_cooldown_s(
    const struct delist_history *history, const struct delist_policy *policy);

/*
 * Count one removal.  false: one more than policy->self_delists, so the next
 * listing is for investigation; it is counted all the same.
 */
DELIST_API bool delist_history_take(struct delist_history *history,
    const struct delist_policy *policy, int64_t now_s);

#ifdef __cplusplus
}
#endif

#endif
