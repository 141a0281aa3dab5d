/* SPDX-License-Identifier: ISC */
#include "drive.h"

enum {
	COMPACT_AT = 3 * DISK_ROOM / 4
};

static int
entropy(void *arg, uint8_t *out, size_t len)
{
	struct drive *drive = arg;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)support_random(&drive->random);
	return DELIST_OK;
}

static int
open_journal(struct drive *drive)
{
	struct delist_journal_options options = {
	    .size = sizeof options,
	    .entropy = entropy,
	    .entropy_arg = drive,
	};

	drive->io = disk_io(&drive->disks[drive->in]);
	return delist_journal_open_on(
	    &drive->journal, ".", "x", &options, &drive->io);
}

static struct delist_journal_stats
stats_of(const struct drive *drive)
{
	struct delist_journal_stats stats = {.size = sizeof stats};

	assert_int_equal(delist_journal_stats(&stats, drive->journal), 0);
	return stats;
}

void
drive_init(struct drive *drive, uint64_t seed)
{
	/* A literal of its size would not fit on the stack. */
	memset(drive, 0, sizeof *drive);
	drive->random.state = seed;
	disk_init(&drive->disks[0], seed);
	assert_int_equal(delist_memstore_new(&drive->memstore, NULL), 0);
	drive->should = delist_memstore_store(drive->memstore);
	assert_int_equal(open_journal(drive), 0);
	drive->revision = stats_of(drive).revision;
}

void
drive_fini(struct drive *drive)
{
	delist_journal_close(drive->journal);
	delist_memstore_free(drive->memstore);
}

/* ---- the store ---- */

static int
get(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text key)
{
	struct drive *drive = arg;
	struct delist_store store = delist_journal_store(drive->journal);

	return store.ops->get(store.arg, found, row, key);
}

static int
next(void *arg, bool *found, struct delist_store_row *row,
    struct delist_text prefix, struct delist_text after)
{
	struct drive *drive = arg;
	struct delist_store store = delist_journal_store(drive->journal);

	return store.ops->next(store.arg, found, row, prefix, after);
}

/* The caller's bytes are gone when the next system starts. */
static struct delist_text
kept(char *to, struct delist_text bytes)
{
	if (bytes.len != 0)
		memcpy(to, bytes.at, bytes.len);
	return (struct delist_text){to, bytes.len};
}

static void
keep_doubt(struct drive *drive, const struct delist_store_change *changes,
    size_t n, const uint8_t id[16])
{
	drive->has_doubt = true;
	drive->changes_n = n;
	memcpy(drive->id, id, sizeof drive->id);
	for (size_t i = 0; i < n; i++) {
		drive->changes[i] = changes[i];
		drive->changes[i].key = kept(drive->bytes[i], changes[i].key);
		drive->changes[i].value = kept(
		    drive->bytes[i] + DELIST_STORE_KEY_MAX, changes[i].value);
	}
}

static int
commit(void *arg, const struct delist_store_change *changes, size_t n,
    const uint8_t id[16])
{
	struct drive *drive = arg;
	struct delist_store store = delist_journal_store(drive->journal);
	struct delist_journal_stats stats;
	int result = store.ops->commit(store.arg, changes, n, id);

	if (result == DELIST_OK) {
		assert_int_equal(drive->should.ops->commit(
				     drive->should.arg, changes, n, id),
		    0);
		stats = stats_of(drive);
		drive->revision = stats.revision;
		if (stats.file_bytes > COMPACT_AT) {
			drive->compactions++;
			(void)delist_journal_compact(drive->journal);
		}
	} else if (drive_is_cut(drive) && !drive->has_doubt &&
		   result != DELIST_ECONFLICT) {
		keep_doubt(drive, changes, n, id);
	}
	return result;
}

struct delist_store
drive_store(struct drive *drive)
{
	static const struct delist_store_ops ops = {
	    sizeof ops, get, commit, next, NULL, NULL};

	return (struct delist_store){&ops, drive};
}

