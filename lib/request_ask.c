/* SPDX-License-Identifier: ISC */
/*
 * request_ask.c - what a request says of itself, and what an IP did before
 */
#include <delist/request.h>

#include "later.h"

bool
delist_request_open(const struct delist_request *request)
{
	return request->state == DELIST_REQUEST_MAIL_PENDING ||
	       request->state == DELIST_REQUEST_MAIL_SENT;
}

int64_t
delist_request_due_s(const struct delist_request *request)
{
	if (request->state == DELIST_REQUEST_NONE ||
	    request->state == DELIST_REQUEST_PURGED)
		return INT64_MAX;
	if (!delist_request_open(request))
		return request->purge_s;
	return request->next_try_s < request->expires_s ? request->next_try_s
							: request->expires_s;
}

const char *
delist_request_state_name(int state)
{
	static const char *const names[DELIST_REQUEST_STATES] = {
	    "none",
	    "mail-pending",
	    "mail-sent",
	    "applied",
	    "effective",
	    "relisted",
	    "mail-failed",
	    "cancelled",
	    "expired",
	    "refused-investigate",
	    "not-listed",
	    "purged",
	};

	if (state < 0 || state >= DELIST_REQUEST_STATES)
		return "unknown";
	return names[state];
}

int64_t
delist_history_cooldown_s(
    const struct delist_history *history, const struct delist_policy *policy)
{
	if (history->count == 0)
		return INT64_MIN;
	return delist_later(
	    history->last_s, delist_grown(policy->cooldown_s, 2,
				 history->count - 1, policy->cooldown_cap_s));
}

bool
delist_history_take(struct delist_history *history,
    const struct delist_policy *policy, int64_t now_s)
{
	/* A clock that steps back must not shorten a cool-down. */
	if (history->count == 0 || now_s > history->last_s)
		history->last_s = now_s;
	if (history->count < UINT32_MAX)
		history->count++;
	return delist_limit_take(
	    &history->self_delists, &policy->self_delists, 1, now_s);
}
