/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <delist/policy.h>

enum {
	MINUTE = 60,
	HOUR = 3600,
	DAY = 86400
};

/* ---- the defaults, and each field spoilt ---- */

enum type {
	TIME,	/* int64_t */
	COUNT32 /* uint32_t */
};

struct row {
	const char *name;
	size_t at;
	enum type type;
	int64_t normal;	   /* the default */
	int64_t good, bad; /* a boundary: still right, and just wrong */
};

#define TIME_ROW(field, value)                                                 \
	{                                                                      \
#field, offsetof(struct delist_policy, field), TIME, value, 1, \
		    0                                                          \
	}
#define LIMIT_ROW(field, most, length)                                      \
	{#field " max", offsetof(struct delist_policy, field.max), COUNT32, \
	    most, 0, -1},                                                   \
	{                                                                   \
#field " window",                                           \
		    offsetof(struct delist_policy, field.window_s), TIME,   \
		    length, 1, 0                                            \
	}

/* clang-format off */
static const struct row rows[] = {
	TIME_ROW(ttl_automatic_s, 7 * DAY),
	TIME_ROW(ttl_trap_s, DAY),
	TIME_ROW(review_manual_s, 90 * DAY),
	TIME_ROW(exception_s, 30 * DAY),
	TIME_ROW(probation_s, 30 * DAY),
	TIME_ROW(effective_s, DAY),
	TIME_ROW(cooldown_s, DAY),
	TIME_ROW(resend_spacing_s, 5 * MINUTE),
	TIME_ROW(mail_wait_s[0], MINUTE),
	TIME_ROW(mail_wait_s[1], 5 * MINUTE),
	TIME_ROW(mail_wait_s[2], 15 * MINUTE),
	TIME_ROW(mail_wait_s[3], HOUR),
	TIME_ROW(suppress_failed_s, 180 * DAY),
	TIME_ROW(suppress_cancel_s, 180 * DAY),
	TIME_ROW(due_soon_s, 36 * HOUR),
	TIME_ROW(needs_info_s, 14 * DAY),
	TIME_ROW(join_s, 7 * DAY),
	TIME_ROW(appeal_request_wait_s, DAY),
	TIME_ROW(appeal_mail_wait_s, 48 * HOUR),
	TIME_ROW(appeal_recur_s, 30 * DAY),
	LIMIT_ROW(outbound_sender_hour, 500, HOUR),
	LIMIT_ROW(outbound_sender_day, 1000, DAY),
	LIMIT_ROW(outbound_tenant_hour, 5000, HOUR),
	LIMIT_ROW(outbound_tenant_day, 10000, DAY),
	LIMIT_ROW(outbound_releases, 3, 30 * DAY),
	TIME_ROW(outbound_release_s, HOUR),
	TIME_ROW(token_life_s, DAY),
	TIME_ROW(personal_s, 90 * DAY),
	LIMIT_ROW(self_delists, 3, 30 * DAY),
	LIMIT_ROW(mails_mailbox, 3, DAY),
	LIMIT_ROW(mails_domain, 20, HOUR),
	LIMIT_ROW(mails_submitter, 10, HOUR),
	LIMIT_ROW(mails_all, 1000, HOUR),
	LIMIT_ROW(failed_mails, 2, 30 * DAY),
	TIME_ROW(strikes.window_s, 30 * DAY),
#define AT(field) offsetof(struct delist_policy, field)
	{"ttl cap under automatic", AT(ttl_cap_s), TIME, 90 * DAY,
	    7 * DAY, 7 * DAY - 1},
	{"automatic over the ttl cap", AT(ttl_automatic_s), TIME, 7 * DAY,
	    90 * DAY, 90 * DAY + 1},
	{"trap over the ttl cap", AT(ttl_trap_s), TIME, DAY,
	    90 * DAY, 90 * DAY + 1},
	{"cool-down cap", AT(cooldown_cap_s), TIME, 30 * DAY, DAY, DAY - 1},
	{"audit shorter than personal", AT(audit_s), TIME, 400 * DAY,
	    90 * DAY, 90 * DAY - 1},
	{"due soon after overdue", AT(due_soon_s), TIME, 36 * HOUR,
	    48 * HOUR, 48 * HOUR + 1},
	{"overdue before due soon", AT(overdue_s), TIME, 48 * HOUR,
	    36 * HOUR, 36 * HOUR - 1},
	{"overdue after must-answer", AT(overdue_s), TIME, 48 * HOUR,
	    7 * DAY, 7 * DAY + 1},
	{"must-answer before overdue", AT(must_answer_s), TIME, 7 * DAY,
	    48 * HOUR, 48 * HOUR - 1},
	{"appeal forgotten while it waits", AT(appeal_forget_s), TIME, 30 * DAY,
	    48 * HOUR, 48 * HOUR - 1},
	{"request waits longer than that", AT(appeal_request_wait_s), TIME, DAY,
	    30 * DAY, 30 * DAY + 1},
	{"mail waits longer than that", AT(appeal_mail_wait_s), TIME, 48 * HOUR,
	    30 * DAY, 30 * DAY + 1},
	{"growth", AT(ttl_growth), COUNT32, 2, 1, 0},
	{"strikes at least", AT(strikes.max), COUNT32, 3, 1, 0},
	{"strikes at most", AT(strikes.max), COUNT32, 3, 8, 9},
	{"warning at least", AT(outbound_warn_percent), COUNT32, 80, 1, 0},
	{"warning at most", AT(outbound_warn_percent), COUNT32, 80, 100, 101},
	{"tries at least", AT(mail_tries), COUNT32, 5, 1, 0},
	{"tries at most", AT(mail_tries), COUNT32, 5, 5, 6},
	{"open per target", AT(open_per_target), COUNT32, 3, 0, -1},
	{"pending", AT(pending_max), COUNT32, 100000, 0, -1},
	{"appeals at the portal", AT(appeal_requests), COUNT32, 2, 0, -1},
	{"appeals by mail", AT(appeal_mails), COUNT32, 1, 0, -1},
	{"resends", AT(resends_max), COUNT32, 3, 0, -1},
	{"size", AT(size), COUNT32, sizeof(struct delist_policy),
	    sizeof(struct delist_policy), sizeof(struct delist_policy) - 1},
	{"guard", AT(guard.size), COUNT32, sizeof(struct delist_guard),
	    sizeof(struct delist_guard), 0},
};
/* clang-format on */

