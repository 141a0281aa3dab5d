/* SPDX-License-Identifier: ISC */
/*
 * record_count.c - rows of what is counted, and of single numbers
 *
 * The layouts are in record.c.  Whatever the numbers are, they make a row:
 * limit.c has an answer for any counter.
 */
#include "record.h"

#include <string.h>

void
delist_record_limit(struct record_codec *codec, struct delist_limit *limit)
{
	delist_record_time(codec, &limit->newest);
	for (size_t i = 0; i < DELIST_LIMIT_SLOTS; i++)
		delist_record_u32(codec, &limit->used[i]);
}

static void
walk_history(struct record_codec *codec, struct delist_history *history)
{
	delist_record_u32(codec, &history->count);
	delist_record_time(codec, &history->last_s);
	delist_record_limit(codec, &history->self_delists);
}

static void
walk_standing(struct record_codec *codec, struct delist_standing *standing)
{
	delist_record_limit(codec, &standing->mails);
	delist_record_limit(codec, &standing->failed);
	delist_record_time(codec, &standing->suppressed_until_s);
}

int
delist_record_write_history(
    struct delist_record *record, const struct delist_history *history)
{
	struct delist_record made = {0};
	struct delist_history copy = *history;
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_HISTORY);

	walk_history(&codec, &copy);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_history(
    struct delist_history *history, struct delist_text bytes)
{
	struct delist_history found = {0};
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_HISTORY);
	int result;

	walk_history(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*history = found;
	return result;
}

int
delist_record_write_standing(
    struct delist_record *record, const struct delist_standing *standing)
{
	struct delist_record made = {0};
	struct delist_standing copy = *standing;
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_STANDING);

	walk_standing(&codec, &copy);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_standing(
    struct delist_standing *standing, struct delist_text bytes)
{
	struct delist_standing found = {0};
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_STANDING);
	int result;

	walk_standing(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*standing = found;
	return result;
}

int
delist_record_write_counter(
    struct delist_record *record, const struct delist_limit *counter)
{
	struct delist_record made = {0};
	struct delist_limit copy = *counter;
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_COUNTER);

	delist_record_limit(&codec, &copy);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_counter(
    struct delist_limit *counter, struct delist_text bytes)
{
	struct delist_limit found = {0};
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_COUNTER);
	int result;

	delist_record_limit(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*counter = found;
	return result;
}

/* ---- ids and numbers ---- */

static int
write_id(struct delist_record *record, int type, const uint8_t id[16])
{
	struct delist_record made = {0};
	struct record_codec codec = delist_record_writing(&made, type);
	uint8_t copy[16];

	memcpy(copy, id, sizeof copy);
	delist_record_bytes(&codec, copy, sizeof copy);
	return delist_record_written(record, &made, &codec);
}

static int
read_id(uint8_t id[16], int type, struct delist_text bytes)
{
	struct record_codec codec = delist_record_reading(bytes, type);
	uint8_t found[16] = {0};
	int result;

	delist_record_bytes(&codec, found, sizeof found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		memcpy(id, found, sizeof found);
	return result;
}

int
delist_record_write_open(struct delist_record *record, const uint8_t id[16])
{
	return write_id(record, DELIST_RECORD_OPEN, id);
}

int
delist_record_read_open(uint8_t id[16], struct delist_text bytes)
{
	return read_id(id, DELIST_RECORD_OPEN, bytes);
}

int
delist_record_write_status(struct delist_record *record, const uint8_t id[16])
{
	return write_id(record, DELIST_RECORD_STATUS, id);
}

int
delist_record_read_status(uint8_t id[16], struct delist_text bytes)
{
	return read_id(id, DELIST_RECORD_STATUS, bytes);
}

int
delist_record_write_join(struct delist_record *record, const uint8_t id[16])
{
	return write_id(record, DELIST_RECORD_JOIN, id);
}

int
delist_record_read_join(uint8_t id[16], struct delist_text bytes)
{
	return read_id(id, DELIST_RECORD_JOIN, bytes);
}

int
delist_record_write_generation(
    struct delist_record *record, uint64_t generation)
{
	struct delist_record made = {0};
	struct record_codec codec =
	    delist_record_writing(&made, DELIST_RECORD_GENERATION);

	delist_record_u64(&codec, &generation);
	return delist_record_written(record, &made, &codec);
}

int
delist_record_read_generation(uint64_t *generation, struct delist_text bytes)
{
	struct record_codec codec =
	    delist_record_reading(bytes, DELIST_RECORD_GENERATION);
	uint64_t found = 0;
	int result;

	delist_record_u64(&codec, &found);
	result = delist_record_was_read(&codec);
	if (result == DELIST_OK)
		*generation = found;
	return result;
}
