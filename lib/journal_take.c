/* SPDX-License-Identifier: ISC */
/*
 * journal_take.c - what the records of a journal say, one after the other
 *
 * The snapshot's rows go in one by one, up to its BASE; what is behind it, a
 * batch at a time.
 */
#include "journal_scan.h"

#include "bytes.h"

static int
take_row(struct journal_scan *scan, const struct delist_journal_record *record)
{
	struct delist_rows *rows = &scan->journal->rows;
	struct delist_store_row row;

	if (!scan->in_snapshot || !delist_journal_get_row(&row, record))
		return DELIST_ECORRUPT;
	if (delist_rows_add(&scan->batch, rows, false, row.key, row.value) !=
	    DELIST_OK)
		return DELIST_ENOMEM;
	delist_rows_write(rows, &scan->batch, row.version);
	if (rows->revision < row.version)
		rows->revision = row.version;
	return DELIST_OK;
}

static int
take_base(struct journal_scan *scan, const struct delist_journal_record *record)
{
	struct delist_rows *rows = &scan->journal->rows;

	if (!scan->in_snapshot || record->length != 8 ||
	    delist_get_le64(record->payload) < rows->revision)
		return DELIST_ECORRUPT;
	rows->revision = delist_get_le64(record->payload);
	scan->in_snapshot = false;
	return DELIST_OK;
}

static int
take_write(
    struct journal_scan *scan, const struct delist_journal_record *record)
{
	bool gone = record->type == DELIST_JOURNAL_DELETE;
	struct delist_store_row row;

	if (scan->lost)
		return DELIST_OK;
	if (scan->in_snapshot ||
	    scan->batch.count == DELIST_STORE_CHANGES_MAX ||
	    !(gone ? delist_journal_get_delete(&row, record)
		   : delist_journal_get_put(&row, record)))
		return DELIST_ECORRUPT;
	return delist_rows_add(
	    &scan->batch, &scan->journal->rows, gone, row.key, row.value);
}

static int
take_commit(
    struct journal_scan *scan, const struct delist_journal_record *record)
{
	struct delist_rows *rows = &scan->journal->rows;

	if (scan->lost) {
		scan->lost = false;
		return DELIST_OK;
	}
	if (scan->in_snapshot || record->length != 24 ||
	    delist_get_le64(record->payload) <= rows->revision)
		return DELIST_ECORRUPT;
	delist_rows_apply(rows, &scan->batch, delist_get_le64(record->payload),
	    record->payload + 8);
	return DELIST_OK;
}

int
delist_journal_take(
    struct journal_scan *scan, const struct delist_journal_record *record)
{
	bool empty = scan->batch.count == 0 && record->length == 0;

	switch (record->type) {
	case DELIST_JOURNAL_ROW:
		return take_row(scan, record);
	case DELIST_JOURNAL_ID:
		if (!scan->in_snapshot || record->length != 16)
			return DELIST_ECORRUPT;
		delist_rows_keep_id(&scan->journal->rows, record->payload);
		return DELIST_OK;
	case DELIST_JOURNAL_BASE:
		return take_base(scan, record);
	case DELIST_JOURNAL_PUT:
	case DELIST_JOURNAL_DELETE:
		return take_write(scan, record);
	case DELIST_JOURNAL_COMMIT:
		return take_commit(scan, record);
	case DELIST_JOURNAL_CLOSE:
	case DELIST_JOURNAL_VOID:
		return scan->in_snapshot || !empty ? DELIST_ECORRUPT
						   : DELIST_OK;
	default:
		return record->type >= DELIST_JOURNAL_OPTIONAL
			   ? DELIST_OK
			   : DELIST_EVERSION;
	}
}
