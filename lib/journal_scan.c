/* SPDX-License-Identifier: ISC */
/*
 * journal_scan.c - read a journal from its start
 *
 *	header | ROW ROW ID BASE | PUT PUT COMMIT | PUT COM
 *	                         '-- a batch is   '-- and this was torn:
 *	                             applied whole    nothing valid behind it
 *
 * Where a record is bad, everything behind it is searched for the first
 * record of a later group.  If there is one, the bad record was on the disk
 * once, and this is damage.  If there is none, it belongs to the last write,
 * which nobody was told had succeeded.  That write may have left valid
 * records behind the bad one, since a disk writes in any order.  In the
 * snapshot, which was on the disk before the file had its name, any bad
 * record is damage.
 */
#include "journal_scan.h"

#include <string.h>

#include "bytes.h"

enum {
	WINDOW = 1 << 18 /* bytes of the file in memory; over RECORD_MAX */
};

/* ---- a window on the file ---- */

/* Have in memory a record's bytes from `position` on, or all up to the end. */
static int
fill(struct journal_scan *scan)
{
	struct delist_journal *journal = scan->journal;
	size_t left = scan->len - (size_t)(scan->position - scan->start);

	if (left >= DELIST_JOURNAL_RECORD_MAX ||
	    scan->start + scan->len == scan->size)
		return DELIST_OK;
	memmove(scan->bytes, scan->bytes + scan->len - left, left);
	scan->start = scan->position;
	scan->len = left;
	while (scan->len < scan->cap && scan->start + scan->len < scan->size) {
		uint64_t at = scan->start + scan->len, rest = scan->size - at;
		size_t room = scan->cap - scan->len;
		int64_t n = journal->io->read(journal->io->arg, journal->file,
		    scan->bytes + scan->len, rest < room ? (size_t)rest : room,
		    at);

		if (n == 0) /* a writer cut it while we look */
			scan->size = at;
		else if (n > 0)
			scan->len += (size_t)n;
		else if (delist_journal_result(journal, n) != DELIST_OK)
			return DELIST_EIO;
	}
	return DELIST_OK;
}

/* The record at `position`: *good says if there is one. */
static int
look(
    bool *good, struct delist_journal_record *record, struct journal_scan *scan)
{
	int error = fill(scan);
	size_t at = (size_t)(scan->position - scan->start);

	*good = error == DELIST_OK &&
		delist_journal_get_record(record, scan->bytes + at,
		    scan->len - at, scan->journal->header.generation);
	return error;
}

/* ---- one record ---- */

/* Only behind what was lost of a group may a sequence leave some out. */
static bool
follows(
    const struct journal_scan *scan, const struct delist_journal_record *record)
{
	return record->sequence == scan->last + 1 ||
	       (record->type == DELIST_JOURNAL_VOID &&
		   record->sequence > scan->last);
}

/* Take the record and go behind it. */
static int
accept(struct journal_scan *scan, const struct delist_journal_record *record)
{
	struct delist_journal *journal = scan->journal;
	bool ends = (record->flags & DELIST_JOURNAL_ENDS) != 0;
	bool writes = record->type == DELIST_JOURNAL_PUT ||
		      record->type == DELIST_JOURNAL_DELETE;
	int error;

	if (record->flags & DELIST_JOURNAL_FIRST && scan->batch.count != 0)
		return DELIST_ECORRUPT;
	if (writes == ends && record->type < DELIST_JOURNAL_OPTIONAL)
		return DELIST_ECORRUPT;
	error = delist_journal_take(scan, record);
	if (error != DELIST_OK)
		return error;
	scan->last = record->sequence;
	scan->position += delist_journal_record_size(record->length);
	journal->stats.records++;
	journal->closed = record->type == DELIST_JOURNAL_CLOSE;
	if (ends)
		journal->end = scan->position;
	return DELIST_OK;
}

/* ---- where a record is bad ---- */

/*
 * Go on to the next good record that is later than the last; to the first
 * one of a group, if `first`.  At the end of the file if there is none.
 */
static int
skip_to_good(
    struct journal_scan *scan, bool first, struct delist_journal_record *record)
{
	for (; scan->position < scan->size; scan->position += 8) {
		bool good;
		int error = look(&good, record, scan);

		if (error != DELIST_OK)
			return error;
		if (good && record->sequence > scan->last &&
		    (!first || record->flags & DELIST_JOURNAL_FIRST))
			return DELIST_OK;
	}
	return DELIST_OK;
}

