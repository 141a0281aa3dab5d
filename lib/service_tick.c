/* SPDX-License-Identifier: ISC */
/*
 * service_tick.c - time
 *
 * What is due is a listing, a request, or the next piece of the sweep.  Each
 * is done in a commit of its own, and what fails stays due.
 */
#include <string.h>

#include "later.h"
#include "service.h"

enum {
	DAMAGED_S = 60 /* until a row that can't be read is tried again */
};

/* ---- what has a deadline ---- */

struct due_call {
	const struct index_item *item;
	bool changed;  /* so its slot has a deadline again */
	int64_t due_s; /* of the row as it is, if not */
};

/* A slot without a row is somebody else's removal: follow it. */
static int
listing_steps(struct work *work, void *arg)
{
	struct due_call *call = arg;
	const struct delist_docket_entry *entry = &call->item->listing;
	struct delist_event ev = {.kind = DELIST_EVENT_DUE};
	struct work_listing *listing;
	int result = delist_work_get_listing(
	    work, &listing, entry->kind, &entry->prefix);

	if (result != DELIST_OK)
		return result;
	if (listing->at.state == DELIST_LISTING_ABSENT) {
		listing->changed = listing->gone = call->changed = true;
		return DELIST_OK;
	}
	call->due_s = delist_listing_due_s(&listing->at);
	result = delist_work_step_listing(work, listing, &ev);
	/* Somebody else gave it time: written again, it is published here. */
	if (call->due_s > work->now_s)
		listing->changed = true;
	call->changed = listing->changed;
	return result;
}

/* Its mailbox may have said since that it wants no more mail. */
static int
hold_back(struct work *work, struct work_request *request)
{
	int result = delist_work_get_standing(work, &request->at.mailbox);

	if (result != DELIST_OK || !delist_service_suppressed(work))
		return result;
	request->at.muted = request->changed = true;
	request->mail = false;
	return DELIST_OK;
}

/* A key that is retired or was dropped opens nothing for the reader. */
static void
renew_key(const struct delist_service *service, struct work_request *request,
    int64_t now_s)
{
	const struct delist_keyring *ring = &service->keyring;

	for (uint8_t i = 0; i < ring->count; i++) {
		const struct delist_key *key = &ring->keys[i];

		if (key->kid == request->at.kid && now_s < key->retired_s)
			return;
	}
	request->at.kid = ring->keys[ring->active].kid;
	request->changed = true;
}

static int
request_steps(struct work *work, void *arg)
{
	struct due_call *call = arg;
	const struct request_slot *slot = call->item->request;
	struct delist_event ev = {.kind = DELIST_EVENT_DUE};
	struct work_request *request;
	unsigned todo;
	int result = delist_work_get_request(work, &request, slot->id);

	if (result != DELIST_OK)
		return result;
	if (request->at.state == DELIST_REQUEST_NONE) {
		request->changed = request->gone = call->changed = true;
		return DELIST_OK;
	}
	call->due_s = delist_request_due_s(&request->at);
	result = delist_work_step_request(work, &todo, request, &ev);
	/* Asked for before the service was opened, and nothing came of it yet. */
	if (result == DELIST_OK && slot->outbox && !request->changed)
		request->mail = delist_service_mail_waits(&request->at);
	if (result == DELIST_OK && request->mail)
		result = hold_back(work, request);
	if (result == DELIST_OK && request->mail)
		renew_key(work->service, request, work->now_s);
	call->changed = request->changed || request->mail;
	return result;
}

/* An outcome whose request is forgotten is no matter any more. */
static int
outcome_again(struct delist_service *service, const struct index_item *item,
    int64_t now_s)
{
	int result = delist_service_outcome(service, item->request);

	if (result == DELIST_ETOKEN)
		result = DELIST_OK;
	if (result != DELIST_OK || item->request->outcome != 0)
		delist_index_back(&service->index, item, now_s);
	if (result == DELIST_OK)
		item->request->outcome = 0;
	return result;
}

int64_t
delist_service_again_s(int result, int64_t now_s)
{
	return result == DELIST_ECORRUPT || result == DELIST_EVERSION
		   ? delist_later(now_s, DAMAGED_S)
		   : now_s;
}

int64_t
delist_service_put_off_s(int64_t due_s, int result, int64_t now_s)
{
	int64_t again_s = delist_service_again_s(result, now_s);

	return again_s > now_s ? again_s : due_s;
}

static int
do_item(struct delist_service *service, const struct index_item *item,
    int64_t now_s)
{
	struct due_call call = {.item = item};
	int result;

	if (item->request != NULL && item->request->outcome != 0)
		return outcome_again(service, item, now_s);
	result = delist_work_run(service,
	    item->request == NULL ? listing_steps : request_steps, &call,
	    now_s);
	if (result != DELIST_OK)
		delist_index_back(&service->index, item,
		    delist_service_again_s(result, now_s));
	else if (!call.changed)
		delist_index_back(&service->index, item, call.due_s);
	return result;
}

int64_t
delist_service_next_due(const struct delist_service *service)
{
	int64_t due_s = service->sweep.due_s;
	int64_t first_s = delist_index_next_due(&service->index);

	if (delist_hold_left(&service->hold))
		return INT64_MIN;
	if (delist_lifts_next_s(&service->lifts) < due_s)
		due_s = delist_lifts_next_s(&service->lifts);
	if (service->audits.due_s < due_s)
		due_s = service->audits.due_s;
	if (first_s < due_s)
		due_s = first_s;
	if (delist_deadline_next(service->cases.due, &first_s) &&
	    first_s < due_s)
		due_s = first_s;
	return due_s;
}

/* INT64_MAX is never, also for a clock that shows it. */
static bool
is_due(int64_t due_s, int64_t now_s)
{
	return due_s != INT64_MAX && now_s >= due_s;
}

/* One of what is due; false: nothing is. */
static bool
do_next(struct delist_service *service, int *result, int64_t now_s)
{
	struct index_item item;

	if (delist_hold_left(&service->hold))
		*result = delist_hold_tick(service);
	else if (delist_index_pop(&service->index, &item, now_s))
		*result = do_item(service, &item, now_s);
	else if (delist_case_tick(service, result, now_s))
		return true;
	else if (is_due(delist_lifts_next_s(&service->lifts), now_s))
		*result = delist_lifts_tick(service, now_s);
	else if (is_due(service->sweep.due_s, now_s))
		*result = delist_service_sweep_some(service, now_s);
	else if (is_due(service->audits.due_s, now_s))
		*result = delist_audit_purge(service, now_s);
	else
		return false;
	return true;
}

int
delist_service_tick(
    struct delist_service *service, bool *more, size_t max, int64_t now_s)
{
	int result = DELIST_OK;

	if (service->hold.broken)
		return DELIST_EREADONLY;
	if (service->hold.on)
		return DELIST_EAGAIN;
	for (; max != 0 && do_next(service, &result, now_s); max--)
		if (result != DELIST_OK)
			return result;
	*more = is_due(delist_service_next_due(service), now_s);
	return DELIST_OK;
}
