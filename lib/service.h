/* SPDX-License-Identifier: ISC */
#ifndef LIB_SERVICE_H
#define LIB_SERVICE_H

#include <delist/deadline.h>
#include <delist/ipset.h>
#include <delist/record.h>
#include <delist/service.h>

#include "docket.h"
#include "epoch.h"
#include "idmap.h"
#include "pool.h"
#include "service_case.h"
#include "service_node.h"

/*
 * What the files of the module share
 *
 *	service.c	   open and close, and what they are given
 *	service_list.c	   the operator's calls
 *	service_check.c	   the MTA's
 *	service_submit.c   the portal's: ask
 *	service_look.c	   the portal's: what a token shows
 *	service_holder.c   the portal's: what its holder does
 *	service_mail.c	   mails out, results in
 *	service_outcome.c  what a result means for its mailbox
 *	service_tick.c	   time
 *	service_sweep.c	   rows that count, when they are idle
 *	service_page.c	   list pages and figures
 *	service_case.h	   investigations
 *	service_node.h	   who serves the set, and who waits for that
 *	service_purge.c	   the operator's: a source errs
 *
 * and below them
 *
 *	service_facts.c	   what the steps are told
 *	service_work.c	   rows in, steps, one commit out
 *	service_audit.c	   what became of whom, written down
 *	service_rows.c	   the rows, read
 *	service_commit.c   and written
 *	service_hold.c	   many commits at once
 *	service_batch.c	   what a commit is made of
 *	service_index.c	   what is kept in memory of the rows, ...
 *	service_line.c	   ... of requests
 */

/* ---- service_index.c ---- */

enum {
	SERVICE_KINDS = 3, /* enum delist_listing_kind */
	INDEX_LISTING = 0, /* what a deadline is for: number * 2 + this */
	INDEX_REQUEST = 1,
	SERVICE_LISTINGS = 2, /* listings that one call changes */
	SERVICE_REQUESTS = 3, /* requests that one call changes */
	/* In the last byte of a submission's id: for self-service. */
	SERVICE_ID_WAITS = 1
};

/* What is known of a request without its row; of listings: docket.h. */
struct request_slot {
	uint8_t id[16];
	uint64_t due;	  /* its deadline; 0: none */
	uint64_t waiting; /* its place in line; 0: it is not open */
	uint8_t state;
	bool outbox; /* its mail is to be handed over (again) */
	/* What became of it and when, where the store did not take it; or 0. */
	uint8_t outcome;
	uint32_t outcome_generation;
	int64_t outcome_s;
};

/*
 * The index: what is asked of all rows at once.  `blocked` and `allowed` have
 * the prefixes that are listed, with a tag that says nothing: they are small,
 * and a miss is an answer.  What has them, and until when, is in `listings`.
 * The three share an epoch, so one reader is inside of all.
 */
struct index {
	struct delist_epoch epoch;
	_Atomic uint64_t version; /* raised before listings change */
	struct delist_docket listings;
	struct delist_ipset *blocked, *allowed;
	struct delist_pool requests;
	struct delist_idmap ids;		     /* of requests, to slots */
	uint64_t requests_in[DELIST_REQUEST_STATES]; /* how many */
	/* Requests, and listings that were put off. */
	struct delist_deadline *due;
	struct delist_deadline *waiting;
	struct index_filling *filling;	  /* while it is opened, or NULL */
	const struct delist_guard *guard; /* what blocks are held to */
};

int delist_index_init(struct index *index, const struct delist_alloc *alloc,
    const struct delist_guard *guard, const uint8_t seed[16]);
void delist_index_fini(struct index *index);

/* Make room for the changes of one call: publishing them can't fail then. */
int delist_index_reserve(struct index *index);

/*
 * When it is opened: any number of listings, then all of them are found.
 * After an error only fini is left.
 */
int delist_index_fill(
    struct index *index, const struct delist_listing *listing);
int delist_index_filled(struct index *index);

/*
 * Prepare the sets for what becomes of a listing (`gone`: its row is
 * deleted).
 */
int delist_index_prepare(
    struct index *index, const struct delist_listing *listing, bool gone);
