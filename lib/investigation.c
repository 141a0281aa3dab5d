/* SPDX-License-Identifier: ISC */
/*
 * investigation.c - from a forwarded bounce to a person's answer
 *
 * All that can happen is one table, at the end; handlers work on a copy.
 *
 * Refused: an end to what nobody answers.  A request that is not confirmed
 * says that nobody wants it; here somebody waits for us.  What strangers can
 * pile up is bounded before, by the limits on mails, and by eviction of those
 * that lack what is needed to work on them.
 */
#include "investigation.h"

#include <string.h>

#include "later.h"

/* ---- answers ---- */

static int
refused(struct investigation_step *step)
{
	(void)step;
	return DELIST_ESTATE;
}

static int
ignored(struct investigation_step *step)
{
	(void)step;
	return DELIST_OK;
}

static int
another(struct investigation_step *step)
{
	(void)step;
	return DELIST_EEXPIRED;
}

/* ---- states ---- */

void
delist_investigation_become(
    struct investigation_step *step, enum delist_investigation_state state)
{
	step->next.state = (uint8_t)state;
	step->todo |= DELIST_TODO_AUDIT;
}

void
delist_investigation_end(
    struct investigation_step *step, enum delist_investigation_state state)
{
	step->next.purge_s =
	    delist_later(step->now_s, step->policy->personal_s);
	delist_investigation_become(step, state);
}

/* The clock starts with the mail that has all that is needed. */
void
delist_investigation_open_up(struct investigation_step *step)
{
	struct delist_investigation *next = &step->next;
	const struct delist_policy *policy = step->policy;

	next->stage = DELIST_STAGE_IN_TIME;
	next->opened_s = step->now_s;
	next->due_s[0] = delist_later(step->now_s, policy->due_soon_s);
	next->due_s[1] = delist_later(step->now_s, policy->overdue_s);
	next->due_s[2] = delist_later(step->now_s, policy->must_answer_s);
	delist_investigation_become(step, DELIST_INVESTIGATION_OPEN);
}

void
delist_investigation_need_info(struct investigation_step *step)
{
	step->next.expires_s =
	    delist_later(step->now_s, step->policy->needs_info_s);
	delist_investigation_become(step, DELIST_INVESTIGATION_NEEDS_INFO);
}

/* ---- time ---- */

static int
expire(struct investigation_step *step)
{
	step->next.next_try_s = INT64_MAX;
	step->todo = 0;
	delist_investigation_end(step, DELIST_INVESTIGATION_EXPIRED);
	return DELIST_OK;
}

/* Nobody was told that a person reads it, and none has. */
static int
evict_silent(struct investigation_step *step)
{
	return step->next.generation == 0 ? expire(step) : DELIST_ESTATE;
}

static int
needs_info_due(struct investigation_step *step)
{
	delist_investigation_try_again(step);
	return DELIST_OK;
}

/* Over by its date is over to every event, whether or not that was told. */
static bool
is_late(const struct investigation_step *step)
{
	return step->next.state == DELIST_INVESTIGATION_NEEDS_INFO &&
	       step->now_s >= step->next.expires_s &&
	       step->ev->kind != DELIST_EVENT_EVICT;
}

static int
open_due(struct investigation_step *step)
{
	struct delist_investigation *next = &step->next;
	uint8_t before = next->stage;

	delist_investigation_try_again(step);
	while (next->stage < DELIST_STAGE_MUST_ANSWER &&
	       step->now_s >= next->due_s[next->stage])
		next->stage++;
	if (next->stage != before)
		step->todo |= DELIST_TODO_AUDIT | DELIST_TODO_REVIEW;
	return DELIST_OK;
}

static int
purge_due(struct investigation_step *step)
{
	struct delist_investigation *next = &step->next;

	if (step->now_s < next->purge_s) {
		delist_investigation_try_again(step);
		return DELIST_OK;
	}
	next->mailbox = (struct delist_mailbox){0};
	memset(next->message_id, 0, sizeof next->message_id);
	memset(next->assignee, 0, sizeof next->assignee);
	memset(next->reason, 0, sizeof next->reason);
	next->message_id_len = next->assignee_len = next->reason_len = 0;
	next->next_try_s = INT64_MAX;
	step->todo = DELIST_TODO_PURGE;
	delist_investigation_become(step, DELIST_INVESTIGATION_PURGED);
	return DELIST_OK;
}

