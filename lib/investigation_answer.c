/* SPDX-License-Identifier: ISC */
/*
 * investigation_answer.c - what people do about it
 *
 * Their texts end up in audit rows and mails, so a text that could end a line
 * or move a cursor is refused here, before it is stored.
 */
#include "investigation.h"

#include <string.h>

#include "later.h"
#include "utf8.h"

static bool
is_text(const char *text, size_t len, size_t max)
{
	return len >= 1 && len <= max && delist_utf8_is_line(text, len);
}

static bool
has_person(const struct delist_evidence *evidence)
{
	return is_text(
	    evidence->source, evidence->source_len, sizeof evidence->source);
}

static bool
has_reason(const struct delist_evidence *evidence)
{
	return is_text(
	    evidence->reason, evidence->reason_len, sizeof evidence->reason);
}

int
delist_investigation_assign(struct investigation_step *step)
{
	const struct delist_evidence *evidence = &step->ev->evidence;
	struct delist_investigation *next = &step->next;

	if (!has_person(evidence))
		return DELIST_EINVAL;
	memset(next->assignee, 0, sizeof next->assignee);
	memcpy(next->assignee, evidence->source, evidence->source_len);
	next->assignee_len = evidence->source_len;
	delist_investigation_become(step, DELIST_INVESTIGATION_REVIEW);
	return DELIST_OK;
}

/* The note itself is the audit row's; one after the end changes nothing. */
int
delist_investigation_note(struct investigation_step *step)
{
	if (!has_person(&step->ev->evidence) ||
	    !has_reason(&step->ev->evidence))
		return DELIST_EINVAL;
	step->todo = DELIST_TODO_AUDIT;
	if (step->next.state == DELIST_INVESTIGATION_OPEN)
		delist_investigation_become(step, DELIST_INVESTIGATION_REVIEW);
	return DELIST_OK;
}

static int
check_answer(const struct investigation_step *step)
{
	const struct delist_event *ev = step->ev;

	if (ev->notice < DELIST_NOTICE_DELISTED ||
	    ev->notice > DELIST_NOTICE_NOT_LISTED || !has_person(&ev->evidence))
		return DELIST_EINVAL;
	if ((ev->notice == DELIST_NOTICE_DENIED ||
		ev->notice == DELIST_NOTICE_NEED_INFO) &&
	    !has_reason(&ev->evidence))
		return DELIST_EINVAL;
	if (ev->evidence.reason_len != 0 && !has_reason(&ev->evidence))
		return DELIST_EINVAL;
	if (step->next.addr.family == DELIST_NOADDR ||
	    (ev->notice == DELIST_NOTICE_DELISTED && !ev->covered) ||
	    (ev->notice == DELIST_NOTICE_NOT_LISTED && ev->covered))
		return DELIST_ESTATE;
	return DELIST_OK;
}

static void
resolve(struct investigation_step *step)
{
	step->next.join_until_s =
	    delist_later(step->now_s, step->policy->join_s);
	if (step->ev->notice == DELIST_NOTICE_DELISTED)
		step->todo |=
		    step->ev->exact ? DELIST_TODO_LIFT : DELIST_TODO_EXCEPT;
	delist_investigation_end(step, DELIST_INVESTIGATION_RESOLVED);
}

int
delist_investigation_answer_again(struct investigation_step *step)
{
	const struct delist_event *ev = step->ev;

	if (ev->notice != step->next.answer)
		return DELIST_ESTATE;
	/* It was listed again since: this is another removal. */
	if (ev->notice == DELIST_NOTICE_DELISTED && ev->covered)
		return delist_investigation_answer(step);
	step->todo = DELIST_TODO_ALREADY;
	return DELIST_OK;
}

int
delist_investigation_answer(struct investigation_step *step)
{
	const struct delist_event *ev = step->ev;
	struct delist_investigation *next = &step->next;
	int result = check_answer(step);

	if (result != DELIST_OK)
		return result;
	if (next->state == DELIST_INVESTIGATION_NEEDS_INFO &&
	    next->answer == ev->notice)
		return delist_investigation_answer_again(step);
	next->answer = ev->notice;
	memset(next->reason, 0, sizeof next->reason);
	memcpy(next->reason, ev->evidence.reason, ev->evidence.reason_len);
	next->reason_len = ev->evidence.reason_len;
	next->resolved_s = step->now_s;
	if (next->mailbox.len != 0 && !ev->suppressed)
		delist_investigation_say(step, (enum delist_notice)ev->notice);
	if (ev->notice == DELIST_NOTICE_NEED_INFO)
		delist_investigation_need_info(step);
	else
		resolve(step);
	return DELIST_OK;
}
