/* SPDX-License-Identifier: ISC */
#ifndef DELIST_JOURNAL_H
#define DELIST_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/alloc.h>
#include <delist/error.h>
#include <delist/store.h>

/*
 * A store in one file, which loses nothing
 *
 * The rows are in memory and, as a journal of commits, in a file.  When a
 * commit returned DELIST_OK, its writes survive the end of the process, of
 * the system, and of power, as long as the disk keeps what it said it has
 * written.  After any of these the store opens without repair, and is what
 * it was after some of the commits in their order: all that were answered
 * with DELIST_OK, and of the one in flight all or nothing.
 *
 * In the directory are
 *
 *	NAME.lock		held by the one writer, never replaced
 *	NAME.journal		everything
 *	NAME.journal.new	a rewritten journal before it is whole
 *
 * They belong to the user, mode 0600; a symbolic link in the place of one is
 * refused.  The check sums in the file guard against accidents and not
 * against tampering.
 *
 * Where a commit fails, its result says what became of it:
 *
 *	DELIST_EIO		it was not done, and will not be found after
 *				a crash either; the next one may work
 *	DELIST_EREADONLY	the first time: nobody knows if it was done.
 *				The store takes no more writes until it is
 *				opened again; then commit it once more,
 *				with the same id.
 *
 * The ids of the last 64 commits are remembered, over restarts too.
 *
 * One thread at a time.  A child after fork() may read through the handle
 * that it inherited and close it; all its writes are DELIST_EREADONLY.  The
 * lock is held for as long as either of them has the handle.
 */

#ifdef __cplusplus
extern "C" {
#endif

struct delist_journal;

/* Zero it, then set `size` and `entropy`; the rest as needed. */
struct delist_journal_options {
	uint32_t size; /* sizeof(struct delist_journal_options) */

	/*
	 * Only look: nothing is locked, written or made, and every commit is
	 * DELIST_EREADONLY.  A writer may be at work beside it; what it does
	 * after the open is not seen.
	 */
	bool read_only;

	/*
	 * With read_only: where the file is damaged, go on behind the damage
	 * and take what can be read, commits that are whole.  It may then
	 * show rows that were deleted, and lack others; a person has to look
	 * at them.
	 */
	bool salvage;

	int64_t now_s;			  /* written into a new file */
	const struct delist_alloc *alloc; /* NULL: the C library */

	/*
	 * Random bytes: delist_entropy(), or the host's.  DELIST_OK when
	 * out[0..len) was filled.  Not needed with read_only.
	 */
	int (*entropy)(void *arg, uint8_t *out, size_t len);
	void *entropy_arg;
};

/*
 * Open the journal `name` in `directory`, or make an empty one if there is
 * none.  Both are ended by a NUL, as the system takes them; `name` has 1 to
 * 64 bytes, no '/' and no '.' in front.  *out is the caller's, who gives it
 * back with delist_journal_close().
 *
 * A journal that was not closed, as after a crash, is read as far as it is
 * whole, then written anew beside the old one and put in its place.  If
 * that fails, for a full disk perhaps, it opens all the same and takes no
 * writes: `read_only` in the statistics.
 *
 *	DELIST_EINVAL	an argument is not as above
 *	DELIST_ENOMEM	no memory
 *	DELIST_EBUSY	another writer has it open
 *	DELIST_EIO	the system failed, or with read_only there is none
 *	DELIST_ECORRUPT	it is damaged where it was whole once, or is no
 *			journal; the file is untouched
 *	DELIST_EVERSION	a later version wrote it in a way that this one
 *			can't read, or may not write; the file is untouched
 */
DELIST_API int delist_journal_open(struct delist_journal **out,
    const char *directory, const char *name,
    const struct delist_journal_options *options);

/*
 * Close it; commits that are held are lost.  NULL is fine.  Nothing is
 * waited for: what must not be lost is on the disk already.
 */
DELIST_API void delist_journal_close(struct delist_journal *journal);

/* The store as a service takes it.  It is good until the journal is closed. */
DELIST_API struct delist_store delist_journal_store(
    struct delist_journal *journal);

/*
 * Many commits, one wait for the disk.  After hold() a commit that returns
 * DELIST_OK is provisional: the rows show it, but nothing may follow from
 * it until sync() was DELIST_OK.  sync() writes all of them at once, waits
 * for the disk once, and ends the hold.
 *
 *	DELIST_EREADONLY	no more writes.  From sync(): none of the
 *				held commits may be relied upon, and the rows
 *				are not to be used; open it again.
 *
 * hold() twice is one hold; sync() without one is DELIST_OK.
 */
DELIST_API int delist_journal_hold(struct delist_journal *journal);
DELIST_API int delist_journal_sync(struct delist_journal *journal);

/*
 * Write the file anew with nothing but the rows that are there.  A commit
 * or sync() does it by itself, once the file is over 1 MiB and over twice
 * what its rows need; a million rows take about a second.
 *
 *	DELIST_EAGAIN		commits are held: sync() first
 *	DELIST_ENOMEM		no memory
 *	DELIST_EIO		the system failed; the old file stays
 *	DELIST_EREADONLY	it takes no more writes
 */
DELIST_API int delist_journal_compact(struct delist_journal *journal);

/* Set `size`; delist_journal_stats() fills in the rest. */
struct delist_journal_stats {
	uint32_t size;	  /* sizeof(struct delist_journal_stats) */
	bool read_only;	  /* commits are DELIST_EREADONLY */
	bool held;	  /* between hold() and sync() */
	int system_error; /* errno of the last call that failed, or 0 */
	uint64_t revision;
	uint64_t rows;
	uint64_t row_bytes;	/* of keys and values */
	uint64_t file_bytes;	/* of the file, without what is held */
	uint64_t held_bytes;	/* of commits that wait for sync() */
	uint64_t records;	/* read when it was opened */
	uint64_t torn_bytes;	/* at the end then, of a write cut short */
	uint64_t damaged_bytes; /* passed over then: salvage */
	uint64_t commits;	/* since then */
	uint64_t compactions;	/* since then */
	int64_t created_s;	/* when the first file was made */
};

/*
 * How it is.
 *
 *	DELIST_EINVAL	stats->size is not what this version knows
 */
DELIST_API int delist_journal_stats(
    struct delist_journal_stats *stats, const struct delist_journal *journal);

#ifdef __cplusplus
}
#endif

#endif
