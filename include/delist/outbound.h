/* SPDX-License-Identifier: ISC */
#ifndef DELIST_OUTBOUND_H
#define DELIST_OUTBOUND_H

#include <stdbool.h>
#include <stdint.h>

#include <delist/error.h>
#include <delist/event.h>
#include <delist/limit.h>
#include <delist/policy.h>

/*
 * Outbound: how much a sender of ours may send
 *
 *	    80 % used           a mail too many
 *	ok ----------> warned -----------------> restricted --+
 *	^ ^               |  (from ok as well)     | release  | release,
 *	| +-- under 80 % -+                        v          | 3 in 30 d
 *	+---- under 80 %, and 1 h later ------- releasing     | before
 *	                                           ^          v
 *	                                           +-------- held
 *	                                        by an operator
 *
 * Mail that a stolen account sends puts the IP that it leaves from on other
 * people's lists.  So recipients are counted per hour and day, once for the
 * sender and once for the tenant, each with a struct of its own.  A mail that
 * would pass a limit is refused whole (550 5.1.8) and so is all that follows,
 * until somebody released the sender.  The limits hold throughout: a release
 * ends only when the counters are under the warning again.
 *
 * An outbound is a plain value: copy it with `=`.  Zeroed is ok, for a sender;
 * for a tenant set the scope as well.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum delist_outbound_scope {
	DELIST_OUTBOUND_SENDER = 0, /* policy->outbound_sender_* */
	DELIST_OUTBOUND_TENANT = 1, /* policy->outbound_tenant_* */
	DELIST_OUTBOUND_SCOPES = 2  /* how many there are */
};

enum delist_outbound_state {
	DELIST_OUTBOUND_OK = 0,
	DELIST_OUTBOUND_WARNED = 1,
	DELIST_OUTBOUND_RESTRICTED = 2, /* refused */
	DELIST_OUTBOUND_RELEASING = 3,	/* refused, for a while */
	DELIST_OUTBOUND_HELD = 4,	/* refused, until an operator helps */
	DELIST_OUTBOUND_STATES = 5	/* how many there are */
};

/* Appended to, never reordered. */
enum delist_outbound_kind {
	DELIST_OUTBOUND_EVENT_NONE = 0,
	DELIST_OUTBOUND_EVENT_DUE = 1,	   /* a due time was reached */
	DELIST_OUTBOUND_EVENT_SEND = 2,	   /* a mail: recipients */
	DELIST_OUTBOUND_EVENT_RELEASE = 3, /* let it send: by_operator */
	/* Something else than its volume speaks against it: by_operator */
	DELIST_OUTBOUND_EVENT_RESTRICT = 4,
	DELIST_OUTBOUND_EVENT_KINDS = 5 /* how many there are */
};

/* An event of its own: this machine counts, and needs no other facts. */
struct delist_outbound_event {
	uint8_t kind;	     /* enum delist_outbound_kind */
	bool by_operator;    /* false: the sender's side, or a program */
	uint32_t recipients; /* of the mail; 0 is always fine */
};

struct delist_outbound {
	uint8_t state;		      /* enum delist_outbound_state */
	uint8_t scope;		      /* enum delist_outbound_scope */
	struct delist_limit hour;     /* recipients */
	struct delist_limit day;      /* recipients */
	struct delist_limit releases; /* operators' too */
	bool used;		      /* false: there is nothing to store */
	int64_t since_s;	      /* when the state began */
	int64_t due_s;
};

/*
 * Take one event.  On DELIST_OK *next is the outbound after it and *todo what
 * is to be done (enum delist_todo): REFUSE the mail at hand, WARN the sender,
 * REVIEW by a person, PURGE the row.  What is so already gives
 * DELIST_TODO_ALREADY; what does not matter leaves it as it is, with *todo 0.
 * `next` may be `cur`.
 *
 * A mail takes a step for its sender and one for its tenant.  If either says
 * REFUSE, the mail is refused, and only the steps that said so are stored:
 * the other would count what is not sent.
 *
 *	DELIST_EINVAL	the policy, the state, the scope or the event is none
 *	DELIST_ESTATE	DELIST_OUTBOUND_EVENT_NONE
 *
 * On any error *next and *todo are as they were.  Pure; any thread.
 */
DELIST_API int delist_outbound_step(struct delist_outbound *next,
    unsigned *todo, const struct delist_outbound *cur,
    const struct delist_outbound_event *ev, const struct delist_policy *policy,
    int64_t now_s);

/* Any mail is refused: restricted, releasing or held. */
DELIST_API bool delist_outbound_refuses(const struct delist_outbound *outbound);

/* To how many recipients a mail may go now; 0 where any is refused. */
DELIST_API uint32_t delist_outbound_left(const struct delist_outbound *outbound,
    const struct delist_policy *policy, int64_t now_s);

/* When to send DELIST_OUTBOUND_EVENT_DUE; INT64_MAX: never. */
DELIST_API int64_t delist_outbound_due_s(
    const struct delist_outbound *outbound);

/* "ok", "warned" ...; "unknown" for none.  Static text. */
DELIST_API const char *delist_outbound_state_name(int state);

/* "due", "send" ...; "unknown" for none.  Static text. */
DELIST_API const char *delist_outbound_event_name(int kind);

#ifdef __cplusplus
}
#endif

#endif
