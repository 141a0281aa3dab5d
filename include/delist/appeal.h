/* SPDX-License-Identifier: ISC */
#ifndef DELIST_APPEAL_H
#define DELIST_APPEAL_H

#include <stdbool.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>
#include <delist/event.h>
#include <delist/policy.h>
#include <delist/verdict.h>

/*
 * An appeal: an IP of our own is blocked at another provider
 *
 *	blocked                done          delivered
 *	  +------> to-request ------> waiting ------> cleared --> none
 *	  |            ^   |           | | ^             |   30 d
 *	  |  fixed     |   | now 511   | | |             | blocked
 *	  |  recurring-+   v           | | | done        v in 30 d
 *	  +------> to-mail <-----------+ | |          recurring
 *	               |      blocked    | |
 *	               +--- done --------|-+
 *	                                 v |
 *	                              escalated
 *
 * From the first bounce to the first accepted delivery, for one IP at one
 * provider: whatever bounces meanwhile belongs to the same task, so nobody is
 * asked twice.  Blocked again after the wait, the next rung is taken: the
 * portal twice, then a mail, then a person.  A block of code 511 is never for
 * the portal, and one that becomes so goes to mail at once.  A delivery clears
 * it wherever it stands, and what is never seen again is forgotten.
 *
 * Bounces and log lines come late and out of order, so an event says when its
 * fact happened: a bounce from during the wait, or a delivery from before the
 * newest bounce, changes nothing.
 *
 * An appeal is a plain value: copy it with `=`.  Zeroed is none.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum delist_appeal_state {
	DELIST_APPEAL_NONE = 0,
	DELIST_APPEAL_TO_REQUEST = 1, /* somebody has to ask, at the contact */
	DELIST_APPEAL_TO_MAIL = 2,    /* the mail with the NDR has to go out */
	DELIST_APPEAL_WAITING = 3,
	DELIST_APPEAL_ESCALATED = 4, /* all was tried: a person decides */
	DELIST_APPEAL_CLEARED = 5,
	DELIST_APPEAL_RECURRING = 6, /* fix the cause first */
	DELIST_APPEAL_STATES = 7     /* how many there are */
};

/* Appended to, never reordered. */
enum delist_appeal_kind {
	DELIST_APPEAL_EVENT_NONE = 0,
	DELIST_APPEAL_EVENT_DUE = 1, /* a due time was reached */
	/* A bounce: all fields.  The newest cls and remedy decide. */
	DELIST_APPEAL_EVENT_BLOCKED = 2,
	DELIST_APPEAL_EVENT_DELIVERED = 3, /* from that IP, there: at_s */
	/* A person lets the mail go out: within_limits */
	DELIST_APPEAL_EVENT_APPROVED = 4,
	DELIST_APPEAL_EVENT_DONE = 5,	/* asked, or mailed */
	DELIST_APPEAL_EVENT_FAILED = 6, /* it cannot be, or was turned down */
	DELIST_APPEAL_EVENT_FIXED = 7,	/* the cause of a recurring block */
	DELIST_APPEAL_EVENT_DISMISSED = 8, /* a person drops it */
	DELIST_APPEAL_EVENT_KINDS = 9	   /* how many there are */
};

/*
 * An event of its own: of what listings and requests are told, appeals need
 * nothing.  Zero it, set `kind`, then the fields that the kind names.
 */
struct delist_appeal_event {
	uint8_t kind;		 /* enum delist_appeal_kind */
	uint8_t cls;		 /* enum delist_class: one of the IP blocks */
	uint8_t remedy;		 /* enum delist_remedy */
	bool auto_mail;		 /* the host lets mails go without a person */
	bool within_limits;	 /* one more mail keeps the host's limits */
	char provider[32];	 /* who blocks; counted, unused bytes are 0 */
	uint8_t provider_len;	 /* 1..32 */
	uint8_t id[16];		 /* random, of the first bounce: the mails' */
	struct delist_addr addr; /* our IP */
	int64_t at_s; /* when it happened; 0 and the future are now */
};

struct delist_appeal {
	uint8_t id[16];
	uint8_t state;	/* enum delist_appeal_state */
	uint8_t cls;	/* enum delist_class */
	uint8_t remedy; /* enum delist_remedy */
	bool by_mail;	/* code 511 was seen in this block */
	bool approved;	/* to-mail: the mail may go out */
	bool checked;	/* waiting: a delivery was asked for */
	char provider[32];
	uint8_t provider_len;
	struct delist_addr addr;
	uint32_t requests;    /* how often a contact was asked, this block */
	uint32_t mails;	      /* and mailed */
	uint32_t generation;  /* of the newest mail, from 1 */
	uint32_t bounces;     /* in this block */
	uint32_t times;	      /* blocks: 1, and 1 for each recurrence */
	int64_t blocked_s;    /* the first bounce of this block */
	int64_t bounced_s;    /* the newest */
	int64_t asked_s;      /* when it was last asked or mailed */
	int64_t wait_until_s; /* waiting: a bounce before it says nothing */
	int64_t cleared_s;
	int64_t expires_s; /* cleared: no longer recurring; else: forgotten */
};

/*
 * Take one event.  On DELIST_OK *next is the appeal after it and *todo what is
 * to be done (enum delist_todo): TASK asks a person for what the state says,
 * MAIL sends the mail of `generation` (after it, DONE or FAILED), CHECK tries
 * a delivery, PURGE forgets the row.  What belongs to a task that is there
 * gives DELIST_TODO_ALREADY, with its counts and times brought up to date;
 * what does not matter leaves the appeal as it is, with *todo 0.
 * `next` may be `cur`.
 *
 *	DELIST_EINVAL	the policy, the state or the event is none; a bounce
 *			of another class, without IP or provider, or of
 *			others than the appeal's
 *	DELIST_ESTATE	the event does not fit the state
 *	DELIST_EAGAIN	the mail may not go out yet: limits
 *
 * On any error *next and *todo are as they were.  Pure; any thread.
 */
DELIST_API int delist_appeal_step(struct delist_appeal *next, unsigned *todo,
    const struct delist_appeal *cur, const struct delist_appeal_event *ev,
    const struct delist_policy *policy, int64_t now_s);

/* It is blocked, as far as we know: neither none nor cleared. */
DELIST_API bool delist_appeal_open(const struct delist_appeal *appeal);

/*
 * The days of the newest block, begun ones counted: up to the delivery that
 * cleared it, or up to now_s.  0 for none.
 */
DELIST_API int64_t delist_appeal_days(
    const struct delist_appeal *appeal, int64_t now_s);

/* When to send DELIST_APPEAL_EVENT_DUE; INT64_MAX: never. */
DELIST_API int64_t delist_appeal_due_s(const struct delist_appeal *appeal);

/* "to-request", "waiting" ...; "unknown" for none.  Static text. */
DELIST_API const char *delist_appeal_state_name(int state);

/* "blocked", "delivered" ...; "unknown" for none.  Static text. */
DELIST_API const char *delist_appeal_event_name(int kind);

#ifdef __cplusplus
}
#endif

#endif
