/* SPDX-License-Identifier: ISC */
/*
 * policy.c - every time and limit
 *
 * The defaults are one table, and so are the times that must be over 0, so
 * that a new setting is a line in each.
 */
#include <delist/policy.h>

#include <string.h>

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = DELIST_POLICY_DAY_S
};

static const struct delist_policy defaults = {
    .size = sizeof defaults,
    .ttl_automatic_s = 7 * DAY,
    .ttl_trap_s = DAY,
    .review_manual_s = 90 * DAY,
    .ttl_growth = 2,
    .ttl_cap_s = 90 * DAY,
    .exception_s = 30 * DAY,
    .probation_s = 30 * DAY,
    .strikes = {3, 30 * DAY},
    .effective_s = DAY,
    .self_delists = {3, 30 * DAY},
    .cooldown_s = DAY,
    .cooldown_cap_s = 30 * DAY,
    .mails_mailbox = {3, DAY},
    .mails_domain = {20, HOUR},
    .mails_submitter = {10, HOUR},
    .mails_all = {1000, HOUR},
    .open_per_target = 3,
    .pending_max = 100000,
    .resend_spacing_s = 5 * MINUTE,
    .resends_max = 3,
    .mail_tries = 5,
    .mail_wait_s = {MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR},
    .failed_mails = {2, 30 * DAY},
    .suppress_failed_s = 180 * DAY,
    .suppress_cancel_s = 180 * DAY,
    .due_soon_s = 36 * HOUR,
    .overdue_s = 48 * HOUR,
    .must_answer_s = 7 * DAY,
    .needs_info_s = 14 * DAY,
    .join_s = 7 * DAY,
    .appeal_request_wait_s = DAY,
    .appeal_mail_wait_s = 48 * HOUR,
    .appeal_requests = 2,
    .appeal_mails = 1,
    .appeal_recur_s = 30 * DAY,
    .appeal_forget_s = 30 * DAY,
    .outbound_sender_hour = {500, HOUR},
    .outbound_sender_day = {1000, DAY},
    .outbound_tenant_hour = {5000, HOUR},
    .outbound_tenant_day = {10000, DAY},
    .outbound_warn_percent = 80,
    .outbound_release_s = HOUR,
    .outbound_releases = {3, 30 * DAY},
    .token_life_s = DAY,
    .personal_s = 90 * DAY,
    .audit_s = 400 * DAY,
};

#define AT(field) offsetof(struct delist_policy, field)

static const size_t times[] = {
    AT(ttl_automatic_s),
    AT(ttl_trap_s),
    AT(review_manual_s),
    AT(ttl_cap_s),
    AT(exception_s),
    AT(probation_s),
    AT(strikes.window_s),
    AT(effective_s),
    AT(self_delists.window_s),
    AT(cooldown_s),
    AT(cooldown_cap_s),
    AT(mails_mailbox.window_s),
    AT(mails_domain.window_s),
    AT(mails_submitter.window_s),
    AT(mails_all.window_s),
    AT(resend_spacing_s),
    AT(mail_wait_s[0]),
    AT(mail_wait_s[1]),
    AT(mail_wait_s[2]),
    AT(mail_wait_s[3]),
    AT(failed_mails.window_s),
    AT(suppress_failed_s),
    AT(suppress_cancel_s),
    AT(due_soon_s),
    AT(overdue_s),
    AT(must_answer_s),
    AT(needs_info_s),
    AT(join_s),
    AT(appeal_request_wait_s),
    AT(appeal_mail_wait_s),
    AT(appeal_recur_s),
    AT(appeal_forget_s),
    AT(outbound_sender_hour.window_s),
    AT(outbound_sender_day.window_s),
    AT(outbound_tenant_hour.window_s),
    AT(outbound_tenant_day.window_s),
    AT(outbound_release_s),
    AT(outbound_releases.window_s),
    AT(token_life_s),
    AT(personal_s),
    AT(audit_s),
};

static bool
times_are_positive(const struct delist_policy *policy)
{
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		int64_t value;

		memcpy(&value, (const char *)policy + times[i], sizeof value);
		if (value <= 0)
			return false;
	}
	return true;
}

static bool
caps_hold(const struct delist_policy *policy)
{
	return policy->ttl_automatic_s <= policy->ttl_cap_s &&
	       policy->ttl_trap_s <= policy->ttl_cap_s &&
	       policy->cooldown_s <= policy->cooldown_cap_s &&
	       policy->appeal_request_wait_s <= policy->appeal_forget_s &&
	       policy->appeal_mail_wait_s <= policy->appeal_forget_s &&
	       policy->due_soon_s <= policy->overdue_s &&
	       policy->overdue_s <= policy->must_answer_s &&
	       policy->personal_s <= policy->audit_s;
}

static bool
counts_fit(const struct delist_policy *policy)
{
	return policy->ttl_growth >= 1 && policy->strikes.max >= 1 &&
	       policy->strikes.max <= DELIST_POLICY_STRIKES &&
	       policy->outbound_warn_percent >= 1 &&
	       policy->outbound_warn_percent <= 100 &&
	       policy->mail_tries >= 1 &&
	       policy->mail_tries <= DELIST_POLICY_WAITS + 1;
}

int
delist_policy_init(struct delist_policy *policy, size_t size)
{
	if (size != sizeof *policy)
		return DELIST_EINVAL;
	*policy = defaults;
	return delist_guard_init(&policy->guard, sizeof policy->guard);
}

int
delist_policy_check(const struct delist_policy *policy)
{
	if (policy == NULL || policy->size != sizeof *policy ||
	    policy->guard.size != sizeof policy->guard)
		return DELIST_EINVAL;
	if (!times_are_positive(policy) || !caps_hold(policy) ||
	    !counts_fit(policy))
		return DELIST_EINVAL;
	return DELIST_OK;
}