static int64_t
get(const struct delist_policy *policy, const struct row *row)
{
	int64_t time;
	uint32_t count;

	memcpy(&time, (const char *)policy + row->at, sizeof time);
	memcpy(&count, (const char *)policy + row->at, sizeof count);
	return row->type == TIME ? time : (int64_t)count;
}

static void
set(struct delist_policy *policy, const struct row *row, int64_t value)
{
	uint32_t count = (uint32_t)value;

	if (row->type == TIME)
		memcpy((char *)policy + row->at, &value, sizeof value);
	else
		memcpy((char *)policy + row->at, &count, sizeof count);
}

static void
keeps_its_bounds(void **state)
{
	const struct row *row = *state;
	struct delist_policy policy;

	assert_int_equal(delist_policy_init(&policy, sizeof policy), 0);
	assert_int_equal(delist_policy_check(&policy), 0);
	assert_int_equal(get(&policy, row), row->normal);
	set(&policy, row, row->good);
	assert_int_equal(delist_policy_check(&policy), 0);
	if (row->type == COUNT32 && row->bad < 0)
		return;
	set(&policy, row, row->bad);
	assert_int_equal(delist_policy_check(&policy), DELIST_EINVAL);
}

static void
another_size_is_refused(void **state)
{
	struct delist_policy policy, before;

	(void)state;
	memset(&policy, 0xa5, sizeof policy);
	before = policy;
	assert_int_equal(
	    delist_policy_init(&policy, sizeof policy - 1), DELIST_EINVAL);
	assert_int_equal(
	    delist_policy_init(&policy, sizeof policy + 1), DELIST_EINVAL);
	assert_memory_equal(&policy, &before, sizeof policy);
	assert_int_equal(delist_policy_check(NULL), DELIST_EINVAL);
}

int
main(void)
{
	ROWS(keeps_its_bounds, rows);
	TEST(another_size_is_refused);
	return support_run("policy");
}
