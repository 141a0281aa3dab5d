/* SPDX-License-Identifier: ISC */
/*
 * request.c - a request from submit to purge
 *
 * All that can happen is one table, at the end; handlers work on a copy.
 */
#include <delist/request.h>

#include <string.h>

#include "later.h"

struct step {
	struct delist_request next;
	unsigned todo;
	const struct delist_event *ev;
	const struct delist_policy *policy;
	int64_t now_s;
};

/* ---- answers ---- */

static int
refused(struct step *step)
{
	(void)step;
	return DELIST_ESTATE;
}

static int
ignored(struct step *step)
{
	(void)step;
	return DELIST_OK;
}

static int
over(struct step *step)
{
	return step->ev->mac_ok ? DELIST_EEXPIRED : DELIST_ETOKEN;
}

static int
already(struct step *step)
{
	if (!step->ev->mac_ok)
		return DELIST_ETOKEN;
	step->todo = DELIST_TODO_ALREADY;
	return DELIST_OK;
}

static void
become(struct step *step, enum delist_request_state state)
{
	step->next.state = (uint8_t)state;
	step->todo |= DELIST_TODO_AUDIT;
	if (!delist_request_open(&step->next))
		step->next.purge_s =
		    delist_later(step->now_s, step->policy->personal_s);
}

/* ---- mail ---- */

static void
ask_for_mail(struct step *step)
{
	struct delist_request *next = &step->next;
	bool may_mail = step->ev->within_limits && !step->ev->suppressed;

	next->generation++;
	next->kid = step->ev->kid;
	next->tries = 0;
	next->asked_s = step->now_s;
	next->next_try_s = INT64_MAX;
	next->expires_s = delist_later(step->now_s, step->policy->token_life_s);
	next->muted = !may_mail;
	if (may_mail)
		step->todo |= DELIST_TODO_MAIL;
	become(step, DELIST_REQUEST_MAIL_PENDING);
}

static int
submit(struct step *step)
{
	const struct delist_event *ev = step->ev;

	if (ev->mailbox.len == 0 || ev->addr.family == DELIST_NOADDR)
		return DELIST_EINVAL;
	step->next = (struct delist_request){
	    .language = ev->language,
	    .addr = ev->addr,
	    .mailbox = ev->mailbox,
	    .created_s = step->now_s,
	};
	memcpy(step->next.id, ev->request_id, sizeof step->next.id);
	if (!ev->covered)
		become(step, DELIST_REQUEST_NOT_LISTED);
	else if (!ev->self_service)
		become(step, DELIST_REQUEST_REFUSED_INVESTIGATE);
	else
		ask_for_mail(step);
	return DELIST_OK;
}

/* Where another mail may not go out the one that did stays good. */
static int
resend(struct step *step)
{
	const struct delist_policy *policy = step->policy;
	struct delist_request *next = &step->next;

	if (next->resends >= policy->resends_max ||
	    step->now_s <
		delist_later(next->asked_s, policy->resend_spacing_s) ||
	    !step->ev->within_limits || step->ev->suppressed)
		return DELIST_OK;
	next->resends++;
	ask_for_mail(step);
	return DELIST_OK;
}

static bool
is_newest(const struct step *step)
{
	return step->ev->generation == step->next.generation;
}

static int
mail_accepted(struct step *step)
{
	struct delist_request *next = &step->next;

	if (!is_newest(step))
		return DELIST_OK;
	next->sent_generation = next->generation;
	next->mail_sent_s = step->now_s;
	next->sent_expires_s =
	    delist_later(step->now_s, step->policy->token_life_s);
	next->expires_s = next->sent_expires_s;
	next->next_try_s = INT64_MAX;
	become(step, DELIST_REQUEST_MAIL_SENT);
	return DELIST_OK;
}

static void
fail(struct step *step)
{
	if (!step->ev->within_limits)
		step->todo |= DELIST_TODO_SUPPRESS;
	become(step, DELIST_REQUEST_MAIL_FAILED);
}

static int
mail_delayed(struct step *step)
{
	struct delist_request *next = &step->next;

	/* A repeat of the same result must not use up a try. */
	if (!is_newest(step) || next->next_try_s != INT64_MAX)
		return DELIST_OK;
	if (delist_later_try(&next->tries, &next->next_try_s,
		step->policy->mail_wait_s, step->policy->mail_tries,
		step->now_s))
		step->todo = DELIST_TODO_AUDIT;
	else
		fail(step);
	return DELIST_OK;
}

static int
mail_failed(struct step *step)
{
	if (!step->ev->mac_ok)
		return DELIST_ETOKEN;
	if (is_newest(step))
		fail(step);
	return DELIST_OK;
}

/* ---- the holder of the mail ---- */

/* A right MAC proves delivery, whatever the mailer has said so far. */
static int
check_token(const struct step *step)
{
	const struct delist_request *next = &step->next;
	uint32_t generation = step->ev->generation;
	int64_t end_s = next->expires_s;

	if (!step->ev->mac_ok || generation == 0)
		return DELIST_ETOKEN;
	if (generation == next->sent_generation)
		end_s = next->sent_expires_s;
	else if (generation != next->generation)
		return DELIST_ETOKEN;
	return step->now_s < end_s ? DELIST_OK : DELIST_EEXPIRED;
}

static int
redeem(struct step *step)
{
	const struct delist_event *ev = step->ev;
	int result = check_token(step);

	if (result != DELIST_OK)
		return result;
	if (!ev->covered || !ev->self_service || !ev->relation_ok)
		return DELIST_ESTATE;
	if (step->now_s < ev->cooldown_until_s)
		return DELIST_EAGAIN;
	step->next.applied_s = step->now_s;
	step->next.listing_generation = ev->set_generation;
	step->todo = DELIST_TODO_HISTORY;
	step->todo |= ev->exact ? DELIST_TODO_LIFT : DELIST_TODO_EXCEPT;
	become(step, DELIST_REQUEST_APPLIED);
	return DELIST_OK;
}

