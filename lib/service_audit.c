/* SPDX-License-Identifier: ISC */
/*
 * service_audit.c - what became of whom, written down
 *
 *	steps  ->  notes  ->  one row of the same commit  ->  the host's event
 *
 * What strangers can cause without end leaves no row: a submission that came
 * to nothing, one more mail of the same kind, evidence that is renewed.  A
 * row is written where a state, a code or the evidence changed.
 */
#include <string.h>

#include "later.h"
#include "service.h"

enum {
	PURGED_AT_ONCE = 8 /* rows of one commit */
};

/* ---- notes ---- */

static void
note(struct work *work, const struct delist_audit_change *change, bool keep)
{
	struct delist_audit *audit = &work->audit;

	if (audit->changes < DELIST_AUDIT_CHANGES)
		audit->change[audit->changes++] = *change;
	work->keep_audit = work->keep_audit || keep;
}

void
delist_audit_says(struct work *work, const struct delist_evidence *evidence)
{
	struct delist_audit *audit = &work->audit;

	audit->source_len = evidence->source_len;
	memcpy(audit->source, evidence->source, sizeof audit->source);
	audit->reason_len = evidence->reason_len;
	memcpy(audit->reason, evidence->reason, sizeof audit->reason);
}

void
delist_audit_listing(struct work *work, const struct delist_listing *before,
    const struct delist_listing *after, int event, unsigned todo)
{
	struct delist_audit_change change = {
	    .code = after->code,
	    .of = DELIST_AUDIT_LISTING,
	    .event = (uint8_t)event,
	    .before = before->state,
	    .after = (todo & DELIST_TODO_PURGE) != 0 ? DELIST_LISTING_ABSENT
						     : after->state,
	    .detail = after->kind,
	    .review = (todo & DELIST_TODO_REVIEW) != 0,
	    .prefix = after->prefix,
	};

	/* What is gone is zeroed, but for what names it. */
	if (change.code == 0)
		change.code = before->code;
	if ((todo & DELIST_TODO_EFFECTIVE) != 0 &&
	    after->effective_s > before->lifted_s)
		change.delay_s = after->effective_s - before->lifted_s;
	memcpy(change.id, after->request_id, sizeof change.id);
	note(work, &change,
	    change.review || change.before != change.after ||
		before->code != after->code ||
		before->evidences != after->evidences ||
		before->strikes != after->strikes);
}

static struct delist_prefix
whole(const struct delist_addr *addr)
{
	struct delist_prefix prefix = {*addr, 0};

	if (addr->family != DELIST_NOADDR)
		prefix.bits = addr->family == DELIST_INET4 ? 32 : 128;
	return prefix;
}

static void
hash_mailbox(const struct work *work, uint8_t hash[16],
    const struct delist_mailbox *before, const struct delist_mailbox *after)
{
	if (before->len == 0 && after->len == 0)
		return;
	delist_service_mailbox_hash(
	    work->service, hash, after->len != 0 ? after : before);
}

/* Nobody has a mail of it, so nobody can do a thing with it. */
static bool
came_to_nothing(const struct delist_request *request)
{
	return request->muted && request->sent_generation == 0;
}

void
delist_audit_request(struct work *work, const struct delist_request *before,
    const struct delist_request *after, int event, unsigned todo)
{
	struct delist_audit_change change = {
	    .of = DELIST_AUDIT_REQUEST,
	    .event = (uint8_t)event,
	    .before = before->state,
	    .after = after->state,
	    .review = (todo & DELIST_TODO_REVIEW) != 0,
	    .prefix = whole(&after->addr),
	};

	if (came_to_nothing(after))
		return;
	memcpy(change.id, after->id, sizeof change.id);
	hash_mailbox(work, change.hash, &before->mailbox, &after->mailbox);
	note(work, &change, change.before != change.after);
}

void
delist_audit_case(struct work *work, const struct delist_investigation *before,
    const struct delist_investigation *after, int event, unsigned todo)
{
	bool person = event == DELIST_EVENT_ASSIGN ||
		      event == DELIST_EVENT_NOTE ||
		      event == DELIST_EVENT_ANSWER;
	struct delist_audit_change change = {
	    .code = after->code,
	    .of = DELIST_AUDIT_INVESTIGATION,
	    .event = (uint8_t)event,
	    .before = before->state,
	    .after = after->state,
	    .detail = event == DELIST_EVENT_DUE ? after->stage : after->notice,
	    .review = (todo & DELIST_TODO_REVIEW) != 0,
	    .prefix = whole(&after->addr),
	};

	memcpy(change.id, after->id, sizeof change.id);
	hash_mailbox(work, change.hash, &before->mailbox, &after->mailbox);
	/* A mail that joins is told, but anybody can send a thousand. */
	note(work, &change,
	    person || change.before != change.after ||
		(change.review && event != DELIST_EVENT_INTAKE));
}

/* ---- the row ---- */

