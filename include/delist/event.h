/* SPDX-License-Identifier: ISC */
#ifndef DELIST_EVENT_H
#define DELIST_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/error.h>
#include <delist/mailbox.h>

/*
 * Events, and what is to be done about them
 *
 * A step (delist_listing_step(), delist_request_step() ...) takes one event and
 * asks nothing of anybody: what it must know of other machines, the caller
 * looks up first and puts into the event as facts.  Zero the struct, set
 * `kind`, then the fields that the kind names; a step reads no others.
 */

#ifdef __cplusplus
extern "C" {
#endif

/*
 * L: taken by listings, R: by requests, I: by investigations.  Appended to,
 * never reordered.
 */
enum delist_event_kind {
	DELIST_EVENT_NONE = 0,
	DELIST_EVENT_DUE = 1, /* L R I: a due time was reached */
	/*
	 * L: new evidence, or a renewal: prefix, code, listing_kind, origin,
	 * ttl_s, evidence (source, reason, at_s); for an exception, whose it
	 * is: request_id
	 */
	DELIST_EVENT_LIST = 2,
	DELIST_EVENT_WITHDRAW = 3, /* L: a source errs: evidence.source */
	DELIST_EVENT_UNLIST = 4,   /* L: the operator removes it */
	/*
	 * L: an investigation says delist: set_generation, request_id; I: a
	 * person answers: notice, covered, exact, suppressed, evidence
	 * (source: who; reason: what the mail says)
	 */
	DELIST_EVENT_ANSWER = 5,
	DELIST_EVENT_ACK = 6, /* L: all nodes serve set_generation */
	/*
	 * L: prefix, set_generation, request_id; R: mac_ok, generation,
	 * covered, self_service, exact, relation_ok, cooldown_until_s,
	 * set_generation
	 */
	DELIST_EVENT_REDEEM = 7,
	/*
	 * R: request_id, addr, mailbox, kid, language, covered,
	 * self_service, suppressed, within_limits
	 */
	DELIST_EVENT_SUBMIT = 8,
	DELIST_EVENT_MAIL_ACCEPTED = 9, /* R I: by the mailer: generation */
	DELIST_EVENT_MAIL_DELAYED = 10, /* R I: not now (4yz): generation */
	/* R I: refused or bounced: generation, mac_ok, within_limits */
	DELIST_EVENT_MAIL_FAILED = 11,
	DELIST_EVENT_INSPECT = 12,   /* R: looked at (GET): changes nothing */
	DELIST_EVENT_RESEND = 13,    /* R: kid, suppressed, within_limits */
	DELIST_EVENT_CANCEL = 14,    /* R: "this was not me": mac_ok */
	DELIST_EVENT_EVICT = 15,     /* R I: room is needed for a newer one */
	DELIST_EVENT_EFFECTIVE = 16, /* R: its listing left every node */
	DELIST_EVENT_RELISTED = 17,  /* R: its address is listed again */
	/*
	 * I: a mail came in: request_id, addr and code as found in it, mailbox
	 * (its envelope sender), message_id, language, may_answer, covered,
	 * self_service, suppressed, within_limits
	 */
	DELIST_EVENT_INTAKE = 18,
	DELIST_EVENT_ASSIGN = 19, /* I: evidence (source: to whom) */
	DELIST_EVENT_NOTE = 20,	  /* I: evidence (source: who; reason: what) */
	DELIST_EVENT_KINDS = 21	  /* how many there are */
};

/* What is said to whoever sent a mail in; DELISTED to NOT_LISTED by people. */
enum delist_notice {
	DELIST_NOTICE_NONE = 0,
	DELIST_NOTICE_RECEIVED = 1, /* the acknowledgement */
	DELIST_NOTICE_SEND_NDR = 2, /* code or IP is missing: the whole NDR */
	DELIST_NOTICE_PORTAL = 3,   /* this code is for the portal */
	DELIST_NOTICE_DELISTED = 4,
	DELIST_NOTICE_DENIED = 5,
	DELIST_NOTICE_NEED_INFO = 6,
	DELIST_NOTICE_NOT_LISTED = 7,
	DELIST_NOTICES = 8 /* how many there are */
};

/* Where evidence comes from; it says how long the evidence counts. */
enum delist_origin {
	DELIST_ORIGIN_AUTOMATIC = 0, /* policy->ttl_automatic_s */
	DELIST_ORIGIN_TRAP = 1,	     /* policy->ttl_trap_s */
	DELIST_ORIGIN_MANUAL = 2     /* until a person reviews it */
};

/*
 * Why something is listed (RFC 6471, 2.1: every entry has a reason).  Text is
 * counted, not NUL-ended; unused bytes are 0.
 */
struct delist_evidence {
	char source[32];    /* who says so, the key for mass withdrawal */
	char reason[64];    /* for people */
	uint8_t source_len; /* 1..32 */
	uint8_t reason_len; /* 1..64 */
	bool review;	    /* until_s is a review date, not an end */
	int64_t at_s;	    /* when it was seen */
	int64_t until_s;    /* filled in by the step */
};

struct delist_event {
	uint8_t kind;	      /* enum delist_event_kind */
	uint8_t listing_kind; /* enum delist_listing_kind */
	uint8_t origin;	      /* enum delist_origin */
	uint8_t kid;	      /* key of the token that the mail will carry */
	uint8_t language;     /* of the mail */
	uint8_t notice;	      /* enum delist_notice */
	/* 511, 606 to 649; 0: LIST 606, INTAKE none was found */
	uint16_t code;

	bool mac_ok;	   /* the token, or VERP address, is ours */
	bool covered;	   /* a live block covers the address now */
	bool self_service; /* that block's code is not 511 */
	bool exact;	   /* that block is for this address alone */
	bool relation_ok;  /* the host's relation hook agrees, or is not set */
	bool suppressed;   /* the mailbox gets no mail */
	bool may_answer;   /* the mail that came in is not automatic */
	/*
	 * SUBMIT, RESEND, INTAKE: one more mail keeps every limit.
	 * MAIL_FAILED: with this failure counted, policy->failed_mails has
	 * some left.
	 */
	bool within_limits;

	struct delist_prefix prefix;
	struct delist_addr addr; /* what the request is about */
	struct delist_mailbox mailbox;
	char message_id[128];	/* counted; unused bytes are 0 */
	uint8_t message_id_len; /* 0: none, or too long to be kept */
	uint8_t request_id[16];
	uint32_t generation;	 /* of the mail, in its token or VERP address */
	uint64_t set_generation; /* of the block set */
	int64_t cooldown_until_s; /* delist_history_cooldown_s() */
	int64_t ttl_s; /* over 0: instead of what origin says, capped alike */
	struct delist_evidence evidence;
};

/*
 * What a step leaves to its caller, or'ed together.  The new state is stored
 * first, then these are done, so a crash repeats them and loses none.
 */
enum delist_todo {
	DELIST_TODO_AUDIT = 1 << 0, /* write the transition down */
	DELIST_TODO_FEED = 1 << 1,  /* what nodes serve changed */
	DELIST_TODO_MAIL = 1 << 2,  /* send the mail of `generation` */
	/* the exact listing: REDEEM, or ANSWER by an investigation */
	DELIST_TODO_LIFT = 1 << 3,
	DELIST_TODO_EXCEPT = 1 << 4,	/* LIST an exception under the range */
	DELIST_TODO_HISTORY = 1 << 5,	/* count it: delist_history_take() */
	DELIST_TODO_SUPPRESS = 1 << 6,	/* no more mail to the mailbox */
	DELIST_TODO_EFFECTIVE = 1 << 7, /* tell the request: EFFECTIVE */
	DELIST_TODO_RELISTED = 1 << 8,	/* tell the request: RELISTED */
	DELIST_TODO_REVIEW = 1 << 9,	/* ask a person to look at it */
	DELIST_TODO_PURGE = 1 << 10,	/* forget row or personal data */
	DELIST_TODO_ALREADY = 1 << 11,	/* it is done: answer so */
	DELIST_TODO_TASK = 1 << 12,	/* a person has something to do */
	DELIST_TODO_CHECK = 1 << 13, /* try a delivery, and say how it went */
	DELIST_TODO_WARN = 1 << 14,  /* tell the sender: soon too much */
	DELIST_TODO_REFUSE = 1 << 15 /* refuse the mail at hand */
};

/*
 * The name of a kind, such as "mail-failed"; "unknown" for a number that is
 * none.  The text is static.  Any thread.
 */
DELIST_API const char *delist_event_name(int kind);

/* The same for enum delist_notice: "received", "need-info" ... */
DELIST_API const char *delist_notice_name(int notice);

#ifdef __cplusplus
}
#endif

#endif
