/* SPDX-License-Identifier: ISC */
#ifndef TESTS_RECORD_ROWS_H
#define TESTS_RECORD_ROWS_H

/*
 * Values of any type, written and read by one pair of calls: the plain test
 * and the fuzz target go over all types alike.
 */
#include <delist/record.h>

static const char types[] = "LRHMCOSG";

union value {
	struct delist_listing listing;
	struct delist_request request;
	struct delist_history history;
	struct delist_standing standing;
	struct delist_limit counter;
	uint8_t id[16];
	uint64_t generation;
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
	default:
		return delist_record_read_generation(&value->generation, bytes);
	}
}

#endif