/* At a bad record, to be read past what is damaged. */
static int
salvage(struct journal_scan *scan)
{
	struct delist_journal *journal = scan->journal;
	uint64_t from = scan->position;
	struct delist_journal_record record;
	int error = skip_to_good(scan, false, &record);

	delist_rows_drop(&journal->rows, &scan->batch);
	if (error != DELIST_OK || scan->position >= scan->size)
		return error;
	journal->stats.damaged_bytes += scan->position - from;
	scan->last = record.sequence - 1;
	scan->lost = (record.flags & DELIST_JOURNAL_FIRST) == 0 &&
		     record.type >= DELIST_JOURNAL_PUT &&
		     record.type <= DELIST_JOURNAL_COMMIT;
	if (record.type >= DELIST_JOURNAL_PUT)
		scan->in_snapshot = false;
	return DELIST_OK;
}

/* At the first bad record, or the end, where nothing may follow. */
static int
settle(struct journal_scan *scan)
{
	struct delist_journal *journal = scan->journal;
	struct delist_journal_record record;
	int error;

	if (scan->in_snapshot && !journal->options.salvage)
		return DELIST_ECORRUPT;
	error = skip_to_good(scan, true, &record);
	if (error == DELIST_OK && scan->position < scan->size)
		error = DELIST_ECORRUPT;
	journal->closed = journal->closed && journal->end == scan->size;
	if (scan->size > journal->end)
		journal->stats.torn_bytes = scan->size - journal->end;
	journal->sequence = scan->last + 1;
	return error;
}

static int
scan_records(struct journal_scan *scan)
{
	bool salvaging = scan->journal->options.salvage;

	while (scan->position < scan->size) {
		struct delist_journal_record record;
		bool good;
		int error = look(&good, &record, scan);

		if (error != DELIST_OK)
			return error;
		if (good && follows(scan, &record))
			error = accept(scan, &record);
		else if (salvaging)
			error = salvage(scan);
		else
			break;
		if (error == DELIST_ECORRUPT && salvaging) {
			scan->position += 8;
			error = salvage(scan);
		}
		if (error != DELIST_OK)
			return error;
	}
	return settle(scan);
}

static int
scan_header(struct journal_scan *scan)
{
	struct delist_journal *journal = scan->journal;
	struct delist_journal_header *header = &journal->header;
	int error = fill(scan);

	if (error != DELIST_OK)
		return error;
	if (scan->len < DELIST_JOURNAL_HEADER)
		return DELIST_ECORRUPT;
	error = delist_journal_get_header(
	    header, scan->bytes, !journal->options.read_only);
	if (error == DELIST_ECORRUPT && journal->options.salvage) {
		header->length = DELIST_JOURNAL_HEADER;
		header->generation = delist_get_le64(scan->bytes + 32);
		header->first_sequence = 1;
		error = DELIST_OK;
	}
	if (error == DELIST_OK && header->length > scan->size)
		error = DELIST_ECORRUPT;
	scan->position = header->length;
	scan->last = header->first_sequence - 1;
	return error;
}

int
delist_journal_scan(struct delist_journal *journal)
{
	struct journal_scan scan = {.journal = journal, .in_snapshot = true};
	int64_t size = journal->io->size(journal->io->arg, journal->file);
	int error = delist_journal_result(journal, size);

	if (error != DELIST_OK)
		return error;
	scan.size = (uint64_t)size;
	scan.cap = WINDOW;
	if (scan.size < WINDOW) /* a byte at least, for an empty file */
		scan.cap = (size_t)scan.size + 1;
	scan.bytes = delist_alloc_grow(&journal->alloc, NULL, 0, scan.cap, 1);
	if (scan.bytes == NULL)
		return DELIST_ENOMEM;
	error = scan_header(&scan);
	delist_rows_gather(&journal->rows);
	if (error == DELIST_OK)
		error = scan_records(&scan);
	delist_rows_drop(&journal->rows, &scan.batch);
	delist_rows_settle(&journal->rows);
	delist_alloc_release(&journal->alloc, scan.bytes, scan.cap, 1);
	return error;
}
