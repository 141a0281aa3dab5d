/* SPDX-License-Identifier: ISC */
/*
 * service_intake.c - a mail to the delist mailbox comes in
 *
 *	mail -> verdicts -> code and address -> case -> step -> an answer
 *
 * A mail is about one address: the first that is blocked with 511, else the
 * first with a code of the portal's, else the first that is named.  Whatever
 * it says, it changes no list.
 *
 * A mail that does not open a case and can't be answered leaves nothing: who
 * would add what is missing was never asked for it.
 */
#include <delist/letter.h>
#include <delist/ndr.h>
#include <delist/service_desk.h>

#include <string.h>

#include "refusal.h"
#include "service.h"

enum {
	VERDICTS = 16,	  /* recipients of one bounce that are looked at */
	SILENT_TRIES = 16 /* cases that are looked at until one gives way */
};

struct intake_call {
	struct delist_event ev; /* what is known before rows are read */
	struct delist_intake_answer answer;
};

/* ---- what the mail says ---- */

static uint16_t
code_of(const struct delist_verdict *verdict)
{
	const struct delist_status *status = &verdict->status;
	bool ours = status->cls == 5 && status->subject == 7 &&
		    delist_refusal_is_code(status->detail);

	return ours ? status->detail : 0;
}

/* One address, not a range of them. */
static struct delist_addr
addr_of(const struct delist_verdict *verdict)
{
	struct delist_addr none = {DELIST_NOADDR, {0}};
	const struct delist_prefix *blocked = &verdict->blocked;

	if (!delist_prefix_valid(blocked) ||
	    blocked->bits != (blocked->addr.family == DELIST_INET4 ? 32 : 128))
		return none;
	return blocked->addr;
}

/* How much a verdict says: the code counts first, then the address. */
static int
weight(const struct delist_verdict *verdict)
{
	uint16_t code = code_of(verdict);
	int weight = addr_of(verdict).family != DELIST_NOADDR;

	if (code == REFUSAL_PERSON)
		weight += 4;
	else if (code != 0)
		weight += 2;
	return weight;
}

static void
read_bounce(const struct delist_service *service, struct delist_event *ev,
    struct delist_text mail)
{
	struct delist_verdict verdicts[VERDICTS];
	const struct delist_verdict *best = verdicts;
	size_t n = 0;

	(void)delist_ndr_parse(verdicts, VERDICTS, &n, service->scratch,
	    DELIST_NDR_SCRATCH, mail.at, mail.len);
	for (size_t i = 1; i < n; i++)
		if (weight(&verdicts[i]) > weight(best))
			best = &verdicts[i];
	if (n == 0)
		return;
	ev->code = code_of(best);
	ev->addr = addr_of(best);
}

static bool
is_same(const struct delist_mailbox *a, const struct delist_mailbox *b)
{
	struct delist_mailbox x, y;

	delist_mailbox_canonical(&x, a);
	delist_mailbox_canonical(&y, b);
	return x.len == y.len && memcmp(x.text, y.text, x.len) == 0;
}

/* Whoever can't be written to, as from abroad, is nobody. */
static void
read_sender(const struct delist_service *service, struct delist_event *ev,
    const struct delist_intake *intake)
{
	struct delist_text id;

	(void)delist_mailbox_parse(
	    &ev->mailbox, intake->sender.at, intake->sender.len);
	ev->may_answer = delist_letter_may_answer(
			     &ev->mailbox, intake->mail.at, intake->mail.len) &&
			 !is_same(&ev->mailbox, &service->delist_mailbox) &&
			 !is_same(&ev->mailbox, &service->from) &&
			 delist_notice_known(service, intake->language);
	if (!delist_letter_message_id(&id, intake->mail.at, intake->mail.len))
		return;
	ev->message_id_len = (uint8_t)id.len;
	memcpy(ev->message_id, id.at, id.len);
}

/* ---- which case it belongs to ---- */

