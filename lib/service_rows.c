/* SPDX-License-Identifier: ISC */
/*
 * service_rows.c - rows of the store as the values that they are
 *
 * Where there is no row the value is nothing: zeroed, but for what names it.
 */
#include <string.h>

#include "service.h"

char
delist_counter_of(enum counter which)
{
	static const char of[COUNTERS] = {
	    [COUNTER_DOMAIN] = 'D',
	    [COUNTER_SUBMITTER] = 'S',
	    [COUNTER_ALL] = 'A',
	};

	return of[which];
}

const struct delist_limit_rule *
delist_counter_rule(const struct delist_policy *policy, char of)
{
	switch (of) {
	case 'D':
		return &policy->mails_domain;
	case 'S':
		return &policy->mails_submitter;
	default:
		return &policy->mails_all;
	}
}

int
delist_row_get(const struct delist_service *service, struct delist_text *bytes,
    uint64_t *version, const struct delist_record_key *key)
{
	struct delist_store_row row;
	bool found;
	int result;

	if (service->hold.broken)
		return DELIST_EREADONLY;
	result = service->store.ops->get(
	    service->store.arg, &found, &row, delist_record_key_text(key));
	if (result != DELIST_OK)
		return result;
	*bytes = found ? row.value : (struct delist_text){NULL, 0};
	*version = found ? row.version : 0;
	return DELIST_OK;
}

static int
load_listing(const struct delist_service *service,
    struct delist_listing *listing, uint64_t *version, int kind,
    const struct delist_prefix *prefix)
{
	struct delist_record_key key;
	struct delist_text bytes;
	int result;

	*listing = (struct delist_listing){
	    .prefix = *prefix,
	    .kind = (uint8_t)kind,
	};
	delist_record_listing_key(&key, kind, prefix);
	result = delist_row_get(service, &bytes, version, &key);
	if (result != DELIST_OK || bytes.at == NULL)
		return result;
	return delist_record_read_listing(listing, bytes);
}

static int
load_request(const struct delist_service *service,
    struct delist_request *request, uint64_t *version, const uint8_t id[16])
{
	struct delist_record_key key;
	struct delist_text bytes;
	int result;

	*request = (struct delist_request){.state = DELIST_REQUEST_NONE};
	delist_record_request_key(&key, id);
	result = delist_row_get(service, &bytes, version, &key);
	if (result != DELIST_OK || bytes.at == NULL)
		return result;
	return delist_record_read_request(request, bytes);
}

static int
load_history(const struct delist_service *service,
    struct delist_history *history, uint64_t *version,
    const struct delist_addr *addr)
{
	struct delist_record_key key;
	struct delist_text bytes;
	int result;

	*history = (struct delist_history){0};
	delist_record_history_key(&key, addr);
	result = delist_row_get(service, &bytes, version, &key);
	if (result != DELIST_OK || bytes.at == NULL)
		return result;
	return delist_record_read_history(history, bytes);
}

int
delist_row_listing(const struct delist_service *service,
    struct delist_listing *listing, int kind,
    const struct delist_prefix *prefix)
{
	uint64_t version;

	return load_listing(service, listing, &version, kind, prefix);
}

int
delist_row_request(const struct delist_service *service,
    struct delist_request *request, const uint8_t id[16])
{
	uint64_t version;

	return load_request(service, request, &version, id);
}

int
delist_row_joined(const struct delist_service *service, uint8_t request_id[16],
    const uint8_t id[16])
{
	struct delist_record_key key;
	struct delist_text bytes;
	uint64_t version;
	int result;

	memcpy(request_id, id, 16);
	delist_record_request_key(&key, id);
	result = delist_row_get(service, &bytes, &version, &key);
	if (result != DELIST_OK || bytes.at != NULL)
		return result;
	delist_record_status_key(&key, id);
	result = delist_row_get(service, &bytes, &version, &key);
	if (result != DELIST_OK || bytes.at == NULL)
		return result;
	return delist_record_read_status(request_id, bytes);
}

int
delist_row_history(const struct delist_service *service,
    struct delist_history *history, const struct delist_addr *addr)
{
	uint64_t version;

	return load_history(service, history, &version, addr);
}

