/* SPDX-License-Identifier: ISC */
/*
 * service_work.c - rows in, steps, one commit out
 *
 *	load	  rows, each with the version that it was read at
 *	step	  the machines, on copies in struct work
 *	prepare	  the sets and room for all that will be remembered
 *	commit	  every row that changed, if none has another version by now
 *	publish	  the sets; from here on nothing can fail
 *	act	  hand the mail over
 *
 * Where the commit meets rows of somebody else's, all of it is done again on
 * what is there by then.
 */
#include <string.h>

#include "service.h"

enum {
	TRIES = 8 /* of one call against conflicts */
};

int
delist_work_tell_request(struct work *work, const uint8_t id[16], int kind)
{
	static const uint8_t nobody[16];
	struct delist_event ev = {.kind = (uint8_t)kind};
	struct work_request *request;
	unsigned todo;
	int result;

	if (memcmp(id, nobody, sizeof nobody) == 0)
		return DELIST_OK;
	result = delist_work_get_request(work, &request, id);
	if (result != DELIST_OK || request->at.state == DELIST_REQUEST_NONE)
		return result;
	result = delist_work_step_request(work, &todo, request, &ev);
	/* It may have come to another end: that is no matter here. */
	return result == DELIST_ESTATE ? DELIST_OK : result;
}

int
delist_work_step_listing(struct work *work, struct work_listing *listing,
    const struct delist_event *ev)
{
	struct delist_listing before = listing->at;
	unsigned todo;
	int result;

	result = delist_listing_step(&listing->at, &todo, &listing->at, ev,
	    &work->service->policy, work->now_s);
	if (result != DELIST_OK)
		return result;
	if ((todo & DELIST_TODO_AUDIT) != 0) {
		listing->changed = true;
		listing->gone = (todo & DELIST_TODO_PURGE) != 0;
		delist_audit_listing(
		    work, &before, &listing->at, ev->kind, todo);
	}
	if ((todo & DELIST_TODO_FEED) != 0)
		work->feed = true;
	if ((todo & DELIST_TODO_EFFECTIVE) != 0)
		result = delist_work_tell_request(
		    work, before.request_id, DELIST_EVENT_EFFECTIVE);
	if (result == DELIST_OK && (todo & DELIST_TODO_RELISTED) != 0)
		result = delist_work_tell_request(
		    work, before.request_id, DELIST_EVENT_RELISTED);
	return result;
}

int
delist_work_step_request(struct work *work, unsigned *todo,
    struct work_request *request, const struct delist_event *ev)
{
	struct delist_request before = request->at;
	int result = delist_request_step(&request->at, todo, &request->at, ev,
	    &work->service->policy, work->now_s);

	if (result != DELIST_OK)
		return result;
	if ((*todo & DELIST_TODO_AUDIT) != 0)
		delist_audit_request(
		    work, &before, &request->at, ev->kind, *todo);
	/* A mail that waits is sent with no transition: the row says so. */
	if ((*todo & (DELIST_TODO_AUDIT | DELIST_TODO_MAIL)) != 0)
		request->changed = true;
	if ((*todo & DELIST_TODO_MAIL) != 0)
		request->mail = true;
	if ((*todo & DELIST_TODO_PURGE) != 0)
		request->gone = true;
	return DELIST_OK;
}

/* What is held has no mail yet: tick finds it in the outbox, after sync(). */
static void
put_off(struct work *work)
{
	struct delist_service *service = work->service;

	for (size_t i = 0; i < work->requests_n; i++) {
		struct request_slot *slot;

		if (!work->requests[i].mail)
			continue;
		slot =
		    delist_index_find(&service->index, work->requests[i].at.id);
		slot->outbox = true;
		delist_index_wake(&service->index, slot, INT64_MIN);
	}
	for (size_t i = 0; i < work->cases_n; i++) {
		struct case_slot *slot;

		if (!work->cases[i].mail)
			continue;
		slot = delist_case_find(&service->cases, work->cases[i].at.id);
		slot->outbox = true;
		delist_case_wake(&service->cases, slot, INT64_MIN);
	}
}

static void
act(struct work *work)
{
	if (work->service->hold.on) {
		put_off(work);
		return;
	}
	for (size_t i = 0; i < work->requests_n; i++) {
		struct delist_request request = work->requests[i].at;

		if (!work->requests[i].mail)
			continue;
		/* It is the only one, and this uses the work anew. */
		delist_service_send(work->service, &request, work->now_s);
		return;
	}
	for (size_t i = 0; i < work->cases_n; i++) {
		struct delist_investigation one = work->cases[i].at;

		if (!work->cases[i].mail)
			continue;
		delist_notice_send(work->service, &one, work->now_s);
		return;
	}
}

int
delist_work_run(struct delist_service *service,
    int (*steps)(struct work *work, void *call), void *call, int64_t now_s)
{
	struct work *work = &service->work;
	int result = DELIST_ECONFLICT;

	if (service->hold.broken)
		return DELIST_EREADONLY;
	for (int i = 0; i < TRIES && result == DELIST_ECONFLICT; i++) {
		*work = (struct work){.service = service, .now_s = now_s};
		result = steps(work, call);
		if (result == DELIST_OK)
			result = delist_work_commit(work);
	}
	if (result == DELIST_OK) {
		delist_audit_written(work);
		act(work);
	}
	return result;
}
