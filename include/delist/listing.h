/* SPDX-License-Identifier: ISC */
#ifndef DELIST_LISTING_H
#define DELIST_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>
#include <delist/event.h>
#include <delist/policy.h>

/*
 * The life of a listing
 *
 *	          list                 redeem, answer
 *	absent ---------> listed ----------------------> lifting
 *	  ^  ^  due, no    | ^ ^                          |  |
 *	  |  |  strikes    | | |   list: a strike         |  |
 *	  |  +-------------+ | +--------------------------+  |
 *	  |                  | list: a strike                | ack, or
 *	  |   30 d           |                               | effective-by
 *	  +----------- probation <---------------------------+
 *
 * One listing is for one prefix.  It holds evidence, one piece a source, and
 * ends when none is left.  What comes back during probation or while it is
 * being lifted, and was seen after the removal, is a strike: each makes
 * evidence count longer, and too many in a while turn the code into 511, which
 * no longer is for self-service.
 *
 * A listing is a plain value: copy it with `=`.  Zeroed is absent.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_LISTING_EVIDENCE = 4,	      /* sources a listing can hold */
	DELIST_LISTING_STRIKES = 8,	      /* strikes whose time is kept */
	DELIST_LISTING_CODE = 606,	      /* the default: self-service */
	DELIST_LISTING_CODE_INVESTIGATE = 511 /* by mail to a person */
};

/* Exceptions and allows have evidence and end, but are never redeemed. */
enum delist_listing_kind {
	DELIST_LISTING_BLOCK = 0,
	DELIST_LISTING_EXCEPTION = 1, /* a gap in a blocked range */
	DELIST_LISTING_ALLOW = 2      /* safe sender: beats any block */
};

enum delist_listing_state {
	DELIST_LISTING_ABSENT = 0,
	DELIST_LISTING_LISTED = 1,
	DELIST_LISTING_LIFTING = 2, /* gone here, perhaps not on all nodes */
	DELIST_LISTING_PROBATION = 3,
	DELIST_LISTING_STATES = 4 /* how many there are */
};

struct delist_listing {
	struct delist_prefix prefix;
	uint8_t kind;		/* enum delist_listing_kind */
	uint8_t state;		/* enum delist_listing_state */
	uint8_t evidences;	/* how many of evidence[] are in use */
	uint16_t code;		/* 511, 606 to 649: what the reply says */
	uint32_t strikes;	/* since it was last absent */
	int64_t strike_s[8];	/* when: strike n (from 0) is in [n % 8] */
	int64_t listed_s;	/* when it was last listed */
	int64_t lifted_s;	/* when its removal was asked for */
	int64_t effective_by_s; /* lifting: the end of waiting for nodes */
	/* When all nodes were known to serve it; less lifted_s: the delay. */
	int64_t effective_s;
	int64_t probation_until_s;
	uint64_t generation; /* of the set, the first without it */
	/* Who removed it, or asked for the exception; zero: no request. */
	uint8_t request_id[16];
	struct delist_evidence evidence[4];
};

/*
 * Take one event.  On DELIST_OK *next is the listing after it and *todo what
 * is to be done (enum delist_todo).  An event that does not matter now, such
 * as a due time that is not reached, leaves the listing as it is, with *todo
 * 0; a repeated removal gives DELIST_TODO_ALREADY.  `next` may be `cur`.
 *
 * A fifth source is refused, rather than an older one forgotten: mass
 * withdrawal by source would miss it.
 *
 *	DELIST_EINVAL		the policy, the state or the event is none, or
 *				prefix or kind is not the listing's
 *	DELIST_ESTATE		the event does not fit the state: to be
 *				removed, a block must be live, and for REDEEM
 *				self-service
 *	DELIST_ENOSPC		a fifth source
 *	DELIST_ERANGE		code is not 511 or 606 to 649
 *	DELIST_EWIDE, DELIST_EPROTECTED
 *				a block that delist_guard_check() refuses
 *
 * On any error *next and *todo are as they were.  Pure; any thread.
 */
DELIST_API int delist_listing_step(struct delist_listing *next, unsigned *todo,
    const struct delist_listing *cur, const struct delist_event *ev,
    const struct delist_policy *policy, int64_t now_s);

/* Listed, with evidence that counts at now_s, whoever called tick or not. */
DELIST_API bool delist_listing_live(
    const struct delist_listing *listing, int64_t now_s);

/*
 * The first second in which it no longer is live, if nothing happens before;
 * INT64_MIN if it is not listed, INT64_MAX if only a person ends it.
 */
DELIST_API int64_t delist_listing_live_until_s(
    const struct delist_listing *listing);

/* It is a block and live. */
DELIST_API bool delist_listing_blocks(
    const struct delist_listing *listing, int64_t now_s);

/* It is a block of a code that the portal removes. */
DELIST_API bool delist_listing_self_service(
    const struct delist_listing *listing);

/* When to send DELIST_EVENT_DUE; INT64_MAX: never. */
DELIST_API int64_t delist_listing_due_s(const struct delist_listing *listing);

/* "absent", "listed" ...; "unknown" for none.  Static text. */
DELIST_API const char *delist_listing_state_name(int state);

#ifdef __cplusplus
}
#endif

#endif
