/* SPDX-License-Identifier: ISC */
/*
 * journal.c - a store in one file
 *
 *	journal_format.h	the file
 *	journal_append.c	a commit on its way to the disk
 *	journal_scan.c		the file read after whatever happened
 *	journal_rewrite.c	a file made, made small, brought in order
 *
 *	prepare rows --> add to group --> write, fdatasync --> rows --> OK
 *	(memory)	 (memory)	  (unless held)	       (no failure)
 *
 * All that can fail for memory comes before the write, and nothing that can
 * fail comes after it.  Held commits go to the rows at once, and to the disk
 * together, by sync().
 *
 * Two choices refused: a map of the file into memory, in which an I/O error
 * is a signal; and O_DSYNC in the place of fdatasync, with which one could
 * not tell a write that failed from one of unknown outcome.
 */
#include "journal.h"

#include <errno.h>
#include <string.h>

enum {
	NAME_MAX_LEN = 64
};

/* ---- the store ---- */

/* Whether this process may write. */
static bool
writable(const struct delist_journal *journal)
{
	return journal->state == DELIST_JOURNAL_WRITES &&
	       journal->io->process(journal->io->arg) == journal->process;
}

static int
commit(void *arg, const struct delist_store_change *changes, size_t n,
    const uint8_t id[16])
{
	struct delist_journal *journal = arg;
	struct delist_rows *rows = &journal->rows;
	uint64_t revision = rows->revision + 1;
	struct delist_rows_batch batch;
	int error;

	if (!writable(journal))
		return DELIST_EREADONLY;
	error = delist_rows_prepare(&batch, rows, changes, n, id);
	if (error != DELIST_OK || batch.done)
		return error;
	error = delist_journal_add(journal, changes, n, revision, id);
	if (error == DELIST_OK && !journal->held)
		error = delist_journal_flush(journal);
	if (error != DELIST_OK) {
		delist_rows_drop(rows, &batch);
		return error;
	}
	delist_rows_apply(rows, &batch, revision, id);
	journal->stats.commits++;
	if (!journal->held)
		delist_journal_rewrite_if_large(journal);
	return DELIST_OK;
}

static int
get(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text key)
{
	struct delist_journal *journal = arg;

	delist_rows_get(&journal->rows, found, row, key);
	return DELIST_OK;
}

static int
next(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text prefix, struct delist_text after)
{
	struct delist_journal *journal = arg;

	delist_rows_next(&journal->rows, found, row, prefix, after);
	return DELIST_OK;
}

static int
hold(void *arg)
{
	return delist_journal_hold(arg);
}

static int
sync(void *arg)
{
	return delist_journal_sync(arg);
}

struct delist_store
delist_journal_store(struct delist_journal *journal)
{
	static const struct delist_store_ops ops = {
	    sizeof ops, get, commit, next, hold, sync};

	return (struct delist_store){&ops, journal};
}

int
delist_journal_hold(struct delist_journal *journal)
{
	if (!writable(journal))
		return DELIST_EREADONLY;
	journal->held = true;
	return DELIST_OK;
}

int
delist_journal_sync(struct delist_journal *journal)
{
	int error = DELIST_OK;

	if (!writable(journal))
		return DELIST_EREADONLY;
	if (journal->group.len != 0)
		error = delist_journal_flush(journal);
	journal->held = false;
	if (error == DELIST_OK)
		delist_journal_rewrite_if_large(journal);
	return error;
}

int
delist_journal_compact(struct delist_journal *journal)
{
	bool unclosed = journal->state == DELIST_JOURNAL_UNCLOSED;
	int error;

	if (journal->io->process(journal->io->arg) != journal->process ||
	    (journal->state != DELIST_JOURNAL_WRITES && !unclosed))
		return DELIST_EREADONLY;
	if (journal->held)
		return DELIST_EAGAIN;
	error = delist_journal_rewrite(journal);
	if (error == DELIST_OK)
		journal->stats.compactions++;
	return error;
}

int
delist_journal_stats(
    struct delist_journal_stats *stats, const struct delist_journal *journal)
{
	struct delist_journal_stats now = journal->stats;

	if (stats->size != sizeof *stats)
		return DELIST_EINVAL;
	now.size = stats->size;
	now.read_only = !writable(journal);
	now.held = journal->held;
	now.revision = journal->rows.revision;
	now.rows = journal->rows.count;
	now.row_bytes = journal->rows.bytes;
	now.file_bytes = journal->end;
	now.held_bytes = journal->group.len;
	now.created_s = journal->header.created_s;
	*stats = now;
	return DELIST_OK;
}

/* ---- open and close ---- */

static void
close_one(struct delist_journal *journal, int file)
{
	if (file >= 0)
		journal->io->close(journal->io->arg, file);
}