int
delist_work_get_listing(struct work *work, struct work_listing **out, int kind,
    const struct delist_prefix *prefix)
{
	struct work_listing *listing = &work->listings[work->listings_n];
	int result;

	for (size_t i = 0; i < work->listings_n; i++) {
		*out = &work->listings[i];
		if ((*out)->at.kind == kind &&
		    delist_prefix_compare(&(*out)->at.prefix, prefix) == 0)
			return DELIST_OK;
	}
	*listing = (struct work_listing){.gone = false};
	result = load_listing(
	    work->service, &listing->at, &listing->version, kind, prefix);
	if (result != DELIST_OK)
		return result;
	work->listings_n++;
	*out = listing;
	return DELIST_OK;
}

int
delist_work_get_request(
    struct work *work, struct work_request **out, const uint8_t id[16])
{
	struct work_request *request = &work->requests[work->requests_n];
	int result;

	for (size_t i = 0; i < work->requests_n; i++) {
		*out = &work->requests[i];
		if (memcmp((*out)->at.id, id, 16) == 0)
			return DELIST_OK;
	}
	*request = (struct work_request){.gone = false};
	result =
	    load_request(work->service, &request->at, &request->version, id);
	if (result != DELIST_OK)
		return result;
	memcpy(request->at.id, id, 16);
	request->was_open = delist_request_open(&request->at);
	memcpy(request->was_status_id, request->at.status_id, 16);
	work->requests_n++;
	*out = request;
	return DELIST_OK;
}

int
delist_work_get_history(struct work *work, const struct delist_addr *addr)
{
	struct work_history *history = &work->history;

	history->addr = *addr;
	return load_history(
	    work->service, &history->at, &history->version, addr);
}

void
delist_service_mailbox_hash(const struct delist_service *service,
    uint8_t hash[16], const struct delist_mailbox *mailbox)
{
	struct delist_mailbox key;

	delist_mailbox_canonical(&key, mailbox);
	delist_keyring_hash(
	    hash, &service->keyring, DELIST_RECORD_STANDING, key.text, key.len);
}

int
delist_work_get_standing(
    struct work *work, const struct delist_mailbox *mailbox)
{
	struct work_standing *standing = &work->standing;
	struct delist_record_key key;
	struct delist_text bytes;
	int result;

	*standing = (struct work_standing){.changed = false};
	delist_service_mailbox_hash(work->service, standing->hash, mailbox);
	delist_record_standing_key(&key, standing->hash);
	result =
	    delist_row_get(work->service, &bytes, &standing->version, &key);
	if (result != DELIST_OK || bytes.at == NULL)
		return result;
	return delist_record_read_standing(&standing->at, bytes);
}

int
delist_work_get_counter(
    struct work *work, enum counter which, const void *of, size_t len)
{
	struct work_counter *counter = &work->counters[which];
	struct delist_record_key key;
	struct delist_text bytes;
	int result;

	*counter = (struct work_counter){.loaded = true};
	delist_keyring_hash(counter->hash, &work->service->keyring,
	    delist_counter_of(which), of, len);
	delist_record_counter_key(
	    &key, delist_counter_of(which), counter->hash);
	result = delist_row_get(work->service, &bytes, &counter->version, &key);
	if (result != DELIST_OK || bytes.at == NULL)
		return result;
	return delist_record_read_counter(&counter->at, bytes);
}

int
delist_work_get_open(struct work *work, bool *found, uint8_t id[16],
    const struct delist_addr *addr, const struct delist_mailbox *mailbox)
{
	struct delist_record_key key;
	struct delist_text bytes;
	uint8_t hash[16];
	int result;

	delist_service_mailbox_hash(work->service, hash, mailbox);
	delist_record_open_key(&key, addr, hash);
	result =
	    delist_row_get(work->service, &bytes, &work->open_version, &key);
	*found = result == DELIST_OK && bytes.at != NULL;
	return *found ? delist_record_read_open(id, bytes) : result;
}

int
delist_work_get_generation(struct work *work, uint64_t *generation)
{
	struct delist_record_key key;
	struct delist_text bytes;
	int result;

	if (!work->generation_loaded) {
		delist_record_generation_key(&key);
		result = delist_row_get(
		    work->service, &bytes, &work->generation_version, &key);
		if (result == DELIST_OK && bytes.at != NULL)
			result = delist_record_read_generation(
			    &work->generation, bytes);
		if (result != DELIST_OK)
			return result;
		work->generation_loaded = true;
	}
	*generation = work->generation + 1;
	return DELIST_OK;
}
