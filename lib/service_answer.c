/* SPDX-License-Identifier: ISC */
/*
 * service_answer.c - a person does something about an investigation
 *
 * Only here does an investigation change a list, in the commit that answers.
 */
#include <delist/service_desk.h>

#include <string.h>

#include "service.h"

struct answer_call {
	struct delist_event ev;
	uint8_t id[16];
	struct delist_investigation after;
	bool already;
};

static struct cover
load_cover(const struct work *work, struct delist_event *ev,
    const struct delist_addr *addr)
{
	struct cover cover = {.code = 0};

	if (addr->family == DELIST_NOADDR)
		return cover;
	cover = delist_service_cover(work->service, addr, work->now_s);
	ev->covered = cover.block.code != 0 && cover.pass.code == 0;
	ev->exact =
	    ev->covered && delist_service_one_sender(&cover.block.prefix);
	return cover;
}

static int
load_standing(struct work *work, struct delist_event *ev,
    const struct delist_investigation *one)
{
	int result = DELIST_OK;

	if (one->mailbox.len != 0)
		result = delist_work_get_standing(work, &one->mailbox);
	ev->suppressed = !delist_notice_known(work->service, one->language) ||
			 delist_service_suppressed(work);
	return result;
}

static int
lift(struct work *work, unsigned todo, const struct delist_investigation *one,
    const struct cover *cover)
{
	struct lift how = {
	    .event = DELIST_EVENT_ANSWER,
	    .addr = one->addr,
	    .source = "investigation",
	    .reason = "delisted by a person",
	};
	int result;

	if ((todo & (DELIST_TODO_LIFT | DELIST_TODO_EXCEPT)) == 0)
		return DELIST_OK;
	memcpy(how.id, one->id, sizeof how.id);
	result = delist_work_get_generation(work, &how.generation);
	return result == DELIST_OK
		   ? delist_service_lift(work, &how, todo, cover)
		   : result;
}

static int
answer_steps(struct work *work, void *arg)
{
	struct answer_call *call = arg;
	struct delist_event ev = call->ev;
	struct work_case *one;
	struct cover cover;
	unsigned todo;
	int result = delist_work_get_case(work, &one, call->id);

	if (result == DELIST_OK)
		result = load_standing(work, &ev, &one->at);
	if (result != DELIST_OK)
		return result;
	cover = load_cover(work, &ev, &one->at.addr);
	delist_audit_says(work, &ev.evidence);
	result = delist_work_step_case(work, &todo, one, &ev);
	if (result != DELIST_OK)
		return result;
	call->after = one->at;
	call->already = (todo & DELIST_TODO_ALREADY) != 0;
	return lift(work, todo, &one->at, &cover);
}

static bool
take_text(char *at, uint8_t *len, size_t room, struct delist_text text)
{
	if (text.len > room)
		return false;
	*len = (uint8_t)text.len;
	if (text.len != 0)
		memcpy(at, text.at, text.len);
	return true;
}

int
delist_service_answer(struct delist_service *service,
    struct delist_investigation *investigation, bool *already,
    const struct delist_answer *answer, int64_t now_s)
{
	struct answer_call call = {
	    .ev = {.kind = answer->event, .notice = answer->notice}};
	struct delist_evidence *evidence = &call.ev.evidence;
	int result;

	if (answer->size != sizeof *answer ||
	    (answer->event != DELIST_EVENT_ASSIGN &&
		answer->event != DELIST_EVENT_NOTE &&
		answer->event != DELIST_EVENT_ANSWER) ||
	    !take_text(evidence->source, &evidence->source_len,
		sizeof evidence->source, answer->person) ||
	    !take_text(evidence->reason, &evidence->reason_len,
		sizeof evidence->reason, answer->text))
		return DELIST_EINVAL;
	memcpy(call.id, answer->id, sizeof call.id);
	result = delist_work_run(service, answer_steps, &call, now_s);
	if (result != DELIST_OK)
		return result;
	*investigation = call.after;
	*already = call.already;
	return DELIST_OK;
}
