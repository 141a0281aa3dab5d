/* SPDX-License-Identifier: ISC */
/*
 * service_page.c - list pages and figures
 *
 * A page is read from the store, row by row, from the key of the last one on.
 */
#include <delist/service_desk.h>

#include <string.h>

#include "service.h"

/* ---- pages ---- */

/* The value of the row behind the cursor, and its key. */
static int
next_row(const struct delist_service *service, bool *found,
    struct delist_store_row *row, const struct delist_cursor *cursor,
    const struct delist_record_key *prefix)
{
	struct delist_text after = {cursor->at, cursor->len};
	int result;

	if (cursor->len > sizeof cursor->at)
		return DELIST_EINVAL;
	if (service->hold.broken)
		return DELIST_EREADONLY;
	result = service->store.ops->next(service->store.arg, found, row,
	    delist_record_key_text(prefix), after);
	if (result == DELIST_OK && *found && row->key.len > sizeof cursor->at)
		return DELIST_ECORRUPT;
	return result;
}

/* The next one is behind this row, also where it can't be read. */
static int
turn(bool *found, struct delist_cursor *cursor, bool have,
    const struct delist_store_row *row, int result)
{
	if (have) {
		*cursor = (struct delist_cursor){.len = (uint8_t)row->key.len};
		memcpy(cursor->at, row->key.at, row->key.len);
	}
	if (result == DELIST_OK)
		*found = have;
	return result;
}

int
delist_service_next_listing(const struct delist_service *service, bool *found,
    struct delist_listing *listing, struct delist_cursor *cursor, int kind)
{
	struct delist_record_key prefix;
	struct delist_store_row row;
	bool have = false;
	int result;

	if (kind < 0 || kind >= SERVICE_KINDS)
		return DELIST_EINVAL;
	delist_record_listing_prefix(&prefix, kind);
	result = next_row(service, &have, &row, cursor, &prefix);
	if (result != DELIST_OK)
		return result;
	if (have)
		result = delist_record_read_listing(listing, row.value);
	return turn(found, cursor, have, &row, result);
}

int
delist_service_next_request(const struct delist_service *service, bool *found,
    struct delist_request *request, struct delist_cursor *cursor)
{
	struct delist_record_key prefix;
	struct delist_store_row row;
	bool have = false;
	int result;

	delist_record_type_key(&prefix, DELIST_RECORD_REQUEST);
	result = next_row(service, &have, &row, cursor, &prefix);
	if (result != DELIST_OK)
		return result;
	if (have)
		result = delist_record_read_request(request, row.value);
	return turn(found, cursor, have, &row, result);
}

int
delist_service_next_investigation(const struct delist_service *service,
    bool *found, struct delist_investigation *investigation,
    struct delist_cursor *cursor)
{
	struct delist_record_key prefix;
	struct delist_store_row row;
	bool have = false;
	int result;

	delist_record_type_key(&prefix, DELIST_RECORD_INVESTIGATION);
	result = next_row(service, &have, &row, cursor, &prefix);
	if (result != DELIST_OK)
		return result;
	if (have)
		result =
		    delist_record_read_investigation(investigation, row.value);
	return turn(found, cursor, have, &row, result);
}

int
delist_service_next_node(const struct delist_service *service, bool *found,
    struct delist_node *node, struct delist_cursor *cursor)
{
	struct delist_record_key prefix;
	struct delist_store_row row;
	bool have = false;
	int result;

	delist_record_type_key(&prefix, DELIST_RECORD_NODE);
	result = next_row(service, &have, &row, cursor, &prefix);
	if (result != DELIST_OK)
		return result;
	if (have)
		result = delist_record_read_node(node, row.value);
	return turn(found, cursor, have, &row, result);
}

int
delist_service_next_audit(const struct delist_service *service, bool *found,
    struct delist_audit *audit, struct delist_cursor *cursor)
{
	struct delist_record_key prefix;
	struct delist_store_row row;
	bool have = false;
	int result;

	delist_record_type_key(&prefix, DELIST_RECORD_AUDIT);
	result = next_row(service, &have, &row, cursor, &prefix);
	if (result != DELIST_OK)
		return result;
	if (have)
		result = delist_record_read_audit(audit, row.value);
	return turn(found, cursor, have, &row, result);
}

/* Numbers begin at 1, so no audit of that second is before this. */
void
delist_cursor_since(struct delist_cursor *cursor, int64_t at_s)
{
	static const uint8_t random[4];
	struct delist_record_key key;

	delist_record_audit_key(&key, at_s, 0, random);
	*cursor = (struct delist_cursor){.len = key.len};
	memcpy(cursor->at, key.at, key.len);
}

/* ---- one ---- */

int
delist_service_request(const struct delist_service *service, bool *found,
    struct delist_request *request, const uint8_t id[16])
{
	struct delist_request row;
	int result = delist_row_request(service, &row, id);

	if (result != DELIST_OK)
		return result;
	*found = row.state != DELIST_REQUEST_NONE;
	if (*found)
		*request = row;
	return DELIST_OK;
}

int
delist_service_investigation(const struct delist_service *service, bool *found,
    struct delist_investigation *investigation, const uint8_t id[16])
{
	struct delist_investigation row;
	int result = delist_row_case(service, &row, id);

	if (result != DELIST_OK)
		return result;
	*found = row.state != DELIST_INVESTIGATION_NONE;
	if (*found)
		*investigation = row;
	return DELIST_OK;
}

/* ---- figures ---- */

int
delist_service_stats(
    const struct delist_service *service, struct delist_service_stats *stats)
{
	const struct index *index = &service->index;

	if (stats->size != sizeof *stats)
		return DELIST_EINVAL;
	memcpy(
	    stats->listings, index->listings.count_of, sizeof stats->listings);
	memcpy(stats->requests, index->requests_in, sizeof stats->requests);
	memcpy(stats->investigations, service->cases.in,
	    sizeof stats->investigations);
	return DELIST_OK;
}
