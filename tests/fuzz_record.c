/* SPDX-License-Identifier: ISC */
/*
 * Any bytes: refused, with the value as it was, or the row of one type, and
 * then exactly what is written of the value that was read.
 */
#include <stdlib.h>
#include <string.h>

#include <delist/record.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int holds)
{
	if (!holds)
		abort();
}

union value {
	struct delist_listing listing;
	struct delist_request request;
	struct delist_history history;
	struct delist_standing standing;
	struct delist_limit counter;
	uint8_t id[16];
	uint64_t generation;
};

static int
read_row(union value *value, char type, struct delist_text bytes)
{
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
	default:
		return delist_record_read_generation(&value->generation, bytes);
	}
}

static int
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
	default:
		return delist_record_write_generation(
		    record, value->generation);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char types[] = "LRHMCOG";
	struct delist_text bytes = {(const char *)data, size};

	for (const char *type = types; *type != '\0'; type++) {
		union value value, before;
		struct delist_record record;
		int result;

		memset(&value, 0xa5, sizeof value);
		memset(&before, 0xa5, sizeof before);
		result = read_row(&value, *type, bytes);
		if (result != DELIST_OK) {
			require(memcmp(&value, &before, sizeof value) == 0);
			require(result == DELIST_ECORRUPT ||
				(result == DELIST_EVERSION && size >= 2 &&
				    data[0] == (uint8_t)*type && data[1] > 1));
			continue;
		}
		require(data[0] == (uint8_t)*type && data[1] == 1);
		require(write_row(&record, *type, &value) == DELIST_OK);
		require(record.len == size);
		require(memcmp(record.at, data, size) == 0);
	}
	return 0;
}
