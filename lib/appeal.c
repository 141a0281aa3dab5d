/* SPDX-License-Identifier: ISC */
/*
 * appeal.c - a block of ours, from the first bounce to the first delivery
 *
 * All that can happen is one table, at the end; handlers work on a copy.
 *
 * Refused: one appeal for each bounce, or for each code.  A provider with many
 * servers says many things at once, and a person can ask it once.
 */
#include "appeal.h"

#include <string.h>

#include "later.h"

/* ---- answers ---- */

static int
refused(struct appeal_step *step)
{
	(void)step;
	return DELIST_ESTATE;
}

static int
ignored(struct appeal_step *step)
{
	(void)step;
	return DELIST_OK;
}

static int
already(struct appeal_step *step)
{
	step->todo = DELIST_TODO_ALREADY;
	return DELIST_OK;
}

/* ---- what became of it ---- */

static int
delivered(struct appeal_step *step)
{
	if (delist_appeal_is_old_news(step, step->next.bounced_s))
		return DELIST_OK;
	step->next.cleared_s = delist_appeal_happened_s(step);
	step->next.expires_s =
	    delist_later(step->now_s, step->policy->appeal_recur_s);
	delist_appeal_become(step, DELIST_APPEAL_CLEARED);
	return DELIST_OK;
}

static int
approved(struct appeal_step *step)
{
	if (step->next.approved)
		return already(step);
	if (!step->ev->within_limits)
		return DELIST_EAGAIN;
	delist_appeal_send_mail(step);
	delist_appeal_stay(step);
	return DELIST_OK;
}

static void
wait_for(struct appeal_step *step, int64_t wait_s)
{
	step->next.asked_s = step->now_s;
	step->next.wait_until_s = delist_later(step->now_s, wait_s);
	step->next.checked = false;
	delist_appeal_stay(step);
	delist_appeal_become(step, DELIST_APPEAL_WAITING);
}

static int
requested(struct appeal_step *step)
{
	if (step->next.requests < UINT32_MAX)
		step->next.requests++;
	wait_for(step, step->policy->appeal_request_wait_s);
	return DELIST_OK;
}

static int
mailed(struct appeal_step *step)
{
	if (step->next.mails < UINT32_MAX)
		step->next.mails++;
	wait_for(step, step->policy->appeal_mail_wait_s);
	return DELIST_OK;
}

static int
decided(struct appeal_step *step)
{
	wait_for(step, step->policy->appeal_mail_wait_s);
	return DELIST_OK;
}

/* No second try at a portal that takes none. */
static int
request_failed(struct appeal_step *step)
{
	if (step->next.requests < step->policy->appeal_requests)
		step->next.requests = step->policy->appeal_requests;
	delist_appeal_stay(step);
	delist_appeal_climb(step);
	return DELIST_OK;
}

static int
mail_failed(struct appeal_step *step)
{
	if (step->next.mails < step->policy->appeal_mails)
		step->next.mails = step->policy->appeal_mails;
	delist_appeal_stay(step);
	delist_appeal_hand_over(step, DELIST_APPEAL_ESCALATED);
	return DELIST_OK;
}

static int
next_rung(struct appeal_step *step)
{
	delist_appeal_stay(step);
	delist_appeal_climb(step);
	return DELIST_OK;
}

/* The key stays: the row to purge is found by it. */
static int
end(struct appeal_step *step)
{
	struct delist_appeal old = step->next;

	step->next = (struct delist_appeal){
	    .provider_len = old.provider_len,
	    .addr = old.addr,
	};
	memcpy(step->next.provider, old.provider, sizeof old.provider);
	step->todo = DELIST_TODO_AUDIT | DELIST_TODO_PURGE;
	return DELIST_OK;
}

static int
due(struct appeal_step *step)
{
	if (step->now_s >= step->next.expires_s)
		return end(step);
	return DELIST_OK;
}

static int
waiting_due(struct appeal_step *step)
{
	struct delist_appeal *next = &step->next;

	if (step->now_s >= next->expires_s)
		return end(step);
	if (next->checked || step->now_s < next->wait_until_s)
		return DELIST_OK;
	next->checked = true;
	step->todo = DELIST_TODO_CHECK;
	return DELIST_OK;
}

/* ---- the table ---- */

/* clang-format off */
static int (*const table[DELIST_APPEAL_STATES][DELIST_APPEAL_EVENT_KINDS])(
    struct appeal_step *step) = {
	/* none, due, blocked, delivered
	 * approved, done, failed, fixed, dismissed */
	[DELIST_APPEAL_NONE] = {
		refused, ignored, delist_appeal_first_block, ignored,
		refused, refused, refused, refused, ignored},
	[DELIST_APPEAL_TO_REQUEST] = {
		refused, due, delist_appeal_blocked_to_request, delivered,
		refused, requested, request_failed, refused, end},
	[DELIST_APPEAL_TO_MAIL] = {
		refused, due, delist_appeal_count_block, delivered,
		approved, mailed, mail_failed, refused, end},
	[DELIST_APPEAL_WAITING] = {
		refused, waiting_due, delist_appeal_blocked_waiting, delivered,
		already, already, next_rung, refused, end},
	[DELIST_APPEAL_ESCALATED] = {
		refused, due, delist_appeal_count_block, delivered,
		refused, decided, already, refused, end},
	[DELIST_APPEAL_CLEARED] = {
		refused, due, delist_appeal_blocked_again, ignored,
		ignored, ignored, ignored, ignored, end},
	[DELIST_APPEAL_RECURRING] = {
		refused, due, delist_appeal_blocked_recurring, delivered,
		refused, refused, refused, next_rung, end},
};
/* clang-format on */

int
delist_appeal_step(struct delist_appeal *next, unsigned *todo,
    const struct delist_appeal *cur, const struct delist_appeal_event *ev,
    const struct delist_policy *policy, int64_t now_s)
{
	struct appeal_step step = {*cur, 0, ev, policy, now_s};
	int result;

	if (delist_policy_check(policy) != DELIST_OK ||
	    cur->state >= DELIST_APPEAL_STATES ||
	    ev->kind >= DELIST_APPEAL_EVENT_KINDS)
		return DELIST_EINVAL;
	result = table[cur->state][ev->kind](&step);
	if (result != DELIST_OK)
		return result;
	*next = step.next;
	*todo = step.todo;
	return DELIST_OK;
}
