/* SPDX-License-Identifier: ISC */
/*
 * service_commit.c - one commit of all that a call changed
 *
 * Each row that is written was read before, and goes in only if it still has
 * the version that was read.  The rows that find a request that is there, by
 * its pair or by a status token, need no such check: they are written with it
 * only.
 *
 * The largest is that of a submission that makes another request give way: a
 * request, its pair, who gives way and that one's pair, five counts, and what
 * the audit keeps, in 16 changes.  A mail that makes another case give way
 * has 15: both cases, two rows that find it, three counts, and the audit's.
 */
#include <string.h>

#include "service.h"

static int
put_listing(struct work *work, const struct work_listing *listing)
{
	struct batch_row *row = delist_batch_blank(work);

	delist_record_listing_key(
	    &row->key, listing->at.kind, &listing->at.prefix);
	return delist_batch_replace(work, listing->version, listing->gone,
	    listing->gone
		? DELIST_OK
		: delist_record_write_listing(&row->value, &listing->at));
}

/* The row that finds a request by its pair is there while it is open. */
static int
put_open(struct work *work, const struct work_request *request)
{
	bool open = delist_request_open(&request->at);
	struct batch_row *row = delist_batch_blank(work);
	uint8_t hash[16];
	int result;

	if (open == request->was_open || request->has_heir)
		return DELIST_OK;
	delist_service_mailbox_hash(work->service, hash, &request->at.mailbox);
	delist_record_open_key(&row->key, &request->at.addr, hash);
	result = delist_record_write_open(&row->value, request->at.id);
	if (open)
		return delist_batch_replace(
		    work, work->open_version, false, result);
	delist_batch_follow(work, DELIST_STORE_DELETE);
	return DELIST_OK;
}

/* One status token, the newest, finds the request that it joined. */
static int
put_status(struct work *work, const struct work_request *request)
{
	static const uint8_t none[16];
	const uint8_t *was = request->was_status_id;
	const uint8_t *now = request->gone ? none : request->at.status_id;
	int result;

	if (memcmp(was, now, sizeof none) == 0)
		return DELIST_OK;
	if (memcmp(was, none, sizeof none) != 0) {
		delist_record_status_key(&delist_batch_blank(work)->key, was);
		delist_batch_follow(work, DELIST_STORE_DELETE);
	}
	if (memcmp(now, none, sizeof none) == 0)
		return DELIST_OK;
	delist_record_status_key(&delist_batch_blank(work)->key, now);
	result = delist_record_write_status(
	    &delist_batch_blank(work)->value, request->at.id);
	if (result == DELIST_OK)
		delist_batch_follow(work, DELIST_STORE_PUT);
	return result;
}

static int
put_request(struct work *work, const struct work_request *request)
{
	struct batch_row *row = delist_batch_blank(work);
	int result;

	delist_record_request_key(&row->key, request->at.id);
	result = delist_batch_replace(work, request->version, request->gone,
	    request->gone
		? DELIST_OK
		: delist_record_write_request(&row->value, &request->at));
	if (result == DELIST_OK)
		result = put_open(work, request);
	return result == DELIST_OK ? put_status(work, request) : result;
}

static int
put_memories(struct work *work)
{
	struct batch_row *row = delist_batch_blank(work);
	int result = DELIST_OK;

	if (work->history.changed) {
		delist_record_history_key(&row->key, &work->history.addr);
		result =
		    delist_batch_replace(work, work->history.version, false,
			delist_record_write_history(
			    &row->value, &work->history.at));
	}
	row = delist_batch_blank(work);
	if (result == DELIST_OK && work->standing.changed) {
		delist_record_standing_key(&row->key, work->standing.hash);
		result =
		    delist_batch_replace(work, work->standing.version, false,
			delist_record_write_standing(
			    &row->value, &work->standing.at));
	}
	for (enum counter i = 0; i < COUNTERS && result == DELIST_OK; i++) {
		const struct work_counter *counter = &work->counters[i];

		if (!counter->changed)
			continue;
		row = delist_batch_blank(work);
		delist_record_counter_key(
		    &row->key, delist_counter_of(i), counter->hash);
		result = delist_batch_replace(work, counter->version, false,
		    delist_record_write_counter(&row->value, &counter->at));
	}
	return result;
}

