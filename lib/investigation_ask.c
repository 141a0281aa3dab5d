/* SPDX-License-Identifier: ISC */
/*
 * investigation_ask.c - what an investigation says of itself
 */
#include <delist/investigation.h>

bool
delist_investigation_joins(
    const struct delist_investigation *investigation, int64_t now_s)
{
	switch (investigation->state) {
	case DELIST_INVESTIGATION_NEEDS_INFO:
		return now_s < investigation->expires_s;
	case DELIST_INVESTIGATION_OPEN:
	case DELIST_INVESTIGATION_REVIEW:
		return true;
	case DELIST_INVESTIGATION_RESOLVED:
		return now_s < investigation->join_until_s;
	default:
		return false;
	}
}

static int64_t
state_due_s(const struct delist_investigation *investigation)
{
	switch (investigation->state) {
	case DELIST_INVESTIGATION_NEEDS_INFO:
		return investigation->expires_s;
	case DELIST_INVESTIGATION_OPEN:
	case DELIST_INVESTIGATION_REVIEW:
		return investigation->stage < DELIST_STAGE_MUST_ANSWER
			   ? investigation->due_s[investigation->stage]
			   : INT64_MAX;
	default:
		return investigation->purge_s;
	}
}

int64_t
delist_investigation_due_s(const struct delist_investigation *investigation)
{
	int64_t due_s;

	if (investigation->state == DELIST_INVESTIGATION_NONE ||
	    investigation->state == DELIST_INVESTIGATION_PURGED)
		return INT64_MAX;
	due_s = state_due_s(investigation);
	return investigation->next_try_s < due_s ? investigation->next_try_s
						 : due_s;
}

const char *
delist_investigation_state_name(int state)
{
	static const char *const names[DELIST_INVESTIGATION_STATES] = {
	    "none",
	    "needs-info",
	    "open",
	    "review",
	    "resolved",
	    "redirected",
	    "expired",
	    "purged",
	};

	if (state < 0 || state >= DELIST_INVESTIGATION_STATES)
		return "unknown";
	return names[state];
}

const char *
delist_investigation_stage_name(int stage)
{
	static const char *const names[] = {
	    "in-time", "due-soon", "overdue", "must-answer"};

	if (stage < 0 || stage > DELIST_STAGE_MUST_ANSWER)
		return "unknown";
	return names[stage];
}
