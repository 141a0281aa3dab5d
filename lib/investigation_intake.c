/* SPDX-License-Identifier: ISC */
/*
 * investigation_intake.c - mails that come in
 *
 *	code 606 to 649, and the portal would do	redirected
 *	code and IP					open
 *	else						needs-info
 */
#include "investigation.h"

#include <string.h>

#include "refusal.h"
#include "utf8.h"

static bool
has_addr(const struct delist_addr *addr)
{
	return addr->family != DELIST_NOADDR;
}

static int
check_mail(const struct investigation_step *step)
{
	const struct delist_event *ev = step->ev;

	if (ev->code != 0 && !delist_refusal_is_code(ev->code))
		return DELIST_ERANGE;
	if (ev->message_id_len > sizeof ev->message_id ||
	    !delist_utf8_is_line(ev->message_id, ev->message_id_len))
		return DELIST_EINVAL;
	if (has_addr(&ev->addr) && has_addr(&step->next.addr) &&
	    delist_addr_compare(&ev->addr, &step->next.addr) != 0)
		return DELIST_EINVAL;
	return DELIST_OK;
}

/* Answers go to one mailbox: a mail of somebody else is not answered. */
static void
take_sender(struct investigation_step *step)
{
	struct delist_investigation *next = &step->next;
	const struct delist_event *ev = step->ev;

	if (next->mailbox.len == 0)
		next->mailbox = ev->mailbox;
	if (next->mailbox.len != ev->mailbox.len ||
	    memcmp(next->mailbox.text, ev->mailbox.text, ev->mailbox.len) != 0)
		return;
	/* A mail that is on its way may have to go once more, as it is. */
	if (next->mail == DELIST_INVESTIGATION_MAIL_PENDING)
		return;
	memset(next->message_id, 0, sizeof next->message_id);
	memcpy(next->message_id, ev->message_id, ev->message_id_len);
	next->message_id_len = ev->message_id_len;
}

/* What the mail adds to what is known. */
static void
take_mail(struct investigation_step *step)
{
	struct delist_investigation *next = &step->next;
	const struct delist_event *ev = step->ev;

	if (next->intakes < UINT32_MAX)
		next->intakes++;
	take_sender(step);
	if (!has_addr(&next->addr))
		next->addr = ev->addr;
	if (next->code == 0 || ev->code == REFUSAL_PERSON)
		next->code = ev->code;
	step->todo |= DELIST_TODO_AUDIT;
}

/* The portal would only send back who is blocked with 511 by now. */
static bool
is_for_the_portal(const struct investigation_step *step)
{
	return delist_refusal_has_portal(step->next.code) &&
	       (!step->ev->covered || step->ev->self_service);
}

/*
 * Each reply goes out once, for each state here is entered once: a second
 * mail that lacks something finds the state that asked, and what a person
 * asked for does not come here.
 */
static void
sort(struct investigation_step *step)
{
	if (is_for_the_portal(step)) {
		delist_investigation_end(step, DELIST_INVESTIGATION_REDIRECTED);
		delist_investigation_reply(step, DELIST_NOTICE_PORTAL);
	} else if (step->next.code != 0 && has_addr(&step->next.addr)) {
		delist_investigation_open_up(step);
		delist_investigation_reply(step, DELIST_NOTICE_RECEIVED);
	} else if (step->next.state != DELIST_INVESTIGATION_NEEDS_INFO) {
		delist_investigation_need_info(step);
		delist_investigation_reply(step, DELIST_NOTICE_SEND_NDR);
	}
}

int
delist_investigation_intake(struct investigation_step *step)
{
	int result = check_mail(step);

	if (result != DELIST_OK)
		return result;
	step->next = (struct delist_investigation){
	    .language = step->ev->language,
	    .created_s = step->now_s,
	    .next_try_s = INT64_MAX,
	};
	memcpy(step->next.id, step->ev->request_id, sizeof step->next.id);
	take_mail(step);
	sort(step);
	return DELIST_OK;
}

/* What a person asked for comes in any words, but not from a machine. */
int
delist_investigation_intake_more(struct investigation_step *step)
{
	int result = check_mail(step);

	if (result != DELIST_OK)
		return result;
	take_mail(step);
	if (step->next.answer != DELIST_NOTICE_NEED_INFO)
		sort(step);
	else if (step->ev->may_answer || step->ev->code != 0)
		delist_investigation_open_up(step);
	return DELIST_OK;
}

int
delist_investigation_join(struct investigation_step *step)
{
	int result = check_mail(step);

	if (result == DELIST_OK)
		take_mail(step);
	return result;
}

/* After the answer a person should see that it did not help. */
int
delist_investigation_join_late(struct investigation_step *step)
{
	if (!delist_investigation_joins(&step->next, step->now_s))
		return DELIST_EEXPIRED;
	step->todo = DELIST_TODO_REVIEW;
	return delist_investigation_join(step);
}