int
delist_audit_put(struct work *work, const uint8_t random[4])
{
	struct delist_service *service = work->service;
	struct batch_row *row = delist_batch_blank(work);
	int result;

	work->audit.at_s = work->now_s;
	if (!work->keep_audit || service->audit_elsewhere)
		return DELIST_OK;
	result = delist_record_write_audit(&row->value, &work->audit);
	if (result != DELIST_OK)
		return result;
	delist_record_audit_key(
	    &row->key, work->now_s, ++service->audits.number, random);
	delist_batch_follow(work, DELIST_STORE_PUT);
	return DELIST_OK;
}

/* The oldest decides, and a clock may have gone back. */
static void
expect(struct delist_service *service, int64_t at_s)
{
	int64_t due_s = delist_later(at_s, service->policy.audit_s);

	if (due_s < service->audits.due_s)
		service->audits.due_s = due_s;
}

void
delist_audit_written(struct work *work)
{
	const struct delist_host *host = &work->service->host;

	if (work->audit.changes == 0)
		return;
	if (work->keep_audit && !work->service->audit_elsewhere)
		expect(work->service, work->now_s);
	if (host->event != NULL && work->service->hold.on)
		delist_hold_audit(&work->service->hold, &work->audit);
	else if (host->event != NULL)
		host->event(host->event_arg, &work->audit);
}

/* ---- the end of it ---- */

/* The first row behind a key. */
static int
next_audit(const struct delist_service *service, bool *found,
    struct delist_store_row *row, const struct delist_record_key *after)
{
	struct delist_record_key prefix;
	int result;

	delist_record_type_key(&prefix, DELIST_RECORD_AUDIT);
	result = service->store.ops->next(service->store.arg, found, row,
	    delist_record_key_text(&prefix), delist_record_key_text(after));
	if (result == DELIST_OK && *found && row->key.len > sizeof after->at)
		return DELIST_ECORRUPT;
	return result;
}

static int
read_time(int64_t *at_s, const struct delist_store_row *row)
{
	struct delist_audit audit;
	int result = delist_record_read_audit(&audit, row->value);

	if (result == DELIST_OK)
		*at_s = audit.at_s;
	return result;
}

int
delist_audit_open(struct delist_service *service)
{
	struct delist_record_key start = {.len = 0};
	struct delist_store_row row;
	int64_t at_s;
	bool found;
	int result = next_audit(service, &found, &row, &start);

	service->audits.due_s = INT64_MAX;
	if (result != DELIST_OK || !found)
		return result;
	/* One that can't be read is for tick to tell: it blocks nobody. */
	if (read_time(&at_s, &row) == DELIST_OK)
		expect(service, at_s);
	else
		service->audits.due_s = INT64_MIN;
	return DELIST_OK;
}

static bool
is_behind(
    const struct delist_record_key *key, const struct delist_record_key *other)
{
	size_t len = key->len < other->len ? key->len : other->len;
	int order = memcmp(key->at, other->at, len);

	return order > 0 || (order == 0 && key->len > other->len);
}

struct purge_call {
	int64_t due_s;
	struct delist_record_key damaged; /* a row that is told of now */
};

/* It is told once that a row can't be read; it is not in the way then. */
static int
skip(struct purge_call *call, const struct work *work,
    const struct delist_record_key *key, int result)
{
	if (!is_behind(key, &work->service->audits.told))
		return DELIST_OK;
	call->damaged = *key;
	return result;
}

/* One row behind `after`; false: it is the last one to look at. */
static int
purge_row(struct work *work, struct purge_call *call, bool *go_on,
    struct delist_record_key *after)
{
	struct delist_store_row row;
	int64_t at_s;
	int result = next_audit(work->service, go_on, &row, after);

	call->due_s = INT64_MAX;
	if (result != DELIST_OK || !*go_on)
		return result;
	after->len = (uint8_t)row.key.len;
	memcpy(after->at, row.key.at, row.key.len);
	result = read_time(&at_s, &row);
	if (result != DELIST_OK)
		return skip(call, work, after, result);
	call->due_s = delist_later(at_s, work->service->policy.audit_s);
	*go_on = work->now_s >= call->due_s && work->deletes_n < PURGED_AT_ONCE;
	if (*go_on) {
		work->deletes[work->deletes_n].key = *after;
		work->deletes[work->deletes_n++].version = row.version;
	}
	return DELIST_OK;
}

static int
purge_steps(struct work *work, void *arg)
{
	struct purge_call *call = arg;
	struct delist_record_key after = {.len = 0};
	bool go_on = true;
	int result = DELIST_OK;

	call->damaged.len = 0;
	while (result == DELIST_OK && go_on)
		result = purge_row(work, call, &go_on, &after);
	/* What was found before it goes first. */
	if (call->damaged.len != 0 && work->deletes_n != 0) {
		call->damaged.len = 0;
		call->due_s = work->now_s;
		return DELIST_OK;
	}
	return result;
}

int
delist_audit_purge(struct delist_service *service, int64_t now_s)
{
	struct audits *audits = &service->audits;
	struct purge_call call;
	int result = delist_work_run(service, purge_steps, &call, now_s);

	if (result == DELIST_OK)
		audits->due_s = call.due_s;
	else if (call.damaged.len != 0)
		audits->told = call.damaged;
	else
		audits->due_s =
		    delist_service_put_off_s(audits->due_s, result, now_s);
	return result;
}
