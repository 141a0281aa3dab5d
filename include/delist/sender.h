/* SPDX-License-Identifier: ISC */
#ifndef DELIST_SENDER_H
#define DELIST_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/alloc.h>
#include <delist/appeal.h>
#include <delist/error.h>
#include <delist/outbound.h>
#include <delist/policy.h>
#include <delist/record.h>
#include <delist/store.h>
#include <delist/text.h>
#include <delist/verdict.h>

/*
 * The sender's side, kept in a store
 *
 * What <delist/service.h> is to a receiver, this is to whoever sends: a host
 * tells what bounced and what was delivered, and is told what is to be done
 * about its own blocked addresses (<delist/appeal.h>); it asks for each mail
 * whether its sender may send it (<delist/outbound.h>).  Both are in the
 * store, so a restart forgets nothing; the store may be a service's as well.
 *
 *	delist_sender_bounced()	   a bounce: an own address is blocked there
 *	delist_sender_delivered()  a mail arrived there
 *	delist_sender_report()	   somebody did what was to be done
 *	delist_sender_mail()	   may this mail go out?
 *	delist_sender_tick()	   what is due happens
 *
 * Each call is one commit: one that fails has changed nothing.  Times are
 * arguments, as everywhere.  One thread at a time; the callback is called on
 * the thread of the call and must not call the sender.
 */

#ifdef __cplusplus
extern "C" {
#endif

struct delist_sender;

struct delist_sender_config {
	uint32_t size;			  /* by delist_sender_config_init() */
	const struct delist_alloc *alloc; /* NULL: the C library */
	struct delist_store store;	  /* must live */
	struct delist_policy policy;
	/* Mails of appeals go without a person, within limits of the host's. */
	bool auto_mail;

	/* Random bytes: DELIST_OK or DELIST_EIO.  delist_entropy() will do. */
	int (*entropy)(void *arg, uint8_t *out, size_t len);
	void *entropy_arg;

	/*
	 * Something is to be done about an appeal, which is stored by then:
	 * DELIST_TODO_TASK, _MAIL (delist_letter_appeal()), _CHECK.  A mail
	 * that was let go and not reported is asked for again after a restart,
	 * by the first tick; tasks are found with delist_sender_next_appeal().
	 * NULL: nobody is told.
	 */
	void (*task)(
	    void *arg, const struct delist_appeal *appeal, unsigned todo);
	void *task_arg;
};

/*
 * Zero the struct and fill in the default policy.
 *
 *	DELIST_EINVAL	size is not one that the library knows
 */
DELIST_API int delist_sender_config_init(
    struct delist_sender_config *config, size_t size);

/*
 * Open it on what is in the store, which may be nothing.  *out is for
 * delist_sender_close().  Nothing is written.
 *
 *	DELIST_EINVAL	a part of the config is missing or wrong
 *	DELIST_ENOMEM	no memory
 *	DELIST_ECORRUPT, DELIST_EVERSION
 *			a row can't be read
 *	and what the store says
 */
DELIST_API int delist_sender_open(
    struct delist_sender **out, const struct delist_sender_config *config);

/* Close it.  All is in the store.  NULL is fine. */
DELIST_API void delist_sender_close(struct delist_sender *sender);

/* ---- own addresses that others block ---- */

/*
 * A bounce at at_s says that our address is blocked by a provider (1 to 32
 * bytes: a name of the host's, such as the domain of the MX).  addr may be
 * NULL: the verdict's.  *appeal is as it is then, and *todo what is to be done.
 *
 *	DELIST_EINVAL		the class is no block of an IP; no address; the
 *				provider
 *	DELIST_ENOMEM		no memory
 *	DELIST_ECONFLICT	another writes to the store, again and again
 *	and what the store, or entropy, says; outputs are then as they were
 */
DELIST_API int delist_sender_bounced(struct delist_sender *sender,
    struct delist_appeal *appeal, unsigned *todo,
    const struct delist_verdict *verdict, const struct delist_addr *addr,
    struct delist_text provider, int64_t at_s, int64_t now_s);

/*
 * A mail from the address was accepted there at at_s.  *cleared: that ended a
 * block.  Where no appeal is known it costs a look into memory, so a host may
 * tell of every delivery.
 *
 *	errors as above
 */
DELIST_API int delist_sender_delivered(struct delist_sender *sender,
    bool *cleared, const struct delist_addr *addr, struct delist_text provider,
    int64_t at_s, int64_t now_s);

/*
 * What became of a task: DELIST_APPEAL_EVENT_APPROVED, _DONE, _FAILED, _FIXED
 * or _DISMISSED.  within_limits: APPROVED, one more mail keeps the host's
 * limits.
 *
 *	DELIST_ESTATE	there is no such appeal, or it does not fit its state
 *	DELIST_EAGAIN	limits
 *	and as above
 */
DELIST_API int delist_sender_report(struct delist_sender *sender,
    struct delist_appeal *appeal, unsigned *todo,
    const struct delist_addr *addr, struct delist_text provider, int kind,
    bool within_limits, int64_t now_s);

/* The next appeal behind a cursor: see delist_service_next_listing(). */
DELIST_API int delist_sender_next_appeal(const struct delist_sender *sender,
    bool *found, struct delist_appeal *appeal, struct delist_cursor *cursor);

/* ---- what goes out ---- */

struct delist_send_answer {
	bool refuse;	  /* 550 5.1.8, and nothing was counted */
	bool warn_sender; /* it comes near a limit, or near its tenant's */
	bool warn_tenant;
	bool review; /* an operator should look at one of them */
};

/*
 * A mail to so many recipients, of a sender (1 to 128 bytes of a name) and a
 * tenant (0 to 128: none): may it go out?  If it may, it is counted for both.
 *
 *	DELIST_EINVAL	a name is too long, or the sender's is empty
 *	and as above
 */
DELIST_API int delist_sender_mail(struct delist_sender *sender,
    struct delist_send_answer *answer, struct delist_text name,
    struct delist_text tenant, uint32_t recipients, int64_t now_s);

/*
 * Let a sender or tenant (enum delist_outbound_scope) send again, or no more.
 * *account is as it is then.
 *
 *	DELIST_EINVAL	no such scope; the name
 *	and as above
 */
DELIST_API int delist_sender_release(struct delist_sender *sender,
    struct delist_account *account, int scope, struct delist_text name,
    bool by_operator, int64_t now_s);
DELIST_API int delist_sender_restrict(struct delist_sender *sender,
    struct delist_account *account, int scope, struct delist_text name,
    bool by_operator, int64_t now_s);

/* The next sender or tenant behind a cursor. */
DELIST_API int delist_sender_next_account(const struct delist_sender *sender,
    bool *found, struct delist_account *account, struct delist_cursor *cursor);

/* ---- time ---- */

/* As delist_service_next_due() and delist_service_tick(). */
DELIST_API int64_t delist_sender_next_due(const struct delist_sender *sender);
DELIST_API int delist_sender_tick(
    struct delist_sender *sender, bool *more, size_t max, int64_t now_s);

#ifdef __cplusplus
}
#endif

#endif
