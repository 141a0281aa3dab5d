/* SPDX-License-Identifier: ISC */
/*
 * service_sweep.c - rows that count something, and are idle
 *
 * They are not worth a deadline each: once a day all of them are looked over,
 * a few in a commit, and those that say nothing any more are deleted.
 */
#include <string.h>

#include "later.h"
#include "service.h"

enum {
	SWEEP_ROWS = 8, /* looked at in one piece */
	SWEEP_EVERY_S = DELIST_POLICY_DAY_S
};

void
delist_service_sweep_soon(struct delist_service *service, int64_t now_s)
{
	if (service->sweep.due_s == INT64_MAX)
		service->sweep.due_s = delist_later(now_s, SWEEP_EVERY_S);
	/* It may lie behind where the sweep is. */
	service->sweep.left = true;
}

static int64_t
later_of(int64_t a_s, int64_t b_s)
{
	return a_s > b_s ? a_s : b_s;
}

/* From when on a row is as good as none. */
static int
idle_s(const struct delist_service *service, int64_t *at_s,
    const struct delist_store_row *row)
{
	const struct delist_policy *policy = &service->policy;
	struct delist_history history;
	struct delist_standing standing;
	struct delist_limit limit;
	int result;

	switch (row->key.at[0]) {
	case DELIST_RECORD_HISTORY:
		result = delist_record_read_history(&history, row->value);
		if (result != DELIST_OK)
			return result;
		*at_s = later_of(delist_history_cooldown_s(&history, policy),
		    delist_later(history.last_s, policy->personal_s));
		*at_s =
		    later_of(*at_s, delist_limit_idle_s(&history.self_delists,
					&policy->self_delists));
		return DELIST_OK;
	case DELIST_RECORD_STANDING:
		result = delist_record_read_standing(&standing, row->value);
		if (result != DELIST_OK)
			return result;
		*at_s = later_of(delist_limit_idle_s(
				     &standing.mails, &policy->mails_mailbox),
		    delist_limit_idle_s(
			&standing.failed, &policy->failed_mails));
		*at_s = later_of(*at_s, standing.suppressed_until_s);
		return DELIST_OK;
	default:
		result = delist_record_read_counter(&limit, row->value);
		if (result == DELIST_OK)
			*at_s = delist_limit_idle_s(&limit,
			    delist_counter_rule(policy, row->key.at[1]));
		return result;
	}
}

/* The types that are swept, in the order of their keys; 0: no more. */
static int
type_after(int type)
{
	switch (type) {
	case 0:
		return DELIST_RECORD_COUNTER;
	case DELIST_RECORD_COUNTER:
		return DELIST_RECORD_HISTORY;
	case DELIST_RECORD_HISTORY:
		return DELIST_RECORD_STANDING;
	default:
		return 0;
	}
}

static void
go_on_after(struct sweep *sweep, struct delist_text key)
{
	memcpy(sweep->at, key.at, key.len);
	sweep->at_len = (uint8_t)key.len;
}

/* The next row to look at; none: all types are through. */
static int
next_row(const struct delist_service *service, const struct sweep *sweep,
    bool *found, struct delist_store_row *row)
{
	int type = sweep->at_len != 0 ? sweep->at[0] : type_after(0);
	struct delist_text after = {sweep->at, sweep->at_len};
	struct delist_record_key prefix;
	int result = DELIST_OK;

	for (*found = false; type != 0 && !*found && result == DELIST_OK;
	     type = type_after(type)) {
		delist_record_type_key(&prefix, type);
		result = service->store.ops->next(service->store.arg, found,
		    row, delist_record_key_text(&prefix), after);
		after.len = 0;
	}
	return result;
}

int
delist_service_sweep_open(struct delist_service *service)
{
	struct delist_store_row row;
	bool found;
	int result = next_row(service, &service->sweep, &found, &row);

	if (result == DELIST_OK)
		service->sweep.due_s = found ? INT64_MIN : INT64_MAX;
	return result;
}

struct sweep_call {
	const struct sweep *from;
	struct sweep to;
	bool damaged; /* the first row, and `to` is behind it */
};

/* One row: go on behind it, and delete it if it is idle. */
static int
sweep_row(
    struct work *work, struct sweep *sweep, const struct delist_store_row *row)
{
	struct work_delete *delete = &work->deletes[work->deletes_n];
	int64_t at_s;
	int result;

	if (row->key.len > sizeof delete->key.at)
		return DELIST_ECORRUPT;
	result = idle_s(work->service, &at_s, row);
	if (result != DELIST_OK)
		return result;
	go_on_after(sweep, row->key);
	if (work->now_s < at_s) {
		sweep->left = true;
		return DELIST_OK;
	}
	delete->key.len = (uint8_t)row->key.len;
	memcpy(delete->key.at, row->key.at, row->key.len);
	delete->version = row->version;
	work->deletes_n++;
	return DELIST_OK;
}

/* What can't be read ends a piece, and of the next one it is the first. */
static int
skip_row(struct sweep_call *call, const struct delist_store_row *row,
    bool first, int result)
{
	if (!first)
		return DELIST_OK;
	if (row->key.len <= sizeof call->to.at) {
		go_on_after(&call->to, row->key);
		call->to.left = call->damaged = true;
	}
	return result;
}

static int
sweep_steps(struct work *work, void *arg)
{
	struct sweep_call *call = arg;
	struct sweep *sweep = &call->to;

	*sweep = *call->from;
	call->damaged = false;
	for (int i = 0; i < SWEEP_ROWS; i++) {
		struct delist_store_row row;
		bool found;
		int result = next_row(work->service, sweep, &found, &row);

		if (result != DELIST_OK)
			return result;
		if (found) {
			result = sweep_row(work, sweep, &row);
			if (result != DELIST_OK)
				return skip_row(call, &row, i == 0, result);
			continue;
		}
		sweep->due_s = sweep->left
				   ? delist_later(work->now_s, SWEEP_EVERY_S)
				   : INT64_MAX;
		sweep->left = false;
		sweep->at_len = 0;
		break;
	}
	return DELIST_OK;
}

int
delist_service_sweep_some(struct delist_service *service, int64_t now_s)
{
	struct sweep_call call = {.from = &service->sweep};
	int result = delist_work_run(service, sweep_steps, &call, now_s);

	/* It is told once, and those behind it have their turn. */
	if (result == DELIST_OK || call.damaged)
		service->sweep = call.to;
	else
		service->sweep.due_s = delist_service_put_off_s(
		    service->sweep.due_s, result, now_s);
	return result;
}
