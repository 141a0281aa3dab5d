/* SPDX-License-Identifier: ISC */
/*
 * journal_rewrite.c - a journal written anew and put in place
 *
 *	write NAME.journal.new, fsync it
 *	rename it to NAME.journal, fsync the directory
 *
 * This is how a journal is made, made small, and brought in order after a
 * crash.  A file that has its name is never changed but by writing behind
 * its end: what is read after a crash may be in memory and not on the disk,
 * and to write it in its place once more could tear what was whole.
 *
 * Until the rename, the old file counts.  From then on either may be found
 * after a crash, and both say the same, so nothing may be written until the
 * directory is on the disk.
 */
#include "journal.h"

#include <errno.h>
#include <string.h>

#include "bytes.h"

enum {
	CHUNK = 1 << 16,	  /* bytes written at once; over RECORD_MAX */
	SMALL = 1 << 20,	  /* bytes of file that are never too many */
	FIXED = 64 + 64 * 40 + 32 /* header, ids, base */
};

/* A file in the making. */
struct draft {
	struct delist_journal *journal;
	struct delist_journal_header header;
	int file;
	uint64_t offset;   /* of what is not yet written */
	uint64_t sequence; /* of the next record */
	uint8_t *bytes;
	size_t len, cap;
};

static int
write_out(struct draft *draft)
{
	int error = delist_journal_write(draft->journal, draft->file,
	    draft->bytes, draft->len, draft->offset);

	draft->offset += draft->len;
	draft->len = 0;
	return error;
}

/* Where the payload of the next record goes; NULL: writing failed. */
static uint8_t *
next_payload(struct draft *draft)
{
	if (draft->cap - draft->len < DELIST_JOURNAL_RECORD_MAX &&
	    write_out(draft) != DELIST_OK)
		return NULL;
	return draft->bytes + draft->len + DELIST_JOURNAL_RECORD;
}

static void
add_record(struct draft *draft, int type, size_t length)
{
	struct delist_journal_record record = {.type = (uint16_t)type,
	    .flags = DELIST_JOURNAL_ENDS,
	    .length = (uint32_t)length,
	    .sequence = draft->sequence++};

	draft->len += delist_journal_put_record(
	    draft->bytes + draft->len, &record, draft->header.generation);
}

static int
write_rows(struct draft *draft)
{
	const struct delist_rows *rows = &draft->journal->rows;
	const struct delist_row *at = NULL;
	struct delist_store_row row;

	while ((at = delist_rows_walk(rows, at, &row)) != NULL) {
		uint8_t *payload = next_payload(draft);

		if (payload == NULL)
			return DELIST_EIO;
		add_record(draft, DELIST_JOURNAL_ROW,
		    delist_journal_put_row(payload, &row));
	}
	return DELIST_OK;
}

static int
write_ids_and_base(struct draft *draft)
{
	const struct delist_rows *rows = &draft->journal->rows;
	uint8_t *payload;
	const uint8_t *id;

	for (size_t i = 0; (id = delist_rows_id(rows, i)) != NULL; i++) {
		payload = next_payload(draft);
		if (payload == NULL)
			return DELIST_EIO;
		memcpy(payload, id, 16);
		add_record(draft, DELIST_JOURNAL_ID, 16);
	}
	payload = next_payload(draft);
	if (payload == NULL)
		return DELIST_EIO;
	delist_put_le64(payload, rows->revision);
	add_record(draft, DELIST_JOURNAL_BASE, 8);
	return write_out(draft);
}

static int
write_all(struct draft *draft)
{
	int error;

	delist_journal_put_header(draft->bytes, &draft->header);
	draft->len = DELIST_JOURNAL_HEADER;
	error = write_rows(draft);
	if (error == DELIST_OK)
		error = write_ids_and_base(draft);
	if (error == DELIST_OK)
		error = delist_journal_sync_all(draft->journal, draft->file);
	return error;
}

