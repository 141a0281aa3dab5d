/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <stdlib.h>

#include "disk.h"
#include "journal.h"

#define TEXT(literal) ((struct delist_text){literal, sizeof(literal) - 1})

/* ---- a journal on a disk of ours ---- */

static struct disk disk;
static struct delist_journal_io io;

static int
entropy(void *arg, uint8_t *out, size_t len)
{
	static uint8_t next;

	if (arg != NULL)
		return DELIST_EIO;
	memset(out, ++next, len);
	return DELIST_OK;
}

static struct delist_journal_options
usual(void)
{
	return (struct delist_journal_options){
	    .size = sizeof(struct delist_journal_options),
	    .entropy = entropy,
	    .now_s = 1700000000};
}

static int
reopen(struct delist_journal **journal)
{
	struct delist_journal_options options = usual();

	return delist_journal_open_on(journal, ".", "x", &options, &io);
}

static struct delist_journal *
fresh(void)
{
	struct delist_journal *journal = NULL;

	disk_init(&disk, 1);
	io = disk_io(&disk);
	assert_int_equal(reopen(&journal), DELIST_OK);
	return journal;
}

static int
put(struct delist_journal *journal, struct delist_text key,
    struct delist_text value)
{
	static uint64_t commits;
	struct delist_store store = delist_journal_store(journal);
	struct delist_store_change change = {
	    .kind = DELIST_STORE_PUT, .key = key, .value = value};
	uint8_t id[16] = "put";

	commits++;
	memcpy(id + 8, &commits, sizeof commits);
	return store.ops->commit(store.arg, &change, 1, id);
}

static bool
has(struct delist_journal *journal, struct delist_text key)
{
	struct delist_store store = delist_journal_store(journal);
	struct delist_store_row row;
	bool found;

	assert_int_equal(
	    store.ops->get(store.arg, &found, &row, key), DELIST_OK);
	return found;
}

static struct delist_journal_stats
stats_of(const struct delist_journal *journal)
{
	struct delist_journal_stats stats = {.size = sizeof stats};

	assert_int_equal(delist_journal_stats(&stats, journal), DELIST_OK);
	return stats;
}

static void
rows_survive_a_close(void **state)
{
	struct delist_journal *journal = fresh();

	(void)state;
	assert_int_equal(put(journal, TEXT("a"), TEXT("1")), DELIST_OK);
	delist_journal_close(journal);
	assert_int_equal(reopen(&journal), DELIST_OK);
	assert_true(has(journal, TEXT("a")));
	assert_int_equal(stats_of(journal).torn_bytes, 0);
	assert_int_equal(stats_of(journal).created_s, 1700000000);
	assert_false(stats_of(journal).read_only);
	delist_journal_close(journal);
	delist_journal_close(NULL);
}

int
main(void)
{
	TEST(rows_survive_a_close);
	return support_run("journal");
}
