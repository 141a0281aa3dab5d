/* SPDX-License-Identifier: ISC */
#ifndef DELIST_INVESTIGATION_H
#define DELIST_INVESTIGATION_H

#include <stdbool.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>
#include <delist/event.h>
#include <delist/mailbox.h>
#include <delist/policy.h>

/*
 * An investigation: removal by mail to a person (code 511)
 *
 *	          code and IP        assign, note
 *	intake -------------> open -------------> review
 *	  |  one is missing    ^ |                  |
 *	  +--> needs-info -----+ +----- answer -----+
 *	  |      |  ^  the rest        |         |
 *	  |      |  +---- need-info ---+         +--> resolved
 *	  |      v 14 d                                 |
 *	  |    expired ------------ 90 d ---------------+--> purged
 *	  |  606 to 649                                 |
 *	  +--> redirected ------------------------------+
 *
 * Somebody forwards the bounce that they got.  If it holds code and IP, the
 * mail is acknowledged, once, and a person has to answer; if it does not, one
 * reply asks for it; if the portal would do, one reply says so.  Such replies
 * are automatic (RFC 3834): they go out only where the mail that came in is
 * not automatic itself, and where limits have room.
 *
 * What is late is told three times: due-soon, overdue, must-answer.  It stays
 * open until a person answers.  Other mails about the IP join it: while it is
 * open, and for 7 d after the answer.
 *
 * An answer that asks for more goes to needs-info and not to resolved: what
 * the sender then writes opens it again, where a person reads it.
 *
 * A bounce is written by strangers, so it never changes a list: only a
 * person's answer does.  An investigation is a plain value: copy it with `=`.
 * Zeroed is none.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum delist_investigation_state {
	DELIST_INVESTIGATION_NONE = 0,
	DELIST_INVESTIGATION_NEEDS_INFO = 1, /* the sender's turn */
	DELIST_INVESTIGATION_OPEN = 2,	     /* nobody has looked at it */
	DELIST_INVESTIGATION_REVIEW = 3,     /* somebody has */
	DELIST_INVESTIGATION_RESOLVED = 4,
	DELIST_INVESTIGATION_REDIRECTED = 5, /* to the portal */
	DELIST_INVESTIGATION_EXPIRED = 6,    /* what was missing never came */
	DELIST_INVESTIGATION_PURGED = 7,     /* without personal data */
	DELIST_INVESTIGATION_STATES = 8	     /* how many there are */
};

/* How late the answer is; each stage but the first asks for a person. */
enum delist_investigation_stage {
	DELIST_STAGE_IN_TIME = 0,
	DELIST_STAGE_DUE_SOON = 1,
	DELIST_STAGE_OVERDUE = 2,
	DELIST_STAGE_MUST_ANSWER = 3
};

/* What became of the newest mail. */
enum delist_investigation_mail {
	DELIST_INVESTIGATION_NO_MAIL = 0,
	DELIST_INVESTIGATION_MAIL_PENDING = 1,
	DELIST_INVESTIGATION_MAIL_ACCEPTED = 2,
	DELIST_INVESTIGATION_MAIL_FAILED = 3
};

struct delist_investigation {
	uint8_t id[16];
	uint8_t state;		 /* enum delist_investigation_state */
	uint8_t stage;		 /* enum delist_investigation_stage */
	uint8_t notice;		 /* enum delist_notice: the newest mail's */
	uint8_t mail;		 /* enum delist_investigation_mail */
	uint8_t answer;		 /* enum delist_notice: the newest answer */
	uint8_t language;	 /* of its mails */
	uint16_t code;		 /* 511, 606 to 649; 0: not known */
	uint32_t intakes;	 /* mails that came in */
	uint32_t generation;	 /* of the newest mail, from 1; 0: none */
	uint32_t tries;		 /* of it, delayed ones */
	struct delist_addr addr; /* the IP; DELIST_NOADDR: not known */
	struct delist_mailbox mailbox; /* who gets the mails; none: nobody */
	char message_id[128];	       /* of its newest mail; counted */
	char assignee[32];	       /* counted; unused bytes are 0 */
	char reason[64];	       /* of the newest answer; alike */
	uint8_t message_id_len;	       /* 0: none */
	uint8_t assignee_len;
	uint8_t reason_len;
	int64_t created_s;
	int64_t opened_s;     /* the newest time that it became open */
	int64_t due_s[3];     /* open, review: when each stage begins */
	int64_t asked_s;      /* when the newest mail was asked for: its Date */
	int64_t next_try_s;   /* send the mail again; INT64_MAX: it is out */
	int64_t expires_s;    /* needs-info: the end of waiting */
	int64_t resolved_s;   /* when it was answered */
	int64_t join_until_s; /* resolved: when mails no longer join */
	int64_t purge_s;      /* over: the end of personal data */
};

/*
 * Take one event.  On DELIST_OK *next is the investigation after it and *todo
 * what is to be done (enum delist_todo): MAIL sends `notice` to `mailbox` in
 * answer to `message_id`, REVIEW asks for a person (late, an answer that did
 * not arrive, or a mail after the answer), LIFT and EXCEPT remove the block.
 * One that waited for its sender until its date is expired to any event.  An
 * event that does not matter now leaves it as it is, with *todo 0; a repeated
 * answer gives DELIST_TODO_ALREADY, unless it is DELISTED and the address was
 * listed again since: then it is done again.  `next` may be `cur`.
 *
 * The caller finds the investigation that a mail belongs to, by its IP, else
 * by its sender (delist_investigation_joins()); where there is none, it
 * begins with a zeroed one.
 *
 *	DELIST_EINVAL	the policy, the state or the event is none; the mail
 *			is about another IP, or its Message-ID over 128 bytes
 *			or not printable; a person without a name, or a
 *			note, denial or question without a text; a text with a
 *			control character; an answer that is none
 *	DELIST_ERANGE	code is not 511 or 606 to 649
 *	DELIST_ESTATE	the event does not fit the state: to be answered, the
 *			IP must be known, and be covered for delisted and not
 *			covered for not-listed
 *	DELIST_ETOKEN	a failed mail whose MAC is wrong
 *	DELIST_EEXPIRED	a mail comes in, and this one is over: begin another
 *
 * On any error *next and *todo are as they were.  Pure; any thread.
 */
DELIST_API int delist_investigation_step(struct delist_investigation *next,
    unsigned *todo, const struct delist_investigation *cur,
    const struct delist_event *ev, const struct delist_policy *policy,
    int64_t now_s);

/* Whether a mail about its IP, or of its sender, is one more of this. */
DELIST_API bool delist_investigation_joins(
    const struct delist_investigation *investigation, int64_t now_s);

/* When to send DELIST_EVENT_DUE; INT64_MAX: never. */
DELIST_API int64_t delist_investigation_due_s(
    const struct delist_investigation *investigation);

/* "needs-info", "open" ...; "unknown" for none.  Static text. */
DELIST_API const char *delist_investigation_state_name(int state);

/* "in-time", "due-soon" ...; "unknown" for none.  Static text. */
DELIST_API const char *delist_investigation_stage_name(int stage);

#ifdef __cplusplus
}
#endif

#endif
