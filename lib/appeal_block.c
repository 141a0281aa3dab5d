/* SPDX-License-Identifier: ISC */
/*
 * appeal_block.c - bounces, and the rung that each leads to
 *
 *	class			rungs
 *	ip-block-portal		request, request, mail, a person
 *	ip-block-mail		mail, a person
 *	other ip-block-*	request, request, a person
 *
 * Times are when a thing happened, as far as our own clock can know: nothing
 * happens in its future.
 */
#include "appeal.h"

#include <string.h>

#include "later.h"
#include "utf8.h"

/* ---- times ---- */

static int64_t
earlier(int64_t a_s, int64_t b_s)
{
	return a_s < b_s ? a_s : b_s;
}

int64_t
delist_appeal_happened_s(const struct appeal_step *step)
{
	return step->ev->at_s != 0 ? earlier(step->ev->at_s, step->now_s)
				   : step->now_s;
}

/* Older than what is known; a clock that was ahead makes nothing older. */
bool
delist_appeal_is_old_news(const struct appeal_step *step, int64_t known_s)
{
	return delist_appeal_happened_s(step) < earlier(known_s, step->now_s);
}

/* A sign of life: it is not forgotten sooner than before. */
void
delist_appeal_stay(struct appeal_step *step)
{
	int64_t until_s =
	    delist_later(step->now_s, step->policy->appeal_forget_s);

	if (until_s > step->next.expires_s)
		step->next.expires_s = until_s;
}

/* ---- rungs ---- */

void
delist_appeal_become(struct appeal_step *step, enum delist_appeal_state state)
{
	step->next.state = (uint8_t)state;
	step->todo |= DELIST_TODO_AUDIT;
}

void
delist_appeal_send_mail(struct appeal_step *step)
{
	step->next.approved = true;
	step->next.generation++;
	step->todo |= DELIST_TODO_AUDIT | DELIST_TODO_MAIL;
}

static void
to_mail(struct appeal_step *step)
{
	step->next.approved = false;
	delist_appeal_become(step, DELIST_APPEAL_TO_MAIL);
	if (step->ev->auto_mail && step->ev->within_limits)
		delist_appeal_send_mail(step);
	else
		step->todo |= DELIST_TODO_TASK;
}

void
delist_appeal_hand_over(
    struct appeal_step *step, enum delist_appeal_state state)
{
	delist_appeal_become(step, state);
	step->todo |= DELIST_TODO_TASK;
}

void
delist_appeal_climb(struct appeal_step *step)
{
	struct delist_appeal *next = &step->next;
	const struct delist_policy *policy = step->policy;
	bool takes_mail = next->cls == DELIST_CLASS_IP_BLOCK_MAIL ||
			  next->cls == DELIST_CLASS_IP_BLOCK_PORTAL;

	if (next->cls != DELIST_CLASS_IP_BLOCK_MAIL &&
	    next->requests < policy->appeal_requests)
		delist_appeal_hand_over(step, DELIST_APPEAL_TO_REQUEST);
	else if (takes_mail && next->mails < policy->appeal_mails)
		to_mail(step);
	else
		delist_appeal_hand_over(step, DELIST_APPEAL_ESCALATED);
}

/* ---- bounces ---- */

static bool
is_block(const struct delist_appeal_event *ev)
{
	return ev->cls >= DELIST_CLASS_IP_BLOCK_PORTAL &&
	       ev->cls <= DELIST_CLASS_IP_BLOCK_RECIPIENT &&
	       ev->addr.family != DELIST_NOADDR && ev->provider_len >= 1 &&
	       ev->provider_len <= sizeof ev->provider &&
	       delist_utf8_is_line(ev->provider, ev->provider_len);
}

static bool
is_the_appeal(const struct appeal_step *step)
{
	const struct delist_appeal_event *ev = step->ev;
	const struct delist_appeal *next = &step->next;

	return delist_addr_compare(&ev->addr, &next->addr) == 0 &&
	       ev->provider_len == next->provider_len &&
	       memcmp(ev->provider, next->provider, ev->provider_len) == 0;
}

