/* SPDX-License-Identifier: ISC */
/*
 * service_look.c - what a token shows
 *
 * A token is only checked against the request that it names: purpose,
 * generation, address and mailbox are in its secret.  Whether there is such
 * a request or not, the same two secrets are derived.
 */
#include <string.h>

#include "service.h"

uint32_t
delist_holder_generation(const struct delist_service *service,
    const struct delist_token *token, int purpose,
    const struct delist_request *request, int64_t now_s)
{
	struct delist_grant grant = {
	    .generation = request->generation,
	    .addr = request->addr,
	    .mailbox = request->mailbox,
	};
	bool newest, sent;

	memcpy(grant.id, token->id, sizeof grant.id);
	newest = delist_token_verify(
	    token, &service->keyring, purpose, &grant, now_s);
	grant.generation = request->sent_generation;
	sent = delist_token_verify(
	    token, &service->keyring, purpose, &grant, now_s);
	if (newest)
		return request->generation;
	return sent ? request->sent_generation : 0;
}

struct cover
delist_holder_facts(const struct delist_service *service,
    struct delist_event *ev, const struct delist_request *request,
    const struct delist_history *history, int64_t now_s)
{
	const struct delist_host *host = &service->host;

	ev->addr = request->addr;
	ev->relation_ok =
	    host->relation == NULL || host->relation(host->relation_arg,
					  &request->mailbox, &request->addr);
	return delist_service_facts(service, ev, history, now_s);
}

struct delist_view
delist_holder_view(const struct delist_request *request)
{
	return (struct delist_view){
	    .state = request->state,
	    .redeemable = DELIST_ESTATE,
	    .addr = request->addr,
	    .mailbox = request->mailbox,
	    .applied_s = request->applied_s,
	    .effective_s = request->effective_s,
	};
}

/* ---- look ---- */

/*
 * Whoever typed the form is not the holder of the mailbox, and must not learn
 * what became of the mail: until the request is confirmed all that is shown
 * lies in the token, and no time and no row makes a difference.
 */
static int
look_from_outside(const struct delist_service *service,
    struct delist_view *view, const struct delist_token *token, int64_t now_s)
{
	struct delist_grant grant = {.generation = 0};
	struct delist_request request;
	uint8_t id[16];
	int result;

	memcpy(grant.id, token->id, sizeof grant.id);
	if (!delist_token_verify(
		token, &service->keyring, DELIST_PURPOSE_STATUS, &grant, now_s))
		return DELIST_ETOKEN;
	result = delist_row_joined(service, id, token->id);
	if (result == DELIST_OK)
		result = delist_row_request(service, &request, id);
	if (result != DELIST_OK)
		return result;
	if (request.applied_s == 0 &&
	    (!service->policy.show_failed_mail ||
		request.state != DELIST_REQUEST_MAIL_FAILED)) {
		request = (struct delist_request){.id = {0}};
		if ((token->id[15] & SERVICE_ID_WAITS) != 0)
			request.state = DELIST_REQUEST_MAIL_PENDING;
	}
	request.mailbox = (struct delist_mailbox){.len = 0};
	*view = delist_holder_view(&request);
	return DELIST_OK;
}

static int
look_from_inside(const struct delist_service *service, struct delist_view *view,
    const struct delist_request *request, uint32_t generation, int64_t now_s)
{
	struct delist_event ev = {.kind = DELIST_EVENT_REDEEM, .mac_ok = true};
	struct delist_history history;
	struct delist_request next;
	unsigned todo;
	int result = delist_row_history(service, &history, &request->addr);

	if (result != DELIST_OK)
		return result;
	*view = delist_holder_view(request);
	ev.generation = generation;
	(void)delist_holder_facts(service, &ev, request, &history, now_s);
	view->redeemable = delist_request_step(
	    &next, &todo, request, &ev, &service->policy, now_s);
	if (view->redeemable == DELIST_EAGAIN)
		view->until_s = ev.cooldown_until_s;
	view->already =
	    view->redeemable == DELIST_OK && (todo & DELIST_TODO_ALREADY) != 0;
	return DELIST_OK;
}

int
delist_service_inspect(const struct delist_service *service,
    struct delist_view *view, int purpose, const char *text, size_t len,
    int64_t now_s)
{
	struct delist_request request;
	struct delist_token token;
	uint32_t generation;
	int result = delist_token_parse(&token, text, len);

	if (purpose < DELIST_PURPOSE_CONFIRM || purpose > DELIST_PURPOSE_STATUS)
		return DELIST_EINVAL;
	if (result != DELIST_OK)
		return result;
	if (purpose == DELIST_PURPOSE_STATUS)
		return look_from_outside(service, view, &token, now_s);
	result = delist_row_request(service, &request, token.id);
	if (result != DELIST_OK)
		return result;
	generation =
	    delist_holder_generation(service, &token, purpose, &request, now_s);
	if (generation == 0)
		return DELIST_ETOKEN;
	return look_from_inside(service, view, &request, generation, now_s);
}