void delist_index_publish(struct index *index);
void delist_index_abandon(struct index *index);

/* The same for a request, for which there is nothing to prepare. */
void delist_index_request(
    struct index *index, const struct delist_request *request, bool gone);

/* Room for n more deadlines; DELIST_ENOMEM. */
int delist_index_reserve_due(struct delist_deadline *queue, size_t n);

/* Set, move or cancel: INT64_MAX is never.  There is room. */
void delist_index_set_due(struct delist_deadline *queue, uint64_t *handle,
    int64_t due_s, uint64_t item);

/* The slot of a request; NULL if it is not known. */
struct request_slot *delist_index_find(
    const struct index *index, const uint8_t id[16]);

/* Its slot wants to be looked at when due_s comes, whatever the row says. */
void delist_index_wake(
    struct index *index, struct request_slot *slot, int64_t due_s);

/*
 * What is due next: one listing or one request, which then is without a
 * deadline until delist_index_back() or a publication gives it one.
 */
struct index_item {
	struct request_slot *request; /* NULL: it is a listing */
	struct delist_docket_entry listing;
	uint64_t item;
};
int64_t delist_index_next_due(const struct index *index);
bool delist_index_pop(
    struct index *index, struct index_item *item, int64_t now_s);
void delist_index_back(
    struct index *index, const struct index_item *item, int64_t due_s);

/* The open request that gives way first; NULL if none is open. */
const struct request_slot *delist_index_oldest(struct index *index);

/* ---- service_work.c ---- */

/* Rows that a call has read, and what it made of them. */
struct work_listing {
	struct delist_listing at;
	uint64_t version;
	bool changed, gone;
};

struct work_request {
	struct delist_request at;
	uint64_t version;
	uint8_t was_status_id[16];
	bool was_open, changed, gone;
	bool has_heir; /* another is open for its pair now */
	bool mail;     /* hand its mail over after the commit */
};

struct work_history {
	struct delist_addr addr;
	struct delist_history at;
	uint64_t version;
	bool changed;
};

struct work_standing {
	uint8_t hash[16];
	struct delist_standing at;
	uint64_t version;
	bool changed;
};

enum counter {
	COUNTER_DOMAIN,
	COUNTER_SUBMITTER,
	COUNTER_ALL,
	COUNTERS
};

struct work_counter {
	uint8_t hash[16];
	struct delist_limit at;
	uint64_t version;
	bool loaded, changed;
};

struct work {
	struct delist_service *service;
	int64_t now_s;
	size_t listings_n, requests_n, cases_n;
	struct work_listing listings[SERVICE_LISTINGS];
	struct work_request requests[SERVICE_REQUESTS];
	struct work_case cases[SERVICE_CASES];
	struct work_node node;
	struct work_history history;
	struct work_standing standing;
	struct work_counter counters[COUNTERS];
	/* Rows to delete that are not loaded: the sweep's. */
	size_t deletes_n;
	struct work_delete {
		struct delist_record_key key;
		uint64_t version;
	} deletes[DELIST_STORE_CHANGES_MAX / 2];
	uint64_t open_version; /* of the row that finds the pair's request */
	size_t joins_n;	       /* rows that find a case, and were asked */
	struct work_join joins[SERVICE_JOINS];
	bool feed; /* what nodes serve changed */
	/* What the steps did; a row of it only where it is worth one. */
	struct delist_audit audit;
	bool keep_audit;
	bool generation_loaded;
	uint64_t generation, generation_version; /* as it is in the store */
};

/* What is handed to the store; the views of changes[] are into rows[]. */
struct batch {
	size_t rows_n, changes_n;
	struct batch_row {
		struct delist_record_key key;
		struct delist_record value;
	} rows[DELIST_STORE_CHANGES_MAX];
	struct delist_store_change changes[DELIST_STORE_CHANGES_MAX];
};

/*
 * Run the steps of a call on rows that are read anew, and commit what they
 * changed; on a conflict again, a few times.  Nothing has changed unless it
 * is DELIST_OK.
 */
