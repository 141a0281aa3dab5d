/* SPDX-License-Identifier: ISC */
/*
 * Any bytes: refused, with the value as it was, or the row of one type, and
 * then exactly what is written of the value that was read.
 */
#include <stdlib.h>
#include <string.h>

#include "record_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (const char *type = types; *type != '\0'; type++) {
		union value value, before;
		struct delist_record record;
		int result;

		memset(&value, 0xa5, sizeof value);
		memset(&before, 0xa5, sizeof before);
		result = read_row(&value, *type, (const char *)data, size);
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