static int
cancel(struct step *step)
{
	if (!step->ev->mac_ok)
		return DELIST_ETOKEN;
	step->todo = DELIST_TODO_SUPPRESS;
	become(step, DELIST_REQUEST_CANCELLED);
	return DELIST_OK;
}

/* ---- time, and what became of the listing ---- */

static int
evict(struct step *step)
{
	become(step, DELIST_REQUEST_EXPIRED);
	return DELIST_OK;
}

static bool
is_late(const struct step *step)
{
	return delist_request_open(&step->next) &&
	       step->now_s >= step->next.expires_s &&
	       step->ev->kind != DELIST_EVENT_INSPECT &&
	       step->ev->kind != DELIST_EVENT_EVICT;
}

static int
open_due(struct step *step)
{
	struct delist_request *next = &step->next;

	if (step->now_s >= next->next_try_s) {
		next->next_try_s = INT64_MAX;
		step->todo = DELIST_TODO_MAIL;
	}
	return DELIST_OK;
}

static int
purge_due(struct step *step)
{
	if (step->now_s < step->next.purge_s)
		return DELIST_OK;
	step->next.mailbox = (struct delist_mailbox){0};
	step->todo = DELIST_TODO_PURGE;
	become(step, DELIST_REQUEST_PURGED);
	return DELIST_OK;
}

static int
effective(struct step *step)
{
	step->next.effective_s = step->now_s;
	become(step, DELIST_REQUEST_EFFECTIVE);
	return DELIST_OK;
}

static int
relisted(struct step *step)
{
	become(step, DELIST_REQUEST_RELISTED);
	return DELIST_OK;
}

/* ---- the table ---- */

/* clang-format off */
/* SUBMIT to RELISTED; of the kinds before, requests take DUE and REDEEM. */
static int (*const table[DELIST_REQUEST_STATES]
    [3 + DELIST_EVENT_RELISTED - DELIST_EVENT_SUBMIT])(struct step *step) = {
	/*       due      redeem   submit    accepted delayed  failed
	 *       inspect  resend   cancel    evict    effective relisted */
	[DELIST_REQUEST_NONE] = {
		ignored, refused, submit,  refused, refused, refused,
		refused, refused, refused, refused, refused, refused},
	[DELIST_REQUEST_MAIL_PENDING] = {
		open_due, redeem, ignored, mail_accepted, mail_delayed,
		mail_failed,
		ignored, ignored, cancel,  evict,   refused, refused},
	[DELIST_REQUEST_MAIL_SENT] = {
		open_due, redeem, resend,  ignored, ignored, mail_failed,
		ignored, resend,  cancel,  evict,   refused, refused},
	[DELIST_REQUEST_APPLIED] = {
		purge_due, already, refused, ignored, ignored, ignored,
		ignored, refused, refused, refused, effective, relisted},
	[DELIST_REQUEST_EFFECTIVE] = {
		purge_due, already, refused, ignored, ignored, ignored,
		ignored, refused, refused, refused, ignored, relisted},
	[DELIST_REQUEST_RELISTED] = {
		purge_due, already, refused, ignored, ignored, ignored,
		ignored, refused, refused, refused, ignored, ignored},
	[DELIST_REQUEST_MAIL_FAILED] = {
		purge_due, over,  refused, ignored, ignored, ignored,
		ignored, refused, refused, refused, refused, refused},
	[DELIST_REQUEST_CANCELLED] = {
		purge_due, over,  refused, ignored, ignored, ignored,
		ignored, refused, already, refused, refused, refused},
	[DELIST_REQUEST_EXPIRED] = {
		purge_due, over,  refused, ignored, ignored, ignored,
		ignored, refused, refused, refused, refused, refused},
	[DELIST_REQUEST_REFUSED_INVESTIGATE] = {
		purge_due, refused, refused, refused, refused, refused,
		ignored, refused, refused, refused, refused, refused},
	[DELIST_REQUEST_NOT_LISTED] = {
		purge_due, refused, refused, refused, refused, refused,
		ignored, refused, refused, refused, refused, refused},
	[DELIST_REQUEST_PURGED] = {
		ignored, over,    refused, ignored, ignored, ignored,
		ignored, refused, refused, refused, ignored, ignored},
};
/* clang-format on */

int
delist_request_step(struct delist_request *next, unsigned *todo,
    const struct delist_request *cur, const struct delist_event *ev,
    const struct delist_policy *policy, int64_t now_s)
{
	struct step step = {*cur, 0, ev, policy, now_s};
	unsigned column;
	int result;

	if (delist_policy_check(policy) != DELIST_OK ||
	    cur->state >= DELIST_REQUEST_STATES ||
	    ev->kind >= DELIST_EVENT_KINDS)
		return DELIST_EINVAL;
	if (ev->kind > DELIST_EVENT_RELISTED ||
	    (ev->kind != DELIST_EVENT_DUE && ev->kind < DELIST_EVENT_REDEEM))
		return DELIST_ESTATE;
	/* Over by its date is over, whether or not that was told. */
	if (is_late(&step))
		(void)evict(&step);
	column = ev->kind == DELIST_EVENT_DUE
		     ? 0
		     : ev->kind - DELIST_EVENT_REDEEM + 1u;
	result = table[step.next.state][column](&step);
	if (result != DELIST_OK)
		return result;
	*next = step.next;
	*todo = step.todo;
	return DELIST_OK;
}