int delist_work_run(struct delist_service *service,
    int (*steps)(struct work *work, void *call), void *call, int64_t now_s);

/*
 * Step a listing, with what that means for the request behind it; step a
 * request.  What else there is to do is told in *todo.
 */
int delist_work_step_listing(struct work *work, struct work_listing *listing,
    const struct delist_event *ev);
int delist_work_step_request(struct work *work, unsigned *todo,
    struct work_request *request, const struct delist_event *ev);

/* What became of a listing, for the request behind it; all zero: nobody's. */
int delist_work_tell_request(struct work *work, const uint8_t id[16], int kind);

/* ---- service_audit.c ---- */

/* Audits in the store. */
struct audits {
	uint32_t number; /* of the newest of this service */
	int64_t due_s;	 /* the end of the oldest; INT64_MAX: there is none */
	/* Up to here it was told which rows can't be read. */
	struct delist_record_key told;
};

/* Who wants what is done, and why. */
void delist_audit_says(
    struct work *work, const struct delist_evidence *evidence);

/* A step of a listing, or of a request, with what it left to do. */
void delist_audit_listing(struct work *work,
    const struct delist_listing *before, const struct delist_listing *after,
    int event, unsigned todo);
void delist_audit_request(struct work *work,
    const struct delist_request *before, const struct delist_request *after,
    int event, unsigned todo);

/* Their row, into the batch; after the commit the host is told. */
int delist_audit_put(struct work *work, const uint8_t random[4]);
void delist_audit_written(struct work *work);

/* When the oldest is over; delete some that are. */
int delist_audit_open(struct delist_service *service);
int delist_audit_purge(struct delist_service *service, int64_t now_s);

/* ---- service_batch.c ---- */

/* Where the next row to be written is put together. */
struct batch_row *delist_batch_blank(struct work *work);

/*
 * It is done: it goes in (or its row goes) if the one it is made from still
 * is there.  `written` is what became of putting it together.
 */
int delist_batch_replace(
    struct work *work, uint64_t version, bool gone, int written);

/* A row that is written, or goes, with another, which is checked. */
void delist_batch_follow(struct work *work, int kind);

/* ---- service_hold.c ---- */

/*
 * Commits that are held: what is to be shown and told after sync().  Where
 * that failed, `broken`, the rows are not to be used any more.
 */
struct hold {
	bool on, broken;
	struct held_listing {
		struct delist_prefix prefix;
		uint8_t kind;
	} * listings;
	size_t listings_n, listings_room;
	size_t shown; /* of them, after sync() */
	struct delist_audit *audits;
	size_t audits_n, audits_room;
};

/* Room for one commit; then the next two can't fail. */
int delist_hold_reserve(struct delist_service *service);
void delist_hold_listing(
    struct hold *hold, const struct delist_listing *listing);
void delist_hold_audit(struct hold *hold, const struct delist_audit *audit);
void delist_hold_fini(struct delist_service *service);

/* After sync(): something is not shown yet; show one of it. */
bool delist_hold_left(const struct hold *hold);
int delist_hold_tick(struct delist_service *service);

/* ---- service_commit.c ---- */

int delist_work_commit(struct work *work);

/* ---- service_rows.c ---- */

/* The value of a row and its version; no bytes and 0 where there is none. */
int delist_row_get(const struct delist_service *service,
    struct delist_text *bytes, uint64_t *version,
    const struct delist_record_key *key);

/* The character that keeps counters of different things apart, ... */
char delist_counter_of(enum counter which);
/* ... and the rule of the counters with that character. */
const struct delist_limit_rule *delist_counter_rule(
    const struct delist_policy *policy, char of);

/* A row for the steps: read from the store unless it was before. */
int delist_work_get_listing(struct work *work, struct work_listing **out,
    int kind, const struct delist_prefix *prefix);
/* `at` is DELIST_REQUEST_NONE where there is no row. */
int delist_work_get_request(
    struct work *work, struct work_request **out, const uint8_t id[16]);
int delist_work_get_history(struct work *work, const struct delist_addr *addr);
int delist_work_get_standing(
    struct work *work, const struct delist_mailbox *mailbox);
