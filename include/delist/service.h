/* SPDX-License-Identifier: ISC */
#ifndef DELIST_SERVICE_H
#define DELIST_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/alloc.h>
#include <delist/audit.h>
#include <delist/error.h>
#include <delist/event.h>
#include <delist/ipset.h>
#include <delist/letter.h>
#include <delist/listing.h>
#include <delist/mailbox.h>
#include <delist/policy.h>
#include <delist/request.h>
#include <delist/store.h>
#include <delist/text.h>
#include <delist/token.h>

/*
 * The service: the one door
 *
 * Everything below it answers; the service asks: the host's store, its
 * mailer and its source of random bytes.  It is the receiver's side whole:
 *
 *	delist_service_block()	  a prefix goes on the list
 *	delist_service_check()	  the MTA asks, at RCPT: refuse?
 *	delist_service_submit()	  a stranger asks for removal; a mail goes out
 *	delist_service_inspect()  the link of the mail is looked at (GET)
 *	delist_service_redeem()	  its button is pressed (POST): mail flows
 *	delist_service_tick()	  what is due happens
 *
 * Every call that changes something goes the same way: load the rows, step
 * the machines, prepare the sets, commit all rows at once, publish, and only
 * then act.  What can fail comes before the commit, so a call that fails has
 * changed nothing, and a crash can repeat a mail but not lose a request or
 * lift a block that was not confirmed.
 *
 * There is no clock in it: now_s is always an argument, seconds since
 * 1970-01-01 UTC.  A clock that steps back makes nothing happen early, and
 * a listing that is over does not block, whoever called tick or not.
 *
 * One thread at a time, except for delist_service_check() and _reply(): any
 * number of threads may check, and beside a call that changes something too
 * if they stand between delist_reader_enter() and delist_reader_exit(); see
 * delist_service_join().  Callbacks are called on the thread of the call and
 * must not call the service.
 */

