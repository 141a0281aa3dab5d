/* SPDX-License-Identifier: ISC */
#ifndef TESTS_DRIVE_H
#define TESTS_DRIVE_H

/*
 * A store for a test: a journal on a disk that can lose power, and beside it
 * the rows as they should be.
 *
 *	commit --> journal --> OK --> rows that should be
 *	              |
 *	              '-- power is cut: in doubt
 *
 * drive_restart() is the next start of the system.  What was answered with
 * DELIST_OK must be there; of the commit in doubt all or nothing, and the
 * answer of it says which.
 */
#include <delist/memstore.h>
#include <delist/store.h>

#include "disk.h"
#include "journal.h"

struct drive {
	struct disk disks[2];
	int in; /* which disk is in use */
	struct delist_journal_io io;
	struct delist_journal *journal;
	struct delist_memstore *memstore; /* as it should be */
	struct delist_store should;
	struct support_random random;
	uint64_t revision; /* of the journal, by what was answered */
	size_t cuts, in_doubt, found, compactions; /* how often */

	/* The first commit that failed on a disk without power. */
	bool has_doubt;
	size_t changes_n;
	struct delist_store_change changes[DELIST_STORE_CHANGES_MAX];
	uint8_t id[16];
	char bytes[DELIST_STORE_CHANGES_MAX]
		  [DELIST_STORE_KEY_MAX + DELIST_STORE_VALUE_MAX];
};

/* It is large: in static memory.  It must stay where it is. */
void drive_init(struct drive *drive, uint64_t seed);
void drive_fini(struct drive *drive);
struct delist_store drive_store(struct drive *drive);

/* The power goes after so many more calls of the system. */
void drive_cut_after(struct drive *drive, uint64_t calls);
bool drive_is_cut(const struct drive *drive);

/*
 * Cut the power if it is not, and start again.  True if the commit in
 * drive->changes[0..changes_n) was in doubt and is there: it is not yet among
 * the rows that should be, to which drive_settle() adds it.
 */
bool drive_restart(struct drive *drive);
void drive_settle(struct drive *drive);

#endif
