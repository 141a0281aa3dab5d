/* SPDX-License-Identifier: ISC */
/*
 * outbound_ask.c - what an outbound says of itself
 */
#include "outbound.h"

struct outbound_rules
delist_outbound_rules(
    const struct delist_outbound *outbound, const struct delist_policy *policy)
{
	if (outbound->scope == DELIST_OUTBOUND_TENANT)
		return (struct outbound_rules){&policy->outbound_tenant_hour,
		    &policy->outbound_tenant_day};
	return (struct outbound_rules){
	    &policy->outbound_sender_hour, &policy->outbound_sender_day};
}

bool
delist_outbound_refuses(const struct delist_outbound *outbound)
{
	return outbound->state != DELIST_OUTBOUND_OK &&
	       outbound->state != DELIST_OUTBOUND_WARNED;
}

uint32_t
delist_outbound_left(const struct delist_outbound *outbound,
    const struct delist_policy *policy, int64_t now_s)
{
	struct outbound_rules rules = delist_outbound_rules(outbound, policy);
	uint32_t hour = delist_limit_left(&outbound->hour, rules.hour, now_s);
	uint32_t day = delist_limit_left(&outbound->day, rules.day, now_s);

	if (delist_outbound_refuses(outbound))
		return 0;
	return hour < day ? hour : day;
}

int64_t
delist_outbound_due_s(const struct delist_outbound *outbound)
{
	switch (outbound->state) {
	case DELIST_OUTBOUND_OK:
		return outbound->used ? outbound->due_s : INT64_MAX;
	case DELIST_OUTBOUND_WARNED:
	case DELIST_OUTBOUND_RELEASING:
		return outbound->due_s;
	default:
		return INT64_MAX;
	}
}

const char *
delist_outbound_state_name(int state)
{
	static const char *const names[DELIST_OUTBOUND_STATES] = {
	    "ok", "warned", "restricted", "releasing", "held"};

	if (state < 0 || state >= DELIST_OUTBOUND_STATES)
		return "unknown";
	return names[state];
}

const char *
delist_outbound_event_name(int kind)
{
	static const char *const names[DELIST_OUTBOUND_EVENT_KINDS] = {
	    "none", "due", "send", "release", "restrict"};

	if (kind < 0 || kind >= DELIST_OUTBOUND_EVENT_KINDS)
		return "unknown";
	return names[kind];
}
