/* SPDX-License-Identifier: ISC */
/*
 * journal_format.c - headers and records as bytes: see journal_format.h
 */
#include "journal_format.h"

#include <string.h>

#include "bytes.h"
#include "crc32c.h"
#include "rows.h"

/* A CR LF that a transfer as text would change, and no text in front. */
static const uint8_t magic[8] = {0x8d, 'D', 'L', 'J', '\r', '\n', 0x1a, '\n'};

void
delist_journal_put_header(uint8_t out[DELIST_JOURNAL_HEADER],
    const struct delist_journal_header *header)
{
	memset(out, 0, DELIST_JOURNAL_HEADER);
	memcpy(out, magic, sizeof magic);
	delist_put_le16(out + 8, DELIST_JOURNAL_MAJOR);
	delist_put_le16(out + 10, DELIST_JOURNAL_MINOR);
	delist_put_le32(out + 12, DELIST_JOURNAL_HEADER);
	delist_put_le32(out + 28, DELIST_JOURNAL_PAYLOAD_MAX);
	delist_put_le64(out + 32, header->generation);
	delist_put_le64(out + 40, header->first_sequence);
	delist_put_le64(out + 48, (uint64_t)header->created_s);
	delist_put_le32(out + 60, delist_crc32c(0, out, 60));
}

int
delist_journal_get_header(struct delist_journal_header *header,
    const uint8_t at[DELIST_JOURNAL_HEADER], bool writing)
{
	uint32_t length = delist_get_le32(at + 12);

	if (memcmp(at, magic, sizeof magic) != 0 ||
	    delist_get_le32(at + 60) != delist_crc32c(0, at, 60))
		return DELIST_ECORRUPT;
	if (delist_get_le16(at + 8) != DELIST_JOURNAL_MAJOR ||
	    delist_get_le32(at + 24) != 0 ||
	    (writing && delist_get_le32(at + 20) != 0) ||
	    delist_get_le32(at + 28) > DELIST_JOURNAL_PAYLOAD_MAX)
		return DELIST_EVERSION;
	if (length < DELIST_JOURNAL_HEADER || length % 8 != 0 ||
	    length > DELIST_JOURNAL_HEADER_MAX)
		return DELIST_ECORRUPT;
	header->length = length;
	header->generation = delist_get_le64(at + 32);
	header->first_sequence = delist_get_le64(at + 40);
	header->created_s = (int64_t)delist_get_le64(at + 48);
	return DELIST_OK;
}

/* ---- records ---- */

size_t
delist_journal_record_size(size_t length)
{
	return DELIST_JOURNAL_RECORD + (length + 7) / 8 * 8;
}

static uint32_t
sum_of_head(const uint8_t at[16], uint64_t generation)
{
	uint8_t seed[8];

	delist_put_le64(seed, generation);
	return delist_crc32c(delist_crc32c(0, seed, sizeof seed), at, 16);
}

size_t
delist_journal_put_record(uint8_t *out,
    const struct delist_journal_record *record, uint64_t generation)
{
	size_t size = delist_journal_record_size(record->length);
	uint8_t *payload = out + DELIST_JOURNAL_RECORD;
	uint32_t sum;

	delist_put_le32(out, record->length);
	delist_put_le16(out + 4, record->type);
	delist_put_le16(out + 6, record->flags);
	delist_put_le64(out + 8, record->sequence);
	sum = sum_of_head(out, generation);
	delist_put_le32(out + 16, sum);
	delist_put_le32(out + 20, delist_crc32c(sum, payload, record->length));
	memset(payload + record->length, 0,
	    size - DELIST_JOURNAL_RECORD - record->length);
	return size;
}

static bool
all_zero(const uint8_t *at, const uint8_t *end)
{
	while (at < end)
		if (*at++ != 0)
			return false;
	return true;
}

bool
delist_journal_get_record(struct delist_journal_record *record,
    const uint8_t *at, size_t len, uint64_t generation)
{
	const uint8_t *payload = at + DELIST_JOURNAL_RECORD;
	uint32_t length, sum;

	if (len < DELIST_JOURNAL_RECORD)
		return false;
	length = delist_get_le32(at);
	if (length > DELIST_JOURNAL_PAYLOAD_MAX ||
	    delist_journal_record_size(length) > len)
		return false;
	sum = sum_of_head(at, generation);
	if (delist_get_le32(at + 16) != sum ||
	    delist_get_le32(at + 20) != delist_crc32c(sum, payload, length) ||
	    !all_zero(
		payload + length, at + delist_journal_record_size(length)))
		return false;
	record->length = length;
	record->type = delist_get_le16(at + 4);
	record->flags = delist_get_le16(at + 6);
	record->sequence = delist_get_le64(at + 8);
	record->payload = payload;
	return true;
}

/* ---- payloads ---- */

size_t
delist_journal_put_put(
    uint8_t *out, struct delist_text key, struct delist_text value)
{
	delist_put_le16(out, (uint16_t)key.len);
	memcpy(out + 2, key.at, key.len);
	if (value.len != 0)
		memcpy(out + 2 + key.len, value.at, value.len);
	return 2 + key.len + value.len;
}

size_t
delist_journal_put_row(uint8_t *out, const struct delist_store_row *row)
{
	delist_put_le64(out, row->version);
	return 8 + delist_journal_put_put(out + 8, row->key, row->value);
}

static bool
get_key_and_value(struct delist_store_row *row, const uint8_t *at, size_t len)
{
	size_t key_len = len >= 2 ? delist_get_le16(at) : len;
	const char *key = (const char *)at + 2;

	if (len < 2 || key_len > len - 2)
		return false;
	row->key = (struct delist_text){key, key_len};
	row->value = (struct delist_text){key + key_len, len - 2 - key_len};
	return delist_rows_fit(row->key, row->value);
}

bool
delist_journal_get_row(
    struct delist_store_row *row, const struct delist_journal_record *record)
{
	if (record->length < 8)
		return false;
	row->version = delist_get_le64(record->payload);
	return get_key_and_value(row, record->payload + 8, record->length - 8);
}

bool
delist_journal_get_put(
    struct delist_store_row *row, const struct delist_journal_record *record)
{
	row->version = 0;
	return get_key_and_value(row, record->payload, record->length);
}

bool
delist_journal_get_delete(
    struct delist_store_row *row, const struct delist_journal_record *record)
{
	*row = (struct delist_store_row){
	    .key = {(const char *)record->payload, record->length}};
	return delist_rows_fit(row->key, row->value);
}
