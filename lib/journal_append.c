/* SPDX-License-Identifier: ISC */
/*
 * journal_append.c - write at the end of a journal
 *
 * A group is one commit, or those between hold and sync: one write and one
 * fdatasync.
 *
 *	write	sync	result
 *	ok	ok	done
 *	fails	-	VOID takes its place, so that nothing of it will ever
 *			be read: not done
 *	ok	fails	nobody knows: no more writes.  To ask for another
 *			fdatasync would be wrong, as systems forget what
 *			they could not write, and then say that all is well.
 */
#include "journal.h"

#include <errno.h>
#include <string.h>

#include "bytes.h"

enum {
	KEEP = 1 << 20 /* bytes of group kept for the next one */
};

int
delist_journal_result(struct delist_journal *journal, int64_t result)
{
	if (result >= 0 || result == -EINTR)
		return DELIST_OK;
	journal->stats.system_error = (int)-result;
	return DELIST_EIO;
}

int
delist_journal_write(struct delist_journal *journal, int file,
    const uint8_t *at, size_t len, uint64_t offset)
{
	while (len != 0) {
		int64_t n =
		    journal->io->write(journal->io->arg, file, at, len, offset);

		if (n == 0)
			n = -ENOSPC;
		if (delist_journal_result(journal, n) != DELIST_OK)
			return DELIST_EIO;
		if (n < 0)
			continue;
		at += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return DELIST_OK;
}

/* A sync that was interrupted has lost nothing; one that failed may have. */
int
delist_journal_sync_data(struct delist_journal *journal, int file)
{
	int error;

	do
		error = journal->io->sync_data(journal->io->arg, file);
	while (error == -EINTR);
	return delist_journal_result(journal, error);
}

int
delist_journal_sync_all(struct delist_journal *journal, int file)
{
	int error;

	do
		error = journal->io->sync(journal->io->arg, file);
	while (error == -EINTR);
	return delist_journal_result(journal, error);
}

/* ---- the group ---- */

static int
reserve(struct delist_journal *journal, size_t more)
{
	struct delist_journal_bytes *group = &journal->group;
	size_t cap = group->cap != 0 ? group->cap : 256;
	uint8_t *at;

	if (more > SIZE_MAX / 4 || group->len > SIZE_MAX / 4)
		return DELIST_ENOMEM;
	while (cap < group->len + more)
		cap *= 2;
	if (cap == group->cap)
		return DELIST_OK;
	at = delist_alloc_grow(&journal->alloc, group->at, group->cap, cap, 1);
	if (at == NULL)
		return DELIST_ENOMEM;
	group->at = at;
	group->cap = cap;
	return DELIST_OK;
}

static void
empty(struct delist_journal *journal)
{
	struct delist_journal_bytes *group = &journal->group;

	group->len = 0;
	if (group->cap <= KEEP)
		return;
	delist_alloc_release(&journal->alloc, group->at, group->cap, 1);
	*group = (struct delist_journal_bytes){NULL, 0, 0};
}

/* What the first record of a group says of all before it. */
static uint16_t
first_flag(const struct delist_journal *journal)
{
	return journal->close_may_be_lost ? 0 : DELIST_JOURNAL_FIRST;
}

/* Put a record at the end of the group, where its payload is already. */
static void
append(struct delist_journal *journal, int type, size_t length)
{
	struct delist_journal_bytes *group = &journal->group;
	bool writes =
	    type == DELIST_JOURNAL_PUT || type == DELIST_JOURNAL_DELETE;
	struct delist_journal_record record = {.type = (uint16_t)type,
	    .flags = writes ? 0 : DELIST_JOURNAL_ENDS,
	    .length = (uint32_t)length,
	    .sequence = journal->sequence++};

	if (group->len == 0)
		record.flags |= first_flag(journal);
	group->len += delist_journal_put_record(
	    group->at + group->len, &record, journal->header.generation);
}

static uint8_t *
payload(struct delist_journal *journal)
{
	return journal->group.at + journal->group.len + DELIST_JOURNAL_RECORD;
}

static size_t
size_of_changes(const struct delist_store_change *changes, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		if (changes[i].kind != DELIST_STORE_CHECK)
			size += delist_journal_record_size(
			    2 + changes[i].key.len + changes[i].value.len);
	return size;
}

int
delist_journal_add(struct delist_journal *journal,
    const struct delist_store_change *changes, size_t n, uint64_t revision,
    const uint8_t id[16])
{
	if (reserve(journal, size_of_changes(changes, n) +
				 delist_journal_record_size(24)) != DELIST_OK)
		return DELIST_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct delist_text key = changes[i].key;

		if (changes[i].kind == DELIST_STORE_PUT) {
			append(journal, DELIST_JOURNAL_PUT,
			    delist_journal_put_put(
				payload(journal), key, changes[i].value));
		} else if (changes[i].kind == DELIST_STORE_DELETE) {
			memcpy(payload(journal), key.at, key.len);
			append(journal, DELIST_JOURNAL_DELETE, key.len);
		}
	}
	delist_put_le64(payload(journal), revision);
	memcpy(payload(journal) + 8, id, 16);
	append(journal, DELIST_JOURNAL_COMMIT, 24);
	return DELIST_OK;
}

/* ---- the file ---- */

static int
failed(struct delist_journal *journal)
{
	journal->state = DELIST_JOURNAL_FAILED;
	return DELIST_EREADONLY;
}

static void
advance(struct delist_journal *journal)
{
	journal->end += journal->group.len;
	journal->closed = false;
	journal->close_may_be_lost = false;
}

/* Put VOID in the place of a group that could not be written. */
static int
cancel(struct delist_journal *journal)
{
	const struct delist_journal_io *io = journal->io;
	struct delist_journal_bytes *group = &journal->group;
	int error;

	group->len = 0;
	append(journal, DELIST_JOURNAL_VOID, 0);
	if (delist_journal_write(journal, journal->file, group->at, group->len,
		journal->end) != DELIST_OK)
		return failed(journal);
	do
		error = io->truncate(
		    io->arg, journal->file, journal->end + group->len);
	while (error == -EINTR);
	if (delist_journal_result(journal, error) != DELIST_OK ||
	    delist_journal_sync_data(journal, journal->file) != DELIST_OK)
		return failed(journal);
	advance(journal);
	return DELIST_EIO;
}

int
delist_journal_flush(struct delist_journal *journal)
{
	struct delist_journal_bytes *group = &journal->group;
	int error = DELIST_OK;

	if (delist_journal_write(journal, journal->file, group->at, group->len,
		journal->end) != DELIST_OK)
		error = journal->held ? failed(journal) : cancel(journal);
	else if (delist_journal_sync_data(journal, journal->file) != DELIST_OK)
		error = failed(journal);
	else
		advance(journal);
	empty(journal);
	return error;
}

void
delist_journal_append_close(struct delist_journal *journal)
{
	struct delist_journal_bytes *group = &journal->group;

	if (journal->closed || group->len != 0 ||
	    reserve(journal, DELIST_JOURNAL_RECORD) != DELIST_OK)
		return;
	append(journal, DELIST_JOURNAL_CLOSE, 0);
	delist_journal_write(
	    journal, journal->file, group->at, group->len, journal->end);
}