static bool
joins(const struct work *work, const struct work_case *one,
    const struct delist_event *ev)
{
	return one != NULL &&
	       delist_investigation_joins(&one->at, work->now_s) &&
	       (ev->addr.family == DELIST_NOADDR ||
		   one->at.addr.family == DELIST_NOADDR ||
		   delist_addr_compare(&ev->addr, &one->at.addr) == 0);
}

/* By its address, else by its sender; else it begins one. */
static int
find_case(
    struct work *work, struct work_case **one, const struct delist_event *ev)
{
	static const struct delist_addr none = {DELIST_NOADDR, {0}};
	int result = DELIST_OK;

	*one = NULL;
	if (ev->addr.family != DELIST_NOADDR)
		result =
		    delist_work_find_case(work, one, &ev->addr, &ev->mailbox);
	if (result != DELIST_OK || joins(work, *one, ev))
		return result;
	/* It is over, or about another address. */
	work->cases_n = 0;
	result = delist_work_find_case(work, one, &none, &ev->mailbox);
	if (result != DELIST_OK || joins(work, *one, ev))
		return result;
	work->cases_n = 0;
	return delist_work_get_case(work, one, ev->request_id);
}

/* ---- the steps ---- */

static int
load_facts(struct work *work, struct delist_event *ev)
{
	static const struct delist_addr nobody = {DELIST_NOADDR, {0}};
	int result = DELIST_OK;

	if (ev->addr.family != DELIST_NOADDR) {
		result = delist_work_get_history(work, &ev->addr);
		if (result == DELIST_OK)
			(void)delist_service_facts(
			    work->service, ev, &work->history.at, work->now_s);
	}
	if (result == DELIST_OK && ev->mailbox.len != 0)
		result = delist_service_limits(work, ev, &ev->mailbox, &nobody);
	return result;
}

/* Who is to give way, unless another service ended it: as in submit. */
static int
evict(struct work *work, struct work_case *oldest)
{
	struct delist_event ev = {.kind = DELIST_EVENT_EVICT};
	unsigned todo;
	int result = DELIST_ESTATE;

	oldest->gone = oldest->at.state == DELIST_INVESTIGATION_NONE;
	if (!oldest->gone)
		result = delist_work_step_case(work, &todo, oldest, &ev);
	if (result != DELIST_ESTATE)
		return result;
	oldest->changed = true;
	return DELIST_OK;
}

/* Somebody who is blocked waits for it, whether or not he could be told. */
static bool
matters(const struct work *work, const struct work_case *one)
{
	struct cover cover;

	if (one->at.addr.family == DELIST_NOADDR)
		return false;
	cover = delist_service_cover(work->service, &one->at.addr, work->now_s);
	return cover.block.code != 0 && cover.pass.code == 0;
}

/*
 * All that is left are open: one that nobody was told of, about an address
 * that is not blocked.  Mails like that are forged without end.
 */
static int
evict_silent(struct work *work)
{
	size_t before = work->cases_n;

	for (int i = 0; i < SILENT_TRIES; i++) {
		const struct case_slot *slot =
		    delist_case_next_silent(&work->service->cases);
		struct work_case *oldest;
		int result;

		if (slot == NULL)
			break;
		result = delist_work_get_case(work, &oldest, slot->id);
		if (result != DELIST_OK)
			return result;
		if (!matters(work, oldest))
			return evict(work, oldest);
		work->cases_n = before;
	}
	return DELIST_EAGAIN;
}

/* Bounded memory: whoever was asked for more and says nothing gives way. */
static int
make_room(struct work *work)
{
	struct delist_service *service = work->service;
	const uint64_t *in = service->cases.in;
	const struct case_slot *slot;
	struct work_case *oldest;
	int result;

	/* An old one that ended has made room already. */
	if (work->cases_n > 1 || in[DELIST_INVESTIGATION_NEEDS_INFO] +
					 in[DELIST_INVESTIGATION_OPEN] +
					 in[DELIST_INVESTIGATION_REVIEW] <
				     service->policy.pending_max)
		return DELIST_OK;
	slot = delist_case_oldest(&service->cases);
	if (slot == NULL)
		return evict_silent(work);
	result = delist_work_get_case(work, &oldest, slot->id);
	return result == DELIST_OK ? evict(work, oldest) : result;
}

