/* SPDX-License-Identifier: ISC */
/*
 * investigation_mail.c - what an investigation says, and whether it arrived
 *
 * Only the newest mail counts: a later one takes the place of one that was
 * still waiting, and results of older ones do not matter.
 */
#include "investigation.h"

#include "later.h"

void
delist_investigation_say(
    struct investigation_step *step, enum delist_notice notice)
{
	struct delist_investigation *next = &step->next;

	next->notice = (uint8_t)notice;
	next->mail = DELIST_INVESTIGATION_MAIL_PENDING;
	next->generation++;
	next->tries = 0;
	next->asked_s = step->now_s;
	next->next_try_s = INT64_MAX;
	step->todo |= DELIST_TODO_MAIL;
}

/* RFC 3834, 2: never to automatic mail, and never to nobody. */
void
delist_investigation_reply(
    struct investigation_step *step, enum delist_notice notice)
{
	const struct delist_event *ev = step->ev;

	if (ev->may_answer && ev->within_limits && !ev->suppressed &&
	    step->next.mailbox.len != 0)
		delist_investigation_say(step, notice);
}

static bool
is_newest(const struct investigation_step *step)
{
	return step->next.mail != DELIST_INVESTIGATION_NO_MAIL &&
	       step->ev->generation == step->next.generation;
}

static bool
is_pending(const struct investigation_step *step)
{
	return is_newest(step) &&
	       step->next.mail == DELIST_INVESTIGATION_MAIL_PENDING;
}

int
delist_investigation_accepted(struct investigation_step *step)
{
	if (!is_pending(step))
		return DELIST_OK;
	step->next.mail = DELIST_INVESTIGATION_MAIL_ACCEPTED;
	step->next.next_try_s = INT64_MAX;
	step->todo = DELIST_TODO_AUDIT;
	return DELIST_OK;
}

/* A person wants to know that what they wrote was not read. */
static void
fail(struct investigation_step *step)
{
	step->next.mail = DELIST_INVESTIGATION_MAIL_FAILED;
	step->next.next_try_s = INT64_MAX;
	step->todo = DELIST_TODO_AUDIT;
	if (step->next.notice >= DELIST_NOTICE_DELISTED)
		step->todo |= DELIST_TODO_REVIEW;
	if (!step->ev->within_limits)
		step->todo |= DELIST_TODO_SUPPRESS;
}

int
delist_investigation_delayed(struct investigation_step *step)
{
	struct delist_investigation *next = &step->next;

	/* A repeat of the same result must not use up a try. */
	if (!is_pending(step) || next->next_try_s != INT64_MAX)
		return DELIST_OK;
	if (delist_later_try(&next->tries, &next->next_try_s,
		step->policy->mail_wait_s, step->policy->mail_tries,
		step->now_s))
		step->todo = DELIST_TODO_AUDIT;
	else
		fail(step);
	return DELIST_OK;
}

/* What was accepted may still come back. */
int
delist_investigation_failed(struct investigation_step *step)
{
	if (!step->ev->mac_ok)
		return DELIST_ETOKEN;
	if (is_newest(step) &&
	    step->next.mail != DELIST_INVESTIGATION_MAIL_FAILED)
		fail(step);
	return DELIST_OK;
}

void
delist_investigation_try_again(struct investigation_step *step)
{
	if (step->now_s < step->next.next_try_s ||
	    step->next.next_try_s == INT64_MAX)
		return;
	step->next.next_try_s = INT64_MAX;
	step->todo |= DELIST_TODO_MAIL;
}