int delist_work_get_counter(
    struct work *work, enum counter which, const void *of, size_t len);
/* The request that is open for a pair, one a call; false: none is. */
int delist_work_get_open(struct work *work, bool *found, uint8_t id[16],
    const struct delist_addr *addr, const struct delist_mailbox *mailbox);
/* The generation of the block set that this call makes. */
int delist_work_get_generation(struct work *work, uint64_t *generation);

/*
 * Rows, read outside of a call that changes something; zeroed but for what
 * names it where there is none.
 */
int delist_row_listing(const struct delist_service *service,
    struct delist_listing *listing, int kind,
    const struct delist_prefix *prefix);
int delist_row_request(const struct delist_service *service,
    struct delist_request *request, const uint8_t id[16]);
int delist_row_history(const struct delist_service *service,
    struct delist_history *history, const struct delist_addr *addr);

/*
 * The id of the request that a status token is for: the token's own, unless
 * its submission joined a request that was open.
 */
int delist_row_joined(const struct delist_service *service,
    uint8_t request_id[16], const uint8_t id[16]);

/* Under which a mailbox is counted. */
void delist_service_mailbox_hash(const struct delist_service *service,
    uint8_t hash[16], const struct delist_mailbox *mailbox);

/* ---- service_check.c ---- */

/* What covers an address.  Code 0: there is none. */
struct cover {
	struct delist_docket_entry block; /* longest live one */
	struct delist_docket_entry under; /* longest live one under it */
	/* An exception or allow that lets it pass all the same. */
	struct delist_docket_entry pass;
	uint16_t code; /* the worst of all live blocks: 511 wins */
};

/* Listings somewhere: as delist_docket_live(). */
struct lookup {
	bool (*live)(const void *of, struct delist_docket_entry *entry,
	    int kind, const struct delist_addr *addr, int at_least, int at_most,
	    int64_t now_s);
	const void *of;
	int64_t now_s;
};

/* Of an address that a set of blocks has. */
struct cover delist_cover_of(
    const struct lookup *in, const struct delist_addr *addr);

/* The same as an answer for a recipient; `key`: the delist mailbox's. */
struct delist_check delist_cover_judged(const struct cover *cover,
    struct delist_text key, const char *recipient, size_t recipient_len);

struct cover delist_service_cover(const struct delist_service *service,
    const struct delist_addr *addr, int64_t now_s);

/* ---- service_facts.c ---- */

/* An IPv6 sender has a /64 at least; an IPv4 one, its address. */
bool delist_service_one_sender(const struct delist_prefix *prefix);

/* Whether its removals by self-service are used up. */
bool delist_service_exhausted(const struct delist_service *service,
    const struct delist_history *history, int64_t now_s);

/*
 * What submit, inspect and redeem are told of the address of ev->addr, which
 * has this history: covered, self_service, exact, cooldown_until_s.
 */
struct cover delist_service_facts(const struct delist_service *service,
    struct delist_event *ev, const struct delist_history *history,
    int64_t now_s);

/*
 * Whether one more mail to the mailbox keeps every limit, and the key that
 * it would be signed with.
 */
int delist_service_limits(struct work *work, struct delist_event *ev,
    const struct delist_mailbox *mailbox, const struct delist_addr *submitter);
/* Count it. */
void delist_service_count(struct work *work);

/* ---- service_lift.c ---- */

/* Who lifts a block: REDEEM by a request, ANSWER by an investigation. */
struct lift {
	uint8_t event; /* enum delist_event_kind */
	uint8_t id[16];
	uint64_t generation;	     /* of the set without the block */
	struct delist_addr addr;     /* whose */
	const char *source, *reason; /* of a gap */
};

/*
 * Do what a step left to do (LIFT, EXCEPT) about what covers the address: the
 * exact block is lifted, a range and what lies under get a gap.
 */
int delist_service_lift(struct work *work, const struct lift *how,
    unsigned todo, const struct cover *cover);

/* ---- service_look.c ---- */

/*
 * The generation of the mail whose token it is: the newest one's or, until
 * that is accepted, the one's before.  0: it is none of ours.
 */
