/* SPDX-License-Identifier: ISC */
#ifndef LIB_JOURNAL_SCAN_H
#define LIB_JOURNAL_SCAN_H

#include "journal.h"

/* A journal that is being read from its start. */
struct journal_scan {
	struct delist_journal *journal;
	uint64_t size;	   /* of the file */
	uint64_t position; /* in the file, of what comes next */
	uint64_t start;	   /* in the file, of bytes[0] */
	uint8_t *bytes;
	size_t len, cap;
	uint64_t last; /* sequence of the last good record */
	bool in_snapshot;
	bool lost; /* salvage: inside a batch that is not whole */
	struct delist_rows_batch batch;
};

/* ---- journal_take.c ---- */

/*
 * What a good record says, which comes next and is not behind `position` yet.
 *
 *	DELIST_ECORRUPT	it does not belong where it is
 *	DELIST_EVERSION	it is of a type that has to be known
 *	DELIST_ENOMEM	no memory
 */
int delist_journal_take(
    struct journal_scan *scan, const struct delist_journal_record *record);

#endif