static int
put_generation(struct work *work)
{
	struct batch_row *row = delist_batch_blank(work);
	uint64_t generation;
	int result = delist_work_get_generation(work, &generation);

	if (result != DELIST_OK)
		return result;
	delist_record_generation_key(&row->key);
	return delist_batch_replace(work, work->generation_version, false,
	    delist_record_write_generation(&row->value, generation));
}

static int
put_all(struct work *work)
{
	int result = DELIST_OK;

	for (size_t i = 0; i < work->listings_n && result == DELIST_OK; i++)
		if (work->listings[i].changed)
			result = put_listing(work, &work->listings[i]);
	for (size_t i = 0; i < work->requests_n && result == DELIST_OK; i++)
		if (work->requests[i].changed)
			result = put_request(work, &work->requests[i]);
	for (size_t i = 0; i < work->cases_n && result == DELIST_OK; i++)
		if (work->cases[i].changed)
			result = delist_case_put(work, &work->cases[i]);
	if (result == DELIST_OK)
		result = delist_node_put(work);
	if (result == DELIST_OK)
		result = put_memories(work);
	for (size_t i = 0; i < work->deletes_n && result == DELIST_OK; i++) {
		delist_batch_blank(work)->key = work->deletes[i].key;
		result = delist_batch_replace(
		    work, work->deletes[i].version, true, DELIST_OK);
	}
	if (result == DELIST_OK && work->feed)
		result = put_generation(work);
	return result;
}

static int
prepare(struct work *work)
{
	struct index *index = &work->service->index;
	int result = delist_index_reserve(index);

	if (result == DELIST_OK)
		result = delist_cases_reserve(&work->service->cases);
	if (result == DELIST_OK)
		result = delist_lifts_reserve(&work->service->lifts);
	if (work->service->hold.on)
		return result == DELIST_OK ? delist_hold_reserve(work->service)
					   : result;
	for (size_t i = 0; i < work->listings_n && result == DELIST_OK; i++)
		if (work->listings[i].changed)
			result = delist_index_prepare(index,
			    &work->listings[i].at, work->listings[i].gone);
	return result;
}

/* Into the sets, or into the notes of what is held. */
static void
publish_listings(struct work *work)
{
	struct delist_service *service = work->service;

	if (!service->hold.on)
		delist_index_publish(&service->index);
	for (size_t i = 0; i < work->listings_n; i++) {
		const struct work_listing *listing = &work->listings[i];

		if (!listing->changed)
			continue;
		delist_lifts_wait(&service->lifts, &listing->at, work->now_s);
		if (service->hold.on)
			delist_hold_listing(&service->hold, &listing->at);
	}
}

static void
publish(struct work *work)
{
	struct index *index = &work->service->index;

	publish_listings(work);
	for (size_t i = 0; i < work->requests_n; i++)
		if (work->requests[i].changed)
			delist_index_request(index, &work->requests[i].at,
			    work->requests[i].gone);
	for (size_t i = 0; i < work->cases_n; i++)
		if (work->cases[i].changed)
			delist_case_publish(&work->service->cases,
			    &work->cases[i].at, work->cases[i].gone);
	if (work->standing.changed || work->history.changed ||
	    work->counters[COUNTER_ALL].changed)
		delist_service_sweep_soon(work->service, work->now_s);
}

int
delist_work_commit(struct work *work)
{
	struct delist_service *service = work->service;
	struct batch *batch = &service->batch;
	uint8_t id[16];
	int result;

	batch->rows_n = 0;
	batch->changes_n = 0;
	result = put_all(work);
	if (result != DELIST_OK || batch->changes_n == 0)
		return result;
	result =
	    service->host.entropy(service->host.entropy_arg, id, sizeof id);
	if (result == DELIST_OK)
		result = delist_audit_put(work, id + sizeof id - 4);
	if (result == DELIST_OK)
		result = prepare(work);
	if (result == DELIST_OK)
		result = service->store.ops->commit(
		    service->store.arg, batch->changes, batch->changes_n, id);
	if (result == DELIST_OK)
		publish(work);
	else
		delist_index_abandon(&service->index);
	return result;
}
