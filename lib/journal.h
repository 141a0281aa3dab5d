/* SPDX-License-Identifier: ISC */
#ifndef LIB_JOURNAL_H
#define LIB_JOURNAL_H

#include <delist/journal.h>

#include "journal_format.h"
#include "journal_io.h"
#include "rows.h"

/*
 * A journal, for its own parts and its tests
 *
 *	journal.c		open, commit, close
 *	journal_scan.c		read a file from its start: recovery
 *	journal_rewrite.c	write a file anew and put it in place
 *	journal_append.c	write a group at the end of a file
 *	journal_format.c	headers and records as bytes
 *	journal_io.c		the system
 */

enum delist_journal_state {
	DELIST_JOURNAL_WRITES,	 /* all is well */
	DELIST_JOURNAL_UNCLOSED, /* to be rewritten before it is written to */
	DELIST_JOURNAL_FAILED,	 /* what is on the disk is not known */
	DELIST_JOURNAL_LOOKS	 /* opened to read */
};

/* Bytes that grow. */
struct delist_journal_bytes {
	uint8_t *at;
	size_t len, cap;
};

struct delist_journal {
	struct delist_alloc alloc;
	const struct delist_journal_io *io;
	struct delist_rows rows;
	struct delist_journal_options options;
	char file_name[96], new_name[96], lock_name[96];

	int state; /* enum delist_journal_state */
	bool held;
	bool closed;			     /* the file ends with CLOSE ... */
	bool close_may_be_lost;		     /* ... of an earlier writer */
	int directory, lock, file;	     /* -1: not open */
	int64_t process;		     /* that opened it */
	struct delist_journal_header header; /* of the file */
	uint64_t sequence;		     /* of the next record */
	uint64_t end;			     /* where the next group begins */
	uint64_t rewrite_at;		     /* bytes of file */
	struct delist_journal_bytes group;   /* what is not yet written */
	struct delist_journal_stats stats;
};

/* delist_journal_open() on some other system. */
int delist_journal_open_on(struct delist_journal **out, const char *directory,
    const char *name, const struct delist_journal_options *options,
    const struct delist_journal_io *io);

/*
 * What a call of the system came to: DELIST_OK, or DELIST_EIO with the
 * errno kept for the statistics.
 */
int delist_journal_result(struct delist_journal *journal, int64_t result);

/* All of it, however many calls that takes. */
int delist_journal_write(struct delist_journal *journal, int file,
    const uint8_t *at, size_t len, uint64_t offset);
int delist_journal_sync_data(struct delist_journal *journal, int file);
int delist_journal_sync_all(struct delist_journal *journal, int file);

/*
 * Read the file from its start: header, rows, ids, revision, sequence, end,
 * closed; and of the statistics records, torn and damaged bytes.
 *
 *	DELIST_ENOMEM, DELIST_EIO, DELIST_ECORRUPT, DELIST_EVERSION
 */
int delist_journal_scan(struct delist_journal *journal);

/*
 * Write the rows to a new file and put it in place.  DELIST_EIO and
 * DELIST_ENOMEM: it was not put there.  DELIST_EREADONLY: perhaps it was,
 * and the journal has failed.
 */
int delist_journal_rewrite(struct delist_journal *journal);
int delist_journal_rewrite_if_large(struct delist_journal *journal);

/*
 * Add the writes of a commit to the group.  DELIST_ENOMEM leaves the group
 * as it was.
 */
int delist_journal_add(struct delist_journal *journal,
    const struct delist_store_change *changes, size_t n, uint64_t revision,
    const uint8_t id[16]);

/*
 * Write the group and wait until it is on the disk.  DELIST_EIO: it is not
 * there, and nothing of it will be.  DELIST_EREADONLY: not known, and the
 * journal has failed.  The group is empty afterwards.
 */
int delist_journal_flush(struct delist_journal *journal);

/* Write down that all was written, if it was: no group was left behind. */
void delist_journal_append_close(struct delist_journal *journal);

#endif
