/* SPDX-License-Identifier: ISC */
#ifndef LIB_JOURNAL_FORMAT_H
#define LIB_JOURNAL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/store.h>

/*
 * The file of a journal, format 1.  All numbers are little-endian.
 *
 *	file	= header snapshot *batch
 *
 *	header	= magic 8, major 2, minor 2, header length 4,
 *		  features: compatible 4, read-only compatible 4,
 *		  incompatible 4, longest payload 4, generation 8,
 *		  first sequence 8, created 8, reserved 4, CRC32C 4
 *
 *	record	= payload length 4, type 2, flags 2, sequence 8,
 *		  CRC32C of these 4, CRC32C of the payload 4,
 *		  payload, zeros up to a multiple of 8
 *
 *	snapshot = *ROW *ID BASE		each a batch of its own
 *	batch	= *(PUT / DELETE) COMMIT / CLOSE / VOID
 *
 * The generation is random, one for each file, and the first sum of each
 * record begins with it, the second with the first: a record of any other
 * file, or of another place, is none here.  Sequences go up by one.
 *
 * A file gets its name when it is whole and on the disk as far as its
 * snapshot goes.  Behind that, records are written in groups, and no group
 * is begun before the one before it is on the disk.  The first record of a
 * group says so (FIRST), which tells a write that was cut short, with any
 * part of it missing, from damage to something that was whole once.
 */

enum {
	DELIST_JOURNAL_MAJOR = 1,
	DELIST_JOURNAL_MINOR = 0,
	DELIST_JOURNAL_HEADER = 64,
	DELIST_JOURNAL_HEADER_MAX = 4096, /* of a later version */
	DELIST_JOURNAL_RECORD = 24,	  /* a record without its payload */
	DELIST_JOURNAL_PAYLOAD_MAX = 4176,
	DELIST_JOURNAL_RECORD_MAX =
	    DELIST_JOURNAL_RECORD + DELIST_JOURNAL_PAYLOAD_MAX
};

enum delist_journal_type {
	DELIST_JOURNAL_ROW = 1,	   /* version 8, key length 2, key, value */
	DELIST_JOURNAL_ID = 2,	   /* id of a commit 16, the oldest first */
	DELIST_JOURNAL_BASE = 3,   /* revision 8 */
	DELIST_JOURNAL_PUT = 4,	   /* key length 2, key, value */
	DELIST_JOURNAL_DELETE = 5, /* key */
	DELIST_JOURNAL_COMMIT = 6, /* revision 8, id 16 */
	/*
	 * The writer closed the file, and all before this is on the disk.
	 * This itself need not be, so the next group does not say FIRST.
	 */
	DELIST_JOURNAL_CLOSE = 7,
	/*
	 * Writing a group failed.  This stands in its place, and its sequence
	 * is past those of the group, so nothing left of it fits any more.
	 */
	DELIST_JOURNAL_VOID = 8,
	/* from here: of a later version, and to be passed over */
	DELIST_JOURNAL_OPTIONAL = 0x8000
};

enum delist_journal_flag {
	DELIST_JOURNAL_ENDS = 1 << 0, /* the last record of a batch */
	DELIST_JOURNAL_FIRST = 1 << 1 /* the first of a group */
};

struct delist_journal_header {
	uint32_t length;
	uint64_t generation;
	uint64_t first_sequence;
	int64_t created_s;
};

struct delist_journal_record {
	uint16_t type, flags;
	uint32_t length; /* of the payload */
	uint64_t sequence;
	const uint8_t *payload;
};

void delist_journal_put_header(uint8_t out[DELIST_JOURNAL_HEADER],
    const struct delist_journal_header *header);

/*
 * DELIST_ECORRUPT, or DELIST_EVERSION where a later version wrote it;
 * `writing` asks for more than reading does.
 */
int delist_journal_get_header(struct delist_journal_header *header,
    const uint8_t at[DELIST_JOURNAL_HEADER], bool writing);

/* Bytes in the file of a record with so long a payload. */
size_t delist_journal_record_size(size_t length);

/*
 * Write the record around its payload, which is in its place already: at
 * out + DELIST_JOURNAL_RECORD.  The bytes written.
 */
size_t delist_journal_put_record(uint8_t *out,
    const struct delist_journal_record *record, uint64_t generation);

/* The record at at[0..len); false if there is no whole one. */
bool delist_journal_get_record(struct delist_journal_record *record,
    const uint8_t *at, size_t len, uint64_t generation);

/* The payloads.  put: the bytes written; get: false if they make no sense. */
size_t delist_journal_put_row(uint8_t *out, const struct delist_store_row *row);
size_t delist_journal_put_put(
    uint8_t *out, struct delist_text key, struct delist_text value);
bool delist_journal_get_row(
    struct delist_store_row *row, const struct delist_journal_record *record);
bool delist_journal_get_put(
    struct delist_store_row *row, const struct delist_journal_record *record);
bool delist_journal_get_delete(
    struct delist_store_row *row, const struct delist_journal_record *record);

#endif