/* A new file of a generation of its own, in the place of one left behind. */
static int
begin(struct draft *draft)
{
	struct delist_journal *journal = draft->journal;
	const struct delist_journal_io *io = journal->io;
	const struct delist_journal_options *options = &journal->options;
	uint8_t random[8];
	int error;

	if (options->entropy(options->entropy_arg, random, sizeof random) !=
	    DELIST_OK)
		return DELIST_EIO;
	draft->header.generation = delist_get_le64(random);
	error = io->unlink(io->arg, journal->directory, journal->new_name);
	if (error != -ENOENT &&
	    delist_journal_result(journal, error) != DELIST_OK)
		return DELIST_EIO;
	do
		draft->file = io->open_file(io->arg, journal->directory,
		    journal->new_name, DELIST_JOURNAL_NEW);
	while (draft->file == -EINTR);
	return delist_journal_result(journal, draft->file);
}

static int
put_in_place(struct draft *draft)
{
	struct delist_journal *journal = draft->journal;
	const struct delist_journal_io *io = journal->io;
	int error = io->rename(
	    io->arg, journal->directory, journal->new_name, journal->file_name);

	if (error != 0) {
		journal->stats.system_error = -error;
		return DELIST_EREADONLY;
	}
	if (delist_journal_sync_all(journal, journal->directory) != DELIST_OK)
		return DELIST_EREADONLY;
	return DELIST_OK;
}

/* What the rows need, or little more. */
static uint64_t
least_size(const struct delist_journal *journal)
{
	return FIXED + journal->rows.bytes + 48 * (uint64_t)journal->rows.count;
}

static uint64_t
large(uint64_t size)
{
	return size < SMALL / 2 ? SMALL : 2 * size;
}

/* The draft is the journal from now on. */
static void
adopt(struct draft *draft)
{
	struct delist_journal *journal = draft->journal;

	if (journal->file >= 0)
		journal->io->close(journal->io->arg, journal->file);
	journal->file = draft->file;
	journal->header = draft->header;
	journal->sequence = draft->sequence;
	journal->end = draft->offset;
	journal->rewrite_at = large(draft->offset);
	journal->state = DELIST_JOURNAL_WRITES;
	journal->closed = false;
	journal->close_may_be_lost = false;
}

/* Whatever happens to a draft, it is closed or adopted. */
static int
write_and_adopt(struct draft *draft)
{
	struct delist_journal *journal = draft->journal;
	const struct delist_journal_io *io = journal->io;
	int error = begin(draft);

	if (error != DELIST_OK)
		return error;
	error = write_all(draft);
	if (error != DELIST_OK)
		io->unlink(io->arg, journal->directory, journal->new_name);
	else
		error = put_in_place(draft);
	if (error == DELIST_OK)
		adopt(draft);
	else
		io->close(io->arg, draft->file);
	if (error == DELIST_EREADONLY)
		journal->state = DELIST_JOURNAL_FAILED;
	return error;
}

int
delist_journal_rewrite(struct delist_journal *journal)
{
	struct draft draft = {.journal = journal,
	    .header = {.length = DELIST_JOURNAL_HEADER,
		.first_sequence = journal->sequence,
		.created_s = journal->header.created_s},
	    .sequence = journal->sequence,
	    .cap = CHUNK};
	int error;

	if (least_size(journal) < CHUNK / 2)
		draft.cap =
		    (size_t)least_size(journal) + DELIST_JOURNAL_RECORD_MAX;
	draft.bytes = delist_alloc_grow(&journal->alloc, NULL, 0, draft.cap, 1);
	if (draft.bytes == NULL)
		return DELIST_ENOMEM;
	error = write_and_adopt(&draft);
	delist_alloc_release(&journal->alloc, draft.bytes, draft.cap, 1);
	return error;
}

/* The commit before is done, so this is not allowed to fail: it waits. */
int
delist_journal_rewrite_if_large(struct delist_journal *journal)
{
	int error;

	if (journal->rewrite_at == 0)
		journal->rewrite_at = large(least_size(journal));
	if (journal->end < journal->rewrite_at)
		return DELIST_OK;
	journal->rewrite_at = large(least_size(journal));
	if (journal->end < journal->rewrite_at)
		return DELIST_OK;
	error = delist_journal_rewrite(journal);
	if (error == DELIST_OK)
		journal->stats.compactions++;
	else
		journal->rewrite_at = 2 * journal->end;
	return error;
}
