/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as the file of a journal.  The first byte says how: 0, as they
 * are; else as records, each of type, flags, length and that many bytes,
 * behind a good header and with good sums, so that what is in them is read.
 *
 * It opens or says why not; rows keep the limits of a store; what a writer
 * made of it opens again with the same rows; salvage reads no less.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"

enum {
	ROOM = 1 << 16,
	DIRECTORY = 3,
	LOCK = 4,
	OLD = 5,
	NEW = 6,
	UNNAMED = 7
};

/* One directory in memory, of one journal. */
static struct {
	uint8_t bytes[2][ROOM];
	size_t len[2];
	int journal; /* which of the two has the name */
} disk;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* ---- the system ---- */

static int
open_directory(void *arg, const char *path)
{
	(void)arg;
	(void)path;
	return DIRECTORY;
}

static int
open_file(void *arg, int directory, const char *name, int how)
{
	(void)arg;
	(void)name;
	check(directory == DIRECTORY);
	if (how == DELIST_JOURNAL_LOCK)
		return LOCK;
	if (how != DELIST_JOURNAL_NEW)
		return OLD + disk.journal;
	disk.len[1 - disk.journal] = 0;
	return OLD + (1 - disk.journal);
}

static int
nothing(void *arg, int file)
{
	(void)arg;
	(void)file;
	return 0;
}

static int64_t
size_of(void *arg, int file)
{
	(void)arg;
	return (int64_t)disk.len[file - OLD];
}

static int64_t
read_at(void *arg, int file, void *bytes, size_t len, uint64_t at)
{
	size_t size = disk.len[file - OLD];

	(void)arg;
	if (at >= size)
		return 0;
	if (len > size - at)
		len = (size_t)(size - at);
	memcpy(bytes, disk.bytes[file - OLD] + at, len);
	return (int64_t)len;
}

static int64_t
write_at(void *arg, int file, const void *bytes, size_t len, uint64_t at)
{
	(void)arg;
	if (at + len > ROOM)
		return -ENOSPC;
	check(at <= disk.len[file - OLD]);
	memcpy(disk.bytes[file - OLD] + at, bytes, len);
	if (at + len > disk.len[file - OLD])
		disk.len[file - OLD] = (size_t)at + len;
	return (int64_t)len;
}

static int
truncate_to(void *arg, int file, uint64_t to)
{
	(void)arg;
	disk.len[file - OLD] = (size_t)to;
	return 0;
}

static int
rename_to(void *arg, int directory, const char *from, const char *to)
{
	(void)arg;
	(void)directory;
	(void)from;
	(void)to;
	disk.journal = 1 - disk.journal;
	return 0;
}

static int
unlink_name(void *arg, int directory, const char *name)
{
	(void)arg;
	(void)directory;
	(void)name;
	return -ENOENT;
}

static void
close_file(void *arg, int file)
{
	(void)arg;
	check(file >= DIRECTORY && file < UNNAMED);
}

static int64_t
process(void *arg)
{
	(void)arg;
	return 1;
}

static const struct delist_journal_io io = {
    .open_directory = open_directory,
    .open_file = open_file,
    .lock = nothing,
    .size = size_of,
    .read = read_at,
    .write = write_at,
    .truncate = truncate_to,
    .sync_data = nothing,
    .sync = nothing,
    .rename = rename_to,
    .unlink = unlink_name,
    .close = close_file,
    .process = process,
};

static int
entropy(void *arg, uint8_t *out, size_t len)
{
	static uint8_t next;

	(void)arg;
	memset(out, ++next, len);
	return DELIST_OK;
}

/* ---- the file ---- */

static void
put_records(const uint8_t *data, size_t size)
{
	const struct delist_journal_header header = {
	    DELIST_JOURNAL_HEADER, 42, 1, 0};
	struct delist_journal_record record = {.sequence = 1};
	uint8_t *at = disk.bytes[0] + DELIST_JOURNAL_HEADER;

	delist_journal_put_header(disk.bytes[0], &header);
	while (size >= 3 && at < disk.bytes[0] + ROOM / 2) {
		size_t len = data[2] < size - 3 ? data[2] : size - 3;

		record.type = data[0];
		record.flags = data[1];
		record.length = (uint32_t)len;
		memcpy(at + DELIST_JOURNAL_RECORD, data + 3, len);
		at += delist_journal_put_record(at, &record, 42);
		record.sequence++;
		data += 3 + len;
		size -= 3 + len;
	}
	disk.len[0] = (size_t)(at - disk.bytes[0]);
}

static int
open_journal(struct delist_journal **journal, bool read_only, bool salvage)
{
	const struct delist_journal_options options = {.size = sizeof options,
	    .entropy = entropy,
	    .read_only = read_only,
	    .salvage = salvage};

	return delist_journal_open_on(journal, ".", "x", &options, &io);
}

/* How many rows there are; each keeps the limits, and the order. */
static size_t
rows_of(struct delist_journal *journal)
{
	struct delist_store store = delist_journal_store(journal);
	struct delist_text none = {NULL, 0}, after = none;
	struct delist_store_row row;
	size_t rows = 0;
	bool found;

	for (;; rows++) {
		check(store.ops->next(store.arg, &found, &row, none, after) ==
		      DELIST_OK);
		if (!found)
			return rows;
		check(row.key.len >= 1 && row.key.len <= DELIST_STORE_KEY_MAX);
		check(row.value.len <= DELIST_STORE_VALUE_MAX);
		after = row.key;
	}
}

static void
refused(int error)
{
	check(error == DELIST_ECORRUPT || error == DELIST_EVERSION);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct delist_journal *journal;
	size_t rows = 0;
	int error, again;

	if (size == 0 || size > ROOM / 4)
		return 0;
	disk.journal = 0;
	disk.len[0] = size - 1;
	memcpy(disk.bytes[0], data + 1, size - 1);
	if (data[0] != 0)
		put_records(data + 1, size - 1);
	error = open_journal(&journal, true, false);
	if (error == DELIST_OK) {
		rows = rows_of(journal);
		delist_journal_close(journal);
	} else {
		refused(error);
	}
	again = open_journal(&journal, true, true);
	if (again == DELIST_OK) {
		check(error != DELIST_OK || rows_of(journal) == rows);
		delist_journal_close(journal);
	} else {
		refused(again);
		check(error != DELIST_OK);
	}
	again = open_journal(&journal, false, false);
	check(again == error || again == DELIST_EVERSION);
	if (again != DELIST_OK)
		return 0;
	check(rows_of(journal) == rows);
	delist_journal_close(journal);
	check(open_journal(&journal, false, false) == DELIST_OK);
	check(rows_of(journal) == rows);
	delist_journal_close(journal);
	return 0;
}