/* ---- power ---- */

void
drive_cut_after(struct drive *drive, uint64_t calls)
{
	struct disk *disk = &drive->disks[drive->in];

	disk->dies_at = disk->calls + 1 + calls;
}

bool
drive_is_cut(const struct drive *drive)
{
	const struct disk *disk = &drive->disks[drive->in];

	return disk->dies_at != 0 && disk->calls >= disk->dies_at;
}

static struct disk_crash
some_crash(struct drive *drive)
{
	struct support_random *random = &drive->random;
	uint32_t bytes = disk_bytes_in_doubt(&drive->disks[drive->in]);
	bool all = support_below(random, 3) == 0;

	return (struct disk_crash){.names = (uint32_t)support_random(random),
	    .random = !all && support_below(random, 2) == 0,
	    .kept = all ? bytes : (uint32_t)support_below(random, bytes + 1),
	    .kept_last = support_below(random, 3) == 0,
	    .fill = (uint8_t)support_below(random, DISK_OTHER)};
}

static void
lose_power(struct drive *drive)
{
	struct disk_crash crash = some_crash(drive);
	struct disk *old = &drive->disks[drive->in];

	disk_after_crash(
	    &drive->disks[1 - drive->in], old, &crash, &drive->random);
	drive->in = 1 - drive->in;
}

/* Whether all rows of the one are rows of the other, and how many. */
static size_t
count_same(struct delist_store in, struct delist_store of)
{
	struct delist_text nothing = {NULL, 0};
	char key[DELIST_STORE_KEY_MAX];
	struct delist_text after = {key, 0};
	size_t n = 0;

	for (;; n++) {
		struct delist_store_row row, other;
		bool found;

		assert_int_equal(
		    in.ops->next(in.arg, &found, &row, nothing, after), 0);
		if (!found)
			return n;
		assert_int_equal(
		    of.ops->get(of.arg, &found, &other, row.key), 0);
		assert_true(found);
		assert_int_equal(row.value.len, other.value.len);
		if (row.value.len != 0)
			assert_memory_equal(
			    row.value.at, other.value.at, row.value.len);
		memcpy(key, row.key.at, row.key.len);
		after.len = row.key.len;
	}
}

static void
rows_are_as_they_should(const struct drive *drive)
{
	struct delist_store is = delist_journal_store(drive->journal);

	assert_int_equal(count_same(is, drive->should),
	    delist_memstore_count(drive->memstore));
}

/* The process does no more, and the next one finds what the disk has. */
static void
lose_power_and_open(struct drive *drive, bool whole)
{
	struct disk *disk = &drive->disks[drive->in];

	if (!drive_is_cut(drive))
		disk->dies_at = disk->calls;
	delist_journal_close(drive->journal);
	drive->journal = NULL; /* it may not open */
	lose_power(drive);
	if (!whole)
		drive_cut_after(drive, support_below(&drive->random, 20));
	if (open_journal(drive) != DELIST_OK)
		assert_false(whole);
}

bool
drive_restart(struct drive *drive)
{
	struct delist_journal_stats stats;

	drive->cuts++;
	drive->in_doubt += drive->has_doubt;
	/* Now and then again, while it is brought in order. */
	while (support_below(&drive->random, 4) == 0)
		lose_power_and_open(drive, false);
	lose_power_and_open(drive, true);
	stats = stats_of(drive);
	assert_false(stats.read_only);
	if (stats.revision == drive->revision) {
		drive->has_doubt = false;
		rows_are_as_they_should(drive);
		return false;
	}
	assert_true(drive->has_doubt);
	assert_int_equal(stats.revision, drive->revision + 1);
	drive->found++;
	return true;
}

void
drive_settle(struct drive *drive)
{
	assert_int_equal(drive->should.ops->commit(drive->should.arg,
			     drive->changes, drive->changes_n, drive->id),
	    0);
	drive->revision++;
	drive->has_doubt = false;
	rows_are_as_they_should(drive);
}