/* ---- the table ---- */

enum column {
	REFUSED,
	DUE,
	ANSWER,
	ACCEPTED,
	DELAYED,
	FAILED,
	EVICT,
	INTAKE,
	ASSIGN,
	NOTE,
	COLUMNS
};

static const uint8_t columns[DELIST_EVENT_KINDS] = {
    [DELIST_EVENT_DUE] = DUE,
    [DELIST_EVENT_ANSWER] = ANSWER,
    [DELIST_EVENT_MAIL_ACCEPTED] = ACCEPTED,
    [DELIST_EVENT_MAIL_DELAYED] = DELAYED,
    [DELIST_EVENT_MAIL_FAILED] = FAILED,
    [DELIST_EVENT_EVICT] = EVICT,
    [DELIST_EVENT_INTAKE] = INTAKE,
    [DELIST_EVENT_ASSIGN] = ASSIGN,
    [DELIST_EVENT_NOTE] = NOTE,
};

#define MAIL_RESULTS                                                 \
	delist_investigation_accepted, delist_investigation_delayed, \
	    delist_investigation_failed

/* clang-format off */
static int (*const table[DELIST_INVESTIGATION_STATES][COLUMNS])(
    struct investigation_step *step) = {
	/* others, due, answer
	 * mail accepted, delayed, failed
	 * evict, intake
	 * assign, note */
	[DELIST_INVESTIGATION_NONE] = {
		refused, ignored, refused,
		refused, refused, refused,
		refused, delist_investigation_intake,
		refused, refused},
	[DELIST_INVESTIGATION_NEEDS_INFO] = {
		refused, needs_info_due, delist_investigation_answer,
		MAIL_RESULTS,
		expire, delist_investigation_intake_more,
		refused, refused},
	[DELIST_INVESTIGATION_OPEN] = {
		refused, open_due, delist_investigation_answer,
		MAIL_RESULTS,
		evict_silent, delist_investigation_join,
		delist_investigation_assign, delist_investigation_note},
	[DELIST_INVESTIGATION_REVIEW] = {
		refused, open_due, delist_investigation_answer,
		MAIL_RESULTS,
		refused, delist_investigation_join,
		delist_investigation_assign, delist_investigation_note},
	[DELIST_INVESTIGATION_RESOLVED] = {
		refused, purge_due, delist_investigation_answer_again,
		MAIL_RESULTS,
		refused, delist_investigation_join_late,
		refused, delist_investigation_note},
	[DELIST_INVESTIGATION_REDIRECTED] = {
		refused, purge_due, refused,
		MAIL_RESULTS,
		refused, another,
		refused, refused},
	[DELIST_INVESTIGATION_EXPIRED] = {
		refused, purge_due, refused,
		ignored, ignored, ignored,
		refused, another,
		refused, refused},
	[DELIST_INVESTIGATION_PURGED] = {
		refused, ignored, refused,
		ignored, ignored, ignored,
		refused, another,
		refused, refused},
};
/* clang-format on */

int
delist_investigation_step(struct delist_investigation *next, unsigned *todo,
    const struct delist_investigation *cur, const struct delist_event *ev,
    const struct delist_policy *policy, int64_t now_s)
{
	struct investigation_step step = {*cur, 0, ev, policy, now_s};
	int result;

	if (delist_policy_check(policy) != DELIST_OK ||
	    cur->state >= DELIST_INVESTIGATION_STATES ||
	    ev->kind >= DELIST_EVENT_KINDS)
		return DELIST_EINVAL;
	if (is_late(&step))
		(void)expire(&step);
	result = table[step.next.state][columns[ev->kind]](&step);
	if (result != DELIST_OK)
		return result;
	*next = step.next;
	*todo = step.todo;
	return DELIST_OK;
}