uint32_t delist_holder_generation(const struct delist_service *service,
    const struct delist_token *token, int purpose,
    const struct delist_request *request, int64_t now_s);

/* What redeem is told of a request. */
struct cover delist_holder_facts(const struct delist_service *service,
    struct delist_event *ev, const struct delist_request *request,
    const struct delist_history *history, int64_t now_s);

struct delist_view delist_holder_view(const struct delist_request *request);

/* ---- service_mail.c ---- */

/* Whether the mailer has it, or is to get it, and nothing is known of it. */
bool delist_service_mail_waits(const struct delist_request *request);

/* Hand the newest mail of a request over, and store what became of it. */
void delist_service_send(struct delist_service *service,
    const struct delist_request *request, int64_t now_s);

/* Store an outcome that the store did not take before. */
int delist_service_outcome(
    struct delist_service *service, const struct request_slot *slot);

/* Hand over what is in the room for letters: enum delist_mail_outcome. */
int delist_service_hand_over(
    struct delist_service *service, const struct delist_mail *mail);

void delist_service_longest_mailbox(struct delist_mailbox *mailbox);

/* Room for any letter of the service's texts; DELIST_ENOMEM. */
int delist_service_letter_room(struct delist_service *service);

/* ---- service_outcome.c ---- */

/* What became of a mail to a mailbox, as the event of whatever it is of. */
struct outcome {
	struct delist_event ev;
	struct delist_limit failed; /* as it is if the mail is to fail */
};
int delist_outcome_load(struct work *work, struct outcome *out, int outcome,
    uint32_t generation, const struct delist_mailbox *mailbox);

/* The mail failed by it, and there is this to do. */
void delist_outcome_failed(
    struct work *work, const struct outcome *out, unsigned todo);

/* No mail to the mailbox whose standing is loaded, for so long. */
void delist_service_suppress(struct work *work, int64_t period_s);
bool delist_service_suppressed(const struct work *work);

/* ---- service_sweep.c ---- */

/*
 * Rows that count something are not worth a deadline each: now and then all
 * of them are looked over, a few at a time, and idle ones deleted.
 */
struct sweep {
	int64_t due_s;	/* INT64_MAX: there are no such rows */
	bool left;	/* one that is not idle was met on the way */
	uint8_t at_len; /* after which key to go on */
	char at[DELIST_STORE_KEY_MAX];
};

/* What the store holds says whether there is anything to sweep. */
int delist_service_sweep_open(struct delist_service *service);

/* A row that can't be read must not keep all others from their turn. */
int64_t delist_service_again_s(int result, int64_t now_s);
/* The same of work that is due at due_s, and stays so after other errors. */
int64_t delist_service_put_off_s(int64_t due_s, int result, int64_t now_s);

/* The next few rows. */
int delist_service_sweep_some(struct delist_service *service, int64_t now_s);

/* One was written. */
void delist_service_sweep_soon(struct delist_service *service, int64_t now_s);

/* ---- service.c ---- */

struct delist_service {
	struct delist_alloc alloc;
	struct delist_store store;
	struct delist_mailer mailer;
	struct delist_host host;
	struct delist_policy policy;
	struct delist_keyring keyring;
	const struct delist_catalogue *const *catalogues;
	size_t catalogue_count;
	struct delist_mailbox from, delist_mailbox;
	struct delist_mailbox delist_key; /* delist_mailbox, canonical */
	char *texts; /* all of the following, one after the other */
	size_t texts_len;
	struct delist_text domain, portal_url;
	struct delist_text confirm_url, cancel_url, status_url;
	char *letter; /* room for one */
	size_t letter_room;
	struct index index;
	struct hold hold;
	struct cases cases;
	struct lifts lifts;
	char *scratch; /* where a mail that comes in is taken apart */
	struct work work;
	struct batch batch;
	struct sweep sweep;
	struct audits audits;
	bool audit_elsewhere;
};

/* The texts of a language. */
const struct delist_catalogue *delist_service_catalogue(
    const struct delist_service *service, uint8_t language);

#endif
