/* SPDX-License-Identifier: ISC */
/*
 * service_holder.c - what the holder of a token does
 *
 * A confirmation changes the request, the listing and the address's history
 * in one commit.
 */
#include <string.h>

#include "addr.h"
#include "service.h"

struct holder_call {
	struct delist_token token;
	struct delist_addr submitter; /* resend */
	struct delist_view view;
};

/* The exact block is lifted; what lies under it gets a gap. */
static int
apply(struct work *work, unsigned todo, const struct delist_request *request,
    const struct cover *cover, uint64_t generation)
{
	struct lift how = {
	    .event = DELIST_EVENT_REDEEM,
	    .generation = generation,
	    .addr = request->addr,
	    .source = "self-service",
	    .reason = "delisted by its sender",
	};

	memcpy(how.id, request->id, sizeof how.id);
	if ((todo & DELIST_TODO_HISTORY) != 0) {
		(void)delist_history_take(
		    &work->history.at, &work->service->policy, work->now_s);
		work->history.changed = true;
	}
	return delist_service_lift(work, &how, todo, cover);
}

static int
redeem_steps(struct work *work, void *arg)
{
	struct delist_service *service = work->service;
	struct holder_call *call = arg;
	struct delist_event ev = {.kind = DELIST_EVENT_REDEEM};
	struct work_request *request;
	struct cover cover;
	unsigned todo;
	int result = delist_work_get_request(work, &request, call->token.id);

	if (result != DELIST_OK)
		return result;
	ev.generation = delist_holder_generation(service, &call->token,
	    DELIST_PURPOSE_CONFIRM, &request->at, work->now_s);
	ev.mac_ok = ev.generation != 0;
	if (!ev.mac_ok)
		return DELIST_ETOKEN;
	result = delist_work_get_history(work, &request->at.addr);
	if (result == DELIST_OK)
		result = delist_work_get_generation(work, &ev.set_generation);
	if (result != DELIST_OK)
		return result;
	cover = delist_holder_facts(
	    service, &ev, &request->at, &work->history.at, work->now_s);
	result = delist_work_step_request(work, &todo, request, &ev);
	if (result != DELIST_OK)
		return result;
	result = apply(work, todo, &request->at, &cover, ev.set_generation);
	call->view = delist_holder_view(&request->at);
	call->view.already = (todo & DELIST_TODO_ALREADY) != 0;
	return result;
}

static int
cancel_steps(struct work *work, void *arg)
{
	struct holder_call *call = arg;
	struct delist_event ev = {.kind = DELIST_EVENT_CANCEL};
	struct work_request *request;
	unsigned todo;
	int result = delist_work_get_request(work, &request, call->token.id);

	if (result != DELIST_OK)
		return result;
	ev.mac_ok = delist_holder_generation(work->service, &call->token,
			DELIST_PURPOSE_CANCEL, &request->at, work->now_s) != 0;
	if (!ev.mac_ok)
		return DELIST_ETOKEN;
	result = delist_work_get_standing(work, &request->at.mailbox);
	if (result == DELIST_OK)
		result = delist_work_step_request(work, &todo, request, &ev);
	if (result != DELIST_OK)
		return result;
	if ((todo & DELIST_TODO_SUPPRESS) != 0)
		delist_service_suppress(
		    work, work->service->policy.suppress_cancel_s);
	call->view = delist_holder_view(&request->at);
	call->view.already = (todo & DELIST_TODO_ALREADY) != 0;
	return DELIST_OK;
}

static int
hold(struct delist_service *service, struct delist_view *view,
    int (*steps)(struct work *work, void *call), const char *text, size_t len,
    int64_t now_s)
{
	struct holder_call call = {.view = {.already = false}};
	int result = delist_token_parse(&call.token, text, len);

	if (result == DELIST_OK)
		result = delist_work_run(service, steps, &call, now_s);
	if (result == DELIST_OK)
		*view = call.view;
	return result;
}

int
delist_service_redeem(struct delist_service *service, struct delist_view *view,
    const char *token, size_t len, int64_t now_s)
{
	return hold(service, view, redeem_steps, token, len, now_s);
}

int
delist_service_cancel(struct delist_service *service, struct delist_view *view,
    const char *token, size_t len, int64_t now_s)
{
	return hold(service, view, cancel_steps, token, len, now_s);
}

/* ---- the mail once more ---- */

static int
resend_steps(struct work *work, void *arg)
{
	struct holder_call *call = arg;
	struct delist_event ev = {.kind = DELIST_EVENT_RESEND};
	struct work_request *request;
	uint8_t id[16];
	unsigned todo;
	int result = delist_row_joined(work->service, id, call->token.id);

	if (result == DELIST_OK)
		result = delist_work_get_request(work, &request, id);
	if (result == DELIST_OK && request->was_open)
		result = delist_work_get_history(work, &request->at.addr);
	if (result != DELIST_OK || !request->was_open)
		return result;
	ev.addr = request->at.addr;
	(void)delist_service_facts(
	    work->service, &ev, &work->history.at, work->now_s);
	/* A mail whose link would be refused is not worth sending. */
	if (!ev.covered || !ev.self_service)
		return DELIST_OK;
	result = delist_service_limits(
	    work, &ev, &request->at.mailbox, &call->submitter);
	if (result == DELIST_OK)
		result = delist_work_step_request(work, &todo, request, &ev);
	if (result == DELIST_OK && request->mail)
		delist_service_count(work);
	return result;
}

int
delist_service_resend(struct delist_service *service, const char *text,
    size_t len, const struct delist_addr *submitter, int64_t now_s)
{
	struct holder_call call = {.submitter = delist_addr_folded(submitter)};
	struct delist_grant grant = {.generation = 0};
	int result = delist_token_parse(&call.token, text, len);

	if (result != DELIST_OK)
		return result;
	memcpy(grant.id, call.token.id, sizeof grant.id);
	if (!delist_token_verify(&call.token, &service->keyring,
		DELIST_PURPOSE_STATUS, &grant, now_s))
		return DELIST_ETOKEN;
	return delist_work_run(service, resend_steps, &call, now_s);
}
