/* SPDX-License-Identifier: ISC */
#ifndef DELIST_POLICY_H
#define DELIST_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/error.h>
#include <delist/guard.h>
#include <delist/limit.h>

/*
 * Settings
 *
 * Every time and limit that the machines know, in one plain struct.  To set
 * it up:
 *
 *	struct delist_policy policy;
 *
 *	delist_policy_init(&policy, sizeof policy);
 *
 * then change what should differ, and let delist_policy_check() look at the
 * whole.  Names that end in _s are seconds.  A const policy may be read on
 * any thread; `guard` may point to a table of the host's, which must live as
 * long.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_POLICY_WAITS = 4,   /* waits between the tries of one mail */
	DELIST_POLICY_STRIKES = 8, /* the most that strikes.max may be */
	DELIST_POLICY_DAY_S = 86400
};

struct delist_policy {
	uint32_t size;		   /* sizeof(struct delist_policy), by init */
	struct delist_guard guard; /* what may not be listed */

	/*
	 * How long evidence counts, by where it comes from (RFC 6471, 2.2.1:
	 * listings should expire).  What a machine found is soon stale, a
	 * trap hit sooner still; what a person listed stays until a person
	 * looks at it again.
	 */
	int64_t ttl_automatic_s; /* 7 d */
	int64_t ttl_trap_s;	 /* 24 h */
	int64_t review_manual_s; /* 90 d between two looks */
	uint32_t ttl_growth;	 /* 2: each strike multiplies the ttl */
	int64_t ttl_cap_s;	 /* 90 d: it grows no further */
	int64_t exception_s;	 /* 30 d: an exception under a range */

	/* After a removal: what comes back within this is a strike. */
	int64_t probation_s; /* 30 d */
	/* 3 in 30 d: then removal is by investigation (code 511) only. */
	struct delist_limit_rule strikes;

	/* All nodes serve a removal by then (the portal's promise). */
	int64_t effective_s; /* 24 h */

	/* Self-service removals of one IP: the first error is free. */
	struct delist_limit_rule self_delists; /* 3 in 30 d */
	int64_t cooldown_s;	/* 24 h after the first, doubled by each more */
	int64_t cooldown_cap_s; /* 30 d */

	/* Mails that strangers can cause (mail bombing through portals). */
	struct delist_limit_rule mails_mailbox;	  /* 3 in 24 h */
	struct delist_limit_rule mails_domain;	  /* 20 in 1 h */
	struct delist_limit_rule mails_submitter; /* 10 in 1 h; /32, /64 */
	struct delist_limit_rule mails_all;	  /* 1,000 in 1 h */
	uint32_t open_per_target; /* 3 open requests for one IP */
	uint32_t pending_max;	  /* 100,000 open in all: bounded memory */

	/* A person asks for the mail once more. */
	int64_t resend_spacing_s; /* 5 min */
	uint32_t resends_max;	  /* 3 */

	/* One mail that is delayed (RFC 5321, 4.5.4.1, but a token waits). */
	uint32_t mail_tries;	/* 5, at most DELIST_POLICY_WAITS + 1 */
	int64_t mail_wait_s[4]; /* 1, 5, 15, 60 min: after try 1, 2, 3, 4 */

	/* Addresses that get no more mail. */
	struct delist_limit_rule failed_mails; /* 2 in 30 d use it up */
	int64_t suppress_failed_s;	       /* 180 d */
	int64_t suppress_cancel_s;	       /* 180 d: "this was not me" */
	bool show_failed_mail; /* false: to the submitter, too */

	/*
	 * How long an investigation may take from the mail that opened it:
	 * the promise is an answer in 48 h (the delist mailbox's own words),
	 * and nobody waits for more than 7 d (RFC 6471, 2.2.3).
	 */
	int64_t due_soon_s;    /* 36 h: a quarter of the promise is left */
	int64_t overdue_s;     /* 48 h */
	int64_t must_answer_s; /* 7 d */
	int64_t needs_info_s;  /* 14 d for the sender to say what is missing */
	/* 7 d from the answer: another mail about the IP joins the old ones. */
	int64_t join_s;

	/*
	 * The sender's own blocks at other providers: a portal says that a
	 * removal takes up to 24 h, an investigation promises 48 h.
	 */
	int64_t appeal_request_wait_s; /* 24 h after a portal was asked */
	int64_t appeal_mail_wait_s;    /* 48 h after a mail, or a person */
	uint32_t appeal_requests;      /* 2 at the portal, */
	uint32_t appeal_mails;	       /* then 1 mail, then a person */
	/* 30 d: blocked again after so short a time, the cause is not gone. */
	int64_t appeal_recur_s;
	/* 30 d without a bounce or a delivery: nobody sends there any more. */
	int64_t appeal_forget_s;

	/*
	 * Recipients of what goes out, so that one stolen password does not
	 * put our own IPs on other people's lists.  A person writes to fewer
	 * than a sender may, and a tenant may be ten such people at once;
	 * newsletters want limits of their own.
	 */
	struct delist_limit_rule outbound_sender_hour; /* 500 in 1 h */
	struct delist_limit_rule outbound_sender_day;  /* 1,000 in 24 h */
	struct delist_limit_rule outbound_tenant_hour; /* 5,000 in 1 h */
	struct delist_limit_rule outbound_tenant_day;  /* 10,000 in 24 h */
	uint32_t outbound_warn_percent; /* 80, at most 100: of any of them */
	/* 1 h at least: whatever sent the mail may still be at it. */
	int64_t outbound_release_s;
	/* 3 in 30 d by the sender's own side, then an operator has to. */
	struct delist_limit_rule outbound_releases;

	int64_t token_life_s; /* 24 h from acceptance: greylisting */
	int64_t personal_s;   /* 90 d: then mailboxes are forgotten */
	int64_t audit_s;      /* 400 d: a year, and time to look at it */
};

/*
 * Fill in the defaults.  `size` is sizeof(struct delist_policy) where the
 * caller was compiled.
 *
 *	DELIST_EINVAL	size is not one that the library knows
 */
DELIST_API int delist_policy_init(struct delist_policy *policy, size_t size);

/*
 * Whether the settings make sense as a whole: every time is over 0, no cap is
 * under what it caps, ttl_growth, mail_tries and percentages are 1 or more,
 * what has an upper bound keeps it, what comes in steps comes in their order
 * (due-soon, overdue, must-answer), an appeal is not forgotten while it waits,
 * and audit outlives personal data.  A limit with a max
 * of 0 is allowed, save for strikes: it switches off what it limits.
 *
 *	DELIST_EINVAL	it is not so, or init was not called
 */
DELIST_API int delist_policy_check(const struct delist_policy *policy);

#ifdef __cplusplus
}
#endif

#endif