static void
release(struct delist_journal *journal)
{
	struct delist_alloc alloc = journal->alloc;

	close_one(journal, journal->file);
	close_one(journal, journal->lock);
	close_one(journal, journal->directory);
	delist_rows_fini(&journal->rows);
	delist_alloc_release(&alloc, journal->group.at, journal->group.cap, 1);
	delist_alloc_release(&alloc, journal, 1, sizeof *journal);
}

void
delist_journal_close(struct delist_journal *journal)
{
	if (journal == NULL)
		return;
	if (writable(journal))
		delist_journal_append_close(journal);
	release(journal);
}

static bool
name_is_good(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= NAME_MAX_LEN && name[0] != '.' &&
	       memchr(name, '/', len) == NULL;
}

static bool
options_are_good(const struct delist_journal_options *options)
{
	return options != NULL && options->size == sizeof *options &&
	       (options->read_only || options->entropy != NULL) &&
	       (options->read_only || !options->salvage);
}

static void
join(char *out, const char *name, const char *suffix)
{
	size_t len = strlen(name);

	memcpy(out, name, len);
	memcpy(out + len, suffix, strlen(suffix) + 1);
}

/* A descriptor of one of the files, or -errno. */
static int
open_one(struct delist_journal *journal, const char *name, int how)
{
	int file;

	do
		file = journal->io->open_file(
		    journal->io->arg, journal->directory, name, how);
	while (file == -EINTR);
	return file;
}

static int
take_lock(struct delist_journal *journal)
{
	int error;

	journal->lock =
	    open_one(journal, journal->lock_name, DELIST_JOURNAL_LOCK);
	if (journal->lock < 0)
		return delist_journal_result(journal, journal->lock);
	do
		error = journal->io->lock(journal->io->arg, journal->lock);
	while (error == -EINTR);
	if (error == -EAGAIN)
		return DELIST_EBUSY;
	return delist_journal_result(journal, error);
}

/* Bring in order what was not closed.  What can't be done now can wait. */
static int
settle(struct delist_journal *journal)
{
	int error = DELIST_OK;

	if (journal->options.read_only) {
		journal->state = DELIST_JOURNAL_LOOKS;
	} else if (journal->closed) {
		journal->close_may_be_lost = true;
	} else {
		journal->state = DELIST_JOURNAL_UNCLOSED;
		error = delist_journal_rewrite(journal);
	}
	return error == DELIST_ENOMEM ? error : DELIST_OK;
}

static int
make_or_read(struct delist_journal *journal)
{
	bool looks = journal->options.read_only;
	int error;

	journal->file = open_one(journal, journal->file_name,
	    looks ? DELIST_JOURNAL_READ : DELIST_JOURNAL_WRITE);
	if (journal->file == -ENOENT && !looks) {
		journal->sequence = 1;
		journal->header.created_s = journal->options.now_s;
		error = delist_journal_rewrite(journal);
		return error == DELIST_EREADONLY ? DELIST_EIO : error;
	}
	if (journal->file < 0)
		return delist_journal_result(journal, journal->file);
	error = delist_journal_scan(journal);
	return error == DELIST_OK ? settle(journal) : error;
}

static int
open_all(struct delist_journal *journal, const char *directory)
{
	int error;

	do
		journal->directory =
		    journal->io->open_directory(journal->io->arg, directory);
	while (journal->directory == -EINTR);
	error = delist_journal_result(journal, journal->directory);
	if (error == DELIST_OK && !journal->options.read_only)
		error = take_lock(journal);
	if (error == DELIST_OK)
		error = make_or_read(journal);
	return error;
}

int
delist_journal_open_on(struct delist_journal **out, const char *directory,
    const char *name, const struct delist_journal_options *options,
    const struct delist_journal_io *io)
{
	struct delist_alloc alloc;
	struct delist_journal *journal;
	int error;

	if (out == NULL || directory == NULL || name == NULL ||
	    !name_is_good(name) || !options_are_good(options))
		return DELIST_EINVAL;
	alloc = delist_alloc_or_libc(options->alloc);
	journal = delist_alloc_zeroed(&alloc, 1, sizeof *journal);
	if (journal == NULL)
		return DELIST_ENOMEM;
	journal->alloc = alloc;
	journal->io = io;
	journal->options = *options;
	journal->directory = journal->lock = journal->file = -1;
	journal->process = io->process(io->arg);
	delist_rows_init(&journal->rows, &alloc);
	join(journal->file_name, name, ".journal");
	join(journal->new_name, name, ".journal.new");
	join(journal->lock_name, name, ".lock");
	error = open_all(journal, directory);
	if (error == DELIST_OK)
		*out = journal;
	else
		release(journal);
	return error;
}

int
delist_journal_open(struct delist_journal **out, const char *directory,
    const char *name, const struct delist_journal_options *options)
{
	return delist_journal_open_on(
	    out, directory, name, options, &delist_journal_system);
}
