/* SPDX-License-Identifier: ISC */
/*
 * appeal_ask.c - what an appeal says of itself
 */
#include <delist/appeal.h>

#include "later.h"

bool
delist_appeal_open(const struct delist_appeal *appeal)
{
	return appeal->state != DELIST_APPEAL_NONE &&
	       appeal->state != DELIST_APPEAL_CLEARED;
}

int64_t
delist_appeal_days(const struct delist_appeal *appeal, int64_t now_s)
{
	int64_t end_s =
	    appeal->state == DELIST_APPEAL_CLEARED ? appeal->cleared_s : now_s;
	int64_t past = delist_since(end_s, appeal->blocked_s);

	if (appeal->state == DELIST_APPEAL_NONE)
		return 0;
	return past / DELIST_POLICY_DAY_S + (past % DELIST_POLICY_DAY_S != 0);
}

int64_t
delist_appeal_due_s(const struct delist_appeal *appeal)
{
	if (appeal->state == DELIST_APPEAL_NONE)
		return INT64_MAX;
	if (appeal->state == DELIST_APPEAL_WAITING && !appeal->checked &&
	    appeal->wait_until_s < appeal->expires_s)
		return appeal->wait_until_s;
	return appeal->expires_s;
}

const char *
delist_appeal_state_name(int state)
{
	static const char *const names[DELIST_APPEAL_STATES] = {
	    "none",
	    "to-request",
	    "to-mail",
	    "waiting",
	    "escalated",
	    "cleared",
	    "recurring",
	};

	if (state < 0 || state >= DELIST_APPEAL_STATES)
		return "unknown";
	return names[state];
}

const char *
delist_appeal_event_name(int kind)
{
	static const char *const names[DELIST_APPEAL_EVENT_KINDS] = {
	    "none",
	    "due",
	    "blocked",
	    "delivered",
	    "approved",
	    "done",
	    "failed",
	    "fixed",
	    "dismissed",
	};

	if (kind < 0 || kind >= DELIST_APPEAL_EVENT_KINDS)
		return "unknown";
	return names[kind];
}