#ifdef __cplusplus
extern "C" {
#endif

struct delist_service;

/* ---- what the host gives ---- */

/* What became of a mail. */
enum delist_mail_outcome {
	DELIST_MAIL_ACCEPTED = 1, /* the mailer took it over */
	DELIST_MAIL_DELAYED = 2,  /* not now: it will be asked again */
	DELIST_MAIL_FAILED = 3,	  /* never: the address is wrong */
	/* It is on its way; delist_service_mail_result() will tell. */
	DELIST_MAIL_LATER = 4
};

/* One mail, ready to go.  The views are good during the call. */
struct delist_mail {
	uint8_t id[16];	     /* of the request, or investigation */
	uint32_t generation; /* of the mail, from 1 */
	/*
	 * Reverse-path of the envelope, without <>; empty where nothing may
	 * come back: an answer that goes out by itself (RFC 3834, 3.3).
	 */
	struct delist_text from;
	struct delist_text to; /* recipient of the envelope, without <> */
	/* header and body, with CRLF, no dots added */
	struct delist_text message;
	/* What delist_service_mail_result() knows it by, empty or not. */
	struct delist_text path;
};

struct delist_mail_ops {
	uint32_t size; /* sizeof(struct delist_mail_ops) */

	/*
	 * Send a mail: enum delist_mail_outcome; anything else counts as
	 * delayed.  The request is stored by then.  A mail may come again
	 * after a crash, the same to the byte, Message-ID and all.
	 */
	int (*send)(void *arg, const struct delist_mail *mail);
};

/* A mailer: the operations and what they are called with. */
struct delist_mailer {
	const struct delist_mail_ops *ops;
	void *arg;
};

/* What else the host knows.  Each callback is followed by its argument. */
struct delist_host {
	uint32_t size; /* sizeof(struct delist_host) */

	/* Random bytes: DELIST_OK or DELIST_EIO.  delist_entropy() will do. */
	int (*entropy)(void *arg, uint8_t *out, size_t len);
	void *entropy_arg;

	/*
	 * Whether the holder of the mailbox may speak for the address, asked
	 * before a block is lifted.  NULL: whoever has the mail may.
	 */
	bool (*relation)(void *arg, const struct delist_mailbox *mailbox,
	    const struct delist_addr *addr);
	void *relation_arg;

	/*
	 * A domain with octets over 127 as A-labels (RFC 5891), into
	 * ascii[0..cap): DELIST_OK and *len, or DELIST_ESYNTAX.  NULL: such
	 * domains are refused.
	 */
	int (*idna)(void *arg, char *ascii, size_t cap, size_t *len,
	    const char *domain, size_t domain_len);
	void *idna_arg;

	/*
	 * What was done, after it was stored: each audit that is kept, and
	 * besides what is not worth a row.  Of two services on one store each
	 * tells what it did itself; after a crash the last may not have come.
	 * NULL: nobody is told.
	 */
	void (*event)(void *arg, const struct delist_audit *audit);
	void *event_arg;
};

/*
 * What a service is opened with.  It is read during the call; what must live
 * until the service is closed is said.  Text ends with NUL.
 */
struct delist_service_config {
	uint32_t size;			  /* by delist_service_config_init() */
	const struct delist_alloc *alloc; /* NULL: the C library */
	struct delist_store store;	  /* must live */
	struct delist_mailer mailer;	  /* must live */
	struct delist_host host;	  /* what its arguments are must live */
	struct delist_policy policy; /* what its guard points to must live */
	struct delist_keyring keyring;
	/*
	 * The texts of the mails: a request's language is an index of these,
	 * which must live.  NULL: the built-in ones, enum delist_language.
	 */
	const struct delist_catalogue *const *catalogues;
	size_t catalogue_count;
	/* No audit is stored: the host keeps what it is told by its event. */
	bool audit_elsewhere;
	const char *from;	    /* mailbox that the mails come from */
	const char *domain;	    /* of Message-IDs and reverse-paths */
	const char *delist_mailbox; /* where bounces of code 511 go */
	const char *portal_url;	    /* where the others go */
	/* Pages, up to where the token comes: "https://example.net/c/". */
	const char *confirm_url;
	const char *cancel_url;
	const char *status_url;
};

/*
 * Zero the struct and fill in the default policy.  `size` is
 * sizeof(struct delist_service_config) where the caller was compiled.
 *
 *	DELIST_EINVAL	size is not one that the library knows
 */
DELIST_API int delist_service_config_init(
    struct delist_service_config *config, size_t size);

/*
 * Open the service on what is in the store, which may be nothing.  *out is
 * for delist_service_close().  Nothing is written and no mail is sent: those
 * that were not known to be accepted are due at once.
 *
 *	DELIST_EINVAL	a part of the config is missing or wrong: the policy
 *			(delist_policy_check()), the keyring
 *			(delist_keyring_check()), a catalogue
 *			(delist_catalogue_check()), a mailbox, the domain, a
 *			URL, an operation of the store, entropy
 *	DELIST_ERANGE	a catalogue has a line that is too long
 *	DELIST_ENOMEM	no memory
 *	DELIST_ECORRUPT, DELIST_EVERSION
 *			a row can't be read
 *	and what the store says
 */
DELIST_API int delist_service_open(
    struct delist_service **out, const struct delist_service_config *config);

/* Close it.  All is in the store; secrets are wiped.  NULL is fine. */
DELIST_API void delist_service_close(struct delist_service *service);

/* ---- the operator ---- */

/* Why a prefix is listed, and for how long. */
struct delist_grounds {
	uint32_t size;		   /* sizeof(struct delist_grounds) */
	struct delist_text source; /* who says so: 1 to 32 bytes */
	struct delist_text reason; /* for people: 1 to 64 bytes */
	uint16_t code;		   /* of a block: 511, 606 to 649; 0 is 606 */
	uint8_t origin;		   /* enum delist_origin */
	int64_t ttl_s;		   /* over 0: instead of what origin says */
	int64_t at_s;		   /* when it was seen; 0: at now_s */
};

/*
 * Put a prefix on the list of blocks, allow it, or make it an exception
 * under a longer block; if it is there, its evidence is renewed.
 *
 * A block of exactly what an exception is for takes the exception away: it
 * is the newer word.  What comes back after a removal is a strike; after too
 * many, or after too many removals by self-service, its code is 511.
 *
 *	DELIST_EINVAL		size is unknown; no prefix, source or reason;
 *				the origin
 *	DELIST_ERANGE		the code
 *	DELIST_EWIDE, DELIST_EPROTECTED
 *				a block that the policy's guard refuses
 *	DELIST_ENOSPC		a fifth source for one prefix
 *	DELIST_ENOMEM		no memory
 *	DELIST_EBUSY		a reader stays inside: delist_service_join()
 *	DELIST_ECONFLICT	another service writes to the store, again
 *				and again
 *	and what the store, or entropy, says
 */
DELIST_API int delist_service_block(struct delist_service *service,
    const struct delist_prefix *prefix, const struct delist_grounds *grounds,
    int64_t now_s);
DELIST_API int delist_service_allow(struct delist_service *service,
    const struct delist_prefix *prefix, const struct delist_grounds *grounds,
    int64_t now_s);
DELIST_API int delist_service_except(struct delist_service *service,
    const struct delist_prefix *prefix, const struct delist_grounds *grounds,
    int64_t now_s);

/*
 * Take a block, exception or allow (enum delist_listing_kind) away, with all
 * that is known of it; *removed says whether it was there.
 *
 *	DELIST_EINVAL	no prefix, or no such kind
 *	and as delist_service_block()
 */
DELIST_API int delist_service_unlist(struct delist_service *service,
    bool *removed, int kind, const struct delist_prefix *prefix, int64_t now_s);

/*
 * The listing of exactly this prefix, with its evidence, as it is stored.
 *
 *	DELIST_EINVAL	no prefix, or no such kind
 *	and what the store says; *found and *listing are then as they were
 */
DELIST_API int delist_service_listing(const struct delist_service *service,
    bool *found, struct delist_listing *listing, int kind,
    const struct delist_prefix *prefix);

/* ---- the MTA ---- */

enum delist_check_answer {
	DELIST_CHECK_PASS = 0,	  /* no live block has the address */
	DELIST_CHECK_BLOCKED = 1, /* refuse the recipient */
	/* A block has it, but it passes, because */
	DELIST_CHECK_EXCEPTED = 2, /* a live exception is as long or longer */
	DELIST_CHECK_ALLOWED = 3,  /* it is allowed */
	DELIST_CHECK_EXEMPT = 4,   /* this mail is the way off the list */
	/* It passes, for nobody knows: <delist/service_image.h> */
	DELIST_CHECK_UNKNOWN = 5
};

struct delist_check {
	uint8_t answer;		     /* enum delist_check_answer */
	uint16_t code;		     /* of the block: 511, 606 to 649 */
	struct delist_prefix prefix; /* of the block */
	struct delist_prefix pass;   /* of the exception or allow */
	int64_t until_s; /* end of the block; INT64_MAX: none known */
};

/*
 * Whether to refuse mail from the address to recipient[0..len) (without <>;
 * empty: not known).  *check says why; it may be NULL.
 *
 * The longest live block decides, unless a live exception is as long or
 * longer.  An allowed address passes, however specific the block.  Mail to
 * the delist mailbox and to postmaster passes, from whoever it comes (RFC
 * 6471, 2.2.2; RFC 5321, 4.5.1).  Asks no store, takes no memory.
 */
DELIST_API bool delist_service_check(const struct delist_service *service,
    struct delist_check *check, const struct delist_addr *addr,
    const char *recipient, size_t recipient_len, int64_t now_s);

/*
 * For a thread that checks beside the one that changes: a reader, as in
 * <delist/ipset.h>, for delist_reader_leave() before the service is closed.
 * Around its checks, one or some tens, it enters and exits:
 *
 *	delist_reader_enter(reader);
 *	refuse = delist_service_check(service, &check, client, to, len, now_s);
 *	delist_reader_exit(reader);
 *
 * It takes no lock and waits for nobody.  While it is inside it must not
 * sleep, and being put aside by the system counts: once thousands of changes
 * wait for it, more are DELIST_EBUSY until it exits; let it run and try again.
 *
 *	DELIST_ENOMEM	no memory; the allocator must be safe on any thread
 */
DELIST_API int delist_service_join(
    struct delist_reader **out, struct delist_service *service);

/*
 * Write the SMTP reply for an address that check says is blocked: as
 * delist_reply_format(), with the contact that goes with the code.
 *
 *	DELIST_EINVAL	check is not DELIST_CHECK_BLOCKED, or no address
 *	DELIST_ENOSPC	size is too small
 */
DELIST_API int delist_service_reply(const struct delist_service *service,
    char *text, size_t size, size_t *len, const struct delist_check *check,
    const struct delist_addr *addr, int lines);

/* ---- the portal ---- */

/* What somebody typed into the form. */
struct delist_submission {
	uint32_t size;		    /* sizeof(struct delist_submission) */
	struct delist_text mailbox; /* where the mail goes */
	struct delist_addr addr;    /* what is to be delisted */
	/* Who asks, for the limits; no address: not known. */
	struct delist_addr submitter;
	/*
	 * Up to 64 bytes that the form carries: the same form sent again is
	 * the same request.  {NULL, 0}: none.
	 */
	struct delist_text client_id;
	uint8_t language; /* index of the catalogue */
};

enum delist_submit_result {
	DELIST_SUBMIT_WAITING = 1, /* "if the mailbox is right, a mail ..." */
	DELIST_SUBMIT_INVESTIGATE = 2, /* to the delist mailbox, by mail */
	DELIST_SUBMIT_NOT_LISTED = 3
};

/* It depends on the state of the address alone. */
struct delist_submit_answer {
	uint8_t result;		     /* enum delist_submit_result */
	uint16_t code;		     /* of the block, if one covers it */
	struct delist_prefix prefix; /* of that block */
	char status[47];	     /* status token, ends with NUL */
};

/*
 * Ask for an address to be taken off the list.  Where self-service is right,
 * a mail with a link goes to the mailbox.  The answer does not tell whether
 * it did: not if the mailbox is suppressed, not if a limit was reached, not
 * if the mailer failed.  A pair that already waits gets its mail once more,
 * within the policy.  Each submission has a status token of its own, but for
 * the same form sent again while self-service is right as before.  The pages of the first and of the newest one of a
 * request follow it.
 *
 *	DELIST_ESYNTAX	the mailbox (delist_mailbox_parse())
 *	DELIST_EINVAL	size is unknown; no address, no such language, a
 *			client id that is too long
 *	and as delist_service_block(); *answer is then as it was
 */
DELIST_API int delist_service_submit(struct delist_service *service,
    struct delist_submit_answer *answer,
    const struct delist_submission *submission, int64_t now_s);

/*
 * What a token shows.  The holder of a mailed token (CONFIRM, CANCEL) sees
 * the request as it is; whoever has the status token sees "mail-pending", and
 * nothing of what became of the mail, until the request is confirmed.
 */
struct delist_view {
	uint8_t state; /* enum delist_request_state */
	bool already;  /* redeem, cancel: it was done before */
	/* CONFIRM: what delist_service_redeem() would return now: 0 is yes. */
	int redeemable;
	struct delist_addr addr;       /* status token: none before that */
	struct delist_mailbox mailbox; /* none for the status token */
	int64_t applied_s;	       /* 0: not yet */
	int64_t effective_s;	       /* 0: not yet; by then mail flows */
	int64_t until_s; /* DELIST_EAGAIN: the end of the cool-down */
};

/*
 * Look at the page of a token (enum delist_purpose): nothing changes,
 * however often, whoever looks.  A status token of an address that was not for
 * self-service shows DELIST_REQUEST_NONE.
 *
 *	DELIST_ESYNTAX	text is no token
 *	DELIST_EINVAL	no such purpose
 *	DELIST_ETOKEN	it is not ours, or for another purpose
 *	and what the store says; *view is then as it was
 */
DELIST_API int delist_service_inspect(const struct delist_service *service,
    struct delist_view *view, int purpose, const char *token, size_t len,
    int64_t now_s);

/*
 * Confirm: lift the block, or make an exception under a range.  The same
 * token again gives the same answer, with view->already.
 *
 *	DELIST_ESYNTAX, DELIST_ETOKEN
 *			as delist_service_inspect()
 *	DELIST_EEXPIRED	the token's life, or the request, is over
 *	DELIST_ESTATE	not listed any more, for investigation now, or the
 *			relation hook says no
 *	DELIST_EAGAIN	too soon after the last removal: see view->until_s
 *			of delist_service_inspect()
 *	and as delist_service_block(); *view is then as it was
 */
DELIST_API int delist_service_redeem(struct delist_service *service,
    struct delist_view *view, const char *token, size_t len, int64_t now_s);

/*
 * "This was not me": end the request, and send no more mail to the mailbox.
 *
 *	DELIST_ESTATE	it was confirmed before, or is over
 *	and as delist_service_redeem()
 */
DELIST_API int delist_service_cancel(struct delist_service *service,
    struct delist_view *view, const char *token, size_t len, int64_t now_s);

/*
 * The mail once more, for whoever has the status token.  Whether one goes
 * out is not told.  `submitter` as in struct delist_submission.
 *
 *	DELIST_ESYNTAX, DELIST_ETOKEN
 *			as delist_service_inspect()
 *	and as delist_service_block()
 */
DELIST_API int delist_service_resend(struct delist_service *service,
    const char *token, size_t len, const struct delist_addr *submitter,
    int64_t now_s);

/* ---- mail ---- */

/*
 * What became of a mail (enum delist_mail_outcome but LATER), known by its
 * `path`, which is the reverse-path that most are sent with.  `generation` is the mail's; 0 where it is
 * not known, as from a bounce: the newest.  A repeated result changes
 * nothing.
 *
 *	DELIST_EINVAL	no such outcome
 *	DELIST_ESYNTAX	path is no reverse-path of ours
 *	DELIST_ETOKEN	its MAC is wrong, or what it is of is forgotten
 *	and as delist_service_block()
 */
DELIST_API int delist_service_mail_result(struct delist_service *service,
    const char *path, size_t len, uint32_t generation, int outcome,
    int64_t now_s);

/* ---- time ---- */

/*
 * When to call tick next, with the time that it is then; INT64_MAX: nothing
 * is waited for.  It may lie in the past, and is INT64_MIN for "at once", so
 * never hand it to tick as the time, and compare before subtracting.
 */
DELIST_API int64_t delist_service_next_due(
    const struct delist_service *service);

/*
 * Do what is due: at most `max` items, so that a clock that jumped does not
 * hold up the host.  *more says whether some are left.  Each item is a
 * commit of its own; on error those before it are done, and it stays due.
 *
 *	errors as delist_service_block()
 */
DELIST_API int delist_service_tick(
    struct delist_service *service, bool *more, size_t max, int64_t now_s);

#ifdef __cplusplus
}
#endif

#endif