static void
begin_block(struct appeal_step *step)
{
	struct delist_appeal *next = &step->next;

	next->cls = step->ev->cls;
	next->remedy = step->ev->remedy;
	next->by_mail = next->cls == DELIST_CLASS_IP_BLOCK_MAIL;
	next->requests = next->mails = 0;
	next->bounces = 1;
	next->blocked_s = next->bounced_s = delist_appeal_happened_s(step);
	next->expires_s =
	    delist_later(step->now_s, step->policy->appeal_forget_s);
	if (next->times < UINT32_MAX)
		next->times++;
}

int
delist_appeal_first_block(struct appeal_step *step)
{
	const struct delist_appeal_event *ev = step->ev;

	if (!is_block(ev))
		return DELIST_EINVAL;
	step->next = (struct delist_appeal){
	    .provider_len = ev->provider_len,
	    .addr = ev->addr,
	};
	memcpy(step->next.id, ev->id, sizeof ev->id);
	memcpy(step->next.provider, ev->provider, ev->provider_len);
	begin_block(step);
	delist_appeal_climb(step);
	return DELIST_OK;
}

/* One more bounce for what is known; not one line more in the audit. */
int
delist_appeal_count_block(struct appeal_step *step)
{
	struct delist_appeal *next = &step->next;

	if (!is_block(step->ev) || !is_the_appeal(step))
		return DELIST_EINVAL;
	if (next->bounces < UINT32_MAX)
		next->bounces++;
	if (delist_appeal_happened_s(step) >
	    earlier(next->bounced_s, step->now_s))
		next->bounced_s = delist_appeal_happened_s(step);
	delist_appeal_stay(step);
	step->todo = DELIST_TODO_ALREADY;
	return DELIST_OK;
}

static bool
becomes_mail(const struct appeal_step *step)
{
	return step->ev->cls == DELIST_CLASS_IP_BLOCK_MAIL &&
	       step->next.cls != DELIST_CLASS_IP_BLOCK_MAIL &&
	       !delist_appeal_is_old_news(step, step->next.bounced_s);
}

/* A mail about the other code was no mail about this one, but only once. */
static void
set_class(struct appeal_step *step)
{
	struct delist_appeal *next = &step->next;

	if (step->ev->cls == DELIST_CLASS_IP_BLOCK_MAIL && !next->by_mail) {
		next->by_mail = true;
		next->mails = 0;
	}
	next->cls = step->ev->cls;
	next->remedy = step->ev->remedy;
}

int
delist_appeal_blocked_to_request(struct appeal_step *step)
{
	bool changes = becomes_mail(step);
	int result = delist_appeal_count_block(step);

	if (result != DELIST_OK || !changes)
		return result;
	step->todo = 0;
	set_class(step);
	delist_appeal_climb(step);
	return DELIST_OK;
}

int
delist_appeal_blocked_waiting(struct appeal_step *step)
{
	bool changes = becomes_mail(step);
	int result = delist_appeal_count_block(step);

	if (result != DELIST_OK)
		return result;
	if (!changes &&
	    delist_appeal_happened_s(step) < step->next.wait_until_s)
		return DELIST_OK;
	step->todo = 0;
	set_class(step);
	delist_appeal_climb(step);
	return DELIST_OK;
}

int
delist_appeal_blocked_recurring(struct appeal_step *step)
{
	bool changes = becomes_mail(step);
	int result = delist_appeal_count_block(step);

	if (result == DELIST_OK && changes)
		set_class(step);
	return result;
}

int
delist_appeal_blocked_again(struct appeal_step *step)
{
	if (!is_block(step->ev) || !is_the_appeal(step))
		return DELIST_EINVAL;
	if (delist_appeal_is_old_news(step, step->next.cleared_s))
		return DELIST_OK;
	if (step->now_s >= step->next.expires_s)
		return delist_appeal_first_block(step);
	begin_block(step);
	delist_appeal_hand_over(step, DELIST_APPEAL_RECURRING);
	return DELIST_OK;
}
