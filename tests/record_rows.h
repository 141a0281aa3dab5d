/* SPDX-License-Identifier: ISC */
#ifndef TESTS_RECORD_ROWS_H
#define TESTS_RECORD_ROWS_H

/*
 * Values of any type, written and read by one pair of calls: the plain test
 * and the fuzz target go over all types alike.
 */
#include <delist/record.h>

static const char types[] = "LRHMCOSGIJNAPV";

union value {
	struct delist_listing listing;
	struct delist_request request;
	struct delist_history history;
	struct delist_standing standing;
	struct delist_limit counter;
	uint8_t id[16];
	uint64_t generation;
	struct delist_investigation investigation;
	struct delist_node node;
	struct delist_audit audit;
	struct delist_appeal appeal;
	struct delist_account account;
};

static inline int
write_row(struct delist_record *record, char type, const union value *value)
{
	switch (type) {
	case DELIST_RECORD_LISTING:
		return delist_record_write_listing(record, &value->listing);
	case DELIST_RECORD_REQUEST:
		return delist_record_write_request(record, &value->request);
	case DELIST_RECORD_HISTORY:
		return delist_record_write_history(record, &value->history);
	case DELIST_RECORD_STANDING:
		return delist_record_write_standing(record, &value->standing);
	case DELIST_RECORD_COUNTER:
		return delist_record_write_counter(record, &value->counter);
	case DELIST_RECORD_OPEN:
		return delist_record_write_open(record, value->id);
	case DELIST_RECORD_STATUS:
		return delist_record_write_status(record, value->id);
	case DELIST_RECORD_INVESTIGATION:
		return delist_record_write_investigation(
		    record, &value->investigation);
	case DELIST_RECORD_JOIN:
		return delist_record_write_join(record, value->id);
	case DELIST_RECORD_NODE:
		return delist_record_write_node(record, &value->node);
	case DELIST_RECORD_AUDIT:
		return delist_record_write_audit(record, &value->audit);
	case DELIST_RECORD_APPEAL:
		return delist_record_write_appeal(record, &value->appeal);
	case DELIST_RECORD_ACCOUNT:
		return delist_record_write_account(record, &value->account);
	default:
		return delist_record_write_generation(
		    record, value->generation);
	}
}

static inline int
read_row(union value *value, char type, const char *at, size_t len)
{
	struct delist_text bytes = {at, len};

	switch (type) {
	case DELIST_RECORD_LISTING:
		return delist_record_read_listing(&value->listing, bytes);
	case DELIST_RECORD_REQUEST:
		return delist_record_read_request(&value->request, bytes);
	case DELIST_RECORD_HISTORY:
		return delist_record_read_history(&value->history, bytes);
	case DELIST_RECORD_STANDING:
		return delist_record_read_standing(&value->standing, bytes);
	case DELIST_RECORD_COUNTER:
		return delist_record_read_counter(&value->counter, bytes);
	case DELIST_RECORD_OPEN:
		return delist_record_read_open(value->id, bytes);
	case DELIST_RECORD_STATUS:
		return delist_record_read_status(value->id, bytes);
	case DELIST_RECORD_INVESTIGATION:
		return delist_record_read_investigation(
		    &value->investigation, bytes);
	case DELIST_RECORD_JOIN:
		return delist_record_read_join(value->id, bytes);
	case DELIST_RECORD_NODE:
		return delist_record_read_node(&value->node, bytes);
	case DELIST_RECORD_AUDIT:
		return delist_record_read_audit(&value->audit, bytes);
	case DELIST_RECORD_APPEAL:
		return delist_record_read_appeal(&value->appeal, bytes);
	case DELIST_RECORD_ACCOUNT:
		return delist_record_read_account(&value->account, bytes);
	default:
		return delist_record_read_generation(&value->generation, bytes);
	}
}

#endif