/* Whether anything would come of a mail that begins a case. */
static int
leads_on(const struct work *work, bool *on, const struct work_case *one,
    const struct delist_event *ev)
{
	struct delist_investigation next;
	unsigned todo;
	int result = delist_investigation_step(
	    &next, &todo, &one->at, ev, &work->service->policy, work->now_s);

	*on = result == DELIST_OK && (next.state == DELIST_INVESTIGATION_OPEN ||
					 (todo & DELIST_TODO_MAIL) != 0);
	return result;
}

static enum delist_intake_result
result_of(bool fresh, bool was_open, const struct work_case *one)
{
	switch (one->at.state) {
	case DELIST_INVESTIGATION_REDIRECTED:
		return DELIST_INTAKE_REDIRECTED;
	case DELIST_INVESTIGATION_NEEDS_INFO:
		return DELIST_INTAKE_NEEDS_INFO;
	case DELIST_INVESTIGATION_OPEN:
		return fresh || !was_open ? DELIST_INTAKE_OPENED
					  : DELIST_INTAKE_JOINED;
	default:
		return DELIST_INTAKE_JOINED;
	}
}

static int
step(struct work *work, struct intake_call *call, struct work_case *one,
    const struct delist_event *ev)
{
	uint8_t was = one->at.state;
	bool fresh = was == DELIST_INVESTIGATION_NONE;
	bool known = one->at.addr.family != DELIST_NOADDR;
	unsigned todo;
	int result = delist_work_step_case(work, &todo, one, ev);

	if (result != DELIST_OK)
		return result;
	one->join = fresh || (!known && one->at.addr.family != DELIST_NOADDR);
	if (one->mail)
		delist_service_count(work);
	call->answer.result =
	    (uint8_t)result_of(fresh, was == DELIST_INVESTIGATION_OPEN, one);
	call->answer.replied = one->mail;
	memcpy(call->answer.id, one->at.id, sizeof call->answer.id);
	return DELIST_OK;
}

static int
intake_steps(struct work *work, void *arg)
{
	struct intake_call *call = arg;
	struct delist_event ev = call->ev;
	struct work_case *one;
	bool on = true;
	int result = load_facts(work, &ev);

	call->answer.result = DELIST_INTAKE_IGNORED;
	call->answer.replied = false;
	if (result == DELIST_OK)
		result = find_case(work, &one, &ev);
	if (result == DELIST_OK && one->at.state == DELIST_INVESTIGATION_NONE) {
		result = leads_on(work, &on, one, &ev);
		if (result == DELIST_OK && on)
			result = make_room(work);
	}
	if (result != DELIST_OK || !on)
		return result;
	return step(work, call, one, &ev);
}

int
delist_service_intake(struct delist_service *service,
    struct delist_intake_answer *answer, const struct delist_intake *intake,
    int64_t now_s)
{
	struct intake_call call = {
	    .ev = {.kind = DELIST_EVENT_INTAKE, .language = intake->language}};
	int result;

	if (intake->size != sizeof *intake ||
	    delist_service_catalogue(service, intake->language) == NULL)
		return DELIST_EINVAL;
	result = service->host.entropy(service->host.entropy_arg,
	    call.ev.request_id, sizeof call.ev.request_id);
	if (result != DELIST_OK)
		return result;
	read_bounce(service, &call.ev, intake->mail);
	read_sender(service, &call.ev, intake);
	call.answer.code = call.ev.code;
	call.answer.addr = call.ev.addr;
	result = delist_work_run(service, intake_steps, &call, now_s);
	if (result == DELIST_OK)
		*answer = call.answer;
	return result;
}
